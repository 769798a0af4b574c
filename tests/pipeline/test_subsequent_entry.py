"""IE319 of another State from bytes to the inbox: told, changed, withdrawn, late, refused."""

import pytest
from django.db import transaction

from customs_portal.accounts.models import Operator, User
from declarations.models import (
    ArrivalLine,
    Ens,
    Filing,
    Measure,
    ReceivedTransmission,
    SubsequentEntryNotice,
)
from declarations.mrn import make_mrn
from declarations.services.results import Changed, Refused
from declarations.services.subsequent_entry import Act, act_on_notices, arrive_at_office
from messaging.formats.answers import RiskResult
from messaging.invariants.book import breaches
from messaging.invariants.invariant import Scope
from messaging.models import InboundMessage
from risk.models import Assessment, Case
from tests.messaging.builders import arrival_message
from tests.messaging.builders import minimal_document as declaration
from tests.pipeline.conftest import AT, LODGER, operator, publish
from tests.pipeline.partners import (
    CONTROL,
    changed,
    connected,
    errors,
    foreign_document,
    foreign_mrn,
    later,
    notification,
    reply_to,
)
from tests.pipeline.test_main_job import BANANAS, drain, send, send_bytes

HOLD = RiskResult(code="B", text="Action at first entry")
WRONG = f"{foreign_mrn()[:-1]}{(int(foreign_mrn()[-1]) + 1) % 10}"
"""An MRN with a wrong check digit."""
WITHDRAWN = RiskResult(code="N", text="No risk")


@pytest.fixture(autouse=True)
def rules() -> None:
    publish(("TST-01", BANANAS))


@pytest.fixture
def belgium() -> str:
    return connected()


def told(token: str, body: bytes) -> InboundMessage:
    """Return the message once it is taken in; nothing is broken by it."""
    correlation = send_bytes(token, body)
    drain()
    assert list(breaches(Scope(sample=None))) == []
    return InboundMessage.objects.get(correlation=correlation)


def notice() -> SubsequentEntryNotice:
    return SubsequentEntryNotice.objects.live().select_related("ens").get()


def test_a_risk_told_by_another_state_is_in_the_inbox_with_its_declaration(belgium: str) -> None:
    message = told(belgium, notification(CONTROL, HOLD))
    assert (message.state, message.answer, message.findings) == ("taken_in", None, [])
    ens = Ens.objects.get()
    assert (ens.mrn, ens.role, ens.status) == (foreign_mrn(), "subsequent_entry", "assessed")
    found = notice()
    assert (found.office, found.told_by, found.state) == ("NL000396", "BE", "expected")
    assert (found.result_code, found.text) == ("B", "Action at first entry")
    kept = ReceivedTransmission.objects.get()
    assert [(each["item"], each["code"]) for each in kept.results] == [(1, "C"), (None, "B")]
    control = Measure.objects.get()
    assert (control.kind, control.status, control.place) == ("control", "recommended", "NL000396")
    assert not Assessment.objects.exists()
    assert not Case.objects.exists()


def test_no_trader_sees_what_another_state_told(belgium: str, lodger: str) -> None:
    told(belgium, notification())
    assert Filing.objects.get().declarant == LODGER
    trader = Operator.objects.get(eori=LODGER).memberships.get().user
    assert not Filing.objects.visible_to(trader).exists()


def test_the_newest_by_preparation_counts_whatever_comes_last(belgium: str) -> None:
    told(belgium, notification(HOLD, message_id="B2", prepared_at=later(10)))
    told(belgium, notification(CONTROL, message_id="B1", prepared_at=later(0)))
    assert notice().result_code == "B"
    assert list(
        ReceivedTransmission.objects.order_by("pk").values_list("set_aside", flat=True)
    ) == [
        False,
        True,
    ]
    told(belgium, notification(CONTROL, message_id="B3", prepared_at=later(20)))
    assert notice().result_code == "C"
    states = SubsequentEntryNotice.objects.order_by("pk").values_list("state", flat=True)
    assert list(states) == ["replaced", "expected"]


def test_a_changed_declaration_is_a_new_version(belgium: str) -> None:
    told(belgium, notification())
    newer = changed(foreign_document(), conveyance_reference="VOY999")
    told(belgium, notification(message_id="B2", prepared_at=later(5), document=newer))
    ens = Ens.objects.get()
    assert (ens.version, ens.status, notice().version) == (2, "assessed", 2)
    assert Measure.objects.get().reconfirm_since_version == 2


def test_a_withdrawal_leaves_the_office_nothing_to_do(belgium: str) -> None:
    told(belgium, notification())
    told(belgium, notification(WITHDRAWN, message_id="B2", prepared_at=later(5)))
    assert SubsequentEntryNotice.objects.get().state == "withdrawn"
    told(belgium, notification(message_id="B3", prepared_at=later(9)))
    assert notice().result_code == "C"


def test_what_comes_after_the_goods_is_late(belgium: str, lodger: str) -> None:
    """The arrival names an MRN that nobody here knows yet."""
    token = operator("NL555555555")
    body = arrival_message(
        foreign_mrn(), sender="NL555555555", message_id="A1", UniIdeDivHEA132="9074729"
    )
    send_bytes(token, body)
    drain()
    told(belgium, notification())
    found = notice()
    assert (found.state, found.is_late) == ("arrived", True)
    assert ArrivalLine.objects.get().state == "resolved"


def test_goods_that_arrive_with_their_means_are_arrived(belgium: str) -> None:
    told(belgium, notification())
    token = operator(LODGER)
    send_bytes(token, arrival_message(foreign_mrn()))
    drain()
    assert notice().state == "arrived"


@pytest.mark.parametrize(
    ("body", "error"),
    [
        (notification(mrn=WRONG), ("93", WRONG)),
        (
            notification(mrn=make_mrn(office="NL000396", number=99, at=AT)),
            ("90", make_mrn(office="NL000396", number=99, at=AT)),
        ),
        (notification(document=foreign_document(subsequent_offices=("DE004600",))), ("14", None)),
        (notification(RiskResult(code="C", item=7)), ("12", "7")),
        (notification(sender="NTA.DE"), ("12", "NTA.DE")),
        (notification(document=foreign_document(total_items=9)), ("13", "9")),
    ],
)
def test_a_wrong_notification_is_refused(
    belgium: str, body: bytes, error: tuple[str, str | None]
) -> None:
    message = told(belgium, body)
    assert errors(reply_to(message.correlation)) == [error]
    assert not Ens.objects.exists()


def test_an_unknown_structure_is_answered_by_an_xml_error(belgium: str) -> None:
    message = told(belgium, notification().replace(b"<RISANA>", b"<RISANA><x/>", 1))
    reply = reply_to(message.correlation)
    assert reply is not None
    assert reply.tag == "{http://ics.dgtaxud.ec/CD917B}CD917B"
    assert not Ens.objects.exists()


def test_a_state_cannot_speak_of_what_is_not_its_own(belgium: str, lodger: str) -> None:
    send(lodger, declaration(lrn="OURS"))
    drain()
    ours = Ens.objects.get()
    taken = told(belgium, notification(mrn=ours.mrn))
    assert errors(reply_to(taken.correlation)) == [("91", ours.mrn)]
    told(belgium, notification(message_id="B2"))
    germany = connected("DE", "DE0000000001")
    other = told(germany, notification(sender="NTA.DE", message_id="D1", prepared_at=later(9)))
    assert errors(reply_to(other.correlation)) == [("91", foreign_mrn())]
    assert notice().told_by == "BE"


def test_the_same_message_twice_counts_once(belgium: str) -> None:
    first = told(belgium, notification())
    again = told(belgium, notification())
    assert again.repeats == first
    other = told(belgium, notification(HOLD))
    assert errors(reply_to(other.correlation)) == [("26", "B1")]
    assert ReceivedTransmission.objects.count() == 1


def _acted(officer: User, action: str) -> Changed | Refused:
    with transaction.atomic():
        [result] = act_on_notices(
            [Act(notice=notice().pk, action=action, feedback="Seen")], officer=officer, at=AT
        )
    return result


def test_the_office_records_arrival_and_what_it_did(belgium: str, officer: User) -> None:
    told(belgium, notification())
    with transaction.atomic():
        [arrived] = arrive_at_office([notice().pk], officer=officer, at=AT)
    assert isinstance(arrived, Changed)
    released = _acted(officer, "released")
    assert isinstance(released, Refused)
    assert released.findings[0].code == "measure"
    assert isinstance(_acted(officer, "controlled"), Changed)
    found = SubsequentEntryNotice.objects.get()
    assert (found.state, found.action) == ("acted", "controlled")
