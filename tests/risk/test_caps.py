"""Limits of hits: above them a hit is marked and told, and never hidden."""

from datetime import UTC, datetime, timedelta

import msgspec
import pytest

from customs_portal.events.models import Event
from declarations.models import Ens, EnsVersion
from risk import rule_sets
from risk.engine.evaluate import CompiledRuleSet, UnsoundRule
from risk.engine.loading import load_lists, load_rules
from risk.engine.outcomes import Outcome
from risk.engine.rules import Hit, decode
from risk.models import Assessment, Case, RiskProfile, RuleHitCount
from risk.services.lists import load_lists as store_lists
from risk.services.publish import publish_rules
from risk.services.replay import replay
from tests.factories.declarations import assessed, bananas, lodged

pytestmark = pytest.mark.django_db

AT = datetime(2026, 11, 20, 10, tzinfo=UTC)


@pytest.fixture(autouse=True)
def one_a_day(db: None) -> None:
    """Publish the rule on cover goods with a limit of one a day at an office."""
    rule_sets.forget()
    store_lists(load_lists().values(), at=AT)
    rules = [msgspec.structs.replace(r, cap=1) for r in load_rules() if r.code == "CNT-01"]
    publish_rules(rules, profile=RiskProfile.objects.create(code="p", name="P"), at=AT)


def hit(at: datetime) -> tuple[Assessment, Hit]:
    ens = assessed(lodged(bananas(at), at), at)
    assessment = Assessment.objects.get(ens=ens)
    [found] = decode(msgspec.json.encode(assessment.hits))
    return assessment, found


def test_a_hit_above_the_limit_is_stored_as_capped_and_does_not_weigh() -> None:
    first, one = hit(AT)
    second, other = hit(AT)
    assert (one.capped, other.capped) == (False, True)
    assert other.bound == one.bound
    assert (first.outcome, second.outcome) == (Outcome.CONTROL, Outcome.NONE)
    assert Case.objects.count() == 1


def test_people_are_told_once_that_the_limit_is_reached() -> None:
    for _number in range(3):
        hit(AT)
    [event] = Event.objects.filter(kind="rule.capped")
    assert event.data == {"rule": "CNT-01", "office": "NL000396", "limit": 1}


def amended(ens: Ens, at: datetime) -> Assessment:
    """Return the assessment of the next version, which declares the same."""
    ens.refresh_from_db()
    before = ens.versions.get(number=ens.version)
    Ens.objects.filter(pk=ens.pk).update(version=ens.version + 1, status="ready")
    EnsVersion.objects.create(
        ens=ens, number=ens.version + 1, filing_versions=before.filing_versions, created_at=at
    )
    Assessment.objects.filter(ens=ens).update(status="superseded")
    assessed(Ens.objects.get(pk=ens.pk), at)
    return Assessment.objects.filter(ens=ens).latest("pk")


def test_a_declaration_counts_once_a_day_and_keeps_its_place() -> None:
    first, _one = hit(AT)
    again = amended(first.ens, AT + timedelta(hours=1))
    assert again.pk != first.pk
    assert not decode(msgspec.json.encode(again.hits))[0].capped
    assert RuleHitCount.objects.get().hits == 1
    assert not Event.objects.filter(kind="rule.capped").exists()
    second, _other = hit(AT)
    above = amended(second.ens, AT + timedelta(hours=2))
    assert decode(msgspec.json.encode(above.hits))[0].capped
    assert RuleHitCount.objects.get().hits == 2
    amended(first.ens, AT + timedelta(days=1))
    assert list(RuleHitCount.objects.order_by("day").values_list("hits", flat=True)) == [2, 1]


def test_the_next_day_begins_anew() -> None:
    hit(AT)
    assert not hit(AT + timedelta(days=1))[1].capped


def test_a_capped_assessment_replays_the_same() -> None:
    hit(AT)
    [again] = replay([hit(AT)[0]])
    assert again.is_same


@pytest.mark.parametrize("outcome", [Outcome.HOLD, Outcome.DO_NOT_LOAD])
def test_a_rule_that_holds_has_no_limit(outcome: Outcome) -> None:
    rule = msgspec.structs.replace(load_rules()[0], cap=1, outcome=outcome)
    with pytest.raises(UnsoundRule, match="no limit"):
        CompiledRuleSet([rule], load_lists())
