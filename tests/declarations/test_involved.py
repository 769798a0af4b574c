"""Which Member States a filing concerns, and until when they may answer."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from declarations.document import (
    Consignment,
    Document,
    GoodsItem,
    Means,
    Party,
    SupplyChainActor,
)
from declarations.involved import involved_states, screening_ends_at

MEMBERS = frozenset({"BE", "DE", "FR", "PL"})
AT = datetime(2026, 11, 22, 10, 30, tzinfo=UTC)
BELGIAN = Party(identifier="BE0999999922")
GERMAN = Party(name="Werk", country="DE")


def document(**changes: Any) -> Document:
    values: dict[str, Any] = {
        "type": "F10",
        "transport_mode": "1",
        "office_of_first_entry": "NL000396",
        "declarant": Party(identifier="FR12345678900"),
        "consignments": (Consignment(key="A", items=(GoodsItem(number=1),)),),
    }
    return Document(**(values | changes))


def goods(**changes: Any) -> dict[str, Any]:
    return {"consignments": (Consignment(key="A", items=(GoodsItem(number=1, **changes),)),)}


def house(**changes: Any) -> dict[str, Any]:
    return {"consignments": (Consignment(key="A", items=(GoodsItem(number=1),), **changes),)}


@pytest.mark.parametrize(
    ("changes", "states"),
    [
        ({}, {}),
        ({"consignee": BELGIAN}, {"BE": ["consignee"]}),
        ({"consignee": Party(identifier="BE09", country="DE")}, {"DE": ["consignee"]}),
        ({"consignor": Party(country="CN")}, {}),
        ({"consignor": GERMAN}, {"DE": ["consignor"]}),
        ({"carrier": BELGIAN}, {"BE": ["carrier"]}),
        ({"buyer": GERMAN, "seller": BELGIAN}, {"BE": ["seller"], "DE": ["buyer"]}),
        ({"notify_party": GERMAN}, {"DE": ["notify_party"]}),
        (goods(consignee=GERMAN, seller=GERMAN), {"DE": ["consignee", "seller"]}),
        (
            {"actors": (SupplyChainActor(identifier="PL111", role="FW"),)},
            {"PL": ["actor"]},
        ),
        (goods(actors=(SupplyChainActor(identifier="PL1", role="FW"),)), {"PL": ["actor"]}),
        (house(carrier=BELGIAN), {"BE": ["carrier"]}),
        (house(place_of_delivery="DEHAM"), {"DE": ["delivery"]}),
        (house(itinerary=("CN", "PL", "DE")), {"DE": ["routing"], "PL": ["routing"]}),
        ({"itinerary": ("CN", "BE")}, {"BE": ["routing"]}),
        ({"place_of_unloading": "be Antwerpen"}, {"BE": ["unloading"]}),
        (
            {"place_of_unloading": "BEANR", "consignee": BELGIAN, "itinerary": ("BE",)},
            {"BE": ["consignee", "routing", "unloading"]},
        ),
        ({"means": Means(identification="9074729", nationality="DE")}, {}),
        (
            {"means": Means(identification="AB-1", nationality="DE"), "transport_mode": "3"},
            {"DE": ["means"]},
        ),
        (
            goods(means=(Means(identification="W1", nationality="PL"),)) | {"transport_mode": "2"},
            {"PL": ["means"]},
        ),
    ],
)
def test_who_is_concerned_is_derived_from_the_data(
    changes: dict[str, Any], states: dict[str, list[str]]
) -> None:
    found = involved_states(document(**changes), "full", MEMBERS)
    assert {state: list(why) for state, why in found.items()} == states


@pytest.mark.parametrize(
    ("kind", "window", "minutes"),
    [("preloading", 240, 5), ("preloading", 3, 3), ("preloading", -10, 5), ("full", 240, 60)],
)
def test_each_scenario_has_its_time(kind: str, window: int, minutes: int) -> None:
    ends = AT + timedelta(minutes=window)
    found = screening_ends_at(document(), kind, AT, ends)
    assert found == AT + timedelta(minutes=minutes)
