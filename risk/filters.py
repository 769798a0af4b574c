"""The filters of cases: the same for page and API."""

from datetime import timedelta

import django_filters
from django.utils.translation import gettext_lazy as _

from customs_portal.clock import now
from risk.models import Case
from risk.models.choices import Outcome
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


class CaseFilterSet(django_filters.FilterSet):
    """Narrows cases; `who` needs the request of the user whose cases are meant."""

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
        choices=[("late", _("Late")), ("hour", _("Due within 1 hour"))],
        label=_("Time left"),
        empty_label=_("Any time left"),
    )
    office = django_filters.CharFilter(field_name="office", lookup_expr="iexact", label=_("Office"))

    class Meta:
        model = Case
        fields = ("q", "outcome", "mode", "who", "time", "office")

    def matching(self, cases: CaseQuerySet[Case], name: str, value: str) -> CaseQuerySet[Case]:
        """Keep those found by an identifier."""
        return cases.matching(value)

    def assigned(self, cases: CaseQuerySet[Case], name: str, value: str) -> CaseQuerySet[Case]:
        """Keep the user's own ones, or those of nobody."""
        return cases.without_officer() if value == "nobody" else cases.of(self.request.user)

    def urgent(self, cases: CaseQuerySet[Case], name: str, value: str) -> CaseQuerySet[Case]:
        """Keep the late ones, or those due within an hour."""
        at = now()
        return cases.late(at) if value == "late" else cases.due_within(timedelta(hours=1), at)
