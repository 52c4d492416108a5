"""How much more two workers get done than one, where a model endpoint takes half a second over every question.

The workers wait for the endpoint most of the time, so that two cores are enough for both, PostgreSQL and the bench.
"""

import asyncio
import time
from collections.abc import Sequence
from pathlib import Path
from statistics import median

from app.jobs.queues import TRIAGE
from tests.bench.figures import Figure, Goal
from tests.bench.ground import Ground, NotMeasured, ground
from tests.bench.load import load_average
from tests.bench.mails import MailMaker
from tests.running import Installation, kill
from tests.servers.model import Answer, ModelRequest, ModelServer, after, dull
from tests.servers.postgres import Postgres

GOAL = Goal("≥", 1.7)
MODEL_SECONDS = 0.5
CUSTOMERS = 400
"""So many that nobody writes a storm."""

SIZE = 200
"""Code points of new text: a sentence and its frame."""

SECONDS_TO_WORK = 900.0
PATIENCE_SECONDS = 120.0


def measure(folder: Path, *, quick: bool) -> list[Figure]:
    count, rounds = (24, 1) if quick else (160, 5)
    with Postgres() as postgres, ModelServer() as model:
        model.respond = thoughtful
        with Installation(postgres.create_database(), folder, None, **model.settings) as installation:
            return [asyncio.run(_measure(installation, count, rounds))]


def thoughtful(request: ModelRequest) -> Answer:
    """What a model says that takes its time."""
    return after(MODEL_SECONDS, dull(request))


async def _measure(installation: Installation, count: int, rounds: int) -> Figure:
    installation.command("db", "upgrade")
    alone: list[float] = []
    together: list[float] = []
    async with ground(installation, customers=CUSTOMERS) as hand:
        maker = MailMaker(8, customers=CUSTOMERS)
        installation.start("worker")
        for _ in range(rounds):
            await until_at_work(hand, maker, 1)
            alone.append(await _rate(hand, maker.with_new_text(count, size=SIZE)))
            second = installation.start("worker")
            await until_at_work(hand, maker, 2)
            together.append(await _rate(hand, maker.with_new_text(count, size=SIZE)))
            await asyncio.to_thread(kill, second)
    note = f"{count} short mails, PostgreSQL, {MODEL_SECONDS:g} s a question, median of {rounds} rounds in turn"
    return Figure(
        "two_workers", median(together), "mails/s", GOAL, baseline=median(alone), note=f"{note}; {load_average()}"
    )


async def until_at_work(hand: Ground, maker: MailMaker, workers: int) -> None:
    """Feed mails until so many workers have had some, as a new one has a model to load. Leaves nothing in work."""
    begun = time.perf_counter()
    seen: set[str] = set()
    while len(seen) < workers:
        if time.perf_counter() - begun > PATIENCE_SECONDS:
            raise NotMeasured(f"{len(seen)} of {workers} workers are at work after {PATIENCE_SECONDS:g} s")
        if not await hand.waiting():
            await hand.receive(maker.with_new_text(workers * TRIAGE.at_once, size=SIZE))
        seen = await hand.workers_at_work()
        await asyncio.sleep(0.1)
    await hand.wait_until_worked(SECONDS_TO_WORK)


async def _rate(hand: Ground, mails: Sequence[bytes]) -> float:
    """Mails worked a second."""
    begun = time.perf_counter()
    await hand.receive(mails)
    await hand.wait_until_worked(SECONDS_TO_WORK)
    return len(mails) / (time.perf_counter() - begun)
