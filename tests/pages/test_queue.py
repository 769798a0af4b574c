"""The queue."""

import re
from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from customs_portal.accounts.models import Role, User
from risk.models import Case
from tests.factories.declarations import assessed, bananas, case_of, harmless, lodged
from tests.factories.people import person


def page(client: Client, **parameters: str | int) -> str:
    response = client.get(reverse("queue"), parameters)
    assert response.status_code == 200
    return response.content.decode()


def test_a_case_stands_in_one_row_with_its_reason_in_words(desk: Client, at: datetime) -> None:
    case = case_of(bananas(at), at)
    html = page(desk)
    assert case.ens.mrn in html
    assert "Fresh bananas in boxes" in html
    assert "CNT-01" not in html
    assert "No officer" in html


def test_what_passes_without_risk_is_not_in_the_queue(desk: Client, at: datetime) -> None:
    ens = assessed(lodged(harmless(at), at), at)
    assert ens.mrn not in page(desk)


def test_the_number_of_queries_does_not_depend_on_the_number_of_rows(
    desk: Client, at: datetime
) -> None:
    case_of(bananas(at), at)
    page(desk)
    with CaptureQueriesContext(
        connection,
    ) as one:
        page(desk)
    for _ in range(29):
        case_of(bananas(at), at)
    with CaptureQueriesContext(connection) as thirty:
        html = page(desk)
    assert html.count("data-row-link") == 30
    assert len(thirty) == len(one)


def test_a_page_has_thirty_rows_and_leads_to_the_next(desk: Client, at: datetime) -> None:
    for _ in range(31):
        case_of(bananas(at), at)
    first = page(desk)
    [after] = re.findall(r'rel="next" href="[^"]+after=([\d-]+)"', first)
    last = page(desk, after=after)
    shown = [re.findall(r"data-row-link>(\w+)<", html) for html in (first, last)]
    assert [len(each) for each in shown] == [30, 1]
    assert not set(shown[0]) & set(shown[1])
    [before] = re.findall(r'rel="prev" href="[^"]+before=([\d-]+)"', last)
    assert re.findall(r"data-row-link>(\w+)<", page(desk, before=before)) == shown[0]


def test_the_least_time_left_comes_first(desk: Client, at: datetime) -> None:
    later = case_of(bananas(at), at)
    sooner = case_of(bananas(at), at)
    Case.objects.filter(pk=sooner.pk).update(due_at=at - timedelta(hours=1))
    html = page(desk)
    assert html.index(sooner.ens.mrn) < html.index(later.ens.mrn)
    assert "late</strong>" in html


def test_an_officer_of_another_office_does_not_see_it(client: Client, at: datetime) -> None:
    case = case_of(bananas(at), at)
    client.force_login(person(Role.OFFICER, offices=("NL000432",)))
    assert case.ens.mrn not in page(client)


def test_an_officer_of_a_risk_centre_sees_the_country(client: Client, at: datetime) -> None:
    case = case_of(bananas(at), at)
    client.force_login(person(Role.OFFICER, offices=("NL000900",)))
    assert case.ens.mrn in page(client)


@pytest.mark.parametrize(
    ("parameters", "shown"),
    [
        ({"who": "nobody"}, True),
        ({"who": "me"}, False),
        ({"outcome": "control"}, True),
        ({"outcome": "documents"}, False),
        ({"mode": "1"}, True),
        ({"mode": "4"}, False),
        ({"office": "NL000396"}, True),
        ({"office": "NL000432"}, False),
        ({"time": "late"}, False),
        ({"q": "nothing"}, False),
    ],
)
def test_filters_narrow_the_view(
    desk: Client, at: datetime, parameters: dict[str, str], shown: bool
) -> None:
    case = case_of(bananas(at), at)
    assert (case.ens.mrn in page(desk, **parameters)) is shown


def test_the_mrn_and_the_container_find_a_case(desk: Client, at: datetime) -> None:
    case = case_of(bananas(at), at)
    assert "data-row-link" in page(desk, q=case.ens.mrn.lower())
    assert page(desk, q="CSQU3054383").count("data-row-link") == 1


def test_live_refresh_tells_of_new_cases_without_rows(desk: Client, at: datetime) -> None:
    first = case_of(bananas(at), at)
    case_of(bananas(at), at)
    response = desk.get(reverse("queue"), {"newest": first.pk}, headers={"HX-Request": "true"})
    html = response.content.decode()
    assert "1 new case." in html
    assert "data-row-link" not in html
    assert "2 open" in html


def test_claim_next_takes_the_most_urgent_and_opens_it(
    desk: Client, officer: User, at: datetime
) -> None:
    case_of(bananas(at), at)
    urgent = case_of(bananas(at), at)
    Case.objects.filter(pk=urgent.pk).update(due_at=at)
    response = desk.post(reverse("claim_next"))
    assert response["Location"] == reverse("review", args=[urgent.pk])
    urgent.refresh_from_db()
    assert urgent.assignee == officer


def test_claim_next_says_when_there_is_none(desk: Client) -> None:
    response = desk.post(reverse("claim_next"), follow=True)
    assert "No open case is without an officer." in response.content.decode()


def test_claim_selected_takes_them_and_without_a_selection_says_so(
    desk: Client, officer: User, at: datetime
) -> None:
    cases = [case_of(bananas(at), at) for _ in range(2)]
    response = desk.post(
        reverse("claim_selected"), {"case": [case.pk for case in cases]}, follow=True
    )
    assert "2 cases are yours." in response.content.decode()
    assert Case.objects.filter(assignee=officer).count() == 2
    response = desk.post(reverse("claim_selected"), follow=True)
    assert "Select cases first." in response.content.decode()


def test_a_verb_is_not_carried_out_by_get(desk: Client) -> None:
    assert desk.get(reverse("claim_next")).status_code == 405
    assert desk.get(reverse("claim_selected")).status_code == 405


def test_hostile_goods_text_is_escaped(desk: Client, at: datetime) -> None:
    document = bananas(at)
    import msgspec

    from tests.factories.declarations import with_item

    item = msgspec.structs.replace(next(document.items()), description="<script>alert(1)</script>")
    case_of(with_item(document, item), at)
    html = page(desk)
    assert "<script>alert" not in html
    assert "&lt;script&gt;alert(1)" in html
