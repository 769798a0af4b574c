"""What a person's role allows, by offices and operators; every app asks here who somebody is."""

from customs_portal.accounts.models import Role, User

OFFICER_ROLES = frozenset({Role.OFFICER, Role.SUPERVISOR})
READ_EVERYTHING_ROLES = frozenset({Role.AUDITOR, Role.ANALYST, Role.APPROVER})


def office_references(user: User) -> frozenset[str]:
    """Return the reference numbers of the offices that the user belongs to."""
    return frozenset(user.offices.values_list("reference", flat=True))


def belongs_to_risk_centre(user: User) -> bool:
    """Whether the user sees the country because an office of theirs is a risk centre."""
    return user.offices.filter(kind="risk_centre").exists()


def operator_eoris(user: User) -> frozenset[str]:
    """Return the EORI numbers of the operators that the user acts for."""
    return frozenset(user.operators.values_list("eori", flat=True))
