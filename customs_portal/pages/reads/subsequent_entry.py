"""What our offices of subsequent entry were told."""

from collections.abc import Sequence
from datetime import datetime

import msgspec
from django.db.models import QuerySet

from customs_portal.accounts import policies
from customs_portal.accounts.models import User
from customs_portal.reference import snapshot as reference
from declarations.models import Ens, SubsequentEntryNotice


class NoticeRow(msgspec.Struct, frozen=True, kw_only=True):
    """One notice."""

    mrn: str
    office: str
    first_entry: str
    expected_arrival: datetime
    result: str
    text: str
    informed_at: datetime
    pk: int
    state: str
    arrived_at: datetime | None
    done: str
    is_live: bool


def notices(user: User) -> QuerySet[SubsequentEntryNotice]:
    """Return the notices to the user's offices; who reads the country sees those of all."""
    found = SubsequentEntryNotice.objects.select_related("ens").order_by("-informed_at", "-pk")
    found = found.filter(ens__in=Ens.objects.visible_to(user))
    if user.role in policies.READ_EVERYTHING_ROLES or policies.belongs_to_risk_centre(user):
        return found
    return found.filter(office__in=policies.office_references(user))


def rows(found: Sequence[SubsequentEntryNotice], at: datetime) -> list[NoticeRow]:
    """Return the notices, which come with their ENS, as rows."""
    snapshot = reference.current(at)

    def name(number: str) -> str:
        office = snapshot.office(number)
        return f"{number} {office.name}" if office else number

    return [
        NoticeRow(
            mrn=notice.ens.mrn,
            office=name(notice.office),
            first_entry=name(notice.ens.office_of_first_entry),
            expected_arrival=notice.ens.expected_arrival,
            result=notice.result_code,
            text=notice.text,
            informed_at=notice.informed_at,
            pk=notice.pk,
            state=str(notice.get_state_display()),
            arrived_at=notice.arrived_at,
            done=f"{notice.get_action_display()}: {notice.feedback}" if notice.action else "",
            is_live=notice.state in SubsequentEntryNotice.LIVE,
        )
        for notice in found
    ]
