"""What goes wrong in a message, over HTTP: each gets a clear answer, and nothing is half done."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from customs_portal.demo.expectations import Received, received
from customs_portal.events import advance
from customs_portal.events.models import Delivery
from customs_portal.reference import snapshot
from declarations.models import Ens, Filing
from messaging.models import InboundMessage, RawBody
from risk import rule_sets
from tests.api.conftest import MESSAGES, System, system
from tests.factories.reference import load_reference
from tests.messaging.builders import LODGER, minimal_ie315

pytestmark = pytest.mark.django_db
HOSTILE = Path(__file__).resolve().parents[1] / "messaging" / "hostile"
FILES = sorted(path.name for path in HOSTILE.iterdir() if path.stat().st_size)


@pytest.fixture
def lodger(db: None) -> Iterator[System]:
    snapshot.forget()
    rule_sets.forget()
    load_reference()
    yield system(LODGER)
    snapshot.forget()


def told(sender: System, body: bytes) -> dict[str, Any]:
    """Lodge, let the pipeline come to rest, and return what the API says of the message."""
    response = sender.post(body)
    assert response.status_code == 202
    advance.drain()
    assert not Delivery.objects.filter(consumer__in=("intake", "reply")).exists()
    found: dict[str, Any] = sender.get(f"{MESSAGES}/{response.json()['id']}").json()
    assert found["state"] == "answered"
    return found


def answer(found: dict[str, Any]) -> Received:
    return received(found["response"]["xml"].encode())


def kept() -> bytes:
    """Return the bytes of the newest message as they were kept."""
    message = InboundMessage.objects.order_by("-pk")[0]
    return bytes(RawBody.objects.get(pk=message.body_id).body)


@pytest.mark.parametrize("name", FILES)
def test_a_hostile_message_gets_an_xml_error_and_leaves_no_trace_but_itself(
    name: str, lodger: System
) -> None:
    body = (HOSTILE / name).read_bytes()
    found = told(lodger, body)
    assert found["response"]["kind"] == "CD917B"
    assert answer(found).message == "CD917B"
    assert answer(found).findings != frozenset()
    assert found["mrn"] == ""
    assert {line["code"] for line in found["findings"]} == {
        code for code, _rule in answer(found).findings
    }
    assert kept() == body
    assert not Filing.objects.exists()
    assert not Ens.objects.exists()


def test_nothing_of_the_machine_is_read_into_an_answer(lodger: System) -> None:
    found = told(lodger, (HOSTILE / "xxe.xml").read_bytes())
    assert "root:" not in found["response"]["xml"]


def test_a_truncated_declaration_is_refused_with_its_place(lodger: System) -> None:
    body = minimal_ie315(sender=LODGER)
    found = told(lodger, body[: len(body) // 2])
    assert answer(found).message == "CD917B"
    assert not Ens.objects.exists()


def test_a_foreign_sender_is_refused_by_name(lodger: System) -> None:
    found = told(lodger, minimal_ie315(sender="NL999999999"))
    assert answer(found) == Received(message="CC316A", findings=frozenset({("12", "")}))
    assert [line["location"] for line in found["findings"]] == ["MES.MesSenMES3"]
    assert not Ens.objects.exists()


def test_a_used_lrn_is_refused(lodger: System) -> None:
    first = told(lodger, minimal_ie315(sender=LODGER, message_id="M1"))
    second = told(lodger, minimal_ie315(sender=LODGER, message_id="M2"))
    assert answer(first).message == "CC328A"
    assert answer(second).message == "CC316A"
    assert {code for code, _rule in answer(second).findings} == {"26"}
    assert Ens.objects.count() == 1


def test_a_replay_gets_the_first_answer_again(lodger: System) -> None:
    body = minimal_ie315(sender=LODGER)
    first, second = told(lodger, body), told(lodger, body)
    assert first["id"] != second["id"]
    assert first["response"] == second["response"]
    assert (Ens.objects.count(), Filing.objects.count()) == (1, 1)


def test_a_used_message_id_with_other_bytes_is_refused(lodger: System) -> None:
    told(lodger, minimal_ie315(sender=LODGER, lrn="LRN1"))
    found = told(lodger, minimal_ie315(sender=LODGER, lrn="LRN2"))
    assert answer(found).message == "CC316A"
    assert [(line["code"], line["location"]) for line in found["findings"]] == [
        ("26", "MES.MesIdeMES19")
    ]
    assert Ens.objects.count() == 1


def test_a_good_message_is_not_hurt_by_bad_ones_beside_it(lodger: System) -> None:
    bodies = [(HOSTILE / name).read_bytes() for name in FILES[:5]]
    for body in (*bodies, minimal_ie315(sender=LODGER)):
        assert lodger.post(body).status_code == 202
    advance.drain()
    assert Ens.objects.count() == 1
    assert not InboundMessage.objects.exclude(state="answered").exists()
