"""The audit chain under load and under attack.

16 writers on PostgreSQL append 100,000 events, one a transaction; the chain is verified; it is tampered with by lot
1,000 times and cut off 50 times; what pages show of the log is read while it holds ten thousand and a million events.
"""

import asyncio
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from random import Random
from uuid import UUID

import psycopg
import sqlalchemy as sa

from app.audit.service import AuditService
from app.db.engine import async_engine
from app.db.sealing import Keyring
from app.db.tables.system import AuditRow, Chain
from app.db.uow import Database
from app.domain.audit import GENESIS, Entry, Link, Walk, canonical, chained
from app.domain.clock import system_clock
from app.domain.ids import new_id
from tests.bench.figures import Figure, Goal
from tests.instances import prepare
from tests.servers.postgres import Postgres
from tests.tampering import lay_open

WRITERS = 16
SEED = 7
LOOKS, SHOWN = 200, 50
ATTACKED = 10_000
"""How long the chain is that is tampered with: its first entries."""
FIRST_DAY = datetime(2026, 1, 1, tzinfo=UTC)
COPY = "COPY audit_entries (chain, seq, previous, hash, body, at, kind, actor, message_id, conversation_id) FROM STDIN"


@dataclass(frozen=True, slots=True)
class Sizes:
    events: int
    tamperings: int
    truncations: int
    small: int
    large: int


FULL = Sizes(events=100_000, tamperings=1_000, truncations=50, small=10_000, large=1_000_000)
QUICK = Sizes(events=320, tamperings=60, truncations=10, small=500, large=3_000)


def measure(folder: Path, *, quick: bool) -> list[Figure]:
    sizes = QUICK if quick else FULL
    with Postgres() as postgres:
        url = postgres.create_database()
        prepare(url)
        return asyncio.run(_measure(url, sizes))


async def _measure(url: str, sizes: Sizes) -> list[Figure]:
    database = Database(
        async_engine(url, for_writing=True, pool_size=WRITERS),
        async_engine(url, for_writing=False),
        Keyring("a secret of the bench, long enough"),
        system_clock,
        lambda _session, _job: None,
    )
    try:
        appended = await _append(database, sizes.events)
        begun = time.perf_counter()
        verdict = await AuditService(database).verify()
        verified = verdict.entries / (time.perf_counter() - begun)
        async with database.read() as uow:
            links = [link async for link in uow.audit.links(Chain.DECISIONS)][:ATTACKED]
        small, large = await _pages(database, url, sizes)
    finally:
        await database.dispose()
    missed = sum(not is_found for is_found in tampered(links, sizes.tamperings))
    uncut = sum(not is_found for is_found in truncated(links, sizes.truncations))
    false_alarms = (verdict.first_bad is not None) + sizes.events - verdict.entries
    return [
        Figure("audit.appended", appended, "events/s", Goal("≥", 1), note=f"{WRITERS} writers"),
        Figure("audit.false_alarms", false_alarms, "events", Goal("≤", 0), note=f"of {sizes.events}"),
        Figure("audit.verified", verified, "events/s", Goal("≥", 50_000)),
        Figure("audit.tamperings_missed", missed, "attacks", Goal("≤", 0), note=f"of {sizes.tamperings}"),
        Figure("audit.truncations_missed", uncut, "attacks", Goal("≤", 0), note=f"of {sizes.truncations}"),
        Figure("audit.page", large, "ms", Goal("≤", 1.5), small, f"p95 with {sizes.large} and {sizes.small} events"),
    ]


async def _append(database: Database, events: int) -> float:
    """Events a second, each in a transaction of its own, by so many writers at once."""

    async def write(count: int) -> None:
        for _ in range(count):
            async with database.write() as uow:
                uow.audit.add("bench.thing.happened", message_id=new_id(), conversation_id=new_id(), version=1)

    begun = time.perf_counter()
    await asyncio.gather(*(write(events // WRITERS) for _ in range(WRITERS)))
    return events / (time.perf_counter() - begun)


# -- attacks -----------------------------------------------------------------------------------------------------------

Attack = Callable[[list[Link], int], list[Link]]


def _body_changed(links: list[Link], at: int) -> list[Link]:
    body = bytearray(links[at].body)
    body[at % len(body)] ^= 1
    return [*links[:at], replace(links[at], body=bytes(body)), *links[at + 1 :]]


def _body_and_hash_changed(links: list[Link], at: int) -> list[Link]:
    """As one who knows how an entry is hashed would do it; the next entry does not follow then."""
    body = links[at].body.replace(b"happened", b"granted!")
    forged = replace(links[at], body=body, hash=chained(links[at].previous, body))
    return [*links[:at], forged, *links[at + 1 :]]


def _deleted(links: list[Link], at: int) -> list[Link]:
    return [*links[:at], *links[at + 1 :]]


def _inserted(links: list[Link], at: int) -> list[Link]:
    return [*links[:at], links[at], *links[at:]]


def _swapped(links: list[Link], at: int) -> list[Link]:
    return [*links[:at], links[at + 1], links[at], *links[at + 2 :]]


def _written_anew(links: list[Link], at: int) -> list[Link]:
    """Everything from here on with right hashes: only what is kept outside tells."""
    kept = links[:at]
    for link in links[at:]:
        previous = kept[-1].hash if kept else GENESIS
        body = link.body.replace(b"happened", b"granted!")
        kept.append(Link(link.seq, previous, chained(previous, body), body))
    return kept


ATTACKS: Sequence[Attack] = (_body_changed, _body_and_hash_changed, _deleted, _inserted, _swapped, _written_anew)


def tampered(links: list[Link], count: int) -> Iterator[bool]:
    """For each attack whether it was found, no later than at the entry behind it; for the last kind, found at all."""
    random = Random(SEED)  # noqa: S311  # the same attacks every time
    for number in range(count):
        attack, at = ATTACKS[number % len(ATTACKS)], random.randrange(1, len(links) - 1)
        bad = first_bad(attack(links, at), links[-1])
        yield bad is not None and (attack is _written_anew or bad in {at + 1, at + 2})


def truncated(links: list[Link], count: int) -> Iterator[bool]:
    random = Random(SEED)  # noqa: S311
    for _ in range(count):
        cut = random.randrange(len(links))
        yield first_bad(links[:cut], links[-1]) == cut + 1


def first_bad(links: Sequence[Link], checkpoint: Link) -> int | None:
    """What `audit verify --checkpoint` names, of a chain that is held in memory."""
    walk = Walk()
    for link in links:
        bad = walk.take(link)
        if bad is not None:
            return bad.first_bad
        if link.seq == checkpoint.seq and link.hash != checkpoint.hash:
            return link.seq
    return walk.entries + 1 if walk.entries < checkpoint.seq else None


# -- pages -------------------------------------------------------------------------------------------------------------


async def _pages(database: Database, url: str, sizes: Sizes) -> tuple[float, float]:
    """95th percentile, in milliseconds, of what a page asks of a small and of a large log."""
    found: list[float] = []
    for size in (sizes.small, sizes.large):
        async with database.write() as uow:
            await lay_open(uow.session)
            await uow.session.execute(sa.delete(AuditRow))
        mails = await asyncio.to_thread(_fill, url, size)
        found.append(await _look(database, mails))
    return found[0], found[1]


def _fill(url: str, size: int) -> list[UUID]:
    """A valid chain, copied in: ten entries a mail. Returns the mails."""
    mails: list[UUID] = []
    with psycopg.connect(url, autocommit=True) as connection:
        with connection.cursor() as cursor, cursor.copy(COPY) as copy:
            for row in islice(_rows(mails), size):
                copy.write_row(row)
        connection.execute("VACUUM ANALYZE audit_entries")
    return mails


def _rows(mails: list[UUID]) -> Iterator[tuple[object, ...]]:
    previous, seq, mail = GENESIS, 0, new_id()
    while True:
        seq += 1
        if seq % 10 == 1:
            mail = new_id()
            mails.append(mail)
        at = FIRST_DAY + timedelta(seconds=seq)
        body = canonical(Entry(seq, at, "bench.thing.happened", "duebox", {"message_id": str(mail)}))
        digest = chained(previous, body)
        yield Chain.DECISIONS.value, seq, previous, digest, body, at, "bench.thing.happened", "duebox", mail, mail
        previous = digest


async def _look(database: Database, mails: list[UUID]) -> float:
    """The newest entries, a page from the middle, and all entries of one mail."""
    random = Random(SEED)  # noqa: S311
    seconds: list[float] = []
    newest_first = sa.select(AuditRow).where(AuditRow.chain == Chain.DECISIONS).order_by(AuditRow.seq.desc())
    for _ in range(LOOKS):
        mail, before = random.choice(mails), random.randrange(1, len(mails) * 10)
        begun = time.perf_counter()
        async with database.read() as uow:
            await uow.session.scalars(newest_first.limit(SHOWN))
            await uow.session.scalars(newest_first.where(AuditRow.seq < before).limit(SHOWN))
            await uow.audit.of_message(mail, mail)
        seconds.append(time.perf_counter() - begun)
    return sorted(seconds)[LOOKS * 95 // 100] * 1000
