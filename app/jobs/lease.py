"""Leases: who is alive. A worker renews its own; whoever finds another's run out takes over that worker's jobs.

The engine alone never does: a job of a killed worker would stay marked as running, and block its conversation, for
good. Whoever takes over ends the other's sessions of the database, which may hold locks that all wait for, and buries
the lease first. A worker that finds its own lease gone ends itself at once, since others may be doing its work by now;
one that finds it run out but not buried (the database was away) goes on, and takes back what it lost track of by then
(`presence.py`).
"""

import asyncio
import os
from collections.abc import Callable, Collection
from typing import NoReturn

import structlog

from app.db.engine import session_name
from app.db.uow import Database
from app.jobs.engine import Engine

LEASE_SECONDS = 7.5
RENEW_SECONDS = 2.5
"""A worker is taken for dead when its lease has run out at two looks in a row: when the database's clock jumps ahead,
all leases have run out at once, and those who are alive renew theirs between the two."""

KEYS_SECONDS = 60.0
"""How often this worker looks whether there is a newer master key."""

WORKER = "worker:"

log = structlog.get_logger()


def fence() -> NoReturn:
    """End the process without tidying up: exit code 70 (EX_SOFTWARE)."""
    os._exit(70)


class Heartbeat:
    """Renews this worker's lease, takes back jobs of its own that nobody works, and reaps those of workers whose lease
    has run out.

    Where nobody can take over (`is_alone`: SQLite, whose file one process holds), a lease that ran out, because a
    laptop slept or a long import held the file, is simply taken again.
    """

    def __init__(
        self, database: Database, engine: Engine, *, is_alone: bool, fence: Callable[[], None] = fence
    ) -> None:
        self._database = database
        self._engine = engine
        self._is_alone = is_alone
        self._fence = fence
        self._suspected: set[str] = set()
        self._tasks: tuple[asyncio.Task[None], ...] = ()

    async def start(self) -> None:
        """Take the lease, then keep it in the background."""
        await self._take()
        self._tasks = (asyncio.create_task(self._beat()), asyncio.create_task(self._look_for_keys()))

    async def stop(self) -> None:
        if self._tasks:
            for task in self._tasks:
                task.cancel()
            async with self._database.write() as uow:
                await uow.leases.drop(self._name, self._engine.executor_id)

    @property
    def _name(self) -> str:
        return WORKER + self._engine.executor_id

    async def _take(self) -> None:
        async with self._database.write() as uow:
            await uow.leases.take(self._name, self._engine.executor_id, LEASE_SECONDS)

    async def _beat(self) -> None:
        while True:
            await asyncio.sleep(RENEW_SECONDS)
            try:
                await self._renew()
                await self._reap()
            except Exception as error:  # whatever it is, the next beat must come: without it others take over
                log.warning("jobs.lease.failed", error=type(error).__name__)

    async def _look_for_keys(self) -> None:
        """In a task of its own: a database that does not answer must not let the beat wait."""
        while True:
            await asyncio.sleep(KEYS_SECONDS)
            try:
                await asyncio.to_thread(self._database.keyring.refresh)
            except Exception as error:  # what is known goes on to serve, and the next look must come
                log.warning("jobs.keys.failed", error=type(error).__name__)

    async def _renew(self) -> None:
        async with self._database.write() as uow:
            if await uow.leases.lock(self._name) is None and not self._is_alone:
                log.error("jobs.lease.lost", executor=self._engine.executor_id)
                self._fence()
            await uow.leases.take(self._name, self._engine.executor_id, LEASE_SECONDS)

    async def _reap(self) -> None:
        async with self._database.read() as uow:
            alive = await uow.leases.live(WORKER, LEASE_SECONDS)
            at_work = await uow.session.run_sync(self._engine.jobs_at_work)
        await self._take_back(at_work.pop(self._engine.executor_id, set()))
        suspects = at_work.keys() - alive
        twice, self._suspected = suspects & self._suspected, suspects
        if not twice:
            return
        await self._cut_off(twice)
        async with self._database.write() as uow:
            dead = await uow.leases.bury(WORKER, twice, LEASE_SECONDS)
        if dead:
            taken = await self._engine.take_over(sorted(dead))
            log.info("jobs.worker.reaped", workers=len(dead), jobs=taken)

    async def _take_back(self, marked: Collection[str]) -> None:
        taken = await self._engine.take_back(marked)
        if taken:
            log.warning("jobs.worker.lost_track", jobs=taken)

    async def _cut_off(self, executors: Collection[str]) -> None:
        """One that is alive after all connects again, and its jobs are tried again."""
        async with self._database.read() as uow:
            ended = await uow.leases.end_sessions({session_name(executor) for executor in executors})
        if ended:
            log.warning("jobs.worker.cut_off", sessions=ended)
