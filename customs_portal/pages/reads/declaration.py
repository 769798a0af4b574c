"""A declaration laid out for reading: goods first, then movement, parties, documents."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

import msgspec
from django.utils.translation import gettext as _

from customs_portal.pages.reads import ens_filing
from customs_portal.pages.reads.marks import Cell, Marker
from customs_portal.pages.reads.queue import MODE_NAMES, operator_names
from customs_portal.pages.wording import moment
from customs_portal.reference.snapshot import Snapshot
from declarations.document import Document, GoodsItem, Packages, Party
from declarations.persons import NO_VEIL, Veil, parties_of
from declarations.projection import ITEM_ROLES

ITEMS_SHOWN = TEXTS_SHOWN = 50
PARTY_ROLES = (
    "consignor",
    "consignee",
    "notify_party",
    "carrier",
    "declarant",
    "representative",
    "buyer",
    "seller",
)
_HS = ("item.commodity_code", "item.hs2", "item.hs4", "item.hs6", "item.country_goods")
_DESCRIPTION = (
    "item.description",
    "item.description_words",
    "item.description_word_count",
    "quality.flags",
    "quality.flag_count",
    "quality.likely_chapters",
)
_EQUIPMENT = tuple(
    f"equipment.{name}"
    for name in (
        "containers",
        "container_count",
        "container_gross_mass",
        "container_un_numbers",
        "container_chapters",
        "wrong_check_digits",
    )
)
_LOADING = ("routing.place_of_loading", "routing.country_of_loading")
_UNLOADING = ("routing.place_of_unloading", "routing.country_of_unloading")


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """A label with its value."""

    label: str
    cell: Cell


class Group(msgspec.Struct, frozen=True, kw_only=True):
    """Lines that belong together."""

    title: str
    lines: tuple[Line, ...]


class ItemRow(msgspec.Struct, frozen=True, kw_only=True):
    """One goods item; `extras` are what stands below its description."""

    number: int
    commodity: Cell
    description: Cell
    packages: Cell
    gross: Cell
    each: Cell
    containers: tuple[Cell, ...]
    extras: tuple[Line, ...]


class DeclarationView(msgspec.Struct, frozen=True, kw_only=True):
    """A declaration as it is shown: of its `count` items page `page` of `pages`, hit items first.

    `page_of` says on which page each item is.
    """

    items: tuple[ItemRow, ...]
    count: int
    page: int
    pages: int
    page_of: Mapping[str, int]
    groups: tuple[Group, ...]

    @property
    def shown(self) -> frozenset[str]:
        """Return the numbers of the items on this page."""
        return frozenset(str(item.number) for item in self.items)


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """What whoever reads a declaration asks for: pages of items and filings, rules nearly hit."""

    items: int
    near: bool
    filings: int


class Surroundings(msgspec.Struct, frozen=True, kw_only=True):
    """What helps to read a declaration: code lists, names of operators, the time."""

    snapshot: Snapshot
    names: Mapping[str, str]
    at: datetime


def surroundings(
    document: Document, snapshot: Snapshot, at: datetime, veil: Veil = NO_VEIL
) -> Surroundings:
    """Return what is known around the document; one query for the names of its operators."""
    eoris = {party.identifier for party in parties_of(document) if party.identifier}
    names = {eori: veil.name(name, eori) for eori, name in operator_names(eoris).items()}
    return Surroundings(snapshot=snapshot, names=names, at=at)


def asked(sent: Mapping[str, str]) -> Asked:
    """Return what an address asks for: the first pages where it says none."""
    return Asked(items=_page(sent, "items"), near="near" in sent, filings=_page(sent, "filings"))


def _page(sent: Mapping[str, str], name: str) -> int:
    page = sent.get(name, "")
    is_page = page.isascii() and page.isdecimal() and len(page) < 5
    return int(page) if is_page else 1


def view(
    document: Document, marker: Marker, around: Surroundings, *, page: int = 1
) -> DeclarationView:
    """Return the declaration laid out, its values marked by the marker."""
    items = list(document.items())
    items.sort(key=lambda item: not marker.is_marked("item", str(item.number)))
    pages = max(1, -(-len(items) // ITEMS_SHOWN))
    page = min(max(page, 1), pages)
    shown = items[(page - 1) * ITEMS_SHOWN : page * ITEMS_SHOWN]
    papers = _transport_documents(document)
    named = ", ".join(papers)
    rows = [_item_row(item, marker, around, named) for item in shown]
    return DeclarationView(
        items=tuple(rows),
        count=len(items),
        page=page,
        pages=pages,
        page_of={str(item.number): place // ITEMS_SHOWN + 1 for place, item in enumerate(items)},
        groups=(
            *_filing(document, marker, around),
            _movement(document, marker, around),
            _parties(document, marker, around),
            _documents(document, marker, papers),
        ),
    )


def _item_row(item: GoodsItem, marker: Marker, around: Surroundings, named: str) -> ItemRow:
    number = str(item.number)

    def cell(text: str | None, *fields: str) -> Cell:
        return marker.cell(text, "item", number, fields)

    count = sum(line.packages or line.pieces or 0 for line in item.packages)
    each = item.gross_mass / count if item.gross_mass is not None and count else None
    equipment = [
        marker.cell(container, "equipment", container, _EQUIPMENT) for container in item.containers
    ]
    return ItemRow(
        number=item.number,
        commodity=cell(_commodity(item.commodity_code), *_HS),
        description=cell(item.description, *_DESCRIPTION),
        packages=cell(_packages(item.packages), "item.packages", "item.package_kinds"),
        gross=cell(
            f"{item.gross_mass:,.1f}" if item.gross_mass is not None else None, "item.gross_mass"
        ),
        each=cell(f"{each:,.1f}" if each is not None else None, "item.mass_per_package"),
        containers=tuple(equipment) or (cell(None, *_EQUIPMENT),),
        extras=_extras(item, marker, around, named),
    )


def _extras(item: GoodsItem, marker: Marker, around: Surroundings, named: str) -> tuple[Line, ...]:
    """Return what stands below a description; not, unless marked, the documents `named` for all."""
    number = str(item.number)
    papers = ", ".join(f"{paper.type} {paper.reference}" for paper in item.documents)
    marks = ", ".join(line.marks for line in item.packages if line.marks)
    mentions = [
        f"{code} {around.snapshot.code_name('AdditionalInformationIdCommon', code)}"
        for code in item.special_mentions
    ]
    known: list[tuple[str, str | None, tuple[str, ...]]] = [
        (_("UN number"), item.un_number, ("item.un_number",)),
        (_("Loaded at"), item.place_of_loading, _LOADING),
        (_("Unloaded at"), item.place_of_unloading, _UNLOADING),
        (_("On the way"), None, ("routing.countries",)),
        (_("Documents"), papers, ("item.document_types", "consignment.transport_documents")),
        (_("Marks"), marks, ()),
        (_("Special mentions"), ", ".join(mentions), ("item.special_mentions",)),
        (_("Payment of charges"), _payment(item.payment_method, around), ("item.payment_method",)),
        (_("Reference"), item.commercial_reference, ()),
        (_("Means"), ", ".join(means.identification for means in item.means), ()),
    ]
    cells = [(label, marker.cell(text, "item", number, fields)) for label, text, fields in known]
    lines = [(label, cell) for label, cell in cells if cell.marks or cell.text != named]
    for role in ITEM_ROLES:
        text = _party(getattr(item, role), around)
        lines.append((role_name(role), marker.cell(text, "item", number, _party_fields(role))))
    return _lines(lines)


def _lines(found: Iterable[tuple[str, Cell]]) -> tuple[Line, ...]:
    """Keep what is declared or marked."""
    return tuple(Line(label=label, cell=cell) for label, cell in found if cell.text)


def _commodity(code: str | None) -> str | None:
    return f"{code[:4]} {code[4:]}".strip() if code else None


def _packages(lines: Sequence[Packages]) -> str:
    return ", ".join(f"{line.packages or line.pieces or 0:,} {line.kind}" for line in lines)


def _payment(method: str | None, around: Surroundings) -> str | None:
    if not method:
        return None
    return f"{method} {around.snapshot.code_name('TransportChargesMethodOfPayment', method)}"


def _filing(document: Document, marker: Marker, around: Surroundings) -> tuple[Group, ...]:
    found = ens_filing.lines(document, marker, around.at)
    return (Group(title=_("ENS filing"), lines=_lines(found)),) if found else ()


def _movement(document: Document, marker: Marker, around: Surroundings) -> Group:
    means = document.means

    def cell(text: str | None, *fields: str) -> Cell:
        return marker.cell(text, "declaration", "", fields)

    mode = str(MODE_NAMES.get(document.transport_mode, document.transport_mode))
    flag = around.snapshot.country_name(means.nationality) if means and means.nationality else ""
    identity = f"{means.identification} {flag}".strip() if means else None
    itinerary = " > ".join(map(around.snapshot.country_name, document.itinerary))
    later = ", ".join(_office(number, around) for number in document.subsequent_offices)
    return Group(
        title=_("Movement"),
        lines=_lines(
            [
                (_("Filing"), cell(document.type, "declaration.type", "declaration.mrn")),
                (_("LRN"), cell(document.lrn)),
                (_("Mode"), cell(mode, "declaration.mode")),
                (
                    _("Means of transport"),
                    cell(identity, "means.identification", "means.imo", "means.nationality"),
                ),
                (
                    _("Voyage"),
                    cell(document.conveyance_reference, "declaration.conveyance_reference"),
                ),
                (_("Route"), cell(itinerary, "routing.itinerary", "routing.countries")),
                (_("Loading"), cell(document.place_of_loading, *_LOADING)),
                (_("Unloading"), cell(document.place_of_unloading, *_UNLOADING)),
                (
                    _("Office of first entry"),
                    cell(
                        _office(document.office_of_first_entry, around),
                        "declaration.office_of_first_entry",
                        "declaration.country_of_first_entry",
                    ),
                ),
                (
                    _("Expected arrival"),
                    cell(
                        _moment(document.expected_arrival, around),
                        "timing.expected_arrival",
                        "timing.hours_to_arrival",
                        "timing.received_at",
                    ),
                ),
                (_("Subsequent offices"), cell(later, "routing.subsequent_offices")),
                (
                    _("Office of lodgement"),
                    cell(document.office_of_lodgement, "declaration.office_of_lodgement"),
                ),
                (
                    _("Special circumstance"),
                    cell(document.specific_circumstance, "declaration.circumstance"),
                ),
            ]
        ),
    )


def _moment(when: datetime | None, around: Surroundings) -> str | None:
    return moment(when, around.at) if when else None


def _office(number: str, around: Surroundings) -> str:
    row = around.snapshot.office(number.upper())
    return f"{number} {row.name}" if row else number


def _parties(document: Document, marker: Marker, around: Surroundings) -> Group:
    found = []
    for role in PARTY_ROLES:
        text = _party(getattr(document, role), around)
        if role == "carrier" and not text:
            text = _("Same as declarant")
        found.append((role_name(role), marker.cell(text, "party", role, _party_fields(role))))
    return Group(title=_("Parties"), lines=_lines(found))


def _party_fields(role: str) -> tuple[str, ...]:
    own = tuple(f"{role}.{part}" for part in ("identifier", "name", "country"))
    carrier = ("carrier.identifier", "carrier.name", "carrier.country")
    return (*own, *(carrier if role == "declarant" else ()), "parties.identifiers")


def role_name(role: str) -> str:
    """Return the word for a role of a party."""
    return {
        "consignor": _("Consignor"),
        "consignee": _("Consignee"),
        "notify_party": _("Notify party"),
        "carrier": _("Carrier"),
        "declarant": _("Declarant"),
        "representative": _("Representative"),
        "buyer": _("Buyer"),
        "seller": _("Seller"),
    }[role]


def _party(party: Party | None, around: Surroundings) -> str | None:
    if party is None:
        return None
    name = party.name or around.names.get(party.identifier or "")
    town = " ".join(part for part in (party.postcode, party.city) if part)
    country = around.snapshot.country_name(party.country) if party.country else None
    return ", ".join(part for part in (name, party.identifier, party.street, town, country) if part)


def _first(texts: Sequence[str]) -> str:
    """Return the first of the texts in one line, and how many more there are."""
    shown, more = ", ".join(texts[:TEXTS_SHOWN]), len(texts) - TEXTS_SHOWN
    return _("%(shown)s and %(more)s more") % {"shown": shown, "more": more} if more > 0 else shown


def _documents(document: Document, marker: Marker, papers: Sequence[str]) -> Group:
    def cell(text: str | None, *fields: str) -> Cell:
        return marker.cell(text, "declaration", "", fields)

    seals = _first([seal.identity for seal in document.seals])
    boxes = {number for item in document.items() for number in item.containers}
    packages, mass = document.total_packages, document.total_gross_mass
    return Group(
        title=_("Transport document and equipment"),
        lines=_lines(
            [
                (_("Transport document"), cell(_first(papers))),
                (_("Containers"), cell(str(len(boxes)) if boxes else None)),
                (_("Seals"), cell(seals, "seals.identities", "seals.count", "seals.changed")),
                (_("Items"), cell(str(document.total_items or ""), "declaration.item_count")),
                (
                    _("Total packages"),
                    cell(f"{packages:,}" if packages else None, "declaration.total_packages"),
                ),
                (
                    _("Total gross kg"),
                    cell(f"{mass:,.1f}" if mass else None, "declaration.total_gross_mass"),
                ),
                (_("Payment of charges"), cell(document.payment_method, "item.payment_method")),
                (_("Commercial reference"), cell(document.commercial_reference)),
            ]
        ),
    )


def _transport_documents(document: Document) -> list[str]:
    """Return the transport documents of all consignments, each once."""
    found = dict.fromkeys(
        f"{paper.type} {paper.reference}"
        for consignment in document.consignments
        for paper in consignment.transport_documents
    )
    return [*found]
