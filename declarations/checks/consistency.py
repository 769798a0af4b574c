"""What the filings of one ENS say differently of the same goods; a person looks at it, no more.

Nothing is refused for it: the master's figures are often estimates.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from decimal import Decimal

import msgspec
from django.utils.translation import gettext as _

from declarations.document import Consignment, Document, GoodsItem, Party
from declarations.projection import package_count

TOLERATED = Decimal("0.1")
"""Of the greater figure."""
MOST_NAMED = 5
_PARTIES = ("consignor", "consignee", "notify_party")


class Inconsistency(msgspec.Struct, frozen=True, kw_only=True):
    """One difference: `kind` is mass, pieces, containers or parties; `text` tells it."""

    kind: str
    text: str


def inconsistencies(documents: Sequence[Document]) -> list[Inconsistency]:
    """Return what differs between the highest filing of an ENS and those below, in words."""
    if len(documents) < 2:
        return []
    highest, *lower = documents
    below = [document for document in lower if list(document.items())]
    found = [check(highest, below) for check in _LEVELS] if below else []
    return [*filter(None, found), *_same_house(documents)]


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
    told: dict[tuple[str, str], set[str]] = {}
    for document in documents:
        for house in document.consignments:
            for paper in house.transport_documents if house.level == "house" else ():
                for role in _PARTIES:
                    if party := _party(document, house, role):
                        told.setdefault((paper.reference, role), set()).add(_known_by(party))
    for (reference, role), names in sorted(told.items()):
        if len(names) > 1:
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
