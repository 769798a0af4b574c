"""Markup, very long words and right-to-left text in every free text: whole, and never injected."""

from datetime import datetime
from typing import Any

import msgspec
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils.html import escape

from customs_portal.accounts.models import Role
from declarations.document import Party
from declarations.models import Referral
from risk.models import Case, DecisionProposal
from tests.factories.declarations import OFFICE, bananas, case_of, with_item
from tests.factories.people import person
from tests.pages.test_casework import QUESTION, asked, decide, post
from tests.pages.test_queue_work import NOTE, sent

NASTY = '\u202e<b>שלום</b>"><img src=x onerror=a()>' + "Very-long-word" * 8
NAME = NASTY[:70]
HOSTILE = ("<b>", "<img", "onerror=a()>")


@pytest.fixture
def case(at: datetime) -> Case:
    party = Party(name=NAME, street=NAME, city=NAME[:35], country="IL")
    document = bananas(at, consignor=party, consignee=party)
    item = msgspec.structs.replace(next(document.items()), description=NASTY)
    return case_of(with_item(document, item), at)


def harmless_page(response: Any) -> str:
    """Return the page, in which nothing that somebody typed has become markup."""
    html = str(response.content.decode())
    assert not any(text in html for text in HOSTILE)
    return html


def page_of(client: Client, name: str, *args: object, **query: str) -> str:
    response = client.get(reverse(name, args=args), query)
    assert response.status_code == 200
    return harmless_page(response)


def test_what_is_declared_is_shown_whole_and_as_text(desk: Client, case: Case) -> None:
    review = page_of(desk, "review", case.pk)
    assert escape(NASTY) in review
    assert escape(NAME) in review
    assert escape(NASTY) in page_of(desk, "ens", case.ens.mrn)
    assert escape(NAME) in page_of(desk, "queue")
    harmless_page(desk.post(reverse("end_selected"), {"case": [case.pk]}))
    harmless_page(desk.post(reverse("assign_selected"), {"case": [case.pk]}))


def test_what_is_looked_for_is_shown_as_text(desk: Client) -> None:
    assert escape(NASTY) in page_of(desk, "queue", q=NASTY)
    assert escape(NASTY) in page_of(desk, "search", q=NASTY)


def test_what_officers_write_is_kept_whole_and_shown_as_text(desk: Client, case: Case) -> None:
    post(desk, "case_note", case, kind="telephone", contact=NASTY[:140], text=NASTY)
    post(desk, "case_attach", case, files=SimpleUploadedFile(f"{NAME}.pdf", b"%PDF-1.7 x"))
    proposal = {"verb": "no_further_action", "reason_code": "NFA-06", "note": NASTY}
    decide(desk, case, **proposal)
    assert DecisionProposal.objects.get().order["note"] == NASTY
    review = page_of(desk, "review", case.pk)
    assert review.count(escape(NASTY)) >= 3
    post(desk, "decline_decision", case, note=NASTY)
    assert DecisionProposal.objects.get().end_note == NASTY
    page_of(desk, "review", case.pk)
    goal = f"{OFFICE}:{person(Role.OFFICER, offices=(OFFICE,)).pk}"
    harmless_page(post(desk, "hand_over", case, goal=goal, reason=NASTY))
    assert escape(NASTY) in page_of(desk, "ens", case.ens.mrn)


def test_a_refused_form_shows_what_was_typed_as_text(desk: Client, case: Case) -> None:
    for data in (
        {"verb": "no_further_action", "note": NASTY},
        QUESTION | {"question": NASTY, "elements": NASTY, "reason_code": "", "hours": NASTY},
    ):
        response = decide(desk, case, **data)
        assert response.status_code == 422
        assert escape(NASTY) in harmless_page(response)
    response = desk.post(reverse("hand_over", args=[case.pk]), {"goal": "", "reason": NASTY})
    assert escape(NASTY) in harmless_page(response)
    html = sent(desk, "end_selected", [case], **NOTE | {"reason_code": "", "note": NASTY})
    assert escape(NASTY) in html


def test_a_question_and_its_answer_are_shown_as_text(
    desk: Client, trader_desk: Client, case: Case, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(QUESTION, "question", NASTY)
    monkeypatch.setitem(QUESTION, "elements", NAME)
    referral = asked(desk, case, settings)
    address = reverse("question", args=[referral.reference])
    assert escape(NASTY) in harmless_page(trader_desk.get(address))
    answer = {"text": NASTY, "codes": f"{NASTY[:20]}={NASTY[:20]}"}
    trader_desk.post(address, answer | {"files": SimpleUploadedFile(f"{NAME}.pdf", b"%PDF-1.7 x")})
    assert Referral.objects.get().status == "answered"
    assert escape(NASTY) in harmless_page(trader_desk.get(address))
    assert page_of(desk, "review", case.pk).count(escape(NASTY)) >= 3


def test_names_of_views_and_notes_of_shifts_are_shown_as_text(desk: Client) -> None:
    desk.post(reverse("save_view"), {"name": NASTY[:40], "query": "tab=office"})
    assert escape(NASTY[:40]) in page_of(desk, "queue")
    desk.post(reverse("sign_shift"), {"office": OFFICE, "text": NASTY})
    assert escape(NASTY) in page_of(desk, "shift")
