"""Judging a received message: may this sender send it, and has customs anything against it."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import msgspec

from customs_portal.findings import Finding, Stage
from customs_portal.reference.snapshot import Snapshot
from declarations.checks.competence import check_office, entitled_senders
from messaging.formats import registry
from messaging.formats.profiles import Profile
from messaging.formats.registry import Reading

LODGED_HERE = frozenset({"CC315A"})
"""The messages that the portal takes in."""

UNREADABLE_STAGES = frozenset({Stage.PARSE, Stage.STRUCTURE})
TEST = "1"
"""The test indicator (TesIndMES18) of a test message."""

WRONG_VALUE = "12"
DUPLICATE = "26"


class Received(msgspec.Struct, frozen=True, kw_only=True):
    """A stored message on its way through intake; `eori` is the one of the sender's token."""

    id: int
    correlation: UUID
    eori: str
    received_at: datetime
    digest: bytes
    body: bytes
    test_token: bool = False


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


def judge(received: Received, *, reference: Snapshot, country: str, limit: int) -> Judged:
    """Read the message and check its content, its sender and our competence.

    The sender is checked before the rules: whoever sends in another's name learns nothing of them.
    """
    reading = registry.read(received.body, profile=Profile.EU, limit=limit)
    judged = Judged(received=received, reading=reading, findings=tuple(reading.findings))
    if not judged.is_readable:
        return judged
    for findings in (_not_lodged_here(reading), _foreign_sender(reading, received.eori)):
        if findings:
            return msgspec.structs.replace(judged, findings=findings)
    if reading.document is None:
        return judged
    document = reading.document
    found = (*_not_entitled(judged), *check_office(document, reference, country))
    return msgspec.structs.replace(judged, findings=found)


def message_id_taken(judged: Judged) -> Judged:
    """Return the message refused because its id was used for other bytes (error 26)."""
    finding = Finding(
        code=DUPLICATE,
        location="MES.MesIdeMES19",
        value=judged.reading.message_id or "",
        text="This message identification was used for another message.",
        stage=Stage.LIFECYCLE if judged.is_readable else Stage.STRUCTURE,
    )
    if judged.is_readable:
        return msgspec.structs.replace(judged, findings=(finding,))
    return msgspec.structs.replace(judged, findings=(*judged.findings, finding))


def _not_lodged_here(reading: Reading) -> tuple[Finding, ...]:
    if reading.kind in LODGED_HERE:
        return ()
    return (
        Finding(
            code=WRONG_VALUE,
            location="MES.MesTypMES20",
            value=reading.kind,
            text="This kind of message is not accepted here.",
            stage=Stage.STRUCTURE,
        ),
    )


def _foreign_sender(reading: Reading, eori: str) -> tuple[Finding, ...]:
    named = (reading.sender or "").partition("/")[0].strip()
    return () if named == eori else (_wrong_sender(reading),)


def _not_entitled(judged: Judged) -> tuple[Finding, ...]:
    document = judged.reading.document
    assert document is not None
    entitled = judged.received.eori in entitled_senders(document)
    return () if entitled else (_wrong_sender(judged.reading),)


def _wrong_sender(reading: Reading) -> Finding:
    return Finding(
        code=WRONG_VALUE,
        location="MES.MesSenMES3",
        value=reading.sender or "",
        text="The sender is not the owner of the token who lodges or represents.",
        stage=Stage.SENDER,
    )
