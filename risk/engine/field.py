"""What a field of the risk catalogue is.

A field says what it is called, which operators fit (its type), where it stands (its level), how
to read it from a declaration, and which column of the search tables holds it. A value that is not
declared is None; so is an empty text or an empty set of codes.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from django.utils.functional import Promise

from declarations.document import Spot
from risk.engine.subject import Subject

Value = str | int | Decimal | datetime | tuple[str, ...]
Reader = Callable[[Subject], Value | None]
SpotReader = Callable[[str, Subject, tuple[str, ...]], tuple[Spot, ...]]


class FieldType(StrEnum):
    """What kind of value a field has; it decides which operators fit."""

    TEXT = "text"
    CODE = "code"
    NUMBER = "number"
    TIME = "time"
    CODES = "codes"


class Level(StrEnum):
    """Where a field stands in the declaration."""

    HEADER = "header"
    PARTY = "party"
    CONSIGNMENT = "consignment"
    ITEM = "item"
    EQUIPMENT = "equipment"
    ROUTING = "routing"
    TIMING = "timing"
    VERSIONS = "versions"
    HISTORY = "history"
    NAMES = "names"
    QUALITY = "quality"


FOUND_LATER = (Level.HISTORY, Level.QUALITY)
"""Levels that are known once the rows of the declaration are written; they have rows of their own.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One entry of the catalogue.

    `of_item`: the value may differ between goods items, so that a rule on it is evaluated for
    each. `distinct` (how many values are common) and `filled` (share of declarations that have
    it) only steer the index, never a result. `unit` is shown behind numbers. `declared_on_item`
    names the attributes of a goods item without which the value is the header's.
    """

    name: str
    label: Promise
    type: FieldType
    level: Level
    of_item: bool
    read: Reader
    spots: SpotReader
    sql: str | None = None
    unit: str = ""
    declared_on_item: tuple[str, ...] = ()
    distinct: int = 100
    filled: float = 0.9
