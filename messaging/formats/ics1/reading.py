"""IE315 and IE313 as the typed document; the reverse is in `contents`.

Runs on a declaration whose structure is right. Texts are collapsed as their type says (TINs are
kept as written), numbers and times get their types. Times carry no zone and are taken as UTC.
"""

import re
from datetime import UTC, datetime
from decimal import Decimal
from hashlib import sha256

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
from messaging.formats.ics1.tables import parties
from messaging.formats.ics1.tree import Group

_SPACES = re.compile(r"[ \t\r\n]+")
_REST = "REST"
_KEY_LENGTH = 140


class ImpossibleTime(Exception):
    """A time that has the right form but is not in the calendar; holds its location and text."""

    def __init__(self, location: str, value: str) -> None:
        super().__init__(location, value)
        self.location = location
        self.value = value


def read_document(declaration: Group) -> "Document | Finding":
    """Return the document, or the finding on a time that does not exist (code 12, rule R660)."""
    try:
        return _document(declaration)
    except ImpossibleTime as error:
        return Finding(
            code="12",
            rule="R660",
            location=error.location,
            value=error.value,
            text="This date or time does not exist in the calendar.",
            stage=Stage.RULES,
        )


def _document(declaration: Group) -> Document:
    header = declaration.all("HEAHEA")[0]
    office = declaration.all("CUSOFFFENT730")[0]
    amendment = declaration.name.endswith("CC313A")
    place = "AmdPlaHEA598" if amendment else "DecPlaHEA394"
    return Document(
        type="IE313" if amendment else "IE315",
        lrn=_text(header, "RefNumHEA4"),
        mrn=_text(header, "DocNumHEA5"),
        transport_mode=str(int(header.values["TraModAtBorHEA76"])),
        means=_means(header),
        total_items=_integer(header, "TotNumOfIteHEA305"),
        total_packages=_integer(header, "TotNumOfPacHEA306"),
        total_gross_mass=_decimal(header, "TotGroMasHEA307"),
        declaration_place=_text(header, place),
        declaration_place_language=_text(header, place + "LNG"),
        declared_at=_time(header, "DatTimAmeHEA113" if amendment else "DecDatTimHEA114"),
        specific_circumstance=_text(header, "SpeCirIndHEA1"),
        payment_method=_text(header, "TraChaMetOfPayHEA1"),
        commercial_reference=_text(header, "ComRefNumHEA"),
        conveyance_reference=_text(header, "ConRefNumHEA"),
        place_of_loading=_text(header, "PlaLoaGOOITE334"),
        place_of_loading_language=_text(header, "PlaLoaGOOITE334LNG"),
        place_of_unloading=_text(header, "PlaUnlGOOITE334"),
        place_of_unloading_language=_text(header, "CodPlUnHEA357LNG"),
        declarant=_party(declaration, "PERLODSUMDEC") or Party(),
        representative=_party(declaration, "TRAREP"),
        carrier=_party(declaration, "TRACARENT601"),
        consignor=_party(declaration, "TRACONCO1"),
        consignee=_party(declaration, "TRACONCE1"),
        notify_party=_party(declaration, "NOTPAR670"),
        itinerary=_codes(declaration, "ITI", "CouOfRouCodITI1"),
        office_of_first_entry=_code(office, "RefNumCUSOFFFENT731"),
        expected_arrival=_required_time(office, "ExpDatOfArrFIRENT733"),
        office_of_lodgement=next(iter(_codes(declaration, "CUSOFFLON", "RefNumCOL1")), None),
        subsequent_offices=_codes(declaration, "CUSOFFSENT740", "RefNumSUBENR909"),
        seals=tuple(map(_seal, declaration.all("SEAID529"))),
        consignments=_consignments(declaration, header),
    )


def _consignments(declaration: Group, header: Group) -> tuple[Consignment, ...]:
    """Group the items by their transport documents; see `consignment_key`."""
    common = _text(header, "ComRefNumHEA")
    found: dict[str, list[GoodsItem]] = {}
    documents: dict[str, tuple[SupportingDocument, ...]] = {}
    for group in declaration.all("GOOITEGDS"):
        item = _item(group)
        transport = transport_documents(item.documents)
        key = consignment_key(transport, item.commercial_reference or common)
        found.setdefault(key, []).append(item)
        documents.setdefault(key, transport)
    return tuple(
        Consignment(key=key, items=tuple(items), transport_documents=documents[key])
        for key, items in found.items()
    )


def transport_documents(
    documents: tuple[SupportingDocument, ...],
) -> tuple[SupportingDocument, ...]:
    """Return the transport documents (types N7xx), sorted by type and reference, each once."""
    found = {
        (document.type, document.reference): document
        for document in documents
        if len(document.type) == 4 and document.type.startswith("N7")
    }
    return tuple(found[key] for key in sorted(found))


def consignment_key(
    transport: tuple[SupportingDocument, ...], commercial_reference: str | None
) -> str:
    """Return what identifies a consignment in its filing.

    Its transport documents (`N705/ABC;N714/X`), else the commercial reference of the item or of
    the header (`UCR/...`), else one for the rest. A long key ends in a digest.
    """
    if transport:
        return _bounded_key(";".join(f"{one.type}/{_escaped(one.reference)}" for one in transport))
    if commercial_reference:
        return _bounded_key(f"UCR/{commercial_reference}")
    return _REST


def _bounded_key(key: str) -> str:
    if len(key) <= _KEY_LENGTH:
        return key
    return f"{key[:60]}#{sha256(key.encode()).hexdigest()}"


def _escaped(reference: str) -> str:
    return reference.replace("%", "%25").replace(";", "%3B")


def _item(group: Group) -> GoodsItem:
    commodity = group.first("COMCODGODITM")
    return GoodsItem(
        number=int(group.values["IteNumGDS7"]),
        description=_text(group, "GooDesGDS23"),
        description_language=_text(group, "GooDesGDS23LNG"),
        gross_mass=_decimal(group, "GroMasGDS46"),
        payment_method=_text(group, "MetOfPayGDI12"),
        commercial_reference=_text(group, "ComRefNumGIM1"),
        un_number=_text(group, "UNDanGooCodGDI1"),
        place_of_loading=_text(group, "PlaLoaGOOITE333"),
        place_of_loading_language=_text(group, "PlaLoaGOOITE333LNG"),
        place_of_unloading=_text(group, "PlaUnlGOOITE333"),
        place_of_unloading_language=_text(group, "PlaUnlGOOITE333LNG"),
        documents=tuple(map(_supporting_document, group.all("PRODOCDC2"))),
        special_mentions=_codes(group, "SPEMENMT2", "AddInfCodMT23"),
        consignor=_party(group, "TRACONCO2"),
        commodity_code=_text(commodity, "ComNomCMD1") if commodity else None,
        consignee=_party(group, "TRACONCE2"),
        containers=_codes(group, "CONNR2", "ConNumNR21"),
        means=tuple(map(_item_means, group.all("IDEMEATRAGI970"))),
        packages=tuple(map(_packages, group.all("PACGS2"))),
        notify_party=_party(group, "PRTNOT640"),
    )


def _party(parent: Group, name: str) -> Party | None:
    group = parent.first(name)
    if group is None:
        return None
    tin, full_name, street, postcode, city, country, language = parties()[name]
    return Party(
        identifier=group.values.get(tin),
        name=_text(group, full_name),
        street=_text(group, street),
        postcode=_text(group, postcode),
        city=_text(group, city),
        country=_text(group, country),
        language=_text(group, language),
    )


def _means(header: Group) -> Means | None:
    identification = _text(header, "IdeOfMeaOfTraCroHEA85")
    if identification is None:
        return None
    return Means(
        identification=identification,
        nationality=_text(header, "NatOfMeaOfTraCroHEA87"),
        language=_text(header, "IdeOfMeaOfTraCroHEA85LNG"),
    )


def _item_means(group: Group) -> Means:
    return Means(
        identification=_code(group, "IdeMeaTraGIMEATRA971"),
        nationality=_text(group, "NatIDEMEATRAGI973"),
        language=_text(group, "IdeMeaTraGIMEATRA972LNG"),
    )


def _supporting_document(group: Group) -> SupportingDocument:
    return SupportingDocument(
        type=_code(group, "DocTypDC21"),
        reference=_code(group, "DocRefDC23"),
        language=_text(group, "DocRefDCLNG"),
    )


def _packages(group: Group) -> Packages:
    return Packages(
        kind=_code(group, "KinOfPacGS23"),
        packages=_integer(group, "NumOfPacGS24"),
        pieces=_integer(group, "NumOfPieGS25"),
        marks=_text(group, "MarNumOfPacGSL21"),
        language=_text(group, "MarNumOfPacGSL21LNG"),
    )


def _seal(group: Group) -> Seal:
    return Seal(identity=_code(group, "SeaIdSEAID530"), language=_text(group, "SeaIdSEAID530LNG"))


def _codes(parent: Group, name: str, value: str) -> tuple[str, ...]:
    return tuple([_code(group, value) for group in parent.all(name)])


def _code(group: Group, name: str) -> str:
    return _text(group, name) or ""


def _text(group: Group, name: str) -> str | None:
    """Return the text of a value with white space collapsed, None where it is absent."""
    raw = group.values.get(name)
    return None if raw is None else _SPACES.sub(" ", raw).strip(" ")


def _integer(group: Group, name: str) -> int | None:
    raw = group.values.get(name)
    return None if raw is None else int(raw)


def _decimal(group: Group, name: str) -> Decimal | None:
    raw = group.values.get(name)
    return None if raw is None else Decimal(raw.strip(" \t\r\n"))


def _time(group: Group, name: str) -> datetime | None:
    return _required_time(group, name) if name in group.values else None


def _required_time(group: Group, name: str) -> datetime:
    """Return a time of the form YYYYMMDDHHMM; raises ImpossibleTime for one like 29 February."""
    raw = (_text(group, name) or "").ljust(12)
    try:
        year, month, day = int(raw[:4]), int(raw[4:6]), int(raw[6:8])
        return datetime(year, month, day, int(raw[8:10]), int(raw[10:]), tzinfo=UTC)
    except ValueError:
        raise ImpossibleTime(f"{group.name}.{name}", raw.strip()) from None
