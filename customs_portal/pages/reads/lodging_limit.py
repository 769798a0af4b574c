"""Until when a rejected declaration can still be lodged in time."""

from datetime import datetime

from declarations.traffic import lateness
from messaging.formats.registry import read_leniently


def lodging_limit(body: bytes, received_at: datetime) -> datetime | None:
    """Return the last moment of lodging in time, as far as the message lets it be known.

    A message that breaks a rule can still be read; where it cannot, or where the limit hangs on
    loading, which is not declared, the answer is None.
    """
    document = read_leniently(body)
    return lateness(document, received_at).lodge_by if document else None
