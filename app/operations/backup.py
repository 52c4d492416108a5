"""`duebox backup`: the whole installation in one file, taken while it works.

Not in it: DUEBOX_SECRET_KEY, without which nothing sealed can be read, and settings and policy files. Keep the secret
apart from the backups: who has both has everything, who loses it has nothing.
"""

import asyncio
from importlib.metadata import version
from pathlib import Path

import sqlalchemy as sa

from app.bootstrap import Services
from app.db.dumps import is_empty, moment_of
from app.db.engine import is_sqlite
from app.db.migrating import VERSION_TABLE
from app.db.sealing import FIRST
from app.db.tables.mail import MessageRow
from app.db.tables.privacy import MasterKeyRow
from app.db.tables.system import AuditRow, Chain
from app.domain.errors import Invalid
from app.health import BACKUP_TAKEN
from app.operations.archives import Facts, Manifest, new_file, write_archive


async def back_up(services: Services, file: Path) -> Manifest:
    """Write the archive; that all data was copied is noted first, in the chain of reads. Raises Invalid."""
    if is_empty(services.url):
        raise Invalid("DUEBOX_DATABASE_URL: this database is empty; there is nothing to back up")
    with new_file(file) as part:  # first of all: a name that is taken is no reason for a note
        async with services.database.write() as uow:
            uow.audit.add(BACKUP_TAKEN, chain=Chain.ACCESS)
        return await asyncio.to_thread(_write, services, part)


def _write(services: Services, part: Path) -> Manifest:
    with moment_of(services.url, part.with_name(f"{part.name}.copy")) as moment:
        return write_archive(
            part,
            moment.write,
            facts_of(moment.connection, "sqlite" if is_sqlite(services.url) else "postgresql"),
            version=version("duebox"),
            taken_at=services.clock().isoformat(timespec="seconds"),
            keyring=services.database.keyring,
        )


def facts_of(connection: sa.Connection, database: str) -> Facts:
    """What stands in the database, counted anew."""
    states = connection.execute(sa.select(MessageRow.state, sa.func.count()).group_by(MessageRow.state))
    return Facts(
        database=database,
        revision=connection.scalar(sa.select(sa.column("version_num")).select_from(sa.table(VERSION_TABLE))) or "",
        keys=sorted(connection.scalars(sa.select(MasterKeyRow.id))) or [FIRST],
        messages={state.value: count for state, count in states},
        chains=[head for chain in Chain for head in _head(connection, chain)],
    )


def _head(connection: sa.Connection, chain: Chain) -> list[dict[str, object]]:
    newest = sa.select(AuditRow.seq, AuditRow.hash, AuditRow.at).where(AuditRow.chain == chain)
    row = connection.execute(newest.order_by(AuditRow.seq.desc()).limit(1)).first()
    return [{"chain": chain.value, "seq": row.seq, "hash": row.hash, "at": row.at.isoformat()}] if row else []
