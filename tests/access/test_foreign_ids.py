"""Beyond the ladder: what belongs to others, named in bodies, filters, pages and exports.

And what nobody may set, forged and used-up tokens, forms from other sites, and huge pages.
"""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.contrib import admin
from django.db import transaction
from django.test import Client
from django.urls import NoReverseMatch, reverse

from customs_portal.access import Door, rows
from customs_portal.accounts.models import (
    ApiToken,
    Mandate,
    Operator,
    OperatorMembership,
    Role,
    User,
)
from customs_portal.admin_access import RoleAdmin
from declarations.models import Ens, Filing
from messaging.models import InboundMessage
from risk.models import Case
from tests.access.test_ladder import OWN_WAYS, Asker, addresses, askers, expected, met, state
from tests.access.world import HERE, STRANGER, World
from tests.messaging.builders import LODGER

PARAMETERS = (
    "q", "mrn", "lrn", "office", "ens", "id", "case", "eori", "operator", "officer", "state",
    "means", "reference", "about", "who", "day", "from", "to", "after", "csv",
    "ens__mrn", "ens__exact", "id__exact", "case__ens__mrn", "filing__mrn",
)  # fmt: skip
"""Names by which pages, exports, API and admin are narrowed."""


def browser(world: World, name: str) -> Client:
    [found] = [each for each in askers(world) if each.name == name]
    return found.client


def lists() -> Iterator[tuple[str, str]]:
    """Every address that needs no name of a thing and shows something."""
    for name, row in rows().items():
        if row.verb or row.door in {Door.OPEN, Door.MONITORING} or name in OWN_WAYS:
            continue
        try:
            yield name, reverse(name)
        except NoReverseMatch:
            continue


def others(world: World) -> list[Asker]:
    """Who is right by role, and elsewhere."""
    return [asker for asker in askers(world) if asker.elsewhere]


def text_of(response: Any) -> str:
    body = response.getvalue() if response.streaming else response.content
    return str(body.decode("utf-8", "replace"))


def test_no_filter_and_no_export_gives_what_belongs_to_others(world: World) -> None:
    """Asked by MRN the other names must not come, asked by another name the MRN must not."""
    ens, message = Ens.objects.order_by("pk")[0], InboundMessage.objects.order_by("pk")[0]
    lrn = Filing.objects.order_by("pk")[0].lrn
    names = {ens.mrn, str(message.correlation)}
    asked = ({ens.mrn: names - {ens.mrn}} | dict.fromkeys((lrn, "CSQU3054383", LODGER, HERE), names)
             | {str(ens.pk): names})  # fmt: skip
    told, seen = [], 0
    for asker in others(world):
        for name, address in lists():
            if expected(asker, rows()[name]) != "in":
                continue
            for value, hidden in asked.items():
                with transaction.atomic():
                    response = asker.client.get(address, dict.fromkeys(PARAMETERS, value))
                    transaction.set_rollback(True)
                seen += 1
                assert response.status_code < 500, (name, value)
                told += [(asker.name, name, value) for each in hidden if each in text_of(response)]
    assert told == []
    assert seen > 150


@pytest.mark.parametrize("page", ["-1", "999999999999999999999", "x\x00"])
def test_no_page_is_too_far_or_too_strange(world: World, page: str) -> None:
    names = dict.fromkeys(("page", "p", "after", "number", "o", "wait", "items"), page)
    for asker in askers(world):
        if asker.elsewhere or asker.role not in (Role.AUDITOR, Role.TRADER, Role.ADMINISTRATOR):
            continue
        for name, address in lists():
            if expected(asker, rows()[name]) == "in":
                assert asker.client.get(address, names).status_code < 500, (asker.name, name)


def test_bodies_that_name_what_belongs_to_others_change_nothing(world: World) -> None:
    case, colleague = Case.objects.get(status="open"), _membership(world)
    elsewhere, stranger = browser(world, "officer elsewhere"), browser(world, "trader elsewhere")
    token, mandate = ApiToken.objects.get(operator__eori=LODGER), Mandate.objects.order_by("pk")[0]
    own: dict[str, Any] = {"eori": STRANGER}
    asked = [
        (elsewhere, reverse("claim_selected"), {"case": [case.pk], "cases": [case.pk]}),
        (elsewhere, reverse("admin:risk_case_changelist"), _action("claim", case.pk)),
        (elsewhere, reverse("admin:risk_case_changelist"), _action("hold", case.pk)),
        (stranger, reverse("change_colleague", kwargs=own | {"key": colleague.pk}),
         {"role": "reader"}),
        (stranger, reverse("remove_colleague", kwargs=own | {"key": colleague.pk}), {}),
        (stranger, reverse("revoke_mandate", kwargs=own | {"key": mandate.pk}), {"reason": "x"}),
        (stranger, reverse("end_token", kwargs=own | {"key": token.token_key}), {}),
        (browser(world, "auditor"), reverse("admin:events_delivery_changelist"),
         _action("retry", 1)),
        (browser(world, "auditor"), reverse("admin:accounts_apitoken_changelist"),
         _action("end", token.pk)),
    ]  # fmt: skip
    before = _unlogged(state())
    for client, address, body in asked:
        response = client.post(address, body)
        assert response.status_code < 500, address
        assert case.ens.mrn not in text_of(response), address
    assert _unlogged(state()) == before


def _unlogged(found: dict[str, Any]) -> dict[str, Any]:
    return {table: digest for table, digest in found.items() if table != "accounts_accesslog"}


def _membership(world: World) -> OperatorMembership:
    return OperatorMembership.objects.get(user=world.people["trader"], operator__eori=LODGER)


def _action(name: str, key: object) -> dict[str, Any]:
    return {"action": name, "_selected_action": [key], "index": 0, "select_across": 1}


WANTED = {
    "role": "administrator", "is_staff": "1", "is_superuser": "1", "is_active": "1",
    "offices": "1", "operator": "1", "operators": "1", "user": "1", "id": "1", "pk": "1",
    "username": "root", "eori": "NL000000001", "password": "x" * 20, "scopes": "admin",
    "test": "", "expiry": "2099-01-01", "label": "x", "name": "x", "email": "x@example.org",
    "first_name": "x", "last_name": "x", "theme": "dark", "valid_from": "2020-01-01",
    "granted_by": "1", "issued_by": "1", "placed_by": "1", "announced_at": "2020-01-01",
}  # fmt: skip
"""What somebody would like to set, sent along with every form."""


def test_no_form_takes_what_it_did_not_ask_for(world: World) -> None:
    """Whoever is let in posts everything everywhere: roles, rights and owners stay as they are."""
    kept = ("pk", "role", "is_superuser", "is_staff", "username")
    before = set(User.objects.values_list(*kept))
    known = User.objects.filter(pk__in=[row[0] for row in before])
    places = addresses(world)
    for asker in askers(world):
        if asker.role in (None, Role.ADMINISTRATOR) or asker.token:
            continue
        for name, row in rows().items():
            if expected(asker, row) == "in" and name not in OWN_WAYS:
                with transaction.atomic():
                    response = asker.client.post(places[name], WANTED)
                    assert response.status_code < 500, (asker.name, name)
                    assert set(known.values_list(*kept)) == before, (asker.name, name)
                    assert not User.objects.filter(role="administrator").exclude(
                        username="administrator"
                    ), name
                    assert not Operator.objects.filter(eori="NL000000001"), name
                    transaction.set_rollback(True)


def test_every_verb_asks_for_the_token_of_its_own_form(world: World) -> None:
    """A form of another site has the cookie, and not the token."""
    places, wrong = addresses(world), []
    for name, row in rows().items():
        if not (row.verb and row.door is Door.LOGIN and row.roles):
            continue
        client = Client(enforce_csrf_checks=True)
        client.force_login(world.people[min(row.roles)])
        if client.post(places[name], {"x": "1"}).status_code != 403:
            wrong.append(name)
    assert wrong == []


def test_a_session_that_was_ended_cannot_be_used_again(world: World) -> None:
    client = browser(world, "officer")
    cookies = dict(client.cookies)
    client.post(reverse("account_logout"))
    again = Client()
    again.cookies.update(cookies)
    assert met(again.get("/queue/"), "/queue/") == "to login"


def forged(world: World) -> dict[str, str]:
    """Headers that look like a token and are none."""
    token = world.tokens[LODGER]
    other = world.tokens[STRANGER]
    flipped = token[:-1] + ("0" if token[-1] != "0" else "1")
    stored = ApiToken.objects.get(operator__eori=LODGER)
    return {
        "one sign changed": f"Token {flipped}",
        "halves of two": f"Token {token[:32]}{other[32:]}",
        "its public beginning": f"Token {stored.token_key}",
        "its digest from the database": f"Token {stored.digest}",
        "no scheme": token,
        "another scheme": f"Basic {token}",
        "twice": f"Token {token} {token}",
        "nothing": "Token ",
        "in capitals": f"Token {token.upper()}",
        "very long": "Token " + "a" * 9000,
        "no text": "Token \u00ff\u00fe",
    }


def test_forged_tokens_open_nothing(world: World) -> None:
    places = addresses(world)
    before = _unlogged(state())
    for what, header in forged(world).items():
        client = Client(headers={"authorization": header})
        for name, row in rows().items():
            if row.door is Door.TOKEN:
                send = client.post if row.verb else client.get
                assert send(places[name]).status_code == 401, (what, name)
    in_address = Client().get(places["api:filings"], {"token": world.tokens[LODGER]})
    assert in_address.status_code == 401
    assert _unlogged(state()) == before


@pytest.mark.parametrize("end", ["expired", "closed account"])
def test_a_token_that_has_ended_opens_nothing(world: World, end: str) -> None:
    token = ApiToken.objects.get(operator__eori=LODGER)
    if end == "expired":
        ApiToken.objects.filter(pk=token.pk).update(expiry=world.at - timedelta(seconds=1))
    else:
        User.objects.filter(pk=token.user_id).update(is_active=False)
    client = Client(headers={"authorization": f"Token {world.tokens[LODGER]}"})
    places = addresses(world)
    for name, row in rows().items():
        if row.door is Door.TOKEN:
            send = client.post if row.verb else client.get
            assert send(places[name]).status_code == 401, name


REDIRECTS = ("https://evil.example/", "//evil.example/", "/\\evil.example", "javascript:alert(1)")


@pytest.mark.parametrize("target", REDIRECTS)
def test_nothing_leads_out_of_the_portal(world: World, target: str) -> None:
    """Every verb and page, told to lead on to another site, does not."""
    places, led = addresses(world), []
    body = dict.fromkeys(("next", "back", "return", "url", "redirect", "to"), target)
    for asker in askers(world):
        if asker.elsewhere or asker.token or asker.role not in (Role.OFFICER, Role.AUDITOR):
            continue
        for name, row in rows().items():
            if expected(asker, row) != "in":
                continue
            with transaction.atomic():
                ask = asker.client.post if row.verb else asker.client.get
                response = ask(places[name], body)
                led += [name for place in [response.get("Location", "")] if "evil" in place
                        and not place.startswith("/")]  # fmt: skip
                transaction.set_rollback(True)
    assert led == []


def test_every_model_of_the_admin_hides_the_rows_of_others(world: World) -> None:
    """What is scoped is so in its list too, however it is sorted, searched and filtered."""
    client = browser(world, "officer elsewhere")
    for model, found in admin.site._registry.items():
        if not (isinstance(found, RoleAdmin) and found.scoped and "officer" in found.readers):
            continue
        name = f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist"
        response = client.get(reverse(name), {"all": "", "o": "-1"})
        assert response.status_code == 200, name
        assert response.context["cl"].result_count == 0, name
