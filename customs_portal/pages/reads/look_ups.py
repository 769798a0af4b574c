"""Look-ups that a supervisor or auditor should ask about: simple rules over the access log."""

from datetime import date, timedelta
from typing import Any

import msgspec
from django.db import connection
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from customs_portal.accounts.models import Role, User

DAYS = 30
MANY_OF_ONE = 20
"""Different ENS of one EORI number that one person opened in the period (A-740)."""
NIGHT = (22, 6)
"""Hours, local, within which a look is one at night (A-741)."""
_OPENED = "l.how <> 'listed' AND u.role NOT IN ('trader', 'partner')"


class Rule(msgspec.Struct, frozen=True, kw_only=True):
    """A rule: its code, what it finds, and the query that counts by person."""

    code: str
    says: str | Promise
    query: str


class LookUps(msgspec.Struct, frozen=True, kw_only=True):
    """How many look-ups of a person a rule finds, with an example of what was looked at."""

    rule: str
    says: str
    who: str
    count: int
    example: str


COLUMNS = ("rule", "says", "who", "count", "example")
_FROM = """
FROM accounts_accesslog l JOIN accounts_user u ON u.id = l.user_id {join}
WHERE l.at >= %(first)s::date::timestamp AT TIME ZONE %(zone)s
  AND l.at < (%(last)s::date + 1)::timestamp AT TIME ZONE %(zone)s
  AND (%(people)s::bigint[] IS NULL OR u.id = ANY(%(people)s::bigint[])) AND """
_BY_PERSON = "SELECT u.username, count(*), max({shown}) " + _FROM + "{where} GROUP BY u.id"
_ENS = "count(DISTINCT l.ens)"
_EORI = (
    "JOIN declarations_ens n ON n.id = l.ens"
    " JOIN declarations_searchkey k ON k.ens_id = coalesce(n.absorbed_by_id, n.id)"
    " AND k.kind = 'eori'"
)


def _simple(where: str, *, join: str = "", shown: str = "l.reference") -> str:
    return _BY_PERSON.format(join=join, where=f"{_OPENED} AND {where}", shown=shown)


RULES = (
    Rule(
        code="elsewhere",
        says=_("read outside the own offices, with a stated reason"),
        query=_simple("l.how = 'elsewhere' AND l.what = 'ens'", shown="l.reason"),
    ),
    Rule(
        code="partial",
        says=_("read about an operator from whom the person keeps out"),
        query=_simple(
            "(r.valid_from IS NULL OR r.valid_from <= l.at::date)"
            " AND (r.valid_to IS NULL OR r.valid_to >= l.at::date)",
            join=f"{_EORI} JOIN accounts_recusal r ON r.user_id = u.id"
            " AND upper(r.eori) = upper(k.value)",
            shown="k.value",
        ),
    ),
    Rule(
        code="many",
        says=_("opened many declarations of one operator"),
        query=_simple("true", join=_EORI, shown="k.value").replace("count(*)", _ENS)
        + ", k.value HAVING "
        + _ENS
        + " >= %(many)s",
    ),
    Rule(
        code="night",
        says=_("opened at night"),
        query=_simple(
            f"(extract(hour FROM l.at AT TIME ZONE %(zone)s) >= {NIGHT[0]}"
            f" OR extract(hour FROM l.at AT TIME ZONE %(zone)s) < {NIGHT[1]})"
            " AND l.ens IS NOT NULL"
        ),
    ),
    Rule(
        code="no_case",
        says=_("opened a declaration that never was a case"),
        query=_simple(
            "l.what = 'ens' AND l.how = 'read'"
            " AND NOT EXISTS (SELECT 1 FROM risk_case c WHERE c.ens_id = l.ens)"
        ),
    ),
)


def look_ups(user: User, first: date, last: date, zone: str) -> list[LookUps]:
    """Return what the rules find between two local days, the most frequent first.

    A supervisor sees the people of their own offices, an auditor everybody.
    """
    values = {
        "first": first,
        "last": last,
        "zone": zone,
        "people": _people(user),
        "many": MANY_OF_ONE,
    }
    found = [line for rule in RULES for line in _found(rule, values)]
    return sorted(found, key=lambda line: (-line.count, line.who, line.rule))


def default_period(today: date) -> tuple[date, date]:
    """Return the days of the report where none are chosen."""
    return today - timedelta(days=DAYS), today


def _people(user: User) -> list[int] | None:
    if user.role == Role.AUDITOR:
        return None
    own = user.office_memberships.values("office")
    colleagues = User.objects.filter(office_memberships__office__in=own)
    return list(colleagues.values_list("pk", flat=True).distinct())


def _found(rule: Rule, values: dict[str, Any]) -> list[LookUps]:
    with connection.cursor() as cursor:
        cursor.execute(rule.query, values)
        return [
            LookUps(rule=rule.code, says=str(rule.says), who=who, count=count, example=example)
            for who, count, example in cursor.fetchall()
        ]
