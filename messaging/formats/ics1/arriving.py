"""The national arrival notification: UK347A as a typed request, UK348A and CC349A as answers.

Runs on a message whose structure is right. Its elements stand in a namespace.
"""

from collections.abc import Sequence
from datetime import UTC, date, datetime

import msgspec
from lxml import etree

from customs_portal.findings import Finding
from messaging.formats.answers import Envelope
from messaging.formats.ics1.contents import Content, Value, time
from messaging.formats.ics1.markup import write
from messaging.formats.ics1.requesting import ImpossibleDay, impossible_day
from messaging.formats.ics1.writing import envelope_content, functional_errors


class ArrivedGoods(msgspec.Struct, frozen=True, kw_only=True):
    """A declaration that the notification names; `items` empty means all of it."""

    mrn: str
    country: str
    items: tuple[int, ...]


class ArrivalRequest(msgspec.Struct, frozen=True, kw_only=True):
    """What a UK347A says; `sender` is as written, with the branch."""

    sender: str
    information_type: str
    reference: str
    transport_mode: str
    means: str
    expected_on: date | None
    arrived_on: date | None
    intended_office: bool
    office: str
    trader: str
    goods: tuple[ArrivedGoods, ...]


def read_arrival(root: "etree._Element") -> ArrivalRequest | Finding:
    """Return what is notified, or the finding on a day that does not exist."""
    try:
        return _arrival(root)
    except ImpossibleDay as error:
        return impossible_day(error)


def _arrival(root: "etree._Element") -> ArrivalRequest:
    return ArrivalRequest(
        sender=_value(root, "MesSenMES3"),
        information_type=_value(root, "HEAHEA", "InfTypHEA122"),
        reference=_value(root, "HEAHEA", "ArrivalReferenceNumber"),
        transport_mode=str(int(_value(root, "HEAHEA", "TraModAtBorHEA76"))),
        means=_value(root, "HEAHEA", "UniIdeDivHEA132"),
        expected_on=_day(root, "ExpDatArrHEA701"),
        arrived_on=_day(root, "ActualDateOfArrival"),
        intended_office=_value(root, "HEAHEA", "IntendedFirstOffice") == "Y",
        office=_value(root, "CUSTOMSOFFICEOFARRIVAL", "ReferenceNumber").upper(),
        trader=_value(root, "TRADERATENTRY", "EORI"),
        goods=tuple(map(_goods, root.iterfind("{*}IMPOPE200"))),
    )


def _goods(group: "etree._Element") -> ArrivedGoods:
    return ArrivedGoods(
        mrn=_value(group, "MRN").upper(),
        country=_value(group, "OfficeOfFirstEntryCountryCode"),
        items=tuple(
            int(_value(item, "IteNumGIIMP297")) for item in group.iterfind("{*}GOOITEIMP248")
        ),
    )


def _value(parent: "etree._Element", *names: str) -> str:
    """Return the text at a path with white space collapsed, empty where it is absent."""
    return " ".join((parent.findtext("/".join(f"{{*}}{name}" for name in names)) or "").split())


def _day(root: "etree._Element", name: str) -> date | None:
    raw = _value(root, "HEAHEA", name)
    try:
        return datetime.strptime(raw, "%Y%m%d").replace(tzinfo=UTC).date() if raw else None
    except ValueError:
        raise ImpossibleDay(f"HEAHEA.{name}", raw) from None


def write_arrival(request: ArrivalRequest, envelope: Envelope) -> bytes:
    """Return a UK347A; `sender` is written as it is, with its branch."""
    goods: list[Content] = [
        {
            "MRN": each.mrn,
            "OfficeOfFirstEntryCountryCode": each.country,
            "GOOITEIMP248": [{"IteNumGIIMP297": str(number)} for number in each.items],
        }
        for each in request.goods
    ]
    header = {**envelope_content("UK347A", envelope), "MesSenMES3": request.sender}
    return write("UK347A", {**header, **_what_arrived(request), "IMPOPE200": goods})


def write_arrival_acknowledgement(request: ArrivalRequest, envelope: Envelope) -> bytes:
    """Return a UK348A: the arrival is registered."""
    return write("UK348A", {**envelope_content("UK348A", envelope), **_what_arrived(request)})


def _what_arrived(request: ArrivalRequest) -> dict[str, Value]:
    """Return the groups that a UK347A and its acknowledgement share."""
    header: Content = {
        "TraModAtBorHEA76": request.transport_mode,
        "InfTypHEA122": request.information_type,
        "ArrivalReferenceNumber": request.reference,
        "UniIdeDivHEA132": request.means,
        "ExpDatArrHEA701": day_of(request.expected_on),
        "ActualDateOfArrival": day_of(request.arrived_on),
        "IntendedFirstOffice": "Y" if request.intended_office else "N",
    }
    return {
        "HEAHEA": header,
        "CUSTOMSOFFICEOFARRIVAL": {"ReferenceNumber": request.office},
        "TRADERATENTRY": {"EORI": request.trader},
    }


def write_arrival_rejection(
    request: ArrivalRequest, findings: Sequence[Finding], at: datetime, envelope: Envelope
) -> bytes:
    """Return a CC349A: the notification is refused; its reason is the first finding in words."""
    header: Content = {
        "ArrivalReferenceNumber": request.reference,
        "RejDatTimHEA126": time(at),
        "RejReaHEA127": findings[0].text if findings else None,
    }
    content: dict[str, Value] = {"HEAHEA": header, "FUNERRER1": functional_errors(findings)}
    return write("CC349A", {**envelope_content("CC349A", envelope), **content})


def day_of(day: date | None) -> str | None:
    """Return a day as YYYYMMDD."""
    return f"{day:%Y%m%d}" if day else None
