"""How soon an installation answers after its start, and how soon the first mail has been worked."""

import asyncio
import time
from pathlib import Path
from statistics import median

from tests.bench.figures import Figure, Goal
from tests.bench.ground import NotMeasured, ground
from tests.bench.load import load_average
from tests.bench.mails import MailMaker
from tests.running import Installation, kill
from tests.servers.process import wait_until

GOAL_START = Goal("≤", 3)
GOAL_FIRST = Goal("≤", 15)
PATIENCE_SECONDS = 120.0
LOOK_SECONDS = 0.05


def measure(folder: Path, *, quick: bool) -> list[Figure]:
    return asyncio.run(_measure(folder, rounds=2 if quick else 7))


async def _measure(folder: Path, rounds: int) -> list[Figure]:
    starts, firsts = [], []
    with Installation(f"sqlite:///{folder / 'start.db'}", folder) as installation:
        installation.command("db", "upgrade")
        async with ground(installation) as hand:
            for number in range(rounds):
                begun = time.perf_counter()
                serve = installation.start("serve")
                await asyncio.to_thread(
                    wait_until, installation.is_up, what="duebox serve answers", seconds=PATIENCE_SECONDS
                )
                starts.append(time.perf_counter() - begun)
                await hand.receive(MailMaker(500 + number).with_new_text(1))
                while await hand.waiting():
                    if time.perf_counter() - begun > PATIENCE_SECONDS:
                        raise NotMeasured(f"the first mail is still in work after {PATIENCE_SECONDS:g} s")
                    await asyncio.sleep(LOOK_SECONDS)
                firsts.append(time.perf_counter() - begun)
                await asyncio.to_thread(kill, serve)
    circumstances = f"from exec, median of {rounds} starts on SQLite; {load_average()}"
    return [
        Figure("start_seconds", median(starts), "s", GOAL_START, note=f"first 200 of /healthz, {circumstances}"),
        Figure("first_mail_seconds", median(firsts), "s", GOAL_FIRST, note=f"mail put in once up; {circumstances}"),
    ]
