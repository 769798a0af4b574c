"""What the register says of operators."""

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime

import msgspec

from customs_portal.accounts.models import Operator


class OperatorStatus(msgspec.Struct, frozen=True, kw_only=True):
    """What the register says of an EORI number at a time.

    `aeo` is the kind of a live authorisation that is not suspended, empty where there is none. An
    unknown number is neither known nor valid and has no country.
    """

    eori: str
    known: bool = False
    valid: bool = False
    name: str = ""
    country: str = ""
    natural_person: bool = False
    aeo: str = ""


def status_of(eoris: Iterable[str], at: datetime) -> Mapping[str, OperatorStatus]:
    """Return the status of each of the EORI numbers, unknown ones too, in one query."""
    wanted = {eori for eori in eoris if eori}
    day = at.astimezone(UTC).date()
    found = {
        operator.eori: _status(operator, day)
        for operator in Operator.objects.filter(eori__in=wanted)
    }
    return {eori: found.get(eori) or OperatorStatus(eori=eori) for eori in wanted}


def natural_eoris(eoris: Iterable[str]) -> frozenset[str]:
    """Return those of the EORI numbers, in capitals, that the register knows as natural persons."""
    wanted = {eori.upper() for eori in eoris if eori}
    if not wanted:
        return frozenset()
    found = Operator.objects.filter(eori__in=wanted, natural_person=True)
    return frozenset(found.values_list("eori", flat=True))


def status(operator: Operator, at: datetime) -> OperatorStatus:
    """Return the status of an operator of the register."""
    return _status(operator, at.astimezone(UTC).date())


def _status(operator: Operator, day: date) -> OperatorStatus:
    authorised = _holds(operator.aeo_valid_from, operator.aeo_valid_to, day)
    return OperatorStatus(
        eori=operator.eori,
        known=True,
        valid=_holds(operator.valid_from, operator.valid_to, day),
        name=operator.name,
        country=operator.country or operator.eori[:2],
        natural_person=operator.natural_person,
        aeo=operator.aeo if authorised and not operator.aeo_suspended else "",
    )


def _holds(start: date | None, end: date | None, day: date) -> bool:
    return (start is None or start <= day) and (end is None or end > day)
