"""Two people at once on one measure, on real transactions: one of them wins, nothing is half."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from functools import partial
from threading import Barrier

import pytest
from django.db import connection, transaction
from django.utils import timezone

from customs_portal.accounts.models import Role
from customs_portal.events.models import Event
from customs_portal.reference import snapshot
from declarations.models import Clock, ConsignmentLife, Ens, Measure
from declarations.services.do_not_load import lapse_unsigned, sign_do_not_loads
from declarations.services.goods import GoodsOrder, present, release
from declarations.services.results import Changed
from tests.factories.declarations import OFFICE, harmless, lodged
from tests.factories.measures import placed
from tests.factories.people import person
from tests.factories.reference import store_offices_and_reasons

pytestmark = pytest.mark.django_db(transaction=True)
ROUNDS = 3


def at_once(*verbs: Callable[[], object]) -> list[object]:
    """Run the verbs at the same time, each in a transaction of its own."""
    barrier = Barrier(len(verbs))

    def run(verb: Callable[[], object]) -> object:
        try:
            barrier.wait()
            with transaction.atomic():
                return verb()
        finally:
            connection.close()

    with ThreadPoolExecutor(len(verbs)) as pool:
        return [each.result() for each in [pool.submit(run, verb) for verb in verbs]]


@pytest.fixture
def at() -> datetime:
    snapshot.forget()
    store_offices_and_reasons()
    return timezone.now() - timedelta(minutes=10)


def proposal(at: datetime) -> Measure:
    ens = lodged(harmless(at, place_of_loading="ECGYE"), at)
    proposer = person(Role.OFFICER, offices=(OFFICE,))
    return placed(
        ens, proposer, at, kind="do_not_load", reason_code="DNL-03",
        subject="equipment", reference="CSQU3054383",
    )  # fmt: skip


def test_of_two_signatures_one_counts(at: datetime) -> None:
    signers = [person(Role.OFFICER, offices=(OFFICE,)) for _ in range(2)]
    for _ in range(ROUNDS):
        measure = proposal(at)
        results = at_once(
            *(partial(sign_do_not_loads, [measure.pk], officer=who, at=at) for who in signers)
        )
        assert sum(result == [Changed(id=measure.pk)] for result in results) == 1
        told = Event.objects.filter(stream=measure.ens_id, kind="measure.announced")
        assert told.count() == 1


def test_a_signature_at_the_end_of_the_window_counts_or_lapses(at: datetime) -> None:
    signer = person(Role.OFFICER, offices=(OFFICE,))
    for _ in range(ROUNDS):
        measure = proposal(at)
        end = Clock.objects.get(ens=measure.ens_id, kind="do_not_load").ends_at
        before = end - timedelta(microseconds=1)
        signed, lapsed = at_once(
            partial(sign_do_not_loads, [measure.pk], officer=signer, at=before),
            partial(lapse_unsigned, at=end),
        )
        measure.refresh_from_db()
        counts = signed == [Changed(id=measure.pk)]
        expected = "in_force" if counts else "lapsed"
        assert (measure.status, lapsed) == (expected, int(expected == "lapsed"))
        assert (measure.announced_at is not None) is counts


def test_goods_are_released_or_held_but_a_hold_before_keeps_them(at: datetime) -> None:
    officer = person(Role.OFFICER, offices=(OFFICE,))
    for _ in range(ROUNDS):
        ens = lodged(harmless(at), at)
        Ens.objects.filter(pk=ens.pk).update(status="assessed")
        goods = ConsignmentLife.objects.get(filing__membership__ens=ens)
        order = GoodsOrder(consignment=goods.pk, reason_code="REL-01")
        with transaction.atomic():
            present([order], officer=officer, at=at)
        released, _held = at_once(
            partial(release, [order], officer=officer, at=at),
            partial(placed, ens, officer, at, kind="hold", reason_code="HLD-06"),
        )
        goods.refresh_from_db()
        went = released == [Changed(id=goods.pk)]
        assert (goods.goods == "released") is went
        order_of_events = list(
            Event.objects.filter(
                stream=ens.pk, kind__in=("measure.placed", "consignment.released")
            ).order_by("pk").values_list("kind", flat=True)
        )  # fmt: skip
        if went:
            assert order_of_events == ["consignment.released", "measure.placed"]
        else:
            assert order_of_events == ["measure.placed"]
