"""The list of errors that Great Britain answers with at once, of structure or of rules.

Each error says who raised it, its national number, its type, its text and its location; the list
begins with how many it has, at most 100. Texts are ours. Only for findings of profile GB.
"""

from collections.abc import Sequence
from xml.sax.saxutils import escape

from customs_portal.findings import Finding, Stage
from messaging.formats.ics1.markup import without_illegal
from messaging.formats.ics1.rules.run import MAX_FINDINGS
from messaging.formats.profiles import Profile

NAMESPACE = "http://www.govtalk.gov.uk/CM/errorresponse"
SCHEMA_VERSION = "2.0"
RAISED_BY = "HMRC"
_SCHEMA_STAGES = frozenset({Stage.PARSE, Stage.STRUCTURE})


def write_national_list(findings: Sequence[Finding]) -> bytes:
    """Return the list of errors as UTF-8; a message without findings has a list of none."""
    delivered = findings[: MAX_FINDINGS[Profile.GB]]
    parts = [
        f'<ErrorResponse xmlns="{NAMESPACE}" SchemaVersion="{SCHEMA_VERSION}">',
        f"<MessageCount>{len(delivered)}</MessageCount>",
        *map(_error, delivered),
        "</ErrorResponse>",
    ]
    return "".join(parts).encode()


def _error(finding: Finding) -> str:
    values = {
        "RaisedBy": RAISED_BY,
        "Number": finding.number or finding.code,
        "Type": "schema" if finding.stage in _SCHEMA_STAGES else "business",
        "Text": finding.text,
        "Location": finding.location,
    }
    inner = "".join(f"<{name}>{_content(value)}</{name}>" for name, value in values.items())
    return f"<Error>{inner}</Error>"


def _content(value: str) -> str:
    return escape(without_illegal(value))
