"""What somebody who owns the database does before tampering with the audit chain: take its guard away."""

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from app.db.guard import ON_SQLITE


async def lay_open(session: AsyncSession) -> None:
    """From here on the database lets audit entries be changed; once more does nothing."""
    if session.get_bind().dialect.name == "postgresql":
        await session.execute(sa.text("DROP TRIGGER IF EXISTS audit_entries_stand ON audit_entries"))
        return
    for name in ON_SQLITE:
        await session.execute(sa.text(f"DROP TRIGGER IF EXISTS {name}"))
