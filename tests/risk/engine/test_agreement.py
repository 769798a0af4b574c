"""The indexed engine and the plain meaning of a tree agree on everything."""

from decimal import Decimal

import msgspec
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from declarations.document import Consignment, Document, GoodsItem, Means, Packages, Party, Seal
from risk.engine.evaluate import CompiledRuleSet
from risk.engine.fields import CATALOGUE
from risk.engine.lists import ListEntry, ReferenceList
from risk.engine.operators import Operator as Op
from risk.engine.outcomes import Outcome, Severity
from risk.engine.rules import EngineRule
from risk.engine.tree import (
    All,
    AllItems,
    Any,
    AnyItem,
    Count,
    CountItems,
    Expression,
    Leaf,
    Not,
    validate,
)
from tests.risk.builders import context, document, item
from tests.risk.engine.naive import rules_hit

CODES = ("NL900000001", "NL900000002", "nl900000003")
HS = ("080390", "0803", "0901", "690721", "69")
TEXTS = ("Fresh bananas", "power bank, cells", "BANK of steel", "ÉTÉ straße", "---", "parts")
MASSES = (Decimal(0), Decimal("99.999"), Decimal(100), Decimal("100.001"), Decimal(500))
BOXES = ("DMOU1000014", "DMOU1000015", "C123456")
PLACES = ("ECGYE", "ecgye Guayaquil", "CNSHA", "Foshan")
LISTS = {
    "codes": ReferenceList("codes", "", [ListEntry(value=v) for v in (*CODES[:2], "080390")]),
    "words": ReferenceList(
        "words", "", [ListEntry(value=v) for v in ("power bank", "Parts", "été")]
    ),
    "long": ReferenceList(
        "long", "", [ListEntry(value=v) for v in (*map(str, range(2_500)), "0803", "fresh bananas")]
    ),
    "empty": ReferenceList("empty", "", []),
}


def maybe(values: tuple[object, ...]) -> st.SearchStrategy[object]:
    return st.one_of(st.none(), st.sampled_from(values))


parties = st.builds(Party, identifier=maybe(CODES), name=maybe(TEXTS), country=maybe(("NL", "cn")))
packages = st.builds(Packages, kind=st.sampled_from(("PK", "CT", "VR")), packages=maybe((0, 1, 20)))


@st.composite
def documents(draw: st.DrawFn) -> Document:
    goods = tuple(draw(items(number)) for number in range(1, draw(st.integers(1, 4))))
    return document(
        transport_mode=draw(st.sampled_from(("1", "2", "4"))),
        consignments=(Consignment(key="K", items=goods),),
        consignor=draw(st.none() | parties),
        consignee=draw(st.none() | parties),
        means=draw(st.none() | st.builds(Means, identification=st.just("4000010"))),
        total_gross_mass=draw(maybe(MASSES)),
        payment_method=draw(maybe(("A", "D"))),
        place_of_loading=draw(maybe(PLACES)),
        seals=draw(st.lists(st.builds(Seal, identity=st.just("S1")), max_size=1).map(tuple)),
    )


@st.composite
def items(draw: st.DrawFn, number: int) -> GoodsItem:
    return item(
        number,
        description=draw(maybe(TEXTS)),
        commodity_code=draw(maybe(HS)),
        gross_mass=draw(maybe(MASSES)),
        containers=tuple(draw(st.lists(st.sampled_from(BOXES), max_size=2))),
        packages=tuple(draw(st.lists(packages, max_size=2))),
        consignee=draw(st.none() | parties),
        place_of_loading=draw(maybe(PLACES)),
        payment_method=draw(maybe(("A", "D"))),
    )


CODE_FIELDS = st.sampled_from((
    "item.hs2", "item.hs4", "item.hs6", "consignee.identifier", "consignor.identifier",
    "routing.place_of_loading", "declaration.mode", "item.payment_method", "means.imo",
))  # fmt: skip
LISTED_FIELDS = st.sampled_from((
    "equipment.containers", "parties.identifiers", "item.package_kinds",
    "item.description_words", "seals.identities", "equipment.container_chapters",
))  # fmt: skip
TEXT_FIELDS = st.sampled_from(("item.description", "consignee.name", "consignor.name"))
NUMBER_FIELDS = st.sampled_from((
    "item.gross_mass", "item.packages", "equipment.container_gross_mass",
    "declaration.total_gross_mass", "declaration.item_count", "item.description_word_count",
))  # fmt: skip
codes = st.sampled_from((*CODES, *HS, *BOXES, "ECGYE", "PK", "A", "1", "parts"))
texts = st.sampled_from((*TEXTS[:4], "bank", "parts", "été", "STRASSE"))
numbers = st.sampled_from((0, 1, "99.999", 100, "100.0", "100.001", 500)).map(str)
TIME_FIELDS = st.sampled_from(("timing.expected_arrival", "timing.received_at"))
times = st.sampled_from(("2026-11-20T06:00:00+00:00", "2026-12-01T07:00:00+01:00"))
lists = st.sampled_from(tuple(LISTS))


def leaf(
    fields: st.SearchStrategy[str], operators: tuple[Op, ...], **more: st.SearchStrategy[object]
) -> st.SearchStrategy[Leaf]:
    return st.builds(Leaf, field=fields, operator=st.sampled_from(operators), **more)


def some(values: st.SearchStrategy[str]) -> st.SearchStrategy[object]:
    return st.lists(values, min_size=1, max_size=3).map(tuple)


def single(values: st.SearchStrategy[str]) -> st.SearchStrategy[object]:
    return values.map(lambda value: (value,))


limits = st.lists(numbers, min_size=2, max_size=2).map(lambda two: tuple(sorted(two, key=Decimal)))
any_field = st.sampled_from(tuple(sorted(CATALOGUE)))
leaves = st.one_of(
    leaf(CODE_FIELDS, (Op.EQUALS, Op.NOT_EQUALS), values=single(codes)),
    leaf(CODE_FIELDS, (Op.IN_VALUES, Op.STARTS_WITH), values=some(codes)),
    leaf(CODE_FIELDS | TEXT_FIELDS | LISTED_FIELDS, (Op.IN_LIST,), list=lists),
    leaf(LISTED_FIELDS, (Op.OVERLAPS, Op.STARTS_WITH), values=some(codes)),
    leaf(LISTED_FIELDS, (Op.ONLY_IN_LIST,), list=lists),
    leaf(TEXT_FIELDS, (Op.EQUALS, Op.NOT_EQUALS), values=single(texts)),
    leaf(TEXT_FIELDS, (Op.CONTAINS_WORD, Op.IN_VALUES, Op.STARTS_WITH), values=some(texts)),
    leaf(TEXT_FIELDS, (Op.CONTAINS_WORD,), list=lists),
    leaf(
        NUMBER_FIELDS,
        (Op.EQUALS, Op.NOT_EQUALS, Op.BELOW, Op.ABOVE, Op.AT_LEAST, Op.AT_MOST),
        values=single(numbers),
    ),
    leaf(NUMBER_FIELDS, (Op.BETWEEN,), values=limits),
    leaf(NUMBER_FIELDS, (Op.EQUALS_FIELD, Op.ABOVE_FIELD, Op.BELOW_FIELD), other=NUMBER_FIELDS),
    leaf(
        NUMBER_FIELDS,
        (Op.RATIO_ABOVE, Op.RATIO_BELOW),
        other=NUMBER_FIELDS,
        values=single(st.sampled_from(("0.5", "1", "2", "100"))),
    ),
    leaf(TIME_FIELDS, (Op.EQUALS, Op.BELOW, Op.ABOVE, Op.AT_LEAST), values=single(times)),
    leaf(any_field, (Op.MISSING, Op.PRESENT)),
)


def groups(inner: st.SearchStrategy[Expression]) -> st.SearchStrategy[Expression]:
    parts = st.lists(inner, min_size=1, max_size=3).map(tuple)
    return st.one_of(st.builds(All, parts), st.builds(Any, parts), st.builds(Not, inner))


plain: st.SearchStrategy[Expression] = leaves | groups(leaves | groups(leaves))
quantified = st.one_of(
    st.builds(AnyItem, plain),
    st.builds(AllItems, plain),
    st.builds(CountItems, plain, st.sampled_from(Count), st.integers(0, 3)),
)
trees = plain | groups(leaves | quantified) | quantified


def rule(number: int, tree: Expression, modes: tuple[str, ...]) -> EngineRule:
    return EngineRule(
        code=f"R-{number}",
        version=1,
        title="",
        family="",
        expression=tree,
        outcome=Outcome.REFER,
        severity=Severity.LOW,
        score=1,
        modes=modes,
    )


modes = st.sampled_from(((), ("1",), ("1", "4")))


@settings(max_examples=150, deadline=None)
@given(
    st.lists(st.tuples(trees, modes), min_size=1, max_size=12), st.lists(documents(), min_size=1)
)
def test_the_index_loses_no_hit_and_finds_no_other(
    drawn: list[tuple[Expression, tuple[str, ...]]], declared: list[Document]
) -> None:
    rules = [rule(number, tree, modes) for number, (tree, modes) in enumerate(drawn)]
    assert all(validate(one.expression, CATALOGUE, LISTS) == [] for one in rules)
    compiled = CompiledRuleSet(rules, LISTS)
    for one in declared:
        hits = compiled.evaluate(one, context())
        assert {hit.rule for hit in hits} == rules_hit(rules, LISTS, one, context())


@settings(max_examples=40, deadline=None)
@given(trees, documents())
def test_a_rule_and_its_negation_never_both_miss_on_one_item(
    tree: Expression, declared: Document
) -> None:
    rules = [rule(1, tree, ()), rule(2, Not(tree), ())]
    assume(validate(Not(tree), CATALOGUE, LISTS) == [] and declared.consignments[0].items)
    consignment = declared.consignments[0]
    kept = msgspec.structs.replace(consignment, items=consignment.items[:1])
    alone = msgspec.structs.replace(declared, consignments=(kept,))
    hits = CompiledRuleSet(rules, LISTS).evaluate(alone, context())
    assert len({hit.rule for hit in hits}) == 1


@settings(max_examples=40, deadline=None)
@given(trees, documents())
def test_hits_come_in_the_same_order_each_time(tree: Expression, declared: Document) -> None:
    rules = [rule(number, tree, ()) for number in range(3)]
    once = CompiledRuleSet(rules, LISTS).evaluate(declared, context())
    again = CompiledRuleSet(rules, LISTS).evaluate(declared, context())
    assert once == again
    assert [hit.rule for hit in once] == sorted(hit.rule for hit in once)
