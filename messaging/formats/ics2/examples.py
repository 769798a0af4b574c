"""A full and a minimal example of every message of ICS2, made from its tables.

A minimal one has what the tables demand and what its conditions demand of it; a full one
everything that may stand together, in containers.
"""

from collections.abc import Callable, Iterator, Sequence
from functools import cache

from declarations.filing_types import filing_types
from messaging.formats.ics1.contents import Content, Value
from messaging.formats.ics1.markup import write
from messaging.formats.ics1.tables import Element
from messaging.formats.ics2.tables import catalogue, filing_of, rows, table

FULL, MINIMAL = "full", "minimal"
_DEMANDED = frozenset(
    {
        "UNLOCODE", "street", "number", "postCode", "commodityCode", "numberOfPackages",
        "shippingMarks", "conveyanceReferenceNumber", "estimatedDateAndTimeOfDeparture", "MRN",
        "customsOfficeOfFirstEntry", "estimatedDateAndTimeOfArrival", "placeOfExamination",
    }
)  # fmt: skip
"""Optional in the tables, and demanded by a condition or rule as the examples declare."""
_CONDITIONS = frozenset({"C3012", "C3020", "C3022", "C3049"})
_ALTERNATIVES = frozenset({"previousMRN", "location", "poBox", "relatedTransportDocument"})
"""What may not stand beside something else that the examples have."""
_INDICATOR, _EQUIPMENT = "containerIndicator", "transportEquipment"
_ONLY_SUB_HOUSE, _ONE_ADDRESS = "R3051", "R3034"
_ONE_LEVEL = frozenset({"R3008", "R3031"})
_ONE_OBJECT = frozenset({"R3025", "R3030"})


def examples() -> Iterator[tuple[str, bytes]]:
    """Yield the name and the body of every example (`IE3F12_full`, `IE3F12_minimal`)."""
    for message in catalogue():
        for size in (FULL, MINIMAL):
            yield f"{message}_{size}", example(message, size)


def example(message: str, size: str) -> bytes:
    """Return one example; `size` is `full` or `minimal`."""
    return write(message, content(message, size))


def content(message: str, size: str) -> dict[str, Value]:
    """Return what an example says, as element names with values."""
    filing = filing_types().get(filing_of(message))
    return _group(table(message), _wanted(size), filing.mode if filing else "1", size)


def _wanted(size: str) -> Callable[[Element, Element], bool]:
    return _in_full if size == FULL else _in_minimal


def _in_minimal(child: Element, parent: Element) -> bool:
    if child.min or _CONDITIONS & set(child.rules):
        return True
    if _ONE_OBJECT & set(parent.rules):
        return child.name == _EQUIPMENT
    return child.name in _DEMANDED


def _in_full(child: Element, parent: Element) -> bool:
    if child.name == "address" and parent.name.startswith("placeOf"):
        return False
    if parent.name == "goodsItem" and (child.name == _EQUIPMENT or _ONE_LEVEL & set(child.rules)):
        return False
    if child.name == "addressedMemberState" and _ONE_ADDRESS in child.rules:
        return False
    return child.name not in _ALTERNATIVES


def _group(
    element: Element, wanted: Callable[[Element, Element], bool], mode: str, size: str
) -> dict[str, Value]:
    content: dict[str, Value] = {}
    for child in element.children:
        if not wanted(child, element):
            continue
        if child.type:
            content[child.name] = _value(child, element, mode, size)
        else:
            content[child.name] = _groups(child, wanted, mode, size)
    return content


def _groups(
    element: Element, wanted: Callable[[Element, Element], bool], mode: str, size: str
) -> Sequence[Content]:
    """Return the group as often as it must be there; a routing goes from China to the Union."""
    least = max(element.min, 1)
    found = [_group(element, wanted, mode, size) for _ in range(least)]
    for place, one in enumerate(found):
        if "sequenceNumber" in one:
            one |= {"sequenceNumber": str(place + 1), "country": ("CN", "NL")[place > 0]}
    return found


def _value(element: Element, parent: Element, mode: str, size: str) -> str:
    if element.name == _INDICATOR:
        return "1" if size == FULL and _may_have_equipment(parent) else "0"
    if _ONLY_SUB_HOUSE in element.rules:
        return "2"
    assert element.type is not None
    if len(element.type.enumerations) == 1:
        return element.type.enumerations[0]
    values = _values()
    for key in (element.path, f"{parent.name}/{element.name}", element.name):
        for which in (mode, ""):
            if (which, key) in values:
                return values[which, key]
    return next(iter(element.type.enumerations), "1")


def _may_have_equipment(consignment: Element) -> bool:
    return any(child.name == _EQUIPMENT for child in consignment.children)


@cache
def _values() -> dict[tuple[str, str], str]:
    return {(row["mode"], row["name"]): row["value"] for row in rows("example_values")}
