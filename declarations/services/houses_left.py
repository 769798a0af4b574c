"""Houses of ICS2 whose goods are here and that cannot become arrived: they are not linked (IE3N07).

Their goods stay expected; whoever notified the arrival and whoever filed are told. Not of the
minimum that was filed before loading where the same house arrived by its filing before arrival.
"""

from collections.abc import Iterable, Iterator, Sequence, Set
from datetime import datetime

from customs_portal.events.services import NewEvent, record_many
from declarations.document import Document, SupportingDocument
from declarations.events import ARRIVAL_HOUSE_LEFT
from declarations.filing_types import filing_types
from declarations.models import Arrival, Ens, Filing
from declarations.services.matching import Declared, declared


def is_left(each: Declared) -> bool:
    """Whether an ENS is a house that waits for its master."""
    return any(filing.link == Filing.Link.PENDING for filing in each.filings)


def tell_of_houses_left(
    arrived: Sequence[Declared], named: Sequence[Declared], *, arrival: Arrival, at: datetime
) -> None:
    """Record which houses stay behind: those named, and those of the masters that arrived."""
    masters = {paper for each in arrived for doc in each.documents for paper in _masters(doc)}
    here = {paper for each in arrived for doc in each.documents for paper in _houses(doc)}
    left = [each for each in _waiting_for(masters) if not _is_here(each, here)]
    found = {each.ens.pk: each for each in (*left, *named)}
    record_many([_told(found[key], arrival, at) for key in sorted(found)])


def _masters(document: Document) -> tuple[SupportingDocument, ...]:
    return document.transport_documents


def _houses(document: Document) -> Iterator[SupportingDocument]:
    return (paper for house in document.consignments for paper in house.transport_documents)


def _is_here(each: Declared, arrived: Set[SupportingDocument]) -> bool:
    """Whether it is the minimum before loading of houses that arrived."""
    own = {paper for document in each.documents for paper in _houses(document)}
    before_loading = all(filing_types()[filing.type].preloading for filing in each.filings)
    return before_loading and bool(own) and own <= arrived


def _waiting_for(masters: Iterable[SupportingDocument]) -> list[Declared]:
    """Return the houses that name one of these documents as the one above them."""
    wanted = {(paper.type, paper.reference.upper()) for paper in masters}
    if not wanted:
        return []
    near = Ens.objects.filter(
        search_keys__kind="document",
        search_keys__value__in=[reference for _type, reference in wanted],
        members__filing__link=Filing.Link.PENDING,
        members__filing__status=Filing.Status.REGISTERED,
    )
    known = declared({ens.pk: ens for ens in near.distinct()})
    return [each for each in known.values() if wanted & _above(each)]


def _above(each: Declared) -> set[tuple[str, str]]:
    return {
        (paper.type, paper.reference.upper())
        for document in each.documents
        for house in document.consignments
        for paper in (*document.transport_documents, *house.master_documents)
    }


def _told(each: Declared, arrival: Arrival, at: datetime) -> NewEvent:
    [filing, *_others] = each.filings
    data = {
        "arrival": arrival.pk,
        "means": arrival.means or arrival.reference,
        "filing": filing.pk,
        "version": each.ens.version,
    }
    return NewEvent(
        kind=ARRIVAL_HOUSE_LEFT, at=at, stream=each.ens.pk, actor=arrival.recorded_by_id, data=data
    )
