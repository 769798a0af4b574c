"""What another administration told one of our later offices of."""

from datetime import datetime, timedelta

from django.db import transaction

from declarations.models import SubsequentEntryNotice
from declarations.mrn import make_mrn
from declarations.services.notified import Notified, notify
from declarations.services.transmissions import Told, ToldResult
from tests.factories.declarations import OFFICE, harmless

BOTH = (ToldResult(code="C", text="Scan it", item=1), ToldResult(code="B", text="Seal differs"))


def told(at: datetime, *results: ToldResult, minutes: int = 0) -> SubsequentEntryNotice:
    """Return the notice that an IE319 of Belgium makes for our office."""
    document = harmless(at, office_of_first_entry="BE101000", subsequent_offices=(OFFICE,), lrn="B")
    message = Told(
        message="IE319",
        country="BE",
        document=document,
        mrn=make_mrn(office="BE101000", number=1, at=at),
        submitted_at=at,
        registered_at=at,
        prepared_at=at + timedelta(minutes=minutes),
        message_id=minutes + 1,
        received_at=at,
        results=results or BOTH,
    )
    with transaction.atomic():
        [result] = notify([message], at=at)
    assert isinstance(result, Notified)
    return SubsequentEntryNotice.objects.live().get()
