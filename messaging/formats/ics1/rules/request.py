"""The check of a request that carries an MRN beside its message."""

from customs_portal.findings import Finding


def mrn_findings(requested: str, declared: str | None) -> list[Finding]:
    """Return the finding 8999 where the MRN of a request is not, exactly, that of its IE313."""
    if requested == declared:
        return []
    text = "The MRN of the request is not the MRN of the message."
    return [Finding(code="8999", number="8999", location="", text=text, value=declared or "")]
