"""The folder of a gateway: whole files both ways, nothing taken in twice, nothing planted."""

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest

from customs_portal import clock
from messaging.models import Dispatch, InboundMessage, OutboundMessage, Partner, Transmission
from messaging.reads import raw_body
from messaging.wire.collecting import collect, collect_all
from messaging.wire.concluding import RECEIPT_LIMIT
from messaging.wire.cover import Cover
from messaging.wire.delivering import deliver
from messaging.wire.signing import sign
from tests.wire.conftest import Waiting, know
from tests.wire.peer import Peer
from tests.wire.test_receiving import BODY, covered


@pytest.fixture
def gateway(tmp_path: Path, settings: Any) -> Path:
    settings.PARTNER_FOLDERS = str(tmp_path)
    return tmp_path / "as4-be"


@pytest.fixture
def partner(db: None, gateway: Path, peer: Peer) -> Partner:
    return know(peer, transport="folder", address="", folder="as4-be")


def put(gateway: Path, name: str, says: object, body: bytes | None = BODY) -> Path:
    """Put a message into the folder as a gateway does."""
    inside = gateway / "in"
    inside.mkdir(parents=True, exist_ok=True)
    if body is not None:
        (inside / f"{name}.xml").write_bytes(body)
    path = inside / f"{name}.json"
    path.write_text(json.dumps(says))
    return path


def metadata(found: Cover, signature: str, file: str = "M1.xml") -> dict[str, object]:
    return {"cover": msgspec.to_builtins(found), "file": file, "signature": signature}


def handed(gateway: Path) -> tuple[Cover, bytes]:
    """Return cover and payload of the one message in `out`."""
    [path] = [each for each in (gateway / "out").glob("*.json") if "receipt" not in each.name]
    says = json.loads(path.read_text())
    return msgspec.convert(says["cover"], type=Cover), (path.parent / says["file"]).read_bytes()


def test_a_message_is_handed_over_and_delivered_by_its_receipt(
    partner: Partner, peer: Peer, gateway: Path, waiting: Waiting
) -> None:
    [sent] = waiting("MRN1")
    deliver()
    cover, body = handed(gateway)
    assert (cover.id, body) == (sent.message_identification, raw_body(sent))
    assert not list(gateway.rglob("*.part"))
    assert (Dispatch.objects.get().state, OutboundMessage.objects.get().state) == (
        "handed",
        "waiting",
    )
    receipt = peer.receipt(cover).decode()
    put(gateway, f"{cover.id}.receipt", {"id": cover.id, "receipt": receipt}, body=None)
    assert collect_all() == 1
    assert (Dispatch.objects.get().receipt, OutboundMessage.objects.get().state) == (
        receipt,
        "delivered",
    )
    assert list((gateway / "in").glob("*.json")) == []


def test_without_a_receipt_it_is_handed_over_again(
    partner: Partner, gateway: Path, waiting: Waiting, monkeypatch: pytest.MonkeyPatch
) -> None:
    waiting("MRN1")
    deliver()
    first = handed(gateway)
    assert not deliver()
    later = clock.now() + RECEIPT_LIMIT
    monkeypatch.setattr(clock, "now", lambda: later)
    assert deliver()
    second = handed(gateway)
    assert (first[0].id, first[0].digest, first[1]) == (second[0].id, second[0].digest, second[1])
    assert Dispatch.objects.get().attempts == 2


def test_what_the_gateway_refuses_stops(partner: Partner, gateway: Path, waiting: Waiting) -> None:
    [sent] = waiting("MRN1")
    deliver()
    says = {"id": sent.message_identification, "refused": "not agreed"}
    put(gateway, "x.receipt", says, body=None)
    collect(partner)
    assert (Dispatch.objects.get().state, Dispatch.objects.get().error) == ("stopped", "not agreed")


def test_a_gateway_that_vouches_delivers_by_taking_away(
    partner: Partner, gateway: Path, waiting: Waiting
) -> None:
    partner.gateway_vouches = True
    partner.save()
    waiting("MRN1")
    deliver()
    collect(partner)
    assert OutboundMessage.objects.get().state == "waiting"
    for path in (gateway / "out").iterdir():
        path.unlink()
    collect(partner)
    assert OutboundMessage.objects.get().state == "delivered"
    put(gateway, "M1", metadata(covered(), ""))
    collect(partner)
    assert InboundMessage.objects.count() == 1


def test_a_signed_message_is_taken_in_once_and_gets_its_receipt(
    partner: Partner, peer: Peer, gateway: Path
) -> None:
    found = covered(time="2026-01-01T00:00:00Z")
    for _ in range(2):
        put(gateway, "M1", metadata(found, sign(found.signed_bytes(), peer.key)))
        assert collect(partner) == 1
    assert InboundMessage.objects.count() == 1
    answer = json.loads((gateway / "out" / "M1.receipt.json").read_text())
    assert answer == {"id": "M1", "receipt": Transmission.objects.get().receipt}
    assert list((gateway / "in").iterdir()) == []


def test_what_is_wrong_is_put_aside_with_its_reason(
    partner: Partner, peer: Peer, gateway: Path, settings: Any
) -> None:
    found = covered()
    right = sign(found.signed_bytes(), peer.key)
    other = msgspec.structs.replace(found, recipient="DE")
    secret = gateway.parent / "secret.xml"
    secret.write_bytes(BODY)
    wrong: dict[str, object] = {
        "forged": metadata(found, right[:-4] + "AAAA", file="forged.xml"),
        "unsigned": metadata(found, "", file="unsigned.xml"),
        "other": metadata(other, right, file="other.xml"),
        "outside": metadata(found, right, file="../../secret.xml"),
        "itself": metadata(found, right, file="itself.json"),
        "list": ["x"],
        "nothing": {},
        "receipt": {"id": "M0000000000001", "receipt": "x"},
        "odd": {"cover": 1, "file": 7},
    }
    for name, says in wrong.items():
        put(gateway, name, says)
    (gateway / "in" / "damaged.json").write_bytes(b"\xff{")
    (gateway / "in" / "link.json").symlink_to(secret)
    collect(partner)
    refused = {path.name for path in (gateway / "in" / "refused").glob("*.reason.txt")}
    assert refused == {f"{name}.reason.txt" for name in [*wrong, "damaged"]}
    assert not InboundMessage.objects.exists()
    assert secret.exists()
    settings.MESSAGE_SIZE_LIMIT = 5
    put(gateway, "M1", metadata(found, right))
    collect(partner)
    assert not InboundMessage.objects.exists()
