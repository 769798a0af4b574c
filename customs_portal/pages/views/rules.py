"""Rules: the list, the page of one, the difference between two versions, the secret reason."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from customs_portal.accounts.models import Role
from customs_portal.clock import now
from customs_portal.pages.access import (
    RULE_APPROVERS,
    RULE_READING,
    RULE_WRITERS,
    current_user,
    for_roles,
)
from customs_portal.pages.looking import What, note_look
from customs_portal.pages.reads import rule as rule_reads
from customs_portal.pages.reads import rules as reads
from customs_portal.pages.reads.hits import list_titles
from declarations.services.results import Refused
from risk.builder.difference import differences
from risk.builder.new_rule import NewRuleForm
from risk.models import RiskProfile, Rule, RuleReview, RuleVersion
from risk.services.drafting import begin_change, begin_rule
from risk.services.reviewing import review

PAGE_SIZE = 50
SHORTEST_REASON = 10


@require_safe
@for_roles(RULE_READING)
def rules(request: HttpRequest) -> HttpResponse:
    """Show the rules that fit the filters."""
    wanted = reads.Wanted(
        words=request.GET.get("q", "").strip(),
        state=request.GET.get("state", ""),
        profile=request.GET.get("profile", ""),
        owner=request.GET.get("owner", ""),
        due=request.GET.get("due") == "yes",
    )
    found = reads.lines(wanted, now())
    query = request.GET.copy()
    query.pop("page", None)
    context = {
        "wanted": wanted,
        "page": Paginator(found, PAGE_SIZE).get_page(request.GET.get("page")),
        "query": query.urlencode(),
        "states": [*reads.STATES, reads.DRAFTED, reads.PROPOSED],
        "profiles": RiskProfile.objects.all(),
        "may_write": current_user(request).role in RULE_WRITERS,
    }
    return render(request, "pages/rules/list.html", context)


@for_roles(RULE_WRITERS)
def new_rule(request: HttpRequest) -> HttpResponse:
    """Ask for code, title and profile of a new rule, and begin its draft."""
    form = NewRuleForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        with transaction.atomic():
            result = begin_rule(form.new_rule(), author=current_user(request), at=now())
        if not isinstance(result, Refused):
            return redirect("rule_draft", result.draft)
        form.refuse(result.findings)
    status = 422 if form.errors else 200
    return render(request, "pages/rules/new.html", {"form": form}, status=status)


@require_safe
@for_roles(RULE_READING)
def rule(request: HttpRequest, code: str) -> HttpResponse:
    """Show a rule with its versions, how it fares, and its story."""
    return _page(request, get_object_or_404(Rule, code=code))


def _page(request: HttpRequest, found: Rule, *, secret_read: bool = False) -> HttpResponse:
    note_look(request, What.RULE, found.code)
    user = current_user(request)
    context = {
        "found": rule_reads.read(found, now()),
        "may_write": user.role in RULE_WRITERS,
        "may_approve": user.role in RULE_APPROVERS,
        "sees_secret": secret_read or user.role != Role.AUDITOR,
        "fewest": rule_reads.FEWEST_DECISIONS,
        "newest_controls": rule_reads.NEWEST_CONTROLS,
    }
    return render(request, "pages/rules/rule.html", context)


@require_POST
@for_roles(frozenset({Role.AUDITOR}))
def secret_reason(request: HttpRequest, code: str) -> HttpResponse:
    """Show a rule with its secret reason, for a stated reason that is recorded."""
    found = get_object_or_404(Rule, code=code)
    stated = request.POST.get("reason", "").replace("\x00", "").strip()
    if len(stated) < SHORTEST_REASON:
        messages.error(request, _("Say in at least 10 signs why you read the secret reason."))
        return redirect("rule", found.code)
    note_look(request, What.RULE, f"{found.code} secret reason", reason=stated)
    return _page(request, found, secret_read=True)


@require_POST
@for_roles(RULE_WRITERS)
def change_rule(request: HttpRequest, code: str) -> HttpResponse:
    """Begin the next version of a rule from the version that was chosen."""
    version = _version(code, request.POST.get("version", ""))
    with transaction.atomic():
        result = begin_change(version, author=current_user(request), at=now())
    if isinstance(result, Refused):
        for finding in result.findings:
            messages.error(request, finding.text)
        return redirect("rule", code)
    return redirect("rule_draft", result.draft)


def _version(code: str, number: str) -> RuleVersion:
    versions = RuleVersion.objects.select_related("rule").filter(rule__code=code)
    found = versions.filter(number=int(number)).first() if number.isdecimal() else None
    if found is None:
        raise Http404
    return found


@require_safe
@for_roles(RULE_READING)
def compare(request: HttpRequest, code: str) -> HttpResponse:
    """Show the difference between two versions in words."""
    note_look(request, What.RULE, code)
    before = _version(code, request.GET.get("from", ""))
    after = _version(code, request.GET.get("to", ""))
    titles = list_titles()
    context = {
        "before": before,
        "after": after,
        "differences": differences(before, after, titles, set(titles)),
    }
    return render(request, "pages/rules/compare.html", context)


@require_POST
@for_roles(RULE_APPROVERS | RULE_WRITERS)
def review_rule(request: HttpRequest, code: str) -> HttpResponse:
    """Record that a version was looked at again, and what came of it."""
    key = request.POST.get("review", "")
    found = RuleReview.objects.filter(version__rule__code=code, pk=key if key.isdecimal() else 0)
    asked = found.first()
    if asked is None:
        raise Http404
    with transaction.atomic():
        result = review(
            asked.pk,
            finding=request.POST.get("finding", ""),
            next_on=request.POST.get("next_on", ""),
            reviewer=current_user(request),
            at=now(),
        )
    if isinstance(result, Refused):
        for finding in result.findings:
            messages.error(request, finding.text)
    else:
        messages.success(request, _("Reviewed."))
    return redirect("rule", code)
