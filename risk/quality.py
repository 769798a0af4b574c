"""Flags of data quality on what is assessed: a few statements for a batch, whatever its size."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime

from customs_portal.bulk import fetch_prepared, recordset
from customs_portal.reference import nomenclature, snapshot
from customs_portal.reference.models import NomenclatureEntry
from declarations.checks.quality.examining import (
    Examined,
    Flags,
    Lists,
    examine,
    subheadings,
)
from declarations.checks.quality.flags import OF_OTHERS, Flag, FlagKind
from declarations.checks.quality.nomenclature import section_of
from risk.analysed import Subjects
from risk.engine.subject import Features
from risk.models import FilerQuality

ENOUGH = 20
"""Earlier goods items of a consignee from which on something new is unusual."""


def flags(
    entries: Sequence[Subjects], found: dict[int, Features], *, at: datetime
) -> dict[int, Flags]:
    """Return the flags of these versions, whose history is found, by version and place."""
    batch = [
        Examined(document=entry.readings.declared.document, on=entry.received_at.date())
        for entry in entries
    ]
    if not batch:
        return {}
    known = nomenclature.in_force(
        NomenclatureEntry.List.HS6, subheadings(batch), (each.on for each in batch)
    )
    lists = Lists(reference=snapshot.current(at), subheadings=known)
    return {
        entry.ens_version: _with_history(entry, own, found[entry.ens_version])
        for entry, own in zip(entries, examine(batch, lists), strict=True)
    }


def _with_history(entry: Subjects, own: Flags, features: Features) -> Flags:
    """Add the goods that are of another section than all the consignee had before."""
    unusual = Flag(kind=FlagKind.UNUSUAL_GOODS, field="commodity_code")
    added = {
        reading.subject.place: (*own.get(reading.subject.place, ()), unusual)
        for reading in entry.readings.items
        if _is_unusual(features, reading.subject.place)
        and section_of((reading.subject.goods().commodity_code or "")[:2])
    }
    return own | added


def _is_unusual(features: Features, place: int) -> bool:
    earlier = features.of("history.consignee_items_365d", place)
    return (
        earlier is not None
        and earlier >= ENOUGH
        and features.of("history.consignee_section_items_365d", place) == 0
    )


_COUNT = """
INSERT INTO risk_filerquality (filer, month, kind, declarations)
SELECT r.filer, r.month, r.kind, r.declarations
FROM json_to_recordset(%s::json) AS r(filer text, month date, kind text, declarations int)
ORDER BY r.filer, r.month, r.kind
ON CONFLICT (filer, month, kind)
DO UPDATE SET declarations = risk_filerquality.declarations + excluded.declarations
"""


def count(entries: Sequence[Subjects]) -> None:
    """Count the declarations with each kind of flag for their filers.

    To be the last thing of a transaction: rows of busy filers are locked until it ends.
    """
    counted = Counter(
        (entry.filer, entry.received_at.strftime("%Y-%m-01"), kind)
        for entry in entries
        if entry.filer
        for kind in _kinds(entry)
    )
    rows = [
        {"filer": filer, "month": month, "kind": kind, "declarations": number}
        for (filer, month, kind), number in counted.items()
    ]
    if rows:
        fetch_prepared(_COUNT, [recordset(rows)])


def _kinds(entry: Subjects) -> set[str]:
    flags = entry.readings.declared.context.features.flags or {}
    found = {flag.kind for several in flags.values() for flag in several}
    own = {FilerQuality.FLAGGED} if found - OF_OTHERS else set()
    return {FilerQuality.LOOKED_AT, *own, *map(str, found)}
