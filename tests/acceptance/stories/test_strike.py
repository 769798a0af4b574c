"""Story 5: the strike, as the declared office lives it."""

from lxml import etree

from customs_portal.demo.telling import papers
from customs_portal.demo.telling.strike import Strike
from messaging.models import OutboundMessage
from risk.models import Assessment, Case
from tests.acceptance.stories.conftest import AT
from tests.acceptance.stories.looking import all_is_well, filing, happened, page, sent


def refused_by(answer: "etree._Element") -> list[tuple[str | None, str | None]]:
    """Return the MRN that an IE303 refuses, with their codes."""
    return [
        (group.findtext("DocRefNumSUMDEC252"), group.findtext("SumDecRejReaCodSUMDEC256"))
        for group in answer.iter("SUMDECREJ251")
    ]


def test_a_ship_goes_to_antwerp_instead() -> None:
    story = Strike(AT)
    stage = story.stage
    story.lodge()
    story.recommend()
    assert sent("CD319A") == []

    story.divert()
    reply = stage.answer(story.diversion)
    assert reply.tag.endswith("CC325A")
    assert reply.findtext("HEAHEA/DivRefNumHEA119") == "STRIKE-1"
    assert {stage.ens(mrn).status for mrn in story.mrns} == {"diverted"}
    handed = OutboundMessage.objects.filter(kind="CD301A")
    assert sorted(handed.values_list("recipient", "mrn")) == [
        ("BE", mrn) for mrn in sorted(story.mrns)
    ]
    assert not Case.objects.open().exists()
    assert not Assessment.objects.filter(status__in=("review", "waiting")).exists()
    assert "Diverted" in filing(stage, "noordkade", story.mrn)
    assert "ens.diverted" in happened(stage, story.mrn)
    assert "Antwerp" in page(stage, "anna", f"/ens/{story.mrn}/") or "BE101000" in page(
        stage, "anna", f"/ens/{story.mrn}/"
    )

    register = page(stage, "anna", "/controls/")
    assert "To decide (0)" in register
    assert "Diverted to another State (1)" in register
    period = f"from={story.stage.at:%Y-%m-%d}&to={story.voyage.arrives:%Y-%m-%d}"
    report = page(stage, "anna", f"/reconciliation/?{period}")
    assert "0 expected, 3 diverted, 0 arrived" in report

    story.answer_belgium()
    answer = stage.answer(story.request)
    assert answer.tag.endswith("CD303A")
    assert refused_by(answer) == [(story.nobodys, "90")]
    assert story.mrns[1] in etree.tostring(answer, encoding="unicode")

    story.amend_in_vain()
    refused = stage.answer(story.amendment)
    assert refused.findtext("HEAHEA/AmeRejMotCodHEA604") == "4"
    assert stage.ens(story.mrns[1]).version == 1

    story.divert_in_vain()
    needless = stage.answer(story.needless)
    assert needless.tag.endswith("CC324A")
    reason = "No diversion notice is needed: the declaration names this State."
    assert needless.findtext("HEAHEA/RejReaHEA127") == reason
    assert stage.ens(story.other).status == "assessed"
    assert story.other in etree.tostring(stage.answer(story.rest), encoding="unicode")
    assert refused_by(stage.answer(story.rest)) == []
    assert sent("CC325A", "CC324A") == [("CC325A", papers.CARRIER), ("CC324A", papers.CARRIER)]
    all_is_well()
