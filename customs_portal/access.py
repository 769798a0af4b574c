"""The one table of access: for every URL by name, how one gets in and which roles may.

Pages and API are rows written here from the policies of their floor; the admin's are collected from
its models. The ladder test asks every URL of the site for its row.
"""

from enum import StrEnum
from typing import Any

import msgspec
from django.contrib import admin
from django.db import models

from customs_portal.accounts.models import STAFF_ROLES, Role
from customs_portal.admin_access import RoleAdmin
from customs_portal.pages.access import CASEWORK, OVERSIGHT, READING, TRADERS


class Door(StrEnum):
    """How one gets in."""

    OPEN = "open"
    LOGIN = "login"
    TOKEN = "token"  # noqa: S105  a way in, no secret
    MONITORING = "token of the setting METRICS_TOKEN"
    LOGIN_OR_TOKEN = "login or token"  # noqa: S105


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """Who may open a URL.

    `scoped`: its address names an object that does not exist for whoever may not see it, such as
    officers of another office and other traders. `verb`: it is for POST alone and changes
    something.
    """

    door: Door = Door.LOGIN
    roles: frozenset[Role] = frozenset(Role)
    scoped: bool = False
    verb: bool = False


EVERYBODY = frozenset(Role)
OPERATORS = frozenset({Role.TRADER, Role.PARTNER})
_OPEN = Row(door=Door.OPEN)
_OWN_ACCOUNT = Row()
_ADMIN = Row(roles=STAFF_ROLES)
_ADMINISTRATION = Row(roles=frozenset({Role.ADMINISTRATOR}))
_TOKEN = Row(door=Door.TOKEN, roles=OPERATORS)
_TOKEN_OBJECT = Row(door=Door.TOKEN, roles=OPERATORS, scoped=True)
_READ = Row(roles=READING)
_READ_OBJECT = Row(roles=READING, scoped=True)
_MESSAGE = Row(roles=READING | TRADERS, scoped=True)
_WORK = Row(roles=CASEWORK, verb=True)
_WORK_ON_CASE = Row(roles=CASEWORK, scoped=True, verb=True)

ROWS: dict[str, Row] = {
    "livez": _OPEN,
    "readyz": _OPEN,
    "metrics": Row(door=Door.MONITORING, roles=frozenset()),
    "operations": Row(roles=OVERSIGHT),
    "retry_parked": Row(roles=frozenset({Role.ADMINISTRATOR}), verb=True),
    "account_login": _OPEN,
    "account_logout": _OPEN,
    "account_change_password": _OWN_ACCOUNT,
    "account_confirm_email": _OWN_ACCOUNT,
    "account_confirm_login_code": _OWN_ACCOUNT,
    "account_email": _OWN_ACCOUNT,
    "account_email_verification_sent": _OWN_ACCOUNT,
    "account_inactive": _OWN_ACCOUNT,
    "account_reauthenticate": _OWN_ACCOUNT,
    "account_reset_password": _OWN_ACCOUNT,
    "account_reset_password_done": _OWN_ACCOUNT,
    "account_reset_password_from_key": _OWN_ACCOUNT,
    "account_reset_password_from_key_done": _OWN_ACCOUNT,
    "account_set_password": _OWN_ACCOUNT,
    "account_signup": _OWN_ACCOUNT,
    "home": Row(roles=STAFF_ROLES | TRADERS),
    "preferences": Row(roles=STAFF_ROLES),
    "queue": _READ,
    "claim_next": _WORK,
    "claim_selected": _WORK,
    "review": _READ_OBJECT,
    "claim": _WORK_ON_CASE,
    "give_back": _WORK_ON_CASE,
    "decide": _WORK_ON_CASE,
    "record_call": _WORK_ON_CASE,
    "ens": _READ_OBJECT,
    "search": _READ,
    "subsequent_entry": _READ,
    "messages": Row(roles=READING | TRADERS),
    "message": _MESSAGE,
    "message_raw": _MESSAGE,
    "message_sent": _MESSAGE,
    "message_received": _READ_OBJECT,
    "message_written": _MESSAGE,
    "trader_home": Row(roles=TRADERS),
    "trader_filing": Row(roles=TRADERS, scoped=True),
    "api:messages": Row(door=Door.TOKEN, roles=OPERATORS, verb=True),
    "api:message_batch": Row(door=Door.TOKEN, roles=OPERATORS, verb=True),
    "api:message": _TOKEN_OBJECT,
    "api:notifications": _TOKEN,
    "api:notification": _TOKEN_OBJECT,
    "api:filings": _TOKEN,
    "api:filing": _TOKEN_OBJECT,
    "api:schema": Row(door=Door.LOGIN_OR_TOKEN),
    "api:docs": Row(),
    "admin:index": _ADMIN,
    "admin:app_list": _ADMIN,
    "admin:autocomplete": _ADMIN,
    "admin:jsi18n": _ADMIN,
    "admin:login": Row(),
    "admin:logout": Row(verb=True),
    "admin:password_change": _ADMIN,
    "admin:password_change_done": _ADMIN,
    "admin:view_on_site": _ADMIN,
    "admin:auth_user_password_change": _ADMINISTRATION,
    "admin:accounts_operator_issue_token": _ADMINISTRATION,
    "admin:risk_case_decide": Row(roles=CASEWORK, scoped=True),
}


def rows() -> dict[str, Row]:
    """Return the whole table, with the pages of every model of the admin."""
    found = dict(ROWS)
    for model, model_admin in admin.site._registry.items():  # noqa: SLF001  no public way
        found |= _of_model(model, model_admin)
    return found


def _of_model(model: type[models.Model], model_admin: admin.ModelAdmin[Any]) -> dict[str, Row]:
    """Return the rows of a model; raises TypeError for one that does not go by roles."""
    if not isinstance(model_admin, RoleAdmin):
        raise TypeError(f"{model_admin} must be a RoleAdmin")
    readers = frozenset(Role(name) for name in model_admin.readers | model_admin.editors)
    editors = frozenset(Role(name) for name in model_admin.editors)
    name = f"admin:{model._meta.app_label}_{model._meta.model_name}"
    seen = Row(roles=readers, scoped=model_admin.scoped)
    return {
        f"{name}_changelist": Row(roles=readers),
        f"{name}_add": Row(roles=editors),
        f"{name}_change": seen,
        f"{name}_history": seen,
        f"{name}_delete": Row(roles=frozenset()),
    }
