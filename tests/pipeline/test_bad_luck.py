"""Questions and answers of ICS2 when things go wrong: too late, too large, harmful, overtaken."""

import base64
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from customs_portal.accounts.models import User
from declarations.models import Attachment, Ens, Referral
from declarations.services.attachments import scan_waiting
from messaging.models import OutboundMessage
from risk.models import Assessment, Case
from tests.pipeline.conftest import AT, publish
from tests.pipeline.test_air import analyst as analyst  # noqa: PLC0414  a fixture
from tests.pipeline.test_air import (
    asked,
    assert_whole,
    decided,
    information,
    result,
    screening_asked,
    taken,
)
from tests.pipeline.test_air import house as house  # noqa: PLC0414  a fixture
from tests.pipeline.test_filings import TILES, codes, invalidation, name, sent
from tests.pipeline.test_means_arrivals import arrival, filed, goods


def with_file(data: bytes) -> dict[str, Any]:
    """Return what puts a file into the result of a screening."""
    return {
        "binaryFile": [
            {"Identification": "1", "filename": "a.png", "MIME": "image/png",
             "includedBinaryObject": base64.b64encode(data).decode()}
        ]
    }  # fmt: skip


def test_an_answer_after_the_filing_ended_is_to_no_question(
    lodger: str, house: Case, analyst: User
) -> None:
    mrn = house.ens.mrn
    question = asked(house, analyst, "rfi")
    assert name(sent(lodger, invalidation(mrn))) == "IE3R07"
    answer = sent(lodger, information(mrn, question.reference))
    assert (name(answer), codes(answer)) == ("IE3N99", {"98"})
    question.refresh_from_db()
    assert (question.status, question.answer) == ("cancelled", "")
    assert_whole()


def test_an_answer_after_its_time_counts_while_the_question_is_open(
    lodger: str, house: Case, analyst: User
) -> None:
    question = asked(house, analyst, "rfi")
    Referral.objects.update(reply_by=AT - timedelta(hours=1), overdue_at=AT)
    taken(lodger, information(house.ens.mrn, question.reference))
    question.refresh_from_db()
    assert (question.status, question.answer) == ("answered", "For a bathroom.")
    assert Assessment.objects.get().status == "review"
    assert_whole()


def test_an_answer_with_a_file_that_is_too_large_is_refused_whole(
    lodger: str, house: Case, analyst: User, settings: Any
) -> None:
    settings.ATTACHMENT_SIZE_LIMIT = 7
    screening = screening_asked(house, analyst)
    answer = sent(lodger, result(house.ens.mrn, screening.reference))
    assert name(answer) == "IE3N99"
    screening.refresh_from_db()
    assert (screening.status, screening.screenings) == ("open", [])
    assert not Attachment.objects.exists()
    assert_whole()


def test_ten_megabytes_are_no_message(lodger: str, house: Case, analyst: User) -> None:
    screening = screening_asked(house, analyst)
    body = result(house.ens.mrn, screening.reference).replace(b"iVBORw0KGgo=", b"A" * 10_000_000)
    answer = sent(lodger, body)
    assert name(answer) in ("IE3N99", "CD917B")
    screening.refresh_from_db()
    assert screening.status == "open"
    assert_whole()


def test_a_harmful_file_of_an_answer_is_never_given_out(
    lodger: str, house: Case, analyst: User, client: Client, settings: Any
) -> None:
    screening = screening_asked(house, analyst)
    taken(lodger, result(house.ens.mrn, screening.reference))
    kept = Attachment.objects.get()
    client.force_login(analyst)
    address = reverse("attachment", args=[kept.pk])
    assert client.get(address).status_code == 404
    settings.PICTURE_SCANNER = "false"
    assert scan_waiting(at=AT) == 1
    kept.refresh_from_db()
    assert (kept.scan, client.get(address).status_code) == ("infected", 404)
    screening.refresh_from_db()
    assert screening.status == "answered"
    assert_whole()


def test_goods_may_come_before_the_answer(lodger: str, officer: User) -> None:
    publish(("TST-01", TILES))
    ens = filed(lodger, "F11")
    case = Case.objects.get()
    question = asked(case, officer, "rfi")
    assert name(sent(lodger, arrival(ens.mrn))) == "IE3R04"
    assert goods(ens) == ["arrived"]
    assert Ens.objects.get().status == "in_analysis"
    taken(lodger, information(ens.mrn, question.reference))
    question.refresh_from_db()
    assert (question.status, Assessment.objects.get().status) == ("answered", "review")
    decided(case, officer, verb="no_further_action", reason_code="NFA-01")
    assert Ens.objects.get().status == "assessed"
    assert OutboundMessage.objects.filter(kind="IE3N03").count() == 1
    assert_whole()


@pytest.mark.parametrize("late", [False, True])
def test_what_was_answered_is_not_answered_again_in_the_same_message(
    lodger: str, house: Case, analyst: User, *, late: bool
) -> None:
    first, second = (asked(house, analyst, "rfi") for _ in range(2))
    taken(lodger, information(house.ens.mrn, first.reference))
    pair = (second.reference, first.reference) if late else (first.reference, second.reference)
    answer = sent(
        lodger, information(house.ens.mrn, *pair, documentIssueDate="2026-11-22T11:00:00Z")
    )
    assert (name(answer), codes(answer)) == ("IE3N99", {"92"})
    second.refresh_from_db()
    assert second.status == "open"
    assert_whole()
