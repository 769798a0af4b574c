"""A past assessment comes out the same, whatever was published or loaded since."""

from datetime import UTC, datetime, timedelta
from io import StringIO

import msgspec
import pytest
from django.core.management import CommandError, call_command
from django.db import transaction

from declarations.document import Party
from risk import rule_sets
from risk.engine.lists import ListEntry
from risk.engine.loading import load_rules
from risk.engine.operators import Operator
from risk.engine.rules import decode
from risk.engine.tree import Leaf
from risk.models import Assessment, RiskProfile
from risk.services.lists import NewList, load_list
from risk.services.publish import publish_rules
from risk.services.replay import replay
from tests.factories.declarations import assessed, bananas, lodged, publish_demo_rules

pytestmark = pytest.mark.django_db

AT = datetime(2026, 11, 20, 10, tzinfo=UTC)
WATCHED = Party(identifier="NL900000901")


@pytest.fixture
def assessment() -> Assessment:
    rule_sets.forget()
    publish_demo_rules(AT)
    assessed(lodged(bananas(AT), AT), AT)
    found = assessed(lodged(bananas(AT, consignee=WATCHED), AT), AT)
    made = Assessment.objects.get(ens=found)
    assert {hit.rule for hit in decode(msgspec.json.encode(made.hits))} == {"CNT-01", "KNE-02"}
    return made


def replayed(assessment: Assessment) -> str:
    out = StringIO()
    call_command("replay", str(assessment.pk), stdout=out)
    return out.getvalue().strip()


def test_it_comes_out_the_same_at_once(assessment: Assessment) -> None:
    assert replayed(assessment) == f"Assessment {assessment.pk}: the same 2 hits."


def test_it_comes_out_the_same_after_a_list_has_changed(assessment: Assessment) -> None:
    new = NewList(code="watch_eori", entries=[ListEntry(value="NL1")], may_shrink=True)
    load_list(new, at=AT)
    [again] = replay([assessment])
    assert again.is_same
    later = assessed(lodged(bananas(AT, consignee=WATCHED), AT), AT)
    hits = decode(msgspec.json.encode(Assessment.objects.get(ens=later).hits))
    assert {hit.rule for hit in hits} == {"CNT-01"}


def test_it_comes_out_the_same_after_a_publication(assessment: Assessment) -> None:
    with transaction.atomic():
        changed = [
            msgspec.structs.replace(rule, expression=Leaf("item.hs2", Operator.MISSING))
            for rule in load_rules()
            if rule.code == "CNT-01"
        ]
        publish_rules(changed, profile=RiskProfile.objects.get(), at=AT + timedelta(hours=1))
    [again] = replay([assessment])
    assert again.is_same


def test_history_is_read_and_not_computed_again(assessment: Assessment) -> None:
    features = assessment.features["declaration"]
    assert features["history.filer_filings_30d"] == 0
    for _number in range(3):
        assessed(lodged(bananas(AT, consignee=WATCHED), AT), AT + timedelta(hours=1))
    [again] = replay([assessment])
    assert again.is_same


def test_a_difference_is_told_and_fails(assessment: Assessment) -> None:
    stored = decode(msgspec.json.encode(assessment.hits))
    assessment.hits = assessment.hits[:1]
    [again] = replay([assessment])
    assert not again.is_same
    assert again.gained == stored[1:]
    assert again.lost == ()


def test_an_unknown_one_is_refused() -> None:
    with pytest.raises(CommandError, match="There is no assessment"):
        call_command("replay", "26NL0003960000S012")
