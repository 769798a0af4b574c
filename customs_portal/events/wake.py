"""Waking the workers: at most one queued wake, however much has happened.

Valkey and Celery are a convenience here. If they are away, the sweep finds the work a second later.
"""

import time
from collections.abc import Iterable
from functools import cache

import structlog
from celery import current_app
from django.conf import settings
from kombu.exceptions import OperationalError
from redis import Redis
from redis.exceptions import RedisError

from customs_portal.events.routing import Consumer

ADVANCE = "customs_portal.events.tasks.advance"
THROTTLE_SECONDS = 0.02
KEY_SECONDS = 5

_log = structlog.get_logger(__name__)
_last: dict[str, float] = {}


@cache
def valkey() -> "Redis":
    """Return the connection pool to Valkey, with time limits short enough for a request."""
    client: Redis = Redis.from_url(
        settings.REDIS_URL, socket_timeout=0.5, socket_connect_timeout=0.5
    )
    return client


def wake(consumers: Iterable[Consumer]) -> None:
    """Wake whoever runs these consumers."""
    for task in {consumer.task or ADVANCE for consumer in consumers}:
        wake_task(task)


def wake_task(task: str) -> None:
    """Queue the task unless it has been queued and has not begun."""
    moment = time.monotonic()
    if moment - _last.get(task, 0.0) < THROTTLE_SECONDS:
        return
    _last[task] = moment
    try:
        if valkey().set(_key(task), 1, nx=True, ex=KEY_SECONDS):
            current_app.send_task(task)
    except (RedisError, OperationalError) as error:
        _log.warning("wake_failed", task=task, error=type(error).__name__)


def hold(task: str) -> None:
    """Say that the task runs and needs no wake until `begin`, or until KEY_SECONDS have passed."""
    try:
        valkey().set(_key(task), 1, ex=KEY_SECONDS)
    except RedisError as error:
        _log.warning("wake_failed", task=task, error=type(error).__name__)


def begin(task: str) -> None:
    """Say that what happens from now on needs a new wake."""
    _last.pop(task, None)
    try:
        valkey().delete(_key(task))
    except RedisError as error:
        _log.warning("wake_failed", task=task, error=type(error).__name__)


def _key(task: str) -> str:
    prefix = settings.CACHES["default"]["KEY_PREFIX"]
    return f"{prefix}:wake:{task}"
