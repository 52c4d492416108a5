"""Work that is done once a day per database, whichever worker comes first.

A lease of the work's name tells it: while it is done, for as long as that may take; once done, until the day (UTC) is
over, or until its own hour comes again. One that fails gives its lease back, and one whose worker dies lets it run out:
it is tried again the same day.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from types import MappingProxyType

import structlog

from app.db.uow import Database
from app.domain.clock import Clock, DayBegin
from app.domain.ids import new_id

LOOK_SECONDS = 60.0
LONGEST_SECONDS = 3_600.0
"""How long a day's work may take before another worker thinks that it died."""

DAY_SECONDS = 90_000.0
"""The longest day has an hour more."""

LEASE = "daily:"

Work = Callable[[], Awaitable[object]]

log = structlog.get_logger()


class Daily:
    """Looks every minute for work that nobody has done today. Works by name; each is idempotent. `begins`: when the day
    of a work begins, midnight (UTC) for the others."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        works: Mapping[str, Work],
        begins: Mapping[str, DayBegin] = MappingProxyType({}),
    ) -> None:
        self._database = database
        self._clock = clock
        self._works = works
        self._begins = begins
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        self._task = asyncio.create_task(self._keep_looking())

    async def stop(self) -> None:
        if self._task is not None:
            self._task.cancel()

    async def look(self) -> list[str]:
        """Do what nobody has done today. Returns the names of what was done."""
        return [name for name, work in self._works.items() if await self._do(name, work)]

    async def _do(self, name: str, work: Work) -> bool:
        holder = str(new_id())
        if not await self._lease(name, holder, LONGEST_SECONDS):
            return False
        try:
            await work()
        except Exception as error:  # the day's other work goes on, and this is tried again
            log.warning("jobs.daily.failed", work=name, error=type(error).__name__)
            async with self._database.write() as uow:
                await uow.leases.drop(LEASE + name, holder)
            return False
        await self._lease(name, holder, self._seconds_left(name))
        log.info("jobs.daily.done", work=name)
        return True

    async def _lease(self, name: str, holder: str, seconds: float) -> bool:
        async with self._database.write() as uow:
            return await uow.leases.take(LEASE + name, holder, seconds, longest=DAY_SECONDS)

    def _seconds_left(self, name: str) -> float:
        now = self._clock()
        return (self._begins.get(name, DayBegin()).next_after(now) - now).total_seconds()

    async def _keep_looking(self) -> None:
        while True:
            try:
                await self.look()
            except Exception as error:  # the database was away: the next look must come
                log.warning("jobs.daily.failed", error=type(error).__name__)
            await asyncio.sleep(LOOK_SECONDS)
