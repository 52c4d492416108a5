"""The instance's keys in their rows, and everything that is sealed under them, a batch at a time."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from app.db.sealing import INDEX, Keyring
from app.db.tables.ledger import AddressRow, CaseRow, HoldRow, TaskRow
from app.db.tables.mail import ConversationRow, GrantRow, MailboxRow
from app.db.tables.oversight import PolicyVersionRow
from app.db.tables.papers import DocumentRow
from app.db.tables.privacy import MasterKeyRow
from app.db.tables.queue import NotifyRow, SavedViewRow
from app.db.tables.reminders import PersonsStepRow

BATCH = 200

SEALED: Sequence[tuple[Any, Any]] = (
    (MailboxRow.id, MailboxRow.secret),
    (MailboxRow.id, MailboxRow.smtp_secret),
    (GrantRow.mailbox_id, GrantRow.sealed),
    (AddressRow.id, AddressRow.sealed),
    (HoldRow.id, HoldRow.reason),
    (CaseRow.id, CaseRow.note),
    (TaskRow.id, TaskRow.note),
    (PersonsStepRow.id, PersonsStepRow.letter),
    (DocumentRow.id, DocumentRow.content),
    (SavedViewRow.id, SavedViewRow.sealed),
    (NotifyRow.user_id, NotifyRow.webhook),
    (PolicyVersionRow.id, PolicyVersionRow.reason),
)
"""What is sealed under a master key itself, with the id that it is bound to; a conversation's data key stands apart."""


class Keys:
    def __init__(self, session: AsyncSession, keyring: Keyring) -> None:
        self._session = session
        self._keyring = keyring

    async def all(self) -> Sequence[MasterKeyRow]:
        """The master keys, oldest first; empty before the first rotation."""
        rows = await self._session.scalars(
            sa.select(MasterKeyRow).where(MasterKeyRow.id != INDEX).order_by(MasterKeyRow.made_at)
        )
        return rows.all()

    def add(self, wrapped: Mapping[str, bytes], at: datetime) -> None:
        self._session.add_all(MasterKeyRow(id=key, sealed=sealed, made_at=at) for key, sealed in wrapped.items())

    async def rewrap(self, wrapped: Mapping[str, bytes]) -> None:
        for key_id, sealed in wrapped.items():
            await self._session.execute(sa.update(MasterKeyRow).where(MasterKeyRow.id == key_id).values(sealed=sealed))

    async def retire_all_but(self, newest: str, at: datetime) -> None:
        older = MasterKeyRow.id.not_in([newest, INDEX]) & MasterKeyRow.retired_at.is_(None)
        await self._session.execute(sa.update(MasterKeyRow).where(older).values(retired_at=at))

    async def forget_retired_before(self, moment: datetime) -> Sequence[str]:
        """Only when nothing is sealed under them any more."""
        gone = await self._session.scalars(
            sa.delete(MasterKeyRow).where(MasterKeyRow.retired_at < moment).returning(MasterKeyRow.id)
        )
        return gone.all()

    async def conversations_under_older(self, newest: str) -> int:
        older = sa.select(sa.func.count()).select_from(ConversationRow).where(*_under_older(newest))
        return await self._session.scalar(older) or 0

    async def reseal_conversations(self, newest: str) -> int:
        """One batch of data keys under the newest master key. Returns how many were left behind it until now."""
        rows = await self._session.execute(
            sa.select(ConversationRow.id, ConversationRow.sealed_key)
            .where(*_under_older(newest))
            .limit(BATCH)
            .with_for_update()
        )
        changed = [
            {
                "id": row.id,
                "key_id": newest,
                "sealed_key": self._keyring.resealed(row.id, row.sealed_key) or row.sealed_key,
            }
            for row in rows
        ]
        if changed:
            await self._session.execute(sa.update(ConversationRow), changed)
        return len(changed)

    async def reseal_after(self, key: Any, column: Any, after: UUID | None) -> tuple[int, UUID | None]:
        """One batch of a column: how many had to be sealed anew, and where the next batch begins."""
        query = sa.select(key, column).where(column.is_not(None)).order_by(key).limit(BATCH).with_for_update()
        rows = (await self._session.execute(query.where(key > after) if after else query)).all()
        anew = [(row_id, self._keyring.resealed(row_id, sealed)) for row_id, sealed in rows if sealed]
        for row_id, sealed in anew:
            if sealed is not None:
                await self._session.execute(sa.update(key.class_).where(key == row_id).values({column.key: sealed}))
        return sum(sealed is not None for _, sealed in anew), rows[-1][0] if rows else None


def _under_older(newest: str) -> tuple[sa.ColumnElement[bool], ...]:
    return (ConversationRow.key_id != newest, ConversationRow.sealed_key.is_not(None))
