"""A message on its way through intake: received, judged, and what became of it."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import msgspec

from customs_portal.findings import Finding, Stage
from messaging.formats.registry import Reading

UNREADABLE_STAGES = frozenset({Stage.PARSE, Stage.STRUCTURE})
TEST = "1"
"""The test indicator (TesIndMES18) of a test message."""


class Received(msgspec.Struct, frozen=True, kw_only=True):
    """A stored message on its way through intake; `eori` is the one of the sender's token.

    `partner` is the country of the administration that the token belongs to, empty for a trader.
    """

    id: int
    correlation: UUID
    eori: str
    received_at: datetime
    digest: bytes
    body: bytes
    test_token: bool = False
    partner: str = ""


class Judged(msgspec.Struct, frozen=True, kw_only=True):
    """A message with what it says and what is wrong with it."""

    received: Received
    reading: Reading
    findings: Sequence[Finding] = ()
    repeats: int | None = None

    @property
    def is_test(self) -> bool:
        """Whether nothing may come of it: sent with a token for tests, or marked as a test."""
        return self.received.test_token or self.reading.test_indicator == TEST

    @property
    def is_readable(self) -> bool:
        """Whether it can be answered as the message that it is, and not by an XML error."""
        return not any(finding.stage in UNREADABLE_STAGES for finding in self.findings)


class Fate(msgspec.Struct, frozen=True, kw_only=True):
    """What became of a message."""

    message: Judged
    findings: Sequence[Finding]
    mrn: str = ""
