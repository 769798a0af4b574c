"""Reference lists: read, searched, downloaded; uploaded after a look at the difference."""

import hashlib
from typing import Any

from django import forms
from django.contrib import messages
from django.core.cache import cache
from django.core.files.uploadedfile import UploadedFile
from django.core.paginator import Paginator
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from customs_portal.accounts.models import Role, User
from customs_portal.clock import now
from customs_portal.pages.access import (
    RULE_READING,
    RULE_WORK,
    RULE_WRITERS,
    current_user,
    for_roles,
)
from customs_portal.pages.exports import csv_response, watermark
from customs_portal.pages.forms import PageForm
from customs_portal.pages.looking import How, What, note_look
from customs_portal.pages.reads import name_lists
from customs_portal.pages.reads import reference_lists as reads
from declarations.services.results import Refused
from risk.engine.loading import COLUMNS
from risk.models import ReferenceList, ReferenceListEntry
from risk.rule_sets import BEGINNING
from risk.services.lists import (
    LEAST_THRESHOLD,
    MOST_BYTES,
    Loaded,
    change_list,
    load_content,
)

PAGE_SIZE = 50
KEPT_SECONDS = 1_800
SHOWN = 20
SHORTEST_REASON = 10


class ChangeForm(PageForm):
    """From which likeness on a name matches, and who keeps the list."""

    threshold = forms.DecimalField(
        label=gettext_lazy("A name matches from"),
        help_text=gettext_lazy("0.50 to 1.00. A lower one is held against all names again."),
        min_value=LEAST_THRESHOLD,
        max_value=1,
        decimal_places=2,
    )
    owner = forms.ModelChoiceField(
        label=gettext_lazy("Kept by"),
        queryset=User.objects.filter(is_active=True, role__in=RULE_WORK).order_by("username"),
        required=False,
    )


@require_safe
@for_roles(RULE_READING)
def reference_lists(request: HttpRequest) -> HttpResponse:
    """Show all lists."""
    return render(request, "pages/rules/lists.html", {"lists": reads.lines(now().date())})


@require_safe
@for_roles(RULE_READING)
def reference_list(request: HttpRequest, code: str) -> HttpResponse:
    """Show the entries of a list; those of a secret one to auditors for a reason only."""
    return _page(request, get_object_or_404(ReferenceList, code=code))


@require_POST
@for_roles(frozenset({Role.AUDITOR}))
def secret(request: HttpRequest, code: str) -> HttpResponse:
    """Show the entries of a secret list, for a stated reason that is recorded."""
    found = get_object_or_404(ReferenceList, code=code)
    stated = request.POST.get("reason", "").replace("\x00", "").strip()
    if len(stated) < SHORTEST_REASON:
        messages.error(request, _("Say in at least 10 signs why you read the secret list."))
        return redirect("reference_list", found.code)
    return _page(request, found, reason=stated)


def _page(request: HttpRequest, found: ReferenceList, *, reason: str = "") -> HttpResponse:
    note_look(request, What.REFERENCE_LIST, found.code, reason=reason)
    role = current_user(request).role
    sees = not found.secret or role != Role.AUDITOR or bool(reason)
    words, validity = request.GET.get("q", "").strip(), request.GET.get("validity", "")
    rows = reads.entries(found, words, validity, now().date())
    context = {
        "list": found,
        "sees": sees,
        "words": words,
        "validity": validity,
        "page": Paginator(rows if sees else rows.none(), PAGE_SIZE).get_page(
            request.GET.get("page")
        ),
        "may_download": role in RULE_WORK,
        "may_upload": role in RULE_WRITERS,
        "change_form": ChangeForm(initial={"threshold": found.threshold, "owner": found.owner}),
        "figures": name_lists.figures(found, now().date()) if found.is_by_likeness else None,
    }
    return render(request, "pages/rules/reference_list.html", context)


@require_safe
@for_roles(RULE_WORK)
def download(request: HttpRequest, code: str) -> HttpResponse:
    """Send the entries as CSV, in the columns that an upload takes."""
    found = get_object_or_404(ReferenceList, code=code)
    note_look(request, What.REFERENCE_LIST, found.code, how=How.EXPORTED)
    entries = found.entries.filter(removed_in__isnull=True).order_by("value", "valid_from")
    mark = watermark(request, f"List {found.code}")
    return csv_response(mark, COLUMNS, map(_cells, entries.iterator()))


def _cells(entry: ReferenceListEntry) -> tuple[str, ...]:
    begins = "" if entry.valid_from == BEGINNING else entry.valid_from.isoformat()
    ends = entry.valid_to.isoformat() if entry.valid_to else ""
    return (
        *(entry.value, entry.label, begins, ends, entry.note),
        *(entry.country, entry.identifier, entry.place),
    )


@require_POST
@for_roles(RULE_WRITERS)
def change(request: HttpRequest, code: str) -> HttpResponse:
    """Change from which likeness on names match a list, and who keeps it."""
    found = get_object_or_404(ReferenceList, code=code)
    form = ChangeForm(request.POST)
    if not form.is_valid():
        for _name, text in form.summary():
            messages.error(request, text)
        return redirect("reference_list", code)
    with transaction.atomic():
        change_list(found.pk, **form.cleaned_data, person=current_user(request), at=now())
    messages.success(request, _("The list is changed."))
    return redirect("reference_list", code)


@require_POST
@for_roles(RULE_WRITERS)
def upload(request: HttpRequest, code: str) -> HttpResponse:
    """Show what a file would change in the list; load it when that is confirmed."""
    found = get_object_or_404(ReferenceList, code=code)
    if digest := request.POST.get("digest", ""):
        return _confirmed(request, found, digest)
    file = request.FILES.get("file")
    if not isinstance(file, UploadedFile) or (file.size or 0) > MOST_BYTES:
        messages.error(request, _("Choose a CSV file of at most 5 MB."))
        return redirect("reference_list", code)
    return _previewed(request, found, file.read())


def _previewed(request: HttpRequest, found: ReferenceList, content: bytes) -> HttpResponse:
    """Load the file, look at the difference, and undo it."""
    with transaction.atomic():
        loaded = load_content(found, content, at=now(), by=current_user(request))
        context: dict[str, Any] = {"list": found, "loaded": loaded}
        if isinstance(loaded, Loaded):
            rows = ReferenceListEntry.objects.filter(list=found).order_by("value")
            context["added"] = list(rows.filter(added_in=loaded.revision)[:SHOWN])
            context["removed"] = list(rows.filter(removed_in=loaded.revision)[:SHOWN])
        transaction.set_rollback(True)
    if isinstance(loaded, Refused):
        return _refused(request, found, loaded)
    digest = hashlib.sha256(content).hexdigest()
    cache.set(_key(request, found, digest), content, KEPT_SECONDS)
    return render(request, "pages/rules/list_preview.html", {**context, "digest": digest})


def _confirmed(request: HttpRequest, found: ReferenceList, digest: str) -> HttpResponse:
    content = cache.get(_key(request, found, digest))
    if content is None:
        messages.error(request, _("The file is no longer kept. Choose it again."))
        return redirect("reference_list", found.code)
    with transaction.atomic():
        loaded = load_content(found, content, at=now(), by=current_user(request))
    if isinstance(loaded, Refused):
        return _refused(request, found, loaded)
    cache.delete(_key(request, found, digest))
    text = _("Loaded: %(added)d added, %(removed)d removed, %(total)d entries.")
    messages.success(
        request,
        text % {"added": loaded.added, "removed": loaded.removed, "total": loaded.total},
    )
    return redirect("reference_list", found.code)


def _key(request: HttpRequest, found: ReferenceList, digest: str) -> str:
    """Return where the file is kept for this person, list and content."""
    return f"list-upload:{current_user(request).pk}:{found.pk}:{digest[:64]}"


def _refused(request: HttpRequest, found: ReferenceList, refused: Refused) -> HttpResponse:
    for finding in refused.findings:
        messages.error(request, f"{finding.text} {finding.value}".strip())
    return redirect("reference_list", found.code)
