"""What our offices of subsequent entry were told: the inbox, and one notice with its reasons."""

from collections.abc import Callable, Sequence
from datetime import datetime

import msgspec
from django.db.models import Case, IntegerField, QuerySet, When

from customs_portal.accounts.models import User
from customs_portal.pages.reads.queue import person
from customs_portal.pages.reads.told import (
    RESULT_COLOURS,
    ResultLine,
    Told,
    result_line,
    told_of,
)
from customs_portal.reference import snapshot as reference
from declarations.models import Measure, SubsequentEntryNotice
from declarations.subjects import current_document
from messaging.models import OutboundMessage

FIRST = {"arrived": 0, "expected": 1, "not_arrived": 2}
"""What an officer has to look at first: goods that are here."""


class NoticeRow(msgspec.Struct, frozen=True, kw_only=True):
    """One notice in the inbox; `told_by` is another State, empty for our own first office."""

    pk: int
    mrn: str
    office: str
    told_by: str
    first_entry: str
    expected_arrival: datetime
    means: str
    result: str
    colour: str
    text: str
    informed_at: datetime
    state: str
    arrived_at: datetime | None
    done: str
    is_live: bool
    is_late: bool


class ControlLine(msgspec.Struct, frozen=True, kw_only=True):
    """A control at the office that was told."""

    pk: int
    name: str
    state: str


class FeedbackLine(msgspec.Struct, frozen=True, kw_only=True):
    """Our feedback on its way to the State that told us."""

    state: str
    written_at: datetime
    delivered_at: datetime | None


class NoticePage(msgspec.Struct, frozen=True, kw_only=True):
    """One notice with all that an officer needs to act on it."""

    row: NoticeRow
    declarant: str
    results: list[ResultLine]
    told: Told
    controls: list[ControlLine]
    feedback: FeedbackLine | None
    who: str
    acted_at: datetime | None


def notices(user: User) -> QuerySet[SubsequentEntryNotice]:
    """Return the notices that the user sees, what is to be done first, then the newest first."""
    found = SubsequentEntryNotice.objects.visible_to(user).select_related("ens")
    places = [When(state=state, then=place) for state, place in FIRST.items()]
    urgency = Case(*places, default=len(FIRST), output_field=IntegerField())
    return found.order_by(urgency, "-is_late", "-informed_at", "-pk")


def rows(found: Sequence[SubsequentEntryNotice], at: datetime) -> list[NoticeRow]:
    """Return the notices, which come with their ENS, as rows."""
    name = _office_names(at)
    return [_row(notice, name) for notice in found]


def _office_names(at: datetime) -> Callable[[str], str]:
    snapshot = reference.current(at)

    def name(number: str) -> str:
        office = snapshot.office(number)
        return f"{number} {office.name}" if office else number

    return name


def _row(notice: SubsequentEntryNotice, name: Callable[[str], str]) -> NoticeRow:
    ens = notice.ens
    return NoticeRow(
        pk=notice.pk,
        mrn=ens.mrn,
        office=name(notice.office),
        told_by=notice.told_by,
        first_entry=name(ens.office_of_first_entry),
        expected_arrival=ens.expected_arrival,
        means=ens.means,
        result=notice.result_code,
        colour=RESULT_COLOURS.get(notice.result_code, "grey"),
        text=notice.text,
        informed_at=notice.informed_at,
        state=str(notice.get_state_display()),
        arrived_at=notice.arrived_at,
        done=f"{notice.get_action_display()}: {notice.feedback}" if notice.action else "",
        is_live=notice.is_live,
        is_late=notice.is_late,
    )


def page(notice: SubsequentEntryNotice, user: User, at: datetime) -> NoticePage:
    """Return one notice, which comes with its ENS, as the user reads it."""
    document = current_document(notice.ens)
    described = {item.number: item.description or "" for item in document.items()}
    return NoticePage(
        row=_row(notice, _office_names(at)),
        declarant=document.declarant.identifier or document.declarant.name or "",
        results=_results(notice, described),
        told=told_of(notice.ens, user),
        controls=_controls(notice),
        feedback=_feedback(notice),
        who=person(notice.acted_by) if notice.acted_by else "",
        acted_at=notice.acted_at,
    )


def _results(notice: SubsequentEntryNotice, described: dict[int, str]) -> list[ResultLine]:
    told = notice.transmission.results if notice.transmission else []
    found = told or [{"code": notice.result_code, "text": notice.text, "item": None}]
    return [
        result_line(each["code"], each["text"], each["item"], described.get(each["item"] or 0, ""))
        for each in found
    ]


def _controls(notice: SubsequentEntryNotice) -> list[ControlLine]:
    found = Measure.objects.filter(
        ens=notice.ens, kind=Measure.Kind.CONTROL, place=notice.office
    ).order_by("pk")
    return [
        ControlLine(pk=each.pk, name=each.subject_name, state=str(each.get_status_display()))
        for each in found
    ]


def _feedback(notice: SubsequentEntryNotice) -> FeedbackLine | None:
    """Return the feedback that went to the State that told us, None where there is none."""
    if notice.acted_at is None or not notice.told_by:
        return None
    written = OutboundMessage.objects.filter(
        kind="XF319A", ens=notice.ens, created_at__gte=notice.acted_at
    )
    sent = written.order_by("pk").first()
    if sent is None:
        return None
    return FeedbackLine(
        state=str(sent.get_state_display()),
        written_at=sent.created_at,
        delivered_at=sent.delivered_at,
    )
