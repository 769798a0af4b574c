"""One model of findings for every check, from the XML parser to the lifecycle."""

from collections.abc import Iterable
from enum import StrEnum

import msgspec


class Stage(StrEnum):
    """Where a finding was made; a later stage runs only if the earlier ones found nothing."""

    PARSE = "parse"
    STRUCTURE = "structure"
    SENDER = "sender"
    RULES = "rules"
    LIFECYCLE = "lifecycle"
    QUALITY = "quality"


class Finding(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One thing wrong with a message, ready to be written in any format.

    `code` is the functional error code (ICS code list FunctionalErrorCodes: 12, 13, 15, 26 ...) or,
    for stage parse and structure, the XML error code (XmlErrorCodes: 13, 39, 51, 52 ...).
    `rule` is the official rule or condition number (`C501`, `TR0022`), empty where none exists.
    `number` is the national number of the rule (`8102`), empty where none exists.
    `location` is the path to the element with positions (`GOOITEGDS[2].PACGS2[1].NumOfPacGS24`).
    `line` and `column` count from 1 and are 0 where unknown.
    """

    code: str
    location: str
    text: str
    rule: str = ""
    number: str = ""
    value: str = ""
    stage: Stage = Stage.RULES
    line: int = 0
    column: int = 0


def sentence(finding: Finding) -> str:
    """Return the finding as one line for logs, tables and problem+json."""
    rule = f" ({finding.rule})" if finding.rule else ""
    return f"{finding.code}{rule} at {finding.location or 'the message'}: {finding.text}"


def encode(findings: Iterable[Finding]) -> bytes:
    """Return the findings as a JSON array."""
    return msgspec.json.encode(list(findings))
