"""How each rule of ICS2 is broken: a change at the element where the tables name it.

A breaker gets the element that holds the named child, changes the message, and returns the code
that must be answered; None where it cannot be broken there.
"""

from collections.abc import Callable
from copy import deepcopy
from typing import Any

Breaker = Callable[[Any, str], str | None]


def name_of(element: Any) -> str:
    return str(element.tag).rpartition("}")[2]


def children(parent: Any, name: str) -> list[Any]:
    return [child for child in parent if name_of(child) == name]


def drop(parent: Any, *names: str) -> bool:
    found = [child for name in names for child in children(parent, name)]
    for child in found:
        parent.remove(child)
    return bool(found)


def put(parent: Any, name: str, value: str) -> bool:
    found = children(parent, name)
    if found:
        found[0].text = value
    return bool(found)


def with_equipment_at_item(root: Any) -> None:
    """Move the equipment of each consignment to its first item."""
    found = [one for one in root.iter() if name_of(one) == "transportEquipment"]
    for equipment in found:
        for item in children(equipment.getparent(), "goodsItem")[:1]:
            item.append(equipment)


def dropping(*names: str, code: str = "13") -> Breaker:
    """Return the breaker that leaves out children, the named one where none are given."""
    return lambda parent, name: code if drop(parent, *(names or (name,))) else None


def putting(value: str, code: str = "12") -> Breaker:
    """Return the breaker that gives the named child a value."""
    return lambda parent, name: code if put(parent, name, value) else None


def _split(parent: Any, _name: str) -> str | None:
    return "13" if put(parent, "splitConsignmentIndicator", "1") else None


def _equipment(parent: Any, name: str) -> str | None:
    holder = parent
    while holder is not None and not children(holder, "containerIndicator"):
        holder = holder.getparent()
    indicated = children(parent, name) and put(holder, "containerIndicator", "0")
    return "15" if indicated else None


def _bulk(parent: Any, name: str) -> str | None:
    return "15" if children(parent, name) and put(parent, "typeOfPackages", "VQ") else None


def _low_value(parent: Any, name: str) -> str | None:
    holders = (parent, parent.getparent())
    told = [one for holder in holders for one in children(holder, "additionalInformation")]
    if not told or not drop(parent, name):
        return None
    put(told[0], "code", "10900")
    return "13"


def _to_order(parent: Any, name: str) -> str | None:
    return "13" if children(parent, "additionalInformation") and drop(parent, name) else None


def _in_address(parent: Any, name: str) -> str | None:
    found = children(parent, name)
    return "13" if found and drop(found[0], "street", "poBox") else None


def _telephone(parent: Any, name: str) -> str | None:
    put(parent, "type", "TE")
    return "12" if put(parent, name, "010-4000000") else None


def _means(parent: Any, name: str) -> str | None:
    found = children(parent, name)
    keys = ("conveyanceReferenceNumber", "identificationNumber", "typeOfIdentification")
    return "13" if found and drop(found[0], *keys) else None


def _eni(parent: Any, _name: str) -> str | None:
    return "70" if put(parent, "typeOfIdentification", "80") else None


def _inland(parent: Any, _name: str) -> str | None:
    return "12" if put(parent, "ModeOfTransport", "8") else None


def _departure(parent: Any, name: str) -> str | None:
    departures = ("actualDateAndTimeOfDeparture", "estimatedDateAndTimeOfDeparture")
    return "13" if drop(children(parent, name)[0], *departures) else None


def _early(parent: Any, _name: str) -> str | None:
    arrival = "estimatedDateAndTimeOfArrival"
    return "103" if put(parent, arrival, "2026-01-01T00:00:00Z") else None


def _routed(place: int, country: str) -> Breaker:
    def breaker(parent: Any, name: str) -> str | None:
        put(children(parent, name)[place], "country", country)
        return "12"

    return breaker


def _everywhere(country: str) -> Breaker:
    def breaker(parent: Any, name: str) -> str | None:
        for one in children(parent, name):
            put(one, "country", country)
        return "12"

    return breaker


def _at_both_levels(parent: Any, name: str) -> str | None:
    above = children(parent.getparent(), name)
    if name_of(parent) != "goodsItem" or not above:
        return None
    after = "packaging" if name == "passiveBorderTransportMeans" else "goodsItemNumber"
    children(parent, after)[-1].addnext(deepcopy(above[0]))
    return "15"


def _as_declarant(parent: Any, name: str) -> str | None:
    (declarant,) = children(parent.getroottree().getroot(), "declarant")
    return "12" if put(parent, name, children(declarant, name)[0].text) else None


def _twice(parent: Any, name: str) -> str | None:
    parent.addnext(deepcopy(parent))
    return "81" if children(parent, name) else None


def _unaddressed(parent: Any, _name: str) -> str | None:
    return "13" if drop(parent, "customsOfficeOfFirstEntry", "addressedMemberState") else None


def _on_a_flight(parent: Any, name: str) -> str | None:
    put(parent, "ModeOfTransport", "4")
    return "13" if drop(parent, name) else None


def _unexpected(parent: Any, name: str) -> str | None:
    drop(parent.getroottree().getroot(), "relatedMRN")
    return "13" if drop(parent, "estimatedDateAndTimeOfArrival") else None


def _by_bill_too(parent: Any, _name: str) -> str | None:
    mrns = children(parent, "relatedMRN")
    if not mrns:
        return None
    bill = deepcopy(mrns[0])
    bill.tag = bill.tag.replace("relatedMRN", "relatedTransportDocument")
    bill[0].tag = bill[0].tag.replace("identification", "documentNumber")
    kind = deepcopy(bill[0])
    kind.tag, kind.text = kind.tag.replace("documentNumber", "type"), "N704"
    bill.append(kind)
    mrns[0].addprevious(bill)
    return "15"


def _emptied(parent: Any, name: str) -> str | None:
    (found,) = children(parent, name)
    return "13" if drop(found, *map(name_of, found)) else None


_HS = "harmonizedSystemSubHeadingCode"
_PLACE = dropping("UNLOCODE")
BREAKERS: dict[str, Breaker] = {
    "C3001": _split,
    **dict.fromkeys(("C3003", "C3004", "C3005", "C3006", "C3007", "C3008"), _PLACE),
    **dict.fromkeys(("C3013", "C3014", "C3050", "C3051"), _equipment),
    **dict.fromkeys(("C3015", "C3016", "C3017", "C3018"), dropping()),
    **dict.fromkeys(("C3012", "C3049"), dropping()),
    "C3019": _on_a_flight,
    "C3020": dropping(),
    "C3022": dropping(),
    "C3024": _to_order,
    **dict.fromkeys(("C3025", "C3048", "C3034"), dropping()),
    **dict.fromkeys(("C3035", "C3036"), _bulk),
    **dict.fromkeys(("C3037", "C3038"), _low_value),
    "R3002": _in_address,
    "R3004": putting("26NL0000000ABCDBT5", "93"),
    "R3005": putting("123456"),
    "R3006": _telephone,
    "R3007": _means,
    "R3008": _at_both_levels,
    "R3009": putting("9074728", "70"),
    "R3010": _eni,
    "R3011": putting("80"),
    "R3012": _inland,
    "R3013": _routed(0, "US"),
    "R3014": _routed(-1, "BE"),
    "R3016": putting("2"),
    "R3017": putting("2"),
    "R3018": _everywhere("US"),
    "R3019": lambda parent, _name: "12" if put(parent, _HS, "ABCDEF") else None,
    "R3020": putting("123456789"),
    "R3021": putting("ABC123"),
    "R3022": _everywhere("US"),
    "R3027": _unexpected,
    "R3028": dropping("MRN", "transportDocument", "transportDocumentHouse"),
    **dict.fromkeys(("R3025", "R3029", "R3030"), _emptied),
    "R3031": _at_both_levels,
    "R3033": _as_declarant,
    "R3034": _unaddressed,
    "R3035": _departure,
    "R3048": _by_bill_too,
    "R3051": putting("1"),
    "R3052": _twice,
    "R3053": _early,
}
AT_ITEMS = frozenset({"C3014", "C3016", "C3018"})
"""Judged at equipment of items, where no example has any."""
UNBREAKABLE = frozenset({"R3003"})
"""Judged against what was accepted before, not within the message."""
