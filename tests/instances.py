"""Instances of Duebox for tests: on SQLite and on PostgreSQL, with the same code."""

import secrets
import shutil
import sqlite3
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from email.message import EmailMessage
from pathlib import Path
from uuid import UUID

import pytest

from app.db.engine import async_engine, sync_engine
from app.db.migrating import upgrade
from app.db.opening import stored_keys
from app.db.sealing import Keyring
from app.db.tables.ledger import ContactRow, CustomerRow, InvoiceRow
from app.db.tables.mail import MailboxKind, MailboxRow, MessageRow
from app.db.tables.system import UserRow
from app.db.tables.work import ReviewRow
from app.db.uow import Database
from app.domain.account import ContactRole, InvoiceKind, InvoiceStatus
from app.domain.ids import new_id
from app.domain.people import SignedIn
from app.domain.review import ReviewState, Role
from app.domain.sending import Pace
from app.intake.bodies import Bodies
from app.intake.dispatch import Dispatcher
from app.intake.incoming import Incoming
from app.intake.service import IntakeService
from app.intake.webhooks.schemes import Schemes, schemes
from app.jobs.engine import Engine, migrate
from app.outbox.service import OutboxService
from app.policies.loading import load_policy
from app.review.service import ReviewService
from app.triage.service import TriageService
from tests.fakes import FixedClock, KnownSentFolder, PlainMind, RecordingSender, always_due, no_network
from tests.servers.postgres import Postgres

SECRET = "a secret of the tests, long enough"
ADDRESS = "collections@seller.example"

on_sqlite = pytest.mark.parametrize("migrated_url", ["sqlite"], indirect=True)
"""For a test of what is the same on every database: once is enough."""


@dataclass
class Instance:
    """A database with the stations on top, worked by hand: no job runs by itself."""

    url: str
    database: Database
    engine: Engine
    clock: FixedClock
    mind: PlainMind
    sender: RecordingSender
    sent_folder: KnownSentFolder
    intake: IntakeService
    dispatcher: Dispatcher
    triage: TriageService
    reviews: ReviewService
    outbox: OutboxService
    collector: SignedIn
    mailbox_id: UUID
    bodies: Bodies = field(default_factory=Bodies)
    schemes: Schemes = field(default_factory=lambda: schemes(no_network))
    taken: int = field(default=0)

    async def receive(self, *mails: bytes) -> list[MessageRow]:
        """Store mails as a webhook would. Returns all messages, in order."""
        incoming = []
        for raw in mails:
            self.taken += 1
            incoming.append(Incoming(f"webhook:{self.taken}", raw, self.clock()))
        await self.intake.store(self.mailbox_id, incoming)
        return await self.messages()

    async def work(self, *mails: bytes) -> list[ReviewRow]:
        """Receive mails and triage each. Returns the pending reviews."""
        await self.receive(*mails)
        for message in await self.messages():
            await self.triage.work(str(message.id))
        return await self.pending()

    async def messages(self) -> list[MessageRow]:
        async with self.database.read() as uow:
            return list(await uow.messages.page(state=None, after=None, limit=1000))

    async def current(self, review: ReviewRow) -> ReviewRow:
        """The review as it stands now."""
        async with self.database.read() as uow:
            return await uow.reviews.get(review.id)

    async def pending(self) -> list[ReviewRow]:
        async with self.database.read() as uow:
            return list(await uow.reviews.page(state=ReviewState.PENDING, after=None, limit=1000))


def mail(
    body: str = "We will pay INV-1 on Friday.",
    *,
    subject: str = "Re: Reminder",
    sender: str = "Petra Vane <petra@customer.example>",
    message_id: str = "",
    references: Sequence[str] = (),
    headers: Sequence[tuple[str, str]] = (),
) -> bytes:
    """A plain mail. `message_id` and `references` without brackets."""
    message = EmailMessage()
    message["From"] = sender
    message["To"] = ADDRESS
    message["Subject"] = subject
    message["Date"] = "Thu, 21 May 2026 09:00:00 +0000"
    message["Message-ID"] = f"<{message_id or secrets.token_hex(8) + '@customer.example'}>"
    if references:
        message["References"] = " ".join(f"<{ref}>" for ref in references)
        message["In-Reply-To"] = f"<{references[-1]}>"
    for name, value in headers:
        message[name] = value
    message.set_content(body)
    return message.as_bytes()


@pytest.fixture(scope="session")
def migrated_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file with the schema, to be copied."""
    path = tmp_path_factory.mktemp("migrated") / "duebox.db"
    prepare(f"sqlite:///{path}")
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return path


@pytest.fixture(scope="session")
def migrated_database(postgres: Postgres) -> str:
    """A PostgreSQL database with the schema, to be copied."""
    url = postgres.create_database()
    prepare(url)
    return url


def prepare(url: str) -> None:
    upgrade(url)
    migrate(url)


@pytest.fixture(params=["sqlite", "postgresql"])
def migrated_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A database of each kind in turn, with the schema and nothing in it."""
    if request.param == "sqlite":
        shutil.copy(request.getfixturevalue("migrated_file"), tmp_path / "duebox.db")
        yield f"sqlite:///{tmp_path / 'duebox.db'}"
        return
    postgres: Postgres = request.getfixturevalue("postgres")
    url = postgres.create_database(template=request.getfixturevalue("migrated_database"))
    yield url
    postgres.drop_database(url)


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An empty database of each kind in turn."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'duebox.db'}"
    url: str = request.getfixturevalue("postgres_url")
    return url


@pytest.fixture
async def instance(migrated_url: str) -> AsyncIterator[Instance]:
    """An instance with one webhook mailbox, one collector, and one customer who owes INV-1."""
    async with instance_on(migrated_url) as made:
        yield made


@asynccontextmanager
async def instance_on(migrated_url: str, *, like: Instance | None = None) -> AsyncIterator[Instance]:
    """The same, on a database of one's own; or on one that holds what another instance's held."""
    clock, mind, sender, sent_folder = FixedClock(), PlainMind(), RecordingSender(), KnownSentFolder()
    engine = Engine(sync_engine(migrated_url), executor_id="test", poll_seconds=0.2)
    database = Database(
        async_engine(migrated_url, for_writing=True),
        async_engine(migrated_url, for_writing=False),
        Keyring(SECRET, lambda: stored_keys(migrated_url)),
        clock,
        engine.enqueue,
    )
    collector, mailbox_id = (like.collector, like.mailbox_id) if like else await furnish(database)
    yield Instance(
        url=migrated_url,
        database=database,
        engine=engine,
        clock=clock,
        mind=mind,
        sender=sender,
        sent_folder=sent_folder,
        intake=IntakeService(database, clock),
        dispatcher=Dispatcher(database),
        triage=TriageService(database, mind, load_policy(), clock),
        reviews=ReviewService(database, load_policy(), clock, undo_seconds=30),
        outbox=OutboxService(
            database, sender, sent_folder, clock, pace=Pace(), sending_stopped=False, due_in=always_due
        ),
        collector=collector,
        mailbox_id=mailbox_id,
    )
    await database.dispose()
    engine.dispose()


async def furnish(database: Database) -> tuple[SignedIn, UUID]:
    async with database.write() as uow:
        box: MailboxRow = await uow.mailboxes.add(
            secret="", name="test", address=ADDRESS, team="Seller, Receivables", kind=MailboxKind.WEBHOOK, scheme="raw"
        )
        user = UserRow(
            id=new_id(),
            email="ines@seller.example",
            name="Ines Halvard",
            role=Role.COLLECTOR,
            password_hash="",
            created_at=FixedClock().now,
        )
        uow.users.add(user)
        uow.session.add(CustomerRow(id="C-1", name="Customer Ltd", language="en", currency="EUR"))
        await uow.session.flush()
        uow.session.add_all(customers_papers())
        return SignedIn(user.id, user.name, user.email, user.role), box.id


def customers_papers() -> list[ContactRow | InvoiceRow]:
    """The contact and the invoice of the only customer."""
    return [
        ContactRow(
            id=new_id(),
            customer_id="C-1",
            name="Petra Vane",
            email="petra@customer.example",
            role=ContactRole.ACCOUNTS_PAYABLE,
        ),
        InvoiceRow(
            id=new_id(),
            number="INV-1",
            customer_id="C-1",
            kind=InvoiceKind.INVOICE,
            amount=Decimal("100.00"),
            open_amount=Decimal("100.00"),
            currency="EUR",
            issue_date=date(2026, 4, 1),
            due_date=date(2026, 5, 1),
            status=InvoiceStatus.OPEN,
        ),
    ]
