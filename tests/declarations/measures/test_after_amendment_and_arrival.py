"""What an amendment and an arrival do to measures that stand."""

from datetime import datetime, timedelta

import pytest
from django.db import transaction

from customs_portal.accounts.models import Role, User
from customs_portal.events.models import Event
from declarations.models import Control, Ens, Measure
from declarations.services import (
    ask_to_reconfirm,
    breach_do_not_loads,
    comply_do_not_loads,
    reconfirm,
    start_recommended_controls,
)
from declarations.services.locks import lock_ens
from declarations.services.reconfirm import Reconfirmation
from declarations.services.results import Changed, Refused
from tests.factories.declarations import OFFICE
from tests.factories.measures import in_force_do_not_load, placed
from tests.factories.people import person


def asked(ens: Ens, version: int, at: datetime) -> list[int]:
    with transaction.atomic():
        lock_ens([ens.pk])
        return ask_to_reconfirm([ens.pk], version=version, at=at)


def test_a_new_version_asks_to_confirm_what_stands(ens: Ens, officer: User, at: datetime) -> None:
    hold = placed(ens, officer, at, kind="hold", reason_code="HLD-06")
    assert asked(ens, 2, at) == [hold.pk]
    hold.refresh_from_db()
    assert (hold.reconfirm_since_version, hold.status) == (2, "in_force")
    assert Event.objects.get(kind="measure.reconfirm_asked").data["new"] == 2


def test_a_new_version_lapses_what_waits_for_its_signature(
    ens: Ens, officer: User, at: datetime
) -> None:
    unsigned = placed(ens, officer, at, kind="do_not_load", reason_code="DNL-03")
    assert asked(ens, 2, at) == []
    unsigned.refresh_from_db()
    assert (unsigned.status, unsigned.reconfirm_since_version) == ("lapsed", None)


def test_an_officer_confirms_on_the_current_version(ens: Ens, officer: User, at: datetime) -> None:
    hold = placed(ens, officer, at, kind="hold", reason_code="HLD-06")
    asked(ens, 1, at)
    wanted = Reconfirmation(measure=hold.pk, version=1, subject="item", reference="1")
    with transaction.atomic():
        assert reconfirm([wanted], officer=officer, at=at) == [Changed(id=hold.pk)]
    hold.refresh_from_db()
    assert (hold.subject, hold.reference) == ("item", "1")
    assert (hold.reconfirm_since_version, hold.decided_on_version) == (None, 1)


@pytest.mark.parametrize(
    ("version", "subject", "reference", "code"),
    [
        (2, "declaration", "", "stale_version"),
        (1, "item", "77", "subject"),
    ],
)
def test_confirming_something_else_is_refused(
    ens: Ens, officer: User, at: datetime, version: int, subject: str, reference: str, code: str
) -> None:
    hold = placed(ens, officer, at, kind="hold", reason_code="HLD-06")
    asked(ens, 1, at)
    wanted = Reconfirmation(measure=hold.pk, version=version, subject=subject, reference=reference)
    with transaction.atomic():
        [result] = reconfirm([wanted], officer=officer, at=at)
    assert isinstance(result, Refused)
    assert result.findings[0].code == code
    hold.refresh_from_db()
    assert hold.reconfirm_since_version == 1


def test_a_stranger_confirms_nothing(ens: Ens, officer: User, at: datetime) -> None:
    hold = placed(ens, officer, at, kind="hold", reason_code="HLD-06")
    asked(ens, 1, at)
    wanted = Reconfirmation(measure=hold.pk, version=1, subject="declaration", reference="")
    elsewhere = person(Role.OFFICER, offices=("NL000432",))
    with transaction.atomic():
        [result] = reconfirm([wanted], officer=elsewhere, at=at)
    assert isinstance(result, Refused)
    assert result.findings[0].code == "not_found"


def test_goods_that_came_against_the_instruction_are_held_and_controlled(
    ens: Ens, officer: User, at: datetime
) -> None:
    measure = in_force_do_not_load(ens, officer, at)
    with transaction.atomic():
        [breached] = breach_do_not_loads([measure.pk], at=at)
        assert breach_do_not_loads([measure.pk], at=at) == []
    measure.refresh_from_db()
    hold, control = (Measure.objects.get(pk=key) for key in (breached.hold, breached.control))
    assert measure.status == "breached"
    assert (hold.kind, hold.status, hold.reason_code) == ("hold", "in_force", "HLD-03")
    assert (control.kind, control.status, control.placed_by) == ("control", "recommended", None)
    assert hold.caused_by == control.caused_by == measure
    assert hold.announced_at is None
    assert control.control.due_at == at


def test_goods_that_did_not_come_comply(ens: Ens, officer: User, at: datetime) -> None:
    measure = in_force_do_not_load(ens, officer, at)
    with transaction.atomic():
        assert comply_do_not_loads([measure.pk], at=at) == [measure.pk]
        assert breach_do_not_loads([measure.pk], at=at) == []
    measure.refresh_from_db()
    assert measure.status == "complied"
    assert not Measure.objects.exclude(pk=measure.pk).exists()


def test_recommended_controls_of_goods_that_arrived_are_due_once(
    ens: Ens, officer: User, at: datetime
) -> None:
    control = placed(ens, officer, at, kind="control", reason_code="CTL-02", place=OFFICE)
    later = at + timedelta(minutes=5)
    with transaction.atomic():
        lock_ens([ens.pk])
        assert start_recommended_controls([ens.pk], at=at) == [control.pk]
        assert start_recommended_controls([ens.pk], at=later) == []
    assert Control.objects.get(measure=control).due_at == at
    assert Event.objects.filter(kind="control.due").count() == 1
