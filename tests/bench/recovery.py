"""How soon mail that a worker had in hand is worked after that worker's `kill -9`, by the other one, on PostgreSQL.

A kill counts only if both workers had mail in hand; the model takes half a second over every question.
"""

import asyncio
from pathlib import Path
from statistics import median

from app.jobs.queues import TRIAGE
from tests.bench.figures import Figure, Goal
from tests.bench.ground import Ground, NotMeasured, ground
from tests.bench.load import load_average
from tests.bench.mails import MailMaker
from tests.bench.workers import CUSTOMERS, PATIENCE_SECONDS, SIZE, thoughtful, until_at_work
from tests.running import Installation, kill
from tests.servers.model import ModelServer
from tests.servers.postgres import Postgres

GOAL = Goal("≤", 15)
BOTH = 2
LOOK_SECONDS = 0.05


def measure(folder: Path, *, quick: bool) -> list[Figure]:
    with Postgres() as postgres, ModelServer() as model:
        model.respond = thoughtful
        with Installation(postgres.create_database(), folder, None, **model.settings) as installation:
            return [asyncio.run(_measure(installation, 1 if quick else 10))]


async def _measure(installation: Installation, kills: int) -> Figure:
    installation.command("db", "upgrade")
    seen: list[float] = []
    async with ground(installation, customers=CUSTOMERS) as hand:
        maker = MailMaker(9, customers=CUSTOMERS)
        victim = installation.start("worker")
        for _ in range(kills):
            survivor = installation.start("worker")
            await until_at_work(hand, maker, BOTH)
            await hand.receive(maker.with_new_text(BOTH * TRIAGE.at_once, size=SIZE))
            await _until_both_have_some(hand)
            await asyncio.to_thread(kill, victim)
            seen.append(await hand.wait_until_worked(PATIENCE_SECONDS))
            victim = survivor
    note = f"the longest of {kills} kills, median {median(seen):.1f} s, until every mail is worked; {load_average()}"
    return Figure("recovery_seconds", max(seen), "s", GOAL, note=note)


async def _until_both_have_some(hand: Ground) -> None:
    while len(await hand.workers_at_work()) < BOTH:
        if not await hand.waiting():
            raise NotMeasured("one worker has worked all of the mails")
        await asyncio.sleep(LOOK_SECONDS)
