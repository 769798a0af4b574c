"""The verbs of reference data."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any

import msgspec
from django.db import models, transaction
from django.db.models.functions import Greatest

from customs_portal.reference.models import (
    Code,
    Country,
    DatedRow,
    Load,
    Office,
    ReasonCode,
)
from customs_portal.reference.sources import Row, Tables, digest


def load(*, tables: Tables, at: datetime) -> dict[str, int]:
    """Make the database say what the tables say, and return the number of rows of each.

    A row that the tables no longer have ends on the day of `at`. Loading the same tables twice
    changes nothing.
    """
    pairs: list[tuple[type[DatedRow], Sequence[Row]]] = [
        (Code, tables.codes),
        (Country, tables.countries),
        (Office, tables.offices),
        (ReasonCode, tables.reasons),
    ]
    counts = {model._meta.model_name or "": len(rows) for model, rows in pairs}
    with transaction.atomic():
        for model, rows in pairs:
            _upsert(model, rows)
            _end_missing(model, rows, at.date())
        _record(digest(tables), counts, at)
    return counts


def _upsert(model: type[DatedRow], rows: Iterable[Row]) -> None:
    values = [msgspec.structs.asdict(row) for row in rows]
    if not values:
        return
    changing = [name for name in values[0] if name not in model.key_fields]
    _manager(model).bulk_create(
        [model(**columns) for columns in values],
        batch_size=500,
        update_conflicts=True,
        unique_fields=model.key_fields,
        update_fields=changing,
    )


def _end_missing(model: type[DatedRow], rows: Iterable[Row], day: date) -> None:
    kept = {tuple(getattr(row, name) for name in model.key_fields) for row in rows}
    in_force = _manager(model).filter(valid_to__isnull=True)
    gone = [
        pk for pk, *key in in_force.values_list("pk", *model.key_fields) if tuple(key) not in kept
    ]
    # A row that would begin later than it ends never held at all.
    ends = Greatest(models.F("valid_from"), models.Value(day))
    _manager(model).filter(pk__in=gone).update(valid_to=ends)


def _record(version: str, counts: dict[str, int], at: datetime) -> None:
    newest = Load.objects.order_by("-id").first()
    if newest is None or newest.digest != version:
        Load.objects.create(loaded_at=at, digest=version, counts=counts)


def _manager(model: type[DatedRow]) -> models.Manager[Any]:
    return model._default_manager
