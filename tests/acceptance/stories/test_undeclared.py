"""Story 12: nothing declared."""

from customs_portal.demo.telling import papers
from customs_portal.demo.telling.undeclared import EMPTY, UNDECLARED, NothingDeclared
from declarations.models import ArrivalLine, Filing, Infringement
from risk.models import Assessment, Case
from tests.acceptance.stories.conftest import AT
from tests.acceptance.stories.looking import all_is_well, filing, goods, page, sent


def test_what_nobody_declared_is_held_declared_late_and_let_go() -> None:
    story = NothingDeclared(AT)
    stage = story.stage
    story.lodge()
    story.arrive()
    assert stage.answer(story.arrival).tag.endswith("UK348A")
    assert goods(stage, story.mrn) == ["arrived"]
    foreign = ArrivalLine.objects.get(mrn=story.foreign)
    assert (foreign.state, foreign.hold) == ("asked", "none")
    assert sent("CD302A") == [("CD302A", "FR")]

    story.answer_of_france()
    foreign.refresh_from_db()
    assert (foreign.state, foreign.hold, foreign.ens) == (
        "resolved", "none", stage.ens(story.foreign),
    )  # fmt: skip
    assert goods(stage, story.foreign) == ["arrived"]
    assert Assessment.objects.get(ens__mrn=story.foreign).result == "no_risk"
    assert not Case.objects.filter(ens__mrn=story.foreign).exists()

    story.find_boxes()
    assert (story.line(UNDECLARED).state, story.line(UNDECLARED).hold) == ("unmatched", "in_force")
    assert (story.line(EMPTY).state, story.line(EMPTY).hold) == ("unmatched", "none")
    day = stage.at.date()
    voyage = page(stage, "anna", f"/voyages/1/{story.voyage.ship}/{day}/")
    assert UNDECLARED in voyage
    assert "Tell the terminal by telephone." in voyage

    story.waive()
    assert (story.line(EMPTY).state, story.line(EMPTY).hold) == ("waived", "none")

    story.declare_late()
    found = Filing.objects.get(mrn=story.late)
    assert found.late_minutes == 26 * 60
    assert story.line(UNDECLARED).state == "resolved"
    [hold] = stage.ens(story.late).measures.all()
    assert (hold.kind, hold.reason_code, hold.reference) == ("hold", "HLD-02", UNDECLARED)
    assert goods(stage, story.late) == ["arrived"]

    story.let_go()
    assert goods(stage, story.late) == ["released"]
    assert "Released" in filing(stage, "noordkade", story.late)

    story.penalise()
    row = Infringement.objects.get(line=story.line(UNDECLARED))
    assert (row.state, row.penalty) == ("decided", "Fine of class 2")
    assert goods(stage, story.rolled) == ["not_arrived"]
    assert not Infringement.objects.filter(filing__mrn=story.rolled).exists()
    assert ("CC351A", papers.CARRIER) not in sent()
    report = page(stage, "anna", "/reconciliation/?from=2026-11-01&to=2026-11-08")
    assert "26 h 00 late" in report
    assert (story.late in report, story.rolled in report, EMPTY in report) == (True, True, True)
    all_is_well()
