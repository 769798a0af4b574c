"""The flags of a declaration, item by item."""

from datetime import date
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from customs_portal.reference import snapshot
from declarations.checks.quality.examining import Examined, Lists, examine, subheadings
from declarations.checks.quality.flags import OF_OTHERS, Flag, FlagKind, as_finding
from declarations.document import Document, GoodsItem, Packages, Party
from tests.messaging.builders import goods_item
from tests.risk.builders import RECEIVED_AT, document

DAY = date(2026, 11, 22)
KNOWN = "610910"


def item(number: int = 1, **values: Any) -> GoodsItem:
    plain = {"description": "Cotton T-shirts", "commodity_code": KNOWN, "consignee": None}
    return msgspec.structs.replace(goods_item(), number=number, **(plain | values))


def flags_of(declared: Document) -> dict[int, tuple[Flag, ...]]:
    lists = Lists(reference=snapshot.offline(RECEIVED_AT), subheadings={(KNOWN, DAY)})
    [found] = examine([Examined(document=declared, on=DAY)], lists)
    return found


def kinds(**values: Any) -> list[FlagKind]:
    return [flag.kind for flag in flags_of(document((item(**values),))).get(1, ())]


def test_good_data_have_no_flag() -> None:
    assert kinds() == []


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({"description": "GENERAL CARGO"}, [FlagKind.STOP_WORDS]),
        ({"description": "HS CODE 610910"}, [FlagKind.REPEATS_CODE]),
        ({"description": "6109.10.00"}, [FlagKind.REPEATS_CODE]),
        ({"description": "847130"}, [FlagKind.STOP_WORDS]),
        ({"description": "12 cartons"}, [FlagKind.REPEATS_PACKAGE]),
        ({"description": "Diesel engines"}, [FlagKind.CHAPTER]),
        ({"description": "Cotton T-shirts \u68c9"}, [FlagKind.CHARACTERS]),
        ({"description": "\u202eCotton T-shirts"}, [FlagKind.CHARACTERS]),
        ({"description": "Βαμβακερά μπλουζάκια"}, []),
        ({"description": "Хлопковые футболки"}, []),
        ({"description": "Chemises en coton, été"}, []),
        ({"description": None}, []),
        ({"commodity_code": "610999"}, [FlagKind.UNKNOWN_CODE]),
        ({"commodity_code": "6109100010"}, []),
        ({"commodity_code": "6109"}, []),
        ({"commodity_code": None}, []),
        (
            {"consignee": Party(name="N/A", street="Unknown", city="Rotterdam")},
            [FlagKind.PARTY_STOP_WORDS] * 2,
        ),
        ({"consignee": Party(name="\u682a\u5f0f\u4f1a\u793e")}, [FlagKind.CHARACTERS]),
    ],
)
def test_each_flag(values: dict[str, Any], expected: list[FlagKind]) -> None:
    packages = (Packages(kind="CT", packages=12),)
    assert kinds(**({"packages": packages} | values)) == expected


def test_what_is_said_of_the_header_stands_at_its_place() -> None:
    declared = msgspec.structs.replace(document((item(),)), consignee=Party(name="private"))
    assert [flag.field for flag in flags_of(declared)[0]] == ["consignee.name"]


def test_places_follow_the_numbers_of_goods_items() -> None:
    declared = document((item(7), item(2, description="goods")))
    assert list(flags_of(declared)) == [1]


def test_each_flag_says_why_and_rejects_nothing() -> None:
    goods = item(3, description="Diesel engines")
    [flag] = flags_of(document((goods,)))[1]
    found = as_finding(flag, goods)
    assert (found.stage, found.location, found.code) == (
        "quality", "items[3].description", "CHAPTER",
    )  # fmt: skip
    assert found.text == (
        "Described as “Diesel engines”; chapter 61 is named;"
        f" texts like this are usually of chapters {', '.join(flag.chapters)}."
    )
    for kind in FlagKind:
        assert as_finding(Flag(kind=kind, field="description"), goods).text
        assert as_finding(Flag(kind=kind, field="consignee.name"), None).text


def test_only_unusual_goods_rest_on_what_others_declared() -> None:
    assert {FlagKind.UNUSUAL_GOODS} == OF_OTHERS


def test_only_whole_subheadings_are_asked_for() -> None:
    goods = (item(1), item(2, commodity_code="61"), item(3, commodity_code=None))
    assert subheadings([Examined(document=document(goods), on=DAY)]) == {KNOWN}


hostile = st.one_of(
    st.text(max_size=60),
    st.text(alphabet="\u202e\u202d\u0000\u200b\u0301ab שע漢", max_size=10_000),
    st.sampled_from(("a" * 10_000, "ﷺ" * 600, "goods " * 2_000, "a.b/" * 2_500, "🙂" * 512)),
)


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(hostile, hostile, hostile)
def test_no_text_is_too_bad_to_be_looked_at(description: str, code: str, name: str) -> None:
    goods = item(description=description, commodity_code=code, consignee=Party(name=name))
    for flag in flags_of(document((goods,))).get(1, ()):
        assert as_finding(flag, goods).text
