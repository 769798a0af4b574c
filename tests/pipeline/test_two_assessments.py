"""Whole filings lodged before loading (F20, F28): analysed for loading first, then in full."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import transaction

from customs_portal.accounts.models import User
from customs_portal.events import advance
from customs_portal.events.models import Event
from declarations.models import Clock, Ens, Measure
from declarations.services.do_not_load import do_not_load_refused
from declarations.services.lifting import StepOrder, sign_steps, take_steps
from messaging.invariants.book import breaches
from messaging.invariants.invariant import Scope
from messaging.models import OutboundMessage
from risk import rule_sets
from risk.models import Assessment, Case, RuleHitCount
from risk.services import DecisionOrder, Refused, decide, sign, undo
from risk.services.failsafe import open_unassessed
from risk.services.screening_answers import end_silent
from tests.pipeline.conftest import AT, LODGER, publish
from tests.pipeline.screening import after, for_belgium, neighbour
from tests.pipeline.test_air import asked, at_office, decided, result, taken
from tests.pipeline.test_filings import NOTHING, TILES, amendment, name, registered, sent
from tests.pipeline.test_main_job import drain

HOUSE = "N703/HAWB2611001"
NO_ACTION: dict[str, Any] = {"verb": "no_further_action", "reason_code": "NFA-01"}
NOT_TO_LOAD: dict[str, Any] = {"verb": "do_not_load", "reason_code": "DNL-01", "announce": True}


def assessments() -> list[tuple[str, str, str]]:
    rows = Assessment.objects.exclude(status="superseded").order_by("pk")
    return list(rows.values_list("kind", "status", "result"))


def live_clocks() -> dict[str, datetime]:
    kinds = ("analysis", "preloading")
    rows = Clock.objects.filter(kind__in=kinds, stopped_at=None)
    return dict(rows.values_list("kind", "ends_at"))


def told() -> int:
    return OutboundMessage.objects.filter(kind="IE3N03", recipient=LODGER).count()


def assert_whole() -> None:
    assert [(each.invariant.name, each.places) for each in breaches(Scope(sample=None))] == []


def not_loaded(first: User, second: User) -> Measure:
    """Keep the goods from loading, as two officers do it."""
    case = Case.objects.open().get()
    key = case.ens.members.get().filing.consignments.get().key
    decided(case, first, **NOT_TO_LOAD, subject="consignment", reference=key)
    with transaction.atomic():
        sign([case.pk], officer=second, at=AT)
    drain()
    return Measure.objects.get()


@pytest.fixture
def selected(lodger: str) -> Case:
    """Return the case of a filing that was selected."""
    publish(("TST-01", TILES))
    registered(lodger, "F20")
    return Case.objects.get()


@pytest.mark.parametrize("kind", ["F20", "F28"])
def test_what_hits_nothing_passes_both_at_once_and_each_is_told(lodger: str, kind: str) -> None:
    publish(("TST-01", NOTHING))
    registered(lodger, kind)
    assert assessments() == [
        ("preloading", "concluded", "no_risk"), ("full", "concluded", "no_risk"),
    ]  # fmt: skip
    assert Ens.objects.get().status == "assessed"
    assert (told(), live_clocks()) == (2, {})
    assert_whole()


def test_each_assessment_has_its_clock_its_decision_and_its_message(
    selected: Case, officer: User
) -> None:
    assert assessments() == [("preloading", "review", "")]
    assert live_clocks() == {
        "preloading": AT + timedelta(minutes=15), "analysis": AT + timedelta(hours=4),
    }  # fmt: skip
    assert (selected.due_by, selected.due_at) == ("preloading", AT + timedelta(minutes=15))
    assert do_not_load_refused(selected.ens, AT) is None
    decided(selected, officer, **NO_ACTION)
    assert assessments() == [("preloading", "concluded", "no_risk"), ("full", "review", "")]
    assert live_clocks() == {"analysis": AT + timedelta(hours=4)}
    following = Case.objects.open().get()
    assert (following.due_by, following.due_at) == ("analysis", AT + timedelta(hours=4))
    ens = Ens.objects.get()
    assert (ens.status, told()) == ("in_analysis", 1)
    assert do_not_load_refused(ens, AT) == "The assessment before loading is concluded."
    assert_whole()
    control: dict[str, Any] = {"verb": "control", "reason_code": "CTL-02", "place": "NL000396"}
    decided(following, officer, **control)
    assert assessments()[1] == ("full", "concluded", "risk")
    assert (Ens.objects.get().status, told(), live_clocks()) == ("assessed", 2, {})
    assert_whole()


def test_the_full_one_takes_no_second_place_of_a_limited_rule(lodger: str, officer: User) -> None:
    publish(("TST-01", TILES), cap=1)
    registered(lodger, "F20")
    decided(Case.objects.get(), officer, **NO_ACTION)
    assert assessments() == [("preloading", "concluded", "no_risk"), ("full", "review", "")]
    assert RuleHitCount.objects.get().hits == 1
    assert not Event.objects.filter(kind="rule.capped").exists()
    assert_whole()


def test_screening_is_asked_for_only_before_loading(
    lodger: str, selected: Case, officer: User
) -> None:
    key = selected.ens.members.get().filing.consignments.get().key
    about: dict[str, Any] = {"subject": "consignment", "reference": key}
    methods = {"question": "", "methods": ("XRY",)}
    screening = asked(selected, officer, "rfs", **methods, **about)
    assert {clock.suspended_at for clock in Clock.objects.filter(kind="preloading")} == {AT}
    taken(lodger, result(selected.ens.mrn, screening.reference))
    assert {clock.suspended_at for clock in Clock.objects.filter(kind="preloading")} == {None}
    decided(selected, officer, **NO_ACTION)
    following = Case.objects.open().get()
    order = DecisionOrder(
        case=following.pk, revision=following.revision, verb="rfs", reason_code="RFS-01",
        note="As seen.", question="", methods=("XRY",), **about,
    )  # fmt: skip
    with transaction.atomic():
        [refused] = decide([order], officer=officer, at=AT)
    assert isinstance(refused, Refused)
    assert refused.findings[0].text.startswith("Screening is asked for only")
    assert_whole()


def test_what_is_not_loaded_needs_no_full_one_until_that_is_lifted(
    selected: Case, officer: User
) -> None:
    second = at_office("second", "NL000396")
    measure = not_loaded(officer, second)
    assert assessments() == [("preloading", "concluded", "dnl")]
    assert (Ens.objects.get().status, told(), live_clocks()) == ("assessed", 0, {})
    assert_whole()
    order = StepOrder(
        measure=measure.pk, verb="lift", reason_code="DNL-L1", version=1, note="Not it."
    )
    with transaction.atomic():
        [proposed] = take_steps([order], officer=officer, at=AT)
        sign_steps([proposed.id], officer=second, at=AT)  # type: ignore[union-attr]  # see below
    drain()
    assert assessments() == [("preloading", "concluded", "dnl"), ("full", "review", "")]
    assert live_clocks() == {"analysis": AT + timedelta(minutes=30)}
    assert Ens.objects.get().status == "in_analysis"
    assert_whole()


def test_a_new_version_is_analysed_twice_again(lodger: str, selected: Case, officer: User) -> None:
    decided(selected, officer, **NO_ACTION)
    assert name(sent(lodger, amendment("F20", selected.ens.mrn))) == "IE3N10"
    assert assessments()[1:] == [("preloading", "review", "")]
    assert live_clocks() == {
        "preloading": AT + timedelta(minutes=15), "analysis": AT + timedelta(minutes=30),
    }  # fmt: skip
    assert_whole()


def test_a_decision_that_is_undone_leads_to_no_full_one(selected: Case, officer: User) -> None:
    order = DecisionOrder(case=selected.pk, revision=1, note="As seen.", **NO_ACTION)
    with transaction.atomic():
        decide([order], officer=officer, at=AT, undo=timedelta(seconds=10))
    assert assessments() == [("preloading", "concluded", "no_risk")]
    assert_whole()
    with transaction.atomic():
        [undone] = undo([selected.pk], officer=officer, at=AT + timedelta(seconds=5))
    assert not isinstance(undone, Refused)
    advance.drain(at=AT + timedelta(minutes=1))
    assert assessments() == [("preloading", "review", "")]
    assert set(live_clocks()) == {"preloading", "analysis"}
    assert told() == 0
    assert_whole()


def test_states_that_let_their_time_pass_are_asked_once_for_both(lodger: str) -> None:
    publish(("TST-01", NOTHING))
    neighbour()
    sent(lodger, for_belgium("IE3F28"))
    assert assessments() == [("preloading", "screening", "")]
    with transaction.atomic():
        assert end_silent(at=after(5)) == 1
    advance.drain(at=after(5))
    assert assessments() == [
        ("preloading", "concluded", "no_risk"), ("full", "concluded", "no_risk"),
    ]  # fmt: skip
    assert (Ens.objects.get().status, told()) == ("assessed", 2)
    assert OutboundMessage.objects.filter(kind="XF4Q01A").count() == 1
    assert_whole()


def test_a_full_one_that_is_not_made_becomes_a_case_at_half_of_its_time(
    selected: Case, officer: User
) -> None:
    order = DecisionOrder(case=selected.pk, revision=1, note="As seen.", **NO_ACTION)
    with transaction.atomic():
        decide([order], officer=officer, at=AT)
    rule_sets.forget()
    half = AT + timedelta(hours=2)
    with transaction.atomic():
        assert open_unassessed(at=half - timedelta(seconds=1)) == 0
        assert open_unassessed(at=half) == 1
    assert Case.objects.open().get().cause == "not_assessed"
