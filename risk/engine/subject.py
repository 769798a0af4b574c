"""What one evaluation looks at: a declaration, its circumstances, and one goods item of it."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from decimal import Decimal
from functools import cached_property

import msgspec

from declarations.checks.quality.flags import Flag
from declarations.document import Consignment, Document, GoodsItem, Party

ROLES = ("consignor", "consignee", "notify_party", "carrier", "declarant", "representative")


Number = int | Decimal


class Likeness(msgspec.Struct, frozen=True, kw_only=True):
    """That a declared name is like an entry of a list; `agrees`: no country contradicts."""

    match: int
    list: str
    score: Decimal
    agrees: bool


class Features(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What earlier declarations say of this one, by field name; never computed twice.

    `declaration` holds for every goods item that has no value of its own in `items` (by place).
    `names` holds what the lists said of its names and addresses, by `risk.engine.names.Identity`.
    `flags` are those of data quality by place; None where nobody has looked.
    """

    declaration: dict[str, Number] = {}
    items: dict[int, dict[str, Number]] = {}
    names: dict[str, tuple[Likeness, ...]] = {}
    flags: dict[int, tuple[Flag, ...]] | None = None

    def of(self, name: str, place: int) -> Number | None:
        """Return a value for the goods item at that place, 0 being the declaration itself."""
        own = self.items.get(place)
        return own[name] if own and name in own else self.declaration.get(name)

    def at(self, place: int) -> dict[str, Number]:
        """Return all values for the goods item at that place."""
        return self.declaration | self.items.get(place, {})

    def flags_at(self, place: int) -> tuple[Flag, ...] | None:
        """Return the flags of the goods item at that place, those of the header included."""
        if self.flags is None:
            return None
        own = self.flags.get(place, ())
        return own if place == 0 else (*own, *self.flags.get(0, ()))


NO_FEATURES = Features()


def encode_features(features: Features) -> bytes:
    """Return the features as JSON, the form in which they are stored: decimals as text."""
    return msgspec.json.encode(features)


_features_decoder = msgspec.json.Decoder(Features)


def decode_features(data: bytes | str) -> Features:
    """Return the features stored by `encode_features`; raises msgspec.ValidationError."""
    return _features_decoder.decode(data)


class Context(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of the declaration besides its content.

    `received_at` is the legal time of lodging of the version (UTC, aware), `analysis_ends_at` when
    its risk analysis must be over. `previous` is the document of the version before, None for the
    first one. `listed` holds, for lists too long for memory, the values of this declaration that
    are on the list on the day of receipt.
    """

    mrn: str
    received_at: datetime
    filing_type: str = ""
    analysis_ends_at: datetime | None = None
    previous: Document | None = None
    features: Features = NO_FEATURES
    listed: Mapping[str, frozenset[str]] = {}


class Declared:
    """A document with its context and what is computed once for all its goods items."""

    def __init__(self, document: Document, context: Context) -> None:
        self.document = document
        self.context = context

    def learn(self, features: Features, listed: Mapping[str, frozenset[str]]) -> None:
        """Add what the database knows of the declaration, before anything of it is read."""
        self.context = msgspec.structs.replace(self.context, features=features, listed=listed)

    @cached_property
    def contents(self) -> dict[str, tuple[GoodsItem, ...]]:
        """Return the goods items in each container, by container number."""
        found: dict[str, list[GoodsItem]] = {}
        for item in self.document.items():
            for number in item.containers:
                found.setdefault(code(number) or "", []).append(item)
        return {number: tuple(items) for number, items in found.items()}

    @cached_property
    def item_count(self) -> int:
        """Return the number of goods items declared."""
        return sum(len(consignment.items) for consignment in self.document.consignments)

    @cached_property
    def whole(self) -> "Subject":
        """Return the declaration as a subject, without a goods item."""
        return Subject(self, None, None, 0)

    def subjects(self) -> Iterator["Subject"]:
        """Yield each goods item with its header, in the order of item numbers."""
        pairs = [
            (item, consignment)
            for consignment in self.document.consignments
            for item in consignment.items
        ]
        ordered = sorted(pairs, key=lambda pair: pair[0].number)
        for place, (item, consignment) in enumerate(ordered, start=1):
            yield Subject(self, item, consignment, place)


class Subject:
    """The declaration, or one goods item with its header joined.

    `place` counts goods items in their order from 1, over all consignments; 0 is the declaration.
    """

    __slots__ = ("consignment", "declared", "document", "item", "place")

    def __init__(
        self,
        declared: Declared,
        item: GoodsItem | None,
        consignment: Consignment | None,
        place: int,
    ) -> None:
        self.declared = declared
        self.document = declared.document
        self.item = item
        self.consignment = consignment
        self.place = place

    @property
    def context(self) -> Context:
        """Return what is known besides the content."""
        return self.declared.context

    def goods(self) -> GoodsItem:
        """Return the goods item; a rule that reads one is never evaluated without it."""
        if self.item is None:
            raise ValueError("a field of a goods item was read at declaration level")
        return self.item

    def party(self, role: str) -> Party | None:
        """Return the party in that role: of the goods item, else of the header."""
        on_item: Party | None = getattr(self.item, role, None)
        return on_item or getattr(self.document, role)

    def carrier(self) -> Party:
        """Return the effective carrier."""
        return self.document.effective_carrier()

    def item_or_header(self, name: str) -> str | None:
        """Return a text declared on the goods item, else the one of the header."""
        on_item: str | None = getattr(self.item, name, None)
        return on_item or getattr(self.document, name)

    def gross_mass(self) -> Decimal | None:
        """Return the item's gross mass, or the total where there is one item only."""
        item = self.goods()
        if item.gross_mass is None and self.declared.item_count == 1:
            return self.document.total_gross_mass
        return item.gross_mass

    def sharing(self) -> tuple[GoodsItem, ...]:
        """Return the goods items that share a container with this one, itself included."""
        contents = self.declared.contents
        found = {
            item.number: item
            for number in self.goods().containers
            for item in contents[code(number) or ""]
        }
        return tuple(found.values())


def code(text: str | None) -> str | None:
    """Return a code as compared: trimmed and in capitals; None where nothing is left."""
    return text.strip().upper() or None if text else None


def codes(texts: Iterable[str | None]) -> tuple[str, ...] | None:
    """Return the different codes in the order declared; None where there is none."""
    found = dict.fromkeys(map(code, texts))
    found.pop(None, None)
    return tuple(found) or None  # type: ignore[arg-type]  # None has just been taken out


def party_codes(subject: Subject, read: Callable[[Party], str | None]) -> tuple[str, ...] | None:
    """Return one attribute of every party of the item and the header."""
    parties = [subject.party(role) for role in ROLES]
    return codes([read(party) for party in parties if party is not None])
