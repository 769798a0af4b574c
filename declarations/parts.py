"""The filings of an ENS one by one, and which of them a measure on the whole is about.

A filer knows only its own filing: what it is told names that MRN, and goods by the numbers there.
"""

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime

import msgspec

from customs_portal.bulk import fetch_prepared
from declarations.document import Document, decode
from declarations.models import Measure
from declarations.whole import own_numbers

_LOAD = """
SELECT e.id, f.id, COALESCE(NULLIF(f.mrn, ''), e.mrn), f.lrn, f.sender, f.registered_at,
       f.lodged_at, fv.document_json::text
FROM declarations_ens e
JOIN declarations_ensversion v ON v.ens_id = e.id AND v.number = e.version
CROSS JOIN LATERAL unnest(v.filing_versions) WITH ORDINALITY AS part(id, place)
JOIN declarations_filingversion fv ON fv.id = part.id
JOIN declarations_filing f ON f.id = fv.filing_id
WHERE e.id = ANY(%s::bigint[])
ORDER BY e.id, part.place
"""


class Part(msgspec.Struct, frozen=True, kw_only=True):
    """A filing of the current version of an ENS."""

    filing: int
    mrn: str
    lrn: str
    sender: str
    registered_at: datetime
    lodged_at: datetime
    document: Document


class Concerned(msgspec.Struct, frozen=True, kw_only=True):
    """A filing that a measure is about; `reference` is the subject as that filing numbers it."""

    part: Part
    reference: str
    carrier: str


def parts_of(ens: Collection[int]) -> dict[int, tuple[Part, ...]]:
    """Return by ENS its filings, the highest first, in one query for all of them."""
    found: dict[int, tuple[Part, ...]] = {}
    names = Part.__struct_fields__
    for key, *facts, stored in fetch_prepared(_LOAD, [list(ens)]):
        part = Part(**dict(zip(names, (*facts, decode(stored)), strict=True)))
        found[key] = (*found.get(key, ()), part)
    return found


def concerned(parts: Sequence[Part], subject: str, reference: str) -> list[Concerned]:
    """Return the filings that declare what a measure is about.

    What no filing declares any more is told to the filer of the highest.
    """
    first = parts[0]
    found = [(first, reference)] if len(parts) == 1 else [*_declaring(parts, subject, reference)]
    return [
        Concerned(part=part, reference=own, carrier=_carrier(part.document, first.document))
        for part, own in found or [(first, reference)]
    ]


def own_of(parts: Sequence[Part], filing: int) -> Concerned:
    """Return one filing, entirely; the highest where it is no longer among them."""
    first = parts[0]
    own = next((part for part in parts if part.filing == filing), first)
    return Concerned(part=own, reference="", carrier=_carrier(own.document, first.document))


def _declaring(parts: Sequence[Part], subject: str, reference: str) -> Iterator[tuple[Part, str]]:
    if subject == Measure.Subject.ITEM:
        numbers = own_numbers([part.document for part in parts])
        for number, (place, own) in numbers.items():
            if str(number) == reference:
                yield parts[place], str(own)
        return
    for part in parts:
        if _declares(part.document, subject, reference):
            yield part, reference


def _declares(document: Document, subject: str, reference: str) -> bool:
    if subject == Measure.Subject.DECLARATION:
        return True
    if subject == Measure.Subject.CONSIGNMENT:
        return any(each.key == reference for each in document.consignments)
    boxes = (number for item in document.items() for number in item.containers)
    receptacles = (number for each in document.consignments for number in each.receptacles)
    return reference in (*boxes, *receptacles)


def _carrier(document: Document, above: Document) -> str:
    """Return the carrier that a filing names, else that of the highest."""
    return (document if document.carrier else above).effective_carrier().identifier or ""


def told_of(found: Sequence[Concerned], connected: Collection[str]) -> list[tuple[Concerned, str]]:
    """Return who is told of which filing: each filer, and once a carrier that is connected.

    A carrier that lodged one of the filings itself is told as its filer.
    """
    told = [(each, each.part.sender) for each in found]
    own = {eori for _each, eori in told}
    own |= {each.part.document.declarant.identifier or "" for each in found}
    carriers: dict[str, Concerned] = {}
    for each in found:
        if each.carrier in connected and each.carrier not in own:
            carriers.setdefault(each.carrier, each)
    return told + [(each, eori) for eori, each in carriers.items()]
