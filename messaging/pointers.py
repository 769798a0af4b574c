"""Where a field of the document stands in a message: findings made on the document are pointed."""

from collections.abc import Iterable

import msgspec

from customs_portal.findings import Finding
from messaging.formats.tables import is_ics2

ICS1 = {
    "lrn": "HEAHEA.RefNumHEA4",
    "mrn": "HEAHEA.DocNumHEA5",
    "declarant": "PERLODSUMDEC.TINPLD1",
    "office_of_first_entry": "CUSOFFFENT730.RefNumCUSOFFFENT731",
}
ICS2 = {
    "lrn": "LRN",
    "mrn": "MRN",
    "type": "SpecificCircumstanceIndicator",
    "declarant": "declarant/identificationNumber",
    "office_of_first_entry": "customsOfficeOfFirstEntry/referenceNumber",
    "addressed_state": "addressedMemberState/country",
    "previous_document": "previousDocument/identification",
    "transport_documents": "consignmentMasterLevel/transportDocumentMasterLevel",
    "consignments": "consignmentMasterLevel/consignmentHouseLevel",
    "items": "consignmentMasterLevel/goodsItem",
}


def pointed(findings: Iterable[Finding], kind: str = "") -> list[Finding]:
    """Return the findings with the pointers of a kind of message, else of ICS phase 1."""
    return [
        msgspec.structs.replace(finding, location=_pointer(finding.location, kind))
        for finding in findings
    ]


def _pointer(field: str, kind: str) -> str:
    if not is_ics2(kind):
        return ICS1.get(field, field)
    return f"/{kind}/{ICS2[field]}" if field in ICS2 else field
