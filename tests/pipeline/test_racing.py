"""Amendment, diversion and decision at once, on real transactions: one comes first, whole."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import msgspec
import pytest
from django.db import connection, transaction

from customs_portal.accounts.models import User
from customs_portal.events import advance
from customs_portal.events.delivery import run_batch
from customs_portal.events.routing import pipeline
from declarations.document import Document
from declarations.models import Ens, FilingVersion, Measure
from messaging.formats.ics1.writing import write_declaration
from messaging.invariants.book import breaches
from messaging.invariants.invariant import Scope
from messaging.models import OutboundMessage
from risk.models import Case
from risk.services import Decided, Refused, decide
from tests.messaging.builders import envelope
from tests.pipeline.conftest import AT, publish
from tests.pipeline.test_diversion import request
from tests.pipeline.test_main_job import BANANAS, flagged, order, send_bytes

pytestmark = [pytest.mark.django_db(transaction=True)]


@pytest.fixture
def ens(lodger: str) -> Ens:
    """Return a flagged ENS with an open case."""
    publish(("TST-01", BANANAS))
    send_bytes(lodger, write_declaration(flagged(), envelope()))
    advance.drain(at=AT)
    return Ens.objects.get()


def amendment(ens: Ens, number: int) -> Document:
    return msgspec.structs.replace(
        flagged(conveyance_reference=f"VOY{number}"), type="IE313", lrn=None, mrn=ens.mrn
    )


def sent(lodger: str, ens: Ens, number: int) -> None:
    body = write_declaration(amendment(ens, number), envelope(message_id=f"A{number}"))
    send_bytes(lodger, body)


def at_once(*works: Callable[[], object]) -> list[object]:
    """Run the works in threads that start together and return what they returned."""
    start = Barrier(len(works))

    def run(work: Callable[[], object]) -> object:
        start.wait()
        try:
            return work()
        finally:
            connection.close()

    with ThreadPoolExecutor(len(works)) as pool:
        return [future.result() for future in [pool.submit(run, work) for work in works]]


def take_in() -> int:
    """Run one batch of one message through intake."""
    consumer = msgspec.structs.replace(pipeline().consumer("intake"), batch=1)
    return run_batch(consumer, at=AT)


def is_sound() -> bool:
    return list(breaches(Scope(sample=None))) == []


def test_two_amendments_at_once_follow_each_other(lodger: str, ens: Ens) -> None:
    sent(lodger, ens, 2)
    sent(lodger, ens, 3)
    at_once(take_in, take_in)
    advance.drain(at=AT)
    assert Ens.objects.get().version == 3
    assert sorted(FilingVersion.objects.values_list("number", flat=True)) == [1, 2, 3]
    assert OutboundMessage.objects.filter(kind="CC304A").count() == 2
    assert is_sound()


def test_an_amendment_and_a_decision_at_once(lodger: str, officer: User, ens: Ens) -> None:
    sent(lodger, ens, 2)
    wanted = order(Case.objects.get(), announce=False)

    def decision() -> Decided | Refused:
        with transaction.atomic():
            [result] = decide([wanted], officer=officer, at=AT)
        return result

    _taken, result = at_once(take_in, decision)
    advance.drain(at=AT)
    assert Ens.objects.get().version == 2
    assert OutboundMessage.objects.filter(kind="CC304A").count() == 1
    if isinstance(result, Refused):
        assert result.findings[0].code == "stale_version"
        assert not Measure.objects.exists()
    else:
        assert Measure.objects.get().reconfirm_since_version == 2
    assert Case.objects.open().count() == 1
    assert is_sound()


def test_a_diversion_and_an_amendment_at_once(lodger: str, ens: Ens) -> None:
    sent(lodger, ens, 2)
    send_bytes(lodger, request(ens.mrn, office="FR002730"))
    at_once(take_in, take_in)
    advance.drain(at=AT)
    found = Ens.objects.get()
    kinds = set(OutboundMessage.objects.filter(channel="trader").values_list("kind", flat=True))
    assert found.status == Ens.Status.DIVERTED
    assert "CC325A" in kinds
    assert ("CC304A" in kinds) == (found.version == 2)
    assert ("CC305A" in kinds) == (found.version == 1)
    assert not Case.objects.open().exists()
    assert is_sound()
