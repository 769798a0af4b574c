"""An amendment does not end a measure: it asks an officer to confirm it on the new version."""

from collections.abc import Collection, Sequence
from datetime import datetime

import msgspec
from django.utils.translation import gettext as _

from customs_portal.accounts.models import User
from customs_portal.events.services import NewEvent, record_many
from declarations import policies
from declarations.events import MEASURE_LAPSED, MEASURE_RECONFIRM_ASKED, MEASURE_RECONFIRMED
from declarations.models import Measure
from declarations.services.locks import assert_in_transaction
from declarations.services.measures import locked_measures, told
from declarations.services.results import Changed, Refused, refused
from declarations.subjects import current_document, subjects


class Reconfirmation(msgspec.Struct, frozen=True, kw_only=True):
    """That a measure stands on the version that the officer read, perhaps on another subject."""

    measure: int
    version: int
    subject: str
    reference: str


def ask_to_reconfirm(ens: Collection[int], *, version: int, at: datetime) -> list[int]:
    """Mark every open measure on the ENS and return the ids; the caller holds their locks.

    What still waits for its second signature lapses instead: a signature is for one version.
    """
    assert_in_transaction()
    stale = Measure.objects.filter(ens__in=ens).open().order_by("pk")
    unsigned = [each for each in stale if each.status == Measure.Status.AWAITING_SECOND]
    standing = [each for each in stale if each.status != Measure.Status.AWAITING_SECOND]
    _mark(unsigned, status=Measure.Status.LAPSED)
    _mark(standing, reconfirm_since_version=version)
    record_many(
        [
            *(told(MEASURE_LAPSED, each, at=at) for each in unsigned),
            *(told(MEASURE_RECONFIRM_ASKED, each, at=at, new=version) for each in standing),
        ]
    )
    return [each.pk for each in standing]


def _mark(measures: Sequence[Measure], **values: object) -> None:
    Measure.objects.filter(pk__in=[each.pk for each in measures]).update(**values)


def reconfirm_all(
    ens: int, *, version: int, officer: User, at: datetime
) -> list[Changed | Refused]:
    """Let every measure of the ENS that asks for it stand as it is on the version that was read."""
    assert_in_transaction()
    asked = Measure.objects.filter(ens=ens).to_reconfirm().order_by("pk")
    wanted = [
        Reconfirmation(
            measure=each.pk, version=version, subject=each.subject, reference=each.reference
        )
        for each in asked
    ]
    return reconfirm(wanted, officer=officer, at=at)


def reconfirm(
    confirmations: Sequence[Reconfirmation], *, officer: User, at: datetime
) -> list[Changed | Refused]:
    """Let the measures stand on the current version; one result for each."""
    found = locked_measures(each.measure for each in confirmations)
    results: list[Changed | Refused] = []
    events: list[NewEvent] = []
    for wanted in confirmations:
        measure = found.get(wanted.measure)
        against = _against(wanted, measure, officer, at)
        if against or measure is None:
            results.append(against or refused("not_found", _("There is no such measure for you.")))
            continue
        events.append(_confirm(measure, wanted, officer, at))
        results.append(Changed(id=measure.pk))
    record_many(events)
    return results


def _against(
    wanted: Reconfirmation, measure: Measure | None, officer: User, at: datetime
) -> Refused | None:
    if measure is None or not policies.may_handle(officer, measure, at):
        return refused("not_found", _("There is no such measure for you."))
    if measure.reconfirm_since_version is None or not measure.is_open:
        return refused("closed", _("This measure needs no confirmation."))
    if wanted.version != measure.ens.version:
        return refused("stale_version", _("The declaration changed while you read it."))
    if (wanted.subject, wanted.reference) not in subjects(current_document(measure.ens)):
        return refused("subject", _("Choose what the measure is about."), "subject")
    return None


def _confirm(measure: Measure, wanted: Reconfirmation, officer: User, at: datetime) -> NewEvent:
    measure.subject, measure.reference = wanted.subject, wanted.reference
    measure.decided_on_version = wanted.version
    measure.reconfirm_since_version = None
    measure.save(
        update_fields=["subject", "reference", "decided_on_version", "reconfirm_since_version"]
    )
    return told(MEASURE_RECONFIRMED, measure, at=at, actor=officer.pk)
