"""Replaying: an assessment is made again from what it was made from, and compared.

The rule versions of its rule set, the lists in the revisions it names, and the history that was
stored with it: whatever was published or loaded since does not matter.
"""

from collections.abc import Iterable

import msgspec
from django.conf import settings

from risk import listed, versions
from risk.engine.evaluate import CompiledRuleSet
from risk.engine.rules import Hit, decode
from risk.models import Assessment, RuleSetVersion
from risk.rule_sets import engine_lists, engine_rule, versions_held, versions_valid


class Replayed(msgspec.Struct, frozen=True, kw_only=True):
    """What an assessment found, and what its repetition finds."""

    assessment: int
    stored: tuple[Hit, ...]
    again: tuple[Hit, ...]

    @property
    def is_same(self) -> bool:
        """Whether every hit came again with the same values, in the same order, and no other."""
        return self.stored == self.again

    @property
    def lost(self) -> tuple[Hit, ...]:
        """Return the stored hits that did not come again."""
        return tuple(hit for hit in self.stored if hit not in self.again)

    @property
    def gained(self) -> tuple[Hit, ...]:
        """Return the hits that were not stored."""
        return tuple(hit for hit in self.again if hit not in self.stored)


def replay(assessments: Iterable[Assessment]) -> list[Replayed]:
    """Make the assessments again, those by rules; nothing is stored."""
    return [_replayed(found) for found in assessments if found.rule_set is not None]


def _replayed(assessment: Assessment) -> Replayed:
    assert assessment.rule_set is not None
    rules = _rules(assessment, assessment.rule_set)
    [subjects] = versions.load_as_of([assessment])
    listed.look_up([subjects], rules)
    return Replayed(
        assessment=assessment.pk,
        stored=tuple(_uncapped(hit) for hit in decode(msgspec.json.encode(assessment.hits))),
        again=tuple(rules.evaluate_readings(subjects.readings)),
    )


def _uncapped(hit: Hit) -> Hit:
    """Return the hit without its mark: how many came before it is no part of the declaration."""
    return msgspec.structs.replace(hit, capped=False)


def _rules(assessment: Assessment, rule_set: RuleSetVersion) -> CompiledRuleSet:
    held = versions_valid(versions_held(rule_set), assessment.made_at)
    rules = [engine_rule(version) for version in held]
    lists = engine_lists(rules, assessment.list_revisions)
    return CompiledRuleSet(rules, lists, settings.SAMPLING_KEY.encode())
