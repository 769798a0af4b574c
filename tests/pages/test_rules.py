"""Pages of rules: the list, one rule, the builder, the decision of another person."""

from datetime import datetime

import pytest
from django.test import Client
from django.urls import reverse

from customs_portal.accounts.models import AccessLog, Role, User
from declarations.models import Control, Measure
from risk.builder.outline import Condition, Group, Join, read
from risk.models import RuleDraft, RuleVersion
from tests.factories.declarations import OFFICE, bananas, case_of, harmless, lodged
from tests.factories.measures import placed
from tests.factories.people import person
from tests.factories.rules import approved, drafted, proposed


def browser(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def writer() -> User:
    return person(Role.ANALYST, first_name="Thomas", last_name="Smit")


@pytest.fixture
def approver() -> User:
    return person(Role.APPROVER, first_name="Petra", last_name="Meijer")


@pytest.fixture
def desk(writer: User) -> Client:
    return browser(writer)


def text(response: object) -> str:
    return " ".join(response.content.decode().split())  # type: ignore[attr-defined]


def sent(draft: RuleDraft, do: str, **more: str) -> dict[str, str]:
    """Return the form of a draft with one condition on lamps, as a browser sends it."""
    return {
        "revision": str(draft.revision),
        "do": do,
        "kind-1": "group",
        "join-1": "all",
        "over-1": "",
        "kind-1.1": "condition",
        "field-1.1": "item.hs4",
        "operator-1.1": "in_values",
        "value-1.1": "9405, 9406",
        "outcome": "control",
        "severity": "high",
        "score": "40",
        "instruction": "Scan the box.",
        **more,
    }


def press(desk: Client, draft: RuleDraft, do: str, **more: str) -> RuleDraft:
    address = reverse("rule_draft_change", args=[draft.pk])
    assert desk.post(address, sent(draft, do, **more)).status_code == 302
    draft.refresh_from_db()
    return draft


def test_the_list_shows_rules_by_status_and_finds_them(desk: Client, at: datetime) -> None:
    case_of(bananas(at), at)
    page = text(desk.get(reverse("rules")))
    assert "CNT-01" in page
    found = desk.get(reverse("rules"), {"q": "cnt-01"}).context["page"].object_list
    assert [(line.code, line.state.name, line.hits) for line in found] == [("CNT-01", "active", 1)]
    assert not desk.get(reverse("rules"), {"state": "proposed"}).context["page"].object_list


def test_a_rule_shows_its_sentence_versions_and_statistics(desk: Client, at: datetime) -> None:
    case_of(bananas(at), at)
    page = text(desk.get(reverse("rule", args=["CNT-01"])))
    assert "1 assessment hit." in page
    assert "Not enough data: a share is shown from 30 decisions on." in page
    assert "In force" in page


def test_a_rule_shows_what_controls_found_of_what_it_hit(desk: Client, at: datetime) -> None:
    hit, other = case_of(bananas(at), at).ens, lodged(harmless(at), at)
    officer = person(Role.OFFICER, offices=(OFFICE,))
    found = (
        (hit, "irregular", "RES-03"),
        (hit, "conform", "RES-02"),
        (other, "seized", "RES-04"),
    )
    for ens, status, code in found:
        control = placed(ens, officer, at, kind="control", reason_code="CTL-02", place=OFFICE)
        Measure.objects.filter(pk=control.pk).update(status=status)
        Control.objects.filter(measure=control).update(
            result_code=code, started_at=at, recorded_at=at
        )
    placed(hit, officer, at, kind="control", reason_code="CTL-02", place=OFFICE)
    page = text(desk.get(reverse("rule", args=["CNT-01"])))
    assert "2 controls of what it hit have a result. 1 confirmed a find." in page
    assert "Not enough data: a share is shown from 30 controls on." in page


def test_a_new_rule_begins_as_a_draft(desk: Client, writer: User) -> None:
    approved(writer, person(Role.APPROVER), datetime.now().astimezone(), code="LMP-00")
    profile = RuleVersion.objects.get(rule__code="LMP-00").rule.profile_id
    data = {"code": "lmp-01", "title": "Lamps", "family": "goods", "profile": profile}
    response = desk.post(reverse("rule_new"), data)
    draft = RuleDraft.objects.get(rule__code="LMP-01")
    assert response["Location"] == reverse("rule_draft", args=[draft.pk])
    again = desk.post(reverse("rule_new"), data)
    assert again.status_code == 422
    assert "There is a rule with this code already." in text(again)


def test_the_form_is_kept_and_read_back_as_a_sentence(
    desk: Client, writer: User, at: datetime
) -> None:
    draft = press(desk, drafted(writer, at), "save")
    assert read(draft.outline) == Group(
        items=(Condition("item.hs4", "in_values", ("9405", "9406")),)
    )
    page = text(desk.get(reverse("rule_draft", args=[draft.pk])))
    assert "HS heading is one of 9405, 9406." in page


def test_parts_are_added_moved_and_removed_by_plain_buttons(
    desk: Client, writer: User, at: datetime
) -> None:
    draft = press(desk, drafted(writer, at), "add-group:1")
    assert read(draft.outline).items[1] == Group(items=(Condition(),))
    group = {"kind-1.2": "group", "join-1.2": "any", "over-1.2": "any_item"}
    inner = {"kind-1.2.1": "condition", "field-1.2.1": "item.gross_mass"}
    draft = press(desk, draft, "add-condition:1.2", **group, **inner)
    found = read(draft.outline).items[1]
    assert isinstance(found, Group)
    assert (found.join, found.over, len(found.items)) == (Join.ANY, "any_item", 2)
    draft = press(desk, draft, "up:1.2", **group, **inner)
    assert isinstance(read(draft.outline).items[0], Group)
    draft = press(desk, draft, "remove:1.1", **group, **inner)
    assert [type(part) for part in read(draft.outline).items] == [Group]


def test_a_field_of_another_type_drops_the_comparison(
    desk: Client, writer: User, at: datetime
) -> None:
    changed = {"field-1.1": "item.gross_mass", "value-1.1": "10"}
    draft = press(desk, drafted(writer, at), "save", **changed)
    assert read(draft.outline).items == (Condition("item.gross_mass", "", ("10",)),)


def test_a_draft_is_tried_on_one_declaration(desk: Client, writer: User, at: datetime) -> None:
    ens = lodged(bananas(at), at)
    fits = {"value-1.1": "0803", "operator-1.1": "equals", "mrn": ens.mrn}
    draft = press(desk, drafted(writer, at), "try", **fits)
    page = text(desk.get(reverse("rule_draft", args=[draft.pk]), {"mrn": ens.mrn}))
    assert "Would hit." in page
    assert "1 of 1 conditions are true, goods item 1." in page
    draft = press(desk, draft, "try", mrn=ens.mrn)
    page = text(desk.get(reverse("rule_draft", args=[draft.pk]), {"mrn": ens.mrn}))
    assert "Would not hit." in page
    assert '<span class="govuk-body-s" dir="auto">0803</span>' in page
    page = text(desk.get(reverse("rule_draft", args=[draft.pk]), {"mrn": "26NLX"}))
    assert "There is no ENS with this MRN that you see." in page


def test_what_is_missing_is_told_at_the_field_when_it_is_proposed(
    desk: Client, writer: User, at: datetime
) -> None:
    draft = drafted(writer, at)
    wrong = sent(draft, "propose", **{"field-1.1": "", "instruction": ""})
    response = desk.post(reverse("rule_draft_change", args=[draft.pk]), wrong)
    assert response.status_code == 422
    assert response.context["summary"] == [
        ("part-1.1", "Choose a field."),
        (
            "id_instruction",
            "Say what the officer is to do: a hit of this rule opens a case.",
        ),
    ]
    draft.refresh_from_db()
    assert draft.state == RuleDraft.State.DRAFT


def test_a_number_that_is_none_keeps_the_rest_of_the_form(
    desk: Client, writer: User, at: datetime
) -> None:
    draft = drafted(writer, at)
    wrong = sent(draft, "add-condition:1", score="many", instruction="Look.")
    response = desk.post(reverse("rule_draft_change", args=[draft.pk]), wrong)
    assert response.status_code == 422
    draft.refresh_from_db()
    assert (draft.score, draft.instruction) == (40, "Look.")
    assert len(read(draft.outline).items) == 2


def test_what_was_typed_is_kept_when_a_colleague_saved_meanwhile(
    desk: Client, writer: User, at: datetime
) -> None:
    draft = drafted(writer, at)
    address = reverse("rule_draft_change", args=[draft.pk])
    typed = sent(draft, "save", instruction="Mine.", **{"value-1.1": "9405"})
    colleague = person(Role.ANALYST, first_name="Eva", last_name="Visser")
    theirs = sent(draft, "save", instruction="Theirs.", **{"value-1.1": "9406"})
    assert browser(colleague).post(address, theirs).status_code == 302
    clash = desk.post(address, typed)
    assert clash.status_code == 409
    assert "E. Visser changed this draft at" in text(clash)
    told = {
        each.label: (each.before, each.after) for each in clash.context["found"].clash.differences
    }
    assert told["Instruction for the officer"] == ("Theirs.", "Mine.")
    assert "9406" in told["Condition"][0]
    draft.refresh_from_db()
    assert draft.instruction == "Theirs."
    again = typed | {"revision": str(clash.context["found"].draft.revision)}
    assert desk.post(address, again).status_code == 302
    draft.refresh_from_db()
    assert draft.instruction == "Mine."


def test_the_same_builder_stands_in_the_admin(desk: Client, writer: User, at: datetime) -> None:
    draft = drafted(writer, at)
    change = text(desk.get(reverse("admin:risk_ruledraft_change", args=[draft.pk])))
    address = reverse("rule_draft", args=[draft.pk]) + "?frame=admin"
    assert f'href="{address}"' in change
    page = text(desk.get(address))
    assert reverse("admin:risk_ruledraft_changelist") in page
    assert 'name="field-1.1"' in page
    wanted = sent(draft, "pick-value:1.1", frame="admin")
    change = reverse("rule_draft_change", args=[draft.pk])
    picker = desk.post(change, wanted)["Location"]
    assert picker == reverse("rule_pick", args=[draft.pk, "value", "1.1"]) + "?frame=admin"
    back = desk.post(picker, {"choice": "9407"})["Location"]
    assert back == f"{address}#part-1.1"


def test_another_person_approves_and_the_author_is_told_no(
    desk: Client, writer: User, approver: User, at: datetime
) -> None:
    draft = press(desk, drafted(writer, at), "propose")
    assert draft.state == RuleDraft.State.PROPOSED
    decide = reverse("rule_draft_decide", args=[draft.pk])
    data = {"do": "approve", "revision": str(draft.revision)}
    assert desk.post(decide, data).status_code == 403
    assert browser(approver).post(decide, {**data, "do": "x"}).status_code == 302
    assert RuleVersion.objects.filter(rule=draft.rule).count() == 0
    assert browser(approver).post(decide, data).status_code == 302
    assert RuleVersion.objects.get(rule=draft.rule).approved_by == approver


def test_a_picker_offers_codes_page_by_page_and_puts_one_in(
    desk: Client, writer: User, at: datetime
) -> None:
    outline = Group(items=(Condition("declaration.mode", "in_values", ("1",)),))
    draft = drafted(writer, at, outline=outline)
    address = reverse("rule_pick", args=[draft.pk, "value", "1.1"])
    page = desk.get(address, {"q": "air"})
    assert [offer.code for offer in page.context["page"].object_list] == ["4"]
    assert desk.post(address, {"choice": "4"}).status_code == 302
    draft.refresh_from_db()
    assert read(draft.outline).items == (Condition("declaration.mode", "in_values", ("1", "4")),)
    fields = desk.get(reverse("rule_pick", args=[draft.pk, "field", "1.1"]))
    assert len(fields.context["page"].object_list) == 20
    assert desk.get(reverse("rule_pick", args=[draft.pk, "field", "1.9"])).status_code == 404


def test_versions_are_compared_in_words(
    desk: Client, writer: User, approver: User, at: datetime
) -> None:
    version = approved(writer, approver, at, code="LMP-01")
    desk.post(reverse("rule_change", args=["LMP-01"]), {"version": "1"})
    draft = RuleDraft.objects.get(rule=version.rule, state="draft")
    press(desk, draft, "propose", score="55")
    draft.refresh_from_db()
    browser(approver).post(
        reverse("rule_draft_decide", args=[draft.pk]),
        {"do": "approve", "revision": str(draft.revision)},
    )
    page = text(desk.get(reverse("rule_compare", args=["LMP-01"]), {"from": "1", "to": "2"}))
    assert "HS heading is <del>9405.</del> <ins>one of 9405, 9406.</ins>" in page
    assert "<del>40</del> <ins>55</ins>" in page
    assert "A tip." not in page


def test_an_auditor_reads_the_secret_reason_for_a_stated_reason_only(
    writer: User, approver: User, at: datetime
) -> None:
    approved(writer, approver, at, code="LMP-01")
    auditor = browser(person(Role.AUDITOR))
    assert "A tip." not in text(auditor.get(reverse("rule", args=["LMP-01"])))
    address = reverse("rule_secret", args=["LMP-01"])
    assert auditor.post(address, {"reason": "why"}).status_code == 302
    assert "A tip." in text(auditor.post(address, {"reason": "Yearly audit of rules"}))
    looks = AccessLog.objects.filter(what="rule").order_by("id").values_list("reference", "reason")
    assert list(looks)[1] == ("LMP-01 secret reason", "Yearly audit of rules")


def test_a_proposed_draft_hides_its_secret_from_auditors(writer: User, at: datetime) -> None:
    draft = proposed(writer, at)
    page = text(browser(person(Role.AUDITOR)).get(reverse("rule_draft", args=[draft.pk])))
    assert "A tip." not in page
    assert "HS heading is 9405." in page
