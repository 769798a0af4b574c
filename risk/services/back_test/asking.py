"""Asking for a back-test, and cancelling one."""

from datetime import datetime

import msgspec
from django.db import connection
from django.utils.translation import gettext as _

from customs_portal.accounts.models import User
from customs_portal.events.services import record
from customs_portal.findings import Finding
from declarations.services.locks import assert_in_transaction
from declarations.services.results import Refused, refusal, refused
from risk import policies
from risk.engine.fields import CATALOGUE
from risk.engine.rules import EngineRule
from risk.engine.tree import validate
from risk.events import BACK_TEST_ASKED, BACK_TEST_ENDED
from risk.models import BackTest, BackTestPart, ReferenceList, RuleDraft, RuleSetVersion

OF_ONE_RULE, OF_RULE_SET = 20_000, 2_000
"""Declarations in one part: a second or so of work."""


class Question(msgspec.Struct, frozen=True, kw_only=True):
    """What is asked: one rule or a published rule set, over what was received in a period.

    The period begins with `begins_at` and ends before `ends_at`. `draft` is where the rule stands.
    """

    begins_at: datetime
    ends_at: datetime
    rule: EngineRule | None = None
    rule_set: RuleSetVersion | None = None
    draft: RuleDraft | None = None


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """The back-test runs."""

    back_test: int
    total: int


def start(question: Question, *, by: User, at: datetime) -> Asked | Refused:
    """Begin a back-test; its parts wait for `risk.tasks.run_back_tests`."""
    assert_in_transaction()
    findings = _findings(question, by)
    if findings:
        return Refused(findings=findings)
    back_test = BackTest.objects.create(
        rule=msgspec.to_builtins(question.rule) if question.rule else None,
        rule_set=question.rule_set,
        draft=question.draft,
        begins_at=question.begins_at,
        ends_at=question.ends_at,
        asked_by=by,
        asked_at=at,
    )
    back_test.total = _divide(back_test)
    back_test.save(update_fields=["total"])
    data = {"back_test": back_test.pk, "total": back_test.total}
    record(BACK_TEST_ASKED, at=at, actor=by.pk, data=data)
    if not back_test.total:
        end(back_test, BackTest.State.FINISHED, at=at)
    return Asked(back_test=back_test.pk, total=back_test.total)


def cancel(back_test: int, *, by: User, at: datetime) -> Asked | Refused:
    """Stop a back-test; the part that is being worked on is finished and not counted."""
    assert_in_transaction()
    found = BackTest.objects.select_for_update().get(pk=back_test)
    if not _may_ask(by):
        return Refused(findings=[_not_yours()])
    if found.state != BackTest.State.RUNNING:
        return refused("ended", _("The back-test has ended already."))
    end(found, BackTest.State.CANCELLED, at=at)
    return Asked(back_test=found.pk, total=found.total)


def end(back_test: BackTest, state: BackTest.State, *, at: datetime) -> None:
    """Set how the back-test ended; the caller holds its row."""
    back_test.state, back_test.ended_at = state, at
    back_test.save(update_fields=["state", "ended_at"])
    data = {"back_test": back_test.pk, "state_name": str(state.label)}
    record(BACK_TEST_ENDED, at=at, data=data)


def _may_ask(user: User) -> bool:
    return policies.may_write_rules(user) or policies.may_approve_rules(user)


def _not_yours() -> Finding:
    return refusal("not-allowed", _("Only analysts and approvers test rules."))


def _findings(question: Question, by: User) -> list[Finding]:
    if not _may_ask(by):
        return [_not_yours()]
    if question.begins_at >= question.ends_at:
        return [refusal("period", _("The period ends before it begins."), "ends_at")]
    if (question.rule is None) is (question.rule_set is None):
        return [refusal("question", _("Choose one rule or one rule set."))]
    return _unsound(question.rule) if question.rule else []


def _unsound(rule: EngineRule) -> list[Finding]:
    lists = set(ReferenceList.objects.values_list("code", flat=True))
    return validate(rule.expression, CATALOGUE, lists)


_RANGES = """
SELECT min(ens_version), max(ens_version), count(*) FROM (
    SELECT ens_version, (row_number() OVER (ORDER BY ens_version) - 1) / %s AS part
    FROM risk_analyseddeclaration
    WHERE current AND received_at >= %s AND received_at < %s) numbered
GROUP BY part ORDER BY part
"""


def _divide(back_test: BackTest) -> int:
    """Store the parts and return how many declarations there are."""
    size = OF_ONE_RULE if back_test.rule is not None else OF_RULE_SET
    with connection.cursor() as cursor:
        cursor.execute(_RANGES, [size, back_test.begins_at, back_test.ends_at])
        ranges = cursor.fetchall()
    BackTestPart.objects.bulk_create(
        BackTestPart(back_test=back_test, number=number, first=first, last=last)
        for number, (first, last, _count) in enumerate(ranges, start=1)
    )
    return sum(count for _first, _last, count in ranges)
