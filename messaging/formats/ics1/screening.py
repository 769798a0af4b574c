"""E-screening between administrations: the request (XF4Q01) and its answer (XF4S01).

The request brings filings of ICS2 as they were lodged, in base64. Runs on a message whose structure
is right.
"""

import binascii
from base64 import b64decode, b64encode

from lxml import etree

from customs_portal.findings import Finding, Stage
from messaging.formats.answers import Envelope
from messaging.formats.ics1.contents import Value, time
from messaging.formats.ics1.markup import write
from messaging.formats.ics1.requesting import value
from messaging.formats.ics1.transmitting import NoSuchTime, moment, prepared_at
from messaging.formats.ics1.writing import envelope_content
from messaging.formats.transmissions import ScreeningAnswer, ScreeningRequest

REQUEST, ANSWER = "XF4Q01A", "XF4S01A"


def read_screening_request(root: "etree._Element") -> ScreeningRequest | Finding:
    """Return the request, or the finding on a time that does not exist or a broken encoding."""
    try:
        return ScreeningRequest(
            mrn=value(root, "HEAHEA/DocNumHEA5"),
            reference=value(root, "SCRREQ1/RefSCQ2"),
            kind=value(root, "SCRREQ1/KinSCQ3"),
            prepared_at=prepared_at(root),
            submitted_at=moment(root, "SCRREQ1/SubDatTimSCQ4"),
            registered_at=moment(root, "SCRREQ1/RegDatTimSCQ5"),
            answer_by=moment(root, "SCRREQ1/AnsDatTimSCQ6"),
            filings=tuple(
                b64decode(value(filing, "ConFIL2"), validate=True)
                for filing in root.iterchildren("FILENS1")
            ),
        )
    except NoSuchTime as error:
        return error.finding()
    except binascii.Error:
        return Finding(
            code="50",
            location="FILENS1.ConFIL2",
            text="This is not base64.",
            stage=Stage.RULES,
        )


def read_screening_answer(root: "etree._Element") -> ScreeningAnswer | Finding:
    """Return the answer, or the finding on a time that does not exist."""
    try:
        answered_at = moment(root, "SCRANS1/AnsDatTimSCA4")
    except NoSuchTime as error:
        return error.finding()
    return ScreeningAnswer(
        mrn=value(root, "HEAHEA/DocNumHEA5"),
        reference=value(root, "SCRANS1/RefSCA2"),
        result=value(root, "SCRANS1/ResSCA3"),
        answered_at=answered_at,
        area=value(root, "SCRANS1/AreSCA5"),
        level=value(root, "SCRANS1/LevSCA6"),
        text=value(root, "SCRANS1/TexSCA7"),
    )


def write_screening_request(request: ScreeningRequest, envelope: Envelope) -> bytes:
    """Return an XF4Q01A."""
    content: dict[str, Value] = {
        "HEAHEA": {"DocNumHEA5": request.mrn},
        "SCRREQ1": {
            "RefSCQ2": request.reference,
            "KinSCQ3": request.kind,
            "SubDatTimSCQ4": time(request.submitted_at),
            "RegDatTimSCQ5": time(request.registered_at),
            "AnsDatTimSCQ6": time(request.answer_by),
        },
        "FILENS1": [{"ConFIL2": b64encode(body).decode()} for body in request.filings],
    }
    return write(REQUEST, {**envelope_content(REQUEST, envelope), **content})


def write_screening_answer(answer: ScreeningAnswer, envelope: Envelope) -> bytes:
    """Return an XF4S01A."""
    content: dict[str, Value] = {
        "HEAHEA": {"DocNumHEA5": answer.mrn},
        "SCRANS1": {
            "RefSCA2": answer.reference,
            "ResSCA3": answer.result,
            "AnsDatTimSCA4": time(answer.answered_at),
            "AreSCA5": answer.area or None,
            "LevSCA6": answer.level or None,
            "TexSCA7": answer.text or None,
        },
    }
    return write(ANSWER, {**envelope_content(ANSWER, envelope), **content})
