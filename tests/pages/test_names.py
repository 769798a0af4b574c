"""The desk of names: what is seen, judged, taken back, and kept from whom."""

from datetime import datetime, timedelta

import pytest
from django.test import Client
from django.urls import reverse

from customs_portal.accounts.models import Role, User
from customs_portal.clock import now
from declarations.document import Party
from risk.models import Assessment, Case, MatchVerdict, NameMatch, ReferenceList
from tests.factories.declarations import assessed, harmless, lodged
from tests.factories.people import person
from tests.pages.test_rules import browser, text

NAME = "Zuyderlicht Lampen Imports"
REASON = "Another firm, only the town is the same."


@pytest.fixture
def match(at: datetime) -> NameMatch:
    consigned(at)
    return NameMatch.objects.get()


def consigned(at: datetime) -> list[str]:
    """Return the rules that hit a declaration for a consignee with the name."""
    firm = Party(
        identifier="NL900000932", name=NAME, street="Kade 21", postcode="3311 AB",
        city="Dordrecht", country="NL",
    )  # fmt: skip
    document = harmless(at, consignee=firm)
    ens = assessed(lodged(document, at), at)
    return [hit["rule"] for hit in Assessment.objects.get(ens=ens).hits]


def page_of(match: NameMatch) -> str:
    return reverse("name_match", args=[match.pk])


def judge(desk: Client, match: NameMatch, **changes: str) -> str:
    sent = {"verdict": "dismiss", "until": "", "reason": REASON} | changes
    return text(desk.post(page_of(match), sent, follow=True))


def test_a_match_is_shown_side_by_side_on_desk_and_case(desk: Client, match: NameMatch) -> None:
    shown = text(desk.get(page_of(match)))
    for said in ("zuyderlicht is like zuiderlicht", "Another identifier", "Same country",
                 "NL900000931", "Dordrecht", "Kade 21", "ask the list owner"):  # fmt: skip
        assert said in shown
    assert NAME in text(desk.get(reverse("name_matches")))
    review = text(desk.get(reverse("review", args=[Case.objects.get().pk])))
    assert "1 name on a list" in review
    assert "Zuiderlicht Lampen Import BV" in review


def test_a_dismissed_pair_counts_no_more_until_it_is_taken_back(
    desk: Client, match: NameMatch, at: datetime
) -> None:
    assert "Another party" in judge(desk, match)
    verdict = MatchVerdict.objects.get()
    assert verdict.until == now().date() + timedelta(days=180)
    assert consigned(at) == []
    dismissed = text(desk.get(reverse("name_matches"), {"state": "dismissed"}))
    assert "kept 1 declaration quiet" in dismissed
    assert NAME not in text(desk.get(reverse("name_matches")))
    desk.post(page_of(match), {"reopen": "1"})
    assert consigned(at) == ["KNE-01"]
    verdict.refresh_from_db()
    assert verdict.revoked_at is not None


@pytest.mark.parametrize(
    "wrong",
    [{"reason": "no"}, {"until": "2020-01-01"}, {"until": "2099-01-01"}, {"verdict": "x"}],
)
def test_a_verdict_without_reason_or_end_is_refused(
    desk: Client, match: NameMatch, wrong: dict[str, str]
) -> None:
    assert "There is a problem" in judge(desk, match, **wrong)
    assert not MatchVerdict.objects.exists()


def test_a_confirmed_match_counts_as_before(desk: Client, match: NameMatch, at: datetime) -> None:
    judge(desk, match, verdict="confirm")
    assert MatchVerdict.objects.get().until is None
    assert consigned(at) == ["KNE-01"]


def test_a_secret_list_stays_secret_for_officers(
    desk: Client, match: NameMatch, officer: User
) -> None:
    ReferenceList.objects.filter(code="watch_entities").update(secret=True)
    case = reverse("review", args=[Case.objects.get().pk])
    for address in (page_of(match), reverse("name_matches"), case):
        shown = text(desk.get(address))
        assert NAME in shown
        for hidden in ("Zuiderlicht", "zuiderlicht", "NL900000931", "illustration: ask"):
            assert hidden not in shown, address
    judge(desk, match)
    assert not MatchVerdict.objects.exists()
    analyst = browser(person(Role.ANALYST))
    assert "Zuiderlicht Lampen Import BV" in text(analyst.get(page_of(match)))
    judge(analyst, match)
    assert MatchVerdict.objects.count() == 1


def test_a_match_of_other_offices_does_not_exist(match: NameMatch) -> None:
    stranger = browser(person(Role.OFFICER, offices=("NL000432",)))
    assert stranger.get(page_of(match)).status_code == 404
    assert NAME not in text(stranger.get(reverse("name_matches")))
    assert stranger.post(page_of(match), {"reopen": "1"}).status_code == 404


def test_the_list_tells_what_never_matched(match: NameMatch) -> None:
    analyst = browser(person(Role.ANALYST))
    address = reverse("reference_list", args=["watch_entities"])
    shown = analyst.get(address, {"validity": "never"})
    assert "Matches: 1, dismissed: 0" in text(shown)
    values = {entry.value for entry in shown.context["page"].object_list}
    assert "Youssef Haddad" in values
    assert "Zuiderlicht Lampen Import BV" not in values
