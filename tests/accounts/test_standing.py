"""Whose offices somebody has, and when."""

from datetime import UTC, date, datetime

import pytest
from django.db import IntegrityError, transaction

from customs_portal.accounts import policies
from customs_portal.accounts.models import OfficeMembership, Role, Substitution, User
from customs_portal.reference.models import Office
from tests.factories.people import person

SEA, AIR, CENTRE = "NL000396", "NL000432", "NL000900"
FIRST, LAST = date(2026, 5, 4), date(2026, 5, 8)

pytestmark = pytest.mark.usefixtures("reference")


def noon(day: int) -> datetime:
    return datetime(2026, 5, day, 12, 0, tzinfo=UTC)


def member(user: User, office: str, **period: date) -> OfficeMembership:
    return OfficeMembership.objects.create(
        user=user, office=Office.objects.get(reference=office), **period
    )


def stands_in(substitute: User, absent: User, start: date = FIRST, end: date = LAST) -> None:
    Substitution.objects.create(
        substitute=substitute, absent=absent, valid_from=start, valid_to=end
    )


def test_a_membership_counts_on_its_days() -> None:
    user = person(Role.OFFICER)
    member(user, SEA, valid_to=FIRST)
    member(user, AIR, valid_from=FIRST)
    assert policies.office_references(user, noon(3)) == {SEA}
    assert policies.office_references(user, noon(4)) == {AIR}


def test_the_database_refuses_two_memberships_of_an_office_at_a_time() -> None:
    user = person(Role.OFFICER)
    member(user, SEA, valid_to=FIRST)
    member(user, SEA, valid_from=LAST)
    with pytest.raises(IntegrityError), transaction.atomic():
        member(user, SEA, valid_from=date(2026, 5, 3), valid_to=FIRST)


def test_a_substitute_has_the_offices_of_the_absent_meanwhile() -> None:
    absent, substitute = person(Role.OFFICER, offices=(SEA, CENTRE)), person(Role.OFFICER)
    member(substitute, AIR)
    stands_in(substitute, absent)
    assert policies.office_references(substitute, noon(3)) == {AIR}
    assert policies.office_references(substitute, noon(4)) == {SEA, AIR, CENTRE}
    assert policies.belongs_to_risk_centre(substitute, noon(7))
    assert not policies.belongs_to_risk_centre(substitute, noon(8))


def test_substitution_does_not_go_on_to_a_third() -> None:
    first, second, third = (
        person(Role.OFFICER, offices=(office,)) for office in (SEA, AIR, CENTRE)
    )
    stands_in(second, first)
    stands_in(third, second)
    assert policies.office_references(third, noon(4)) == {AIR, CENTRE}


def test_an_ended_membership_of_the_absent_is_not_passed_on() -> None:
    absent, substitute = person(Role.OFFICER), person(Role.OFFICER)
    member(absent, SEA, valid_to=date(2026, 5, 6))
    stands_in(substitute, absent)
    assert policies.office_references(substitute, noon(5)) == {SEA}
    assert policies.office_references(substitute, noon(6)) == frozenset()


@pytest.mark.parametrize(("start", "end"), [(LAST, FIRST), (FIRST, None), (None, LAST)])
def test_a_substitution_has_two_ends_in_order(start: date | None, end: date | None) -> None:
    one, other = person(Role.OFFICER), person(Role.OFFICER)
    with pytest.raises(IntegrityError), transaction.atomic():
        stands_in(one, other, start, end)  # type: ignore[arg-type]  # what must be refused
    with pytest.raises(IntegrityError), transaction.atomic():
        stands_in(one, one)
