"""The messages that the portal sends, from their typed inputs; each valid against our schema."""

from collections.abc import Iterable
from datetime import UTC

from customs_portal.findings import Finding, Stage
from declarations.document import Document
from messaging.formats.answers import (
    Acknowledgement,
    AmendmentAcceptance,
    AmendmentRejection,
    DiversionAnswer,
    Envelope,
    Intervention,
    Rejection,
    SyntaxRejection,
    Transmission,
)
from messaging.formats.ics1.contents import (
    Content,
    Value,
    declaration_content,
    entry_content,
    first_entry_content,
    header_content,
    identified_party_content,
    lodgement_content,
    party_content,
    reference_content,
    time,
)
from messaging.formats.ics1.markup import write

_WHOLE_MESSAGE = "MES"
_FUNCTIONAL_CODES = frozenset(
    {"12", "13", "14", "15", "19", "26", "35", "37", "38", "39", "40", "90", "91", "92", "93"}
)
_XML_CODES = frozenset(
    {"12", "13", "15", "18", "19", "35", "39", "40", "50", "51", "52", "53", "54", "55", "56", "57"}
)


def write_declaration(document: Document, envelope: Envelope) -> bytes:
    """Return a document as CC315A, or as CC313A where its type is IE313."""
    message = "CC313A" if document.type == "IE313" else "CC315A"
    return _message(message, envelope, declaration_content(document))


def write_acknowledgement(answer: Acknowledgement) -> bytes:
    """Return an IE328 (CC328A)."""
    header: Content = {
        **_answer_header(answer.document, answer.mrn),
        "DecRegDatTimHEA115": time(answer.registered_at),
    }
    groups = _answer_groups(answer.document)
    return _message("CC328A", answer.envelope, {"HEAHEA": header, **groups})


def write_rejection(answer: Rejection) -> bytes:
    """Return an IE316 (CC316A)."""
    header: Content = {
        "RefNumHEA4": answer.lrn,
        "DecRejReaHEA252": answer.reason,
        "DecRejDatTimHEA116": time(answer.rejected_at),
    }
    errors = functional_errors(answer.findings)
    return _message("CC316A", answer.envelope, {"HEAHEA": header, "FUNERRER1": errors})


def write_amendment_acceptance(answer: AmendmentAcceptance) -> bytes:
    """Return an IE304 (CC304A)."""
    header: Content = {
        **_answer_header(answer.document, answer.mrn),
        "AmeAccDatTimHEA111": time(answer.accepted_at),
        "DatTimAmeHEA113": time(answer.amended_at),
    }
    groups = _answer_groups(answer.document)
    return _message("CC304A", answer.envelope, {"HEAHEA": header, **groups})


def write_amendment_rejection(answer: AmendmentRejection) -> bytes:
    """Return an IE305 (CC305A)."""
    content: dict[str, Value] = {
        "HEAHEA": {
            "DocNumHEA5": answer.mrn,
            "AmeRejMotCodHEA604": answer.motivation,
            "AmeRejMotTexHEA605": answer.reason,
            "DatTimAmeHEA113": time(answer.amended_at),
            "AmeRejDatTimHEA112": time(answer.rejected_at),
        },
        "FUNERRER1": functional_errors(answer.findings),
        "TRAREP": identified_party_content("TRAREP", answer.representative),
        "PERLODSUMDEC": identified_party_content("PERLODSUMDEC", answer.declarant),
        "CUSOFFFENT730": {"RefNumCUSOFFFENT731": answer.office_of_first_entry},
    }
    return _message("CC305A", answer.envelope, content)


def write_intervention(answer: Intervention) -> bytes:
    """Return an IE351 (CC351A)."""
    document = answer.document
    items = document.total_items or sum(1 for _ in document.items())
    header: Content = {
        **_answer_header(document, answer.mrn),
        "TotNumOfIteHEA305": str(items),
        "NotDatTimHEA104": time(answer.notified_at),
        "DecRegDatTimHEA115": time(answer.registered_at),
        "DecSubDatTimHEA118": time(answer.submitted_at),
    }
    lines: list[Content] = [
        {
            "IteNumConCUSINT668": _number(line.item),
            "CusIntCodCUSINT665": line.code,
            "CusIntTexCUSINT666": line.text,
        }
        for line in answer.lines
    ]
    content = {"HEAHEA": header, **_answer_groups(document), "CUSINT632": lines}
    return _message("CC351A", answer.envelope, content)


def write_diversion_acknowledgement(answer: DiversionAnswer) -> bytes:
    """Return an IE325 (CC325A)."""
    office = answer.office_of_first_entry
    content: dict[str, Value] = {
        "HEAHEA": {
            "DivRefNumHEA119": answer.reference,
            "RegDatTimHEA125": time(answer.decided_at),
        },
        "CUSOFFFENT730": {"RefNumCUSOFFFENT731": office} if office else None,
        "TRAREQDIV456": {"TINTRAREQDIV463": answer.requester.identifier},
    }
    return _message("CC325A", answer.envelope, content)


def write_diversion_rejection(answer: DiversionAnswer) -> bytes:
    """Return an IE324 (CC324A)."""
    header: Content = {
        "DivRefNumHEA119": answer.reference,
        "RejDatTimHEA126": time(answer.decided_at),
        "RejReaHEA127": answer.reason,
    }
    errors = functional_errors(answer.findings)
    return _message("CC324A", answer.envelope, {"HEAHEA": header, "FUNERRER1": errors})


def write_syntax_rejection(answer: SyntaxRejection) -> bytes:
    """Return an IE917 (CD917B). Needs at least one finding."""
    errors: list[Content] = [
        {
            "ErrLocXMLER803": finding.location or _WHOLE_MESSAGE,
            "ErrLinNumXMLER800": str(finding.line),
            "ErrColNumXMLER801": str(finding.column),
            "ErrReaXMLER802": finding.text,
            "OriAttValXMLER804": finding.value,
            "ErrCodXMLER806": finding.code if finding.code in _XML_CODES else "18",
        }
        for finding in answer.findings
    ]
    header: Content = {"DocNumHEA5": answer.mrn}
    return _message("CD917B", answer.envelope, {"HEAHEA": header, "XMLERR805": errors})


def write_subsequent_entry(answer: Transmission) -> bytes:
    """Return an IE319 (CD319A): the whole declaration, MRN and risk results."""
    return _message("CD319A", answer.envelope, transmission_content(answer))


def write_first_entry(answer: Transmission) -> bytes:
    """Return an IE301 (CD301A): the whole declaration, MRN and risk results."""
    return _message("CD301A", answer.envelope, transmission_content(answer))


def transmission_content(answer: Transmission) -> dict[str, Value]:
    """Return the whole declaration with MRN, times and risk results."""
    header: Content = {
        **header_content(answer.document),
        "DocNumHEA5": answer.mrn,
        "MRNComFlaHEA1": answer.mrn_communicated,
        "DecRegDatTimHEA115": time(answer.registered_at),
        "DecSubDatTimHEA118": time(answer.submitted_at),
    }
    results: list[Content] = [
        {
            "IteNumInvRKA1": _number(result.item),
            "RisAnaResCodRKA1": result.code,
            "RisAnaTexRKA1": result.text,
        }
        for result in answer.risk_results
    ]
    return {"HEAHEA": header, **entry_content(answer.document), "RISANA": results}


def functional_errors(findings: Iterable[Finding]) -> list[Content]:
    """Return findings as FUNERRER1 groups: type, pointer, reason (the rule), original value."""
    return [
        {
            "ErrTypER11": _functional_code(finding),
            "ErrPoiER12": finding.location or _WHOLE_MESSAGE,
            "ErrReaER13": finding.rule,
            "OriAttValER14": finding.value,
        }
        for finding in findings
    ]


def _functional_code(finding: Finding) -> str:
    """Return the code as a functional error type; XML codes that the list lacks become 12."""
    known = finding.code in _FUNCTIONAL_CODES and finding.stage is not Stage.PARSE
    return finding.code if known else "12"


def _answer_header(document: Document, mrn: str) -> dict[str, Value]:
    means = document.means
    return {
        "RefNumHEA4": document.lrn,
        "DocNumHEA5": mrn,
        "TraModAtBorHEA76": document.transport_mode,
        "NatHEA001": means.nationality if means else None,
        "NatOfMeaOfTraCroHEA87": means.nationality if means else None,
        "IdeOfMeaOfTraCroHEA85": means.identification if means else None,
        "IdeOfMeaOfTraCroHEA85LNG": means.language if means else None,
        "ComRefNumHEA": document.commercial_reference,
        "ConRefNumHEA": document.conveyance_reference,
    }


def _answer_groups(document: Document) -> dict[str, Value]:
    return {
        "GOOITEGDS": [reference_content(item) for item in document.items()],
        "CUSOFFLON": lodgement_content(document),
        "TRAREP": identified_party_content("TRAREP", document.representative),
        "PERLODSUMDEC": party_content("PERLODSUMDEC", document.declarant),
        "CUSOFFFENT730": first_entry_content(document),
        "TRACARENT601": identified_party_content("TRACARENT601", document.carrier),
    }


def _message(message: str, envelope: Envelope, content: Content) -> bytes:
    return write(message, {**envelope_content(message, envelope), **content})


def envelope_content(message: str, envelope: Envelope) -> dict[str, Value]:
    """Return the header fields of a message."""
    prepared = envelope.prepared_at.astimezone(UTC)
    return {
        "MesSenMES3": envelope.sender,
        "MesRecMES6": envelope.recipient,
        "DatOfPreMES9": prepared.strftime("%y%m%d"),
        "TimOfPreMES10": prepared.strftime("%H%M"),
        "TesIndMES18": envelope.test_indicator,
        "MesIdeMES19": envelope.message_id,
        "MesTypMES20": message,
        "CorIdeMES25": envelope.correlation,
    }


def _number(value: int | None) -> str | None:
    return None if value is None else str(value)
