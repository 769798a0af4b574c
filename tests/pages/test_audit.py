"""The trail of a day reads as a story; look-ups that stand out are counted; files are safe."""

import csv
import json
from datetime import timedelta
from hashlib import sha256
from io import StringIO
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from customs_portal.accounts.access_log import record_looks
from customs_portal.accounts.models import AccessLog, Recusal, User
from customs_portal.events.models import Change, Event
from customs_portal.looks import Look
from customs_portal.pages.exports import harmless
from customs_portal.pages.reads import look_ups
from declarations.models import Ens
from messaging.models import Partner
from risk.models import Case
from tests.access.world import World, lodge_clean
from tests.factories.partners import entry
from tests.messaging.builders import LODGER

PURPOSE = "Yearly review of the office"


def client_of(world: World, name: str) -> Client:
    client = Client(REMOTE_ADDR="192.0.2.7")
    client.force_login(world.people[name])
    return client


def day_of(world: World) -> str:
    return f"{timezone.localdate(world.at):%Y-%m-%d}"


def lines(client: Client, **asked: str) -> list[tuple[str, str, str, str]]:
    page = client.get(reverse("audit"), asked)
    return [(line.who, line.about, line.sentence, line.why) for line in page.context["lines"]]


def test_the_trail_of_a_day_reads_as_a_story(world: World) -> None:
    case = Case.objects.get(status="open")
    client_of(world, "officer").post(reverse("claim", args=[case.pk]))
    administrator = client_of(world, "administrator")
    partner = Partner.objects.get()
    address = reverse("admin:messaging_partner_change", args=[partner.pk])
    kept = {
        name: getattr(partner, name) for name in ("transport", "address", "we_send", "they_send")
    }
    changed = {"name": "Kingdom of Belgium", "change_reason": "Asked by Brussels"}
    data = entry(active="on", **kept, **changed)
    assert administrator.post(address, data).status_code == 302
    page = client_of(world, "auditor").get(reverse("audit"), {"day": day_of(world)})
    told = page.context["lines"]
    assert [line.at for line in told] == sorted(line.at for line in told)
    decided = [line.sentence for line in told if line.who == "officer" and line.why == "HLD-04"]
    assert decided[-1] == "Decided: Hold, HLD-04"
    claimed = next(
        line for line in told if line.about == case.ens.mrn and "laimed" in line.sentence
    )
    assert (claimed.who, claimed.address) == ("officer", "192.0.2.7")
    written = (
        f"{timezone.localdate(Change.objects.latest('id').at):%Y-%m-%d}"  # the time of PostgreSQL
    )
    page = client_of(world, "auditor").get(reverse("audit"), {"day": written})
    [renamed] = [line for line in page.context["lines"] if "name from" in line.sentence]
    assert (renamed.who, renamed.about, renamed.sentence, renamed.why, renamed.address) == (
        "administrator",
        "partner Kingdom of Belgium",
        "Changed: name from Belgium to Kingdom of Belgium",
        "Asked by Brussels",
        "192.0.2.7",
    )
    assert "Changed: name from Belgium to Kingdom of Belgium" in page.content.decode()


def test_the_trail_is_narrowed_to_a_person_a_thing_and_a_day(world: World) -> None:
    auditor, day = client_of(world, "auditor"), day_of(world)
    by_officer = lines(auditor, day=day, who="officer")
    assert {who for who, *_rest in by_officer} == {"officer"}
    ens = Ens.objects.order_by("pk")[0]
    about = lines(auditor, day=day, about=ens.mrn)
    assert {mrn for _who, mrn, *_rest in about} == {ens.mrn}
    assert len(about) == Event.objects.filter(stream=ens.pk).count()
    assert lines(auditor, day="2020-01-01") == []
    assert len(lines(auditor, day=day, whose="all")) > len(lines(auditor, day=day))


def export(client: Client, page: str, **data: str) -> Any:
    return client.post(reverse(page), {"purpose": PURPOSE, **data})


def test_a_file_says_who_made_it_and_for_what_and_carries_its_digest(world: World) -> None:
    auditor = client_of(world, "auditor")
    body = export(auditor, "audit_export", day=day_of(world)).content
    end = body.rindex(b"# sha256,")
    assert body[end:].decode().strip() == f"# sha256,{sha256(body[:end]).hexdigest()}"
    rows = list(csv.reader(StringIO(body.decode())))
    assert rows[1] == ["# by", "auditor"]
    assert rows[3] == ["# purpose", PURPOSE]
    assert rows[5] == ["at", "who", "about", "sentence", "why", "address"]
    look = AccessLog.objects.get(how="exported")
    assert (look.user, look.what, look.reason) == (world.people["auditor"], "trail", PURPOSE)


def test_json_lines_tell_the_same(world: World) -> None:
    auditor = client_of(world, "auditor")
    body = export(auditor, "audit_export", day=day_of(world), format="jsonl").content
    first, *told, last = [json.loads(line) for line in body.splitlines()]
    assert first["watermark"]["by"] == "auditor"
    assert len(told) == len(lines(auditor, day=day_of(world)))
    assert list(last) == ["sha256"]


def test_without_a_purpose_there_is_no_file(world: World) -> None:
    auditor = client_of(world, "auditor")
    for page in ("audit_export", "look_ups_export"):
        assert auditor.post(reverse(page), {"purpose": "because"}).status_code == 302
    assert not AccessLog.objects.filter(how="exported").exists()


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1"])
def test_no_cell_is_a_formula(text: str) -> None:
    assert harmless(text) == f"'{text}"


def look(user: User, *ens: Ens, at: Any, how: str = "read", what: str = "ens") -> None:
    looks = [Look(what=what, reference=each.mrn, ens=each.pk) for each in ens]
    record_looks(user, looks, at=at, how=AccessLog.How(how), reason="Seized lorry")


def found(world: World, by: str = "auditor") -> dict[tuple[str, str], int]:
    today = timezone.localdate(world.at)
    told = look_ups.look_ups(world.people[by], today - timedelta(days=3), today, "Europe/Amsterdam")
    return {(line.rule, line.who): line.count for line in told}


def test_unusual_look_ups_are_counted_by_person(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(look_ups, "MANY_OF_ONE", 2)
    first, second = Ens.objects.order_by("pk")[:2]
    officer, other = world.people["officer"], world.people["officer elsewhere"]
    noon = world.at.replace(hour=12) - timedelta(days=1)
    look(officer, first, second, at=noon)
    look(other, first, at=noon, how="elsewhere")
    look(other, first, second, at=noon, how="listed")
    look(officer, first, at=noon.replace(hour=2))
    Recusal.objects.create(
        user=other, eori=LODGER, reason="Brother", declared_at=noon - timedelta(days=9)
    )
    assert found(world) == {
        ("many", "officer"): 2,
        ("night", "officer"): 1,
        ("elsewhere", "officer-elsewhere"): 1,
        ("partial", "officer-elsewhere"): 1,
    }


def test_a_declaration_that_never_was_a_case_stands_out(world: World) -> None:
    lodge_clean(world)
    clean = Ens.objects.order_by("-pk")[0]
    look(world.people["officer"], clean, at=world.at.replace(hour=12) - timedelta(days=1))
    assert found(world) == {("no_case", "officer"): 1}


def test_a_supervisor_sees_only_their_own_people(world: World) -> None:
    first, noon = Ens.objects.order_by("pk")[0], world.at.replace(hour=12) - timedelta(days=1)
    for name in ("officer", "officer elsewhere"):
        look(world.people[name], first, at=noon, how="elsewhere")
    assert found(world, by="supervisor") == {("elsewhere", "officer"): 1}
    page = client_of(world, "supervisor").get(reverse("look_ups"))
    assert [line.who for line in page.context["found"] if line.rule == "elsewhere"] == ["officer"]


def test_who_keeps_out_of_an_operator_finds_nothing_of_it_elsewhere(world: World) -> None:
    officer = world.people["officer elsewhere"]
    Recusal.objects.create(user=officer, eori=LODGER, reason="Brother", declared_at=world.at)
    client = client_of(world, "officer elsewhere")
    data = {"q": "CSQU3054383", "reason": "Driver of the seized lorry"}
    page = client.post(reverse("search_everywhere"), data)
    mrn = Ens.objects.order_by("pk")[0].mrn
    assert mrn not in page.content.decode()
    assert client.get(reverse("ens_elsewhere", args=[mrn])).status_code == 404
