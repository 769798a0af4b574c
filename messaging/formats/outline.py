"""A message as a list of its fields: what stands where, with the words of the message tables."""

from collections.abc import Iterator

import msgspec
from lxml import etree

from customs_portal.findings import Finding
from messaging.formats.ics1.locations import local_name
from messaging.formats.ics1.tables import Element
from messaging.formats.parse import parse
from messaging.formats.registry import size_limit
from messaging.formats.tables import by_path, catalogue

MOST_FIELDS = 1_000
LONGEST_VALUE = 500


class Field(msgspec.Struct, frozen=True, kw_only=True):
    """A group or a value; `depth` counts groups around it; `words` are empty where unknown."""

    name: str
    words: str
    value: str
    depth: int
    is_group: bool


def outline(body: bytes, *, most: int = MOST_FIELDS) -> list[Field]:
    """Return the first `most` fields in their order; none of a body that is no XML."""
    root = parse(body, limit=size_limit())
    if isinstance(root, Finding):
        return []
    kind = local_name(root)
    described = by_path(kind) if kind in catalogue() else {}
    found: list[Field] = []
    for field in _fields(root, f"/{kind}", described, 0):
        if len(found) == most:
            break
        found.append(field)
    return found


def _fields(
    parent: "etree._Element", path: str, described: dict[str, Element], depth: int
) -> Iterator[Field]:
    for child in parent:
        name = local_name(child)
        known = described.get(f"{path}/{name}")
        yield Field(
            name=name,
            words=known.description if known else "",
            value=(child.text or "").strip()[:LONGEST_VALUE] if not len(child) else "",
            depth=depth,
            is_group=bool(len(child)),
        )
        yield from _fields(child, f"{path}/{name}", described, depth + 1)
