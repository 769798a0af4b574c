"""Sends a stream of messages to a portal at a steady rate and compares the answers."""

import threading
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from types import TracebackType
from typing import Protocol, Self

import msgspec
from lxml import etree

from customs_portal.client import ApiError, Client
from customs_portal.demo.expectations import described, received
from customs_portal.demo.traffic import Sample

SENDERS = 8
POLL_EVERY = 0.2


class Progress(Protocol):
    """Something that shows how many messages are done, such as a progress bar."""

    def update(self, n: int = 1) -> object:
        """Count `n` more messages."""


class Sent(msgspec.Struct, frozen=True, kw_only=True):
    """A message on its way: its correlation id, or why it could not be lodged."""

    sample: Sample
    correlation_id: str = ""
    problem: str = ""


class Result(msgspec.Struct, frozen=True, kw_only=True):
    """What came back for a message; `answer` is empty where nothing came in time."""

    sample: Sample
    correlation_id: str = ""
    answer: bytes = b""
    problem: str = ""

    @property
    def received(self) -> str:
        """Return what came back in a few words."""
        if not self.answer:
            return self.problem or "no answer in time"
        try:
            return described(received(self.answer))
        except etree.XMLSyntaxError:
            return "an answer that is not XML"

    @property
    def fits(self) -> bool:
        """Whether exactly the expected answer came."""
        try:
            return bool(self.answer) and received(self.answer).fits(self.sample.expected)
        except etree.XMLSyntaxError:
            return False


class Portal:
    """A portal with one client for each operator and thread; closed at the end of its block."""

    def __init__(self, url: str, tokens: Mapping[str, str]) -> None:
        self._url, self._tokens = url, tokens
        self._own = threading.local()
        self._opened: list[Client] = []

    def client(self, eori: str) -> Client:
        """Return this thread's client for an operator."""
        clients: dict[str, Client] = self._own.__dict__.setdefault("clients", {})
        if eori not in clients:
            clients[eori] = Client(self._url, self._tokens[eori])
            self._opened.append(clients[eori])
        return clients[eori]

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for client in self._opened:
            client.close()


def send(
    portal: Portal, samples: Iterable[Sample], *, rate: float, progress: Progress
) -> list[Sent]:
    """Lodge the messages, `rate` a second, in order of their start."""
    with ThreadPoolExecutor(max_workers=SENDERS) as pool:
        start = time.monotonic()
        running = []
        for number, sample in enumerate(samples):
            _sleep_until(start + number / rate)
            running.append(pool.submit(_lodge, portal, sample, progress))
        return [future.result() for future in running]


def collect(
    portal: Portal, messages: Sequence[Sent], *, limit: float, progress: Progress
) -> list[Result]:
    """Wait for the answers, at most `limit` seconds in all, and return one result a message."""
    deadline = time.monotonic() + limit
    return [_result(portal, message, deadline, progress) for message in messages]


def differences(results: Iterable[Result]) -> list[Result]:
    """Return the results that are not what was expected."""
    return [result for result in results if not result.fits]


def summary(results: Sequence[Result]) -> dict[str, tuple[int, int]]:
    """Return for each expectation how many messages had it, and how many were answered so."""
    counts: dict[str, tuple[int, int]] = {}
    for result in results:
        name = described(result.sample.expected)
        sent, right = counts.get(name, (0, 0))
        counts[name] = (sent + 1, right + result.fits)
    return dict(sorted(counts.items()))


def _lodge(portal: Portal, sample: Sample, progress: Progress) -> Sent:
    try:
        answer = portal.client(sample.sender).lodge(sample.xml)
    except ApiError as problem:
        return Sent(sample=sample, problem=str(problem))
    finally:
        progress.update()
    return Sent(sample=sample, correlation_id=answer.correlation_id)


def _result(portal: Portal, message: Sent, deadline: float, progress: Progress) -> Result:
    answer, problem = b"", message.problem
    if message.correlation_id:
        try:
            answer = _answer(portal.client(message.sample.sender), message.correlation_id, deadline)
        except ApiError as error:
            problem = str(error)
    progress.update()
    return Result(
        sample=message.sample,
        correlation_id=message.correlation_id,
        answer=answer,
        problem=problem,
    )


def _answer(client: Client, correlation_id: str, deadline: float) -> bytes:
    """Return the response as soon as it is there, or nothing at the deadline."""
    return _polled(lambda: client.answer(correlation_id).response_xml, deadline)


def _polled(ask: Callable[[], bytes | None], deadline: float) -> bytes:
    while True:
        found = ask()
        if found is not None:
            return found
        if time.monotonic() >= deadline:
            return b""
        time.sleep(POLL_EVERY)


def _sleep_until(moment: float) -> None:
    delay = moment - time.monotonic()
    if delay > 0:
        time.sleep(delay)
