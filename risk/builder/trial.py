"""Trying an outline on one declaration: each part true or false, with the value found."""

from collections.abc import Iterable, Mapping, Sequence

import msgspec
from django.conf import settings

from risk import listed
from risk.analysed import Subjects
from risk.builder.outline import WHOLE, Condition, Group, Part, is_complete, parts, tree
from risk.engine.conditions import Compiler
from risk.engine.evaluate import CompiledRuleSet
from risk.engine.fields import CATALOGUE
from risk.engine.lists import AnyList
from risk.engine.outcomes import Outcome, Severity
from risk.engine.readings import Reading
from risk.engine.resources import Resources
from risk.engine.rules import EngineRule, as_text
from risk.engine.tree import Expression, needs_item, validate
from risk.models import ReferenceList
from risk.rule_sets import engine_lists


class Judged(msgspec.Struct, frozen=True, kw_only=True):
    """Whether a part is true, and the value that a condition saw; empty where it saw none."""

    truth: bool
    seen: str = ""


class Trial(msgspec.Struct, frozen=True, kw_only=True):
    """What came of it: the parts by place, and the goods item (0: none) that they are told of."""

    hits: bool
    true: int
    conditions: int
    item: int
    judged: dict[str, Judged]


def tried(outline: Group, subjects: Subjects, *, code: str) -> Trial | None:
    """Return the trial on a version of an ENS; None while no part of the outline is sound.

    A rule on goods items is told of the item on which most conditions are true. Scope is left out.
    """
    sound = dict(_sound_parts(outline))
    if not sound:
        return None
    lists = engine_lists([_rule(expression, code) for expression in sound.values()])
    _look_up(sound.values(), subjects, lists, code)
    compiler = Compiler(Resources(CATALOGUE, lists, settings.SAMPLING_KEY.encode()))
    of_item = any(needs_item(each, CATALOGUE) for each in sound.values())
    readings = list(subjects.readings.items) if of_item else [subjects.readings.header]
    tests = {place: compiler.condition(each, salt=code).test for place, each in sound.items()}
    told = [
        (reading, {place: test(reading) for place, test in tests.items()}) for reading in readings
    ]
    return _told(outline, told)


def _told(outline: Group, told: Sequence[tuple[Reading, dict[str, bool]]]) -> Trial:
    reading, truths = max(told, key=lambda one: (one[1].get(WHOLE, False), sum(one[1].values())))
    leaves = [place for place, part in parts(outline) if isinstance(part, Condition)]
    return Trial(
        hits=any(each.get(WHOLE, False) for _reading, each in told),
        true=sum(truths.get(place, False) for place in leaves),
        conditions=len(leaves),
        item=reading.subject.item.number if reading.subject.item else 0,
        judged={
            place: Judged(truth=truth, seen=_seen(outline, place, reading))
            for place, truth in truths.items()
        },
    )


def _rule(expression: Expression, code: str) -> EngineRule:
    """Return the expression as a rule, for what takes rules only."""
    return EngineRule(
        code=code,
        version=0,
        title="",
        family="",
        expression=expression,
        outcome=Outcome.OBSERVE,
        severity=Severity.LOW,
        score=0,
    )


def _look_up(
    sound: Iterable[Expression], subjects: Subjects, lists: Mapping[str, AnyList], code: str
) -> None:
    """Look the values up in the lists that are too long for memory."""
    numbered = enumerate(sound)
    rules = [_rule(expression, f"{code}.{number}") for number, expression in numbered]
    compiled = CompiledRuleSet(rules, lists, sampling_key=settings.SAMPLING_KEY.encode())
    listed.look_up([subjects], compiled)


def _sound_parts(outline: Group) -> list[tuple[str, Expression]]:
    """Return the parts that can be judged by themselves, with their place."""
    known = set(ReferenceList.objects.values_list("code", flat=True))
    found = []
    for place, part in parts(outline):
        if all(is_complete(each) for _place, each in parts(part) if isinstance(each, Condition)):
            expression = tree(part).expression
            if not validate(expression, CATALOGUE, known):
                found.append((place, expression))
    return found


def _seen(outline: Group, place: str, reading: Reading) -> str:
    part: Part | None = dict(parts(outline)).get(place)
    if not isinstance(part, Condition):
        return ""
    field = CATALOGUE[part.field]
    if field.of_item and reading.subject.item is None:
        return ""
    text = as_text(reading[part.field])
    return f"{text} {field.unit}" if text and field.unit else text
