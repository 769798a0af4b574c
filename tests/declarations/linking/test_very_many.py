"""A master may have 9,999 houses: what is read and shown for one does not grow with them."""

from collections.abc import Sequence
from typing import Any

import psycopg
import pytest
from django.db import connection, transaction

from customs_portal.bulk import fetch_prepared, row_by_row
from declarations.document import Document
from declarations.families import MOST_NAMED, not_filed_in_whole
from declarations.models import Ens, EnsMember, Filing
from declarations.services import Lodged, Lodgement, grouping, linking, lodge
from risk.services.linking import link
from tests.declarations.linking.filings import CARRIER, house, master
from tests.pipeline.conftest import AT
from tests.pipeline.conftest import reference as reference  # noqa: PLC0414  a fixture

pytestmark = pytest.mark.django_db

FORWARDER = "NL223344556"


def filed(documents: Sequence[Document]) -> list[int]:
    """Return the filings of the documents."""
    wanted = [
        Lodgement(
            document=document,
            message_id=place,
            sender=document.declarant.identifier or "",
            received_at=AT,
        )
        for place, document in enumerate(documents)
    ]
    with transaction.atomic():
        results = lodge(wanted, at=AT)
    return [result.filing for result in results if isinstance(result, Lodged)]


def houses(first: int, last: int) -> list[int]:
    """Return that many houses of the forwarder, linked."""
    found = filed(
        [house("F15", "OEL1", f"H{number:03}", FORWARDER) for number in range(first, last + 1)]
    )
    with transaction.atomic():
        link(found, at=AT)
    return found


def whole() -> Ens:
    return Ens.objects.get(mrn=Filing.objects.get(type="F12").mrn)


class Rows:
    """Counts the rows that statements return or change."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.count = 0
        execute = psycopg.Cursor.execute

        def counted(cursor: Any, *given: Any, **named: Any) -> Any:
            done = execute(cursor, *given, **named)
            self.count += max(cursor.rowcount, 0)
            return done

        monkeypatch.setattr(psycopg.Cursor, "execute", counted)

    def to_link(self, number: int) -> int:
        """Return how many it takes to link one house more."""
        [one] = filed([house("F15", "OEL1", f"H{number:03}", FORWARDER)])
        before = self.count
        with transaction.atomic():
            link([one], at=AT)
        return self.count - before


def test_to_link_a_house_takes_as_many_rows_with_many_beside_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    filed([master("OEL1", CARRIER, [FORWARDER])])
    houses(1, 10)
    rows = Rows(monkeypatch)
    few = rows.to_link(11)
    houses(12, 300)
    assert rows.to_link(301) == few
    assert EnsMember.objects.filter(ens=whole()).count() == 302


STATEMENTS: tuple[tuple[str, dict[str, object]], ...] = (
    (linking._CHANGES, {"most": linking.MOST_CHANGES}),
    (linking._FAMILY, {"uppers": []}),
    (grouping._WAIT, {}),
    (grouping._MOVES, {}),
)


@pytest.mark.parametrize(
    ("statement", "more"), STATEMENTS, ids=("changes", "family", "wait", "moves")
)
def test_a_house_is_followed_by_index_where_one_master_has_nearly_all_links(
    statement: str, more: dict[str, object]
) -> None:
    filed([master("OEL1", CARRIER, [FORWARDER])])
    found = houses(1, 100)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE declarations_filinglink, declarations_linkkey, declarations_ens")
    with transaction.atomic(), row_by_row():
        plan = fetch_prepared(f"EXPLAIN {statement}", {"filings": found[-1:], **more})
    assert "Index" in str(plan)
    assert "Seq Scan" not in str(plan)


def test_of_hundreds_that_have_not_filed_the_first_are_told_and_how_many() -> None:
    people = [f"NL{number:09}" for number in range(300)]
    [top] = filed([master("OEL1", CARRIER, people)])
    lacking = not_filed_in_whole([top])[top]
    assert (lacking.count, lacking.own_count) == (300, 300)
    assert [each.named for each in lacking.first] == people[:MOST_NAMED]
    [one] = filed([house("F15", "OEL1", "H1", people[0])])
    with transaction.atomic():
        link([one], at=AT)
    assert not_filed_in_whole([top])[top].count == 299
    assert whole().completeness == Ens.Completeness.PENDING
