"""E-screening on the wire: asking the involved Member States, and answering those that ask us."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from customs_portal.events.models import Event
from declarations.models import Filing, FilingVersion
from messaging.formats.ics1.screening import (
    ANSWER,
    REQUEST,
    write_screening_answer,
    write_screening_request,
)
from messaging.formats.ics2.tables import is_whole
from messaging.formats.transmissions import ScreeningAnswer, ScreeningRequest
from messaging.models import InboundMessage
from messaging.outbox import Draft, Numbered, Written, number, write
from messaging.reads import raw_bodies
from messaging.replying.reply import envelope
from risk.models import Screening

RESULTS = {"no_hit": "no_hit", "not_confirmed": "no_hit", "hit": "hit", "confirmed": "confirm"}
"""What the State is told, by the state of the screening."""
Pair = tuple[Event, Screening]


def ask(batch: Sequence[Event], *, at: datetime) -> None:
    """Write one request to each State that is asked, with the filings as they were lodged.

    What was overtaken or fell silent meanwhile is asked no more.
    """
    waiting = Screening.objects.filter(is_ours=True, state=Screening.State.ASKED)
    rows = waiting.filter(ens_version__in=[event.data["ens_version"] for event in batch])
    found = list(rows.select_related("ens", "ens_version"))
    pairs = [
        (event, row)
        for event in batch
        for row in found
        if row.ens_version_id == event.data["ens_version"]
    ]
    filings, lodged = _filings(found), _lodged(found)
    numbered = number([_draft(REQUEST, *pair) for pair in pairs])
    write(
        [
            _request(row, filings[row.ens_version_id], lodged[row.ens_id], own, at)
            for (_, row), own in zip(pairs, numbered, strict=True)
        ],
        at=at,
    )


def answer(batch: Sequence[Event], *, at: datetime) -> None:
    """Write one answer to the State that asked, as the event says."""
    rows = Screening.objects.select_related("ens", "ens_version")
    found = rows.in_bulk([event.data["screening"] for event in batch])
    pairs = [(event, found[event.data["screening"]]) for event in batch]
    numbered = number([_draft(ANSWER, *pair) for pair in pairs])
    write(
        [_answer(event, row, own, at) for (event, row), own in zip(pairs, numbered, strict=True)],
        at=at,
    )


def _draft(kind: str, event: Event, row: Screening) -> Draft:
    return Draft(
        kind=kind,
        channel="partner",
        recipient=row.country,
        event_id=event.id,
        ens=row.ens_id,
        ens_version=row.ens_version.number,
        mrn=row.ens.mrn,
    )


def _filings(rows: Sequence[Screening]) -> dict[int, tuple[bytes, ...]]:
    """Return by ENS version the messages of its filings, as they were lodged or last replaced.

    A message that only names the master of a filing (F25) is none of these.
    """
    versions = {row.ens_version_id: row.ens_version.filing_versions for row in rows}
    members = FilingVersion.objects.in_bulk([key for keys in versions.values() for key in keys])
    told = _messages([each.filing_id for each in members.values()])
    bodies = raw_bodies([message.body_id for message in told.values()])
    return {
        version: tuple(
            bodies[_newest(members[key], told).body_id] for key in keys if key in members
        )
        for version, keys in versions.items()
    }


def _messages(filings: Sequence[int]) -> dict[tuple[int, int], InboundMessage]:
    """Return by filing and number of version the message that brought the whole of it."""
    versions = FilingVersion.objects.filter(filing__in=filings)
    brought = {(each.filing_id, each.number): each.message_id for each in versions}
    messages = InboundMessage.objects.in_bulk(brought.values())
    return {
        place: messages[key]
        for place, key in brought.items()
        if key in messages and is_whole(messages[key].kind)
    }


def _newest(
    version: FilingVersion, told: Mapping[tuple[int, int], InboundMessage]
) -> InboundMessage:
    numbers = [
        number
        for filing, number in told
        if filing == version.filing_id and number <= version.number
    ]
    return told[version.filing_id, max(numbers)]


def _lodged(rows: Sequence[Screening]) -> dict[int, datetime]:
    """Return by ENS when its first filing was lodged."""
    filings = Filing.objects.filter(membership__ens__in={row.ens_id for row in rows})
    found = filings.order_by("-lodged_at").values_list("membership__ens", "lodged_at")
    return {ens or 0: lodged for ens, lodged in found}


def _request(
    row: Screening, filings: tuple[bytes, ...], lodged_at: datetime, own: Numbered, at: datetime
) -> Written:
    request = ScreeningRequest(
        mrn=row.ens.mrn,
        reference=row.reference,
        kind=row.kind,
        prepared_at=at,
        submitted_at=lodged_at,
        registered_at=row.ens.registered_at,
        answer_by=row.ends_at,
        filings=filings,
    )
    return own.filled(write_screening_request(request, envelope(own, at)))


def _answer(event: Event, row: Screening, own: Numbered, at: datetime) -> Written:
    result = RESULTS[event.data["state"]]
    is_judged = result == "confirm"
    told = ScreeningAnswer(
        mrn=row.ens.mrn,
        reference=row.reference,
        result=result,
        answered_at=event.at,
        area=row.risk_area if is_judged else "",
        level=row.risk_level if is_judged else "",
        text=row.text if is_judged else "",
    )
    return own.filled(write_screening_answer(told, envelope(own, at)))
