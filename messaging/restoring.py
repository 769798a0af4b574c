"""After a restore: no number is given twice, and what a recipient has is not sent again.

A backup does not know what happened after it. Numbers that were given meanwhile may be in use
outside; messages that were collected meanwhile seem to wait.
"""

import csv
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import TextIO

import msgspec
from django.db import connection

from declarations.mrn import SEQUENCE
from declarations.services.locks import assert_in_transaction

SKIPPED = 1_000_000
"""How many numbers are left out after a restore; more than can be given between two backups."""
SEQUENCES = (SEQUENCE, "messaging_outboundmessage_id_seq", "events_event_id_seq")
"""The sequences whose numbers are known outside: MRN, message ids, events in logs."""


class Receipt(msgspec.Struct, frozen=True, kw_only=True):
    """That a recipient had a message at a time."""

    message_identification: str
    delivered_at: datetime


def skip_numbers() -> None:
    """Leave out the numbers that may have been given after the backup was made."""
    with connection.cursor() as cursor:
        for sequence in SEQUENCES:
            cursor.execute("SELECT setval(%s, nextval(%s) + %s)", [sequence, sequence, SKIPPED])


def read_receipts(lines: TextIO) -> Iterator[Receipt]:
    """Yield the receipts of a CSV file; raises msgspec.ValidationError for a line that is none."""
    for cells in csv.DictReader(lines, strict=True):
        yield msgspec.convert(cells, Receipt)


def write_receipts(lines: TextIO) -> int:
    """Write a receipt for each message that has been collected and return their number."""
    writer = csv.writer(lines)
    writer.writerow(Receipt.__struct_fields__)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT message_identification, delivered_at FROM messaging_outboundmessage"
            " WHERE state = 'delivered' ORDER BY id"
        )
        rows = cursor.fetchall()
    writer.writerows((identification, at.isoformat()) for identification, at in rows)
    return len(rows)


_ACCEPT = """
WITH receipt AS (
    SELECT * FROM unnest(%s::text[], %s::timestamptz[]) AS r(message_identification, delivered_at)
), marked AS (
    UPDATE messaging_outboundmessage o SET state = 'delivered', delivered_at = r.delivered_at
    FROM receipt r
    WHERE o.message_identification = r.message_identification AND o.state <> 'delivered'
)
SELECT r.message_identification FROM receipt r
WHERE NOT EXISTS (SELECT 1 FROM messaging_outboundmessage o
                  WHERE o.message_identification = r.message_identification)
ORDER BY 1
"""


def accept_receipts(receipts: Iterable[Receipt]) -> list[str]:
    """Mark as delivered what recipients have; return the ids of messages that we know no more.

    Those were written after the backup: whoever has them must be told how things stand now.
    """
    assert_in_transaction()
    known = list(receipts)
    with connection.cursor() as cursor:
        cursor.execute(
            _ACCEPT,
            [
                [receipt.message_identification for receipt in known],
                [receipt.delivered_at for receipt in known],
            ],
        )
        return [row[0] for row in cursor.fetchall()]
