"""How fast a mailbox is taken in, beside how fast a plain IMAPClient can read it at all, and beside what one would
write in an afternoon with the standard library.

baseline: IMAPClient ── FETCH 100 UIDs BODY.PEEK[] ──▶ Dovecot, until all mails are in memory
naive:    imaplib ── FETCH of one mail ──▶ email.policy.default, its parts decoded ──▶ one INSERT, one commit
ours:     FolderReader over ImapFolder ── the same mailbox ──▶ read, seal, commit to PostgreSQL, cursor and all
"""

import asyncio
import imaplib
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from email import message_from_bytes
from email.policy import default
from functools import partial
from pathlib import Path
from typing import ParamSpec, TypeVar
from uuid import UUID

import psycopg
from imapclient import IMAPClient

from app.adapters.imap.folder import ImapMailbox
from app.db.migrating import upgrade
from app.db.tables.mail import FolderRole, FolderRow, MailboxKind, Security
from app.db.uow import Database
from app.domain.clock import system_clock
from app.domain.message import MessageState
from app.domain.ports import MailAccount
from app.intake.folders import FolderReader
from app.intake.passages import Watched, lease_of
from app.intake.service import IntakeService
from app.jobs.engine import migrate
from tests.bench.figures import Figure, Goal, rate
from tests.bench.ground import Ground, NotMeasured, ground
from tests.bench.load import load_average
from tests.bench.mails import MailMaker, mean_size
from tests.running import Installation
from tests.servers.dovecot import Dovecot, Mailbox
from tests.servers.postgres import Postgres

BATCH = 100
HOLDER = "bench"
LEASE_SECONDS = 600.0
GOAL = Goal("≥", 0.6)
GOAL_BESIDE_NAIVE = Goal("≥", 8)
NAIVE_MAILS = 100

P = ParamSpec("P")
R = TypeVar("R")


def measure(folder: Path, *, quick: bool) -> list[Figure]:
    count, rounds = (300, 3) if quick else (2_000, 5)
    mails = MailMaker(1).for_ingest(count)
    with Dovecot() as dovecot, Postgres() as postgres:
        mailbox = dovecot.mailbox()
        for raw in mails:
            mailbox.drop(raw)
        plain: list[tuple[int, float]] = []
        ours: list[tuple[int, float]] = []
        naive: list[tuple[int, float]] = []
        template = postgres.create_database()
        upgrade(template)
        migrate(template)
        fetch_all(mailbox, count)  # Dovecot indexes what it sees for the first time
        for _ in range(rounds):
            plain.append((count, fetch_all(mailbox, count)))
            url = postgres.create_database(template=template)
            ours.append((count, asyncio.run(ingest_all(Installation(url, folder), mailbox, count))))
            naive.append((NAIVE_MAILS, ingest_naively(mailbox, url)))
            postgres.drop_database(url)
    size = mean_size(mails) / 1_000
    note = f"{count} mails of {size:.0f} kB on average, medians of {rounds} rounds each in turn; {load_average()}"
    return [
        Figure("ingest_ratio", rate(ours), "mails/s", GOAL, baseline=rate(plain), note=note),
        Figure("ingest_beside_naive", rate(ours), "mails/s", GOAL_BESIDE_NAIVE, baseline=rate(naive), note=note),
    ]


def fetch_all(mailbox: Mailbox, count: int) -> float:
    """Seconds for reading the whole mailbox with the library alone."""
    begun = time.perf_counter()
    client = IMAPClient(mailbox.host, mailbox.port, ssl=False)
    client.login(mailbox.username, mailbox.password)
    client.select_folder("INBOX", readonly=True)
    uids = client.search("ALL")
    fetched = 0
    for start in range(0, len(uids), BATCH):
        found = client.fetch(uids[start : start + BATCH], ["BODY.PEEK[]"])
        fetched += sum(bool(fields[b"BODY[]"]) for fields in found.values())
    client.logout()
    if fetched != count:
        raise NotMeasured(f"the mailbox gave {fetched} mails of {count}")
    return time.perf_counter() - begun


def ingest_naively(mailbox: Mailbox, url: str) -> float:
    """Seconds for the first NAIVE_MAILS mails, each fetched, parsed and committed by itself."""
    with imaplib.IMAP4(mailbox.host, mailbox.port) as client, psycopg.connect(url) as database:
        client.login(mailbox.username, mailbox.password)
        client.select("INBOX", readonly=True)
        database.execute("CREATE TABLE naive (sender text, subject text, body text, files int, raw bytea)")
        database.commit()
        begun = time.perf_counter()
        for number in range(1, NAIVE_MAILS + 1):
            _, said = client.fetch(str(number), "(BODY.PEEK[])")
            raw = next(part[1] for part in said if isinstance(part, tuple))
            message = message_from_bytes(raw, policy=default)
            body = message.get_body(("plain", "html"))
            files = [part.get_payload(decode=True) for part in message.iter_attachments()]
            row = (message["From"], message["Subject"], body.get_content() if body else "", len(files), raw)
            database.execute("INSERT INTO naive VALUES (%s, %s, %s, %s, %s)", row)
            database.commit()
        return time.perf_counter() - begun


async def ingest_all(installation: Installation, mailbox: Mailbox, count: int) -> float:
    """Seconds for taking the whole mailbox in, from the first connection to the last commit."""
    async with ground(installation) as hand:
        mailbox_id = await _add(hand.database, mailbox)
        async with hand.database.read() as uow:
            await uow.messages.counts()  # connections are there before mail comes
        seconds = await _look(hand, mailbox, mailbox_id)
        stored = (await hand.counts())[MessageState.IN_WORK]
    if stored != count:
        raise NotMeasured(f"{stored} mails of {count} were stored")
    return seconds


async def _add(database: Database, mailbox: Mailbox) -> UUID:
    async with database.write() as uow:
        row = await uow.mailboxes.add(
            secret=mailbox.password,
            name="ingest",
            address="collections@seller.example",
            kind=MailboxKind.IMAP,
            host=mailbox.host,
            port=mailbox.port,
            username=mailbox.username,
            security=Security.NONE,
        )
        await uow.session.flush()
        await uow.leases.take(lease_of(row.id), HOLDER, LEASE_SECONDS)
        uow.mailboxes.add_folder(
            FolderRow(
                mailbox_id=row.id,
                name="INBOX",
                role=FolderRole.INBOX,
                uid_validity=mailbox.uid_validity(),
                last_uid=0,
                starts_at=system_clock(),
            )
        )
        return row.id


async def _look(hand: Ground, mailbox: Mailbox, mailbox_id: UUID) -> float:
    account = MailAccount(mailbox.host, mailbox.port, "none", mailbox.username, mailbox.password)
    folder = ImapMailbox(account).folder("INBOX")
    with ThreadPoolExecutor(max_workers=1) as thread:

        async def blocking(call: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
            return await asyncio.get_running_loop().run_in_executor(thread, partial(call, *args, **kwargs))

        intake = IntakeService(hand.database, system_clock)
        reader = FolderReader(
            hand.database,
            folder,
            Watched(mailbox_id, FolderRole.INBOX, system_clock()),
            holder=HOLDER,
            blocking=blocking,
            keep=intake.store_in,
            read_ahead=intake.read_ahead,
        )
        begun = time.perf_counter()
        await reader.look()
        seconds = time.perf_counter() - begun
        folder.close()
    return seconds
