"""Content to XML: in the order of the message table, cut to field length, legal in XML 1.0."""

import re
from functools import cache
from xml.sax.saxutils import escape

from messaging.formats.ics1.contents import Content, Value
from messaging.formats.ics1.tables import Element
from messaging.formats.tables import catalogue, table

_ILLEGAL = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_SPACES = re.compile(r"[ \t\r\n]+")


def write(message: str, content: Content) -> bytes:
    """Return the message (`CC328A`) with this content as UTF-8.

    Empty values and groups are left out. Whoever calls fills what the table requires; names that
    the table does not have are ignored, so that one content serves several messages.
    """
    parts = ['<?xml version="1.0" encoding="UTF-8"?>\n', _opening(message), "\n"]
    for child in table(message).children:
        _put(child, content.get(child.name), parts, " ")
    parts.append(_closing(message))
    return "".join(parts).encode()


@cache
def _opening(message: str) -> str:
    entry = catalogue()[message]
    if entry.children == "qualified":
        return f'<{message} xmlns="{entry.namespace}">'
    return f'<ie:{message} xmlns:ie="{entry.namespace}">'


@cache
def _closing(message: str) -> str:
    qualified = catalogue()[message].children == "qualified"
    return f"</{message}>\n" if qualified else f"</ie:{message}>\n"


def _put(element: Element, value: Value, parts: list[str], indent: str) -> None:
    if value is None:
        return
    if isinstance(value, str):
        text = _fitting(element, value)
        if text:
            parts.append(f"{indent}<{element.name}>{escape(text)}</{element.name}>\n")
    elif isinstance(value, dict):
        _put_group(element, value, parts, indent)
    else:
        for one in value[: element.max]:
            _put_group(element, one, parts, indent)


def _put_group(element: Element, content: Content, parts: list[str], indent: str) -> None:
    inner: list[str] = []
    for child in element.children:
        value = content.get(child.name)
        if value is not None:
            _put(child, value, inner, indent + " ")
    if inner:
        parts.append(f"{indent}<{element.name}>\n")
        parts += inner
        parts.append(f"{indent}</{element.name}>\n")


def _fitting(element: Element, value: str) -> str:
    """Return the text without illegal characters, white space collapsed, cut to its length."""
    kind = element.type
    if kind is None:
        return ""
    text = without_illegal(value)
    if kind.base != "xs:string":
        text = _SPACES.sub(" ", text).strip(" ")
    limit = kind.max_length
    return text if limit is None or len(text) <= limit else text[:limit].rstrip(" ")


def without_illegal(value: str) -> str:
    """Return the text without the characters that XML 1.0 does not allow."""
    return value if value.isprintable() else _ILLEGAL.sub("", value)
