"""Loading reference lists: whole, all or nothing, with the difference told."""

import csv
from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from io import BytesIO
from itertools import islice

import msgspec
from django.db import connection
from django.utils.translation import gettext as _

from customs_portal.accounts.models import User
from customs_portal.bulk import copy_rows
from customs_portal.events.services import record
from customs_portal.findings import Finding
from declarations.services.locks import assert_in_transaction
from declarations.services.results import Refused, refusal, refused
from risk.engine.lists import ListEntry
from risk.engine.lists import ReferenceList as EngineList
from risk.engine.loading import entries_in
from risk.engine.words import cleansed
from risk.events import LIST_CHANGED, LIST_LOADED
from risk.models import ReferenceList
from risk.models.rule import BY_LIKENESS
from risk.names import entry_forms
from risk.names.clues import clues
from risk.names.entry_forms import compared_as
from risk.rule_sets import BEGINNING
from risk.services.rescreening import start_rescreening

LONGEST = 1_000_000
MOST_BYTES = 5_000_000
"""Of a file that is sent; larger ones are loaded by `manage.py load_list`."""

THRESHOLD = Decimal("0.85")
"""The likeness from which a name matches, for a list that says nothing else."""

LEAST_THRESHOLD = Decimal("0.5")
SHRUNKEN = 0.5
"""A list that loses more than this share of its entries is asked about first."""


class NewList(msgspec.Struct, frozen=True, kw_only=True):
    """A list as it is to be; name, secret, kind, threshold and owner count for one that is new.

    `may_shrink`: the entries may be none, or many fewer than before.
    """

    code: str
    entries: Iterable[ListEntry]
    name: str = ""
    secret: bool = False
    kind: ReferenceList.Kind = ReferenceList.Kind.VALUES
    threshold: Decimal | None = None
    owner: User | None = None
    may_shrink: bool = False


class Loaded(msgspec.Struct, frozen=True, kw_only=True):
    """The list holds the new entries; `revision` went up if any was added or removed.

    `shrunken`: it lost most of its entries, or holds none.
    """

    revision: int
    added: int
    removed: int
    total: int
    shrunken: bool = False


def load_list(new: NewList, *, at: datetime, by: User | None = None) -> Loaded | Refused:
    """Make the list hold exactly these entries; nothing is changed where they are refused."""
    assert_in_transaction()
    if new.threshold is not None and not LEAST_THRESHOLD <= new.threshold <= 1:
        return refused("wrong-threshold", "A threshold lies between 0.5 and 1.")
    existing = ReferenceList.objects.select_for_update().filter(code=new.code).first()
    kind = ReferenceList.Kind(existing.kind) if existing else new.kind
    findings = _copy(new.entries, kind)
    if findings:
        return Refused(findings=findings)
    added, removed, known, total = _difference(existing.pk if existing else 0)
    shrunken = not total or removed - added > known * SHRUNKEN
    if shrunken and not new.may_shrink:
        return Refused(findings=[_shrunken(known, total)])
    found = existing or _created(new)
    if added or removed:
        _apply(found)
        data = {"list": found.code, "added": added, "removed": removed, "total": total}
        actor = by.pk if by else None
        record(LIST_LOADED, at=at, actor=actor, data=data | {"revision": found.revision})
        if added:
            start_rescreening(found, since=found.revision, at=at)
    _tell(found.pk)
    return Loaded(
        revision=found.revision, added=added, removed=removed, total=total, shrunken=shrunken
    )


def load_content(
    found: ReferenceList, content: bytes, *, at: datetime, by: User
) -> Loaded | Refused:
    """Load a list from a CSV file, however few its entries: whoever calls has seen to that."""
    try:
        entries = list(entries_in(BytesIO(content)))
    except (ValueError, csv.Error) as error:
        text = _("The file is no list: %s") % error
        return refused("no_list", text, "entries")
    return load_list(NewList(code=found.code, entries=entries, may_shrink=True), at=at, by=by)


def change_list(
    key: int, *, threshold: Decimal, owner: User | None, person: User, at: datetime
) -> None:
    """Change from which likeness on names match a list of names, and who keeps it.

    The revision goes up with another threshold; with a lower one names are held against the list
    again.
    """
    assert_in_transaction()
    found = ReferenceList.objects.select_for_update().get(pk=key)
    before, found.threshold, found.owner = found.threshold, threshold, owner
    found.revision += before != threshold
    found.save(update_fields=["threshold", "owner", "revision"])
    data = {"list": found.code, "revision": found.revision, "threshold": str(threshold)}
    record(LIST_CHANGED, at=at, actor=person.pk, data=data)
    if threshold < before:
        start_rescreening(found, since=1, at=at)


def load_lists(lists: Iterable[EngineList], *, at: datetime) -> None:
    """Make the lists hold the entries that come with the product, however many they are."""
    for wanted in lists:
        new = NewList(
            code=wanted.code,
            name=wanted.title,
            entries=wanted.entries,
            kind=ReferenceList.Kind(wanted.kind),
            may_shrink=True,
        )
        loaded = load_list(new, at=at)
        assert isinstance(loaded, Loaded), wanted.code


_INCOMING = """
CREATE TEMP TABLE incoming (
    value text COLLATE "C", label text, note text, country text, identifier text, place text,
    valid_from date, valid_to date, as_code text COLLATE "C", as_text text COLLATE "C",
    clues int[], form_fits bool) ON COMMIT DROP
"""
_COLUMNS = (
    "value",
    "label",
    "note",
    "country",
    "identifier",
    "place",
    "valid_from",
    "valid_to",
    "as_code",
    "as_text",
    "clues",
    "form_fits",
)


def _copy(entries: Iterable[ListEntry], kind: ReferenceList.Kind) -> list[Finding]:
    """Copy the entries into a table of their own and return what is wrong with them."""
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS incoming")
        cursor.execute(_INCOMING)
    read = islice(entries, LONGEST + 1)
    copy_rows("incoming", _COLUMNS, (_row(entry, kind) for entry in read))
    return _wrong()


def _row(entry: ListEntry, kind: ReferenceList.Kind) -> tuple[object, ...]:
    value = entry.value.replace("\x00", "\x01").strip()
    start = entry.valid_from or BEGINNING
    return (
        *(value, entry.label, entry.note, entry.country, entry.identifier, entry.place),
        *(start, entry.valid_to, value.upper(), cleansed(value)),
        *(_clues(value, kind), entry_forms.fits(value, kind)),
    )


def _clues(value: str, kind: str) -> list[int]:
    """Return by what names like the value are looked up; none for a list of another kind."""
    return clues(value, compared_as(kind)) if kind in BY_LIKENESS else []


_WRONG = """
SELECT 'too-long', 'A list has at most ' || %(longest)s::int || ' entries.', '' FROM incoming
HAVING count(*) > %(longest)s::int
UNION ALL
SELECT 'empty-value', 'An entry has no value.', '' FROM incoming WHERE value = ''
UNION ALL
SELECT 'long-value', 'A value or label is too long.', left(value, 40) FROM incoming
WHERE length(value) > 120 OR length(label) > 120
UNION ALL
SELECT 'wrong-validity', 'An entry ends before it begins.', value FROM incoming
WHERE valid_to < valid_from
UNION ALL
SELECT 'control-sign', 'An entry holds a sign that is not shown.', left(value, 40)
FROM incoming WHERE concat(value, label, identifier, place) ~ '[[:cntrl:]]'
UNION ALL
SELECT 'formula', 'An entry begins like a formula of a spreadsheet.', left(value, 40)
FROM incoming WHERE value ~ '^[=+@]' OR label ~ '^[=+@]' OR place ~ '^[=+@]'
UNION ALL
SELECT 'wrong-form', 'An entry has not the form that the kind of list asks for.', left(value, 40)
FROM incoming WHERE NOT form_fits
UNION ALL
SELECT 'wrong-country', 'A country is a code of two letters.', left(country, 40)
FROM incoming WHERE country !~ '^([A-Z][A-Z])?$'
UNION ALL
SELECT 'long-value', 'An identifier or a place is too long.', left(value, 40)
FROM incoming WHERE length(identifier) > 40 OR length(place) > 120
UNION ALL
(SELECT 'twice', 'An entry stands twice with the same beginning.', value FROM incoming
 GROUP BY value, valid_from HAVING count(*) > 1)
LIMIT 20
"""


def _wrong() -> list[Finding]:
    with connection.cursor() as cursor:
        cursor.execute(_WRONG, {"longest": LONGEST})
        return [
            Finding(code=code, location="entries", text=text, value=value)
            for code, text, value in cursor.fetchall()
        ]


def _created(new: NewList) -> ReferenceList:
    name = new.name or new.code
    return ReferenceList.objects.create(
        code=new.code,
        name=name,
        secret=new.secret,
        kind=new.kind,
        threshold=new.threshold if new.threshold is not None else THRESHOLD,
        owner=new.owner,
        revision=0,
    )


_SAME = """
e.list_id = %(list)s AND e.removed_in IS NULL AND e.value = i.value
AND e.valid_from = i.valid_from AND e.valid_to IS NOT DISTINCT FROM i.valid_to
AND e.country = i.country AND e.identifier = i.identifier
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
    (list_id, value, label, note, country, identifier, place, valid_from, valid_to,
     as_code, as_text, clues, added_in)
SELECT %(list)s, i.value, i.label, i.note, i.country, i.identifier, i.place, i.valid_from,
    i.valid_to, i.as_code, i.as_text, i.clues, %(revision)s
FROM incoming i WHERE NOT EXISTS (SELECT FROM risk_referencelistentry e WHERE {_SAME})
"""  # noqa: S608 names of our own
_FEW_PORTIONS = """
SELECT set_config('gin_pending_list_limit', '65536', true), set_config('work_mem', '64MB', true)
"""
"""The index of clues takes in what comes sorted and in portions; few large ones are quicker."""

_SORT_IN = "SELECT gin_clean_pending_list('entry_alike')"
"""Lest every search reads what the index has not sorted in yet."""

_TELL = f"""
UPDATE risk_referencelistentry e SET label = i.label, note = i.note, place = i.place
FROM incoming i WHERE {_SAME} AND (e.label, e.note, e.place) <> (i.label, i.note, i.place)
"""  # noqa: S608 names of our own


def _apply(found: ReferenceList) -> None:
    found.revision += 1
    found.save(update_fields=["revision"])
    values = {"list": found.pk, "revision": found.revision}
    with connection.cursor() as cursor:
        cursor.execute(_FEW_PORTIONS)
        cursor.execute(_REMOVE, values)
        cursor.execute(_ADD, values)
        cursor.execute(_SORT_IN)


def _tell(key: int) -> None:
    """Change labels, notes and places in place; rules compare with none of them."""
    with connection.cursor() as cursor:
        cursor.execute(_TELL, {"list": key})


def _shrunken(known: int, total: int) -> Finding:
    text = f"The list would shrink from {known} to {total} entries. Confirm that this is meant."
    return refusal("shrunken", text, "entries")
