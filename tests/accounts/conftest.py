"""Offices, reasons and published rules, as tests of cases want them."""

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest

from customs_portal.clock import now
from customs_portal.reference import snapshot
from risk import rule_sets
from tests.factories.declarations import publish_demo_rules
from tests.factories.reference import store_offices_and_reasons
from tests.fixtures.standing import Standing


@pytest.fixture(scope="package")
def _stored(standing: Standing) -> Iterator[None]:
    with standing.rows(store_offices_and_reasons):
        yield


@pytest.fixture(scope="package")
def _published(_stored: None, standing: Standing) -> Iterator[None]:
    with standing.rows(lambda: publish_demo_rules(now() - timedelta(days=1))):
        yield


@pytest.fixture
def reference(_stored: None, db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(snapshot, "current", snapshot.offline)


@pytest.fixture
def rules(_published: None, reference: None) -> None:
    rule_sets.forget()


@pytest.fixture
def at() -> datetime:
    """Ten minutes ago: what is lodged then is registered, and its analysis window runs."""
    return now() - timedelta(minutes=10)
