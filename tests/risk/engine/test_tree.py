"""Trees as stored, and what validation refuses."""

import msgspec
import pytest

from risk.engine import tree as trees
from risk.engine.evaluate import CompiledRuleSet, UnsoundRule
from risk.engine.fields import CATALOGUE
from risk.engine.loading import load_lists, load_rules
from risk.engine.operators import Operator as Op
from risk.engine.tree import All, Any, AnyItem, Count, CountItems, Expression, Leaf, Not, validate

LISTS = ("watch_eori",)
SOUND = Leaf("item.hs6", Op.EQUALS, ("080390",))


def problems(tree: Expression) -> list[tuple[str, str]]:
    return [(finding.code, finding.location) for finding in validate(tree, CATALOGUE, LISTS)]


def test_every_rule_that_comes_with_the_portal_is_sound() -> None:
    lists = load_lists()
    for rule in load_rules():
        assert validate(rule.expression, CATALOGUE, lists) == []


def test_every_list_that_comes_with_the_portal_is_read_by_a_rule() -> None:
    read = {leaf.list for rule in load_rules() for leaf in trees.leaves(rule.expression)}
    of_names = {"watch_entities"}  # the fields of names ask all lists of names
    assert read - {""} == set(load_lists()) - of_names


def test_a_tree_is_stored_and_read_back_equal() -> None:
    tree = All((SOUND, Not(Any((SOUND,))), CountItems(AnyItem(SOUND), Count.AT_LEAST, 2)))
    assert trees.decode(trees.encode(tree)) == tree


def test_the_stored_form_names_its_kinds() -> None:
    assert trees.encode(Not(SOUND)) == (
        b'{"kind":"not","item":{"kind":"leaf","field":"item.hs6","operator":"equals",'
        b'"values":["080390"]}}'
    )


@pytest.mark.parametrize(
    ("leaf", "code"),
    [
        (Leaf("item.colour", Op.PRESENT), "unknown-field"),
        (Leaf("item.gross_mass", Op.STARTS_WITH, ("1",)), "wrong-operator"),
        (Leaf("item.hs6", Op.ABOVE, ("1",)), "wrong-operator"),
        (Leaf("item.hs6", Op.EQUALS), "wrong-operand"),
        (Leaf("item.hs6", Op.EQUALS, ("1", "2")), "wrong-operand"),
        (Leaf("item.hs6", Op.PRESENT, ("1",)), "wrong-operand"),
        (Leaf("item.hs6", Op.IN_LIST, ("1",)), "wrong-operand"),
        (Leaf("item.hs6", Op.IN_LIST, list="nothing"), "unknown-list"),
        (Leaf("item.gross_mass", Op.ABOVE_FIELD, other="item.colour"), "unknown-field"),
        (Leaf("item.gross_mass", Op.ABOVE_FIELD, other="item.hs6"), "wrong-field"),
        (Leaf("item.gross_mass", Op.ABOVE, ("heavy",)), "wrong-value"),
        (Leaf("item.gross_mass", Op.ABOVE, ("NaN",)), "wrong-value"),
        (Leaf("item.gross_mass", Op.ABOVE, ("1e999999",)), "wrong-value"),
        (Leaf("item.gross_mass", Op.BETWEEN, ("2", "1")), "wrong-value"),
        (Leaf("timing.received_at", Op.ABOVE, ("2026-11-22T10:00:00",)), "wrong-value"),
        (Leaf("item.description", Op.CONTAINS_WORD, ("...",)), "wrong-value"),
        (Leaf("declaration.mrn", Op.SAMPLE, ("10001",)), "wrong-value"),
        (Leaf("declaration.mrn", Op.SAMPLE, ("-1",)), "wrong-value"),
        (Leaf("declaration.mrn", Op.SAMPLE, ("٣",)), "wrong-value"),
        (Leaf("item.hs6", Op.IN_VALUES, ("1",) * 1_001), "too-many-values"),
        (Leaf("item.hs6", Op.EQUALS, ("1" * 501,)), "too-many-values"),
    ],
)
def test_an_unsound_condition_is_refused_where_it_stands(leaf: Leaf, code: str) -> None:
    assert problems(All((SOUND, Not(leaf)))) == [(code, "all[2].not")]


def test_an_empty_group_is_refused() -> None:
    assert problems(Any((SOUND, All(())))) == [("empty-group", "any[2]")]


def test_four_groups_above_a_condition_are_allowed_and_five_are_not() -> None:
    assert problems(All((Not(All((Not(SOUND),))),))) == []
    assert problems(All((Not(All((Not(Not(SOUND)),))),))) == [("too-deep", "all[1].not.all[1].not")]


def test_goods_items_are_not_looked_at_within_goods_items() -> None:
    assert problems(AnyItem(Not(AnyItem(SOUND)))) == [("nested-quantifier", "any_item.not")]


def test_the_number_of_conditions_is_bounded() -> None:
    half = All((SOUND,) * 50)
    assert problems(Any((half, half))) == []
    assert problems(Any((half, half, SOUND))) == [("too-many-conditions", "")]


def test_a_negative_number_of_items_is_refused() -> None:
    tree = CountItems(SOUND, Count.AT_MOST, -1)
    assert problems(tree) == [("wrong-limit", "")]


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"{}",
        b'{"kind":"eval","code":"1"}',
        b'{"kind":"leaf","field":"item.hs6","operator":"regex","values":["(a+)+"]}',
        b'{"kind":"leaf","field":"item.hs6","operator":"equals","values":[1]}',
        b'{"kind":"leaf","field":"item.hs6","operator":"present","extra":1}',
        b'{"kind":"not","item":' * 20_000,
        b'{"kind":"all","items":[' + b'{"kind":"all","items":[]},' * 30_000 + b"]}",
    ],
)
def test_what_is_no_tree_is_refused(data: bytes) -> None:
    with pytest.raises(msgspec.DecodeError):
        trees.decode(data)


def test_an_unsound_rule_never_reaches_evaluation() -> None:
    rule = msgspec.structs.replace(load_rules()[0], expression=All(()))
    with pytest.raises(UnsoundRule, match="KNE-01: empty-group at top"):
        CompiledRuleSet([rule], {})


def test_two_rules_of_one_code_are_refused() -> None:
    rule = load_rules()[0]
    with pytest.raises(UnsoundRule, match="same code"):
        CompiledRuleSet([rule, rule], load_lists())
