"""What is done on the page of a case besides deciding it."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from customs_portal.accounts.models import AccessLog, Role, SignedInSession, User
from customs_portal.clock import now
from customs_portal.events import advance
from customs_portal.events.models import Event
from declarations.models import Attachment, Measure, Referral
from declarations.services.attachments import scan_waiting
from risk.models import Case, CaseNote, Decision, DecisionProposal, TextTemplate
from tests.factories.declarations import OFFICE, bananas, case_of
from tests.factories.people import person

PDF = b"%PDF-1.7 <script>alert(1)</script>"
QUESTION = {
    "verb": "rfi",
    "reason_code": "RFI-01",
    "question": "What is in the <b>boxes</b>?",
    "hours": "2",
}
HOLD = {
    "verb": "hold",
    "reason_code": "HLD-05",
    "subject": "declaration",
    "announce": "yes",
    "note": "The police ask for it.",
}


@pytest.fixture
def case(at: datetime) -> Case:
    return case_of(bananas(at), at)


def post(client: Client, name: str, case: Case, *more: int, **data: Any) -> Any:
    return client.post(reverse(name, args=[case.pk, *more]), data, follow=True)


def decide(client: Client, case: Case, **data: str) -> Any:
    return post(client, "decide", case, revision=case.revision, version=1, **data)


def asked(desk: Client, case: Case, settings: Any) -> Referral:
    settings.DECISION_UNDO_SECONDS = 0
    decide(desk, case, **QUESTION)
    advance.drain()
    return Referral.objects.get()


def test_a_question_goes_to_the_trader_and_its_answer_comes_back(
    desk: Client, trader_desk: Client, case: Case, settings: Any
) -> None:
    referral = asked(desk, case, settings)
    home = trader_desk.get(reverse("trader_home")).content.decode()
    assert "1 thing needs your attention" in home
    assert "Question open - answer by" in home
    address = reverse("question", args=[referral.reference])
    assert "What is in the &lt;b&gt;boxes&lt;/b&gt;?" in trader_desk.get(address).content.decode()
    empty = trader_desk.post(address, {"text": ""})
    assert (empty.status_code, Referral.objects.get().status) == (422, "open")
    file = SimpleUploadedFile("packing.pdf", PDF)
    done = trader_desk.post(address, {"text": "Bananas.", "codes": "A=1", "files": file})
    assert done.status_code == 302
    advance.drain()
    html = desk.get(reverse("review", args=[case.pk])).content.decode()
    assert "Bananas." in html
    assert "packing.pdf" in html
    assert "In quarantine, not scanned: no scanner is set up" in html
    post(desk, "end_question", case, referral.pk, verb="settle")
    assert Referral.objects.get().status == "settled"
    shown = trader_desk.get(address).content.decode()
    assert "Answered" in shown
    assert "settled" not in shown.lower()


def test_a_twin_that_nobody_asked_about_shows_nothing(
    desk: Client, trader_desk: Client, case: Case, settings: Any
) -> None:
    asked(desk, case, settings)
    stranger = Client()
    stranger.force_login(person(Role.TRADER, operators=("NL222222222",)))
    address = reverse("question", args=[Referral.objects.get().reference])
    assert stranger.get(address).status_code == 404
    assert stranger.post(address, {"text": "x"}).status_code == 404
    assert Referral.objects.get().status == "open"


def test_a_file_is_given_out_only_when_clean_and_every_look_is_logged(
    desk: Client, officer: User, case: Case, settings: Any
) -> None:
    post(desk, "case_attach", case, files=SimpleUploadedFile("../x.pdf", PDF))
    kept = Attachment.objects.get()
    address = reverse("attachment", args=[kept.pk])
    assert desk.get(address).status_code == 404
    settings.PICTURE_SCANNER = "true"
    scan_waiting(at=kept.added_at)
    response: Any = desk.get(address)
    assert b"".join(response.streaming_content) == PDF
    assert response["Content-Disposition"].startswith("attachment; ")
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Content-Type"] == "application/octet-stream"
    look = AccessLog.objects.filter(user=officer, what="ens").order_by("-id")[0]
    assert look.reference == f"{case.ens.mrn}: x.pdf"
    Attachment.objects.update(scan="infected")
    assert desk.get(address).status_code == 404


def test_what_is_no_paper_is_refused_plainly(desk: Client, case: Case) -> None:
    response = post(desk, "case_attach", case, files=SimpleUploadedFile("a.pdf", b"<html>"))
    assert "only PDF, JPEG, PNG and TIFF files are taken" in response.content.decode()
    assert not Attachment.objects.exists()


def test_a_note_is_kept_and_escaped(desk: Client, officer: User, case: Case) -> None:
    text = "Rang <b>X</b>"
    html = post(desk, "case_note", case, kind="telephone", contact="A", text=text)
    assert "Rang &lt;b&gt;X&lt;/b&gt;" in html.content.decode()
    assert CaseNote.objects.get().officer == officer
    assert Event.objects.filter(kind="case.noted", actor_id=officer.pk).count() == 1


def test_a_decision_is_undone_from_the_next_page(desk: Client, case: Case) -> None:
    html = decide(desk, case, **HOLD).content.decode()
    assert "Nothing has been sent yet." in html
    undone = post(desk, "undo_decision", case).content.decode()
    assert "Undone. Nothing was sent, the case is open again." in undone
    assert Measure.objects.get().status == "undone"
    again = post(desk, "undo_decision", case).content.decode()
    assert "There is nothing of yours to undo here." in again


def test_a_second_signature_on_the_page(desk: Client, case: Case) -> None:
    proposal = {"verb": "no_further_action", "reason_code": "NFA-06", "note": "No capacity."}
    assert "Another officer has to sign." in decide(desk, case, **proposal).content.decode()
    own = desk.get(reverse("review", args=[case.pk])).content.decode()
    assert "Take back" in own
    assert "decision-form" not in own
    assert "Another officer has to sign" in post(desk, "sign_decision", case).content.decode()
    second = Client()
    second.force_login(person(Role.OFFICER, offices=(OFFICE,)))
    post(second, "sign_decision", case)
    assert Decision.objects.get().signed_by is not None
    assert DecisionProposal.objects.get().state == "signed"


def test_going_back_and_posting_again_changes_nothing(desk: Client, case: Case) -> None:
    decide(desk, case, **HOLD)
    again = decide(desk, case, **HOLD)
    assert again.status_code == 422
    assert "The case is closed." in again.content.decode()
    assert Decision.objects.count() == 1


def test_a_login_that_ends_in_mid_form_keeps_the_text_for_its_author(
    desk: Client, officer: User, case: Case
) -> None:
    page = desk.get(reverse("review", args=[case.pk])).content.decode()
    author = page.partition('name="author" value="')[2].partition('"')[0]
    SignedInSession.objects.all().delete()
    desk.logout()
    lost = desk.post(reverse("decide", args=[case.pk]), {"revision": 1, "author": author, **HOLD})
    assert lost["Location"].endswith(f"next=/cases/{case.pk}/")
    told = "Your session has ended. Log in again: your text is kept."
    assert told in desk.get(lost["Location"]).content.decode()
    other = desk.session["kept_form"]
    desk.force_login(officer)
    session = desk.session
    session["kept_form"] = other
    session.save()
    html = desk.get(reverse("review", args=[case.pk])).content.decode()
    assert "Your session had ended: nothing was decided. Your text is kept." in html
    assert "The police ask for it." in html
    assert not Decision.objects.exists()
    assert (
        "The police ask for it." not in desk.get(reverse("review", args=[case.pk])).content.decode()
    )
    stranger = Client()
    stranger.force_login(person(Role.OFFICER, offices=(OFFICE,)))
    session = stranger.session
    session["kept_form"] = other
    session.save()
    shown = stranger.get(reverse("review", args=[case.pk])).content.decode()
    assert "The police ask for it." not in shown


def test_a_text_is_inserted_without_scripts(desk: Client, case: Case) -> None:
    text = TextTemplate.objects.create(use="note", title="T", text="As every week.")
    response = decide(
        desk, case, verb="hold", note="Begun.", insert="note", note_template=str(text.pk)
    )
    html = response.content.decode()
    assert "Begun.\nAs every week." in html
    assert "govuk-error-summary" not in html
    assert not Decision.objects.exists()


def test_a_decision_after_its_time_stands_and_counts_as_late(
    desk: Client, case: Case, time_machine: Any
) -> None:
    time_machine.move_to(now(), tick=False)
    Case.objects.filter(pk=case.pk).update(due_at=now() - timedelta(minutes=5))
    assert "5 min late" in desk.get(reverse("review", args=[case.pk])).content.decode()
    decide(desk, case, **HOLD)
    assert Decision.objects.get().verb == "hold"
    desk.force_login(person(Role.SUPERVISOR, offices=(OFFICE,)))
    time_machine.move_to(now() + timedelta(seconds=1), tick=False)
    [office] = desk.get(reverse("load")).context["load"].offices
    assert (office.times.decided, office.times.late) == (1, 1)
