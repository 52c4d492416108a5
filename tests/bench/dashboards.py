"""Whether the dashboard waits for the ledger's size: the page of a large ledger beside that of a small one."""

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

CUSTOMERS = """
INSERT INTO customers (id, name, language, country, currency, timezone, payment_terms_days, strategic, natural_person,
                       segment, owner_email, payment_method, company, payment_seen, ledger_version)
SELECT 'L-' || n, 'Large ' || n, 'en', 'GB', 'EUR', 'UTC', 30, false, false,
       (ARRAY['standard', 'key', 'smb'])[1 + n % 3], 'owner' || n % 5 || '@seller.example', '', '', false, 1
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
    note = (
        f"p95 of {REQUESTS} pages, {large:,} open invoices beside {SMALL:,}; "
        f"rolling the large ledger up took {rolled:.1f} s; {load_average()}"
    )
    return [Figure("dashboard_p95_postgresql", ours, "ms", GOAL, baseline=baseline, note=note)]


async def _measure(url: str, folder: Path, invoices: int) -> tuple[float, float]:
    """p95 in milliseconds, and the seconds that rolling up took."""
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
                seconds = [await _open(reader) for _ in range(WARM + REQUESTS)][WARM:]
    return quantiles(seconds, n=20)[-1] * 1_000, rolled


def _fill(url: str, invoices: int, today: date) -> None:
    engine = sync_engine(url)
    given = {"customers": max(invoices // INVOICES_EACH, 1), "invoices": invoices, "day": today}
    with engine.begin() as connection:
        connection.execute(sa.text(CUSTOMERS), given)
        connection.execute(sa.text(INVOICES), given)
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(sa.text("ANALYZE"))
    engine.dispose()


async def _open(reader: httpx.AsyncClient) -> float:
    begun = time.perf_counter()
    answer = await reader.get("/dashboard")
    if answer.status_code != httpx.codes.OK:
        raise NotMeasured(f"the dashboard was answered with {answer.status_code}")
    return time.perf_counter() - begun
