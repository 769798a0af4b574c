"""Reference lists: which there are, which rules read them, their entries."""

from collections import defaultdict
from datetime import date

import msgspec
from django.db.models import Count, Q, QuerySet

from customs_portal.pages.reads.name_lists import SOON, never_matched
from risk.engine.names import lists_read
from risk.engine.tree import leaves
from risk.models import ReferenceList, ReferenceListEntry, RuleSetVersion
from risk.rule_sets import engine_rule, versions_held


class ListLine(msgspec.Struct, frozen=True, kw_only=True):
    """One list: how many entries it has, how many count today, and which rules read it."""

    code: str
    name: str
    secret: bool
    revision: int
    entries: int
    valid: int
    rules: list[str]


def lines(day: date) -> list[ListLine]:
    """Return all lists by code."""
    here = Q(entries__removed_in__isnull=True)
    counts = here & Q(entries__valid_from__lte=day)
    still = Q(entries__valid_to__isnull=True) | Q(entries__valid_to__gte=day)
    found = ReferenceList.objects.annotate(
        held=Count("entries", filter=here), valid=Count("entries", filter=counts & still)
    )
    readers = _readers()
    return [
        ListLine(
            code=each.code,
            name=each.name,
            secret=each.secret,
            revision=each.revision,
            entries=each.held,
            valid=each.valid,
            rules=readers[each.code],
        )
        for each in found
    ]


def _readers() -> defaultdict[str, list[str]]:
    """Return the codes of the rules in force that read each list."""
    found: defaultdict[str, list[str]] = defaultdict(list)
    rule_set = RuleSetVersion.objects.first()
    for version in versions_held(rule_set) if rule_set else ():
        read = leaves(engine_rule(version).expression)
        for code in {code for leaf in read for code in lists_read(leaf)}:
            found[code].append(version.rule.code)
    return found


def entries(
    found: ReferenceList, words: str, validity: str, day: date
) -> QuerySet[ReferenceListEntry]:
    """Return the entries with these words, as `validity` narrows them.

    `valid` today, `ended`, `expiring` within 30 days, or `never` matched by a name.
    """
    rows = found.entries.filter(removed_in__isnull=True)
    if words:
        rows = rows.filter(Q(value__istartswith=words) | Q(label__icontains=words))
    if validity == "valid":
        ends = Q(valid_to__isnull=True) | Q(valid_to__gte=day)
        rows = rows.filter(ends, valid_from__lte=day)
    if validity == "ended":
        rows = rows.filter(valid_to__lt=day)
    if validity == "expiring":
        rows = rows.filter(valid_to__gte=day, valid_to__lte=day + SOON)
    if validity == "never":
        rows = rows.filter(pk__in=never_matched(found).values("pk"))
    return rows.order_by("value", "valid_from")
