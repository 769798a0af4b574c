"""What is wrong with an outline, at which place; and what of it can already be told in words."""

from collections.abc import Collection

import msgspec
from django.utils.translation import gettext as _

from customs_portal.findings import Finding
from risk.builder.outline import Condition, Group, Part, is_complete, parts, tree
from risk.engine.explain import Titles, in_words
from risk.engine.fields import CATALOGUE
from risk.engine.tree import validate


def problems(outline: Group, lists: Collection[str]) -> list[Finding]:
    """Return the findings, each located at a place of the outline; empty for a sound one."""
    incomplete = [
        Finding(code="incomplete", location=place, text=_incomplete(part))
        for place, part in parts(outline)
        if isinstance(part, Condition) and not is_complete(part)
    ]
    if incomplete:
        return incomplete
    composed = tree(outline)
    return [
        msgspec.structs.replace(found, location=composed.place(found.location), text=_told(found))
        for found in validate(composed.expression, CATALOGUE, lists)
    ]


def _incomplete(condition: Condition) -> str:
    return _("Choose a comparison.") if condition.field else _("Choose a field.")


def _told(finding: Finding) -> str:
    return f"{_(finding.text)} ({finding.value})" if finding.value else _(finding.text)


def told(outline: Group, titles: Titles, lists: Collection[str]) -> str:
    """Return the sound part of the outline as a sentence; empty where nothing is sound yet."""
    sound = _sound(outline, lists)
    return in_words(tree(sound).expression, titles) if sound else ""


def _sound(part: Part, lists: Collection[str]) -> Part | None:
    if isinstance(part, Condition):
        whole = is_complete(part) and not validate(tree(part).expression, CATALOGUE, lists)
        return part if whole else None
    kept = tuple(sound for each in part.items if (sound := _sound(each, lists)) is not None)
    return msgspec.structs.replace(part, items=kept) if kept else None
