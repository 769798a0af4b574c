"""What people edit keeps its history: a trigger writes every change of a row into one log.

Who does it, from where and why comes from the settings of the database session, which `told_as`
gives for the time of a request (docs/decisions/0007-one-log-of-changes.md). The function
`record_change` is made by the migration of the table.
"""

from collections.abc import Iterator
from contextlib import contextmanager

import pgtrigger
from django.db import connection

LONGEST_REASON = 200
_SAY = """
SELECT set_config('portal.actor', %s, false), set_config('portal.address', %s, false),
       set_config('portal.reason', %s, false)
"""


EACH = pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete


def tracked(
    *, hidden: tuple[str, ...] = (), ignored: tuple[str, ...] = (), on: pgtrigger.Operation = EACH
) -> pgtrigger.Trigger:
    """Return the trigger that records each INSERT, UPDATE and DELETE of a row with its values.

    Of `hidden` columns only that they changed is kept; a change of `ignored` ones alone is none.
    """
    return pgtrigger.Trigger(
        name="tracked",
        when=pgtrigger.After,
        operation=on,
        declare=[("old_row", "jsonb"), ("new_row", "jsonb")],
        func=f"""
            IF TG_OP <> 'INSERT' THEN old_row := to_jsonb(OLD) - {_texts(ignored)}; END IF;
            IF TG_OP <> 'DELETE' THEN new_row := to_jsonb(NEW) - {_texts(ignored)}; END IF;
            IF old_row = new_row THEN RETURN NULL; END IF;
            PERFORM record_change(TG_TABLE_NAME::text, TG_OP::text, old_row, new_row,
                {_texts(hidden)});
            RETURN NULL;
        """,
    )


def _texts(names: tuple[str, ...]) -> str:
    return "ARRAY[{}]::text[]".format(", ".join(f"'{name}'" for name in names))


@contextmanager
def told_as(*, actor: int | None, address: str | None, reason: str = "") -> Iterator[None]:
    """Say of every change within who makes it, from which network address, and why."""
    _say(str(actor or ""), address or "", reason[:LONGEST_REASON].replace("\x00", ""))
    try:
        yield
    finally:
        if not connection.needs_rollback:
            _say("", "", "")


def _say(actor: str, address: str, reason: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(_SAY, [actor, address, reason])
