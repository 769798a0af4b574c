"""Structured logs: one JSON object a line, for our own and for foreign loggers."""

import logging.config
import sys
from typing import Any

import structlog
from structlog.typing import EventDict, Processor

from customs_portal.failures import traceback_without_values


def _errors_without_values(_logger: object, _name: str, event: EventDict) -> EventDict:
    """Tell an error by kind and way alone: its text may hold rules, reasons and names."""
    found = event.pop("exc_info", None)
    error = found[1] if isinstance(found, tuple) else sys.exc_info()[1] if found is True else found
    if isinstance(error, BaseException):
        event["exception"] = traceback_without_values(error)
    return event


def _tasks_without_values(_logger: object, _name: str, event: EventDict) -> EventDict:
    """Tell a failed task by its name: Celery's own line holds the text of the error."""
    record = event.get("_record")
    told = getattr(record, "data", None)
    if record is not None and record.name == "celery.app.trace" and isinstance(told, dict):
        event["event"] = f"Task {told.get('name')}[{told.get('id')}] {told.get('description', '')}"
    return event


_shared: list[Processor] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    _tasks_without_values,
    _errors_without_values,
]


def shared() -> list[Processor]:
    """Return the steps that every line of our own and of foreign loggers goes through."""
    return list(_shared)


def configure(settings: dict[str, Any]) -> None:
    """Set up logging from Django's LOGGING and structlog on top of it."""
    formatter = settings["formatters"]["json"]
    formatter["processor"] = structlog.processors.JSONRenderer()
    formatter["foreign_pre_chain"] = _shared
    logging.config.dictConfig(settings)
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *_shared,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
