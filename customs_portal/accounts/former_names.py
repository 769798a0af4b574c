"""What the log of changes says of natural persons in the register: hidden as the register hides it.

A former name is told no more than the present one: by initials, without address and telephone.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from customs_portal.accounts.models import Operator, Role, User
from customs_portal.accounts.models.operators import initials
from customs_portal.accounts.policies import sees_persons

HIDDEN = ("telephone", "street", "postcode", "city")
_SIGN = "…"


class FormerNames:
    """Hides what changes tell of natural persons from whoever sees them masked in the register."""

    def __init__(self, changes: Iterable[tuple[str, str]], viewer: User) -> None:
        """Take the table and row of each change that is to be shown, and who looks at them."""
        self._plain = sees_persons(viewer) or viewer.role == Role.ADMINISTRATOR
        rows = {row for table, row in changes if table == _TABLE and row.isdigit()}
        asked = rows if not self._plain else ()
        persons = Operator.objects.filter(pk__in=asked, natural_person=True)
        self._persons = {str(key) for key in persons.values_list("pk", flat=True)}

    def hidden(
        self, table: str, row: str, before: Mapping[str, Any], after: Mapping[str, Any]
    ) -> tuple[dict[str, Any], dict[str, Any]]:
        """Return the values before and after a change as the viewer may see them."""
        was = any(values.get("natural_person") for values in (before, after))
        if self._plain or table != _TABLE or not (was or row in self._persons):
            return dict(before), dict(after)
        return _masked(before), _masked(after)


_TABLE = Operator._meta.db_table


def _masked(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: _told(name, value) for name, value in values.items()}


def _told(name: str, value: Any) -> Any:
    if name == "name":
        return initials(value)
    return _SIGN if name in HIDDEN and value else value
