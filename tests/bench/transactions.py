"""How many writing transactions PostgreSQL sees for a mail, from receipt to draft, with a real worker process."""

import asyncio
import time
from pathlib import Path

from tests.bench.figures import Figure, Goal
from tests.bench.ground import NotMeasured, ground
from tests.bench.load import load_average
from tests.bench.mails import MailMaker
from tests.running import Installation
from tests.servers.postgres import Postgres

GOAL = Goal("≤", 3)
SECONDS_TO_WORK = 900.0
SECONDS_TO_SETTLE = 5.0
LEAST_REVIEWED = 0.9


def measure(folder: Path, *, quick: bool) -> list[Figure]:
    count, idle_seconds = (10, 3.0) if quick else (200, 20.0)
    with Postgres() as postgres:
        return asyncio.run(_measure(postgres, folder, count, idle_seconds))


async def _measure(postgres: Postgres, folder: Path, count: int, idle_seconds: float) -> list[Figure]:
    with Installation(postgres.create_database(), folder) as installation:
        installation.command("db", "upgrade")
        async with ground(installation) as hand:
            installation.start("worker")
            await hand.receive(MailMaker(2).with_new_text(1))
            await hand.wait_until_worked(SECONDS_TO_WORK)
            await asyncio.sleep(SECONDS_TO_SETTLE)
            before = _transactions(postgres)
            await asyncio.sleep(idle_seconds)
            idle = (_transactions(postgres) - before) / idle_seconds
            before, begun = _transactions(postgres), time.perf_counter()
            await hand.receive(MailMaker(3).with_new_text(count))
            await hand.wait_until_worked(SECONDS_TO_WORK)
            seconds = time.perf_counter() - begun
            seen = _transactions(postgres) - before
            reviewed = await hand.share_reviewed()
    if reviewed < LEAST_REVIEWED:
        raise NotMeasured(f"only {reviewed:.0%} of the mails came to a review")
    ours = (seen - idle * seconds) / count
    note = (
        f"{count} mails in {seconds:.0f} s: {seen} transactions, less {idle:.1f} a second when idle; {load_average()}"
    )
    return [Figure("writing_transactions_per_mail", ours, "transactions", GOAL, note=note)]


def _transactions(postgres: Postgres) -> int:
    """How many transactions of the whole server have been given an id; to ask takes none."""
    return int(postgres.sql("SELECT pg_snapshot_xmax(pg_current_snapshot())")[0][0])
