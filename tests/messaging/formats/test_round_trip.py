"""A document written and read again is the same document."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from customs_portal.findings import Finding
from declarations.document import (
    Consignment,
    Document,
    GoodsItem,
    Means,
    Packages,
    Party,
    Record,
    Seal,
    SupportingDocument,
    decode,
    encode,
)
from messaging.formats.ics1.reading import consignment_key, read_document, transport_documents
from messaging.formats.ics1.tree import Group, index
from messaging.formats.ics1.writing import write_declaration
from messaging.formats.parse import parse
from messaging.formats.profiles import Profile, RuleSet
from messaging.formats.registry import check, read
from tests.messaging.builders import (
    MRN,
    envelope,
    goods_item,
    minimal_document,
    minimal_ie313,
    minimal_ie315,
)

_CHARACTERS = st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Zl", "Zp", "Zs", "Cn"))


def texts(length: int, least: int = 1) -> SearchStrategy[str]:
    return st.text(_CHARACTERS, min_size=least, max_size=length)


def optional(strategy: SearchStrategy[str]) -> SearchStrategy[str | None]:
    return st.none() | strategy


LANGUAGES = optional(st.sampled_from(["EN", "nl"]))
COUNTRIES = st.sampled_from(["NL", "CN", "DE"])
TINS = st.from_regex(r"[A-Z]{2}[ -~]{1,15}", fullmatch=True)
OFFICES = st.from_regex(r"[A-Z]{2}[A-Z0-9]{6}", fullmatch=True)
PLACES = st.builds(str.__add__, COUNTRIES, texts(33))
MASSES = st.none() | st.decimals(
    min_value=0, max_value=99_999_999, places=3, allow_nan=False, allow_infinity=False
)
_FIRST_MINUTE = datetime(2000, 1, 1, tzinfo=UTC)
TIMES = st.integers(0, 50_000_000).map(lambda count: _FIRST_MINUTE + timedelta(minutes=count))
COUNTS = st.none() | st.integers(0, 99_999)
LETTERS = optional(st.sampled_from("ABCDE"))


def groups(record: type[Record], /, **fields: SearchStrategy[Any]) -> SearchStrategy[Any]:
    return st.lists(st.builds(record, **fields), max_size=3).map(tuple)


PARTIES = st.builds(
    Party,
    identifier=TINS,
    name=optional(texts(35)),
    street=optional(texts(35)),
    postcode=optional(texts(9)),
    city=optional(texts(35)),
    country=optional(COUNTRIES),
    language=LANGUAGES,
)
ITEMS = st.builds(
    GoodsItem,
    number=st.just(1),
    description=optional(texts(280)),
    description_language=LANGUAGES,
    commodity_code=optional(st.from_regex(r"[0-9]{4,8}", fullmatch=True)),
    gross_mass=MASSES,
    un_number=optional(st.from_regex(r"[0-9]{4}", fullmatch=True)),
    payment_method=LETTERS,
    commercial_reference=optional(texts(70)),
    place_of_loading=optional(PLACES),
    place_of_loading_language=LANGUAGES,
    place_of_unloading=optional(PLACES),
    place_of_unloading_language=LANGUAGES,
    documents=groups(
        SupportingDocument,
        type=st.sampled_from(["N705", "N740", "N380", "Y1"]),
        reference=texts(35),
        language=LANGUAGES,
    ),
    special_mentions=st.lists(texts(5), max_size=2).map(tuple),
    containers=st.lists(texts(17), max_size=2).map(tuple),
    packages=groups(
        Packages,
        kind=st.sampled_from(["CT", "VQ", "NE"]),
        packages=COUNTS,
        pieces=COUNTS,
        marks=optional(texts(140)),
        language=LANGUAGES,
    ),
    means=groups(
        Means, identification=texts(27), nationality=optional(COUNTRIES), language=LANGUAGES
    ),
    consignor=st.none() | PARTIES,
    consignee=st.none() | PARTIES,
    notify_party=st.none() | PARTIES,
)
MAYBE_PARTY = st.none() | PARTIES
DOCUMENTS = st.builds(
    Document,
    type=st.just("IE315"),
    lrn=texts(22),
    transport_mode=st.sampled_from(["1", "2", "3", "4", "8", "10", "11"]),
    office_of_first_entry=OFFICES,
    expected_arrival=TIMES,
    declarant=PARTIES,
    consignments=st.just(()),
    declaration_place=texts(35),
    declaration_place_language=LANGUAGES,
    declared_at=TIMES,
    specific_circumstance=LETTERS,
    payment_method=LETTERS,
    commercial_reference=optional(texts(70)),
    conveyance_reference=optional(texts(35)),
    place_of_loading=optional(PLACES),
    place_of_loading_language=LANGUAGES,
    place_of_unloading=optional(PLACES),
    place_of_unloading_language=LANGUAGES,
    means=st.none()
    | st.builds(
        Means, identification=texts(27), nationality=optional(COUNTRIES), language=LANGUAGES
    ),
    total_items=st.integers(0, 99_999),
    total_packages=COUNTS,
    total_gross_mass=MASSES,
    representative=MAYBE_PARTY,
    carrier=MAYBE_PARTY,
    consignor=MAYBE_PARTY,
    consignee=MAYBE_PARTY,
    notify_party=MAYBE_PARTY,
    itinerary=st.lists(COUNTRIES, max_size=3).map(tuple),
    office_of_lodgement=optional(OFFICES),
    subsequent_offices=st.lists(OFFICES, max_size=2).map(tuple),
    seals=groups(Seal, identity=texts(20), language=LANGUAGES),
)


@st.composite
def documents(draw: st.DrawFn) -> Document:
    document = draw(DOCUMENTS)
    items = draw(st.lists(ITEMS, min_size=1, max_size=4))
    return with_items(document, items)


def with_items(document: Document, items: list[GoodsItem]) -> Document:
    """Number the items and group them as reading does."""
    found: dict[str, list[GoodsItem]] = {}
    for number, item in enumerate(items, start=1):
        reference = item.commercial_reference or document.commercial_reference
        key = consignment_key(transport_documents(item.documents), reference)
        found.setdefault(key, []).append(msgspec.structs.replace(item, number=number))
    consignments = tuple(
        Consignment(
            key=key,
            items=tuple(several),
            transport_documents=transport_documents(several[0].documents),
        )
        for key, several in found.items()
    )
    return msgspec.structs.replace(document, consignments=consignments)


def declaration(body: bytes) -> Group:
    root = parse(body, limit=1_000_000)
    assert not isinstance(root, Finding)
    return index(root)


@given(documents())
@settings(max_examples=150, deadline=None)
def test_document_to_xml_and_back(document: Document) -> None:
    body = write_declaration(document, envelope())
    structure = check(body, profile=Profile.EU, rule_set=RuleSet.OLD).findings
    assert all(finding.number for finding in structure), structure
    assert read_document(declaration(body)) == document
    assert decode(encode(document)) == document


@given(documents())
@settings(max_examples=40, deadline=None)
def test_amendment_to_xml_and_back(document: Document) -> None:
    amendment = msgspec.structs.replace(
        document, type="IE313", lrn=None, mrn=MRN, office_of_lodgement=None
    )
    body = write_declaration(amendment, envelope())
    assert body.startswith(b'<?xml version="1.0" encoding="UTF-8"?>\n<ie:CC313A ')
    assert read_document(declaration(body)) == amendment


@given(st.binary(max_size=400) | texts(200).map(str.encode))
@settings(max_examples=200, deadline=None)
def test_any_bytes_get_a_finding(body: bytes) -> None:
    reading = read(body)
    assert reading.findings
    assert reading.document is None


@given(st.integers(0, 1880), st.integers(0, 255))
@settings(max_examples=300, deadline=None)
def test_one_changed_byte_never_breaks_the_reader(place: int, byte: int) -> None:
    body = bytearray(minimal_ie315())
    body[place % len(body)] = byte
    reading = read(bytes(body))
    assert (reading.document is None) == bool(reading.findings)


def test_items_with_the_same_transport_documents_form_one_consignment() -> None:
    first = SupportingDocument(type="N705", reference="B")
    second = SupportingDocument(type="N714", reference="A")
    other = SupportingDocument(type="N380", reference="X")
    items = (
        goods_item(1, documents=(second, first)),
        goods_item(2, documents=(first, other, second)),
        goods_item(3, documents=(first,)),
        goods_item(4, documents=(other,), commercial_reference="UCR-4"),
        goods_item(5, documents=(other,)),
    )
    document = read(minimal_ie315(items=items)).document
    assert document is not None
    found = {one.key: [item.number for item in one.items] for one in document.consignments}
    assert found == {
        "N705/B;N714/A": [1, 2],
        "N705/B": [3],
        "UCR/UCR-4": [4],
        "REST": [5],
    }
    assert document.consignments[0].transport_documents == (first, second)


def test_the_reference_of_the_header_is_a_key_of_last_resort() -> None:
    items = (goods_item(1, documents=()), goods_item(2, documents=(), commercial_reference="B"))
    document = read(minimal_ie315(items=items, commercial_reference="A")).document
    assert document is not None
    assert [one.key for one in document.consignments] == ["UCR/A", "UCR/B"]


def test_a_separator_in_a_reference_does_not_make_another_key_equal() -> None:
    one = SupportingDocument(type="N705", reference="A;N714/B")
    two = (
        SupportingDocument(type="N705", reference="A"),
        SupportingDocument(type="N714", reference="B"),
    )
    assert consignment_key((one,), None) == "N705/A%3BN714/B"
    assert consignment_key(two, None) == "N705/A;N714/B"


def test_a_long_key_is_bounded_and_distinct() -> None:
    many = [SupportingDocument(type="N705", reference=f"{number:035}") for number in range(99)]
    keys = {consignment_key(tuple(many[:count]), None) for count in (98, 99)}
    assert len(keys) == 2
    assert all(len(key) == 125 for key in keys)


def test_texts_are_collapsed_and_numbers_typed() -> None:
    overrides = {
        "TraModAtBorHEA76": " 1 ",
        "GooDesGDS23": "  Ceramic\n\t tiles ",
        "GroMasGDS46": " 1250.50\n",
        "NumOfPacGS24": "40",
    }
    document = read(minimal_ie315(overrides)).document
    assert document is not None
    (item,) = document.items()
    assert document.transport_mode == "1"
    assert item.description == "Ceramic tiles"
    assert item.gross_mass == Decimal("1250.50")
    assert item.packages[0].packages == 40


def test_a_no_break_space_is_kept() -> None:
    document = read(minimal_ie315({"GooDesGDS23": "\u00a0tiles"})).document
    assert document is not None
    assert next(document.items()).description == "\u00a0tiles"


@pytest.mark.parametrize("value", ["202602290600", "20260|010600"])
def test_a_time_outside_the_calendar_is_a_finding(value: str) -> None:
    reading = read(minimal_ie315({"ExpDatOfArrFIRENT733": value}))
    (finding,) = reading.findings
    assert (finding.code, finding.rule, finding.location, finding.value) == (
        "12",
        "R660",
        "CUSOFFFENT730.ExpDatOfArrFIRENT733",
        value,
    )
    assert reading.document is None
    checked = check(
        minimal_ie315({"ExpDatOfArrFIRENT733": value}), profile=Profile.EU, rule_set=RuleSet.OLD
    )
    assert checked.findings == []


def test_a_mass_with_endless_zeros_is_refused_by_rule() -> None:
    reading = read(minimal_ie315({"GroMasGDS46": "0" * 9000 + "1"}))
    assert [finding.number for finding in reading.findings] == ["8674", "8675"]


def test_header_of_a_reading() -> None:
    reading = read(minimal_ie313())
    assert (reading.kind, reading.sender, reading.recipient, reading.message_id, reading.mrn) == (
        "CC313A",
        "NL123456789",
        "NTA.NL",
        "M0000000000001",
        MRN,
    )
    assert (reading.lrn, reading.test_indicator, reading.correlation) == (None, None, None)
    assert reading.document is not None
    assert reading.document.type == "IE313"


def test_header_is_known_though_the_structure_is_not_right() -> None:
    reading = read(minimal_ie315().replace(b"<ITI>", b"<ITI><a/>", 1))
    assert [finding.code for finding in reading.findings] == ["15"]
    assert (reading.sender, reading.lrn) == ("NL123456789", "LRN0000000001")


def test_builder_makes_what_it_says() -> None:
    document = read(minimal_ie315()).document
    assert document == minimal_document()
