"""The order in which a batch is worked off: by kind, but never against the order of receipt."""

from collections.abc import Iterator, Sequence

from messaging.formats.ics1.arriving import ArrivalRequest
from messaging.formats.requests import DeclarationsRequest, DiversionRequest, MeansArrival
from messaging.received.message import Judged

_MEANS_MAY_CHANGE = "means of an amendment"
"""An amendment may take a declaration to another means, so whatever is about a means meets it."""


def turns(messages: Sequence[Judged], kinds: Sequence[str]) -> list[list[Judged]]:
    """Return the messages, in order of receipt, in turns; in each turn kind comes after kind.

    Of two messages about one declaration or one means the later one is worked off later: it waits
    for the next turn where its kind would come first. Most batches are one turn.
    """
    places = {kind: place for place, kind in enumerate(kinds)}
    latest: dict[str, tuple[int, int]] = {}
    found: list[list[Judged]] = []
    for message in messages:
        place, subjects = places[message.reading.kind], set(_subjects(message))
        before = [latest[subject] for subject in subjects if subject in latest]
        turn = max((last + (other > place) for last, other in before), default=0)
        for subject in subjects:
            latest[subject] = max(latest.get(subject, (turn, place)), (turn, place))
        found += [[] for _ in range(turn + 1 - len(found))]
        found[turn].append(message)
    return found


def _subjects(message: Judged) -> Iterator[str]:
    """Yield the declarations and means that a message is about."""
    reading = message.reading
    if reading.mrn:
        yield reading.mrn
        yield _MEANS_MAY_CHANGE
    if reading.document and reading.document.means:
        yield from _means(reading.document.means.identification)
    if isinstance(reading.content, ArrivalRequest):
        yield from _of(reading.content.means, [each.mrn for each in reading.content.goods])
    elif isinstance(reading.content, MeansArrival):
        yield from _of(reading.content.means, reading.content.mrns)
    elif isinstance(reading.content, DiversionRequest | DeclarationsRequest):
        named = [each.mrn for each in reading.content.operations]
        yield from _of(reading.content.key.means, named)


def _of(means: str, mrns: Sequence[str]) -> Iterator[str]:
    yield from filter(None, mrns)
    yield from _means(means)
    if not any(mrns):
        yield _MEANS_MAY_CHANGE


def _means(identification: str | None) -> Iterator[str]:
    if identification:
        yield f"means {identification.upper()}"
