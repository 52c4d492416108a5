"""How fast a file of invoices is taken in, beside COPY of the same file into the same table, indexes and all.

baseline: COPY invoices FROM STDIN ── the file as it is, nothing checked ──▶ PostgreSQL
ours:     duebox import invoices FILE ── start, every cell checked, compared, audited ──▶ the same table

`python -m tests.bench.imports 1000000` measures another number of invoices; a tenth as many customers owe them.
"""

import asyncio
import os
import random
import subprocess
import sys
import time
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import asyncpg

from app.db.migrating import upgrade
from app.jobs.engine import migrate
from tests.bench.figures import Figure, Goal, table
from tests.bench.ground import NotMeasured
from tests.bench.load import load_average
from tests.running import DUEBOX, REPOSITORY, Installation, scratch
from tests.servers.postgres import Postgres

INVOICES, INVOICES_QUICKLY = 300_000, 10_000
OWED_BY_EACH = 10
FASTER, SMALLER = Goal("≥", 0.3), Goal("≤", 500)
COLUMNS = "number,customer_id,kind,amount,open_amount,currency,issue_date,due_date,po_number,status"
CUSTOMERS = (
    "customer_id,name,language,country,currency,timezone,payment_terms_days,strategic,natural_person,segment,"
    "owner_email"
)
DEFAULTS = (
    "ALTER TABLE invoices ALTER id SET DEFAULT gen_random_uuid(), ALTER company SET DEFAULT '',"
    " ALTER payment_link SET DEFAULT '', ALTER payment_seen SET DEFAULT false"
)


def measure(folder: Path, *, quick: bool) -> list[Figure]:
    return measure_size(folder, INVOICES_QUICKLY if quick else INVOICES)


def measure_size(folder: Path, count: int) -> list[Figure]:
    customers, invoices = folder / "customers.csv", folder / "invoices.csv"
    _write(customers, CUSTOMERS, _customers(count // OWED_BY_EACH))
    _write(invoices, COLUMNS, _invoices(count))
    with Postgres() as postgres:
        template = postgres.create_database()
        upgrade(template)
        migrate(template)
        base = Installation(template, folder)
        first = _import(base, "customers", customers)[0]
        url = postgres.create_database(template=template)
        copied = asyncio.run(_copy(url, invoices))
        postgres.drop_database(url)
        base.environment["DUEBOX_DATABASE_URL"] = postgres.create_database(template=template)
        taken, memory = _import(base, "invoices", invoices)
        again, memory_again = _import(base, "invoices", invoices)
    note = f"{count:,} invoices: {taken:.1f} s, COPY {copied:.1f} s; again, all unchanged, {again:.1f} s; "
    note += f"{count // OWED_BY_EACH:,} customers {first:.1f} s; {load_average()}"
    return [
        Figure("import_ratio", count / taken, "rows/s", FASTER, baseline=count / copied, note=note),
        Figure("import_memory", max(memory, memory_again), "MB", SMALLER),
    ]


def _import(installation: Installation, kind: str, path: Path) -> tuple[float, float]:
    """Seconds and the most memory (MB) of the whole command."""
    begun = time.perf_counter()
    process = subprocess.Popen(  # noqa: S603  # our own command
        [str(DUEBOX), "import", kind, str(path)],
        env=installation.environment,
        cwd=REPOSITORY,
        stdout=subprocess.DEVNULL,
    )
    _pid, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise NotMeasured(f"duebox import {kind} ended with {process.returncode}")
    return time.perf_counter() - begun, used.ru_maxrss / 1024


async def _copy(url: str, path: Path) -> float:
    connection = await asyncpg.connect(url)
    try:
        await connection.execute(DEFAULTS)
        begun = time.perf_counter()
        await connection.copy_to_table(
            "invoices",
            source=path,
            columns=COLUMNS.split(","),
            format="csv",
            header=True,
            force_not_null=["po_number"],
        )
        return time.perf_counter() - begun
    finally:
        await connection.close()


def _write(path: Path, header: str, lines: Iterator[str]) -> None:
    with path.open("w", encoding="utf-8") as file:
        file.write(f"{header}\n")
        while some := list(islice(lines, 10_000)):
            file.write("".join(some))


def _customers(count: int) -> Iterator[str]:
    for n in range(count):
        yield f"C-{n:06},Customer {n} Ltd,en,GB,EUR,Europe/London,30,false,false,standard,\n"


def _invoices(count: int) -> Iterator[str]:
    chance = random.Random(1)  # noqa: S311  # the same file each time
    for n in range(count):
        amount, day = chance.randrange(1_000, 5_000_000) / 100, chance.randrange(1, 29)
        customer, issued = chance.randrange(count // OWED_BY_EACH), chance.randrange(1, 11)
        dates = f"2026-{issued:02}-{day:02},2026-{issued + 1:02}-{day:02}"
        yield f"INV-{n:07},C-{customer:06},invoice,{amount:.2f},{amount:.2f},EUR,{dates},,open\n"


if __name__ == "__main__":
    with scratch() as place:
        sys.stdout.write(table(measure_size(place, int(sys.argv[1]))))
