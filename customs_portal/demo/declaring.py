"""One realistic entry summary declaration, every value drawn from a given source of chance."""

import hashlib
import random
from datetime import datetime, timedelta
from decimal import Decimal

import msgspec

from customs_portal.demo import catalogue, identifiers
from customs_portal.demo.catalogue import Entry, Goods, Journey
from declarations.document import (
    Consignment,
    Document,
    GoodsItem,
    Means,
    Packages,
    Party,
    Seal,
    SupportingDocument,
)
from messaging.formats.answers import Envelope
from messaging.formats.ics1.writing import write_declaration

BULK = frozenset(["VQ", "VG", "VL", "VY", "VR", "VS", "VO"])
UNPACKED = frozenset(["NE", "NF", "NG"])
SHIPS = 40
TO_ORDER = "10600"
LRN_PREFIX = "ENS-"
"""How the references of the traffic begin, and no others."""


class Lodging(msgspec.Struct, frozen=True, kw_only=True):
    """A declaration on its way: who sends it, under which identification, and what it says."""

    sender: str
    message_id: str
    prepared_at: datetime
    document: Document

    def xml(self) -> bytes:
        """Return the message as CC315A."""
        envelope = Envelope(
            sender=self.sender,
            recipient=f"NTA.{self.document.office_of_first_entry[:2]}",
            message_id=self.message_id,
            prepared_at=self.prepared_at,
        )
        return write_declaration(self.document, envelope)


def chance_of(*names: object) -> random.Random:
    """Return the source of chance that belongs to these names, the same on every machine."""
    text = "/".join(map(str, names))
    return random.Random(int.from_bytes(hashlib.sha256(text.encode()).digest()))  # noqa: S311


def declare(*, country: str, seed: int, index: int, at: datetime, kind: str = "") -> Lodging:
    """Return the index-th declaration of a stream to a country, lodged at a time.

    The message identification and the LRN differ for every seed, index and time. `kind` names the
    kind of voyage; by default it is drawn by weight. No risk rule of the demo is meant to hit.
    """
    chance = chance_of(seed, index)
    journey = _journey(chance, kind)
    entry = chance.choice([row for row in catalogue.entries(country) if row.kind == journey.kind])
    unique = hashlib.sha256(f"{seed}/{index}/{at.isoformat()}".encode()).hexdigest()[:12].upper()
    sender, persons = _persons(chance, journey)
    lrn = f"{LRN_PREFIX}{unique}"
    return Lodging(
        sender=sender,
        message_id=f"M{unique}",
        prepared_at=at,
        document=_document(chance, journey, entry, at, lrn=lrn, persons=persons),
    )


def _journey(chance: random.Random, kind: str) -> Journey:
    journeys = catalogue.journeys()
    if kind:
        return next(journey for journey in journeys if journey.kind == kind)
    return chance.choices(journeys, weights=[journey.weight for journey in journeys])[0]


def _persons(chance: random.Random, journey: Journey) -> tuple[str, dict[str, Party]]:
    """Return the sender's EORI, and the persons lodging, representing and carrying.

    The carrier lodges itself, or a forwarder lodges and names the carrier (rule R806), or lodges
    as the representative of an importer (then the importer is the person lodging).
    """
    filer = chance.choice(catalogue.of_role(chance.choice(journey.filers.split(";")))).identifier
    if filer not in {trader.identifier for trader in catalogue.of_role("forwarder")}:
        return filer, {"declarant": Party(identifier=filer)}
    carrier = _carrier(journey)
    if chance.random() < 0.25:
        importer = chance.choice(catalogue.of_role("importer")).party()
        persons = {"declarant": importer, "representative": Party(identifier=filer)}
        return filer, {**persons, "carrier": carrier}
    return filer, {"declarant": Party(identifier=filer), "carrier": carrier}


def _carrier(journey: Journey) -> Party:
    role = {"4": "airline", "2": "railway", "3": "haulier", "10": "haulier", "11": "haulier"}
    return catalogue.of_role(role.get(journey.mode, "carrier"))[0].party()


def _document(
    chance: random.Random,
    journey: Journey,
    entry: Entry,
    at: datetime,
    *,
    lrn: str,
    persons: dict[str, Party],
) -> Document:
    loading, itinerary = _route(chance, journey, entry)
    containers = _containers(chance, journey)
    parties, mentions = _traders(chance, journey, loading)
    items = _items(chance, journey, containers, mentions)
    declared = Document(
        type="IE315",
        lrn=lrn,
        transport_mode=journey.mode,
        specific_circumstance=journey.circumstance or None,
        means=_means(chance, journey),
        conveyance_reference=_conveyance(chance, journey),
        payment_method=chance.choice("DHYZ"),
        place_of_loading=loading,
        place_of_unloading=entry.unloading,
        declaration_place=entry.unloading,
        declared_at=at,
        expected_arrival=_arrival(chance, journey, at),
        office_of_first_entry=entry.office,
        subsequent_offices=_subsequent(chance, entry),
        itinerary=itinerary,
        seals=tuple(Seal(identity=identifiers.reference("EC", chance)) for _ in containers),
        declarant=persons["declarant"],
        consignments=(),
    )
    return with_items(msgspec.structs.replace(declared, **persons, **parties), items)


def _route(chance: random.Random, journey: Journey, entry: Entry) -> tuple[str, tuple[str, ...]]:
    """Return the place of loading and the countries from there to the first entry (rule C570)."""
    loading, _, between = chance.choice(journey.loadings.split(";")).partition(":")
    via = (between,) if between else ()
    return loading, (loading[:2], *via, entry.country)


def _arrival(chance: random.Random, journey: Journey, at: datetime) -> datetime:
    minutes = chance.randrange(journey.hours_least * 60, journey.hours_most * 60)
    return (at + timedelta(minutes=minutes)).replace(second=0, microsecond=0)


def _subsequent(chance: random.Random, entry: Entry) -> tuple[str, ...]:
    if not entry.subsequent or chance.random() < 0.6:
        return ()
    return (chance.choice(entry.subsequent.split(";")),)


def _means(chance: random.Random, journey: Journey) -> Means | None:
    """Return the active means at header level (rules C017, C024, C514); rail names wagons."""
    if journey.mode == "1":
        return Means(identification=identifiers.ship(chance.randrange(SHIPS)))
    if journey.mode == "8":
        return Means(identification=identifiers.barge(chance))
    if journey.mode in ("3", "10"):
        return Means(identification=identifiers.plate(chance), nationality="GB")
    if journey.mode == "11":
        return Means(identification=identifiers.trailer(chance), nationality="GB")
    return None


def _conveyance(chance: random.Random, journey: Journey) -> str | None:
    if journey.mode == "4":
        return identifiers.flight(chance)
    return f"{chance.randrange(100, 999)}{chance.choice('EWNS')}" if journey.mode == "1" else None


def _containers(chance: random.Random, journey: Journey) -> tuple[str, ...]:
    if journey.kind in ("deep_sea", "short_sea"):
        return tuple(identifiers.container(chance) for _ in range(chance.choice((1, 1, 1, 2, 3))))
    return (identifiers.container(chance),) if journey.kind == "rail" else ()


def _traders(
    chance: random.Random, journey: Journey, loading: str
) -> tuple[dict[str, Party], tuple[str, ...]]:
    """Return the header's parties and the special mentions: consignee, or to order (rule C583)."""
    at_home = [row for row in catalogue.of_role("consignor") if row.country == loading[:2]]
    consignor = chance.choice(at_home or catalogue.of_role("consignor")).party()
    consignee = chance.choice(catalogue.of_role("consignee")).party()
    if journey.kind == "deep_sea" and chance.random() < 0.15:
        return {"consignor": consignor, "notify_party": consignee}, (TO_ORDER,)
    return {"consignor": consignor, "consignee": consignee}, ()


def _items(
    chance: random.Random,
    journey: Journey,
    containers: tuple[str, ...],
    mentions: tuple[str, ...],
) -> tuple[GoodsItem, ...]:
    transport = SupportingDocument(type=journey.document, reference=_bill(chance, journey))
    family = chance.choice(journey.families.split(";"))
    count = 1 if family in ("bulk_ship", "vehicle") else chance.choice((1, 1, 1, 2, 2, 3, 4))
    chosen = chance.sample(_goods_of(family), k=min(count, len(_goods_of(family))))
    numbers = range(1, max(len(chosen), len(containers)) + 1)
    wagons = (Means(identification=identifiers.wagon(chance)),) if journey.mode == "2" else ()
    return tuple(
        msgspec.structs.replace(
            item(chance, number, chosen[(number - 1) % len(chosen)]),
            documents=(transport,),
            special_mentions=mentions,
            containers=(containers[(number - 1) % len(containers)],) if containers else (),
            means=wagons,
        )
        for number in numbers
    )


def _bill(chance: random.Random, journey: Journey) -> str:
    if journey.document == "N741":
        return identifiers.air_waybill(chance)
    return identifiers.reference("NKL" if journey.mode == "1" else "TD", chance)


def _goods_of(family: str) -> list[Goods]:
    return [goods for goods in catalogue.goods() if goods.family == family]


def item(chance: random.Random, number: int, goods: Goods) -> GoodsItem:
    """Return a goods item with packages as its kind asks for (rule C062)."""
    count = chance.randrange(goods.packages_least, goods.packages_most + 1)
    tenths = chance.randrange(goods.kg_least * 10, goods.kg_most * 10 + 1)
    mass = Decimal(tenths) * max(count, 1) / 10
    return GoodsItem(
        number=number,
        description=goods.description,
        commodity_code=goods.hs,
        gross_mass=mass,
        packages=(packages(goods.kind, count, f"{goods.kind} {number} {tenths}"),),
    )


def packages(kind: str, count: int, marks: str) -> Packages:
    """Return a package line: bulk without count, unpacked with pieces, others with packages."""
    if kind in BULK:
        return Packages(kind=kind)
    if kind in UNPACKED:
        return Packages(kind=kind, pieces=count)
    return Packages(kind=kind, packages=count, marks=marks)


def totals(items: tuple[GoodsItem, ...]) -> dict[str, int | Decimal]:
    """Return the header's totals (rules TR0811, R105, TR0812)."""
    lines = [line for each in items for line in each.packages]
    return {
        "total_items": len(items),
        "total_packages": sum(_counted(line) for line in lines),
        "total_gross_mass": sum((each.gross_mass or Decimal(0) for each in items), Decimal(0)),
    }


def _counted(line: Packages) -> int:
    return 1 if line.kind in BULK else (line.packages or 0) + (line.pieces or 0)


def _consignments(items: tuple[GoodsItem, ...]) -> tuple[Consignment, ...]:
    return (Consignment(key="ALL", items=items, transport_documents=items[0].documents),)


def with_items(document: Document, items: tuple[GoodsItem, ...]) -> Document:
    """Return the document with other items and the totals that belong to them."""
    return msgspec.structs.replace(document, consignments=_consignments(items), **totals(items))
