"""Duty: offices, teams, absences, and what somebody keeps out of."""

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from customs_portal.accounts.forms import RecusalForm, SubstitutionForm
from customs_portal.accounts.models import Recusal, Role, Substitution, User
from customs_portal.clock import now
from customs_portal.pages.access import CASEWORK, current_user, for_roles
from customs_portal.pages.reads import duty as reads
from customs_portal.pages.reads.queue import person
from customs_portal.reference import snapshot as reference
from risk.services import leave_cases


@require_safe
@for_roles(CASEWORK)
def duty(request: HttpRequest) -> HttpResponse:
    """Show where the user stands today."""
    return _page(request)


def _page(
    request: HttpRequest,
    recusal: RecusalForm | None = None,
    substitution: SubstitutionForm | None = None,
) -> HttpResponse:
    user, at = current_user(request), now()
    context = {
        "duty": reads.read(user, reference.current(at), at),
        "recusal_form": recusal or RecusalForm(prefix="recusal"),
        "substitution_form": substitution or _substitution_form(user, None),
        "form": recusal or substitution,
    }
    status = 422 if recusal or substitution else 200
    return render(request, "pages/duty.html", context, status=status)


class PersonField(forms.ModelChoiceField[User]):
    """A choice of officials by name."""

    def label_from_instance(self, obj: User) -> str:
        """Return the name as officers write it."""
        return person(obj)


def _substitution_form(user: User, sent: QueryDict | None) -> SubstitutionForm:
    """Return the form of a supervisor: somebody of their offices is absent."""
    form = SubstitutionForm(sent, prefix="absence")
    own = User.objects.filter(pk__in=reads.colleagues(user)).order_by("last_name", "username")
    for name in ("absent", "substitute"):
        form.fields[name] = PersonField(
            queryset=own, label=form.fields[name].label, empty_label=_("Choose")
        )
    return form


@require_POST
@for_roles(CASEWORK)
def declare_recusal(request: HttpRequest) -> HttpResponse:
    """Keep the user out of an operator from now on, or from the day said."""
    recusal = Recusal(user=current_user(request), declared_at=now())
    form = RecusalForm(request.POST, instance=recusal, prefix="recusal")
    if not form.is_valid() or not _saved(form):
        return _page(request, recusal=form)
    messages.success(request, _("You keep out of %s.") % recusal.eori)
    if recusal.holds(recusal.declared_at):
        with transaction.atomic():
            count = leave_cases(officer=recusal.user, eori=recusal.eori, at=recusal.declared_at)
        if count:
            text = ngettext("%d case of yours is given back.", "%d cases are given back.", count)
            messages.info(request, text % count)
    return redirect("duty")


@require_POST
@for_roles(CASEWORK)
def arrange_substitution(request: HttpRequest) -> HttpResponse:
    """Let somebody stand in for a colleague; supervisors arrange it."""
    user = current_user(request)
    if user.role != Role.SUPERVISOR:
        raise PermissionDenied
    form = _substitution_form(user, request.POST)
    if not form.is_valid() or not _saved(form):
        return _page(request, substitution=form)
    messages.success(request, _("The absence is arranged."))
    return redirect("duty")


def _saved(form: "forms.ModelForm[Recusal] | forms.ModelForm[Substitution]") -> bool:
    """Save what the form says, or say what stands against it."""
    try:
        with transaction.atomic():
            form.instance.validate_constraints()
            form.save()
    except forms.ValidationError as found:
        form.add_error(None, found.messages)
        return False
    except IntegrityError:
        form.add_error(None, _("There is one already for some of these days."))
        return False
    return True
