"""IE302 as we send it: asking the declared office for declarations of goods that came to us."""

from collections.abc import Sequence
from datetime import date

import msgspec

from messaging.formats.answers import Envelope
from messaging.formats.ics1.contents import Content, Value
from messaging.formats.ics1.markup import write
from messaging.formats.ics1.writing import envelope_content

BY_KEY, BY_MRN = "1", "2"
"""Information types: an entry key, or MRNs."""


class Asking(msgspec.Struct, frozen=True, kw_only=True):
    """What is asked for: the MRNs, or without any all that is on the means (entry key)."""

    envelope: Envelope
    reference: str
    country: str
    office: str
    transport_mode: str
    means: str
    expected_on: date
    mrns: Sequence[str] = ()


def write_declarations_request(asking: Asking) -> bytes:
    """Return an IE302 (CD302A)."""
    header: Content = {
        "DecReqNumHEA1": asking.reference,
        "InfTypHEA122": BY_MRN if asking.mrns else BY_KEY,
        "TraModAtBorHEA76": asking.transport_mode,
        **({} if asking.mrns else _key(asking)),
    }
    content: dict[str, Value] = {
        "HEAHEA": header,
        "CUSOFFREQ": {"RefNumEPR1": asking.office},
        "IMPOPE200": [{"DocRefNumIMPOPE201": mrn} for mrn in asking.mrns],
    }
    return write("CD302A", {**envelope_content("CD302A", asking.envelope), **content})


def _key(asking: Asking) -> Content:
    return {
        "UniIdeDivHEA132": asking.means,
        "ExpDatArrHEA701": f"{asking.expected_on:%Y%m%d}",
        "CouCodOffFirEntDecHEA100": asking.country,
    }
