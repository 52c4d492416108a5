"""How much a database grows by a mail, from receipt to draft, with a real worker: rows, indexes, words and audit."""

import asyncio
from pathlib import Path

from tests.bench.figures import Figure, Goal
from tests.bench.ground import NotMeasured, ground
from tests.bench.mails import MailMaker, mean_size
from tests.bench.transactions import LEAST_REVIEWED, SECONDS_TO_WORK
from tests.running import Installation
from tests.servers.postgres import Postgres

GOAL = Goal("≤", 40)
WARM_UP = 10
KILOBYTE = 1024


def measure(folder: Path, *, quick: bool) -> list[Figure]:
    with Postgres() as postgres:
        return asyncio.run(_measure(postgres, folder, 10 if quick else 100))


async def _measure(postgres: Postgres, folder: Path, count: int) -> list[Figure]:
    url = postgres.create_database()
    mails = MailMaker(5).with_new_text(WARM_UP + count)
    with Installation(url, folder) as installation:
        installation.command("db", "upgrade")
        async with ground(installation) as hand:
            installation.start("worker")
            await hand.receive(mails[:WARM_UP])
            await hand.wait_until_worked(SECONDS_TO_WORK)
            before = _size(postgres, url)
            await hand.receive(mails[WARM_UP:])
            await hand.wait_until_worked(SECONDS_TO_WORK)
            reviewed = await hand.share_reviewed()
        after = _size(postgres, url)
    if reviewed < LEAST_REVIEWED:
        raise NotMeasured(f"only {reviewed:.0%} of the mails came to a review")
    largest = ", ".join(f"{table} {size / KILOBYTE / (WARM_UP + count):.1f}" for table, size in _largest(postgres, url))
    note = f"{count} mails of {mean_size(mails):,.0f} bytes, tables rewritten first; KB a mail: {largest}"
    return [Figure("growth_per_mail", (after - before) / count / KILOBYTE, "KB", GOAL, note=note)]


def _size(postgres: Postgres, url: str) -> int:
    """Without what updates left behind, which autovacuum uses again."""
    postgres.sql("VACUUM FULL", url=url)
    return int(postgres.sql("SELECT pg_database_size(current_database())", url=url)[0][0])


def _largest(postgres: Postgres, url: str) -> list[tuple[str, int]]:
    """Tables with their indexes."""
    rows = postgres.sql(
        "SELECT relname, pg_total_relation_size(relid) FROM pg_stat_user_tables ORDER BY 2 DESC LIMIT 8", url=url
    )
    return [(name, int(size)) for name, size in rows]
