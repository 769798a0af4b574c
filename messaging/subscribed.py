"""Who besides the filer gets what customs tells of a filing of ICS2."""

from collections.abc import Iterable
from datetime import datetime

from customs_portal.accounts.querysets import connected_eoris
from declarations.document import Document
from messaging.models import Subscription


def carrier_of(document: Document, *own: str) -> str:
    """Return the carrier, empty where it is one of those who lodged."""
    carrier = document.effective_carrier().identifier or ""
    people = {*own, document.declarant.identifier}
    return "" if carrier in people else carrier


def subscribed(kind: str, eoris: Iterable[str], *, at: datetime) -> frozenset[str]:
    """Return those of the EORI numbers that want that kind of message and are connected."""
    rows = Subscription.objects.filter(kind=kind, operator__eori__in={e for e in eoris if e})
    return connected_eoris(rows.values_list("operator__eori", flat=True), at=at)
