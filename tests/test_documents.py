"""No page lies: what the documents name exists."""

import re
from pathlib import Path

import pytest
from django.core.management import get_commands
from django.urls import Resolver404, resolve

from risk.engine.fields import CATALOGUE
from risk.engine.operators import OPERATORS

ROOT = Path(__file__).resolve().parents[1]
DOCS = ROOT / "docs"
PAGES = [ROOT / "README.md", *sorted(DOCS.rglob("*.md"))]
GUIDES = ("names.md", "officer.md", "rules.md", "trader.md")
DECISIONS = sorted((DOCS / "decisions").glob("*.md"))
LONGEST_DECISION = 60

_LINK = re.compile(r"\]\(([^)\s]+)\)")
_COMMAND = re.compile(r"manage\.py ([a-z_]+)")
_TARGET = re.compile(r"(?:^[ \t]+|`)make ([a-z][a-z-]*)", re.MULTILINE)
_RULE = re.compile(r"^([a-z][a-z-]*):", re.MULTILINE)
_VARIABLE = re.compile(r"\benv\.\w+\(\s*\"([A-Z_]+)\"")
_URL = re.compile(r"(?:`|portal\.example|GET |POST )(/[A-Za-z0-9_/<>-]*)")
_SOURCE = re.compile(r"`((?:tests|benchmarks|customs_portal|declarations|risk|messaging)/[^`*]+)`")
_EXAMPLES = {"<id>": "1", "<MRN>": "26NL00039600000281", "<number>": "1", "<code>": "firms"}


def _by_name(path: Path) -> str:
    return str(path.relative_to(ROOT))


def _prose(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def _targets() -> set[str]:
    return set(_RULE.findall((ROOT / "Makefile").read_text()))


@pytest.mark.parametrize("page", PAGES, ids=_by_name)
def test_every_relative_link_leads_somewhere(page: Path) -> None:
    links = [link for link in _LINK.findall(_prose(page)) if "://" not in link]
    missing = [
        link
        for link in links
        if link.partition("#")[0] and not (page.parent / link.partition("#")[0]).exists()
    ]
    assert missing == []


@pytest.mark.parametrize("page", PAGES, ids=_by_name)
def test_every_command_named_exists(page: Path) -> None:
    assert set(_COMMAND.findall(_prose(page))) - set(get_commands()) == set()


@pytest.mark.parametrize("page", PAGES, ids=_by_name)
def test_every_make_target_named_exists(page: Path) -> None:
    assert set(_TARGET.findall(_prose(page))) - _targets() == set()


@pytest.mark.parametrize("page", PAGES, ids=_by_name)
def test_every_source_named_exists(page: Path) -> None:
    named = set(_SOURCE.findall(_prose(page)))
    assert [name for name in sorted(named) if not (ROOT / name).exists()] == []


def test_commands_and_targets_are_found_where_they_stand() -> None:
    """The patterns find what they look for, so that the tests above can fail."""
    readme, rules = _prose(ROOT / "README.md"), _prose(DOCS / "rules.md")
    assert {"up", "test", "check"} <= set(_TARGET.findall(readme))
    assert "load_rules" in _COMMAND.findall(rules)
    assert {"up", "check", "test"} <= _targets()


def test_every_setting_of_the_environment_is_in_the_operations_guide() -> None:
    variables = set(_VARIABLE.findall((ROOT / "customs_portal" / "settings.py").read_text()))
    assert "SECRET_KEY" in variables
    told = set(re.findall(r"`([A-Z][A-Z_]+)`", _prose(DOCS / "operations.md")))
    assert variables - told == set()


@pytest.mark.parametrize("name", GUIDES)
def test_every_address_named_in_a_guide_resolves(name: str) -> None:
    paths = set(_URL.findall(_prose(DOCS / name)))
    assert len(paths) >= (1 if name in ("names.md", "rules.md") else 5)
    assert [path for path in sorted(paths) if not _resolves(path)] == []


def _resolves(path: str) -> bool:
    """Whether some page has that address, whatever stands in its places."""
    for place, example in _EXAMPLES.items():
        path = path.replace(place, example)
    try:
        resolve(path)
    except Resolver404:
        return False
    return True


def test_decisions_are_numbered_without_gap() -> None:
    numbers = [path.name[:4] for path in DECISIONS]
    assert numbers == [f"{number:04}" for number in range(1, len(DECISIONS) + 1)]


@pytest.mark.parametrize("path", DECISIONS, ids=_by_name)
def test_a_decision_is_one_page_with_its_number_and_what_was_rejected(path: Path) -> None:
    text = _prose(path)
    assert text.startswith(f"# {int(path.name[:4])}. ")
    assert "Rejected:" in text
    assert len(text.splitlines()) <= LONGEST_DECISION


def test_the_assumptions_have_one_id_each() -> None:
    rows = (DOCS / "assumptions.csv").read_text(encoding="utf-8").splitlines()[1:]
    ids = [row.partition(",")[0] for row in rows]
    assert len(ids) == len(set(ids))
    assert all(re.fullmatch(r"A-\d{3,4}", each) for each in ids)


def test_every_field_and_operator_of_rules_is_told() -> None:
    told = set(re.findall(r"^\| `([a-z_.0-9]+)` \|", _prose(DOCS / "rules.md"), re.MULTILINE))
    assert (CATALOGUE.keys() | {str(name) for name in OPERATORS}) - told == set()
