"""Changing an outline part by part, as the buttons of the builder do."""

from collections.abc import Callable

import msgspec

from risk.builder.outline import WHOLE, Condition, Group, Part

MOST_PARTS = 200
"""A form with more parts than this is not read."""

Items = tuple[Part, ...]


def add_condition(outline: Group, place: str) -> Group:
    """Return the outline with an empty condition at the end of the group there."""
    return _at_group(outline, place, lambda group: _extended(group, Condition()))


def add_group(outline: Group, place: str) -> Group:
    """Return the outline with a group of one empty condition at the end of the group there."""
    return _at_group(outline, place, lambda group: _extended(group, Group(items=(Condition(),))))


def remove(outline: Group, place: str) -> Group:
    """Return the outline without the part there; the whole itself stays."""
    return _among(outline, place, lambda items, index: (*items[:index], *items[index + 1 :]))


def move_up(outline: Group, place: str) -> Group:
    """Return the outline with the part there one place earlier among its neighbours."""
    return _among(outline, place, lambda items, index: _swapped(items, index - 1))


def move_down(outline: Group, place: str) -> Group:
    """Return the outline with the part there one place later among its neighbours."""
    return _among(outline, place, _swapped)


def replace(outline: Group, place: str, part: Part) -> Group:
    """Return the outline with another part there."""
    return _among(outline, place, lambda items, index: (*items[:index], part, *items[index + 1 :]))


def find(outline: Group, place: str) -> Part | None:
    """Return the part there, None where there is none."""
    part: Part = outline
    for index in _steps(place):
        if not isinstance(part, Group) or not 0 <= index < len(part.items):
            return None
        part = part.items[index]
    return part if place.split(".", maxsplit=1)[0] == WHOLE else None


def _steps(place: str) -> list[int]:
    numbers = place.split(".")
    return [int(number) - 1 if number.isdecimal() else -1 for number in numbers[1:]]


def _extended(group: Group, part: Part) -> Group:
    return msgspec.structs.replace(group, items=(*group.items, part))


def _swapped(items: Items, index: int) -> Items:
    """Return the items with the one at the index and the next exchanged, where both are."""
    if not 0 <= index < len(items) - 1:
        return items
    first, second = items[index], items[index + 1]
    return (*items[:index], second, first, *items[index + 2 :])


def _at_group(outline: Group, place: str, change: Callable[[Group], Group]) -> Group:
    found = find(outline, place)
    if not isinstance(found, Group):
        return outline
    return change(outline) if place == WHOLE else replace(outline, place, change(found))


def _among(outline: Group, place: str, change: Callable[[Items, int], Items]) -> Group:
    if place == WHOLE or find(outline, place) is None:
        return outline
    return _descended(outline, _steps(place), change)


def _descended(group: Group, steps: list[int], change: Callable[[Items, int], Items]) -> Group:
    index, *rest = steps
    if not rest:
        return msgspec.structs.replace(group, items=change(group.items, index))
    inner = group.items[index]
    assert isinstance(inner, Group)
    below = _descended(inner, rest, change)
    items = (*group.items[:index], below, *group.items[index + 1 :])
    return msgspec.structs.replace(group, items=items)
