"""The calculator of deadlines: until when to lodge, how long the analysis takes, by which rule."""

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from customs_portal.clock import now
from customs_portal.pages.access import READING, TRADERS, for_roles
from customs_portal.pages.forms import MomentInput, PageForm
from customs_portal.pages.frames import base_of
from customs_portal.pages.reads.queue import MODE_NAMES
from declarations.deadlines import Deadline, Movement, deadline
from declarations.models.ens import TRAFFIC_CLASSES


class MovementForm(PageForm):
    """A planned movement."""

    mode = forms.ChoiceField(
        label=gettext_lazy("Transport mode at the border"), choices=list(MODE_NAMES.items())
    )
    loading = forms.CharField(
        label=gettext_lazy("Place of loading"),
        help_text=gettext_lazy("UN/LOCODE such as CNSHA, or a country such as CN."),
        min_length=2,
        max_length=5,
    )
    unloading = forms.CharField(
        label=gettext_lazy("Place of unloading"),
        help_text=gettext_lazy("UN/LOCODE. Matters for the outermost regions of the Union."),
        max_length=5,
        required=False,
    )
    boxed = forms.BooleanField(label=gettext_lazy("Goods in containers"), required=False)
    arrives_at = forms.DateTimeField(
        label=gettext_lazy("Expected arrival at the first office"),
        widget=MomentInput,
        required=False,
    )
    left_at = forms.DateTimeField(
        label=gettext_lazy("Start of loading, or departure of the flight"),
        widget=MomentInput,
        required=False,
    )

    def movement(self) -> Movement:
        """Return what was typed."""
        return Movement(**self.cleaned_data)


@require_safe
@for_roles(READING | TRADERS)
def deadlines(request: HttpRequest) -> HttpResponse:
    """Show the form, and under it the limits of the movement."""
    at = now()
    form = MovementForm(request.GET if "mode" in request.GET else None)
    found = deadline(form.movement(), at) if form.is_valid() else None
    context = {
        "base": base_of(request),
        "form": form,
        "found": found,
        "traffic": dict(TRAFFIC_CLASSES)[found.traffic] if found else "",
        "missing": _missing(found) if found else "",
    }
    status = 422 if form.is_bound and not form.is_valid() else 200
    return render(request, "pages/deadlines.html", context, status=status)


def _missing(found: Deadline) -> str:
    """Return what must be known before the deadline is a moment."""
    if found.lodge_by is not None:
        return ""
    if found.limit.lodging_before == "arrival":
        return _("Type the expected arrival to get the moment.")
    if found.limit.lodging_before == "loading":
        return _("Type the start of loading to get the moment.")
    return _("Type the departure to get the moment.")
