"""IE303 and IE906: what another administration is answered.

An IE303 has the elements of a declaration under names of its own; `response_names.csv` has the
name that each of them bears in a declaration.
"""

import csv
from collections.abc import Sequence
from functools import cache

from messaging.formats.answers import (
    DeclarationsAnswer,
    FunctionalRejection,
    RefusedDeclaration,
    Transmission,
)
from messaging.formats.ics1.contents import Content, Value
from messaging.formats.ics1.markup import write
from messaging.formats.ics1.tables import DATA, Element, by_path
from messaging.formats.ics1.writing import (
    envelope_content,
    functional_errors,
    transmission_content,
)

_OPERATION = "/CD303A/IMPOPE200"


@cache
def declaration_names() -> dict[str, str]:
    """Return by element of an IE303 its name in a declaration, where it has another."""
    with (DATA / "response_names.csv").open(encoding="utf-8", newline="") as file:
        return {row["response"]: row["declaration"] for row in csv.DictReader(file)}


def write_declarations(answer: DeclarationsAnswer) -> bytes:
    """Return an IE303 (CD303A)."""
    operation = by_path("CD303A")[_OPERATION]
    content: dict[str, Value] = {
        "HEAHEA": {"DecReqNumHEA1": answer.reference},
        "CUSOFFREQ": {"RefNumEPR1": answer.office},
        "IMPOPE200": [_named(operation, _flat(each)) for each in answer.declarations],
        "SUMDECREJ251": [_refused(each) for each in answer.refused],
    }
    return write("CD303A", {**envelope_content("CD303A", answer.envelope), **content})


def _flat(declaration: Transmission) -> Content:
    """Return the content of a declaration with its header beside its groups, as IE303 has it."""
    content = transmission_content(declaration)
    header = content["HEAHEA"]
    assert isinstance(header, dict)
    return {**content, **header}


def _named(group: Element, content: Content) -> Content:
    """Return the content of a group of a declaration under the names of IE303."""
    names = declaration_names()
    pairs = ((child, content.get(names.get(child.name, child.name))) for child in group.children)
    return {child.name: _value(child, found) for child, found in pairs if found is not None}


def _value(element: Element, found: Value) -> Value:
    if isinstance(found, dict):
        return _named(element, found)
    if isinstance(found, Sequence) and not isinstance(found, str):
        return [_named(element, one) for one in found]
    return found


def _refused(refused: RefusedDeclaration) -> Content:
    return {
        "DocRefNumSUMDEC252": refused.mrn,
        "SumDecRejReaCodSUMDEC256": refused.code,
        "SumDecRejReaSUMDEC255": refused.reason,
    }


def write_functional_rejection(answer: FunctionalRejection) -> bytes:
    """Return an IE906 (CD906B). Needs at least one finding."""
    content: dict[str, Value] = {
        "HEAHEA": {"DocNumHEA5": answer.mrn, "DecReqNumHEA1": answer.reference},
        "FUNERRER1": functional_errors(answer.findings),
    }
    return write("CD906B", {**envelope_content("CD906B", answer.envelope), **content})
