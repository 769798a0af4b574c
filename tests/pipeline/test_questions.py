"""Questions to the filer, the whole way: asked, told, answered, settled, or overtaken."""

import json
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction

from customs_portal.accounts.models import Operator, OperatorMembership, Role, User
from customs_portal.events import advance
from customs_portal.events.models import Event
from customs_portal.pages.reads.referrals import told_questions
from declarations.models import Attachment, Clock, Referral
from declarations.services.answers import Answer, answer
from declarations.services.reminders import remind
from declarations.services.results import Changed
from declarations.services.results import Refused as NotTaken
from messaging.formats.ics1.writing import write_declaration
from messaging.invariants.book import breaches
from messaging.invariants.invariant import Scope
from messaging.models import OutboundMessage
from messaging.reads import raw_bodies
from risk.models import Assessment, Case
from risk.services import Decided, DecisionOrder, Refused, decide, settle, undo, withdraw
from tests.messaging.builders import envelope
from tests.pipeline.conftest import AT, LODGER, publish
from tests.pipeline.test_main_job import BANANAS, flagged, send_bytes
from tests.pipeline.test_racing import amendment

PDF = b"%PDF-1.7 a paper"
LATER = AT + timedelta(minutes=10)
UNDO = timedelta(seconds=10)


@pytest.fixture
def case(lodger: str) -> Case:
    publish(("TST-01", BANANAS))
    send_bytes(lodger, write_declaration(flagged(), envelope()))
    advance.drain(at=AT)
    return Case.objects.get()


@pytest.fixture
def filer(lodger: str) -> User:
    user = User.objects.create_user("filer", password="x", role=Role.TRADER)
    OperatorMembership.objects.create(user=user, operator=Operator.objects.get(eori=LODGER))
    return user


def question(case: Case, **changes: object) -> DecisionOrder:
    values: dict[str, Any] = {
        "verb": "rfi",
        "reason_code": "RFI-01",
        "question": "What is in the boxes?",
    }
    return DecisionOrder(case=case.pk, revision=case.revision, **(values | changes))


def ask(case: Case, officer: User, **changes: object) -> Referral:
    with transaction.atomic():
        [result] = decide([question(case, **changes)], officer=officer, at=AT)
    assert isinstance(result, Decided), result
    assert result.referral is not None
    advance.drain(at=AT)
    return Referral.objects.get(pk=result.referral)


def reply(asked: Referral, user: User, at: datetime = LATER, **changes: object) -> object:
    values: dict[str, Any] = {"text": "Bananas."}
    with transaction.atomic():
        result = answer(Answer(reference=asked.reference, **(values | changes)), user=user, at=at)
    advance.drain(at=at)
    return result


def notices(asked: Referral) -> list[dict[str, object]]:
    found = list(OutboundMessage.objects.filter(kind="NOTICE", ens=asked.ens_id).order_by("pk"))
    bodies = raw_bodies(message.body_id for message in found)
    assert {message.recipient for message in found} <= {LODGER}
    return [json.loads(bodies[message.body_id]) for message in found]


def status_of(case: Case) -> str:
    return Assessment.objects.get(ens=case.ens, status__in=("review", "waiting")).status


def assert_whole() -> None:
    assert list(breaches(Scope(sample=None))) == []


def test_a_question_rests_the_analysis_and_tells_the_filer(case: Case, officer: User) -> None:
    asked = ask(case, officer, hours=2)
    case.refresh_from_db()
    assert (status_of(case), case.due_at) == ("waiting", AT + timedelta(hours=2))
    assert Clock.objects.get(ens=case.ens, kind="analysis").suspended_at == AT
    [notice] = notices(asked)
    assert notice["notice"] == "question_asked"
    assert (notice["reference"], notice["text"]) == (asked.reference, "What is in the boxes?")
    assert_whole()


def test_an_answer_brings_the_case_back_with_what_was_left_of_the_clock(
    case: Case, officer: User, filer: User
) -> None:
    ends = Clock.objects.get(ens=case.ens, kind="analysis").ends_at
    asked = ask(case, officer)
    file = SimpleUploadedFile("../a\x00b.pdf", PDF)
    assert isinstance(reply(asked, filer, files=(file,), codes=(("A1", "2"),)), Changed)
    case.refresh_from_db()
    assert (status_of(case), case.due_at, case.due_by) == ("review", ends, "do_not_load")
    assert Clock.objects.get(ens=case.ens, kind="analysis").ends_at == ends + (LATER - AT)
    asked.refresh_from_db()
    assert (asked.status, asked.answer, asked.answer_codes) == (
        "answered",
        "Bananas.",
        [["A1", "2"]],
    )
    kept = Attachment.objects.get(referral=asked)
    assert (kept.name, kept.scan, kept.sender) == ("ab.pdf", "quarantined", LODGER)
    assert_whole()


def test_only_whoever_was_asked_answers_and_only_once(
    case: Case, officer: User, filer: User
) -> None:
    asked = ask(case, officer)
    stranger = User.objects.create_user("stranger", password="x", role=Role.TRADER)
    refused = reply(asked, stranger)
    assert isinstance(refused, NotTaken)
    assert refused.findings[0].code == "98"
    assert Event.objects.filter(kind="referral.attempted", actor_id=stranger.pk).exists()
    assert isinstance(reply(asked, filer), Changed)
    again = reply(asked, filer, text="No, apples.")
    assert isinstance(again, NotTaken)
    assert again.findings[0].code == "92"
    asked.refresh_from_db()
    assert asked.answer == "Bananas."


@pytest.mark.parametrize(
    ("changes", "place"),
    [
        ({"text": " "}, "text"),
        ({"text": "x" * 51_001}, "text"),
        ({"files": (SimpleUploadedFile("a.exe", b"MZ\x90"),)}, "files"),
        ({"files": (SimpleUploadedFile("a.pdf", b""),)}, "files"),
        ({"files": tuple(SimpleUploadedFile("a.pdf", PDF) for _ in range(10))}, "files"),
    ],
)
def test_a_bad_answer_is_refused_whole(
    case: Case, officer: User, filer: User, changes: dict[str, Any], place: str
) -> None:
    asked = ask(case, officer)
    refused = reply(asked, filer, **changes)
    assert isinstance(refused, NotTaken)
    assert refused.findings[0].location == place
    asked.refresh_from_db()
    assert (asked.status, Attachment.objects.count()) == ("open", 0)


def test_an_answer_is_settled_or_not_enough(case: Case, officer: User, filer: User) -> None:
    first = ask(case, officer)
    reply(first, filer)
    with transaction.atomic():
        [result] = decide([question(case, question="Which boxes?")], officer=officer, at=LATER)
    assert isinstance(result, Decided)
    second = Referral.objects.get(follows=first)
    first.refresh_from_db()
    assert (first.status, second.follows, second.number) == ("insufficient", first, 2)
    advance.drain(at=LATER)
    reply(second, filer)
    with transaction.atomic():
        settle([second.pk], note="", officer=officer, at=LATER)
    second.refresh_from_db()
    assert (second.status, status_of(case)) == ("settled", "review")
    assert_whole()


def test_a_withdrawn_question_is_told_and_asks_no_more(
    case: Case, officer: User, filer: User
) -> None:
    asked = ask(case, officer)
    case.refresh_from_db()
    assert (case.due_at, case.due_by) == (asked.reply_by, "reply")
    with transaction.atomic():
        withdraw([asked.pk], note="Found it.", officer=officer, at=LATER)
    advance.drain(at=LATER)
    assert [notice["notice"] for notice in notices(asked)] == [
        "question_asked",
        "question_withdrawn",
    ]
    assert "Found it." not in str(notices(asked))
    case.refresh_from_db()
    assert case.due_by == "do_not_load"
    assert (status_of(case), isinstance(reply(asked, filer), NotTaken)) == ("review", True)
    assert_whole()


def test_an_amendment_answers_what_asked_for_it_and_overtakes_the_rest(
    case: Case, officer: User, lodger: str
) -> None:
    asked = ask(case, officer, verb="amd", reason_code="AMD-02", elements=("Goods item 1",))
    other = ask(case, officer)
    body = write_declaration(amendment(case.ens, 1), envelope(message_id="A1"))
    send_bytes(lodger, body)
    advance.drain(at=LATER)
    asked.refresh_from_db()
    other.refresh_from_db()
    assert (asked.status, other.status) == ("amended", "cancelled")
    assert status_of(case) == "review"
    assert_whole()


def test_it_is_reminded_once_and_overdue_once_and_decides_nothing(
    case: Case, officer: User
) -> None:
    asked = ask(case, officer, hours=2)
    for minutes in (30, 61, 62, 121, 122):
        with transaction.atomic():
            remind(at=AT + timedelta(minutes=minutes))
    advance.drain(at=AT + timedelta(minutes=122))
    names = [notice["notice"] for notice in notices(asked)]
    assert names == ["question_asked", "question_reminder", "question_overdue"]
    assert status_of(case) == "waiting"


def test_a_decision_ends_what_is_asked(case: Case, officer: User) -> None:
    asked = ask(case, officer)
    order = DecisionOrder(
        case=case.pk,
        revision=case.revision,
        verb="no_further_action",
        reason_code="NFA-01",
        note="x",
    )
    with transaction.atomic():
        [result] = decide([order], officer=officer, at=LATER)
    assert isinstance(result, Decided)
    advance.drain(at=LATER)
    asked.refresh_from_db()
    assert asked.status == "withdrawn"
    assert_whole()


@pytest.mark.parametrize(
    ("changes", "place"),
    [
        ({"question": ""}, "question"),
        ({"question": "x" * 2001}, "question"),
        ({"verb": "amd", "reason_code": "AMD-02"}, "elements"),
        ({"verb": "rfs", "reason_code": "RFS-01", "note": "x"}, "verb"),
        ({"hours": 1000}, "hours"),
    ],
)
def test_what_cannot_be_asked_is_refused(
    case: Case, officer: User, changes: dict[str, Any], place: str
) -> None:
    with transaction.atomic():
        [result] = decide([question(case, **changes)], officer=officer, at=AT)
    assert isinstance(result, Refused)
    assert place in [finding.location for finding in result.findings]
    assert not Referral.objects.exists()


def test_a_question_taken_back_before_it_left_is_never_told(case: Case, officer: User) -> None:
    with transaction.atomic():
        [result] = decide([question(case)], officer=officer, at=AT, undo=UNDO)
    assert isinstance(result, Decided)
    asked = Referral.objects.get()
    eoris = frozenset({LODGER})
    advance.drain(at=AT + timedelta(seconds=5))
    assert not told_questions(eoris, AT + timedelta(seconds=5)).exists()
    with transaction.atomic():
        undo([case.pk], officer=officer, at=AT + timedelta(seconds=6))
    advance.drain(at=AT + timedelta(minutes=1))
    assert (notices(asked), status_of(case)) == ([], "review")
    assert not told_questions(eoris, AT + timedelta(minutes=1)).exists()
    assert_whole()
