"""What one evaluation looks at: a declaration, its circumstances, and one goods item of it."""

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from decimal import Decimal
from functools import cached_property

import msgspec

from declarations.document import Consignment, Document, GoodsItem, Party

ROLES = ("consignor", "consignee", "notify_party", "carrier", "declarant", "representative")


class Context(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of the declaration besides its content.

    `received_at` is the legal time of lodging of the version (UTC, aware). `previous` is the
    document of the version before, None for the first one.
    """

    mrn: str
    received_at: datetime
    filing_type: str = ""
    previous: Document | None = None


class Declared:
    """A document with its context and what is computed once for all its goods items."""

    def __init__(self, document: Document, context: Context) -> None:
        self.document = document
        self.context = context

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
        return Subject(self, None, None)

    def subjects(self) -> Iterator["Subject"]:
        """Yield each goods item with its header, in the order of item numbers."""
        pairs = [
            (item, consignment)
            for consignment in self.document.consignments
            for item in consignment.items
        ]
        for item, consignment in sorted(pairs, key=lambda pair: pair[0].number):
            yield Subject(self, item, consignment)


class Subject:
    """The declaration, or one goods item with its header joined."""

    __slots__ = ("consignment", "context", "declared", "document", "item")

    def __init__(
        self, declared: Declared, item: GoodsItem | None, consignment: Consignment | None
    ) -> None:
        self.declared = declared
        self.document = declared.document
        self.context = declared.context
        self.item = item
        self.consignment = consignment

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
