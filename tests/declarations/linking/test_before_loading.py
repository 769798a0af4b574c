"""What was filed of a house before loading, beside what is filed of it before arrival."""

from decimal import Decimal
from typing import Any

import msgspec
import pytest
from django.db import transaction

from declarations.checks.consistency import inconsistencies
from declarations.document import Document, Packages, Party
from declarations.lifecycle import ENS, move
from declarations.models import Ens, EnsMember, FilingLink
from declarations.services import Lodged, Refused
from declarations.services.link_keys import DUPLICATE_DOCUMENT
from declarations.subjects import current_document
from declarations.whole import own_numbers, whole
from risk.services.linking import link, link_waiting
from tests.declarations.linking.filings import air_house, air_master
from tests.declarations.linking.test_at_once import lodged
from tests.pipeline.conftest import AT
from tests.pipeline.conftest import reference as reference  # noqa: PLC0414  a fixture

FORWARDER, CARRIER = "NL111111111", "NL222222222"
MASTER, HOUSE = "074-11111111", "HAWB1"


def early(kind: str = "F24", **said: Any) -> Document:
    return air_house(kind, MASTER, HOUSE, FORWARDER, **said)


def full(**said: Any) -> Document:
    return air_house("F22", MASTER, HOUSE, FORWARDER, **said)


def kinds(*documents: Document) -> list[str]:
    return [one.kind for one in inconsistencies(documents)]


def with_consignee(document: Document, consignee: Party) -> Document:
    (house,) = document.consignments
    items = (msgspec.structs.replace(house.items[0], consignee=consignee),)
    changed = msgspec.structs.replace(house, items=items)
    return msgspec.structs.replace(document, consignments=(changed,))


def test_the_same_goods_count_once_and_as_filed_before_arrival() -> None:
    documents = [
        air_master(MASTER, CARRIER, [FORWARDER]), early(gross_mass=Decimal(990)), full(),
    ]  # fmt: skip
    goods = list(whole(documents).items())
    assert [item.gross_mass for item in goods] == [Decimal(1000)]
    assert own_numbers(documents) == {1: (2, 1)}
    assert kinds(*documents) == []


def test_a_house_that_was_filed_before_loading_only_counts_as_it_was() -> None:
    other = air_house("F24", MASTER, "HAWB2", FORWARDER, gross_mass=Decimal(7))
    both = msgspec.structs.replace(other, consignments=early().consignments + other.consignments)
    goods = list(whole([full(), both]).items())
    assert [item.gross_mass for item in goods] == [Decimal(1000), Decimal(7)]


def test_a_house_that_an_officer_linked_stays_without_its_goods() -> None:
    mistyped = air_house("F24", MASTER, "HAWB-1", FORWARDER, gross_mass=Decimal(7))
    found = whole([full(), mistyped]).consignments
    assert [(each.key, len(each.items)) for each in found] == [
        ("N703/HAWB1", 1),
        ("N703/HAWB-1", 0),
    ]
    assert list(whole([mistyped]).items())


@pytest.mark.parametrize(
    ("before", "now", "kind"),
    [
        ({"gross_mass": Decimal(800)}, {}, "mass"),
        ({"gross_mass": Decimal(950)}, {}, ""),
        ({"gross_mass": None}, {}, ""),
        (
            {"packages": (Packages(kind="CT", packages=10),)},
            {"packages": (Packages(kind="CT", packages=40),)},
            "pieces",
        ),
        ({"commodity_code": "930599"}, {}, "goods"),
        ({"commodity_code": "690790"}, {"description": "Mosaic cubes"}, ""),
        ({"commodity_code": None, "description": "Slide and barrel"}, {}, "goods"),
        ({"commodity_code": None, "description": "TILES, glazed"}, {}, ""),
    ],
)
def test_what_differs_from_before_loading_is_told(
    before: dict[str, Any], now: dict[str, Any], kind: str
) -> None:
    assert kinds(full(**now), early(**before)) == ([kind] if kind else [])


@pytest.mark.parametrize(
    ("before", "now", "told"),
    [
        (Party(identifier="NL1", name="Tiles"), Party(identifier="NL2", name="Tiles"), True),
        (Party(name="Tiles B.V."), Party(identifier="NL2", name="TILES bv"), False),
        (Party(name="Tiles B.V."), Party(identifier="NL2", name="Arms Trading"), True),
        (Party(identifier="NL1"), Party(name="Tiles"), False),
    ],
)
def test_a_person_is_another_by_what_both_filings_tell(
    before: Party, now: Party, told: bool
) -> None:
    found = kinds(with_consignee(full(), now), with_consignee(early(), before))
    assert found == (["parties"] if told else [])


def home(result: Lodged | Refused) -> Ens:
    assert isinstance(result, Lodged)
    return Ens.objects.get(mrn=result.mrn)


def linked(*results: Lodged | Refused) -> None:
    with transaction.atomic():
        link([one.filing for one in results if isinstance(one, Lodged)], at=AT)


def concluded(result: Lodged | Refused) -> None:
    with transaction.atomic():
        move(Ens, ENS, "conclude", [home(result).pk])
        link_waiting(at=AT)


@pytest.mark.django_db
@pytest.mark.parametrize("kind", ["F23", "F24"])
def test_it_joins_the_house_and_its_master_once_it_is_analysed(kind: str) -> None:
    [before] = lodged(early(kind))
    [house, above] = lodged(full(), air_master(MASTER, CARRIER, [FORWARDER]))
    linked(before, house, above)
    assert (home(before).status, home(before).absorbed_by) == ("ready", None)
    assert FilingLink.objects.live().get(waits=True).lower_id == getattr(before, "filing", None)
    top = home(above)
    assert top.completeness == "complete"
    concluded(before)
    assert home(before).absorbed_by == top
    assert EnsMember.objects.filter(ens=top).count() == 3
    assert len(list(current_document(Ens.objects.get(pk=top.pk)).items())) == 1


@pytest.mark.django_db
def test_the_minimum_of_an_express_operator_joins_its_complete_filing() -> None:
    [before] = lodged(early("F32"))
    concluded(before)
    [complete] = lodged(air_house("F30", MASTER, HOUSE, FORWARDER))
    linked(complete)
    top = home(complete)
    assert home(before).absorbed_by == top
    assert (top.status, top.completeness) == ("in_analysis", "complete")


@pytest.mark.django_db
@pytest.mark.parametrize("kind", ["F23", "F24", "F32"])
def test_a_house_is_filed_once_before_loading(kind: str) -> None:
    [_first] = lodged(early(kind))
    [second] = lodged(early(kind))
    assert isinstance(second, Refused)
    assert [finding.code for finding in second.findings] == [DUPLICATE_DOCUMENT]


@pytest.mark.django_db
def test_a_master_waits_for_the_sub_houses_of_its_houses() -> None:
    sub, owner = "NL333333333", [FORWARDER]
    [above, house] = lodged(
        air_master(MASTER, CARRIER, owner), air_house("F22", MASTER, HOUSE, FORWARDER, [sub])
    )
    linked(above, house)
    assert home(above).completeness == "pending"
    [lowest] = lodged(air_house("F22", MASTER, "SUB1", sub))
    linked(lowest)
    assert home(above).completeness == "complete"
    assert home(lowest).absorbed_by == home(above)
