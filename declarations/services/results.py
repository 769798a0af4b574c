"""What verbs answer with that change one row; a refusal is a result, never an exception."""

import msgspec

from customs_portal.findings import Finding, Stage


class Changed(msgspec.Struct, frozen=True, kw_only=True):
    """What was asked for has been done to the row."""

    id: int


class Refused(msgspec.Struct, frozen=True, kw_only=True):
    """Nothing was done, for these reasons."""

    findings: list[Finding]


def refusal(code: str, text: str, location: str = "") -> Finding:
    """Return the finding by which a verb is refused; `location` names the field it is about."""
    return Finding(code=code, location=location, text=text, stage=Stage.LIFECYCLE)


def refused(code: str, text: str, location: str = "") -> Refused:
    """Return the refusal for one reason."""
    return Refused(findings=[refusal(code, text, location)])
