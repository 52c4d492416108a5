"""How fast the embedded mind reads and thinks, through its child process, and how much memory an installation holds.

bench process ── raw mail ──▶ child: read ── ReadMail ──▶ bench: link ── Case ──▶ child: redact, graph ──▶ Thought
"""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

from app.adapters.child import ChildMind
from app.domain.account import Contact, ContactRole, Link, LinkMethod
from app.domain.case import Case
from app.domain.clock import system_clock
from app.domain.message import Identity, ReadMail
from app.jobs.queues import TRIAGE
from app.thinking import MindConfig
from evals.cases import account_of
from tests.bench.figures import Figure, Goal, rate
from tests.bench.ground import ground
from tests.bench.load import load_average, resident_megabytes
from tests.bench.mails import (
    OUR_ADDRESS,
    MailMaker,
    as_mail,
    contact_address,
    contact_name,
    development_lines,
    invoice,
)
from tests.running import Installation

GOAL_1KB = Goal("≥", 2)
GOAL_DEV = Goal("≥", 6)
GOAL_MEMORY = Goal("≤", 900)
CUSTOMERS = 50
SECONDS_TO_WORK = 900.0


@dataclass(frozen=True, slots=True)
class Task:
    """A mail as it would come, and the account that intake would find for its sender."""

    raw: bytes = field(repr=False)
    link: Link
    to: str = OUR_ADDRESS


def measure(folder: Path, *, quick: bool) -> list[Figure]:
    count, lines, rounds = (8, 15, 1) if quick else (40, 90, 3)
    speed = asyncio.run(_measure_speed(count, lines, rounds))
    return [*speed, asyncio.run(_measure_memory(folder, count, lines))]


async def _measure_speed(count: int, lines: int, rounds: int) -> list[Figure]:
    """Every round has a child of its own, as one that has seen a mail may know it the next time."""
    kilobytes: list[tuple[int, float]] = []
    short: list[tuple[int, float]] = []
    for number in range(rounds):
        mind = ChildMind("app.mind", MindConfig())
        try:
            await _work(mind, varied(100 + number, 4))
            kilobytes.append((count, await _work(mind, varied(200 + number, count))))
            short.append((lines, await _work(mind, development(lines))))
        finally:
            await mind.stop()
    note = f"{TRIAGE.at_once} at a time, median of {rounds} rounds in turn; {load_average()}"
    return [
        Figure("triage_rate_1kb", rate(kilobytes), "mails/s", GOAL_1KB, note=f"{count} mails, {note}"),
        Figure("triage_rate_dev", rate(short), "mails/s", GOAL_DEV, note=f"{lines} mails, {note}"),
    ]


async def _work(mind: ChildMind, tasks: Sequence[Task]) -> float:
    turn = asyncio.Semaphore(TRIAGE.at_once)

    async def work(task: Task) -> None:
        async with turn:
            await work_one(mind, task)

    begun = time.perf_counter()
    await asyncio.gather(*(work(task) for task in tasks))
    return time.perf_counter() - begun


async def work_one(mind: ChildMind, task: Task) -> ReadMail:
    """All that the child does for a mail; what it read."""
    read = await mind.read(task.raw, Identity((task.to,)))
    await mind.think(Case(read=read, link=task.link, received_at=system_clock(), mailbox_address=task.to))
    return read


def varied(seed: int, count: int) -> list[Task]:
    """Mails of 1 KB. One customer a maker, so that every mail is from whom its account says."""
    mails = [MailMaker(seed * 1_000 + n, customers=1).with_new_text(1)[0] for n in range(count)]
    open_items = [
        {"number": invoice(1, which), "amount": f"{100 * which}.00", "currency": "EUR", "due_date": "2026-04-01"}
        for which in (1, 2, 3)
    ]
    account = account_of({"name": "Customer 1 Ltd", "language": "en", "invoices": open_items})
    contact = Contact(contact_name(1), contact_address(1), ContactRole.ACCOUNTS_PAYABLE)
    return [Task(raw, Link(LinkMethod.CONTACT, account, contact)) for raw in mails]


def development(count: int) -> list[Task]:
    """Mails of the development set."""
    tasks = []
    for line in development_lines()[:count]:
        account = account_of(line["account"])
        link = Link(LinkMethod.CONTACT, account) if account.customer_id else Link(LinkMethod.NONE)
        tasks.append(Task(as_mail(line), link, str(line.get("to", OUR_ADDRESS))))
    return tasks


async def _measure_memory(folder: Path, count: int, lines: int) -> Figure:
    """`duebox serve` on SQLite with its child, after the same mails have gone all the way."""
    with Installation(f"sqlite:///{folder / 'memory.db'}", folder) as installation:
        installation.command("db", "upgrade")
        async with ground(installation, customers=CUSTOMERS) as hand:
            serve = installation.start_all()
            mails = [*MailMaker(4).with_new_text(count), *map(as_mail, development_lines()[:lines])]
            begun = time.perf_counter()
            await hand.receive(mails)
            await hand.wait_until_worked(SECONDS_TO_WORK)
            speed = len(mails) / (time.perf_counter() - begun)
            seen = []
            for _ in range(3):
                seen.append(resident_megabytes(serve.pid))
                await asyncio.sleep(1)
    note = f"sum of RSS of serve and its child after {len(mails)} mails, worked at {speed:.1f}/s; {load_average()}"
    return Figure("rss_mb", median(seen), "MB", GOAL_MEMORY, note=note)
