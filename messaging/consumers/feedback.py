"""Telling other States what was done with goods that they or we announced (XF319).

To the State that told us of a risk: what our office of subsequent entry did. To the States that we
told: what our control found.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

import msgspec

from customs_portal.events.models import Event
from customs_portal.reference.models import ReasonCode
from declarations.events import CONTROL_RESULT
from declarations.models import Ens, Measure, SubsequentEntryNotice
from messaging.formats.ics1.noticing import write_feedback
from messaging.formats.transmissions import Feedback
from messaging.models import InboundMessage
from messaging.outbox import Draft, Numbered, Written, number, write
from messaging.replying.reply import envelope
from messaging.telling import states_told

KIND = "XF319A"
LONGEST_RESULT = 350
CONTROLLED = "controlled"


class _Saying(msgspec.Struct, frozen=True, kw_only=True):
    """What one event has one State told of an ENS; `about` is the message id that it answers."""

    event: Event
    ens: Ens
    version: int
    country: str
    feedback: Feedback
    about: str = ""


def handle(batch: Sequence[Event], *, at: datetime) -> None:
    """Write one feedback to each State for each act; our own offices read ours."""
    results = [event for event in batch if event.kind == CONTROL_RESULT.name]
    acts = [event for event in batch if event.kind != CONTROL_RESULT.name]
    sayings = [*_acts(acts), *_results(results)]
    numbered = number([_draft(each) for each in sayings])
    write(
        [_written(each, own, at) for each, own in zip(sayings, numbered, strict=True)],
        at=at,
    )


def _acts(batch: Sequence[Event]) -> Iterator[_Saying]:
    """Yield what our offices did with goods that another State told us of."""
    rows = SubsequentEntryNotice.objects.exclude(told_by="").select_related("ens", "transmission")
    notices = rows.in_bulk([event.data["notice"] for event in batch])
    about = _names([_message(each) for each in notices.values()])
    for event in batch:
        notice = notices.get(event.data["notice"])
        if notice:
            yield _Saying(
                event=event,
                ens=notice.ens,
                version=notice.version,
                country=notice.told_by,
                feedback=_feedback(
                    event, notice.ens, event.data["office"], event.data["action"],
                    event.data["feedback"],
                ),
                about=about.get(_message(notice), ""),
            )  # fmt: skip


def _results(batch: Sequence[Event]) -> Iterator[_Saying]:
    """Yield what our controls found, for each State that we told of the declaration."""
    rows = Measure.objects.select_related("ens", "control")
    measures = rows.in_bulk([event.data["measure"] for event in batch])
    told = states_told([each.ens_id for each in measures.values()])
    titles = dict(
        ReasonCode.objects.filter(
            code__in=[each.control.result_code for each in measures.values()]
        ).values_list("code", "title")
    )
    for event in batch:
        measure = measures[event.data["measure"]]
        said = _feedback(event, measure.ens, measure.place, CONTROLLED, _found(measure, titles))
        for country in told.get(measure.ens_id, ()):
            yield _Saying(
                event=event,
                ens=measure.ens,
                version=measure.ens.version,
                country=country,
                feedback=said,
            )


def _found(measure: Measure, titles: Mapping[str, str]) -> str:
    """Return what a control found: its result and quantities, and no more."""
    quantities = ", ".join(" ".join(pair) for pair in measure.control.quantities)
    code = measure.control.result_code
    words = f"{code} {titles.get(code, '')}".strip()
    return f"{words}: {quantities}" if quantities else words


def _feedback(event: Event, ens: Ens, office: str, action: str, result: str) -> Feedback:
    return Feedback(
        mrn=ens.mrn,
        office=office,
        action=action,
        acted_at=event.at,
        result=result[:LONGEST_RESULT],
    )


def _message(notice: SubsequentEntryNotice) -> int:
    return notice.transmission.message_id if notice.transmission else 0


def _names(messages: Sequence[int]) -> dict[int, str]:
    """Return the message ids of messages received."""
    found = InboundMessage.objects.filter(pk__in=messages)
    return dict(found.values_list("pk", "message_identification"))


def _draft(saying: _Saying) -> Draft:
    return Draft(
        kind=KIND,
        channel="partner",
        recipient=saying.country,
        event_id=saying.event.id,
        ens=saying.ens.pk,
        ens_version=saying.version,
        mrn=saying.ens.mrn,
    )


def _written(saying: _Saying, own: Numbered, at: datetime) -> Written:
    header = envelope(own, at, saying.about[:14] or None)
    return own.filled(write_feedback(saying.feedback, header))
