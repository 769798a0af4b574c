"""The lines of a message, numbered, with the findings that stand on each."""

from collections.abc import Iterator, Sequence

import msgspec
from lxml import etree

from customs_portal.findings import Finding
from messaging.formats.ics1.locations import Finder
from messaging.formats.parse import parse
from messaging.formats.registry import size_limit

MOST_LINES = 2_000
LONGEST_LINE = 1_000


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """One line; `findings` are the places of its findings in their list, from 1.

    `skipped` lines before it are not shown; a line that is too long `is_cut`.
    """

    number: int
    text: str
    findings: tuple[int, ...] = ()
    skipped: int = 0
    is_cut: bool = False


class Listing(msgspec.Struct, frozen=True, kw_only=True):
    """A message line by line; `places` are the lines of its findings, 0 where unknown.

    What was sent in lines too long to read `is_rearranged`: one element on each line.
    """

    lines: tuple[Line, ...]
    places: tuple[int, ...]
    total: int
    is_rearranged: bool = False

    @property
    def hidden(self) -> int:
        """How many lines after the last one are not shown."""
        return self.total - (self.lines[-1].number if self.lines else 0)


def listing(body: bytes, findings: Sequence[Finding], *, most: int = MOST_LINES) -> Listing:
    """Return the first `most` lines and every line with a finding."""
    root = parse(body, limit=size_limit())
    if isinstance(root, Finding):
        return _listed(_text(body, None), [found.line for found in findings], most)
    text = _text(body, root.getroottree().docinfo.encoding)
    if max(map(len, text.split("\n"))) <= LONGEST_LINE:
        places = [
            found.line or place
            for found, place in zip(findings, _places(root, findings), strict=True)
        ]
        return _listed(text, places, most)
    text = _rearranged(root)
    places = _places(etree.fromstring(text), findings)
    return msgspec.structs.replace(_listed(text, places, most), is_rearranged=True)


def _listed(text: str, places: Sequence[int], most: int) -> Listing:
    texts = text.rstrip("\n").split("\n")
    places = [place if place <= len(texts) else 0 for place in places]
    beside: dict[int, list[int]] = {}
    for number, place in enumerate(places, 1):
        beside.setdefault(place, []).append(number)
    return Listing(lines=tuple(_lines(texts, beside, most)), places=tuple(places), total=len(texts))


def _lines(texts: Sequence[str], beside: dict[int, list[int]], most: int) -> Iterator[Line]:
    before = 0
    later = sorted(place for place in beside if place > most)
    for number in [*range(1, min(most, len(texts)) + 1), *later]:
        text = texts[number - 1]
        yield Line(
            number=number,
            text=text[:LONGEST_LINE],
            findings=tuple(beside.get(number, ())),
            skipped=number - before - 1,
            is_cut=len(text) > LONGEST_LINE,
        )
        before = number


def _text(body: bytes, encoding: str | None) -> str:
    """Return the body as text with one kind of line end; what is no text is marked."""
    try:
        text = body.decode(encoding or "utf-8", "backslashreplace")
    except LookupError:
        text = body.decode("utf-8", "backslashreplace")
    return text.replace("\r\n", "\n").replace("\r", "\n").replace("\x00", "\\x00")


def _rearranged(root: "etree._Element") -> str:
    etree.indent(root)
    return etree.tostring(root, encoding="unicode")


def _places(root: "etree._Element", findings: Sequence[Finding]) -> list[int]:
    finder = Finder(root)
    return [finder.line(found.location) for found in findings]
