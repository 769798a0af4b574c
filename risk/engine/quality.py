"""Flags of data quality as fields of rules.

Found once for each version by `risk.quality`, stored with its assessment, and only read here. What
is said of the header counts for every goods item.
"""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from declarations.document import Spot
from risk.engine.field import Field, FieldType, Level, Reader
from risk.engine.subject import Subject


def _flags(subject: Subject) -> tuple[str, ...] | None:
    found = subject.context.features.flags_at(subject.place) or ()
    return tuple(dict.fromkeys(str(flag.kind) for flag in found)) or None


def _count(subject: Subject) -> int | None:
    found = subject.context.features.flags_at(subject.place)
    return None if found is None else len(found)


def _likely_chapters(subject: Subject) -> tuple[str, ...] | None:
    found = subject.context.features.flags_at(subject.place) or ()
    return next((flag.chapters for flag in found if flag.chapters), None)


def _spots(field: str, subject: Subject, matched: tuple[str, ...]) -> tuple[Spot, ...]:
    if subject.item is None:
        return (Spot(kind="declaration", field=field),)
    return (Spot(kind="item", reference=str(subject.item.number), field=field),)


def _field(name: str, label: Promise, type: FieldType, read: Reader, filled: float) -> Field:
    return Field(
        name=f"quality.{name}", label=label, type=type, level=Level.QUALITY, of_item=True,
        read=read, spots=_spots, distinct=8, filled=filled,
    )  # fmt: skip


QUALITY = (
    _field("flags", _("flag of data quality"), FieldType.CODES, _flags, 0.05),
    _field("flag_count", _("number of flags of data quality"), FieldType.NUMBER, _count, 1.0),
    _field(
        "likely_chapters", _("HS chapter that texts like the description usually are of"),
        FieldType.CODES, _likely_chapters, 0.02,
    ),
)  # fmt: skip
