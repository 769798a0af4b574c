"""What stands against a decision: case, reason, text, announcement, subject, clock."""

from collections.abc import Mapping
from datetime import datetime

from django.utils.translation import gettext as _

from customs_portal.accounts.models import User
from customs_portal.findings import Finding
from customs_portal.reference.models import ReasonCode
from declarations.models import Ens, EntryLeg, Measure
from declarations.screening import METHODS, MOST_METHODS
from declarations.services.advance_notice import are_to_come
from declarations.services.do_not_load import do_not_load_refused, do_not_load_subjects
from declarations.services.referrals import LONGEST_QUESTION, filing_to_ask
from declarations.services.results import refusal
from declarations.subjects import current_document, subjects
from risk import policies
from risk.models import Assessment, Case
from risk.services.asking import CONSIGNMENT, LONGEST_HOURS, asking_unlawful, consignment_of
from risk.services.orders import (
    LONGEST_NOTE,
    MEASURE_OF,
    QUESTIONS,
    REASONS_OF,
    DecisionOrder,
    Ready,
    Verb,
)
from risk.services.proposals import open_proposal

WITHOUT_ASSESSMENT = (Case.Cause.NOT_ASSESSED, Case.Cause.BREACHED, Case.Cause.DUAL_FILING)
"""Causes on which an officer decides though no assessment waits for it."""
Reasons = Mapping[str, ReasonCode]


def checked(
    order: DecisionOrder, case: Case | None, reasons: Reasons, officer: User, at: datetime
) -> Ready | list[Finding]:
    """Return the order ready to be carried out, or everything that stands against it."""
    if case is None or not policies.may_work_on(officer, case):
        return [refusal("not_found", _("There is no such case for you."))]
    findings = _about_role(case) or about_case(order.revision, case, officer)
    findings = findings or _about_proposal(case) or _about_reason(order, reasons)
    return findings or _judged(order, case, reasons[order.reason_code], at)


def _judged(
    order: DecisionOrder, case: Case, reason: ReasonCode, at: datetime
) -> Ready | list[Finding]:
    assessment = waiting_assessment(case)
    if assessment is None and case.cause not in WITHOUT_ASSESSMENT:
        return [refusal("nothing_to_decide", _("No assessment waits for a decision."))]
    verb = Verb(order.verb)
    findings = [*_about_text(order, reason), *_about_announcement(order, verb, reason, case.ens)]
    if verb in QUESTIONS:
        findings += _about_question(order, verb, case, assessment, reason)
    findings += _about_subject(order, verb, case.ens) or _about_do_not_load(order, case.ens, at)
    if findings:
        return findings
    return Ready(order=order, verb=verb, case=case, assessment=assessment, reason=reason)


def waiting_assessment(case: Case) -> Assessment | None:
    """Return the assessment of the current version that a person has to conclude."""
    waiting = Assessment.objects.of(case.ens).awaiting_review().defer("hits")
    return waiting.filter(ens_version__number=case.ens.version).order_by("-pk").first()


def _about_role(case: Case) -> list[Finding]:
    if case.ens.role != Ens.OurRole.INVOLVED:
        return []
    text = _("Another State analyses this declaration. Answer its e-screening.")
    return [refusal("not_ours", text)]


def about_case(revision: int, case: Case, officer: User) -> list[Finding]:
    """Return what stands against deciding a case that was read on that revision."""
    if case.status != Case.Status.OPEN:
        return [refusal("closed", _("The case is closed."))]
    if case.revision != revision:
        return [refusal("stale_version", _("The declaration changed while you read it."))]
    if case.assignee_id not in (None, officer.pk):
        return [refusal("taken", _("Another officer has this case."))]
    return []


def _about_proposal(case: Case) -> list[Finding]:
    if open_proposal(case.pk) is None:
        return []
    text = _("A decision waits for its second signature. Sign it or refuse it first.")
    return [refusal("awaiting_signature", text)]


def _about_reason(order: DecisionOrder, reasons: Reasons) -> list[Finding]:
    if order.verb not in Verb.values:
        return [refusal("unknown_verb", _("Choose a decision."), "verb")]
    reason = reasons.get(order.reason_code)
    if reason and reason.decision == REASONS_OF[Verb(order.verb)]:
        return []
    return [refusal("reason", _("Choose a reason for this decision."), "reason_code")]


def _about_text(order: DecisionOrder, reason: ReasonCode) -> list[Finding]:
    if reason.text_required and not order.note.strip():
        return [refusal("note", _("Write down the reason in your own words."), "note")]
    if len(order.note) > LONGEST_NOTE:
        text = _("Use at most %(count)d characters.") % {"count": LONGEST_NOTE}
        return [refusal("note", text, "note")]
    return []


def _about_announcement(
    order: DecisionOrder, verb: Verb, reason: ReasonCode, ens: Ens
) -> list[Finding]:
    if told_on_arrival(order, verb, ens):
        return []
    never = reason.announced in (ReasonCode.Announced.NEVER, ReasonCode.Announced.LETTER)
    if order.announce and (never or verb not in MEASURE_OF):
        return [refusal("announce", _("This decision is not announced."), "announce")]
    must = reason.announced == ReasonCode.Announced.ALWAYS and verb in MEASURE_OF
    if must and not order.announce:
        return [refusal("announce", _("This decision is always announced."), "announce")]
    return []


def told_on_arrival(order: DecisionOrder, verb: Verb, ens: Ens) -> bool:
    """Whether nobody is told now of what is decided: a control of ICS2 is told with the arrival.

    By sea and air (IE3N08); before that the office of control may tell authorised operators.
    """
    return verb == Verb.CONTROL and are_to_come(ens, order.subject, order.reference)


def _about_question(
    order: DecisionOrder,
    verb: Verb,
    case: Case,
    assessment: Assessment | None,
    reason: ReasonCode,
) -> list[Finding]:
    unlawful = asking_unlawful(case.ens, assessment, verb)
    if unlawful:
        return [refusal("not_allowed", unlawful, "verb")]
    found = _about_screening(order) if verb == Verb.RFS else []
    if verb != Verb.RFS and not order.question.strip():
        found.append(refusal("question", _("Write the question to the filer."), "question"))
    if len(order.question) > LONGEST_QUESTION:
        text = _("Use at most %(count)d characters.") % {"count": LONGEST_QUESTION}
        found.append(refusal("question", text, "question"))
    if verb == Verb.AMD and not order.elements:
        text = _("Say which element is to be amended.")
        found.append(refusal("elements", text, "elements"))
    if filing_to_ask(case.ens, consignment_of(order), order.elements) is None:
        text = _("Elements of one filing only: choose the consignment that it declares.")
        found.append(refusal("elements", text, "elements"))
    if not 0 <= order.hours <= LONGEST_HOURS:
        text = _("Give between half an hour and %d hours.") % LONGEST_HOURS
        found.append(refusal("hours", text, "hours"))
    return found


def _about_screening(order: DecisionOrder) -> list[Finding]:
    """Say what is wrong with a request for screening: of one consignment, by known methods."""
    found = []
    if order.subject != CONSIGNMENT:
        found.append(refusal("subject", _("Choose the house to be screened."), "subject"))
    if not set(order.methods) <= set(METHODS) or len(order.methods) > MOST_METHODS:
        found.append(refusal("methods", _("Choose methods of the list."), "methods"))
    return found


def _about_subject(order: DecisionOrder, verb: Verb, ens: Ens) -> list[Finding]:
    if verb not in (*MEASURE_OF, *QUESTIONS):
        return []
    if (order.subject, order.reference) not in subjects(current_document(ens)):
        return [refusal("subject", _("Choose what the decision is about."), "subject")]
    places = EntryLeg.objects.filter(ens=ens).values_list("office", flat=True)
    if verb == Verb.CONTROL and order.place not in places:
        return [refusal("place", _("Choose the office of the control."), "place")]
    return []


def _about_do_not_load(order: DecisionOrder, ens: Ens, at: datetime) -> list[Finding]:
    """Say why a do-not-load is unlawful; while one waits for its signature nothing else is due."""
    waiting = Measure.objects.filter(ens=ens, status=Measure.Status.AWAITING_SECOND)
    if order.verb != Verb.DO_NOT_LOAD:
        text = _("A do-not-load waits for its second signature. Sign it or refuse it first.")
        return [refusal("awaiting_signature", text)] if waiting.exists() else []
    unlawful = do_not_load_refused(ens, at)
    if unlawful:
        return [refusal("not_allowed", unlawful, "verb")]
    if (order.subject, order.reference) not in do_not_load_subjects(current_document(ens)):
        return [
            refusal("subject", _("Choose a container or goods in one; by air a house."), "subject")
        ]
    if waiting.filter(subject=order.subject, reference=order.reference).exists():
        return [refusal("awaiting_signature", _("This waits for its second signature already."))]
    return []
