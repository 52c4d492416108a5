"""What `duebox doctor` finds inside: workers, connections, keys, backups, room on the disk."""

import asyncio
import os
import shutil
import tempfile
from datetime import timedelta
from pathlib import Path

import sqlalchemy as sa
from cryptography.exceptions import InvalidTag

from app.bootstrap import Services
from app.db.engine import NAMED, POOL_SIZE, session_name, sqlite_path
from app.db.pooling import lends_sessions
from app.db.tables.mail import ConversationRow
from app.db.tables.system import Chain
from app.health import BACKUP_TAKEN
from app.jobs.lease import LEASE_SECONDS, WORKER
from app.operations.finding import Finding

LEAST_FREE_BYTES = 1_000_000_000
BACKUP_AGE = timedelta(hours=36)
POOLS = 3
"""Of one process: for writing, for reading, and the job engine's. Each may grow to twice its size under load."""

LISTENING = 2
"""Connections that wait for news: the job engine's, and that of pages that follow along."""


async def workers(services: Services) -> Finding:
    async with services.database.read() as uow:
        ages = await uow.leases.ages(WORKER, LEASE_SECONDS)
        alive = await uow.leases.live(WORKER, LEASE_SECONDS)
        lines = await uow.session.run_sync(services.engine.lines)
    waiting = sum(line.number for line in lines if line.standing == "ready")
    if not alive:
        detail = f"none is alive, {waiting} jobs wait" if waiting else "none is alive, and nothing waits for one"
        return Finding("workers", not waiting, detail, f"start {'serve' if services.is_embedded else 'a worker'}")
    heard = ", ".join(f"{max(ages[name], 0):.0f} s" for name in sorted(alive))
    silent = sorted(set(ages) - alive)
    lost = f"; not heard of any more: {', '.join(silent)}" if silent else ""
    return Finding("workers", True, f"{len(alive)} alive, last heard of {heard} ago; {waiting} jobs wait{lost}")


def ledger_folder(folder: Path) -> Finding:
    """Whether files can be found in the watched folder, and put away in it."""
    hint = "mount or make it where the workers run, or name another in DUEBOX_LEDGER__FOLDER"
    try:
        with os.scandir(folder) as files:
            waiting = sum(file.is_file() for file in files)
    except OSError as error:
        return Finding("ledger folder", False, f"{folder}: {error.strerror}", hint)
    if not os.access(folder, os.W_OK | os.X_OK):
        return Finding(
            "ledger folder", False, f"{folder}: what is taken cannot be put away there", "let us write to it"
        )
    return Finding("ledger folder", True, f"{folder}, {waiting} files in it")


async def connections(services: Services) -> Finding:
    """On PostgreSQL: whether the pools of all processes that are connected now fit into what the server allows."""
    own = session_name(services.engine.executor_id)
    async with services.database.read() as uow:
        row = (
            await uow.session.execute(
                sa.text(
                    "SELECT current_setting('max_connections')::int"
                    " - current_setting('superuser_reserved_connections')::int AS allowed, count(*) AS open,"
                    " count(DISTINCT application_name) FILTER"
                    " (WHERE application_name LIKE :named AND application_name <> :own) AS processes"
                    " FROM pg_stat_activity WHERE backend_type = 'client backend'"
                ),
                {"named": f"{NAMED}%", "own": own},
            )
        ).one()
    each = POOLS * 2 * POOL_SIZE + LISTENING
    most = row.processes * each
    detail = f"{row.processes} processes may open {most} of {row.allowed}; {row.open} are open now"
    return Finding("connections", most <= row.allowed, detail, f"set max_connections to {most + each} or more")


async def sessions(services: Services) -> Finding:
    """On PostgreSQL: whether sessions are ours for as long as we hold them. Raises SQLAlchemyError or OSError."""
    is_lent = await asyncio.to_thread(lends_sessions, services.url)
    detail = "each transaction gets another session of the server" if is_lent else "sessions are ours"
    hint = (
        "a pooler in transaction mode: name the server itself in DUEBOX_DATABASE_URL, or pool by session; statements"
        " fail, upgrades lock each other out, and open pages hear no news"
    )
    return Finding("sessions", not is_lent, detail, hint)


async def keys(services: Services) -> Finding:
    """Whether the secret opens what is sealed: a conversation of each master key that is in use."""
    keyring, shut = services.database.keyring, []
    async with services.database.read() as uow:
        sealed = ConversationRow.sealed_key.is_not(None)
        used = sorted(await uow.session.scalars(sa.select(ConversationRow.key_id).where(sealed).distinct()))
        for key_id in used:
            one = sa.select(ConversationRow).where(sealed, ConversationRow.key_id == key_id).limit(1)
            row = (await uow.session.scalars(one)).one()
            try:
                keyring.data_key(row.id, row.sealed_key or b"")
            except InvalidTag:
                shut.append(key_id)
    detail = f"not opened: {', '.join(shut)}" if shut else f"all in use are opened: {', '.join(used) or 'none yet'}"
    return Finding("keys", not shut, detail, "DUEBOX_SECRET_KEY is not the one that this database was sealed with")


async def backup(services: Services) -> Finding:
    async with services.database.read() as uow:
        taken = await uow.audit.last_time(Chain.ACCESS, BACKUP_TAKEN)
    if taken is None:
        return Finding("backup", True, "none noted; `duebox backup` notes its own, other means are not seen here")
    is_ok = services.clock() - taken < BACKUP_AGE
    return Finding("backup", is_ok, f"the newest is of {taken:%Y-%m-%d %H:%M} UTC", "run: duebox backup FILE.zip")


def disk(services: Services) -> Finding:
    """Where the SQLite file lies; with PostgreSQL, whose own disk is its server's affair, where files are put for a
    moment."""
    folder = Path(sqlite_path(services.url)).absolute().parent if services.is_embedded else Path(tempfile.gettempdir())
    free = shutil.disk_usage(folder).free
    hint = "make room: while the disk is full no mail is stored, and it waits in the mailboxes"
    where = "beside the database" if services.is_embedded else "for temporary files"
    return Finding("disk", free >= LEAST_FREE_BYTES, f"{free // 1_000_000:,} MB free {where}", hint)
