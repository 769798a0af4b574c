"""Loading reference lists: whole, all or nothing, with the difference told."""

from collections.abc import Iterable
from datetime import datetime

import msgspec
from django.db import connection

from customs_portal.bulk import copy_rows
from customs_portal.events.services import record
from customs_portal.findings import Finding
from declarations.services.locks import assert_in_transaction
from declarations.services.results import Refused, refusal
from risk.engine.lists import ListEntry
from risk.engine.lists import ReferenceList as EngineList
from risk.engine.words import cleansed
from risk.events import LIST_LOADED
from risk.models import ReferenceList
from risk.rule_sets import BEGINNING

LONGEST = 1_000_000
SHRUNKEN = 0.5
"""A list that loses more than this share of its entries is asked about first."""


class NewList(msgspec.Struct, frozen=True, kw_only=True):
    """A list as it is to be; `name` and `secret` count for one that is new.

    `may_shrink`: the entries may be none, or many fewer than before.
    """

    code: str
    entries: Iterable[ListEntry]
    name: str = ""
    secret: bool = False
    may_shrink: bool = False


class Loaded(msgspec.Struct, frozen=True, kw_only=True):
    """The list holds the new entries; `revision` went up if any was added or removed."""

    revision: int
    added: int
    removed: int
    total: int


def load_list(new: NewList, *, at: datetime) -> Loaded | Refused:
    """Make the list hold exactly these entries; nothing is changed where they are refused."""
    assert_in_transaction()
    findings = _copy(new.entries)
    if findings:
        return Refused(findings=findings)
    existing = ReferenceList.objects.select_for_update().filter(code=new.code).first()
    added, removed, known, total = _difference(existing.pk if existing else 0)
    if not new.may_shrink and (not total or removed - added > known * SHRUNKEN):
        return Refused(findings=[_shrunken(known, total)])
    found = existing or _created(new)
    if added or removed:
        _apply(found)
        data = {"list": found.code, "added": added, "removed": removed, "total": total}
        record(LIST_LOADED, at=at, data=data | {"revision": found.revision})
    _tell(found.pk)
    return Loaded(revision=found.revision, added=added, removed=removed, total=total)


def load_lists(lists: Iterable[EngineList], *, at: datetime) -> None:
    """Make the lists hold the entries that come with the product, however many they are."""
    for wanted in lists:
        new = NewList(code=wanted.code, name=wanted.title, entries=wanted.entries, may_shrink=True)
        loaded = load_list(new, at=at)
        assert isinstance(loaded, Loaded), wanted.code


_INCOMING = """
CREATE TEMP TABLE incoming (
    value text COLLATE "C", label text, note text, valid_from date, valid_to date,
    as_code text COLLATE "C", as_text text COLLATE "C") ON COMMIT DROP
"""
_COLUMNS = ("value", "label", "note", "valid_from", "valid_to", "as_code", "as_text")


def _copy(entries: Iterable[ListEntry]) -> list[Finding]:
    """Copy the entries into a table of their own and return what is wrong with them."""
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS incoming")
        cursor.execute(_INCOMING)
    count = 0

    def rows() -> Iterable[tuple[object, ...]]:
        nonlocal count
        for count, entry in enumerate(entries, start=1):  # noqa: B007 counted for the check below
            yield _row(entry)

    copy_rows("incoming", _COLUMNS, rows())
    if count > LONGEST:
        return [refusal("too-long", f"A list has at most {LONGEST} entries.", "entries")]
    return _wrong()


def _row(entry: ListEntry) -> tuple[object, ...]:
    value = entry.value.strip()
    start = entry.valid_from or BEGINNING
    label, code = entry.label, value.upper()
    return value, label, entry.note, start, entry.valid_to, code, cleansed(value)


_WRONG = """
SELECT 'empty-value', 'An entry has no value.', '' FROM incoming WHERE value = ''
UNION ALL
SELECT 'long-value', 'A value or label is too long.', left(value, 40) FROM incoming
WHERE length(value) > 120 OR length(label) > 120
UNION ALL
SELECT 'wrong-validity', 'An entry ends before it begins.', value FROM incoming
WHERE valid_to < valid_from
UNION ALL
(SELECT 'twice', 'An entry stands twice with the same beginning.', value FROM incoming
 GROUP BY value, valid_from HAVING count(*) > 1)
LIMIT 20
"""


def _wrong() -> list[Finding]:
    with connection.cursor() as cursor:
        cursor.execute(_WRONG)
        return [
            Finding(code=code, location="entries", text=text, value=value)
            for code, text, value in cursor.fetchall()
        ]


def _created(new: NewList) -> ReferenceList:
    name = new.name or new.code
    return ReferenceList.objects.create(code=new.code, name=name, secret=new.secret, revision=0)


_SAME = """
e.list_id = %(list)s AND e.removed_in IS NULL AND e.value = i.value
AND e.valid_from = i.valid_from AND e.valid_to IS NOT DISTINCT FROM i.valid_to
"""
_COUNTS = f"""
SELECT
    (SELECT count(*) FROM incoming i
     WHERE NOT EXISTS (SELECT FROM risk_referencelistentry e WHERE {_SAME})),
    (SELECT count(*) FROM risk_referencelistentry e
     WHERE e.list_id = %(list)s AND e.removed_in IS NULL
       AND NOT EXISTS (SELECT FROM incoming i WHERE {_SAME})),
    (SELECT count(*) FROM risk_referencelistentry e
     WHERE e.list_id = %(list)s AND e.removed_in IS NULL),
    (SELECT count(*) FROM incoming)
"""  # noqa: S608 names of our own


def _difference(key: int) -> tuple[int, int, int, int]:
    """Return how many entries are new, go, were there, and will be there."""
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE incoming")
        cursor.execute(_COUNTS, {"list": key})
        added, removed, known, total = cursor.fetchone()
    return added, removed, known, total


_REMOVE = f"""
UPDATE risk_referencelistentry e SET removed_in = %(revision)s
WHERE e.list_id = %(list)s AND e.removed_in IS NULL
  AND NOT EXISTS (SELECT FROM incoming i WHERE {_SAME})
"""  # noqa: S608 names of our own
_ADD = f"""
INSERT INTO risk_referencelistentry
    (list_id, value, label, note, valid_from, valid_to, as_code, as_text, added_in)
SELECT %(list)s, i.value, i.label, i.note, i.valid_from, i.valid_to, i.as_code, i.as_text,
    %(revision)s
FROM incoming i WHERE NOT EXISTS (SELECT FROM risk_referencelistentry e WHERE {_SAME})
"""  # noqa: S608 names of our own
_TELL = f"""
UPDATE risk_referencelistentry e SET label = i.label, note = i.note FROM incoming i
WHERE {_SAME} AND (e.label, e.note) <> (i.label, i.note)
"""  # noqa: S608 names of our own


def _apply(found: ReferenceList) -> None:
    found.revision += 1
    found.save(update_fields=["revision"])
    values = {"list": found.pk, "revision": found.revision}
    with connection.cursor() as cursor:
        cursor.execute(_REMOVE, values)
        cursor.execute(_ADD, values)


def _tell(key: int) -> None:
    """Change labels and notes in place; they are not part of what rules compare with."""
    with connection.cursor() as cursor:
        cursor.execute(_TELL, {"list": key})


def _shrunken(known: int, total: int) -> Finding:
    text = f"The list would shrink from {known} to {total} entries. Confirm that this is meant."
    return refusal("shrunken", text, "entries")
