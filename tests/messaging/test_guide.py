"""The guide to errors lists all of them, and docs/errors.md is what the code says."""

import ast
from pathlib import Path

import pytest
from django.core.management import call_command

from customs_portal.clock import now
from customs_portal.reference import snapshot
from messaging import guide
from messaging.formats.ics1 import structure
from messaging.formats.ics1.rules import book
from messaging.formats.ics1.writing import _FUNCTIONAL_CODES, _XML_CODES

ROOT = Path(__file__).resolve().parents[2]
PLACES = ("declarations", "messaging")
OF_CODES = (
    "messaging/formats/ics1/structure.py",
    "messaging/formats/parse.py",
    "messaging/formats/ics1/examples.py",
)
"""Where texts say more exactly what a code of the guide says, or are examples."""


def test_the_stored_guide_is_what_the_code_says(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("list_errors")
    printed = capsys.readouterr().out
    assert printed == (ROOT / "docs/errors.md").read_text(), (
        "manage.py list_errors > docs/errors.md"
    )


@pytest.mark.parametrize(
    ("kind", "code_list", "written"),
    [
        ("functional", "FunctionalErrorCodes", _FUNCTIONAL_CODES),
        ("xml", "XmlErrorCodes", _XML_CODES),
    ],
)
def test_every_code_has_a_meaning_and_a_remedy(
    kind: str, code_list: str, written: frozenset[str]
) -> None:
    codes = {row["code"] for row in guide.rows("codes") if row["list"] == kind}
    known = {code for code in written if snapshot.offline(now()).has_code(code_list, code)}
    assert codes == known
    assert all(row["meaning"] and row["remedy"] for row in guide.rows("codes"))


def test_every_structure_error_has_its_code_in_the_guide() -> None:
    codes = {row["code"] for row in guide.rows("codes") if row["list"] == "xml"}
    assert set(structure._TEXTS) <= codes


def test_every_rule_is_in_the_guide_with_its_sentence() -> None:
    printed = guide.markdown()
    for row, rule in book.every_rule():
        line = f" | {rule.number} | "
        assert any(
            line in each and rule.text in each and guide.remedy(row, rule) in each
            for each in printed.splitlines()
        ), rule.number


def test_every_other_finding_of_the_code_is_in_the_guide() -> None:
    told = {row["text"] for row in guide.rows("checks")}
    assert told == {text for path in _modules() for text in _texts(path)}


def _modules() -> list[Path]:
    found = [path for place in PLACES for path in (ROOT / place).rglob("*.py")]
    return [path for path in found if str(path.relative_to(ROOT)) not in OF_CODES]


def _texts(path: Path) -> set[str]:
    """Return the constant texts of the findings that a module makes."""
    return {
        str(keyword.value.value)
        for call in ast.walk(ast.parse(path.read_text()))
        if isinstance(call, ast.Call) and getattr(call.func, "id", "") == "Finding"
        for keyword in call.keywords
        if keyword.arg == "text" and isinstance(keyword.value, ast.Constant)
    }
