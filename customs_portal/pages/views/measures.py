"""Registers of measures and controls, and one measure with the steps that lead on from it."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from customs_portal.accounts.models import AccessLog, User
from customs_portal.clock import now
from customs_portal.pages.access import CASEWORK, READING, current_user, for_roles
from customs_portal.pages.looking import note_look
from customs_portal.pages.reads import measures as reads
from customs_portal.pages.reads import risk_information as drafts
from declarations.models import ControlPicture, Ens, Measure
from declarations.services import controls, do_not_load, goods, lifting, pictures, refusals
from declarations.services.reconfirm import Reconfirmation, reconfirm
from declarations.services.results import Refused, refused
from declarations.subjects import current_document
from risk import services as casework
from risk.forms import named, subject_pairs
from risk.models import Case

MEASURES = ("do_not_load", "hold", "refusal")
QUANTITIES = 6


@require_safe
@for_roles(READING)
def register(request: HttpRequest) -> HttpResponse:
    """Show do-not-loads, holds and refusals, those that wait for a signature first."""
    kind, office = request.GET.get("kind", ""), request.GET.get("office", "")
    found = reads.visible(current_user(request), [kind] if kind in MEASURES else MEASURES)
    chosen = found.filter(office=office) if office else found
    return _register(request, chosen, reads.GROUPS, "pages/measures.html")


@require_safe
@for_roles(READING)
def control_register(request: HttpRequest) -> HttpResponse:
    """Show the controls by what is to be done next."""
    found = reads.visible(current_user(request), ("control",))
    office = request.GET.get("office", "")
    chosen = found.filter(place=office) if office else found
    return _register(request, chosen, reads.CONTROL_GROUPS, "pages/controls.html")


def _register(request: HttpRequest, found: Any, table: Any, template: str) -> HttpResponse:
    name = request.GET.get("view", "")
    name = name if name in table else next(iter(table))
    chosen = found.filter(table[name][1]).distinct().select_related("ens", "placed_by", "control")
    page = Paginator(chosen.order_by("-placed_at", "-pk"), reads.PAGE_SIZE).get_page(
        request.GET.get("page")
    )
    context = {
        "groups": reads.groups(found, table),
        "view": name,
        "page": page,
        "rows": reads.rows(list(page.object_list)),
        "offices": reads.offices_of(current_user(request)),
        "office": request.GET.get("office", ""),
        "kind": request.GET.get("kind", ""),
        "kinds": [(kind, Measure.Kind(kind).label) for kind in MEASURES],
    }
    return render(request, template, context)


@require_http_methods(["GET", "HEAD", "POST"])
@for_roles(READING)
def measure(request: HttpRequest, pk: int) -> HttpResponse:
    """Show a measure; a step that is sent is taken, or the page says what stands against it."""
    user, at = current_user(request), now()
    found = _visible(user, pk)
    if request.method != "POST":
        return _page(request, found, user, at, None)
    step = STEPS.get(request.POST.get("step", ""))
    if step is None or user.role not in CASEWORK:
        raise Http404
    with transaction.atomic():
        result = step(request, found, user, at)
    if isinstance(result, (Refused, casework.Refused)):
        return _page(request, _visible(user, pk), user, at, result)
    messages.success(request, _done(result))
    return redirect("measure", pk)


@require_safe
@for_roles(CASEWORK)
def risk_information(request: HttpRequest, pk: int) -> HttpResponse:
    """Show the draft of a risk information form on what a control found."""
    found = _visible(current_user(request), pk)
    note_look(request, AccessLog.What.MEASURE, found.pk, ens=found.ens_id)
    parts = drafts.draft(found) if drafts.is_worth_telling(found) else []
    context = {"measure": found, "parts": parts}
    return render(request, "pages/risk_information.html", context)


def _done(result: object) -> str:
    if isinstance(result, lifting.Proposed):
        return _("Proposed. Another officer has to sign.")
    return _("Done.")


def _visible(user: User, pk: int) -> Measure:
    seen = reads.visible(user, Measure.Kind.values)
    related = ("ens", "control", "refusal", "placed_by", "signed_by", "lifted_by", "caused_by")
    return get_object_or_404(seen.select_related(*related), pk=pk)


def _page(
    request: HttpRequest,
    found: Measure,
    user: User,
    at: datetime,
    against: Refused | casework.Refused | None,
) -> HttpResponse:
    note_look(request, AccessLog.What.MEASURE, found.pk, ens=found.ens_id)
    context = {
        "view": reads.measure_view(found, user, at),
        "offers_form": user.role in CASEWORK and drafts.is_worth_telling(found),
        "errors": [finding.text for finding in against.findings] if against else [],
        "sent": request.POST,
        "quantities": range(1, QUANTITIES + 1),
        "terminals": reads.terminals_waiting(found.ens),
    }
    return render(request, "pages/measure.html", context, status=422 if against else 200)


Step = Callable[[HttpRequest, Measure, User, datetime], Any]


def _text(request: HttpRequest, name: str) -> str:
    return request.POST.get(name, "").strip()


def _number(request: HttpRequest, name: str) -> int:
    typed = _text(request, name)
    return int(typed) if typed.isdecimal() and len(typed) < 10 else 0


def _sign(request: HttpRequest, found: Measure, user: User, at: datetime) -> Any:
    case = Case.objects.open().filter(ens=found.ens_id).first()
    if case is None:
        return refused("closed", _("This proposal no longer waits for a signature."))
    return casework.sign([case.pk], officer=user, at=at)[0]


def _decline(request: HttpRequest, found: Measure, user: User, at: datetime) -> Any:
    note = _text(request, "note")
    if found.kind == Measure.Kind.REFUSAL:
        step = refusals.RefusalStep(measure=found.pk, note=note)
        return refusals.decline_refusals([step], officer=user, at=at)[0]
    return do_not_load.decline_do_not_loads([found.pk], note=note, officer=user, at=at)[0]


def _ending(verb: str) -> Step:
    def take(request: HttpRequest, found: Measure, user: User, at: datetime) -> Any:
        order = lifting.StepOrder(
            measure=found.pk,
            verb=verb,
            reason_code=_text(request, "reason_code"),
            version=_number(request, "version"),
            note=_text(request, "note"),
            office=_text(request, "office"),
        )
        return lifting.take_steps([order], officer=user, at=at)[0]

    return take


def _sign_step(request: HttpRequest, found: Measure, user: User, at: datetime) -> Any:
    return lifting.sign_steps([_number(request, "proposal")], officer=user, at=at)[0]


def _decline_step(request: HttpRequest, found: Measure, user: User, at: datetime) -> Any:
    return lifting.decline_steps([_number(request, "proposal")], officer=user, at=at)[0]


def _reconfirm(request: HttpRequest, found: Measure, user: User, at: datetime) -> Any:
    subject, reference = _subject(request, found.ens)
    wanted = Reconfirmation(
        measure=found.pk, version=_number(request, "version"), subject=subject, reference=reference
    )
    return reconfirm([wanted], officer=user, at=at)[0]


def _subject(request: HttpRequest, ens: Ens) -> tuple[str, str]:
    """Return kind and reference of what was chosen, or typed where there is too much."""
    value = named(_text(request, "subject"), subject_pairs([current_document(ens)]))
    subject, _colon, reference = value.partition(":")
    return subject, reference


def _control_order(request: HttpRequest, found: Measure) -> controls.ControlOrder:
    return controls.ControlOrder(
        measure=found.pk,
        version=_number(request, "version"),
        type=_text(request, "reason_code"),
        objects=_text(request, "objects"),
        note=_text(request, "note"),
    )


def _order(request: HttpRequest, found: Measure, user: User, at: datetime) -> Any:
    return controls.order_controls([_control_order(request, found)], officer=user, at=at)[0]


def _against(request: HttpRequest, found: Measure, user: User, at: datetime) -> Any:
    order = _control_order(request, found)
    return controls.decide_against_controls([order], officer=user, at=at)[0]


def _schedule(request: HttpRequest, found: Measure, user: User, at: datetime) -> Any:
    when = _moment(_text(request, "scheduled_at"))
    if when is None:
        return refused("scheduled_at", _("Give day and time of the control."))
    wanted = controls.Appointment(
        measure=found.pk,
        scheduled_at=when,
        location=_text(request, "location")[:120],
        to_present=_text(request, "to_present")[:350],
        announce=_text(request, "announce") == "yes",
        forewarn=_text(request, "announce") == "advance",
    )
    return controls.schedule_controls([wanted], officer=user, at=at)[0]


def _moment(typed: str) -> datetime | None:
    """Return a time typed in the officer's time zone; None where it is none."""
    try:
        found = parse_datetime(typed)
    except ValueError:
        return None
    if found is None:
        return None
    return found if timezone.is_aware(found) else timezone.make_aware(found)


def _start(request: HttpRequest, found: Measure, user: User, at: datetime) -> Any:
    return controls.start_controls([found.pk], officer=user, at=at)[0]


def _result(request: HttpRequest, found: Measure, user: User, at: datetime) -> Any:
    wanted = controls.ControlResult(
        measure=found.pk,
        result_code=_text(request, "reason_code"),
        method=_text(request, "method"),
        finding=_text(request, "finding"),
        quantities=_quantities(request.POST),
    )
    return controls.record_results([wanted], officer=user, at=at)[0]


def _quantities(sent: QueryDict) -> tuple[tuple[str, str], ...]:
    pairs = [
        (sent.get(f"amount-{n}", "").strip()[:40], sent.get(f"what-{n}", "").strip()[:200])
        for n in range(1, QUANTITIES + 1)
    ]
    return tuple(pair for pair in pairs if any(pair))


def _picture(request: HttpRequest, found: Measure, user: User, at: datetime) -> Any:
    file = request.FILES.get("picture")
    if file is None:
        return refused("picture", _("Choose a file."))
    return pictures.add_picture(
        found.pk, name=file.name or "", content=file.read(), officer=user, at=at
    )


def _refusal(verb: Callable[..., list[Any]]) -> Step:
    def take(request: HttpRequest, found: Measure, user: User, at: datetime) -> Any:
        step = refusals.RefusalStep(
            measure=found.pk, note=_text(request, "note"), execution=_text(request, "execution")
        )
        return verb([step], officer=user, at=at)[0]

    return take


STEPS: dict[str, Step] = {
    "sign": _sign,
    "decline": _decline,
    "lift": _ending("lift"),
    "waive": _ending("waive"),
    "pass_on": _ending("pass_on"),
    "sign_step": _sign_step,
    "decline_step": _decline_step,
    "reconfirm": _reconfirm,
    "order": _order,
    "against": _against,
    "schedule": _schedule,
    "start": _start,
    "result": _result,
    "picture": _picture,
    "sign_refusal": _refusal(refusals.sign_refusals),
    "hear": _refusal(refusals.hear),
    "enforce": _refusal(refusals.enforce_refusals),
    "execute": _refusal(refusals.execute_refusals),
    "revoke": _refusal(refusals.revoke_refusals),
}
"""By what the button of a form is called, the service that it asks."""


@require_safe
@for_roles(READING)
def picture(request: HttpRequest, pk: int) -> HttpResponse:
    """Give out a file of a control; one that was not scanned only after a warning."""
    user = current_user(request)
    seen = reads.visible(user, Measure.Kind.values)
    rows = ControlPicture.objects.filter(control__measure__in=seen).exclude(scan="infected")
    found = get_object_or_404(rows.select_related("control__measure"), pk=pk)
    measure = found.control.measure
    note_look(request, AccessLog.What.MEASURE, measure.pk, ens=measure.ens_id)
    if found.scan == ControlPicture.Scan.NOT_SCANNED and "warned" not in request.GET:
        return render(request, "pages/picture_warning.html", {"picture": found})
    with found.file.open() as file:
        response = HttpResponse(file.read(), content_type="application/octet-stream")
    response["Content-Disposition"] = (
        f'attachment; filename="picture-{found.pk}{_ending_of(found)}"'
    )
    response["X-Content-Type-Options"] = "nosniff"
    return response


def _ending_of(found: ControlPicture) -> str:
    endings = {"image/jpeg": ".jpg", "image/png": ".png", "application/pdf": ".pdf"}
    return endings[found.media_type]


GOODS = {
    "present": goods.present,
    "revoke_presentation": goods.revoke_presentation,
    "release": goods.release,
}


@require_POST
@for_roles(CASEWORK)
def act_on_goods(request: HttpRequest, mrn: str) -> HttpResponse:
    """Present, release or take back a presentation of the consignments that were chosen."""
    user, at = current_user(request), now()
    found = get_object_or_404(Ens.objects.visible_to(user), mrn=mrn)
    verb = GOODS.get(request.POST.get("verb", ""))
    mine = found.members.values_list("filing__consignments", flat=True)
    ids = [int(each) for each in request.POST.getlist("consignment") if each.isdecimal()]
    orders = [
        goods.GoodsOrder(consignment=key, reason_code="REL-01") for key in ids if key in set(mine)
    ]
    if verb is None or not orders:
        messages.error(request, _("Choose consignments first."))
        return redirect("ens", mrn)
    with transaction.atomic():
        results = verb(orders, officer=user, at=at)
    _tell(request, results)
    return redirect("ens", mrn)


def _tell(request: HttpRequest, results: list[Any]) -> None:
    texts = [f.text for each in results if isinstance(each, Refused) for f in each.findings]
    for text in dict.fromkeys(texts):
        messages.error(request, text)
    if any(not isinstance(each, Refused) for each in results):
        messages.success(request, _("Done."))


@require_POST
@for_roles(CASEWORK)
def refuse_entry(request: HttpRequest, mrn: str) -> HttpResponse:
    """Propose to refuse entry to goods of an ENS."""
    user, at = current_user(request), now()
    found = get_object_or_404(Ens.objects.visible_to(user), mrn=mrn)
    subject, reference = _subject(request, found)
    order = refusals.RefusalOrder(
        ens=found.pk,
        version=_number(request, "version"),
        subject=subject,
        reference=reference,
        reason_code=_text(request, "reason_code"),
        legal_basis=_text(request, "legal_basis")[:200],
        reasons=_text(request, "reasons"),
    )
    with transaction.atomic():
        [result] = refusals.propose_refusals([order], officer=user, at=at)
    if isinstance(result, Refused):
        _tell(request, [result])
        return redirect("ens", mrn)
    messages.success(request, _("Proposed. A supervisor has to sign."))
    return redirect("measure", result.id)
