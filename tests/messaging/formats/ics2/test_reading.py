"""Filings of ICS2 as typed documents."""

from decimal import Decimal
from pathlib import Path

import pytest

from declarations.clocks import ClockKind, clocks_of
from declarations.document import Document, SupportingDocument, decode, encode
from declarations.filing_types import filing_types
from declarations.projection import keys, parties
from declarations.traffic import BEFORE_LOADING, VALIDITY, expected_by, lateness
from messaging.formats.ics2.examples import example
from messaging.formats.registry import read
from tests.fixtures.day import DAY as NOW

FILES = Path(__file__).parent / "files"


def document(name: str) -> Document:
    found = read((FILES / f"{name}.xml").read_bytes()).document
    assert found is not None
    return found


def test_a_master_with_its_goods() -> None:
    filed = document("F12")
    (consignment,) = filed.consignments
    assert (consignment.key, consignment.level) == ("N704/OELHPH2611770", "master")
    assert [item.gross_mass for item in filed.items()] == [Decimal(7420), Decimal("4420.5")]
    assert {item.containers for item in filed.items()} == {("MSCU5285725",)}
    assert [seal.identity for seal in filed.seals] == ["VN-77120"]
    assert [one.identifier for one in filed.supplementary_declarants] == ["NL223344556"]
    assert filed.itinerary == ("VN", "SG", "NL")
    assert filed.carrier is not None
    assert filed.carrier.identifier == filed.declarant.identifier == "DK10103940"
    assert filed.consignee is not None
    assert filed.consignee.street == "Albert Plesmanweg 61"
    assert (filed.place_of_loading, filed.place_of_unloading) == ("VNHPH", "NLRTM")


def test_houses_before_loading() -> None:
    filed = document("F24")
    assert (filed.transport_mode, filed.addressed_state) == ("4", "NL")
    assert (filed.office_of_first_entry, filed.expected_arrival) == ("", None)
    assert [house.key for house in filed.consignments] == ["N703/SKY70012", "N703/SKY70013"]
    master = SupportingDocument(type="N741", reference="618-44120095")
    assert {house.master_documents for house in filed.consignments} == {(master,)}
    numbers = [(item.number, item.declared_number) for item in filed.items()]
    assert numbers == [(1, 1), (2, 1)]
    consignees = [item.consignee.name for item in filed.items() if item.consignee]
    assert consignees == ["Fotohandel Zuid BV", "Pieter Jansen"]
    assert filed.consignee is None


def test_a_lorry_with_a_trailer() -> None:
    filed = document("F50")
    (item,) = filed.items()
    assert [means.identification for means in item.means] == ["C445512"]
    assert item.buyer is not None
    assert item.seller is not None
    assert (item.consignor, filed.consignor and filed.consignor.name) == (
        None,
        "Suffolk Biscuits Ltd",
    )
    assert filed.consignments[0].place_of_acceptance == "GBIPS"


def test_what_is_found_by_search() -> None:
    found = keys("26NL0000000ABCDBT4", document("F24"))
    assert ("document", "618-44120095") in found
    assert ("document", "SKY70013") in found
    roles = {role for _path, role, _party in parties(document("F50"))}
    assert roles >= {"buyer", "seller", "declarant", "carrier", "consignor"}


@pytest.mark.parametrize("filing", list(filing_types()))
def test_every_type_is_read_stored_and_has_its_clocks(filing: str) -> None:
    for size in ("minimal", "full"):
        filed = read(example(f"IE3{filing}", size)).document
        assert filed is not None
        assert filed.type == filing
        assert decode(encode(filed)) == filed
        found = {clock.kind: clock for clock in clocks_of(filed, NOW)}
        kind = filing_types()[filing]
        if kind.level != "house":
            assert ClockKind.ANALYSIS in found
        elif kind.preloading:
            assert set(found) == {ClockKind.ANALYSIS, ClockKind.VALIDITY}
            assert found[ClockKind.ANALYSIS].ends_at == NOW + BEFORE_LOADING
        else:
            assert set(found) == {ClockKind.VALIDITY}


def test_a_filing_that_tells_no_arrival_is_expected_while_it_is_valid() -> None:
    house = document("F24")
    assert expected_by(house, NOW) == NOW + VALIDITY
    assert lateness(house, NOW).minutes is None
    lorry = document("F50")
    assert expected_by(lorry, NOW) == lorry.expected_arrival
