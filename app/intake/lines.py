"""The connection of a watched mailbox, the one thread that speaks on it, and how long to wait after a failure.

The wait grows until a connection has been well for `stable` seconds: a server that lets us in and hangs up at once is a
failing one.

A thread is blocked in the kernel while nothing happens: fifty of them cost fifty stacks (some 60 KB each in use) and no
time. A selector loop would save the stacks and need an IMAP client of its own; a dead server holds up nobody else
either way.
"""

import asyncio
import random
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import ParamSpec, TypeVar

from app.domain.ports import MailFolder, MailLine
from app.intake.folders import FolderReader

P = ParamSpec("P")
R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class Pace:
    """In seconds: how long an IDLE goes without a look, waits after failures, and when a connection counts as well.

    After `idle_tries` IDLEs that broke off, a mailbox is polled for `idle_rest`. A line is lent for as long as others
    need it, at most `lent_most` at a stretch; this is asked every `lent`, and every `sweep` while it is ours.
    """

    sweep: float = 60.0
    first_wait: float = 1.0
    longest_wait: float = 300.0
    stable: float = 30.0
    idle_tries: int = 4
    idle_rest: float = 600.0
    lent: float = 2.0
    lent_most: float = 120.0


USUAL_PACE = Pace()


@dataclass(slots=True)
class Patience:
    """How long to wait after the next failure. Half of each wait is chance: mailboxes of one server spread out."""

    pace: Pace
    failures: int = 0
    well_since: float | None = None

    def succeeded(self, now: float) -> None:
        self.well_since = now if self.well_since is None else self.well_since

    def failed(self, now: float) -> float:
        if self.well_since is not None and now - self.well_since >= self.pace.stable:
            self.failures = 0
        self.well_since = None
        self.failures += 1
        wait = min(self.pace.first_wait * 2.0 ** min(self.failures - 1, 20), self.pace.longest_wait)
        return wait * random.uniform(0.5, 1.0)  # noqa: S311  # chance, not a secret


@dataclass(slots=True)
class Line:
    """The mailbox's connection, and the one thread that speaks on it: a dead server holds up nobody else."""

    thread: ThreadPoolExecutor
    patience: Patience
    connection: MailLine | None = None
    inbox: MailFolder | None = None
    folders: dict[str, MailFolder] = field(default_factory=dict)
    readers: dict[str, FolderReader] = field(default_factory=dict)
    no_sent_until: float = 0.0
    no_idle_until: float = 0.0

    async def blocking(self, call: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        return await asyncio.get_running_loop().run_in_executor(self.thread, partial(call, *args, **kwargs))

    async def hang_up(self) -> None:
        """The next look dials again."""
        if self.connection is not None:
            await self.blocking(self.connection.close)
        self.connection, self.inbox = None, None
        self.folders.clear()
        self.readers.clear()


@asynccontextmanager
async def kept_line(patience: Patience) -> AsyncIterator[Line]:
    line = Line(ThreadPoolExecutor(max_workers=1, thread_name_prefix="mailbox"), patience)
    try:
        yield line
    finally:
        if line.connection is not None:
            await asyncio.to_thread(line.connection.close)
        line.thread.shutdown(wait=False, cancel_futures=True)
