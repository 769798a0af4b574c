"""Flags of data quality of a declaration, in words for officers."""

import msgspec

from declarations.checks.quality.flags import NAMES, Flag, reason
from declarations.document import Document, GoodsItem
from declarations.persons import Veil
from risk.engine.subject import decode_features
from risk.models import Assessment

SHOWN = 20


class Flagged(msgspec.Struct, frozen=True, kw_only=True):
    """One flag with its reason, and the goods item it stands on; no item for the header."""

    title: str
    item: int | None
    sentence: str


class QualityView(msgspec.Struct, frozen=True, kw_only=True):
    """The flags of a declaration as far as they are shown, and how many more there are."""

    flags: tuple[Flagged, ...]
    more: int


def quality_of(assessment: Assessment | None, document: Document, veil: Veil) -> QualityView:
    """Return what was flagged when the version was assessed; nothing where nobody has looked."""
    stored = msgspec.json.encode(assessment.features if assessment else {})
    flags = decode_features(stored).flags or {}
    items: dict[int, GoodsItem | None] = {0: None, **dict(enumerate(document.items(), start=1))}
    found = [
        _flagged(flag, items[place], veil)
        for place, several in sorted(flags.items())
        if place in items
        for flag in several
    ]
    return QualityView(flags=tuple(found[:SHOWN]), more=max(0, len(found) - SHOWN))


def _flagged(flag: Flag, item: GoodsItem | None, veil: Veil) -> Flagged:
    return Flagged(
        title=str(NAMES[flag.kind]),
        item=item.number if item else None,
        sentence=veil.text(reason(flag, item)),
    )
