"""Reference data that rows refer to."""

from threading import Thread

import msgspec
from django.core.management import call_command
from django.db import connection, transaction

from customs_portal.reference.models import Office, ReasonCode
from customs_portal.reference.sources import from_csv

TABLES = tuple(
    f"reference_{name}"
    for name in ("code", "country", "office", "reasoncode", "nomenclatureentry", "load")
)
"""What the command `load_reference` fills."""


def store_offices_and_reasons() -> None:
    """Store the offices and the reason codes of the product's files."""
    tables = from_csv()
    Office.objects.bulk_create(Office(**msgspec.structs.asdict(row)) for row in tables.offices)
    ReasonCode.objects.bulk_create(
        ReasonCode(**msgspec.structs.asdict(row)) for row in tables.reasons
    )


def load_reference() -> None:
    """Store what the command of that name stores: copied, once it was loaded in this session.

    What is there already stays. The first load takes seconds.
    """
    keep_reference()
    with connection.cursor() as cursor:
        for table in TABLES:
            cursor.execute(f"INSERT INTO {table} SELECT * FROM kept.{table} ON CONFLICT DO NOTHING")


def keep_reference() -> None:
    """Load it once in this session; before rows of it stand in a transaction that lasts."""
    if not _is_kept():
        apart = Thread(target=_load_and_keep)
        apart.start()
        apart.join()


def _is_kept() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass('kept.reference_load') IS NOT NULL")
        found: bool = cursor.fetchone()[0]
    return found


def _load_and_keep() -> None:
    """Do it on a connection of its own, to last beyond the transaction of the test."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            call_command("load_reference", verbosity=0)
            cursor.execute("CREATE SCHEMA kept")
            for table in TABLES:
                cursor.execute(f"CREATE TABLE kept.{table} AS TABLE {table}")
                cursor.execute(f"DELETE FROM {table}")
    finally:
        connection.close()
