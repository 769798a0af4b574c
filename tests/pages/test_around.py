"""What stands around a declaration on the review page: what was seen before, links, the way."""

from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from customs_portal.accounts.models import User
from customs_portal.pages.reads.around import Around
from declarations.document import Party
from declarations.models import Ens, Measure
from risk.models import Case
from tests.factories.declarations import bananas, case_of, harmless, lodged
from tests.factories.measures import placed

ONE_OF_EACH = {
    ("eori", "NL123456789"),
    ("name", "Foshan Tiles Co"),
    ("means", "9074729"),
    ("equipment", "CSQU3054383"),
    ("seal", "TR771034"),
    ("document", "BL000001"),
}


def around(desk: Client, case: Case) -> Around:
    found: Around = desk.get(reverse("review", args=[case.pk])).context["around"]
    return found


def figures(desk: Client, case: Case) -> dict[tuple[str, str], tuple[int, int, int]]:
    """Return by kind and value in how many ENS it was seen, with measures, with finds."""
    return {
        (each.kind, each.value): (each.ens, each.measures, each.finds)
        for each in around(desk, case).seen
    }


def test_each_thing_tells_its_ens_measures_and_finds(
    desk: Client, officer: User, at: datetime
) -> None:
    held, found, undone = (lodged(harmless(at), at) for _ in range(3))
    placed(held, officer, at, kind="hold", reason_code="HLD-06")
    control = placed(found, officer, at, kind="control", reason_code="CTL-02")
    Measure.objects.filter(pk=control.pk).update(status="irregular")
    taken_back = placed(undone, officer, at, kind="hold", reason_code="HLD-06")
    Measure.objects.filter(pk=taken_back.pk).update(status="undone")
    seen = figures(desk, case_of(bananas(at), at))
    assert {key: seen[key] for key in ONE_OF_EACH} == dict.fromkeys(ONE_OF_EACH, (3, 2, 1))


def test_what_is_older_than_a_year_or_has_another_name_is_new(desk: Client, at: datetime) -> None:
    old = lodged(harmless(at), at)
    Ens.objects.filter(pk=old.pk).update(registered_at=at - timedelta(days=366))
    case = case_of(bananas(at, consignor=Party(name="Nobody Knows Ltd", country="EC")), at)
    assert set(figures(desk, case).values()) == {(0, 0, 0)}


def test_the_way_and_what_belongs_together_are_listed(desk: Client, at: datetime) -> None:
    case = case_of(bananas(at, subsequent_offices=("BE101000",)), at)
    house = lodged(harmless(at), at)
    Ens.objects.filter(pk=house.pk).update(absorbed_by=case.ens)
    found = around(desk, case)
    assert [(leg.country, leg.state) for leg in found.legs] == [
        ("Netherlands", "First entry"),
        ("Belgium", "Not told of a risk"),
    ]
    assert [(each.how, each.mrn) for each in found.linked] == [
        ("Filing IE315", case.ens.mrn),
        ("Absorbed", house.mrn),
    ]


@pytest.mark.parametrize("count", [1, 12])
def test_the_number_of_queries_does_not_depend_on_what_was_seen(
    desk: Client, at: datetime, count: int
) -> None:
    first = case_of(bananas(at), at)
    around(desk, first)
    with CaptureQueriesContext(connection) as alone:
        around(desk, first)
    for _ in range(count):
        lodged(harmless(at), at)
    with CaptureQueriesContext(connection) as among_many:
        around(desk, first)
    assert len(among_many) == len(alone)
