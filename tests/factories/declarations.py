"""Declarations that went the real way: lodged, rejected, assessed by the rules of the demo."""

from datetime import datetime, timedelta
from itertools import count

import msgspec
from django.db import transaction

from customs_portal.findings import Finding
from declarations.document import Document, Seal
from declarations.models import Ens, Filing
from declarations.services import Lodged, Lodgement, Rejection, lodge, reject
from risk.engine.loading import load_lists, load_rules
from risk.models import Case, RiskProfile
from risk.services.assess import assess_versions
from risk.services.due import Request
from risk.services.lists import load_lists as store_lists
from risk.services.publish import publish_rules
from tests.messaging.builders import goods_item, minimal_document

SENDER = "NL123456789"
OFFICE = "NL000396"
_numbers = count(1)


def publish_demo_rules(at: datetime) -> None:
    """Publish the rules and lists that come with the portal, but for those that hit by chance."""
    profile, _created = RiskProfile.objects.get_or_create(code="demo", defaults={"name": "Demo"})
    with transaction.atomic():
        store_lists(load_lists().values(), at=at)
        rules = [rule for rule in load_rules() if not rule.code.startswith("RND-")]
        publish_rules(rules, profile=profile, at=at)


def harmless(at: datetime, **changes: object) -> Document:
    """Return a declaration on which no rule has anything to say: tiles, sealed, from Turkey."""
    values: dict[str, object] = {
        "lrn": f"LRN{next(_numbers):010}",
        "expected_arrival": at + timedelta(days=5),
        "place_of_loading": "TRMER",
        "place_of_unloading": "NLRTM",
        "seals": (Seal(identity="TR771034"),),
    }
    return minimal_document(None, **(values | changes))


def bananas(at: datetime, **changes: object) -> Document:
    """Return cover goods from a cover port: rule CNT-01 hits."""
    item = msgspec.structs.replace(
        goods_item(), description="Fresh bananas in boxes", commodity_code="080390"
    )
    return with_item(harmless(at, **({"place_of_loading": "ECGYE"} | changes)), item)


def with_item(document: Document, item: object) -> Document:
    """Return the declaration with this one goods item."""
    consignment = msgspec.structs.replace(document.consignments[0], items=(item,))
    return msgspec.structs.replace(document, consignments=(consignment,))


def lodged(document: Document, at: datetime, *, sender: str = SENDER) -> Ens:
    """Return the ENS of a declaration that is registered at that time."""
    with transaction.atomic():
        [result] = lodge(
            [
                Lodgement(
                    document=document, message_id=next(_numbers), sender=sender, received_at=at
                )
            ],
            at=at,
        )
    assert isinstance(result, Lodged)
    return Ens.objects.get(pk=result.ens)


def assessed(ens: Ens, at: datetime) -> Ens:
    """Return the ENS after its version was held against the published rules."""
    version = ens.versions.get(number=ens.version)
    request = Request(ens=ens.pk, ens_version=version.pk, version=ens.version)
    with transaction.atomic():
        assess_versions([request], at=at)
    return Ens.objects.get(pk=ens.pk)


def case_of(document: Document, at: datetime, *, sender: str = SENDER) -> Case:
    """Return the case that the declaration leads to."""
    return Case.objects.get(ens=assessed(lodged(document, at, sender=sender), at))


def rejected(at: datetime, *, lrn: str, sender: str, findings: list[Finding]) -> Filing:
    """Return a rejected filing."""
    rejection = Rejection(
        type="IE315",
        lrn=lrn,
        message_id=next(_numbers),
        sender=sender,
        received_at=at,
        findings=findings,
    )
    with transaction.atomic():
        [key] = reject([rejection], at=at)
    return Filing.objects.get(pk=key)
