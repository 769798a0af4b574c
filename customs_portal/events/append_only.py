"""Tables whose rows are never changed: a trigger refuses it, whoever asks."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pgtrigger
from django.db import connection

RETENTION_SETTING = "portal.retention"


@contextmanager
def retention_allowed() -> Iterator[None]:
    """Let rows of append-only tables go, within; only retention does so, in its transaction."""
    _allow("on")
    try:
        yield
    finally:
        if not connection.needs_rollback:
            _allow("")


def _allow(value: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config(%s, %s, true)", [RETENTION_SETTING, value])


def append_only() -> pgtrigger.Trigger:
    """Return the trigger that refuses UPDATE and DELETE.

    The retention command alone may pass: it sets `portal.retention` to `on` in its transaction.
    """
    return _refusing("append_only", pgtrigger.Update | pgtrigger.Delete)


def never_changed(name: str, *columns: str) -> pgtrigger.Trigger:
    """Return the trigger that refuses every UPDATE of these columns but that of retention."""
    return _refusing(name, pgtrigger.UpdateOf(*columns))


def _refusing(name: str, operation: Any) -> pgtrigger.Trigger:
    return pgtrigger.Trigger(
        name=name,
        when=pgtrigger.Before,
        operation=operation,
        func=f"""
            IF current_setting('{RETENTION_SETTING}', true) = 'on' THEN
                IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
                RETURN NEW;
            END IF;
            RAISE EXCEPTION 'rows of % are never changed', TG_TABLE_NAME
                USING ERRCODE = 'restrict_violation';
        """,
    )
