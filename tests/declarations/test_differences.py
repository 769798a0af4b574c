"""Two versions of a declaration compared in words."""

from decimal import Decimal

import msgspec

from declarations.differences import Change, Difference, differences
from declarations.document import Document, Party, Seal
from tests.messaging.builders import goods_item, minimal_document


def changed(document: Document, **changes: object) -> list[Difference]:
    return differences(document, msgspec.structs.replace(document, **changes))


def said(found: list[Difference]) -> list[tuple[str, str, str]]:
    return [(each.label, each.old, each.new) for each in found]


def test_the_same_document_has_no_difference() -> None:
    assert differences(minimal_document(), minimal_document()) == []


def test_a_changed_value_stands_beside_the_old_one() -> None:
    [found] = changed(minimal_document(), place_of_loading="CMDLA")
    assert (found.label, found.old, found.new) == ("Place of loading", "CNSHA", "CMDLA")
    assert found.kind is Change.CHANGED


def test_seals_are_compared_as_a_set() -> None:
    before = minimal_document(seals=(Seal(identity="A"), Seal(identity="B")))
    found = changed(before, seals=(Seal(identity="B"), Seal(identity="C")))
    assert said(found) == [("Seal", "A", "C")]
    assert [each.kind for each in found] == [Change.CHANGED]
    found = changed(before, seals=(Seal(identity="C"), Seal(identity="D"), Seal(identity="A")))
    assert said(found) == [("Seal", "B", ""), ("Seal", "", "C"), ("Seal", "", "D")]
    assert [each.kind for each in found] == [Change.REMOVED, Change.ADDED, Change.ADDED]


def test_a_party_is_compared_as_a_whole() -> None:
    found = changed(minimal_document(), carrier=Party(identifier="NL5", name="Line"))
    assert said(found) == [("Carrier", "", "NL5, Line")]


def test_an_item_is_told_by_its_number_and_field() -> None:
    before = minimal_document((goods_item(1), goods_item(2)))
    after = minimal_document((goods_item(1), goods_item(2, gross_mass=Decimal(9))))
    assert said(differences(before, after)) == [("Item 2: Gross mass", "1250.5", "9")]


def test_an_item_that_moved_is_the_same_item() -> None:
    item = goods_item(1, description="Bananas", commodity_code="080390", containers=("A",))
    other = goods_item(2, description="Tyres", commodity_code="401110", containers=("B",))
    before = minimal_document((item, other))
    after = minimal_document((msgspec.structs.replace(other, number=1),))
    found = differences(before, after)
    assert ("Number of Tyres", "2", "1") in said(found)
    assert ("Item 1", "Bananas", "") in said(found)


def test_new_goods_are_added_and_old_ones_removed() -> None:
    before = minimal_document((goods_item(1),))
    new = goods_item(2, description="Shoes", commodity_code="640399", containers=("MSCU5285725",))
    assert ("Item 2", "", "Shoes") in said(
        differences(before, minimal_document((goods_item(1), new)))
    )
    assert ("Item 2", "Shoes", "") in said(
        differences(minimal_document((goods_item(1), new)), before)
    )


def test_the_biggest_declaration_is_compared_in_bounded_work() -> None:
    items = tuple(goods_item(number) for number in range(1, 1000))
    seals = tuple(Seal(identity=f"S{number}") for number in range(9999))
    before = minimal_document(items, seals=seals)
    moved = tuple(msgspec.structs.replace(item, number=1000 - item.number) for item in items)
    found = differences(before, minimal_document(moved, seals=seals[1:]))
    assert sum(1 for each in found if each.label == "Seal") == 1
