"""Teams, substitutions, recusals and mandates in the admin."""

from datetime import date

from customs_portal.accounts.models import Mandate, Operator, Recusal, Substitution, User
from customs_portal.clock import now
from tests.access.world import World
from tests.admin.conftest import LogIn
from tests.messaging.builders import LODGER

MANDATES = "/admin/accounts/mandate/"


def test_an_administrator_grants_and_revokes_a_mandate(as_person: LogIn, world: World) -> None:
    client = as_person("administrator")
    operator, agent = Operator.objects.get(eori="NL222222222"), Operator.objects.get(eori=LODGER)
    data = {"operator": operator.pk, "representative": agent.pk, "scopes": ["amend", "read"]}
    assert client.post(f"{MANDATES}add/", data).status_code == 302
    found = Mandate.objects.get(operator=operator)
    assert (found.granted_by, found.scopes) == (world.people["administrator"], ["amend", "read"])
    assert client.post(f"{MANDATES}add/", data).status_code == 200
    assert client.post(f"{MANDATES}{found.pk}/change/", data).status_code == 403
    client.post(MANDATES, {"action": "revoke", "_selected_action": [found.pk]})
    found.refresh_from_db()
    assert found.revoked_by == world.people["administrator"]
    assert not found.is_alive(now())


def test_nobody_else_revokes_there(as_person: LogIn) -> None:
    found = Mandate.objects.get()
    for name in ("officer", "supervisor", "auditor"):
        as_person(name).post(MANDATES, {"action": "revoke", "_selected_action": [found.pk]})
    found.refresh_from_db()
    assert found.revoked_at is None


def substitute(absent: User, other: User) -> dict[str, object]:
    return {
        "absent": absent.pk, "substitute": other.pk, "reason": "",
        "valid_from": "2026-05-04", "valid_to": "2026-05-08",
    }  # fmt: skip


def test_two_do_not_stand_in_for_each_other(as_person: LogIn, world: World) -> None:
    client, address = as_person("administrator"), "/admin/accounts/substitution/add/"
    one, other = world.people["officer"], world.people["officer elsewhere"]
    before = Substitution.objects.count()
    assert client.post(address, substitute(one, other)).status_code == 302
    crossing = client.post(address, substitute(other, one))
    assert "is absent then" in crossing.content.decode()
    twice = client.post(address, substitute(one, world.people["supervisor"]))
    assert "There is one already for some of these days." in twice.content.decode()
    themselves = client.post(address, substitute(other, other))
    assert "Nobody stands in for themselves." in themselves.content.decode()
    trader = client.post(address, substitute(other, world.people["trader"]))
    assert "Select a valid choice" in trader.content.decode()
    assert Substitution.objects.count() == before + 1


def test_a_recusal_is_kept_with_its_time_and_in_capitals(as_person: LogIn, world: World) -> None:
    data = {"user": world.people["officer"].pk, "eori": "nl5", "reason": "Sister", "valid_to": ""}
    address = "/admin/accounts/recusal/add/"
    assert as_person("administrator").post(address, data).status_code == 302
    found = Recusal.objects.get(eori="NL5")
    assert abs((found.declared_at - now()).total_seconds()) < 300
    assert found.valid_from is None


def test_a_supervisor_sees_recusals_of_their_offices_only(as_person: LogIn, world: World) -> None:
    assert list(Recusal.objects.visible_to(world.people["supervisor"])) == [Recusal.objects.get()]
    assert list(Recusal.objects.visible_to(world.people["supervisor elsewhere"])) == []
    assert list(Recusal.objects.visible_to(world.people["officer"])) == [Recusal.objects.get()]
    assert date(2026, 1, 1) == Substitution.objects.get().valid_from
