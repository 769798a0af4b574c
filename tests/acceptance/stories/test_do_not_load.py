"""Story 2: do not load, obeyed and disobeyed; and where it is not lawful."""

from datetime import timedelta

import msgspec
import pytest
from lxml import etree

from customs_portal.demo.telling import papers
from customs_portal.demo.telling.precursor import CONTAINER, Precursor
from customs_portal.demo.telling.stage import StoryError
from declarations.document import Document
from declarations.models import Infringement, Measure
from declarations.services.do_not_load import do_not_load_refused
from messaging.models import OutboundMessage
from messaging.reads import raw_body
from risk.models import Case
from risk.services.sign import sign
from tests.acceptance.stories.conftest import AT
from tests.acceptance.stories.looking import all_is_well, filing, page, queue, sent


def test_the_precursor_stays_behind() -> None:
    story = Precursor(AT)
    stage = story.stage

    story.lodge()
    assert sent("CC328A") == [("CC328A", papers.FORWARDER), ("CC328A", papers.CARRIER)]
    assert "critical" in queue(stage).lower()

    story.propose()
    assert Measure.objects.get(pk=story.measure).status == "awaiting_second"
    with pytest.raises(StoryError, match="Another officer"):
        stage.done(sign, stage.case(story.mrn).pk, "anna")
    assert "Registered" in filing(stage, "rijnmond", story.mrn)

    story.sign()
    told = OutboundMessage.objects.filter(kind="CC351A").order_by("pk")
    assert [each.recipient for each in told] == [papers.FORWARDER, papers.CARRIER]
    [own, copy] = [etree.fromstring(raw_body(each)) for each in told]
    for message in (own, copy):
        assert message.findtext("HEAHEA/DocNumHEA5") == story.mrn
        assert message.findtext("CUSINT632/IteNumConCUSINT668") == "1"
        assert message.findtext("CUSINT632/CusIntCodCUSINT665") == "DNL3"
    assert sent("CD319A") == [("CD319A", "DE")]
    assert "Do not load" in filing(stage, "rijnmond", story.mrn)
    assert "Precursor" not in filing(stage, "rijnmond", story.mrn)

    story.amend_in_vain()
    refused = stage.answer(story.amendment)
    assert refused.tag.endswith("CC305A")
    assert refused.findtext("HEAHEA/AmeRejMotCodHEA604") == "9"
    stage.wait(minutes=11)
    call = Case.objects.open().get(ens__mrn=story.mrn)
    assert call.cause == "not_delivered"
    assert papers.CARRIER in page(stage, "anna", f"/cases/{call.pk}/")

    story.sail_without()
    assert Measure.objects.get(pk=story.measure).status == "complied"
    all_is_well()


def test_the_precursor_comes_all_the_same() -> None:
    story = Precursor(AT)
    for step in (story.lodge, story.propose, story.sign, story.came_all_the_same):
        step()
    stage = story.stage
    assert Measure.objects.get(pk=story.measure).status == "breached"
    followed = [(each.kind, each.reason_code) for each in story.followed_by()]
    assert followed == [("hold", "HLD-03"), ("control", "CTL-04")]
    assert Infringement.objects.get().kind == "loaded"
    alarm = Case.objects.open().get(ens__mrn=story.mrn)
    assert (alarm.cause, alarm.severity) == ("breached", "critical")
    assert story.mrn in queue(stage)
    all_is_well()


def test_after_the_window_the_verb_is_gone() -> None:
    story = Precursor(AT)
    story.lodge()
    story.propose()
    stage = story.stage
    stage.wait(hours=21, minutes=1)
    assert Measure.objects.get(pk=story.measure).status == "lapsed"
    review = page(stage, "anna", f"/cases/{stage.case(story.mrn).pk}/")
    assert "Propose do not load" not in review
    assert str(do_not_load_refused(stage.ens(story.mrn), stage.at)) in review
    with pytest.raises(StoryError):
        stage.decide(
            story.mrn, "do_not_load", "DNL-03", note="Too late.", subject="equipment",
            reference=CONTAINER, announce=True,
        )  # fmt: skip
    stage.decide(
        story.mrn, "control", "CTL-03", note="At first entry.", subject="equipment",
        reference=CONTAINER, place=papers.ROTTERDAM,
    )  # fmt: skip
    all_is_well()


def by_air(document: Document) -> Document:
    return msgspec.structs.replace(
        papers.with_goods(document, containers=()),
        transport_mode="4",
        means=None,
        conveyance_reference="DC417",
        office_of_first_entry="NL000432",
        place_of_unloading="NLAMS",
    )


def in_bulk(document: Document) -> Document:
    return papers.with_goods(document, containers=())


def short_sea(document: Document) -> Document:
    return msgspec.structs.replace(document, place_of_loading="TRMER", itinerary=("TR", "NL", "DE"))


@pytest.mark.parametrize("changed", [by_air, in_bulk, short_sea])
def test_it_is_refused_where_the_law_does_not_know_it(changed: object) -> None:
    story = Precursor(AT)
    story.document = changed(story.document)  # type: ignore[operator]  # one of the three above
    if changed is not by_air:
        story.document = msgspec.structs.replace(
            story.document, expected_arrival=AT + timedelta(days=9)
        )
    story.lodge()
    ens = story.stage.ens(story.mrn)
    reason = do_not_load_refused(ens, story.stage.at)
    assert reason
    office = "chris" if changed is by_air else "anna"
    review = page(story.stage, office, f"/cases/{story.stage.case(story.mrn).pk}/")
    assert "Propose do not load" not in review
    assert reason in review
