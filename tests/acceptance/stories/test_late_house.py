"""Story 10: a master whose house comes late, and is not to be loaded."""

from lxml import etree

from customs_portal.demo.telling.late_house import CONTAINER, MASTER, LateHouse
from customs_portal.demo.telling.papers import CARRIER, FORWARDER
from declarations.models import Ens, Filing, Measure
from declarations.services.do_not_load import do_not_load_refused
from messaging.models import OutboundMessage
from messaging.reads import raw_body
from risk.models import Assessment, Case
from tests.acceptance.stories.conftest import AT
from tests.acceptance.stories.looking import all_is_well, filing, page, sent


def states(mrn: str) -> tuple[str, str]:
    ens = Ens.objects.get(mrn=mrn)
    return ens.status, ens.completeness


def test_a_late_house_is_linked_and_not_loaded_and_withdrawn() -> None:
    story = LateHouse(AT)
    stage = story.stage
    story.lodge_master()
    assert sent() == [("IE3R01", CARRIER)]
    assert states(story.mrn) == ("forming", "pending")

    story.wait_for_house()
    assert sent("IE3N02", "IE3N11") == [("IE3N02", CARRIER), ("IE3N11", FORWARDER)]
    expected = raw_body(OutboundMessage.objects.get(kind="IE3N11")).decode()
    assert (MASTER in expected, story.mrn in expected) == (True, False)

    story.consider()
    assert states(story.mrn) == ("assessed", "considered_complete")
    assert sent("IE3N03") == [("IE3N03", CARRIER)]
    assert not Case.objects.exists()

    story.lodge_house()
    assert states(story.mrn) == ("in_analysis", "complete")
    assert states(story.house)[0] == "absorbed"
    assert Filing.objects.get(mrn=story.house).link == "linked"
    hits = {hit["rule"] for hit in Assessment.objects.get(ens_version__number=2).hits}
    assert hits == {"DGR-01", "BEH-01"}
    review = page(stage, "anna", f"/cases/{stage.case(story.mrn).pk}/")
    assert "Do not load" in review
    assert do_not_load_refused(stage.ens(story.mrn), stage.at) is None

    story.propose()
    assert Measure.objects.get(pk=story.measure).status == "awaiting_second"
    assert not sent("IE3Q01")
    story.sign()
    told = OutboundMessage.objects.filter(kind="IE3Q01").order_by("pk")
    assert list(told.values_list("recipient", "mrn")) == [
        (CARRIER, story.mrn), (FORWARDER, story.house),
    ]  # fmt: skip
    for message in told:
        body = etree.fromstring(raw_body(message))
        [box] = body.iterfind(".//{*}doNotLoadDetails/{*}transportEquipment/{*}*")
        assert (body.findtext("{*}MRN"), box.text) == (message.mrn, CONTAINER)
    assert "Do not load" in filing(stage, "rijnmond", story.house)
    assert "precursor" not in filing(stage, "rijnmond", story.house).lower()
    assert len(sent("IE3N03")) == 1
    whole = page(stage, "eva", f"/ens/{story.mrn}/")
    for line in (
        "Reminded that a filing is expected: NL900000022",
        "Not all houses were filed in half of the time: analysed with what is there",
        f"{story.house} linked below {story.mrn}",
        "Complete: every filing named is there",
        f"Do not load on Container {CONTAINER} signed by a second person",
        "Assessment concluded: Do not load",
    ):
        assert line in whole, line

    story.withdraw()
    assert stage.answer(story.withdrawal).tag.endswith("IE3R07")
    assert states(story.house)[0] == "invalidated"
    assert states(story.mrn) == ("in_analysis", "complete")
    assert "Withdrawn" in filing(stage, "rijnmond", story.house)
    story.withdraw_master()
    assert states(story.mrn)[0] == "invalidated"
    assert Measure.objects.get(pk=story.measure).status == "complied"
    assert not Case.objects.open().exists()
    alone = page(stage, "eva", f"/ens/{story.house}/")
    assert f"An ENS by itself again, no longer part of {story.mrn}" in alone
    all_is_well()
