"""Pickers of the builder: fields, codes and reference lists, searched on the server."""

from collections.abc import Sequence

import msgspec
from django.core.paginator import Paginator
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse

from customs_portal.clock import now
from customs_portal.pages.access import RULE_WRITERS, current_user, for_roles
from customs_portal.pages.frames import frame, kept
from customs_portal.pages.reads import code_picker
from customs_portal.reference import snapshot as reference
from declarations.services.results import Refused
from risk.builder import editing
from risk.builder.outline import Condition, read
from risk.models import RuleDraft
from risk.services.drafting import save

PAGE_SIZE = 20


@for_roles(RULE_WRITERS)
def rule_pick(request: HttpRequest, pk: int, what: str, place: str) -> HttpResponse:
    """Show what can be chosen for one condition; a POST puts the choice in and goes back."""
    draft = get_object_or_404(RuleDraft.objects.select_related("rule"), pk=pk)
    condition = editing.find(read(draft.outline), place)
    if not isinstance(condition, Condition) or what not in code_picker.KINDS:
        raise Http404
    if request.method == "POST":
        return _chosen(request, draft, what, place, condition)
    words = request.GET.get("q", "").strip()
    found = code_picker.offered(what, condition.field, words, reference.current(now()))
    context = {
        **frame(request),
        "draft": draft,
        "what": what,
        "place": place,
        "words": words,
        "kind": code_picker.KINDS[what],
        "page": Paginator(found, PAGE_SIZE).get_page(request.GET.get("page")),
        "chosen": _current(condition, what),
    }
    return render(request, "pages/rules/pick.html", context)


def _current(condition: Condition, what: str) -> Sequence[str]:
    if what == "value":
        return condition.values
    return [getattr(condition, what)]


def _chosen(
    request: HttpRequest, draft: RuleDraft, what: str, place: str, condition: Condition
) -> HttpResponse:
    changed = _with(condition, what, request.POST.get("choice", ""))
    with transaction.atomic():
        result = save(
            draft.pk,
            revision=draft.revision,
            content={},
            outline=editing.replace(read(draft.outline), place, changed),
            editor=current_user(request),
            at=now(),
        )
    if isinstance(result, Refused):
        raise Http404
    return redirect(f"{kept(request, reverse('rule_draft', args=[draft.pk]))}#part-{place}")


def _with(condition: Condition, what: str, choice: str) -> Condition:
    if what != "value":
        return msgspec.structs.replace(condition, **{what: choice})
    several = condition.operator in code_picker.SEVERAL
    values = (*condition.values, choice) if several else (choice,)
    return msgspec.structs.replace(condition, values=tuple(dict.fromkeys(values)))
