"""Logging: one JSON object a line, events and ids, never a body, a subject or an address."""

import logging
import math
import sys
import threading
import time
import traceback
from types import TracebackType
from typing import TypeAlias

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
    "opentelemetry",
)


NO_MORE_CONNECTIONS = "socket.accept() out of system resource"

Raised: TypeAlias = tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]


class WordlessFormatter(logging.Formatter):
    """Who logged, how grave, and where an error came from; never a text: it may hold an address or a statement."""

    def __init__(self) -> None:
        super().__init__("%(name)s %(levelname)s")

    def formatException(self, ei: Raised) -> str:  # noqa: N802  # logging's own name
        return wordless(ei[0], ei[2])


def wordless(kind: type[BaseException] | None, trace: TracebackType | None) -> str:
    """A traceback without the text of its error and without source lines."""
    places = [f"  {frame.filename}:{frame.lineno} in {frame.name}" for frame in traceback.extract_tb(trace)]
    return "\n".join([*places, kind.__name__ if kind else ""])


class SaidNowAndThen(logging.Filter):
    """Where no file can be opened any more, asyncio says so of each connection that it might have taken, two thousand
    times a second: a full disk would be next. Once a minute is enough, with what helps."""

    SECONDS = 60.0

    def __init__(self) -> None:
        super().__init__()
        self._said = -math.inf

    def filter(self, record: logging.LogRecord) -> bool:
        if not record.getMessage().startswith(NO_MORE_CONNECTIONS):
            return True
        if time.monotonic() - self._said >= self.SECONDS:
            self._said = time.monotonic()
            hint = "too many open files, or no memory: raise ulimit -n (LimitNOFILE), or limit connections in front"
            structlog.get_logger().error("web.connections.refused", hint=hint)
        return False


_NOW_AND_THEN = SaidNowAndThen()


def _thread_failed(failure: threading.ExceptHookArgs) -> None:
    sys.stderr.write(f"{wordless(failure.exc_type, failure.exc_traceback)}\n")


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
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(WordlessFormatter())
    logging.basicConfig(level=logging.WARNING, handlers=[handler])
    threading.excepthook = _thread_failed
    logging.getLogger("asyncio").addFilter(_NOW_AND_THEN)
    for name in QUIET:
        logging.getLogger(name).setLevel(logging.CRITICAL)
