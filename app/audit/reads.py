"""The chain of reads, written in batches: who looks at a page waits for no write.

What was noted and not yet written is lost when the process is killed: at most what came within FLUSH_SECONDS. A list
that is full, since the database does not answer, counts what it cannot take, and the chain says how many.
"""

import asyncio
import contextlib
from collections import deque
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import structlog
from sqlalchemy.exc import SQLAlchemyError

from app.db.repositories.trail import Trail
from app.db.tables.system import Chain
from app.db.uow import Database
from app.domain.clock import Clock
from app.domain.people import SignedIn

FLUSH_SECONDS = 1.0
MOST_WAITING = 10_000
REPEATED = timedelta(minutes=15)

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class _Read:
    at: datetime
    kind: str
    actor: str
    refs: dict[str, object]


class ReadLog:
    def __init__(self, database: Database, clock: Clock, *, most_waiting: int = MOST_WAITING) -> None:
        self._database = database
        self._clock = clock
        self._waiting: deque[_Read] = deque()
        self._most = most_waiting
        self._asked: dict[tuple[str, str, str], datetime] = {}
        self._lost = 0
        self._ends = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    def note(self, kind: str, *, by: SignedIn, repeats: str = "", **refs: object) -> None:
        """To be written within a second. `refs` are ids and closed words; `repeats`, which is not kept, names a
        question that a page asks again and again by itself."""
        if repeats and not self._is_new((by.actor, kind, repeats)):
            return
        if len(self._waiting) >= self._most:
            self._lost += 1
            return
        self._waiting.append(_Read(self._clock(), kind, by.actor, refs))

    def _is_new(self, question: tuple[str, str, str]) -> bool:
        now = self._clock()
        if self._asked.get(question, now - REPEATED) > now - REPEATED:
            return False
        if len(self._asked) >= self._most:
            self._asked.clear()
        self._asked[question] = now
        return True

    def start(self) -> None:
        self._task = asyncio.create_task(self._keep_writing())

    async def stop(self) -> None:
        """Write what waits, and end."""
        self._ends.set()
        if self._task is not None:
            await self._task

    async def flush(self) -> int:
        """Write what waits, as one transaction, in the order of looking. Returns how many were written."""
        batch, lost = list(self._waiting), self._lost
        if not batch and not lost:
            return 0
        reviews = {UUID(str(read.refs["review_id"])) for read in batch if "review_id" in read.refs}
        async with self._database.write() as uow:
            mails = await Trail(uow.session).mails_of(reviews)
            for read in batch:
                mail = mails.get(str(read.refs.get("review_id", "")))
                refs = {"message_id": mail, **read.refs} if mail else read.refs
                uow.audit.add_read(read.kind, actor=read.actor, at=read.at, refs=refs)
            if lost:
                uow.audit.add("audit.reads.lost", chain=Chain.ACCESS, count=lost)
        for _ in batch:
            self._waiting.popleft()
        self._lost -= lost
        return len(batch)

    async def _keep_writing(self) -> None:
        is_over = False
        while not is_over:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._ends.wait(), FLUSH_SECONDS)
            is_over = self._ends.is_set()
            try:
                await self.flush()
            except (SQLAlchemyError, OSError) as error:  # it stays in the list
                log.warning("audit.reads.delayed", error=type(error).__name__, waiting=len(self._waiting))
