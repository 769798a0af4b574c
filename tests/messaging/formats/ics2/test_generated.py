"""Of each message a valid example is accepted, and one broken at each place is not."""

from collections.abc import Iterator
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
from lxml import etree

from customs_portal.findings import Finding, Stage
from declarations.filing_types import FilingLevel, filing_types
from messaging.formats.ics1.tables import Element
from messaging.formats.ics2.examples import example
from messaging.formats.ics2.rules.book import numbers
from messaging.formats.ics2.tables import catalogue, code_list, rows, table
from messaging.formats.registry import Reading, check, read
from tests.messaging.formats.ics2.breaking import (
    AT_ITEMS,
    BREAKERS,
    UNBREAKABLE,
    children,
    name_of,
    with_equipment_at_item,
)

FILES = Path(__file__).parent / "files"
RECEIVED = [name for name, entry in catalogue().items() if entry.route == "received"]
SIZES = ("minimal", "full")


def parsed(body: bytes) -> Any:
    return etree.fromstring(body)


def judged(root: Any) -> Reading:
    return check(etree.tostring(root))


def found(findings: Any) -> list[tuple[str, str, str]]:
    return [(finding.code, finding.rule, finding.location) for finding in findings]


def holders(root: Any, element: Element) -> list[Any]:
    """Return the elements of a message that may hold an element of its table."""
    current = [root]
    for name in element.path.split("/")[2:-1]:
        current = [child for parent in current for child in children(parent, name)]
    return current


def with_rules(message: str) -> Iterator[tuple[str, Element]]:
    for element in table(message).walk():
        for number in element.rules:
            yield number, element


def test_the_catalogue_has_every_filing_and_its_amendment() -> None:
    assert len(filing_types()) == 31
    assert len([name for name in catalogue() if name.startswith("IE3F")]) == 31
    assert len([name for name in catalogue() if name.startswith("IE3A")]) == 30
    assert "IE3A25" not in catalogue()
    assert len(catalogue()) == 31 + 30 + len(rows("messages"))


def test_levels_of_the_filings() -> None:
    levels = dict.fromkeys(FilingLevel, "")
    for filing, kind in filing_types().items():
        levels[kind.level] += f"{filing} "
    assert levels[FilingLevel.FULL] == "F10 F11 F20 F27 F28 F29 F30 F31 F34 F50 F51 "
    assert levels[FilingLevel.MASTER] == "F12 F13 F21 F40 F41 F42 F45 "
    preloading = [filing for filing, kind in filing_types().items() if kind.preloading]
    assert preloading == ["F20", "F23", "F24", "F26", "F28", "F32", "F43"]


@pytest.mark.parametrize("message", list(catalogue()))
def test_examples_are_accepted(message: str) -> None:
    for size in SIZES:
        assert found(read(example(message, size)).findings) == []


@pytest.mark.parametrize("message", RECEIVED)
def test_a_missing_group_is_told(message: str) -> None:
    whole = parsed(example(message, "full"))
    groups = [one for one in table(message).walk() if one.type is None and one.min]
    for element in groups[1:]:
        root = deepcopy(whole)
        holder = next(one for one in holders(root, element) if children(one, element.name))
        for child in children(holder, element.name):
            holder.remove(child)
        told = judged(root).findings
        assert [finding.code for finding in told] == ["13"], element.path
        assert told[0].location.endswith(f"/{element.name}")
        assert told[0].stage is Stage.STRUCTURE


@pytest.mark.parametrize("message", RECEIVED)
def test_a_broken_rule_is_told(message: str) -> None:
    broken: dict[str, bool] = {}
    for number, element in with_rules(message):
        if number in UNBREAKABLE or broken.get(number):
            continue
        broken[number] = any(_breaks(message, size, number, element) for size in SIZES)
    assert [number for number, was in broken.items() if not was] == []


def _breaks(message: str, size: str, number: str, element: Element) -> bool:
    root = parsed(example(message, size))
    if number in AT_ITEMS:
        with_equipment_at_item(root)
    places = holders(root, element)
    code = BREAKERS[number](places[0], element.name) if places else None
    if code is None:
        return False
    told = judged(root).findings
    assert (number, code) in {(finding.rule, finding.code) for finding in told}, found(told)
    return True


def test_every_rule_of_the_tables_is_judged_and_broken() -> None:
    named = {number for message in catalogue() for number, _ in with_rules(message)}
    assert named <= set(numbers())
    assert named - UNBREAKABLE <= set(BREAKERS)


@pytest.mark.parametrize("name", ["F12", "F24", "F50"])
def test_filings_made_by_hand_are_accepted(name: str) -> None:
    reading = read((FILES / f"{name}.xml").read_bytes())
    assert found(reading.findings) == []
    assert reading.document is not None
    assert reading.document.type == name


@pytest.mark.parametrize("name", ["F12", "F24", "F50"])
def test_filings_made_by_hand_are_refused_where_their_rules_are_broken(name: str) -> None:
    for number, element in with_rules(f"IE3{name}"):
        root = parsed((FILES / f"{name}.xml").read_bytes())
        places = holders(root, element)
        present = [one for one in places if children(one, element.name)]
        if number in UNBREAKABLE or not present or number in ("C3022", "C3025", "C3036"):
            continue
        code = BREAKERS[number](present[0], element.name)
        if code:
            told = {(finding.rule, finding.code) for finding in judged(root).findings}
            assert (number, code) in told, (number, element.path, told)


def _changed(message: str, path: str, text: str) -> Finding:
    root = parsed(example(message, "minimal"))
    current = root
    for name in path.split("/"):
        current = children(current, name)[0]
    current.text = text
    return judged(root).findings[0]


ITEM = "consignmentMasterLevel/goodsItem"


@pytest.mark.parametrize(
    ("path", "text", "code"),
    [
        (f"{ITEM}/commodity/descriptionOfGoods", "Goods", "100"),
        (f"{ITEM}/commodity/descriptionOfGoods", " said to contain: ", "100"),
        (f"{ITEM}/commodity/descriptionOfGoods", "xxxxx", "100"),
        (f"{ITEM}/commodity/descriptionOfGoods", "12345", "100"),
        ("declarant/name", "n/a", "100"),
        (f"{ITEM}/commodity/descriptionOfGoods", "أحذية", "102"),
        ("declarant/name", "山田商店", "102"),
        ("documentIssueDate", "2026-02-30T10:00:00Z", "12"),
        ("documentIssueDate", "2026-02-30 10:00:00 ", "40"),
        ("LRN", "X" * 23, "39"),
        ("LRN", " ", "40"),
        ("activeBorderTransportMeans/ModeOfTransport", "6", "12"),
        ("activeBorderTransportMeans/nationality", "d1", "37"),
        (f"{ITEM}/weight/grossMass", ".5", "38"),
        (f"{ITEM}/weight/grossMass", "1.1234567", "19"),
        (f"{ITEM}/weight/grossMass", "12a", "37"),
        ("SpecificCircumstanceIndicator", "F11", "12"),
    ],
)
def test_a_wrong_value_has_its_code(path: str, text: str, code: str) -> None:
    told = _changed("IE3F12", path, text)
    assert told.code == code
    assert told.code in code_list("CL723")
    assert told.location.startswith("/IE3F12/")


@pytest.mark.parametrize("text", ["Sports goods of leather", "Обувь кожаная", "Παπούτσια", "Käse"])
def test_a_stop_word_in_a_longer_text_and_the_three_scripts_are_accepted(text: str) -> None:
    root = parsed(example("IE3F12", "minimal"))
    for element in root.iter():
        if name_of(element) == "descriptionOfGoods":
            element.text = text
    assert found(judged(root).findings) == []


def test_a_group_too_often_or_out_of_order_is_told() -> None:
    root = parsed(example("IE3F12", "minimal"))
    (declarant,) = children(root, "declarant")
    declarant.addnext(deepcopy(declarant))
    assert [finding.code for finding in judged(root).findings] == ["35"]
    root = parsed(example("IE3F12", "minimal"))
    root.append(children(root, "LRN")[0])
    assert {finding.code for finding in judged(root).findings} <= {"13", "15"}


def test_a_pointer_names_the_house_and_the_item() -> None:
    root = parsed((FILES / "F24.xml").read_bytes())
    houses = children(children(root, "consignmentMasterLevel")[0], "consignmentHouseLevel")
    (item,) = children(houses[1], "goodsItem")
    children(item, "goodsItemNumber")[0].text = "7"
    (told,) = judged(root).findings
    assert told.location == (
        "/IE3F24/consignmentMasterLevel/consignmentHouseLevel[2]/goodsItem[1]/goodsItemNumber"
    )
    assert (told.code, told.rule, told.value) == ("12", "R3017", "7")
    assert told.line > 0
