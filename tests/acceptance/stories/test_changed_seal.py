"""Story 1: the changed seal."""

import json

import pytest

from customs_portal.demo.telling import papers
from customs_portal.demo.telling.changed_seal import CONTAINER, ChangedSeal
from customs_portal.demo.telling.stage import StoryError
from declarations.models import Measure
from messaging.models import OutboundMessage, PortSystem
from messaging.reads import raw_body
from risk.models import Assessment, ConfirmedFind
from tests.acceptance.stories.conftest import AT
from tests.acceptance.stories.looking import all_is_well, filing, goods, page, queue, sent
from tests.factories.people import operator


def same_as_twin(story: ChangedSeal) -> None:
    """The trader cannot tell the selected declaration from its twin."""
    own = filing(story.stage, "noordkade", story.mrn)
    twin = filing(story.stage, "noordkade", story.twin)
    swapped = twin.replace(story.twin, story.mrn).replace("NKL-S1W", "NKL-S1T")
    assert swapped.replace("CMDLA", "ECGYE") == own


def hits(mrn: str) -> list[list[str]]:
    found = Assessment.objects.filter(ens__mrn=mrn).order_by("pk")
    return [[hit["rule"] for hit in each.hits] for each in found]


def test_bananas_are_scanned_in_secret_and_seized() -> None:
    PortSystem.objects.create(name="Terminal", location="NLRTM", operator=operator("NL777777777"))
    story = ChangedSeal(AT)
    selected_in_secret(story)
    changed_after_selection(story)
    seized(story)
    all_is_well()


def selected_in_secret(story: ChangedSeal) -> None:
    stage = story.stage
    story.lodge()
    assert sent() == [("CC328A", papers.CARRIER)] * 2
    assert hits(story.mrn) == [["CNT-01"]]
    assert story.mrn in queue(stage)
    assert story.twin not in queue(stage)
    clocks = dict(stage.ens(story.mrn).clocks.values_list("kind", "ends_at"))
    assert {"do_not_load", "analysis", "reconciliation"} <= set(clocks)

    story.select_in_secret()
    assert sent("CD319A") == [("CD319A", "BE")]
    assert sent(to=papers.CARRIER) == [("CC328A", papers.CARRIER)] * 2
    assert story.mrn not in queue(stage)
    same_as_twin(story)
    with pytest.raises(StoryError, match="Not possible"):
        stage.release(story.mrn, "REL-01")


def changed_after_selection(story: ChangedSeal) -> None:
    stage = story.stage
    story.amend_seal()
    assert stage.answer(story.amendment).tag.endswith("CC304A")
    assert hits(story.mrn) == [["CNT-01"], ["CNT-01", "CNT-02"]]
    assert story.mrn in queue(stage)
    case = stage.case(story.mrn)
    assert case.cause == "changed"
    assert case.get_cause_display() in page(stage, "anna", f"/cases/{case.pk}/")
    versions = page(stage, "anna", f"/ens/{story.mrn}/versions/")
    assert "EC44718" in versions
    assert "EC90002" in versions
    assert "CNT-02" in versions
    assert Measure.objects.get(pk=story.control).reconfirm_since_version == 2

    story.keep()
    assert Measure.objects.get(pk=story.control).reconfirm_since_version is None
    assert sent("CD319A") == [("CD319A", "BE")] * 2
    assert not Measure.objects.filter(announced_at__isnull=False).exists()


def seized(story: ChangedSeal) -> None:
    stage = story.stage
    story.arrive()
    assert stage.answer(story.arrival).tag.endswith("UK348A")
    assert goods(stage, story.mrn) == ["arrived"]
    assert CONTAINER in page(stage, "anna", "/controls/")

    story.scan()
    blocked = OutboundMessage.objects.filter(kind="BLOCK")
    assert [json.loads(raw_body(each))["containers"] for each in blocked] == [[CONTAINER]] * 2
    control = Measure.objects.get(pk=story.control)
    assert (control.status, control.control.quantities) == ("seized", [["212 kg", "cocaine"]])
    [feedback] = OutboundMessage.objects.filter(kind="XF319A")
    assert feedback.recipient == "BE"
    assert b"RES-04 Seizure: 212 kg cocaine" in raw_body(feedback)
    form = page(stage, "anna", f"/measures/{story.control}/risk-information/")
    for words in (CONTAINER, "EC90002", "ECGYE", "212 kg cocaine", "BE101000", story.mrn):
        assert words in form, words
    assert "CNT-0" not in form
    confirmed = ConfirmedFind.objects.filter(ens=stage.ens(story.mrn).pk)
    assert confirmed.exists()
    assert goods(stage, story.mrn) == ["under_control"]
    assert "Control ordered" in filing(stage, "noordkade", story.mrn) or "Held" in filing(
        stage, "noordkade", story.mrn
    )
    with pytest.raises(StoryError, match="Not while a measure is open"):
        stage.release(story.mrn, "REL-02")

    story.refuse()
    assert goods(stage, story.mrn) == ["not_released"]
    assert "Not released" in filing(stage, "noordkade", story.mrn)
    assert Measure.objects.get(pk=story.refusal).refusal.execution == "seized"
