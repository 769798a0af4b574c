"""One case as an officer decides it: the ENS, the clock, and what can be decided."""

from collections.abc import Mapping
from datetime import datetime

import msgspec
from django.conf import settings
from django.utils.translation import gettext as _

from customs_portal.accounts.models import User
from customs_portal.pages.reads.choices import Choices, choices_of, refused_verbs
from customs_portal.pages.reads.queue import OUTCOME_COLOURS, person
from customs_portal.pages.reads.referrals import Question, questions_of
from customs_portal.pages.wording import TimeLeft, time_left
from customs_portal.reference.snapshot import Snapshot
from declarations.document import Document
from declarations.models import Clock, Ens, Measure
from messaging.undelivered import Call, calls_to_make
from risk import policies
from risk.forms import Selectable, selectable
from risk.models import Case, CaseNote, Decision, DecisionProposal
from risk.services.proposals import open_proposal
from risk.services.stages import not_loaded_yet

MOST_NOTES = 100


class Proposed(msgspec.Struct, frozen=True, kw_only=True):
    """A decision that waits for its second signature, and whether the reader may give it."""

    proposal: DecisionProposal
    verb: str
    who: str
    is_own: bool
    may_sign: bool
    note: str
    subject: str


class CaseView(msgspec.Struct, frozen=True, kw_only=True):
    """The head of a case, and what the user may do with it now."""

    id: int
    mrn: str
    revision: int
    version: int
    is_open: bool
    cause: str
    outcome: str
    colour: str
    severity: str
    score: int
    office: str
    due_at: datetime
    until: str
    left: TimeLeft
    rests_since: datetime | None
    is_before_loading: bool
    officer: str
    is_mine: bool
    assigned_at: datetime | None
    may_work: bool
    may_decide: bool
    may_call: bool
    may_note: bool
    calls: tuple[Call, ...]
    choices: Choices
    waiting: tuple[Measure, ...]
    proposed: Proposed | None
    questions: tuple[Question, ...]
    notes: tuple[CaseNote, ...]


def read(
    case: Case, document: Document, user: User, snapshot: Snapshot, at: datetime
) -> tuple[CaseView, Selectable]:
    """Return the case, which comes with its ENS and assignee, and the choices of its form."""
    is_open = case.status == Case.Status.OPEN
    offices = own_offices(case.ens)
    choices = selectable(snapshot, [document], offices, refused=refused_verbs(case, at))
    may_work = policies.may_work_on(user, case)
    to_call = case.cause == Case.Cause.NOT_DELIVERED
    proposed = _proposed(case, user)
    mine = case.assignee_id in (None, user.pk)
    found = CaseView(
        id=case.pk,
        mrn=case.ens.mrn,
        revision=case.revision,
        version=case.ens.version,
        is_open=is_open,
        cause="" if case.cause == Case.Cause.RISK else case.get_cause_display(),
        outcome=case.get_outcome_display(),
        colour=OUTCOME_COLOURS[case.outcome],
        severity=case.get_severity_display(),
        score=case.score,
        office=case.office,
        due_at=case.due_at,
        until=_until()[Case.DueBy(case.due_by)],
        left=time_left(case.due_at, at),
        rests_since=_rests_since(case.ens),
        is_before_loading=is_open and case.ens_id in not_loaded_yet([case.ens_id]),
        officer=person(case.assignee) if case.assignee else "",
        is_mine=case.assignee_id == user.pk,
        assigned_at=case.assigned_at,
        may_work=is_open and may_work,
        may_decide=is_open and may_work and not to_call and mine and proposed is None,
        may_call=is_open and may_work and to_call,
        may_note=may_work,
        calls=tuple(calls_to_make(case.ens_id)) if to_call else (),
        choices=choices_of(case, document, choices, snapshot, at),
        waiting=tuple(case.ens.measures.filter(status=Measure.Status.AWAITING_SECOND)),
        proposed=proposed,
        questions=tuple(questions_of(case.ens, user, at)),
        notes=tuple(case.notes.select_related("officer").order_by("-pk")[:MOST_NOTES]),
    )
    return found, choices


def _until() -> Mapping[Case.DueBy, str]:
    """Return the words before the moment until which time is left, by what ends then."""
    return {
        Case.DueBy.AT_ONCE: _("to be decided at once, since"),
        Case.DueBy.DO_NOT_LOAD: _("do not load until"),
        Case.DueBy.PRELOADING: _("analysis before loading ends"),
        Case.DueBy.ANALYSIS: _("analysis ends"),
        Case.DueBy.REPLY: _("answer due"),
        Case.DueBy.ARRIVAL: _("arrival"),
    }


def own_offices(ens: Ens) -> list[str]:
    """Return our offices on the way of the ENS, the first of them first."""
    legs = ens.legs.filter(country=settings.CUSTOMS_COUNTRY).order_by("sequence")
    return list(legs.values_list("office", flat=True))


def _rests_since(ens: Ens) -> datetime | None:
    clocks = ens.clocks.filter(kind=Clock.Kind.ANALYSIS, stopped_at__isnull=True)
    return clocks.values_list("suspended_at", flat=True).first()


def _proposed(case: Case, user: User) -> Proposed | None:
    proposal = open_proposal(case.pk)
    if proposal is None:
        return None
    own = proposal.proposed_by_id == user.pk
    may = policies.may_work_on(user, case) and not own
    order = proposal.order
    return Proposed(
        proposal=proposal,
        verb=str(Decision.Verb(proposal.verb).label),
        who=person(proposal.proposed_by),
        is_own=own,
        may_sign=may and (policies.is_supervisor(user) or not proposal.by_supervisor),
        note=order["note"],
        subject=f"{Measure.Subject(order['subject']).label} {order['reference']}".strip(),
    )
