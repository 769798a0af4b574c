"""Saving and removing views of the queue."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from customs_portal.pages.access import READING, current_user, for_roles
from customs_portal.pages.views.queue import view_of
from risk.models import SavedView

MOST_VIEWS = 20
LONGEST_NAME, LONGEST_QUERY = 40, 400


@require_POST
@for_roles(READING)
def save(request: HttpRequest) -> HttpResponse:
    """Save the view under a name; one of the same name is replaced."""
    user = current_user(request)
    query = view_of(QueryDict(request.POST.get("query", "")[: 2 * LONGEST_QUERY]))
    name = " ".join(request.POST.get("name", "").replace("\x00", "").split())
    own = SavedView.objects.filter(owner=user)
    if not name or len(name) > LONGEST_NAME or len(query) > LONGEST_QUERY:
        messages.error(request, _("Name the view, with at most %d letters.") % LONGEST_NAME)
    elif not own.filter(name=name).exists() and own.count() >= MOST_VIEWS:
        messages.error(request, _("At most %d views: remove one first.") % MOST_VIEWS)
    else:
        values = {"query": query, "shared": "shared" in request.POST}
        SavedView.objects.update_or_create(owner=user, name=name, defaults=values)
        messages.success(request, _("The view is saved."))
    return redirect(f"{reverse('queue')}?{query}")


@require_POST
@for_roles(READING)
def remove(request: HttpRequest, pk: int) -> HttpResponse:
    """Remove a view of the user's own."""
    done, _rows = SavedView.objects.filter(owner=current_user(request), pk=pk).delete()
    if done:
        messages.success(request, _("The view is removed."))
    else:
        messages.error(request, _("There is no such view of yours."))
    return redirect("queue")
