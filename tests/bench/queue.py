"""Whether a page waits for the work: the queue page while mails are being worked, beside the same page afterwards."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from statistics import quantiles

import httpx

from tests.bench.figures import Figure, Goal
from tests.bench.ground import Ground, NotMeasured, ground
from tests.bench.load import load_average
from tests.bench.mails import MailMaker
from tests.running import COLLECTOR, PASSWORD, Installation
from tests.servers.postgres import Postgres

GOAL = Goal("≤", 3)
CUSTOMERS = 200
SECONDS_TO_WORK = 1_200.0
PAUSE_SECONDS = 0.1
"""Between two requests: one impatient reader, not a flood."""

MOST_REQUESTS = 400
FEWEST_REQUESTS = 20
LISTED = 200
"""Rows that the page shows at most: it is as long while mails are worked as afterwards."""

LOOK_EVERY = 5


def measure(folder: Path, *, quick: bool) -> list[Figure]:
    count = 20 if quick else 500
    sqlite = asyncio.run(_measure("sqlite", f"sqlite:///{folder / 'queue.db'}", folder, count))
    with Postgres() as postgres:
        return [sqlite, asyncio.run(_measure("postgresql", postgres.create_database(), folder, count))]


async def _measure(name: str, url: str, folder: Path, count: int) -> Figure:
    with Installation(url, folder) as installation:
        installation.command("db", "upgrade")
        async with ground(installation, customers=CUSTOMERS) as hand:
            await asyncio.to_thread(installation.start_all)
            async with _signed_in(installation) as reader:
                await hand.receive(MailMaker(6).with_new_text(2))
                await hand.wait_until_worked(SECONDS_TO_WORK)
                await _ask(reader, MOST_REQUESTS // 20, _always)  # templates and connections are warm
                begun = time.perf_counter()
                await hand.receive(MailMaker(7, customers=CUSTOMERS).with_new_text(count))
                await hand.wait_until_worked(SECONDS_TO_WORK, but=count - min(LISTED, count // 2))
                busy = await _ask(reader, MOST_REQUESTS, _while_working(hand))
                await hand.wait_until_worked(SECONDS_TO_WORK)
                speed = count / (time.perf_counter() - begun)
                idle = await _ask(reader, len(busy), _always)
    if len(busy) < FEWEST_REQUESTS:
        raise NotMeasured(f"the mails were worked before {FEWEST_REQUESTS} pages could be asked for")
    note = f"p95 of {len(busy)} pages each, while {count} mails are worked at {speed:.1f}/s and after; {load_average()}"
    return Figure(f"queue_p95_{name}", _p95(busy) * 1_000, "ms", GOAL, baseline=_p95(idle) * 1_000, note=note)


def _signed_in(installation: Installation) -> "_Reader":
    return _Reader(installation.base)


class _Reader:
    """A person with a session cookie and the queue open."""

    def __init__(self, base: str) -> None:
        self._client = httpx.AsyncClient(base_url=base, timeout=60)

    async def __aenter__(self) -> "_Reader":
        form = {"email": COLLECTOR, "password": PASSWORD}
        answer = await self._client.post("/login", data=form)
        if answer.status_code != httpx.codes.SEE_OTHER:
            raise NotMeasured(f"signing in was answered with {answer.status_code}")
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._client.aclose()

    async def open_queue(self) -> float:
        """Seconds until the whole page is there."""
        begun = time.perf_counter()
        answer = await self._client.get("/queue")
        seconds = time.perf_counter() - begun
        if answer.status_code != httpx.codes.OK:
            raise NotMeasured(f"the queue was answered with {answer.status_code}")
        return seconds


async def _ask(reader: _Reader, most: int, goes_on: Callable[[], Awaitable[bool]]) -> list[float]:
    seconds: list[float] = []
    while len(seconds) < most and (len(seconds) % LOOK_EVERY or await goes_on()):
        seconds.append(await reader.open_queue())
        await asyncio.sleep(PAUSE_SECONDS)
    return seconds


async def _always() -> bool:
    return True


def _while_working(hand: Ground) -> Callable[[], Awaitable[bool]]:
    async def goes_on() -> bool:
        return await hand.waiting() > 0

    return goes_on


def _p95(seconds: Sequence[float]) -> float:
    return quantiles(seconds, n=20)[-1]
