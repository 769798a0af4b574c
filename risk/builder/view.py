"""The outline of a draft as the builder shows it: rows and groups with what can be chosen."""

from collections.abc import Mapping, Sequence

import msgspec
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from risk.builder.form import joined_values, operands
from risk.builder.outline import WHOLE, Condition, Group, Join, Over, Part
from risk.builder.trial import Judged
from risk.engine.field import Level
from risk.engine.fields import CATALOGUE
from risk.engine.operators import OPERATORS, Operator

Choices = Sequence[tuple[str, str]]

COMPARISONS = {
    Operator.EQUALS: gettext_lazy("is"),
    Operator.NOT_EQUALS: gettext_lazy("is given and not"),
    Operator.IN_VALUES: gettext_lazy("is one of"),
    Operator.IN_LIST: gettext_lazy("is on list"),
    Operator.ONLY_IN_LIST: gettext_lazy("is only on list"),
    Operator.STARTS_WITH: gettext_lazy("starts with"),
    Operator.CONTAINS_WORD: gettext_lazy("contains word"),
    Operator.OVERLAPS: gettext_lazy("has one of"),
    Operator.BELOW: gettext_lazy("is below"),
    Operator.ABOVE: gettext_lazy("is above"),
    Operator.AT_LEAST: gettext_lazy("is at least"),
    Operator.AT_MOST: gettext_lazy("is at most"),
    Operator.BETWEEN: gettext_lazy("is between"),
    Operator.EQUALS_FIELD: gettext_lazy("equals field"),
    Operator.ABOVE_FIELD: gettext_lazy("is above field"),
    Operator.BELOW_FIELD: gettext_lazy("is below field"),
    Operator.RATIO_ABOVE: gettext_lazy("is more than so many times"),
    Operator.RATIO_BELOW: gettext_lazy("is less than so many times"),
    Operator.MISSING: gettext_lazy("is missing"),
    Operator.PRESENT: gettext_lazy("is given"),
    Operator.SAMPLE: gettext_lazy("is drawn at random, of 10,000"),
}
_LEVELS = {
    Level.HEADER: gettext_lazy("Declaration"),
    Level.PARTY: gettext_lazy("Parties"),
    Level.CONSIGNMENT: gettext_lazy("Consignment"),
    Level.ITEM: gettext_lazy("Goods item"),
    Level.EQUIPMENT: gettext_lazy("Equipment"),
    Level.ROUTING: gettext_lazy("Routing"),
    Level.TIMING: gettext_lazy("Timing"),
    Level.NAMES: gettext_lazy("Names"),
    Level.QUALITY: gettext_lazy("Data quality"),
}


class Shown(msgspec.Struct, frozen=True, kw_only=True):
    """A group or condition on the page; `number` is its place without the whole: `3.2`."""

    place: str
    number: str
    is_group: bool
    error: str = ""
    judged: Judged | None = None


class ConditionShown(Shown, frozen=True, kw_only=True):
    """A condition with what can be chosen and what was."""

    field: str
    operator: str
    operators: Choices
    values: str
    list: str
    other: str
    takes: frozenset[str]
    unit: str


class GroupShown(Shown, frozen=True, kw_only=True):
    """A group with its parts; `depth` is 1 for the whole."""

    join: str
    over: str
    limit: int
    depth: int
    parts: tuple[Shown, ...]


class BuilderChoices(msgspec.Struct, frozen=True, kw_only=True):
    """What every condition and group offers."""

    fields: Sequence[tuple[str, Choices]]
    joins: Choices
    overs: Choices
    lists: Choices


def choices(lists: Mapping[str, str]) -> BuilderChoices:
    """Return what can be chosen, with these reference lists (title by code)."""
    return BuilderChoices(
        fields=[(str(label), _fields_of(level)) for level, label in _levels().items()],
        joins=(
            (Join.ALL, _("ALL of these are true (and)")),
            (Join.ANY, _("ANY of these is true (or)")),
            (Join.NONE, _("NONE of these is true (not)")),
            (Join.NOT_ALL, _("NOT ALL of these are true")),
        ),
        overs=(
            (Over.SAME, _("together")),
            (Over.ANY_ITEM, _("on at least one goods item")),
            (Over.ALL_ITEMS, _("on every goods item")),
            (Over.AT_LEAST, _("on at least so many goods items")),
            (Over.AT_MOST, _("on at most so many goods items")),
        ),
        lists=sorted((code, title) for code, title in lists.items()),
    )


def _levels() -> dict[Level, str]:
    """Return the levels that have fields, in their order; one without a name keeps its own."""
    used = {field.level for field in CATALOGUE.values()}
    return {level: str(_LEVELS.get(level, level.value)) for level in Level if level in used}


def _fields_of(level: Level) -> Choices:
    return [
        (field.name, str(field.label)[:1].upper() + str(field.label)[1:])
        for field in CATALOGUE.values()
        if field.level is level
    ]


def shown(outline: Group, errors: Mapping[str, str], judged: Mapping[str, Judged]) -> GroupShown:
    """Return the outline for the page, with errors and the result of a trial by place."""
    found = _shown(outline, WHOLE, 1, errors, judged)
    assert isinstance(found, GroupShown)
    return found


def _shown(
    part: Part,
    place: str,
    depth: int,
    errors: Mapping[str, str],
    judged: Mapping[str, Judged],
) -> Shown:
    number, error = place.partition(".")[2], errors.get(place, "")
    if isinstance(part, Condition):
        return _condition(part, place, number, error, judged.get(place))
    return GroupShown(
        place=place,
        number=number,
        is_group=True,
        error=error,
        judged=judged.get(place),
        join=part.join,
        over=part.over,
        limit=part.limit,
        depth=depth,
        parts=tuple(
            _shown(each, f"{place}.{index}", depth + 1, errors, judged)
            for index, each in enumerate(part.items, start=1)
        ),
    )


def _condition(
    part: Condition, place: str, number: str, error: str, judged: Judged | None
) -> ConditionShown:
    field = CATALOGUE.get(part.field)
    fitting = [
        (operator, str(words))
        for operator, words in COMPARISONS.items()
        if field is None or field.type in OPERATORS[operator].types
    ]
    return ConditionShown(
        place=place,
        number=number,
        is_group=False,
        error=error,
        judged=judged,
        field=part.field,
        operator=part.operator,
        operators=fitting,
        values=joined_values(part.values),
        list=part.list,
        other=part.other,
        takes=operands(part.operator),
        unit=field.unit if field else "",
    )
