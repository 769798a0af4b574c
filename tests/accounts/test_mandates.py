"""Mandates: when they live, and what they are for."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from customs_portal.accounts import mandates
from customs_portal.accounts.models import Mandate, Role, User
from tests.factories.people import operator, person

AT = datetime(2026, 5, 10, 12, 0, tzinfo=UTC)
OWNER, AGENT, OTHER = "NL900000011", "NL900000022", "NL900000033"
AMEND, READ = Mandate.Scope.AMEND, Mandate.Scope.READ

pytestmark = pytest.mark.django_db


@pytest.fixture
def granter() -> User:
    return person(Role.TRADER, operators=(OWNER,))


def mandate(granter: User, **values: object) -> Mandate:
    given = {
        "operator": operator(OWNER),
        "representative": operator(AGENT),
        "scopes": [AMEND],
        "granted_by": granter,
        "granted_at": AT,
    }
    return Mandate.objects.create(**(given | values))


def test_a_mandate_lives_on_its_days_only(granter: User) -> None:
    mandate(granter, valid_from=date(2026, 5, 10), valid_to=date(2026, 5, 12))
    days = [datetime(2026, 5, day, 0, 0, tzinfo=UTC) for day in (9, 10, 11, 12)]
    assert [bool(mandates.alive([(OWNER, AGENT)], day)) for day in days] == [
        False,
        True,
        True,
        False,
    ]


def test_a_revoked_mandate_lived_until_then(granter: User) -> None:
    mandate(granter, revoked_at=AT, revoked_by=granter)
    assert mandates.alive([(OWNER, AGENT)], AT) == {}
    assert mandates.alive([(OWNER, AGENT)], AT - timedelta(seconds=1)) == {
        (OWNER, AGENT): frozenset({AMEND})
    }


def test_many_pairs_are_one_query_and_only_they_are_told(granter: User) -> None:
    mandate(granter, scopes=[AMEND, READ])
    mandate(granter, operator=operator(OTHER))
    with CaptureQueriesContext(
        connection,
    ) as queries:
        found = mandates.alive([(OWNER, AGENT), (AGENT, OWNER), (OWNER, OTHER)], AT)
    assert found == {(OWNER, AGENT): frozenset({AMEND, READ})}
    assert len(queries) == 1


@pytest.mark.parametrize(
    "values",
    [
        {"representative_id": "operator"},
        {"scopes": []},
        {"valid_from": date(2026, 5, 2), "valid_to": date(2026, 5, 1)},
        {"revoked_at": AT},
    ],
)
def test_the_database_refuses_what_cannot_be(granter: User, values: dict[str, object]) -> None:
    if "representative_id" in values:
        values = {"representative": operator(OWNER)}
    with pytest.raises(IntegrityError), transaction.atomic():
        mandate(granter, **values)
    assert not Mandate.objects.exists()


def test_two_mandates_of_a_pair_never_overlap_unless_one_is_revoked(granter: User) -> None:
    first = mandate(granter, valid_to=date(2026, 6, 1))
    mandate(granter, valid_from=date(2026, 6, 1))
    with pytest.raises(IntegrityError), transaction.atomic():
        mandate(granter, valid_from=date(2026, 5, 31), valid_to=date(2026, 6, 1))
    Mandate.objects.filter(pk=first.pk).update(revoked_at=AT, revoked_by=granter)
    mandate(granter, valid_from=date(2026, 5, 31), valid_to=date(2026, 6, 1))
