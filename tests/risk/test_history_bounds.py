"""What is read for a declaration does not grow with what its trader has stored."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection, transaction

from customs_portal.bulk import fetch_by_index
from declarations.checks.quality.nomenclature import section_starts
from declarations.models import Ens
from declarations.services import dual_filing
from risk import history, rule_sets
from tests.factories.declarations import assessed, harmless, lodged, publish_demo_rules

pytestmark = pytest.mark.django_db

AT = datetime(2026, 11, 20, 10, tzinfo=UTC)
FAR = 1_000_000_000
"""Above the id of any declaration, so that its copies are the latest that are stored."""


@pytest.fixture(autouse=True)
def rules(db: None) -> None:
    rule_sets.forget()
    publish_demo_rules(AT - timedelta(days=1))


def columns(table: str) -> list[str]:
    with connection.cursor() as cursor:
        found = connection.introspection.get_table_description(cursor, table)
    return [column.name for column in found if column.name != "id"]


def copied(table: str, numbers: range, own: str, **changed: str) -> None:
    """Store copies of the own row; `changed` are columns, n the number of the copy."""
    names = [name for name in columns(table) if name not in changed]
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {table} ({', '.join((*names, *changed))})"
            f" SELECT {', '.join((*names, *changed.values()))} FROM {table},"
            f" generate_series({numbers.start}, {numbers.stop - 1}) AS n WHERE {own}"
        )


def store(ens: int, numbers: range) -> None:
    """Store that many declarations of the same persons, goods, containers and papers before it."""
    earlier = "{} - n * interval '1 second'".format
    copied(
        "risk_analyseditem", numbers, f"ens = {ens}", ens=f"{FAR} + n",
        ens_version=f"{FAR} + n", received_at=earlier("received_at"),
    )  # fmt: skip
    copied("declarations_searchkey", numbers, f"ens_id = {ens}", ens_id=f"{FAR} + n")
    filing = Ens.objects.get(pk=ens).members.get().filing_id
    copied(
        "declarations_filing", numbers, f"id = {filing}", lrn="'COPY' || n",
        mrn="'COPY' || n", lodged_at=earlier("lodged_at"),
    )  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE risk_analyseditem, declarations_searchkey, declarations_filing")


def buffers(statement: str, values: dict[str, Any]) -> int:
    """Return how many pages the statement reads."""
    explained = f"EXPLAIN (ANALYZE, BUFFERS, TIMING OFF, FORMAT JSON) {statement}"
    with transaction.atomic():
        [[[told]]] = fetch_by_index(explained, values)
    return int(told["Plan"]["Shared Hit Blocks"]) + int(told["Plan"]["Shared Read Blocks"])


def test_a_busy_trader_costs_no_more_than_a_quiet_one() -> None:
    ens = assessed(lodged(harmless(AT), AT), AT)
    wanted = {"versions": [ens.versions.get().pk], "sections": section_starts()}
    compared = {"ens": [ens.pk], "most": 20, "latest": dual_filing.LATEST}
    read = []
    for numbers in (range(1, 301), range(301, 2_001)):
        store(ens.pk, numbers)
        read.append(
            [
                buffers(history._OF_ITEMS, wanted),
                buffers(history._OF_DECLARATIONS, wanted),
                buffers(dual_filing._CANDIDATES, compared),
            ]
        )
    quiet, busy = read
    assert all(late <= 1.5 * early for early, late in zip(quiet, busy, strict=True)), read
