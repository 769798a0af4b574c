"""Warnings: what speaks against a rule though it is sound."""

from datetime import date

import msgspec
import pytest

from risk.builder.outline import Condition, Group, Join, Over, Part, tree
from risk.builder.warnings import warnings
from risk.engine.lists import ListEntry, ReferenceList
from risk.engine.outcomes import Outcome, Severity
from risk.engine.rules import EngineRule

DAY = date(2026, 11, 22)
LISTS = {
    "ended": ReferenceList(
        "ended", "Ended things", [ListEntry(value="9405", valid_to=date(2026, 11, 21))]
    ),
    "valid": ReferenceList("valid", "Valid things", [ListEntry(value="9405")]),
}
LAMPS = Condition("item.hs4", "equals", ("9405",))


def rule(*parts: Part, code: str = "TST-01", **more: object) -> EngineRule:
    plain = EngineRule(
        code=code,
        version=1,
        title="Lamps",
        family="goods",
        expression=tree(Group(items=parts)).expression,
        outcome=Outcome.CONTROL,
        severity=Severity.HIGH,
        score=10,
    )
    return msgspec.structs.replace(plain, **more)


def kinds(wanted: EngineRule, *others: EngineRule) -> list[str]:
    return [warning.kind for warning in warnings(wanted, LISTS, others, DAY)]


def test_a_selective_rule_has_no_warning() -> None:
    assert kinds(rule(LAMPS)) == []


def test_a_rule_without_a_selective_condition_runs_on_everything() -> None:
    assert kinds(rule(Condition("item.gross_mass", "above", ("10",)))) == ["not-selective"]


@pytest.mark.parametrize(
    "others",
    [
        (Condition("item.hs4", "in_values", ("9406", "9407")),),
        (Condition("item.hs4", "missing"),),
        (Condition("item.gross_mass", "above", ("10",)),
         Condition("item.gross_mass", "at_most", ("10",))),
        (Condition("item.gross_mass", "between", ("1", "2")),
         Condition("item.gross_mass", "above", ("3",))),
    ],
)  # fmt: skip
def test_conditions_that_exclude_each_other_are_told(others: tuple[Condition, ...]) -> None:
    assert kinds(rule(LAMPS, *others)) == ["contradictory"]


def test_limits_that_leave_one_value_do_not_contradict() -> None:
    limits = (
        Condition("item.gross_mass", "at_least", ("10",)),
        Condition("item.gross_mass", "at_most", ("10",)),
    )
    assert kinds(rule(LAMPS, *limits)) == []


def test_a_rule_that_hits_whatever_is_declared_is_told() -> None:
    either = Group(
        join=Join.ANY,
        items=(Condition("means.imo", "missing"), Condition("means.imo", "present")),
    )
    assert "matches-everything" in kinds(rule(either))


def test_a_list_without_valid_entries_is_told() -> None:
    ended = Condition("item.hs4", "in_list", list="ended")
    assert kinds(rule(ended)) == ["empty-list"]
    assert kinds(rule(Condition("item.hs4", "in_list", list="valid"))) == []


def test_a_rule_that_another_one_covers_is_told() -> None:
    heavy = Condition("item.gross_mass", "above", ("10",))
    narrow, wide = rule(LAMPS, heavy), rule(LAMPS, code="WID-01")
    assert kinds(narrow, wide) == ["shadowed"]
    assert kinds(wide, narrow) == []
    assert kinds(narrow, rule(LAMPS, code="WID-01", outcome=Outcome.DOCUMENTS)) == []
    assert kinds(narrow, rule(LAMPS, code="WID-01", modes=("4",))) == []


def test_quantified_groups_are_read_as_they_are_written() -> None:
    counted = Group(over=Over.AT_LEAST, limit=2, items=(LAMPS,))
    assert kinds(rule(counted)) == []
