"""Findings as problem details (RFC 9457), and the one form of a finding in every JSON of ours."""

from collections.abc import Sequence
from typing import Any

import msgspec

from customs_portal.findings import Finding

CONTENT_TYPE = "application/problem+json"
STATUS = 422
TITLE = "The message is not accepted."
TYPE = "about:blank"


def finding_entry(finding: Finding) -> dict[str, Any]:
    """Return a finding as JSON has it; texts are empty and numbers 0 where unknown."""
    return {
        "code": finding.code,
        "rule": finding.rule,
        "location": finding.location,
        "value": finding.value,
        "text": finding.text,
        "line": finding.line,
        "column": finding.column,
    }


def write_problem(findings: Sequence[Finding]) -> bytes:
    """Return the findings on a refused message as problem+json."""
    return msgspec.json.encode(
        {
            "type": TYPE,
            "title": TITLE,
            "status": STATUS,
            "code": "message_refused",
            "findings": [finding_entry(finding) for finding in findings],
        }
    )
