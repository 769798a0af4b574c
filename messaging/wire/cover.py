"""The cover of a message on the wire, and the receipt for it: what is signed.

docs/decisions/0012-signatures-and-receipts.md
"""

from datetime import UTC, datetime, timedelta
from hashlib import sha256

import msgspec

LONGEST_SKEW = timedelta(minutes=5)
"""How far the time of a cover may be from ours."""
PING = "PING"
"""The kind by which a connection is tested: it gets a receipt, and nothing is stored."""


class Cover(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Who sends what to whom and when; `digest` is the SHA-256 of the exact bytes in hexadecimal.

    The fields are in the order of their names: encoded they are JSON in canonical form (RFC 8785).
    """

    digest: str
    id: str
    kind: str
    recipient: str
    sender: str
    time: str

    def signed_bytes(self) -> bytes:
        """Return the bytes that the signature is made over."""
        return msgspec.json.encode(self)


class Receipt(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a recipient signs: that it has these bytes, since when, under which reference."""

    digest: str
    id: str
    kind: str
    received_at: str
    recipient: str
    reference: str
    sender: str

    def signed_bytes(self) -> bytes:
        """Return the bytes that the signature is made over."""
        return msgspec.json.encode(self)


def cover(
    *, message_id: str, sender: str, recipient: str, kind: str, body: bytes, at: datetime
) -> Cover:
    """Return the cover of a message that is sent at a time."""
    return Cover(
        digest=sha256(body).hexdigest(),
        id=message_id,
        kind=kind,
        recipient=recipient,
        sender=sender,
        time=stamp(at),
    )


def receipt_for(found: Cover, *, reference: str, at: datetime) -> Receipt:
    """Return the receipt of a message with that cover."""
    return Receipt(
        digest=found.digest,
        id=found.id,
        kind=found.kind,
        received_at=stamp(at),
        recipient=found.recipient,
        reference=reference,
        sender=found.sender,
    )


def acknowledges(receipt: Receipt, sent: Cover) -> bool:
    """Whether the receipt is for the very message that was sent."""
    return (receipt.digest, receipt.id, receipt.kind, receipt.recipient, receipt.sender) == (
        sent.digest,
        sent.id,
        sent.kind,
        sent.recipient,
        sent.sender,
    )


def stamp(at: datetime) -> str:
    """Return a time as covers write it: UTC to the second."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def is_in_time(found: Cover, at: datetime) -> bool:
    """Whether the time of the cover is one, and no further than the skew from ours."""
    try:
        told = datetime.strptime(found.time, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
    except ValueError:
        return False
    return abs(at - told) <= LONGEST_SKEW
