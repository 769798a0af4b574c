"""Which filings of ICS2 stand below which, by their keys alone."""

import pytest

from declarations.document import Document
from declarations.filing_types import filing_types
from declarations.linking import Side, is_linked, keys, scenarios
from tests.declarations.linking.filings import air_house, air_master

FORWARDER, OTHER = "NL111111111", "NL222222222"
MASTER, HOUSE = "074-11111111", "HAWB1"


def asks_for(lower: Document, upper: Document) -> bool:
    offered = {key.value for key in keys(upper, Side.OFFER)}
    return bool(offered & {key.value for key in keys(lower, Side.ASK)})


@pytest.mark.parametrize("early", ["F23", "F24", "F32"])
@pytest.mark.parametrize("full", ["F22", "F26", "F27", "F30", "F31", "F33"])
def test_the_minimum_before_loading_stands_below_the_same_house(early: str, full: str) -> None:
    lower = air_house(early, MASTER, HOUSE, FORWARDER)
    assert asks_for(lower, air_house(full, MASTER, HOUSE, FORWARDER))
    assert not asks_for(lower, air_house(full, MASTER, "HAWB2", FORWARDER))
    assert not asks_for(lower, air_house(full, MASTER, HOUSE, OTHER))


def test_the_carrier_that_a_house_names_may_have_filed_its_minimum() -> None:
    lower = air_house("F24", MASTER, HOUSE, OTHER, carrier=OTHER)
    assert asks_for(lower, air_house("F22", MASTER, HOUSE, FORWARDER, carrier=OTHER))


def test_naming_the_carrier_of_a_house_does_not_link_a_stranger_with_it() -> None:
    lower = air_house("F24", MASTER, HOUSE, OTHER)
    assert not asks_for(lower, air_house("F22", MASTER, HOUSE, FORWARDER))


def test_no_minimum_takes_the_place_of_a_house_that_a_master_expects() -> None:
    above = air_master(MASTER, OTHER, [FORWARDER])
    assert asks_for(air_house("F22", MASTER, HOUSE, FORWARDER), above)
    assert not asks_for(air_house("F24", MASTER, HOUSE, FORWARDER), above)
    full = air_house("F22", MASTER, HOUSE, FORWARDER)
    assert {key.expected for key in keys(full, Side.OFFER)} == {""}


def test_a_sub_house_by_air_stands_below_the_house_that_names_its_filer() -> None:
    upper = air_house("F22", MASTER, HOUSE, FORWARDER, [OTHER])
    lower = air_house("F22", MASTER, "SUB1", OTHER)
    assert asks_for(lower, upper)
    assert {key.named for key in keys(upper, Side.OFFER) if key.expected} == {OTHER}
    assert not asks_for(upper, lower)


def test_houses_by_air_that_name_each_other_do_not_stand_below_each_other() -> None:
    one = air_house("F22", MASTER, HOUSE, FORWARDER, [OTHER])
    other = air_house("F22", MASTER, "HAWB2", OTHER, [FORWARDER])
    assert not asks_for(one, other)
    assert not asks_for(other, one)


def test_every_type_below_others_has_a_key_by_which_it_asks() -> None:
    asking = {kind for kind in filing_types() if scenarios(kind, Side.ASK)}
    houses = {kind for kind, told in filing_types().items() if told.level == "house"}
    assert asking == houses - {"F25"}
    assert not is_linked("F25")
    assert not is_linked("IE315")
