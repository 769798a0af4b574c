"""Handing over: the office of the diverted means is told without delay (IE301, Art. 183d(2)).

It gets the whole declaration with every risk result; it also asks by IE302 if it wants.
"""

from collections.abc import Sequence
from datetime import datetime

from customs_portal.events.models import Event
from messaging.formats.answers import FirstEntry
from messaging.formats.ics1.writing import write_first_entry
from messaging.outbox import Draft, Numbered, Written, number, write
from messaging.replying.reply import envelope
from messaging.telling import Flagged, flagged_ens


def handle(batch: Sequence[Event], *, at: datetime) -> None:
    """Write one IE301 for each diverted ENS, to the State of its actual office."""
    found = flagged_ens([event.data["ens"] for event in batch])
    drafts = [_draft(found[event.data["ens"]], event) for event in batch]
    numbered = number(drafts)
    messages = [
        _written(found[event.data["ens"]], own, at)
        for event, own in zip(batch, numbered, strict=True)
    ]
    write(messages, at=at)


def _draft(flagged: Flagged, event: Event) -> Draft:
    return Draft(
        kind="CD301A",
        channel="partner",
        recipient=event.data["actual_office"][:2],
        event_id=event.id,
        ens=flagged.ens,
        ens_version=flagged.version,
        mrn=flagged.mrn,
    )


def _written(flagged: Flagged, own: Numbered, at: datetime) -> Written:
    answer = FirstEntry(
        envelope=envelope(own, at),
        document=flagged.document,
        mrn=flagged.mrn,
        registered_at=flagged.registered_at,
        submitted_at=flagged.submitted_at,
        risk_results=flagged.results,
    )
    return own.filled(write_first_entry(answer))
