"""A light index of a declaration for rules and reading: groups with their values and subgroups.

Only for IE315 and IE313 whose structure is right. Values are the texts as written.
"""

from collections.abc import Iterator

from lxml import etree

GROUPS = frozenset(
    {
        "HEAHEA", "TRACONCO1", "TRACONCE1", "NOTPAR670", "GOOITEGDS", "PRODOCDC2", "SPEMENMT2",
        "TRACONCO2", "COMCODGODITM", "TRACONCE2", "CONNR2", "IDEMEATRAGI970", "PACGS2",
        "PRTNOT640", "ITI", "CUSOFFLON", "TRAREP", "PERLODSUMDEC", "SEAID529", "CUSOFFFENT730",
        "CUSOFFSENT740", "TRACARENT601",
    }
)  # fmt: skip
TRIMMED = "".join(map(chr, range(0x21)))
_NONE: "list[Group]" = []


class Group:
    """An element with children; `position` counts same-named siblings from 1."""

    __slots__ = ("groups", "name", "parent", "position", "values")

    def __init__(self, name: str, parent: "Group | None", position: int) -> None:
        self.name = name
        self.parent = parent
        self.position = position
        self.values: dict[str, str] = {}
        self.groups: dict[str, list[Group]] = {}

    def all(self, name: str) -> "list[Group]":
        """Return the subgroups of that name in document order."""
        return self.groups.get(name, _NONE)

    def first(self, name: str) -> "Group | None":
        """Return the first subgroup of that name."""
        found = self.groups.get(name)
        return found[0] if found else None

    def has(self, name: str) -> bool:
        """Return whether a child of that name, group or value, is there."""
        return name in self.values or name in self.groups

    def text(self, name: str) -> str:
        """Return the trimmed text of a value, empty where it is absent."""
        return self.values.get(name, "").strip(TRIMMED)

    def size(self) -> int:
        """Return the number of child elements."""
        return len(self.values) + sum(map(len, self.groups.values()))

    def walk(self) -> "Iterator[Group]":
        """Yield the group and everything below it in document order."""
        yield self
        for found in self.groups.values():
            for group in found:
                yield from group.walk()


def index(root: "etree._Element", parent: Group | None = None, position: int = 1) -> Group:
    """Return the index of an element; the first of several values of one name counts."""
    name = str(root.tag).rpartition("}")[2]
    group = Group(name, parent, position)
    values, groups = group.values, group.groups
    for child in root:
        tag: str = child.tag
        if tag in GROUPS:
            same = groups.get(tag)
            if same is None:
                same = groups[tag] = []
            same.append(index(child, group, len(same) + 1))
        elif tag not in values:
            values[tag] = child.text or ""
    return group
