"""Who may do what with measures and goods (LIFECYCLE section 13)."""

from datetime import datetime

from customs_portal.accounts import policies as people
from customs_portal.accounts.models import Role, User
from declarations.models import Arrival, Ens, Measure, SubsequentEntryNotice


def may_handle(user: User, measure: Measure, at: datetime) -> bool:
    """Whether the user works at an office concerned: on the way of the ENS, or of the control."""
    if works_at(user, measure.place, at):
        return not _keeps_out(user, measure.ens_id, at)
    return may_handle_ens(user, measure.ens_id, at)


def may_handle_ens(user: User, ens: int, at: datetime) -> bool:
    """Whether the user is an officer who sees the ENS: of an office on its way, or risk centre.

    What another State only has us screen is nobody's to handle here.
    """
    works = user.is_active and user.role in people.OFFICER_ROLES
    return works and Ens.objects.visible_to(user).handled_here().filter(pk=ens).exists()


def _keeps_out(user: User, ens: int, at: datetime) -> bool:
    known = Ens.objects.filter(pk=ens)
    return not known.without_parties(people.recused_eoris(user, at)).exists()


def works_at(user: User, office: str, at: datetime) -> bool:
    """Whether the user is an officer of that office."""
    works = user.is_active and user.role in people.OFFICER_ROLES
    return works and office in people.office_references(user, at)


def may_decide_control(user: User, measure: Measure, at: datetime) -> bool:
    """Whether the user decides on a control: an officer of its office, or of a risk centre."""
    works = user.is_active and user.role in people.OFFICER_ROLES
    here = works_at(user, measure.place, at) or people.belongs_to_risk_centre(user, at)
    return works and here and not _keeps_out(user, measure.ens_id, at)


def may_sign(user: User, *, proposed_by: int | None) -> bool:
    """Whether the user may give a second signature: nobody signs an own proposal."""
    return user.is_active and user.role in people.OFFICER_ROLES and user.pk != proposed_by


def is_supervisor(user: User) -> bool:
    """Whether the user signs refusals of entry."""
    return user.is_active and user.role == Role.SUPERVISOR


def lifts_alone(user: User, measure: Measure, at: datetime) -> bool:
    """Whether the user lifts a hold without a second signature.

    A hold of one's own office or of the system; one of another office needs two people.
    """
    return not measure.office or works_at(user, measure.office, at)


def may_reconcile(user: User, arrival: Arrival, at: datetime) -> bool:
    """Whether the user settles what an arrival brought without a declaration."""
    return may_record_arrival(user, arrival.office, at)


def may_record_arrival(user: User, office: str, at: datetime) -> bool:
    """Whether the user records arrivals at the office: its officers, and those of a risk centre."""
    if not user.is_active or user.role not in people.OFFICER_ROLES:
        return False
    offices = people.office_references(user, at)
    return people.belongs_to_risk_centre(user, at) or office in offices


def may_act_on(user: User, notice: SubsequentEntryNotice, at: datetime) -> bool:
    """Whether the user works at the office of subsequent entry that was told."""
    if not user.is_active or user.role not in people.OFFICER_ROLES:
        return False
    return notice.office in people.office_references(user, at)
