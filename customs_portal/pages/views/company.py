"""Your company: its colleagues, the mandates it gives and has, the tokens of its systems."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from customs_portal.accounts import colleagues, mandates, policies
from customs_portal.accounts.forms import ColleagueForm, MandateForm, TokenForm
from customs_portal.accounts.inviting import invite_from
from customs_portal.accounts.models import (
    AccessLog,
    ApiToken,
    Mandate,
    Operator,
    OperatorMembership,
)
from customs_portal.accounts.services import end_tokens, issue_token
from customs_portal.clock import now
from customs_portal.pages.access import TRADERS, current_user, for_roles
from customs_portal.pages.looking import note_look
from customs_portal.pages.reads import company as reads


@require_safe
@for_roles(TRADERS)
def companies(request: HttpRequest) -> HttpResponse:
    """Lead to the company of the user, the first of them where there are several."""
    first = reads.own(current_user(request)).first()
    if first is None:
        return render(request, "pages/company_none.html")
    return redirect("company", first.eori)


@require_safe
@for_roles(TRADERS)
def company(request: HttpRequest, eori: str) -> HttpResponse:
    """Show one company of the user."""
    operator = _own(request, eori)
    note_look(request, AccessLog.What.OPERATOR, operator.eori)
    page = reads.read(operator, current_user(request), now())
    return render(
        request, "pages/company.html", {"company": page, "roles": OperatorMembership.Role.choices}
    )


def _own(request: HttpRequest, eori: str) -> Operator:
    """Return the operator; raises Http404 for one that the user does not act for."""
    found = reads.own(current_user(request)).filter(eori=eori).first()
    if found is None:
        raise Http404
    return found


def _owned(request: HttpRequest, eori: str) -> Operator:
    """Return the operator, recorded; raises PermissionDenied for who does not own it."""
    operator = _own(request, eori)
    if not policies.is_owner(current_user(request), operator):
        raise PermissionDenied
    note_look(request, AccessLog.What.OPERATOR, operator.eori)
    return operator


@require_http_methods(["GET", "HEAD", "POST"])
@for_roles(TRADERS)
def invite_colleague(request: HttpRequest, eori: str) -> HttpResponse:
    """Ask who the colleague is; make the invitation and show its link, once."""
    operator, user = _owned(request, eori), current_user(request)
    form = ColleagueForm(request.POST or None)
    invited = None
    if request.method == "POST" and form.is_valid():
        with transaction.atomic():
            person = colleagues.add_person(operator=operator, **form.cleaned_data)
            invited = invite_from(request, user=person, by=user)
    context = {"operator": operator, "form": form, "invited": invited}
    response = render(
        request, "pages/company_colleague.html", context, status=422 if form.errors else 200
    )
    response["Cache-Control"] = "no-store"
    return response


@require_POST
@for_roles(TRADERS)
def change_colleague(request: HttpRequest, eori: str, key: int) -> HttpResponse:
    """Give a colleague another role."""
    operator = _owned(request, eori)
    wrong = colleagues.change_role(operator=operator, key=key, role=request.POST.get("role", ""))
    return _back(request, operator, wrong, _("The role is changed."))


@require_POST
@for_roles(TRADERS)
def remove_colleague(request: HttpRequest, eori: str, key: int) -> HttpResponse:
    """Let a colleague act for the company no more."""
    operator = _owned(request, eori)
    wrong = colleagues.remove(operator=operator, key=key)
    return _back(request, operator, wrong, _("The colleague is removed."))


@require_http_methods(["GET", "HEAD", "POST"])
@for_roles(TRADERS)
def grant_mandate(request: HttpRequest, eori: str) -> HttpResponse:
    """Ask who may represent the company and for what, and let them."""
    operator = _owned(request, eori)
    mandate = Mandate(operator=operator)
    form = MandateForm(request.POST or None, instance=mandate)
    if request.method == "POST" and form.is_valid():
        wrong = mandates.grant(form.instance, by=current_user(request), at=now())
        if not wrong:
            messages.success(request, _("The mandate is granted."))
            return redirect("company", operator.eori)
        for text in wrong:
            form.add_error(None, text)
    context = {"operator": operator, "form": form}
    status = 422 if form.errors else 200
    return render(request, "pages/company_mandate.html", context, status=status)


@require_POST
@for_roles(TRADERS)
def revoke_mandate(request: HttpRequest, eori: str, key: int) -> HttpResponse:
    """Revoke a mandate that the company gave, or give back one that it received."""
    operator, user = _owned(request, eori), current_user(request)
    about = Mandate.objects.visible_to(user).filter(pk=key).first()
    if about is None or operator.pk not in (about.operator_id, about.representative_id):
        raise Http404
    done = mandates.revoke([key], by=user, at=now())
    return _back(request, operator, "" if done else _("It is revoked already."), _("Revoked."))


@sensitive_variables("token")
@require_http_methods(["GET", "HEAD", "POST"])
@for_roles(TRADERS)
def issue(request: HttpRequest, eori: str) -> HttpResponse:
    """Ask what a token is for; issue it and show it, once."""
    operator, user, at = _owned(request, eori), current_user(request), now()
    form = TokenForm(request.POST or None)
    token = ""
    if request.method == "POST" and form.is_valid():
        token = issue_token(operator=operator, at=at, issued_by=user, **form.cleaned_data)
    context = {"operator": operator, "form": form, "token": token}
    response = render(
        request, "pages/company_token.html", context, status=422 if form.errors else 200
    )
    response["Cache-Control"] = "no-store"
    return response


@require_POST
@for_roles(TRADERS)
def end_token(request: HttpRequest, eori: str, key: str) -> HttpResponse:
    """End a token of the company now."""
    operator = _owned(request, eori)
    found = ApiToken.objects.filter(operator=operator, token_key=key).values_list("pk", flat=True)
    if not found:
        raise Http404
    done = end_tokens(list(found), at=now())
    return _back(request, operator, "" if done else _("It has ended already."), _("Token ended."))


def _back(request: HttpRequest, operator: Operator, wrong: str, done: str) -> HttpResponse:
    """Lead back to the company and say what came of it."""
    if wrong:
        messages.error(request, wrong)
    else:
        messages.success(request, done)
    return redirect("company", operator.eori)
