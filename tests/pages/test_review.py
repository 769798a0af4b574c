"""The review page and its decisions."""

import re
from datetime import datetime
from typing import Any

import msgspec
import pytest
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from customs_portal.accounts.models import Role, User
from customs_portal.events.models import Event
from declarations.models import Measure
from risk.models import Assessment, Case, Decision
from risk.services.failsafe import open_unassessed
from tests.factories.declarations import OFFICE, bananas, case_of, harmless, lodged, with_item
from tests.factories.people import person

NO_ACTION = {
    "verb": "no_further_action",
    "reason_code": "NFA-01",
    "note": "Weekly trade of a known firm.",
}
CONTROL = {
    "verb": "control",
    "reason_code": "CTL-02",
    "subject": "equipment:CSQU3054383",
    "place": OFFICE,
    "announce": "no",
    "note": "Doors and floor.",
}
HOLD = {
    "verb": "hold",
    "reason_code": "HLD-05",
    "subject": "declaration",
    "announce": "yes",
    "note": "The police ask for it.",
}


@pytest.fixture
def case(at: datetime) -> Case:
    return case_of(bananas(at, subsequent_offices=("BE101000",)), at)


def review(client: Client, case: Case) -> str:
    response = client.get(reverse("review", args=[case.pk]))
    assert response.status_code == 200
    return response.content.decode()


def test_where_goods_can_be_controlled_at_one_office_only_it_is_chosen(
    desk: Client, at: datetime, case: Case
) -> None:
    one = f'<option value="{OFFICE}" selected>'
    assert one in review(desk, case)
    several = case_of(bananas(at, subsequent_offices=("NL000510",)), at)
    assert one not in review(desk, several)


def decide(client: Client, case: Case, data: dict[str, str]) -> tuple[int, str]:
    sent = {"revision": str(case.revision), **data}
    response = client.post(reverse("decide", args=[case.pk]), sent)
    return response.status_code, response.content.decode()


def assert_nothing_decided(case: Case) -> None:
    case.refresh_from_db()
    assert case.status == Case.Status.OPEN
    assert not Decision.objects.exists()
    assert not Measure.objects.exists()
    assert Assessment.objects.get(ens=case.ens).status == Assessment.Status.REVIEW
    assert not Event.objects.filter(kind="case.decided").exists()


def test_hit_fields_are_marked_and_lead_to_the_reason_and_back(desk: Client, case: Case) -> None:
    html = review(desk, case)
    assert re.search(r'<mark class="portal-mark" id="field-1"', html)
    assert 'href="#hit-1"' in html
    assert 'href="#field-1"' in html
    assert "<strong>Do:</strong>" in html
    assert "CNT-01 v1, High, +55" in html


def test_the_document_of_all_items_stands_once(desk: Client, case: Case) -> None:
    declared = review(desk, case).partition('id="timeline"')[0]
    assert declared.count("N705 BL000001") == 1


def test_a_document_of_some_items_stands_with_them(desk: Client, at: datetime) -> None:
    document = bananas(at)
    item = next(document.items())
    other = msgspec.structs.replace(item.documents[0], reference="BL000002")
    items = (item, msgspec.structs.replace(item, number=2, documents=(other,)))
    first, *_none = document.consignments
    papers = (*first.transport_documents, other)
    both = msgspec.structs.replace(first, items=items, transport_documents=papers)
    case = case_of(msgspec.structs.replace(document, consignments=(both,)), at)
    declared = review(desk, case).partition('id="timeline"')[0]
    assert declared.count("N705 BL000002") == 2


def test_every_anchor_stands_once(desk: Client, case: Case) -> None:
    ids = re.findall(r' id="([^"]+)"', review(desk, case))
    assert len(ids) == len(set(ids))


def test_who_is_told_is_said_before_the_decision(desk: Client, case: Case) -> None:
    html = review(desk, case)
    assert "<strong>IE319</strong> to Belgium: The declaration and result C" in html
    assert "<strong>IE319</strong> to Belgium: The declaration and result B" in html
    assert "<strong>IE351</strong> to NL123456789" in html
    assert "Nothing is sent. The trader sees no difference." in html


def test_reasons_say_who_else_signs_and_when_to_use_them(desk: Client, case: Case) -> None:
    html = review(desk, case)
    assert "CTL-04 Physical, full unloading (your choice) (a supervisor signs)" in html
    assert "NFA-06 Capacity: lower priority (another officer signs)" in html
    assert "You only lack time." in html


def test_what_is_not_possible_says_why(desk: Client, case: Case) -> None:
    html = review(desk, case)
    assert "Screening is asked for only in the analysis before loading by air." in html
    assert "Only once the goods were presented." in html
    assert 'value="rfs"' not in html


def test_no_further_action_places_no_measure(desk: Client, officer: User, case: Case) -> None:
    assert decide(desk, case, NO_ACTION)[0] == 302
    case.refresh_from_db()
    assert case.status == Case.Status.CLOSED
    decision = Decision.objects.get()
    assert (decision.verb, decision.officer) == ("no_further_action", officer)
    assert not Measure.objects.exists()


def test_control_is_recommended_at_a_place_and_not_announced(desk: Client, case: Case) -> None:
    assert decide(desk, case, CONTROL)[0] == 302
    measure = Measure.objects.get()
    assert (measure.kind, measure.subject, measure.reference) == (
        "control",
        "equipment",
        "CSQU3054383",
    )
    assert (measure.place, measure.announced_at) == (OFFICE, None)


def test_a_hold_can_be_announced(desk: Client, case: Case) -> None:
    assert decide(desk, case, HOLD)[0] == 302
    measure = Measure.objects.get()
    assert measure.kind == "hold"
    assert measure.announced_at is not None


@pytest.mark.parametrize(
    ("data", "text"),
    [
        ({}, "Choose a decision."),
        ({**NO_ACTION, "note": " "}, "Say why: this reason needs a text."),
        ({**CONTROL, "place": ""}, "Choose where the goods are to be controlled."),
        ({**CONTROL, "announce": ""}, "Choose whether the trader is told."),
        ({**CONTROL, "reason_code": "HLD-05"}, "This reason belongs to another decision."),
    ],
)
def test_an_incomplete_decision_keeps_the_text_and_says_what_is_missing(
    desk: Client, case: Case, data: dict[str, str], text: str
) -> None:
    status, html = decide(desk, case, data)
    assert status == 422
    assert text in html
    assert "govuk-error-summary" in html
    if data.get("note", "").strip():
        assert data["note"] in html
    assert_nothing_decided(case)


def test_a_decision_on_an_older_version_is_refused_and_can_be_made_again(
    desk: Client, case: Case
) -> None:
    Case.objects.filter(pk=case.pk).update(revision=2)
    status, html = decide(desk, case, CONTROL)
    assert status == 422
    assert "The declaration changed while you read it." in html
    assert "Doors and floor." in html
    assert 'name="revision" value="2"' in html
    assert_nothing_decided(case)


def test_a_case_of_another_officer_shows_no_form_and_refuses(desk: Client, case: Case) -> None:
    other = person(Role.OFFICER, offices=(OFFICE,), first_name="Sami", last_name="Amrani")
    Case.objects.filter(pk=case.pk).update(assignee=other)
    html = review(desk, case)
    assert "S. Amrani has this case." in html
    assert "decision-form" not in html
    assert decide(desk, case, NO_ACTION)[0] == 422
    assert_nothing_decided(case)


def test_claim_and_give_back(desk: Client, officer: User, case: Case) -> None:
    desk.post(reverse("claim", args=[case.pk]))
    case.refresh_from_db()
    assert case.assignee == officer
    desk.post(reverse("give_back", args=[case.pk]))
    case.refresh_from_db()
    assert case.assignee is None


@pytest.mark.parametrize("name", ["claim", "give_back", "decide"])
def test_verbs_are_not_carried_out_by_get(desk: Client, case: Case, name: str) -> None:
    answer = desk.get(reverse(name, args=[case.pk]))
    assert (answer.status_code, answer["Allow"]) == (405, "POST")
    assert "This address only takes what a form sends." in answer.content.decode()


def test_hidden_and_absent_cases_answer_alike(client: Client, case: Case) -> None:
    client.force_login(person(Role.OFFICER, offices=("NL000432",)))
    for key in (case.pk, case.pk + 999):
        assert client.get(reverse("review", args=[key])).status_code == 404
        assert client.post(reverse("claim", args=[key])).status_code == 404
        assert client.post(reverse("decide", args=[key]), NO_ACTION).status_code == 404
    assert_nothing_decided(case)


def test_an_auditor_reads_and_cannot_decide(client: Client, case: Case) -> None:
    client.force_login(person(Role.AUDITOR))
    assert "decision-form" not in review(client, case)
    assert client.post(reverse("decide", args=[case.pk]), NO_ACTION).status_code == 403
    assert_nothing_decided(case)


def test_999_items_come_in_pages_and_those_with_a_hit_first(
    desk: Client, at: datetime, django_assert_max_num_queries: Any
) -> None:
    document = bananas(at)
    hit = next(document.items())
    plain = msgspec.structs.replace(hit, description="Ceramic tiles", commodity_code="690721")
    items = [msgspec.structs.replace(plain, number=number) for number in range(1, 999)]
    items.append(msgspec.structs.replace(hit, number=999))
    consignment = msgspec.structs.replace(document.consignments[0], items=tuple(items))
    case = case_of(msgspec.structs.replace(document, consignments=(consignment,)), at)
    small = case_of(bananas(at), at)
    with CaptureQueriesContext(connection) as few:
        review(desk, small)
    with django_assert_max_num_queries(len(few)):
        html = review(desk, case)
    assert "Fresh bananas in boxes" in html
    assert "999 items, those with a hit first: page 1 of 20." in html
    assert html.count("Ceramic tiles") == 49
    last = desk.get(reverse("review", args=[case.pk]), {"items": "20"}).content.decode()
    assert last.count("Ceramic tiles") == 49
    assert "Fresh bananas in boxes" not in last


def test_999_hits_of_a_rule_are_one_reason_and_told_with_the_items_shown(
    desk: Client, at: datetime
) -> None:
    document = bananas(at)
    hit = next(document.items())
    items = tuple(msgspec.structs.replace(hit, number=number) for number in range(1, 1000))
    consignment = msgspec.structs.replace(document.consignments[0], items=items)
    case = case_of(msgspec.structs.replace(document, consignments=(consignment,)), at)
    html = review(desk, case)
    assert html.count('id="hit-1"') == 1
    assert "998 more hits of this rule" in html
    assert "949 with items on other pages: look at the next items." in html
    assert "<strong>Item 2-50:</strong>" in html
    last = desk.get(reverse("review", args=[case.pk]), {"items": "20"}).content.decode()
    assert "<strong>Item 951-999:</strong>" in last
    assert len(html) < 250_000


def test_a_reason_leads_to_the_page_of_its_goods_item(desk: Client, at: datetime) -> None:
    document = harmless(at)
    plain = next(document.items())
    vague = msgspec.structs.replace(plain, number=60, description="Tiles", commodity_code=None)
    items = (*(msgspec.structs.replace(plain, number=number) for number in range(1, 60)), vague)
    consignment = msgspec.structs.replace(document.consignments[0], items=items)
    case = case_of(msgspec.structs.replace(document, consignments=(consignment,)), at)
    assert 'href="#field-1" data-key="1"' in review(desk, case)
    second = desk.get(reverse("review", args=[case.pk]), {"items": "2"}).content.decode()
    assert 'href="?items=1#item-60" data-key="1"' in second
    assert 'id="item-60"' not in second


def test_rules_nearly_hit_are_looked_for_on_many_items_when_asked(
    desk: Client, at: datetime
) -> None:
    document = bananas(at)
    hit = next(document.items())
    items = tuple(msgspec.structs.replace(hit, number=number) for number in range(1, 1000))
    consignment = msgspec.structs.replace(document.consignments[0], items=items)
    case = case_of(msgspec.structs.replace(document, consignments=(consignment,)), at)
    assert "Look for rules that nearly hit" in review(desk, case)
    asked = desk.get(reverse("review", args=[case.pk]), {"near": "1"}).content.decode()
    assert "Look for rules that nearly hit" not in asked


def test_hostile_text_is_escaped(desk: Client, at: datetime) -> None:
    document = bananas(at)
    item = msgspec.structs.replace(next(document.items()), description='"><img src=x onerror=a()>')
    html = review(desk, case_of(with_item(document, item), at))
    assert "<img" not in html


def test_no_page_has_inline_script_or_style(desk: Client, case: Case) -> None:
    html = review(desk, case)
    assert not re.search(r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son[a-z]+=", html)


def test_a_case_without_an_assessment_says_why_it_stands_here(desk: Client, at: datetime) -> None:
    ens = lodged(bananas(at), at)
    with transaction.atomic():
        open_unassessed(at=ens.analysis_ends_at)
    case = Case.objects.get(ens=ens)
    assert "Not assessed in time." in review(desk, case)
    assert "Not assessed in time" in desk.get(reverse("queue")).content.decode()
