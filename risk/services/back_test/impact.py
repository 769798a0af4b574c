"""What a publication would have changed: each version that it brings, held against history."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from customs_portal.accounts.models import User
from risk.models import BackTest, RuleVersion
from risk.rule_sets import engine_rule
from risk.services.back_test.asking import Question, start

PERIOD = timedelta(days=30)
FRESH = timedelta(days=1)
"""A back-test of the same version that was asked for within this time is not asked for again."""
MOST = 20
"""Versions tested one by one; of a larger change the whole rule set is tested instead."""

_COUNTING = (BackTest.State.RUNNING, BackTest.State.FINISHED)


def start_impact(versions: Sequence[RuleVersion], *, by: User, at: datetime) -> None:
    """Begin a back-test of the last 30 days for each of the versions, the first 20 of them."""
    known = {key for key, test in tests_of(versions).items() if test.asked_at > at - FRESH}
    for version in versions[:MOST]:
        if version.pk not in known:
            question = Question(begins_at=at - PERIOD, ends_at=at, rule=engine_rule(version))
            start(question, by=by, at=at)


def tests_of(versions: Iterable[RuleVersion]) -> dict[int, BackTest]:
    """Return the newest back-test of each version that has one, by the id of the version."""
    wanted = {(version.rule.code, version.number): version.pk for version in versions}
    found = BackTest.objects.filter(
        rule__code__in=sorted({code for code, _number in wanted}), state__in=_COUNTING
    )
    return {wanted[key]: test for test in found.order_by("id") if (key := _tested(test)) in wanted}


def _tested(test: BackTest) -> tuple[str, int]:
    rule = test.rule or {}
    return rule["code"], rule["version"]
