"""What every template knows: the menu of the user's role, the office and its local time."""

from typing import Any

import msgspec
from django.http import HttpRequest
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from customs_portal.accounts.models import Role, User
from customs_portal.clock import now
from customs_portal.pages.access import CASEWORK, LEADING, OVERSIGHT, READING, RULE_READING, TRADERS
from customs_portal.pages.undoing import undoable


class MenuItem(msgspec.Struct, frozen=True, kw_only=True):
    """A link of the menu: the name of its URL, its words, and who has it."""

    url_name: str
    label: str | Promise
    roles: frozenset[Role]


MENU = (
    MenuItem(url_name="queue", label=_("Queue"), roles=READING),
    MenuItem(url_name="shift", label=_("Shift"), roles=READING),
    MenuItem(url_name="voyages", label=_("Arrivals"), roles=READING),
    MenuItem(url_name="measures", label=_("Measures"), roles=READING),
    MenuItem(url_name="controls", label=_("Controls"), roles=READING),
    MenuItem(url_name="name_matches", label=_("Names"), roles=READING),
    MenuItem(url_name="search", label=_("Search"), roles=READING),
    MenuItem(url_name="load", label=_("Load"), roles=LEADING),
    MenuItem(url_name="duty", label=_("Duty"), roles=CASEWORK),
    MenuItem(url_name="trader_home", label=_("Filings"), roles=TRADERS),
    MenuItem(url_name="companies", label=_("Your company"), roles=TRADERS),
    MenuItem(url_name="messages", label=_("Messages"), roles=READING | TRADERS),
    MenuItem(url_name="reconciliation", label=_("Reconciliation"), roles=TRADERS),
    MenuItem(url_name="deadlines", label=_("Deadlines"), roles=TRADERS),
    MenuItem(url_name="audit", label=_("Audit"), roles=frozenset({Role.AUDITOR})),
    MenuItem(url_name="look_ups", label=_("Look-ups"), roles=frozenset({Role.SUPERVISOR})),
    MenuItem(url_name="rules", label=_("Rules"), roles=RULE_READING),
    MenuItem(url_name="operations", label=_("Operations"), roles=OVERSIGHT),
    MenuItem(url_name="partners", label=_("Partners"), roles=OVERSIGHT),
    MenuItem(
        url_name="admin:index",
        label=_("Administration"),
        roles=READING | {Role.ADMINISTRATOR},
    ),
)

TRAFFIC_MENU = (
    ("voyages", _("Voyages and flights")),
    ("subsequent_entry", _("Subsequent entry")),
    ("reconciliation", _("Reconciliation")),
    ("dual_filings", _("Dual filings")),
    ("infringements", _("Infringements")),
    ("deadlines", _("Deadlines")),
    ("score_cards", _("Score cards")),
)
"""The pages of officials about arrivals."""

_RULE_PAGES = (
    "rule",
    "rule_compare",
    "rule_draft",
    "rule_draft_change",
    "rule_new",
    "rule_pick",
    "rule_sets",
    "publication",
    "publication_desk",
    "back_test",
    "reference_lists",
    "reference_list",
    "reference_list_upload",
)
SECTIONS = {
    "review": "queue",
    "decide": "queue",
    "hand_over": "queue",
    "linking": "queue",
    "linking_ens": "queue",
    "assign_selected": "queue",
    "end_selected": "queue",
    "sign_shift": "shift",
    "operator": "search",
    "invite_colleague": "companies",
    "ens": "search",
    "question": "trader_home",
    "new_arrival": "trader_home",
    "new_diversion": "trader_home",
    "ens_elsewhere": "search",
    "search_everywhere": "search",
    "measure": "measures",
    "risk_information": "measures",
    "name_match": "name_matches",
    "trader_filing": "trader_home",
    "company": "companies",
    "own_score_card": "companies",
    "grant_mandate": "companies",
    "issue_token": "companies",
    **dict.fromkeys(_RULE_PAGES, "rules"),
    "partner": "partners",
    "partner_plan_outage": "partners",
    "partner_enter_keys": "partners",
    "message": "messages",
    "message_sent": "messages",
}
"""Pages that stand below an item of the menu."""
_BELOW_TRAFFIC = {
    "new_arrival": "voyages",
    "new_diversion": "voyages",
    "goods_found": "voyages",
    "voyage": "voyages",
    "voyage_close": "voyages",
    "voyage_release": "voyages",
    "notice": "subsequent_entry",
    "told_others": "subsequent_entry",
    "dual_filing": "dual_filings",
    "infringement": "infringements",
    "score_card": "score_cards",
}
OFFICIAL_SECTIONS = SECTIONS | dict.fromkeys((*dict(TRAFFIC_MENU), *_BELOW_TRAFFIC), "voyages")
"""The same for officials, who find everything about arrivals under one item."""


def menu_of(role: str) -> list[MenuItem]:
    """Return the links that a role has, in their order."""
    return [item for item in MENU if role in item.roles]


def navigation(request: HttpRequest) -> dict[str, Any]:
    """Return menu, current section, desk and time; an empty menu for whoever may open nothing."""
    user = getattr(request, "user", None)
    if not isinstance(user, User) or getattr(request, "setting_up", False):
        return {"menu": []}
    name = request.resolver_match.view_name if request.resolver_match else ""
    return {
        "menu": menu_of(user.role),
        "section": (OFFICIAL_SECTIONS if user.is_official else SECTIONS).get(name, name),
        "traffic_menu": TRAFFIC_MENU if user.is_official else (),
        "traffic_section": _BELOW_TRAFFIC.get(name, name),
        "desk": getattr(request, "desk", None),
        "at": now(),
        "undoable": undoable(request, now()) if user.is_official else None,
        "account_base": "shared/base_staff.html" if user.is_official else "shared/base_public.html",
    }
