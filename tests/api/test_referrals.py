"""Questions of customs through the API: read, answered once, nobody else's."""

import json
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from customs_portal.reference import snapshot
from declarations.models import Attachment, Referral
from tests.api.conftest import System, ask_of, system

REFERRALS = "/api/v1/referrals"


@pytest.fixture
def asked(trader: System, monkeypatch: pytest.MonkeyPatch) -> Referral:
    monkeypatch.setattr(snapshot, "current", snapshot.offline)
    return ask_of(trader.eori)


def client(of: System) -> Client:
    return Client(headers={"authorization": f"Token {of.token}"})


def answer(of: System, referral: Referral, **sent: Any) -> Any:
    return client(of).post(
        f"{REFERRALS}/{referral.reference}/answer", json.dumps(sent), "application/json"
    )


def test_a_question_is_read_and_answered_once(trader: System, asked: Referral) -> None:
    [line] = trader.get(REFERRALS).json()["results"]
    assert (line["reference"], line["status"], line["type"]) == (asked.reference, "open", "RFI")
    assert "A secret." not in json.dumps(line)
    done = answer(trader, asked, text="Tiles.", codes=[{"code": "A", "value": "1"}])
    assert (done.status_code, done.json()["status"]) == (201, "answered")
    again = answer(trader, asked, text="Bricks.")
    assert (again.status_code, again["Content-Type"]) == (409, "application/problem+json")
    assert Referral.objects.get().answer == "Tiles."
    one = trader.get(f"{REFERRALS}/{asked.reference}").json()
    assert (one["answer"], one["codes"]) == ("Tiles.", [{"code": "A", "value": "1"}])


def test_files_come_as_multipart(trader: System, asked: Referral) -> None:
    file = SimpleUploadedFile("a.pdf", b"%PDF-1.7")
    done = client(trader).post(
        f"{REFERRALS}/{asked.reference}/answer", {"text": "See the file.", "files": [file]}
    )
    assert (done.status_code, done.json()["files"]) == (201, ["a.pdf"])
    assert Attachment.objects.get().scan == "quarantined"


@pytest.mark.parametrize(
    "sent",
    [
        {},
        {"text": 1, "codes": 2},
        {"text": "x" * 52_000},
        {"text": "\x00"},
        {"text": "half a pair: \ud800"},
        {"codes": [{"code": "A", "value": "\x00"}]},
        {"codes": [{"code": "A", "value": "1", "status": "settled"}]},
        {"text": "x", "status": "settled"},
    ],
)
def test_a_bad_answer_is_refused(trader: System, asked: Referral, sent: dict[str, Any]) -> None:
    refused = answer(trader, asked, **sent)
    assert (refused.status_code, refused["Content-Type"]) == (400, "application/problem+json")
    assert Referral.objects.get().status == "open"


def test_an_answer_that_is_too_large_or_without_end_is_refused(
    trader: System, asked: Referral, settings: Any
) -> None:
    path = f"{REFERRALS}/{asked.reference}/answer"
    for body, status in ((b"[" * 900_000, 400), (b" " * 1_000_001, 413)):
        assert client(trader).post(path, body, "application/json").status_code == status
    settings.ATTACHMENT_SIZE_LIMIT = 1
    file = SimpleUploadedFile("a.pdf", b"%PDF-" + bytes(1_000_000))
    assert client(trader).post(path, {"files": [file]}).status_code == 413
    assert Referral.objects.get().status == "open"


def test_a_form_may_have_codes_beside_files(trader: System, asked: Referral) -> None:
    codes = ['{"code": "A", "value": "1"}', '{"code": "B", "value": ""}']
    path = f"{REFERRALS}/{asked.reference}/answer"
    refused = client(trader).post(path, {"codes": "A"})
    assert (refused.status_code, refused.json()["code"]) == (400, "bad_answer")
    file = SimpleUploadedFile("a.pdf", b"%PDF-1.7")
    done = client(trader).post(path, {"codes": codes, "files": [file]})
    assert (done.status_code, len(done.json()["codes"])) == (201, 2)


def test_somebody_elses_question_does_not_exist(asked: Referral) -> None:
    other = system("NL222222222")
    assert other.get(REFERRALS).json()["results"] == []
    assert other.get(f"{REFERRALS}/{asked.reference}").status_code == 404
    assert answer(other, asked, text="x").status_code == 404
    reader = system("NL333333333", scopes=["read"])
    assert answer(reader, asked, text="x").status_code == 403
    assert Referral.objects.get().status == "open"
