"""A full and a minimal example of every message, for partners, documentation and tests.

Declarations and their answers come from one realistic document through the writers; the other
messages are filled from their tables.
"""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import partial

import msgspec

from customs_portal.findings import Finding, Stage
from declarations.document import (
    Consignment,
    Document,
    GoodsItem,
    Means,
    Packages,
    Party,
    Seal,
    SupportingDocument,
)
from declarations.mrn import make_filing_mrn
from messaging.formats import answers
from messaging.formats.ics1 import writing
from messaging.formats.ics1.contents import Content, Value
from messaging.formats.ics1.markup import write
from messaging.formats.ics1.reading import consignment_key, transport_documents
from messaging.formats.ics1.screening import write_screening_request
from messaging.formats.ics1.tables import Element, catalogue, example_values, table
from messaging.formats.ics2 import examples as ics2
from messaging.formats.transmissions import ScreeningRequest

MRN = "26NL000396ABCD56T0"
TRADER, CARRIER, CUSTOMS, OTHER_CUSTOMS = "NL123456789", "DK10103940", "NTA.NL", "NTA.BE"
_LODGED_AT = datetime(2026, 11, 20, 9, 15, tzinfo=UTC)
_ANSWERED_AT = datetime(2026, 11, 20, 9, 16, tzinfo=UTC)


def examples() -> Iterator[tuple[str, bytes]]:
    """Yield the name and the body of every example (`CC328A_full`, `CC328A_minimal`)."""
    for message in catalogue():
        for size in ("full", "minimal"):
            yield f"{message}_{size}", example(message, size)


def example(message: str, size: str) -> bytes:
    """Return one example; `size` is `full` or `minimal`."""
    maker = _MAKERS.get(message)
    if maker:
        return maker(full_document() if size == "full" else minimal_document(), size)
    needed = (lambda element: element.min > 0) if size == "minimal" else (lambda _element: True)
    root = table(message)
    return write(message, {**_group(root, needed), "MesTypMES20": message})


def minimal_document() -> Document:
    """Return the least that the rules accept for goods arriving by sea."""
    item = GoodsItem(
        number=1,
        commodity_code="690721",
        gross_mass=Decimal(24_500),
        commercial_reference="SHP-2026-0815",
        packages=(Packages(kind="VO"),),
    )
    return _document((item,), means=Means(identification="9074729"), total_packages=1)


def full_document() -> Document:
    """Return a declaration for two consignments with everything that may stand together."""
    document = _document(
        (_tiles(), _batteries()),
        means=Means(identification="9074729", language="EN"),
        total_packages=64,
        total_gross_mass=Decimal("24986.75"),
        declaration_place_language="NL",
        payment_method="H",
        commercial_reference="SHP-2026-0815",
        conveyance_reference="241W",
        place_of_loading_language="EN",
        place_of_unloading_language="NL",
        representative=Party(identifier="NL812345678"),
        carrier=Party(identifier=CARRIER),
        office_of_lodgement="NL000432",
        subsequent_offices=("BE101000", "DE004851"),
        seals=(Seal(identity="ML-0042187", language="EN"), Seal(identity="ML-0042188")),
    )
    return msgspec.structs.replace(document, consignor=None, consignee=None)


def _document(items: tuple[GoodsItem, ...], **more: object) -> Document:
    base = Document(
        type="IE315",
        lrn="ROT-2026-000117",
        transport_mode="1",
        total_items=len(items),
        declaration_place="Rotterdam",
        declared_at=_LODGED_AT,
        place_of_loading="CNNGB Ningbo",
        place_of_unloading="NLRTM Rotterdam",
        office_of_first_entry="NL000396",
        expected_arrival=datetime(2026, 12, 18, 5, 30, tzinfo=UTC),
        declarant=Party(identifier=TRADER),
        consignor=Party(identifier="NL004455667"),
        consignee=Party(identifier="NL998877665"),
        itinerary=("CN", "SG", "NL", "BE", "DE") if len(items) > 1 else ("CN", "NL"),
        consignments=tuple(_consignment(item) for item in items),
    )
    return msgspec.structs.replace(base, **more)


def _consignment(item: GoodsItem) -> Consignment:
    transport = transport_documents(item.documents)
    key = consignment_key(transport, item.commercial_reference)
    return Consignment(key=key, items=(item,), transport_documents=transport)


def _tiles() -> GoodsItem:
    return GoodsItem(
        number=1,
        description="Glazed ceramic wall tiles, 30 x 60 cm",
        description_language="EN",
        commodity_code="690721",
        gross_mass=Decimal(24_500),
        documents=(
            SupportingDocument(type="N705", reference="NGBRTM2611001", language="EN"),
            SupportingDocument(type="N380", reference="INV-88123"),
        ),
        containers=("CSQU3054383", "MSCU5285725"),
        packages=(
            Packages(kind="PX", packages=40, marks="FOSHAN 1-40", language="EN"),
            Packages(kind="CT", packages=12, marks="SAMPLES", language="EN"),
            Packages(kind="VO"),
        ),
        consignor=_abroad("Foshan Bright Tiles Co Ltd", "12 Ceramics Road", "528000", "Foshan"),
        consignee=Party(identifier="NL998877665"),
    )


def _batteries() -> GoodsItem:
    return GoodsItem(
        number=2,
        description="Lithium ion batteries for bicycles",
        description_language="EN",
        commodity_code="85076000",
        gross_mass=Decimal("486.75"),
        un_number="3480",
        documents=(SupportingDocument(type="N705", reference="NGBRTM2611002"),),
        special_mentions=("10600",),
        containers=("CSQU3054383",),
        packages=(
            Packages(kind="NE", pieces=2),
            Packages(kind="CT", packages=9, marks="EBIKE 1-9", language="EN"),
        ),
        consignor=_abroad("Ningbo Power Cells Ltd", "88 Harbour Street", "315000", "Ningbo"),
        notify_party=Party(
            name="Fietsplus BV", street="Kade 4", postcode="3011AA", city="Rotterdam", country="NL"
        ),
    )


def _abroad(name: str, street: str, postcode: str, city: str) -> Party:
    return Party(
        name=name, street=street, postcode=postcode, city=city, country="CN", language="EN"
    )


def _envelope(size: str, recipient: str = TRADER) -> answers.Envelope:
    full = size == "full"
    return answers.Envelope(
        sender=CUSTOMS,
        recipient=recipient,
        message_id="A2611200000042",
        prepared_at=_ANSWERED_AT,
        correlation="T2611200000017" if full else None,
        test_indicator="0" if full else None,
    )


def _declaration(document: Document, _size: str) -> bytes:
    envelope = answers.Envelope(
        sender=TRADER, recipient=CUSTOMS, message_id="T2611200000017", prepared_at=_LODGED_AT
    )
    return writing.write_declaration(document, envelope)


def _amendment(document: Document, size: str) -> bytes:
    amended = msgspec.structs.replace(
        document, type="IE313", lrn=None, mrn=MRN, office_of_lodgement=None
    )
    return _declaration(amended, size)


def _acknowledgement(document: Document, size: str) -> bytes:
    answer = answers.Acknowledgement(
        envelope=_envelope(size), document=document, mrn=MRN, registered_at=_ANSWERED_AT
    )
    return writing.write_acknowledgement(answer)


def _rejection(document: Document, size: str) -> bytes:
    answer = answers.Rejection(
        envelope=_envelope(size),
        lrn=document.lrn or "",
        rejected_at=_ANSWERED_AT,
        findings=_functional_findings() if size == "full" else (),
        reason="The declaration does not meet all rules." if size == "full" else None,
    )
    return writing.write_rejection(answer)


def _amendment_acceptance(document: Document, size: str) -> bytes:
    answer = answers.AmendmentAcceptance(
        envelope=_envelope(size),
        document=document,
        mrn=MRN,
        amended_at=_LODGED_AT,
        accepted_at=_ANSWERED_AT,
    )
    return writing.write_amendment_acceptance(answer)


def _amendment_rejection(document: Document, size: str) -> bytes:
    full = size == "full"
    answer = answers.AmendmentRejection(
        envelope=_envelope(size),
        mrn=MRN,
        amended_at=_LODGED_AT,
        rejected_at=_ANSWERED_AT,
        office_of_first_entry=document.office_of_first_entry,
        findings=_functional_findings() if full else (),
        motivation="4" if full else None,
        reason="The amendment does not meet all rules." if full else None,
        declarant=document.declarant if full else None,
        representative=document.representative,
    )
    return writing.write_amendment_rejection(answer)


def _intervention(document: Document, size: str) -> bytes:
    text = "The goods are to stay at the place named until the control has ended."
    full = size == "full"
    line = answers.InterventionLine(
        code="HLD1", text=text if full else None, item=2 if full else None
    )
    answer = answers.Intervention(
        envelope=_envelope(size),
        document=document,
        mrn=MRN,
        notified_at=_ANSWERED_AT,
        registered_at=_ANSWERED_AT,
        submitted_at=_LODGED_AT,
        lines=(line,),
    )
    return writing.write_intervention(answer)


def _syntax_rejection(_document: Document, size: str) -> bytes:
    finding = Finding(
        code="51",
        location="GOOITEGDS[2].COMCODGODITM.ComNomCMD1",
        text="The value does not have the form that is required.",
        value="8507A",
        stage=Stage.STRUCTURE,
        line=71,
        column=4,
    )
    mrn = MRN if size == "full" else None
    answer = answers.SyntaxRejection(envelope=_envelope(size), findings=(finding,), mrn=mrn)
    return writing.write_syntax_rejection(answer)


def _transmission(
    writer: Callable[[answers.Transmission], bytes], document: Document, size: str
) -> bytes:
    text = "Lithium batteries from a new supplier."
    risk = answers.RiskResult(code="A1", text=text, item=2)
    answer = answers.Transmission(
        envelope=_envelope(size, OTHER_CUSTOMS),
        document=document,
        mrn=MRN,
        registered_at=_ANSWERED_AT,
        submitted_at=_LODGED_AT,
        risk_results=(risk,) if size == "full" else (),
    )
    return writer(answer)


def _screening_request(_document: Document, size: str) -> bytes:
    """Return a request about a filing of ICS2."""
    mrn = make_filing_mrn(country="BE", number=1, at=_LODGED_AT)
    request = ScreeningRequest(
        mrn=mrn,
        reference=f"{mrn}-1-F",
        kind="full",
        prepared_at=_ANSWERED_AT,
        submitted_at=_LODGED_AT,
        registered_at=_ANSWERED_AT,
        answer_by=_ANSWERED_AT + timedelta(hours=1),
        filings=(ics2.example("IE3F10", size),),
    )
    return write_screening_request(request, _envelope(size, OTHER_CUSTOMS))


def _functional_findings() -> tuple[Finding, ...]:
    return (
        Finding(
            code="12",
            rule="R007",
            location="GOOITEGDS[2].IteNumGDS7",
            text="Item numbers must be 1, 2, 3 and so on.",
            value="3",
        ),
        Finding(code="13", rule="C501", location="TRACONCE1.NamCE17", text="The name is required."),
    )


_MAKERS: dict[str, Callable[[Document, str], bytes]] = {
    "CC315A": _declaration,
    "CC313A": _amendment,
    "CC328A": _acknowledgement,
    "CC316A": _rejection,
    "CC304A": _amendment_acceptance,
    "CC305A": _amendment_rejection,
    "CC351A": _intervention,
    "CD917B": _syntax_rejection,
    "CD301A": partial(_transmission, writing.write_first_entry),
    "CD319A": partial(_transmission, writing.write_subsequent_entry),
    "XF4Q01A": _screening_request,
}


def _group(element: Element, needed: Callable[[Element], bool]) -> dict[str, Value]:
    """Return a group with one value of every element that is needed."""
    content: dict[str, Value] = {}
    for child in element.children:
        if needed(child) and child.type:
            content[child.name] = _value(child)
        elif needed(child):
            groups: list[Content] = [_group(child, needed)]
            content[child.name] = groups
    return content


def _value(element: Element) -> str:
    """Return a realistic value: by the type where it is a narrow one, else by the name."""
    kind = element.type
    if kind is None:
        return ""
    values = example_values()
    if kind.name in values["type"]:
        return values["type"][kind.name]
    named = (value for start, value in values["name"].items() if element.name.startswith(start))
    return next(named, next(iter(kind.enumerations), "1"))
