"""Whether pages wait for the ledger's size: the dashboard and the list of what to do next of a large ledger, beside
those of a small one."""

import asyncio
import time
from datetime import date
from pathlib import Path
from statistics import quantiles

import httpx
import sqlalchemy as sa

from app.db.engine import sync_engine
from app.domain.clock import system_clock
from app.insights.service import InsightsService
from tests.bench.figures import Figure, Goal
from tests.bench.ground import NotMeasured, ground
from tests.bench.load import load_average
from tests.running import COLLECTOR, PASSWORD, Installation
from tests.servers.postgres import Postgres

GOAL = Goal("≤", 1.5)
SMALL, LARGE, QUICK = 1_000, 1_000_000, 20_000
INVOICES_EACH = 10
REQUESTS, WARM = 200, 10
PAGES = {
    "dashboard": "/dashboard",
    "worklist": "/reminders/worklist",
    "worklist_of_owner": "/reminders/worklist?kind=call&owner=owner1@seller.example",
}

CUSTOMERS = """
INSERT INTO customers (id, name, language, country, currency, timezone, payment_terms_days, strategic, natural_person,
                       segment, owner_email, payment_method, company, payment_seen, ledger_version)
SELECT 'L-' || n, 'Large ' || n, 'en', 'GB', 'EUR', 'UTC', 30, false, false,
       (ARRAY['standard', 'key', 'smb'])[1 + n % 3], 'owner' || n % 5 || '@seller.example', '', '', false, 1
FROM generate_series(1, :customers) AS n
"""
NEXT_STEPS = """
INSERT INTO next_steps (customer_id, day, kind, stage, tone, rule, because, currency, asks, at_risk, days_overdue,
                        place)
SELECT 'L-' || n, CAST(:day AS date), (ARRAY['remind', 'call', 'propose_plan', 'wait'])[1 + n % 4], 'first', 'warm',
       'rule', 'Late', 'EUR', 100 + n % 900, 1000000 - n, n % 400, n
FROM generate_series(1, :customers) AS n
"""
INVOICES = """
INSERT INTO invoices (id, number, company, customer_id, kind, amount, open_amount, currency, issue_date, due_date,
                      po_number, status, payment_link, payment_seen)
SELECT gen_random_uuid(), 'L-' || n, (ARRAY['North', 'South'])[1 + n % 2], 'L-' || (1 + n % :customers), 'invoice',
       100 + n % 900, 100 + n % 900, (ARRAY['EUR', 'GBP'])[1 + n % 2], CAST(:day AS date) - CAST(n % 400 AS integer),
       CAST(:day AS date) - CAST(n % 400 AS integer) + 30, '', 'open', '', false
FROM generate_series(1, :invoices) AS n
"""


def measure(folder: Path, *, quick: bool) -> list[Figure]:
    large = QUICK if quick else LARGE
    with Postgres() as postgres:
        ours, rolled = asyncio.run(_measure(postgres.create_database(), folder, large))
        baseline, _ = asyncio.run(_measure(postgres.create_database(), folder, SMALL))
    customers = f"{large // INVOICES_EACH:,} customers beside {SMALL // INVOICES_EACH:,}"
    note = (
        f"p95 of {REQUESTS} pages, {large:,} open invoices beside {SMALL:,}; "
        f"rolling the large ledger up took {rolled:.1f} s; {load_average()}"
    )
    lists = f"p95 of {REQUESTS} pages; {customers}; {load_average()}"
    return [
        Figure(f"{name}_p95_postgresql", ours[name], "ms", GOAL, baseline=baseline[name], note=told)
        for name, told in (("dashboard", note), ("worklist", lists), ("worklist_of_owner", lists))
    ]


async def _measure(url: str, folder: Path, invoices: int) -> tuple[dict[str, float], float]:
    """p95 of each page in milliseconds, and the seconds that rolling up took."""
    today = system_clock().date()
    with Installation(url, folder) as installation:
        installation.command("db", "upgrade")
        async with ground(installation, customers=1) as hand:
            await asyncio.to_thread(_fill, url, invoices, today)
            begun = time.perf_counter()
            await InsightsService(hand.database, system_clock).refresh_figures(today)
            rolled = time.perf_counter() - begun
            await asyncio.to_thread(installation.start_all)
            async with httpx.AsyncClient(base_url=installation.base, timeout=60) as reader:
                await reader.post("/login", data={"email": COLLECTOR, "password": PASSWORD})
                p95 = {name: await _p95(reader, page) for name, page in PAGES.items()}
    return p95, rolled


async def _p95(reader: httpx.AsyncClient, page: str) -> float:
    seconds = [await _open(reader, page) for _ in range(WARM + REQUESTS)][WARM:]
    return quantiles(seconds, n=20)[-1] * 1_000


def _fill(url: str, invoices: int, today: date) -> None:
    engine = sync_engine(url)
    given = {"customers": max(invoices // INVOICES_EACH, 1), "invoices": invoices, "day": today}
    with engine.begin() as connection:
        connection.execute(sa.text(CUSTOMERS), given)
        connection.execute(sa.text(INVOICES), given)
        connection.execute(sa.text(NEXT_STEPS), given)
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(sa.text("ANALYZE"))
    engine.dispose()


async def _open(reader: httpx.AsyncClient, page: str) -> float:
    begun = time.perf_counter()
    answer = await reader.get(page)
    if answer.status_code != httpx.codes.OK:
        raise NotMeasured(f"{page} was answered with {answer.status_code}")
    return time.perf_counter() - begun
