"""What a filing of ICS2 says beyond an IE315: its type, who files what is above and below it."""

from collections.abc import Iterable
from datetime import datetime

from django.utils.translation import gettext as _

from customs_portal.pages.reads.marks import Cell, Marker
from customs_portal.pages.wording import moment
from declarations.document import Document, SupportingDocument
from declarations.filing_types import filing_types


def lines(document: Document, marker: Marker, at: datetime) -> list[tuple[str, Cell]]:
    """Return labels with their cells; none for an IE315."""
    kind = filing_types().get(document.type)
    if kind is None:
        return []
    houses = document.consignments
    below = [*document.supplementary_declarants]
    below += [one for house in houses for one in house.supplementary_declarants]
    receptacles = [*document.receptacles, *(one for house in houses for one in house.receptacles)]
    masters = (paper for house in houses for paper in house.master_documents)
    left = document.actual_departure or document.estimated_departure
    said = (
        (_("Type"), f"{kind.filing} {kind.title}"),
        (_("Addressed to"), document.addressed_state),
        (_("Master"), _papers((*document.transport_documents, *masters))),
        (_("Houses"), str(sum(house.level == "house" for house in houses) or "")),
        (_("Supplementary declarants"), _each(one.identifier for one in below)),
        (_("Receptacles"), _each(receptacles)),
        (_("Departure"), moment(left, at) if left else None),
        (_("Split consignment"), _yes(document.previous_mrn, document.split_consignment)),
        (_("Re-entry"), _("Yes") if document.re_entry else None),
        (_("Screened"), _each(" ".join(one.methods) for one in document.screenings)),
    )
    return [(label, marker.cell(text, "declaration", "", ())) for label, text in said]


def _papers(papers: Iterable[SupportingDocument]) -> str:
    return _each(f"{paper.type} {paper.reference}" for paper in papers)


def _each(texts: Iterable[str]) -> str:
    return ", ".join(dict.fromkeys(texts))


def _yes(mrn: str | None, split: bool) -> str | None:  # noqa: FBT001  what was declared
    return mrn or (_("Yes") if split else None)
