"""Where a field of the document stands in a message: findings made on the document are pointed."""

from collections.abc import Iterable

import msgspec

from customs_portal.findings import Finding

ICS1 = {
    "lrn": "HEAHEA.RefNumHEA4",
    "mrn": "HEAHEA.DocNumHEA5",
    "declarant": "PERLODSUMDEC.TINPLD1",
    "office_of_first_entry": "CUSOFFFENT730.RefNumCUSOFFFENT731",
}


def pointed(findings: Iterable[Finding]) -> list[Finding]:
    """Return the findings with the pointers of ICS phase 1 messages."""
    return [
        msgspec.structs.replace(finding, location=ICS1.get(finding.location, finding.location))
        for finding in findings
    ]
