"""No path leads from an error to `no risk`."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction

from customs_portal.accounts.models import Operator, User
from customs_portal.events.models import Delivery
from declarations.models import Ens, Measure
from messaging.models import OutboundMessage, Partner, PartnerContact, PartnerOutage
from messaging.undelivered import calls_to_make, open_undelivered, record_call
from risk.models import Assessment, Case
from risk.services import Changed, Decided, Refused, decide
from risk.services.failsafe import open_unassessed
from tests.messaging.builders import minimal_document
from tests.pipeline.conftest import AT, LODGER, publish
from tests.pipeline.test_main_job import BANANAS, decided, drain, flagged, order, send

DAY = timedelta(days=1)


def swept(offset: timedelta) -> int:
    with transaction.atomic():
        return open_unassessed(at=AT + offset)


def test_what_was_not_assessed_at_half_of_its_window_becomes_a_case(lodger: str) -> None:
    send(lodger, minimal_document())
    drain()
    window = Ens.objects.get().analysis_ends_at - AT
    assert swept(window / 2 - timedelta(seconds=1)) == 0
    assert swept(window / 2) == 1
    assert swept(window / 2) == 0
    case = Case.objects.get()
    assert (case.cause, case.severity) == (Case.Cause.NOT_ASSESSED, "high")


@pytest.mark.parametrize("stage", ["risk.rule_sets.engine_rule", "risk.services.assess.conclude"])
def test_an_error_while_assessing_leads_to_a_case(
    lodger: str, stage: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*args: Any, **kwargs: Any) -> None:
        raise RuntimeError("broken")

    publish(("TST-01", BANANAS))
    monkeypatch.setattr(stage, fail)
    send(lodger, flagged())
    from customs_portal.events import advance

    advance.drain(at=AT)
    assert not Assessment.objects.exists()
    assert Delivery.objects.get(consumer="assess").error.startswith("RuntimeError in ")
    assert swept(DAY) == 1


def test_an_officer_concludes_where_no_rules_could_be_applied(lodger: str, officer: User) -> None:
    send(lodger, minimal_document())
    drain()
    swept(DAY)
    case = Case.objects.get()
    with transaction.atomic():
        [result] = decide(
            [order(case, verb="no_further_action", reason_code="NFA-01")], officer=officer, at=AT
        )
    assert isinstance(result, Decided)
    assessment = Assessment.objects.get()
    assert (assessment.kind, assessment.result) == ("manual", "no_risk")
    assert assessment.concluded_by == officer


def test_a_late_analysis_is_still_made_and_opens_a_case(lodger: str, officer: User) -> None:
    send(lodger, flagged())
    drain()
    swept(DAY)
    with transaction.atomic():
        decide(
            [order(Case.objects.get(), verb="no_further_action", reason_code="NFA-01")],
            officer=officer,
            at=AT,
        )
    publish(("TST-01", BANANAS))
    Delivery.objects.update(not_before=AT)
    drain()
    assert Assessment.objects.get(kind="full").status == Assessment.Status.REVIEW
    assert Case.objects.open().get().cause == Case.Cause.RISK


def test_an_instruction_that_nobody_collects_becomes_a_call(lodger: str, officer: User) -> None:
    Operator.objects.filter(eori=LODGER).update(telephone="+31 10 0000000")
    publish(("TST-01", BANANAS))
    send(lodger, flagged())
    drain()
    decided(officer, announce=True)
    late = AT + timedelta(minutes=15)
    with transaction.atomic():
        Ens.objects.update(status="closed")
        OutboundMessage.objects.exclude(recipient=LODGER).update(state="delivered")
        assert open_undelivered(at=late) == 0
        transaction.set_rollback(True)
    with transaction.atomic():
        assert open_undelivered(at=late - timedelta(seconds=1)) == 0
        assert open_undelivered(at=late) == 1
        assert open_undelivered(at=late) == 0
    case = Case.objects.open().get()
    calls = {call.recipient: call.telephone for call in calls_to_make(case.ens_id)}
    assert calls == {LODGER: "+31 10 0000000", "BE": "", "DE": ""}
    with transaction.atomic():
        [refused] = record_call([case.pk], note=" ", officer=officer, at=late)
        [done] = record_call([case.pk], note="Spoke to the duty desk", officer=officer, at=late)
    assert isinstance(refused, Refused)
    assert isinstance(done, Changed)
    assert OutboundMessage.objects.get(kind="CC351A").state == "told"
    with transaction.atomic():
        assert open_undelivered(at=late + DAY) == 0


def test_another_state_that_is_not_told_of_a_hold_is_called(lodger: str, officer: User) -> None:
    publish(("TST-01", BANANAS))
    send(lodger, flagged())
    drain()
    decided(officer)
    belgium = Partner.objects.create(country="BE", name="Customs of Belgium")
    PartnerContact.objects.create(partner=belgium, name="Desk", telephone="+32 2 0000000")
    OutboundMessage.objects.filter(recipient="DE").update(state="delivered")
    late = AT + timedelta(minutes=15)
    outage = PartnerOutage.objects.create(
        partner=belgium, from_at=AT, to_at=late + timedelta(minutes=5), reason="New release"
    )
    with transaction.atomic():
        assert open_undelivered(at=late) == 0
        assert open_undelivered(at=outage.to_at) == 1
    [call] = calls_to_make(Case.objects.open().get().ens_id)
    assert (call.recipient, call.name, call.telephone) == (
        "BE",
        "Customs of Belgium, Desk",
        "+32 2 0000000",
    )
    Measure.objects.update(status="lifted")
    with transaction.atomic():
        Case.objects.update(status="closed")
        assert open_undelivered(at=outage.to_at) == 0
