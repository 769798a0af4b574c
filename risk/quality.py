"""Flags of data quality on what is assessed: a few statements for a batch, whatever its size."""

from collections.abc import Sequence
from datetime import datetime

from customs_portal.reference import nomenclature, snapshot
from customs_portal.reference.models import NomenclatureEntry
from declarations.checks.quality.examining import (
    Examined,
    Flags,
    Lists,
    examine,
    subheadings,
)
from declarations.checks.quality.flags import Flag, FlagKind
from declarations.checks.quality.nomenclature import section_of
from risk.analysed import Subjects
from risk.engine.subject import Features

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
