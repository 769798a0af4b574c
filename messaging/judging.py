"""Judging a received message: may this sender send it, and has customs anything against it."""

import msgspec

from customs_portal.findings import Finding, Stage
from customs_portal.reference.snapshot import Snapshot
from messaging.formats import registry
from messaging.formats.profiles import Profile
from messaging.formats.registry import Reading
from messaging.formats.tables import is_ics2
from messaging.received.kinds import KINDS, From
from messaging.received.message import Judged, Received
from messaging.received.senders import WRONG_VALUE, foreign_sender

DUPLICATE = "26"


def judge(received: Received, *, reference: Snapshot, country: str, limit: int) -> Judged:
    """Read the message and check its content, its sender and our competence.

    The sender is checked before the rules: whoever sends in another's name learns nothing of them.
    """
    reading = registry.read(received.body, profile=Profile.EU, limit=limit)
    judged = Judged(received=received, reading=reading, findings=tuple(reading.findings))
    if not judged.is_readable:
        return judged
    for findings in (_not_taken_in(judged), foreign_sender(judged)):
        if findings:
            return msgspec.structs.replace(judged, findings=findings)
    if judged.findings:
        return judged
    found = KINDS[reading.kind].check(judged, reference, country)
    return msgspec.structs.replace(judged, findings=tuple(found))


def message_id_taken(judged: Judged) -> Judged:
    """Return the message refused because its id was used for other bytes (error 26)."""
    finding = Finding(
        code=DUPLICATE,
        location="" if is_ics2(judged.reading.kind) else "MES.MesIdeMES19",
        value=judged.reading.message_id or "",
        text="This message identification was used for another message.",
        stage=Stage.LIFECYCLE if judged.is_readable else Stage.STRUCTURE,
    )
    if judged.is_readable:
        return msgspec.structs.replace(judged, findings=(finding,))
    return msgspec.structs.replace(judged, findings=(*judged.findings, finding))


def _not_taken_in(judged: Judged) -> tuple[Finding, ...]:
    """The kind is taken in, from this kind of sender."""
    kind = KINDS.get(judged.reading.kind)
    sender = From.PARTNER if judged.received.partner else From.TRADER
    return () if kind and kind.sender is sender else (_not_accepted(judged.reading),)


def _not_accepted(reading: Reading) -> Finding:
    return Finding(
        code=WRONG_VALUE,
        location=f"/{reading.kind}" if is_ics2(reading.kind) else "MES.MesTypMES20",
        value=reading.kind,
        text="This kind of message is not accepted here.",
        stage=Stage.STRUCTURE,
    )
