"""The builder: writing a draft, proposing it, and what another person decides about it."""

from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from customs_portal.accounts.models import Role, User
from customs_portal.clock import now
from customs_portal.findings import Finding
from customs_portal.pages.access import (
    RULE_APPROVERS,
    RULE_READING,
    RULE_WORK,
    RULE_WRITERS,
    current_user,
    for_roles,
)
from customs_portal.pages.frames import frame, kept
from customs_portal.pages.looking import What, note_look
from customs_portal.pages.reads import rule_draft as reads
from declarations.services.results import Refused, refused
from risk.builder.form import ContentForm, edited, read_outline
from risk.builder.outline import stored
from risk.models import RuleDraft
from risk.services.approving import approve, approve_urgently, may_approve, send_back
from risk.services.drafting import CHANGED, MOVED_ON, Drafted, propose, rename, save, withdraw

DRAFTS = RuleDraft.objects.select_related(
    "rule__profile", "author", "proposed_by", "base", "changed_by"
)


@require_safe
@for_roles(RULE_READING)
def rule_draft(request: HttpRequest, pk: int) -> HttpResponse:
    """Show a draft: to be written on, or to be decided about."""
    return _page(request, get_object_or_404(DRAFTS, pk=pk))


def _page(
    request: HttpRequest,
    draft: RuleDraft,
    *,
    form: ContentForm | None = None,
    findings: list[Finding] | None = None,
    saved: RuleDraft | None = None,
) -> HttpResponse:
    user, at = current_user(request), now()
    note_look(request, What.RULE, draft.rule.code)
    form = form or ContentForm(instance=draft)
    mrn = (request.POST.get("mrn") or request.GET.get("mrn", "")).strip().upper()
    context: dict[str, Any] = {
        **frame(request),
        "draft": draft,
        "found": reads.read_draft(draft, user, at, mrn=mrn, findings=findings or [], saved=saved),
        "form": form,
        "summary": _summary(form, findings or []),
        "may_write": user.role in RULE_WRITERS and draft.state == RuleDraft.State.DRAFT,
        "may_test": user.role in RULE_WORK,
        "may_withdraw": user.role in RULE_WRITERS,
        "may_decide": draft.state == RuleDraft.State.PROPOSED and may_approve(draft, user),
        "sees_secret": user.role != Role.AUDITOR,
    }
    status = 409 if saved else 422 if context["summary"] else 200
    return render(request, "pages/rules/draft.html", context, status=status)


def _summary(form: ContentForm, findings: list[Finding]) -> list[tuple[str, str]]:
    """Return each error with the id of the field that it leads to."""
    at_fields = [(f"id_{name}", text) for name, errors in form.errors.items() for text in errors]
    at_places = [
        (f"part-{finding.location}", finding.text)
        for finding in findings
        if finding.location[:1].isdecimal()
    ]
    return [(where, str(text)) for where, text in (*at_places, *at_fields)]


@require_POST
@for_roles(RULE_WRITERS)
def change_draft(request: HttpRequest, pk: int) -> HttpResponse:
    """Keep what was written, then do what the button says."""
    draft, pressed = get_object_or_404(DRAFTS, pk=pk), request.POST.get("do", "save")
    user, form = current_user(request), ContentForm(request.POST, instance=draft)
    is_valid = form.is_valid()
    draft = get_object_or_404(DRAFTS, pk=pk)
    with transaction.atomic():
        saved = _save(request, draft, form, pressed, user)
    if isinstance(saved, Refused):
        return _not_saved(request, draft, form, pressed, saved)
    draft = get_object_or_404(DRAFTS, pk=pk)
    if not is_valid:
        return _page(request, draft, form=form)
    if pressed in ("propose", "withdraw"):
        return _moved(request, draft, pressed, user)
    if pressed.startswith("pick-"):
        what, _colon, place = pressed.removeprefix("pick-").partition(":")
        return redirect(kept(request, reverse("rule_pick", args=[draft.pk, what, place])))
    if pressed == "save":
        messages.success(request, _("Draft saved."))
    return redirect(_address(draft, request, pressed))


def _save(
    request: HttpRequest, draft: RuleDraft, form: ContentForm, pressed: str, user: User
) -> Drafted | Refused:
    revision = request.POST.get("revision", "")
    saved = save(
        draft.pk,
        revision=int(revision) if revision.isdecimal() else 0,
        content=form.content(),
        outline=edited(read_outline(request.POST), pressed),
        editor=user,
        at=now(),
    )
    if isinstance(saved, Drafted) and "title" in form.cleaned_data:
        rename(
            draft.pk,
            title=form.cleaned_data["title"],
            family=form.cleaned_data.get("family", ""),
            editor=user,
        )
    return saved


def _not_saved(
    request: HttpRequest, draft: RuleDraft, form: ContentForm, pressed: str, refused: Refused
) -> HttpResponse:
    """Show what was typed beside what a colleague has saved or proposed meanwhile."""
    if not {finding.code for finding in refused.findings} & {CHANGED, MOVED_ON}:
        return _told(request, draft, refused)
    typed = form.instance
    typed.outline = stored(edited(read_outline(request.POST), pressed))
    typed.revision, typed.state = draft.revision, draft.state
    return _page(request, typed, form=form, saved=draft)


def _address(draft: RuleDraft, request: HttpRequest, pressed: str) -> str:
    """Return where the page goes on: at the part that was changed, with the trial kept."""
    mrn, place = request.POST.get("mrn", "").strip(), pressed.partition(":")[2]
    query = {"mrn": mrn} if mrn.isalnum() else {}
    address = kept(request, reverse("rule_draft", args=[draft.pk]), **query)
    return f"{address}#part-{place}" if place else f"{address}#conditions"


def _moved(request: HttpRequest, draft: RuleDraft, pressed: str, user: User) -> HttpResponse:
    with transaction.atomic():
        if pressed == "propose":
            result = propose(draft.pk, revision=draft.revision, proposer=user, at=now())
        else:
            result = withdraw(draft.pk, revision=draft.revision, by=user, at=now())
    if isinstance(result, Refused):
        return _refused(request, draft, result)
    done = _("Proposed. Another person approves it.") if pressed == "propose" else _("Withdrawn.")
    messages.success(request, done)
    return redirect("rule", draft.rule.code)


def _refused(request: HttpRequest, draft: RuleDraft, refused: Refused) -> HttpResponse:
    """Show the draft with what stands against it, at its fields and conditions."""
    values = {name: getattr(draft, name) for name in ContentForm.Meta.fields}
    form = ContentForm(_as_sent(values), instance=draft)
    form.is_valid()
    form.refuse(refused.findings)
    return _page(request, get_object_or_404(DRAFTS, pk=draft.pk), form=form,
                 findings=refused.findings)  # fmt: skip


def _as_sent(values: dict[str, Any]) -> dict[str, Any]:
    """Return the stored values as their fields would send them."""
    sent = dict(values)
    for name in ("valid_from", "valid_until"):
        if sent[name]:
            sent[name] = sent[name].strftime("%Y-%m-%dT%H:%M")
    sent["owner"] = sent["owner"].pk if sent["owner"] else ""
    return sent


def _told(request: HttpRequest, draft: RuleDraft, refused: Refused) -> HttpResponse:
    for finding in refused.findings:
        messages.error(request, finding.text)
    return redirect(kept(request, reverse("rule_draft", args=[draft.pk])))


@require_POST
@for_roles(RULE_APPROVERS)
def decide_draft(request: HttpRequest, pk: int) -> HttpResponse:
    """Approve a proposed draft, approve it urgently, or send it back."""
    draft, user = get_object_or_404(DRAFTS, pk=pk), current_user(request)
    revision = request.POST.get("revision", "")
    seen = int(revision) if revision.isdecimal() else 0
    with transaction.atomic():
        result = _decided(request, draft, user, seen)
    if isinstance(result, Refused):
        return _told(request, draft, result)
    messages.success(request, str(_DONE[request.POST["do"]]))
    return redirect("rule", draft.rule.code)


_DONE = {
    "approve": gettext_lazy("Approved. It is not in force until it is published."),
    "urgent": gettext_lazy("Approved and in force. Another person must review it."),
    "send-back": gettext_lazy("Sent back."),
}


def _decided(request: HttpRequest, draft: RuleDraft, user: User, seen: int) -> Any:
    verb, at = request.POST.get("do", ""), now()
    if verb == "send-back":
        question = request.POST.get("question", "")
        return send_back(draft.pk, revision=seen, question=question, approver=user, at=at)
    if verb == "urgent":
        typed = request.POST.get("hours", "")
        hours = int(typed) if typed.isdecimal() and len(typed) < 4 else 0
        return approve_urgently(draft.pk, revision=seen, hours=hours, approver=user, at=at)
    if verb == "approve":
        return approve(draft.pk, revision=seen, approver=user, at=at)
    return refused("no_verb", "Choose what you decide.")
