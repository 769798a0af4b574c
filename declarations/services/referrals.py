"""Asking the filer: sent, withdrawn, settled, overtaken (LIFECYCLE R2, R4, R6 to R8, R10)."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Any

import msgspec
from django.db.models import Max, Q
from django.utils.translation import gettext as _

from customs_portal.bulk import next_ids
from customs_portal.events.kinds import Kind
from customs_portal.events.services import NewEvent, record_many
from declarations.events import (
    REFERRAL_AMENDED,
    REFERRAL_ASKED,
    REFERRAL_CANCELLED,
    REFERRAL_INSUFFICIENT,
    REFERRAL_SETTLED,
    REFERRAL_WITHDRAWN,
)
from declarations.filing_types import filing_types
from declarations.lifecycle import REFERRAL
from declarations.models import ConsignmentLife, Ens, EnsMember, Filing, Referral
from declarations.services.locks import assert_in_transaction
from declarations.services.resting import rest_analysis, resume_analysis
from declarations.subjects import first_filing

LONGEST_QUESTION = 2000
MOST_ELEMENTS, LONGEST_ELEMENT = 20, 200
_KINDS: dict[str, Kind] = {
    "amend": REFERRAL_AMENDED,
    "settle": REFERRAL_SETTLED,
    "find_insufficient": REFERRAL_INSUFFICIENT,
    "withdraw": REFERRAL_WITHDRAWN,
    "cancel": REFERRAL_CANCELLED,
}
"""By verb that ends a question the event that tells it."""


class ReferralOrder(msgspec.Struct, frozen=True, kw_only=True):
    """A question to whoever lodged; it leaves at `sent_at` and is to be answered by `reply_by`.

    `consignment` is the key of the consignment concerned, whose filer is asked; `methods` are those
    recommended for a screening. `follows` is the question whose answer was not enough.
    """

    ens: int
    type: str
    reason_code: str
    question: str
    elements: tuple[str, ...]
    note: str
    version: int
    office: str
    officer: int
    sent_at: datetime
    reply_by: datetime
    signed_by: int | None = None
    follows: int | None = None
    consignment: str = ""
    methods: tuple[str, ...] = ()


def asking_refused(ens: Ens) -> str:
    """Return why nobody can be asked about the ENS now; empty where they can be."""
    if ens.status not in (Ens.Status.READY, Ens.Status.IN_ANALYSIS):
        return _("The analysis is not open.")
    lives = ConsignmentLife.objects.filter(filing__membership__ens=ens)
    if lives.filter(goods="released").exists():
        return _("Goods were released already.")
    return ""


def ask(orders: Sequence[ReferralOrder], *, at: datetime) -> list[Referral]:
    """Send the questions, no two of one ENS, and let the analysis rest.

    The caller holds the locks of the ENS rows and has asked `asking_refused`.
    """
    assert_in_transaction()
    ids = next_ids({"declarations_referral_id_seq": len(orders)})["declarations_referral_id_seq"]
    filings = _filings(orders)
    numbers = _numbers(order.ens for order in orders)
    asked = Referral.objects.bulk_create(
        _referral(order, key, filings[order.ens], numbers.get(order.ens, 0) + 1, at)
        for key, order in zip(ids, orders, strict=True)
    )
    rest_analysis([order.ens for order in orders], at=at)
    record_many(
        [told(REFERRAL_ASKED, each, at=at, actor=each.asked_by_id, not_before=each.sent_at)
         for each in asked]
    )  # fmt: skip
    return asked


def _filings(orders: Sequence[ReferralOrder]) -> dict[int, Filing]:
    ens = Ens.objects.in_bulk([order.ens for order in orders])
    return {
        order.ens: filing_to_ask(ens[order.ens], order.consignment, order.elements)
        or first_filing(ens[order.ens])
        for order in orders
    }


def filing_to_ask(ens: Ens, consignment: str, elements: Sequence[str]) -> Filing | None:
    """Return the filing that a question is about, whose filer is asked.

    It is the one that declares the consignment; else the one to whose message the elements point;
    else the first of the ENS. None where the elements do not point into one filing.
    """
    chosen = _of_consignment(ens, consignment)
    pointed = {each.split("/")[1] for each in elements if each.startswith("/IE3")}
    if not pointed:
        return chosen or first_filing(ens)
    among = [chosen] if chosen else list(Filing.objects.filter(membership__ens=ens).order_by("pk"))
    kinds = filing_types()
    meant = [each for each in among if each.type in kinds and kinds[each.type].message in pointed]
    return meant[0] if len(meant) == len(pointed) == 1 else None


def _of_consignment(ens: Ens, consignment: str) -> Filing | None:
    if not consignment:
        return None
    members = EnsMember.objects.filter(
        Q(ens=ens) | Q(ens__absorbed_by=ens), filing__consignments__key=consignment
    )
    last = members.select_related("filing").order_by("-pk").first()
    return last.filing if last else None


def _numbers(ens: Iterable[int]) -> dict[int, int]:
    found = Referral.objects.filter(ens__in=set(ens)).values("ens").annotate(last=Max("number"))
    return {row["ens"]: row["last"] for row in found}


def _referral(
    order: ReferralOrder, key: int, filing: Filing, number: int, at: datetime
) -> Referral:
    return Referral(
        id=key,
        ens_id=order.ens,
        filing=filing,
        number=number,
        reference=f"{order.type}{at:%y}-{key:07d}",
        type=order.type,
        follows_id=order.follows,
        addressee=filing.sender,
        reason_code=order.reason_code,
        question=order.question.strip()[:LONGEST_QUESTION],
        elements=[each[:LONGEST_ELEMENT] for each in order.elements[:MOST_ELEMENTS]],
        consignment=order.consignment,
        methods=list(order.methods),
        note=order.note,
        asked_on_version=order.version,
        office=order.office,
        asked_by_id=order.officer,
        signed_by_id=order.signed_by,
        asked_at=at,
        sent_at=order.sent_at,
        reply_by=order.reply_by,
    )


def told(
    kind: Kind,
    referral: Referral,
    *,
    at: datetime,
    actor: int | None = None,
    not_before: datetime | None = None,
    **more: Any,
) -> NewEvent:
    """Return the event that tells what happened to a question."""
    data = {
        "referral": referral.pk,
        "reference": referral.reference,
        "type_name": referral.get_type_display(),
        "addressee": referral.addressee,
        "reason_code": referral.reason_code,
        "version": referral.asked_on_version,
        **more,
    }
    return NewEvent(
        kind=kind, at=at, stream=referral.ens_id, actor=actor, data=data, not_before=not_before
    )


def end(
    referrals: Sequence[Referral],
    verb: str,
    *,
    at: datetime,
    actor: int | None = None,
    note: str = "",
    why: str = "",
) -> list[Referral]:
    """End the questions from which the verb leads on, and return those; the clock runs again.

    The caller holds the locks of the ENS rows. `why` is told to the trader, `note` to nobody.
    """
    kind = _KINDS[verb]
    targets = REFERRAL.targets(verb)
    ending = [each for each in referrals if each.status in targets]
    ids = [each.pk for each in ending]
    for status, target in targets.items():
        Referral.objects.filter(pk__in=ids, status=status).update(
            status=target, ended_at=at, ended_by=actor, end_note=note
        )
    record_many([told(kind, each, at=at, actor=actor, why=why) for each in ending])
    resume_analysis({each.ens_id for each in ending}, at=at)
    return ending


def overtake(ens: Collection[int], *, why: str, at: datetime) -> None:
    """Cancel every unsettled question on the ENS (R10); the caller holds their locks."""
    found = list(Referral.objects.filter(ens__in=ens).unsettled().order_by("pk"))
    end(found, "cancel", at=at, why=why)


def overtake_of(filings: Collection[int], *, why: str, at: datetime) -> None:
    """Cancel every unsettled question to the filers of these; the caller holds the ENS rows."""
    found = list(Referral.objects.filter(filing__in=filings).unsettled().order_by("pk"))
    end(found, "cancel", at=at, why=why)


def take_amendments(filings: Collection[int], *, at: datetime) -> None:
    """Take amendments for the answer where one was asked for (R4); other questions are overtaken.

    The caller holds the locks of the ENS rows.
    """
    found = list(Referral.objects.filter(filing__in=filings).unsettled().order_by("pk"))
    asked = [each for each in found if each.type == Referral.Type.AMD and each.is_open]
    end(asked, "amend", at=at)
    others = [each for each in found if each not in asked]
    end(others, "cancel", at=at, why=_("the declaration was amended"))
