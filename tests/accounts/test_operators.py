"""What the register says of operators."""

from datetime import UTC, date, datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from customs_portal.accounts.models import Operator
from customs_portal.accounts.operators import OperatorStatus, status_of

AT = datetime(2026, 5, 10, 12, 0, tzinfo=UTC)
AEO = {"aeo": "AEOF", "aeo_number": "NLAEOF0001"}

pytestmark = pytest.mark.django_db


def operator(eori: str, **values: object) -> None:
    Operator.objects.create(eori=eori, name=f"Firm {eori}", **values)


def test_an_unknown_number_is_told_as_such() -> None:
    assert status_of(["NL1", ""], AT) == {"NL1": OperatorStatus(eori="NL1")}


def test_validity_ends_on_the_day_named() -> None:
    operator("NL1", valid_from=date(2026, 5, 10))
    operator("NL2", valid_from=date(2026, 5, 11))
    operator("NL3", valid_to=date(2026, 5, 10))
    operator("NL4", valid_to=date(2026, 5, 11))
    found = status_of(["NL1", "NL2", "NL3", "NL4"], AT)
    assert {eori: row.valid for eori, row in found.items()} == {
        "NL1": True, "NL2": False, "NL3": False, "NL4": True,
    }  # fmt: skip


def test_an_authorisation_counts_while_it_lives_and_is_not_suspended() -> None:
    operator("NL1", **AEO)
    operator("NL2", **AEO, aeo_suspended=True)
    operator("NL3", **AEO, aeo_valid_to=date(2026, 5, 10))
    operator("NL4", **AEO, aeo_valid_from=date(2026, 5, 10), country="BE")
    found = status_of(["NL1", "NL2", "NL3", "NL4"], AT)
    assert [found[f"NL{n}"].aeo for n in (1, 2, 3, 4)] == ["AEOF", "", "", "AEOF"]
    assert (found["NL1"].country, found["NL4"].country) == ("NL", "BE")


def test_any_number_of_operators_is_one_query() -> None:
    for number in range(30):
        operator(f"NL{number}")
    with CaptureQueriesContext(connection) as queries:
        assert len(status_of([f"NL{number}" for number in range(60)], AT)) == 60
    assert len(queries) == 1
