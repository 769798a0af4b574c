"""Every look at a single thing is in the access log, whatever way it was come by."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.urls import reverse

from customs_portal.access import Door, Row, rows
from customs_portal.accounts.models import AccessLog
from customs_portal.clock import now
from declarations.models import Ens
from tests.access.test_ladder import OWN_WAYS, Asker, addresses, askers, expected
from tests.access.world import World

ASKED = {
    "search": "?q=CSQU3054383",
    "reconciliation": f"?to={now() + timedelta(days=30):%Y-%m-%d}&from={now():%Y-%m-%d}",
}
"""What a page has to be asked before it shows anything."""
REDIRECTED = {"ens_elsewhere": "leads to the page of the ENS where the office sees it"}

SHOW_NOTHING = {
    ("trader", "reconciliation"): "a report of what is the trader's own is no look",
    ("trader", "messages"): "a list of what is the trader's own is no look",
}


def logged_rows() -> dict[str, Row]:
    return {
        name: row
        for name, row in rows().items()
        if row.logged and not row.verb and name not in REDIRECTED | OWN_WAYS
    }


def last() -> int:
    return AccessLog.objects.aggregate(last=Max("pk"))["last"] or 0


def looked(asker: Asker, address: str, row: Row) -> set[tuple[str, int]]:
    """Return what the log says of one request: kinds of things, and whose look it was."""
    with transaction.atomic():
        before = last()
        response = asker.ask(address, row)
        assert response.status_code < 500, address
        rows = AccessLog.objects.filter(pk__gt=before, what=row.logged)
        found = set(rows.values_list("what", "user"))
        transaction.set_rollback(True)
    return found


def who_looks(world: World) -> Iterator[tuple[Asker, str, Row]]:
    for asker in askers(world):
        if asker.elsewhere or asker.role is None:
            continue
        for name, row in logged_rows().items():
            if expected(asker, row) == "in" and (asker.name, name) not in SHOW_NOTHING:
                yield asker, name, row


def test_what_names_a_single_thing_says_what_its_reading_is_logged_as() -> None:
    silent = [
        name for name, row in rows().items() if row.scoped and not row.verb and not row.logged
    ]
    assert silent == []


def test_every_look_is_logged(world: World) -> None:
    places = addresses(world)
    wrong, asked = [], 0
    for asker, name, row in who_looks(world):
        found = looked(asker, places[name] + ASKED.get(name, ""), row)
        asked += 1
        if [what for what, _user in found] != [row.logged]:
            wrong.append((asker.name, name, found))
    assert wrong == []
    assert asked > 100


def test_a_refused_look_is_no_look(world: World) -> None:
    places, before = addresses(world), last()
    for asker in askers(world):
        for name, row in logged_rows().items():
            if row.scoped and row.door is Door.LOGIN and expected(asker, row) in ("403", "404"):
                asker.ask(places[name], row)
    assert last() == before


def asker(world: World, name: str) -> Any:
    [found] = [each for each in askers(world) if each.name == name]
    return found.client


def search_everywhere(client: Any, reason: str) -> Any:
    data = {"q": "CSQU3054383", "reason": reason}
    return client.post(reverse("search_everywhere"), data)


def test_an_officer_reads_elsewhere_only_after_a_search_with_a_reason(world: World) -> None:
    client, ens = asker(world, "officer elsewhere"), Ens.objects.order_by("pk")[0]
    address = reverse("ens_elsewhere", args=[ens.mrn])
    assert client.get(address).status_code == 404
    assert search_everywhere(client, "because").status_code == 422
    assert client.get(address).status_code == 404
    page = search_everywhere(client, "Driver of the seized lorry")
    assert address in page.content.decode()
    assert client.get(address).status_code == 200
    logged = AccessLog.objects.filter(how="elsewhere").order_by("pk")
    assert {look.reason for look in logged} == {"Driver of the seized lorry"}
    assert next(look.what for look in logged) == "search"
    assert logged.filter(ens=ens.pk, what="ens").count() == 2
    assert asker(world, "supervisor elsewhere").get(address).status_code == 404


def test_a_reason_opens_for_an_hour_only(world: World, time_machine: Any) -> None:
    client, ens = asker(world, "officer elsewhere"), Ens.objects.order_by("pk")[0]
    search_everywhere(client, "Driver of the seized lorry")
    later = AccessLog.objects.order_by("-pk")[0].at + timedelta(minutes=61)
    time_machine.move_to(later, tick=False)
    client = asker(world, "officer elsewhere")
    assert client.get(reverse("ens_elsewhere", args=[ens.mrn])).status_code == 404


def test_a_reason_opens_nothing_that_was_not_found(world: World) -> None:
    client = asker(world, "officer elsewhere")
    data = {"q": "XXXU0000000", "reason": "Driver of the seized lorry"}
    client.post(reverse("search_everywhere"), data)
    mrn = Ens.objects.order_by("pk")[0].mrn
    assert client.get(reverse("ens_elsewhere", args=[mrn])).status_code == 404
