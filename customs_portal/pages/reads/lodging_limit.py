"""Until when a rejected declaration can still be lodged in time."""

from datetime import datetime

from customs_portal.findings import Finding
from declarations.document import Document
from declarations.traffic import time_limit
from messaging.formats.ics1.reading import read_document
from messaging.formats.ics1.tree import index
from messaging.formats.parse import parse
from messaging.formats.registry import size_limit


def lodging_limit(body: bytes, received_at: datetime) -> datetime | None:
    """Return the last moment of lodging in time, as far as the message lets it be known.

    A message that breaks a rule can still be read; where it cannot, or where the limit hangs on
    loading, which is not declared, the answer is None.
    """
    document = _document(body)
    if document is None:
        return None
    limit = time_limit(document, received_at)
    if limit.lodging_before != "arrival":
        return None
    return document.expected_arrival - limit.lodging


def _document(body: bytes) -> Document | None:
    root = parse(body, limit=size_limit())
    if isinstance(root, Finding):
        return None
    try:
        document = read_document(index(root))
    except (KeyError, ValueError, ArithmeticError):
        return None
    return None if isinstance(document, Finding) else document
