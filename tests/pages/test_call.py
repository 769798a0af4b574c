"""A case whose instruction nobody collected: the officer calls and records it."""

from datetime import datetime, timedelta

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse

from customs_portal.accounts.models import Operator, User
from messaging.models import OutboundMessage
from messaging.undelivered import open_undelivered
from risk.models import Case
from tests.factories import messages
from tests.factories.declarations import SENDER, harmless, lodged
from tests.factories.people import operator


@pytest.fixture
def case(at: datetime) -> Case:
    operator(SENDER)
    Operator.objects.filter(eori=SENDER).update(telephone="+31 10 0000000")
    messages.written("CC351A", SENDER, at - timedelta(minutes=15), ens=lodged(harmless(at), at))
    with transaction.atomic():
        assert open_undelivered(at=at) == 1
    return Case.objects.get()


def test_the_page_says_whom_to_call(desk: Client, case: Case) -> None:
    html = desk.get(reverse("review", args=[case.pk])).content.decode()
    assert "Instruction not delivered" in html
    assert "+31 10 0000000" in html
    assert "decision-form" not in html


def test_a_recorded_call_closes_the_case(desk: Client, officer: User, case: Case) -> None:
    desk.post(reverse("record_call", args=[case.pk]), {"note": "Spoke to the duty desk"})
    case.refresh_from_db()
    assert case.status == Case.Status.CLOSED
    assert OutboundMessage.objects.get().state == "told"


def test_a_call_without_a_note_changes_nothing(desk: Client, case: Case) -> None:
    desk.post(reverse("record_call", args=[case.pk]), {"note": " "})
    case.refresh_from_db()
    assert case.status == Case.Status.OPEN
    assert OutboundMessage.objects.get().state == "waiting"
