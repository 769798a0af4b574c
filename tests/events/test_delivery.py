"""Claiming, halving, parking, order."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta

import pytest

from customs_portal.events import routing
from customs_portal.events.delivery import run_batch
from customs_portal.events.kinds import Kind
from customs_portal.events.models import Delivery, Event
from customs_portal.events.routing import Consumer, Pipeline
from customs_portal.events.services import NewEvent, record_many

AT = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
HAPPENED = Kind(name="test.happened", sentence="%(number)s happened")
seen: list[list[int]] = []


def keep(batch: Sequence[Event], *, at: datetime) -> None:
    seen.append([event.data["number"] for event in batch])


def refuse_seven(batch: Sequence[Event], *, at: datetime) -> None:
    numbers = [event.data["number"] for event in batch]
    if 7 in numbers:
        raise ValueError("seven")
    seen.append(numbers)


@pytest.fixture(autouse=True)
def pipeline() -> Iterator[None]:
    seen.clear()
    before = list(routing._source)
    consumers = (
        Consumer(name="plain", path=f"{__name__}.keep"),
        Consumer(name="poisoned", path=f"{__name__}.refuse_seven", attempts=2),
        Consumer(
            name="leased",
            path=f"{__name__}.refuse_seven",
            lease=timedelta(seconds=30),
            attempts=2,
        ),
        Consumer(name="ordered", path=f"{__name__}.keep", ordered=True),
        Consumer(name="light", path=f"{__name__}.keep", weight=30),
        Consumer(
            name="light_leased", path=f"{__name__}.keep", weight=30, lease=timedelta(seconds=30)
        ),
    )
    names = tuple(consumer.name for consumer in consumers)
    routing.install(lambda: Pipeline(consumers=consumers, routes={HAPPENED: names}))
    routing.receivers.cache_clear()
    yield
    routing._source[:] = before
    routing.pipeline.cache_clear()
    routing.receivers.cache_clear()


def happen(count: int, stream: int | None = None, weight: int | None = None) -> None:
    more = {} if weight is None else {"weight": weight}
    record_many(
        [
            NewEvent(kind=HAPPENED, at=AT, data={"number": number, **more}, stream=stream)
            for number in range(count)
        ]
    )


def consumer(name: str) -> Consumer:
    return routing.pipeline().consumer(name)


def due(name: str) -> int:
    return Delivery.objects.filter(consumer=name, parked_at__isnull=True).count()


@pytest.mark.django_db(transaction=True)
def test_a_batch_is_handed_over_once_and_in_order() -> None:
    happen(5)
    assert run_batch(consumer("plain"), at=AT) == 5
    assert run_batch(consumer("plain"), at=AT) == 0
    assert seen == [[0, 1, 2, 3, 4]]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("name", ["light", "light_leased"])
@pytest.mark.parametrize(
    ("weight", "batches"),
    [(None, [[0, 1, 2]]), (10, [[0, 1, 2]]), (15, [[0, 1], [2]]), (31, [[0], [1], [2]])],
)
def test_a_batch_has_no_more_weight_than_it_may_but_always_one_event(
    name: str, weight: int | None, batches: list[list[int]]
) -> None:
    happen(3, weight=weight)
    while run_batch(consumer(name), at=AT):
        pass
    assert seen == batches


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("name", ["poisoned", "leased"])
def test_one_failing_delivery_does_not_stop_the_others(name: str) -> None:
    happen(20)
    run_batch(consumer(name), at=AT)
    assert sorted(number for numbers in seen for number in numbers) == [
        number for number in range(20) if number != 7
    ]
    assert due(name) == 1


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("name", ["poisoned", "leased"])
def test_a_delivery_is_parked_after_its_attempts(name: str) -> None:
    happen(8)
    for hours in range(4):
        run_batch(consumer(name), at=AT + timedelta(hours=hours))
    parked = Delivery.objects.get(consumer=name)
    assert parked.parked_at is not None
    assert parked.attempts == 2
    assert parked.error.startswith("ValueError in ")


@pytest.mark.django_db(transaction=True)
def test_an_ordered_consumer_gets_only_the_oldest_of_a_stream() -> None:
    happen(3, stream=11)
    run_batch(consumer("ordered"), at=AT)
    run_batch(consumer("ordered"), at=AT)
    assert seen == [[0], [1]]


@pytest.mark.django_db(transaction=True)
def test_what_is_not_yet_due_waits() -> None:
    record_many(
        [NewEvent(kind=HAPPENED, at=AT, data={"number": 1}, not_before=AT + timedelta(seconds=10))]
    )
    assert run_batch(consumer("plain"), at=AT) == 0
    assert run_batch(consumer("plain"), at=AT + timedelta(seconds=10)) == 1


@pytest.mark.django_db(transaction=True)
def test_a_lease_that_ran_out_counts_as_an_attempt() -> None:
    happen(1)
    Delivery.objects.filter(consumer="leased").update(
        attempts=1, leased_until=AT + timedelta(seconds=30)
    )
    assert run_batch(consumer("leased"), at=AT) == 0
    assert run_batch(consumer("leased"), at=AT + timedelta(seconds=31)) == 1
    assert seen == [[0]]


@pytest.mark.django_db(transaction=True)
def test_an_event_is_never_changed() -> None:
    from django.db import IntegrityError

    happen(1)
    with pytest.raises(IntegrityError, match="never changed"):
        Event.objects.update(kind="other")
    with pytest.raises(IntegrityError, match="never changed"):
        Event.objects.all().delete()


@pytest.mark.django_db(transaction=True)
def test_what_kills_the_process_is_parked_after_its_attempts() -> None:
    happen(1)
    Delivery.objects.filter(consumer="leased").update(attempts=2, leased_until=AT)
    assert run_batch(consumer("leased"), at=AT - timedelta(seconds=1)) == 0
    assert due("leased") == 1
    assert run_batch(consumer("leased"), at=AT) == 0
    parked = Delivery.objects.get(consumer="leased")
    assert (parked.parked_at, parked.leased_until) == (AT, None)
    assert parked.error == "The process ended while it worked on this."
    assert seen == []
