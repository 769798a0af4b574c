"""The supervisor's look at who has how much, and how old it is."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from customs_portal.clock import now
from customs_portal.pages.access import LEADING, current_user, for_roles
from customs_portal.pages.reads import load as reads
from customs_portal.reference import snapshot as reference


@require_safe
@for_roles(LEADING)
def load(request: HttpRequest) -> HttpResponse:
    """Show the load of officers and offices."""
    at = now()
    page = reads.read(current_user(request), reference.current(at), at)
    return render(request, "pages/load.html", {"load": page, "hours": reads.HOURS})
