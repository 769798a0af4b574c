"""Questions of customs through the API: read, answered once, nobody else's."""

import json
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.test import Client

from customs_portal.accounts.models import Role
from customs_portal.clock import now
from customs_portal.events.delivery import run_batch
from customs_portal.events.routing import pipeline
from customs_portal.reference import snapshot
from declarations.models import Attachment, Referral
from declarations.services.locks import lock_ens
from declarations.services.referrals import ReferralOrder, ask
from tests.api.conftest import System, system
from tests.factories.declarations import OFFICE, harmless, lodged
from tests.factories.people import person

EORI = "NL111111111"
REFERRALS = "/api/v1/referrals"


@pytest.fixture
def asked(trader: System, monkeypatch: pytest.MonkeyPatch) -> Referral:
    monkeypatch.setattr(snapshot, "current", snapshot.offline)
    at = now() - timedelta(minutes=10)
    ens = lodged(harmless(at), at, sender=EORI)
    order = ReferralOrder(
        ens=ens.pk, type="RFI", reason_code="RFI-01", question="What is it?", elements=("Item 1",),
        note="A secret.", version=1, office=OFFICE, officer=person(Role.OFFICER).pk,
        sent_at=at, reply_by=at + timedelta(hours=2),
    )  # fmt: skip
    with transaction.atomic():
        lock_ens([ens.pk])
        [found] = ask([order], at=at)
    run_batch(pipeline().consumer("questions"), at=now())
    return found


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


@pytest.mark.parametrize("sent", [{}, {"text": 1, "codes": 2}, {"text": "x" * 9000}])
def test_a_bad_answer_is_refused(trader: System, asked: Referral, sent: dict[str, Any]) -> None:
    refused = answer(trader, asked, **sent)
    assert (refused.status_code, refused["Content-Type"]) == (400, "application/problem+json")
    assert Referral.objects.get().status == "open"


def test_somebody_elses_question_does_not_exist(asked: Referral) -> None:
    other = system("NL222222222")
    assert other.get(REFERRALS).json()["results"] == []
    assert other.get(f"{REFERRALS}/{asked.reference}").status_code == 404
    assert answer(other, asked, text="x").status_code == 404
    reader = system("NL333333333", scopes=["read"])
    assert answer(reader, asked, text="x").status_code == 403
    assert Referral.objects.get().status == "open"
