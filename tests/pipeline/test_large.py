"""The largest declarations, and those one larger: exact errors, and a cost that is bounded."""

import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import msgspec
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from lxml import etree

from declarations.document import Document, Seal, SupportingDocument
from declarations.models import Ens, Filing
from messaging.formats.ics1.writing import write_declaration
from messaging.invariants.book import breaches
from messaging.invariants.invariant import Scope
from risk.models import Assessment
from tests.messaging.builders import arrival_message, envelope, goods_item, minimal_document
from tests.pipeline.conftest import AT, publish
from tests.pipeline.test_main_job import BANANAS, answer, drain, send_bytes

MOST_ITEMS, MOST_SEALS = 999, 9_999
SECONDS = 30
"""No declaration takes more of a processor to be taken in, assessed and answered."""


@pytest.fixture(autouse=True)
def rules() -> None:
    publish(("TST-01", BANANAS))


def of_items(count: int, **changes: Any) -> Document:
    """Return a declaration of so many items, each under its own bill."""
    bill = SupportingDocument(type="N705", reference="B")
    items = tuple(
        goods_item(
            number, documents=(msgspec.structs.replace(bill, reference=f"B{number}"),),
        )
        for number in range(1, count + 1)
    )  # fmt: skip
    return minimal_document(items, **changes)


def of_seals(count: int, **changes: Any) -> Document:
    """Return a declaration of so many seals."""
    seals = tuple(Seal(identity=f"S{number}") for number in range(count))
    return minimal_document(seals=seals, **changes)


def amended(document: Document, mrn: str) -> Document:
    return msgspec.structs.replace(
        document, type="IE313", lrn=None, mrn=mrn, conveyance_reference="VOY999"
    )


def answered(token: str, document: Document, message_id: str = "M1") -> "etree._Element":
    """Return the answer to a declaration, which cost no more than it may."""
    body = write_declaration(document, envelope(message_id=message_id))
    began = time.process_time()
    correlation = send_bytes(token, body)
    drain()
    assert time.process_time() - began < SECONDS
    return answer(correlation)


def errors(reply: "etree._Element") -> list[tuple[str | None, ...]]:
    """Return type and pointer of each error."""
    names = ("ErrTypER11", "ErrPoiER12")
    return [tuple(map(group.findtext, names)) for group in reply.iter("FUNERRER1")]


@pytest.mark.parametrize(
    "document", [of_items(MOST_ITEMS), of_seals(MOST_SEALS)], ids=["999 items", "9,999 seals"]
)
def test_the_largest_declaration_is_registered_assessed_and_amended(
    lodger: str, document: Document
) -> None:
    reply = answered(lodger, document)
    assert reply.tag.endswith("CC328A")
    ens = Ens.objects.get()
    assert (ens.status, Assessment.objects.get().result) == ("assessed", "no_risk")
    assert answered(lodger, amended(document, ens.mrn), "M2").tag.endswith("CC304A")
    ens.refresh_from_db()
    assert (ens.version, ens.status) == (2, "assessed")
    assert list(breaches(Scope(sample=None))) == []


@pytest.mark.parametrize(
    ("make", "most", "pointer"),
    [(of_items, MOST_ITEMS, "GOOITEGDS"), (of_seals, MOST_SEALS, "SEAID529")],
)
def test_one_too_many_is_refused_with_its_error(
    lodger: str, make: Callable[[int], Document], most: int, pointer: str
) -> None:
    reply = answered(lodger, make(most + 1))
    assert reply.tag.endswith("CC316A")
    assert errors(reply) == [("35", pointer)]
    assert not Filing.objects.exclude(status="rejected").exists()
    answered(lodger, make(1), "M2")
    mrn = Ens.objects.get().mrn
    refused = answered(lodger, amended(make(most + 1), mrn), "M3")
    assert refused.tag.endswith("CC305A")
    assert errors(refused) == [("35", pointer)]
    assert Ens.objects.get().version == 1


@pytest.mark.parametrize("make", [of_items, of_seals])
def test_a_larger_declaration_asks_the_database_no_more_often(
    lodger: str, make: Callable[..., Document]
) -> None:
    def asked(count: int) -> int:
        with CaptureQueriesContext(connection) as queries:
            answered(lodger, make(count, lrn=f"L{count}"), f"M{count}")
        return len(queries)

    asked(1)
    assert asked(MOST_ITEMS) <= asked(2) + 5


def test_999_items_under_999_bills_arrive_at_once(lodger: str) -> None:
    """Every item is a consignment of its own."""
    arrives = AT + timedelta(hours=1)
    answered(lodger, of_items(MOST_ITEMS, expected_arrival=arrives))
    ens = Ens.objects.get()
    began = time.process_time()
    correlation = send_bytes(lodger, arrival_message(ens.mrn))
    drain()
    assert time.process_time() - began < SECONDS
    assert answer(correlation).tag.endswith("UK348A")
    goods = ens.members.get().filing.consignments.values_list("goods", flat=True)
    assert (len(goods), set(goods)) == (MOST_ITEMS, {"arrived"})
