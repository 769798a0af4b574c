"""What cannot be stored is not accepted."""

from collections.abc import Iterator

import pytest
from django.db import connection
from django.test import Client

from customs_portal.accounts.models import Operator
from customs_portal.accounts.services import issue_token
from customs_portal.clock import now
from customs_portal.events.models import Event
from messaging.models import InboundMessage
from tests.messaging.builders import LODGER, minimal_ie315

pytestmark = pytest.mark.django_db(transaction=True)
REASONS = {"53100": "the disk is full", "53200": "no memory", "25006": "the database is read-only"}
FULL = """
CREATE FUNCTION test_no_room() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION '{text}' USING ERRCODE = '{code}'; END $$;
CREATE TRIGGER test_no_room BEFORE INSERT ON {table}
FOR EACH ROW EXECUTE FUNCTION test_no_room();
"""


@pytest.fixture
def cleared() -> Iterator[None]:
    yield
    with connection.cursor() as cursor:
        cursor.execute("DROP FUNCTION test_no_room() CASCADE")


@pytest.mark.parametrize("code", REASONS)
@pytest.mark.parametrize("table", ["messaging_rawbody", "events_event"])
def test_without_room_intake_says_so_and_stores_nothing(
    code: str, table: str, cleared: None
) -> None:
    operator = Operator.objects.create(eori=LODGER, name="Firm")
    token = issue_token(operator=operator, at=now())
    with connection.cursor() as cursor:
        cursor.execute(FULL.format(code=code, text=REASONS[code], table=table))
    answer = Client().post(
        "/api/v1/messages",
        minimal_ie315(),
        content_type="application/xml",
        headers={"Authorization": f"Token {token}"},
    )
    assert (answer.status_code, answer["Retry-After"]) == (503, "5")
    assert answer.json()["code"] == "store_unavailable"
    assert not InboundMessage.objects.exists()
    assert not Event.objects.exists()
