"""Story 6: two declarations for one bill."""

import msgspec

from customs_portal.demo.telling import papers
from customs_portal.demo.telling.two_declarations import BILL, CONTAINER, TwoDeclarations
from declarations.models import DualFiling, Filing, Referral
from tests.acceptance.stories.conftest import AT
from tests.acceptance.stories.looking import all_is_well, filing, page, queue, sent


def test_the_carrier_s_own_declaration_counts() -> None:
    story = TwoDeclarations(AT)
    stage = story.stage
    story.lodge_forwarder()
    assert story.loser in queue(stage)

    story.lodge_carrier()
    pair = DualFiling.objects.get()
    assert (pair.state, pair.policy, pair.all_keys_equal) == ("resolved", "carrier_wins", True)
    assert pair.winner == stage.ens(story.mrn)
    assert Filing.objects.get(mrn=story.loser).status == "superseded"
    assert sent("CC328A")[-1] == ("CC328A", papers.CARRIER)
    assert "Superseded by the carrier's declaration" in filing(stage, "rijnmond", story.loser)
    assert "Registered" in filing(stage, "noordkade", story.mrn)
    assert (story.loser in queue(stage), story.mrn in queue(stage)) == (False, True)
    review = page(stage, "anna", f"/cases/{stage.case(story.mrn).pk}/")
    assert f"From the superseded declaration {story.loser}" in review
    assert "Bananas, Cavendish, in boxes" in review
    assert "CNT-01" in review

    story.amend_in_vain()
    assert stage.answer(story.amendment).findtext("HEAHEA/AmeRejMotCodHEA604") == "2"

    story.ask()
    asked = Referral.objects.get()
    assert (asked.addressee, asked.ens) == (papers.CARRIER, stage.ens(story.mrn))
    assert asked.reference in page(stage, "noordkade", "/filings/")
    story.reply()
    review = page(stage, "anna", f"/cases/{stage.case(story.mrn).pk}/")
    assert "Fresh bananas, Cavendish, 0803 90." in review

    story.decide()
    assert story.mrn not in queue(stage)
    all_is_well()


def test_the_same_number_on_another_ship_and_two_bills_on_one_ship_are_no_pair() -> None:
    story = TwoDeclarations(AT)
    stage = story.stage
    story.lodge_forwarder()
    other_ship = msgspec.structs.replace(story.voyage, ship="4000034")
    others = (
        story.declaration(papers.CARRIER, BILL, "DMOU1000143", other_ship),
        story.declaration(papers.CARRIER, "NKL7799", CONTAINER, story.voyage),
    )
    for document in others:
        stage.declare(papers.CARRIER, document)
    assert not DualFiling.objects.exists()
    assert Filing.objects.filter(status="registered").count() == 3


def test_both_at_the_same_moment_have_one_winner() -> None:
    story = TwoDeclarations(AT)
    stage = story.stage
    story.lodge_forwarder()
    document = story.declaration(papers.CARRIER, BILL, CONTAINER, story.voyage)
    story.mrn = stage.mrn(stage.declare(papers.CARRIER, document))
    statuses = dict(Filing.objects.values_list("mrn", "status"))
    assert statuses == {story.loser: "superseded", story.mrn: "registered"}
    all_is_well()
