"""People and reference data for tests of the door."""

from typing import Any

import pytest

from customs_portal.accounts.models import Role, User
from customs_portal.reference import snapshot
from tests.factories.people import person
from tests.factories.reference import store_offices_and_reasons
from tests.sign_in.door import OFFICE


@pytest.fixture(autouse=True)
def _reference(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Offices as rows; everything else from the files, which is faster."""
    monkeypatch.setattr(snapshot, "current", snapshot.offline)
    store_offices_and_reasons()


@pytest.fixture(autouse=True)
def _patience(settings: Any) -> None:
    """A code may change between its reckoning and its entry, which is slow on a busy machine."""
    settings.MFA_TOTP_TOLERANCE = 1


@pytest.fixture
def officer() -> User:
    return person(Role.OFFICER, offices=(OFFICE,))


@pytest.fixture
def administrator() -> User:
    return person(Role.ADMINISTRATOR)
