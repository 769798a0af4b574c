"""The guides: every message has a line for curl, and pages that show its effect."""

import re
from pathlib import Path
from urllib.parse import urlsplit

from django.urls import resolve

from messaging.received.kinds import KINDS, From

DOCS = Path(__file__).resolve().parents[2] / "docs"
GUIDE, OPERATIONS = (DOCS / "trader.md").read_text(), (DOCS / "operations.md").read_text()


def for_all(kind: str) -> str:
    """Return the message that stands in the guide for all of its sort: F12 and A12 in ICS2."""
    return re.sub(r"^(IE3[FA])\d\d$", r"\g<1>12", kind)


TRADERS = {for_all(kind.name) for kind in KINDS.values() if kind.sender is From.TRADER}
PARTNERS = {kind.name for kind in KINDS.values() if kind.sender is From.PARTNER}


def test_every_message_of_a_trader_has_its_line_for_curl() -> None:
    lines = re.findall(r"@(\w+)\.xml \\\n\s+\"(\S+)\"", GUIDE)
    assert {kind for kind, _url in lines} == TRADERS
    assert {resolve(urlsplit(url).path).view_name for _kind, url in lines} == {
        resolve("/api/v1/messages").view_name
    }


def test_every_message_of_a_trader_has_pages_that_show_its_effect() -> None:
    rows = re.findall(r"^\| `(\w+)\.xml` \| `(\S+)` \|.*?\| `(\S+)` \|", GUIDE, re.MULTILINE)
    assert {kind for kind, *_pages in rows} == TRADERS
    assert {resolve(page).view_name for _kind, *pages in rows for page in pages} <= {
        "trader_home",
        "queue",
        "search",
        "voyages",
    }


def test_every_message_of_an_administration_has_a_page_that_shows_its_effect() -> None:
    files_and_words = r"^\| ((?:`\w+\.xml`(?:, )?)+)(?:with [^|]*)? \| (.*) \|$"
    rows = re.findall(files_and_words, OPERATIONS, re.MULTILINE)
    kinds = {kind for files, _words in rows for kind in re.findall(r"`(\w+)\.xml`", files)}
    assert kinds == PARTNERS
    pages = {page for _files, words in rows for page in re.findall(r"`(/\S+/)`", words)}
    assert {resolve(page).view_name for page in pages} == {
        "search", "queue", "voyages", "subsequent_entry", "partners",
    }  # fmt: skip
