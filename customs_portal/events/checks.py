"""System checks of the pipeline."""

from collections.abc import Sequence
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from django.apps import AppConfig, apps
from django.core.checks import CheckMessage, Error, register

from customs_portal.events.kinds import Kind
from customs_portal.events.routing import import_handler, pipeline


@register("pipeline")
def check_pipeline(
    app_configs: Sequence[AppConfig] | None = None, **kwargs: Any
) -> list[CheckMessage]:
    """Every declared kind is routed or story-only, and every handler can be imported."""
    return [*_unrouted(), *_unknown_consumers(), *_broken_paths()]


def _declared() -> list[Kind]:
    modules = [f"{app.name}.events" for app in apps.get_app_configs() if _has_events(app.name)]
    values = [value for name in modules for value in vars(import_module(name)).values()]
    return [value for value in values if isinstance(value, Kind)]


def _has_events(app: str) -> bool:
    return find_spec(f"{app}.events") is not None


def _unrouted() -> list[CheckMessage]:
    known = pipeline().kinds()
    return [
        Error(f"The kind {kind.name} is neither routed nor story-only.", id="events.E001")
        for kind in _declared()
        if kind.name not in known
    ]


def _unknown_consumers() -> list[CheckMessage]:
    line = pipeline()
    names = {consumer.name for consumer in line.consumers}
    return [
        Error(f"The kind {kind.name} is routed to {name}, which is none.", id="events.E002")
        for kind, found in line.routes.items()
        for name in found
        if name not in names
    ]


def _broken_paths() -> list[CheckMessage]:
    problems: list[CheckMessage] = []
    for consumer in pipeline().consumers:
        try:
            consumer.handler()
            if consumer.give_up:
                import_handler(consumer.give_up)
        except ImportError as error:
            problems.append(Error(f"{consumer.name}: {error}", id="events.E003"))
    return problems
