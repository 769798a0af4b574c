"""What a shift must know: the note of the last one, what is due, and the registers by office."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

import msgspec
from django.db.models import Count, Exists, OuterRef, Prefetch, Q
from django.urls import reverse
from django.utils.translation import gettext as _

from customs_portal.accounts import policies
from customs_portal.accounts.models import User
from customs_portal.pages.reads.measures import CONTROL_GROUPS, offices_of, visible
from customs_portal.pages.reads.queue import OUTCOME_COLOURS, officer_of, person
from customs_portal.pages.reads.queue_page import scope
from customs_portal.pages.wording import TimeLeft, time_left
from declarations.models import Clock, Measure, Referral
from risk.models import Case, Decision, DecisionProposal, ShiftNote, ShiftNoteReading

SOON = timedelta(hours=1)
MOST_LINES = 50
NOTES_SHOWN = 5
RESULTS_OF = timedelta(days=7)
Kind, Status = Measure.Kind, Measure.Status
OPEN_PROPOSAL = DecisionProposal.State.OPEN


class Due(msgspec.Struct, frozen=True, kw_only=True):
    """Something that has to be done by a time, with the page on which it is done."""

    at: datetime
    left: TimeLeft
    what: str
    colour: str
    mrn: str
    address: str
    office: str
    officer: str

    @property
    def is_late(self) -> bool:
        """Whether its time is over."""
        return self.left.urgency == "late"


class Note(msgspec.Struct, frozen=True, kw_only=True):
    """The note of a shift, and who has read it."""

    id: int
    office: str
    text: str
    signed_by: str
    signed_at: datetime
    open: int
    late: int
    nobody: int
    readers: tuple[str, ...]
    may_read: bool


class Register(msgspec.Struct, frozen=True, kw_only=True):
    """How much stands at one office: measures that it placed, controls that take place there."""

    office: str
    to_sign: int = 0
    do_not_load: int = 0
    holds: int = 0
    to_decide: int = 0
    ordered: int = 0
    scheduled: int = 0
    in_progress: int = 0
    conform: int = 0
    irregular: int = 0
    other: int = 0


class ShiftPage(msgspec.Struct, frozen=True, kw_only=True):
    """The page: `late` and `soon` are what is overdue, and due within the hour."""

    notes: list[Note]
    late: list[Due]
    soon: list[Due]
    registers: list[Register]
    offices: list[str]


def read(user: User, at: datetime) -> ShiftPage:
    """Return the page; the number of queries does not depend on how much there is."""
    kinds = (_cases, _proposals, _questions, _signatures, _controls)
    due = sorted((each for kind in kinds for each in kind(user, at)), key=_time)
    return ShiftPage(
        notes=_notes(user),
        late=[each for each in due if each.is_late],
        soon=[each for each in due if not each.is_late],
        registers=_registers(user, at),
        offices=offices_of(user),
    )


def _time(due: Due) -> datetime:
    return due.at


def _cases(user: User, at: datetime) -> list[Due]:
    """Return the cases to decide within the hour, but for those that wait for somebody else."""
    proposed = DecisionProposal.objects.filter(case=OuterRef("pk"), state=OPEN_PROPOSAL)
    asked = Referral.objects.open().filter(ens=OuterRef("ens"), reply_by=OuterRef("due_at"))
    due = scope(user).filter(~Exists(proposed), ~Exists(asked), due_at__lt=at + SOON)
    found = due.in_queue_order().select_related("ens", "assignee")
    return [
        _of_case(case, case.due_at, at, _to_decide(case), OUTCOME_COLOURS[case.outcome])
        for case in found[:MOST_LINES]
    ]


def _to_decide(case: Case) -> str:
    parts = {"outcome": case.get_outcome_display(), "due_by": case.get_due_by_display()}
    return _("Decide: %(outcome)s, %(due_by)s") % parts


def _proposals(user: User, at: datetime) -> list[Due]:
    """Return the decisions to be signed on cases whose time comes within the hour."""
    cases = scope(user).filter(due_at__lt=at + SOON)
    found = DecisionProposal.objects.filter(state=OPEN_PROPOSAL, case__in=cases)
    found = found.select_related("case__ens", "proposed_by").order_by("case__due_at", "pk")
    return [
        msgspec.structs.replace(
            _of_case(each.case, each.case.due_at, at, _to_sign(each), "red"),
            officer=person(each.proposed_by),
        )
        for each in found[:MOST_LINES]
    ]


def _to_sign(proposal: DecisionProposal) -> str:
    return _("Sign: %s") % Decision.Verb(proposal.verb).label


def _questions(user: User, at: datetime) -> list[Due]:
    """Return the questions to be answered within the hour, and those whose time is over."""
    asked = Referral.objects.open().filter(
        reply_by__lt=at + SOON, ens__in=scope(user).values("ens")
    )
    found = list(asked.order_by("reply_by", "pk")[:MOST_LINES])
    cases = scope(user).filter(ens__in=[each.ens_id for each in found])
    of_ens = {case.ens_id: case for case in cases.select_related("ens", "assignee")}
    return [
        _of_case(of_ens[each.ens_id], each.reply_by, at, _awaited(each), "blue")
        for each in found
        if each.ens_id in of_ens
    ]


def _awaited(asked: Referral) -> str:
    return _("Answer: %s") % asked.get_type_display()


def _of_case(case: Case, when: datetime, at: datetime, what: str, colour: str) -> Due:
    return Due(
        at=when,
        left=time_left(when, at),
        what=what,
        colour=colour,
        mrn=case.ens.mrn,
        address=reverse("review", args=[case.pk]),
        office=case.office,
        officer=officer_of(case),
    )


def _signatures(user: User, at: datetime) -> list[Due]:
    """Return the do-not-loads that lapse within the hour unless somebody signs them."""
    waiting = visible(user, [Kind.DO_NOT_LOAD]).filter(status=Status.AWAITING_SECOND)
    found = list(waiting.select_related("ens", "placed_by")[:MOST_LINES])
    windows = Clock.objects.filter(
        ens__in=[each.ens_id for each in found],
        kind=Clock.Kind.DO_NOT_LOAD,
        ends_at__lt=at + SOON,
        stopped_at__isnull=True,
    )
    ends = dict(windows.values_list("ens_id", "ends_at"))
    return [
        _due(each, ends[each.ens_id], at, _("Sign: do not load"), "red")
        for each in found
        if each.ens_id in ends
    ]


def _controls(user: User, at: datetime) -> list[Due]:
    """Return the controls whose time comes within the hour, or whose goods are here already."""
    own = visible(user, [Kind.CONTROL])
    if not policies.belongs_to_risk_centre(user) and user.role in policies.OFFICER_ROLES:
        own = own.filter(place__in=sorted(policies.office_references(user)))
    due = Q(status=Status.SCHEDULED, control__scheduled_at__lt=at + SOON)
    here = Q(status=Status.RECOMMENDED, control__due_at__isnull=False)
    found = own.filter(due | here).select_related("ens", "placed_by", "control")
    return [_control(each, at) for each in found.order_by("pk")[:MOST_LINES]]


def _control(measure: Measure, at: datetime) -> Due:
    control = measure.control
    if measure.status == Status.SCHEDULED and control.scheduled_at:
        return _due(measure, control.scheduled_at, at, _("Control: start"), "orange")
    when = control.due_at or measure.placed_at
    return _due(measure, when, at, _("Control: goods are here, decide"), "orange")


def _due(measure: Measure, when: datetime, at: datetime, what: str, colour: str) -> Due:
    return Due(
        at=when,
        left=time_left(when, at),
        what=what,
        colour=colour,
        mrn=measure.ens.mrn,
        address=reverse("measure", args=[measure.pk]),
        office=measure.place or measure.office,
        officer=person(measure.placed_by) if measure.placed_by else "",
    )


def _notes(user: User) -> list[Note]:
    readings = ShiftNoteReading.objects.select_related("reader").order_by("read_at")
    found = ShiftNote.objects.visible_to(user).select_related("signed_by")
    found = found.prefetch_related(Prefetch("readings", readings)).order_by("-signed_at", "-pk")
    return [_note(note, user) for note in found[:NOTES_SHOWN]]


def _note(note: ShiftNote, user: User) -> Note:
    readers = [reading.reader for reading in note.readings.all()]
    may_read = user.role in policies.OFFICER_ROLES and user.pk != note.signed_by_id
    return Note(
        id=note.pk,
        office=note.office,
        text=note.text,
        signed_by=person(note.signed_by),
        signed_at=note.signed_at,
        **{name: note.standing[name] for name in ("open", "late", "nobody")},
        readers=tuple(person(reader) for reader in readers),
        may_read=may_read and user.pk not in {reader.pk for reader in readers},
    )


def _registers(user: User, at: datetime) -> list[Register]:
    measures = visible(user, [Kind.DO_NOT_LOAD, Kind.HOLD]).order_by().values("office")
    placed = measures.annotate(
        to_sign=_count(kind=Kind.DO_NOT_LOAD, status=Status.AWAITING_SECOND),
        do_not_load=_count(kind=Kind.DO_NOT_LOAD, status=Status.IN_FORCE),
        holds=_count(kind=Kind.HOLD, status=Status.IN_FORCE),
    )
    controls = visible(user, [Kind.CONTROL]).order_by().values("place")
    recent = {"control__recorded_at__gte": at - RESULTS_OF}
    done = controls.annotate(
        to_decide=_in_view("decide"),
        ordered=_in_view("ordered"),
        scheduled=_in_view("scheduled"),
        in_progress=_in_view("in-progress"),
        conform=_count(status=Status.CONFORM, **recent),
        irregular=_count(status__in=(Status.IRREGULAR, Status.SEIZED), **recent),
        other=_count(status=Status.NOT_FOUND, **recent),
    )
    return _joined(placed, done)


def _in_view(name: str) -> Count:
    """Count what stands in a view of the register of controls, where the number leads."""
    _words, which = CONTROL_GROUPS[name]
    return Count("pk", filter=which)


def _count(**conditions: object) -> Count:
    return Count("pk", filter=Q(**conditions))


def _joined(placed: Iterable[Any], done: Iterable[Any]) -> list[Register]:
    """Return one register for each office at which something stands."""
    found: dict[str, dict[str, int]] = {}
    for field, rows in (("office", placed), ("place", done)):
        for row in rows:
            found.setdefault(str(row.pop(field)), {}).update(row)
    return [
        Register(office=office, **figures)
        for office, figures in sorted(found.items())
        if office and any(figures.values())
    ]
