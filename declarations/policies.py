"""Who may do what with measures and goods (LIFECYCLE section 13)."""

from datetime import datetime

from customs_portal.accounts import policies as people
from customs_portal.accounts.models import User
from declarations.models import Arrival, EntryLeg, Measure, SubsequentEntryNotice


def may_handle(user: User, measure: Measure, at: datetime) -> bool:
    """Whether the user works at an office concerned: on the way of the ENS, or of the control.

    Those of a risk centre work for the whole country.
    """
    if not user.is_active or user.role not in people.OFFICER_ROLES:
        return False
    if people.belongs_to_risk_centre(user):
        return True
    offices = people.office_references(user)
    on_the_way = EntryLeg.objects.filter(ens=measure.ens_id, office__in=offices)
    return measure.place in offices or on_the_way.exists()


def may_reconcile(user: User, arrival: Arrival, at: datetime) -> bool:
    """Whether the user settles what an arrival brought without a declaration."""
    if not user.is_active or user.role not in people.OFFICER_ROLES:
        return False
    offices = people.office_references(user, at)
    return people.belongs_to_risk_centre(user, at) or arrival.office in offices


def may_act_on(user: User, notice: SubsequentEntryNotice, at: datetime) -> bool:
    """Whether the user works at the office of subsequent entry that was told."""
    if not user.is_active or user.role not in people.OFFICER_ROLES:
        return False
    return notice.office in people.office_references(user, at)
