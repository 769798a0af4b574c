"""IE301, IE319 and IE303 of other administrations as typed data; the reverse is in `writing`.

Runs on a message whose structure is right. An IE303 has the elements of a declaration under names
of its own, which are turned back into those of a declaration.
"""

from datetime import UTC, datetime

from lxml import etree

from customs_portal.findings import Finding, Stage
from declarations.document import Document
from messaging.formats.answers import RiskResult
from messaging.formats.ics1.reading import read_document
from messaging.formats.ics1.requesting import value
from messaging.formats.ics1.responding import declaration_names
from messaging.formats.ics1.tree import GROUPS, Group
from messaging.formats.transmissions import (
    DeclarationsResponse,
    GivenDeclaration,
    NotGiven,
    Transmitted,
)

_HEADER = "HEAHEA"
_NO_TIME = "This date or time does not exist in the calendar."


class NoSuchTime(Exception):
    """A time that is not in the calendar; holds its location and text."""

    def __init__(self, location: str, text: str) -> None:
        super().__init__(location, text)
        self.location = location
        self.text = text

    def finding(self) -> Finding:
        """Return the finding on it (code 12, rule R660)."""
        return Finding(
            code="12",
            rule="R660",
            location=self.location,
            value=self.text,
            text=_NO_TIME,
            stage=Stage.RULES,
        )


def read_transmission(root: "etree._Element") -> Transmitted | Finding:
    """Return what an IE301 or IE319 says beside its declaration, or the finding on a time."""
    try:
        return _transmitted(root, root, _HEADER + "/", "DocNumHEA5", "RISANA")
    except NoSuchTime as error:
        return error.finding()


def read_declarations(root: "etree._Element") -> DeclarationsResponse | Finding:
    """Return what an IE303 gives and refuses, or the finding on a time that does not exist."""
    given: list[GivenDeclaration] = []
    try:
        for operation in root.iterchildren("IMPOPE200"):
            document = read_document(as_declaration(operation))
            if isinstance(document, Finding):
                return document
            given.append(_given(root, operation, document))
    except NoSuchTime as error:
        return error.finding()
    return DeclarationsResponse(
        reference=value(root, "HEAHEA/DecReqNumHEA1"),
        office=value(root, "CUSOFFREQ/RefNumEPR1").upper(),
        given=tuple(given),
        refused=tuple(map(_refused, root.iterchildren("SUMDECREJ251"))),
    )


def as_declaration(operation: "etree._Element") -> Group:
    """Return one declaration of an IE303 under the names that a declaration has."""
    root = Group("CD303A", None, 1)
    header = Group(_HEADER, root, 1)
    root.groups[_HEADER] = [header]
    for child in operation:
        name = _name(child)
        if name in GROUPS:
            _add(root, name, child)
        elif len(child) == 0:
            header.values.setdefault(name, child.text or "")
    return root


def _add(parent: Group, name: str, element: "etree._Element") -> None:
    same = parent.groups.setdefault(name, [])
    group = Group(name, parent, len(same) + 1)
    same.append(group)
    for child in element:
        below = _name(child)
        if below in GROUPS:
            _add(group, below, child)
        else:
            group.values.setdefault(below, child.text or "")


def _name(element: "etree._Element") -> str:
    return declaration_names().get(str(element.tag), str(element.tag))


def _given(
    root: "etree._Element", operation: "etree._Element", document: Document
) -> GivenDeclaration:
    transmitted = _transmitted(root, operation, "", "DocRefNumIMPOPE201", "RISANAIMP314")
    return GivenDeclaration(document=document, transmitted=transmitted)


def _transmitted(
    root: "etree._Element", parent: "etree._Element", header: str, mrn: str, results: str
) -> Transmitted:
    return Transmitted(
        mrn=value(parent, header + mrn),
        prepared_at=prepared_at(root),
        registered_at=moment(parent, header + "DecRegDatTimHEA115"),
        submitted_at=moment(parent, header + "DecSubDatTimHEA118"),
        results=tuple(map(_result, parent.iterchildren(results))),
    )


def _result(group: "etree._Element") -> RiskResult:
    texts = {_name(child): " ".join((child.text or "").split()) for child in group}
    item = texts.get("IteNumInvRKA1")
    return RiskResult(
        code=texts.get("RisAnaResCodRKA1", ""),
        text=texts.get("RisAnaTexRKA1"),
        item=int(item) if item else None,
    )


def _refused(group: "etree._Element") -> NotGiven:
    return NotGiven(
        mrn=value(group, "DocRefNumSUMDEC252"),
        code=value(group, "SumDecRejReaCodSUMDEC256"),
        reason=value(group, "SumDecRejReaSUMDEC255"),
    )


def prepared_at(root: "etree._Element") -> datetime:
    """Return when a message was prepared, to the minute. Raises NoSuchTime."""
    raw = value(root, "DatOfPreMES9") + value(root, "TimOfPreMES10")
    return _moment("MES.DatOfPreMES9", raw, "%y%m%d%H%M" if len(raw) == 10 else "%Y%m%d%H%M")


def moment(parent: "etree._Element", path: str) -> datetime:
    """Return the time at a path (YYYYMMDDHHMM). Raises NoSuchTime for one like 30 February."""
    return _moment(path.replace("/", "."), value(parent, path), "%Y%m%d%H%M")


def _moment(location: str, raw: str, form: str) -> datetime:
    try:
        return datetime.strptime(raw, form).replace(tzinfo=UTC)
    except ValueError:
        raise NoSuchTime(location, raw) from None
