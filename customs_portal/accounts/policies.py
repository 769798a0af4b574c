"""What a person's role allows, by offices and operators; every app asks here who somebody is.

`at` is the time that is asked about. Within a request it may be left out: then the standing counts
that the person had when the request came in, so that a page agrees with itself and asks once.
"""

from datetime import UTC, datetime

from customs_portal import clock
from customs_portal.accounts.models import (
    STAFF_ROLES,
    Mandate,
    Operator,
    OperatorMembership,
    Role,
    User,
)
from customs_portal.accounts.standing import Standing
from customs_portal.bulk import fetch_prepared

OFFICER_ROLES = frozenset({Role.OFFICER, Role.SUPERVISOR})
READ_EVERYTHING_ROLES = frozenset({Role.AUDITOR, Role.ANALYST, Role.APPROVER})


def office_references(user: User, at: datetime | None = None) -> frozenset[str]:
    """Return the reference numbers of the user's offices.

    These are the ones they belong to then, and those of the people they stand in for.
    """
    return _standing(user, at).offices


def belongs_to_risk_centre(user: User, at: datetime | None = None) -> bool:
    """Whether the user sees the country because an office of theirs is a risk centre."""
    return _standing(user, at).risk_centre


def recused_eoris(user: User, at: datetime | None = None) -> frozenset[str]:
    """Return the EORI numbers, in capitals, of the operators that the user keeps out of."""
    return _standing(user, at).recused_eoris


def sees_persons(user: User) -> bool:
    """Whether the user's work needs the names and addresses of natural persons.

    Officers and supervisors decide about their goods; everybody else of the administration sees
    them masked, and unmasked for a stated reason only.
    """
    return user.role in OFFICER_ROLES


def name_for(user: User, operator: Operator) -> str:
    """Return the name of an operator as the user may see it; a natural person's is masked."""
    is_plain = sees_persons(user) or user.role not in STAFF_ROLES
    return operator.name if is_plain else operator.label


def operator_eoris(user: User) -> frozenset[str]:
    """Return the EORI numbers of the operators that the user acts for."""
    return frozenset(user.operators.values_list("eori", flat=True))


def reading_eoris(user: User) -> frozenset[str]:
    """Return the EORI numbers whose filings the user reads: own ones, and by a mandate to read."""
    own = operator_eoris(user)
    granted = Mandate.objects.alive(clock.now()).filter(
        representative__eori__in=own, scopes__contains=[Mandate.Scope.READ]
    )
    return own | frozenset(granted.values_list("operator__eori", flat=True))


def is_owner(user: User, operator: Operator) -> bool:
    """Whether the user looks after colleagues, mandates and tokens of the operator."""
    role = OperatorMembership.Role.OWNER
    own = OperatorMembership.objects.filter(user=user, operator=operator, role=role)
    return user.is_active and own.exists()


def stand(user: User, at: datetime) -> None:
    """Let the standing of that time count for as long as this user object lives: one request."""
    user.standing = standing_of(user, at)


_STANDING = """
SELECT o.reference, o.kind, NULL
FROM accounts_officemembership m JOIN reference_office o ON o.id = m.office_id
WHERE daterange(m.valid_from, m.valid_to) @> %(day)s::date
  AND (m.user_id = %(user)s OR m.user_id IN (
    SELECT s.absent_id FROM accounts_substitution s
    WHERE s.substitute_id = %(user)s AND daterange(s.valid_from, s.valid_to) @> %(day)s::date))
UNION ALL
SELECT NULL, NULL, upper(r.eori) FROM accounts_recusal r
WHERE r.user_id = %(user)s AND daterange(r.valid_from, r.valid_to) @> %(day)s::date
"""


def standing_of(user: User, at: datetime) -> Standing:
    """Return where the user stands at that time, in one statement: each request asks for it."""
    day = at.astimezone(UTC).date()
    found = fetch_prepared(_STANDING, {"user": user.pk, "day": day})
    offices = {office: kind for office, kind, _eori in found if office}
    return Standing(
        offices=frozenset(offices),
        risk_centre="risk_centre" in offices.values(),
        recused_eoris=frozenset(eori for _office, _kind, eori in found if eori),
    )


def _standing(user: User, at: datetime | None) -> Standing:
    if at is not None:
        return standing_of(user, at)
    return user.standing or standing_of(user, clock.now())
