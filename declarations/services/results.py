"""What the verbs on measures and goods answer with; a refusal is a result, never an exception."""

import msgspec

from customs_portal.findings import Finding, Stage


class Changed(msgspec.Struct, frozen=True, kw_only=True):
    """What was asked for has been done to the row."""

    id: int


class Refused(msgspec.Struct, frozen=True, kw_only=True):
    """Nothing was done, for these reasons."""

    findings: list[Finding]


def refused(code: str, text: str, location: str = "") -> Refused:
    """Return the refusal for one reason; `location` names the field that it is about."""
    finding = Finding(code=code, location=location, text=text, stage=Stage.LIFECYCLE)
    return Refused(findings=[finding])
