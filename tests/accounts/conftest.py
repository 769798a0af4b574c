"""Offices, reasons and published rules, as tests of cases want them."""

from datetime import datetime, timedelta

import pytest

from customs_portal.clock import now
from customs_portal.reference import snapshot
from risk import rule_sets
from tests.factories.declarations import publish_demo_rules
from tests.factories.reference import store_offices_and_reasons


@pytest.fixture
def reference(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(snapshot, "current", snapshot.offline)
    store_offices_and_reasons()


@pytest.fixture
def rules(reference: None) -> None:
    rule_sets.forget()
    publish_demo_rules(now() - timedelta(days=1))


@pytest.fixture
def at() -> datetime:
    """Ten minutes ago: what is lodged then is registered, and its analysis window runs."""
    return now() - timedelta(minutes=10)
