"""Who may do what in casework and with rules (access table of the portal, LIFECYCLE section 13)."""

from customs_portal.accounts import policies as people
from customs_portal.accounts.models import Role, User
from declarations.models import Ens
from risk.models import Case, NameMatch, ReferenceList
from risk.querysets import CaseQuerySet


def workable_by(user: User) -> "CaseQuerySet[Case]":
    """Return the open cases on which the user may decide."""
    return Case.objects.open().workable_by(user)


def may_work_on(user: User, case: Case) -> bool:
    """Whether the user may claim the case and decide on it."""
    if not user.is_active or user.role not in people.OFFICER_ROLES:
        return False
    at_office = people.belongs_to_risk_centre(user) or case.office in people.office_references(user)
    return at_office and not is_recused(user, case)


def is_recused(user: User, case: Case) -> bool:
    """Whether the user keeps out of the case because of an operator that is declared."""
    eoris = people.recused_eoris(user)
    own = Ens.objects.filter(pk=case.ens_id)
    return bool(eoris) and not own.without_parties(eoris).exists()


def is_supervisor(user: User) -> bool:
    """Whether the user signs what wants the signature of a supervisor."""
    return user.is_active and user.role == Role.SUPERVISOR


def may_write_rules(user: User) -> bool:
    """Whether the user drafts and proposes rules."""
    return user.is_active and user.role == Role.ANALYST


def may_approve_rules(user: User) -> bool:
    """Whether the user approves and publishes what others have proposed."""
    return user.is_active and user.role == Role.APPROVER


def sees_entry(user: User, found: ReferenceList) -> bool:
    """Whether the user sees the entries of the list: of a secret one only who works with rules.

    Auditors see those for a stated reason, on the page of the list.
    """
    return not found.secret or may_write_rules(user) or may_approve_rules(user)


def may_judge_matches_of(user: User, found: ReferenceList) -> bool:
    """Whether the user dismisses or confirms matches of the list that they see."""
    works = user.role in people.OFFICER_ROLES or may_write_rules(user) or may_approve_rules(user)
    return user.is_active and works and sees_entry(user, found)


def may_judge_match(user: User, match: NameMatch) -> bool:
    """Whether the user dismisses or confirms the match, which comes with its entry and list.

    Officers where it concerns a declaration that they see; of a secret list only those who see it.
    """
    if not may_judge_matches_of(user, match.entry.list):
        return False
    return NameMatch.objects.filter(pk=match.pk).visible_to(user).exists()
