"""Sending to partners: nothing lost, nothing twice, in order, and nobody slowed by another."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from customs_portal import clock
from customs_portal.accounts.models import Operator, Role
from customs_portal.events.models import Event
from messaging.models import Dispatch, OutboundMessage, Partner, PartnerLine, PartnerOutage
from messaging.reads import raw_body
from messaging.wire import delivering, http
from messaging.wire.concluding import set_aside, try_again
from messaging.wire.delivering import BREAKS_AFTER, deliver
from messaging.wire.outcomes import Delivered
from messaging.wire.sending import try_connection
from tests.factories.people import person
from tests.wire import peer as peers
from tests.wire.conftest import Waiting, know
from tests.wire.peer import Peer


@pytest.fixture(autouse=True)
def moment(monkeypatch: pytest.MonkeyPatch) -> datetime:
    """Let no time pass: what rests, rests however slow the machine is."""
    at = clock.now()
    monkeypatch.setattr(clock, "now", lambda: at)
    return at


def hurry(partner: Partner) -> None:
    """Let the time of the next tries come."""
    past = clock.now() - timedelta(seconds=1)
    Dispatch.objects.filter(partner=partner, state="trying").update(next_try_at=past)
    PartnerLine.objects.filter(partner=partner).update(open_until=None)


def states() -> list[str]:
    return list(OutboundMessage.objects.order_by("pk").values_list("state", flat=True))


def test_what_waits_is_delivered_once_with_its_receipt(
    partner: Partner, peer: Peer, waiting: Waiting
) -> None:
    sent = waiting("MRN1", "MRN2")
    assert deliver()
    assert not deliver()
    assert peer.received == {row.message_identification: raw_body(row) for row in sent}
    assert states() == ["delivered", "delivered"]
    assert all(Dispatch.objects.values_list("receipt", flat=True))
    told = Event.objects.filter(kind="message.delivered").values_list("data__message", flat=True)
    assert list(told) == [row.pk for row in sent]
    line = PartnerLine.objects.get()
    assert (line.failures, line.lease, line.leased_until) == (0, None, None)
    assert line.succeeded_at is not None


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (peers.takes_and_dies, "RemoteDisconnected"),
        (peers.nonsense, "Damaged receipt: not readable"),
        (peers.too_long, "the answer is too long"),
        (peers.other_receipt, "The receipt is for another message."),
        (peers.forged_receipt, "Damaged receipt: unknown_key"),
        (peers.refuses(401, "unknown_key"), "401 unknown_key"),
        (peers.refuses(503, "busy"), "503 busy"),
        (peers.refuses(302), "302 refused"),
    ],
)
def test_what_went_wrong_is_tried_again_later_and_arrives_once(
    partner: Partner, peer: Peer, waiting: Waiting, answer: peers.Answer, reason: str
) -> None:
    [sent] = waiting("MRN1")
    peer.answers = [answer]
    deliver()
    found = Dispatch.objects.get()
    assert (found.state, found.attempts) == ("trying", 1)
    assert reason in found.error
    assert found.next_try_at is not None
    assert found.next_try_at > clock.now()
    assert not deliver()
    hurry(partner)
    deliver()
    assert states() == ["delivered"]
    assert peer.received == {sent.message_identification: raw_body(sent)}
    assert peer.attempts == 2


def test_a_slow_partner_is_cut_off_and_others_are_served(
    partner: Partner,
    peer: Peer,
    other_peer: Peer,
    waiting: Waiting,
    settings: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    settings.PARTNER_TIMEOUT_SECONDS = 0.3
    ask = http.request

    def others_may_take_their_time(method: str, url: str, *body: bytes, **more: Any) -> Any:
        assert more["seconds"] == settings.PARTNER_TIMEOUT_SECONDS
        more["seconds"] = more["seconds"] if url.startswith(peer.url) else 60
        return ask(method, url, *body, **more)

    monkeypatch.setattr(http, "request", others_may_take_their_time)
    know(other_peer, "DE")
    waiting("MRN1")
    waiting("MRN2", to="DE")
    peer.answers = [peers.slow(5)]
    deliver()
    assert states() == ["waiting", "delivered"]
    assert Dispatch.objects.get(partner=partner).error == "no answer in time"


def test_the_line_rests_after_failures_and_one_message_opens_it_again(
    partner: Partner, peer: Peer, waiting: Waiting
) -> None:
    waiting(*(f"MRN{n}" for n in range(6)))
    peer.answers = [peers.refuses(500)] * 4
    deliver()
    line = PartnerLine.objects.get()
    assert (line.failures, peer.attempts) == (BREAKS_AFTER, BREAKS_AFTER)
    assert line.open_until is not None
    assert not deliver()
    PartnerLine.objects.update(open_until=clock.now())
    deliver()
    assert (PartnerLine.objects.get().failures, peer.attempts) == (4, 4)
    PartnerLine.objects.update(open_until=clock.now())
    deliver()
    assert set(states()) == {"delivered"}
    assert PartnerLine.objects.get().failures == 0


def test_an_hour_away_costs_few_tries_and_nothing_else(
    partner: Partner, peer: Peer, waiting: Waiting, monkeypatch: pytest.MonkeyPatch
) -> None:
    waiting(*(f"MRN{n}" for n in range(20)))
    away, began = peer.url, clock.now()
    Partner.objects.update(address="http://127.0.0.1:9")
    moment = began
    monkeypatch.setattr(clock, "now", lambda: moment)
    tries = 0
    while moment < began + timedelta(hours=1):
        tries += deliver()
        moment += timedelta(seconds=10)
    assert 20 < tries < 120
    Partner.objects.update(address=away)
    moment += delivering.LONGEST_BREAK
    deliver()
    assert states() == ["delivered"] * 20
    assert len(peer.received) == 20


def test_the_next_message_about_an_mrn_waits_for_the_one_before(
    partner: Partner, peer: Peer, waiting: Waiting
) -> None:
    first, other, second = waiting("MRN1", "MRN2", "MRN1")
    peer.answers = [peers.refuses(500)]
    deliver()
    assert peer.order == [other.message_identification]
    assert not deliver()
    hurry(partner)
    deliver()
    names = [row.message_identification for row in (other, first, second)]
    assert peer.order == names


@pytest.mark.parametrize("status", [409, 413, 421, 422])
def test_what_is_refused_for_good_waits_for_a_person(
    partner: Partner, peer: Peer, waiting: Waiting, status: int
) -> None:
    first, second = waiting("MRN1", "MRN1")
    peer.answers = [peers.refuses(status, "kind_not_agreed")]
    deliver()
    assert not deliver()
    stopped = Dispatch.objects.get()
    assert (stopped.state, stopped.error) == ("stopped", f"{status} kind_not_agreed")
    assert PartnerLine.objects.get().failures == 0
    assert try_again(partner, [first.pk], at=clock.now()) == 1
    deliver()
    assert states() == ["delivered", "delivered"]
    assert second.message_identification in peer.received


def test_what_is_set_aside_is_never_sent_and_lets_the_next_go(
    partner: Partner, peer: Peer, waiting: Waiting
) -> None:
    first, second = waiting("MRN1", "MRN1")
    peer.answers = [peers.refuses(422)]
    deliver()
    admin = person(Role.ADMINISTRATOR)
    done = set_aside(partner, [first.pk], reason="Wrong", by=admin.pk, at=clock.now())
    assert done == 1
    deliver()
    assert states() == ["set_aside", "delivered"]
    assert list(peer.received) == [second.message_identification]
    told = Event.objects.get(kind="message.set_aside")
    assert (told.actor_id, told.data["reason"]) == (admin.pk, "Wrong")


def test_during_a_planned_outage_nothing_is_tried(
    partner: Partner, peer: Peer, waiting: Waiting
) -> None:
    waiting("MRN1")
    outage = PartnerOutage.objects.create(
        partner=partner,
        from_at=clock.now() - timedelta(hours=1),
        to_at=clock.now() + timedelta(hours=1),
        reason="New release",
    )
    assert not deliver()
    outage.to_at = clock.now()
    outage.save()
    assert deliver()
    assert states() == ["delivered"]


@pytest.mark.parametrize(
    "change",
    [
        {"active": False},
        {"transport": "collect"},
        {"we_send": ["CD301A"]},
        {"agreed_to": "2026-01-01"},
        {"agreed_from": "2999-01-01"},
    ],
)
def test_without_agreement_nothing_is_sent(
    partner: Partner, peer: Peer, waiting: Waiting, change: dict[str, object]
) -> None:
    waiting("MRN1")
    Partner.objects.update(**change)
    assert not deliver()
    assert peer.attempts == 0


def test_a_traders_system_is_pushed_what_is_for_its_operator_and_no_more(
    peer: Peer, waiting: Waiting
) -> None:
    firm = Operator.objects.create(eori="NL900000011", name="Firm")
    know(peer, "", kind="trader", code=firm.eori, operator=firm, we_send=["CC351A", "BLOCK"])
    told = waiting("MRN1", to=firm.eori, kind="CC351A", channel="trader")
    told += waiting("MRN1", to=firm.eori, kind="BLOCK", channel="terminal")
    waiting("MRN1", to=firm.eori, kind="CC328A", channel="trader")
    waiting("MRN1", to="NL900000022", kind="CC351A", channel="trader")
    waiting("MRN1", to=firm.eori)
    while deliver():
        pass
    assert peer.order == [row.message_identification for row in told]
    assert states() == ["delivered", "delivered", "waiting", "waiting", "waiting"]


def test_without_a_key_of_ours_everything_waits(
    partner: Partner, peer: Peer, waiting: Waiting, settings: Any
) -> None:
    settings.PARTNER_KEYS_FILE = ""
    waiting("MRN1")
    deliver()
    assert "PARTNER_KEYS_FILE" in Dispatch.objects.get().error
    assert (states(), peer.attempts) == (["waiting"], 0)


def test_a_line_that_another_process_serves_is_left_alone_until_its_lease_ends(
    partner: Partner, peer: Peer, waiting: Waiting
) -> None:
    waiting("MRN1")
    PartnerLine.objects.create(partner=partner, leased_until=clock.now() + timedelta(seconds=30))
    assert not deliver()
    PartnerLine.objects.update(leased_until=clock.now())
    assert deliver()
    assert states() == ["delivered"]


def test_a_connection_is_tested_without_leaving_anything(partner: Partner, peer: Peer) -> None:
    outcome = try_connection(partner, at=clock.now())
    assert isinstance(outcome, Delivered)
    assert list(peer.received.values()) == [b"ping"]
    assert not Dispatch.objects.exists()
