"""The message tables of ICS2: 31 filings, their 30 amendments, requests and answers.

`messaging/data/ics2/filings.csv` has one row per element of any filing, in document order; its
column `filings` names those that have it, and is empty where all do that have its parent. A row
without format is a group, whose children are rows of their own or the named rows of
`contents.csv`. `requests_answers.csv` has the same for other messages. An amendment is its filing
with the MRN after the LRN.
"""

import csv
from collections.abc import Iterable, Sequence
from functools import cache
from pathlib import Path
from typing import TypeAlias

from declarations.filing_types import filing_types
from messaging.formats.ics1.tables import Element, Message, SimpleType
from messaging.formats.ics2.types import simple_type

DATA = Path(__file__).resolve().parents[2] / "data" / "ics2"
NAMESPACE = "urn:wco:datamodel:eu:ics2:2"
FILING_SIZE, ANSWER_SIZE, OTHER_SIZE = 20_000_000, 5_000_000, 1_000_000
"""In bytes: of a filing with 9,999 houses, of an answer with files, of anything else."""
REFERRAL_ANSWERS = frozenset({"IE3R02", "IE3R03"})
"""Messages with files in them."""
INDICATOR = "SpecificCircumstanceIndicator"
_FILING_TYPES = "CL742"

Row: TypeAlias = dict[str, str]
Groups: TypeAlias = dict[str, "Groups"]
"""The groups of a group by name, with theirs."""


def rows(name: str) -> list[Row]:
    """Return a table of ICS2 as it is written."""
    with (DATA / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def filing_of(message: str) -> str:
    """Return the type that a filing or an amendment has (`F12` of IE3A12), empty of any other."""
    code = f"F{message[4:]}"
    return code if message[:4] in ("IE3F", "IE3A") and code in filing_types() else ""


def is_whole(message: str) -> bool:
    """Whether the message is a filing or an amendment, and brings all that is declared."""
    filing = filing_of(message)
    return bool(filing) and filing_types()[filing].own_mrn


def is_amendment(message: str) -> bool:
    """Whether the message replaces a filing."""
    return message.startswith("IE3A")


@cache
def catalogue() -> dict[str, Message]:
    """Return the messages by their XML name."""
    return {one.message: one for one in (*_filings(), *_others())}


def _filings() -> Iterable[Message]:
    for kind in filing_types().values():
        yield _message(kind.message, f"ENS filing: {kind.title}", "received", FILING_SIZE)
        if kind.own_mrn:
            title = f"Amendment of an ENS filing: {kind.title}"
            yield _message(kind.amendment, title, "received", FILING_SIZE)


def _others() -> Iterable[Message]:
    for row in rows("messages"):
        size = ANSWER_SIZE if row["message"] in REFERRAL_ANSWERS else OTHER_SIZE
        yield _message(row["message"], row["title"], row["route"], size)


def _message(name: str, title: str, route: str, size: int) -> Message:
    return Message(
        message=name,
        number=name,
        title=title,
        route=route,
        namespace=NAMESPACE,
        children="qualified",
        size_limit=size,
    )


@cache
def table(message: str) -> Element:
    """Return the root element of a message with everything below it.

    Raises KeyError for a message that is not in the catalogue.
    """
    name = catalogue()[message].message
    filing = filing_of(name)
    found = _rows_of_filing(name, filing) if filing else _rows_of(name)
    below: dict[str, list[Row]] = {}
    for row in found:
        below.setdefault(row["path"].rpartition("/")[0], []).append(row)
    return _group(f"/{name}", "", below, {"min": "1", "max": "1"}, filing)


@cache
def groups_of(message: str) -> Groups:
    """Return the groups of a message."""
    return _groups(table(message))


def _groups(element: Element) -> Groups:
    return {child.name: _groups(child) for child in element.children if child.type is None}


def _rows_of(message: str) -> list[Row]:
    return [row for row in _request_rows() if row["message"] == message]


@cache
def _request_rows() -> Sequence[Row]:
    return rows("requests_answers")


def _rows_of_filing(message: str, filing: str) -> list[Row]:
    found = [row for row in _filing_rows() if filing in (row["filings"] or filing).split()]
    if is_amendment(message):
        found.insert(1, _mrn_row())
    return found


@cache
def _filing_rows() -> Sequence[Row]:
    return rows("filings")


def _mrn_row() -> Row:
    (row,) = rows("amendments")
    return row


def _group(
    path: str, below_path: str, below: dict[str, list[Row]], row: Row, filing: str
) -> Element:
    inner = below.get(below_path, ())
    content = _contents().get(row.get("content", ""), ())
    return Element(
        name=path.rpartition("/")[2],
        path=path,
        min=int(row["min"]),
        max=int(row["max"]),
        type=None,
        codelist=row.get("codelist", ""),
        description=row.get("description", ""),
        rules=_numbers(row),
        children=(
            *(_child(path, child, below, filing) for child in inner),
            *(_value(f"{path}/{child['name']}", child, filing) for child in content),
        ),
    )


def _child(parent: str, row: Row, below: dict[str, list[Row]], filing: str) -> Element:
    path = f"{parent}/{row['path'].rpartition('/')[2]}"
    if row["format"]:
        return _value(path, row, filing)
    return _group(path, row["path"], below, row, filing)


def _value(path: str, row: Row, filing: str) -> Element:
    name = path.rpartition("/")[2]
    codes = (filing,) if filing and name == INDICATOR else code_list(row["codelist"])
    kind: SimpleType = simple_type(row["format"], row["codelist"], codes)
    return Element(
        name=name,
        path=path,
        min=int(row["min"]),
        max=int(row["max"]),
        type=kind,
        codelist=row["codelist"],
        description=row["description"],
        rules=_numbers(row),
        children=(),
    )


def _numbers(row: Row) -> tuple[str, ...]:
    return tuple(f"{row.get('rules', '')} {row.get('conditions', '')}".split())


@cache
def _contents() -> dict[str, tuple[Row, ...]]:
    found: dict[str, tuple[Row, ...]] = {}
    for row in rows("contents"):
        found[row["content"]] = (*found.get(row["content"], ()), row)
    return found


@cache
def _code_lists() -> dict[str, tuple[str, ...]]:
    return {row["list"]: tuple(row["codes"].split()) for row in rows("codelists")}


def code_list(name: str) -> tuple[str, ...]:
    """Return the codes of a list, none of one that is not public or stands elsewhere."""
    if name == _FILING_TYPES:
        return tuple(filing_types())
    return _code_lists().get(name, ())
