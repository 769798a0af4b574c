"""Seeding: once, through the running site."""

from datetime import UTC, datetime
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from customs_portal.demo import decisions
from tests.demo.conftest import StandIn
from tests.factories.declarations import harmless, lodged

pytestmark = pytest.mark.django_db

AT = datetime(2026, 11, 22, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def directory(demo_file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VAR_DIRECTORY", str(demo_file.parent))
    monkeypatch.setattr(decisions, "recommend_scan", lambda: True)


def seed(count: int) -> str:
    output = StringIO()
    call_command("seed_demo", count=count, rate=1000.0, stdout=output)
    return output.getvalue()


def test_stories_come_first_and_then_the_traffic(stand_in: StandIn) -> None:
    assert seed(20).endswith("23 sent, 0 not as expected\n")
    assert len(stand_in.answers) == 23


def test_nothing_is_sent_where_traffic_was_lodged_already(stand_in: StandIn) -> None:
    lodged(harmless(AT, lrn="ENS-0000000001"), AT)
    assert seed(20) == ""
    assert stand_in.answers == {}


def test_a_difference_is_told(stand_in: StandIn) -> None:
    stand_in.wrong = set(range(23))
    with pytest.raises(CommandError):
        seed(20)
