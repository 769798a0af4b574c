"""IE323 and IE302 as typed requests. Runs on a message whose structure is right."""

import re
from datetime import date

from lxml import etree

from customs_portal.findings import Finding, Stage
from declarations.document import Party
from messaging.formats.requests import (
    DeclarationsRequest,
    DiversionRequest,
    EntryKey,
    Operation,
)

_REQUESTER = {
    "identifier": "TINTRAREQDIV463",
    "name": "NamTRAREQDIV457",
    "street": "StrAndNumTRAREQDIV458",
    "postcode": "PosCodTRAREQDIV460",
    "city": "CitTRAREQDIV461",
    "country": "CouTRAREQDIV459",
    "language": "TRAREQDIV456LNG",
}
_SPACES = re.compile(r"[ \t\r\n]+")


class ImpossibleDay(Exception):
    """A day that is not in the calendar; holds its location and text."""

    def __init__(self, location: str, value: str) -> None:
        super().__init__(location, value)
        self.location = location
        self.value = value


def read_diversion(root: "etree._Element") -> DiversionRequest | Finding:
    """Return the request of an IE323, or the finding on a day that does not exist (rule R666)."""
    try:
        return _diversion(root)
    except ImpossibleDay as error:
        return impossible_day(error)


def read_declarations_request(root: "etree._Element") -> DeclarationsRequest | Finding:
    """Return the request of an IE302, or the finding on a day that does not exist (rule R666)."""
    try:
        return DeclarationsRequest(
            information_type=str(int(value(root, "HEAHEA/InfTypHEA122"))),
            reference=value(root, "HEAHEA/DecReqNumHEA1"),
            key=entry_key(root),
            actual_office=value(root, "CUSOFFREQ/RefNumEPR1").upper(),
            operations=operations(root),
        )
    except ImpossibleDay as error:
        return impossible_day(error)


def impossible_day(error: ImpossibleDay) -> Finding:
    """Return the finding on a day that does not exist (code 12)."""
    return Finding(
        code="12",
        rule="R666",
        location=error.location,
        value=error.value,
        text="This day does not exist in the calendar.",
        stage=Stage.RULES,
    )


def _diversion(root: "etree._Element") -> DiversionRequest:
    return DiversionRequest(
        information_type=str(int(value(root, "HEAHEA/InfTypHEA122"))),
        reference=value(root, "HEAHEA/DivRefNumHEA119"),
        key=entry_key(root),
        actual_office=value(root, "CUSOFFENTACTOFF700/RefNumCUSOFFENTACTOFF701").upper(),
        requester=_requester(root),
        operations=operations(root),
    )


def entry_key(root: "etree._Element") -> EntryKey:
    """Return the entry key of an IE323 or IE302, as far as it is given."""
    return EntryKey(
        transport_mode=str(int(value(root, "HEAHEA/TraModAtBorHEA76") or 0)),
        means=value(root, "HEAHEA/UniIdeDivHEA132").upper(),
        expected_on=_day(root, "HEAHEA/ExpDatArrHEA701"),
        country=value(root, "HEAHEA/CouCodOffFirEntDecHEA100").upper(),
        office=value(root, "CUSOFFFENT730/RefNumCUSOFFFENT731").upper(),
    )


def operations(root: "etree._Element") -> tuple[Operation, ...]:
    """Return the declarations that an IE323 or IE302 names, each once."""
    found = [
        Operation(
            mrn=value(group, "DocRefNumIMPOPE201"),
            items=tuple(int(value(item, "IteNumGIIMP297")) for item in group.iter("GOOITEIMP248")),
        )
        for group in root.iter("IMPOPE200")
    ]
    return tuple({operation.mrn: operation for operation in found}.values())


def _requester(root: "etree._Element") -> Party:
    found = {
        field: value(root, f"TRAREQDIV456/{name}") or None for field, name in _REQUESTER.items()
    }
    return Party(**found)


def value(parent: "etree._Element", path: str) -> str:
    """Return the text at a path with white space collapsed, empty where it is absent."""
    return _SPACES.sub(" ", parent.findtext(path) or "").strip(" ")


def _day(root: "etree._Element", path: str) -> date | None:
    raw = value(root, path)
    if not raw:
        return None
    try:
        return date(int(raw[:4]), int(raw[4:6]), int(raw[6:8]))
    except ValueError:
        raise ImpossibleDay(path.replace("/", "."), raw) from None
