"""Structured logs: one JSON object a line, for our own and for foreign loggers."""

import logging.config
from typing import Any

import structlog
from structlog.typing import Processor

_shared: list[Processor] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    structlog.processors.format_exc_info,
]


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
