"""How the fields of the catalogue are read from a declaration."""

from decimal import Decimal

import pytest

from declarations.document import Document, Means, Packages, Party
from risk.engine.fields import CATALOGUE
from risk.engine.readings import Reading
from risk.engine.subject import Declared
from tests.risk.builders import MRN, context, document, item


def read(declared: Document, field: str, number: int = 1) -> object:
    """Return the value for the goods item, as the engine reads it."""
    whole = Declared(declared, context())
    header = Reading(whole.whole)
    subject = next(s for s in whole.subjects() if s.goods().number == number)
    return Reading(subject, header)[field]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("declaration.mrn", MRN),
        ("declaration.type", "IE315"),
        ("declaration.country_of_first_entry", "NL"),
        ("declaration.item_count", 1),
        ("means.imo", "4000010"),
        ("routing.countries", ("CN", "NL", "PA")),
        ("routing.place_of_loading", "CNSHA"),
        ("item.hs4", "6907"),
        ("item.hs6", "690721"),
        ("item.country_goods", ("CN:690721", "NL:690721", "PA:690721")),
        ("item.packages", 20),
        ("item.mass_per_package", Decimal(1025)),
        ("item.description_word_count", 5),
        ("parties.identifiers", ("NL900000033", "NL900000011")),
        ("carrier.identifier", "NL900000011"),
        ("representative.identifier", None),
        ("equipment.container_gross_mass", Decimal(20500)),
        ("equipment.wrong_check_digits", None),
        ("seals.count", 1),
        ("timing.hours_to_arrival", Decimal(264)),
    ],
)
def test_the_plain_declaration_reads_as_declared(field: str, value: object) -> None:
    assert read(document(), field) == value


@pytest.mark.parametrize("field", sorted(CATALOGUE))
def test_a_declaration_with_nothing_optional_can_be_read(field: str) -> None:
    bare = document(
        (
            item(
                description=None, commodity_code=None, gross_mass=None, documents=(),
                containers=(), packages=(),
            ),
        ),
        means=None, consignor=None, consignee=None, place_of_loading=None,
        place_of_unloading=None, seals=(), itinerary=(),
    )  # fmt: skip
    assert read(bare, field) != ""
    assert read(bare, field) != ()


@pytest.mark.parametrize(
    ("place", "code", "country"),
    [
        ("ECGYE", "ECGYE", "EC"),
        (" ecgye ", "ECGYE", "EC"),
        ("ECGYE Guayaquil", "ECGYE", "EC"),
        ("NLRotterdam", "NLROTTERDAM", "NL"),
        ("EC", "EC", None),
        ("  ", None, None),
    ],
)
def test_places_are_read_as_codes_where_they_are_codes(
    place: str, code: str | None, country: str | None
) -> None:
    declared = document(place_of_loading=place)
    assert read(declared, "routing.place_of_loading") == code
    assert read(declared, "routing.country_of_loading") == country


def test_what_stands_on_the_item_comes_before_the_header() -> None:
    other = Party(identifier="DE900000088")
    goods = (item(1), item(2, consignee=other, place_of_loading="ECGYE", payment_method="A"))
    declared = document(goods, payment_method="D")
    assert read(declared, "consignee.identifier", 1) == "NL900000033"
    assert read(declared, "consignee.identifier", 2) == "DE900000088"
    assert read(declared, "routing.countries", 2) == ("EC", "CN", "NL", "PA")
    assert read(declared, "item.payment_method", 1) == "D"
    assert read(declared, "item.payment_method", 2) == "A"


def test_an_imo_number_is_only_read_at_sea() -> None:
    means = Means(identification="IMO 4000010")
    assert read(document(means=means), "means.imo") == "4000010"
    assert read(document(means=means, transport_mode="4"), "means.imo") is None


def test_the_total_mass_stands_in_for_a_single_item_only() -> None:
    total = Decimal(700)
    one = document((item(gross_mass=None),), total_gross_mass=total)
    two = document((item(1, gross_mass=None), item(2)), total_gross_mass=total)
    assert read(one, "item.gross_mass") == total
    assert read(one, "equipment.container_gross_mass") == total
    assert read(two, "item.gross_mass") is None
    assert read(two, "equipment.container_gross_mass") is None


def test_of_several_containers_the_lightest_counts() -> None:
    shared = item(1, containers=("DMOU1000014", "DMOU1000020"), gross_mass=Decimal(10))
    declared = document((shared, item(2, containers=("DMOU1000020",), gross_mass=Decimal(5))))
    assert read(declared, "equipment.container_gross_mass", 1) == Decimal(10)
    assert read(declared, "equipment.container_gross_mass", 2) == Decimal(15)


def test_pieces_of_unpacked_goods_count_as_packages() -> None:
    lines = (Packages(kind="NE", pieces=3), Packages(kind="CT", packages=2))
    assert read(document((item(packages=lines),)), "item.packages") == 5
