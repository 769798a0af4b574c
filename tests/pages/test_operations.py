"""What administrators watch, and what a monitoring system reads."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from customs_portal import clock
from customs_portal.accounts.models import Role, User
from customs_portal.events.models import Delivery
from customs_portal.events.services import NewEvent, record_many
from customs_portal.pipeline import PIPELINE
from declarations.events import FILING_REGISTERED
from declarations.models import Clock, Outage
from tests.pipeline.conftest import lodger as lodger  # noqa: PLC0414  a fixture
from tests.pipeline.conftest import reference as reference  # noqa: PLC0414  a fixture

TOKEN = "a-token-for-tests"


@pytest.fixture
def backlog(db: None) -> list[int]:
    """Two events due for two consumers each, of which those for `assess` are parked."""
    at = clock.now() - timedelta(seconds=90)
    record_many([NewEvent(kind=FILING_REGISTERED, at=at, stream=n, data={}) for n in (1, 2)])
    parked = Delivery.objects.filter(consumer="assess")
    parked.update(parked_at=at, attempts=5, error="ValueError: of a trader's secret")
    return list(parked.order_by("pk").values_list("pk", flat=True))


def person(role: Role) -> Client:
    client = Client()
    client.force_login(User.objects.create_user(str(role), password="x", role=role))
    return client


def test_an_administrator_sees_the_backlog_and_what_is_parked(backlog: list[int]) -> None:
    page = person(Role.ADMINISTRATOR).get(reverse("operations"))
    found = page.context["found"]
    counts = {each.consumer: (each.due, each.parked) for each in found.backlogs}
    idle = {consumer.name: (0, 0) for consumer in PIPELINE.consumers}
    assert counts == idle | {"reply": (2, 0), "assess": (0, 2), "reconcile": (2, 0)}
    assert [each.id for each in found.parked] == backlog
    assert found.backlogs[1].age >= timedelta(seconds=90)
    assert "ValueError" in page.content.decode()
    assert "secret" not in page.content.decode()


def test_what_is_parked_gets_another_try(backlog: list[int]) -> None:
    client = person(Role.ADMINISTRATOR)
    answer = client.post(reverse("retry_parked"), {"delivery": backlog[:1]}, follow=True)
    assert "1 delivery will be tried again." in answer.content.decode()
    assert (
        list(Delivery.objects.filter(parked_at__isnull=False).values_list("pk", flat=True))
        == (backlog[1:])
    )
    assert Delivery.objects.get(pk=backlog[0]).attempts == 0


@pytest.mark.parametrize("chosen", [[], ["x"], ["999999999"]])
def test_without_a_choice_nothing_is_tried(backlog: list[int], chosen: list[Any]) -> None:
    client = person(Role.ADMINISTRATOR)
    answer = client.post(reverse("retry_parked"), {"delivery": chosen}, follow=True)
    assert "Select deliveries first." in answer.content.decode()
    assert Delivery.objects.filter(parked_at__isnull=False).count() == 2


def test_an_auditor_reads_but_does_not_retry(backlog: list[int]) -> None:
    client = person(Role.AUDITOR)
    page = client.get(reverse("operations")).content.decode()
    assert reverse("retry_parked") in page
    assert "Try again" not in page
    assert client.post(reverse("retry_parked"), {"delivery": backlog}).status_code == 403
    assert Delivery.objects.filter(parked_at__isnull=False).count() == 2


@pytest.mark.django_db
def test_an_outage_is_declared_in_the_admin_and_shown(client: Client) -> None:
    client = person(Role.ADMINISTRATOR)
    sent = {"from_at_0": "2026-11-20", "from_at_1": "12:00", "what": "Network down"}
    assert client.post(reverse("admin:declarations_outage_add"), sent).status_code == 302
    outage = Outage.objects.get()
    assert (outage.declared_by.username, outage.to_at) == ("administrator", None)
    assert client.get(reverse("operations")).context["found"].open_outages == [outage]


def scraped(settings: Any) -> list[str]:
    settings.METRICS_TOKEN = TOKEN
    answer = Client().get(reverse("metrics"), headers={"Authorization": f"Bearer {TOKEN}"})
    assert answer.status_code == 200
    return answer.content.decode().splitlines()


def test_monitoring_reads_backlog_age_and_parked(backlog: list[int], settings: Any) -> None:
    lines = scraped(settings)
    assert 'portal_deliveries_due{consumer="reply"} 2.0' in lines
    assert 'portal_deliveries_parked{consumer="assess"} 2.0' in lines
    [age] = [line for line in lines if line.startswith('portal_delivery_age_seconds{consumer="rep')]
    assert float(age.split()[1]) >= 90


def test_monitoring_reads_breached_clocks(lodger: str, settings: Any) -> None:
    from tests.messaging.builders import minimal_document
    from tests.pipeline.test_main_job import drain, send

    send(lodger, minimal_document())
    drain()
    Clock.objects.filter(kind="analysis").update(ends_at=clock.now(), ended_at=clock.now())
    lines = scraped(settings)
    assert 'portal_clocks_ended_total{kind="analysis"} 1.0' in lines
    assert 'portal_clocks_overdue{kind="analysis"} 1.0' in lines
    assert 'portal_clocks_overdue{kind="do_not_load"} 0.0' in lines


@pytest.mark.django_db
@pytest.mark.parametrize("wanted", ["", TOKEN])
@pytest.mark.parametrize("header", ["", "Bearer ", "Bearer wrong", f"Token {TOKEN}"])
def test_nobody_else_reads_metrics(settings: Any, wanted: str, header: str) -> None:
    settings.METRICS_TOKEN = wanted
    answer = Client().get(reverse("metrics"), headers={"Authorization": header})
    assert (answer.status_code, answer.content) == (401, b"")
