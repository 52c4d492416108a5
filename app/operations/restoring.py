"""`duebox restore`: an installation as it was at the moment of a backup, and quiet.

    archive whole, of this secret, of a schema we know ─▶ database empty? ─▶ loaded ─▶ upgraded ─▶ quieted ─▶ verified
                                                                  nobody may start on it before that ┘

What happened after the backup is not in it: answers may have left, and mails come in again. So nothing that was on its
way out leaves by itself: its outcome is unknown until a person says, or it is found where the provider files sent mail.
Nothing leaves without a person either, until one allows it again. Everybody signs in anew.

On SQLite all is done in a file beside, which is put in place at the end. On PostgreSQL a table marks the database until
it is quiet; where it stands, no process of Duebox starts.
"""

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import sqlalchemy as sa

from app.audit.service import Checkpoint
from app.bootstrap import Services
from app.db.dumps import is_empty, load
from app.db.engine import is_sqlite, sqlite_path, sync_engine
from app.db.migrating import revisions, upgrade
from app.db.opening import UNFINISHED, check_key
from app.db.tables.oversight import Switch
from app.db.tables.system import Chain
from app.domain.errors import BackupUnusable, Invalid
from app.domain.message import MessageState
from app.domain.review import OutboxState
from app.jobs.engine import migrate
from app.operations.archives import Manifest, opened
from app.operations.backup import facts_of
from app.outbox.outcomes import lost

IN_FLIGHT = (OutboxState.SENDING, OutboxState.READY, OutboxState.WAITING)
AT_ONCE = 500
RESTORED = "restored"


@dataclass(frozen=True, slots=True)
class Restored:
    """`doubted` mails were on their way out; `waiting` reviews may have been answered since. `faults` are sentences."""

    origin: str
    taken_at: str
    messages: Mapping[str, int]
    entries: Mapping[str, int]
    doubted: int
    waiting: int
    faults: Sequence[str]


async def restore(services: Services, file: Path, build_on: Callable[[str], Services]) -> Restored:
    """`build_on` wires services for another database. Raises BackupUnusable, Invalid or DatabaseBusy; then the database
    is as it was."""
    if services.lock is not None:
        services.lock.take()
    with opened(file, services.database.keyring) as (manifest, dump):
        _fits(manifest, services.url)
        place = _begin(services.url)
        try:
            load(place, dump)
        except BaseException:
            _abandon(place)
            raise
    upgrade(place)
    migrate(place)
    return await _finish(services.url, place, manifest, build_on)


async def _finish(url: str, place: str, manifest: Manifest, build_on: Callable[[str], Services]) -> Restored:
    restored = build_on(place)
    engine = sync_engine(place)
    try:
        check_key(engine, restored.database.keyring)
        faults = await _faults(restored, engine, manifest)
        doubted = await quiet(restored, manifest)
        async with restored.database.read() as uow:
            messages = await uow.messages.counts()
            entries = {chain: await uow.audit.newest(chain) for chain in Chain}
    finally:
        await restored.close()
        restored.engine.dispose()
        engine.dispose()
    if place != url:
        os.rename(sqlite_path(place), sqlite_path(url))
    return Restored(
        origin=manifest.origin,
        taken_at=manifest.taken_at,
        messages={state.value: number for state, number in messages.items()},
        entries={chain.value: row.seq if row else 0 for chain, row in entries.items()},
        doubted=doubted,
        waiting=messages[MessageState.PENDING],
        faults=faults,
    )


async def quiet(services: Services, manifest: Manifest) -> int:
    """Nothing leaves by itself that may have left since the backup. Returns how many mails were on their way out."""
    doubted = 0
    async with services.database.write() as uow:
        for state in IN_FLIGHT:
            while rows := await uow.outbox.page(state=state, after=None, limit=AT_ONCE):
                for row in rows:
                    await lost(uow, row, because=RESTORED)
                doubted += len(rows)
        if not await uow.oversight.is_sending_stopped():
            await uow.oversight.set(Switch.SENDING_STOPPED, 1, by=None)
            uow.audit.add("policy.sending.stopped", stopped_before=False, stopped=True)
        await uow.users.close_every_session()
        await uow.leases.drop_all()
        uow.audit.add("operations.backup.restored", taken_at=manifest.taken_at, doubted=doubted, sha256=manifest.sha256)
        await uow.session.execute(sa.text(f"DROP TABLE IF EXISTS {UNFINISHED}"))
    return doubted


def _fits(manifest: Manifest, url: str) -> None:
    kind = "sqlite" if is_sqlite(url) else "postgresql"
    if manifest.facts.database != kind:
        raise BackupUnusable(
            f"this is a backup of {manifest.facts.database}, and DUEBOX_DATABASE_URL names {kind}:"
            " restore it where it came from"
        )
    if manifest.facts.revision not in revisions():
        raise BackupUnusable(f"this backup is newer than this Duebox: {manifest.origin}; install that version")


def _begin(url: str) -> str:
    """Where to load into. Raises Invalid when there is something already."""
    if not is_empty(url):
        raise Invalid(
            "DUEBOX_DATABASE_URL: this database is not empty, and nothing is overwritten:"
            " name a new one, or drop this one first"
        )
    if is_sqlite(url):
        beside = Path(f"{sqlite_path(url)}.restoring")
        _remove(beside)
        return f"sqlite:///{beside}"
    engine = sync_engine(url)
    with engine.begin() as connection:
        connection.execute(sa.text(f"CREATE TABLE {UNFINISHED} (at timestamptz NOT NULL DEFAULT now())"))
    engine.dispose()
    return url


def _abandon(place: str) -> None:
    """Nothing was restored: leave nothing behind."""
    if is_sqlite(place):
        _remove(Path(sqlite_path(place)))
        return
    engine = sync_engine(place)
    with engine.begin() as connection:
        connection.execute(sa.text(f"DROP TABLE IF EXISTS {UNFINISHED}"))
    engine.dispose()


def _remove(path: Path) -> None:
    for leftover in path.parent.glob(f"{path.name}*"):
        leftover.unlink()


async def _faults(services: Services, engine: sa.Engine, manifest: Manifest) -> list[str]:
    """The chains and the equation, against themselves and against the manifest."""
    faults = []
    heads = {point["chain"]: point for point in manifest.facts.chains}
    for chain in Chain:
        head = heads.get(chain.value)
        point = Checkpoint(chain, head["seq"], head["hash"], datetime.fromisoformat(head["at"])) if head else None
        verdict = await services.audit.verify(chain, point)
        if verdict.first_bad:
            faults.append(f"audit chain {chain.value}: entry {verdict.first_bad} is {verdict.reason}")
    with engine.connect() as connection:
        counted = facts_of(connection, manifest.facts.database).messages
    if counted != manifest.facts.messages:
        faults.append(f"mails: {dict(counted)} are here, {dict(manifest.facts.messages)} were backed up")
    async with services.database.read() as uow:
        told = {state.value: number for state, number in (await uow.messages.counts()).items() if number}
    if told != counted:
        faults.append(f"mails: {dict(counted)} are here, but the equation says {told}")
    return faults


def in_words(done: Restored) -> str:
    """What was restored, and what a person has to do now."""
    equation = " + ".join(f"{number} {state.replace('_', ' ')}" for state, number in done.messages.items())
    chains = ", ".join(f"{chain} {entries} entries" for chain, entries in done.entries.items())
    lines = [
        f"restored: {done.origin}",
        f"mails: {sum(done.messages.values())} received = {equation}",
        f"audit: {chains}: {'; '.join(done.faults) or 'intact, and as they were backed up'}",
        f"{done.doubted} mails were on their way out: whether they left is unknown; settle them under Administration",
        f"{done.waiting} mails wait for a person: some may have been answered since {done.taken_at}: look first",
        "nothing leaves without a person until somebody allows it again under Policy; everybody signs in anew",
        "not here: what came by webhook, was imported, erased, changed or withdrawn since",
        "IMAP mail comes in again, but for what a mailbox has moved to another folder: move that back",
    ]
    return "\n".join(lines)
