"""A folder of many mails is numbered anew: how many are worked again, and how long it takes beside a bare listing."""

import asyncio
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from dataclasses import dataclass
from functools import partial
from typing import ParamSpec, TypeVar
from uuid import UUID

import sqlalchemy as sa
from imapclient import IMAPClient

from app.adapters.imap.folder import MESSAGE_ID, ImapMailbox
from app.db.tables.mail import CopyRow, FolderRole, MessageRow
from app.db.uow import Database
from app.domain.clock import system_clock
from app.domain.errors import Unreachable
from app.domain.ports import MailAccount
from app.intake.folders import FolderReader
from app.intake.passages import Watched, lease_of
from app.intake.service import IntakeService
from tests.disruptions.storm import add
from tests.instances import mail
from tests.servers.dovecot import Dovecot, Mailbox

P = ParamSpec("P")
R = TypeVar("R")

ROUNDS = 3
AT_ONCE = 1000
HOLDER = "renumbering"


@dataclass(frozen=True, slots=True)
class Renumbered:
    mails: int
    worked_twice: int
    ours: float
    scan: float

    @property
    def ratio(self) -> float:
        return self.ours / self.scan


async def renumber(database: Database, dovecot: Dovecot, mails: int) -> Renumbered:
    box = dovecot.mailbox()
    mailbox_id = await add(database, box, dovecot.port)
    await asyncio.to_thread(_fill, box, mails)
    with ThreadPoolExecutor(1) as thread, closing(ImapMailbox(_account(box))) as line:

        async def blocking(call: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
            return await asyncio.get_running_loop().run_in_executor(thread, partial(call, *args, **kwargs))

        intake = IntakeService(database, system_clock)
        reader = FolderReader(
            database,
            line.folder("INBOX"),
            Watched(mailbox_id, FolderRole.INBOX, system_clock()),
            holder=HOLDER,
            blocking=blocking,
            keep=intake.store_in,
            read_ahead=intake.read_ahead,
        )

        async def look() -> None:
            async with database.write() as uow:
                await uow.leases.take(lease_of(mailbox_id), HOLDER, 3600)
            await reader.look()

        async def follow(uid_validity: int) -> float:
            """Look, as the poller would, until the new numbers are known: of a large folder Dovecot tells a connection
            the old ones once more, and then may end it."""
            since = time.perf_counter()
            while await _known_validity(database, mailbox_id) != uid_validity:
                with suppress(Unreachable):
                    await look()
            return time.perf_counter() - since

        await look()
        ours, scans = [], []
        for number in range(ROUNDS):
            uid_validity = 1_000_000 + number
            await asyncio.to_thread(box.set_uid_validity, uid_validity)
            scans.append(await asyncio.to_thread(_scan, box))
            ours.append(await follow(uid_validity))
    async with database.read() as uow:
        messages = await uow.session.scalar(sa.select(sa.func.count()).where(MessageRow.mailbox_id == mailbox_id))
        copies = await uow.session.scalar(sa.select(sa.func.count()).where(CopyRow.mailbox_id == mailbox_id))
    twice = (messages or 0) - mails + (copies or 0)
    return Renumbered(mails, twice, sorted(ours)[ROUNDS // 2], sorted(scans)[ROUNDS // 2])


async def _known_validity(database: Database, mailbox_id: UUID) -> int | None:
    async with database.read() as uow:
        row = await uow.mailboxes.folder(mailbox_id, "INBOX")
    return row.uid_validity if row else None


def _account(box: Mailbox) -> MailAccount:
    return MailAccount(box.host, box.port, "none", box.username, box.password)


def _fill(box: Mailbox, mails: int) -> None:
    for number in range(mails):
        box.drop(mail(f"mail {number}", message_id=f"{number}@customer.example").replace(b"\n", b"\r\n"))


def _scan(box: Mailbox) -> float:
    """What it takes to list the folder with IMAPClient alone, connection and all."""
    since = time.perf_counter()
    with IMAPClient(box.host, box.port, ssl=False) as client:
        client.login(box.username, box.password)
        client.select_folder("INBOX", readonly=True)
        uids = client.search()
        for start in range(0, len(uids), AT_ONCE):
            client.fetch(uids[start : start + AT_ONCE], ["INTERNALDATE", "RFC822.SIZE", MESSAGE_ID])
    return time.perf_counter() - since
