"""Risky declarations hit their rule and nothing else; twins and plain ones hit nothing."""

from datetime import UTC, datetime
from functools import cache

import pytest

from customs_portal.demo import stories
from customs_portal.demo.risks import RISKS, Risk
from customs_portal.demo.traffic import Sample, near_miss, risky, sample, traffic
from messaging.formats import registry
from risk.engine.evaluate import CompiledRuleSet
from risk.engine.lists import ReferenceList
from risk.engine.loading import load_lists, load_rules
from risk.engine.subject import Context
from tests.risk.engine.test_history_rules import CASES as BY_HISTORY
from tests.risk.names.offline import screened

AT = datetime(2026, 11, 22, 12, 3, 7, tzinfo=UTC)


@cache
def rules() -> CompiledRuleSet:
    """Return the rules of the demo without those that pick by chance."""
    chosen = [rule for rule in load_rules() if rule.family != "random"]
    assert len(chosen) == 38
    return CompiledRuleSet(chosen, load_lists(), sampling_key=b"test")


@cache
def lists() -> dict[str, ReferenceList]:
    return load_lists()


def hits_of(message: Sample) -> set[str]:
    document = registry.read(message.xml).document
    assert document is not None, message.label
    context = screened(document, Context(mrn="26NL0003960000S012", received_at=AT), lists())
    return {hit.rule for hit in rules().evaluate(document, context)}


def test_there_is_a_risk_for_each_rule() -> None:
    by_content = {rule.rule.code for rule in rules().rules} - {one.rule for one in BY_HISTORY}
    assert sorted(risk.rule for risk in RISKS) == sorted(by_content)


@pytest.mark.parametrize("risk", RISKS, ids=lambda risk: risk.rule)
def test_risky_one_hits_its_rule_alone_and_its_twin_nothing(risk: Risk) -> None:
    for country in ("NL", "BE"):
        for index in range(0, 24, 2):
            message = risky(risk, seed=1, index=index, at=AT, country=country)
            twin = near_miss(risk, seed=1, index=index + 1, at=AT, country=country)
            assert hits_of(message) == message.hits == {risk.rule}, index
            assert hits_of(twin) == twin.hits == set(), index


def test_twin_differs_in_little() -> None:
    for risk in RISKS:
        message = risky(risk, seed=1, index=6, at=AT, country="NL")
        twin = near_miss(risk, seed=1, index=7, at=AT, country="NL")
        lines = [each.xml.decode().splitlines() for each in (message, twin)]
        only = [set(lines[0]) - set(lines[1]), set(lines[1]) - set(lines[0])]
        assert max(map(len, only)) <= 5, risk.rule


@pytest.mark.parametrize("country", ["NL", "BE", "DE", "FR", "PL"])
def test_plain_declarations_hit_nothing(country: str) -> None:
    for message in traffic(seed=6, count=400, at=AT, country=country):
        if message.label == "plain":
            assert hits_of(message) == set(), message.index


def test_stream_carries_the_same_labels() -> None:
    message = sample(seed=1, index=5, at=AT, country="NL")
    assert (message.label, message.rule) == ("hits KNE-01", "KNE-01")
    assert hits_of(message) == {"KNE-01"}


def test_story_1_hits_cover_cargo_and_its_twin_nothing() -> None:
    assert hits_of(stories.changed_seal(at=AT)) == {"CNT-01"}
    assert hits_of(stories.twin_of_changed_seal(at=AT)) == set()
