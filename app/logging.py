"""Logging: one JSON object a line, events and ids, never a body, a subject or an address."""

import logging
import sys

import structlog

QUIET = (
    "dbos",
    "httpx",
    "httpx2",
    "openai",
    "imapclient",
    "aiosmtplib",
    "uvicorn.access",
    "presidio-analyzer",
    "alembic",
)


def set_up_logging(*, level: str = "INFO", as_json: bool = True) -> None:
    """Configure structlog and hush the libraries: they would log addresses and bodies."""
    renderer: structlog.types.Processor = (
        structlog.processors.JSONRenderer() if as_json else structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
    )
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level]),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr, format="%(name)s %(levelname)s")
    for name in QUIET:
        logging.getLogger(name).setLevel(logging.CRITICAL)
