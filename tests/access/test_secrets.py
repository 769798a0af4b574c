"""What must stay inside never leaves: a marked secret is looked for in all that goes out.

Texts of a rule, its reason and instruction, names and entries of a list, notes of officers carry
the mark. Declarations hit the rule, are held and amended; consumers and views fail on purpose.
"""

import json
import logging
import re
from collections.abc import Iterator
from io import StringIO
from typing import Any

import msgspec
import pytest
import structlog
from celery.app import trace
from django.core import mail
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from customs_portal import logs
from customs_portal.access import Row, rows
from customs_portal.accounts.models import Role
from customs_portal.events import advance
from customs_portal.events.models import Delivery
from messaging.models import OutboundMessage, RawBody
from risk import rule_sets
from risk.models import (
    Case,
    ReferenceList,
    ReferenceListEntry,
    RiskProfile,
    Rule,
    RuleSetVersion,
    RuleVersion,
)
from tests.access.test_ladder import OWN_WAYS, Asker, addresses, askers, expected
from tests.access.world import HIT, World, _hold, _lodge_flagged
from tests.pipeline.conftest import AT

MARK = "Zqxwvsecret"
OUTSIDE = {Role.TRADER, Role.PARTNER}
SECRETIVE = {Role.ADMINISTRATOR}
"""Who works for the administration and must not read rules, lists or cases."""


@pytest.fixture
def planted(world: World) -> World:
    """Plant the mark, and let a declaration be hit, held and told of."""
    profile = RiskProfile.objects.create(code=MARK[:24], name=f"{MARK} profile")
    rule = Rule.objects.create(
        profile=profile, code="SEC-01", title=f"{MARK} title", family=f"{MARK} family"
    )
    version = RuleVersion.objects.create(
        rule=rule, number=1, expression=msgspec.to_builtins(HIT), outcome="control",
        severity="high", score=40, created_at=AT, instruction=f"{MARK} instruction",
        secret_reason=f"{MARK} reason", note=f"{MARK} note",
    )  # fmt: skip
    found = ReferenceList.objects.create(code="secret-list", name=f"{MARK} list", secret=True)
    ReferenceListEntry.objects.create(
        list=found, value=f"{MARK} value", label=MARK, note=MARK, valid_from="2026-01-01"
    )
    number = RuleSetVersion.objects.count() + 1
    RuleSetVersion.objects.create(number=number, rule_versions=[version.pk], published_at=world.at)
    rule_sets.forget()
    return world


@pytest.fixture
def written() -> Iterator[StringIO]:
    """Return what the portal logs, in the form in which it does."""
    text, handler = StringIO(), logging.StreamHandler()
    handler.setStream(text)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            processor=structlog.processors.JSONRenderer(), foreign_pre_chain=logs.shared()
        )
    )
    root = logging.getLogger()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    yield text
    root.removeHandler(handler)
    root.setLevel(level)


def lodge_and_hold(world: World) -> None:
    _lodge_flagged([900], world.at)
    case = Case.objects.filter(status="open").order_by("-pk")[0]
    _hold(case, world.people["officer"], world.at)
    advance.drain()


def test_the_mark_is_where_it_should_be(planted: World) -> None:
    """A search that finds nothing anywhere proves nothing."""
    _lodge_flagged([900], planted.at)
    client = Client()
    client.force_login(planted.people["officer"])
    case = Case.objects.filter(status="open").order_by("-pk")[0]
    assert MARK in client.get(reverse("review", args=[case.pk])).content.decode()


def test_no_message_to_anybody_carries_it(planted: World) -> None:
    lodge_and_hold(planted)
    kinds = set(OutboundMessage.objects.values_list("kind", flat=True))
    assert {"CC328A", "CC351A", "CD319A"} <= kinds
    assert [body.pk for body in RawBody.objects.all() if MARK.encode() in bytes(body.body)] == []


def outside(world: World) -> Iterator[tuple[Asker, str, Row]]:
    """Everybody who must not know, at every address that shows something."""
    for asker in askers(world):
        if asker.role in OUTSIDE | SECRETIVE | {None}:
            for name, row in rows().items():
                if not row.verb and name not in OWN_WAYS:
                    yield asker, name, row


def test_no_page_of_outsiders_and_administrators_shows_it(planted: World) -> None:
    places, seen = addresses(planted), 0
    shown: list[tuple[str, str]] = []
    lodge_and_hold(planted)
    for asker, name, row in outside(planted):
        response = asker.ask(places[name], row)
        text = response.getvalue() if response.streaming else response.content
        seen += expected(asker, row) == "in"
        if MARK.encode() in text:
            shown.append((asker.name, name))
    assert shown == []
    assert seen > 60


def test_logs_metrics_and_mail_hold_nothing_of_it_when_all_goes_well(
    planted: World, written: StringIO, client: Client, settings: Any
) -> None:
    settings.METRICS_TOKEN = "m" * 20
    lodge_and_hold(planted)
    logging.getLogger("check").info("reached")
    page = client.get(reverse("metrics"), headers={"authorization": f"Bearer {'m' * 20}"})
    assert b"portal_deliveries_due" in page.content
    assert MARK.encode() not in page.content
    assert "reached" in written.getvalue()
    assert MARK not in written.getvalue()
    assert all(MARK not in str(sent.message()) for sent in mail.outbox)


def fail(*_: Any, **__: Any) -> None:
    try:
        int(f"{MARK} number")
    except ValueError as cause:
        raise LookupError(f"{MARK} rule") from cause


def test_a_failing_consumer_tells_the_kind_of_error_alone(
    planted: World, written: StringIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("risk.services.assess.conclude", fail)
    _lodge_flagged([900], planted.at)
    stuck = Delivery.objects.get(consumer="assess")
    assert stuck.error.startswith("LookupError in fail, ")
    assert MARK not in stuck.error
    assert '"delivery_failed"' in written.getvalue()
    assert MARK not in written.getvalue()


def test_a_failing_page_shows_and_logs_nothing_of_it(
    planted: World, written: StringIO, monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    settings.DEBUG = False
    monkeypatch.setattr("customs_portal.pages.reads.queue_page.counts", fail)
    client = Client(raise_request_exception=False)
    client.force_login(planted.people["officer"])
    response = client.get(reverse("queue"))
    assert response.status_code == 500
    assert MARK.encode() not in response.content
    lines = [json.loads(line) for line in written.getvalue().splitlines()]
    assert any("ValueError" in line.get("exception", "") for line in lines)
    assert any("LookupError" in line.get("exception", "") for line in lines)
    assert MARK not in written.getvalue()


def test_a_failing_task_logs_nothing_of_it(written: StringIO) -> None:
    """Celery's own line holds the text of the error and its traceback."""
    from customs_portal.celery import app

    task: Any = app.task(name="tests.fail", shared=False)(fail)
    trace.trace_task(task, "id-1", (), {}, {"is_eager": False}, app=app)
    assert "Task tests.fail[" in written.getvalue()
    assert MARK not in written.getvalue()


@pytest.mark.parametrize("name", ["403", "404", "500", "400", "429"])
def test_error_pages_say_nothing_of_what_went_wrong(name: str) -> None:
    from django.template.loader import render_to_string

    page = render_to_string(f"{name}.html", {"exception": MARK, "request_path": MARK})
    assert MARK not in page


def without_token(response: Any) -> bytes:
    return re.sub(rb'name="csrfmiddlewaretoken" value="[^"]+"', b"", response.content)


def test_hidden_and_missing_look_the_same(planted: World) -> None:
    """A 404 does not tell whether there is something, nor does the address stand in the page."""
    case = Case.objects.order_by("pk")[0]
    client = Client()
    client.force_login(planted.people["officer elsewhere"])
    hidden = client.get(reverse("review", args=[case.pk]))
    missing = client.get(reverse("review", args=[987654]))
    assert (hidden.status_code, missing.status_code) == (404, 404)
    assert without_token(hidden) == without_token(missing)
    cache.clear()
