"""Filings that may stand below those of an ENS, though their keys do not say so.

They wait for a filing above them, are of a type that follows, and share something with what is
declared: containers, transport documents, marks, or the person named. Either they may be what a
master lacks, or what was filed of a house before loading. An officer decides.
"""

from collections.abc import Collection, Iterable, Iterator

import msgspec
from django.db.models import Exists, OuterRef
from django.utils.translation import gettext as _

from customs_portal.bulk import fetch_prepared
from declarations.document import Document, decode
from declarations.expected import Missing, missing
from declarations.linking import lower_types, taken_types, types_taking
from declarations.models import Ens, Filing, FilingLink, FilingVersion

MOST_CANDIDATES = 20
MOST_COMPARED = 200
"""Filings of one ENS with which candidates are compared; it may have 9,999."""
_SHARED = """
SELECT f.id FROM declarations_searchkey k
JOIN declarations_searchkey o ON o.value = k.value AND o.kind = k.kind AND o.ens_id <> k.ens_id
JOIN declarations_ensmember m ON m.ens_id = o.ens_id
JOIN declarations_filing f ON f.id = m.filing_id
WHERE k.ens_id = %(ens)s AND k.kind IN ('equipment', 'document')
  AND f.link = 'pending_linking' AND f.status = 'registered' AND f.type = ANY(%(types)s)
GROUP BY f.id ORDER BY count(DISTINCT o.value) DESC, f.id LIMIT %(most)s
"""
_BY_NAMED = """
SELECT f.id FROM declarations_filing f
WHERE f.declarant = ANY(%(named)s) AND f.link = 'pending_linking' AND f.status = 'registered'
  AND f.type = ANY(%(types)s)
ORDER BY f.id DESC LIMIT %(most)s
"""
_DECLARED = """
SELECT v.document_json::text FROM declarations_ensmember m
JOIN declarations_filing f ON f.id = m.filing_id
JOIN declarations_filingversion v ON v.filing_id = f.id AND v.number = f.version
WHERE m.ens_id = %s ORDER BY f.id <> ALL(%s::bigint[]), f.id LIMIT %s
"""


class Candidate(msgspec.Struct, frozen=True, kw_only=True):
    """A filing that may stand below another of the ENS, and why, in words.

    `expected` is empty for what was filed before loading, for which nobody waits.
    """

    filing: int
    mrn: str
    type: str
    declarant: str
    upper: int
    expected: str
    reasons: tuple[str, ...]


def candidates(ens: Ens) -> list[Candidate]:
    """Return the filings that may belong to the ENS, the most likely first."""
    found = [*_missing(ens), *_before_loading(ens)]
    return sorted(found, key=lambda each: (-len(each.reasons), each.filing))[:MOST_CANDIDATES]


def _missing(ens: Ens) -> Iterator[Candidate]:
    """Yield what may be the filings that the ENS lacks."""
    wanted = missing([ens.pk]).get(ens.pk, [])
    if not wanted:
        return
    uppers = Filing.objects.in_bulk({one.filing for one in wanted})
    declared = _declared(ens, uppers)
    types = {kind for upper in uppers.values() for kind in lower_types(upper.type)}
    named = {one.named for one in wanted if one.named}
    for filing, document in _related(ens, types, named):
        yield from _candidate(filing, document, wanted, uppers, declared)


def _before_loading(ens: Ens) -> Iterator[Candidate]:
    """Yield what may have been filed before loading of houses of the ENS."""
    houses = [*_with_documents(_taking(ens))]
    types = {kind for house, _document in houses for kind in taken_types(house.type)}
    if not types:
        return
    filers = {house.declarant for house, _document in houses}
    for filing, document in _related(ens, types, filers):
        fits = [
            (tuple(_of_house(filing, document, house, said)), house.pk) for house, said in houses
        ]
        why, upper = max(fits, key=lambda fit: len(fit[0]))
        if why:
            yield _as_candidate(filing, upper, "", why)


def _taking(ens: Ens) -> list[Filing]:
    """Return the houses below which may stand what was filed before; first those without it."""
    live = Filing.objects.filter(membership__ens=ens, status=Filing.Status.REGISTERED)
    below = FilingLink.objects.live().filter(upper=OuterRef("pk"))
    found = live.filter(type__in=types_taking()).annotate(has_below=Exists(below))
    return list(found.order_by("has_below", "pk")[:MOST_COMPARED])


def _of_house(
    filing: Filing, document: Document, house: Filing, declared: Document
) -> Iterator[str]:
    if filing.type not in taken_types(house.type):
        return
    if filing.declarant == house.declarant:
        yield _("Filed by the filer of the house")
    yield from _reasons(document, [declared])


def _declared(ens: Ens, uppers: Collection[int]) -> list[Document]:
    """Return what the filings declare below which others lack, and some of the rest."""
    rows = fetch_prepared(_DECLARED, [ens.pk, sorted(uppers), MOST_COMPARED])
    return [decode(document) for (document,) in rows]


def _related(
    ens: Ens, types: Collection[str], named: Collection[str]
) -> Iterator[tuple[Filing, Document]]:
    """Yield filings of these types that wait and share something, or are of persons named."""
    values = {
        "ens": ens.pk,
        "types": sorted(types),
        "named": sorted(named),
        "most": MOST_CANDIDATES,
    }
    rows = [*fetch_prepared(_SHARED, values), *fetch_prepared(_BY_NAMED, values)]
    yield from _with_documents(Filing.objects.in_bulk({row[0] for row in rows}).values())


def _with_documents(filings: Iterable[Filing]) -> Iterator[tuple[Filing, Document]]:
    known = {filing.pk: filing for filing in filings}
    versions = {row.filing_id: row for row in _current(known)}
    yield from ((filing, versions[key].document()) for key, filing in known.items())


def _current(filings: dict[int, Filing]) -> Iterator[FilingVersion]:
    for version in FilingVersion.objects.filter(filing__in=filings):
        if version.number == filings[version.filing_id].version:
            yield version


def _candidate(
    filing: Filing,
    document: Document,
    wanted: Collection[Missing],
    uppers: dict[int, Filing],
    declared: Collection[Document],
) -> Iterator[Candidate]:
    """Yield the filing for what it fits best; the person named goes before the rest."""
    fitting = [one for one in wanted if filing.type in lower_types(uppers[one.filing].type)]
    best = max(fitting, key=lambda one: one.named == filing.declarant, default=None)
    if best is None:
        return
    why = tuple(_reasons(document, declared))
    if best.named == filing.declarant:
        why = (_("Filed by the supplementary declarant that is named"), *why)
    if why:
        yield _as_candidate(filing, best.filing, best.expected, why)


def _as_candidate(filing: Filing, upper: int, expected: str, why: tuple[str, ...]) -> Candidate:
    return Candidate(
        filing=filing.pk,
        mrn=filing.mrn or "",
        type=filing.type,
        declarant=filing.declarant,
        upper=upper,
        expected=expected,
        reasons=why,
    )


def _reasons(document: Document, declared: Collection[Document]) -> Iterator[str]:
    for words, read in (
        (_("Same container: %(values)s"), _containers),
        (_("Same transport document: %(values)s"), _papers),
        (_("Same marks: %(values)s"), _marks),
    ):
        shared = read(document) & {value for each in declared for value in read(each)}
        if shared:
            yield words % {"values": ", ".join(sorted(shared)[:5])}


def _containers(document: Document) -> set[str]:
    found = {number for item in document.items() for number in item.containers}
    return found | set(document.receptacles)


def _papers(document: Document) -> set[str]:
    papers = [*document.transport_documents]
    for house in document.consignments:
        papers += [*house.transport_documents, *house.master_documents]
    return {paper.reference.upper() for paper in papers}


def _marks(document: Document) -> set[str]:
    marks = (line.marks for item in document.items() for line in item.packages)
    return {mark.strip().upper() for mark in marks if mark and len(mark.strip()) > 2}
