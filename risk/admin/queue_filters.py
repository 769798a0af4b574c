"""The filters of the queue in the admin: the same set, one of its filters at a time."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from risk.filters import CaseFilterSet
from risk.models import Case


class QueueFilter(admin.SimpleListFilter):
    """One filter of the queue."""

    title = ""
    parameter_name = ""

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """Return what can be chosen in the queue."""
        choices = CaseFilterSet.base_filters[self.parameter_name].extra["choices"]
        return [(str(value), str(label)) for value, label in choices]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Case]) -> QuerySet[Case]:
        """Keep what the queue would show."""
        if not self.value():
            return queryset
        chosen = {self.parameter_name: self.value()}
        filters = CaseFilterSet(chosen, queryset=queryset, request=request)
        return filters.qs if filters.is_valid() else queryset.none()


def like_the_queue(*names: str) -> tuple[type[QueueFilter], ...]:
    """Return these filters of the queue for a list of the admin."""
    return tuple(_filter(name) for name in names)


def _filter(name: str) -> type[QueueFilter]:
    title = CaseFilterSet.base_filters[name].label
    return type(f"{name.title()}Filter", (QueueFilter,), {"parameter_name": name, "title": title})
