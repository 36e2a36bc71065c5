"""Structured log: a static message, values as keys, one JSON object a line (or readable lines on a terminal).

Personal data may only stand under a key that begins with `pii_`; those keys are dropped here unless the operator
has turned them on, so that a careless line cannot leak. Nothing is sent anywhere: lines go to standard error.
"""

import logging
import sys
from collections.abc import MutableMapping
from typing import Any

import structlog

Event = MutableMapping[str, Any]


def configure(*, level: str = "info", as_json: bool = False, keep_personal: bool = False) -> None:
    """Set up the process's log. `level` is a standard level name."""
    renderer: Any = (
        structlog.processors.JSONRenderer() if as_json else structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
    )

    def drop_personal(_logger: Any, _name: str, event: Event) -> Event:
        if not keep_personal:
            for key in [key for key in event if key.startswith("pii_")]:
                del event[key]
        return event

    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            drop_personal,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(getattr(logging, level.upper(), logging.INFO)),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=False,
    )


def get(name: str) -> structlog.typing.FilteringBoundLogger:
    """The logger of a room."""
    logger: structlog.typing.FilteringBoundLogger = structlog.get_logger(room=name)
    return logger
