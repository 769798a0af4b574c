"""What is stored about somebody: found in every table, told with a reason, recorded."""

import json

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse

from customs_portal.accounts.models import AccessLog, Role
from customs_portal.events.models import Event
from customs_portal.privacy.subject import Kind, Part, Subject, report
from risk.models import RuleVersion
from tests.access.world import World
from tests.messaging.builders import LODGER

REASON = "Request 2026/9 under Art. 15"


def told(world: World, kind: Kind, value: str) -> dict[str, Part]:
    auditor = world.people["auditor"]
    parts = report(Subject(kind=kind, value=value), by=auditor, reason=REASON, at=world.at)
    return {f"{part.title}, {part.named_as}": part for part in parts}


def test_an_operator_is_found_wherever_its_number_or_key_stands(world: World) -> None:
    parts = told(world, Kind.EORI, LODGER.lower())
    titles = {name.split(",")[0] for name in parts}
    assert titles >= {
        "filings", "operators", "API tokens", "mandates", "messages received", "messages sent",
        "declared parties", "ENS", "events", "analysed declarations", "operator memberships",
        "Parties as declared", "changes", "message ids in use",
    }  # fmt: skip
    assert parts["filings, declarant"].total == 3
    declared = parts["Parties as declared, in the document"]
    assert ("identifier", LODGER) in declared.rows[0].values


def test_a_user_is_found_by_every_key_and_as_actor(world: World) -> None:
    titles = {name.split(",")[0] for name in told(world, Kind.USER, "officer")}
    assert titles >= {
        "users", "access log", "sign-in events", "sessions in use", "office memberships",
        "substitutions", "recusals", "decisions", "events", "changes",
    }  # fmt: skip
    assert told(world, Kind.USER, "nobody-of-that-name") == {}


def test_no_secret_is_told(world: World) -> None:
    RuleVersion.objects.all()
    text = repr(told(world, Kind.USER, "officer")) + repr(told(world, Kind.EORI, LODGER))
    assert world.people["officer"].password not in text
    assert "digest" not in text
    opinions = [part for part in told(world, Kind.USER, "officer").values() if part.withheld]
    assert opinions != []
    assert all(row.values == () for part in opinions for row in part.rows)


def test_the_page_asks_for_a_reason_and_records_it(world: World, client: Client) -> None:
    client.force_login(world.people["auditor"])
    address = reverse("subject")
    asked = {"kind": "eori", "value": LODGER, "reason": "because", "format": "page"}
    assert client.post(address, asked).status_code == 422
    assert not Event.objects.filter(kind="subject.reported").exists()
    page = client.post(address, asked | {"reason": REASON})
    assert f"Stored about {LODGER}" in page.content.decode()
    file = client.post(address, asked | {"reason": REASON, "format": "jsonl"})
    first, *lines, last = [json.loads(line) for line in file.content.splitlines()]
    assert first["watermark"]["purpose"] == REASON
    assert len(lines) > 20
    assert set(last) == {"sha256"}
    looks = AccessLog.objects.filter(what="person", reference=f"eori {LODGER}").order_by("pk")
    assert [(look.how, look.reason) for look in looks] == [
        ("read", REASON),
        ("exported", REASON),
    ]
    assert Event.objects.filter(kind="subject.reported").count() == 2


def test_the_command_does_the_same(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(CommandError):
        call_command("subject_report", "--eori", LODGER, "--by", "officer", "--reason", REASON)
    call_command("subject_report", "--eori", LODGER, "--by", "auditor", "--reason", REASON)
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert lines[0]["watermark"]["by"] == "auditor"
    assert len(lines) > 10
    assert AccessLog.objects.filter(what="person", how="exported").exists()


def test_a_person_is_found_by_name_however_it_is_spelled(world: World) -> None:
    user = world.people["trader"]
    user.first_name, user.last_name = "Mila", "Bakker"
    user.save()
    assert told(world, Kind.NAME, "mila bakker")["users, name"].total == 1
    assert Role(user.role) is Role.TRADER
