"""A light index of a filing for rules and reading; only for one whose structure is right."""

from typing import Any

from messaging.formats.ics1.tree import Group
from messaging.formats.ics2.tables import Groups, groups_of


def index(root: Any) -> Group:
    """Return the index of a message; values are the texts with white space collapsed."""
    return _index(root, None, 1, groups_of(_name(root)))


def _index(root: Any, parent: Group | None, position: int, known: Groups) -> Group:
    group = Group(_name(root), parent, position)
    values, groups = group.values, group.groups
    for child in root:
        name = child.tag.rpartition("}")[2]
        if name in known:
            same = groups.get(name)
            if same is None:
                same = groups[name] = []
            same.append(_index(child, group, len(same) + 1, known[name]))
        else:
            text = child.text or ""
            values[name] = text if text.isalnum() else " ".join(text.split())
    return group


def _name(element: Any) -> str:
    return str(element.tag).rpartition("}")[2]


def below(group: Group, *names: str) -> list[Group]:
    """Return every group at the end of a path of names below a group."""
    found = [group]
    for name in names:
        found = [inner for outer in found for inner in outer.all(name)]
    return found


def pointer(group: Group, name: str, repeatable: frozenset[str]) -> str:
    """Return the path to a child of a group (`/IE3F12/consignmentMasterLevel/goodsItem[2]/x`).

    Positions count from 1 and stand on every element that its table lets repeat. Without name the
    path of the group itself.
    """
    steps = [name] if name else []
    current: Group | None = group
    while current is not None:
        place = f"[{current.position}]" if current.parent and current.name in repeatable else ""
        steps.append(f"{current.name}{place}")
        current = current.parent
    return "/" + "/".join(reversed(steps))
