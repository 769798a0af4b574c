"""Rules about identifiers: persons, means, containers, documents, numbers."""

import re
from collections.abc import Iterator

from declarations.mrn import is_valid
from messaging.formats.ics1.tree import Group
from messaging.formats.ics2.rules.facts import Facts
from messaging.formats.ics2.rules.rule import DUPLICATE, MISSING, WRONG, Fault, rule

WRONG_MEANS, DUPLICATE_DOCUMENT, INVALID_MRN = "70", "81", "93"
SEA, INLAND_WATER = "1", "8"
IMO, ENI = "10", "80"
ONLY_SUB_HOUSE = "2"
_EORI = re.compile(r"[A-Z]{2}[\x21-\x7e]{1,15}")
_TELEPHONE = re.compile(r"\+(?:[0-9] ?){6,14}[0-9]")
_CUS = re.compile(r"[0-9]{7}-[0-9]")
_CONTAINER = re.compile(r"[A-Z]{4}[0-9]{7}")
_IMO = re.compile(r"(?:IMO)?([0-9]{6})([0-9])")


def _not_of_form(group: Group, name: str, form: re.Pattern[str]) -> Iterator[Fault]:
    if name in group.values and not form.fullmatch(group.text(name)):
        yield Fault(group, name, WRONG)


@rule("R3002")
def address(group: Group, name: str, _facts: Facts) -> Iterator[Fault]:
    """An address has street and number, or a P.O. box."""
    for found in group.all(name):
        if not found.text("poBox"):
            for part in ("street", "number"):
                if not found.text(part):
                    yield Fault(found, part, MISSING)


@rule("R3003")
def reference(_group: Group, _name: str, _facts: Facts) -> Iterator[Fault]:
    """The reference of a person is used once; compared with what was accepted before."""
    yield from ()


@rule("R3004")
def mrn(group: Group, name: str, _facts: Facts) -> Iterator[Fault]:
    """The MRN has the form and the check character of one."""
    if name in group.values and not is_valid(group.text(name)):
        yield Fault(group, name, INVALID_MRN)


@rule("R3005")
def eori(group: Group, name: str, _facts: Facts) -> Iterator[Fault]:
    """A person is named by an EORI: the country in capitals and up to 15 characters."""
    yield from _not_of_form(group, name, _EORI)


@rule("R3006")
def telephone(group: Group, name: str, _facts: Facts) -> Iterator[Fault]:
    """A telephone number is international: + and 7 to 15 digits."""
    if group.text("type") == "TE":
        yield from _not_of_form(group, name, _TELEPHONE)


@rule("R3007")
def flight_or_aircraft(group: Group, name: str, _facts: Facts) -> Iterator[Fault]:
    """The means is known by its conveyance reference, or by number and type of identification."""
    for means in group.all(name):
        known = means.has("identificationNumber") and means.has("typeOfIdentification")
        if not known and not means.has("conveyanceReferenceNumber"):
            yield Fault(means, "conveyanceReferenceNumber", MISSING)


@rule("R3009")
def imo(group: Group, name: str, _facts: Facts) -> Iterator[Fault]:
    """An IMO number has six digits and the right check digit."""
    if group.text("typeOfIdentification") != IMO or name not in group.values:
        return
    match = _IMO.fullmatch(group.text(name))
    if match is None or _imo_digit(match[1]) != match[2]:
        yield Fault(group, name, WRONG_MEANS)


def _imo_digit(digits: str) -> str:
    total = sum(int(digit) * weight for digit, weight in zip(digits, range(7, 1, -1), strict=True))
    return str(total % 10)


@rule("R3010")
def eni(group: Group, name: str, _facts: Facts) -> Iterator[Fault]:
    """An ENI number has eight digits."""
    value = group.text(name)
    if group.text("typeOfIdentification") == ENI and not (len(value) == 8 and value.isdigit()):
        yield Fault(group, name, WRONG_MEANS)


@rule("R3011")
def ship_by_imo(group: Group, name: str, _facts: Facts) -> Iterator[Fault]:
    """A sea-going ship is identified by its IMO number (type 10)."""
    if group.text("ModeOfTransport") == SEA and group.text(name) != IMO:
        yield Fault(group, name, WRONG)


@rule("R3012")
def barge_by_eni(group: Group, name: str, _facts: Facts) -> Iterator[Fault]:
    """An inland vessel is identified by its ENI number (type 80)."""
    if group.text("ModeOfTransport") == INLAND_WATER and group.text(name) != ENI:
        yield Fault(group, name, WRONG)


@rule("R3019")
def commodity_digits(group: Group, name: str, _facts: Facts) -> Iterator[Fault]:
    """A commodity code has six digits, and two more where the nomenclature is given."""
    if name in group.values and not group.text(name).isdigit():
        yield Fault(group, name, WRONG)


@rule("R3020")
def cus_code(group: Group, name: str, _facts: Facts) -> Iterator[Fault]:
    """A CUS code has seven digits, a hyphen and a check digit."""
    yield from _not_of_form(group, name, _CUS)


@rule("R3021")
def container(group: Group, name: str, _facts: Facts) -> Iterator[Fault]:
    """A container number has four letters and seven digits (ISO 6346)."""
    yield from _not_of_form(group, name, _CONTAINER)


@rule("R3033")
def representative(group: Group, name: str, facts: Facts) -> Iterator[Fault]:
    """The representative is another person than the declarant."""
    declarant = facts.root.first("declarant")
    if declarant and group.text(name) == declarant.text(name) != "":
        yield Fault(group, name, WRONG)


@rule("R3051")
def only_sub_house(group: Group, name: str, _facts: Facts) -> Iterator[Fault]:
    """Below the lowest house only sub-houses follow (type 2)."""
    if name in group.values and group.text(name) != ONLY_SUB_HOUSE:
        yield Fault(group, name, WRONG)


@rule("R3052")
def document_used_once(group: Group, name: str, facts: Facts) -> Iterator[Fault]:
    """A house document stands at one house of the filing only."""
    if group.position != 1:
        return
    seen: set[tuple[str, str]] = set()
    for house in facts.master.all(group.name):
        for paper in house.all(name):
            key = paper.text("type"), paper.text("documentNumber")
            if key in seen:
                yield Fault(paper, "documentNumber", DUPLICATE_DOCUMENT)
            seen.add(key)


@rule("R3016", "R3017")
def item_number(group: Group, name: str, _facts: Facts) -> Iterator[Fault]:
    """Item numbers are 1, 2, 3 and so on, each once."""
    number = group.text(name)
    if int(number or 0) != group.position:
        before = group.parent.all(group.name)[: group.position - 1] if group.parent else []
        used = any(other.text(name) == number for other in before[-1:])
        yield Fault(group, name, DUPLICATE if used else WRONG)
