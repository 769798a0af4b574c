"""Where an element stands, written in the two ways that the answers use.

European: names joined by points below the root, a 1-based position on every element that its table
lets repeat and on no other (`GOOITEGDS[2].PACGS2[1].NumOfPacGS24`). The position counts elements of
that name in the same parent. A repeatable element that is missing has no position.
National (GB): every step with a position (`/ie:CC315A[1]/GOOITEGDS[2]/PACGS2[1]`).
"""

import re
from collections.abc import Container, Iterable
from typing import Any

import msgspec
from lxml import etree

from customs_portal.findings import Finding


def local_name(element: "etree._Element") -> str:
    """Return the name without its namespace."""
    return str(element.tag).rpartition("}")[2]


def european(element: "etree._Element", repeatable: Container[str]) -> str:
    """Return the location for the functional and XML errors of the common domain."""
    steps: list[str] = []
    current = element
    while (parent := current.getparent()) is not None:
        name = local_name(current)
        steps.append(f"{name}[{_position(current)}]" if name in repeatable else name)
        current = parent
    return ".".join(reversed(steps))


def national(element: "etree._Element") -> str:
    """Return the location of a structure error for Great Britain.

    Names and prefix are those of the document; only directly adjacent repeats are counted.
    """
    steps: list[str] = []
    current: etree._Element | None = element
    while current is not None:
        prefix = f"{current.prefix}:" if current.prefix else ""
        steps.append(f"/{prefix}{local_name(current)}[{_adjacent(current)}]")
        current = current.getparent()
    return "".join(reversed(steps))


def _position(element: "etree._Element") -> int:
    return 1 + sum(1 for _ in element.itersiblings(element.tag, preceding=True))


def _adjacent(element: "etree._Element") -> int:
    count = 1
    for sibling in element.itersiblings(preceding=True):
        if sibling.tag != element.tag:
            break
        count += 1
    return count


_STEP = re.compile(r"(?:[^:\[\]]*:)?([^\[\]]+)(?:\[([0-9]{1,9})\])?")
_WHOLE_MESSAGE = "MES"


class Finder:
    """Finds the elements that locations name; the children of an element are counted once."""

    def __init__(self, root: "etree._Element") -> None:
        self._root = root
        self._children: dict[etree._Element, dict[str, list[etree._Element]]] = {}

    def element(self, location: str) -> "etree._Element":
        """Return the element at a location of either way of writing, or the nearest around it."""
        found = self._root
        for name, position in _steps(location):
            same = self._children_of(found).get(name, [])
            if len(same) < position:
                return found
            found = same[position - 1]
        return found

    def line(self, location: str) -> int:
        """Return the line on which that element begins, 0 where it is unknown."""
        element: Any = self.element(location)
        return element.sourceline or 0

    def _children_of(self, parent: "etree._Element") -> "dict[str, list[etree._Element]]":
        known = self._children.get(parent)
        if known is None:
            known = self._children[parent] = {}
            for child in parent:
                known.setdefault(local_name(child), []).append(child)
        return known


def _steps(location: str) -> list[tuple[str, int]]:
    """Return names and positions below the root; 1 where no position is written."""
    below_root = location.startswith("/")
    parts = location.split("/")[2:] if below_root else location.split(".")
    if not below_root and parts[0] == _WHOLE_MESSAGE:
        parts = parts[1:]
    found = [_STEP.fullmatch(part) for part in parts if part]
    return [(match[1], int(match[2] or 1)) for match in found if match]


def on_lines(findings: Iterable[Finding], root: "etree._Element") -> list[Finding]:
    """Return the findings with the line on which the element of each stands."""
    finder = Finder(root)
    return [msgspec.structs.replace(found, line=finder.line(found.location)) for found in findings]
