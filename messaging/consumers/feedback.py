"""Telling the State that announced a risk what our office did (exchange channel, XF319)."""

from collections.abc import Sequence
from datetime import datetime

import msgspec

from customs_portal.events.models import Event
from declarations.models import SubsequentEntryNotice
from messaging.formats.ics1.noticing import write_feedback
from messaging.formats.transmissions import Feedback
from messaging.models import InboundMessage
from messaging.outbox import Draft, Numbered, Written, number, write
from messaging.replying.reply import envelope

KIND = "XF319A"


class _Acted(msgspec.Struct, frozen=True, kw_only=True):
    """An act with its notice, and the message id of the IE319 that it is about."""

    event: Event
    notice: SubsequentEntryNotice
    about: str


def handle(batch: Sequence[Event], *, at: datetime) -> None:
    """Write one feedback for each act on what another State told; our own offices read ours."""
    acted = _acted(batch)
    numbered = number([_draft(each) for each in acted])
    write(
        [_written(each, own, at) for each, own in zip(acted, numbered, strict=True)],
        at=at,
    )


def _acted(batch: Sequence[Event]) -> list[_Acted]:
    rows = SubsequentEntryNotice.objects.exclude(told_by="").select_related("ens", "transmission")
    notices = rows.in_bulk([event.data["notice"] for event in batch])
    told = [each.transmission.message_id for each in notices.values() if each.transmission]
    names = InboundMessage.objects.filter(pk__in=told).values_list("pk", "message_identification")
    about = dict(names)
    return [
        _Acted(event=event, notice=notice, about=about.get(_message(notice), ""))
        for event in batch
        if (notice := notices.get(event.data["notice"]))
    ]


def _message(notice: SubsequentEntryNotice) -> int:
    return notice.transmission.message_id if notice.transmission else 0


def _draft(acted: _Acted) -> Draft:
    ens = acted.notice.ens
    return Draft(
        kind=KIND,
        channel="partner",
        recipient=acted.notice.told_by,
        event_id=acted.event.id,
        ens=ens.pk,
        ens_version=acted.notice.version,
        mrn=ens.mrn,
    )


def _written(acted: _Acted, own: Numbered, at: datetime) -> Written:
    told = acted.event.data
    feedback = Feedback(
        mrn=acted.notice.ens.mrn,
        office=told["office"],
        action=told["action"],
        acted_at=acted.event.at,
        result=told["feedback"],
    )
    return own.filled(write_feedback(feedback, envelope(own, at, acted.about[:14] or None)))
