"""IE301, IE302 and IE303 at the office where the means arrives: handed over, asked for, given."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db import transaction

from customs_portal.events import advance
from declarations.models import (
    ArrivalLine,
    Clock,
    DeclarationRequest,
    Ens,
    ReceivedTransmission,
    SubsequentEntryNotice,
)
from declarations.mrn import make_mrn
from declarations.services.asking import ask_again, end_requests
from declarations.services.unmatched import give_up_asking
from messaging.formats.answers import DeclarationsAnswer, Envelope, RefusedDeclaration, RiskResult
from messaging.formats.ics1.responding import write_declarations
from messaging.formats.registry import check, read
from messaging.formats.requests import DeclarationsRequest
from messaging.invariants.book import breaches
from messaging.invariants.invariant import Scope
from messaging.models import OutboundMessage
from messaging.reads import raw_body
from risk.models import Assessment, Case
from tests.messaging.builders import arrival_message
from tests.messaging.builders import minimal_document as declaration
from tests.pipeline.conftest import AT, publish
from tests.pipeline.partners import (
    changed,
    connected,
    errors,
    foreign_document,
    foreign_mrn,
    hand_over,
    later,
    notification,
    reply_to,
    transmission,
)
from tests.pipeline.test_main_job import BANANAS, drain, flagged, send, send_bytes

HOLD = RiskResult(code="B", text="Action at first entry")
ELSEWHERE = foreign_document(subsequent_offices=())


@pytest.fixture(autouse=True)
def rules() -> None:
    publish(("TST-01", BANANAS))


@pytest.fixture
def belgium() -> str:
    return connected()


def taken(token: str, body: bytes) -> UUID:
    """Return the correlation id of a message once it is taken in; nothing is broken by it."""
    correlation = send_bytes(token, body)
    drain()
    assert list(breaches(Scope(sample=None))) == []
    return correlation


def test_what_is_handed_over_is_assessed_again_with_our_rules(belgium: str) -> None:
    correlation = taken(belgium, hand_over(document=ELSEWHERE))
    assert reply_to(correlation) is None
    ens = Ens.objects.get()
    assert (ens.mrn, ens.role, ens.status) == (foreign_mrn(), "actual_first_entry", "assessed")
    assert Assessment.objects.get().result == "no_risk"
    assert not Case.objects.exists()


def test_our_rules_find_what_the_declared_office_did_not(belgium: str) -> None:
    bananas = flagged(office_of_first_entry="BE101000", expected_arrival=AT + timedelta(days=2))
    taken(belgium, hand_over(document=bananas))
    case = Case.objects.get()
    assert (case.ens.role, case.office, case.cause) == ("actual_first_entry", "NL000510", "risk")
    assert Clock.objects.filter(kind="analysis", stopped_at=None).exists()


def test_a_result_of_the_declared_office_is_looked_at_though_our_rules_find_nothing(
    belgium: str,
) -> None:
    taken(belgium, hand_over(HOLD, document=ELSEWHERE))
    case = Case.objects.get()
    assert (case.cause, case.outcome) == ("told", "hold")
    assert ReceivedTransmission.objects.get().results[0]["code"] == "B"


def test_the_same_hand_over_again_changes_nothing_and_a_newer_one_is_assessed_anew(
    belgium: str,
) -> None:
    taken(belgium, hand_over(document=ELSEWHERE))
    taken(belgium, hand_over(document=ELSEWHERE, message_id="B2", prepared_at=later(1)))
    assert (Ens.objects.get().version, Assessment.objects.count()) == (1, 1)
    newer = changed(ELSEWHERE, conveyance_reference="VOY9")
    taken(belgium, hand_over(document=newer, message_id="B3", prepared_at=later(2)))
    taken(belgium, hand_over(document=ELSEWHERE, message_id="B4", prepared_at=later(0)))
    assert (Ens.objects.get().version, Assessment.objects.count()) == (2, 2)


def test_a_later_office_becomes_the_first_one(belgium: str) -> None:
    taken(belgium, notification())
    taken(belgium, hand_over(message_id="B2", prepared_at=later(1)))
    ens = Ens.objects.get()
    assert (ens.role, ens.office_of_first_entry) == ("actual_first_entry", "NL000396")
    assert SubsequentEntryNotice.objects.get().state == "replaced"
    assert Assessment.objects.count() == 1


def test_a_risk_told_of_a_changed_declaration_that_is_ours_has_it_assessed_anew(
    belgium: str,
) -> None:
    """IE319 after IE301, in time: a case waits for who decides on the version that is known now."""
    taken(belgium, hand_over(document=ELSEWHERE))
    newer = changed(foreign_document(), conveyance_reference="VOY9")
    taken(belgium, notification(HOLD, message_id="B2", prepared_at=later(1), document=newer))
    ens = Ens.objects.get()
    assert (ens.role, ens.version) == ("actual_first_entry", 2)
    states = Assessment.objects.order_by("pk").values_list("ens_version__number", "status")
    assert list(states) == [(1, "concluded"), (2, "review")]
    case = Case.objects.get()
    assert (case.cause, case.revision) == ("changed", 1)
    later_still = changed(newer, conveyance_reference="VOY10")
    body = notification(HOLD, message_id="B3", prepared_at=later(2), document=later_still)
    taken(belgium, body)
    assert list(states.all()) == [(1, "concluded"), (2, "superseded"), (3, "review")]


def test_a_wrong_hand_over_is_refused(belgium: str, lodger: str) -> None:
    send(lodger, declaration())
    drain()
    ours = Ens.objects.get()
    unknown = make_mrn(office="NL000396", number=77, at=AT)
    bodies = {
        hand_over(mrn=ours.mrn, message_id="H1"): ("91", ours.mrn),
        hand_over(mrn=unknown, message_id="H2"): ("90", unknown),
        hand_over(document=declaration(), message_id="H3"): ("14", "NL000396"),
    }
    for body, error in bodies.items():
        assert errors(reply_to(taken(belgium, body))) == [error]
    assert Ens.objects.count() == 1


def test_a_declaration_for_us_lodged_elsewhere_is_taken_in_where_that_is_agreed(
    belgium: str, settings: Any
) -> None:
    settings.LODGEMENT_ELSEWHERE = True
    taken(belgium, hand_over(document=declaration()))
    ens = Ens.objects.get()
    assert (ens.role, ens.office_of_first_entry) == ("first_entry", "NL000396")
    assert (ens.mrn, Assessment.objects.get().result) == (foreign_mrn(), "no_risk")


def arrived(token: str, mrn: str) -> ArrivalLine:
    send_bytes(token, arrival_message(mrn))
    drain()
    return ArrivalLine.objects.get()


def answer(
    *mrns: str,
    refused: tuple[tuple[str, str], ...] = (),
    message_id: str = "G1",
    reference: str = "",
) -> bytes:
    """Return an IE303 of Belgium on our only request."""
    envelope = Envelope(sender="NTA.BE", recipient="NTA.NL", message_id=message_id, prepared_at=AT)
    given = [transmission(mrn=mrn, document=changed(ELSEWHERE, lrn=mrn)) for mrn in mrns]
    return write_declarations(
        DeclarationsAnswer(
            envelope=envelope,
            reference=reference or DeclarationRequest.objects.get().reference,
            office="NL000396",
            declarations=given,
            refused=[
                RefusedDeclaration(mrn=mrn, code=code, reason="Not here") for mrn, code in refused
            ],
        )
    )


def test_an_arrival_of_a_foreign_declaration_asks_its_state(belgium: str, lodger: str) -> None:
    line = arrived(lodger, foreign_mrn())
    assert line.state == "asked"
    [sent] = OutboundMessage.objects.filter(kind="CD302A")
    assert (sent.channel, sent.recipient) == ("partner", "BE")
    assert check(raw_body(sent)).findings == []
    content = read(raw_body(sent)).content
    assert isinstance(content, DeclarationsRequest)
    assert [each.mrn for each in content.operations] == [foreign_mrn()]
    assert content.actual_office == "NL000396"


def test_what_is_given_is_taken_over_and_the_waiting_line_matched(
    belgium: str, lodger: str
) -> None:
    arrived(lodger, foreign_mrn())
    assert reply_to(taken(belgium, answer(foreign_mrn()))) is None
    ens = Ens.objects.get()
    assert (ens.role, ens.office_of_first_entry) == ("actual_first_entry", "NL000396")
    line = ArrivalLine.objects.get()
    assert (line.state, line.ens, line.hold) == ("resolved", ens, "none")
    assert ens.members.get().filing.consignments.get().goods == "arrived"
    assert Assessment.objects.get().ens == ens
    request = DeclarationRequest.objects.get()
    assert (request.state, request.given) == ("answered", [foreign_mrn()])


def test_what_is_refused_is_held(belgium: str, lodger: str) -> None:
    arrived(lodger, foreign_mrn())
    taken(belgium, answer(refused=((foreign_mrn(), "90"),)))
    line = ArrivalLine.objects.get()
    assert (line.state, line.hold) == ("unmatched", "in_force")
    assert DeclarationRequest.objects.get().refused == [[foreign_mrn(), "90"]]


def test_an_answer_nobody_asked_for_is_refused(belgium: str, lodger: str) -> None:
    arrived(lodger, foreign_mrn())
    unasked = taken(belgium, answer(foreign_mrn(), reference="NL1", message_id="G0"))
    assert errors(reply_to(unasked)) == [("92", "NL1")]
    assert not Ens.objects.exists()
    taken(belgium, answer(foreign_mrn()))
    again = taken(belgium, answer(foreign_mrn(), message_id="G2"))
    reference = DeclarationRequest.objects.get().reference
    assert errors(reply_to(again)) == [("92", reference)]


def test_an_unanswered_request_is_repeated_each_hour_and_ends_after_four(
    belgium: str, lodger: str
) -> None:
    arrived(lodger, foreign_mrn())
    for minutes, asked in ((59, 1), (60, 2), (61, 2), (125, 3), (241, 3)):
        at = AT + timedelta(minutes=minutes)
        with transaction.atomic():
            ask_again(at=at)
            end_requests(at=at)
            give_up_asking(at=at)
        advance.drain(at=at)
        assert OutboundMessage.objects.filter(kind="CD302A").count() == asked
    assert DeclarationRequest.objects.get().state == "timed_out"
    assert ArrivalLine.objects.get().hold == "in_force"
    taken(belgium, answer(foreign_mrn()))
    assert ArrivalLine.objects.get().hold == "moved"


def test_a_means_is_asked_for_by_its_entry_key(belgium: str, lodger: str) -> None:
    """The arrival names a State and no MRN: all that was declared there for the means is given."""
    body = arrival_message("X").replace(
        b"<MRN>X</MRN>", b"<OfficeOfFirstEntryCountryCode>BE</OfficeOfFirstEntryCountryCode>"
    )
    send_bytes(lodger, body)
    drain()
    content = read(raw_body(OutboundMessage.objects.get(kind="CD302A"))).content
    assert isinstance(content, DeclarationsRequest)
    assert (content.key.means, content.key.country, content.operations) == ("9074729", "BE", ())
    taken(belgium, answer(foreign_mrn(1), foreign_mrn(2)))
    lines = ArrivalLine.objects.order_by("number")
    assert [(line.state, line.mrn) for line in lines] == [
        ("resolved", foreign_mrn(1)),
        ("resolved", foreign_mrn(2)),
    ]
    assert set(Ens.objects.values_list("role", flat=True)) == {"actual_first_entry"}


def test_an_lrn_of_another_state_is_no_lrn_of_ours(belgium: str, lodger: str) -> None:
    """Only we promise that an LRN is used once: of what others give we keep what they wrote."""
    for number in (1, 2):
        given = foreign_mrn(number)
        taken(belgium, hand_over(mrn=given, message_id=f"B{number}", document=ELSEWHERE))
    send(lodger, declaration(lrn=ELSEWHERE.lrn or ""))
    drain()
    assert list(breaches(Scope(sample=None))) == []
    assert Ens.objects.count() == 3
