"""The difference between two states of a rule, in words."""

from collections.abc import Iterator
from difflib import SequenceMatcher

import msgspec
from django.utils.translation import gettext as _

from risk.builder.checking import told
from risk.builder.outline import read
from risk.engine.explain import Titles, in_words
from risk.models import RuleDraft, RuleVersion
from risk.models.content import CONTENT_FIELDS, RuleContent
from risk.rule_sets import engine_rule

UNQUOTED = "secret_reason"


class Piece(msgspec.Struct, frozen=True):
    """A run of words: `same`, `gone` or `new`."""

    kind: str
    text: str


class Difference(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that is said otherwise: what it is, before and after, and word for word."""

    label: str
    before: str
    after: str
    pieces: tuple[Piece, ...]


def differences(
    before: RuleVersion | RuleDraft | None,
    after: RuleVersion | RuleDraft,
    titles: Titles,
    lists: set[str],
) -> list[Difference]:
    """Return what the later state says otherwise; the condition comes first.

    The secret reason is told of as changed only, never quoted.
    """
    found = [(_("Condition"), _condition(before, titles, lists), _condition(after, titles, lists))]
    found += list(_fields(before, after))
    return [
        Difference(label=label, before=old, after=new, pieces=tuple(pieces(old, new)))
        for label, old, new in found
        if old != new
    ]


def _condition(state: RuleVersion | RuleDraft | None, titles: Titles, lists: set[str]) -> str:
    if state is None:
        return ""
    if isinstance(state, RuleVersion):
        return in_words(engine_rule(state).expression, titles)
    return told(read(state.outline), titles, lists)


def _fields(before: RuleContent | None, after: RuleContent) -> Iterator[tuple[str, str, str]]:
    for name in CONTENT_FIELDS:
        label = str(RuleDraft._meta.get_field(name).verbose_name)  # type: ignore[union-attr]  # no relation from elsewhere
        old, new = _text(before, name), _text(after, name)
        if name == UNQUOTED and old != new:
            old, new = (_("as before") if old else ""), (_("changed") if new else _("removed"))
        yield label[:1].upper() + label[1:], old, new


def _text(state: RuleContent | None, name: str) -> str:
    if state is None:
        return ""
    display = getattr(state, f"get_{name}_display", None)
    value = display() if display else getattr(state, name)
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, list):
        return ", ".join(value) or _("all")
    return "" if value is None else str(value)


def pieces(before: str, after: str) -> Iterator[Piece]:
    """Yield the runs of words that stayed, went and came, in reading order."""
    old, new = before.split(), after.split()
    for verb, left, right, first, last in SequenceMatcher(a=old, b=new).get_opcodes():
        if verb == "equal":
            yield Piece("same", " ".join(old[left:right]))
            continue
        if left < right:
            yield Piece("gone", " ".join(old[left:right]))
        if first < last:
            yield Piece("new", " ".join(new[first:last]))
