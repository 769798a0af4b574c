"""What officers read of hits, near misses and rules."""

from decimal import Decimal

import pytest

from declarations.document import Document, Party
from risk.engine import explain
from risk.engine.evaluate import CompiledRuleSet
from risk.engine.loading import load_lists, load_rules
from risk.engine.operators import Operator as Op
from risk.engine.outcomes import Outcome, Severity
from risk.engine.phrases import PHRASES, RULE
from risk.engine.rules import EngineRule, Hit
from risk.engine.tree import All, Any, AnyItem, Count, CountItems, Expression, Leaf, Not
from tests.risk.builders import context, document, item

LISTS = load_lists()
TITLES = {code: found.title for code, found in LISTS.items()}
RULES = CompiledRuleSet([rule for rule in load_rules() if rule.family != "random"], LISTS)
MASS = "item.gross_mass"


def only_hit(declared: Document) -> Hit:
    (hit,) = RULES.evaluate(declared, context())
    return hit


def hit_of(tree: Expression, declared: Document) -> Hit:
    rule = EngineRule(
        code="R", version=1, title="", family="", expression=tree, outcome=Outcome.REFER,
        severity=Severity.LOW, score=1,
    )  # fmt: skip
    (hit,) = CompiledRuleSet([rule], LISTS).evaluate(declared, context())
    return hit


def bananas() -> Hit:
    goods = item(commodity_code="080390", description="Fresh bananas in boxes")
    return only_hit(document((goods,), place_of_loading="ECGYE"))


def test_a_hit_is_told_with_each_value_beside_its_list() -> None:
    assert explain.sentence(bananas(), TITLES) == (
        "HS heading 0803 is on list “Goods used as cover cargo”, place of loading ECGYE is on list "
        "“Ports of loading known for cover cargo” and container number DMOU1000014 is given."
    )


def test_a_list_without_title_is_named_by_its_code() -> None:
    assert "is on list “cover_ports”" in explain.sentence(bananas())


def test_a_negated_condition_is_told_as_what_was_found() -> None:
    goods = item(un_number="1942", commodity_code="310230", description="Ammonium nitrate prilled")
    hit = only_hit(document((goods,), consignee=Party(identifier="NL900000044")))
    assert explain.nearest_miss(hit, TITLES) == (
        "Would not hit if consignee EORI NL900000044 were on list "
        "“Consignees licensed for explosive precursors”."
    )


def test_the_nearest_miss_is_the_number_closest_to_its_threshold() -> None:
    hit = only_hit(document((item(gross_mass=Decimal("499.90")),)))
    assert explain.nearest_miss(hit) == "Would not hit at 500 kg or more (declared 499.9 kg)."


def test_masses_are_grouped_by_thousands() -> None:
    hit = hit_of(Leaf(MASS, Op.ABOVE, ("1680",)), document())
    assert explain.sentence(hit) == "Gross mass 20,500 kg is above 1,680 kg."
    assert explain.nearest_miss(hit) == "Would not hit at 1,680 kg or less (declared 20,500 kg)."


def test_where_two_conditions_would_each_do_no_single_one_is_named() -> None:
    tree = Any((Leaf(MASS, Op.ABOVE, ("100",)), Leaf("item.hs2", Op.EQUALS, ("69",))))
    assert explain.nearest_miss(hit_of(tree, document())) == ""


@pytest.mark.parametrize(
    ("tree", "told", "miss"),
    [
        (
            Leaf(MASS, Op.BETWEEN, ("20000", "21000")),
            "Gross mass 20,500 kg is between 20,000 kg and 21,000 kg.",
            "Would not hit outside 20,000 kg and 21,000 kg (declared 20,500 kg).",
        ),
        (
            Not(Leaf(MASS, Op.BELOW, ("100",))),
            "Gross mass 20,500 kg is not below 100 kg.",
            "Would not hit below 100 kg (declared 20,500 kg).",
        ),
        (
            Leaf("item.un_number", Op.MISSING),
            "UN number is missing.",
            "Would not hit if UN number were given.",
        ),
        (
            Not(Leaf("item.un_number", Op.EQUALS, ("1942",))),
            "UN number is (not given), not 1942.",
            "Would not hit if UN number were 1942.",
        ),
        (
            Leaf("item.hs2", Op.NOT_EQUALS, ("08",)),
            "HS chapter is 69, not 08.",
            "Would not hit if HS chapter were 08.",
        ),
        (
            Leaf("item.description", Op.CONTAINS_WORD, ("floor tiles", "lamps")),
            "Goods description contains “floor tiles”.",
            "Would not hit without “floor tiles” in goods description.",
        ),
        (
            Leaf("equipment.containers", Op.OVERLAPS, ("DMOU1000014",)),
            "Container number is DMOU1000014.",
            "Would not hit if container number were not DMOU1000014.",
        ),
        (
            Leaf(MASS, Op.RATIO_ABOVE, ("1000",), other="item.packages"),
            "Gross mass 20,500 kg is more than 1000 times number of packages 20.",
            "Would not hit at 1000 times number of packages or less.",
        ),
        (
            CountItems(Leaf("item.hs2", Op.EQUALS, ("69",)), Count.AT_LEAST, 1),
            "1 goods item fits (limit 1).",
            "",
        ),
    ],
)
def test_each_comparison_has_its_words(tree: Expression, told: str, miss: str) -> None:
    hit = hit_of(tree, document())
    assert (explain.sentence(hit), explain.nearest_miss(hit)) == (told, miss)


def test_every_operator_has_words() -> None:
    assert set(PHRASES) == set(Op)
    assert set(RULE) == set(Op)


def test_a_rule_is_told_with_its_groups() -> None:
    tree = All((
        Any((Leaf(MASS, Op.BELOW, ("1000",)), Leaf("item.un_number", Op.MISSING))),
        Not(AnyItem(Leaf("consignee.identifier", Op.IN_LIST, list="forwarders"))),
    ))  # fmt: skip
    assert explain.in_words(tree, TITLES) == (
        "(gross mass is below 1,000 kg or UN number is missing) and "
        "not (for at least one goods item: (consignee EORI is on list “Forwarders”))."
    )


def test_a_number_close_to_its_threshold_is_a_near_hit() -> None:
    near = explain.near_hits(RULES, document((item(gross_mass=Decimal(600)),)), context())
    assert [(one.rule, one.bound.value, one.bound.threshold) for one in near] == [
        ("MAS-02", "600", "500")
    ]


def test_a_number_far_from_its_threshold_is_none() -> None:
    far = document((item(gross_mass=Decimal("600.01")),))
    assert explain.near_hits(RULES, far, context()) == []


def test_a_rule_that_hits_is_no_near_hit() -> None:
    light = item(1, gross_mass=Decimal(499))
    heavier = item(2, gross_mass=Decimal(550), containers=("C1",))
    apart = document((light, heavier))
    assert [hit.rule for hit in RULES.evaluate(apart, context())] == ["MAS-02"]
    assert explain.near_hits(RULES, apart, context()) == []
