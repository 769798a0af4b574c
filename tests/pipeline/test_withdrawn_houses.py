"""A house that was named, filed and withdrawn: its filer is not asked again, a person looks."""

from datetime import datetime, timedelta

import pytest

from customs_portal.clock import now
from customs_portal.events import advance
from customs_portal.events.models import Event
from customs_portal.pages.reads.trader_links import expected_of
from declarations.models import Ens
from declarations.tasks import tell_ended_clocks
from messaging.models import OutboundMessage
from risk.models import Assessment, Case
from tests.pipeline.conftest import LODGER, operator, publish
from tests.pipeline.test_filings import (
    NOTHING,
    amendment,
    assert_invariants,
    invalidation,
    name,
    sent,
)
from tests.pipeline.test_linking import FORWARDER, OWNER, lodged, naming, quarter

pytestmark = pytest.mark.django_db


@pytest.fixture
def forwarder() -> str:
    publish(("TST-01", NOTHING))
    return operator(FORWARDER)


def withdraw(token: str, mrn: str) -> None:
    asked = invalidation(mrn, declarant=[{"identificationNumber": FORWARDER}])
    assert name(sent(token, asked)) == "IE3R07"


def reminded(at: datetime) -> None:
    tell_ended_clocks(at)
    advance.drain(at=at)


def test_a_complete_master_stays_so_and_a_person_looks(lodger: str, forwarder: str) -> None:
    top = lodged(lodger, "F12", LODGER, "M-1")
    lower = lodged(forwarder, "F15", FORWARDER, "H-1")
    assert not Case.objects.exists()
    withdraw(forwarder, lower)
    ens = Ens.objects.get(mrn=top)
    assert (ens.completeness, ens.status) == ("complete", "in_analysis")
    assert Case.objects.open().get().cause == "inconsistent"
    assert not Event.objects.filter(kind__in=["filing.expected", "ens.incomplete"]).exists()
    assert expected_of([FORWARDER], now()) == []
    assert_invariants()
    again = lodged(forwarder, "F15", FORWARDER, "H-2")
    assert Ens.objects.get(mrn=again).absorbed_by == ens
    assert_invariants()


def test_a_master_that_still_forms_waits_but_reminds_nobody(lodger: str, forwarder: str) -> None:
    top = lodged(lodger, "F12", LODGER, "M-1")
    owner = naming("F14", OWNER)
    withdraw(forwarder, lodged(forwarder, "F14", FORWARDER, "H-1", consignmentMasterLevel=owner))
    reminded(quarter(top))
    assert not Event.objects.filter(kind__in=["filing.expected", "ens.incomplete"]).exists()
    assert not OutboundMessage.objects.filter(kind__in=["IE3N02", "IE3N11"]).exists()
    ens = Ens.objects.get(mrn=top)
    assert (ens.status, ens.completeness) == ("forming", "pending")
    reminded(ens.registered_at + (ens.analysis_ends_at - ens.registered_at) / 2 + MINUTE)
    ens.refresh_from_db()
    assert ens.completeness == "considered_complete"
    assert Assessment.objects.get(ens=ens).status == "review"
    assert_invariants()


MINUTE = timedelta(minutes=1)


def test_who_is_named_anew_is_asked_anew(lodger: str, forwarder: str) -> None:
    top = lodged(lodger, "F12", LODGER, "M-1")
    withdraw(forwarder, lodged(forwarder, "F15", FORWARDER, "H-1"))
    for minute, (eori, asked) in enumerate(
        ((FORWARDER, []), (OWNER, [OWNER]), (FORWARDER, [OWNER, FORWARDER]))
    ):
        changed = amendment(
            "F12",
            top,
            consignmentMasterLevel=naming("F12", eori),
            documentIssueDate=f"2026-11-22T10:{minute:02}:00Z",
        )
        assert name(sent(lodger, changed)) == "IE3N10"
        events = Event.objects.filter(kind="filing.expected").order_by("pk")
        assert [event.data["named"] for event in events] == asked
    assert Ens.objects.get(mrn=top).completeness == "pending"
    assert_invariants()
