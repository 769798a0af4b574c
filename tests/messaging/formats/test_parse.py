"""Hostile and broken bodies get a clear answer; nothing is expanded, fetched or run away with."""

from pathlib import Path

import pytest
from lxml import etree

from customs_portal.findings import Finding, Stage
from messaging.formats.parse import MAX_TAGS, element_positions, parse
from messaging.formats.registry import read, size_limit
from tests.messaging.builders import minimal_ie315

HOSTILE = Path(__file__).resolve().parents[1] / "hostile"


def only(body: bytes) -> Finding:
    (finding,) = read(body).findings
    return finding


@pytest.mark.parametrize(
    ("name", "code", "words"),
    [
        ("not_xml.txt", "52", "Not well-formed"),
        ("empty.xml", "52", "empty"),
        ("blank.xml", "52", "empty"),
        ("truncated.xml", "52", "Not well-formed"),
        ("undeclared_entity.xml", "52", "nbsp"),
        ("unknown_encoding.xml", "52", "EBCDIC"),
        ("wrong_encoding.xml", "53", "Invalid characters"),
        ("control_character.xml", "53", "Invalid characters"),
        ("doctype.xml", "18", "DOCTYPE"),
        ("doctype_utf16.xml", "18", "DOCTYPE"),
        ("entity_bomb.xml", "18", "DOCTYPE"),
        ("entity_bomb_utf16.xml", "18", "entities"),
        ("xxe.xml", "18", "DOCTYPE"),
        ("deep.xml", "18", "nested"),
        ("very_deep.xml", "18", "nested"),
        ("unknown_message.xml", "18", "CC999X"),
        ("wrong_namespace.xml", "50", "http://example.org/CC315A"),
        ("no_namespace.xml", "50", "none"),
    ],
)
def test_hostile_file_is_refused(name: str, code: str, words: str) -> None:
    finding = only((HOSTILE / name).read_bytes())
    assert (finding.code, finding.stage) == (code, Stage.PARSE)
    assert words in finding.text
    assert finding.line >= 1
    assert finding.column >= 1


def test_every_hostile_file_has_a_finding_and_no_document() -> None:
    for path in HOSTILE.iterdir():
        reading = read(path.read_bytes())
        assert reading.findings, path.name
        assert reading.document is None


def test_a_secret_file_is_not_read() -> None:
    assert "root:" not in only((HOSTILE / "xxe.xml").read_bytes()).text


def test_a_syntax_error_has_its_place() -> None:
    finding = only(b"<a>\n  <b>\n</a>")
    assert (finding.line, finding.column) == (3, 5)


@pytest.mark.parametrize("name", ["wrong_namespace.xml", "unknown_message.xml"])
def test_sender_is_known_though_the_message_is_not(name: str) -> None:
    reading = read((HOSTILE / name).read_bytes())
    assert (reading.sender, reading.message_id) == ("NL123456789", "M1")


def test_over_the_limit_is_refused_before_parsing() -> None:
    finding = only(b"x" * (size_limit() + 1))
    assert (finding.code, finding.stage) == ("18", Stage.PARSE)
    assert str(size_limit()) in finding.text


def test_each_kind_has_its_own_limit() -> None:
    assert size_limit("CC315A") == 1_000_000
    padding = b"<!--" + b"x" * 1_000_000 + b"-->"
    body = minimal_ie315() + padding
    reading = read(body)
    assert reading.kind == "CC315A"
    assert [finding.code for finding in reading.findings] == ["18"]


def test_a_caller_may_set_a_lower_limit() -> None:
    body = minimal_ie315()
    assert read(body, limit=len(body)).findings == []
    assert [finding.code for finding in read(body, limit=len(body) - 1).findings] == ["18"]


@pytest.mark.parametrize(
    "start", [b" " * 900_000, b"<!---->" * 100_000, b"<?a?>" * 100_000, b"<!--" * 200_000]
)
def test_a_long_prolog_is_read_once(start: bytes) -> None:
    finding = only(start + b"<!DOCTYP a><a/>")
    assert finding.code == "52"


def test_doctype_word_in_a_text_is_harmless() -> None:
    body = minimal_ie315({"GooDesGDS23": "<![CDATA[<!DOCTYPE a>]]>"})
    document = read(body).document
    assert document is not None
    assert next(document.items()).description == "<!DOCTYPE a>"


def test_more_tags_than_a_tree_may_have_are_refused() -> None:
    body = b"<a>" + b"<b/>" * MAX_TAGS + b"</a>"
    finding = parse(body, limit=len(body))
    assert isinstance(finding, Finding)
    assert (finding.code, str(MAX_TAGS) in finding.text) == ("18", True)


def test_utf16_is_read() -> None:
    text = minimal_ie315().decode().replace("UTF-8", "UTF-16")
    assert read(text.encode("utf-16")).findings == []


def test_positions_follow_document_order() -> None:
    body = b"<a>\n <b/><c>\n  <d/></c></a>"
    root = parse(body, limit=100)
    assert isinstance(root, etree._Element)
    assert [element.tag for element in root.iter()] == ["a", "b", "c", "d"]
    assert element_positions(body, [0, 2, 3], total=4) == {0: (1, 1), 2: (2, 6), 3: (3, 3)}
    assert element_positions(body, [0, 2, 3], total=5) == {}
