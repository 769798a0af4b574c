"""The message tables of both generations, by the XML name of the message."""

from functools import cache

from messaging.formats.ics1 import tables as ics1
from messaging.formats.ics1.tables import Element, Form, Message
from messaging.formats.ics2 import tables as ics2


@cache
def catalogue() -> dict[str, Message]:
    """Return every message by its XML name."""
    return {**ics1.catalogue(), **ics2.catalogue()}


def is_ics2(message: str) -> bool:
    """Whether the message is one of ICS2."""
    return message in ics2.catalogue()


def table(message: str, form: Form = Form.FULL) -> Element:
    """Return the root element of a message with everything below it.

    Raises KeyError for a message that is not in the catalogue.
    """
    return ics2.table(message) if is_ics2(message) else ics1.table(message, form)


@cache
def by_path(message: str, form: Form = Form.FULL) -> dict[str, Element]:
    """Return every element of a message by its path (`/CC315A/HEAHEA/RefNumHEA4`)."""
    return {element.path: element for element in table(message, form).walk()}


@cache
def repeatable_names(message: str) -> frozenset[str]:
    """Return the names of the elements that may occur more than once in their parent."""
    return frozenset(found.name for found in table(message).walk() if found.repeatable)
