"""The filters of cases: the same for page and API."""

from datetime import timedelta

import django_filters
from django.utils.translation import gettext_lazy as _

from customs_portal.clock import now
from risk.models import Case
from risk.models.choices import Outcome, Severity
from risk.querysets import CaseQuerySet

MODES = (
    ("1", _("Sea")),
    ("4", _("Air")),
    ("2", _("Rail")),
    ("3", _("Road")),
    ("8", _("Inland water")),
    ("10", _("Ferry, accompanied")),
    ("11", _("Ferry, unaccompanied")),
)
"""Modes of transport at the border, the busiest first."""

_PROPOSED = [(value, label) for value, label in Outcome.choices if value != Outcome.NONE]


SEEN, WAITING, SIGN = "all", "waiting", "signature"
TABS = (
    ("mine", _("My work")),
    ("office", _("My office")),
    (WAITING, _("Waiting for trader")),
    (SIGN, _("Second signature")),
    (SEEN, _("All that you see")),
)
"""Whose work the queue shows."""


class CaseFilterSet(django_filters.FilterSet):
    """Narrows cases; `who` needs the request of the user whose cases are meant."""

    tab = django_filters.ChoiceFilter(
        method="of_tab", choices=TABS, label=_("Work"), empty_label=_("All that you see")
    )
    q = django_filters.CharFilter(method="matching", label=_("Find"))
    outcome = django_filters.ChoiceFilter(
        choices=_PROPOSED, label=_("Proposed outcome"), empty_label=_("Any outcome")
    )
    mode = django_filters.ChoiceFilter(
        field_name="ens__transport_mode", choices=MODES, label=_("Mode"), empty_label=_("Any mode")
    )
    who = django_filters.ChoiceFilter(
        method="assigned",
        choices=[("me", _("Me")), ("nobody", _("No officer"))],
        label=_("Officer"),
        empty_label=_("Any officer"),
    )
    time = django_filters.ChoiceFilter(
        method="urgent",
        choices=[
            ("late", _("Late")),
            ("hour", _("Due within 1 hour")),
            ("stopped", _("Clock stopped")),
        ],
        label=_("Time left"),
        empty_label=_("Any time left"),
    )
    severity = django_filters.ChoiceFilter(
        choices=Severity.choices[::-1], label=_("Severity"), empty_label=_("Any severity")
    )
    cause = django_filters.ChoiceFilter(
        choices=Case.Cause.choices, label=_("Cause"), empty_label=_("Any cause")
    )
    office = django_filters.CharFilter(field_name="office", lookup_expr="iexact", label=_("Office"))

    class Meta:
        model = Case
        fields = ("tab", "q", "outcome", "severity", "mode", "who", "time", "cause", "office")

    def matching(self, cases: CaseQuerySet[Case], name: str, value: str) -> CaseQuerySet[Case]:
        """Keep those found by an identifier or by words."""
        return cases.matching(value)

    def of_tab(self, cases: CaseQuerySet[Case], name: str, value: str) -> CaseQuerySet[Case]:
        """Keep those of a tab; what waits or is to be signed is that of the user's offices."""
        if value == SEEN:
            return cases
        if value == "mine":
            return cases.of(self.request.user)
        own = cases.workable_by(self.request.user)
        if value == WAITING:
            return own.waiting()
        return own.to_be_signed() if value == SIGN else own

    def assigned(self, cases: CaseQuerySet[Case], name: str, value: str) -> CaseQuerySet[Case]:
        """Keep the user's own ones, or those of nobody."""
        return cases.without_officer() if value == "nobody" else cases.of(self.request.user)

    def urgent(self, cases: CaseQuerySet[Case], name: str, value: str) -> CaseQuerySet[Case]:
        """Keep the late ones, those due within an hour, or those whose clock is stopped."""
        if value == "stopped":
            return cases.resting()
        at = now()
        return cases.late(at) if value == "late" else cases.due_within(timedelta(hours=1), at)
