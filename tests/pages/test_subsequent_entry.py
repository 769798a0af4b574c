"""The inbox of subsequent entry, one notice, and what was told to others, as officers see them."""

from datetime import datetime, timedelta

from django.test import Client

from customs_portal.accounts.models import Role
from declarations.models import Ens, SubsequentEntryFeedback
from tests.factories.messages import written
from tests.factories.notices import BOTH, told
from tests.factories.people import person
from tests.pages.test_voyages import text_of


def test_a_notice_shows_its_reasons_and_takes_what_was_done(desk: Client, at: datetime) -> None:
    notice = told(at)
    inbox = text_of(desk, "/subsequent-entry/")
    assert "Seal differs" in inbox
    assert "BE" in inbox
    assert "after first entry" in inbox
    page = text_of(desk, f"/subsequent-entry/{notice.pk}/")
    for words in (
        "Scan it",
        "Item 1, Ceramic tiles",
        "The whole declaration",
        "IE319 BE",
        "Control",
    ):
        assert words in page
    desk.post(f"/subsequent-entry/{notice.pk}/arrived/")
    notice.refresh_from_db()
    assert notice.state == "arrived"
    refused = desk.post(
        f"/subsequent-entry/{notice.pk}/", {"action": "released", "feedback": "Free"}
    )
    assert refused.status_code == 422
    assert "A measure on these goods is open." in refused.content.decode()
    desk.post(f"/subsequent-entry/{notice.pk}/", {"action": "controlled", "feedback": "Conform"})
    assert "Control done: Conform" in text_of(desk, f"/subsequent-entry/{notice.pk}/")


def test_who_acts_on_what_was_replaced_is_told_so(desk: Client, at: datetime) -> None:
    old = told(at)
    newer = told(at, BOTH[1], minutes=5)
    response = desk.get(f"/subsequent-entry/{old.pk}/")
    assert "Nothing is left to be done here." in response.content.decode()
    assert newer.version == old.version == 1


def test_other_offices_see_nothing_of_it(at: datetime) -> None:
    notice = told(at)
    stranger = Client()
    stranger.force_login(person(Role.OFFICER, offices=("NL000432",)))
    assert stranger.get(f"/subsequent-entry/{notice.pk}/").status_code == 404
    assert stranger.post(f"/subsequent-entry/{notice.pk}/arrived/").status_code == 404
    assert notice.ens.mrn not in text_of(stranger, "/subsequent-entry/")


def test_the_ens_says_what_we_are_and_who_told_us(desk: Client, at: datetime) -> None:
    notice = told(at)
    page = text_of(desk, f"/ens/{notice.ens.mrn}/")
    assert "Office of subsequent entry." in page
    assert "Told by other administrations" in page
    assert "BE told of a risk before our office, result C, B" in page


def test_what_we_told_others_stands_with_its_state_and_feedback(desk: Client, at: datetime) -> None:
    ens: Ens = told(at).ens
    sent = written("CD319A", "DE", at, ens=ens)
    type(sent).objects.filter(pk=sent.pk).update(channel="partner", state="refused")
    SubsequentEntryFeedback.objects.create(
        ens=ens, country="DE", office="DE004600", action="released", result="Nothing found",
        acted_at=at, received_at=at, message_id=99,
    )  # fmt: skip
    earlier = written("CD301A", "FR", at - timedelta(days=1), ens=ens)
    type(sent).objects.filter(pk=earlier.pk).update(channel="partner")
    page = text_of(desk, "/subsequent-entry/told/")
    assert page.index(">DE<") < page.index(">FR<"), "newest first"
    assert "Refused by the recipient" in page
    assert "DE004600: Released, Nothing found" in page
    assert "Feedback of later offices" in text_of(desk, f"/ens/{ens.mrn}/")
