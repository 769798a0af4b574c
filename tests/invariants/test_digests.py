"""Months of the event log that are over cannot be changed unseen."""

from datetime import UTC, date, datetime
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction

from customs_portal.accounts.models import User
from customs_portal.events.digests import Break, breaks, broken_months, close_months
from customs_portal.events.models import Event, MonthDigest
from customs_portal.events.services import NewEvent, record_many
from declarations.events import CLOCK_ENDED

pytestmark = pytest.mark.django_db
SEPTEMBER, OCTOBER = date(2026, 9, 1), date(2026, 10, 1)
NOVEMBER_2 = datetime(2026, 11, 2, tzinfo=UTC)


@pytest.fixture(autouse=True)
def log() -> None:
    for month in (9, 9, 10, 11):
        happen(datetime(2026, month, 10, 8, 30, tzinfo=UTC))


def happen(at: datetime) -> None:
    record_many([NewEvent(kind=CLOCK_ENDED, at=at, stream=7, data={"clock": "arrival"})])


def forge(statement: str) -> None:
    """Change the log past its trigger, as somebody with the keys of the database could."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute(statement)
        cursor.execute("SET LOCAL session_replication_role = origin")


def test_a_month_is_closed_once_a_day_after_its_end() -> None:
    almost = datetime(2026, 11, 1, 23, 59, tzinfo=UTC)
    assert close_months(at=almost) == [SEPTEMBER]
    assert close_months(at=NOVEMBER_2) == [OCTOBER]
    assert close_months(at=NOVEMBER_2) == []
    assert list(MonthDigest.objects.values_list("month", "events")) == [
        (SEPTEMBER, 2),
        (OCTOBER, 1),
    ]
    assert broken_months() == []


def test_what_goes_on_breaks_no_closed_month() -> None:
    close_months(at=NOVEMBER_2)
    happen(datetime(2026, 11, 20, tzinfo=UTC))
    assert broken_months() == []


@pytest.mark.parametrize(
    ("statement", "months"),
    [
        ("UPDATE events_event SET data = '{}' WHERE month = '2026-09-01'", [SEPTEMBER]),
        ("UPDATE events_event SET at = at + interval '1 us' WHERE month = '2026-10-01'", [OCTOBER]),
        ("UPDATE events_event SET actor_id = 1 WHERE month = '2026-10-01'", [OCTOBER]),
        ("UPDATE events_event SET kind = kind || 'x' WHERE month = '2026-10-01'", [OCTOBER]),
        ("DELETE FROM events_event WHERE id = (SELECT min(id) FROM events_event)", [SEPTEMBER]),
        ("DELETE FROM events_event WHERE month = '2026-10-01'", [OCTOBER]),
        ("UPDATE events_monthdigest SET digest = 'x' WHERE month = '2026-10-01'", [OCTOBER]),
        (
            "UPDATE events_monthdigest SET digest = 'x' WHERE month = '2026-09-01'",
            [SEPTEMBER, OCTOBER],
        ),
        ("DELETE FROM events_monthdigest WHERE month = '2026-09-01'", [SEPTEMBER, OCTOBER]),
    ],
)
def test_a_forged_month_is_found(statement: str, months: list[date]) -> None:
    close_months(at=NOVEMBER_2)
    forge(statement)
    assert broken_months() == months


OTHER_LOGS = {
    "events_change": "INSERT INTO events_change (id, month, at, changed_table, row_id, operation,"
    " before, after, reason) VALUES (9, '2026-09-01', '2026-09-05', 'x', '1', 'insert', '{}', '{}',"
    " '')",
    "accounts_accesslog": "INSERT INTO accounts_accesslog (id, month, at, user_id, what, reference,"
    " reason) SELECT 9, '2026-09-01', '2026-09-05', id, 'case', '1', '' FROM accounts_user",
}
FORGED_ROWS = [
    ("UPDATE {} SET reason = 'x' WHERE id = 9", "rows or digests were changed"),
    ("DELETE FROM {} WHERE id = 9", "1 rows are missing"),
]


@pytest.mark.parametrize("log_name", OTHER_LOGS)
@pytest.mark.parametrize(("statement", "how"), FORGED_ROWS)
def test_changes_and_looks_cannot_be_forged_unseen(log_name: str, statement: str, how: str) -> None:
    User.objects.create_user("anna")
    forge(OTHER_LOGS[log_name])
    close_months(at=NOVEMBER_2)
    assert breaks() == []
    forge(statement.format(log_name))
    assert breaks() == [Break(log=log_name, month=SEPTEMBER, how=how)]
    output = StringIO()
    with pytest.raises(SystemExit):
        call_command("verify_audit", stdout=output)
    assert output.getvalue().endswith(f"BROKEN: {log_name} 2026-09: {how}\n")


def test_the_proof_names_every_closed_month_with_its_digest() -> None:
    close_months(at=NOVEMBER_2)
    output = StringIO()
    call_command("verify_audit", stdout=output)
    closed = MonthDigest.objects.order_by("month")
    assert output.getvalue().splitlines() == [
        f"events_event {each.month:%Y-%m} {bytes(each.digest).hex()}" for each in closed
    ]


def test_an_event_added_to_a_closed_month_is_found() -> None:
    close_months(at=NOVEMBER_2)
    happen(datetime(2026, 9, 30, 23, 59, tzinfo=UTC))
    assert broken_months() == [SEPTEMBER]
    output = StringIO()
    with pytest.raises(SystemExit):
        call_command("check_invariants", stdout=output)
    assert output.getvalue() == (
        "Broken: Closed months of the event log are as they were.\n  month 2026-09\n"
    )


def test_a_month_added_before_a_closed_one_is_found() -> None:
    close_months(at=NOVEMBER_2)
    happen(datetime(2026, 8, 1, tzinfo=UTC))
    assert broken_months() == [date(2026, 8, 1)]


@pytest.mark.parametrize("model", [Event, MonthDigest])
def test_neither_the_log_nor_its_digests_can_be_changed(model: type[Event | MonthDigest]) -> None:
    close_months(at=NOVEMBER_2)
    before = list(model.objects.order_by("pk").values())
    for change in (
        lambda: model.objects.all().delete(),
        lambda: model.objects.update(month=OCTOBER),
    ):
        with pytest.raises(IntegrityError, match="never changed"), transaction.atomic():
            change()
    assert list(model.objects.order_by("pk").values()) == before


def test_the_command_closes_what_is_over(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("customs_portal.clock.now", lambda: NOVEMBER_2)
    output = StringIO()
    call_command("close_months", stdout=output)
    assert output.getvalue() == "closed: 2026-09\nclosed: 2026-10\n"
    assert broken_months() == []
