"""Who is told what: the pipeline as data, and the look-ups that the engine makes in it."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from functools import cache
from typing import TYPE_CHECKING, Protocol

import msgspec
from django.core.exceptions import ImproperlyConfigured
from django.utils.module_loading import import_string

from customs_portal.events.kinds import Kind

if TYPE_CHECKING:
    from customs_portal.events.models import Event


class Handler(Protocol):
    """What a consumer is: a function over a batch, run inside one transaction."""

    def __call__(self, batch: Sequence["Event"], *, at: datetime) -> None: ...


class Consumer(msgspec.Struct, frozen=True, kw_only=True):
    """A receiver of events.

    `path` names its handler. `ordered`: only the oldest unfinished delivery of a stream is given
    out. `lease`: the batch is claimed by a committed lease of that length, so that the death of
    the process counts as an attempt; without it the claim is part of the handler's transaction.
    `task`: the Celery task of its own that runs it, for what is slow or talks to the network.
    `give_up`: the handler of what has used up its attempts; without one it is parked.
    `weight`: how much a batch may have of what its events tell as their weight (about how many
    consignments and goods items are read for one); an event that has more comes alone.
    """

    name: str
    path: str
    batch: int = 200
    ordered: bool = False
    lease: timedelta | None = None
    task: str | None = None
    attempts: int = 5
    weight: int | None = None
    give_up: str | None = None

    def handler(self) -> Handler:
        """Return the function named by `path`."""
        return import_handler(self.path)


class Pipeline(msgspec.Struct, frozen=True, kw_only=True):
    """Consumers in the order in which they are drained, routes by kind, and kinds only told."""

    consumers: tuple[Consumer, ...]
    routes: Mapping[Kind, tuple[str, ...]]
    story_only: frozenset[Kind] = frozenset()

    def consumer(self, name: str) -> Consumer:
        """Return the consumer of that name; raises KeyError for an unknown one."""
        return {consumer.name: consumer for consumer in self.consumers}[name]

    def kinds(self) -> dict[str, Kind]:
        """Return every kind by name."""
        return {kind.name: kind for kind in (*self.routes, *self.story_only)}


@cache
def import_handler(path: str) -> Handler:
    """Return the function at a dotted path."""
    handler: Handler = import_string(path)
    return handler


_source: list[Callable[[], Pipeline]] = []


def install(source: Callable[[], Pipeline]) -> None:
    """Say where the pipeline comes from; it is read at first use."""
    _source[:] = [source]
    pipeline.cache_clear()


@cache
def pipeline() -> Pipeline:
    """Return the installed pipeline; raises ImproperlyConfigured before `install`."""
    if not _source:
        raise ImproperlyConfigured("No pipeline is installed.")
    return _source[0]()


@cache
def receivers(kind: str) -> tuple[Consumer, ...]:
    """Return the consumers of a kind; raises KeyError for a kind that no pipeline knows."""
    line = pipeline()
    known = line.kinds()[kind]
    return tuple(line.consumer(name) for name in line.routes.get(known, ()))
