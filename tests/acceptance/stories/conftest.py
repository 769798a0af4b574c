"""The portal of the demo, its people and firms, for the stories that acceptance is judged by."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from django.core.management import call_command
from django.db import transaction
from pytest_django.plugin import DjangoDbBlocker

from customs_portal.demo import people
from customs_portal.reference import snapshot
from risk import rule_sets
from tests.factories.reference import load_reference

AT = datetime(2026, 11, 3, 8, 0, tzinfo=UTC)


@pytest.fixture(scope="package")
def demo(
    django_db_setup: None,
    django_db_blocker: DjangoDbBlocker,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[None]:
    """Reference data, published rules and the accounts of the demo, loaded once and rolled back."""
    path = tmp_path_factory.mktemp("demo") / "demo.json"
    with django_db_blocker.unblock(), transaction.atomic():
        load_reference()
        call_command("load_rules", verbosity=0)
        people.load(country="NL", url="", path=path, at=AT)
        yield
        transaction.set_rollback(True)


@pytest.fixture(autouse=True)
def story(demo: None, same_mrns: None) -> None:
    """Each story begins from the same state and the same chance; what it writes is rolled back."""
    snapshot.forget()
    rule_sets.forget()
