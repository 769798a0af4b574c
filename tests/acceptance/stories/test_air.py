"""Story 8: air, the whole way."""

import re

from customs_portal.demo.telling import filings
from customs_portal.demo.telling.air import FLIGHT, HOUSE, WholeAirWay
from customs_portal.demo.telling.filings import AIRLINE
from customs_portal.demo.telling.papers import FORWARDER
from declarations.models import Ens, Filing, Referral
from risk.models import Assessment
from tests.acceptance.stories.conftest import AT
from tests.acceptance.stories.looking import all_is_well, filing, goods, page, sent


def states(mrn: str) -> tuple[str, str, str]:
    """Return the states of an ENS and of the link of the filing that has its MRN."""
    ens = Ens.objects.get(mrn=mrn)
    return ens.status, ens.completeness, Filing.objects.get(mrn=mrn).link


def test_a_house_by_air_is_asked_screened_linked_and_released() -> None:
    story = WholeAirWay(AT)
    stage = story.stage
    story.lodge()
    assert sent("IE3R01") == [("IE3R01", FORWARDER)]
    first = Assessment.objects.get()
    assert (first.kind, [hit["rule"] for hit in first.hits]) == ("preloading", ["DGR-03"])

    story.ask()
    assert sent("IE3Q02", "IE3N04") == [("IE3Q02", FORWARDER), ("IE3N04", AIRLINE)]
    story.reply()
    assert Referral.objects.get(reference=story.asked).answer == (
        "With cells, packed with equipment."
    )
    again = filings.information(story.mrn, story.asked, "Again", by=FORWARDER, at=stage.at)
    refused = stage.answer(stage.send(FORWARDER, again))
    assert (refused.tag.endswith("IE3N99"), refused.findtext("{*}error/{*}validationCode")) == (
        True, "92",
    )  # fmt: skip

    story.ask_for_screening()
    assert sent("IE3Q03", "IE3N05") == [("IE3Q03", FORWARDER), ("IE3N05", AIRLINE)]
    story.screen()
    story.ask_for_amendment()
    assert len(sent("IE3Q02")) == 2
    story.amend()
    assert stage.answer(story.amendment).tag.endswith("IE3N10")
    assert list(Referral.objects.order_by("pk").values_list("type", "status")) == [
        ("RFI", "insufficient"), ("RFS", "insufficient"), ("AMD", "amended"),
    ]  # fmt: skip
    assert not sent("IE3N03")
    story.conclude()
    assert sent("IE3N03") == [("IE3N03", FORWARDER), ("IE3N03", AIRLINE)]

    story.lodge_house()
    assert states(story.house) == ("forming", "", "pending_linking")
    story.lodge_master()
    assert states(story.house) == states(story.mrn) == ("absorbed", "", "linked")
    assert states(story.master) == ("in_analysis", "complete", "")
    assert "selected at random" in page(stage, "chris", f"/cases/{stage.case(story.master).pk}/")
    assert len(sent("IE3N03")) == 2
    story.decide()
    assert sorted(sent("IE3N03")[2:]) == [
        *[("IE3N03", FORWARDER)] * 2, *[("IE3N03", AIRLINE)] * 3,
    ]  # fmt: skip
    assert "Control" not in filing(stage, "rijnmond", story.house)

    story.arrive()
    answer = stage.answer(story.arrival)
    assert (answer.tag.endswith("IE3R04"), (answer.findtext("{*}MRN") or "")[15:17]) == (True, "BZ")
    assert goods(stage, story.master) == ["presented"] * 3
    assert not sent("IE3N07", "IE3N08")
    story.look()
    assert sent("IE3N08") == [("IE3N08", AIRLINE)]
    story.let_go()
    assert goods(stage, story.master) == ["released"] * 3
    assert "Released for further treatment" in filing(stage, "rijnmond", story.house)

    told = page(stage, "eva", f"/ens/{story.master}/")
    for line in (
        f"{story.house} linked below {story.master}",
        "Complete: every filing named is there",
        "Assessment concluded: Risk",
        f"Arrived with {FLIGHT} at NL000432: 3 of 3 consignments",
        "announced to the trader",
        f"Consignment N703/{HOUSE} released for further treatment, REL-01",
    ):
        assert line in told, line
    before = page(stage, "eva", f"/ens/{story.mrn}/")
    assert re.search(r"Request for screening RFS26-\d{7} answered by NL900000022", before)
    assert "not answered in time" not in before
    all_is_well()
