"""The main job from bytes to told, run by the engine itself."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import msgspec
import pytest
from django.db import transaction
from lxml import etree

from customs_portal.accounts.models import User
from customs_portal.events import advance
from customs_portal.events.models import Delivery, Event
from declarations.document import Document, Party
from declarations.models import Ens, Filing, Measure, SubsequentEntryNotice
from declarations.mrn import is_valid
from messaging.formats.ics1.writing import write_declaration
from messaging.inbox import receive
from messaging.models import InboundMessage, OutboundMessage
from messaging.reads import raw_body
from risk.engine.operators import Operator as Op
from risk.engine.tree import Leaf
from risk.models import Assessment, Case
from risk.services import Decided, DecisionOrder, Refused, decide
from tests.messaging.builders import envelope
from tests.messaging.builders import minimal_document as declaration
from tests.pipeline.conftest import AT, CARRIER, LODGER, operator, publish

BANANAS = Leaf(field="item.hs6", operator=Op.IN_VALUES, values=("080390",))


def drain() -> None:
    advance.drain(at=AT)
    problems = Delivery.objects.exclude(error="").exclude(error__startswith="NoRuleSet")
    assert not list(problems.values_list("consumer", "error"))


def send(token: str, document: Document, message_id: str = "M0000000000001") -> UUID:
    body = write_declaration(document, envelope(message_id=message_id))
    return send_bytes(token, body)


def send_bytes(token: str, body: bytes) -> UUID:
    correlation = receive(token_digest=token, body=body, at=AT)
    assert correlation is not None
    return correlation


def answer(correlation: UUID) -> "etree._Element":
    message = InboundMessage.objects.get(correlation=correlation)
    message = message.repeats or message
    assert message.answer is not None
    return etree.fromstring(raw_body(message.answer))


def flagged(**changes: Any) -> Document:
    document = declaration(subsequent_offices=("BE101000", "DE004600", "NL000510"), **changes)
    item = msgspec.structs.replace(next(document.items()), commodity_code="080390")
    consignment = msgspec.structs.replace(document.consignments[0], items=(item,))
    return msgspec.structs.replace(document, consignments=(consignment,))


def test_a_declaration_gets_its_mrn_and_passes_without_risk(lodger: str) -> None:
    publish(("TST-01", BANANAS))
    correlation = send(lodger, declaration())
    drain()
    reply = answer(correlation)
    mrn = reply.findtext("HEAHEA/DocNumHEA5")
    assert reply.tag == "{http://ics.dgtaxud.ec/CC328A}CC328A"
    assert mrn is not None
    assert is_valid(mrn)
    assert mrn.startswith("26NL000396")
    assert Ens.objects.get(mrn=mrn).status == Ens.Status.ASSESSED
    assert Assessment.objects.get().result == Assessment.Result.NO_RISK
    assert not Case.objects.exists()
    assert not Delivery.objects.exists()


def test_a_hit_stands_in_the_queue_with_its_due_time(lodger: str) -> None:
    publish(("TST-01", BANANAS))
    send(lodger, flagged())
    drain()
    case = Case.objects.get()
    assessment = Assessment.objects.get()
    assert case.status == Case.Status.OPEN
    assert case.due_at == case.ens.analysis_ends_at > AT
    assert assessment.status == Assessment.Status.REVIEW
    assert assessment.hits[0]["rule"] == "TST-01"
    assert case.ens.status == Ens.Status.IN_ANALYSIS


def test_without_published_rules_nothing_passes(lodger: str) -> None:
    send(lodger, declaration())
    drain()
    assert not Assessment.objects.exists()
    waiting = Delivery.objects.get(consumer="assess")
    assert waiting.error.startswith("NoRuleSet in ")
    assert Ens.objects.get().status == Ens.Status.READY


def order(case: Case, **changes: object) -> DecisionOrder:
    base = DecisionOrder(
        case=case.pk, revision=case.revision, verb="hold", reason_code="HLD-01", note="Looked"
    )
    return msgspec.structs.replace(base, **changes)


def decided(officer: User, **changes: object) -> Case:
    case = Case.objects.open().get()
    with transaction.atomic():
        [result] = decide([order(case, **changes)], officer=officer, at=AT)
    assert isinstance(result, Decided), result
    drain()
    case.refresh_from_db()
    return case


def test_an_announced_hold_is_told_to_lodger_carrier_and_other_states(
    lodger: str, officer: User
) -> None:
    operator(CARRIER)
    publish(("TST-01", BANANAS))
    send(lodger, flagged(carrier=Party(identifier=CARRIER)))
    drain()
    case = decided(officer, announce=True)
    notices = OutboundMessage.objects.filter(kind="CC351A").order_by("recipient")
    assert [notice.recipient for notice in notices] == [LODGER, CARRIER]
    notice = etree.fromstring(raw_body(notices[0]))
    assert notice.findtext("CUSINT632/CusIntCodCUSINT665") == "HLD1"
    transmissions = OutboundMessage.objects.filter(kind="CD319A").order_by("recipient")
    assert [message.recipient for message in transmissions] == ["BE", "DE"]
    assert SubsequentEntryNotice.objects.get().office == "NL000510"
    assert case.status == Case.Status.CLOSED
    assert Assessment.objects.of(case.ens).get().result == Assessment.Result.RISK


def test_an_unannounced_hold_sends_nothing_to_the_trader(lodger: str, officer: User) -> None:
    publish(("TST-01", BANANAS))
    send(lodger, flagged())
    drain()
    before = OutboundMessage.objects.filter(channel="trader").count()
    decided(officer, announce=False)
    assert Measure.objects.get().announced_at is None
    assert OutboundMessage.objects.filter(channel="trader").count() == before
    assert OutboundMessage.objects.filter(kind="CD319A").count() == 2


def test_no_further_action_tells_nobody(lodger: str, officer: User) -> None:
    publish(("TST-01", BANANAS))
    send(lodger, flagged())
    drain()
    before = OutboundMessage.objects.count()
    case = decided(officer, verb="no_further_action", reason_code="NFA-01")
    assert Assessment.objects.of(case.ens).get().result == Assessment.Result.NO_RISK
    assert OutboundMessage.objects.count() == before
    assert not Measure.objects.exists()


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"revision": 2}, "stale_version"),
        ({"verb": "release"}, "unknown_verb"),
        ({"reason_code": "NFA-01"}, "reason"),
        ({"note": " ", "reason_code": "HLD-05"}, "note"),
        ({"announce": True, "reason_code": "HLD-06"}, "announce"),
        ({"announce": False, "reason_code": "HLD-04"}, "announce"),
        ({"subject": "item", "reference": "99"}, "subject"),
        ({"verb": "control", "reason_code": "CTL-02", "place": "DE000000"}, "place"),
    ],
)
def test_a_refused_decision_changes_nothing(
    lodger: str, officer: User, changes: dict[str, object], code: str
) -> None:
    publish(("TST-01", BANANAS))
    send(lodger, flagged())
    drain()
    events = Event.objects.count()
    with transaction.atomic():
        [result] = decide([order(Case.objects.get(), **changes)], officer=officer, at=AT)
    assert isinstance(result, Refused)
    assert result.findings[0].code == code
    assert Case.objects.get().status == Case.Status.OPEN
    assert not Measure.objects.exists()
    assert Event.objects.count() == events


def test_an_lrn_in_use_is_refused_and_a_rejected_one_is_free_again(lodger: str) -> None:
    publish(("TST-01", BANANAS))
    first = send(lodger, declaration(office_of_first_entry="DE004600"), "A")
    second = send(lodger, declaration(), "B")
    third = send(lodger, declaration(), "C")
    drain()
    assert answer(first).findtext("FUNERRER1/ErrTypER11") == "14"
    assert answer(second).findtext("HEAHEA/DocNumHEA5")
    error = answer(third).find("FUNERRER1")
    assert error is not None
    assert error.findtext("ErrTypER11") == "26"
    assert error.findtext("ErrPoiER12") == "HEAHEA.RefNumHEA4"
    assert Filing.objects.filter(status="rejected").count() == 2
    assert Filing.objects.filter(status="registered").count() == 1


def test_the_same_bytes_again_get_the_first_answer(lodger: str) -> None:
    publish(("TST-01", BANANAS))
    first, second = send(lodger, declaration()), send(lodger, declaration())
    drain()
    assert etree.tostring(answer(first)) == etree.tostring(answer(second))
    assert Filing.objects.count() == 1
    assert OutboundMessage.objects.count() == 1


def test_other_bytes_under_the_same_message_id_are_refused(lodger: str) -> None:
    publish(("TST-01", BANANAS))
    send(lodger, declaration())
    stolen = send(lodger, declaration(lrn="OTHER"))
    drain()
    error = answer(stolen).find("FUNERRER1")
    assert error is not None
    assert (error.findtext("ErrTypER11"), error.findtext("ErrPoiER12")) == ("26", "MES.MesIdeMES19")
    assert Filing.objects.filter(status="registered").count() == 1


def test_a_foreign_sender_learns_nothing_but_that(lodger: str) -> None:
    stranger = operator("NL555555555")
    correlation = send(stranger, declaration(office_of_first_entry="DE004600"))
    drain()
    errors = answer(correlation).findall("FUNERRER1")
    assert [error.findtext("ErrPoiER12") for error in errors] == ["MES.MesSenMES3"]
    assert errors[0].findtext("ErrTypER11") == "12"
    assert not Ens.objects.exists()


@pytest.mark.parametrize(
    "body", [b"not xml", b"<?xml version='1.0'?><a", b"<!DOCTYPE x><x/>", b"\xff\xfe\x00<x/>"]
)
def test_what_is_no_declaration_gets_an_xml_error(lodger: str, body: bytes) -> None:
    correlation = send_bytes(lodger, body)
    drain()
    reply = answer(correlation)
    assert etree.QName(reply).localname == "CD917B"
    assert reply.findtext("XMLERR805/ErrCodXMLER806")
    assert not Filing.objects.exists()
    assert not Delivery.objects.exists()


def test_an_unknown_token_stores_nothing() -> None:
    assert receive(token_digest="0" * 128, body=b"<x/>", at=AT) is None
    assert not InboundMessage.objects.exists()


def test_a_dead_token_stores_nothing(lodger: str) -> None:
    from customs_portal.accounts.models import ApiToken

    ApiToken.objects.update(expiry=AT - timedelta(seconds=1))
    assert receive(token_digest=lodger, body=b"<x/>", at=AT) is None
    assert not InboundMessage.objects.exists()


def test_a_batch_of_many_is_lodged_together(lodger: str) -> None:
    publish(("TST-01", BANANAS))
    for number in range(60):
        send(lodger, declaration(lrn=f"LRN{number}"), f"M{number}")
    drain()
    assert Ens.objects.filter(status=Ens.Status.ASSESSED).count() == 60
    assert len(set(Filing.objects.values_list("mrn", flat=True))) == 60
    assert OutboundMessage.objects.filter(kind="CC328A").count() == 60
