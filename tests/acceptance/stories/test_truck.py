"""Story 7: the late truck; chance selects it, or passes it over."""

import pytest

from customs_portal.demo.telling import chance
from customs_portal.demo.telling.truck import HAULIER, LateTruck
from declarations.models import Filing, Measure
from risk.models import Assessment
from risk.services.replay import replay
from tests.acceptance.stories.conftest import AT
from tests.acceptance.stories.looking import all_is_well, filing, goods, page, sent


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


def test_a_truck_that_chance_passes_over_is_late_all_the_same(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(chance, "skip_to_selected", lambda *_rule, **_about: None)
    story = LateTruck(AT)
    story.tell()
    assert Filing.objects.get(mrn=story.mrn).late_minutes == 50
    assert goods(story.stage, story.mrn) == ["released"]
