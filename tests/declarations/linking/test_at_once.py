"""Filings that belong together lodged at once, on real transactions: always linked in the end."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from customs_portal.events.delivery import run_batch
from customs_portal.events.models import Delivery
from customs_portal.events.routing import pipeline
from declarations.document import Document
from declarations.models import Ens, Filing, FilingLink
from declarations.services import Lodged, Lodgement, Refused, lodge
from messaging.invariants import linking
from messaging.invariants.invariant import Scope
from risk.services.linking import link
from tests.declarations.linking.filings import house, master
from tests.pipeline.conftest import AT
from tests.pipeline.conftest import reference as reference  # noqa: PLC0414  a fixture
from tests.pipeline.test_racing import at_once

CARRIER, FORWARDER = "NL111111111", "NL222222222"


def lodged(*documents: Document) -> list[Lodged | Refused]:
    wanted = [
        Lodgement(
            document=document,
            message_id=place,
            sender=document.declarant.identifier or "",
            received_at=AT,
        )
        for place, document in enumerate(documents)
    ]
    with transaction.atomic():
        return lodge(wanted, at=AT)


def lodging(document: Document) -> Callable[[], object]:
    return lambda: lodged(document)


def linking_one() -> int:
    consumer = next(each for each in pipeline().consumers if each.name == "link")
    return run_batch(consumer, at=AT + timedelta(minutes=1))


@pytest.mark.django_db(transaction=True)
def test_a_master_and_its_house_lodged_at_once_are_linked() -> None:
    for number in range(5):
        name = f"OEL{number}"
        at_once(
            lodging(master(name, CARRIER, [FORWARDER])),
            lodging(house("F15", name, f"H{number}", FORWARDER)),
        )
        at_once(linking_one, linking_one)
        while linking_one():
            pass
        assert not Delivery.objects.filter(consumer="link").exists()
        assert FilingLink.objects.live().count() == number + 1
    assert Ens.objects.filter(completeness="complete").count() == 5
    assert linking.in_a_wrong_ens(Scope()) == []


@pytest.mark.django_db(transaction=True)
def test_of_two_filings_of_one_document_at_once_one_is_refused() -> None:
    for number in range(5):
        own = [house("F15", "OEL1", f"H{number}", FORWARDER) for _twice in range(2)]
        results = at_once(*map(lodging, own))
        kinds = [type(one).__name__ for result in results for one in result]  # type: ignore[attr-defined]
        assert sorted(kinds) == ["Lodged", "Refused"]
    assert Filing.objects.count() == 5


def statements(count: int, start: int) -> int:
    """Return with how many statements so many houses of one master are linked."""
    name = f"OEL{start}"
    found = lodged(
        master(name, CARRIER, [FORWARDER]),
        *(house("F15", name, f"H{start + place}", FORWARDER) for place in range(count)),
    )
    filings = [one.filing for one in found if isinstance(one, Lodged)]
    assert len(filings) == count + 1
    with (
        CaptureQueriesContext(
            connection,
        ) as captured,
        transaction.atomic(),
    ):
        link(filings, at=AT)
    assert FilingLink.objects.live().filter(upper=filings[0]).count() == count
    return len(captured)


@pytest.mark.django_db
def test_a_batch_is_linked_in_a_constant_number_of_statements() -> None:
    statements(1, 0)
    assert statements(3, 100) == statements(200, 1000)
