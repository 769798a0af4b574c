"""Questions to the filer as casework: the assessment waits, the case comes back with the answer.

LIFECYCLE A4 and A5, with the referrals of section 5.
"""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from customs_portal.accounts.models import User
from customs_portal.events.services import NewEvent, record_many
from declarations.lifecycle import move
from declarations.models import Clock, Ens, Measure, Referral
from declarations.services import referrals
from declarations.services.do_not_load import is_before_loading
from declarations.services.locks import lock_ens
from declarations.services.referrals import ReferralOrder, asking_refused
from declarations.services.results import Changed, Refused, refused
from declarations.traffic import TrafficClass
from risk import policies
from risk.events import CASE_ANSWERED
from risk.lifecycle import ASSESSMENT
from risk.models import Assessment, Case
from risk.services.cases import locked_cases
from risk.services.deadlines import set_deadlines
from risk.services.orders import DecisionOrder, Ready, Verb

DEEP_SEA_HOURS = 6.0
SHORTEST = timedelta(minutes=30)
LONGEST_HOURS = 240
CONSIGNMENT = Measure.Subject.CONSIGNMENT.value
TYPES = {
    Verb.RFI: Referral.Type.RFI,
    Verb.AMD: Referral.Type.AMD,
    Verb.RFS: Referral.Type.RFS,
}


def asking_unlawful(ens: Ens, assessment: Assessment | None, verb: Verb) -> str:
    """Return why this cannot be asked now; empty where it can.

    Screening is asked for before loading by air only (LIFECYCLE section 5), which IE315 has not.
    Questions follow each other and stand side by side: what was asked before is never against it.
    """
    over = assessment is not None and assessment.kind != Assessment.Kind.PRELOADING
    if verb == Verb.RFS and (over or not is_before_loading(ens)):
        return _("Screening is asked for only in the analysis before loading by air.")
    if assessment is None:
        return _("No assessment waits for a decision.")
    return asking_refused(ens)


def usual_hours(ens: Ens, at: datetime) -> float:
    """Return how long an answer may take: 6 hours in deep sea, else half of what is left."""
    clock = Clock.objects.filter(ens=ens, kind=Clock.Kind.DO_NOT_LOAD).exists()
    if clock or ens.corrected_traffic() == TrafficClass.DEEP_SEA_CONTAINER:
        return DEEP_SEA_HOURS
    left = max(ens.analysis_ends_at - at, timedelta()) / 2
    return round(max(left, SHORTEST) / timedelta(hours=1), 1)


def consignment_of(order: DecisionOrder) -> str:
    """Return the key of the consignment that a question is about, empty where about more."""
    return order.reference if order.subject == CONSIGNMENT else ""


def ask_filer(
    ready: Ready, *, officer: User, at: datetime, sent_at: datetime, signer: User | None = None
) -> Referral:
    """Ask, let the assessment wait, and put the case where its next limit is."""
    order, ens, assessment = ready.order, ready.case.ens, ready.assessment
    assert assessment is not None
    hours = order.hours or usual_hours(ens, at)
    follows = _answered(ens)
    [asked] = referrals.ask(
        [
            ReferralOrder(
                ens=ens.pk,
                type=TYPES[ready.verb],
                reason_code=ready.reason.code,
                question=order.question,
                elements=order.elements,
                note=order.note.strip(),
                version=ens.version,
                office=ready.case.office,
                officer=officer.pk,
                signed_by=signer.pk if signer else None,
                sent_at=sent_at,
                reply_by=sent_at + max(timedelta(hours=hours), SHORTEST),
                follows=follows.pk if follows else None,
                consignment=consignment_of(order),
                methods=order.methods,
            )
        ],
        at=at,
    )
    if follows:
        referrals.end([follows], "find_insufficient", at=at, actor=officer.pk)
    move(Assessment, ASSESSMENT, "ask", [assessment.pk])
    set_deadlines([ens.pk], at=at)
    return asked


def _answered(ens: Ens) -> Referral | None:
    """Return the answered question that a new one follows: its answer was not enough (R7)."""
    return ens.referrals.filter(status=Referral.Status.ANSWERED).order_by("-number").first()


def take_back_to_review(ens: Collection[int], *, at: datetime) -> None:
    """Let assessments go on for which no question is open any more (A5); locks the ENS rows."""
    locked = lock_ens(ens)
    asked = set(Referral.objects.open().filter(ens__in=locked).values_list("ens_id", flat=True))
    waiting = Assessment.objects.filter(ens__in=set(locked) - asked, status="waiting")
    found = dict(waiting.values_list("pk", "ens_id"))
    moved = move(Assessment, ASSESSMENT, "answered", list(found))
    set_deadlines(locked, at=at)
    record_many(
        [NewEvent(kind=CASE_ANSWERED, at=at, stream=found[key], data={}) for key in sorted(moved)]
    )


def withdraw(
    keys: Sequence[int], *, note: str, officer: User, at: datetime
) -> list[Changed | Refused]:
    """Withdraw open questions (R8); one result for each."""
    return [_end(key, "withdraw", note, officer, at) for key in keys]


def settle(
    keys: Sequence[int], *, note: str, officer: User, at: datetime
) -> list[Changed | Refused]:
    """Take answers for enough (R6); one result for each."""
    return [_end(key, "settle", note, officer, at) for key in keys]


def _end(key: int, verb: str, note: str, officer: User, at: datetime) -> Changed | Refused:
    asked = Referral.objects.filter(pk=key).first()
    case = Case.objects.open().filter(ens=asked.ens_id).first() if asked else None
    if asked is None or case is None or not policies.may_work_on(officer, case):
        return refused("not_found", _("There is no such question for you."))
    locked_cases([case.pk])
    asked.refresh_from_db()
    if not referrals.end([asked], verb, at=at, actor=officer.pk, note=note.strip()[:4000]):
        text = _("The question does not stand as you saw it any more.")
        return refused("closed", text)
    take_back_to_review([asked.ens_id], at=at)
    return Changed(id=case.pk)


def end_with_decision(ens: Ens, officer: User, at: datetime) -> None:
    """End what is still asked when the case is decided: unanswered withdrawn, answered settled."""
    found = list(ens.referrals.unsettled().order_by("pk"))
    for verb, status in (("withdraw", "open"), ("settle", "answered")):
        ending = [each for each in found if each.status == status]
        referrals.end(ending, verb, at=at, actor=officer.pk)
