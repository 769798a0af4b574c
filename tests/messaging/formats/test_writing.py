"""What is written: exact answers, valid against our schemas, cut and cleaned."""

from datetime import UTC, datetime

import msgspec
import pytest

from customs_portal.findings import Finding, Stage
from declarations.document import Document, Party
from messaging.formats import answers
from messaging.formats.ics1 import writing
from messaging.formats.registry import read
from tests.messaging.builders import LODGER, MRN, PREPARED_AT, envelope, goods_item
from tests.messaging.builders import minimal_document as document

AT = datetime(2026, 11, 22, 10, 31, tzinfo=UTC)
ENVELOPE = msgspec.structs.replace(
    envelope(sender="NTA.NL", recipient=LODGER, message_id="A0000000000001"),
    correlation="M0000000000001",
    prepared_at=AT,
)
START = (
    " <MesSenMES3>NTA.NL</MesSenMES3>\n"
    " <MesRecMES6>NL123456789</MesRecMES6>\n"
    " <DatOfPreMES9>261122</DatOfPreMES9>\n"
    " <TimOfPreMES10>1031</TimOfPreMES10>\n"
    " <MesIdeMES19>A0000000000001</MesIdeMES19>\n"
    " <MesTypMES20>{message}</MesTypMES20>\n"
    " <CorIdeMES25>M0000000000001</CorIdeMES25>\n"
)


def whole(message: str, inner: str) -> str:
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<ie:{message} xmlns:ie="http://ics.dgtaxud.ec/{message}">\n'
        f"{START.format(message=message)}{inner}</ie:{message}>\n"
    )


def rejection(**changes: object) -> answers.Rejection:
    base = answers.Rejection(
        envelope=ENVELOPE,
        lrn="LRN1",
        rejected_at=AT,
        findings=(
            Finding(code="13", rule="C501", location="TRACONCE1.NamCE17", text="Required."),
            Finding(code="12", location="GOOITEGDS[2].IteNumGDS7", text="Wrong.", value="<3>"),
        ),
    )
    return msgspec.structs.replace(base, **changes)


def test_rejection_is_exact() -> None:
    inner = (
        " <HEAHEA>\n"
        "  <RefNumHEA4>LRN1</RefNumHEA4>\n"
        "  <DecRejDatTimHEA116>202611221031</DecRejDatTimHEA116>\n"
        " </HEAHEA>\n"
        " <FUNERRER1>\n"
        "  <ErrTypER11>13</ErrTypER11>\n"
        "  <ErrPoiER12>TRACONCE1.NamCE17</ErrPoiER12>\n"
        "  <ErrReaER13>C501</ErrReaER13>\n"
        " </FUNERRER1>\n"
        " <FUNERRER1>\n"
        "  <ErrTypER11>12</ErrTypER11>\n"
        "  <ErrPoiER12>GOOITEGDS[2].IteNumGDS7</ErrPoiER12>\n"
        "  <OriAttValER14>&lt;3&gt;</OriAttValER14>\n"
        " </FUNERRER1>\n"
    )
    assert writing.write_rejection(rejection()).decode() == whole("CC316A", inner)


def test_syntax_rejection_is_exact() -> None:
    finding = Finding(
        code="51",
        location="GOOITEGDS[1].PACGS2[1].NumOfPacGS24",
        text="The value does not have the form that is required.",
        value="4O",
        stage=Stage.STRUCTURE,
        line=44,
        column=4,
    )
    answer = answers.SyntaxRejection(envelope=ENVELOPE, findings=(finding,))
    inner = (
        " <XMLERR805>\n"
        "  <ErrLocXMLER803>GOOITEGDS[1].PACGS2[1].NumOfPacGS24</ErrLocXMLER803>\n"
        "  <ErrLinNumXMLER800>44</ErrLinNumXMLER800>\n"
        "  <ErrColNumXMLER801>4</ErrColNumXMLER801>\n"
        "  <ErrReaXMLER802>The value does not have the form that is required.</ErrReaXMLER802>\n"
        "  <OriAttValXMLER804>4O</OriAttValXMLER804>\n"
        "  <ErrCodXMLER806>51</ErrCodXMLER806>\n"
        " </XMLERR805>\n"
    )
    assert writing.write_syntax_rejection(answer).decode() == whole("CD917B", inner)


@pytest.mark.parametrize("body", [b"", b"<a>", b"<a/>", b"\xff\xfe\x00", b"x" * 100])
def test_syntax_rejection_of_anything_is_valid(body: bytes) -> None:
    answer = answers.SyntaxRejection(envelope=ENVELOPE, findings=read(body).findings)
    assert read(writing.write_syntax_rejection(answer)).findings == []


def test_acknowledgement_repeats_the_references() -> None:
    answer = answers.Acknowledgement(
        envelope=ENVELOPE,
        document=document(carrier=Party(identifier="DK10103940"), office_of_lodgement="NL000432"),
        mrn=MRN,
        registered_at=AT,
    )
    body = writing.write_acknowledgement(answer)
    reading = read(body)
    assert (reading.kind, reading.findings, reading.mrn, reading.lrn) == (
        "CC328A",
        [],
        MRN,
        "LRN0000000001",
    )
    assert b"<DecRegDatTimHEA115>202611221031</DecRegDatTimHEA115>" in body
    assert b"<ConNumNR21>CSQU3054383</ConNumNR21>" in body
    assert b"<TINTRACARENT602>DK10103940</TINTRACARENT602>" in body
    assert b"<RefNumCOL1>NL000432</RefNumCOL1>" in body
    assert b"GooDesGDS23" not in body


def test_a_carrier_without_tin_is_left_out_of_answers() -> None:
    answer = answers.Acknowledgement(
        envelope=ENVELOPE,
        document=document(carrier=Party(name="Nobody")),
        mrn=MRN,
        registered_at=AT,
    )
    body = writing.write_acknowledgement(answer)
    assert b"TRACARENT601" not in body
    assert read(body).findings == []


def test_intervention_names_items_and_codes() -> None:
    lines = (
        answers.InterventionLine(code="HLD1", item=1, text="Hold."),
        answers.InterventionLine(code="HLD2"),
    )
    answer = answers.Intervention(
        envelope=ENVELOPE,
        document=document(),
        mrn=MRN,
        notified_at=AT,
        registered_at=AT,
        submitted_at=PREPARED_AT,
        lines=lines,
    )
    body = writing.write_intervention(answer)
    assert read(body).findings == []
    assert body.decode().split("<CUSINT632>", 1)[1] == (
        "\n  <IteNumConCUSINT668>1</IteNumConCUSINT668>\n"
        "  <CusIntCodCUSINT665>HLD1</CusIntCodCUSINT665>\n"
        "  <CusIntTexCUSINT666>Hold.</CusIntTexCUSINT666>\n"
        " </CUSINT632>\n"
        " <CUSINT632>\n"
        "  <CusIntCodCUSINT665>HLD2</CusIntCodCUSINT665>\n"
        " </CUSINT632>\n"
        "</ie:CC351A>\n"
    )


def test_subsequent_entry_carries_the_whole_declaration() -> None:
    answer = answers.SubsequentEntry(
        envelope=ENVELOPE,
        document=document(subsequent_offices=("BE101000",)),
        mrn=MRN,
        registered_at=AT,
        submitted_at=PREPARED_AT,
        risk_results=(answers.RiskResult(code="A1", item=1, text="Reason."),),
    )
    body = writing.write_subsequent_entry(answer)
    reading = read(body)
    assert (reading.kind, reading.findings, reading.mrn) == ("CD319A", [], MRN)
    for part in (b">Ceramic tiles<", b">BE101000<", b">Foshan Tiles Co<", b">A1<", b">Reason.<"):
        assert part in body


def test_amendment_answers_are_valid() -> None:
    accepted = answers.AmendmentAcceptance(
        envelope=ENVELOPE, document=document(), mrn=MRN, amended_at=PREPARED_AT, accepted_at=AT
    )
    refused = answers.AmendmentRejection(
        envelope=ENVELOPE,
        mrn=MRN,
        amended_at=PREPARED_AT,
        rejected_at=AT,
        office_of_first_entry="NL000396",
        findings=rejection().findings,
        motivation="4",
        declarant=Party(identifier=LODGER),
    )
    for body, kind in (
        (writing.write_amendment_acceptance(accepted), "CC304A"),
        (writing.write_amendment_rejection(refused), "CC305A"),
    ):
        reading = read(body)
        assert (reading.kind, reading.findings, reading.mrn) == (kind, [], MRN)


def test_diversion_answers_are_valid() -> None:
    answer = answers.DiversionAnswer(
        envelope=ENVELOPE,
        reference="DIV1",
        decided_at=AT,
        requester=Party(identifier=LODGER),
        findings=rejection().findings,
        reason="No.",
    )
    assert read(writing.write_diversion_acknowledgement(answer)).findings == []
    assert read(writing.write_diversion_rejection(answer)).findings == []


def test_a_finding_on_the_whole_message_points_to_it() -> None:
    body = writing.write_rejection(rejection(findings=(Finding(code="26", location="", text="x"),)))
    assert b"<ErrPoiER12>MES</ErrPoiER12>" in body
    assert read(body).findings == []


def test_an_xml_error_code_becomes_a_functional_one() -> None:
    finding = Finding(code="51", location="HEAHEA", text="x", stage=Stage.STRUCTURE)
    assert b"<ErrTypER11>12</ErrTypER11>" in writing.write_rejection(rejection(findings=(finding,)))


def test_texts_are_cut_to_their_length() -> None:
    body = writing.write_rejection(rejection(reason="x" * 400, lrn="L" * 30))
    assert b">" + b"x" * 350 + b"<" in body
    assert b">" + b"L" * 22 + b"<" in body
    assert read(body).findings == []


def test_illegal_characters_are_dropped_and_spaces_collapsed() -> None:
    body = writing.write_rejection(rejection(reason=" a\x00\x0b \n\t b\ud800\ufffe & \U0001f600 "))
    assert "<DecRejReaHEA252>a b &amp; \U0001f600</DecRejReaHEA252>" in body.decode()
    assert read(body).findings == []


@pytest.mark.parametrize("nasty", ["]]>", "<x>&amp;</x>", "\r\n", "\x85", "'\"", "\u2028"])
def test_any_original_value_can_be_repeated(nasty: str) -> None:
    finding = Finding(code="12", location="HEAHEA", text="x", value=nasty * 100)
    assert read(writing.write_rejection(rejection(findings=(finding,)))).findings == []


def test_items_are_written_in_the_order_of_their_numbers() -> None:
    several: Document = document((goods_item(2), goods_item(1)))
    body = writing.write_declaration(several, envelope())
    assert read(body).findings == []


def test_more_groups_than_allowed_are_not_written() -> None:
    body = writing.write_declaration(document(itinerary=("NL",) * 120), envelope())
    assert body.count(b"<ITI>") == 99
    assert read(body).findings == []
