"""Publishing rules: proposing a change, looking at it, bringing it into force, taking it back."""

from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from customs_portal.clock import now
from customs_portal.pages.access import (
    RULE_APPROVERS,
    RULE_READING,
    RULE_WORK,
    RULE_WRITERS,
    current_user,
    for_roles,
)
from customs_portal.pages.looking import What, note_look
from customs_portal.pages.reads import publications as reads
from declarations.services.results import Refused
from risk.composition import Change
from risk.models import Publication
from risk.services.publications import (
    propose_publication,
    publish,
    withdraw_publication,
)
from risk.tasks import wake_back_tests

PUBLICATIONS = Publication.objects.select_related(
    "proposed_by", "decided_by", "again", "rule_set", "base"
)


@require_safe
@for_roles(RULE_READING)
def publication_desk(request: HttpRequest) -> HttpResponse:
    """Show what can be published and what waits for another person."""
    context = {
        "ready": reads.ready(),
        "may_propose": current_user(request).role in RULE_WORK,
        "reaches": Publication.Reach.choices,
    }
    return render(request, "pages/rules/publication_desk.html", context)


@require_POST
@for_roles(RULE_WORK)
def propose(request: HttpRequest) -> HttpResponse:
    """Propose the change that was put together."""
    sent = request.POST
    reach = sent.get("reach", "")
    with transaction.atomic():
        result = propose_publication(
            _change(sent),
            reach=Publication.Reach(reach)
            if reach in set(Publication.Reach)
            else Publication.Reach.NEW,
            reason=sent.get("reason", "").replace("\x00", ""),
            proposer=current_user(request),
            at=now(),
        )
        if not isinstance(result, Refused):
            transaction.on_commit(wake_back_tests)
    if isinstance(result, Refused):
        _tell(request, result)
        return redirect("rule_sets" if sent.get("again") else "publication_desk")
    messages.success(request, _("Proposed. Another person publishes it."))
    return redirect("publication", result.publication)


def _change(sent: QueryDict) -> Change:
    again = _ids(sent, "again")
    return Change(
        versions=_ids(sent, "version"),
        retired=_ids(sent, "retire"),
        switched_on=_ids(sent, "switch_on"),
        switched_off=_ids(sent, "switch_off"),
        again=again[0] if again else None,
    )


def _ids(sent: QueryDict, name: str) -> tuple[int, ...]:
    return tuple(int(each) for each in sent.getlist(name) if each.isdecimal() and len(each) < 19)


@require_safe
@for_roles(RULE_READING)
def publication(request: HttpRequest, pk: int) -> HttpResponse:
    """Show what a publication changes, in words, with warnings."""
    note_look(request, What.RULE, f"publication {pk}")
    found = get_object_or_404(PUBLICATIONS, pk=pk)
    user = current_user(request)
    context: dict[str, Any] = {
        "found": reads.read(found, user, now()),
        "may_withdraw": user.role in RULE_WORK and found.state == Publication.State.PROPOSED,
    }
    return render(request, "pages/rules/publication.html", context)


@require_POST
@for_roles(RULE_APPROVERS)
def publish_publication(request: HttpRequest, pk: int) -> HttpResponse:
    """Bring the change into force, if nothing else came into force since it was looked at."""
    found, seen = get_object_or_404(PUBLICATIONS, pk=pk), request.POST.get("seen", "")
    with transaction.atomic():
        result = publish(
            found.pk,
            seen=int(seen) if seen.isdecimal() and len(seen) < 9 else -1,
            publisher=current_user(request),
            at=now(),
        )
    if isinstance(result, Refused):
        _tell(request, result)
    else:
        text = _("Published. Rule set %(number)s is in force.")
        messages.success(request, text % {"number": result.number})
    return redirect("publication", pk)


@require_POST
@for_roles(RULE_WORK)
def withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """End a publication that nobody has published."""
    found = get_object_or_404(PUBLICATIONS, pk=pk)
    with transaction.atomic():
        result = withdraw_publication(found.pk, by=current_user(request), at=now())
    if isinstance(result, Refused):
        _tell(request, result)
    else:
        messages.success(request, _("Withdrawn."))
    return redirect("publication_desk")


@require_safe
@for_roles(RULE_READING)
def rule_sets(request: HttpRequest) -> HttpResponse:
    """Show the rule sets, the one in force first."""
    role = current_user(request).role
    context = {
        "sets": reads.sets(),
        "may_propose": role in RULE_WORK,
        "may_import": role in RULE_WRITERS,
    }
    return render(request, "pages/rules/sets.html", context)


def _tell(request: HttpRequest, refused: Refused) -> None:
    for finding in refused.findings:
        messages.error(request, finding.text)
