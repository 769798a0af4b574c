"""Flags of data quality are found with the assessment, stored with it, and read by rules."""

from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest
from django.core.management import call_command

from customs_portal.reference import nomenclature
from customs_portal.reference.models import NomenclatureEntry
from declarations.document import GoodsItem, Party
from declarations.models import Ens
from risk import rule_sets
from risk.engine.subject import decode_features
from risk.models import AnalysedHistory, Assessment
from risk.quality import ENOUGH
from tests.factories.declarations import assessed, harmless, lodged, publish_demo_rules, with_item
from tests.messaging.builders import goods_item

pytestmark = pytest.mark.django_db

AT = datetime(2026, 11, 20, 10, tzinfo=UTC)
BUYER = Party(identifier="NL900000201", name="Buyer", country="NL")
SUBHEADINGS = [nomenclature.Entry(code=code) for code in ("690721", "701090", "640399")]


@pytest.fixture(autouse=True)
def rules(db: None) -> None:
    nomenclature.add(nomenclature.List.HS6, SUBHEADINGS, on=AT.date())
    rule_sets.forget()
    publish_demo_rules(AT - timedelta(days=30))


def goods(**values: Any) -> GoodsItem:
    plain = {"description": "Glazed ceramic floor tiles", "commodity_code": "690721"}
    return msgspec.structs.replace(goods_item(), **(plain | values))


def declare(*items: GoodsItem, at: datetime = AT) -> Ens:
    declared = harmless(at, consignee=BUYER)
    consignment = msgspec.structs.replace(declared.consignments[0], items=items)
    changed = msgspec.structs.replace(declared, consignments=(consignment,), total_items=len(items))
    return assessed(lodged(changed, at), at)


def flags(ens: Ens) -> dict[int, list[str]]:
    stored = Assessment.objects.get(ens=ens).features
    found = decode_features(msgspec.json.encode(stored)).flags
    assert found is not None
    return {place: [str(flag.kind) for flag in several] for place, several in found.items()}


def columns(ens: Ens) -> list[Any]:
    rows = AnalysedHistory.objects.filter(ens_version=ens.versions.get().pk).order_by("number")
    return list(rows.values_list("quality_flags", "quality_flag_count"))


def test_good_data_are_stored_as_looked_at() -> None:
    ens = declare(goods())
    assert flags(ens) == {}
    assert columns(ens) == [(None, 0), (None, 0)]


def test_without_a_list_no_code_is_unknown() -> None:
    NomenclatureEntry.objects.all().delete()
    assert flags(declare(goods(commodity_code="690799"))) == {}


def test_a_code_counts_until_its_last_day() -> None:
    NomenclatureEntry.objects.filter(code="690721").update(valid_to=AT.date())
    assert flags(declare(goods())) == {1: ["UNKNOWN_CODE"]}
    assert flags(declare(goods(), at=AT - timedelta(days=1))) == {}


def test_flags_stand_at_their_goods_item() -> None:
    ens = declare(
        goods(number=1),
        goods(number=2, commodity_code="690799", description="goods"),
        goods(number=3, commodity_code="690721", description="Fresh bananas in boxes"),
    )
    assert flags(ens) == {2: ["UNKNOWN_CODE", "STOP_WORDS"], 3: ["CHAPTER"]}
    assert columns(ens)[2:] == [(["UNKNOWN_CODE", "STOP_WORDS"], 2), (["CHAPTER"], 1)]


def test_a_flag_alone_opens_no_case() -> None:
    ens = declare(goods(description="Glazed ceramic floor tiles \u30bf\u30a4\u30eb"))
    assert flags(ens) == {1: ["CHARACTERS"]}
    assert ens.status == "assessed"


def test_another_section_than_ever_before_is_unusual() -> None:
    for number in range(ENOUGH):
        declare(goods(), at=AT - timedelta(hours=ENOUGH - number))
    porcelain = goods(commodity_code="701090", description="Empty glass bottles on pallets")
    assert flags(declare(porcelain)) == {}
    shoes = goods(commodity_code="640399", description="Leather shoes with rubber soles")
    assert flags(declare(shoes)) == {1: ["UNUSUAL_GOODS"]}


def test_few_goods_before_make_nothing_unusual() -> None:
    for number in range(ENOUGH - 1):
        declare(goods(), at=AT - timedelta(hours=ENOUGH - number))
    shoes = goods(commodity_code="640399", description="Leather shoes with rubber soles")
    assert flags(declare(shoes)) == {}


def test_rebuilt_rows_say_the_same() -> None:
    ens = declare(goods(description="goods"))
    before = columns(ens)
    call_command("rebuild_analysed", verbosity=0)
    assert columns(ens) == before == [(None, 0), (["STOP_WORDS"], 1)]


def test_an_earlier_flag_is_not_found_anew() -> None:
    ens = declare(with_item(harmless(AT), goods(description="goods")).consignments[0].items[0])
    with_flags = Assessment.objects.get(ens=ens).features
    Assessment.objects.filter(ens=ens).update(status="superseded", result="", concluded_at=None)
    Ens.objects.filter(pk=ens.pk).update(status="registered")
    assessed(Ens.objects.get(pk=ens.pk), AT + timedelta(days=1))
    again = Assessment.objects.filter(ens=ens).latest("pk").features
    assert again["flags"] == with_flags["flags"]
