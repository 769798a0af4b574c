"""Whom an outage excuses."""

from datetime import UTC, datetime, timedelta

import pytest
from django.contrib import admin
from django.db import IntegrityError, transaction

from customs_portal.accounts.models import Role, User
from declarations.admin import FilingAdmin
from declarations.models import Filing, Outage
from declarations.outages import excused, open_outages

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


def declare(start: datetime, end: datetime | None) -> Outage:
    user, _ = User.objects.get_or_create(username="wim", defaults={"role": Role.ADMINISTRATOR})
    return Outage.objects.create(from_at=start, to_at=end, what="Network", declared_by=user)


def late(lodged_at: datetime, *, by: timedelta, lrn: str = "L1") -> Filing:
    return Filing.objects.create(
        type="IE315",
        lrn=lrn,
        mrn=f"26NL{lrn:>014}",
        status="registered",
        declarant="NL1",
        sender="NL1",
        office_of_first_entry="NL000396",
        transport_mode="1",
        lodged_at=lodged_at,
        late_minutes=by // timedelta(minutes=1),
    )


@pytest.mark.parametrize(
    ("lodged_at", "by", "is_excused"),
    [
        (NOON + HOUR, HOUR, True),
        (NOON + 2 * HOUR, HOUR, True),
        (NOON + 4 * HOUR, HOUR, True),
        (NOON + 4 * HOUR + timedelta(seconds=1), HOUR, False),
        (NOON + HOUR, 2 * HOUR, False),
        (NOON - HOUR, HOUR, False),
        (NOON + HOUR, timedelta(0), False),
    ],
    ids=[
        "limit at the beginning",
        "came at the end",
        "came at the end of the grace",
        "came after the grace",
        "was late before",
        "came before",
        "was not late",
    ],
)
def test_an_outage_excuses_whom_it_hindered(
    lodged_at: datetime, by: timedelta, is_excused: bool
) -> None:
    declare(NOON, NOON + 2 * HOUR)
    filing = late(lodged_at, by=by)
    assert excused([filing]) == ({filing.pk} if is_excused else set())


def test_an_outage_without_an_end_goes_on() -> None:
    outage = declare(NOON, None)
    filing = late(NOON + timedelta(days=3), by=HOUR)
    assert excused([filing]) == {filing.pk}
    assert open_outages(NOON - HOUR) == []
    assert open_outages(NOON + timedelta(days=3)) == [outage]
    Outage.objects.update(to_at=NOON + HOUR)
    assert excused([filing]) == set()
    assert open_outages(NOON + HOUR) == []


def test_the_admin_says_whether_lateness_is_excused() -> None:
    declare(NOON, NOON + HOUR)
    page = FilingAdmin(Filing, admin.site)
    assert page.late_excused(late(NOON + HOUR, by=HOUR))
    assert not page.late_excused(late(NOON + HOUR, by=2 * HOUR, lrn="L2"))


def test_an_outage_cannot_end_before_it_begins() -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        declare(NOON, NOON)
    assert not Outage.objects.exists()
