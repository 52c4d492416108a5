"""`python -m tests.disruptions 200`: connections that break while mail comes, and folders that are numbered anew.

Real Dovecot, the timeouts of production. Exits 1 when a mail was missed or doubled, or a figure was not reached.
"""

import argparse
import asyncio
import sys
from pathlib import Path

from app.db.engine import async_engine, sync_engine
from app.db.sealing import Keyring
from app.db.uow import Database
from app.domain.clock import system_clock
from app.jobs.engine import Engine
from app.logging import set_up_logging
from tests.disruptions.renumbering import Renumbered, renumber
from tests.disruptions.storm import Report, Storm, Times, percentile
from tests.instances import SECRET, prepare
from tests.running import scratch
from tests.servers.dovecot import Dovecot

MAILBOXES = 50
RECOVERED_P95 = 30.0
HALF_DEAD = 90.0
IDLE_SHARE = 0.01
TIMES_A_SCAN = 1.5


def open_database(folder: Path) -> Database:
    """A fresh one, whose jobs nobody works."""
    url = f"sqlite:///{folder / 'duebox.db'}"
    prepare(url)
    engine = Engine(sync_engine(url), executor_id="storm", poll_seconds=1)
    write, read = (async_engine(url, for_writing=for_writing) for for_writing in (True, False))
    return Database(write, read, Keyring(SECRET), system_clock, engine.enqueue)


async def run(folder: Path, count: int, mails: int, idle_seconds: float, seed: int) -> tuple[Report, Renumbered]:
    database = open_database(folder)
    with Dovecot(max_connections=1000) as dovecot:
        renumbered = await renumber(database, dovecot, mails)
        storm = Storm(database, dovecot, Times(), seed)
        report = await storm.run(count, min(MAILBOXES, count), idle_seconds=idle_seconds)
    await database.dispose()
    return report, renumbered


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("count", type=int, nargs="?", default=200)
    parser.add_argument("--mails", type=int, default=10_000)
    parser.add_argument("--idle-seconds", type=float, default=120.0)
    parser.add_argument("--seed", type=int, default=1)
    wish = parser.parse_args()
    set_up_logging(level="ERROR")
    with scratch() as folder:
        report, renumbered = asyncio.run(run(folder, wish.count, wish.mails, wish.idle_seconds, wish.seed))
    quick = [seconds for kind, all_of in report.recovered.items() if kind != "half_dead" for seconds in all_of]
    half_dead = report.recovered["half_dead"]
    verdicts = {
        "nothing missed, nothing doubled": report.is_clean,
        f"recovery p95 ≤ {RECOVERED_P95:g} s": not quick or percentile(quick, 95) <= RECOVERED_P95,
        f"half dead ≤ {HALF_DEAD:g} s": not half_dead or max(half_dead) <= HALF_DEAD,
        f"{min(MAILBOXES, wish.count)} idle mailboxes ≤ {IDLE_SHARE:.0%} of a core": report.idle_cpu <= IDLE_SHARE,
        "renumbered: nothing worked twice": renumbered.worked_twice == 0,
        f"renumbered ≤ {TIMES_A_SCAN:g} times a listing": renumbered.ratio <= TIMES_A_SCAN,
    }
    lines = [
        *report.lines(),
        f"idle: {report.idle_cpu:.2%} of a core",
        f"renumbered: {renumbered.mails} mails, {renumbered.worked_twice} worked twice, "
        f"{renumbered.ours:.2f} s ÷ {renumbered.scan:.2f} s = {renumbered.ratio:.2f}",
        *(f"{'ok ' if is_so else 'BAD'} {claim}" for claim, is_so in verdicts.items()),
    ]
    sys.stdout.write("\n".join(lines) + "\n")
    return 0 if all(verdicts.values()) else 1


if __name__ == "__main__":
    sys.exit(main())
