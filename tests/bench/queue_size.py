"""Whether the queue page waits for the number of mails: a million of them beside a thousand; and what a page costs
beside the smallest JSON answer of the same server.

Some mails are worked as always and stand at the top of the queue; the others are made of them by the database itself,
a quarter of them pending, so that every index is as large as it would be.
"""

import asyncio
import time
from pathlib import Path
from statistics import mean, quantiles

import httpx
import sqlalchemy as sa

from app.db.engine import sync_engine
from tests.bench.figures import Figure, Goal
from tests.bench.ground import NotMeasured, ground
from tests.bench.load import load_average
from tests.bench.mails import MailMaker
from tests.running import COLLECTOR, PASSWORD, Installation
from tests.servers.postgres import Postgres

GOAL, RATE_GOAL = Goal("≤", 1.5), Goal("≥", 0.25)
SMALL, LARGE, QUICK = 1_000, 1_000_000, 20_000
WORKED, SECONDS_TO_WORK = 60, 900.0
REQUESTS, WARM = 200, 10

GROW = """
CREATE TABLE grown AS
  SELECT n, gen_random_uuid() AS message, gen_random_uuid() AS proposal, gen_random_uuid() AS review,
         1 + n % (SELECT count(*) FROM reviews WHERE state = 'pending') AS like_number,
         (ARRAY['pending', 'decided', 'decided', 'no_answer'])[1 + n % 4] AS state
  FROM generate_series(1, :more) AS n;
CREATE TABLE model AS
  SELECT row_number() OVER (ORDER BY id) AS number, id, message_id, proposal_id FROM reviews WHERE state = 'pending';
INSERT INTO messages (id, mailbox_id, source, conversation_id, customer_id, rfc_id_hash, head, raw_id, reading_id, size,
                      received_at, stored_at, state, run, attempts, error, is_automatic, is_indexed)
  SELECT g.message, m.mailbox_id, 'grown' || g.n, m.conversation_id, m.customer_id, md5(CAST(g.n AS text)), m.head,
         m.raw_id,
         m.reading_id, m.size, m.received_at - g.n * interval '1 second', m.stored_at, g.state, 1, 0, '', false, true
  FROM grown g JOIN model ON model.number = g.like_number JOIN messages m ON m.id = model.message_id;
INSERT INTO proposals (id, message_id, run, route, rule, reasons, intents, confidence, language, policy_version, calls,
                       payload_id, created_at)
  SELECT g.proposal, g.message, 1, p.route, p.rule, p.reasons, p.intents, p.confidence, p.language, p.policy_version,
         p.calls, p.payload_id, p.created_at
  FROM grown g JOIN model ON model.number = g.like_number JOIN proposals p ON p.id = model.proposal_id;
INSERT INTO reviews (id, message_id, proposal_id, conversation_id, customer_id, state, version, rule, reasons, at_stake,
                     currency, opened_at, rank, due_at)
  SELECT g.review, g.message, g.proposal, r.conversation_id, r.customer_id,
         CASE g.state WHEN 'pending' THEN 'pending' ELSE 'ignored' END, 1, r.rule, r.reasons, r.at_stake, r.currency,
         r.opened_at, r.rank - 100 - g.n / 1000.0, r.due_at
  FROM grown g JOIN model ON model.number = g.like_number JOIN reviews r ON r.id = model.id
  WHERE g.state <> 'no_answer';
INSERT INTO message_tally (id, state, number) SELECT gen_random_uuid(), state, count(*) FROM grown GROUP BY state;
DROP TABLE grown; DROP TABLE model;
"""


def measure(folder: Path, *, quick: bool) -> list[Figure]:
    with Postgres() as postgres:
        large = asyncio.run(_measure(postgres.create_database(), folder, QUICK if quick else LARGE))
        small = asyncio.run(_measure(postgres.create_database(), folder, SMALL))
    note = f"p95 of {REQUESTS} pages, {QUICK if quick else LARGE:,} mails beside {SMALL:,}; {load_average()}"
    rate = f"pages and healthz answers a second, one after another, {SMALL:,} mails; {load_average()}"
    return [
        Figure(
            "queue_size_p95_postgresql", _p95(large[0]) * 1_000, "ms", GOAL, baseline=_p95(small[0]) * 1_000, note=note
        ),
        Figure("queue_rate", 1 / mean(small[0]), "1/s", RATE_GOAL, baseline=1 / mean(small[1]), note=rate),
    ]


async def _measure(url: str, folder: Path, mails: int) -> tuple[list[float], list[float]]:
    """Seconds of pages, and of the smallest answers."""
    with Installation(url, folder) as installation:
        installation.command("db", "upgrade")
        async with ground(installation, customers=WORKED) as hand:
            worker = await asyncio.to_thread(installation.start_all)
            await hand.receive(MailMaker(9, customers=WORKED).with_new_text(WORKED))
            await hand.wait_until_worked(SECONDS_TO_WORK)
            worker.terminate()
            await asyncio.to_thread(_grow, url, mails - WORKED)
            async with httpx.AsyncClient(base_url=installation.base, timeout=60) as reader:
                answer = await reader.post("/login", data={"email": COLLECTOR, "password": PASSWORD})
                if answer.status_code != httpx.codes.SEE_OTHER:
                    raise NotMeasured(f"signing in was answered with {answer.status_code}")
                return await _ask(reader, "/queue"), await _ask(reader, "/healthz")


def _grow(url: str, more: int) -> None:
    engine = sync_engine(url)
    with engine.begin() as connection:
        for statement in filter(str.strip, GROW.split(";")):
            connection.execute(sa.text(statement), {"more": more} if ":more" in statement else {})
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(sa.text("VACUUM ANALYZE"))
    engine.dispose()


async def _ask(reader: httpx.AsyncClient, path: str) -> list[float]:
    seconds = []
    for number in range(WARM + REQUESTS):
        begun = time.perf_counter()
        answer = await reader.get(path)
        if answer.status_code != httpx.codes.OK:
            raise NotMeasured(f"{path} was answered with {answer.status_code}")
        if number >= WARM:
            seconds.append(time.perf_counter() - begun)
    return seconds


def _p95(seconds: list[float]) -> float:
    return quantiles(seconds, n=20)[-1]
