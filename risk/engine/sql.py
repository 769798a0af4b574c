"""A tree as SQL over what was analysed: for search and back-test, with the meaning of `evaluate`.

Every field is a column (`risk.models.analysed`). A missing value makes a condition null, which is
as good as false; NOT is compiled to `(x) IS NOT TRUE`, so that it is two-valued. Values are
parameters.
Random selection is not searchable: its key stays out of the database.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from risk.engine import tree as nodes
from risk.engine.field import FOUND_LATER, Field, FieldType, Level
from risk.engine.fields import CATALOGUE
from risk.engine.lists import AnyList, LongList, Membership
from risk.engine.names import joined
from risk.engine.operands import threshold
from risk.engine.operators import Operator
from risk.engine.rules import EngineRule
from risk.engine.tree import All, AllItems, AnyItem, Count, Expression, Leaf, Not
from risk.engine.tree import Any as AnyOf

Lists = Mapping[str, AnyList]


class Sql(NamedTuple):
    """A piece of SQL with `%s` for each of its values."""

    text: str
    values: tuple[Any, ...] = ()


class NotSearchable(ValueError):
    """The tree selects at random, which cannot be asked of the database."""


class Rows(NamedTuple):
    """The names under which the rows of declaration, goods item and their history stand.

    Where no value of the declaration is asked for, the row of the goods item stands for it.
    """

    declaration: str = "d"
    item: str = "i"
    item_history: str = "h"

    def column(self, field: Field) -> str:
        """Return the column of a field."""
        if field.level is Level.NAMES:
            return joined(field, self.item, self.day)
        name = field.name.replace(".", "_")
        if field.level in FOUND_LATER:
            return f"{self.item_history if field.of_item else 'dh'}.{name}"
        return f"{self.item if field.of_item else self.declaration}.{name}"

    @property
    def day(self) -> str:
        """Return the day of receipt."""
        return f"({self.declaration}.received_at AT TIME ZONE 'UTC')::date"

    def inner(self) -> "Rows":
        """Return the names below a quantifier."""
        return Rows(self.declaration, "qi", "qh")


class Query(NamedTuple):
    """A query for (ens_version, goods item place or 0) of each hit.

    `{where}` in its text is to be replaced by further conditions (` AND ...`) on the columns
    `ens`, `ens_version`, `received_at` and `current` of `rows`, or by nothing.
    """

    text: str
    values: tuple[Any, ...]
    rows: str


def is_searchable(tree: Expression) -> bool:
    """Tell whether the tree can be asked of the database."""
    return all(leaf.operator is not Operator.SAMPLE for leaf in nodes.leaves(tree))


def hits(rule: EngineRule, lists: Lists) -> Query:
    """Return the query for the hits of a validated rule; raises NotSearchable."""
    tree, scope = rule.expression, _scope(rule)
    of_item = nodes.needs_item(tree, CATALOGUE)
    rows = Rows() if scope.values or not of_item or _reads_declaration(tree) else Rows("i")
    condition = _node(tree, lists, rows)
    text = (
        f"SELECT {rows.declaration}.ens_version, {'i.number' if of_item else '0'}"  # noqa: S608 names of our own, values are parameters
        f" FROM {_tables(tree, rows, of_item=of_item)}"
        f" WHERE {scope.text}({condition.text}){{where}}"
    )
    return Query(text, scope.values + condition.values, rows.declaration)


def _reads_declaration(tree: Expression) -> bool:
    return any(
        not field.of_item and field.level not in FOUND_LATER
        for leaf in nodes.leaves(tree)
        for field in _fields_of(leaf)
    )


def _tables(tree: Expression, rows: Rows, *, of_item: bool) -> str:
    text = "risk_analyseddeclaration d" if rows.declaration == "d" else "risk_analyseditem i"
    if of_item and rows.declaration == "d":
        text += " JOIN risk_analyseditem i ON i.ens_version = d.ens_version"
    if any(_has_history(leaf, of_item=True) for leaf in _outer(tree)):
        text += (
            " LEFT JOIN risk_analysedhistory h"
            " ON h.ens_version = i.ens_version AND h.number = i.number"
        )
    if any(_has_history(leaf, of_item=False) for leaf in nodes.leaves(tree)):
        text += (
            " LEFT JOIN risk_analysedhistory dh"
            f" ON dh.ens_version = {rows.declaration}.ens_version AND dh.number = 0"
        )
    return text


def _outer(node: Expression) -> Iterator[Leaf]:
    """Yield the leaves that are not below a quantifier."""
    if isinstance(node, Leaf):
        yield node
    elif not isinstance(node, nodes.Quantifier):
        for part in nodes.parts(node):
            yield from _outer(part)


def _has_history(leaf: Leaf, *, of_item: bool) -> bool:
    return any(
        field.level in FOUND_LATER and field.of_item is of_item for field in _fields_of(leaf)
    )


def _fields_of(leaf: Leaf) -> list[Field]:
    return [CATALOGUE[name] for name in (leaf.field, leaf.other) if name]


def _scope(rule: EngineRule) -> Sql:
    limits = (
        ("declaration_mode", rule.modes),
        ("declaration_office_of_first_entry", rule.offices),
        ("declaration_type", rule.filing_types),
    )
    used = [(column, list(values)) for column, values in limits if values]
    text = "".join(f"d.{column} = ANY(%s) AND " for column, _values in used)
    return Sql(text, tuple(values for _column, values in used))


def _node(node: Expression, lists: Lists, rows: Rows) -> Sql:
    if isinstance(node, Leaf):
        return _leaf(node, lists, rows)
    if isinstance(node, Not):
        inner = _node(node.item, lists, rows)
        return Sql(f"(({inner.text}) IS NOT TRUE)", inner.values)
    if isinstance(node, All | AnyOf):
        joint = " AND " if isinstance(node, All) else " OR "
        return _joined((_node(part, lists, rows) for part in node.items), joint)
    return _quantified(node, _node(node.condition, lists, rows.inner()), rows)


def _joined(parts: Iterable[Sql], joint: str) -> Sql:
    found = list(parts)
    text = joint.join(part.text for part in found)
    return Sql(f"({text})", tuple(value for part in found for value in part.values))


def _quantified(node: nodes.Quantifier, inner: Sql, rows: Rows) -> Sql:
    of_items = (
        "FROM risk_analyseditem qi LEFT JOIN risk_analysedhistory qh"
        " ON qh.ens_version = qi.ens_version AND qh.number = qi.number"
        f" WHERE qi.ens_version = {rows.declaration}.ens_version AND"
    )
    if isinstance(node, AnyItem):
        return Sql(f"EXISTS (SELECT {of_items} {inner.text})", inner.values)
    if isinstance(node, AllItems):
        return Sql(f"NOT EXISTS (SELECT {of_items} ({inner.text}) IS NOT TRUE)", inner.values)
    compare = ">=" if node.operator is Count.AT_LEAST else "<="
    counted = f"(SELECT count(*) {of_items} {inner.text}) {compare} %s"
    return Sql(counted, (*inner.values, node.limit))


def _leaf(leaf: Leaf, lists: Lists, rows: Rows) -> Sql:
    field = CATALOGUE[leaf.field]
    if leaf.operator in _COMPARED:
        return _compared(leaf, field, rows)
    return _BUILDERS[leaf.operator](leaf, lists, rows)


def _value(field: Field, rows: Rows) -> str:
    """Return the value as compared; of a text without any word that is nothing."""
    name = rows.column(field)
    return f"NULLIF({name}, '')" if field.type is FieldType.TEXT else name


def _thresholds(leaf: Leaf) -> tuple[Any, ...]:
    return tuple(threshold(value, CATALOGUE[leaf.field].type) for value in leaf.values)


_COMPARED: Mapping[Operator, str] = {
    Operator.EQUALS: "=",
    Operator.NOT_EQUALS: "<>",
    Operator.BELOW: "<",
    Operator.ABOVE: ">",
    Operator.AT_LEAST: ">=",
    Operator.AT_MOST: "<=",
}


def _compared(leaf: Leaf, field: Field, rows: Rows) -> Sql:
    column = rows.column(field) if leaf.operator is Operator.EQUALS else _value(field, rows)
    return Sql(f"{column} {_COMPARED[leaf.operator]} %s", _thresholds(leaf))


def _between(leaf: Leaf, lists: Lists, rows: Rows) -> Sql:
    return Sql(f"{rows.column(CATALOGUE[leaf.field])} BETWEEN %s AND %s", _thresholds(leaf))


def _given(leaf: Leaf, lists: Lists, rows: Rows) -> Sql:
    word = "NULL" if leaf.operator is Operator.MISSING else "NOT NULL"
    return Sql(f"{rows.column(CATALOGUE[leaf.field])} IS {word}")


def _in_values(leaf: Leaf, lists: Lists, rows: Rows) -> Sql:
    return Sql(f"{rows.column(CATALOGUE[leaf.field])} = ANY(%s)", (list(_thresholds(leaf)),))


def _starts_with(leaf: Leaf, lists: Lists, rows: Rows) -> Sql:
    field = CATALOGUE[leaf.field]
    patterns = [_like(prefix) + "%" for prefix in _thresholds(leaf)]
    column = rows.column(field)
    if field.type is FieldType.CODES:
        return Sql(f"EXISTS (SELECT FROM unnest({column}) v WHERE v LIKE ANY(%s))", (patterns,))
    return _joined((Sql(f"{column} LIKE %s", (pattern,)) for pattern in patterns), " OR ")


def _like(text: str) -> str:
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def _overlaps(leaf: Leaf, lists: Lists, rows: Rows) -> Sql:
    column = rows.column(CATALOGUE[leaf.field])
    if leaf.other:
        return Sql(f"{column} && {rows.column(CATALOGUE[leaf.other])}")
    return Sql(f"{column} && %s::text[]", (list(_thresholds(leaf)),))


def _fields(leaf: Leaf, lists: Lists, rows: Rows) -> Sql:
    sign = {Operator.EQUALS_FIELD: "=", Operator.ABOVE_FIELD: ">"}.get(leaf.operator, "<")
    return Sql(
        f"{_value(CATALOGUE[leaf.field], rows)} {sign} {_value(CATALOGUE[leaf.other], rows)}"
    )


def _ratio(leaf: Leaf, lists: Lists, rows: Rows) -> Sql:
    sign = ">" if leaf.operator is Operator.RATIO_ABOVE else "<"
    value, divisor = (rows.column(CATALOGUE[name]) for name in (leaf.field, leaf.other))
    return Sql(f"({divisor} > 0 AND {value} {sign} %s * {divisor})", _thresholds(leaf))


def _sample(leaf: Leaf, lists: Lists, rows: Rows) -> Sql:
    raise NotSearchable(leaf.field)


def _in_list(leaf: Leaf, lists: Lists, rows: Rows) -> Sql:
    field = CATALOGUE[leaf.field]
    column, found = rows.column(field), lists[leaf.list]
    if field.type is not FieldType.CODES:
        return _member(column, found, field, rows)
    if not isinstance(found, LongList) and not found.codes.dated:
        return Sql(f"{column} && %s::text[]", (sorted(found.codes.always),))
    member = _member("v", found, field, rows)
    return Sql(f"EXISTS (SELECT FROM unnest({column}) v WHERE {member.text})", member.values)


def _only_in_list(leaf: Leaf, lists: Lists, rows: Rows) -> Sql:
    field = CATALOGUE[leaf.field]
    column, member = rows.column(field), _member("v", lists[leaf.list], field, rows)
    text = (
        f"({column} IS NOT NULL AND NOT EXISTS"
        f" (SELECT FROM unnest({column}) v WHERE ({member.text}) IS NOT TRUE))"
    )
    return Sql(text, member.values)


def _member(value: str, found: AnyList, field: Field, rows: Rows) -> Sql:
    """Return that the value is on the list on the day of receipt."""
    of_text = field.type is FieldType.TEXT
    if isinstance(found, LongList):
        return _stored_member(value, found, "as_text" if of_text else "as_code", rows)
    members = found.phrases if of_text else found.codes
    always = Sql(f"{value} = ANY(%s)", (sorted(members.always),))
    return _joined((always, *_dated(members, f"{value} = %s", rows)), " OR ")


def _dated(members: Membership, test: str, rows: Rows) -> Iterator[Sql]:
    """Yield for each entry with a validity that the test holds for it on the day."""
    for value, entries in sorted(members.dated.items()):
        for entry in entries:
            limits = (
                (f" AND {rows.day} >= %s", entry.valid_from),
                (f" AND {rows.day} <= %s", entry.valid_to),
            )
            used = [(text, limit) for text, limit in limits if limit is not None]
            text = test + "".join(text for text, _limit in used)
            yield Sql(f"({text})", (value, *(limit for _text, limit in used)))


def _stored_member(value: str, found: LongList, column: str, rows: Rows) -> Sql:
    text = (
        "EXISTS (SELECT FROM risk_referencelistentry e WHERE e.list_id = %s"
        f" AND e.{column} = {value} AND e.added_in <= %s"
        f" AND (e.removed_in IS NULL OR e.removed_in > %s) AND e.valid_from <= {rows.day}"
        f" AND (e.valid_to IS NULL OR e.valid_to >= {rows.day}))"
    )
    return Sql(text, (found.key, found.revision, found.revision))


def _contains_word(leaf: Leaf, lists: Lists, rows: Rows) -> Sql:
    column = rows.column(CATALOGUE[leaf.field])
    found = lists[leaf.list] if leaf.list else None
    if isinstance(found, LongList):
        raise TypeError("a list whose words are looked for is held in memory")
    always = found.phrases.always if found else frozenset(_thresholds(leaf))
    single = sorted(phrase for phrase in always if " " not in phrase)
    several = [f"% {_like(phrase)} %" for phrase in sorted(always) if " " in phrase]
    parts = [Sql(f"string_to_array({column}, ' ') && %s::text[]", (single,))]
    if several:
        parts.append(Sql(f"(' ' || {column} || ' ') LIKE ANY(%s)", (several,)))
    if found:
        test = f"strpos(' ' || {column} || ' ', ' ' || %s || ' ') > 0"
        parts += _dated(found.phrases, test, rows)
    return _joined(parts, " OR ")


_BUILDERS: Mapping[Operator, Callable[[Leaf, Lists, Rows], Sql]] = {
    Operator.IN_VALUES: _in_values,
    Operator.IN_LIST: _in_list,
    Operator.ONLY_IN_LIST: _only_in_list,
    Operator.STARTS_WITH: _starts_with,
    Operator.CONTAINS_WORD: _contains_word,
    Operator.OVERLAPS: _overlaps,
    Operator.BETWEEN: _between,
    Operator.EQUALS_FIELD: _fields,
    Operator.ABOVE_FIELD: _fields,
    Operator.BELOW_FIELD: _fields,
    Operator.RATIO_ABOVE: _ratio,
    Operator.RATIO_BELOW: _ratio,
    Operator.MISSING: _given,
    Operator.PRESENT: _given,
    Operator.SAMPLE: _sample,
}
