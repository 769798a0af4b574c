"""Who sends: the owner of the token, who must be a person named in the message."""

from customs_portal.findings import Finding, Stage
from declarations.checks.competence import entitled_senders
from messaging.formats.registry import Reading
from messaging.formats.tables import is_ics2
from messaging.received.message import Judged

WRONG_VALUE = "12"


def foreign_sender(judged: Judged) -> tuple[Finding, ...]:
    """The sender of the header is the owner of the token, with or without a branch.

    An administration is named as in all its messages (`NTA.BE`). A message of ICS2 has no sender in
    it: that is the owner of the token.
    """
    if is_ics2(judged.reading.kind):
        return ()
    named = (judged.reading.sender or "").partition("/")[0].strip()
    country = judged.received.partner
    owner = f"NTA.{country}" if country else judged.received.eori
    return () if named == owner else (wrong_sender(judged.reading),)


def not_entitled(judged: Judged) -> tuple[Finding, ...]:
    """The owner of the token is the person lodging or the representative of the declaration."""
    document = judged.reading.document
    assert document is not None
    entitled = judged.received.eori in entitled_senders(document)
    return () if entitled else (wrong_sender(judged.reading),)


def wrong_sender(reading: Reading) -> Finding:
    """Return the finding by which a message in another's name is refused."""
    of_ics2 = is_ics2(reading.kind)
    return Finding(
        code=WRONG_VALUE,
        location=f"/{reading.kind}/declarant/identificationNumber" if of_ics2 else "MES.MesSenMES3",
        value=reading.sender or "",
        text="The sender is not the owner of the token who lodges or represents.",
        stage=Stage.SENDER,
    )
