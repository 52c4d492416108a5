"""The ground to measure on: an installation with customers, and a hand inside its database that puts mail in.

bench process ── IntakeService.store ──▶ database ◀── jobs, pages ── `duebox serve`, `duebox worker`: real processes
"""

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from app.db.engine import async_engine, sync_engine
from app.db.sealing import Keyring
from app.db.tables.ledger import ContactRow, CustomerRow, InvoiceRow
from app.db.tables.mail import MailboxKind
from app.db.uow import Database
from app.domain.account import ContactRole, InvoiceKind, InvoiceStatus
from app.domain.clock import system_clock
from app.domain.ids import new_id
from app.domain.message import MessageState
from app.domain.review import Role
from app.identity.service import IdentityService
from app.intake.incoming import Incoming
from app.intake.service import IntakeService
from app.jobs.engine import Engine
from tests.bench.mails import OUR_ADDRESS, contact_address, contact_name, invoice
from tests.running import COLLECTOR, PASSWORD, Installation

LOOK_SECONDS = 0.25


class NotMeasured(Exception):
    """A figure could not be measured; the message says why."""


@dataclass(slots=True)
class Ground:
    """Opened by `ground`; `mailbox_id` is a webhook's, so that nothing looks for its mail elsewhere."""

    database: Database
    intake: IntakeService
    engine: Engine
    mailbox_id: UUID
    received: int = 0

    async def receive(self, mails: Sequence[bytes]) -> list[str]:
        """Store mails as intake does, with the job that works them. Returns the keys that they are stored under."""
        incoming = [Incoming(f"bench:{self.received + n}", raw, system_clock()) for n, raw in enumerate(mails)]
        self.received += await self.intake.store(self.mailbox_id, incoming)
        return [one.source for one in incoming]

    async def counts(self) -> dict[MessageState, int]:
        async with self.database.read() as uow:
            return await uow.messages.counts()

    async def waiting(self) -> int:
        return (await self.counts())[MessageState.IN_WORK]

    async def wait_until_worked(self, seconds: float, *, but: int = 0) -> float:
        """Wait until no mail is in work, or only so many. Returns for how long; raises NotMeasured when time is up."""
        begun = time.perf_counter()
        while (waiting := await self.waiting()) > but:
            if time.perf_counter() - begun > seconds:
                raise NotMeasured(f"{waiting} mails are still in work after {seconds:g} s")
            await asyncio.sleep(LOOK_SECONDS)
        return time.perf_counter() - begun

    async def workers_at_work(self) -> set[str]:
        """The workers that have a mail in hand, by their names in the job engine."""
        async with self.database.read() as uow:
            return set(await uow.session.run_sync(self.engine.jobs_at_work))

    async def share_reviewed(self) -> float:
        """Which part of the mails came to a person, with a draft or a reason."""
        counts = await self.counts()
        return counts[MessageState.PENDING] / max(sum(counts.values()), 1)


@asynccontextmanager
async def ground(installation: Installation, *, customers: int = 50) -> AsyncIterator[Ground]:
    """Furnish a migrated, empty installation and keep a hand in its database."""
    engine = Engine(sync_engine(installation.url), executor_id="bench", poll_seconds=1)
    database = open_database(installation, engine)
    try:
        await _furnish(database, customers)
        async with database.write() as uow:
            row = await uow.mailboxes.add(
                secret="", name="bench", address=OUR_ADDRESS, team="Receivables", kind=MailboxKind.WEBHOOK, scheme="raw"
            )
        yield Ground(database, IntakeService(database, system_clock), engine, row.id)
    finally:
        await database.dispose()
        engine.dispose()


def open_database(installation: Installation, engine: Engine) -> Database:
    return Database(
        async_engine(installation.url, for_writing=True),
        async_engine(installation.url, for_writing=False),
        Keyring(installation.environment["DUEBOX_SECRET_KEY"]),
        system_clock,
        engine.enqueue,
    )


async def _furnish(database: Database, customers: int) -> None:
    identity = IdentityService(database, system_clock)
    await identity.add_user(email=COLLECTOR, name="Ines Halvard", role=Role.COLLECTOR, password=PASSWORD)
    numbers = range(1, customers + 1)
    async with database.write() as uow:
        uow.session.add_all(
            CustomerRow(id=f"C-{n}", name=f"Customer {n} Ltd", language="en", country="GB", currency="EUR")
            for n in numbers
        )
        await uow.session.flush()
        uow.session.add_all(_contact(n) for n in numbers)
        uow.session.add_all(_invoice(n, which) for n in numbers for which in (1, 2, 3))


def _contact(customer: int) -> ContactRow:
    return ContactRow(
        id=new_id(),
        customer_id=f"C-{customer}",
        name=contact_name(customer),
        email=contact_address(customer),
        role=ContactRole.ACCOUNTS_PAYABLE,
    )


def _invoice(customer: int, which: int) -> InvoiceRow:
    amount = Decimal(100 * which + customer)
    return InvoiceRow(
        id=new_id(),
        number=invoice(customer, which),
        customer_id=f"C-{customer}",
        kind=InvoiceKind.INVOICE,
        amount=amount,
        open_amount=amount,
        currency="EUR",
        issue_date=date(2026, 3, which),
        due_date=date(2026, 4, which),
        status=InvoiceStatus.OPEN,
    )
