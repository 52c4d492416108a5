"""Whether anything waits for the number of mails: an installation with a million of them beside one with a thousand.

Measured on each: every list page, how many mails are worked a second, and what the queue costs beside the smallest
JSON answer of the same server. A few mails are worked as always; the others are made of them in the database, each
with headers of its own that can be opened, a quarter of them pending, with the cases and answers that such a number
of mails leaves behind. They have no search terms: `partitions` measures the search.
"""

import asyncio
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import mean, quantiles
from uuid import UUID

import httpx
import psycopg
import sqlalchemy as sa

from app.db.engine import sync_engine
from app.db.sealing import Keyring
from app.domain.clock import system_clock
from app.domain.ids import first_id
from app.domain.review import Role
from app.identity.service import IdentityService
from tests.bench.figures import Figure, Goal
from tests.bench.ground import NotMeasured, ground
from tests.bench.load import load_average
from tests.bench.mails import MailMaker, contact_address
from tests.running import PASSWORD, Installation
from tests.servers.postgres import Postgres

GOAL, RATE_GOAL, TRIAGE_GOAL = Goal("≤", 1.5), Goal("≥", 0.25), Goal("≥", 1 / 1.5)
SMALL, LARGE, QUICK = 1_000, 1_000_000, 20_000
CUSTOMERS, WORKED, TIMED, SIZE = 400, 60, 120, 200
SECONDS_TO_WORK = 900.0
REQUESTS, WARM = 200, 10
MANAGER = "manager@seller.example"
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
"""When the first of the grown mails came: a minute lies between two, so that all are older than the worked ones."""

QUEUE, SMALLEST = "/queue", "/healthz"
LISTS = (
    QUEUE,
    *("/queue?kind=dispute", "/queue?q=customer", "/no-answer", "/quarantine", "/sent", "/decisions", "/customers"),
    *("/promises", "/disputes", "/extensions", "/hardship", "/holds", "/tasks", "/contacts/proposals", "/performance"),
    *("/api/v1/messages", "/api/v1/reviews", "/api/v1/cases", "/api/v1/outbox", "/api/v1/counts"),
)

GROW = """
CREATE INDEX ON grown (n);
INSERT INTO customers (id, name, language, country, currency, timezone, payment_terms_days, strategic, natural_person,
                       segment, owner_email, payment_method, company, payment_seen, ledger_version)
  SELECT 'G-' || n, 'Grown ' || n || ' Ltd', 'en', 'GB', 'EUR', 'Europe/London', 30, false, false, 'standard', '', '',
         '', false, 1
  FROM generate_series(0, (SELECT max(n) FROM grown) / 50) AS n;
INSERT INTO messages (id, mailbox_id, source, conversation_id, customer_id, rfc_id_hash, head, raw_id, reading_id, size,
                      received_at, stored_at, state, run, attempts, error, is_automatic, is_indexed)
  SELECT g.message, m.mailbox_id, 'grown' || g.n, m.conversation_id, 'G-' || g.n / 50, md5(CAST(g.n AS text)), g.head,
         m.raw_id, m.reading_id, m.size, g.at, g.at, g.state, 1, 0, '', false, true
  FROM grown g JOIN messages m ON m.id = g.pattern;
INSERT INTO proposals (id, message_id, run, route, rule, reasons, intents, confidence, language, policy_version, calls,
                       payload_id, created_at)
  SELECT g.proposal, g.message, 1, p.route, p.rule, p.reasons, p.intents, p.confidence, p.language, p.policy_version,
         p.calls, p.payload_id, g.at
  FROM grown g JOIN proposals p ON p.message_id = g.pattern;
INSERT INTO reviews (id, message_id, proposal_id, conversation_id, customer_id, state, version, rule, reasons, at_stake,
                     currency, opened_at, decided_at, rank, due_at)
  SELECT g.review, g.message, g.proposal, r.conversation_id, 'G-' || g.n / 50, g.state, 1, r.rule, r.reasons,
         r.at_stake, r.currency, g.at, CASE g.state WHEN 'decided' THEN g.at END,
         r.rank - 100 - g.n / 100000.0, r.due_at
  FROM grown g JOIN reviews r ON r.message_id = g.pattern
  WHERE g.state <> 'no_answer';
INSERT INTO cases (id, kind, state, customer_id, message_id, run, invoices, amount, currency, day, detail, owner_email,
                   opened_at)
  SELECT g.case_id, (ARRAY['promise', 'dispute', 'extension'])[1 + g.n / 4 % 3],
         CASE WHEN g.n % 40 = 0 THEN 'confirmed' ELSE 'withdrawn' END, 'G-' || g.n / 50, g.message, 1, '[]', 100, 'EUR',
         CAST(g.at AS date), '', '', g.at
  FROM grown g WHERE g.n % 4 = 0;
INSERT INTO outbox (id, review_id, conversation_id, customer_id, mailbox_id, state, rfc_message_id, rfc_id_hash, raw_id,
                    envelope, conversation_version, send_after, expires_at, attempts, last_error, claimed_by, has_begun,
                    is_automatic, recipient_hash, domain_hash, sent_at, created_at)
  SELECT g.answer, g.review, m.conversation_id, 'G-' || g.n / 50, m.mailbox_id, 'sent', g.n || '@grown.example',
         md5(g.n || '@'), m.raw_id, g.envelope, 1, g.at, g.at, 1, '', '', true, false, '', '', g.at, g.at
  FROM grown g JOIN messages m ON m.id = g.pattern WHERE g.state = 'decided';
INSERT INTO message_tally (id, state, number) SELECT gen_random_uuid(), state, count(*) FROM grown GROUP BY state;
DROP TABLE grown;
"""


@dataclass(frozen=True, slots=True)
class Pattern:
    """A worked mail of which others are made."""

    message: UUID
    conversation: UUID
    head: bytes
    sealed_key: bytes


@dataclass(frozen=True, slots=True)
class Measured:
    """Seconds of each request by page, and mails worked a second."""

    pages: Mapping[str, Sequence[float]]
    triage: float


def measure(folder: Path, *, quick: bool) -> list[Figure]:
    many = QUICK if quick else LARGE
    with Postgres() as postgres:
        small = asyncio.run(_measure(postgres.create_database(), folder, SMALL))
        large = asyncio.run(_measure(postgres.create_database(), folder, many))
    sizes = f"{many:,} mails beside {SMALL:,}, PostgreSQL; {load_average()}"
    pages = [
        Figure(
            f"size_p95 {page}",
            _p95(large.pages[page]) * 1_000,
            "ms",
            GOAL,
            baseline=_p95(small.pages[page]) * 1_000,
            note=f"p95 of {REQUESTS} requests, {sizes}",
        )
        for page in LISTS
    ]
    queue, smallest = mean(small.pages[QUEUE]), mean(small.pages[SMALLEST])
    return [
        *pages,
        Figure(
            "size_triage",
            large.triage,
            "mails/s",
            TRIAGE_GOAL,
            baseline=small.triage,
            note=f"{TIMED} short mails worked, {sizes}",
        ),
        Figure(
            "queue_rate",
            1 / queue,
            "1/s",
            RATE_GOAL,
            baseline=1 / smallest,
            note=f"pages and {SMALLEST} answers a second, one after another, {SMALL:,} mails; {load_average()}",
        ),
    ]


async def _measure(url: str, folder: Path, mails: int) -> Measured:
    with Installation(url, folder) as installation:
        installation.command("db", "upgrade")
        async with ground(installation, customers=CUSTOMERS) as hand:
            identity = IdentityService(hand.database, system_clock)
            await identity.add_user(email=MANAGER, name="Maren Oltmanns", role=Role.MANAGER, password=PASSWORD)
            await asyncio.to_thread(installation.start_all)
            maker = MailMaker(9, customers=CUSTOMERS)
            await hand.receive(maker.with_new_text(WORKED))
            await hand.wait_until_worked(SECONDS_TO_WORK)
            await asyncio.to_thread(grow, installation, mails - WORKED)
            await hand.receive(maker.with_new_text(TIMED, size=SIZE))
            triage = TIMED / await hand.wait_until_worked(SECONDS_TO_WORK)
            async with httpx.AsyncClient(base_url=installation.base, timeout=60) as reader:
                answer = await reader.post("/login", data={"email": MANAGER, "password": PASSWORD})
                if answer.status_code != httpx.codes.SEE_OTHER:
                    raise NotMeasured(f"signing in was answered with {answer.status_code}")
                return Measured({page: await _ask(reader, page) for page in (*LISTS, SMALLEST)}, triage)


def grow(installation: Installation, more: int) -> None:
    """Make so many mails, and what belongs to them, of those that stand in the queue."""
    engine = sync_engine(installation.url)
    keyring = Keyring(installation.environment["DUEBOX_SECRET_KEY"])
    with engine.begin() as connection:
        connection.execute(
            sa.text(
                "CREATE TABLE grown (n bigint, message uuid, proposal uuid, review uuid, case_id uuid, answer uuid,"
                " pattern uuid, state text, at timestamptz, head bytea, envelope bytea)"
            )
        )
        found = connection.execute(
            sa.text(
                "SELECT m.id, m.conversation_id, m.head, c.sealed_key FROM reviews r JOIN messages m ON"
                " m.id = r.message_id JOIN conversations c ON c.id = m.conversation_id WHERE r.state = 'pending'"
            )
        )
        patterns = [Pattern(*row) for row in found]
        driver = connection.connection.driver_connection
        if not isinstance(driver, psycopg.Connection):
            raise NotMeasured("rows are copied by psycopg")
        with driver.cursor() as cursor, cursor.copy("COPY grown FROM STDIN") as copy:
            for row in _rows(keyring, patterns, more):
                copy.write_row(row)
        for statement in filter(str.strip, GROW.split(";")):
            connection.execute(sa.text(statement))
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(sa.text("VACUUM ANALYZE"))
    engine.dispose()


def _rows(keyring: Keyring, patterns: Sequence[Pattern], more: int) -> Iterator[tuple[object, ...]]:
    keys = [keyring.data_key(pattern.conversation, pattern.sealed_key) for pattern in patterns]
    heads = [key.open(pattern.message, pattern.head) for key, pattern in zip(keys, patterns, strict=True)]
    states = ("pending", "decided", "decided", "no_answer")
    recipient = contact_address(1).encode()
    for n in range(more):
        at = LONG_AGO + timedelta(minutes=n)
        message, proposal, review, case, answer = (UUID(int=first_id(at).int + part) for part in range(5))
        which = n % len(patterns)
        key = keys[which]
        yield (
            *(n, message, proposal, review, case, answer, patterns[which].message, states[n % len(states)], at),
            *(key.seal(message, heads[which]), key.seal(answer, recipient)),
        )


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


def _p95(seconds: Sequence[float]) -> float:
    return quantiles(seconds, n=20)[-1]
