"""IE906 and IE917 of other administrations, and feedback on an announced risk (XF319).

Runs on a message whose structure is right.
"""

from lxml import etree

from customs_portal.findings import Finding, Stage
from messaging.formats.answers import Envelope
from messaging.formats.ics1.contents import Value, time
from messaging.formats.ics1.markup import write
from messaging.formats.ics1.requesting import value
from messaging.formats.ics1.transmitting import NoSuchTime, moment
from messaging.formats.ics1.writing import envelope_content
from messaging.formats.transmissions import ErrorNotice, Feedback

MOST_ERRORS = 999
NO_WORDS = ""
"""IE906 tells codes only."""


def read_functional_errors(root: "etree._Element") -> ErrorNotice:
    """Return what an IE906 (CD906B) finds wrong."""
    errors = [
        Finding(
            code=value(group, "ErrTypER11"),
            rule=value(group, "ErrReaER13"),
            location=value(group, "ErrPoiER12"),
            value=value(group, "OriAttValER14"),
            text=NO_WORDS,
            stage=Stage.LIFECYCLE,
        )
        for group in root.iterchildren("FUNERRER1")
    ]
    return _notice(root, errors)


def read_syntax_errors(root: "etree._Element") -> ErrorNotice:
    """Return what an IE917 (CD917B) finds wrong."""
    errors = [
        Finding(
            code=value(group, "ErrCodXMLER806"),
            location=value(group, "ErrLocXMLER803"),
            value=value(group, "OriAttValXMLER804"),
            text=value(group, "ErrReaXMLER802"),
            stage=Stage.STRUCTURE,
        )
        for group in root.iterchildren("XMLERR805")
    ]
    return _notice(root, errors)


def _notice(root: "etree._Element", errors: list[Finding]) -> ErrorNotice:
    return ErrorNotice(
        mrn=value(root, "HEAHEA/DocNumHEA5").upper(),
        reference=value(root, "HEAHEA/DecReqNumHEA1"),
        errors=tuple(errors[:MOST_ERRORS]),
    )


def read_feedback(root: "etree._Element") -> Feedback | Finding:
    """Return the feedback, or the finding on a time that does not exist."""
    try:
        acted_at = moment(root, "FEEDBA1/ActDatTimFEE4")
    except NoSuchTime as error:
        return error.finding()
    return Feedback(
        mrn=value(root, "HEAHEA/DocNumHEA5"),
        office=value(root, "FEEDBA1/RefNumFEE2").upper(),
        action=value(root, "FEEDBA1/ActFEE3"),
        acted_at=acted_at,
        result=value(root, "FEEDBA1/ResFEE5"),
    )


def write_feedback(feedback: Feedback, envelope: Envelope) -> bytes:
    """Return an XF319A."""
    content: dict[str, Value] = {
        "HEAHEA": {"DocNumHEA5": feedback.mrn},
        "FEEDBA1": {
            "RefNumFEE2": feedback.office,
            "ActFEE3": feedback.action,
            "ActDatTimFEE4": time(feedback.acted_at),
            "ResFEE5": feedback.result,
        },
    }
    return write("XF319A", {**envelope_content("XF319A", envelope), **content})
