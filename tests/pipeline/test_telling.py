"""What other administrations are told, take back, refuse and tell back."""

from datetime import timedelta
from typing import Any

import msgspec
import pytest
from django.db import transaction

from customs_portal.accounts.models import User
from customs_portal.events import advance
from customs_portal.events.models import Event
from customs_portal.findings import Finding
from customs_portal.pages.reads.partners import partner_page
from declarations.models import (
    ConsignmentLife,
    Ens,
    Measure,
    SubsequentEntryFeedback,
    SubsequentEntryNotice,
)
from declarations.services import controls
from declarations.services.lifting import StepOrder, take_steps
from declarations.services.results import Changed
from declarations.services.subsequent_entry import Act, act_on_notices
from messaging.formats.answers import Envelope, FunctionalRejection
from messaging.formats.ics1.noticing import write_feedback
from messaging.formats.ics1.responding import write_functional_rejection
from messaging.formats.registry import check, read
from messaging.formats.transmissions import Feedback, Transmitted
from messaging.invariants.book import breaches
from messaging.invariants.invariant import Scope
from messaging.models import InboundMessage, OutboundMessage, Partner
from messaging.open_cases import tell_of_open_cases
from messaging.reads import raw_body
from risk.models import Case
from risk.services import Decided, decide
from tests.messaging.builders import minimal_document as declaration
from tests.pipeline.conftest import AT, publish
from tests.pipeline.partners import (
    connected,
    errors,
    foreign_mrn,
    notification,
    reply_to,
)
from tests.pipeline.test_main_job import (
    BANANAS,
    decided,
    drain,
    flagged,
    order,
    send,
    send_bytes,
)


@pytest.fixture(autouse=True)
def rules() -> None:
    publish(("TST-01", BANANAS))


@pytest.fixture
def belgium() -> str:
    return connected()


def codes(recipient: str = "BE") -> list[list[str]]:
    """Return the results of each IE319 to a State, in their order."""
    found = []
    for message in OutboundMessage.objects.filter(kind="CD319A", recipient=recipient).order_by(
        "pk"
    ):
        content = read(raw_body(message)).content
        assert isinstance(content, Transmitted)
        found.append([each.code for each in content.results])
    return found


def notices() -> list[tuple[str, str]]:
    rows = SubsequentEntryNotice.objects.order_by("pk")
    return list(rows.values_list("result_code", "state"))


def swept(ens: Ens, before: timedelta) -> int:
    at = ens.expected_arrival - before
    with transaction.atomic():
        count = tell_of_open_cases(at=at)
    advance.drain(at=at)
    assert list(breaches(Scope(sample=None))) == []
    return count


def test_an_open_case_is_told_two_hours_before_first_entry_and_withdrawn_after(
    lodger: str, officer: User
) -> None:
    send(lodger, flagged())
    drain()
    ens = Ens.objects.get()
    assert swept(ens, timedelta(hours=3)) == 0
    assert swept(ens, timedelta(hours=2)) == 1
    assert swept(ens, timedelta(hours=1)) == 0
    assert (codes("BE"), codes("DE")) == ([["OPEN"]], [["OPEN"]])
    assert notices() == [("OPEN", "expected")]
    decided(officer, verb="no_further_action", reason_code="NFA-01")
    assert codes("BE") == [["OPEN"], ["N"]]
    assert notices() == [("OPEN", "withdrawn")]
    assert list(breaches(Scope(sample=None))) == []


def test_a_decision_replaces_the_open_result_and_lifting_withdraws_it(
    lodger: str, officer: User
) -> None:
    send(lodger, flagged())
    drain()
    ens = Ens.objects.get()
    swept(ens, timedelta(hours=2))
    decided(officer)
    assert codes("BE") == [["OPEN"], ["B"]]
    assert notices() == [("OPEN", "replaced"), ("B", "expected")]
    hold = Measure.objects.get()
    order = StepOrder(measure=hold.pk, verb="lift", reason_code="HLD-L1", version=1, note="Gone")
    with transaction.atomic():
        take_steps([order], officer=officer, at=AT)
    drain()
    assert codes("BE") == [["OPEN"], ["B"], ["N"]]
    assert notices()[-1] == ("B", "withdrawn")


def test_a_risk_that_stands_after_an_amendment_is_told_with_the_new_declaration(
    lodger: str, officer: User
) -> None:
    send(lodger, flagged())
    drain()
    decided(officer)
    ens = Ens.objects.get()
    amended = msgspec.structs.replace(
        flagged(conveyance_reference="VOY2"), type="IE313", lrn=None, mrn=ens.mrn
    )
    send(lodger, amended, "A2")
    drain()
    assert codes("BE") == [["B"]]
    case = Case.objects.open().get()
    with transaction.atomic():
        [result] = decide(
            [order(case, verb="no_further_action", reason_code="NFA-01")], officer=officer, at=AT
        )
    assert isinstance(result, Decided)
    drain()
    assert codes("BE") == [["B"], ["B"]]
    last = OutboundMessage.objects.filter(kind="CD319A", recipient="BE").latest("pk")
    assert (last.ens_version, b"VOY2" in raw_body(last)) == (2, True)
    assert notices()[-1] == ("B", "expected")


def test_nothing_is_withdrawn_that_was_never_told(lodger: str, officer: User) -> None:
    send(lodger, flagged())
    drain()
    decided(officer, verb="no_further_action", reason_code="NFA-01")
    assert (codes("BE"), notices()) == ([], [])


def feedback(mrn: str, office: str = "BE101000", message_id: str = "F1") -> bytes:
    content = Feedback(
        mrn=mrn, office=office, action="not_controlled", acted_at=AT, result="Ship went on"
    )
    envelope = Envelope(sender="NTA.BE", recipient="NTA.NL", message_id=message_id, prepared_at=AT)
    return write_feedback(content, envelope)


def test_feedback_of_another_state_is_kept_and_stands_in_the_story(
    lodger: str, officer: User, belgium: str
) -> None:
    send(lodger, flagged())
    drain()
    decided(officer)
    ens = Ens.objects.get()
    correlation = send_bytes(belgium, feedback(ens.mrn))
    drain()
    assert reply_to(correlation) is None
    kept = SubsequentEntryFeedback.objects.get()
    assert (kept.ens, kept.office, kept.action) == (ens, "BE101000", "not_controlled")
    told = Event.objects.get(kind="subsequent_entry.feedback", stream=ens.pk)
    assert told.data["result"] == "Ship went on"
    assert list(breaches(Scope(sample=None))) == []


def test_what_the_first_office_found_stands_in_the_story_at_the_later_one(belgium: str) -> None:
    send_bytes(belgium, notification())
    drain()
    send_bytes(belgium, feedback(foreign_mrn()))
    drain()
    ens = Ens.objects.get()
    kept = SubsequentEntryFeedback.objects.get()
    assert (kept.ens, kept.country, kept.office) == (ens, "BE", "BE101000")
    assert Event.objects.filter(kind="subsequent_entry.feedback", stream=ens.pk).count() == 1
    assert list(breaches(Scope(sample=None))) == []


def controlled(measure: Measure, officer: User) -> None:
    """Order a control, begin it on goods that are here, and end it."""
    ConsignmentLife.objects.update(goods="presented")
    order = controls.ControlOrder(
        measure=measure.pk, version=1, type="CTL-03", objects="Box", note="As advised."
    )
    result = controls.ControlResult(
        measure=measure.pk,
        result_code="RES-04",
        method="Opened",
        finding="Cartons that were not declared",
        quantities=(("3", "cartons"),),
    )
    steps: tuple[tuple[Any, Any], ...] = (
        (controls.order_controls, order),
        (controls.start_controls, measure.pk),
        (controls.record_results, result),
    )
    for verb, wanted in steps:
        with transaction.atomic():
            [done] = verb([wanted], officer=officer, at=AT)
        assert isinstance(done, Changed), done


def test_what_our_control_found_is_told_to_the_states_that_were_told_of_the_risk(
    lodger: str, officer: User, belgium: str
) -> None:
    send(lodger, flagged())
    drain()
    decided(officer, verb="control", reason_code="CTL-03", place="NL000396", announce=False)
    measure = Measure.objects.get()
    controlled(measure, officer)
    drain()
    sent = OutboundMessage.objects.filter(kind="XF319A").order_by("pk")
    assert list(sent.values_list("recipient", flat=True)) == ["BE", "DE"]
    reading = read(raw_body(sent[0])).content
    assert isinstance(reading, Feedback)
    assert (reading.office, reading.action) == ("NL000396", "controlled")
    assert reading.result == "RES-04 Seizure: 3 cartons"
    assert list(breaches(Scope(sample=None))) == []


def test_feedback_on_what_was_never_told_is_refused(lodger: str, belgium: str) -> None:
    send(lodger, declaration())
    drain()
    ens = Ens.objects.get()
    first = send_bytes(belgium, feedback(ens.mrn))
    second = send_bytes(belgium, feedback(ens.mrn, office="DE004600", message_id="F2"))
    drain()
    assert errors(reply_to(first)) == [("90", ens.mrn)]
    assert errors(reply_to(second)) == [("12", "DE004600")]
    assert not SubsequentEntryFeedback.objects.exists()


def test_what_our_office_did_is_told_to_the_state_that_told_it(belgium: str, officer: User) -> None:
    send_bytes(belgium, notification(message_id="B7"))
    drain()
    act = Act(
        notice=SubsequentEntryNotice.objects.get().pk, action="controlled", feedback="Conform"
    )
    with transaction.atomic():
        act_on_notices([act], officer=officer, at=AT)
    drain()
    sent = OutboundMessage.objects.get(kind="XF319A")
    assert (sent.channel, sent.recipient, sent.mrn) == ("partner", "BE", foreign_mrn())
    assert check(raw_body(sent)).findings == []
    reading = read(raw_body(sent))
    assert reading.correlation == "B7"
    assert isinstance(reading.content, Feedback)
    assert (reading.content.action, reading.content.result) == ("controlled", "Conform")
    assert list(breaches(Scope(sample=None))) == []


def refusal(correlation: str, message_id: str = "E1") -> bytes:
    finding = Finding(code="91", location="HEAHEA.DocNumHEA5", text="In use", value="x")
    envelope = Envelope(
        sender="NTA.BE",
        recipient="NTA.NL",
        message_id=message_id,
        prepared_at=AT,
        correlation=correlation,
    )
    return write_functional_rejection(FunctionalRejection(envelope=envelope, findings=[finding]))


def test_a_refused_message_of_ours_says_so_and_nobody_answers_an_error(
    lodger: str, officer: User, belgium: str
) -> None:
    send(lodger, flagged())
    drain()
    decided(officer)
    sent = OutboundMessage.objects.get(kind="CD319A", recipient="BE")
    about_germany = OutboundMessage.objects.get(kind="CD319A", recipient="DE")
    bodies = [
        refusal(sent.message_identification),
        refusal(about_germany.message_identification, "E2"),
        refusal("NONE", "E3"),
        refusal(sent.message_identification, "E4").replace(b"<FUNERRER1>", b"<FUNERRER1><x/>"),
    ]
    correlations = [send_bytes(belgium, body) for body in bodies]
    drain()
    assert [reply_to(each) for each in correlations] == [None] * 4
    states = InboundMessage.objects.filter(correlation__in=correlations)
    assert set(states.values_list("state", flat=True)) == {"taken_in"}
    sent.refresh_from_db()
    about_germany.refresh_from_db()
    assert (sent.state, about_germany.state) == ("refused", "waiting")
    told = Event.objects.get(kind="message.refused")
    assert (told.stream, told.data["errors"]) == (sent.ens_id, "91 HEAHEA.DocNumHEA5")
    [shown] = partner_page(Partner.objects.get(code="BE"), AT).refused
    assert (shown.name, shown.why) == (sent.message_identification, told.data["errors"])
    assert Event.objects.filter(kind="message.discarded").count() == 3
    assert list(breaches(Scope(sample=None))) == []
