"""Users, their sessions and tokens. Only hashes of tokens are stored."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession

from app.db.sealing import Keyring
from app.db.tables.system import ApiTokenRow, LoginFailureRow, SessionRow, UserRow
from app.domain.clock import Clock


class Users:
    def __init__(self, session: AsyncSession, keyring: Keyring, clock: Clock) -> None:
        self._session = session
        self._keyring = keyring
        self._clock = clock

    async def by_email(self, email: str) -> UserRow | None:
        return await self._session.scalar(sa.select(UserRow).where(UserRow.email == email.strip().lower()))

    async def get(self, user_id: UUID) -> UserRow | None:
        return await self._session.get(UserRow, user_id)

    async def all(self) -> Sequence[UserRow]:
        return (await self._session.scalars(sa.select(UserRow).order_by(UserRow.email))).all()

    async def names(self) -> dict[UUID, str]:
        return {row.id: row.name for row in await self.all()}

    async def names_by_address(self) -> dict[str, str]:
        """For customers, cases and tasks, which keep their owner by address; also of who has left."""
        return {row.email: row.name for row in await self.all() if row.name}

    def add(self, row: UserRow) -> None:
        self._session.add(row)

    def open_session(self, token: str, user_id: UUID, *, expires_at: datetime) -> None:
        self._session.add(
            SessionRow(
                token_hash=self._keyring.index(token), user_id=user_id, created_at=self._clock(), expires_at=expires_at
            )
        )

    async def user_of_session(self, token: str) -> UserRow | None:
        return await self._session.scalar(
            sa.select(UserRow)
            .join(SessionRow, SessionRow.user_id == UserRow.id)
            .where(
                SessionRow.token_hash == self._keyring.index(token),
                SessionRow.expires_at > self._clock(),
                UserRow.active,
            )
        )

    async def close_session(self, token: str) -> None:
        await self._session.execute(sa.delete(SessionRow).where(SessionRow.token_hash == self._keyring.index(token)))

    async def close_sessions(self, user_id: UUID) -> None:
        """Sign a user out in every browser."""
        await self._session.execute(sa.delete(SessionRow).where(SessionRow.user_id == user_id))

    async def close_all(self, user_id: UUID) -> None:
        """Sign a user out everywhere, programs included."""
        await self.close_sessions(user_id)
        await self._session.execute(sa.delete(ApiTokenRow).where(ApiTokenRow.user_id == user_id))

    async def close_every_session(self) -> None:
        """Sign everybody out in every browser."""
        await self._session.execute(sa.delete(SessionRow))

    async def forget_expired_sessions(self) -> None:
        await self._session.execute(sa.delete(SessionRow).where(SessionRow.expires_at <= self._clock()))

    def add_token(
        self,
        token: str,
        user_id: UUID,
        *,
        name: str,
        scopes: list[str],
        expires_at: datetime | None,
        issued_by: UUID | None,
    ) -> None:
        self._session.add(
            ApiTokenRow(
                token_hash=self._keyring.index(token),
                user_id=user_id,
                name=name,
                scopes=scopes,
                created_at=self._clock(),
                expires_at=expires_at,
                issued_by=issued_by,
            )
        )

    async def user_of_token(self, token: str) -> tuple[UserRow, ApiTokenRow] | None:
        """Whose token it is, and what is kept of it."""
        found = await self._session.execute(
            sa.select(UserRow, ApiTokenRow)
            .join(ApiTokenRow, ApiTokenRow.user_id == UserRow.id)
            .where(
                ApiTokenRow.token_hash == self._keyring.index(token),
                sa.or_(ApiTokenRow.expires_at.is_(None), ApiTokenRow.expires_at > self._clock()),
                UserRow.active,
            )
        )
        row = found.first()
        return (row[0], row[1]) if row else None

    async def tokens(self) -> Sequence[ApiTokenRow]:
        return (await self._session.scalars(sa.select(ApiTokenRow).order_by(ApiTokenRow.created_at))).all()

    async def withdraw_token(self, token_hash: str) -> ApiTokenRow | None:
        row = await self._session.get(ApiTokenRow, token_hash)
        if row is not None:
            await self._session.delete(row)
        return row

    async def failures(self, email: str) -> LoginFailureRow:
        """Held until the end of the transaction, so that many tries at once are counted one after the other."""
        key = self._keyring.index(email.strip().lower())
        is_postgresql = self._session.get_bind().dialect.name == "postgresql"
        insert = postgresql.insert(LoginFailureRow) if is_postgresql else sqlite.insert(LoginFailureRow)
        values = {"email_hash": key, "failures": 0, "last_at": self._clock()}
        await self._session.execute(insert.values(values).on_conflict_do_nothing())
        return await self._session.get_one(LoginFailureRow, key, with_for_update=True, populate_existing=True)

    async def clear_failures(self, email: str) -> None:
        key = self._keyring.index(email.strip().lower())
        await self._session.execute(sa.delete(LoginFailureRow).where(LoginFailureRow.email_hash == key))
