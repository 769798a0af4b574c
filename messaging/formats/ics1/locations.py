"""Where an element stands, written in the two ways that the answers use.

European: names joined by points below the root, a 1-based position on every element that its table
lets repeat and on no other (`GOOITEGDS[2].PACGS2[1].NumOfPacGS24`). The position counts elements of
that name in the same parent. A repeatable element that is missing has no position.
National (GB): every step with a position (`/ie:CC315A[1]/GOOITEGDS[2]/PACGS2[1]`).
"""

from collections.abc import Container

from lxml import etree


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
