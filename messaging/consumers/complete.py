"""Telling filers of ICS2 that an assessment is complete (IE3N03), whatever its result.

At once where nothing was found, else when an officer concluded; the same for `no risk` and for a
risk that nobody is told of (LIFECYCLE A2, A6, A7). Once for a version, and once more before that
where it was analysed before loading as well: that it was looked at again is not told.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime

import msgspec

from customs_portal.bulk import fetch_prepared
from customs_portal.events.models import Event
from declarations.document import Document, decode
from messaging.formats.ics2.asking import write_complete
from messaging.outbox import Draft, number, write
from messaging.subscribed import carrier_of, subscribed

KIND = "IE3N03"
_LOAD = """
SELECT e.id, f.mrn, f.sender, fv.document_json::text
FROM unnest(%s::bigint[], %s::int[], %s::bool[]) AS wanted(ens, version, before_loading)
JOIN declarations_ens e ON e.id = wanted.ens
JOIN declarations_ensversion v ON v.ens_id = e.id AND v.number = wanted.version
JOIN declarations_filingversion fv ON fv.id = ANY(v.filing_versions)
JOIN declarations_filing f ON f.id = fv.filing_id
WHERE f.received_from = ''
  AND NOT EXISTS (SELECT 1 FROM messaging_outboundmessage o
                  JOIN events_event told ON told.id = o.event_id
                  WHERE o.ens_id = e.id AND o.ens_version = wanted.version AND o.kind = 'IE3N03'
                    AND coalesce((told.data ->> 'before_loading')::bool, false)
                        = wanted.before_loading)
ORDER BY fv.id
"""


class Ended(msgspec.Struct, frozen=True, kw_only=True):
    """Which assessment of an ENS ends; `before_loading` where a full one follows."""

    version: int
    before_loading: bool = False


class Completed(msgspec.Struct, frozen=True, kw_only=True):
    """A filing of ICS2 whose assessment is complete, alone or with those that it is linked with."""

    ens: int
    mrn: str
    sender: str
    document: Document


def handle(batch: Sequence[Event], *, at: datetime) -> None:
    """Write one IE3N03 for each filing of an ENS, to its filer and to a carrier that subscribed."""
    events = {event.stream: event for event in batch if event.stream is not None}
    told = told_of_completion({ens: _ended(event) for ens, event in events.items()}, at=at)
    numbered = number([_draft(each, eori, events[each.ens]) for each, eori in told])
    write(
        [
            own.filled(_body(each, events[each.ens]))
            for (each, _eori), own in zip(told, numbered, strict=True)
        ],
        at=at,
    )


def told_of_completion(ended: Mapping[int, Ended], *, at: datetime) -> list[tuple[Completed, str]]:
    """Return who is told of the end of these assessments, by ENS: each filer, and subscribers."""
    found = _load(ended)
    carriers = {each.mrn: carrier_of(each.document, each.sender) for each in found}
    wanting = subscribed(KIND, carriers.values(), at=at)
    return [
        (each, eori) for each in found for eori in (each.sender, *({carriers[each.mrn]} & wanting))
    ]


def _ended(event: Event) -> Ended:
    early = event.data.get("before_loading", False)
    return Ended(version=event.data["version"], before_loading=early)


def _load(ended: Mapping[int, Ended]) -> list[Completed]:
    versions = [each.version for each in ended.values()]
    early = [each.before_loading for each in ended.values()]
    rows = fetch_prepared(_LOAD, [list(ended), versions, early])
    return [
        Completed(ens=ens, mrn=mrn, sender=sender, document=decode(document))
        for ens, mrn, sender, document in rows
    ]


def _draft(found: Completed, recipient: str, event: Event) -> Draft:
    return Draft(
        kind=KIND,
        channel="trader",
        recipient=recipient,
        event_id=event.id,
        ens=found.ens,
        ens_version=event.data["version"],
        mrn=found.mrn,
    )


def _body(found: Completed, event: Event) -> bytes:
    return write_complete(found.document, mrn=found.mrn, at=event.at)
