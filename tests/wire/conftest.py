"""Partners with a system that the tests drive, and messages that wait for them."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import count

import pytest
from django.db import transaction

from customs_portal import clock
from customs_portal.events.services import record
from messaging.events import PARTNER_REFUSED
from messaging.models import OutboundMessage, Partner, PartnerKey
from messaging.outbox import Draft, number, write
from messaging.services import connect_system
from messaging.wire.own_keys import signing_key
from messaging.wire.signing import public_key
from tests.wire.peer import Peer

LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)
Waiting = Callable[..., list[OutboundMessage]]
_numbers = count(1)


def know(peer: Peer, country: str = "BE", **values: object) -> Partner:
    """Register the peer as the administration of a country, with its key."""
    partner = Partner.objects.create(
        country=country,
        **{
            "name": f"Customs of {country}",
            "transport": "http",
            "address": peer.url,
            **values,
        },
    )
    connect_system(partner)
    PartnerKey.objects.create(
        partner=partner, key_id=str(peer.key.kid), public_key=peer.jwk, valid_from=LONG_AGO
    )
    return partner


def new_peer() -> Peer:
    peer = Peer()
    ours = public_key(signing_key(clock.now()).as_dict(private=False))
    peer.our_key = lambda: {ours.kid: ours}
    return peer


@pytest.fixture
def peer() -> Iterator[Peer]:
    found = new_peer()
    yield found
    found.stop()


@pytest.fixture
def other_peer() -> Iterator[Peer]:
    found = new_peer()
    yield found
    found.stop()


@pytest.fixture
def partner(db: None, peer: Peer) -> Partner:
    return know(peer)


@pytest.fixture
def waiting(db: None) -> Waiting:
    """Return a way to write messages to a recipient, one for each MRN given."""

    def make(
        *mrns: str, to: str = "BE", kind: str = "CD319A", channel: str = "partner"
    ) -> list[OutboundMessage]:
        at = clock.now() - timedelta(seconds=1)
        with transaction.atomic():
            events = [record(PARTNER_REFUSED, at=at, data={"country": to}) for _ in mrns]
            drafts = [
                Draft(kind=kind, channel=channel, recipient=to, event_id=event, mrn=mrn)
                for event, mrn in zip(events, mrns, strict=True)
            ]
            written = [own.filled(b"<x>%d</x>" % next(_numbers)) for own in number(drafts)]
            write(written, at=at)
        ids = [message.id for message in written]
        return list(OutboundMessage.objects.filter(pk__in=ids).order_by("pk"))

    return make
