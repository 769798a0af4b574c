"""Story 3: rejected, rejected, late."""

from typing import Any

from customs_portal.accounts.models import User
from customs_portal.demo.telling import papers
from customs_portal.demo.telling.late import RejectedTwice
from declarations.models import Filing, Infringement, Outage, Referral
from risk.models import Assessment
from tests.acceptance.stories.conftest import AT
from tests.acceptance.stories.looking import all_is_well, filing, page, sent


def errors(answer: Any) -> set[tuple[str, str, str]]:
    return {
        (
            group.findtext("ErrTypER11"),
            group.findtext("ErrReaER13") or "",
            group.findtext("OriAttValER14") or "",
        )
        for group in answer.iterfind("FUNERRER1")
    }


def test_a_declaration_is_rejected_twice_and_then_registered_late() -> None:
    story = RejectedTwice(AT)
    stage = story.stage

    story.lodge_with_faults()
    refused = stage.answer(story.first)
    assert refused.tag.endswith("CC316A")
    assert errors(refused) == {("13", "C584", ""), ("12", "R007", "3"), ("12", "", "09400")}
    assert refused.findtext("HEAHEA/DocNumHEA5") is None
    home = page(stage, "rijnmond", "/filings/")
    assert "Rejected - correct and lodge again" in home
    assert "Lodge again within 1 h 10" in home

    story.lodge_with_another()
    assert errors(stage.answer(story.second)) == {
        ("12", "TR0022", "0"),
        ("12", "R105", "24"),
    }

    story.lodge_late()
    assert sent("CC328A") == [("CC328A", papers.FORWARDER), ("CC328A", papers.CARRIER)]
    found = Filing.objects.get(mrn=story.mrn)
    assert (found.status, found.late_minutes) == ("registered", 25)
    assert "late" not in filing(stage, "rijnmond", story.mrn).lower()
    assert [hit["rule"] for hit in Assessment.objects.get().hits] == ["DES-02", "DES-02"]

    story.ask()
    assert "Please describe the goods." in page(stage, "rijnmond", "/filings/")
    assert ("NOTICE", papers.FORWARDER) in sent("NOTICE")
    assert Assessment.objects.get().status == "waiting"
    story.reply()
    assert Assessment.objects.get().status == "review"
    case = page(stage, "anna", f"/cases/{stage.case(story.mrn).pk}/")
    assert "Ceramic floor tiles, glazed." in case

    story.decide()
    assert Referral.objects.get().status == "settled"
    assert Assessment.objects.get().result == "no_risk"
    stage.wait(minutes=1)
    assert [row.facts for row in Infringement.objects.filter(kind="late")] == ["25 min late"]

    story.lodge_again()
    assert {code for code, *_ in errors(stage.answer(story.again))} == {"26"}
    all_is_well()


def test_late_while_the_system_was_out_is_no_fault() -> None:
    user = User.objects.get(username="sofie")
    Outage.objects.create(
        from_at=AT, to_at=AT.replace(hour=9, minute=30), what="Power cut", declared_by=user
    )
    story = RejectedTwice(AT)
    story.tell()
    story.stage.wait(minutes=1)
    assert Filing.objects.get(mrn=story.mrn).late_minutes == 25
    assert not Infringement.objects.filter(kind="late").exists()
