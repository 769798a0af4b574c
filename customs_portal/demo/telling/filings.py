"""The papers of the stories of ICS2: what the examples of the format say, with other values."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from messaging.formats.ics1.contents import Content, Value
from messaging.formats.ics1.markup import write
from messaging.formats.ics2.examples import MINIMAL, content

AIRLINE = "NL900000055"
SCHIPHOL = "NL000432"
FORM = "%Y-%m-%dT%H:%M:%SZ"

Changes = Mapping[str, "str | Mapping[str, Value]"]
"""By the name of an element, or of its group and itself (`carrier/name`): the text of elements that
an example has, or what is put into each such group."""


def paper(message: str, changes: Changes, *, at: datetime) -> bytes:
    """Return a message (`IE3F24`) issued at a time, which says the changes."""
    said = {"documentIssueDate": moment(at), **changes}
    return write(message, _group("", content(message, MINIMAL), said))


def moment(at: datetime) -> str:
    """Return a time as messages say it."""
    return f"{at:{FORM}}"


def goods(description: str, code: str, un_number: str = "") -> Changes:
    """Return what goods are, with their number of the United Nations where one is given."""
    dangerous: list[Content] = [{"UNNumber": un_number}] if un_number else []
    return {
        "descriptionOfGoods": description,
        "harmonizedSystemSubHeadingCode": code,
        "commodity": {"dangerousGoods": dangerous},
    }


def party(
    name: str, country: str, city: str, postcode: str, street: str, number: str
) -> Mapping[str, Value]:
    """Return a firm that is named with its address."""
    return {
        "name": name,
        "address": [
            {
                "country": country,
                "city": city,
                "postCode": postcode,
                "street": street,
                "number": number,
            }
        ],
    }


def boxed(consignment: str, container: str) -> Changes:
    """Return in which container all goods of a consignment (the name of its group) travel."""
    return {consignment: {"transportEquipment": [equipment(container)]}}


def equipment(container: str) -> Content:
    """Return a packed container under one seal."""
    return {
        "containerSizeAndType": "1",
        "containerPackedStatus": "A",
        "containerSupplierType": "1",
        "containerIdentificationNumber": container,
        "numberOfSeals": "1",
        "seal": [{"identifier": f"SL{container[-4:]}"}],
    }


def amounts(mass: int, packages: int) -> Changes:
    """Return of how many packages and kilograms a consignment is."""
    return {
        "totalGrossMass": str(mass),
        "grossMass": str(mass),
        "numberOfPackages": str(packages),
    }


def times(leaves: datetime, arrives: datetime) -> Changes:
    """Return when a ship or aeroplane leaves and when it is expected."""
    return {
        "actualDateAndTimeOfDeparture": moment(leaves),
        "estimatedDateAndTimeOfDeparture": moment(leaves),
        "estimatedDateAndTimeOfArrival": moment(arrives),
    }


def information(mrn: str, reference: str, text: str, *, by: str, at: datetime) -> bytes:
    """Return the IE3R02 that answers a question."""
    said: Content = {
        "documentIssueDate": moment(at),
        "MRN": mrn,
        "responsibleMemberState": {"country": "NL"},
        "declarant": {"identificationNumber": by},
        "additionalInformationResponse": [
            {
                "referralRequestReference": reference,
                "additionalInformation": [{"code": "USE", "text": text, "type": "INF"}],
            }
        ],
    }
    return write("IE3R02", said)


def screening(mrn: str, reference: str, house: str, *, by: str, at: datetime) -> bytes:
    """Return the IE3R03 of a house screened by X-ray and for traces, without alarm."""
    result: Content = {
        "referralRequestReference": reference,
        "result": "1",
        "screeningMethod": [{"method": "XRY"}, {"method": "ETD"}],
        "transportDocumentHouseLevel": {"documentNumber": house, "type": "N703"},
    }
    said: Content = {
        "documentIssueDate": moment(at),
        "MRN": mrn,
        "responsibleMemberState": {"country": "NL"},
        "declarant": {"identificationNumber": by},
        "hrcmScreeningResults": [result],
    }
    return write("IE3R03", said)


def arrival(changes: Changes, *, by: str, late: timedelta, at: datetime) -> bytes:
    """Return the IE3N06 of what came so much later than it was expected."""
    said: Changes = {
        "actualDateAndTimeOfArrival": moment(at),
        "estimatedDateAndTimeOfArrival": moment(at - late),
        "personNotifyingTheArrival/identificationNumber": by,
        **changes,
    }
    return paper("IE3N06", said, at=at)


def _group(name: str, said: Content, changes: Changes) -> Content:
    found = {child: _value(name, child, value, changes) for child, value in said.items()}
    put = changes.get(name)
    return found | put if isinstance(put, Mapping) else found  # type: ignore[operator]


def _value(group: str, name: str, value: Value, changes: Changes) -> Value:
    if value is None or isinstance(value, str):
        other = changes.get(f"{group}/{name}", changes.get(name, value))
        return other if isinstance(other, str) else value
    if isinstance(value, dict):
        return _group(name, value, changes)
    return [_group(name, one, changes) for one in value]
