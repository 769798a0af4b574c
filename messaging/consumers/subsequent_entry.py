"""Telling the offices of subsequent entry of a risk, its changes and its end by IE319."""

from collections.abc import Mapping, Sequence
from datetime import datetime

import msgspec
from django.conf import settings

from customs_portal.events.models import Event
from declarations.document import Document
from declarations.services import OwnOfficeNotice, inform_own_offices
from declarations.services.locks import lock_ens
from declarations.services.subsequent_entry import replace_notices
from declarations.services.transmissions import WITHDRAWN, gravity
from messaging.events import ANALYSIS_STILL_OPEN
from messaging.formats.answers import RiskResult, SubsequentEntry
from messaging.formats.ics1.writing import write_subsequent_entry
from messaging.outbox import Draft, Numbered, Written, number, write
from messaging.replying.reply import envelope
from messaging.telling import Flagged, LastTold, flagged_ens, told_before, with_open_case
from risk.events import RISK_CONCLUDED

OPEN = RiskResult(code="OPEN", text="Analysis not concluded")
NO_RISK = RiskResult(code=WITHDRAWN, text="No risk any longer")
Results = tuple[RiskResult, ...]


class _Telling(msgspec.Struct, frozen=True, kw_only=True):
    """What one event has to be told of: to which States, and whether to our own offices."""

    event: Event
    flagged: Flagged
    results: Results
    countries: tuple[str, ...]
    own: tuple[str, ...]


def handle(batch: Sequence[Event], *, at: datetime) -> None:
    """One IE319 to each other Member State concerned; our own offices get it into their inbox.

    A result on a version that has been replaced is told to nobody: its successor is assessed anew.
    Changes and withdrawals go to those only who were told something else before.
    """
    ids = [_ens(event) for event in batch]
    lock_ens(ids)
    found = flagged_ens(ids)
    told, waiting = told_before(ids), with_open_case(ids)
    tellings: list[_Telling] = []
    for event in batch:
        flagged = found[_ens(event)]
        if event.kind in _FIRST:
            tellings += _first(event, flagged)
        else:
            tellings += _change(event, flagged, told, waiting)
    _tell_states(tellings, at)
    for telling in tellings:
        _tell_own_offices(telling, at)


def _ens(event: Event) -> int:
    assert event.stream is not None
    return event.stream


_FIRST = {RISK_CONCLUDED.name, ANALYSIS_STILL_OPEN.name}
"""What is told to every office on the way."""


def _first(event: Event, flagged: Flagged) -> list[_Telling]:
    if event.data["version"] != flagged.version:
        return []
    is_open = event.kind == ANALYSIS_STILL_OPEN.name
    return [
        _Telling(
            event=event,
            flagged=flagged,
            results=(*flagged.results, OPEN) if is_open else flagged.results,
            countries=tuple(other_states(flagged.document)),
            own=tuple(own_offices(flagged.document)),
        )
    ]


def _change(
    event: Event,
    flagged: Flagged,
    told: Mapping[tuple[int, str], LastTold],
    waiting: frozenset[int],
) -> list[_Telling]:
    """Return what those have to learn who know something else; while a case is open, nothing."""
    if flagged.ens in waiting or not _ends_something(event):
        return []
    results = flagged.results or (NO_RISK,)
    now = LastTold(version=flagged.version, results=results)
    known = {country: last for (ens, country), last in told.items() if ens == flagged.ens}
    if not known and not flagged.own_offices_told:
        return []
    return [
        _Telling(
            event=event,
            flagged=flagged,
            results=results,
            countries=tuple(country for country, last in known.items() if not _knows(last, now)),
            own=flagged.own_offices_told,
        )
    ]


def _knows(last: LastTold, now: LastTold) -> bool:
    """Whether a State knows all that there is to tell; of what was withdrawn no version matters."""
    return last == now or last.results == now.results == (NO_RISK,)


def _ends_something(event: Event) -> bool:
    """Whether a result may have gone: a measure, the risk itself, or the whole declaration."""
    verb: str = event.data.get("verb", "no_further_action")
    return verb == "no_further_action"


def other_states(document: Document) -> list[str]:
    """Return the other Member States with an office of subsequent entry, each once."""
    countries = dict.fromkeys(office[:2].upper() for office in document.subsequent_offices)
    return [country for country in countries if country != settings.CUSTOMS_COUNTRY]


def own_offices(document: Document) -> list[str]:
    """Return our own offices of subsequent entry, each once."""
    offices = dict.fromkeys(office.upper() for office in document.subsequent_offices)
    return [office for office in offices if office[:2] == settings.CUSTOMS_COUNTRY]


def _tell_states(tellings: Sequence[_Telling], at: datetime) -> None:
    pairs = [(telling, country) for telling in tellings for country in telling.countries]
    numbered = number([_draft(telling, country) for telling, country in pairs])
    messages = [
        _written(telling, own, at) for (telling, _), own in zip(pairs, numbered, strict=True)
    ]
    write(messages, at=at)


def _draft(telling: _Telling, country: str) -> Draft:
    return Draft(
        kind="CD319A",
        channel="partner",
        recipient=country,
        event_id=telling.event.id,
        ens=telling.flagged.ens,
        ens_version=telling.flagged.version,
        mrn=telling.flagged.mrn,
    )


def _written(telling: _Telling, own: Numbered, at: datetime) -> Written:
    flagged = telling.flagged
    answer = SubsequentEntry(
        envelope=envelope(own, at),
        document=flagged.document,
        mrn=flagged.mrn,
        registered_at=flagged.registered_at,
        submitted_at=flagged.submitted_at,
        risk_results=telling.results,
    )
    return own.filled(write_subsequent_entry(answer))


def _tell_own_offices(telling: _Telling, at: datetime) -> None:
    if telling.results == (NO_RISK,):
        replace_notices([telling.flagged.ens], verb="withdraw", at=at)
        return
    gravest = min(telling.results, key=lambda each: gravity(each.code), default=None)
    notices = [_notice(telling.flagged, office, gravest) for office in telling.own]
    inform_own_offices(notices, at=at)


def _notice(flagged: Flagged, office: str, gravest: RiskResult | None) -> OwnOfficeNotice:
    result = gravest or RiskResult(code="C")
    return OwnOfficeNotice(
        ens=flagged.ens,
        office=office,
        version=flagged.version,
        result_code=result.code,
        text=result.text or "",
    )
