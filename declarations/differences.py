"""What two versions of a declaration say differently, in words."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from enum import StrEnum

import msgspec
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from declarations.document import Document, GoodsItem, Packages, Party


class Change(StrEnum):
    """Whether something was changed, added or removed."""

    CHANGED = "changed"
    ADDED = "added"
    REMOVED = "removed"


class Difference(msgspec.Struct, frozen=True, kw_only=True):
    """One difference: where, what was declared before, what is declared now; empty for nothing."""

    label: str
    old: str
    new: str

    @property
    def kind(self) -> Change:
        """Return what happened to the value."""
        if not self.old:
            return Change.ADDED
        return Change.CHANGED if self.new else Change.REMOVED


Lines = Mapping[str, str]
"""Values by what they are called, without those that are not declared."""

_HEADER: dict[str, str | Promise] = {
    "transport_mode": gettext_lazy("Mode of transport"),
    "expected_arrival": gettext_lazy("Expected arrival"),
    "conveyance_reference": gettext_lazy("Voyage or flight"),
    "place_of_loading": gettext_lazy("Place of loading"),
    "place_of_unloading": gettext_lazy("Place of unloading"),
    "specific_circumstance": gettext_lazy("Circumstance"),
    "payment_method": gettext_lazy("Payment of transport"),
    "commercial_reference": gettext_lazy("Commercial reference"),
    "total_items": gettext_lazy("Number of items"),
    "total_packages": gettext_lazy("Number of packages"),
    "total_gross_mass": gettext_lazy("Total gross mass"),
    "office_of_lodgement": gettext_lazy("Office of lodgement"),
    "itinerary": gettext_lazy("Countries on the way"),
    "subsequent_offices": gettext_lazy("Offices of subsequent entry"),
}
_PARTIES: dict[str, str | Promise] = {
    "representative": gettext_lazy("Representative"),
    "carrier": gettext_lazy("Carrier"),
    "consignor": gettext_lazy("Consignor"),
    "consignee": gettext_lazy("Consignee"),
    "notify_party": gettext_lazy("Notify party"),
}
_ITEM: dict[str, str | Promise] = {
    "description": gettext_lazy("Description"),
    "commodity_code": gettext_lazy("Commodity code"),
    "gross_mass": gettext_lazy("Gross mass"),
    "un_number": gettext_lazy("UN number"),
    "payment_method": gettext_lazy("Payment of transport"),
    "commercial_reference": gettext_lazy("Commercial reference"),
    "place_of_loading": gettext_lazy("Place of loading"),
    "place_of_unloading": gettext_lazy("Place of unloading"),
    "special_mentions": gettext_lazy("Special mentions"),
    "containers": gettext_lazy("Containers"),
}


def differences(old: Document, new: Document) -> list[Difference]:
    """Return every difference: header, parties, seals, then goods by item number.

    An item is the same where number and something of its content agree, else where all its content
    agrees under another number, else where the number agrees.
    """
    return [
        *_between(_declaration(old), _declaration(new)),
        *_sets(_("Seal"), _seals(old), _seals(new)),
        *_items(tuple(old.items()), tuple(new.items())),
    ]


def _between(old: Lines, new: Lines, prefix: str = "") -> list[Difference]:
    return [
        Difference(label=f"{prefix}{label}", old=old.get(label, ""), new=new.get(label, ""))
        for label in dict.fromkeys((*old, *new))
        if old.get(label, "") != new.get(label, "")
    ]


def _sets(label: str, old: Sequence[str], new: Sequence[str]) -> list[Difference]:
    """Return what is gone and what came; one in place of one other is one difference."""
    before, after = set(old), set(new)
    gone = [one for one in old if one not in after]
    come = [one for one in new if one not in before]
    if len(gone) == len(come) == 1:
        return [Difference(label=label, old=gone[0], new=come[0])]
    return [
        *(Difference(label=label, old=one, new="") for one in gone),
        *(Difference(label=label, old="", new=one) for one in come),
    ]


def _seals(document: Document) -> list[str]:
    return list(dict.fromkeys(seal.identity for seal in document.seals))


def _declaration(document: Document) -> Lines:
    means = document.means
    found = {
        **_fields(document, _HEADER),
        _("Means of transport"): means.identification if means else "",
        _("Nationality of the means"): (means.nationality or "") if means else "",
        **_people(document, _PARTIES),
    }
    return {label: text for label, text in found.items() if text}


def _item_lines(item: GoodsItem) -> Lines:
    found = {
        **_fields(item, _ITEM),
        _("Documents"): _listed(f"{paper.type} {paper.reference}" for paper in item.documents),
        _("Packages"): _listed(map(_packages, item.packages)),
        _("Means of transport"): _listed(means.identification for means in item.means),
        **_people(item, {role: _PARTIES[role] for role in _ITEM_ROLES}),
    }
    return {label: text for label, text in found.items() if text}


_ITEM_ROLES = ("consignor", "consignee", "notify_party")


def _fields(found: object, labels: Mapping[str, str | Promise]) -> dict[str, str]:
    return {str(label): _text(getattr(found, name)) for name, label in labels.items()}


def _people(found: object, labels: Mapping[str, str | Promise]) -> dict[str, str]:
    return {str(label): _party(getattr(found, name)) for name, label in labels.items()}


def _party(party: Party | None) -> str:
    if party is None:
        return ""
    parts = (party.identifier, party.name, party.street, party.postcode, party.city, party.country)
    return ", ".join(part for part in parts if part)


def _packages(packages: Packages) -> str:
    counts = (packages.packages, packages.pieces)
    parts = (*(str(count) for count in counts if count is not None), packages.kind, packages.marks)
    return " ".join(part for part in parts if part)


def _text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M} UTC"
    if isinstance(value, tuple):
        return _listed(value)
    return str(value)


def _listed(values: Iterable[str]) -> str:
    return ", ".join(values)


Pair = tuple[GoodsItem | None, GoodsItem | None]


def _items(old: Sequence[GoodsItem], new: Sequence[GoodsItem]) -> list[Difference]:
    pairs = sorted(_matched(old, new), key=_place)
    return [difference for pair in pairs for difference in _item(*pair)]


def _place(pair: Pair) -> tuple[int, int]:
    old, new = pair
    shown = new or old
    assert shown is not None
    return shown.number, old.number if old else 0


def _matched(old: Sequence[GoodsItem], new: Sequence[GoodsItem]) -> list[Pair]:
    """Return items of both versions that are the same, and those that only one has."""
    pairs: list[Pair] = []
    rest_old, rest_new = list(old), list(new)
    for key in (_number_and_content, _content, _number):
        found, rest_old, rest_new = _match(rest_old, rest_new, key)
        pairs += found
    return [*pairs, *((item, None) for item in rest_old), *((None, item) for item in rest_new)]


Key = Callable[[GoodsItem], Iterable[object]]


def _match(
    old: list[GoodsItem], new: list[GoodsItem], keys: Key
) -> tuple[list[Pair], list[GoodsItem], list[GoodsItem]]:
    """Pair items that share one of their keys, each once; return the pairs and what is left."""
    waiting: dict[object, list[GoodsItem]] = {}
    for item in reversed(old):
        for key in keys(item):
            waiting.setdefault(key, []).append(item)
    taken: set[int] = set()
    pairs: list[Pair] = []
    for item in new:
        before = _first(waiting, keys(item), taken)
        if before:
            taken.add(before.number)
            pairs.append((before, item))
    paired = {after.number for _before, after in pairs if after}
    left_old = [item for item in old if item.number not in taken]
    return pairs, left_old, [item for item in new if item.number not in paired]


def _first(
    waiting: dict[object, list[GoodsItem]], keys: Iterable[object], taken: set[int]
) -> GoodsItem | None:
    for key in keys:
        found = waiting.get(key, [])
        while found:
            item = found.pop()
            if item.number not in taken:
                return item
    return None


def _number_and_content(item: GoodsItem) -> Iterable[object]:
    content = (item.description, item.commodity_code, item.documents, item.containers)
    return [(item.number, place, part) for place, part in enumerate(content) if part]


def _content(item: GoodsItem) -> Iterable[object]:
    return [msgspec.json.encode(msgspec.structs.replace(item, number=0))]


def _number(item: GoodsItem) -> Iterable[object]:
    return [item.number]


def _item(old: GoodsItem | None, new: GoodsItem | None) -> list[Difference]:
    if old is None or new is None:
        shown = new or old
        assert shown is not None
        text = _named(shown)
        label = _("Item %d") % shown.number
        return [Difference(label=label, old=text if old else "", new=text if new else "")]
    numbers = _numbers(old, new)
    prefix = _("Item %d") % new.number + ": "
    return [*numbers, *_between(_item_lines(old), _item_lines(new), prefix)]


def _numbers(old: GoodsItem, new: GoodsItem) -> list[Difference]:
    if old.number == new.number:
        return []
    label = _("Number of %s") % _named(new)
    return [Difference(label=label, old=str(old.number), new=str(new.number))]


def _named(item: GoodsItem) -> str:
    return item.description or item.commodity_code or _("goods")
