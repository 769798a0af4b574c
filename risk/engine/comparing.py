"""What an amendment changed: the declaration held against the version before it."""

from collections.abc import Callable, Mapping
from decimal import Decimal

from declarations.document import Document, GoodsItem
from risk.engine.subject import Subject, code, codes

Read = Callable[[Document], object]


def _of_items(read: Callable[[GoodsItem], object]) -> Read:
    """Return a reader of one attribute over all goods items, whatever their order."""
    return lambda document: sorted(str(read(item)) for item in document.items())


def _parties(role: str) -> Read:
    """Return a reader of who stands in a role, on the header or on goods items."""

    def read(document: Document) -> object:
        holders = (document, *document.items())
        found = [getattr(holder, role) for holder in holders]
        return sorted({f"{p.identifier}|{p.name}|{p.country}" for p in found if p is not None})

    return read


def _mass(document: Document) -> Decimal | None:
    masses = [item.gross_mass for item in document.items() if item.gross_mass is not None]
    return sum(masses, Decimal(0)) if masses else document.total_gross_mass


def _places(attribute: str) -> Read:
    """Return a reader of a place, on the header or on goods items."""

    def read(document: Document) -> object:
        holders = (document, *document.items())
        return sorted({code(getattr(holder, attribute)) or "" for holder in holders} - {""})

    return read


CHANGES: Mapping[str, Read] = {
    "CONSIGNOR": _parties("consignor"),
    "CONSIGNEE": _parties("consignee"),
    "NOTIFY PARTY": _parties("notify_party"),
    "COMMODITY CODE": _of_items(lambda item: code(item.commodity_code)),
    "DESCRIPTION": _of_items(lambda item: item.description),
    "CONTAINER": _of_items(lambda item: sorted(codes(item.containers) or ())),
    "GROSS MASS": _mass,
    "PLACE OF LOADING": _places("place_of_loading"),
    "PLACE OF UNLOADING": _places("place_of_unloading"),
    "OFFICE OF FIRST ENTRY": lambda document: code(document.office_of_first_entry),
    "MEANS": lambda document: code(document.means.identification) if document.means else None,
}
"""What can have changed, by the word that rules use, and how it is read."""


def changed(subject: Subject) -> tuple[str, ...] | None:
    """Return what differs from the version before, None where nothing does or there is none."""
    previous = subject.context.previous
    if previous is None:
        return None
    now = subject.document
    return tuple(word for word, read in CHANGES.items() if read(previous) != read(now)) or None


def changed_seals(subject: Subject) -> tuple[str, ...] | None:
    """Return the seals that only one of this version and the previous one declares."""
    previous = subject.context.previous
    if previous is None:
        return None
    before = codes(seal.identity for seal in previous.seals) or ()
    now = codes(seal.identity for seal in subject.document.seals) or ()
    return tuple(sorted(set(before) ^ set(now))) or None
