"""In what state filings and their ENS are, as those who may know of them are told (IE3R08).

States are codes of list CL744, entities of list CL721. Nothing of them depends on an analysis.
"""

from collections import defaultdict
from collections.abc import Collection, Sequence

import msgspec
from django.db.models import Q

from customs_portal.findings import Finding, Stage
from declarations.document import SupportingDocument
from declarations.families import not_filed_in_whole
from declarations.filing_types import filing_types
from declarations.lifecycle.out_of_sequence import UNKNOWN_MRN
from declarations.models import Arrival, ConsignmentLife, Ens, Filing, SearchKey

UNKNOWN_DOCUMENT = "80"
REGISTERED = "01"
ACCEPTED, PENDING_LINKING, LINKED, INVALIDATED = "03", "04", "05", "09"
PENDING, COMPLETE, CONSIDERED_COMPLETE = "10", "11", "12"
ARRIVED, PRESENTED = "19", "21"
MOST_FOUND = 999
_LINKS = {Filing.Link.PENDING: PENDING_LINKING, Filing.Link.LINKED: LINKED}
_COMPLETENESS = {
    Ens.Completeness.PENDING: PENDING,
    Ens.Completeness.COMPLETE: COMPLETE,
    Ens.Completeness.CONSIDERED_COMPLETE: CONSIDERED_COMPLETE,
}
_LIVE = (Filing.Status.REGISTERED, Filing.Status.CLOSED)


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """By what filings are asked for, and by whom (EORI)."""

    requester: str
    mrn: str
    documents: tuple[SupportingDocument, ...]


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """An entity with its state."""

    type: str
    identification: str
    state: str


def consult(asked: Asked) -> list[Told] | Finding:
    """Return what the person may know, or that nothing is known by the MRN or document."""
    found = list(_filings(asked))
    if not found:
        return _arrivals(asked) or _unknown(asked)
    keys = [filing.pk for filing in found]
    goods, lacking = _goods(keys), not_filed_in_whole(keys)
    return [
        each
        for filing in found
        for each in _told(filing, goods[filing.pk], is_missing=filing.pk in lacking)
    ]


def _filings(asked: Asked) -> Sequence[Filing]:
    person = asked.requester
    named = Q(sender=person) | Q(declarant=person) | Q(representative=person) | Q(carrier=person)
    wanted = Q(mrn=asked.mrn) if asked.mrn else _by_document(asked.documents)
    filings = Filing.objects.filter(wanted, named, mrn__isnull=False, received_from="")
    own = filings.filter(type__in=filing_types()).select_related("membership__ens")
    return list(own.order_by("pk").distinct()[:MOST_FOUND])


def _arrivals(asked: Asked) -> list[Told]:
    """Return the arrival of that MRN, if the person notified it or is notified of it."""
    person = asked.requester
    own = Q(notified_by=person) | Q(notify_parties__contains=[person])
    arrivals = Arrival.objects.filter(own, mrn=asked.mrn) if asked.mrn else ()
    return [Told(type="ARN", identification=asked.mrn, state=REGISTERED) for _each in arrivals]


def _by_document(documents: Collection[SupportingDocument]) -> Q:
    numbers = [paper.reference.upper()[:70] for paper in documents]
    named = SearchKey.objects.filter(kind="document", value__in=numbers)
    return Q(membership__ens__in=named.values("ens"))


def _goods(filings: Collection[int]) -> dict[int, set[str]]:
    found: dict[int, set[str]] = defaultdict(set)
    lives = ConsignmentLife.objects.filter(filing__in=filings)
    for filing, where in lives.values_list("filing", "goods"):
        found[filing].add(where)
    return found


def _told(filing: Filing, goods: Collection[str], *, is_missing: bool) -> list[Told]:
    mrn, ens = filing.mrn or "", filing.membership.ens  # whose MRN may be that of another person
    lodged = Told(type="ENF", identification=mrn, state=_filing_state(filing))
    states = filter(None, [_ens_state(ens, filing, goods, is_missing=is_missing)])
    return [lodged, *(Told(type="ENS", identification=mrn, state=state) for state in states)]


def _filing_state(filing: Filing) -> str:
    if filing.status not in _LIVE:
        return INVALIDATED
    return _LINKS.get(Filing.Link(filing.link), ACCEPTED) if filing.link else ACCEPTED


def _ens_state(ens: Ens, filing: Filing, goods: Collection[str], *, is_missing: bool) -> str:
    """Return the state of what the filing is analysed in.

    A house joins its master only when its analysis before loading is concluded: nobody outside may
    see when, so that a house has no completeness, and one that is only looked at counts as filed.
    """
    if filing.status not in _LIVE:
        return INVALIDATED
    if set(goods) & {"presented", "under_control", "released", "not_released"}:
        return PRESENTED
    if set(goods) & {"arrived", "partially_arrived", "onward"}:
        return ARRIVED
    if filing.link or not ens.completeness:
        return ""
    return _COMPLETENESS[Ens.Completeness(ens.completeness)] if is_missing else COMPLETE


def _unknown(asked: Asked) -> Finding:
    by_mrn = bool(asked.mrn)
    return Finding(
        code=UNKNOWN_MRN if by_mrn else UNKNOWN_DOCUMENT,
        location="mrn" if by_mrn else "transport_document",
        value=asked.mrn or asked.documents[0].reference,
        text="Nothing of yours is known here by this MRN or document.",
        stage=Stage.LIFECYCLE,
    )
