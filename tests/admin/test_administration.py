"""What the administrator does: people, tokens, parked deliveries."""

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from django.test import Client
from django.urls import reverse

from customs_portal import clock
from customs_portal.accounts.models import ApiToken, OfficeMembership, Operator, Role, User
from customs_portal.api.authentication import live_token, token_digest
from customs_portal.events.models import Delivery, Event
from customs_portal.reference.models import Office
from tests.admin.conftest import LogIn


@pytest.fixture
def administrator(as_person: LogIn) -> Client:
    return as_person("administrator")


def issue(client: Client, **data: str) -> str | None:
    operator = Operator.objects.get(eori="NL123456789")
    address = reverse("admin:accounts_operator_issue_token", args=[operator.pk])
    response = client.post(address, {"scopes": ["lodge", "read"], **data})
    assert response.status_code == 200
    assert "no-store" in response["Cache-Control"]
    token: str = response.context["token"]
    if not token:
        return None
    assert token in response.content.decode()
    return token


def is_live(token: str) -> bool:
    digest = token_digest(f"Token {token}")
    return digest is not None and live_token(digest) is not None


def test_a_token_is_shown_once_and_works(administrator: Client) -> None:
    token = issue(administrator, label="Test system")
    assert token is not None
    assert is_live(token)
    pages = ("/admin/accounts/apitoken/", "/admin/accounts/operator/", "/admin/")
    assert [token in administrator.get(page).content.decode() for page in pages] == [False] * 3


def test_a_token_ends_when_it_was_said_to_in_the_time_of_the_office(administrator: Client) -> None:
    end = clock.now() + timedelta(days=1)
    local = end.astimezone(ZoneInfo("Europe/Amsterdam"))
    data = {"expires_at": f"{local:%Y-%m-%dT%H:%M}", "label": "x"}
    token = issue(administrator, **data)
    assert token is not None
    expiry = ApiToken.objects.get(label="x").expiry
    assert expiry is not None
    assert expiry.replace(second=0, microsecond=0) == end.replace(second=0, microsecond=0)


def test_a_token_does_not_end_in_the_past(administrator: Client) -> None:
    data = {"expires_at": "2020-01-01T00:00"}
    count = ApiToken.objects.count()
    assert issue(administrator, **data) is None
    assert ApiToken.objects.count() == count


def test_a_token_can_be_ended(administrator: Client) -> None:
    token = issue(administrator, label="x")
    assert token is not None
    data = {"action": "end", "_selected_action": [ApiToken.objects.get(label="x").pk]}
    administrator.post("/admin/accounts/apitoken/", data)
    assert not is_live(token)


def test_an_auditor_ends_no_token(as_person: LogIn) -> None:
    ids = list(ApiToken.objects.values_list("pk", flat=True))
    data = {"action": "end", "_selected_action": ids}
    as_person("auditor").post("/admin/accounts/apitoken/", data)
    assert ApiToken.objects.filter(expiry__gt=clock.now()).count() == len(ids) > 0


def retry(client: Client, delivery: Delivery) -> None:
    data = {"action": "try_again", "_selected_action": [delivery.pk]}
    client.post("/admin/events/delivery/", data)
    delivery.refresh_from_db()


def test_a_parked_delivery_is_tried_again(administrator: Client) -> None:
    delivery = Delivery.objects.get(parked_at__isnull=False)
    retry(administrator, delivery)
    assert (delivery.parked_at, delivery.attempts, delivery.error) == (None, 0, "")


def test_an_auditor_only_looks_at_parked_deliveries(as_person: LogIn) -> None:
    delivery = Delivery.objects.get(parked_at__isnull=False)
    client = as_person("auditor")
    retry(client, delivery)
    assert delivery.parked_at is not None
    page = client.get(reverse("admin:events_delivery_change", args=[delivery.pk]))
    assert "ValueError: test" in page.content.decode()


def waive(client: Client, delivery: Delivery, reason: str) -> bool:
    data = {"action": "give_up", "reason": reason, "_selected_action": [delivery.pk]}
    client.post("/admin/events/delivery/", data)
    return not Delivery.objects.filter(pk=delivery.pk).exists()


def test_a_parked_delivery_is_waived_only_with_a_reason(administrator: Client) -> None:
    delivery = Delivery.objects.get(parked_at__isnull=False)
    assert not waive(administrator, delivery, " ")
    assert waive(administrator, delivery, "Told by letter")
    told = Event.objects.get(kind="delivery.waived")
    assert told.data["reason"] == "Told by letter"
    assert told.actor_id == User.objects.get(username="administrator").pk


def test_an_auditor_waives_nothing(as_person: LogIn) -> None:
    delivery = Delivery.objects.get(parked_at__isnull=False)
    assert not waive(as_person("auditor"), delivery, "Because")


NO_MEMBERSHIPS = {
    f"{kind}_memberships-{name}_FORMS": "0"
    for kind in ("office", "operator")
    for name in ("TOTAL", "INITIAL")
}


def person_data(user: User, **changes: str) -> dict[str, str]:
    base = {"username": user.username, "role": user.role, "is_active": "on"}
    return {**NO_MEMBERSHIPS, **base, **changes}


def test_a_person_gets_a_role_and_an_office(administrator: Client) -> None:
    data = {
        **NO_MEMBERSHIPS,
        "username": "nieuw", "role": "officer", "email": "nieuw@customs.example",
    }  # fmt: skip
    response = administrator.post(reverse("admin:accounts_user_add"), data)
    user = User.objects.get(username="nieuw")
    assert response.status_code == 200
    assert (user.role, user.is_staff) == (Role.OFFICER, True)
    assert not user.has_usable_password()
    office = Office.objects.get(reference="NL000396")
    data = person_data(
        user,
        **{
            "office_memberships-TOTAL_FORMS": "1",
            "office_memberships-0-user": str(user.pk),
            "office_memberships-0-office": str(office.pk),
        },
    )
    response = administrator.post(reverse("admin:accounts_user_change", args=[user.pk]), data)
    assert response.status_code == 302
    assert OfficeMembership.objects.get(user=user).office == office


def test_a_person_who_becomes_a_trader_is_no_longer_staff(administrator: Client) -> None:
    user = User.objects.get(username="supervisor")
    data = person_data(user, role="trader")
    administrator.post(reverse("admin:accounts_user_change", args=[user.pk]), data)
    user.refresh_from_db()
    assert (user.role, user.is_staff) == (Role.TRADER, False)
