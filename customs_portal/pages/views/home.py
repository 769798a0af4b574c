"""Where somebody lands, and how they like it."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.forms import ModelForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from customs_portal.accounts.models import Role, User
from customs_portal.pages.access import OFFICIALS, READING, current_user, for_roles


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Send everybody to the page that they work on."""
    role = current_user(request).role
    if role in READING:
        return redirect("queue")
    if role == Role.TRADER:
        return redirect("trader_home")
    if role == Role.ADMINISTRATOR:
        return redirect("admin:index")
    raise PermissionDenied


class PreferencesForm(ModelForm[User]):
    """How an official likes the pages."""

    class Meta:
        model = User
        fields = ("theme", "single_keys")


@require_http_methods(["GET", "HEAD", "POST"])
@for_roles(OFFICIALS)
def preferences(request: HttpRequest) -> HttpResponse:
    """Show and change the user's own preferences."""
    form = PreferencesForm(request.POST or None, instance=current_user(request))
    if request.method == "POST" and form.is_valid():
        form.save()
        messages.success(request, _("Preferences saved."))
        return redirect("preferences")
    return render(request, "pages/preferences.html", {"form": form})
