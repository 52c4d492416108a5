"""Whether the triggers stand by which the database refuses to change audit entries (the migration `audit_stands`)."""

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

GUARD = "audit_entries_stand"
ON_SQLITE = frozenset(f"{GUARD}_{verb}" for verb in ("update", "delete", "replace"))

_POSTGRESQL = sa.text(
    "SELECT tgname FROM pg_trigger WHERE tgrelid = CAST('audit_entries' AS regclass) AND tgenabled = 'A'"
)
_SQLITE = sa.text("SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'audit_entries'")


async def guard_stands(session: AsyncSession) -> bool:
    """Only the owner of the database can have taken it away, or told it to be silent."""
    is_postgresql = session.get_bind().dialect.name == "postgresql"
    found = set(await session.scalars(_POSTGRESQL if is_postgresql else _SQLITE))
    return found >= (frozenset({GUARD}) if is_postgresql else ON_SQLITE)
