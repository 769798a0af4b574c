"""The same rules in the languages of two other engines, for the ratio of one run.

Each is given its best form: one expression that is an array of all rules (for CEL several, since
it refuses long texts), compiled once, and the values of each goods item read beforehand and not
counted.
They run every rule on every item. Installed apart from the portal:

    python -m venv DIRECTORY && DIRECTORY/bin/pip install zen-engine cel-expr-python
    BENCHMARK_PACKAGES=DIRECTORY/lib/python3.11/site-packages make bench NAME=rules
"""

import json
import os
import site
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from declarations.document import Document
from risk.engine.fields import CATALOGUE
from risk.engine.lists import AnyList, ReferenceList
from risk.engine.operators import Operator as Op
from risk.engine.readings import Readings
from risk.engine.rules import EngineRule
from risk.engine.subject import Context, Declared
from risk.engine.tree import All, Expression, Leaf, Not, leaves
from risk.engine.tree import Any as AnyOf

Values = dict[str, Any]
Run = Callable[[Sequence[Values]], set[str]]
LONGEST = 90_000
"""Signs of an expression that CEL takes."""


def find() -> bool:
    """Make the packages that are installed apart importable; False where there are none."""
    directory = os.environ.get("BENCHMARK_PACKAGES", "")
    if directory:
        site.addsitedir(directory)
    return bool(directory)


def values_of(document: Document, context: Context, names: Iterable[str]) -> list[Values]:
    """Return the values of each goods item under names that both languages take."""
    wanted = sorted(names)
    readings = Readings(Declared(document, context)).items
    return [{_name(name): _plain(reading[name]) for name in wanted} for reading in readings]


def names_of(rules: Iterable[EngineRule]) -> set[str]:
    """Return the names of all values that the rules read; of texts the words."""
    return {
        f"{leaf.field}#words" if leaf.operator is Op.CONTAINS_WORD else leaf.field
        for rule in rules
        for leaf in leaves(rule.expression)
    }


def _name(name: str) -> str:
    return name.replace(".", "_").replace("#", "_")


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        return float(value)
    return list(value) if isinstance(value, tuple | frozenset) else value


class Language:
    """How conditions are written."""

    def __init__(self, overlap: str, absent: str, negation: str) -> None:
        self._overlap, self._absent, self._negation = overlap, absent, negation

    def write(self, node: Expression, lists: Mapping[str, AnyList]) -> str:
        """Return the text of a tree."""
        if isinstance(node, Leaf):
            return self._leaf(node, lists)
        if isinstance(node, Not):
            return self._negation.format(self.write(node.item, lists))
        if isinstance(node, All | AnyOf):
            joint = self._and if isinstance(node, All) else self._or
            return "(" + joint.join(self.write(part, lists) for part in node.items) + ")"
        raise TypeError("the benchmark has no rules that look at all goods items")

    _and, _or = " and ", " or "

    def _leaf(self, leaf: Leaf, lists: Mapping[str, AnyList]) -> str:
        worded = leaf.operator is Op.CONTAINS_WORD
        name = _name(f"{leaf.field}#words" if worded else leaf.field)
        if leaf.operator is Op.MISSING:
            return f"{name} == null"
        return f"({name} != null{self._and}{self._given(name, leaf, _wanted(leaf, lists))})"

    def _given(self, name: str, leaf: Leaf, wanted: list[str]) -> str:
        among = json.dumps(wanted)
        several = CATALOGUE[leaf.field].type == "codes" or leaf.operator is Op.CONTAINS_WORD
        if leaf.operator is Op.PRESENT:
            return "true"
        if leaf.operator is Op.ABOVE:
            return f"{name} > {float(leaf.values[0])}"
        if leaf.operator is Op.BETWEEN:
            low, high = map(float, leaf.values)
            return f"{name} >= {low}{self._and}{name} <= {high}"
        if leaf.operator is Op.STARTS_WITH:
            starts = (self._absent.format(name, json.dumps(prefix)) for prefix in wanted)
            return f"({self._or.join(starts)})"
        return self._overlap.format(name, among) if several else f"{name} in {among}"


class _Cel(Language):
    _and, _or = " && ", " || "


ZEN = Language("some({0}, # in {1})", "startsWith({0}, {1})", "not({0})")
CEL = _Cel("{0}.exists(v, v in {1})", "{0}.startsWith({1})", "!({0})")


def _wanted(leaf: Leaf, lists: Mapping[str, AnyList]) -> list[str]:
    if not leaf.list:
        return list(leaf.values)
    found = lists[leaf.list]
    assert isinstance(found, ReferenceList)
    return sorted(found.codes.values)


def zen(rules: Sequence[EngineRule], lists: Mapping[str, AnyList]) -> Run:
    """Return the rules as one expression of zen-engine; raises ImportError."""
    from zen import compile_expression  # type: ignore[import-not-found]  # installed apart

    texts = ", ".join(ZEN.write(rule.expression, lists) for rule in rules)
    compiled = compile_expression(f"[{texts}]")
    return lambda items: _codes(rules, (compiled.evaluate(values) for values in items))


def cel(rules: Sequence[EngineRule], lists: Mapping[str, AnyList]) -> Run:
    """Return the rules as expressions of cel-expr-python; raises ImportError."""
    from cel_expr_python import cel as engine  # type: ignore[import-not-found]  # installed apart

    variables = {_name(name): engine.Type.DYN for name in names_of(rules)}
    environment = engine.NewEnv(variables=variables)
    texts = [CEL.write(rule.expression, lists) for rule in rules]
    compiled = [environment.compile(f"[{', '.join(part)}]") for part in _portions(texts)]

    def run(items: Sequence[Values]) -> set[str]:
        found = (
            [truth for one in compiled for truth in one.eval(data=values).plain_value()]
            for values in items
        )
        return _codes(rules, found)

    return run


def _portions(texts: Iterable[str]) -> Iterator[list[str]]:
    portion: list[str] = []
    for text in texts:
        if portion and sum(map(len, portion)) + len(text) > LONGEST:
            yield portion
            portion = []
        portion.append(text)
    yield portion


def _codes(rules: Sequence[EngineRule], truths: Iterable[Sequence[bool]]) -> set[str]:
    return {
        rule.code for found in truths for rule, truth in zip(rules, found, strict=True) if truth
    }
