"""The same tree by evaluation, by SQL over what was analysed, and by explanation."""

import os
from datetime import UTC, date, datetime
from decimal import Decimal

import msgspec
import pytest
from django.db import connection
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from declarations.checks.quality.flags import Flag, FlagKind
from declarations.document import Document
from risk import analysed
from risk.engine import sql
from risk.engine.conditions import Compiler
from risk.engine.explain import sentence
from risk.engine.fields import CATALOGUE
from risk.engine.history import HISTORY
from risk.engine.leaves import compile_leaf
from risk.engine.lists import ListEntry, ReferenceList
from risk.engine.operators import Operator as Op
from risk.engine.readings import Reading, Readings
from risk.engine.resources import Resources
from risk.engine.rules import Bound, Hit
from risk.engine.subject import Context, Declared, Features
from risk.engine.tree import (
    All,
    AllItems,
    AnyItem,
    Count,
    CountItems,
    Expression,
    Leaf,
    Not,
    needs_item,
)
from risk.engine.tree import Any as AnyOf
from risk.engine.tree import leaves as all_leaves
from risk.names.screening import screen
from tests.risk.builders import RECEIVED_AT, context, document, item
from tests.risk.engine import test_agreement as drawn

pytestmark = pytest.mark.django_db

EXAMPLES = int(os.environ.get("AGREEMENT_EXAMPLES", "20"))
"""Random sets of trees and declarations; set it higher for a long run."""
LISTS = drawn.LISTS | {
    "dated": ReferenceList(
        "dated",
        "",
        [
            ListEntry(value="0803", valid_to=date(2026, 11, 20)),
            ListEntry(value="0901", valid_to=date(2026, 11, 19)),
            ListEntry(value="NL900000001", valid_from=date(2026, 11, 20)),
            ListEntry(value="power bank", valid_from=date(2026, 11, 21)),
            ListEntry(value="parts", valid_from=date(2026, 1, 1), valid_to=date(2026, 12, 31)),
            ListEntry(value="A"),
        ],
    )
}
FLAGS = st.lists(
    st.builds(
        Flag, kind=st.sampled_from(FlagKind), field=st.just("description"),
        chapters=st.sampled_from(((), ("61", "62", "63"), ("08", "07", "20"))),
    ),
    max_size=2,
).map(tuple)  # fmt: skip
FEATURES = st.builds(
    Features,
    declaration=st.dictionaries(
        st.sampled_from([field.name for field in HISTORY]),
        st.sampled_from((0, 1, 100, Decimal("99.999"))),
        max_size=6,
    ),
    items=st.dictionaries(
        st.integers(1, 2),
        st.dictionaries(
            st.sampled_from([field.name for field in HISTORY if field.of_item]),
            st.sampled_from((0, 2, 500)),
            min_size=1,
            max_size=3,
        ),
        max_size=2,
    ),
    flags=st.none() | st.dictionaries(st.integers(0, 2), FLAGS, max_size=3),
)
contexts = st.builds(
    Context,
    mrn=st.sampled_from(("26NL0003960000S012", "26NL0003960000S013")),
    received_at=st.sampled_from(
        (datetime(2026, 11, 20, 6, tzinfo=UTC), datetime(2026, 11, 20, 23, 59, 59, 999_999, UTC))
    ),
    analysis_ends_at=st.none() | st.just(datetime(2026, 11, 21, 5, 10, tzinfo=UTC)),
    previous=st.none() | drawn.documents(),
    features=FEATURES,
)
history_fields = st.sampled_from([field.name for field in HISTORY])
_dated = st.builds(
    Leaf, field=drawn.CODE_FIELDS | drawn.TEXT_FIELDS | drawn.LISTED_FIELDS,
    operator=st.just(Op.IN_LIST), list=st.just("dated"),
) | st.builds(
    Leaf, field=drawn.TEXT_FIELDS, operator=st.just(Op.CONTAINS_WORD), list=st.just("dated"),
) | st.builds(
    Leaf, field=drawn.LISTED_FIELDS, operator=st.just(Op.ONLY_IN_LIST), list=st.just("dated"),
)  # fmt: skip
_historic = st.builds(
    Leaf, field=history_fields, operator=st.sampled_from((Op.AT_LEAST, Op.BELOW, Op.EQUALS)),
    values=drawn.single(drawn.numbers),
) | st.builds(
    Leaf, field=st.just("versions.changed"), operator=st.just(Op.OVERLAPS),
    values=drawn.single(st.sampled_from(("CONSIGNEE", "GROSS MASS"))),
) | st.builds(
    Leaf, field=drawn.LISTED_FIELDS, operator=st.just(Op.OVERLAPS), other=drawn.LISTED_FIELDS,
) | st.builds(
    Leaf, field=drawn.TEXT_FIELDS, operator=st.just(Op.EQUALS_FIELD), other=drawn.TEXT_FIELDS,
)  # fmt: skip
_of_quality = st.builds(
    Leaf, field=st.just("quality.flags"), operator=st.just(Op.OVERLAPS),
    values=drawn.single(st.sampled_from(FlagKind)),
) | st.builds(
    Leaf, field=st.just("quality.likely_chapters"), operator=st.just(Op.OVERLAPS),
    other=st.just("equipment.container_chapters"),
) | st.builds(
    Leaf, field=st.just("quality.flag_count"), operator=st.sampled_from((Op.AT_LEAST, Op.EQUALS)),
    values=drawn.single(drawn.numbers),
) | st.builds(
    Leaf, field=st.sampled_from(("quality.flags", "quality.flag_count")),
    operator=st.sampled_from((Op.MISSING, Op.PRESENT)),
)  # fmt: skip
leaves = drawn.leaves | _dated | _historic | _of_quality
plain: st.SearchStrategy[Expression] = leaves | drawn.groups(leaves | drawn.groups(leaves))
quantified = st.one_of(
    st.builds(AnyItem, plain),
    st.builds(AllItems, plain),
    st.builds(CountItems, plain, st.sampled_from(Count), st.integers(0, 3)),
)
trees = plain | drawn.groups(leaves | quantified) | quantified
Spots = set[tuple[int, int]]


def stored(declared: list[tuple[Document, Context]]) -> list[Readings]:
    """Write the rows of the declarations, numbered from 1, and return their readings."""
    subjects = [
        analysed.Subjects(
            ens=number,
            ens_version=number,
            received_at=found.received_at,
            filer="",
            readings=Readings(Declared(one, found)),
        )
        for number, (one, found) in enumerate(declared, start=1)
    ]
    analysed.remove(range(1, 20))
    analysed.write(subjects, screen(subjects, at=RECEIVED_AT))
    analysed.write_history(subjects)
    return [entry.readings for entry in subjects]


def asked(tree: Expression) -> Spots:
    """Return version and place of what the database finds."""
    query = sql.hits(drawn.rule(1, tree, ()), LISTS)
    with connection.cursor() as cursor:
        cursor.execute(query.text.replace("{where}", ""), query.values)
        return set(cursor.fetchall())


def subjects(tree: Expression, readings: Readings) -> list[Reading]:
    return list(readings.items) if needs_item(tree, CATALOGUE) else [readings.header]


def unexplained(tree: Expression, reading: Reading) -> list[Bound]:
    """Return the reasons named that are no condition of the tree with the truth named."""
    resources = Resources(CATALOGUE, LISTS, b"")
    condition = Compiler(resources).condition(tree, salt="")
    truth = condition.test(reading)
    bound: list[Bound] = []
    condition.bind(reading, bound, truth=truth, decisive=True)
    assert sentence(Hit(rule="R", version=1, bound=tuple(bound)))
    tests = {_name(leaf): compile_leaf(leaf, resources).test for leaf in all_leaves(tree)}
    items = [*map(Reading, reading.subject.declared.subjects())]
    around = [reading, *items] if reading.subject.place or not items else items
    return [
        one
        for one in bound
        if one.field in CATALOGUE
        and all(tests[_named(one)](other) is one.negated for other in around)
    ]


def _named(bound: Bound) -> tuple[str, str, str, str]:
    return bound.field, bound.operator, bound.threshold, bound.other


def _name(leaf: Leaf) -> tuple[str, str, str, str]:
    return leaf.field, leaf.operator, ", ".join(leaf.values) or leaf.list, leaf.other


@settings(
    max_examples=EXAMPLES,
    deadline=None,
    phases=(Phase.explicit, Phase.generate),
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    st.lists(trees, min_size=4, max_size=10),
    st.lists(st.tuples(drawn.documents(), contexts), min_size=3, max_size=8),
)
def test_evaluation_the_database_and_explanation_agree(
    drawn_trees: list[Expression], declared: list[tuple[Document, Context]]
) -> None:
    everything = stored(declared)
    for tree in drawn_trees:
        condition = Compiler(Resources(CATALOGUE, LISTS, b"")).condition(tree, salt="")
        expected = {
            (number, reading.subject.place)
            for number, readings in enumerate(everything, start=1)
            for reading in subjects(tree, readings)
            if condition.test(reading)
        }
        assert asked(tree) == expected, tree
        for readings in everything:
            for reading in subjects(tree, readings):
                assert unexplained(tree, reading) == [], tree


BOUNDARY = [
    (Leaf("item.gross_mass", Op.ABOVE, ("100",)), Decimal("100.001"), Decimal(100)),
    (Leaf("item.gross_mass", Op.AT_LEAST, ("100.0",)), Decimal(100), Decimal("99.999")),
    (Leaf("item.gross_mass", Op.BELOW, ("100",)), Decimal("99.999"), Decimal(100)),
    (Leaf("item.gross_mass", Op.AT_MOST, ("100",)), Decimal("100.000"), Decimal("100.001")),
    (Leaf("item.gross_mass", Op.BETWEEN, ("1", "2")), Decimal(2), Decimal("2.001")),
    (Leaf("item.mass_per_package", Op.EQUALS, ("33.333333",)), Decimal(100), Decimal(99)),
]


@pytest.mark.parametrize(("leaf", "hit", "miss"), BOUNDARY)
def test_limits_are_the_same_in_the_database(leaf: Leaf, hit: Decimal, miss: Decimal) -> None:
    line = msgspec.structs.replace(item().packages[0], packages=3)
    goods = [item(1, gross_mass=mass, packages=(line,)) for mass in (hit, miss)]
    stored([(document((one,)), context()) for one in goods])
    assert asked(leaf) == {(1, 1)}


@pytest.mark.parametrize("missing", [None, "---"])
def test_what_is_missing_is_neither_equal_nor_different(missing: str | None) -> None:
    stored([(document((item(1, description=missing),)), context())])
    assert asked(Leaf("item.description", Op.EQUALS, ("tiles",))) == set()
    assert asked(Leaf("item.description", Op.NOT_EQUALS, ("tiles",))) == set()
    assert asked(Not(Leaf("item.description", Op.EQUALS, ("tiles",)))) == {(1, 1)}


def test_signs_of_patterns_stand_for_themselves() -> None:
    boxes = ("A%B", "AXB", "A_C", "A\\D")
    stored([(document((item(1, containers=(box,)),)), context()) for box in boxes])
    found = [asked(Leaf("equipment.containers", Op.STARTS_WITH, (box,))) for box in boxes]
    assert found == [{(1, 1)}, {(2, 1)}, {(3, 1)}, {(4, 1)}]


def test_random_selection_is_not_asked_of_the_database() -> None:
    leaf = Leaf("declaration.mrn", Op.SAMPLE, ("20",))
    assert not sql.is_searchable(All((leaf, AnyOf((leaf,)))))
    with pytest.raises(sql.NotSearchable):
        sql.hits(drawn.rule(1, leaf, ()), LISTS)


def test_the_scope_of_a_rule_is_part_of_the_query() -> None:
    stored([(document(transport_mode=mode), context()) for mode in ("1", "4")])
    rule = drawn.rule(1, Leaf("item.hs2", Op.EQUALS, ("69",)), ("4",))
    query = sql.hits(rule, LISTS)
    with connection.cursor() as cursor:
        cursor.execute(query.text.replace("{where}", ""), query.values)
        assert cursor.fetchall() == [(2, 1)]


def test_every_field_has_its_column() -> None:
    stored([(document(), context())])
    for field in CATALOGUE.values():
        missing = asked(Leaf(field.name, Op.MISSING))
        present = asked(Leaf(field.name, Op.PRESENT))
        assert len(missing) + len(present) == 1, field.name
