"""Working off the parts of back-tests.

A part is done in one transaction that holds its row, so that a worker that dies gives it back; how
often it was begun is counted before. Hits go to a table of the transaction, from which the counts
are made; nothing else is written.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime

import msgspec
from django.conf import settings
from django.db import connection, transaction

from customs_portal.bulk import copy_rows
from risk import listed, versions
from risk.engine import sql
from risk.engine.evaluate import CompiledRuleSet
from risk.engine.lists import AnyList
from risk.engine.rules import EngineRule
from risk.models import BackTest, BackTestPart, RuleSetVersion
from risk.names.screening import recall
from risk.rule_sets import engine_lists, engine_rule, versions_held, versions_valid
from risk.services.back_test.asking import end
from risk.services.back_test.counting import count

ATTEMPTS = 3
IN_DATABASE = 200
"""Up to so many rules are asked of the database one by one; more are evaluated in one pass."""


class Rules(msgspec.Struct, frozen=True, kw_only=True):
    """The rules of a back-test with the lists that they read, ready for both ways."""

    rules: tuple[EngineRule, ...]
    lists: dict[str, AnyList]
    compiled: CompiledRuleSet

    def in_database(self) -> bool:
        """Whether the database is asked."""
        few = len(self.rules) <= IN_DATABASE
        return few and all(sql.is_searchable(rule.expression) for rule in self.rules)


_compiled: dict[int, Rules] = {}


def run_part(*, at: datetime) -> bool:
    """Do one part of any running back-test; return False where nothing is left to do."""
    begun = _begin()
    if begun is None:
        return False
    if begun.attempts > ATTEMPTS:
        _give_up(begun, at)
        return True
    with transaction.atomic():
        part = _held(begun)
        if part is not None:
            _work(part, at)
    return True


def _begin() -> BackTestPart | None:
    """Count the attempt at the next part, in a transaction of its own."""
    with transaction.atomic():
        part = (
            BackTestPart.objects.filter(done=False, back_test__state=BackTest.State.RUNNING)
            .select_for_update(skip_locked=True, of=("self",))
            .order_by("attempts", "back_test", "number")
            .first()
        )
        if part is not None:
            part.attempts += 1
            part.save(update_fields=["attempts"])
    return part


def _held(part: BackTestPart) -> BackTestPart | None:
    """Hold the part; None where another worker has it, or nobody wants it any more."""
    wanted = BackTestPart.objects.filter(pk=part.pk, done=False)
    return (
        wanted.filter(back_test__state=BackTest.State.RUNNING)
        .select_related("back_test")
        .select_for_update(skip_locked=True, of=("self",))
        .first()
    )


def _give_up(part: BackTestPart, at: datetime) -> None:
    with transaction.atomic():
        found = BackTest.objects.select_for_update().get(pk=part.back_test_id)
        if found.state == BackTest.State.RUNNING:
            end(found, BackTest.State.FAILED, at=at)


def _work(part: BackTestPart, at: datetime) -> None:
    rules = _rules(part.back_test)
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS back_test_hit")
        cursor.execute(
            "CREATE TEMP TABLE back_test_hit (rule text, ens_version bigint) ON COMMIT DROP"
        )
    if rules.in_database():
        _ask(rules, part)
    else:
        copy_rows("back_test_hit", ("rule", "ens_version"), _evaluated(rules, part))
    count(part, rules.rules)
    part.save()
    _finish(part.back_test_id, at)


def _ask(rules: Rules, part: BackTestPart) -> None:
    test = part.back_test
    with connection.cursor() as cursor:
        for rule in rules.rules:
            query = sql.hits(rule, rules.lists)
            rows = query.rows
            where = (
                f" AND {rows}.current AND {rows}.ens_version BETWEEN %s AND %s"
                f" AND {rows}.received_at >= %s AND {rows}.received_at < %s"
            )
            text = query.text.replace("{where}", where)
            cursor.execute(
                "INSERT INTO back_test_hit SELECT %s, found.version"  # noqa: S608 our own query
                f" FROM (SELECT DISTINCT * FROM ({text}) hit(version, place)) found GROUP BY 2",
                (rule.code, *query.values, part.first, part.last, test.begins_at, test.ends_at),
            )


_WANTED = """
SELECT ens_version FROM risk_analyseddeclaration
WHERE current AND ens_version BETWEEN %s AND %s AND received_at >= %s AND received_at < %s
ORDER BY ens_version
"""
_AT_A_TIME = 200


def _evaluated(rules: Rules, part: BackTestPart) -> list[tuple[str, int]]:
    """Return rule and version of each hit; a rule counts once for a declaration."""
    test = part.back_test
    with connection.cursor() as cursor:
        cursor.execute(_WANTED, [part.first, part.last, test.begins_at, test.ends_at])
        wanted = [row[0] for row in cursor.fetchall()]
    found: list[tuple[str, int]] = []
    for begin in range(0, len(wanted), _AT_A_TIME):
        found += _hits(rules, wanted[begin : begin + _AT_A_TIME])
    return found


def _hits(rules: Rules, wanted: Iterable[int]) -> Iterator[tuple[str, int]]:
    subjects = versions.load_known(wanted)
    recall(subjects)
    listed.look_up(subjects, rules.compiled)
    for entry in subjects:
        for code in rules.compiled.codes_hit(entry.readings):
            yield code, entry.ens_version


def _rules(test: BackTest) -> Rules:
    if test.pk not in _compiled:
        _compiled.clear()
        _compiled[test.pk] = _compile(test)
    return _compiled[test.pk]


def _compile(test: BackTest) -> Rules:
    rules = _wanted_rules(test)
    lists = engine_lists(rules)
    key = settings.SAMPLING_KEY.encode()
    return Rules(rules=rules, lists=lists, compiled=CompiledRuleSet(rules, lists, key))


def _wanted_rules(test: BackTest) -> tuple[EngineRule, ...]:
    if test.rule_set_id is None:
        return (msgspec.convert(test.rule, EngineRule),)
    held = versions_held(RuleSetVersion.objects.get(pk=test.rule_set_id))
    return tuple(engine_rule(version) for version in versions_valid(held, test.asked_at))


def _finish(back_test: int, at: datetime) -> None:
    """End the back-test with its last part; whoever is last sees all others done."""
    test = BackTest.objects.select_for_update().get(pk=back_test)
    left = BackTestPart.objects.filter(back_test=test, done=False).exists()
    if not left and test.state == BackTest.State.RUNNING:
        end(test, BackTest.State.FINISHED, at=at)
