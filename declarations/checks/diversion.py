"""Whether a means may be diverted: what is asked, and what stands against each declaration.

Reg. (EEC) 2454/93 Art. 183d(2): a complete request cannot be vetoed. It is needed only where the
new first office is in a State that the declaration does not name.
"""

from collections.abc import Collection, Sequence
from datetime import date

import msgspec

from customs_portal.findings import Finding, Stage
from declarations.lifecycle.out_of_sequence import UNKNOWN_MRN, Situation, refusal

MISSING = "13"
NOT_SUPPORTED = "14"
NOT_ALLOWED = "15"
WRONG_VALUE = "12"
BY_KEY = "1"
BY_MRN = "2"


class DiversionOrder(msgspec.Struct, frozen=True, kw_only=True):
    """A request to divert, by entry key or by a list of MRN, and how it reached us.

    `message_id` is the message that it came in, or None where `officer`, a user, recorded it. One
    that could not be read says no more than its reference.
    """

    reference: str
    requester: str
    received_on: date
    information_type: str = ""
    transport_mode: str = ""
    means: str = ""
    expected_on: date | None = None
    country: str = ""
    office: str = ""
    actual_office: str = ""
    mrns: tuple[str, ...] = ()
    message_id: int | None = None
    officer: int | None = None


class Named(msgspec.Struct, frozen=True, kw_only=True):
    """A declaration that a request is about; `situation` is unknown where the sender may not know.

    `is_carrier`: the requester runs the means or represents who does; `countries` are the States
    that the declaration names.
    """

    mrn: str
    situation: Situation
    is_carrier: bool = False
    countries: Collection[str] = ()


def check_form(order: DiversionOrder, country: str) -> list[Finding]:
    """Return what is missing or too much for the type of information (C515 to C523)."""
    if order.information_type == BY_KEY:
        return _check_key(order, country)
    if order.information_type == BY_MRN:
        return _check_list(order)
    finding = Finding(
        code=WRONG_VALUE,
        location="HEAHEA.InfTypHEA122",
        value=order.information_type,
        text="The information type is 1 for an entry key or 2 for a list of MRN.",
    )
    return [finding]


def _check_key(order: DiversionOrder, country: str) -> list[Finding]:
    found = []
    if not order.means:
        found.append(_missing("C515", "HEAHEA.UniIdeDivHEA132"))
    if order.expected_on is None:
        found.append(_missing("C523", "HEAHEA.ExpDatArrHEA701"))
    if bool(order.country) == bool(order.office):
        found.append(_missing("C522", "CUSOFFFENT730.RefNumCUSOFFFENT731"))
    if order.mrns:
        found.append(_too_much("C520", "IMPOPE200"))
    named = order.country or order.office[:2]
    if named and named != country:
        found.append(_not_ours(named))
    return found


def _check_list(order: DiversionOrder) -> list[Finding]:
    found = []
    if not order.mrns:
        found.append(_missing("C520", "IMPOPE200"))
    if order.means:
        found.append(_too_much("C515", "HEAHEA.UniIdeDivHEA132"))
    if order.expected_on is not None:
        found.append(_too_much("C523", "HEAHEA.ExpDatArrHEA701"))
    return found


def check_declarations(
    order: DiversionOrder, named: Sequence[Named], country: str
) -> list[Finding]:
    """Return what stands against diverting these declarations, one finding for each MRN at most."""
    if not named:
        return [_unknown_key(order)]
    by_list = order.information_type == BY_MRN
    if not by_list and not any(each.is_carrier for each in named):
        return [_unknown_key(order)]
    found = [
        finding
        for place, each in enumerate(named, start=1)
        if (finding := _out_of_sequence(each, place) or (by_list and _foreign(each, place)))
    ]
    if found:
        return found
    actual = order.actual_office[:2]
    if actual == country or any(actual in each.countries for each in named):
        return [_not_needed(order)]
    return []


def _out_of_sequence(named: Named, place: int) -> Finding | None:
    row = refusal("IE323", named.situation)
    if row is None:
        return None
    return Finding(
        code=row.code,
        location=f"IMPOPE200[{place}].DocRefNumIMPOPE201",
        value=named.mrn,
        text="This declaration cannot be diverted: it is unknown, ended, or has arrived.",
        stage=Stage.LIFECYCLE,
    )


def _foreign(named: Named, place: int) -> Finding | None:
    if named.is_carrier:
        return None
    return Finding(
        code=WRONG_VALUE,
        location=f"IMPOPE200[{place}].DocRefNumIMPOPE201",
        value=named.mrn,
        text="Only the operator of the means or its representative can divert it.",
        stage=Stage.LIFECYCLE,
    )


def _unknown_key(order: DiversionOrder) -> Finding:
    return Finding(
        code=UNKNOWN_MRN,
        location="HEAHEA.UniIdeDivHEA132",
        value=order.means,
        text="No declaration of yours is known for this entry key.",
        stage=Stage.LIFECYCLE,
    )


def _not_needed(order: DiversionOrder) -> Finding:
    return Finding(
        code=NOT_SUPPORTED,
        location="CUSOFFENTACTOFF700.RefNumCUSOFFENTACTOFF701",
        value=order.actual_office,
        text="No diversion notice is needed: the declaration names this State.",
        stage=Stage.LIFECYCLE,
    )


def _not_ours(country: str) -> Finding:
    return Finding(
        code=NOT_SUPPORTED,
        location="HEAHEA.CouCodOffFirEntDecHEA100",
        value=country,
        text="The declared office of first entry is not an office of this administration.",
        stage=Stage.LIFECYCLE,
    )


def _missing(rule: str, location: str) -> Finding:
    return Finding(
        code=MISSING,
        rule=rule,
        location=location,
        text="This is needed for the information type, or exactly one of two.",
    )


def _too_much(rule: str, location: str) -> Finding:
    return Finding(
        code=NOT_ALLOWED,
        rule=rule,
        location=location,
        text="This does not belong to the information type.",
    )
