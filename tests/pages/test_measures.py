"""Do not load from the case to the trader, the registers, and one measure with its steps."""

import json
import re
from datetime import datetime, timedelta

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse

from customs_portal.accounts.models import Recusal, Role, User
from customs_portal.events import advance
from declarations.models import Clock, ConsignmentLife, Ens, Measure
from declarations.services.do_not_load import do_not_load_refused, lapse_unsigned
from messaging.invariants.book import breaches
from messaging.invariants.invariant import Scope
from messaging.models import OutboundMessage, PortSystem
from messaging.reads import raw_body
from risk.models import Case, Decision
from tests.factories.declarations import OFFICE, SENDER, bananas, case_of, harmless, lodged
from tests.factories.measures import placed
from tests.factories.people import operator, person

CONTAINER = "CSQU3054383"


@pytest.fixture
def case(at: datetime) -> Case:
    return case_of(bananas(at, subsequent_offices=("BE101000",)), at)


@pytest.fixture
def second(at: datetime) -> User:
    return person(Role.OFFICER, offices=(OFFICE,))


def order(case: Case, **changes: object) -> dict[str, object]:
    values: dict[str, object] = {
        "revision": case.revision,
        "verb": "do_not_load",
        "reason_code": "DNL-03",
        "subject": f"equipment:{CONTAINER}",
        "note": "Precise information.",
        "confirmed": "yes",
    }
    return values | changes


def proposed(desk: Client, case: Case) -> Measure:
    response = desk.post(reverse("decide", args=[case.pk]), order(case))
    assert response.status_code == 302, response.content.decode()
    return Measure.objects.get(kind="do_not_load")


def signed(user: User, measure: Measure) -> int:
    client = Client()
    client.force_login(user)
    return client.post(reverse("measure", args=[measure.pk]), {"step": "sign"}).status_code


def test_the_page_asks_once_more_and_says_what_goes_to_whom(desk: Client, case: Case) -> None:
    sent = {name: text for name, text in order(case).items() if name != "confirmed"}
    page = desk.post(reverse("decide", args=[case.pk]), sent).content.decode()
    for text in ("IE351", SENDER, "IE319", "BE", CONTAINER):
        assert text in page
    assert not Measure.objects.exists()


def test_the_page_that_asks_once_more_names_who_can_sign(
    desk: Client, officer: User, case: Case, at: datetime
) -> None:
    person(Role.OFFICER, offices=(OFFICE,), first_name="Jan", last_name="Visser")
    person(Role.SUPERVISOR, offices=(OFFICE,), first_name="Ada", last_name="Smit")
    person(Role.OFFICER, offices=("NL000432",), first_name="Far", last_name="Away")
    person(Role.AUDITOR, first_name="Only", last_name="Reads")
    recused = person(Role.OFFICER, offices=(OFFICE,), first_name="Keeps", last_name="Out")
    Recusal.objects.create(user=recused, eori=SENDER.lower(), reason="Kin", declared_at=at)
    sent = {name: text for name, text in order(case).items() if name != "confirmed"}
    page = desk.post(reverse("decide", args=[case.pk]), sent).content.decode()
    assert re.findall(r'<li dir="auto">(.*?) \(', page) == ["A. Smit", "J. Visser"]
    User.objects.filter(last_name__in=("Smit", "Visser")).update(is_active=False)
    page = desk.post(reverse("decide", args=[case.pk]), sent).content.decode()
    assert "Nobody else can sign now" in page


def test_a_proposal_waits_and_tells_nobody(desk: Client, case: Case) -> None:
    measure = proposed(desk, case)
    case.refresh_from_db()
    assert (measure.status, measure.announced_at, case.status) == ("awaiting_second", None, "open")
    assert not Decision.objects.exists()


def test_nobody_signs_an_own_proposal(desk: Client, case: Case, officer: User) -> None:
    measure = proposed(desk, case)
    assert signed(officer, measure) == 422
    measure.refresh_from_db()
    assert measure.status == "awaiting_second"


def test_the_second_signature_announces_and_concludes(
    desk: Client, case: Case, officer: User, second: User
) -> None:
    measure = proposed(desk, case)
    assert signed(second, measure) == 302
    measure.refresh_from_db()
    case.refresh_from_db()
    assert (measure.status, measure.signed_by) == ("in_force", second)
    assert measure.announced_at == measure.signed_at
    assert case.status == "closed"
    decision = Decision.objects.get()
    assert (decision.officer, decision.signed_by) == (officer, second)
    assert decision.assessment.result == "dnl"
    advance.drain()
    kinds = OutboundMessage.objects.values_list("kind", "recipient")
    assert sorted(kinds) == [("CC351A", SENDER), ("CD319A", "BE")]
    harms = [breach.invariant.name for breach in breaches(Scope())]
    assert not {"announced_but_not_told", "measure_without_decision", "not_told"} & set(harms)


def test_no_other_decision_while_a_proposal_waits(desk: Client, case: Case) -> None:
    proposed(desk, case)
    changes = {"verb": "no_further_action", "reason_code": "NFA-01", "note": "Nothing in it."}
    response = desk.post(reverse("decide", args=[case.pk]), order(case, **changes))
    assert response.status_code == 422
    assert not Decision.objects.exists()


def test_a_proposal_lapses_with_its_window(
    desk: Client, case: Case, second: User, at: datetime
) -> None:
    measure = proposed(desk, case)
    window = Clock.objects.get(ens=case.ens, kind="do_not_load")
    assert window.ends_at == at + timedelta(hours=24)
    with transaction.atomic():
        assert lapse_unsigned(at=window.ends_at - timedelta(microseconds=1)) == 0
        assert lapse_unsigned(at=window.ends_at) == 1
    assert signed(second, measure) == 422
    measure.refresh_from_db()
    assert measure.status == "lapsed"


def test_after_the_window_nothing_is_signed_even_before_the_sweep(
    desk: Client, case: Case, second: User, at: datetime
) -> None:
    measure = proposed(desk, case)
    Clock.objects.filter(ens=case.ens, kind="do_not_load").update(ends_at=at)
    assert signed(second, measure) == 422
    measure.refresh_from_db()
    assert measure.status == "awaiting_second"


@pytest.mark.parametrize(
    ("changes", "lawful"),
    [
        ({}, True),
        ({"transport_mode": "4"}, False),
        ({"transport_mode": "3"}, False),
        ({"place_of_loading": "TRMER"}, False),
    ],
)
def test_do_not_load_is_lawful_only_for_containers_in_deep_sea_traffic(
    at: datetime, changes: dict[str, object], *, lawful: bool
) -> None:
    values: dict[str, object] = {"place_of_loading": "ECGYE"}
    ens = lodged(harmless(at, **(values | changes)), at)
    assert (do_not_load_refused(ens, at) is None) is lawful
    assert do_not_load_refused(ens, at + timedelta(hours=24)) is not None


def test_where_it_is_unlawful_the_page_says_why(desk: Client, at: datetime) -> None:
    case = case_of(bananas(at), at)
    Clock.objects.filter(ens=case.ens, kind="do_not_load").delete()
    page = desk.get(reverse("review", args=[case.pk])).content.decode()
    assert "only for containers in deep sea traffic" in page
    assert 'id="verb-do_not_load"' not in page


def test_the_registers_show_what_waits(desk: Client, case: Case, officer: User) -> None:
    measure = proposed(desk, case)
    control = placed(
        case.ens, officer, measure.placed_at, kind="control", reason_code="CTL-02", place=OFFICE
    )
    assert reverse("measure", args=[measure.pk]) in desk.get("/measures/").content.decode()
    controls = desk.get("/controls/").content.decode()
    assert reverse("measure", args=[control.pk]) in controls
    assert "CTL-02 Scan" in controls


def test_a_stranger_finds_no_measure(desk: Client, case: Case) -> None:
    measure = proposed(desk, case)
    client = Client()
    client.force_login(person(Role.OFFICER, offices=("NL000432",)))
    address = reverse("measure", args=[measure.pk])
    assert client.get(address).status_code == 404
    assert client.post(address, {"step": "sign"}).status_code == 404
    assert reverse("measure", args=[measure.pk]) not in client.get("/measures/").content.decode()


def test_a_control_runs_on_its_page_and_its_trader_is_told(
    desk: Client, officer: User, at: datetime
) -> None:
    ens = lodged(harmless(at), at)
    control = placed(ens, officer, at, kind="control", reason_code="CTL-02", place=OFFICE)
    address = reverse("measure", args=[control.pk])
    base = {"version": "1", "note": "Mass in doubt."}
    day = (at + timedelta(days=2)).strftime("%Y-%m-%dT%H:%M")
    for step, values in (
        ("order", {"reason_code": "CTL-02", "objects": "The container"}),
        ("schedule", {"scheduled_at": day, "to_present": "The container", "announce": "yes"}),
        ("start", {}),
        ("result", {"reason_code": "RES-01", "method": "Scan", "amount-1": "1", "what-1": "box"}),
    ):
        assert desk.post(address, base | {"step": step} | values).status_code == 302, step
    control.refresh_from_db()
    assert (control.status, control.control.quantities) == ("conform", [["1", "box"]])
    appointed = f"{at + timedelta(days=2):%-d %b %Y %H:%M}"
    story = desk.get(reverse("ens", args=[ens.mrn])).content.decode()
    assert f"set for {appointed}" in story, "as it was typed"
    advance.drain()
    notices = OutboundMessage.objects.filter(kind="NOTICE", recipient=SENDER).order_by("pk")
    bodies = [json.loads(raw_body(each)) for each in notices]
    assert [each["notice"] for each in bodies] == [
        "control_ordered", "control_ended", "measure_lifted",
    ]  # fmt: skip
    assert bodies[0]["to_present"] == "The container"
    assert "Mass in doubt" not in str(bodies)


def test_the_control_of_what_is_diverted_can_only_be_given_up(
    desk: Client, officer: User, at: datetime
) -> None:
    ens = lodged(harmless(at), at)
    control = placed(ens, officer, at, kind="control", reason_code="CTL-02", place=OFFICE)
    address = reverse("measure", args=[control.pk])
    steps = re.compile(r'name="step" value="(\w+)"')
    assert steps.findall(desk.get(address).content.decode()) == ["order", "against"]
    Ens.objects.filter(pk=ens.pk).update(status="diverted")
    page = desk.get(address).content.decode()
    assert steps.findall(page) == ["against"]
    assert "Diverted to another State." in page


def test_the_terminal_is_told_to_keep_and_to_let_go(
    desk: Client, officer: User, at: datetime
) -> None:
    PortSystem.objects.create(name="Terminal", location="NLRTM", operator=operator("NL777777777"))
    ens = lodged(harmless(at), at)
    hold = placed(ens, officer, at, kind="hold", reason_code="HLD-06")
    values = {"step": "lift", "version": "1", "reason_code": "HLD-L1", "note": "Cleared up."}
    assert desk.post(reverse("measure", args=[hold.pk]), values).status_code == 302
    advance.drain()
    told = OutboundMessage.objects.filter(channel="terminal").order_by("pk")
    bodies = [json.loads(raw_body(each)) for each in told]
    assert [each.kind for each in told] == ["BLOCK", "UNBLOCK"]
    assert {each["reference"] for each in bodies} == {f"H{hold.pk}"}
    assert bodies[0]["containers"] == [CONTAINER]
    assert not OutboundMessage.objects.filter(channel="trader").exists()


def test_goods_are_presented_and_released_on_the_page(desk: Client, at: datetime) -> None:
    ens = lodged(harmless(at), at)
    Ens.objects.filter(pk=ens.pk).update(status="assessed")
    goods = ConsignmentLife.objects.get(filing__membership__ens=ens)
    address = reverse("act_on_goods", args=[ens.mrn])
    assert 'value="present"' in desk.get(reverse("ens", args=[ens.mrn])).content.decode()
    desk.post(address, {"verb": "present", "consignment": goods.pk})
    assert ">Do</th>" in desk.get(reverse("ens", args=[ens.mrn])).content.decode()
    desk.post(address, {"verb": "release", "consignment": goods.pk})
    goods.refresh_from_db()
    assert goods.goods == "released"
    assert ">Do</th>" not in desk.get(reverse("ens", args=[ens.mrn])).content.decode()
