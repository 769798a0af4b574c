"""Cases in the admin: they change only by the services of casework."""

from typing import Any, ClassVar

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from customs_portal import clock
from customs_portal.admin_access import AUDIT, CASEWORK, DECLARATIONS, RoleAdmin, RoleInline
from customs_portal.reference.snapshot import current
from declarations.admin import EnsScopedAdmin, link_to, user_of
from declarations.models import EntryLeg
from declarations.subjects import current_document
from risk import policies
from risk.admin.assessments import hits_as_list
from risk.admin.queue_filters import like_the_queue
from risk.consequences import consequences
from risk.forms import DecisionForm, selectable
from risk.models import (
    Assessment,
    Case,
    Decision,
)
from risk.querysets import IN_QUEUE_ORDER
from risk.services import Changed, Decided, DecisionOrder, Refused, claim, decide, give_back

ON_THE_PAGE = (Decision.Verb.DO_NOT_LOAD, *Decision.QUESTIONS)
"""What needs more to be seen than the admin shows."""


class DecisionInline(RoleInline):
    """What was decided on the case."""

    model = Decision
    readers = DECLARATIONS
    fields = ("verb", "reason_code", "note", "announced", "officer", "decided_at")
    parents = ("officer",)


@admin.register(Case)
class CaseAdmin(EnsScopedAdmin):
    """Cases, in the order of the queue, with the decisions that officers take on their pages."""

    looked_at_as = "case"
    list_display = (
        "ens",
        "status",
        "outcome",
        "severity",
        "score",
        "office",
        "assignee",
        "due_at",
        "due_by",
        "opened_at",
    )
    list_filter = (
        "status",
        *like_the_queue("tab", "outcome", "severity", "mode", "who", "time"),
        "office",
    )
    list_select_related: ClassVar[tuple[str, ...]] = ("ens", "assignee")
    search_fields = ("^ens__mrn", "^ens__search_keys__value")
    date_hierarchy = "opened_at"
    ordering = ("-status", *IN_QUEUE_ORDER)
    inlines = (DecisionInline,)
    fields = (
        "ens_link",
        "hits",
        "outcome",
        "severity",
        "score",
        "status",
        "cause",
        "office",
        "assignee",
        "assigned_at",
        "due_at",
        "due_by",
        "revision",
        "opened_at",
        "closed_at",
    )
    readonly_fields = ("ens_link", "hits")
    actions = ("claim", "give_back", "no_further_action", "control", "hold", "do_not_load", "ask")

    def has_work_permission(self, request: HttpRequest) -> bool:
        """Whether the role works on cases; on which ones, the services say."""
        return user_of(request).role in CASEWORK

    @admin.display(description=_("reasons"))
    def hits(self, case: Case) -> SafeString | str:
        """Show the hits of the assessment that the case is about."""
        viewer = case.looked_at_by  # type: ignore[attr-defined]  # set by RoleAdmin
        assessment = Assessment.objects.of(case.ens).current().order_by("-pk").first()
        return hits_as_list(assessment, viewer) if assessment else "-"

    @admin.action(description=_("Claim"), permissions=["work"])
    def claim(self, request: HttpRequest, rows: QuerySet[Case]) -> None:
        """Take the chosen cases."""
        with transaction.atomic():
            results = claim(_ids(rows), officer=user_of(request), at=clock.now())
        self._tell(request, results, done=gettext("Claimed: %d."))

    @admin.action(description=_("Give back"), permissions=["work"])
    def give_back(self, request: HttpRequest, rows: QuerySet[Case]) -> None:
        """Give the chosen cases back to their offices."""
        with transaction.atomic():
            results = give_back(_ids(rows), officer=user_of(request), at=clock.now())
        self._tell(request, results, done=gettext("Given back: %d."))

    @admin.action(description=_("No further action"), permissions=["work"])
    def no_further_action(self, request: HttpRequest, rows: QuerySet[Case]) -> HttpResponse | None:
        """Ask for the reason of no further action."""
        return self._to_decision(request, rows, Decision.Verb.NO_FURTHER_ACTION)

    @admin.action(description=_("Recommend a control"), permissions=["work"])
    def control(self, request: HttpRequest, rows: QuerySet[Case]) -> HttpResponse | None:
        """Ask for reason and place of a control."""
        return self._to_decision(request, rows, Decision.Verb.CONTROL)

    @admin.action(description=_("Hold"), permissions=["work"])
    def hold(self, request: HttpRequest, rows: QuerySet[Case]) -> HttpResponse | None:
        """Ask for the reason of a hold."""
        return self._to_decision(request, rows, Decision.Verb.HOLD)

    @admin.action(description=_("Do not load"), permissions=["work"])
    def do_not_load(self, request: HttpRequest, rows: QuerySet[Case]) -> HttpResponse | None:
        """Lead to the review page, which shows what goes to whom and who can sign."""
        return self._to_decision(request, rows, Decision.Verb.DO_NOT_LOAD)

    @admin.action(description=_("Ask the filer"), permissions=["work"])
    def ask(self, request: HttpRequest, rows: QuerySet[Case]) -> HttpResponse | None:
        """Lead to the review page, where questions are written."""
        return self._to_decision(request, rows, Decision.Verb.RFI)

    def _to_decision(
        self, request: HttpRequest, rows: QuerySet[Case], verb: Decision.Verb
    ) -> HttpResponse | None:
        ids = _ids(rows)
        if len(ids) == 1:
            on_the_page = verb in ON_THE_PAGE
            page = reverse("review" if on_the_page else "admin:risk_case_decide", args=ids)
            place = "#decision" if on_the_page else ""
            return HttpResponseRedirect(f"{page}?verb={verb}{place}")
        self.message_user(request, gettext("Choose one case to decide."), messages.ERROR)
        return None

    def _tell(self, request: HttpRequest, results: list[Changed | Refused], *, done: str) -> None:
        count = sum(isinstance(result, Changed) for result in results)
        if count:
            self.message_user(request, done % count, messages.SUCCESS)
        refused = [found for found in results if isinstance(found, Refused)]
        for text in sorted({finding.text for found in refused for finding in found.findings}):
            self.message_user(request, text, messages.ERROR)

    def get_urls(self) -> list[URLPattern]:
        """Add the page that decides a case."""
        view = self.admin_site.admin_view(self.decide_view)
        return [path("<int:key>/decide/", view, name="risk_case_decide"), *super().get_urls()]

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        """Say whether the page leads on to a decision."""
        case = context.get("original")
        may_decide = (
            isinstance(case, Case)
            and case.status == Case.Status.OPEN
            and policies.may_work_on(user_of(request), case)
        )
        return super().render_change_form(
            request,
            {**context, "may_decide": may_decide, "may_hand_over": may_decide},
            *args,
            **kwargs,
        )

    def decide_view(self, request: HttpRequest, key: int) -> HttpResponse:
        """Ask for a decision and its reason, show what follows, and carry it out."""
        case = self.get_object(request, str(key))
        if not self.has_work_permission(request):
            raise PermissionDenied
        if case is None or not policies.may_work_on(user_of(request), case):
            raise Http404
        self.note_looks(request, [case], "read")
        form = _decision_form(request, case)
        if request.method == "POST" and form.is_valid():
            decided = _decide(form, case, request)
            if isinstance(decided, Decided):
                done = gettext("Proposed: another person has to sign.")
                done = done if decided.proposal else gettext("Decided.")
                self.message_user(request, done, messages.SUCCESS)
                return HttpResponseRedirect(reverse("admin:risk_case_change", args=[key]))
            form.refuse(decided.findings)
        return self._decision_page(request, case, form)

    def _decision_page(self, request: HttpRequest, case: Case, form: DecisionForm) -> HttpResponse:
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": gettext("Decide"),
            "subtitle": str(case.ens),
            "original": case,
            "form": form,
            "hits": self.hits(case),
            "follows": consequences(case.ens, current_document(case.ens)),
        }
        return TemplateResponse(request, "admin/risk/case/decide.html", context)


def _ids(rows: QuerySet[Case]) -> list[int]:
    return list(rows.order_by("pk").values_list("pk", flat=True))


def _decision_form(request: HttpRequest, case: Case) -> DecisionForm:
    offices = EntryLeg.objects.filter(ens=case.ens_id).order_by("sequence")
    choices = selectable(
        current(clock.now()),
        [current_document(case.ens)],
        list(offices.values_list("office", flat=True)),
        refused=dict.fromkeys(ON_THE_PAGE, gettext("This is done on the review page.")),
    )
    initial = {"verb": request.GET.get("verb", ""), "revision": case.revision}
    return DecisionForm(request.POST or None, choices=choices, initial=initial)


def _decide(form: DecisionForm, case: Case, request: HttpRequest) -> Decided | Refused:
    order = DecisionOrder(case=case.pk, **form.values())
    with transaction.atomic():
        [result] = decide([order], officer=user_of(request), at=clock.now())
    return result


@admin.register(Decision)
class DecisionAdmin(RoleAdmin):
    """Decisions of officers."""

    scoped = True
    looked_at_as = "decision"
    readers = CASEWORK | AUDIT
    list_display = ("id", "case_link", "verb", "reason_code", "announced", "officer", "decided_at")
    list_filter = ("verb", "reason_code", "announced")
    list_select_related = ("case__ens", "officer")
    search_fields = ("^case__ens__mrn",)
    date_hierarchy = "decided_at"
    ordering = ("-id",)
    exclude = ("case",)
    readonly_fields = ("case_link",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Return only decisions on cases that the user sees."""
        seen = Case.objects.visible_to(user_of(request))
        return super().get_queryset(request).filter(case__in=seen)

    def ens_of(self, row: Decision) -> int:
        """Return the ENS of the case."""
        return row.case.ens_id

    @admin.display(description=_("case"), ordering="case")
    def case_link(self, decision: Decision) -> SafeString:
        """Lead to the case."""
        return link_to(decision.case)
