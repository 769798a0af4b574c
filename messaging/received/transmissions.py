"""What messages of other administrations bring: declarations as the services take them."""

from customs_portal.findings import Finding, Stage
from declarations.document import Document
from declarations.mrn import is_valid
from declarations.services.transmissions import Told, ToldResult
from messaging.formats.transmissions import ScreeningRequest, Transmitted
from messaging.received.message import Judged, Received

INVALID_MRN = "93"
MISSING = "13"
WRONG_VALUE = "12"
NOT_ACCEPTED = "14"


def transmitted(judged: Judged) -> Transmitted:
    """Return what an IE301 or IE319 says beside its declaration."""
    content = judged.reading.content
    assert isinstance(content, Transmitted)
    return content


def told(judged: Judged, message: str) -> Told:
    """Return the declaration of an IE301 or IE319."""
    document = judged.reading.document
    assert document is not None
    return told_of(document, transmitted(judged), judged.received, message)


def told_of(
    document: Document, content: Transmitted | ScreeningRequest, received: Received, message: str
) -> Told:
    """Return a declaration as it was told of; a request to screen has no results."""
    results = content.results if isinstance(content, Transmitted) else ()
    return Told(
        message=message,
        country=received.partner,
        document=document,
        mrn=content.mrn,
        submitted_at=content.submitted_at,
        registered_at=content.registered_at,
        prepared_at=content.prepared_at,
        message_id=received.id,
        received_at=received.received_at,
        results=tuple(
            ToldResult(code=each.code, text=each.text or "", item=each.item) for each in results
        ),
        correlation=received.correlation,
    )


def invalid_mrn(mrn: str) -> list[Finding]:
    """Return the finding on what is no MRN (error 93)."""
    if is_valid(mrn):
        return []
    return [
        Finding(
            code=INVALID_MRN,
            location="HEAHEA.DocNumHEA5",
            value=mrn,
            text="This is not a right MRN.",
            stage=Stage.LIFECYCLE,
        )
    ]


def wrong_results(judged: Judged) -> list[Finding]:
    """Return the findings on results about goods items that are not declared (rule R824)."""
    document = judged.reading.document
    assert document is not None
    numbers = {item.number for item in document.items()}
    return [
        Finding(
            code=WRONG_VALUE,
            rule="R824",
            location=f"RISANA[{place}].IteNumInvRKA1",
            value=str(each.item),
            text="No goods item has this number.",
            stage=Stage.LIFECYCLE,
        )
        for place, each in enumerate(transmitted(judged).results, start=1)
        if each.item is not None and each.item not in numbers
    ]


def no_results() -> Finding:
    """Return the finding on an IE319 that says nothing of a risk."""
    return Finding(
        code=MISSING,
        location="RISANA",
        text="At least one result of risk analysis is needed.",
        stage=Stage.LIFECYCLE,
    )


def not_on_the_way() -> Finding:
    """Return the finding on a declaration whose goods do not come to an office of ours."""
    return Finding(
        code=NOT_ACCEPTED,
        location="CUSOFFSENT740.RefNumSUBENR909",
        text="No office of ours is among the offices of subsequent entry.",
        stage=Stage.LIFECYCLE,
    )
