"""Messages of the Belgian administration, as tests send them."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec
from lxml import etree

from customs_portal.accounts.models import Operator
from declarations.document import Document
from declarations.mrn import make_mrn
from messaging.formats.answers import Envelope, RiskResult, Transmission
from messaging.formats.ics1.writing import write_first_entry, write_subsequent_entry
from messaging.models import InboundMessage, Partner
from messaging.reads import raw_body
from messaging.services import connect_system
from tests.messaging.builders import minimal_document
from tests.pipeline.conftest import AT, operator

BELGIUM = "BE0000000001"
DECLARANT = "BE0999999922"
CONTROL = RiskResult(code="C", text="Control at unloading", item=1)


def connected(country: str = "BE", eori: str = BELGIUM) -> str:
    """Connect the administration of a country and return the digest of its token."""
    token = operator(eori)
    owner = Operator.objects.get(eori=eori)
    partner = Partner.objects.create(country=country, name=country, operator=owner)
    connect_system(partner)
    return token


def foreign_mrn(number: int = 1, office: str = "BE101000") -> str:
    """Return an MRN that Belgium gave."""
    return make_mrn(office=office, number=number, at=AT)


def foreign_document(**changes: Any) -> Document:
    """Return a declaration lodged in Antwerp whose goods come to Rotterdam afterwards."""
    values: dict[str, Any] = {
        "office_of_first_entry": "BE101000",
        "subsequent_offices": ("NL000396",),
        "place_of_unloading": "NLRTM",
        "itinerary": ("CN", "BE", "NL"),
        "expected_arrival": AT + timedelta(days=2),
    }
    return minimal_document(**(values | changes))


def transmission(
    *results: RiskResult,
    mrn: str | None = None,
    message_id: str = "B1",
    prepared_at: datetime = AT,
    document: Document | None = None,
    sender: str = "NTA.BE",
) -> Transmission:
    """Return what an IE301 or IE319 of Belgium says."""
    return Transmission(
        envelope=Envelope(
            sender=sender, recipient="NTA.NL", message_id=message_id, prepared_at=prepared_at
        ),
        document=document or foreign_document(),
        mrn=mrn or foreign_mrn(),
        registered_at=AT - timedelta(days=1),
        submitted_at=AT - timedelta(days=1),
        risk_results=results,
    )


def notification(*results: RiskResult, **changes: Any) -> bytes:
    """Return an IE319 of Belgium."""
    return write_subsequent_entry(transmission(*(results or (CONTROL,)), **changes))


def hand_over(*results: RiskResult, **changes: Any) -> bytes:
    """Return an IE301 of Belgium."""
    return write_first_entry(transmission(*results, **changes))


def reply_to(correlation: UUID) -> "etree._Element | None":
    """Return the answer to a message, None where it has none."""
    answer = InboundMessage.objects.get(correlation=correlation).answer
    return None if answer is None else etree.fromstring(raw_body(answer))


def errors(reply: "etree._Element | None") -> list[tuple[str | None, str | None]]:
    """Return code and value of each functional error."""
    assert reply is not None
    assert reply.tag == "{http://ics.dgtaxud.ec/CD906B}CD906B"
    return [
        (group.findtext("ErrTypER11"), group.findtext("OriAttValER14"))
        for group in reply.iter("FUNERRER1")
    ]


def later(minutes: int) -> datetime:
    """Return a time of preparation after the first."""
    return AT + timedelta(minutes=minutes)


def changed(document: Document, **changes: Any) -> Document:
    """Return the declaration with other values."""
    return msgspec.structs.replace(document, **changes)
