"""The one way to turn bytes into an XML tree.

No entities, no DOCTYPE, no network, bounded size and depth. Comments and processing instructions
are dropped, so that the text of an element is one piece. Every refusal is a Finding of stage parse
with a code of the list XmlErrorCodes: 52 not XML, 53 characters, 18 anything else.
"""

import re
from collections.abc import Collection
from itertools import count
from threading import local
from typing import Any
from xml.parsers import expat

from lxml import etree

from customs_portal.findings import Finding, Stage

MAX_DEPTH, MAX_TAGS = 64, 1_500_000
"""20,000,000 bytes of small elements would be a tree of gigabytes."""
_PROLOG = re.compile(rb"(?:\xef\xbb\xbf)?(?>\s+|<\?.*?\?>|<!--.*?-->)*+<!DOCTYPE", re.DOTALL)
_TOO_DEEP = etree.XPath("boolean(" + "/*" * (MAX_DEPTH + 1) + ")")
_CHARACTER_ERRORS = {
    etree.ErrorTypes.ERR_INVALID_CHAR,
    etree.ErrorTypes.ERR_INVALID_CHARREF,
    etree.ErrorTypes.ERR_INVALID_ENCODING,
    etree.ErrorTypes.I18N_CONV_FAILED,
}
_LIMITS = {
    etree.ErrorTypes.ERR_RESOURCE_LIMIT: "Elements are nested too deeply, or entities are used.",
    etree.ErrorTypes.ERR_ENTITY_LOOP: "Entities are not allowed.",
}
_parsers = local()


def _parser() -> etree.XMLParser:
    """Return this thread's parser; a parser must not be shared between threads."""
    found: etree.XMLParser | None = getattr(_parsers, "parser", None)
    if found is None:
        found = _parsers.parser = etree.XMLParser(
            resolve_entities=False,
            load_dtd=False,
            dtd_validation=False,
            no_network=True,
            huge_tree=False,
            recover=False,
            remove_comments=True,
            remove_pis=True,
        )
    return found


def parse(body: bytes, *, limit: int) -> "etree._Element | Finding":
    """Return the root element, or why the body was refused; `limit` is in bytes."""
    if len(body) > limit:
        return refusal("18", f"The message has {len(body)} bytes; at most {limit} are allowed.")
    if not body.strip():
        return refusal("52", "The message is empty.")
    if _PROLOG.match(body):
        return _doctype()
    if body.count(b"<") > MAX_TAGS:
        return refusal("18", f"The message has more than {MAX_TAGS} tags.")
    try:
        root = etree.fromstring(body, _parser())
    except etree.XMLSyntaxError as error:
        return _syntax(error)
    return _bounded(root)


def _bounded(root: "etree._Element") -> "etree._Element | Finding":
    if root.getroottree().docinfo.internalDTD is not None:
        return _doctype()
    if _TOO_DEEP(root):
        return refusal("18", f"Elements are nested more than {MAX_DEPTH} levels deep.")
    return root


def _doctype() -> Finding:
    return refusal("18", "A document type declaration (DOCTYPE) is not allowed.")


def _syntax(error: Any) -> Finding:
    code = "53" if error.code in _CHARACTER_ERRORS else "52"
    if error.code in _LIMITS:
        return refusal("18", _LIMITS[error.code])
    line, column = error.position if error.lineno else (1, 1)
    start = "Invalid characters" if code == "53" else "Not well-formed XML"
    reason = (error.msg or "nothing to read").partition(", line ")[0]
    return refusal(code, f"{start}: {reason}.", max(line, 1), max(column, 1))


def refusal(code: str, text: str, line: int = 1, column: int = 1) -> Finding:
    """Return a finding about the message as a whole."""
    return Finding(code=code, location="", text=text, stage=Stage.PARSE, line=line, column=column)


def element_positions(
    body: bytes, wanted: Collection[int], *, total: int
) -> dict[int, tuple[int, int]]:
    """Return line and column of the start tags with these places in document order, from 0.

    Only for a body that `parse` accepted. Empty where the encoding is one that expat cannot read,
    or where it finds another number of elements than the `total`.
    """
    found: dict[int, tuple[int, int]] = {}
    reader, places = expat.ParserCreate(), count()

    def note(_name: str, _attributes: object) -> None:
        place = next(places)
        if place in wanted:
            found[place] = (reader.CurrentLineNumber, reader.CurrentColumnNumber + 1)

    reader.StartElementHandler = note
    try:
        reader.Parse(body, True)  # noqa: FBT003
    except expat.ExpatError:
        return {}
    return found if next(places) == total else {}
