"""Values of an indexed message of ICS2 as plain types, None where absent."""

from datetime import datetime

from declarations.document import SupportingDocument
from messaging.formats.ics1.tree import Group


def text(group: Group, name: str) -> str | None:
    """Return the text of a child."""
    return group.values.get(name) or None


def inner(group: Group, name: str, value: str) -> str | None:
    """Return the text of a child of a group that may be absent."""
    found = group.first(name)
    return text(found, value) if found else None


def time(group: Group, name: str) -> datetime | None:
    """Return a time."""
    raw = group.values.get(name)
    return datetime.fromisoformat(raw) if raw else None


def papers(group: Group, name: str) -> tuple[SupportingDocument, ...]:
    """Return the transport documents of that name."""
    return tuple(
        SupportingDocument(type=one.text("type"), reference=one.text("documentNumber"))
        for one in group.all(name)
    )
