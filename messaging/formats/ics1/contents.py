"""The document as content of an ICS message: element names with values, in any order.

`writing` puts the content in the order of the message table and cuts texts to their length.
"""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import TypeAlias

from declarations.document import Document, GoodsItem, Means, Packages, Party, SupportingDocument
from messaging.formats.ics1.tables import parties

Content: TypeAlias = dict[str, "Value"]
Value: TypeAlias = "str | Content | Sequence[Content] | None"


def declaration_content(document: Document) -> dict[str, Value]:
    """Return the content of a CC315A, or of a CC313A where the document is an amendment."""
    amendment = document.type == "IE313"
    return {
        "HEAHEA": {**_header(document), **(_amended(document) if amendment else _lodged(document))},
        **entry_content(document),
    }


def entry_content(document: Document) -> dict[str, Value]:
    """Return everything but the header, as CC315A, CC313A, CD301A and CD319A have it."""
    return {
        "TRACONCO1": party_content("TRACONCO1", document.consignor),
        "TRACONCE1": party_content("TRACONCE1", document.consignee),
        "NOTPAR670": party_content("NOTPAR670", document.notify_party),
        "GOOITEGDS": [_item(item) for item in document.items()],
        "ITI": _each("CouOfRouCodITI1", document.itinerary),
        "CUSOFFLON": lodgement_content(document),
        "TRAREP": party_content("TRAREP", document.representative),
        "PERLODSUMDEC": party_content("PERLODSUMDEC", document.declarant),
        "SEAID529": [
            {"SeaIdSEAID530": seal.identity, "SeaIdSEAID530LNG": seal.language}
            for seal in document.seals
        ],
        "CUSOFFFENT730": first_entry_content(document),
        "CUSOFFSENT740": _each("RefNumSUBENR909", document.subsequent_offices),
        "TRACARENT601": party_content("TRACARENT601", document.carrier),
    }


def header_content(document: Document) -> dict[str, Value]:
    """Return the header of a CC315A without what an answer replaces."""
    return {**_header(document), **_lodged(document)}


def _header(document: Document) -> dict[str, Value]:
    means = document.means
    return {
        "TraModAtBorHEA76": document.transport_mode,
        "IdeOfMeaOfTraCroHEA85": means.identification if means else None,
        "IdeOfMeaOfTraCroHEA85LNG": means.language if means else None,
        "NatOfMeaOfTraCroHEA87": means.nationality if means else None,
        "TotNumOfIteHEA305": _number(document.total_items),
        "TotNumOfPacHEA306": _number(document.total_packages),
        "TotGroMasHEA307": _mass(document.total_gross_mass),
        "SpeCirIndHEA1": document.specific_circumstance,
        "TraChaMetOfPayHEA1": document.payment_method,
        "ComRefNumHEA": document.commercial_reference,
        "ConRefNumHEA": document.conveyance_reference,
        "PlaLoaGOOITE334": document.place_of_loading,
        "PlaLoaGOOITE334LNG": document.place_of_loading_language,
        "PlaUnlGOOITE334": document.place_of_unloading,
        "CodPlUnHEA357LNG": document.place_of_unloading_language,
    }


def _lodged(document: Document) -> dict[str, Value]:
    return {
        "RefNumHEA4": document.lrn,
        "DecPlaHEA394": document.declaration_place,
        "DecPlaHEA394LNG": document.declaration_place_language,
        "DecDatTimHEA114": time(document.declared_at),
    }


def _amended(document: Document) -> dict[str, Value]:
    return {
        "DocNumHEA5": document.mrn,
        "AmdPlaHEA598": document.declaration_place,
        "AmdPlaHEA598LNG": document.declaration_place_language,
        "DatTimAmeHEA113": time(document.declared_at),
    }


def _item(item: GoodsItem) -> dict[str, Value]:
    return {
        **reference_content(item),
        "GooDesGDS23": item.description,
        "GooDesGDS23LNG": item.description_language,
        "GroMasGDS46": _mass(item.gross_mass),
        "MetOfPayGDI12": item.payment_method,
        "UNDanGooCodGDI1": item.un_number,
        "PlaLoaGOOITE333": item.place_of_loading,
        "PlaLoaGOOITE333LNG": item.place_of_loading_language,
        "PlaUnlGOOITE333": item.place_of_unloading,
        "PlaUnlGOOITE333LNG": item.place_of_unloading_language,
        "SPEMENMT2": _each("AddInfCodMT23", item.special_mentions),
        "TRACONCO2": party_content("TRACONCO2", item.consignor),
        "COMCODGODITM": {"ComNomCMD1": item.commodity_code} if item.commodity_code else None,
        "TRACONCE2": party_content("TRACONCE2", item.consignee),
        "PACGS2": [_packages(packages) for packages in item.packages],
        "PRTNOT640": party_content("PRTNOT640", item.notify_party),
    }


def reference_content(item: GoodsItem) -> dict[str, Value]:
    """Return what an answer repeats of an item: number, references, containers, means."""
    return {
        "IteNumGDS7": str(item.number),
        "ComRefNumGIM1": item.commercial_reference,
        "PRODOCDC2": [_supporting_document(document) for document in item.documents],
        "CONNR2": _each("ConNumNR21", item.containers),
        "IDEMEATRAGI970": [_means(means) for means in item.means],
    }


def _means(means: Means) -> dict[str, Value]:
    return {
        "NatIDEMEATRAGI973": means.nationality,
        "IdeMeaTraGIMEATRA971": means.identification,
        "IdeMeaTraGIMEATRA972LNG": means.language,
    }


def _supporting_document(document: SupportingDocument) -> dict[str, Value]:
    return {
        "DocTypDC21": document.type,
        "DocRefDC23": document.reference,
        "DocRefDCLNG": document.language,
    }


def _packages(packages: Packages) -> dict[str, Value]:
    return {
        "KinOfPacGS23": packages.kind,
        "NumOfPacGS24": _number(packages.packages),
        "NumOfPieGS25": _number(packages.pieces),
        "MarNumOfPacGSL21": packages.marks,
        "MarNumOfPacGSL21LNG": packages.language,
    }


def party_content(name: str, party: Party | None) -> dict[str, Value] | None:
    """Return a party as the group of that name (`TRACONCO1`)."""
    if party is None:
        return None
    values = (
        party.identifier,
        party.name,
        party.street,
        party.postcode,
        party.city,
        party.country,
        party.language,
    )
    return dict(zip(parties()[name], values, strict=True))


def identified_party_content(name: str, party: Party | None) -> dict[str, Value] | None:
    """Return a party for an answer, which names only parties with a TIN."""
    return party_content(name, party) if party and party.identifier else None


def lodgement_content(document: Document) -> dict[str, Value] | None:
    """Return the office of lodgement as a group."""
    office = document.office_of_lodgement
    return {"RefNumCOL1": office} if office else None


def first_entry_content(document: Document) -> dict[str, Value]:
    """Return the office of first entry and the expected arrival as a group."""
    return {
        "RefNumCUSOFFFENT731": document.office_of_first_entry,
        "ExpDatOfArrFIRENT733": time(document.expected_arrival),
    }


def _each(name: str, values: Iterable[str]) -> list[Content]:
    return [{name: value} for value in values]


def _number(value: int | None) -> str | None:
    return None if value is None else str(value)


def _mass(value: Decimal | None) -> str | None:
    return None if value is None else f"{value:f}"


def time(value: datetime | None) -> str | None:
    """Return a time as YYYYMMDDHHMM in UTC."""
    return None if value is None else value.astimezone(UTC).strftime("%Y%m%d%H%M")
