"""IE323 and IE302 from their typed requests; `requesting` reads them again."""

from collections.abc import Sequence

from messaging.formats.answers import Envelope
from messaging.formats.ics1.arriving import day_of
from messaging.formats.ics1.contents import Content, Value
from messaging.formats.ics1.markup import write
from messaging.formats.ics1.writing import envelope_content
from messaging.formats.requests import (
    DeclarationsRequest,
    DiversionRequest,
    EntryKey,
    Operation,
)

BY_KEY, BY_MRN = "1", "2"
"""Information type: what is asked for is named by its entry key, or by a list of MRN."""


def write_diversion(request: DiversionRequest, envelope: Envelope) -> bytes:
    """Return an IE323 (CC323A)."""
    content: dict[str, Value] = {
        **envelope_content("CC323A", envelope),
        "HEAHEA": {
            "DivRefNumHEA119": request.reference,
            **_key(request.information_type, request.key),
        },
        "CUSOFFFENT730": _office(request.key),
        "CUSOFFENTACTOFF700": {"RefNumCUSOFFENTACTOFF701": request.actual_office},
        "TRAREQDIV456": {"TINTRAREQDIV463": request.requester.identifier},
        "IMPOPE200": _operations(request.operations),
    }
    return write("CC323A", content)


def write_declarations_request(request: DeclarationsRequest, envelope: Envelope) -> bytes:
    """Return an IE302 (CD302A)."""
    content: dict[str, Value] = {
        **envelope_content("CD302A", envelope),
        "HEAHEA": {
            "DecReqNumHEA1": request.reference,
            **_key(request.information_type, request.key),
        },
        "CUSOFFFENT730": _office(request.key),
        "CUSOFFREQ": {"RefNumEPR1": request.actual_office},
        "IMPOPE200": _operations(request.operations),
    }
    return write("CD302A", content)


def _key(information_type: str, key: EntryKey) -> Content:
    return {
        "TraModAtBorHEA76": key.transport_mode,
        "InfTypHEA122": information_type,
        "UniIdeDivHEA132": key.means,
        "ExpDatArrHEA701": day_of(key.expected_on),
        "CouCodOffFirEntDecHEA100": key.country,
    }


def _office(key: EntryKey) -> Content | None:
    return {"RefNumCUSOFFFENT731": key.office} if key.office else None


def _operations(operations: Sequence[Operation]) -> list[Content]:
    return [
        {
            "DocRefNumIMPOPE201": each.mrn,
            "GOOITEIMP248": [{"IteNumGIIMP297": str(number)} for number in each.items],
        }
        for each in operations
    ]
