"""Story 7: the late truck; chance selects it, or not."""

import msgspec
import pytest
from django.db import transaction

from customs_portal.demo.telling.truck import HAULIER, LateTruck
from declarations.models import Filing, Measure
from risk import rule_sets
from risk.engine.loading import load_rules
from risk.models import Assessment, RiskProfile
from risk.services.publish import publish_rules
from risk.services.replay import replay
from tests.acceptance.stories.conftest import AT
from tests.acceptance.stories.looking import all_is_well, filing, goods, page, sent


@pytest.fixture
def everything_by_chance() -> None:
    """Publish, alone, the sample of documents so that it chooses every declaration."""
    [rule] = [each for each in load_rules() if each.code == "RND-01"]
    everything = msgspec.structs.replace(rule.expression, values=("10000",))
    profile, _created = RiskProfile.objects.get_or_create(code="all", defaults={"name": "All"})
    with transaction.atomic():
        publish_rules(
            [msgspec.structs.replace(rule, expression=everything)], profile=profile, at=AT
        )
    rule_sets.forget()


@pytest.mark.usefixtures("everything_by_chance")
def test_a_truck_on_a_ferry_is_late_by_the_limit_of_the_ferry() -> None:
    story = LateTruck(AT)
    stage = story.stage
    story.lodge()
    found = Filing.objects.get(mrn=story.mrn)
    assert (found.status, found.late_minutes) == ("registered", 50)
    assert sent() == [("CC328A", HAULIER)]
    [assessment] = Assessment.objects.all()
    assert [hit["rule"] for hit in assessment.hits] == ["RND-01"]
    review = page(stage, "bram", f"/cases/{stage.case(story.mrn).pk}/")
    assert "Propose do not load" not in review
    assert "ferry" in page(stage, "bram", f"/ens/{story.mrn}/").lower()

    story.decide()
    shown = filing(stage, "fenland", story.mrn)
    assert "Control ordered" in shown
    assert not {"suspect", "risk", "chance", "random"} & set(shown.lower().split())

    story.look_at_papers()
    control = Measure.objects.get(pk=story.control)
    assert (control.status, control.control.pictures.count()) == ("conform", 1)

    story.let_go()
    assert goods(stage, story.mrn) == ["released"]
    [again] = replay([assessment])
    assert (again.is_same, [hit.rule for hit in again.again]) == (True, ["RND-01"])
    all_is_well()


def test_a_truck_that_chance_passes_over_is_late_all_the_same() -> None:
    story = LateTruck(AT)
    story.tell()
    assert Filing.objects.get(mrn=story.mrn).late_minutes == 50
    assert goods(story.stage, story.mrn) == ["released"]
