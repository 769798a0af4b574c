"""Filings that may be the missing ones of a master, though their keys do not say so.

They wait for a filing above them, are of a type that follows, and share something with what is
declared: containers, transport documents, marks, or the person named. An officer decides.
"""

from collections.abc import Collection, Iterator

import msgspec
from django.utils.translation import gettext as _

from customs_portal.bulk import fetch_prepared
from declarations.document import Document, decode
from declarations.expected import Missing, missing
from declarations.linking import lower_types
from declarations.models import Ens, Filing, FilingVersion

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
    """A filing that may stand below another of the ENS, and why, in words."""

    filing: int
    mrn: str
    type: str
    declarant: str
    upper: int
    expected: str
    reasons: tuple[str, ...]


def candidates(ens: Ens) -> list[Candidate]:
    """Return the filings that may be what the ENS lacks, the most likely first."""
    wanted = missing([ens.pk]).get(ens.pk, [])
    if not wanted:
        return []
    uppers = Filing.objects.in_bulk({one.filing for one in wanted})
    declared = _declared(ens, uppers)
    found = [
        candidate
        for filing, document in _related(ens, wanted, uppers)
        for candidate in _candidate(filing, document, wanted, uppers, declared)
    ]
    return sorted(found, key=lambda each: (-len(each.reasons), each.filing))[:MOST_CANDIDATES]


def _declared(ens: Ens, uppers: Collection[int]) -> list[Document]:
    """Return what the filings declare below which others lack, and some of the rest."""
    rows = fetch_prepared(_DECLARED, [ens.pk, sorted(uppers), MOST_COMPARED])
    return [decode(document) for (document,) in rows]


def _related(
    ens: Ens, wanted: Collection[Missing], uppers: dict[int, Filing]
) -> Iterator[tuple[Filing, Document]]:
    types = sorted({kind for upper in uppers.values() for kind in lower_types(upper.type)})
    values = {
        "ens": ens.pk,
        "types": types,
        "named": sorted({one.named for one in wanted if one.named}),
        "most": MOST_CANDIDATES,
    }
    rows = [*fetch_prepared(_SHARED, values), *fetch_prepared(_BY_NAMED, values)]
    filings = Filing.objects.in_bulk({row[0] for row in rows})
    for version in FilingVersion.objects.filter(filing__in=filings):
        filing = filings[version.filing_id]
        if version.number == filing.version:
            yield filing, version.document()


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
        yield Candidate(
            filing=filing.pk,
            mrn=filing.mrn or "",
            type=filing.type,
            declarant=filing.declarant,
            upper=best.filing,
            expected=best.expected,
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
