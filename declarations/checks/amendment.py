"""Whether a declaration may be amended: every guard in its order, the first that fails answers.

UCC Art. 129: not after customs has informed of an examination, found the data wrong, or the goods
were presented. A secret selection, an unannounced measure or an open case never stands against it:
a refusal would tell the trader of the selection.
"""

from collections.abc import Callable, Collection, Iterable
from itertools import chain

import msgspec

from customs_portal.findings import Finding, Stage
from declarations.document import Document
from declarations.filing_types import filing_types
from declarations.lifecycle.out_of_sequence import (
    INVALID_MRN,
    OUT_OF_SEQUENCE,
    UNKNOWN_MRN,
    Situation,
    refusal,
)
from declarations.mrn import is_valid

WRONG_VALUE = "12"
NOT_SUPPORTED = "14"
MAY_NOT = "1"
UNKNOWN = "3"
OTHER = "4"
UNDER_CONTROL = "9"


class Known(msgspec.Struct, frozen=True, kw_only=True):
    """What customs knows of the declaration that the MRN names.

    `entitled` are the EORI numbers that may amend it, `concerned` all that may know of it;
    `examination_announced` says whether a control or a do-not-load was announced and still stands.
    `document` is what is declared now, of filings of ICS2.
    """

    situation: Situation
    declarant: str
    office: str
    entitled: Collection[str]
    concerned: Collection[str]
    examination_announced: bool
    document: Document | None = None


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """An amendment as it is judged: by whom, of which MRN, and what is known of that."""

    sender: str
    document: Document
    known: Known | None

    @property
    def mrn(self) -> str:
        """Return the MRN that is to be amended."""
        return self.document.mrn or ""


class Against(msgspec.Struct, frozen=True, kw_only=True):
    """Why an amendment is refused: the findings, and the code of AmendmentRejectionMotivation.

    `known` is False where the sender is answered as if there were no such MRN.
    """

    findings: list[Finding]
    motivation: str
    known: bool = True


def may_amend(asked: Asked) -> Against | None:
    """Return what stands against the amendment of an IE315, None where nothing does."""
    return first_against(asked, GUARDS)


def first_against(
    asked: Asked, guards: Iterable[Callable[[Asked], Against | None]]
) -> Against | None:
    """Return what the first guard that fails tells, None where none does."""
    return next(chain(filter(None, (guard(asked) for guard in guards)), (None,)))


def well_formed(asked: Asked) -> Against | None:
    """Return what is told of an MRN that cannot be one."""
    return None if is_valid(asked.mrn) else malformed(asked.mrn)


def malformed(mrn: str) -> Against:
    """Return what is told of an MRN without the form or the check digit of one."""
    finding = Finding(
        code=INVALID_MRN,
        location="mrn",
        value=mrn,
        text="This is not a right MRN.",
        stage=Stage.LIFECYCLE,
    )
    return Against(findings=[finding], motivation=UNKNOWN, known=False)


def known(asked: Asked) -> Against | None:
    """Return what is told of an MRN that there is not, or that the sender may not know of."""
    if asked.known and asked.sender in asked.known.concerned:
        return None
    return unknown(asked.mrn)


def unknown(mrn: str) -> Against:
    """Return what is told of an MRN that there is not for the sender."""
    finding = Finding(
        code=UNKNOWN_MRN,
        location="mrn",
        value=mrn,
        text="This MRN is not known.",
        stage=Stage.LIFECYCLE,
    )
    return Against(findings=[finding], motivation=UNKNOWN, known=False)


def of_its_generation(asked: Asked) -> Against | None:
    """Return what is told where one generation amends what the other one lodged: as of no MRN."""
    assert asked.known is not None
    lodged_as_ics2 = asked.known.document is not None
    if lodged_as_ics2 == (asked.document.type in filing_types()):
        return None
    return unknown(asked.mrn)


def _by_the_right_person(asked: Asked) -> Against | None:
    assert asked.known is not None
    if asked.sender in asked.known.entitled:
        return None
    finding = Finding(
        code=WRONG_VALUE,
        location="MES.MesSenMES3",
        value=asked.sender,
        text="The sender is neither the person lodging nor a representative with a mandate.",
        stage=Stage.LIFECYCLE,
    )
    return Against(findings=[finding], motivation=MAY_NOT)


def _same_office(asked: Asked) -> Against | None:
    assert asked.known is not None
    office = asked.document.office_of_first_entry
    if office.upper() == asked.known.office:
        return None
    finding = Finding(
        code=NOT_SUPPORTED,
        location="office_of_first_entry",
        value=office,
        text="The office of first entry cannot be amended.",
        stage=Stage.LIFECYCLE,
    )
    return Against(findings=[finding], motivation=OTHER)


def _same_declarant(asked: Asked) -> Against | None:
    assert asked.known is not None
    declarant = asked.document.declarant.identifier or ""
    if declarant == asked.known.declarant:
        return None
    finding = Finding(
        code=NOT_SUPPORTED,
        location="declarant",
        value=declarant,
        text="The person lodging cannot be amended.",
        stage=Stage.LIFECYCLE,
    )
    return Against(findings=[finding], motivation=OTHER)


def _not(*situations: Situation) -> Callable[[Asked], Against | None]:
    """Return the guard that the declaration does not stand in one of these."""

    def guard(asked: Asked) -> Against | None:
        assert asked.known is not None
        row = refusal("IE313", asked.known.situation)
        if row is None or asked.known.situation not in situations:
            return None
        finding = Finding(
            code=OUT_OF_SEQUENCE,
            location="mrn",
            value=asked.mrn,
            text="The declaration can no longer be amended.",
            stage=Stage.LIFECYCLE,
        )
        return Against(findings=[finding], motivation=row.motivation)

    return guard


def _not_under_control(asked: Asked) -> Against | None:
    assert asked.known is not None
    if not asked.known.examination_announced:
        return None
    finding = Finding(
        code=OUT_OF_SEQUENCE,
        location="mrn",
        value=asked.mrn,
        text="Customs has announced a control or not to load.",
        stage=Stage.LIFECYCLE,
    )
    return Against(findings=[finding], motivation=UNDER_CONTROL)


GUARDS: tuple[Callable[[Asked], Against | None], ...] = (
    well_formed,
    known,
    of_its_generation,
    _by_the_right_person,
    _not(Situation.ENDED),
    _same_office,
    _same_declarant,
    _not(Situation.DIVERTED),
    _not(Situation.ARRIVED, Situation.PRESENTED),
    _not(Situation.RELEASED),
    _not_under_control,
)
