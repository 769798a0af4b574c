"""Structure errors as findings: what the schema processor says, told with code and place.

Codes are those of the list XmlErrorCodes. A missing element is reported at the place where it is
missing. Under profile GB the codes are the national numbers and the locations are written as in the
rule stage, with the names and prefixes of the document itself.
"""

from collections import Counter
from itertools import islice
from typing import Any

import msgspec
from lxml import etree

from customs_portal.findings import Finding, Stage
from messaging.formats.ics1.locations import european, local_name, national
from messaging.formats.ics1.schema import schema
from messaging.formats.ics1.tables import Element, Form
from messaging.formats.parse import element_positions, parse
from messaging.formats.profiles import Profile
from messaging.formats.tables import by_path, repeatable_names

MAX_FINDINGS = 100
CROWD = 1_500
_TYPES = etree.ErrorTypes
_VALUE_CODES = {
    _TYPES.SCHEMAV_CVC_ENUMERATION_VALID: "12",
    _TYPES.SCHEMAV_CVC_TOTALDIGITS_VALID: "19",
    _TYPES.SCHEMAV_CVC_FRACTIONDIGITS_VALID: "19",
    _TYPES.SCHEMAV_CVC_MAXLENGTH_VALID: "39",
    _TYPES.SCHEMAV_CVC_MINLENGTH_VALID: "40",
    _TYPES.SCHEMAV_CVC_PATTERN_VALID: "51",
    _TYPES.SCHEMAV_CVC_MININCLUSIVE_VALID: "54",
    _TYPES.SCHEMAV_CVC_MAXINCLUSIVE_VALID: "55",
}
_MISPLACED = {
    _TYPES.SCHEMAV_CVC_TYPE_3_1_1,
    _TYPES.SCHEMAV_CVC_TYPE_3_1_2,
    _TYPES.SCHEMAV_CVC_COMPLEX_TYPE_2_1,
    _TYPES.SCHEMAV_CVC_COMPLEX_TYPE_2_3,
    _TYPES.SCHEMAV_CVC_COMPLEX_TYPE_3_2_1,
    _TYPES.SCHEMAV_CVC_COMPLEX_TYPE_3_2_2,
}
_TEXTS = {
    "12": "This value is not in the list of allowed values.",
    "13": "This element is required here.",
    "15": "This is not allowed here.",
    "18": "This does not agree with the schema of the message.",
    "19": "The number has too many digits or is not a decimal number.",
    "35": "This element occurs too often.",
    "39": "The text is too long.",
    "40": "The text is too short.",
    "50": "This value does not have the right type.",
    "51": "The value does not have the form that is required.",
    "54": "The value is too low.",
    "55": "The value is too high.",
}
_NATIONAL_CODES = {
    "12": "4080",
    "13": "4051",
    "15": "4051",
    "19": "4086",
    "35": "4051",
    "39": "4083",
    "40": "4082",
    "50": "4065",
    "51": "4085",
}


class Fault(msgspec.Struct, frozen=True):
    """An element at fault; `missing` names the child that it lacks."""

    element: Any
    code: str
    missing: str = ""


def structure_findings(
    root: "etree._Element", body: bytes, *, message: str, form: Form, profile: Profile
) -> list[Finding]:
    """Return what is wrong with the structure, at most MAX_FINDINGS, in document order.

    A crowded tree that is not valid is thinned out, so that it is no longer of use afterwards.
    """
    rulebook = schema(message, form)
    if not _crowded(root, body):
        faults = _faults(root, rulebook.errors(root), message, form)
        return _findings(faults, message, profile, _positions(root, body, faults))
    if rulebook.accepts(body):
        return []
    _thin_out(root)
    faults = _faults(root, rulebook.errors(root), message, form) or [Fault(root, "18")]
    whole = parse(body, limit=len(body))
    return _findings(faults, message, profile, _positions(whole, body, faults))


def _crowded(root: "etree._Element", body: bytes) -> bool:
    """Return whether some element has so many children that each error would cost too much."""
    return len(body) > 20 * CROWD and any(len(element) > CROWD for element in root.iter())


def _thin_out(root: "etree._Element") -> None:
    """Take away elements beyond the first CROWD of their name in their parent."""
    for parent in [element for element in root.iter() if len(element) > CROWD]:
        seen: Counter[str] = Counter()
        child: etree._Element | None = parent[0]
        while child is not None:
            following = child.getnext()
            seen[child.tag] += 1
            if seen[child.tag] > CROWD:
                parent.remove(child)
            child = following


def _faults(root: "etree._Element", entries: list[Any], message: str, form: Form) -> list[Fault]:
    """Return one fault per element: the first that the processor met, which says most."""
    by_element: dict[Any, Fault] = {}
    for entry in entries:
        if len(by_element) >= MAX_FINDINGS:
            break
        element = _element_at(root, entry.path)
        if element not in by_element:
            by_element[element] = _fault(element, entry, message, form)
    return list(by_element.values())


def _element_at(root: "etree._Element", path: str | None) -> "etree._Element":
    """Return the element at a path of the schema processor (`/*/HEAHEA/GOOITEGDS[2]`)."""
    prefixes = {prefix: uri for prefix, uri in root.nsmap.items() if prefix}
    try:
        found: Any = root.getroottree().xpath(path or "/*", namespaces=prefixes)
    except etree.XPathError:
        return root
    return next(iter(found), root)


def _fault(element: "etree._Element", entry: Any, message: str, form: Form) -> Fault:
    if entry.type in _VALUE_CODES:
        return Fault(element, _VALUE_CODES[entry.type])
    if entry.type == _TYPES.SCHEMAV_CVC_LENGTH_VALID:
        return Fault(element, _length_code(element, message, form))
    if entry.type == _TYPES.SCHEMAV_ELEMENT_CONTENT:
        return _content_fault(element, entry, message, form)
    if entry.type == _TYPES.SCHEMAV_CVC_DATATYPE_VALID_1_2_1:
        kind = _described(element, message, form)
        decimal = kind is not None and kind.type is not None and kind.type.base == "xs:decimal"
        return Fault(element, "19" if decimal else "50")
    return Fault(element, "15" if entry.type in _MISPLACED else "18")


def _length_code(element: "etree._Element", message: str, form: Form) -> str:
    described = _described(element, message, form)
    wanted = described.type.max_length if described and described.type else None
    return "39" if len((element.text or "").strip()) > (wanted or 0) else "40"


def _described(element: "etree._Element", message: str, form: Form) -> Element | None:
    """Return the row of the table for an element, None where the table has none."""
    names = [local_name(found) for found in (*reversed(list(element.iterancestors())), element)]
    return by_path(message, form).get("/" + "/".join(names))


def _content_fault(element: "etree._Element", entry: Any, message: str, form: Form) -> Fault:
    """Judge an error of order or number: the element lacks a child, or is itself not expected."""
    if "Missing child element" in entry.message:
        present = {local_name(child) for child in element}
        return Fault(element, "13", _lacking(_described(element, message, form), present))
    parent = element.getparent()
    table = _described(parent, message, form) if parent is not None else None
    row = (
        next((child for child in table.children if child.name == local_name(element)), None)
        if table
        else None
    )
    if parent is None or row is None:
        return Fault(element, "15")
    earlier = sum(1 for _ in element.itersiblings(element.tag, preceding=True))
    if row.max is not None and earlier >= row.max:
        return Fault(element, "35")
    lacking = _lacking(table, {local_name(child) for child in parent}, before=row.name)
    return Fault(parent, "13", lacking) if lacking else Fault(element, "15")


def _lacking(table: Element | None, present: set[str], before: str = "") -> str:
    """Return the first required child that is absent, of those before `before` in the table."""
    for child in table.children if table else ():
        if child.name == before:
            break
        if child.min and child.name not in present:
            return child.name
    return ""


def _findings(
    faults: list[Fault],
    message: str,
    profile: Profile,
    positions: dict[Any, tuple[int, int]],
) -> list[Finding]:
    return [_finding(fault, message, profile, positions) for fault in faults[:MAX_FINDINGS]]


def _positions(root: Any, body: bytes, faults: list[Fault]) -> dict[Any, tuple[int, int]]:
    """Return line and column of the elements at fault; `root` is of the whole body."""
    if not faults:
        return {}
    same = {_counterpart(fault.element, root): fault.element for fault in faults}
    places: dict[int, Any] = {}
    total = 0
    for total, each in enumerate(root.iter(), 1):
        if each in same:
            places[total - 1] = same[each]
    found = element_positions(body, places, total=total)
    return {places[place]: position for place, position in found.items()}


def _counterpart(element: Any, root: Any) -> Any:
    """Return the element at the same place below another root, counted among those of its name."""
    parent = element.getparent()
    if parent is None:
        return root
    before = sum(1 for _ in element.itersiblings(element.tag, preceding=True))
    return next(islice(_counterpart(parent, root).iterchildren(element.tag), before, None))


def _finding(
    fault: Fault, message: str, profile: Profile, positions: dict[Any, tuple[int, int]]
) -> Finding:
    element = fault.element
    line, column = positions.get(element, (element.sourceline or 0, 0))
    value = "" if fault.missing or len(element) else (element.text or "")
    if profile is Profile.GB:
        location, code = national(element), _NATIONAL_CODES.get(fault.code, "4999")
    else:
        location, code = european(element, repeatable_names(message)), fault.code
        if fault.missing:
            location = f"{location}.{fault.missing}".lstrip(".")
    return Finding(
        code=code,
        location=location,
        text=_TEXTS[fault.code] + (f" Missing: {fault.missing}." if fault.missing else ""),
        number=code if profile is Profile.GB else "",
        value=value[:350],
        stage=Stage.STRUCTURE,
        line=line,
        column=column,
    )
