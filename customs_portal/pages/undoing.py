"""Undoing on the pages: for some seconds after a decision nothing of it leaves."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import msgspec
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest
from django.utils.dateparse import parse_datetime
from django.utils.html import format_html
from django.utils.translation import gettext as _

from customs_portal.clock import now
from risk.forms import DecisionForm
from risk.models import Case, Decision
from risk.services import Decided

KEY = "undo"


class Undoable(msgspec.Struct, frozen=True, kw_only=True):
    """What can still be undone: on which cases, in words, and until when.

    `view` is the view of the queue from which it was decided, empty where it was not.
    """

    cases: tuple[int, ...]
    words: str
    until: datetime
    view: str


def undo_time() -> timedelta:
    """Return for how long a decision can be undone."""
    return timedelta(seconds=settings.DECISION_UNDO_SECONDS)


def tell_decided(request: HttpRequest, case: Case, form: DecisionForm, result: Decided) -> None:
    """Say what was done, and remember that it can be undone."""
    words = _words(case, form, result)
    if result.proposal or (result.measure and result.decision is None):
        messages.success(request, words)
    else:
        offer(request, [case.pk], words, at=now())


def offer(
    request: HttpRequest, cases: Sequence[int], words: str, *, at: datetime, view: str = ""
) -> None:
    """Say what was done at that time, and for as long as it lasts offer to undo it."""
    if undo_time():
        until = (at + undo_time()).isoformat()
        kept = {"cases": list(cases), "words": words, "until": until, "view": view}
        request.session[KEY] = kept
    else:
        messages.success(request, words)


def _words(case: Case, form: DecisionForm, result: Decided) -> str:
    verb = Decision.Verb(form.cleaned_data["verb"])
    if result.proposal:
        return _("%(mrn)s: %(verb)s proposed. Another officer has to sign.") % {
            "mrn": case.ens.mrn,
            "verb": verb.label,
        }
    if verb == Decision.Verb.DO_NOT_LOAD:
        return _("%s: do not load proposed. Another officer has to sign.") % case.ens.mrn
    if result.referral:
        told = _("The analysis rests until the filer answers.")
    else:
        told = _("The trader is told.") if form.announced() else _("The trader is not told.")
    return format_html("{}: {}. {}", case.ens.mrn, verb.label, told)


def undoable(request: HttpRequest, at: datetime) -> Undoable | None:
    """Return what whoever asks can still undo."""
    kept = request.session.get(KEY)
    until = parse_datetime(kept["until"]) if kept else None
    if not kept or until is None or until <= at:
        return None
    return Undoable(cases=tuple(kept["cases"]), words=kept["words"], until=until, view=kept["view"])


def forget(request: HttpRequest) -> None:
    """Offer it no longer."""
    request.session.pop(KEY, None)
