"""Declarations of today, for sites that live by the clock of the machine."""

from collections.abc import Callable
from datetime import timedelta
from itertools import count

from customs_portal import clock
from declarations.document import Document
from messaging.formats.ics1.writing import write_declaration
from tests.messaging.builders import envelope
from tests.pipeline.screening import for_belgium

_numbers = count(1)


def of_today(make: Callable[..., Document], **changes: object) -> bytes:
    """Return a declaration of its own number, for goods that arrive in some days."""
    number, at = next(_numbers), clock.now()
    document = make(
        lrn=f"LRN{number}", declared_at=at, expected_arrival=at + timedelta(days=9), **changes
    )
    return write_declaration(document, envelope(message_id=f"TEST{number:010}"))


def for_belgium_today(*, goods: bytes) -> bytes:
    """Return a filing of ICS2 of its own number that concerns Belgium too, of goods of an HS6."""
    left, at = clock.now() - timedelta(days=2), clock.now()
    body = for_belgium("IE3F10", f"LRN{next(_numbers)}")
    for said, meant in (
        ("2026-11-20", f"{left:%Y-%m-%d}"),
        ("2026-12-18", f"{at + timedelta(days=20):%Y-%m-%d}"),
    ):
        body = body.replace(said.encode(), meant.encode())
    return body.replace(b"690721", goods)
