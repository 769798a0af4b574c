"""The one table of access: for every URL by name, how one gets in and which roles may.

Pages and API are rows written here from the policies of their floor; the admin's are collected from
its models. The ladder test asks every URL of the site for its row.
"""

from enum import StrEnum
from typing import Any

import msgspec
from django.contrib import admin
from django.db import models

from customs_portal.accounts.models import STAFF_ROLES, AccessLog, Role
from customs_portal.admin_access import RoleAdmin
from customs_portal.pages.access import (
    CASEWORK,
    LEADING,
    OVERSIGHT,
    READING,
    RULE_APPROVERS,
    RULE_READING,
    RULE_WORK,
    RULE_WRITERS,
    TRADERS,
    WITHOUT_NEED,
)


class Door(StrEnum):
    """How one gets in."""

    OPEN = "open"
    LOGIN = "login"
    TOKEN = "token"  # noqa: S105  a way in, no secret
    MONITORING = "token of the setting METRICS_TOKEN"
    SIGNATURE = "signature of a partner"
    LOGIN_OR_TOKEN = "login or token"  # noqa: S105  a way in, no secret


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """Who may open a URL.

    `scoped`: its address names an object that does not exist for whoever may not see it, such as
    officers of another office and other traders. `verb`: it is for POST alone and changes
    something. `logged`: what the access log says of a look at it; where it names a single thing,
    it must say something.
    """

    door: Door = Door.LOGIN
    roles: frozenset[Role] = frozenset(Role)
    scoped: bool = False
    verb: bool = False
    logged: AccessLog.What | None = None


What = AccessLog.What
EVERYBODY = frozenset(Role)
OPERATORS = frozenset({Role.TRADER, Role.PARTNER})
_OPEN = Row(door=Door.OPEN)
_OWN_ACCOUNT = Row()
_ADMIN = Row(roles=STAFF_ROLES)
_ADMINISTRATION = Row(roles=frozenset({Role.ADMINISTRATOR}))
_RUN = Row(roles=frozenset({Role.ADMINISTRATOR}), verb=True)
_TOKEN = Row(door=Door.TOKEN, roles=OPERATORS)
_MESSAGE = Row(roles=READING | TRADERS, scoped=True, logged=What.MESSAGE_RECEIVED)
_MESSAGE_SENT = Row(roles=READING | TRADERS, scoped=True, logged=What.MESSAGE_SENT)
_WORK = Row(roles=CASEWORK, verb=True)
_WORK_ON_CASE = Row(roles=CASEWORK, scoped=True, verb=True)


def _token_object(logged: AccessLog.What) -> Row:
    return Row(door=Door.TOKEN, roles=OPERATORS, scoped=True, logged=logged)


_RULES = Row(roles=RULE_READING)
_COMPANY = Row(roles=TRADERS, scoped=True, logged=What.OPERATOR)
_LOOK_AT_RULES = Row(roles=RULE_READING, logged=What.RULE)
_WORK_ON_RULES = Row(roles=RULE_WORK, verb=True)
_WRITE_RULES = Row(roles=RULE_WRITERS, verb=True)

ROWS: dict[str, Row] = {
    "livez": _OPEN,
    "readyz": _OPEN,
    "metrics": Row(door=Door.MONITORING, roles=frozenset()),
    "audit": Row(roles=frozenset({Role.AUDITOR}), logged=What.TRAIL),
    "audit_export": Row(roles=frozenset({Role.AUDITOR}), verb=True, logged=What.TRAIL),
    "subject": Row(roles=frozenset({Role.AUDITOR})),
    "look_ups": Row(roles=frozenset({Role.AUDITOR, Role.SUPERVISOR}), logged=What.TRAIL),
    "look_ups_export": Row(
        roles=frozenset({Role.AUDITOR, Role.SUPERVISOR}), verb=True, logged=What.TRAIL
    ),
    "operations": Row(roles=OVERSIGHT),
    "retry_parked": _RUN,
    "partners": Row(roles=OVERSIGHT),
    "partner": Row(roles=OVERSIGHT),
    "partner_test": _RUN,
    "partner_replay": _RUN,
    "partner_give_up": _RUN,
    "partner_fetch_keys": _RUN,
    "partner_enter_keys": _RUN,
    "partner_plan_outage": _RUN,
    "partner_end_outage": _RUN,
    "account_login": _OPEN,
    "account_logout": _OPEN,
    "account_change_password": _OWN_ACCOUNT,
    "account_reauthenticate": _OWN_ACCOUNT,
    "end_other_sessions": Row(verb=True),
    "invitation": _OPEN,
    "mfa_activate_totp": _OWN_ACCOUNT,
    "mfa_add_webauthn": _OWN_ACCOUNT,
    "mfa_authenticate": _OPEN,
    "mfa_deactivate_totp": _OWN_ACCOUNT,
    "mfa_generate_recovery_codes": _OWN_ACCOUNT,
    "mfa_index": _OWN_ACCOUNT,
    "mfa_list_webauthn": _OWN_ACCOUNT,
    "mfa_login_webauthn": _OPEN,
    "mfa_reauthenticate": _OWN_ACCOUNT,
    "mfa_reauthenticate_webauthn": _OWN_ACCOUNT,
    "mfa_remove_webauthn": _OWN_ACCOUNT,
    "mfa_view_recovery_codes": _OWN_ACCOUNT,
    "your_account": _OWN_ACCOUNT,
    "home": Row(roles=STAFF_ROLES | TRADERS),
    "preferences": Row(roles=STAFF_ROLES),
    "queue": Row(roles=READING, logged=What.CASE),
    "claim_next": _WORK,
    "claim_selected": _WORK,
    "give_back_selected": _WORK,
    "assign_selected": _WORK,
    "end_selected": _WORK,
    "undo_selected": _WORK,
    "save_view": Row(roles=READING, verb=True),
    "remove_view": Row(roles=READING, verb=True),
    "linking": Row(roles=READING, logged=What.ENS),
    "linking_ens": Row(roles=READING, scoped=True, logged=What.ENS),
    "load": Row(roles=LEADING),
    "shift": Row(roles=READING),
    "sign_shift": _WORK,
    "read_shift": _WORK_ON_CASE,
    "review": Row(roles=READING, scoped=True, logged=What.CASE),
    "claim": _WORK_ON_CASE,
    "give_back": _WORK_ON_CASE,
    "decide": _WORK_ON_CASE,
    "record_call": _WORK_ON_CASE,
    "sign_decision": _WORK_ON_CASE,
    "decline_decision": _WORK_ON_CASE,
    "undo_decision": _WORK_ON_CASE,
    "case_note": _WORK_ON_CASE,
    "case_attach": _WORK_ON_CASE,
    "end_question": _WORK_ON_CASE,
    "attachment": Row(roles=READING, scoped=True, logged=What.ENS),
    "question": Row(roles=TRADERS, scoped=True, logged=What.FILING),
    "ens": Row(roles=READING, scoped=True, logged=What.ENS),
    "ens_persons": Row(roles=WITHOUT_NEED, scoped=True, verb=True),
    "message_persons": Row(roles=WITHOUT_NEED, scoped=True, verb=True),
    "message_sent_persons": Row(roles=WITHOUT_NEED, scoped=True, verb=True),
    "ens_versions": Row(roles=READING, scoped=True, logged=What.ENS),
    "keep_measures": _WORK_ON_CASE,
    "correct_traffic": _WORK_ON_CASE,
    "new_arrival": Row(roles=CASEWORK | TRADERS),
    "new_diversion": Row(roles=CASEWORK | TRADERS),
    "goods_found": Row(roles=CASEWORK, scoped=True, logged=What.ARRIVAL),
    "voyages": Row(roles=READING),
    "voyage": Row(roles=READING, logged=What.ENS),
    "voyage_close": _WORK,
    "voyage_release": _WORK,
    "settle_line": _WORK_ON_CASE,
    "judge_hit": _WORK_ON_CASE,
    "reconciliation": Row(roles=READING | TRADERS, logged=What.ENS),
    "dual_filings": Row(roles=READING, logged=What.ENS),
    "dual_filing": Row(roles=READING, scoped=True, logged=What.ENS),
    "infringements": Row(roles=READING, logged=What.INFRINGEMENT),
    "infringement": Row(roles=READING, scoped=True, logged=What.INFRINGEMENT),
    "told_others": Row(roles=READING),
    "notice": Row(roles=READING, scoped=True, logged=What.ENS),
    "notice_arrived": _WORK_ON_CASE,
    "deadlines": Row(roles=READING | TRADERS),
    "search": Row(roles=READING, logged=What.SEARCH),
    "search_everywhere": Row(roles=CASEWORK, verb=True, logged=What.SEARCH),
    "ens_elsewhere": Row(roles=CASEWORK, scoped=True, logged=What.ENS),
    "measures": Row(roles=READING),
    "measure": Row(roles=READING, scoped=True, logged=What.MEASURE),
    "risk_information": Row(roles=CASEWORK, scoped=True, logged=What.MEASURE),
    "controls": Row(roles=READING),
    "control_picture": Row(roles=READING, scoped=True, logged=What.MEASURE),
    "act_on_goods": Row(roles=CASEWORK, scoped=True, verb=True),
    "refuse_entry": Row(roles=CASEWORK, scoped=True, verb=True),
    "subsequent_entry": Row(roles=READING, logged=What.ENS),
    "messages": Row(roles=READING | TRADERS, logged=What.MESSAGE_SENT),
    "message": _MESSAGE,
    "message_raw": _MESSAGE,
    "message_sent": _MESSAGE_SENT,
    "message_received": Row(roles=READING, scoped=True, logged=What.MESSAGE_RECEIVED),
    "message_written": _MESSAGE_SENT,
    "trader_home": Row(roles=TRADERS),
    "trader_filing": Row(roles=TRADERS, scoped=True, logged=What.FILING),
    "hand_over": Row(roles=CASEWORK, scoped=True, logged=What.CASE),
    "duty": Row(roles=CASEWORK),
    "declare_recusal": _WORK,
    "arrange_substitution": Row(roles=frozenset({Role.SUPERVISOR}), verb=True),
    "operator": Row(roles=READING, logged=What.OPERATOR),
    "score_cards": Row(roles=READING),
    "score_card": Row(roles=READING, logged=What.OPERATOR),
    "companies": Row(roles=TRADERS),
    "company": _COMPANY,
    "own_score_card": _COMPANY,
    "invite_colleague": _COMPANY,
    "change_colleague": Row(roles=TRADERS, scoped=True, verb=True),
    "remove_colleague": Row(roles=TRADERS, scoped=True, verb=True),
    "grant_mandate": _COMPANY,
    "revoke_mandate": Row(roles=TRADERS, scoped=True, verb=True),
    "issue_token": _COMPANY,
    "end_token": Row(roles=TRADERS, scoped=True, verb=True),
    "trader_versions": Row(roles=TRADERS, scoped=True, logged=What.FILING),
    "rules": _RULES,
    "rule": _LOOK_AT_RULES,
    "rule_compare": _LOOK_AT_RULES,
    "rule_draft": _LOOK_AT_RULES,
    "rule_new": Row(roles=RULE_WRITERS),
    "rule_pick": Row(roles=RULE_WRITERS),
    "rule_change": _WRITE_RULES,
    "rule_draft_change": _WRITE_RULES,
    "rule_draft_decide": Row(roles=RULE_APPROVERS, verb=True),
    "rule_review": _WORK_ON_RULES,
    "rule_draft_back_test": _WORK_ON_RULES,
    "rule_set_back_test": _WORK_ON_RULES,
    "back_test": _LOOK_AT_RULES,
    "back_test_cancel": _WORK_ON_RULES,
    "name_matches": Row(roles=READING, logged=What.REFERENCE_LIST),
    "name_match": Row(roles=READING, scoped=True, logged=What.REFERENCE_LIST),
    "reference_lists": _RULES,
    "reference_list": Row(roles=RULE_READING, logged=What.REFERENCE_LIST),
    "reference_list_download": Row(roles=RULE_WORK, logged=What.REFERENCE_LIST),
    "reference_list_upload": _WRITE_RULES,
    "reference_list_change": _WRITE_RULES,
    "reference_list_secret": Row(roles=frozenset({Role.AUDITOR}), verb=True),
    "publication": _LOOK_AT_RULES,
    "publication_desk": _RULES,
    "publication_propose": _WORK_ON_RULES,
    "publication_publish": Row(roles=RULE_APPROVERS, verb=True),
    "publication_withdraw": _WORK_ON_RULES,
    "rule_sets": _RULES,
    "rule_set_export": _LOOK_AT_RULES,
    "rules_import": _WRITE_RULES,
    "rule_secret": Row(roles=frozenset({Role.AUDITOR}), verb=True, logged=What.RULE),
    "api:messages": Row(door=Door.TOKEN, roles=OPERATORS, verb=True),
    "api:message_batch": Row(door=Door.TOKEN, roles=OPERATORS, verb=True),
    "api:message": _token_object(What.MESSAGE_RECEIVED),
    "api:notifications": _TOKEN,
    "api:notification": _token_object(What.MESSAGE_SENT),
    "api:filings": _TOKEN,
    "api:filing": _token_object(What.FILING),
    "api:present_filing": Row(door=Door.TOKEN, roles=OPERATORS, scoped=True, verb=True),
    "api:present_documents": Row(door=Door.TOKEN, roles=OPERATORS, verb=True),
    "exchange:messages": Row(door=Door.SIGNATURE, roles=frozenset(), verb=True),
    "exchange:keys": _OPEN,
    "api:referrals": _TOKEN,
    "api:referral": _token_object(What.FILING),
    "api:answer": Row(door=Door.TOKEN, roles=OPERATORS, scoped=True, verb=True),
    "api:list": Row(door=Door.TOKEN, roles=RULE_WRITERS, verb=True, logged=What.REFERENCE_LIST),
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
    "admin:accounts_user_invite": _ADMINISTRATION,
    "admin:accounts_operator_issue_token": Row(
        roles=frozenset({Role.ADMINISTRATOR}), logged=What.OPERATOR
    ),
    "admin:privacy_legalhold_lift": _ADMINISTRATION,
    "admin:risk_case_decide": Row(roles=CASEWORK, scoped=True, logged=What.CASE),
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
    logged = What(model_admin.looked_at_as) if model_admin.looked_at_as else None
    seen = Row(roles=readers, scoped=model_admin.scoped, logged=logged)
    return {
        f"{name}_changelist": Row(roles=readers, logged=logged),
        f"{name}_add": Row(roles=editors),
        f"{name}_change": seen,
        f"{name}_history": seen,
        f"{name}_delete": Row(roles=frozenset()),
    }
