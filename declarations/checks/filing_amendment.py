"""Whether an ENS filing of ICS2 may be amended or invalidated: its guards in their order.

Not once it has ended or goods were presented, nor amended once customs has announced a control, or
by the setting has decided on one; a selection alone never stands against it. Goods that are not to
be loaded may be withdrawn (LIFECYCLE F6). Its type, its persons, its
office and the transport documents by which it is linked stay (R3024, error 104); goods items and
houses may go, not come (error 101).
"""

from collections.abc import Callable, Iterator

from customs_portal.findings import Finding, Stage
from declarations.checks.amendment import (
    OTHER,
    Against,
    Asked,
    known,
    of_its_generation,
    well_formed,
)
from declarations.document import Consignment, Document
from declarations.lifecycle.out_of_sequence import Situation

WRONG_STATE, NOTHING_NEW, NOT_AMENDABLE, WRONG_PERSON = "72", "101", "104", "12"
_TOO_LATE = frozenset(
    {Situation.ENDED, Situation.PRESENTED, Situation.RELEASED, Situation.DIVERTED}
)
Guard = Callable[[Asked], Against | None]


def _against(code: str, location: str, text: str, *, rule: str = "", value: str = "") -> Against:
    finding = Finding(
        code=code,
        rule=rule,
        location=location,
        value=value,
        text=text,
        stage=Stage.LIFECYCLE,
    )
    return Against(findings=[finding], motivation=OTHER)


def by_the_right_person(asked: Asked) -> Against | None:
    """Return what is told to somebody who neither lodged nor represents."""
    assert asked.known is not None
    if asked.sender in asked.known.entitled:
        return None
    text = "The sender is neither the declarant nor a representative with a mandate."
    return _against(WRONG_PERSON, "declarant", text, value=asked.sender)


def in_time(asked: Asked) -> Against | None:
    """Return what stands against a change by where filing and goods are."""
    assert asked.known is not None
    if asked.known.situation in _TOO_LATE:
        return _against(WRONG_STATE, "mrn", "The filing can no longer be changed.", value=asked.mrn)
    return None


def not_controlled(asked: Asked) -> Against | None:
    """Return what stands against an amendment by what customs has ordered."""
    assert asked.known is not None
    if asked.known.examination_announced:
        text = "Customs controls the goods, or has said not to load them."
        return _against(WRONG_STATE, "mrn", text, value=asked.mrn)
    return None


def _same_header(asked: Asked) -> Against | None:
    before, after = _documents(asked)
    for field, old, new in (
        ("type", before.type, after.type),
        ("declarant", before.declarant.identifier, after.declarant.identifier),
        ("office_of_first_entry", before.office_of_first_entry, after.office_of_first_entry),
        ("addressed_state", before.addressed_state, after.addressed_state),
    ):
        if (old or "").upper() != (new or "").upper():
            return _not_amendable(field, new or "")
    return None


def _same_keys(asked: Asked) -> Against | None:
    before, after = _documents(asked)
    if _papers(before) != _papers(after):
        return _not_amendable("transport_documents", "")
    if set(_masters(after)) - set(_masters(before)):
        return _not_amendable("consignments", "")
    return None


def _papers(document: Document) -> list[str]:
    return sorted(paper.reference for paper in document.transport_documents)


def _masters(document: Document) -> Iterator[str]:
    """Yield the documents of masters that the houses of a filing name."""
    for house in document.consignments:
        yield from (paper.reference for paper in house.master_documents)


def _not_amendable(field: str, value: str) -> Against:
    text = "This cannot be amended; invalidate the filing and lodge another."
    return _against(NOT_AMENDABLE, field, text, rule="R3024", value=value)


def _nothing_new(asked: Asked) -> Against | None:
    before, after = _documents(asked)
    declared = {house.key: house for house in before.consignments}
    for house in after.consignments:
        if house.key not in declared:
            text = "An amendment cannot add a house consignment."
            return _against(NOTHING_NEW, "consignments", text, value=house.key)
        if len(house.items) > len(declared[house.key].items):
            return _new_item(house)
    if len(after.master_items) > len(before.master_items):
        return _against(NOTHING_NEW, "items", "An amendment cannot add a goods item.")
    return None


def _new_item(house: Consignment) -> Against:
    field = "items" if house.level == "master" else "consignments"
    return _against(NOTHING_NEW, field, "An amendment cannot add a goods item.", value=house.key)


def _documents(asked: Asked) -> tuple[Document, Document]:
    assert asked.known is not None
    assert asked.known.document is not None
    return asked.known.document, asked.document


TO_END: tuple[Guard, ...] = (known, of_its_generation, by_the_right_person, in_time)
"""What is asked before a filing is invalidated."""
TO_AMEND: tuple[Guard, ...] = (
    well_formed,
    *TO_END,
    not_controlled,
    _same_header,
    _same_keys,
    _nothing_new,
)
