"""History features: what earlier declarations say of a new one, counted by one query."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from io import StringIO
from typing import Any

import msgspec
import pytest
from django.core.management import call_command
from django.db import connection, transaction

from declarations.document import Document, Means, Party
from declarations.models import Control, Ens, Measure
from risk import analysed, rule_sets
from risk.models import Assessment
from risk.services.finds import remember_finds
from tests.factories.declarations import assessed, harmless, lodged, publish_demo_rules, with_item
from tests.messaging.builders import goods_item

pytestmark = pytest.mark.django_db

AT = datetime(2026, 11, 20, 10, tzinfo=UTC)
DAY = timedelta(days=1)
BUYER = Party(identifier="NL900000201", name="Buyer", country="NL")
HOME = Party(name="Someone", street="Kade 1", postcode="3011AA", city="Rotterdam", country="NL")


@pytest.fixture(autouse=True)
def rules(db: None) -> None:
    rule_sets.forget()
    publish_demo_rules(AT - 800 * DAY)


def declare(at: datetime, **changes: Any) -> dict[str, Any]:
    """Lodge and assess a declaration, and return what history said of its goods."""
    item = changes.pop("item", {})
    declared: Document = harmless(at, **({"consignee": BUYER} | changes))
    goods = msgspec.structs.replace(goods_item(), **item)
    ens = assessed(lodged(with_item(declared, goods), at), at)
    features = Assessment.objects.get(ens=ens).features
    return {name.removeprefix("history."): n for name, n in features["declaration"].items()}


def test_the_first_declaration_has_no_past() -> None:
    found = declare(AT)
    assert found["consignee_filings_365d"] == 0
    assert found["pair_filings_365d"] == 0
    assert "consignor_silent_days" not in found
    assert found["filer_filings_30d"] == 0
    assert found["container_elsewhere"] == 0


def test_earlier_ones_of_the_window_are_counted_and_older_ones_not() -> None:
    declare(AT - 366 * DAY)
    declare(AT - 364 * DAY)
    declare(AT - DAY, consignor=Party(name="Other seller", country="TR"))
    found = declare(AT)
    assert found["consignee_filings_365d"] == 2
    assert found["pair_filings_365d"] == 1
    assert found["consignor_silent_days"] == 364
    assert found["filer_filings_30d"] == 1


def test_a_consignee_is_known_by_name_where_there_is_no_identifier() -> None:
    declare(AT - DAY, consignee=Party(name="MÜLLER  Handel", country="DE"))
    found = declare(AT, consignee=Party(name="Handel, Müller", country="DE"))
    assert found["consignee_filings_365d"] == 1
    assert declare(AT, consignee=Party(name="Handel Müller", country="AT"))[
        "consignee_filings_365d"
    ] == 0  # fmt: skip


def test_goods_of_another_chapter_are_told_apart() -> None:
    declare(AT - DAY, item={"commodity_code": "690721"})
    found = declare(AT, item={"commodity_code": "850760"})
    assert (found["consignee_items_365d"], found["consignee_chapter_items_365d"]) == (1, 0)


def test_a_series_is_summed_with_the_item_itself() -> None:
    goods = {"commodity_code": "690721", "gross_mass": Decimal("300.5")}
    for days in (31, 2, 1):
        declare(AT - days * DAY, item=goods)
    found = declare(AT, item=goods)
    assert (found["series_items_30d"], Decimal(found["series_mass_30d"])) == (3, Decimal("901.5"))


def test_parcels_to_one_address_are_counted_by_the_day() -> None:
    for hours, seller in ((25, "A"), (23, "B"), (1, "C")):
        declare(
            AT - timedelta(hours=hours), consignee=HOME, consignor=Party(name=seller, country="CN"),
            item={"gross_mass": Decimal("1.5")},
        )  # fmt: skip
    found = declare(AT, consignee=HOME)
    assert (found["address_filings_24h"], found["address_consignors_24h"]) == (2, 2)
    assert Decimal(found["address_heaviest_24h"]) == Decimal("1.5")


def test_the_same_container_on_another_ship_is_seen() -> None:
    declare(AT - DAY, means=Means(identification="4000020"))
    assert declare(AT)["container_elsewhere"] == 1
    declare(AT - DAY)
    assert declare(AT)["container_elsewhere"] == 1


def control(ens: int, at: datetime, result: str) -> None:
    """Record the result of a control of the first container of the ENS, or of all of it."""
    container = goods_item().containers[0]
    measure = Measure.objects.create(
        ens_id=ens, kind="control", status="irregular", subject="equipment", reference=container,
        reason_code="CTL-02", decided_on_version=1, placed_at=at,
    )  # fmt: skip
    Control.objects.create(
        measure=measure, type="CTL-02", started_at=at, result_code=result, recorded_at=at
    )
    with transaction.atomic():
        remember_finds([measure.pk])


def test_what_controls_have_found_is_known_of_parties_and_containers() -> None:
    declare(AT - 800 * DAY)
    first = Ens.objects.latest("id").pk
    for days, result in ((731, "RES-03"), (400, "RES-04"), (10, "RES-03"), (9, "RES-01")):
        control(first, AT - days * DAY, result)
    found = declare(AT)
    assert (found["party_finds_730d"], found["container_finds_365d"]) == (2, 1)
    other = declare(AT, consignee=HOME, item={"containers": ("MSKU7077210",)})
    assert (other["party_finds_730d"], other["container_finds_365d"]) == (2, 0)
    stranger = declare(AT, consignee=HOME, consignor=Party(name="Other", country="TR"))
    assert (stranger["party_finds_730d"], stranger["container_finds_365d"]) == (0, 1)


def test_what_is_declared_at_the_same_moment_counts_once_for_the_later() -> None:
    first, second = declare(AT), declare(AT)
    assert (first["consignee_filings_365d"], second["consignee_filings_365d"]) == (0, 1)


def rows() -> list[list[Any]]:
    with connection.cursor() as cursor:
        found = []
        for table in analysed.TABLES:
            cursor.execute(f"SELECT * FROM {table} ORDER BY 2, 3")
            found.append([row[1:] for row in cursor.fetchall()])
    return found


def test_what_was_analysed_is_made_anew_the_same() -> None:
    declare(AT - DAY)
    declare(AT)
    before = rows()
    with connection.cursor() as cursor:
        for table in analysed.TABLES:
            cursor.execute(f"DELETE FROM {table}")
    call_command("rebuild_analysed", stdout=StringIO())
    assert rows() == before
