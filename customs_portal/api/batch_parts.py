"""The parts of a multipart/form-data body, each as the exact bytes that were sent (RFC 7578)."""

import re
from collections.abc import Iterator

from django.utils.http import parse_header_parameters

MOST_MESSAGES = 100
PART_NAME = "message"
LONGEST_HEAD = 2_000
LONGEST_BOUNDARY = 70
"""RFC 2046, section 5.1.1."""

_BOUNDARY = re.compile(rb"[0-9A-Za-z'()+_,\-./:=? ]{0,69}[0-9A-Za-z'()+_,\-./:=?]")
_AS_SENT = frozenset({"7bit", "8bit", "binary"})


class Malformed(Exception):
    """The body is not what was asked for; `code` says in which way."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def boundary_of(content_type: str) -> bytes:
    """Return the boundary that a Content-Type names; raises Malformed where it names none."""
    try:
        media, parameters = parse_header_parameters(content_type)
    except ValueError:
        raise Malformed("not_multipart") from None
    if media != "multipart/form-data":
        raise Malformed("not_multipart")
    boundary = str(parameters.get("boundary", "")).encode("ascii", "backslashreplace")
    if not _BOUNDARY.fullmatch(boundary):
        raise Malformed("bad_boundary")
    return boundary


def messages(body: bytes, boundary: bytes) -> list[bytes]:
    """Return the contents of the parts in their order.

    Raises Malformed: a part that is not named `message` or is coded or nested, more than 100, or
    a body that is not closed by its boundary. Nothing of such a body is taken.
    """
    found: list[bytes] = []
    for head, content in _parts(b"\r\n" + body, b"\r\n--" + boundary):
        if len(found) == MOST_MESSAGES:
            raise Malformed("too_many")
        _refuse_other(_headers(head))
        found.append(content)
    if not found:
        raise Malformed("empty")
    return found


def _parts(body: bytes, delimiter: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Yield (head, content) of each part up to the closing delimiter."""
    at = body.find(delimiter)
    while at >= 0:
        start = at + len(delimiter)
        if body.startswith(b"--", start):
            return
        at = body.find(delimiter, start)
        if at < 0:
            break
        yield _split(body, start, at)
    raise Malformed("not_closed")


def _split(body: bytes, start: int, end: int) -> tuple[bytes, bytes]:
    """Return the head and the content of the part that stands between two delimiters."""
    line_end = body.find(b"\r\n", start, min(start + LONGEST_HEAD, end))
    if line_end < 0 or body[start:line_end].strip(b" \t"):
        raise Malformed("bad_part")
    head_end = body.find(b"\r\n\r\n", line_end, min(line_end + LONGEST_HEAD, end))
    if head_end < 0:
        raise Malformed("bad_part")
    return body[line_end + 2 : head_end], body[head_end + 4 : end]


def _headers(head: bytes) -> dict[str, str]:
    found: dict[str, str] = {}
    for line in head.decode("utf-8", "replace").split("\r\n"):
        name, colon, value = line.partition(":")
        if not colon or name.strip().lower() in found:
            raise Malformed("bad_part")
        found[name.strip().lower()] = value.strip()
    return found


def _refuse_other(headers: dict[str, str]) -> None:
    """Raise Malformed unless these are the headers of a message, sent as it is."""
    try:
        disposition, parameters = parse_header_parameters(headers.get("content-disposition", ""))
    except ValueError:
        raise Malformed("bad_part") from None
    if disposition != "form-data" or parameters.get("name") != PART_NAME:
        raise Malformed("bad_name")
    if headers.get("content-type", "").lower().startswith("multipart/"):
        raise Malformed("nested")
    if headers.get("content-transfer-encoding", "binary").lower() not in _AS_SENT:
        raise Malformed("coded")
