"""Your company: colleagues, mandates and tokens, each as far as the role goes."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from customs_portal.accounts.models import (
    ApiToken,
    Mandate,
    OperatorMembership,
    Role,
    User,
)
from customs_portal.accounts.services import issue_token, system_account
from customs_portal.api.authentication import live_token, token_digest
from customs_portal.clock import now
from tests.factories.people import operator, person

OWN, AGENT, FOREIGN = "NL900000011", "NL900000022", "NL900000033"
LODGER, OWNER, READER = (OperatorMembership.Role(name) for name in ("lodger", "owner", "reader"))


@pytest.fixture
def owner(client: Client) -> User:
    user = person(Role.TRADER, operators=(OWN,))
    operator(AGENT)
    client.force_login(user)
    return user


def colleague(role: OperatorMembership.Role, eori: str = OWN) -> OperatorMembership:
    user = person(Role.TRADER, first_name="Nora", last_name="Kade")
    return OperatorMembership.objects.create(user=user, operator=operator(eori), role=role)


def send(client: Client, name: str, *keys: Any, **data: Any) -> Any:
    return client.post(reverse(name, args=keys), data)


def grant(client: Client, eori: str = OWN, **data: Any) -> Any:
    return send(
        client, "grant_mandate", eori, **({"representative": AGENT, "scopes": ["amend"]} | data)
    )


def mandate(giver: str, receiver: str, by: User) -> Mandate:
    return Mandate.objects.create(
        operator=operator(giver), representative=operator(receiver), scopes=["read"],
        granted_by=by, granted_at=now(),
    )  # fmt: skip


@pytest.mark.usefixtures("owner")
def test_the_first_company_is_shown_with_its_people_and_not_its_systems(client: Client) -> None:
    colleague(READER)
    system_account(operator=operator(OWN))
    response = client.get(reverse("companies"), follow=True)
    html = response.content.decode()
    assert "Nora Kade" in html
    assert "system-" not in html


def test_who_acts_for_none_is_told_so(client: Client) -> None:
    client.force_login(person(Role.TRADER))
    assert "You act for no company" in client.get(reverse("companies")).content.decode()


def test_an_owner_grants_a_mandate_and_revokes_it(client: Client, owner: User) -> None:
    assert grant(client, valid_to="2030-01-01", scopes=["amend", "read"]).status_code == 302
    found = Mandate.objects.get()
    assert (found.operator.eori, found.representative.eori) == (OWN, AGENT)
    assert (found.scopes, found.valid_to, found.granted_by) == (
        ["amend", "read"], date(2030, 1, 1), owner,
    )  # fmt: skip
    assert send(client, "revoke_mandate", OWN, found.pk).status_code == 302
    found.refresh_from_db()
    assert found.revoked_by == owner
    assert not found.is_alive(now())


@pytest.mark.parametrize(
    ("data", "text"),
    [
        ({"representative": OWN}, "An operator needs no mandate from itself."),
        ({"representative": "XX1"}, "The register has no operator with this EORI."),
        ({"scopes": []}, "This field is required."),
        ({"scopes": ["own"]}, "Select a valid choice."),
        ({"valid_to": "2020-01-01"}, "It would have ended already."),
        ({"valid_from": "2030-01-02", "valid_to": "2030-01-01"}, "It must end after it begins."),
        ({"valid_from": "31.12."}, "Enter a valid date."),
    ],
)
@pytest.mark.usefixtures("owner")
def test_a_mandate_that_cannot_be_is_refused(
    client: Client, data: dict[str, Any], text: str
) -> None:
    response = grant(client, **data)
    assert response.status_code == 422
    assert text in response.content.decode()
    assert not Mandate.objects.exists()


@pytest.mark.usefixtures("owner")
def test_two_mandates_for_the_same_days_are_refused(client: Client) -> None:
    assert grant(client).status_code == 302
    response = grant(client, valid_from="2030-01-01")
    assert response.status_code == 422
    assert "There is one already for some of these days." in response.content.decode()
    assert Mandate.objects.count() == 1


def test_fields_beside_the_form_change_nothing(client: Client, owner: User) -> None:
    stranger = operator(FOREIGN)
    grant(client, operator=stranger.pk, granted_by=1, revoked_at="2020-01-01", id=77)
    found = Mandate.objects.get()
    assert (found.operator.eori, found.granted_by, found.revoked_at) == (OWN, owner, None)


def test_who_has_a_mandate_can_give_it_back(client: Client, owner: User) -> None:
    received = mandate(FOREIGN, OWN, owner)
    assert send(client, "revoke_mandate", OWN, received.pk).status_code == 302
    received.refresh_from_db()
    assert received.revoked_by == owner


def test_mandates_of_others_do_not_exist(client: Client, owner: User) -> None:
    foreign = mandate(FOREIGN, AGENT, owner)
    assert send(client, "revoke_mandate", OWN, foreign.pk).status_code == 404
    assert send(client, "revoke_mandate", FOREIGN, foreign.pk).status_code == 404
    assert grant(client, FOREIGN).status_code == 404
    foreign.refresh_from_db()
    assert foreign.revoked_at is None


def test_a_mandate_of_my_other_company_is_not_of_this_one(client: Client, owner: User) -> None:
    OperatorMembership.objects.create(user=owner, operator=operator(FOREIGN), role=READER)
    other = mandate(FOREIGN, AGENT, owner)
    assert send(client, "revoke_mandate", OWN, other.pk).status_code == 404
    assert send(client, "revoke_mandate", FOREIGN, other.pk).status_code == 403


@pytest.mark.usefixtures("owner")
def test_a_token_is_shown_once_and_works_for_what_it_is_for(client: Client) -> None:
    data = {"label": "Terminal", "scopes": ["read"], "test": "on", "operator": operator(AGENT).pk}
    response = send(client, "issue_token", OWN, **data)
    html = response.content.decode()
    token = html.split('id="token">')[1].split("<")[0]
    assert response["Cache-Control"] == "no-store"
    found = live_token(token_digest(f"Token {token}") or "")
    assert found is not None
    assert found.operator is not None
    assert (found.operator.eori, found.scopes, found.test, found.label) == (
        OWN, ["read"], True, "Terminal",
    )  # fmt: skip
    assert token not in client.get(reverse("company", args=[OWN])).content.decode()


@pytest.mark.parametrize("days", [-1, 366, 5000])
@pytest.mark.usefixtures("owner")
def test_a_token_ends_within_a_year(client: Client, days: int) -> None:
    end = now() + timedelta(days=days)
    response = send(client, "issue_token", OWN, scopes=["read"], expires_at=f"{end:%Y-%m-%dT%H:%M}")
    assert response.status_code == 422
    assert not ApiToken.objects.exists()


@pytest.mark.usefixtures("owner")
def test_a_token_is_ended_and_those_of_others_do_not_exist(client: Client) -> None:
    issue_token(operator=operator(OWN), at=now())
    issue_token(operator=operator(FOREIGN), at=now())
    own, foreign = (ApiToken.objects.get(operator__eori=eori) for eori in (OWN, FOREIGN))
    assert send(client, "end_token", OWN, foreign.token_key).status_code == 404
    assert send(client, "end_token", OWN, own.token_key).status_code == 302
    own.refresh_from_db()
    foreign.refresh_from_db()
    assert (own.is_live(now()), foreign.is_live(now())) == (False, True)


@pytest.mark.usefixtures("owner")
def test_colleagues_get_roles_and_leave(client: Client) -> None:
    member = colleague(READER)
    assert send(client, "change_colleague", OWN, member.pk, role="lodger").status_code == 302
    member.refresh_from_db()
    assert member.role == LODGER
    send(client, "remove_colleague", OWN, member.pk)
    assert not OperatorMembership.objects.filter(pk=member.pk).exists()


def test_the_last_owner_stays(client: Client, owner: User) -> None:
    own = OperatorMembership.objects.get(user=owner)
    send(client, "change_colleague", OWN, own.pk, role="reader")
    send(client, "remove_colleague", OWN, own.pk)
    own.refresh_from_db()
    assert own.role == OWNER
    colleague(OWNER)
    send(client, "remove_colleague", OWN, own.pk)
    assert not OperatorMembership.objects.filter(pk=own.pk).exists()


@pytest.mark.usefixtures("owner")
def test_people_of_others_roles_of_none_and_systems_stay_as_they_are(client: Client) -> None:
    foreign = colleague(READER, FOREIGN)
    own = colleague(READER)
    system = system_account(operator=operator(OWN)).operator_memberships.get()
    send(client, "change_colleague", OWN, foreign.pk, role="owner")
    send(client, "remove_colleague", OWN, foreign.pk)
    send(client, "change_colleague", OWN, own.pk, role="administrator")
    send(client, "remove_colleague", OWN, system.pk)
    roles = {each.pk: each.role for each in OperatorMembership.objects.all()}
    assert (roles[foreign.pk], roles[own.pk], roles[system.pk]) == (READER, READER, LODGER)


@pytest.mark.parametrize("role", [READER, LODGER])
def test_who_owns_nothing_changes_nothing(client: Client, role: OperatorMembership.Role) -> None:
    operator(AGENT)
    first = mandate(OWN, AGENT, person(Role.TRADER, operators=(OWN,)))
    issue_token(operator=operator(OWN), at=now())
    token, member = ApiToken.objects.get(), colleague(role)
    client.force_login(member.user)
    html = client.get(reverse("company", args=[OWN])).content.decode()
    assert '<form method="post" action="/company/' not in html
    answers = [
        grant(client),
        send(client, "revoke_mandate", OWN, first.pk),
        send(client, "change_colleague", OWN, member.pk, role="owner"),
        send(client, "remove_colleague", OWN, member.pk),
        send(client, "issue_token", OWN, scopes=["read"]),
        send(client, "end_token", OWN, token.token_key),
    ]
    assert [each.status_code for each in answers] == [403] * 6
    member.refresh_from_db()
    assert member.role == role
    assert Mandate.objects.alive(now()).count() == 1
    assert ApiToken.objects.count() == 1


@pytest.mark.usefixtures("owner")
def test_an_owner_invites_a_colleague_by_a_link_shown_once(client: Client) -> None:
    data = {"first_name": "Nora", "last_name": "Kade", "email": "n@example.org", "role": "lodger"}
    html = send(client, "invite_colleague", OWN, **data).content.decode()
    member = OperatorMembership.objects.get(user__last_name="Kade")
    assert (member.operator.eori, member.role, member.user.role) == (OWN, LODGER, Role.TRADER)
    assert not member.user.has_usable_password()
    assert "/invitation/" in html
    assert "/invitation/" not in client.get(reverse("company", args=[OWN])).content.decode()


@pytest.mark.usefixtures("owner")
def test_nobody_is_invited_into_staff_or_another_company(client: Client) -> None:
    data = {"first_name": "N", "last_name": "K", "email": "n@example.org", "role": "administrator"}
    assert send(client, "invite_colleague", OWN, **data).status_code == 422
    operator(FOREIGN)
    assert send(client, "invite_colleague", FOREIGN, **data | {"role": "owner"}).status_code == 404
    assert not User.objects.filter(first_name="N").exists()
