"""Whether a declaration was sent to the right administration, by somebody entitled."""

from customs_portal.findings import Finding, Stage
from customs_portal.reference.snapshot import Snapshot
from declarations.document import Document

NOT_SUPPORTED_HERE = "14"
WRONG_CODE = "12"


def check_office(document: Document, reference: Snapshot, country: str) -> list[Finding]:
    """The office of first entry is one of ours, or the State addressed is (error 14)."""
    if not document.office_of_first_entry:
        return [] if document.addressed_state == country else [_other_state(document)]
    number = document.office_of_first_entry.upper()
    if number.startswith(country) and reference.office(number):
        return []
    return [
        Finding(
            code=NOT_SUPPORTED_HERE,
            location="office_of_first_entry",
            value=document.office_of_first_entry,
            text="The office of first entry is not an office of this administration.",
            stage=Stage.LIFECYCLE,
        )
    ]


def _other_state(document: Document) -> Finding:
    return Finding(
        code=NOT_SUPPORTED_HERE,
        location="addressed_state",
        value=document.addressed_state or "",
        text="The filing is addressed to another administration.",
        stage=Stage.LIFECYCLE,
    )


def entitled_senders(document: Document) -> set[str]:
    """Return the EORI numbers that may lodge it: the person lodging, and the representative."""
    people = (document.declarant, document.representative)
    return {person.identifier for person in people if person and person.identifier}
