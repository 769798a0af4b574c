"""Structure errors of ICS2 messages, with the codes of list CL723 and pointers from the root."""

import re
from typing import Any

import msgspec

from customs_portal.findings import Finding
from messaging.formats.ics1 import structure as schema_errors
from messaging.formats.ics1.locations import local_name
from messaging.formats.ics1.tables import Form
from messaging.formats.profiles import Profile

WRONG_VALUE, NOT_ALLOWED, WRONG_TYPE, NO_DIGIT = "12", "15", "37", "38"
_CODES = {"18": NOT_ALLOWED, "50": WRONG_TYPE, "51": WRONG_TYPE, "54": "12", "55": "12"}
_TEXTS = {
    WRONG_TYPE: "This value has characters that do not belong to its type.",
    NO_DIGIT: "A digit is missing before the decimal point.",
}
_NUMBER = re.compile(r"[0-9]*(\.[0-9]*)?")


def structure_findings(root: Any, body: bytes, *, message: str) -> list[Finding]:
    """Return what is wrong with the structure, at most 100 findings, in document order."""
    name = local_name(root)
    found = schema_errors.structure_findings(
        root, body, message=message, form=Form.FULL, profile=Profile.EU
    )
    return [_told(finding, name) for finding in found]


def _told(finding: Finding, root: str) -> Finding:
    code = _code(finding)
    return msgspec.structs.replace(
        finding,
        code=code,
        text=_TEXTS.get(code, finding.text),
        location="/".join(["", root, *filter(None, [finding.location.replace(".", "/")])]),
    )


def _code(finding: Finding) -> str:
    value = finding.value.strip()
    if finding.code == "19" and not _NUMBER.fullmatch(value):
        return WRONG_TYPE
    if finding.code == "51" and value.startswith("."):
        return NO_DIGIT
    return _CODES.get(finding.code, finding.code)
