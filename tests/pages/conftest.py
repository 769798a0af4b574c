"""Reference data, published rules and people for tests of pages."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client

from customs_portal.accounts.models import Role, User
from customs_portal.clock import now
from customs_portal.reference import snapshot
from risk import rule_sets
from tests.factories.declarations import OFFICE, SENDER, publish_demo_rules
from tests.factories.people import person
from tests.factories.reference import keep_reference, store_offices_and_reasons
from tests.fixtures.standing import Standing

AT = datetime(2026, 11, 22, 10, 30, tzinfo=UTC)


@pytest.fixture(scope="package", autouse=True)
def _stored(standing: Standing) -> Iterator[None]:
    """Offices, reasons and rules for all tests of pages."""

    def store() -> None:
        keep_reference()
        store_offices_and_reasons()
        publish_demo_rules(AT)

    with standing.rows(store):
        yield


@pytest.fixture(autouse=True)
def _reference(_stored: None, db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Read everything but rules from the files, which is faster."""
    monkeypatch.setattr(snapshot, "current", snapshot.offline)
    rule_sets.forget()


@pytest.fixture
def at() -> datetime:
    """Ten minutes ago: what is lodged then is registered, and its analysis window runs."""
    return now() - timedelta(minutes=10)


@pytest.fixture
def officer() -> User:
    return person(Role.OFFICER, offices=(OFFICE,), first_name="Mila", last_name="Bakker")


@pytest.fixture
def desk(client: Client, officer: User) -> Client:
    """The officer's browser."""
    client.force_login(officer)
    return client


@pytest.fixture
def trader() -> User:
    return person(Role.TRADER, operators=(SENDER,))


@pytest.fixture
def trader_desk(trader: User) -> Client:
    """The trader's browser."""
    client = Client()
    client.force_login(trader)
    return client
