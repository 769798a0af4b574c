"""Who may do what in casework and with rules (access table of the portal, LIFECYCLE section 13)."""

from customs_portal.accounts import policies as people
from customs_portal.accounts.models import Role, User
from risk.models import Case
from risk.querysets import CaseQuerySet


def workable_by(user: User) -> "CaseQuerySet[Case]":
    """Return the open cases on which the user may decide.

    Officers and supervisors at the office of the case; those of a risk centre in the whole country.
    """
    cases = Case.objects.open()
    if not user.is_active or user.role not in people.OFFICER_ROLES:
        return cases.none()
    if people.belongs_to_risk_centre(user):
        return cases
    return cases.filter(office__in=people.office_references(user))


def may_work_on(user: User, case: Case) -> bool:
    """Whether the user may claim the case and decide on it."""
    if not user.is_active or user.role not in people.OFFICER_ROLES:
        return False
    return people.belongs_to_risk_centre(user) or case.office in people.office_references(user)


def may_write_rules(user: User) -> bool:
    """Whether the user drafts and proposes rules."""
    return user.is_active and user.role == Role.ANALYST


def may_approve_rules(user: User) -> bool:
    """Whether the user approves and publishes what others have proposed."""
    return user.is_active and user.role == Role.APPROVER
