"""Bytes to a reading: which message it is, who sent it, what is wrong with it, what it says.

Each stage runs only if the one before found nothing: parse, structure, rules, document. What is
known of the header is always given, so that a refusal can be addressed. ICS2 messages are judged by
the tables and rules of ICS2, whatever the profile.
"""

from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

import msgspec
from lxml import etree

from customs_portal.findings import Finding, Stage
from declarations.document import Document
from messaging.formats.ics1.arriving import read_arrival
from messaging.formats.ics1.locations import local_name, national, on_lines
from messaging.formats.ics1.noticing import (
    read_feedback,
    read_functional_errors,
    read_syntax_errors,
)
from messaging.formats.ics1.reading import read_document
from messaging.formats.ics1.requesting import read_declarations_request, read_diversion
from messaging.formats.ics1.rules.run import judge
from messaging.formats.ics1.screening import read_screening_answer, read_screening_request
from messaging.formats.ics1.structure import structure_findings
from messaging.formats.ics1.tables import Form
from messaging.formats.ics1.transmitting import read_declarations, read_transmission
from messaging.formats.ics1.tree import Group, index
from messaging.formats.ics2 import answering
from messaging.formats.ics2 import reading as ics2
from messaging.formats.ics2.arriving import read_arrival as read_means_arrival
from messaging.formats.ics2.heading import heading
from messaging.formats.ics2.rules.run import judge as judge_ics2
from messaging.formats.ics2.structure import structure_findings as ics2_structure_findings
from messaging.formats.ics2.tables import filing_of
from messaging.formats.ics2.tree import index as index_ics2
from messaging.formats.parse import parse
from messaging.formats.profiles import Profile, RuleSet, default_rule_set
from messaging.formats.tables import catalogue, is_ics2

DECLARATIONS = frozenset({"CC315A", "CC313A"})
TRANSMISSIONS = frozenset({"CD301A", "CD319A"})
"""What brings the whole declaration of another State; the rules of one hold for it as well."""
_HEADER_ELEMENTS = {
    "MesSenMES3": "sender",
    "MesRecMES6": "recipient",
    "MesIdeMES19": "message_id",
    "TesIndMES18": "test_indicator",
    "CorIdeMES25": "correlation",
}
_REFERENCES = {
    "RefNumHEA4": "lrn",
    "DocNumHEA5": "mrn",
    "DatTimAmeHEA113": "amended_at",
    "DivRefNumHEA119": "reference",
    "DecReqNumHEA1": "reference",
}
_OFFICE = {"RefNumCUSOFFFENT731": "office"}
_REQUESTING = {"RefNumEPR1": "office"}
_GROUPS = {"HEAHEA": _REFERENCES, "CUSOFFFENT730": _OFFICE, "CUSOFFREQ": _REQUESTING}


class Reading(msgspec.Struct, frozen=True, kw_only=True):
    """What a body says; `kind` is the XML name of the message, empty where it is unknown.

    Header fields are as declared, trimmed, None where absent. `document` is there only for a
    declaration or transmission without findings, `content` only for a message of `READERS` without
    findings.
    """

    kind: str = ""
    sender: str | None = None
    recipient: str | None = None
    message_id: str | None = None
    test_indicator: str | None = None
    correlation: str | None = None
    lrn: str | None = None
    mrn: str | None = None
    amended_at: str | None = None
    reference: str | None = None
    office: str | None = None
    findings: Sequence[Finding] = ()
    document: Document | None = None
    content: msgspec.Struct | None = None


Reader = Callable[[Any], msgspec.Struct | Finding]
"""Makes of a message of right structure what it says, or what stands against it."""
READERS: dict[str, Reader] = {
    "CC323A": read_diversion,
    "UK347A": read_arrival,
    "CD302A": read_declarations_request,
    "CD301A": read_transmission,
    "CD303A": read_declarations,
    "CD319A": read_transmission,
    "CD906B": read_functional_errors,
    "CD917B": read_syntax_errors,
    "XF319A": read_feedback,
    "XF4Q01A": read_screening_request,
    "XF4S01A": read_screening_answer,
    "IE3Q04": ics2.read_invalidation,
    "IE3Q05": ics2.read_consultation,
    "IE3N06": read_means_arrival,
    "IE3R02": answering.read_information,
    "IE3R03": answering.read_screening,
}


@cache
def size_limit(kind: str | None = None) -> int:
    """Return the most bytes that a message may have; without kind, the most of any."""
    if kind is None:
        return max(entry.size_limit for entry in catalogue().values())
    return catalogue()[kind].size_limit


def check(
    body: bytes,
    *,
    profile: Profile = Profile.EU,
    rule_set: RuleSet | None = None,
    limit: int | None = None,
) -> Reading:
    """Return the reading without its document: structure and official rules only.

    `limit` in bytes bounds the body further than its own kind does.
    """
    reading, _ = _checked(body, profile, rule_set or default_rule_set(profile), limit)
    return reading


def read(
    body: bytes,
    *,
    profile: Profile = Profile.EU,
    rule_set: RuleSet | None = None,
    limit: int | None = None,
) -> Reading:
    """Return the reading with its document, or with what stands against one (see `check`)."""
    reading, declaration = _checked(body, profile, rule_set or default_rule_set(profile), limit)
    if declaration is None or reading.findings:
        return reading
    reader = ics2.read_document if is_ics2(reading.kind) else read_document
    document = reader(declaration)
    if isinstance(document, Finding):
        return msgspec.structs.replace(reading, findings=(document,))
    return msgspec.structs.replace(reading, document=document)


def read_leniently(body: bytes) -> Document | None:
    """Return what a declaration says although it breaks rules, None where it cannot be read."""
    root = parse(body, limit=size_limit())
    if isinstance(root, Finding):
        return None
    try:
        found = _document_of(root)
    except (LookupError, ValueError, ArithmeticError):
        return None
    return None if isinstance(found, Finding) else found


def _document_of(root: "etree._Element") -> Document | Finding | None:
    kind = local_name(root)
    if filing_of(kind):
        return ics2.read_document(index_ics2(root))
    return read_document(index(root)) if kind in DECLARATIONS else None


def _checked(
    body: bytes, profile: Profile, rule_set: RuleSet, limit: int | None
) -> tuple[Reading, Group | None]:
    root = parse(body, limit=min(limit or size_limit(), size_limit()))
    if isinstance(root, Finding):
        return Reading(findings=(_in_profile(root, profile),)), None
    kind = local_name(root)
    refused = _refused(root, kind, body, profile)
    header = heading(root, body) if is_ics2(kind) else _header(root)
    if refused:
        return Reading(
            kind=kind if kind in catalogue() else "", findings=(refused,), **header
        ), None
    if is_ics2(kind):
        return _checked_ics2(root, kind, body, header)
    form = Form.OPTIONAL if rule_set is RuleSet.CURRENT else Form.FULL
    findings: Sequence[Finding] = structure_findings(
        root, body, message=kind, form=form, profile=profile
    )
    if findings or kind not in DECLARATIONS | TRANSMISSIONS:
        return _with_content(Reading(kind=kind, findings=findings, **header), root), None
    declaration = index(root)
    findings = on_lines(judge(declaration, profile=profile, rule_set=rule_set), root)
    return _with_content(Reading(kind=kind, findings=findings, **header), root), declaration


def _checked_ics2(
    root: "etree._Element", kind: str, body: bytes, header: dict[str, Any]
) -> tuple[Reading, Group | None]:
    """Return the reading of an ICS2 message, and the index of one that declares something."""
    findings: Sequence[Finding] = ics2_structure_findings(root, body, message=kind)
    if findings:
        return Reading(kind=kind, findings=findings, **header), None
    found = index_ics2(root)
    reading = Reading(kind=kind, findings=on_lines(judge_ics2(found), root), **header)
    if filing_of(kind):
        return reading, found
    return _with_content(reading, found), None


def _with_content(reading: Reading, root: Any) -> Reading:
    reader = READERS.get(reading.kind)
    if reader is None or reading.findings:
        return reading
    content = reader(root)
    if isinstance(content, Finding):
        return msgspec.structs.replace(reading, findings=(content,))
    return msgspec.structs.replace(reading, content=content)


def _refused(root: "etree._Element", kind: str, body: bytes, profile: Profile) -> Finding | None:
    """Judge the root alone: a known message, in its namespace, within its size."""
    entry = catalogue().get(kind)
    if entry is None:
        return _about_root(root, "18", f"{kind} is not a message that is known here.", profile)
    namespace = etree.QName(root).namespace or ""
    if namespace != entry.namespace:
        text = f"{kind} must be in the namespace {entry.namespace}, not in {namespace or 'none'}."
        return _about_root(root, "50", text, profile)
    if len(body) > entry.size_limit:
        text = f"The message has {len(body)} bytes; {kind} may have {entry.size_limit}."
        return _about_root(root, "18", text, profile)
    return None


def _about_root(root: "etree._Element", code: str, text: str, profile: Profile) -> Finding:
    found = Finding(
        code=code, location="", text=text, stage=Stage.PARSE, line=_line(root), column=1
    )
    if profile is Profile.EU:
        return found
    return msgspec.structs.replace(found, code="4057", number="4057", location=national(root))


def _line(element: Any) -> int:
    return element.sourceline or 1


def _in_profile(finding: Finding, profile: Profile) -> Finding:
    if profile is Profile.EU:
        return finding
    return msgspec.structs.replace(finding, code="4999", number="4999")


def _header(root: "etree._Element") -> dict[str, Any]:
    """Return the header fields and references that can be found, whatever the structure."""
    found = _texts(root, _HEADER_ELEMENTS)
    for child in root:
        names = _GROUPS.get(local_name(child))
        if names:
            found = {**_texts(child, names), **found}
    return found


def _texts(parent: "etree._Element", names: dict[str, str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for child in parent:
        field = names.get(local_name(child))
        if field and field not in found and len(child) == 0:
            found[field] = (child.text or "").strip()
    return found
