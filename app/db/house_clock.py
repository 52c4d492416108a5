"""The clock of the house. Hosts may disagree, and anybody may set theirs; the database is one, and all ask it.

A window in which a mail can be taken back is opened by one host and closed by another: by their own clocks, a worker
half a minute ahead would send what a person still means to call back.
"""

import time
from collections.abc import Callable
from datetime import datetime, timedelta

import sqlalchemy as sa
import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from app.domain.clock import Clock, system_clock

LOOK_SECONDS = 10.0
SLOW_SECONDS = 1.0
"""An answer that took longer says too little about now: it waited somewhere, or this process was stopped meanwhile."""

APART_SECONDS = 5.0

log = structlog.get_logger()


class HouseClock:
    """PostgreSQL's time, gone on since the last look by the host's monotonic clock, which nobody sets. Before the first
    look it is the host's. A Clock: call it. `is_known` is told of it once it is right."""

    def __init__(
        self,
        host: Clock = system_clock,
        elapsed: Callable[[], float] = time.monotonic,
        *,
        is_known: Callable[[Clock], None] | None = None,
    ) -> None:
        self._host = host
        self._elapsed = elapsed
        self._is_known = is_known
        self._seen: tuple[datetime, float] | None = None
        self._is_apart = False

    def __call__(self) -> datetime:
        if self._seen is None:
            return self._host()
        at, since = self._seen
        return at + timedelta(seconds=self._elapsed() - since)

    async def look(self, session: AsyncSession) -> None:
        """Ask the database within a transaction, unless it was asked just now."""
        asked = self._elapsed()
        if self._seen is not None and asked - self._seen[1] < LOOK_SECONDS:
            return
        at = await session.scalar(sa.select(sa.func.clock_timestamp()))
        took = self._elapsed() - asked
        if at is None or took > SLOW_SECONDS:
            return
        is_first, self._seen = self._seen is None, (at + timedelta(seconds=took / 2), asked + took)
        if is_first and self._is_known is not None:
            self._is_known(self)
        self._compare()

    def _compare(self) -> None:
        """Say it once when the host's own clock is found wrong: others that run there go by it."""
        apart = abs((self._host() - self()).total_seconds())
        if apart > APART_SECONDS and not self._is_apart:
            log.warning("db.clock.apart", seconds=round(apart))
        self._is_apart = apart > APART_SECONDS
