"""Casework in the admin does what the page does, by the same services."""

from typing import Any

import pytest
from django.contrib.messages import get_messages
from django.urls import reverse

from customs_portal.events import advance
from declarations.models import Measure
from messaging.models import OutboundMessage
from risk.models import Assessment, Case, Decision, DecisionProposal
from tests.access.world import World
from tests.admin.conftest import LogIn

LIST = "/admin/risk/case/"


@pytest.fixture
def case(world: World) -> Case:
    return Case.objects.get(status="open")


def act(client: Any, action: str, *cases: Case) -> Any:
    data = {"action": action, "_selected_action": [case.pk for case in cases]}
    return client.post(LIST, data)


def said(response: Any) -> list[str]:
    """Return the messages of this response; those of earlier ones were not shown yet."""
    storage: Any = get_messages(response.wsgi_request)
    return [str(message) for message in storage._queued_messages]


def order(case: Case, **changes: str) -> dict[str, str]:
    base = {
        "revision": str(case.revision),
        "verb": "hold",
        "reason_code": "HLD-04",
        "subject": "item:1",
        "note": "Waiting for the contract.",
    }
    return {**base, **changes}


def address(case: Case) -> str:
    return reverse("admin:risk_case_decide", args=[case.pk])


def placed(case: Case) -> list[Measure]:
    return list(Measure.objects.filter(ens=case.ens))


def test_an_officer_claims_and_gives_back(as_person: LogIn, world: World, case: Case) -> None:
    client = as_person("officer")
    assert said(act(client, "claim", case)) == ["Claimed: 1."]
    case.refresh_from_db()
    assert case.assignee == world.people["officer"]
    assert said(act(client, "give_back", case)) == ["Given back: 1."]
    case.refresh_from_db()
    assert case.assignee is None


def test_a_case_of_another_officer_is_not_taken(as_person: LogIn, world: World, case: Case) -> None:
    act(as_person("officer"), "claim", case)
    assert said(act(as_person("supervisor"), "claim", case)) == ["Another officer has this case."]
    case.refresh_from_db()
    assert case.assignee == world.people["officer"]


@pytest.mark.parametrize("name", ["officer elsewhere", "analyst", "auditor"])
def test_who_does_not_work_on_the_case_cannot_act(name: str, as_person: LogIn, case: Case) -> None:
    act(as_person(name), "claim", case)
    assert as_person(name).post(address(case), order(case)).status_code in (403, 404)
    case.refresh_from_db()
    assert (case.assignee, case.status) == (None, "open")
    assert placed(case) == []


@pytest.mark.parametrize("verb", ["no_further_action", "control", "hold"])
def test_an_action_leads_to_the_form_of_its_decision(
    verb: str, as_person: LogIn, case: Case
) -> None:
    client = as_person("officer")
    response = act(client, verb, case)
    assert response["Location"] == f"{address(case)}?verb={verb}"
    form = client.get(response["Location"]).context["form"]
    assert form["verb"].value() == verb


@pytest.mark.parametrize(("action", "verb"), [("do_not_load", "do_not_load"), ("ask", "rfi")])
def test_what_needs_more_to_be_seen_leads_to_the_form_of_the_review_page(
    action: str, verb: str, as_person: LogIn, case: Case
) -> None:
    client = as_person("officer")
    response = act(client, action, case)
    assert response["Location"] == f"{reverse('review', args=[case.pk])}?verb={verb}#decision"
    assert client.get(response["Location"]).context["form"]["verb"].value() == verb


def test_a_measure_is_lifted_and_a_proposal_signed_on_their_pages(as_person: LogIn) -> None:
    client, measure = as_person("officer"), Measure.objects.order_by("pk")[0]
    data = {"action": "lift", "_selected_action": [measure.pk]}
    response = client.post("/admin/declarations/measure/", data)
    assert response["Location"] == f"{reverse('measure', args=[measure.pk])}#lift-title"
    assert client.get(response["Location"]).status_code == 200
    assert "Location" not in as_person("auditor").post("/admin/declarations/measure/", data)
    proposal = DecisionProposal.objects.get()
    page = client.get(reverse("admin:risk_decisionproposal_change", args=[proposal.pk]))
    assert reverse("review", args=[proposal.case_id]) in page.content.decode()


def test_only_one_case_is_decided_at_a_time(as_person: LogIn, case: Case) -> None:
    other = Case.objects.exclude(pk=case.pk).get()
    response = act(as_person("officer"), "hold", case, other)
    assert said(response) == ["Choose one case to decide."]


def test_the_form_says_what_is_sent(as_person: LogIn, case: Case) -> None:
    page = as_person("officer").get(address(case)).content.decode()
    assert "IE351 to NL123456789" in page
    assert "BE101000, NL000510" in page
    assert "TST-01" in page


def test_reasons_that_need_a_second_signature_are_offered_too(as_person: LogIn, case: Case) -> None:
    page = as_person("officer").get(address(case)).content.decode()
    assert "CTL-03" in page
    assert "CTL-04" in page


def test_a_hold_is_placed_and_told(as_person: LogIn, world: World, case: Case) -> None:
    response = as_person("officer").post(address(case), order(case))
    assert response["Location"] == reverse("admin:risk_case_change", args=[case.pk])
    advance.drain()
    [measure] = placed(case)
    assert (measure.kind, measure.status) == ("hold", "in_force")
    assert (measure.subject, measure.reference) == ("item", "1")
    decision = Decision.objects.get(case=case)
    assert (decision.officer, decision.note) == (
        world.people["officer"],
        "Waiting for the contract.",
    )
    assert Assessment.objects.get(pk=decision.assessment_id).result == "risk"
    sent = OutboundMessage.objects.filter(ens=case.ens).values_list("kind", "recipient")
    assert {("CC351A", "NL123456789")} <= set(sent)


def test_a_control_that_is_not_announced_is_told_to_no_trader(
    as_person: LogIn, world: World, case: Case
) -> None:
    data = order(
        case, verb="control", reason_code="CTL-02", subject="", announce="no", place="NL000396"
    )
    assert as_person("officer").post(address(case), data).status_code == 302
    advance.drain()
    [measure] = placed(case)
    assert (measure.kind, measure.place, measure.announced_at) == ("control", "NL000396", None)
    assert not OutboundMessage.objects.filter(ens=case.ens, kind="CC351A").exists()


def test_no_further_action_ends_the_case_without_a_measure(as_person: LogIn, case: Case) -> None:
    data = order(case, verb="no_further_action", reason_code="NFA-01")
    assert as_person("officer").post(address(case), data).status_code == 302
    case.refresh_from_db()
    assert case.status == "closed"
    assert placed(case) == []


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"verb": "x"}, "verb"),
        ({"reason_code": "NFA-01"}, "reason_code"),
        ({"reason_code": "CTL-04"}, "reason_code"),
        ({"note": "  "}, "note"),
        ({"subject": "item:99"}, "subject"),
        ({"verb": "control", "reason_code": "CTL-02", "place": "NL000396"}, "announce"),
        ({"verb": "control", "reason_code": "CTL-01"}, "place"),
        ({"verb": "control", "reason_code": "CTL-01", "place": "FR000001"}, "place"),
        ({"revision": ""}, "revision"),
        ({"note": "x" * 4001}, "note"),
    ],
)
def test_what_is_missing_or_wrong_is_said_at_its_field(
    changes: dict[str, str], field: str, as_person: LogIn, case: Case
) -> None:
    response = as_person("officer").post(address(case), order(case, **changes))
    assert response.status_code == 200
    assert field in response.context["form"].errors
    assert placed(case) == []


def test_a_decision_on_an_older_revision_is_refused(as_person: LogIn, case: Case) -> None:
    seen = order(case)
    Case.objects.filter(pk=case.pk).update(revision=case.revision + 1)
    response = as_person("officer").post(address(case), seen)
    assert response.context["form"].non_field_errors() == [
        "The declaration changed while you read it."
    ]
    assert placed(case) == []


def test_a_closed_case_is_not_decided_again(as_person: LogIn, case: Case) -> None:
    client = as_person("officer")
    assert client.post(address(case), order(case)).status_code == 302
    assert client.post(address(case), order(case)).status_code == 200
    assert len(placed(case)) == 1
    page = client.get(reverse("admin:risk_case_change", args=[case.pk])).content.decode()
    assert address(case) not in page
