"""What has changed, told to whoever is looking: after a commit, never before, and never a word of it.

    write ── note_change ──▶ on SQLite, where one process writes: Changes ──▶ open browsers
                        └──▶ on PostgreSQL: NOTIFY, sent by the commit ──▶ Listener of each API process ──▶ Changes

A change is the word `queue` (some list or number has moved) or `review:ID` (a case has, or who looks at it).
"""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from uuid import UUID

import asyncpg
import sqlalchemy as sa
import structlog
from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapper, Session, object_session

from app.db.tables.mail import MessageRow

CHANNEL = "duebox_changes"
QUEUE = "queue"
MOST = 100
"""A transaction that changes more cases says that the queue has changed: an address of NOTIFY holds 8,000 bytes."""

AGAIN_SECONDS = 2.0
STILL_THERE_SECONDS = 60.0
"""How often the server is asked whether it is still there: a line that is cut says nothing."""

PATIENCE_SECONDS = 10.0
_KEY = "changes"

log = structlog.get_logger()


class Changes:
    """Hands every change to everyone who listens. A listener that does not keep up is told once, not never."""

    def __init__(self) -> None:
        self._listening: set[Listening] = set()

    def publish(self, changes: frozenset[str]) -> None:
        for listening in self._listening:
            listening.hear(changes)

    @contextmanager
    def listen(self) -> Iterator["Listening"]:
        listening = Listening()
        self._listening.add(listening)
        try:
            yield listening
        finally:
            self._listening.discard(listening)


class Listening:
    """One who listens: what they have not been told yet, each change once."""

    def __init__(self) -> None:
        self._heard: set[str] = set()
        self._something = asyncio.Event()

    def hear(self, changes: frozenset[str]) -> None:
        self._heard |= changes
        self._something.set()

    async def next(self, seconds: float) -> frozenset[str]:
        """What has changed since; empty when nothing did for so long."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self._something.wait(), seconds)
        self._something.clear()
        heard, self._heard = frozenset(self._heard), set()
        return heard


def note_change(session: AsyncSession | Session, *reviews: UUID) -> None:
    """This transaction changes what the queue shows; of these reviews also who looks at them, or how they stand."""
    changed: set[str] = session.info.setdefault(_KEY, set())
    changed.add(QUEUE)
    if len(changed) + len(reviews) <= MOST:
        changed.update(f"review:{review}" for review in reviews)


def noted(session: AsyncSession) -> frozenset[str]:
    return frozenset(session.info.get(_KEY, ()))


async def tell_others(session: AsyncSession, changes: frozenset[str]) -> None:
    """The commit of this transaction tells every process, on PostgreSQL."""
    await session.execute(sa.select(sa.func.pg_notify(CHANNEL, " ".join(sorted(changes)))))


@event.listens_for(MessageRow, "after_insert")
@event.listens_for(MessageRow, "after_update")
def _moved(_mapper: Mapper[MessageRow], _connection: sa.Connection, row: MessageRow) -> None:
    session = object_session(row)
    if session is not None and sa.inspect(row).attrs.state.history.has_changes():
        note_change(session)


class Listener:
    """Hears on a connection of its own what other processes commit. While it was deaf, anything may have changed."""

    def __init__(self, url: str, changes: Changes) -> None:
        self._dsn = sa.make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
        self._changes = changes
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        self._task = asyncio.create_task(self._keep_listening())

    async def stop(self) -> None:
        if self._task is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task

    async def _keep_listening(self) -> None:
        while True:
            try:
                await self._listen()
            except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
                log.warning("web.changes.deaf", error=type(error).__name__)
            await asyncio.sleep(AGAIN_SECONDS)

    async def _listen(self) -> None:
        """Until the connection is lost."""
        lost = asyncio.Event()
        connection = await asyncpg.connect(self._dsn, timeout=PATIENCE_SECONDS)
        try:
            connection.add_termination_listener(lambda _: lost.set())
            await connection.add_listener(CHANNEL, self._hear)
            self._changes.publish(frozenset({QUEUE}))
            while not lost.is_set():
                with suppress(TimeoutError):
                    await asyncio.wait_for(lost.wait(), STILL_THERE_SECONDS)
                await connection.execute("SELECT 1", timeout=PATIENCE_SECONDS)
        finally:
            await connection.close(timeout=1)

    def _hear(self, _connection: object, _pid: int, _channel: str, payload: str) -> None:
        self._changes.publish(frozenset(payload.split()))
