"""One block is one transaction: it commits when the block ends well and rolls back when it raises. Nobody calls
`commit`."""

import asyncio
import sqlite3
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, closing, nullcontext

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker
from sqlalchemy.orm import Session

from app.db.changes import Changes, noted, tell_others
from app.db.house_clock import HouseClock
from app.db.narrowing import NarrowedSession
from app.db.outages import why_unwritable
from app.db.repositories.addresses import Addresses
from app.db.repositories.ancestry import Ancestry
from app.db.repositories.audit import AuditLog
from app.db.repositories.audit_tree import AuditTree
from app.db.repositories.balances import Balances
from app.db.repositories.cases import Cases
from app.db.repositories.contacts import Contacts
from app.db.repositories.documents import Documents
from app.db.repositories.figures import Figures
from app.db.repositories.guidance import Guidance
from app.db.repositories.identity import Users
from app.db.repositories.leases import Leases
from app.db.repositories.ledger import Ledger
from app.db.repositories.mailboxes import Mailboxes
from app.db.repositories.messages import Messages
from app.db.repositories.notices import Notices
from app.db.repositories.outbox import Outbox
from app.db.repositories.oversight import Oversight
from app.db.repositories.planted import PlantedItems
from app.db.repositories.presences import Presences
from app.db.repositories.reminder_book import ReminderBook
from app.db.repositories.reviews import Reviews
from app.db.repositories.search import Search
from app.db.repositories.sources import Sources
from app.db.repositories.tasks import Tasks
from app.db.repositories.views import Views
from app.db.repositories.words import Words
from app.db.repositories.worklists import Worklists
from app.db.sealing import Keyring
from app.domain.clock import Clock
from app.domain.job import Job

JUST_NOW_SECONDS = 10.0
"""Four beats of a worker, each of which writes."""

Enqueue = Callable[[Session, Job], None]
"""Puts a job into the engine's queue within the caller's transaction."""


class Uow:
    """One transaction with everything that can be said in it."""

    def __init__(self, session: AsyncSession, keyring: Keyring, clock: Clock, enqueue: Enqueue) -> None:
        self.session = session
        self.words = Words(session, keyring, clock)
        self.messages = Messages(session, self.words, clock)
        self.sources = Sources(session, keyring)
        self.ancestry = Ancestry(session)
        self.mailboxes = Mailboxes(session, keyring, clock)
        self.leases = Leases(session, clock)
        self.reviews = Reviews(session, clock)
        self.search = Search(session, keyring)
        self.worklists = Worklists(session, self.search, clock)
        self.presences = Presences(session, clock)
        self.views = Views(session, keyring, clock)
        self.notices = Notices(session, keyring, clock)
        self.outbox = Outbox(session, clock)
        self.cases = Cases(session, clock)
        self.tasks = Tasks(session, keyring, clock)
        self.ledger = Ledger(session, self.cases, clock)
        self.addresses = Addresses(session, keyring)
        self.documents = Documents(session, keyring, clock)
        self.figures = Figures(session)
        self.balances = Balances(session)
        self.guidance = Guidance(session, self.words, clock)
        self.contacts = Contacts(session, self.words, clock)
        self.reminders = ReminderBook(session, clock)
        self.users = Users(session, keyring, clock)
        self.oversight = Oversight(session, keyring, clock)
        self.audit = AuditLog(session, clock)
        self.audit_tree = AuditTree(session)
        self.planted = PlantedItems(session, self.words, self.audit, clock)
        self.clock = clock
        self._enqueue = enqueue
        self._afterwards: list[Callable[[], None]] = []

    async def enqueue(self, *jobs: Job) -> None:
        """Queue jobs that exist if and only if this transaction commits."""

        def all_of_them(session: Session) -> None:
            for job in jobs:
                self._enqueue(session, job)

        await self.session.run_sync(all_of_them)

    def once_committed(self, tell: Callable[[], None]) -> None:
        """Something to say that is true only then. It must not raise."""
        self._afterwards.append(tell)

    def tell_afterwards(self) -> None:
        """What waited for the commit."""
        for tell in self._afterwards:
            tell()


class Database:
    """Opens transactions: `write()` to change something, `read()` to look."""

    def __init__(
        self, writing: AsyncEngine, reading: AsyncEngine, keyring: Keyring, clock: Clock, enqueue: Enqueue
    ) -> None:
        self._writing = writing
        self._reading = reading
        self._write_session = async_sessionmaker(writing, expire_on_commit=False, sync_session_class=NarrowedSession)
        self._read_session = async_sessionmaker(reading, expire_on_commit=False, sync_session_class=NarrowedSession)
        self._keyring = keyring
        self._clock = clock
        self._house_clock = clock if isinstance(clock, HouseClock) else None
        self._enqueue = enqueue
        self._tells_others = writing.dialect.name == "postgresql"
        self._turn = nullcontext() if self._tells_others else asyncio.Lock()
        self._unwritable = ("", 0.0)
        self.changes = Changes()

    @property
    def unwritable(self) -> str:
        """By which closed word a transaction of this process was not written just now; empty when none was lost."""
        word, since = self._unwritable
        return word if time.monotonic() - since < JUST_NOW_SECONDS else ""

    @property
    def keyring(self) -> Keyring:
        return self._keyring

    @asynccontextmanager
    async def write(self) -> AsyncIterator[Uow]:
        """On SQLite one at a time, in the order of asking: its own waiting sleeps, and lets latecomers pass."""
        try:
            async with self._write() as uow:
                yield uow
        except (SQLAlchemyError, OSError) as error:
            self._unwritable = why_unwritable(error), time.monotonic()
            raise
        self._unwritable = ("", 0.0)

    @asynccontextmanager
    async def _write(self) -> AsyncIterator[Uow]:
        async with self._turn, self._write_session.begin() as session:
            if self._house_clock is not None:
                await self._house_clock.look(session)
            uow = Uow(session, self._keyring, self._clock, self._enqueue)
            yield uow
            await session.flush()
            changes = noted(session)
            if changes and self._tells_others:
                await tell_others(session, changes)
            await uow.audit.flush()
        uow.tell_afterwards()
        if changes and not self._tells_others:
            self.changes.publish(changes)

    @asynccontextmanager
    async def read(self) -> AsyncIterator[Uow]:
        async with self._read_session() as session:
            yield Uow(session, self._keyring, self._clock, self._enqueue)

    async def empty_journal(self) -> None:
        """On SQLite: write the journal into the file and empty it, so that nothing overwritten is left in it."""
        if self._writing.dialect.name == "sqlite":
            await asyncio.to_thread(_empty_journal, self._writing.url.database or "")

    async def dispose(self) -> None:
        await self._writing.dispose()
        await self._reading.dispose()


def _empty_journal(path: str) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
