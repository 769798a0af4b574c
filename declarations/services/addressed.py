"""Which office of ours is responsible for a declaration."""

from datetime import datetime

from customs_portal.reference import snapshot
from customs_portal.reference.models import Office
from declarations.document import Document


def responsible_office(document: Document, at: datetime) -> str:
    """Return the office of first entry; of a filing that names a State alone, its risk centre.

    Raises LookupError for a State that has no risk centre.
    """
    if document.office_of_first_entry:
        return document.office_of_first_entry.upper()
    return _risk_centre(document.addressed_state or "", at)


def _risk_centre(country: str, at: datetime) -> str:
    found = sorted(
        row.reference
        for row in snapshot.current(at).offices.values()
        if row.country == country and row.kind == Office.Kind.RISK_CENTRE
    )
    if not found:
        raise LookupError(f"There is no risk centre of {country}.")
    return found[0]
