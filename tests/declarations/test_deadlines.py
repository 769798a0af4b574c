"""Every row of the table of limits, the calculator, and an officer's correction."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import transaction

from customs_portal.accounts.models import Role
from declarations.clocks import ClockKind
from declarations.deadlines import Movement, deadline
from declarations.models import Clock, Ens, Filing
from declarations.services.results import Refused
from declarations.services.traffic import TrafficOrder, correct_traffic
from declarations.traffic import TrafficClass
from tests.factories.declarations import harmless, lodged
from tests.factories.people import person

AT = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
ARRIVAL, LEAVING = AT + timedelta(days=5), AT + timedelta(days=2)
HOUR = timedelta(hours=1)
CONTAINERS = ("deep_sea_container", LEAVING - 24 * HOUR, 24 * HOUR, "105(a)")


def limits(
    mode: str, loading: str, unloading: str = "NLRTM", *, boxed: bool = False
) -> tuple[object, ...]:
    movement = Movement(
        mode=mode,
        loading=loading,
        unloading=unloading,
        boxed=boxed,
        arrives_at=ARRIVAL,
        left_at=LEAVING,
    )
    found = deadline(movement, AT)
    return found.traffic.value, found.lodge_by, found.analysis, found.rule.split(" ", 2)[1]


@pytest.mark.parametrize(
    ("mode", "loading", "unloading", "boxed", "expected"),
    [
        ("1", "CNSHA", "NLRTM", True, CONTAINERS),
        ("1", "BRSSZ", "NLRTM", False, ("deep_sea_bulk", ARRIVAL - 4 * HOUR, 4 * HOUR, "105(b)")),
        ("1", "TRMER", "NLRTM", True, ("short_sea", ARRIVAL - 2 * HOUR, 2 * HOUR, "105(c)")),
        ("1", "GLGOH", "DKAAL", False, ("short_sea", ARRIVAL - 2 * HOUR, 2 * HOUR, "105(c)")),
        ("1", "LCCAS", "MQFDF", True, ("short_voyage", ARRIVAL - 2 * HOUR, 2 * HOUR, "105(d)")),
        ("1", "LCCAS", "NLRTM", True, CONTAINERS),
        ("1", "EHEAI", "ESLPA", False, ("short_voyage", ARRIVAL - 2 * HOUR, 2 * HOUR, "105(d)")),
        ("10", "GBHRW", "NLHVH", False, ("ferry", ARRIVAL - 2 * HOUR, 2 * HOUR, "110")),
        ("11", "GBHRW", "NLHVH", False, ("ferry", ARRIVAL - 2 * HOUR, 2 * HOUR, "110")),
        ("8", "UAODS", "ATVIE", False, ("inland_water", ARRIVAL - 2 * HOUR, 2 * HOUR, "109")),
        ("4", "CNSZX", "NLAMS", False, ("air_long_haul", ARRIVAL - 4 * HOUR, 4 * HOUR, "106(b)")),
        ("4", "GBLHR", "NLAMS", False, ("air_short_haul", LEAVING, None, "106(a)")),
        ("2", "BYBQT", "PLMAL", False, ("rail", ARRIVAL - 2 * HOUR, 2 * HOUR, "107(b)")),
        ("3", "UAKBP", "PLKRZ", False, ("road", ARRIVAL - HOUR, HOUR, "108")),
    ],
)  # fmt: skip
def test_every_kind_of_traffic_has_its_limits(
    mode: str, loading: str, unloading: str, boxed: bool, expected: tuple[object, ...]
) -> None:
    assert limits(mode, loading, unloading, boxed=boxed) == expected


def test_without_the_time_that_it_counts_from_a_deadline_is_no_moment() -> None:
    movement = Movement(
        mode="1", loading="CNSHA", unloading="", boxed=True, arrives_at=ARRIVAL, left_at=None
    )
    assert deadline(movement, AT).lodge_by is None


@pytest.mark.django_db
def test_a_correction_moves_every_limit_and_counts_from_receipt() -> None:
    officer = person(Role.OFFICER)
    ens = lodged(
        harmless(AT, place_of_loading="CNSHA", expected_arrival=AT + timedelta(minutes=90)), AT
    )
    assert ens.analysis_ends_at == AT + 24 * HOUR
    order = TrafficOrder(ens=ens.pk, traffic=TrafficClass.SHORT_SEA, reason="Feeder from Tanger.")
    with transaction.atomic():
        [result] = correct_traffic([order], officer=officer.pk, at=AT + HOUR)
    assert not isinstance(result, Refused)
    changed, filing = Ens.objects.get(pk=ens.pk), Filing.objects.get(mrn=ens.mrn)
    assert changed.corrected_traffic() is TrafficClass.SHORT_SEA
    assert changed.analysis_ends_at == filing.analysis_ends_at == AT + 2 * HOUR
    assert filing.late_minutes == 30
    live = Clock.objects.filter(ens=ens, stopped_at__isnull=True)
    assert live.get(kind=ClockKind.ANALYSIS).ends_at == AT + 2 * HOUR
    assert not live.filter(kind=ClockKind.DO_NOT_LOAD).exists()


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("traffic", "reason", "code"),
    [(TrafficClass.ROAD, " ", "reason_missing"), (TrafficClass.SHORT_SEA, "Again", "same_class")],
)
def test_a_correction_needs_a_reason_and_a_change(
    traffic: TrafficClass, reason: str, code: str
) -> None:
    officer, ens = person(Role.OFFICER), lodged(harmless(AT), AT)
    Ens.objects.filter(pk=ens.pk).update(traffic_correction="short_sea")
    with transaction.atomic():
        [result] = correct_traffic(
            [TrafficOrder(ens=ens.pk, traffic=traffic, reason=reason)], officer=officer.pk, at=AT
        )
    assert isinstance(result, Refused)
    assert [finding.code for finding in result.findings] == [code]
