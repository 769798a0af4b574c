"""Keys: ours and theirs, two valid at a time, changed without interruption."""

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from customs_portal import clock
from messaging.models import Partner, PartnerKey
from messaging.wire import own_keys
from messaging.wire.headers import SIGNATURE
from messaging.wire.partner_keys import KeysRefused, read_set, take_over, valid_keys
from messaging.wire.sending import fetch_keys
from messaging.wire.signing import new_key, public_key, verify
from tests.wire.conftest import know, new_peer
from tests.wire.peer import Peer


@pytest.fixture
def key_file(tmp_path: Path, settings: Any) -> Path:
    path = tmp_path / "keys.json"
    settings.PARTNER_KEYS_FILE = str(path)
    return path


def rotate(*options: str) -> None:
    call_command("rotate_partner_key", *options, verbosity=0)


def test_a_new_key_is_published_before_it_signs_and_the_former_stays_valid(key_file: Path) -> None:
    rotate()
    at = clock.now()
    first = own_keys.signing_key(at)
    rotate()
    assert own_keys.signing_key(at).kid == first.kid
    published = json.loads(own_keys.published(at))["keys"]
    assert len(published) == 2
    assert not any("d" in entry for entry in published)
    after = clock.now() + own_keys.NOTICE
    second = own_keys.signing_key(after)
    assert second.kid != first.kid
    assert len(json.loads(own_keys.published(after))["keys"]) == 2
    later = after + own_keys.OVERLAP
    assert [entry["kid"] for entry in json.loads(own_keys.published(later))["keys"]] == [second.kid]
    assert key_file.stat().st_mode & 0o077 == 0


def test_rotating_twice_keeps_the_key_that_signs(key_file: Path) -> None:
    rotate()
    first = own_keys.signing_key(clock.now()).kid
    rotate()
    rotate()
    assert own_keys.signing_key(clock.now()).kid == first
    assert len(own_keys.load()) == 2
    before = key_file.read_text()
    rotate("--if-missing")
    assert key_file.read_text() == before


@pytest.mark.parametrize("text", ["", "[]", '{"keys": [{"kty": "OKP"}]}', '{"keys": 1}'])
def test_a_damaged_file_is_said_to_be_so(key_file: Path, text: str) -> None:
    key_file.write_text(text)
    with pytest.raises(CommandError, match="is not a set of keys"):
        rotate()


def test_our_keys_are_published_signed(db: None) -> None:
    answer = Client().get("/exchange/v1/keys")
    keys = {entry["kid"]: public_key(entry) for entry in answer.json()["keys"]}
    verify(answer[SIGNATURE], answer.content, keys)


def test_a_partner_changes_its_key_without_interruption(partner: Partner, peer: Peer) -> None:
    at, old = clock.now(), peer.key
    fresh = new_key()
    entries = [
        {**old.as_dict(private=False), "exp": int((at + timedelta(days=8)).timestamp())},
        {**fresh.as_dict(private=False), "nbf": int((at + timedelta(days=1)).timestamp())},
    ]
    peer.published = lambda: json.dumps({"keys": entries}).encode()  # type: ignore[method-assign]
    assert fetch_keys(partner, at=at) == 1
    assert set(valid_keys(partner, at)) == {old.kid}
    assert set(valid_keys(partner, at + timedelta(days=2))) == {old.kid, fresh.kid}
    assert set(valid_keys(partner, at + timedelta(days=9))) == {fresh.kid}
    assert fetch_keys(partner, at=at) == 0


def test_keys_signed_by_a_stranger_are_not_taken_over(partner: Partner, peer: Peer) -> None:
    peer.key = new_key()
    with pytest.raises(KeysRefused, match="not signed with a key of this partner"):
        fetch_keys(partner, at=clock.now())
    peer.stop()
    with pytest.raises(KeysRefused, match="cannot be reached"):
        fetch_keys(partner, at=clock.now())
    assert PartnerKey.objects.count() == 1


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"[]",
        b"{}",
        b'{"keys": []}',
        b'{"keys": [{"kty": "OKP", "crv": "Ed25519", "x": "AA"}]}',
        b'{"keys": [{"kty": "OKP", "crv": "Ed25519", "x": 1}]}',
        b'{"kty": "RSA", "n": "AA", "e": "AQAB"}',
        json.dumps(new_key().as_dict(private=True)).encode(),
        json.dumps({"keys": [new_key().as_dict(private=False)] * 3}).encode(),
        json.dumps({**new_key().as_dict(private=False), "nbf": 10**30}).encode(),
        b"\xff",
    ],
)
def test_what_is_no_set_of_public_keys_is_refused(text: bytes) -> None:
    with pytest.raises(KeysRefused):
        read_set(text, clock.now())


def test_keys_that_are_no_longer_among_them_end(db: None) -> None:
    peer = new_peer()
    partner, at = know(peer), clock.now()
    peer.stop()
    fresh = read_set(json.dumps(new_key().as_dict(private=False)).encode(), at)
    assert take_over(partner, fresh, at=at) == 1
    assert set(valid_keys(partner, at)) == {fresh[0].key_id}
