"""What conditions are compiled with: the catalogue of fields, lists, and the key of sampling."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from risk.engine.field import Field, FieldType
from risk.engine.lists import AnyList, ListedMembership, Membership
from risk.engine.operands import threshold
from risk.engine.tree import Leaf


@dataclass(frozen=True, slots=True)
class Resources:
    """What conditions of one rule need besides the declaration.

    `sampling_key` is secret; `salt` (the code of the rule) keeps two sampling rules apart.
    """

    catalogue: Mapping[str, Field]
    lists: Mapping[str, AnyList]
    sampling_key: bytes
    salt: str = ""


def comparison_key(field: Field) -> str:
    """Return the key of a reading under which the comparable form of the field stands."""
    return f"{field.name}#text" if field.type is FieldType.TEXT else field.name


def membership(leaf: Leaf, resources: Resources) -> Membership | ListedMembership:
    """Return the list of the leaf in the form that fits its field."""
    found = resources.lists[leaf.list]
    is_text = resources.catalogue[leaf.field].type is FieldType.TEXT
    return found.phrases if is_text else found.codes


def phrases(leaf: Leaf, resources: Resources) -> Membership:
    """Return the list of a leaf that looks for words; such a list is held in memory."""
    found = membership(leaf, resources)
    if isinstance(found, ListedMembership):
        raise TypeError("a list whose words are looked for is held in memory")
    return found


def thresholds(leaf: Leaf, resources: Resources) -> tuple[Any, ...]:
    """Return the values of the leaf in the form in which its field is compared."""
    field = resources.catalogue[leaf.field]
    return tuple(threshold(value, field.type) for value in leaf.values)
