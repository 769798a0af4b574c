"""One case as an officer decides it: the ENS, the clock, and what can be decided."""

from datetime import datetime

import msgspec
from django.conf import settings
from django.utils.translation import gettext as _

from customs_portal.accounts.models import User
from customs_portal.accounts.querysets import connected_eoris
from customs_portal.pages.reads.queue import OUTCOME_COLOURS, person
from customs_portal.pages.wording import TimeLeft, time_left
from customs_portal.reference.snapshot import Snapshot
from customs_portal.reference.sources import ReasonRow
from declarations.document import Document
from declarations.models import Ens, Measure
from declarations.services.do_not_load import do_not_load_refused
from messaging.undelivered import Call, calls_to_make
from risk import policies
from risk.forms import REASONS_OF_VERB, Selectable, selectable
from risk.models import Case, Decision

KEYS = {"no_further_action": "c", "control": "t", "hold": "h", "do_not_load": "d"}
"""The single key that chooses a decision."""


class ReasonOption(msgspec.Struct, frozen=True, kw_only=True):
    """A reason code that can be chosen, with what it says of telling the trader."""

    code: str
    title: str
    announced: str
    note: str


class VerbOption(msgspec.Struct, frozen=True, kw_only=True):
    """A decision that can be taken: its key, its reasons, and what is sent to whom."""

    verb: str
    label: str
    key: str
    button: str
    consequence: str
    reasons: tuple[ReasonOption, ...]


class CaseView(msgspec.Struct, frozen=True, kw_only=True):
    """The head of a case, and what the user may do with it now."""

    id: int
    mrn: str
    revision: int
    is_open: bool
    cause: str
    outcome: str
    colour: str
    severity: str
    score: int
    office: str
    due_at: datetime
    left: TimeLeft
    officer: str
    is_mine: bool
    assigned_at: datetime | None
    may_work: bool
    may_decide: bool
    may_call: bool
    calls: tuple[Call, ...]
    verbs: tuple[VerbOption, ...]
    told: str
    unlawful: str
    waiting: tuple[Measure, ...]


def read(
    case: Case, document: Document, user: User, snapshot: Snapshot, at: datetime
) -> tuple[CaseView, Selectable]:
    """Return the case, which comes with its ENS and assignee, and the choices of its form."""
    choices = selectable(
        snapshot,
        [document],
        own_offices(case.ens),
        unlawful=do_not_load_refused(case.ens, at) or "",
    )
    is_open = case.status == Case.Status.OPEN
    may_work = is_open and policies.may_work_on(user, case)
    to_call = case.cause == Case.Cause.NOT_DELIVERED
    found = CaseView(
        id=case.pk,
        mrn=case.ens.mrn,
        revision=case.revision,
        is_open=is_open,
        cause="" if case.cause == Case.Cause.RISK else case.get_cause_display(),
        outcome=case.get_outcome_display(),
        colour=OUTCOME_COLOURS[case.outcome],
        severity=case.get_severity_display(),
        score=case.score,
        office=case.office,
        due_at=case.due_at,
        left=time_left(case.due_at, at),
        officer=person(case.assignee) if case.assignee else "",
        is_mine=case.assignee_id == user.pk,
        assigned_at=case.assigned_at,
        may_work=may_work,
        may_decide=may_work and not to_call and case.assignee_id in (None, user.pk),
        may_call=may_work and to_call,
        calls=tuple(calls_to_make(case.ens_id)) if to_call else (),
        verbs=_verbs(choices, document, snapshot),
        told=_told(case.ens, document, at),
        unlawful=choices.unlawful,
        waiting=tuple(case.ens.measures.filter(status=Measure.Status.AWAITING_SECOND)),
    )
    return found, choices


def own_offices(ens: Ens) -> list[str]:
    """Return our offices on the way of the ENS, the first of them first."""
    legs = ens.legs.filter(country=settings.CUSTOMS_COUNTRY).order_by("sequence")
    return list(legs.values_list("office", flat=True))


def _verbs(choices: Selectable, document: Document, snapshot: Snapshot) -> tuple[VerbOption, ...]:
    abroad = _passed_on(document, snapshot)
    sentences = {
        Decision.Verb.NO_FURTHER_ACTION: _("Nothing is sent. The trader sees no difference."),
        Decision.Verb.CONTROL: abroad,
        Decision.Verb.HOLD: abroad,
        Decision.Verb.DO_NOT_LOAD: _("Another officer has to sign it before the window ends."),
    }
    buttons = {
        Decision.Verb.NO_FURTHER_ACTION: _("Decide no further action"),
        Decision.Verb.CONTROL: _("Decide control"),
        Decision.Verb.HOLD: _("Decide hold"),
        Decision.Verb.DO_NOT_LOAD: _("Propose do not load"),
    }
    return tuple(
        VerbOption(
            verb=verb.value,
            label=str(verb.label),
            key=KEYS[verb.value],
            button=buttons[verb],
            consequence=sentences[verb],
            reasons=tuple(_option(row) for row in choices.reasons if row.decision == decision),
        )
        for verb, decision in REASONS_OF_VERB.items()
        if verb != Decision.Verb.DO_NOT_LOAD or not choices.unlawful
    )


def _option(row: ReasonRow) -> ReasonOption:
    return ReasonOption(
        code=row.code, title=row.title, announced=row.announced, note=row.announced_note
    )


def _passed_on(document: Document, snapshot: Snapshot) -> str:
    """Return which other administrations are told of a risk: IE319, one for each (section 7)."""
    later = document.subsequent_offices
    countries = dict.fromkeys(
        number[:2].upper() for number in later if number[:2].upper() != settings.CUSTOMS_COUNTRY
    )
    if not countries:
        return _("No other administration is told.")
    names = ", ".join(snapshot.country_name(code) for code in countries)
    return _("Sends the declaration and the result to %s (IE319).") % names


def _told(ens: Ens, document: Document, at: datetime) -> str:
    """Return whom an announcement goes to (IE351): who lodged, and the carrier if connected."""
    carrier = document.effective_carrier().identifier
    connected = connected_eoris([carrier or ""], at=at)
    senders = ens.members.values_list("filing__sender", flat=True)
    persons = dict.fromkeys([*senders, *connected])
    return _("The trader is told at once (IE351): %s.") % ", ".join(persons)
