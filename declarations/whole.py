"""The filings of one ENS as one document: what rules read, and what measures are about.

The first one gives the header. Houses with goods take the place of what the filing above said of
them, which is kept as the master's goods; a filing without goods tells parties of the goods of
another. What was filed of a house before loading counts until it is filed before arrival. Items
are numbered through all of them, in the order of the filings.
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import count
from typing import Any

import msgspec

from declarations.document import Consignment, Document, GoodsItem
from declarations.filing_types import filing_types

_PARTIES = ("consignor", "consignee", "notify_party", "buyer", "seller")


def whole(documents: Sequence[Document]) -> Document:
    """Return the documents of an ENS as one; raises ValueError for none."""
    if not documents:
        raise ValueError("An ENS has a filing.")
    first, *others = documents = without_overtaken(documents)
    if not others:
        return first
    goods = any(house.items for document in others for house in document.consignments)
    return msgspec.structs.replace(
        first,
        consignments=tuple(_numbered(_together(documents), others)),
        master_items=(*first.master_items, *(_goods_above(first.consignments) if goods else ())),
        seals=tuple(dict.fromkeys(seal for each in documents for seal in each.seals)),
        screenings=tuple(one for each in documents for one in each.screenings),
        actors=tuple(dict.fromkeys(actor for each in documents for actor in each.actors)),
        total_items=None,
    )


def own_numbers(documents: Sequence[Document]) -> dict[int, tuple[int, int]]:
    """Return by number of an item in the whole the place of its document, and its number there."""
    found: dict[int, tuple[int, int]] = {}
    documents = without_overtaken(documents)
    tagged = [_tagged(document, place, found) for place, document in enumerate(documents)]
    items = (item for each in _together(tagged) for item in each.items)
    return {number: found[item.number] for number, item in enumerate(items, start=1)}


def without_overtaken(documents: Sequence[Document]) -> list[Document]:
    """Return documents without the houses of a minimum before loading that another declares.

    A single house that nobody else declares by its document was linked by an officer: the filing
    above has its goods, and it stays without them.
    """
    counting = {
        house.key
        for document in documents
        if not is_minimum(document)
        for house in document.consignments
        if house.items
    }
    return [
        _without(document, counting) if is_minimum(document) else document for document in documents
    ]


def is_minimum(document: Document) -> bool:
    """Whether it is no more than the minimum that is filed before loading."""
    kind = filing_types().get(document.type)
    return kind is not None and kind.minimum


def _without(document: Document, keys: set[str]) -> Document:
    left = tuple(house for house in document.consignments if house.key not in keys)
    if keys and left == document.consignments and len(left) == 1:
        left = (msgspec.structs.replace(left[0], items=()),)
    return msgspec.structs.replace(document, consignments=left)


def _tagged(document: Document, place: int, found: dict[int, tuple[int, int]]) -> Document:
    """Return a document whose items are numbered through all documents, and note what each was."""
    consignments = []
    for each in document.consignments:
        items = []
        for item in each.items:
            tag = len(found)
            found[tag] = place, item.number
            items.append(msgspec.structs.replace(item, number=tag))
        consignments.append(msgspec.structs.replace(each, items=tuple(items)))
    return msgspec.structs.replace(document, consignments=tuple(consignments))


def _together(documents: Sequence[Document]) -> Iterator[Consignment]:
    first, *others = documents
    houses = [house for document in others for house in _own(document)]
    above = first.consignments
    if any(house.items for house in houses):
        above = tuple(_without_goods(each) for each in above)
    return _merged((*above, *houses))


def _own(document: Document) -> Iterator[Consignment]:
    """Yield the consignments of a filing, its header's parties at each item without its own."""
    told = {role: party for role in _PARTIES if (party := getattr(document, role))}
    for house in document.consignments:
        items = tuple(_with(item, told) for item in house.items)
        yield msgspec.structs.replace(house, items=items)


def _with(item: GoodsItem, told: dict[str, Any]) -> GoodsItem:
    lacking = {role: party for role, party in told.items() if getattr(item, role) is None}
    return msgspec.structs.replace(item, **lacking) if lacking else item


def _goods_above(above: Iterable[Consignment]) -> Iterator[GoodsItem]:
    for consignment in above:
        if consignment.level == "master":
            yield from consignment.items


def _without_goods(consignment: Consignment) -> Consignment:
    """Return a consignment as it stands above houses that declare its goods."""
    if consignment.level != "master":
        return consignment
    return msgspec.structs.replace(consignment, items=())


def _merged(consignments: Iterable[Consignment]) -> Iterator[Consignment]:
    """Yield each consignment once by its key, with the goods that any filing gives it."""
    found: dict[str, Consignment] = {}
    for consignment in consignments:
        before = found.get(consignment.key)
        if before is None or not before.items:
            found[consignment.key] = consignment
        elif consignment.items:
            items = (*before.items, *consignment.items)
            found[consignment.key] = msgspec.structs.replace(before, items=items)
    yield from found.values()


def _numbered(
    consignments: Iterable[Consignment], others: Sequence[Document]
) -> Iterator[Consignment]:
    numbers = count(1)
    tellers = [each for each in others if not any(house.items for house in each.consignments)]
    for consignment in consignments:
        told = _told_of(consignment, tellers)
        yield msgspec.structs.replace(
            consignment,
            items=tuple(
                msgspec.structs.replace(_with(item, told), number=next(numbers))
                for item in consignment.items
            ),
        )


def _told_of(consignment: Consignment, tellers: Iterable[Document]) -> dict[str, Any]:
    """Return the parties that filings without goods tell of a consignment by its document."""
    papers = {paper.reference for paper in consignment.transport_documents}
    told: dict[str, Any] = {}
    for document in tellers:
        named = {
            paper.reference
            for house in document.consignments
            for paper in (*house.transport_documents, *house.master_documents)
        }
        if named & papers:
            told |= {role: party for role in _PARTIES if (party := getattr(document, role))}
    return told
