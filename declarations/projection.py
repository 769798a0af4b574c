"""The projection of a document into rows for search, queue and history."""

from collections.abc import Callable, Iterator

from customs_portal.bulk import copy_rows
from declarations.document import Document, GoodsItem, Party, SupportingDocument
from declarations.names import name_key

ITEM_ROLES = ("consignor", "consignee", "notify_party", "buyer", "seller")
HEADER_ROLES = ("declarant", "representative", "carrier", *ITEM_ROLES)
Versions = list[tuple[int, Document]]
"""Ids of filing versions with their documents."""

CONSIGNMENT = ("filing_version_id", "path", "key")
ITEM = (
    "filing_version_id",
    "path",
    "number",
    "description",
    "commodity_code",
    "gross_mass",
    "un_number",
    "packages",
    "loading_country",
    "place_of_loading",
    "place_of_unloading",
)
PARTY = ("filing_version_id", "path", "role", "identifier", "name", "name_key", "country")
EQUIPMENT = ("filing_version_id", "path", "identification")
ROUTING = ("filing_version_id", "path", "sequence", "country")
SEARCH_KEY = ("ens_id", "kind", "value")


def write_projection(versions: Versions) -> None:
    """Write the rows of these versions, in the caller's transaction."""
    for table, columns, rows in tables():
        copy_rows(table, columns, rows(versions))


def write_search_keys(found: list[tuple[int, str, Document]]) -> None:
    """Write the identifiers by which ENS are found, from (ENS, MRN, document) of each filing."""
    rows = dict.fromkeys(
        (ens, kind, value) for ens, mrn, document in found for kind, value in keys(mrn, document)
    )
    copy_rows("declarations_searchkey", SEARCH_KEY, rows)


def keys(mrn: str, document: Document) -> list[tuple[str, str]]:
    """Return the search keys of a declaration, as (kind, value in capitals)."""
    found = {("mrn", mrn), ("lrn", document.lrn or "")}
    if document.means:
        found.add(("means", document.means.identification))
    found |= {("eori", party.identifier or "") for _, _, party in parties(document)}
    for item in document.items():
        found |= {("equipment", number) for number in item.containers}
        found |= {("document", paper.reference) for paper in item.documents}
    found |= {("document", paper.reference) for paper in _transport_documents(document)}
    found |= {("equipment", number) for number in _receptacles(document)}
    found |= {("seal", seal.identity) for seal in document.seals}
    return sorted((kind, value.upper()[:70]) for kind, value in found if value)


def _transport_documents(document: Document) -> Iterator[SupportingDocument]:
    """Yield the transport documents of ICS2, which stand beside the items."""
    yield from document.transport_documents
    for consignment in document.consignments:
        yield from (*consignment.transport_documents, *consignment.master_documents)


def _receptacles(document: Document) -> Iterator[str]:
    yield from document.receptacles
    for consignment in document.consignments:
        yield from consignment.receptacles


def parties(document: Document) -> Iterator[tuple[str, str, Party]]:
    """Yield (path, role, party) of the header and of each item."""
    for role in HEADER_ROLES:
        if party := getattr(document, role):
            yield role, role, party
    for item in document.items():
        for role in ITEM_ROLES:
            if party := getattr(item, role):
                yield f"item[{item.number}].{role}", role, party


def package_count(item: GoodsItem) -> int | None:
    """Return packages and pieces of an item together; None where it declares neither."""
    counts = [
        count
        for line in item.packages
        for count in (line.packages, line.pieces)
        if count is not None
    ]
    return sum(counts) if counts else None


def _consignments(versions: Versions) -> Iterator[tuple[object, ...]]:
    for version, document in versions:
        for number, consignment in enumerate(document.consignments, start=1):
            yield version, f"consignment[{number}]", consignment.key


def _items(versions: Versions) -> Iterator[tuple[object, ...]]:
    for version, document in versions:
        for item in document.items():
            yield _item(version, document, item)


def _item(version: int, document: Document, item: GoodsItem) -> tuple[object, ...]:
    loading = item.place_of_loading or document.place_of_loading or ""
    return (
        version,
        f"item[{item.number}]",
        item.number,
        item.description or "",
        item.commodity_code or "",
        item.gross_mass,
        item.un_number or "",
        package_count(item),
        loading[:2].upper(),
        loading,
        item.place_of_unloading or document.place_of_unloading or "",
    )


def _parties(versions: Versions) -> Iterator[tuple[object, ...]]:
    for version, document in versions:
        for path, role, party in parties(document):
            yield (
                version,
                path,
                role,
                party.identifier or "",
                party.name or "",
                name_key(party.name),
                party.country or "",
            )


def _equipment(versions: Versions) -> Iterator[tuple[object, ...]]:
    for version, document in versions:
        numbers = dict.fromkeys(number for item in document.items() for number in item.containers)
        for place, number in enumerate(numbers, start=1):
            yield version, f"equipment[{place}]", number


def _routing(versions: Versions) -> Iterator[tuple[object, ...]]:
    for version, document in versions:
        for place, country in enumerate(document.itinerary, start=1):
            yield version, f"routing[{place}]", place, country


Rows = Callable[[Versions], Iterator[tuple[object, ...]]]


def tables() -> tuple[tuple[str, tuple[str, ...], Rows], ...]:
    """Return each table of the projection with its columns and what makes its rows."""
    return (
        ("declarations_declaredconsignment", CONSIGNMENT, _consignments),
        ("declarations_declareditem", ITEM, _items),
        ("declarations_declaredparty", PARTY, _parties),
        ("declarations_declaredequipment", EQUIPMENT, _equipment),
        ("declarations_declaredrouting", ROUTING, _routing),
    )
