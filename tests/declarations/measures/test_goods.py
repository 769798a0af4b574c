"""Presentation, release and refusal of consignments."""

from datetime import datetime, timedelta

import pytest
from django.db import transaction

from customs_portal.accounts.models import User
from customs_portal.events.models import Event
from declarations.models import ConsignmentLife, Ens, Measure
from declarations.services.goods import GoodsOrder, present, release, revoke_presentation
from declarations.services.lifting import Proposed, StepOrder, sign_steps, take_steps
from declarations.services.refusals import (
    RefusalOrder,
    RefusalStep,
    enforce_refusals,
    execute_refusals,
    hear,
    propose_refusals,
    revoke_refusals,
    sign_refusals,
)
from declarations.services.results import Changed, Refused
from tests.factories.declarations import OFFICE
from tests.factories.measures import in_force_do_not_load, placed


def order(goods: ConsignmentLife) -> GoodsOrder:
    return GoodsOrder(consignment=goods.pk, reason_code="REL-01")


def presented(goods: ConsignmentLife, officer: User, at: datetime) -> None:
    with transaction.atomic():
        assert present([order(goods)], officer=officer, at=at) == [Changed(id=goods.pk)]


def released(goods: ConsignmentLife, officer: User, at: datetime) -> Changed | Refused:
    with transaction.atomic():
        [result] = release([order(goods)], officer=officer, at=at)
    return result


def code(result: object) -> str:
    assert isinstance(result, Refused)
    return result.findings[0].code


def where(goods: ConsignmentLife) -> str:
    return ConsignmentLife.objects.get(pk=goods.pk).goods


def test_presented_goods_with_nothing_open_are_released(
    goods: ConsignmentLife, officer: User, at: datetime
) -> None:
    presented(goods, officer, at)
    assert released(goods, officer, at) == Changed(id=goods.pk)
    assert where(goods) == "released"
    assert Event.objects.get(kind="consignment.released").data["reason_code"] == "REL-01"


def test_goods_that_are_not_here_are_not_released(
    goods: ConsignmentLife, officer: User, at: datetime
) -> None:
    assert code(released(goods, officer, at)) == "state"
    assert where(goods) == "expected"


def test_no_release_before_the_analysis_is_concluded(
    goods: ConsignmentLife, ens: Ens, officer: User, at: datetime
) -> None:
    Ens.objects.filter(pk=ens.pk).update(status="in_analysis")
    presented(goods, officer, at)
    assert code(released(goods, officer, at)) == "analysis"


@pytest.mark.parametrize(
    ("kind", "reason", "subject"),
    [
        ("hold", "HLD-06", "declaration:"),
        ("hold", "HLD-06", "item:1"),
        ("control", "CTL-02", "declaration:"),
        ("do_not_load", "DNL-03", "item:1"),
        ("hold", "HLD-06", "equipment:GONE1234567"),
    ],
)
def test_no_release_while_anything_on_the_goods_is_open(
    goods: ConsignmentLife, ens: Ens, officer: User, at: datetime,
    kind: str, reason: str, subject: str,
) -> None:  # fmt: skip
    presented(goods, officer, at)
    name, _, reference = subject.partition(":")
    placed(
        ens, officer, at, kind=kind, reason_code=reason, place=OFFICE,
        subject=name, reference=reference,
    )  # fmt: skip
    assert code(released(goods, officer, at)) == "open_measure"
    assert where(goods) == "presented"
    assert not Event.objects.filter(kind="consignment.released").exists()


def test_an_officer_of_another_office_finds_no_goods(
    goods: ConsignmentLife, officer: User, elsewhere: User, at: datetime
) -> None:
    presented(goods, officer, at)
    assert code(released(goods, elsewhere, at)) == "not_found"


def test_a_presentation_is_revoked_until_the_release(
    goods: ConsignmentLife, officer: User, at: datetime
) -> None:
    presented(goods, officer, at)
    with transaction.atomic():
        assert revoke_presentation([order(goods)], officer=officer, at=at) == [Changed(id=goods.pk)]
    assert where(goods) == "arrived"
    presented(goods, officer, at)
    released(goods, officer, at)
    with transaction.atomic():
        [result] = revoke_presentation([order(goods)], officer=officer, at=at)
    assert code(result) == "state"


def lift(measure: Measure, officer: User, at: datetime, reason: str) -> object:
    wanted = StepOrder(
        measure=measure.pk, verb="lift", reason_code=reason, version=1, note="Cleared up."
    )
    with transaction.atomic():
        [result] = take_steps([wanted], officer=officer, at=at)
    return result


def test_a_hold_of_ones_own_office_is_lifted_alone(
    ens: Ens, officer: User, second: User, at: datetime
) -> None:
    hold = placed(ens, officer, at, kind="hold", reason_code="HLD-06")
    assert lift(hold, second, at, "HLD-L1") == Changed(id=hold.pk)
    hold.refresh_from_db()
    assert (hold.status, hold.lifted_by, hold.lift_reason) == ("lifted", second, "HLD-L1")


def test_a_hold_of_another_office_takes_two_people(
    ens: Ens, officer: User, second: User, at: datetime
) -> None:
    hold = placed(ens, officer, at, kind="hold", reason_code="HLD-06")
    Measure.objects.filter(pk=hold.pk).update(office="NL000510")
    proposed = lift(hold, officer, at, "HLD-L1")
    assert isinstance(proposed, Proposed)
    assert code(lift(hold, officer, at, "HLD-L1")) == "proposed"
    with transaction.atomic():
        assert sign_steps([proposed.id], officer=second, at=at) == [Changed(id=hold.pk)]


def test_lifting_a_do_not_load_takes_two_people(
    ens: Ens, officer: User, second: User, at: datetime
) -> None:
    measure = in_force_do_not_load(ens, officer, at)
    proposed = lift(measure, officer, at, "DNL-L1")
    assert isinstance(proposed, Proposed)
    measure.refresh_from_db()
    assert measure.status == "in_force"
    with transaction.atomic():
        sign_steps([proposed.id], officer=second, at=at)
    measure.refresh_from_db()
    assert (measure.status, measure.lifted_by) == ("lifted", officer)


def proposed_refusal(ens: Ens, officer: User, at: datetime) -> Changed | Refused:
    wanted = RefusalOrder(
        ens=ens.pk, version=1, subject="declaration", reference="", reason_code="REF-02",
        legal_basis="Regulation (EU) 2019/1021 Art. 3", reasons="The goods are forbidden.",
    )  # fmt: skip
    with transaction.atomic():
        [result] = propose_refusals([wanted], officer=officer, at=at)
    return result


def test_only_presented_goods_are_refused_entry(
    goods: ConsignmentLife, ens: Ens, officer: User, at: datetime
) -> None:
    assert code(proposed_refusal(ens, officer, at)) == "state"
    assert not Measure.objects.exists()


def test_the_life_of_a_refusal(
    goods: ConsignmentLife, ens: Ens, officer: User, supervisor: User, at: datetime
) -> None:
    presented(goods, officer, at)
    result = proposed_refusal(ens, officer, at)
    assert isinstance(result, Changed)
    step = RefusalStep(measure=result.id, note="Nothing new.", execution="destroyed")
    with transaction.atomic():
        assert code(sign_refusals([step], officer=officer, at=at)[0]) == "supervisor"
        sign_refusals([step], officer=supervisor, at=at)
        measure = Measure.objects.get()
        assert measure.refusal.heard_until == at + timedelta(days=30)
        assert code(enforce_refusals([step], officer=supervisor, at=at)[0]) == "hearing"
        assert where(goods) == "presented"
        hear([step], officer=officer, at=at)
        enforce_refusals([step], officer=supervisor, at=at)
        assert where(goods) == "not_released"
        assert execute_refusals([step], officer=officer, at=at) == [Changed(id=result.id)]
        assert code(revoke_refusals([step], officer=supervisor, at=at)[0]) == "closed"
    measure.refresh_from_db()
    assert (measure.status, measure.refusal.execution) == ("executed", "destroyed")
    assert code(released(goods, officer, at)) == "state"


def test_revoking_a_refusal_lets_the_goods_be_decided_again(
    goods: ConsignmentLife, ens: Ens, officer: User, supervisor: User, at: datetime
) -> None:
    presented(goods, officer, at)
    result = proposed_refusal(ens, officer, at)
    assert isinstance(result, Changed)
    step = RefusalStep(measure=result.id, note="The licence came.")
    after = at + timedelta(days=30)
    with transaction.atomic():
        sign_refusals([step], officer=supervisor, at=at)
        enforce_refusals([step], officer=supervisor, at=after)
        revoke_refusals([step], officer=supervisor, at=after)
    assert where(goods) == "presented"
    assert released(goods, officer, after) == Changed(id=goods.pk)


def test_a_supervisor_does_not_sign_an_own_refusal(
    goods: ConsignmentLife, ens: Ens, supervisor: User, at: datetime
) -> None:
    presented(goods, supervisor, at)
    result = proposed_refusal(ens, supervisor, at)
    assert isinstance(result, Changed)
    with transaction.atomic():
        [signed] = sign_refusals([RefusalStep(measure=result.id)], officer=supervisor, at=at)
    assert code(signed) == "own_proposal"
