"""Story 4: the consignee that changed while an officer read."""

from datetime import timedelta

from django.db import transaction

from customs_portal.demo.telling.changed_consignee import ChangedConsignee
from risk.models import Assessment, MatchVerdict
from risk.services import DecisionOrder, Refused, decide
from risk.services.replay import replay
from tests.acceptance.stories.conftest import AT
from tests.acceptance.stories.looking import all_is_well, filing, goods, page, sent


def hits(mrn: str) -> list[list[str]]:
    found = Assessment.objects.filter(ens__mrn=mrn).order_by("pk")
    return [sorted(hit["rule"] for hit in each.hits) for each in found]


def test_a_declaration_changes_while_an_officer_reads_it() -> None:
    story = ChangedConsignee(AT)
    stage = story.stage
    story.lodge_series()
    story.lodge()
    assert hits(story.mrn) == [["MAS-02", "VEL-02"]]

    story.amend_late()
    assert stage.answer(story.amendment).tag.endswith("CC304A")
    stale = DecisionOrder(
        case=stage.case(story.mrn).pk, revision=story.revision, verb="no_further_action",
        reason_code="NFA-01", note="Groupage.",
    )  # fmt: skip
    with transaction.atomic():
        [refused] = decide([stale], officer=stage.officer("anna"), at=stage.at)
    assert isinstance(refused, Refused)
    assert [found.code for found in refused.findings] == ["stale_version"]
    assert hits(story.mrn) == [["MAS-02", "VEL-02"], ["BEH-01", "KNE-01"]]
    versions = page(stage, "anna", f"/ens/{story.mrn}/versions/")
    for words in ("NL900000101", "Zuyderlicht Lampen Imports BV", "VEL-02", "BEH-01", "KNE-01"):
        assert words in versions, words

    before = filing(stage, "noordkade", story.mrn)
    assert "zuyderlicht is like zuiderlicht (96 %)" in page(stage, "anna", "/names/")
    story.dismiss_match()
    verdict = MatchVerdict.objects.get(match__hits__ens__mrn=story.mrn)
    assert (verdict.verdict, verdict.until) == (
        "dismissed",
        (stage.at + timedelta(days=180)).date(),
    )
    assert "zuyderlicht is like zuiderlicht" not in page(stage, "anna", "/names/")
    story.select_in_secret()
    after = filing(stage, "noordkade", story.mrn)
    assert ("Registered" in before, "Registered" in after) == (True, True)
    told = len(sent(to="NL900000011"))
    story.arrive()
    assert len(sent(to="NL900000011")) == told + 1
    assert goods(stage, story.mrn) == ["arrived"]

    story.scan()
    story.let_go()
    assert goods(stage, story.mrn) == ["released"]
    assert "Released" in filing(stage, "noordkade", story.mrn)
    assert ("CC305A", "NL900000011") not in sent()
    [first] = replay(Assessment.objects.filter(ens__mrn=story.mrn).order_by("pk")[:1])
    assert (first.is_same, sorted(hit.rule for hit in first.again)) == (True, ["MAS-02", "VEL-02"])
    all_is_well()
