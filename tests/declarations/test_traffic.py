"""Traffic classes and the limits that follow from them (LIFECYCLE section 9)."""

from datetime import UTC, datetime, timedelta

import msgspec
import pytest

from declarations.document import Consignment, Document, GoodsItem, Party
from declarations.traffic import (
    TrafficClass,
    analysis_ends_at,
    late_minutes,
    time_limit,
    traffic_class,
)

RECEIVED = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)


def declared(mode: str, loading: str, *containers: str) -> Document:
    item = GoodsItem(number=1, containers=containers, place_of_loading=loading)
    return Document(
        type="IE315",
        transport_mode=mode,
        office_of_first_entry="NL000396",
        expected_arrival=RECEIVED + timedelta(days=2),
        declarant=Party(identifier="NL900000011"),
        consignments=(Consignment(key="1", items=(item,)),),
    )


@pytest.mark.parametrize(
    ("mode", "loading", "containers", "expected", "minutes"),
    [
        ("1", "ECGYE", ("DMOU1000014",), TrafficClass.DEEP_SEA_CONTAINER, 1440),
        ("1", "BRSSZ", (), TrafficClass.DEEP_SEA_BULK, 240),
        ("1", "TRMER", ("DMOU1000014",), TrafficClass.SHORT_SEA, 120),
        ("1", "MACAS", (), TrafficClass.SHORT_SEA, 120),
        ("1", "EGALY", (), TrafficClass.SHORT_SEA, 120),
        ("1", "EGSUZ", (), TrafficClass.DEEP_SEA_BULK, 240),
        ("10", "GBHRW", (), TrafficClass.FERRY, 120),
        ("11", "GBHRW", (), TrafficClass.FERRY, 120),
        ("8", "UAODS", (), TrafficClass.INLAND_WATER, 120),
        ("4", "CNSZX", (), TrafficClass.AIR_LONG_HAUL, 240),
        ("4", "GBLHR", (), TrafficClass.AIR_SHORT_HAUL, 2880),
        ("2", "BYBQT", (), TrafficClass.RAIL, 120),
        ("3", "UAKBP", (), TrafficClass.ROAD, 60),
    ],
)
def test_class_and_analysis_window(
    mode: str, loading: str, containers: tuple[str, ...], expected: TrafficClass, minutes: int
) -> None:
    document = declared(mode, loading, *containers)
    assert traffic_class(document, RECEIVED) is expected
    assert analysis_ends_at(document, RECEIVED) == RECEIVED + timedelta(minutes=minutes)


@pytest.mark.parametrize(
    ("before", "late"), [(timedelta(hours=2), 0), (timedelta(minutes=119), 1), (timedelta(0), 120)]
)
def test_lateness_counts_from_the_limit_before_arrival(before: timedelta, late: int) -> None:
    document = msgspec.structs.replace(declared("10", "GBHRW"), expected_arrival=RECEIVED + before)
    assert late_minutes(document, RECEIVED) == late


def test_lateness_is_unknown_where_the_limit_is_loading_or_departure() -> None:
    assert late_minutes(declared("1", "ECGYE", "DMOU1000014"), RECEIVED) is None
    assert late_minutes(declared("4", "GBLHR"), RECEIVED) is None


def test_a_mixed_ship_takes_the_strictest_class() -> None:
    near = GoodsItem(number=1, place_of_loading="TRMER")
    far = GoodsItem(number=2, place_of_loading="INNSA", containers=("DMOU1000014",))
    document = msgspec.structs.replace(
        declared("1", "TRMER"), consignments=(Consignment(key="1", items=(near, far)),)
    )
    assert traffic_class(document, RECEIVED) is TrafficClass.DEEP_SEA_CONTAINER


def test_limits_are_those_of_the_day_of_receipt() -> None:
    document = declared("10", "GBHRW")
    assert time_limit(document, RECEIVED).lodging == timedelta(hours=2)
    with pytest.raises(LookupError):
        time_limit(document, datetime(2010, 12, 31, tzinfo=UTC))
