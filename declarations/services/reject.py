"""Rejecting: a message with findings becomes a rejected filing, without an MRN (LIFECYCLE F2)."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import msgspec

from customs_portal.bulk import copy_rows, next_ids
from customs_portal.events.services import NewEvent, record_many
from customs_portal.findings import Finding, encode
from declarations.document import Document
from declarations.events import FILING_REJECTED
from declarations.services.locks import assert_in_transaction


class Rejection(msgspec.Struct, frozen=True, kw_only=True):
    """A message that is not accepted; `document` is None where it could not be read as one."""

    type: str
    lrn: str
    message_id: int
    sender: str
    received_at: datetime
    findings: list[Finding]
    document: Document | None = None
    correlation: UUID | None = None


_COLUMNS = (
    "id",
    "type",
    "lrn",
    "status",
    "declarant",
    "representative",
    "carrier",
    "sender",
    "office_of_first_entry",
    "transport_mode",
    "lodged_at",
    "findings",
    "version",
)


def reject(rejections: Sequence[Rejection], *, at: datetime) -> list[int]:
    """Store the rejected filings and return their ids, in their order."""
    assert_in_transaction()
    sequence = "declarations_filing_id_seq"
    ids = next_ids({sequence: len(rejections)})[sequence]
    copy_rows(
        "declarations_filing",
        _COLUMNS,
        (_row(number, entry) for number, entry in zip(ids, rejections, strict=True)),
    )
    record_many([_event(number, e, at) for number, e in zip(ids, rejections, strict=True)])
    return ids


def _row(number: int, entry: Rejection) -> tuple[object, ...]:
    document = entry.document
    representative = document.representative if document else None
    return (
        number,
        entry.type,
        entry.lrn,
        "rejected",
        (document.declarant.identifier or "") if document else "",
        (representative.identifier or "") if representative else "",
        "",
        entry.sender,
        document.office_of_first_entry.upper() if document else "",
        document.transport_mode if document else "",
        entry.received_at,
        encode(entry.findings).decode(),
        1,
    )


def _event(number: int, entry: Rejection, at: datetime) -> NewEvent:
    return NewEvent(
        kind=FILING_REJECTED,
        at=at,
        correlation=entry.correlation,
        data={
            "filing": number,
            "type": entry.type,
            "lrn": entry.lrn,
            "message": entry.message_id,
        },
    )
