"""Both sides of an e-screening between the Netherlands and Belgium, as tests play them."""

import re
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from declarations.mrn import make_filing_mrn
from messaging.formats.answers import Envelope
from messaging.formats.ics1.screening import write_screening_answer, write_screening_request
from messaging.formats.registry import read
from messaging.formats.transmissions import ScreeningAnswer, ScreeningRequest
from messaging.models import OutboundMessage, Partner
from messaging.reads import raw_body
from risk.models import Screening
from tests.pipeline.conftest import AT
from tests.pipeline.partners import connected
from tests.pipeline.test_filings import filing
from tests.pipeline.test_main_job import drain, send_bytes

AGREED = ("XF4Q01A", "XF4S01A")
FOREIGN = make_filing_mrn(country="BE", number=1, at=AT)
_DELIVERY = b"<placeOfDelivery>\n    <UNLOCODE>"
_NUMBERS = iter(range(1, 10**6))


def neighbour(country: str = "BE", eori: str = "BE0000000001") -> str:
    """Connect a State with which e-screening is agreed, and return the digest of its token."""
    token = connected(country, eori)
    partner = Partner.objects.get(country=country)
    partner.we_send = partner.they_send = [*partner.we_send, *AGREED]
    partner.save()
    return token


def for_belgium(
    kind: str = "IE3F10", lrn: str = "LRN-1", *, seller_in: bytes = b"NL", **changes: Any
) -> bytes:
    """Return a filing whose consignee or place of delivery is in Belgium."""
    body = _moved(filing(kind, lrn, **changes), b"consignee", b"BE")
    body = _moved(body, b"seller", seller_in)
    return body.replace(_DELIVERY + b"NLRTM", _DELIVERY + b"BEANR")


def _moved(body: bytes, role: bytes, country: bytes) -> bytes:
    """Return the filing with its parties of that role in another country."""
    there = b"<country>" + country + b"<"
    return re.sub(
        rb"<%(role)s>.*?</%(role)s>" % {b"role": role},
        lambda found: found[0].replace(b"<country>NL<", there),
        body,
        flags=re.DOTALL,
    )


def envelope(message_id: str = "", sender: str = "NTA.BE") -> Envelope:
    name = message_id or f"B{next(_NUMBERS)}"
    return Envelope(sender=sender, recipient="NTA.NL", message_id=name, prepared_at=AT)


def answers(token: str, result: str, *, message_id: str = "", **changes: str) -> UUID:
    """Let Belgium answer the last thing that it was asked."""
    asked = Screening.objects.filter(is_ours=True, country="BE").select_related("ens").latest("pk")
    values = {"mrn": asked.ens.mrn, "reference": asked.reference, "result": result} | changes
    content = ScreeningAnswer(answered_at=AT, **values)
    correlation = send_bytes(token, write_screening_answer(content, envelope(message_id)))
    drain()
    return correlation


def request(
    *filings: bytes, reference: str = "R1", mrn: str = FOREIGN, minutes: int = 60, **header: str
) -> bytes:
    """Return what Belgium asks."""
    content = ScreeningRequest(
        mrn=mrn,
        reference=reference,
        kind="full",
        prepared_at=AT,
        submitted_at=AT,
        registered_at=AT,
        answer_by=AT + timedelta(minutes=minutes),
        filings=filings or (filing("IE3F10"),),
    )
    return write_screening_request(content, envelope(**header))


def sent_to_belgium(kind: str) -> list[Any]:
    """Return what was written to Belgium of a kind; each agrees with its own table."""
    found = []
    for message in OutboundMessage.objects.filter(kind=kind, recipient="BE").order_by("pk"):
        reading = read(raw_body(message))
        assert not reading.findings
        found.append(reading.content)
    return found


def after(minutes: int) -> datetime:
    return AT + timedelta(minutes=minutes)
