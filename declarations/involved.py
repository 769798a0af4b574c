"""Which other Member States a filing of ICS2 concerns, why, and until when they may answer.

`declarations/data/screening_times.csv` says by kind of analysis and mode of transport how long an
e-screening lasts (minutes, or a share of what is left of the analysis), and whether every Member
State is asked (`all`) or only those that the data name (`derived`).
"""

import csv
from collections.abc import Collection, Iterator
from datetime import datetime, timedelta
from functools import cache
from itertools import chain
from pathlib import Path

import msgspec
from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from declarations.document import Consignment, Document, GoodsItem, Party

_TIMES = Path(__file__).parent / "data" / "screening_times.csv"
_LAND = frozenset({"2", "3"})
"""Modes in which the nationality of the means counts: rail and road."""


class Involvement(TextChoices):
    """Why a State is concerned."""

    CONSIGNEE = "consignee", _("consignee")
    CONSIGNOR = "consignor", _("consignor")
    CARRIER = "carrier", _("carrier")
    BUYER = "buyer", _("buyer")
    SELLER = "seller", _("seller")
    NOTIFY_PARTY = "notify_party", _("notify party")
    ACTOR = "actor", _("supply chain actor")
    DELIVERY = "delivery", _("place of delivery")
    ROUTING = "routing", _("routing")
    UNLOADING = "unloading", _("place of unloading")
    MEANS = "means", _("nationality of the means")
    EVERYBODY = "everybody", _("every State is asked before loading")


_PARTIES = (
    Involvement.CONSIGNEE,
    Involvement.CONSIGNOR,
    Involvement.BUYER,
    Involvement.SELLER,
    Involvement.NOTIFY_PARTY,
)
Named = tuple[str | None, Involvement]


class ScreeningTime(msgspec.Struct, frozen=True, kw_only=True):
    """How long the e-screening of one scenario lasts; either `minutes` or `share` is given."""

    kind: str
    mode: str
    minutes: str
    share: str
    asks: str


def involved_states(
    document: Document, kind: str, members: Collection[str]
) -> dict[str, tuple[Involvement, ...]]:
    """Return by State, of `members` only, why a filing of ICS2 concerns it.

    `kind` is that of the assessment: `preloading` or `full`.
    """
    if screening_time(kind, document.transport_mode).asks == "all":
        return dict.fromkeys(sorted(members), (Involvement.EVERYBODY,))
    found: dict[str, set[Involvement]] = {}
    for named, why in _named(document):
        state = (named or "")[:2].upper()
        if state in members:
            found.setdefault(state, set()).add(why)
    return {
        state: tuple(why for why in Involvement if why in found[state]) for state in sorted(found)
    }


def screening_time(kind: str, mode: str) -> ScreeningTime:
    """Return the row of the kind of analysis and the mode; raises KeyError for another kind."""
    return _times().get((kind, mode)) or _times()[kind, ""]


def screening_ends_at(document: Document, kind: str, at: datetime, ends: datetime) -> datetime:
    """Return until when States may answer what they are asked at that time.

    Never after the end of the analysis, `ends`, if that is still to come.
    """
    row = screening_time(kind, document.transport_mode)
    left = max(ends - at, timedelta())
    if row.share:
        return at + left * float(row.share)
    length = timedelta(minutes=int(row.minutes))
    return at + (min(length, left) if left else length)


@cache
def _times() -> dict[tuple[str, str], ScreeningTime]:
    with _TIMES.open(encoding="utf-8", newline="") as file:
        rows = [msgspec.convert(row, ScreeningTime) for row in csv.DictReader(file)]
    return {(row.kind, row.mode): row for row in rows}


def _named(document: Document) -> Iterator[Named]:
    """Yield every country that the data name, and why it counts."""
    items = tuple(chain(document.items(), document.master_items))
    yield from _of_goods(document)
    for item in items:
        yield from _of_goods(item)
    for consignment in document.consignments:
        yield from _of_consignment(consignment)
    yield from ((country, Involvement.ROUTING) for country in document.itinerary)
    yield _country(document.carrier), Involvement.CARRIER
    if document.transport_mode in _LAND:
        vehicles = (document.means, *(means for item in items for means in item.means))
        yield from ((each.nationality, Involvement.MEANS) for each in vehicles if each)


def _of_goods(holder: Document | GoodsItem) -> Iterator[Named]:
    yield from ((_country(getattr(holder, role)), role) for role in _PARTIES)
    yield from ((actor.identifier, Involvement.ACTOR) for actor in holder.actors)
    yield holder.place_of_unloading, Involvement.UNLOADING


def _of_consignment(consignment: Consignment) -> Iterator[Named]:
    yield _country(consignment.carrier), Involvement.CARRIER
    yield from ((actor.identifier, Involvement.ACTOR) for actor in consignment.actors)
    yield from ((country, Involvement.ROUTING) for country in consignment.itinerary)
    yield consignment.place_of_delivery, Involvement.DELIVERY


def _country(party: Party | None) -> str | None:
    """Return where a party is: its address, else the country of its EORI number."""
    return (party.country or party.identifier) if party else None
