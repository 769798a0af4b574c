"""What every template knows: the menu of the user's role, the office and its local time."""

from typing import Any

import msgspec
from django.http import HttpRequest
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from customs_portal.accounts.models import Role, User


class MenuItem(msgspec.Struct, frozen=True, kw_only=True):
    """A link of the menu: the name of its URL, its words, and who has it."""

    url_name: str
    label: str | Promise
    roles: frozenset[Role]


_CASEWORK = frozenset({Role.OFFICER, Role.SUPERVISOR})
_READING = _CASEWORK | {Role.AUDITOR, Role.ANALYST, Role.APPROVER}
MENU = (
    MenuItem(url_name="queue", label=_("Queue"), roles=_READING),
    MenuItem(url_name="subsequent_entry", label=_("Subsequent entry"), roles=_READING),
    MenuItem(url_name="trader_home", label=_("Your filings"), roles=frozenset({Role.TRADER})),
    MenuItem(
        url_name="admin:index",
        label=_("Administration"),
        roles=_READING | {Role.ADMINISTRATOR},
    ),
)


def menu_of(user: User) -> list[MenuItem]:
    """Return the links that the user's role has, in their order."""
    return [item for item in MENU if user.role in item.roles]


def navigation(request: HttpRequest) -> dict[str, Any]:
    """Return the menu for the template, empty for whoever is not logged in."""
    user = getattr(request, "user", None)
    if not isinstance(user, User):
        return {"menu": []}
    return {"menu": menu_of(user)}
