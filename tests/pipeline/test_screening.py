"""E-screening: who is asked, what answers and silence do, and what we do when we are asked."""

import re
from collections.abc import Callable

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse

from customs_portal.accounts.models import (
    OfficeMembership,
    Operator,
    OperatorMembership,
    Role,
    User,
)
from customs_portal.events.models import Event
from customs_portal.reference.models import Office
from declarations.models import Clock, ConsignmentLife, Ens, Filing, Measure
from declarations.policies import may_handle_ens
from declarations.services.results import Changed, Refused
from messaging.formats.registry import read
from messaging.formats.transmissions import ScreeningAnswer
from messaging.models import InboundMessage, OutboundMessage, Partner
from risk.models import Assessment, Case, Screening
from risk.services import DecisionOrder, decide
from risk.services.screening_answers import end_silent
from risk.services.verdicts import Verdict, judge_hits
from tests.factories.people import person
from tests.messaging.builders import minimal_document
from tests.pipeline.conftest import AT, LODGER, publish
from tests.pipeline.partners import errors, reply_to
from tests.pipeline.screening import (
    FOREIGN,
    after,
    answers,
    for_belgium,
    neighbour,
    request,
    sent_to_belgium,
)
from tests.pipeline.test_filings import (
    NOTHING,
    TILES,
    assert_invariants,
    filing,
    registered,
    sent,
)
from tests.pipeline.test_main_job import drain, send, send_bytes


@pytest.fixture
def centre() -> User:
    user = person(Role.OFFICER)
    OfficeMembership.objects.create(user=user, office=Office.objects.get(reference="NL000900"))
    return user


@pytest.fixture
def belgium() -> str:
    publish(("TST-01", NOTHING))
    return neighbour()


def states() -> tuple[str, str, str]:
    """Return where the newest screening, assessment and the ENS stand."""
    assessment = Assessment.objects.latest("pk")
    return (
        Screening.objects.latest("pk").state,
        f"{assessment.status} {assessment.result}".strip(),
        Ens.objects.get().status,
    )


def silence(minutes: int) -> int:
    with transaction.atomic():
        return end_silent(at=after(minutes))


def test_a_state_that_the_filing_concerns_is_asked_with_the_filing(
    lodger: str, belgium: str
) -> None:
    body = for_belgium()
    sent(lodger, body)
    row = Screening.objects.get()
    assert (row.country, row.reasons, row.kind) == ("BE", ["delivery"], "full")
    assert states() == ("asked", "screening", "in_analysis")
    [asked] = sent_to_belgium("XF4Q01A")
    assert asked.filings == (body,)
    assert (asked.reference, asked.mrn) == (row.reference, row.ens.mrn)
    clock = Clock.objects.get(kind="screening")
    assert AT < clock.ends_at == row.ends_at <= row.ens.analysis_ends_at
    assert not Case.objects.exists()
    assert_invariants()


@pytest.mark.parametrize(
    "prepare",
    [
        pytest.param(lambda: None, id="nobody agreed"),
        pytest.param(lambda: neighbour("DE", "DE0000000001"), id="not concerned"),
    ],
)
def test_without_a_partner_that_is_concerned_nothing_changes(
    lodger: str, prepare: Callable[[], None]
) -> None:
    publish(("TST-01", NOTHING))
    prepare()
    sent(lodger, for_belgium())
    assert not Screening.objects.exists()
    assert Assessment.objects.get().result == "no_risk"
    assert not OutboundMessage.objects.filter(channel="partner").exists()


@pytest.mark.parametrize(
    "changes",
    [{"agreed_to": AT.date()}, {"active": False}, {"we_send": ["CD319A"]}],
    ids=["agreement over", "not active", "kind not agreed"],
)
def test_only_an_agreement_in_force_lets_a_state_be_asked(
    lodger: str, belgium: str, changes: dict[str, object]
) -> None:
    Partner.objects.filter(country="BE").update(**changes)
    sent(lodger, for_belgium())
    assert not Screening.objects.exists()


def test_phase_1_is_not_asked_about(lodger: str, belgium: str) -> None:
    send(lodger, minimal_document(place_of_unloading="BEANR"))
    drain()
    assert not Screening.objects.exists()
    assert Assessment.objects.get().result == "no_risk"


def test_no_hit_of_every_state_concludes_no_risk(lodger: str, belgium: str) -> None:
    sent(lodger, for_belgium())
    answers(belgium, "no_hit")
    assert states() == ("no_hit", "concluded no_risk", "assessed")
    assert not Clock.objects.filter(kind="screening", stopped_at=None).exists()
    assert not Case.objects.exists()
    assert_invariants()


def test_silence_counts_at_the_clock_and_not_before(lodger: str, belgium: str) -> None:
    sent(lodger, for_belgium("IE3F24"))
    assert silence(4) == 0
    assert states()[:2] == ("asked", "screening")
    assert silence(5) == 1
    assert states() == ("silent", "concluded no_risk", "assessed")
    assert silence(6) == 0
    assert_invariants()


def test_a_hit_stands_in_the_queue_and_is_confirmed(lodger: str, belgium: str) -> None:
    sent(lodger, for_belgium())
    answers(belgium, "hit")
    assert states() == ("hit", "review", "in_analysis")
    case = Case.objects.get()
    assert (case.status, case.cause, case.outcome, case.revision) == (
        "open",
        "screened",
        "refer",
        1,
    )
    answers(belgium, "confirm", area="drugs", level="high", text="Known route")
    row = Screening.objects.get()
    assert (row.state, row.risk_area, row.risk_level, row.text) == (
        "confirmed", "drugs", "high", "Known route",
    )  # fmt: skip
    assert Case.objects.get().revision == 2
    assert silence(600) == 0
    assert states()[1] == "review"
    assert_invariants()


def test_a_hit_that_is_not_confirmed_stays_with_the_officer(lodger: str, belgium: str) -> None:
    sent(lodger, for_belgium())
    answers(belgium, "hit")
    answers(belgium, "no_hit")
    assert states() == ("not_confirmed", "review", "in_analysis")
    assert_invariants()


def test_a_hit_joins_the_case_of_our_own(lodger: str, belgium: str) -> None:
    publish(("TST-02", TILES))
    sent(lodger, for_belgium())
    assert states()[:2] == ("asked", "review")
    answers(belgium, "hit")
    case = Case.objects.get()
    assert (case.cause, case.outcome, case.revision) == ("risk", "control", 2)
    assert_invariants()


def test_a_late_hit_opens_the_assessment_again_while_goods_are_to_come(
    lodger: str, belgium: str
) -> None:
    sent(lodger, for_belgium())
    silence(600)
    answers(belgium, "hit")
    assert states() == ("hit", "review", "in_analysis")
    first, again = Assessment.objects.order_by("pk").values_list("status", flat=True)
    assert (first, again) == ("superseded", "review")
    assert Case.objects.get().cause == "screened"
    assert_invariants()


def test_a_late_hit_after_the_goods_came_is_only_told(lodger: str, belgium: str) -> None:
    sent(lodger, for_belgium())
    silence(600)
    ConsignmentLife.objects.update(goods="arrived")
    answers(belgium, "hit")
    assert states() == ("hit", "concluded no_risk", "assessed")
    assert not Case.objects.exists()


def test_the_last_state_decides(lodger: str, belgium: str) -> None:
    neighbour("DK", "DK0000000001")
    sent(lodger, for_belgium(seller_in=b"DK"))
    assert Screening.objects.get(country="DK").reasons == ["seller"]
    answers(belgium, "no_hit", reference=Screening.objects.get(country="BE").reference)
    assert Assessment.objects.get().status == "screening"
    silence(600)
    assert Assessment.objects.get().result == "no_risk"
    assert_invariants()


def test_an_amendment_overtakes_what_was_asked(lodger: str, belgium: str) -> None:
    sent(lodger, for_belgium())
    mrn = Ens.objects.get().mrn
    old = Screening.objects.get()
    sent(lodger, for_belgium("IE3A10", MRN=mrn))
    assert list(Screening.objects.order_by("pk").values_list("state", flat=True)) == [
        "set_aside",
        "asked",
    ]
    answers(belgium, "hit", reference=old.reference)
    assert Event.objects.filter(kind="screening.ignored").count() == 1
    assert states()[:2] == ("asked", "screening")
    answers(belgium, "no_hit")
    assert states()[1] == "concluded no_risk"
    assert_invariants()


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"reference": "UNKNOWN"}, ("90", "UNKNOWN")),
        ({"mrn": FOREIGN}, ("90", FOREIGN)),
    ],
)
def test_an_answer_to_nothing_is_refused(
    lodger: str, belgium: str, changes: dict[str, str], error: tuple[str, str]
) -> None:
    sent(lodger, for_belgium())
    correlation = answers(belgium, "hit", **changes)
    assert errors(reply_to(correlation)) == [error]
    assert states()[:2] == ("asked", "screening")


def test_an_answer_that_comes_twice_counts_once(lodger: str, belgium: str) -> None:
    sent(lodger, for_belgium())
    answers(belgium, "hit", message_id="B1")
    answers(belgium, "hit", message_id="B1")
    answers(belgium, "hit", message_id="B2")
    assert Event.objects.filter(kind="screening.answered").count() == 1
    assert Case.objects.get().revision == 1
    assert_invariants()


def asked(token: str, body: bytes) -> InboundMessage:
    correlation = send_bytes(token, body)
    drain()
    assert_invariants()
    return InboundMessage.objects.get(correlation=correlation)


def told() -> list[str]:
    found = sent_to_belgium("XF4S01A")
    assert all(isinstance(each, ScreeningAnswer) for each in found)
    return [each.result for each in found]


def test_what_another_state_asks_is_screened_by_our_rules_and_answered(belgium: str) -> None:
    message = asked(belgium, request())
    assert (message.state, message.findings) == ("taken_in", [])
    ens = Ens.objects.get()
    assert (ens.mrn, ens.role, ens.status) == (FOREIGN, "involved", "assessed")
    assert ens.office_of_first_entry == "NL000900"
    assert told() == ["no_hit"]
    assert not Case.objects.exists()
    assert set(OutboundMessage.objects.values_list("channel", flat=True)) == {"partner"}


def test_no_trader_sees_or_changes_what_another_state_asks(belgium: str, lodger: str) -> None:
    asked(belgium, request())
    trader = Operator.objects.get(eori=LODGER).memberships.get().user
    assert Filing.objects.get().declarant == LODGER
    assert not Filing.objects.visible_to(trader).exists()
    sent(lodger, filing("IE3A10", MRN=FOREIGN))
    assert Ens.objects.get().version == 1
    assert not Ens.objects.entering_here().exists()


def test_a_hit_of_ours_is_told_at_once_and_waits_for_an_officer(belgium: str) -> None:
    publish(("TST-02", TILES))
    asked(belgium, request())
    assert told() == ["hit"]
    case = Case.objects.get()
    assert (case.status, case.office) == ("open", "NL000900")
    assert case.due_at == after(60)


def verdict(officer: User, result: str, **changes: str) -> Changed | Refused:
    case = Case.objects.get()
    order = Verdict(case=case.pk, revision=case.revision, result=result, **changes)
    with transaction.atomic():
        [done] = judge_hits([order], officer=officer, at=AT)
    drain()
    return done


SAID = {"risk_area": "drugs", "risk_level": "high", "text": "Known route"}


@pytest.mark.parametrize(
    ("result", "said", "row", "assessment", "answers_sent"),
    [
        ("confirm", SAID, "confirmed", "risk", ["hit", "confirm"]),
        ("no_hit", {}, "not_confirmed", "no_risk", ["hit", "no_hit"]),
    ],
)
def test_an_officer_of_the_risk_centre_answers_a_hit(
    belgium: str, centre: User, result: str, said: dict[str, str], row: str, assessment: str,
    answers_sent: list[str],
) -> None:  # fmt: skip
    publish(("TST-02", TILES))
    asked(belgium, request())
    assert isinstance(verdict(centre, result, **said), Changed)
    assert states() == (row, f"concluded {assessment}", "assessed")
    assert Case.objects.get().status == "closed"
    assert told() == answers_sent
    last = sent_to_belgium("XF4S01A")[-1]
    assert (last.area, last.level, last.text) == (
        ("drugs", "high", "Known route") if said else ("", "", "")
    )
    assert not Measure.objects.exists()
    assert_invariants()


def test_an_answer_of_an_officer_says_what_the_risk_is(belgium: str, centre: User) -> None:
    publish(("TST-02", TILES))
    asked(belgium, request())
    for result, said, codes in [
        ("", {}, ["result"]),
        ("risk", SAID, ["result"]),
        ("confirm", {}, ["risk_area", "risk_level", "text"]),
        ("confirm", SAID | {"text": "x" * 351}, ["text"]),
    ]:
        refused = verdict(centre, result, **said)
        assert isinstance(refused, Refused)
        assert [finding.code for finding in refused.findings] == codes
    assert told() == ["hit"]


def test_nobody_decides_on_what_another_state_analyses(belgium: str, centre: User) -> None:
    publish(("TST-02", TILES))
    asked(belgium, request())
    case = Case.objects.get()
    order = DecisionOrder(
        case=case.pk, revision=case.revision, verb="hold", reason_code="HLD-01", note="x",
        subject="declaration",
    )  # fmt: skip
    with transaction.atomic():
        [refused] = decide([order], officer=centre, at=AT)
    assert isinstance(refused, Refused)
    assert refused.findings[0].code == "not_ours"
    assert not may_handle_ens(centre, case.ens_id, AT)


def test_the_trader_sees_nothing_of_it(lodger: str, belgium: str) -> None:
    sent(lodger, for_belgium())
    trader = person(Role.TRADER)
    operator = Operator.objects.get(eori=LODGER)
    OperatorMembership.objects.create(user=trader, operator=operator, role="owner")
    browser = Client()
    browser.force_login(trader)
    address = reverse("trader_filing", args=[Filing.objects.get().pk])
    asked_for = _without_token(browser.get(address).content)
    answers(belgium, "hit")
    assert states()[1] == "review"
    assert _without_token(browser.get(address).content) == asked_for


def _without_token(page: bytes) -> bytes:
    return re.sub(rb'name="csrfmiddlewaretoken" value="[^"]+"|nonce="[^"]+"', b"", page)


def test_what_is_asked_again_is_screened_again(belgium: str) -> None:
    asked(belgium, request())
    again = asked(belgium, request())
    assert errors(reply_to(again.correlation)) == [("26", "R1")]
    publish(("TST-02", TILES))
    send_bytes(belgium, request(reference="R2"))
    asked(belgium, request(reference="R3"))
    assert told() == ["no_hit", "hit"]
    assert Ens.objects.get().version == 3
    assert list(Screening.objects.order_by("pk").values_list("state", flat=True)) == [
        "no_hit",
        "set_aside",
        "hit",
    ]


@pytest.mark.parametrize(
    ("body", "error"),
    [
        (request(mrn=f"{FOREIGN[:-1]}{(int(FOREIGN[-1]) + 1) % 10}"), "93"),
        (request(b"nonsense"), "12"),
        (request(filing("IE3F25")), "12"),
        (request(filing("IE3F10").replace(b"<LRN>", b"<LRX>")), "12"),
        (request(sender="NTA.DE"), "12"),
    ],
)
def test_a_wrong_request_is_refused(belgium: str, body: bytes, error: str) -> None:
    message = asked(belgium, body)
    assert [code for code, _ in errors(reply_to(message.correlation))] == [error]
    assert not Ens.objects.exists()


def test_a_state_cannot_ask_about_what_is_ours(belgium: str, lodger: str) -> None:
    mrn = registered(lodger, "F10")
    message = asked(belgium, request(mrn=mrn))
    assert errors(reply_to(message.correlation)) == [("91", mrn)]


def test_a_request_that_is_written_is_one_that_is_taken_in(lodger: str, belgium: str) -> None:
    sent(lodger, for_belgium())
    [asked_for] = sent_to_belgium("XF4Q01A")
    assert read(asked_for.filings[0]).document is not None
