"""Declarations of today, for sites that live by the clock of the machine."""

from collections.abc import Callable
from datetime import timedelta
from itertools import count

from customs_portal import clock
from declarations.document import Document
from messaging.formats.ics1.writing import write_declaration
from tests.messaging.builders import envelope

_numbers = count(1)


def of_today(make: Callable[..., Document], **changes: object) -> bytes:
    """Return a declaration of its own number, for goods that arrive in some days."""
    number, at = next(_numbers), clock.now()
    document = make(
        lrn=f"LRN{number}", declared_at=at, expected_arrival=at + timedelta(days=9), **changes
    )
    return write_declaration(document, envelope(message_id=f"TEST{number:010}"))
