"""Back-tests: asking history what a draft or a rule set would have found."""

from datetime import date, datetime, timedelta
from typing import cast

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe
from django_htmx.middleware import HtmxDetails

from customs_portal.clock import now
from customs_portal.pages.access import RULE_READING, RULE_WORK, current_user, for_roles
from customs_portal.pages.days import midnight
from customs_portal.pages.looking import What, note_look
from customs_portal.pages.reads import back_test as reads
from customs_portal.reference import snapshot as reference
from declarations.services.results import Refused
from risk.builder.engine import engine_draft
from risk.models import BackTest, RuleDraft, RuleSetVersion
from risk.services import back_test as services
from risk.services.drafting import draft_findings
from risk.tasks import wake_back_tests

PERIOD = timedelta(days=30)
LONGEST = timedelta(days=731)


@require_POST
@for_roles(RULE_WORK)
def back_test_draft(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask what the draft would have found in the period."""
    draft = get_object_or_404(RuleDraft.objects.select_related("rule"), pk=pk)
    places = [each for each in draft_findings(draft, now()) if each.location[:1].isdecimal()]
    if places:
        messages.error(request, _("Complete the conditions first: %s") % places[0].text)
        return redirect("rule_draft", pk)
    begins_at, ends_at = _period(request)
    question = services.Question(
        begins_at=begins_at, ends_at=ends_at, rule=engine_draft(draft), draft=draft
    )
    return _asked(request, question) or redirect("rule_draft", pk)


@require_POST
@for_roles(RULE_WORK)
def back_test_rule_set(request: HttpRequest, number: int) -> HttpResponse:
    """Ask what a rule set would have found in the period."""
    rule_set = get_object_or_404(RuleSetVersion, number=number)
    begins_at, ends_at = _period(request)
    question = services.Question(begins_at=begins_at, ends_at=ends_at, rule_set=rule_set)
    return _asked(request, question) or redirect("rule_sets")


def _period(request: HttpRequest) -> tuple[datetime, datetime]:
    """Return from the beginning of the first day to the end of the last; 30 days where unsaid."""
    first, last = _day(request, "begins_on"), _day(request, "ends_on")
    ends_at = midnight(last + timedelta(days=1)) if last else now()
    begins_at = midnight(first) if first else ends_at - PERIOD
    return max(begins_at, ends_at - LONGEST), ends_at


def _day(request: HttpRequest, name: str) -> date | None:
    try:
        return date.fromisoformat(request.POST.get(name, ""))
    except ValueError:
        return None


def _asked(request: HttpRequest, question: services.Question) -> HttpResponse | None:
    """Begin the back-test and lead to it; say why not where it is refused."""
    with transaction.atomic():
        result = services.start(question, by=current_user(request), at=now())
        if not isinstance(result, Refused):
            transaction.on_commit(wake_back_tests)
    if isinstance(result, Refused):
        for finding in result.findings:
            messages.error(request, finding.text)
        return None
    return redirect("back_test", result.back_test)


@require_safe
@for_roles(RULE_READING)
def back_test(request: HttpRequest, pk: int) -> HttpResponse:
    """Show how far a back-test is and what it found; htmx gets the part that changes."""
    test = get_object_or_404(BackTest.objects.select_related("draft__rule", "rule_set"), pk=pk)
    part = cast("HtmxDetails", request.htmx)  # type: ignore[attr-defined]  # set by the middleware
    if not part:
        note_look(request, What.RULE, f"back-test {pk}")
    context = {
        "found": reads.read(test, reference.current(now())),
        "may_cancel": current_user(request).role in RULE_WORK,
        "enough": services.reading.ENOUGH,
    }
    name = "pages/rules/back_test.html"
    return render(request, f"{name}#live" if part else name, context)


@require_POST
@for_roles(RULE_WORK)
def cancel_back_test(request: HttpRequest, pk: int) -> HttpResponse:
    """Stop a back-test."""
    get_object_or_404(BackTest, pk=pk)
    with transaction.atomic():
        result = services.cancel(pk, by=current_user(request), at=now())
    if isinstance(result, Refused):
        for finding in result.findings:
            messages.error(request, finding.text)
    return redirect("back_test", pk)
