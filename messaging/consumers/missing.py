"""Telling that filings are missing: IE3N02 to who filed above, IE3N11 to who has still to file.

The latter learns of the document and the office alone, not of the MRN.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime

import msgspec

from customs_portal.accounts.querysets import connected_eoris
from customs_portal.events.models import Event
from declarations.document import Document, SupportingDocument
from declarations.events import FILING_EXPECTED
from declarations.models import Ens, EnsMember, Filing, FilingVersion
from messaging.formats.ics2.writing import addressing, write_expected, write_incomplete
from messaging.outbox import Draft, Numbered, Written, number, write

INCOMPLETE, EXPECTED = "IE3N02", "IE3N11"


class _About(msgspec.Struct, frozen=True, kw_only=True):
    """An event with the filing above what is missing, and the ENS it is about."""

    event: Event
    ens: Ens
    filing: Filing
    document: Document


def handle(batch: Sequence[Event], *, at: datetime) -> None:
    """Write one message for each event whose addressee is there and can be told."""
    named = {event.data["named"] for event in batch if event.kind == FILING_EXPECTED.name}
    connected = connected_eoris(named, at=at)
    drafts = [(each, draft) for each in _about(batch) for draft in _drafts(each, connected)]
    numbered = number([draft for _each, draft in drafts])
    pairs = zip(drafts, numbered, strict=True)
    write([_written(each, own, at) for (each, _draft), own in pairs], at=at)


def _about(batch: Sequence[Event]) -> list[_About]:
    ens = Ens.objects.in_bulk([event.stream for event in batch])
    highest = {
        member.ens_id: member.filing_id
        for member in EnsMember.objects.filter(ens__in=ens).select_related("ens", "filing")
        if member.filing.mrn == member.ens.mrn
    }
    wanted: dict[int, int] = {
        event.id: event.data.get("filing") or highest.get(event.stream or 0, 0) for event in batch
    }
    filings = Filing.objects.in_bulk(wanted.values())
    documents = {
        version.filing_id: version.document()
        for version in FilingVersion.objects.filter(filing__in=filings).order_by("number")
    }
    return [
        _About(
            event=event,
            ens=ens[event.stream],
            filing=filings[wanted[event.id]],
            document=documents[wanted[event.id]],
        )
        for event in batch
        if event.stream in ens and wanted[event.id] in documents
    ]


def _drafts(about: _About, connected: frozenset[str]) -> Iterator[Draft]:
    event, version = about.event, about.event.data["version"]
    if event.kind == FILING_EXPECTED.name:
        if event.data["named"] in connected and _paper(about.document):
            yield Draft(
                kind=EXPECTED,
                channel="trader",
                recipient=event.data["named"],
                event_id=event.id,
                ens=about.ens.pk,
                ens_version=version,
            )
    elif event.data["missing"] and _paper(about.document):
        yield Draft(
            kind=INCOMPLETE,
            channel="trader",
            recipient=about.filing.sender,
            event_id=event.id,
            ens=about.ens.pk,
            ens_version=version,
            mrn=about.ens.mrn,
            lrn=about.filing.lrn,
        )


def _paper(document: Document) -> SupportingDocument | None:
    return addressing(document).paper


def _written(about: _About, own: Numbered, at: datetime) -> Written:
    data, paper = about.event.data, _paper(about.document)
    assert paper is not None
    office = about.ens.office_of_first_entry
    if own.draft.kind == EXPECTED:
        return own.filled(write_expected(paper, office=office, named=data["named"], at=at))
    return own.filled(
        write_incomplete(
            about.document, mrn=about.ens.mrn, office=office, missing=data["missing"], at=at
        )
    )
