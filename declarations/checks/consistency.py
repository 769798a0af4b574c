"""What the filings of one ENS say differently of the same goods; a person looks at it, no more.

Nothing is refused for it: the master's figures are often estimates, and what is filed before
loading is little. Words of a description are compared where commodity codes are not told.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from decimal import Decimal

import msgspec
from django.utils.translation import gettext as _

from declarations.document import Consignment, Document, GoodsItem, Party
from declarations.names import folded, name_key
from declarations.projection import package_count
from declarations.whole import is_minimum, without_overtaken

TOLERATED = Decimal("0.1")
"""Of the greater figure."""
MOST_NAMED = 5
_WORD = re.compile(r"[^\W\d_]{3,}")
"""A word that tells something."""
_PARTIES = ("consignor", "consignee", "notify_party")


class Inconsistency(msgspec.Struct, frozen=True, kw_only=True):
    """One difference: `kind` is mass, pieces, containers, goods or parties; `text` tells it."""

    kind: str
    text: str


def inconsistencies(documents: Sequence[Document]) -> list[Inconsistency]:
    """Return what differs between the highest filing of an ENS and those below, in words."""
    if len(documents) < 2:
        return []
    highest, *lower = without_overtaken(documents)
    below = [document for document in lower if list(document.items())]
    found = [check(highest, below) for check in _LEVELS] if below else []
    return [*filter(None, found), *_since_loading(documents), *_same_house(documents)]


def _mass(above: Document, below: Sequence[Document]) -> Inconsistency | None:
    one, other = _total([above], _gross), _total(below, _gross)
    if not differ(one, other):
        return None
    text = _("Gross mass: %(above)s kg in the master, %(below)s kg in the houses")
    return Inconsistency(kind="mass", text=text % {"above": one, "below": other})


def _pieces(above: Document, below: Sequence[Document]) -> Inconsistency | None:
    one, other = _total([above], _packages), _total(below, _packages)
    if not differ(one, other):
        return None
    text = _("Packages: %(above)s in the master, %(below)s in the houses")
    return Inconsistency(kind="pieces", text=text % {"above": one, "below": other})


def _containers(above: Document, below: Sequence[Document]) -> Inconsistency | None:
    known = _numbers([above])
    unknown = sorted(_numbers(below) - known)
    if not known or not unknown:
        return None
    text = _("Containers of the houses that the master does not name: %(numbers)s")
    numbers = ", ".join(unknown[:MOST_NAMED])
    return Inconsistency(kind="containers", text=text % {"numbers": numbers})


_LEVELS: tuple[Callable[[Document, Sequence[Document]], Inconsistency | None], ...] = (
    _mass,
    _pieces,
    _containers,
)


def _total(documents: Iterable[Document], of: Callable[[GoodsItem], Decimal]) -> Decimal:
    return sum((of(item) for each in documents for item in each.items()), Decimal(0))


def _gross(item: GoodsItem) -> Decimal:
    return item.gross_mass or Decimal(0)


def _packages(item: GoodsItem) -> Decimal:
    return Decimal(package_count(item) or 0)


def differ(one: Decimal, other: Decimal) -> bool:
    """Whether both figures are told and far apart."""
    return bool(one and other) and abs(one - other) > TOLERATED * max(one, other)


def _numbers(documents: Iterable[Document]) -> set[str]:
    return {number for each in documents for item in each.items() for number in item.containers}


def _same_house(documents: Sequence[Document]) -> Iterator[Inconsistency]:
    """Yield the parties that two filings name differently under one house document."""
    told: dict[tuple[str, str], list[Party]] = {}
    for document in documents:
        for house in document.consignments:
            for paper in house.transport_documents if house.level == "house" else ():
                for role in _PARTIES:
                    if party := _party(document, house, role):
                        told.setdefault((paper.reference, role), []).append(party)
    for (reference, role), parties in sorted(told.items()):
        if any(_are_others(parties[0], party) for party in parties):
            names = {_known_by(party) for party in parties}
            text = _("%(document)s, %(role)s: %(names)s")
            values = {
                "document": reference,
                "role": role.replace("_", " "),
                "names": " / ".join(sorted(names)[:MOST_NAMED]),
            }
            yield Inconsistency(kind="parties", text=text % values)


def _party(document: Document, house: Consignment, role: str) -> Party | None:
    told: list[Party | None] = [getattr(item, role) for item in house.items]
    return next(filter(None, told), None) or getattr(document, role, None)


def _known_by(party: Party) -> str:
    return (party.identifier or party.name or "").upper()


def _are_others(one: Party, other: Party) -> bool:
    """Whether two are told apart by what both tell: their EORI numbers, else their names."""
    if one.identifier and other.identifier:
        return one.identifier.upper() != other.identifier.upper()
    return bool(one.name and other.name) and name_key(one.name) != name_key(other.name)


class _Goods(msgspec.Struct, frozen=True, kw_only=True):
    """What filings say of the goods of one house; `codes` are headings of the tariff."""

    mass: Decimal
    packages: Decimal
    codes: frozenset[str]
    words: frozenset[str]
    text: str


def _since_loading(documents: Sequence[Document]) -> Iterator[Inconsistency]:
    """Yield what was filed of a house before loading and is filed differently before arrival."""
    early = _houses(document for document in documents if is_minimum(document))
    full = _houses(document for document in documents if not is_minimum(document))
    for key in sorted(early.keys() & full.keys()):
        before, now = _goods(early[key]), _goods(full[key])
        for kind, words, old, new, apart in (
            ("mass", _("gross mass in kg"), before.mass, now.mass, differ(before.mass, now.mass)),
            ("pieces", _("packages"), before.packages, now.packages,
             differ(before.packages, now.packages)),
            ("goods", _("goods"), before.text, now.text, _are_other_goods(before, now)),
        ):  # fmt: skip
            if apart:
                text = _("%(house)s, %(what)s: %(before)s before loading, %(now)s now")
                values = {"house": key, "what": words, "before": old, "now": new}
                yield Inconsistency(kind=kind, text=text % values)


def _houses(documents: Iterable[Document]) -> dict[str, list[GoodsItem]]:
    found: dict[str, list[GoodsItem]] = {}
    for document in documents:
        for house in document.consignments:
            if house.level == "house" and house.items:
                found.setdefault(house.key, []).extend(house.items)
    return found


def _goods(items: Sequence[GoodsItem]) -> _Goods:
    said = [item.description or "" for item in items]
    return _Goods(
        mass=sum(map(_gross, items), Decimal(0)),
        packages=sum(map(_packages, items), Decimal(0)),
        codes=frozenset(item.commodity_code[:4] for item in items if item.commodity_code),
        words=frozenset(word for text in said for word in _WORD.findall(folded(text))),
        text=", ".join(filter(None, said[:MOST_NAMED])),
    )


def _are_other_goods(before: _Goods, now: _Goods) -> bool:
    """Whether both name goods and none of them is the same."""
    if before.codes and now.codes:
        return not before.codes & now.codes
    return bool(before.words and now.words) and not before.words & now.words
