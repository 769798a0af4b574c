"""The door for partners: what is signed for us is taken in once, everything else refused."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import msgspec
import pytest
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from customs_portal import clock
from customs_portal.accounts.models import Operator
from messaging.models import (
    InboundMessage,
    Partner,
    PartnerKey,
    PartnerLine,
    RawBody,
    Transmission,
)
from messaging.wire.cover import Cover, Receipt, cover
from messaging.wire.headers import SIGNATURE, headers_of
from messaging.wire.own_keys import signing_key
from messaging.wire.signing import new_key, opened, public_key, sign
from tests.fixtures.day import DAY
from tests.wire.conftest import know
from tests.wire.peer import Peer

MESSAGES = "/exchange/v1/messages"
A_DAY, TIME = timedelta(days=1), "%Y-%m-%dT%H:%M:%SZ"
BODY = b'<CD302A xmlns="http://ics.dgtaxud.ec/CD302A"/>'


def covered(body: bytes = BODY, **changes: str) -> Cover:
    made = cover(
        message_id="M1",
        sender="BE",
        recipient="NL",
        kind="CD302A",
        body=body,
        at=clock.now(),
    )
    return msgspec.structs.replace(made, **changes)


def post(found: Cover, signature: str, body: bytes = BODY) -> Any:
    headers = {**headers_of(found), SIGNATURE: signature}
    return Client().post(MESSAGES, body, content_type="application/xml", headers=headers)


def signed(peer: Peer, found: Cover) -> str:
    return sign(found.signed_bytes(), peer.key)


def receipt_of(answer: Any) -> Receipt:
    ours = public_key(signing_key(clock.now()).as_dict(private=False))
    assert answer.status_code == 200
    text = opened(answer.content.decode(), {str(ours.kid): ours})
    return msgspec.json.decode(text, type=Receipt)


def nothing_is_stored() -> bool:
    return not (
        InboundMessage.objects.exists() or RawBody.objects.exists() or Transmission.objects.exists()
    )


def test_a_signed_message_is_taken_in_and_receipted_over_its_digest(
    partner: Partner, peer: Peer
) -> None:
    found = covered()
    receipt = receipt_of(post(found, signed(peer, found)))
    stored = InboundMessage.objects.get()
    assert (receipt.digest, receipt.id, receipt.sender) == (found.digest, "M1", "BE")
    assert receipt.reference == str(stored.correlation)
    assert stored.operator == partner.operator
    kept = Transmission.objects.get()
    assert (kept.partner, kept.correlation, kept.kind) == (partner, stored.correlation, "CD302A")
    assert (bytes(RawBody.objects.get().body), kept.signature) == (BODY, signed(peer, found))


def test_a_repeat_gets_the_first_receipt_and_other_bytes_are_refused(
    partner: Partner, peer: Peer
) -> None:
    found = covered()
    first = post(found, signed(peer, found))
    later = covered(time=(clock.now() + timedelta(seconds=9)).strftime(TIME))
    again = post(later, signed(peer, later))
    assert first.content == again.content
    other_body = BODY + b" "
    other = covered(other_body)
    refused = post(other, signed(peer, other), other_body)
    assert (refused.status_code, refused.json()["code"]) == (409, "id_reused")
    assert InboundMessage.objects.count() == 1


def test_a_ping_gets_a_receipt_and_leaves_nothing(partner: Partner, peer: Peer) -> None:
    found = covered(b"ping", kind="PING")
    assert receipt_of(post(found, signed(peer, found), b"ping")).kind == "PING"
    assert nothing_is_stored()


@pytest.mark.parametrize(
    ("changes", "status", "code"),
    [
        ({"sender": "DE"}, 401, "unknown_sender"),
        ({"recipient": "DE"}, 421, "not_for_us"),
        ({"kind": "CC315A"}, 422, "kind_not_agreed"),
        ({"kind": "UK347A"}, 422, "kind_not_agreed"),
        ({"time": f"{DAY - A_DAY:{TIME}}"}, 403, "skew"),
        ({"time": f"{DAY + A_DAY:{TIME}}"}, 403, "skew"),
        ({"time": "yesterday"}, 403, "skew"),
        ({"digest": "0" * 64}, 400, "digest_differs"),
        ({"id": "x" * 65}, 400, "bad_cover"),
        ({"id": ""}, 400, "bad_cover"),
    ],
)
def test_what_is_signed_but_wrong_is_refused_with_its_reason(
    partner: Partner, peer: Peer, changes: Mapping[str, str], status: int, code: str
) -> None:
    found = msgspec.structs.replace(covered(), **changes)
    refused = post(found, signed(peer, found))
    assert (refused.status_code, refused.json()["code"]) == (status, code)
    assert nothing_is_stored()


def test_a_message_of_another_kind_than_its_cover_says_is_refused(
    partner: Partner, peer: Peer
) -> None:
    body = b"<CC315A/>"
    found = covered(body)
    refused = post(found, signed(peer, found), body)
    assert (refused.status_code, refused.json()["code"]) == (422, "kind_differs")
    assert nothing_is_stored()


def test_what_is_agreed_with_a_trader_is_taken_from_its_system_and_nothing_else(
    peer: Peer, db: None
) -> None:
    firm = Operator.objects.create(eori="NL900000011", name="Firm")
    kinds = ["CC315A", "CD302A"]
    know(peer, "", kind="trader", code=firm.eori, operator=firm, they_send=kinds)
    for kind, status in (("CC315A", 200), ("CC313A", 422), ("CD302A", 422)):
        body = f"<{kind}/>".encode()
        found = covered(body, sender=firm.eori, kind=kind, id=kind)
        assert post(found, signed(peer, found), body).status_code == status
    assert InboundMessage.objects.get().operator == firm


def test_the_signature_covers_every_field_and_the_bytes(partner: Partner, peer: Peer) -> None:
    found = covered()
    signature = signed(peer, found)
    for name in Cover.__struct_fields__:
        if name != "sender":
            changed = msgspec.structs.replace(found, **{name: f"{DAY:{TIME}}0"})
            assert post(changed, signature).json()["code"] == "bad_signature", name
    assert post(found, signature, BODY + b" ").json()["code"] == "digest_differs"
    assert nothing_is_stored()


def test_only_keys_that_are_valid_now_open(partner: Partner, peer: Peer) -> None:
    found = covered()
    stranger = new_key()
    refused = post(found, sign(found.signed_bytes(), stranger))
    assert (refused.status_code, refused.json()["code"]) == (401, "unknown_key")
    assert PartnerLine.objects.get().refusal == "unknown_key"
    PartnerKey.objects.update(valid_to=clock.now())
    assert post(found, signed(peer, found)).json()["code"] == "unknown_key"
    PartnerKey.objects.create(
        partner=partner,
        key_id=str(stranger.kid),
        public_key=stranger.as_dict(private=False),
        valid_from=clock.now() + timedelta(minutes=1),
    )
    assert post(found, sign(found.signed_bytes(), stranger)).json()["code"] == "unknown_key"
    PartnerKey.objects.update(valid_from=clock.now() - timedelta(days=1), valid_to=None)
    assert post(found, signed(peer, found)).status_code == 200
    assert post(found, sign(found.signed_bytes(), stranger)).status_code == 200


@pytest.mark.parametrize("change", [{"active": False}, {"agreed_to": "2026-01-01"}])
def test_without_agreement_nothing_is_taken(
    partner: Partner, peer: Peer, change: dict[str, object]
) -> None:
    Partner.objects.update(**change)
    found = covered()
    assert post(found, signed(peer, found)).status_code in (401, 403)
    assert nothing_is_stored()


def test_bodies_without_end_and_too_large_ones_are_refused(
    partner: Partner, peer: Peer, settings: Any
) -> None:
    settings.MESSAGE_SIZE_LIMIT = 10
    found = covered()
    assert post(found, signed(peer, found)).status_code == 413
    assert post(found, signed(peer, found), b"").status_code == 400
    assert Client().get(MESSAGES).status_code == 405
    assert Client().post(MESSAGES).status_code == 401
    assert nothing_is_stored()


def test_without_a_key_of_ours_nothing_is_taken(
    partner: Partner, peer: Peer, settings: Any
) -> None:
    settings.PARTNER_KEYS_FILE = ""
    found = covered()
    assert post(found, signed(peer, found)).status_code == 503
    assert Client().get("/exchange/v1/keys").status_code == 503
    assert nothing_is_stored()


text = st.text(st.characters(codec="latin-1", exclude_characters="\r\n"), max_size=120)
part = st.sampled_from(["", "e30", "eyJhbGciOiJub25lIn0", "eyJhbGciOiJIUzI1NiJ9", "W10", "bnVsbA"])
signatures = st.one_of(text, st.tuples(part, part, part).map(".".join), st.just("." * 3000))


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    signature=signatures,
    body=st.binary(max_size=200),
    changes=st.dictionaries(st.sampled_from(Cover.__struct_fields__), text, max_size=3),
    cut=st.integers(0, 120),
)
def test_no_malformed_signature_or_body_gets_in_or_breaks_anything(
    partner: Partner,
    peer: Peer,
    signature: str,
    body: bytes,
    changes: dict[str, str],
    cut: int,
) -> None:
    right = covered(body)
    whole = signed(peer, right)
    for tried in (signature, whole[:cut], whole + signature[:5] + "x", whole.swapcase()):
        answer = post(msgspec.structs.replace(right, **changes), tried, body)
        assert answer.status_code in (400, 401), (answer.status_code, tried)
        assert answer["Content-Type"] == "application/problem+json"
    assert nothing_is_stored()


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(body=st.binary(min_size=1, max_size=300))
def test_any_signed_bytes_are_taken_in_to_be_judged(
    partner: Partner, peer: Peer, body: bytes
) -> None:
    found = covered(body, id=f"F{hash(body)}")
    answer = post(found, signed(peer, found), body)
    assert answer.status_code in (200, 422)
