"""What Cordboard writes about itself: one event a line, for people or as JSON, also what libraries log.

Never any number, name, attached data or token: callers of the log give it codes and ids of ours. Tracebacks carry no values
of variables.
"""

from __future__ import annotations

import logging
import sys

import structlog
from structlog.typing import Processor

from cordboard.settings import LogSettings


def configure(settings: LogSettings) -> None:
    """Set the process's logging up; called once, by whoever starts the process."""
    level = logging.getLevelNamesMapping()[settings.level.upper()]
    shared: list[Processor] = [
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.UnicodeDecoder(),
    ]
    rendering: list[Processor] = (
        [structlog.processors.format_exc_info, structlog.processors.JSONRenderer()]
        if settings.form == "json"
        else [
            structlog.dev.ConsoleRenderer(
                colors=sys.stderr.isatty(), exception_formatter=structlog.dev.plain_traceback
            )
        ]
    )
    structlog.configure(
        processors=[*shared, *rendering],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *rendering],
        )
    )
    # Libraries speak up when something is wrong; what they say of everyday things may quote a caller.
    logging.basicConfig(level=max(level, logging.WARNING), handlers=[handler], force=True)
