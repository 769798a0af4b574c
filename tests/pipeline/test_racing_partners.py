"""Messages of other administrations at the same time as something else, on real transactions."""

import pytest
from django.db import transaction

from customs_portal.accounts.models import User
from customs_portal.events import advance
from declarations.models import ArrivalLine, Ens, ReceivedTransmission, SubsequentEntryNotice
from declarations.services.reconcile import resolve_declared, unresolved
from declarations.services.results import Changed
from declarations.services.subsequent_entry import Act, act_on_notices
from messaging.formats.answers import RiskResult
from messaging.models import OutboundMessage
from tests.messaging.builders import arrival_message
from tests.pipeline.conftest import AT, publish
from tests.pipeline.partners import (
    connected,
    foreign_document,
    foreign_mrn,
    hand_over,
    later,
    notification,
)
from tests.pipeline.test_main_job import BANANAS, send_bytes
from tests.pipeline.test_racing import at_once, is_sound, take_in

pytestmark = [pytest.mark.django_db(transaction=True)]


@pytest.fixture
def belgium() -> str:
    publish(("TST-01", BANANAS))
    return connected()


def test_a_change_arrives_while_the_officer_acts(belgium: str, officer: User) -> None:
    send_bytes(belgium, notification())
    advance.drain(at=AT)
    notice = SubsequentEntryNotice.objects.get()
    act = Act(notice=notice.pk, action="controlled", feedback="Conform")

    def acts() -> object:
        with transaction.atomic():
            [result] = act_on_notices([act], officer=officer, at=AT)
        return result

    changed = RiskResult(code="B", text="Action at first entry")
    send_bytes(belgium, notification(changed, message_id="B2", prepared_at=later(1)))
    result, _ = at_once(acts, take_in)
    advance.drain(at=AT)
    states = list(SubsequentEntryNotice.objects.order_by("pk").values_list("state", flat=True))
    feedback = OutboundMessage.objects.filter(kind="XF319A").count()
    if isinstance(result, Changed):
        assert (states, feedback) == (["acted", "expected"], 1)
    else:
        assert (states, feedback) == (["replaced", "expected"], 0)
    assert is_sound()


def test_two_notifications_of_one_declaration_at_once_make_one_ens(belgium: str) -> None:
    for number in (1, 2):
        send_bytes(belgium, notification(message_id=f"B{number}", prepared_at=later(number)))
    at_once(take_in, take_in)
    advance.drain(at=AT)
    assert Ens.objects.count() == 1
    assert SubsequentEntryNotice.objects.live().count() == 1
    newest = ReceivedTransmission.objects.filter(set_aside=False).latest("prepared_at")
    assert SubsequentEntryNotice.objects.live().get().transmission == newest
    assert is_sound()


def test_a_hand_over_while_the_ship_arrives_finds_its_goods(belgium: str, lodger: str) -> None:
    send_bytes(belgium, hand_over(document=foreign_document(subsequent_offices=())))
    send_bytes(lodger, arrival_message(foreign_mrn()))
    at_once(take_in, take_in)
    advance.drain(at=AT)
    with transaction.atomic():
        resolve_declared(unresolved(), at=AT)
    line = ArrivalLine.objects.get()
    assert (line.state in ("matched", "resolved"), line.ens) == (True, Ens.objects.get())
    assert Ens.objects.get().members.get().filing.consignments.get().goods == "arrived"
    assert is_sound()
