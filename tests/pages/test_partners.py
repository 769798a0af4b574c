"""The pages of partners: what waits and why, and what an administrator can do about it."""

import json
from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse

from customs_portal import clock
from customs_portal.accounts.models import Role
from customs_portal.events.services import record
from messaging.events import MESSAGE_REFUSED
from messaging.models import Dispatch, OutboundMessage, Partner, PartnerKey, PartnerOutage
from messaging.wire.delivering import deliver
from messaging.wire.signing import new_key
from tests.factories.people import person
from tests.wire.conftest import Waiting, know, new_peer, waiting
from tests.wire.peer import Peer, refuses

__all__ = ["waiting"]


@pytest.fixture
def peer() -> Iterator[Peer]:
    found = new_peer()
    yield found
    found.stop()


@pytest.fixture
def partner(db: None, peer: Peer) -> Partner:
    return know(peer)


@pytest.fixture
def desk(client: Client) -> Client:
    """The browser of the administrator."""
    client.force_login(person(Role.ADMINISTRATOR))
    return client


def press(desk: Client, name: str, partner: Partner, **values: object) -> str:
    """Send a form of the page and return what the page says then."""
    address = reverse(name, args=[partner.pk])
    return desk.post(address, values, follow=True).content.decode()


def test_the_page_says_what_waits_why_and_until_when(
    desk: Client, partner: Partner, peer: Peer, waiting: Waiting
) -> None:
    first, second = waiting("MRN1", "MRN1")
    peer.answers = [refuses(422, "kind_not_agreed")]
    deliver()
    found = desk.get(reverse("partner", args=[partner.pk])).context["page"]
    rows = [(row.name, row.why, row.attempts, row.is_stopped) for row in found.messages]
    assert rows == [
        (first.message_identification, "422 kind_not_agreed", 1, True),
        (second.message_identification, "", 0, False),
    ]
    assert (found.row.waiting.count, found.row.waiting.stopped) == (2, 1)
    listed = desk.get(reverse("partners"))
    assert [row.partner for row in listed.context["rows"]] == [partner]
    assert "MRN1" not in listed.content.decode()


def test_why_a_message_about_no_declaration_was_refused_is_said(
    desk: Client, partner: Partner, waiting: Waiting
) -> None:
    [message] = waiting("")
    assert message.ens_id is None
    message.state = OutboundMessage.State.REFUSED
    message.save()
    with transaction.atomic():
        record(MESSAGE_REFUSED, at=clock.now(), data={
            "message": 1, "refused": message.pk, "kind": message.kind, "country": "BE",
            "errors": "12 HEA.DecReqNumHEA1",
        })  # fmt: skip
    page = desk.get(reverse("partner", args=[partner.pk]))
    [row] = page.context["page"].refused
    assert (row.name, row.why) == (message.message_identification, "12 HEA.DecReqNumHEA1")
    assert "12 HEA.DecReqNumHEA1" in page.content.decode()


def test_messages_are_tried_again_or_set_aside(
    desk: Client, partner: Partner, peer: Peer, waiting: Waiting
) -> None:
    first, second = waiting("MRN1", "MRN2")
    peer.answers = [refuses(422)] * 2
    deliver()
    assert "Select messages first." in press(desk, "partner_replay", partner)
    assert "write down the reason" in press(desk, "partner_give_up", partner, message=first.pk)
    press(desk, "partner_give_up", partner, message=first.pk, reason="Sent by mail")
    press(desk, "partner_replay", partner, all="1")
    deliver()
    states = OutboundMessage.objects.order_by("pk").values_list("state", flat=True)
    assert list(states) == ["set_aside", "delivered"]
    assert Dispatch.objects.get(pk=first.pk).error == "Sent by mail"
    assert list(peer.received) == [second.message_identification]


def test_a_connection_is_tested_by_one_button(desk: Client, partner: Partner, peer: Peer) -> None:
    assert "The connection works" in press(desk, "partner_test", partner)
    peer.answers = [refuses(401, "unknown_key")]
    assert "does not work: 401 unknown_key" in press(desk, "partner_test", partner)


def test_outages_are_planned_and_ended(desk: Client, partner: Partner) -> None:
    now = clock.now()
    late = {"from_at": "2099-01-02T10:00", "to_at": "2099-01-01T12:00", "reason": "New release"}
    wrong = press(desk, "partner_plan_outage", partner, **late)
    assert "It must end after it begins." in wrong
    begun = PartnerOutage.objects.create(
        partner=partner,
        from_at=now - timedelta(hours=1),
        to_at=now + timedelta(hours=1),
        reason="x",
    )
    page = desk.get(reverse("partner", args=[partner.pk]))
    assert page.context["page"].row.standing.code == "outage"
    press(desk, "partner_plan_outage", partner, **{**late, "from_at": "2099-01-01T10:00"})
    planned = PartnerOutage.objects.exclude(pk=begun.pk).get()
    for outage in (begun, planned):
        desk.post(reverse("partner_end_outage", args=[partner.pk, outage.pk]))
    assert list(PartnerOutage.objects.all()) == [begun]
    begun.refresh_from_db()
    assert begun.to_at <= clock.now()


def test_keys_are_entered_by_a_person(desk: Client, partner: Partner) -> None:
    assert "no set of public Ed25519 keys" in press(desk, "partner_enter_keys", partner, keys="x")
    fresh = new_key()
    text = json.dumps(fresh.as_dict(private=False))
    assert "These are its keys now." in press(desk, "partner_enter_keys", partner, keys=text)
    living = PartnerKey.objects.filter(valid_to=None)
    assert [key.key_id for key in living] == [fresh.kid]
    assert "No key" not in press(desk, "partner_fetch_keys", partner)


def test_an_auditor_only_reads(client: Client, partner: Partner) -> None:
    client.force_login(person(Role.AUDITOR))
    page = client.get(reverse("partner", args=[partner.pk]))
    assert "<form method" not in page.content.decode().partition("<main")[2]
    assert client.post(reverse("partner_test", args=[partner.pk])).status_code == 403
