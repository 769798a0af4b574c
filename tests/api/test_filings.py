"""GET /api/v1/filings: what a trader may know of its filings, and nothing of what was found."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from customs_portal.api import filings
from declarations.models import Filing
from risk.models import Assessment
from tests.access.world import STRANGER, World, add_declarations, lodge_clean, lodge_flagged
from tests.api.conftest import System
from tests.messaging.builders import LODGER

FILINGS = "/api/v1/filings"


@pytest.fixture
def lodger(world: World) -> System:
    return System(LODGER, world.tokens[LODGER])


def lines(response: Any) -> list[dict[str, Any]]:
    assert response.status_code == 200
    found: list[dict[str, Any]] = response.json()["results"]
    return found


def test_a_held_filing_is_told_as_held(lodger: System) -> None:
    held = Filing.objects.order_by("pk")[0]
    found = lodger.get(f"{FILINGS}/{held.mrn}").json()
    assert found["status"]["code"] == "held"
    assert found["status"]["words"] == "Held"
    assert found["url"] == f"{FILINGS}/{held.mrn}"


def test_a_filing_under_review_looks_like_one_without_risk(lodger: System, world: World) -> None:
    lodge_flagged(world)
    flagged = Filing.objects.order_by("-pk")[0]
    lodge_clean(world)
    clean = Filing.objects.order_by("-pk")[0]
    outcomes = Assessment.objects.order_by("-pk").values_list("status", "result")
    assert list(outcomes[:2]) == [("concluded", "no_risk"), ("review", "")]
    twins = [lodger.get(f"{FILINGS}/{filing.mrn}").json() for filing in (flagged, clean)]
    for twin in twins:
        for own in ("id", "mrn", "lrn", "url", "lodged_at"):
            del twin[own]
        del twin["status"]["since"]
    assert twins[0] == twins[1]


def test_the_newest_come_first_and_pages_follow(
    lodger: System, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(filings, "PAGE", 2)
    first = lodger.get(FILINGS)
    second = lodger.get(first.json()["next"])
    ids = [line["id"] for page in (first, second) for line in lines(page)]
    assert ids == list(Filing.objects.order_by("-pk").values_list("pk", flat=True))
    assert second.json()["next"] is None


def test_another_operators_filing_is_as_unknown_as_none(world: World) -> None:
    stranger = System(STRANGER, world.tokens[STRANGER])
    filing = Filing.objects.order_by("pk")[0]
    hidden, unknown = stranger.get(f"{FILINGS}/{filing.mrn}"), stranger.get(f"{FILINGS}/26NLX")
    assert (hidden.status_code, unknown.status_code) == (404, 404)
    assert hidden.content == unknown.content
    assert lines(stranger.get(FILINGS)) == []


@pytest.mark.parametrize("query", ["before=x", "before=-1", "before=99999999999999999999"])
def test_a_bad_parameter_is_refused(query: str, lodger: System) -> None:
    assert lodger.get(f"{FILINGS}?{query}").status_code == 400


def test_a_name_that_is_no_mrn_is_not_found(lodger: System) -> None:
    for name in ("%00", "x" * 3000, "'--"):
        assert lodger.get(f"{FILINGS}/{name}").status_code == 404


def test_the_number_of_queries_does_not_depend_on_the_rows(lodger: System, world: World) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            lines(lodger.get(FILINGS))
        return len(captured)

    lines(lodger.get(FILINGS))
    before = queries()
    add_declarations(world, 4)
    assert queries() == before
