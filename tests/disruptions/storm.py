"""Mailboxes that are watched while their connections break, in four ways, again and again.

    disrupt ─▶ deliver a mail at once ─▶ how long until it is stored ─▶ a calm, so that the next one is one of its own

In the end what was delivered is compared with what is stored: missed, doubled.
"""

import asyncio
import os
import random
import signal
import time
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass, field
from statistics import quantiles
from uuid import UUID

import sqlalchemy as sa

from app.adapters.imap.folder import ImapFolder, ImapMailbox
from app.adapters.imap.idle import USUAL_TIMES, IdleTimes
from app.db.tables.mail import CopyRow, FolderRole, FolderRow, MailboxKind, MailboxRow, MessageRow, Security
from app.db.uow import Database
from app.domain.clock import system_clock
from app.domain.ports import MailAccount, MailLine
from app.intake.lines import USUAL_PACE, Pace
from app.intake.poller import Poller
from app.intake.service import IntakeService
from tests.disruptions.proxy import Proxy
from tests.instances import ADDRESS, mail
from tests.servers.dovecot import Dovecot, Mailbox

KINDS = ("bye", "reset", "half_dead", "port_drop")
DROP_SECONDS = 3.0
GIVE_UP_SECONDS = 180.0


@dataclass(frozen=True, slots=True)
class Times:
    """What production has, unless a test is in a hurry. `calm` is longer than a connection takes to count as well."""

    pace: Pace = USUAL_PACE
    idle: IdleTimes = USUAL_TIMES
    answer: float = 20.0
    calm: float = 31.0


@dataclass(slots=True)
class Report:
    recovered: dict[str, list[float]] = field(default_factory=lambda: {kind: [] for kind in KINDS})
    delivered: int = 0
    missed: int = 0
    doubled: int = 0
    given_up: int = 0
    idle_cpu: float = 0.0

    @property
    def is_clean(self) -> bool:
        return not (self.missed or self.doubled or self.given_up)

    def lines(self) -> list[str]:
        """For people."""
        said = [f"{self.delivered} delivered, {self.missed} missed, {self.doubled} doubled, {self.given_up} given up"]
        for kind, seconds in self.recovered.items():
            if seconds:
                said.append(
                    f"{kind}: {len(seconds)}, recovery p50 {percentile(seconds, 50):.1f} s, "
                    f"p95 {percentile(seconds, 95):.1f} s, longest {max(seconds):.1f} s"
                )
        return said


def percentile(values: Sequence[float], percent: int) -> float:
    return quantiles(values, n=100, method="inclusive")[percent - 1] if len(values) > 1 else values[0]


class Passwords:
    """All mailboxes of the test server have the same one."""

    def __init__(self, password: str) -> None:
        self._password = password

    async def of(self, row: MailboxRow) -> MailAccount:
        return MailAccount(row.host, row.port, row.security.value, row.username, self._password)

    async def refused(self, mailbox_id: UUID) -> None:
        """Nothing to be renewed."""


class _HurriedMailbox(ImapMailbox):
    def __init__(self, account: MailAccount, times: Times) -> None:
        super().__init__(account, answer_seconds=times.answer)
        self._times = times

    def folder(self, name: str) -> ImapFolder:
        return ImapFolder(self, name, idle_times=self._times.idle)


def opener(times: Times) -> Callable[[MailAccount], MailLine]:
    return lambda account: _HurriedMailbox(account, times)


async def add(database: Database, mailbox: Mailbox, port: int) -> UUID:
    async with database.write() as uow:
        row = await uow.mailboxes.add(
            secret="",
            name=mailbox.username,
            address=ADDRESS,
            kind=MailboxKind.IMAP,
            host="127.0.0.1",
            port=port,
            username=mailbox.username,
            security=Security.NONE,
        )
        await uow.session.flush()
        uow.mailboxes.add_folder(
            FolderRow(mailbox_id=row.id, name="INBOX", role=FolderRole.INBOX, starts_at=system_clock())
        )
        return row.id


class Storm:
    def __init__(self, database: Database, dovecot: Dovecot, times: Times, seed: int) -> None:
        self._database = database
        self._dovecot = dovecot
        self._times = times
        self._chance = random.Random(seed)  # noqa: S311  # a repeatable storm
        self._delivered: Counter[UUID] = Counter()
        self.report = Report()

    async def run(self, count: int, mailboxes: int, *, idle_seconds: float = 0.0) -> Report:
        async with AsyncExitStack() as stack:
            boxes: list[tuple[UUID, Mailbox, Proxy]] = []
            for _ in range(mailboxes):
                proxy = await stack.enter_async_context(Proxy(self._dovecot.port))
                box = self._dovecot.mailbox()
                boxes.append((await add(self._database, box, proxy.port), box, proxy))
            poller = Poller(
                self._database,
                IntakeService(self._database, system_clock),
                Passwords(boxes[0][1].password),
                opener(self._times),
                system_clock,
                poll_seconds=30,
                holder="storm",
                pace=self._times.pace,
            )
            poller.start()
            stack.push_async_callback(poller.stop)
            await asyncio.gather(*(self._deliver(mailbox_id, box) for mailbox_id, box, _ in boxes))
            if idle_seconds:
                await self._measure_idle(idle_seconds)
            kinds = [KINDS[number % len(KINDS)] for number in range(count)]
            await asyncio.gather(
                *(self._disturb(*boxes[number], kinds[number::mailboxes]) for number in range(mailboxes))
            )
            await self._count(boxes)
        return self.report

    async def _measure_idle(self, seconds: float) -> None:
        """The share of a core that this process needs for mailboxes in which nothing happens."""
        await asyncio.sleep(5)
        before, since = time.process_time(), time.monotonic()
        await asyncio.sleep(seconds)
        self.report.idle_cpu = (time.process_time() - before) / (time.monotonic() - since)

    async def _disturb(self, mailbox_id: UUID, box: Mailbox, proxy: Proxy, kinds: Sequence[str]) -> None:
        for kind in kinds:
            await asyncio.sleep(self._times.calm * self._chance.uniform(1.0, 1.2))
            frozen = await self._disrupt(kind, box, proxy)
            seconds = await self._deliver(mailbox_id, box)
            self.report.recovered[kind].append(seconds)
            for pid in frozen:
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)

    async def _disrupt(self, kind: str, box: Mailbox, proxy: Proxy) -> list[int]:
        if kind == "bye":
            await asyncio.to_thread(box.kick)
        elif kind == "reset":
            proxy.reset()
        elif kind == "port_drop":
            await proxy.drop(DROP_SECONDS)
        else:
            pids = await asyncio.to_thread(self._dovecot.processes_of, box.username)
            for pid in pids:
                os.kill(pid, signal.SIGSTOP)
            return pids
        return []

    async def _deliver(self, mailbox_id: UUID, box: Mailbox) -> float:
        """Seconds until a new mail is stored."""
        await asyncio.to_thread(box.drop, mail())
        self._delivered[mailbox_id] += 1
        self.report.delivered += 1
        since = time.monotonic()
        while time.monotonic() - since < GIVE_UP_SECONDS:
            if await self._stored(mailbox_id) >= self._delivered[mailbox_id]:
                return time.monotonic() - since
            await asyncio.sleep(0.2)
        self.report.given_up += 1
        return time.monotonic() - since

    async def _stored(self, mailbox_id: UUID) -> int:
        async with self._database.read() as uow:
            counted = sa.select(sa.func.count()).where(MessageRow.mailbox_id == mailbox_id)
            return await uow.session.scalar(counted) or 0

    async def _count(self, boxes: Sequence[tuple[UUID, Mailbox, Proxy]]) -> None:
        for mailbox_id, _, _ in boxes:
            stored = await self._stored(mailbox_id)
            self.report.missed += max(self._delivered[mailbox_id] - stored, 0)
            self.report.doubled += max(stored - self._delivered[mailbox_id], 0)
        async with self._database.read() as uow:
            self.report.doubled += await uow.session.scalar(sa.select(sa.func.count()).select_from(CopyRow)) or 0
