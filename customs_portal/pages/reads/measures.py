"""Measures and controls as officials read them: registers, one measure, what goes to whom."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

import msgspec
from django.conf import settings
from django.core.paginator import Page, Paginator
from django.db.models import Q
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from customs_portal.accounts import policies as people
from customs_portal.accounts.models import User
from customs_portal.pages.reads.queue import person
from customs_portal.pages.reads.sendings import Sending, instruction, told_persons, under
from customs_portal.reference.models import ReasonCode
from declarations import policies
from declarations.document import Document
from declarations.lifecycle import CONSIGNMENT
from declarations.models import (
    Clock,
    ConsignmentLife,
    Ens,
    Measure,
    MeasureProposal,
    Refusal,
)
from declarations.querysets import MeasureQuerySet
from declarations.services.advance_notice import authorised_people, is_to_come
from declarations.services.controls import RESULT_VERBS, WHERE_THE_GOODS_ARE
from declarations.services.do_not_load import do_not_load_refused
from declarations.services.goods import (
    ANALYSED,
    IN_CUSTODY,
    awaits_notification,
    went_elsewhere,
)
from declarations.services.steps import can
from declarations.subjects import by_consignment, current_document
from messaging.consumers.terminal import waits_for
from risk.forms import subject_pairs

PAGE_SIZE = 50
JUST_LAPSED = timedelta(days=2)
Status = Measure.Status
GROUPS: dict[str, tuple[Promise, Q]] = {
    "sign": (gettext_lazy("To be signed"), Q(status__in=(Status.AWAITING_SECOND, Status.PROPOSED))
             | Q(proposals__state="open")),
    "in-force": (gettext_lazy("In force"), Q(status__in=(Status.IN_FORCE, Status.SIGNED))),
    "reconfirm": (gettext_lazy("To be confirmed"), Q(reconfirm_since_version__isnull=False,
                                                     status__in=Measure.OPEN)),
    "lapsed": (gettext_lazy("Lapsed"), Q(status=Status.LAPSED)),
    "breached": (gettext_lazy("Breached"), Q(status=Status.BREACHED)),
    "ended": (gettext_lazy("Ended"), Q(status__in=(Status.LIFTED, Status.COMPLIED, Status.DECLINED,
                                                   Status.EXECUTED, Status.REVOKED,
                                                   Status.UNDONE))),
}  # fmt: skip
_AWAY = Q(ens__status=Ens.Status.DIVERTED)
CONTROL_GROUPS: dict[str, tuple[Promise, Q]] = {
    "decide": (gettext_lazy("To decide"), Q(status=Status.RECOMMENDED) & ~_AWAY),
    "ordered": (gettext_lazy("Ordered"), Q(status=Status.ORDERED) & ~_AWAY),
    "scheduled": (gettext_lazy("Scheduled"), Q(status=Status.SCHEDULED) & ~_AWAY),
    "in-progress": (gettext_lazy("In progress"), Q(status=Status.IN_PROGRESS) & ~_AWAY),
    "diverted": (gettext_lazy("Diverted to another State"), Q(status__in=Measure.OPEN) & _AWAY),
    "done": (gettext_lazy("Done"), Q(status__in=(Status.CONFORM, Status.IRREGULAR, Status.SEIZED,
                                                 Status.NOT_FOUND, Status.NOT_TO_CONTROL,
                                                 Status.WAIVED, Status.PASSED_ON, Status.UNDONE))),
}  # fmt: skip
"""The views of the two registers: their words, and which measures stand in each."""


class MeasureRow(msgspec.Struct, frozen=True, kw_only=True):
    """A measure in a register."""

    id: int
    mrn: str
    means: str
    kind: str
    status: str
    subject: str
    reason: str
    place: str
    placed_at: datetime
    who: str
    told: bool
    due_at: datetime | None
    scheduled_at: datetime | None
    reconfirm: bool
    ends_at: datetime | None
    office: str
    result: str
    recorded_at: datetime | None


class Group(msgspec.Struct, frozen=True, kw_only=True):
    """A view of a register with its count."""

    name: str
    words: str
    count: int


def visible(user: User, kinds: Iterable[str]) -> MeasureQuerySet[Measure]:
    """Return the measures of these kinds on ENS that the user sees."""
    seen = Ens.objects.visible_to(user)
    return Measure.objects.filter(kind__in=list(kinds), ens__in=seen)


def groups(found: MeasureQuerySet[Measure], table: dict[str, tuple[Promise, Q]]) -> list[Group]:
    """Return the views with how many measures stand in each."""
    return [
        Group(name=name, words=str(words), count=found.filter(which).distinct().count())
        for name, (words, which) in table.items()
    ]


def rows(measures: Sequence[Measure]) -> list[MeasureRow]:
    """Return measures, which come with ENS, control and officer, as rows."""
    waiting = [each.ens_id for each in measures if each.status == Status.AWAITING_SECOND]
    windows = Clock.objects.filter(ens__in=waiting, kind=Clock.Kind.DO_NOT_LOAD)
    ends = dict(windows.values_list("ens_id", "ends_at"))
    return [_row(each, ends) for each in measures]


def _row(measure: Measure, ends: dict[int, datetime]) -> MeasureRow:
    control = getattr(measure, "control", None)
    return MeasureRow(
        id=measure.pk,
        mrn=measure.ens.mrn,
        means=measure.ens.means,
        kind=measure.get_kind_display(),
        status=measure.get_status_display(),
        subject=measure.subject_name,
        reason=measure.reason_code,
        place=measure.place,
        placed_at=measure.placed_at,
        who=person(measure.placed_by) if measure.placed_by else _("the system"),
        told=measure.announced_at is not None,
        due_at=control.due_at if control else None,
        scheduled_at=control.scheduled_at if control else None,
        reconfirm=measure.reconfirm_since_version is not None,
        ends_at=ends.get(measure.ens_id) if measure.status == Status.AWAITING_SECOND else None,
        office=measure.office,
        result=control.result_code if control else "",
        recorded_at=control.recorded_at if control else None,
    )


def preview(ens: Ens, subject: str, reference: str, at: datetime) -> list[Sending]:
    """Return exactly what goes to whom once a do-not-load on this subject is signed."""
    document = current_document(ens)
    name = f"{Measure.Subject(subject).label} {reference}".strip()
    told = told_persons(ens, subject, reference, at)
    says = _("Do not load: %s") % name
    later = [office[:2].upper() for office in document.subsequent_offices]
    countries = [c for c in dict.fromkeys(later) if c != settings.CUSTOMS_COUNTRY]
    return [
        *(
            Sending(message=instruction(document), to=eori, says=under(says, mrn, ens))
            for eori, mrn in told
        ),
        *(
            Sending(message="IE319", to=country, says=_("Result A, the declaration"))
            for country in countries
        ),
    ]


class Choice(msgspec.Struct, frozen=True, kw_only=True):
    """A reason that can be chosen."""

    code: str
    title: str


class MeasureView(msgspec.Struct, frozen=True, kw_only=True):
    """One measure with all that can be done to it by whoever reads it; `steps` names that."""

    measure: Measure
    who: str
    signed_by: str
    lifted_by: str
    steps: frozenset[str]
    proposal: MeasureProposal | None
    proposer: str
    sendings: list[Sending]
    unlawful: str
    subjects: Sequence[tuple[str, str]]
    subject: str
    types: list[Choice]
    against: list[Choice]
    results: list[Choice]
    lifting: list[Choice]
    to_come: bool
    authorised: list[str]
    executions: list[tuple[str, str]]
    pictures: list[object]
    offices: list[str]


def measure_view(measure: Measure, user: User, at: datetime) -> MeasureView:
    """Return a measure, which the user sees, with the steps that the user may take."""
    proposal = measure.proposals.filter(state=MeasureProposal.State.OPEN).first()
    waits = measure.status == Status.AWAITING_SECOND
    lifts = "lift_hold" if measure.kind == Measure.Kind.HOLD else "lift_do_not_load"
    control = getattr(measure, "control", None)
    document = current_document(measure.ens)
    return MeasureView(
        measure=measure,
        who=_person(measure.placed_by),
        signed_by=_person(measure.signed_by),
        lifted_by=_person(measure.lifted_by),
        steps=steps_of(measure, proposal, user, at),
        proposal=proposal,
        proposer=_person(proposal.proposed_by) if proposal else "",
        sendings=preview(measure.ens, measure.subject, measure.reference, at) if waits else [],
        unlawful=(do_not_load_refused(measure.ens, at) or "") if waits else "",
        subjects=subject_pairs([document]),
        subject=f"{measure.subject}:{measure.reference}".removesuffix(":"),
        types=_choices("control", at),
        against=_choices("no_control", at),
        results=[each for each in _choices("control_result", at) if each.code in RESULT_VERBS],
        lifting=_choices(lifts, at),
        to_come=bool(control) and not measure.announced_at and is_to_come(measure),
        authorised=authorised_people(measure, at) if control else [],
        executions=[(str(value), str(label)) for value, label in Refusal.Execution.choices],
        pictures=list(control.pictures.order_by("pk")) if control else [],
        offices=sorted(document.subsequent_offices),
    )  # fmt: skip


def _person(user: User | None) -> str:
    return person(user) if user else ""


def _choices(decision: str, at: datetime) -> list[Choice]:
    found = ReasonCode.objects.valid_on(at.date()).filter(decision=decision).order_by("code")
    return [Choice(code=row.code, title=row.title) for row in found]


_CONTROL_VERBS = {
    "order": "order", "against": "decide_against", "schedule": "schedule", "start": "start",
    "result": "find_conform", "waive": "waive", "pass_on": "pass_on",
}  # fmt: skip
_REFUSAL_VERBS = {
    "sign_refusal": "sign", "decline": "decline", "hear": "enforce", "enforce": "enforce",
    "execute": "execute", "revoke": "revoke",
}  # fmt: skip


def steps_of(
    measure: Measure, proposal: MeasureProposal | None, user: User, at: datetime
) -> frozenset[str]:
    """Return the steps that the user may take on the measure as it stands."""
    if not policies.may_handle(user, measure, at):
        return frozenset()
    found: set[str] = set()
    if measure.reconfirm_since_version is not None and measure.is_open:
        found.add("reconfirm")
    if proposal:
        found |= {"sign_step", "decline_step"}
    elif measure.kind in (Measure.Kind.HOLD, Measure.Kind.DO_NOT_LOAD) and can(measure, "lift"):
        found.add("lift")
    if measure.kind == Measure.Kind.DO_NOT_LOAD and can(measure, "sign"):
        found |= {"sign", "decline"}
    if measure.kind == Measure.Kind.CONTROL and policies.may_decide_control(user, measure, at):
        found |= {step for step, verb in _CONTROL_VERBS.items() if can(measure, verb)}
        found |= {"picture"} if measure.control.started_at else set()
    if measure.kind == Measure.Kind.REFUSAL:
        found |= {step for step, verb in _REFUSAL_VERBS.items() if can(measure, verb)}
    return frozenset(found - _not_for(measure, proposal, user))


def _not_for(measure: Measure, proposal: MeasureProposal | None, user: User) -> set[str]:
    """Return what is not offered: signing an own proposal, a second way of ending it, a control
    of goods that are elsewhere.
    """
    hidden = {"waive", "pass_on"} if proposal else set()
    hidden |= set(WHERE_THE_GOODS_ARE) if went_elsewhere(measure) else set()
    if proposal and proposal.proposed_by_id == user.pk:
        hidden.add("sign_step")
    if measure.placed_by_id == user.pk:
        hidden |= {"sign", "sign_refusal"}
    return hidden


class GoodsRow(msgspec.Struct, frozen=True, kw_only=True):
    """A consignment with where its goods are, what stands on it, and what can be done now."""

    id: int
    key: str
    goods: str
    open: list[Measure]
    verbs: frozenset[str]
    blocked: str


def goods_rows(
    ens: Ens, document: Document, user: User, at: datetime, *, page: str
) -> Page[GoodsRow]:
    """Return a page of the consignments of an ENS as the user may act on them."""
    measures = by_consignment(document, ens.measures.order_by("pk"))
    lives = ConsignmentLife.objects.filter(filing__membership__ens=ens).select_related("filing")
    may = policies.may_handle_ens(user, ens.pk, at)
    found: Page[Any] = Paginator(lives.order_by("pk"), PAGE_SIZE).get_page(page)
    found.object_list = [
        _goods(life, ens, measures.get(life.key, ()), may=may) for life in found.object_list
    ]
    return found


def refusable(ens: Ens, document: Document) -> list[tuple[str, str]]:
    """Return what entry can be refused to, as pairs of value and label; [] where to nothing."""
    here = ConsignmentLife.objects.filter(filing__membership__ens=ens, goods__in=IN_CUSTODY)
    if not here.exists():
        return []
    kinds = (Measure.Subject.DECLARATION, Measure.Subject.CONSIGNMENT)
    pairs = subject_pairs([document])
    return [pair for pair in pairs if pair[0].partition(":")[0] in kinds]


def _goods(life: ConsignmentLife, ens: Ens, measures: Sequence[Measure], *, may: bool) -> GoodsRow:
    standing = [each for each in measures if each.is_open]
    wanted = ("present", "revoke_presentation", "release")
    verbs = {verb for verb in wanted if may and CONSIGNMENT.target(life.goods, verb)}
    blocked = ""
    if "present" in verbs and awaits_notification(life, ens):
        verbs, blocked = verbs - {"present"}, _("Not before the arrival is notified.")
    if "release" in verbs and standing:
        blocked = _("Not while a measure is open.")
    elif "release" in verbs and ens.status not in ANALYSED:
        blocked = _("Not before the analysis is concluded.")
    return GoodsRow(
        id=life.pk,
        key=life.key,
        goods=life.get_goods_display(),
        open=standing,
        verbs=frozenset(verbs - {"release"} if blocked else verbs),
        blocked=blocked,
    )


def refusal_reasons(at: datetime) -> list[Choice]:
    """Return the reasons for which entry can be refused."""
    return _choices(ReasonCode.Decision.REFUSE, at)


def terminals_waiting(ens: Ens) -> list[str]:
    """Return the port systems that have not collected what they were told of the ENS."""
    return waits_for(ens)


def offices_of(user: User) -> list[str]:
    """Return the offices of the user: those by which a register can be narrowed."""
    return sorted(people.office_references(user))
