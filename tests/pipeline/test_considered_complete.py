"""A master that is analysed with what is there: by an officer's word, or since its time is over."""

from datetime import datetime

import pytest
from django.db import transaction

from customs_portal.accounts.models import Role, User
from customs_portal.events import advance
from customs_portal.events.models import Event
from declarations.models import Clock, Ens
from declarations.services.completeness import consider_complete
from declarations.services.results import Changed, Refused
from declarations.tasks import tell_ended_clocks
from risk.models import Assessment, Case
from risk.services.failsafe import open_unassessed
from tests.factories.people import person
from tests.pipeline.conftest import AT, LODGER, operator, publish
from tests.pipeline.test_filings import NOTHING, assert_invariants
from tests.pipeline.test_linking import FORWARDER, ens_of, lodged


@pytest.fixture
def master(lodger: str) -> Ens:
    publish(("TST-01", NOTHING))
    return Ens.objects.get(mrn=lodged(lodger, "F12", LODGER, "M-1"))


def considered(ens: Ens, officer: User, reason: str = "Sails tonight", at: datetime = AT) -> str:
    """Return how it went: empty, or the code of the refusal."""
    with transaction.atomic():
        result = consider_complete(ens.pk, reason=reason, officer=officer, at=at)
    assert isinstance(result, Changed | Refused)
    return result.findings[0].code if isinstance(result, Refused) else ""


def middle(ens: Ens) -> datetime:
    return ens.registered_at + (ens.analysis_ends_at - ens.registered_at) / 2


def swept(at: datetime) -> int:
    with transaction.atomic():
        return open_unassessed(at=at)


def test_an_officer_has_a_master_analysed_without_its_houses(master: Ens, officer: User) -> None:
    assert considered(master, officer) == ""
    advance.drain(at=AT)
    ens = Ens.objects.get(pk=master.pk)
    assert (ens.status, ens.completeness) == ("assessed", "considered_complete")
    assert ens.analysis_ends_at == master.analysis_ends_at
    assert Assessment.objects.get(ens=ens).result == "no_risk"
    event = Event.objects.get(kind="ens.considered_complete")
    assert (event.actor_id, event.data["reason"]) == (officer.pk, "Sails tonight")
    assert not Clock.objects.filter(ens=ens, kind="linking", stopped_at=None).exists()
    assert_invariants()


def test_a_late_house_completes_what_was_considered_complete(master: Ens, officer: User) -> None:
    considered(master, officer)
    advance.drain(at=AT)
    lower = lodged(operator(FORWARDER), "F15", FORWARDER, "H-1")
    ens = Ens.objects.get(pk=master.pk)
    assert (ens_of(lower), ens.completeness, ens.status) == (ens, "complete", "assessed")
    assert Assessment.objects.filter(ens=ens).count() == 2
    assert considered(ens, officer) == "state"
    assert_invariants()


def test_what_may_not_be_considered_complete_stays(master: Ens, officer: User) -> None:
    stranger = person(Role.OFFICER, offices=("NL000432",))
    trader = person(Role.TRADER, operators=(LODGER,))
    assert [considered(master, user) for user in (stranger, trader)] == ["not_found"] * 2
    assert considered(master, officer, reason="  ") == "reason"
    ens = Ens.objects.get(pk=master.pk)
    assert (ens.status, ens.completeness) == ("forming", "pending")
    assert not Event.objects.filter(kind="ens.considered_complete").exists()
    assert Clock.objects.get(ens=ens, kind="analysis").started_at == master.registered_at


def test_the_fail_safe_gives_what_waited_half_of_the_time_that_is_left(master: Ens) -> None:
    half = middle(master)
    tell_ended_clocks(half)
    assert Ens.objects.get(pk=master.pk).status == "ready"
    assert swept(half) == 0
    later = half + (master.analysis_ends_at - half) / 2
    assert swept(later) == 1
    assert Case.objects.get().cause == "not_assessed"


def test_a_master_considered_complete_is_no_false_case(master: Ens) -> None:
    half = middle(master)
    tell_ended_clocks(half)
    swept(half)
    advance.drain(at=half)
    assert Ens.objects.get(pk=master.pk).status == "assessed"
    assert not Case.objects.exists()
    assert_invariants()
