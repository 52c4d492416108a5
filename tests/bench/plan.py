"""How long the plan of reminders takes for a large ledger on PostgreSQL, and how much memory: the command itself."""

import json
import os
import subprocess
import time
from pathlib import Path

from tests.bench.figures import Figure, Goal
from tests.bench.ground import NotMeasured
from tests.bench.load import load_average
from tests.running import DUEBOX, REPOSITORY, Installation
from tests.servers.postgres import Postgres

GOAL_SECONDS = Goal("≤", 60)
GOAL_MEMORY = Goal("≤", 1024)
AS_OF = "2026-05-21"
INVOICES_EACH = 10
FILLED_AT_ONCE = 5_000
KIB_IN_MIB = 1024

LEDGER = """
INSERT INTO customers (id, name, language, country, currency, timezone, payment_terms_days, strategic, natural_person,
                       segment, owner_email, payment_method, company, payment_seen, ledger_version)
SELECT 'C-' || n, 'Customer ' || n, 'en', (ARRAY['GB', 'DE', 'FR', 'ES'])[1 + n % 4], 'EUR',
       (ARRAY['Europe/London', 'Europe/Berlin', 'Europe/Paris', 'Europe/Madrid'])[1 + n % 4], 30, n % 100 = 0,
       n % 20 = 0, (ARRAY['standard', 'key'])[1 + n % 2], '', '', '', false, 1 FROM generate_series({first}, {last}) n;
INSERT INTO contacts (id, customer_id, name, email, role, language, active, phone, version)
SELECT gen_random_uuid(), 'C-' || n, 'Contact', 'ap@c' || n || '.example', 'accounts_payable', 'en', true, '', 1
FROM generate_series({first}, {last}) n;
INSERT INTO invoices (id, number, company, customer_id, kind, amount, open_amount, currency, issue_date, due_date,
                      po_number, status, payment_link, payment_seen)
SELECT gen_random_uuid(), 'INV-' || n || '-' || i, '', 'C-' || n,
       CASE WHEN i = 10 THEN 'credit_note' ELSE 'invoice' END, CASE WHEN i = 10 THEN -20 ELSE 100 + i END,
       CASE WHEN i = 10 THEN -20 ELSE 100 + i END, 'EUR', DATE '2026-03-01', DATE '{as_of}' - (n + 7 * i) % 80 + 15,
       '', 'open', '', false
FROM generate_series({first}, {last}) n, generate_series(1, {each}) i;
INSERT INTO holds (id, customer_id, until, set_at)
SELECT gen_random_uuid(), 'C-' || n, DATE '2026-06-01', now() FROM generate_series({first}, {last}, 50) n;
"""
IMPORTED = """
INSERT INTO imports (id, kind, rows, changed, at)
VALUES (gen_random_uuid(), 'invoices', 1, 1, TIMESTAMPTZ '2026-05-21 06:00+00');
ANALYZE;
"""


def measure(folder: Path, *, quick: bool) -> list[Figure]:
    customers = 2_000 if quick else 100_000
    with Postgres() as postgres, Installation(postgres.create_database(), folder) as installation:
        installation.command("db", "upgrade")
        _fill(postgres, installation.url, customers)
        seconds, mebibytes = _plan(installation, folder / "plan.json", customers)
    note = f"{customers:,} customers with {customers * INVOICES_EACH:,} open items, `reminders plan --json`"
    return [
        Figure("plan_seconds", seconds, "s", GOAL_SECONDS, note=f"{note}; {load_average()}"),
        Figure("plan_memory", mebibytes, "MiB", GOAL_MEMORY, note=f"largest resident size of the same process; {note}"),
    ]


def _fill(postgres: Postgres, url: str, customers: int) -> None:
    for first in range(1, customers + 1, FILLED_AT_ONCE):
        last = min(first + FILLED_AT_ONCE - 1, customers)
        postgres.sql(LEDGER.format(first=first, last=last, each=INVOICES_EACH, as_of=AS_OF), url=url)
    postgres.sql(IMPORTED, url=url)


def _plan(installation: Installation, out: Path, customers: int) -> tuple[float, float]:
    """Seconds and MiB of one run. Raises NotMeasured when it fails or leaves a customer out."""
    command = [str(DUEBOX), "reminders", "plan", "--as-of", AS_OF, "--json"]
    with out.open("wb") as file:
        begun = time.perf_counter()
        process = subprocess.Popen(  # noqa: S603  # our own command
            command, env=installation.environment, cwd=REPOSITORY, stdout=file
        )
        _pid, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - begun
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise NotMeasured(f"the plan ended with {process.returncode}")
    with out.open(encoding="utf-8") as file:
        lines = json.load(file)
    if len({line["customer_id"] for line in lines}) != customers:
        raise NotMeasured(f"the plan has {len(lines)} lines for {customers} customers")
    return seconds, usage.ru_maxrss / KIB_IN_MIB
