"""Mailboxes, and how far each folder was read."""

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from app.db.sealing import Keyring
from app.db.tables.mail import FolderRow, GrantRow, MailboxKind, MailboxRow, MessageRow
from app.db.tables.work import OutboxRow
from app.domain.clock import Clock
from app.domain.errors import Invalid, NotFound
from app.domain.ids import new_id
from app.domain.message import UNDECIDED
from app.domain.oauth import Grant
from app.domain.review import UNDER_WAY

LONGEST_NAME = 64


class Mailboxes:
    def __init__(self, session: AsyncSession, keyring: Keyring, clock: Clock) -> None:
        self._session = session
        self._keyring = keyring
        self._clock = clock

    async def add(self, *, secret: str, smtp_secret: str = "", **fields: Any) -> MailboxRow:
        """Raises Invalid when the name is taken. A removed mailbox leaves it to the new one."""
        name = fields["name"]
        if removed := await self._session.scalar(sa.select(MailboxRow).where(MailboxRow.name == name)):
            if not removed.is_removed:
                raise Invalid(f"a mailbox named {name} exists already")
            removed.name = f"{name[: LONGEST_NAME - 33]}-{removed.id.hex}"
            await self._session.flush()
        mailbox_id = new_id()
        sealed = self._keyring.seal(mailbox_id, secret.encode())
        row = MailboxRow(id=mailbox_id, secret=sealed, created_at=self._clock(), **fields)
        if smtp_secret:
            row.smtp_secret = self._keyring.seal(mailbox_id, smtp_secret.encode())
        self._session.add(row)
        return row

    def secret(self, row: MailboxRow) -> str:
        return self._keyring.open(row.id, row.secret).decode() if row.secret else ""

    def smtp_secret(self, row: MailboxRow) -> str:
        return self._keyring.open(row.id, row.smtp_secret).decode() if row.smtp_secret else ""

    def seal_secret(self, row: MailboxRow, secret: str) -> None:
        row.secret = self._keyring.seal(row.id, secret.encode())

    async def grant(self, mailbox_id: UUID) -> GrantRow | None:
        return await self._session.get(GrantRow, mailbox_id)

    def opened_grant(self, row: GrantRow) -> Grant:
        """With the moment of the row: it may have been cut short."""
        grant = Grant.from_data(json.loads(self._keyring.open(row.mailbox_id, row.sealed)))
        return replace(grant, tokens=replace(grant.tokens, expires_at=row.expires_at))

    async def keep_grant(self, mailbox_id: UUID, grant: Grant) -> None:
        sealed = self._keyring.seal(mailbox_id, json.dumps(grant.as_data()).encode())
        row = GrantRow(mailbox_id=mailbox_id, sealed=sealed, expires_at=grant.tokens.expires_at, is_revoked=False)
        await self._session.merge(row)

    async def get(self, mailbox_id: UUID) -> MailboxRow:
        row = await self._session.get(MailboxRow, mailbox_id)
        if row is None:
            raise NotFound("no such mailbox")
        return row

    async def by_name(self, name: str) -> MailboxRow:
        row = await self._session.scalar(sa.select(MailboxRow).where(MailboxRow.name == name))
        if row is None:
            raise NotFound(f"no mailbox is named {name}")
        return row

    async def all(self) -> Sequence[MailboxRow]:
        return (await self._session.scalars(sa.select(MailboxRow).order_by(MailboxRow.name))).all()

    async def remove(self, row: MailboxRow) -> None:
        """No more mail by it, and nothing left to sign in with. What came by it keeps its mailbox."""
        row.active, row.secret, row.smtp_secret, row.last_error = False, None, None, ""
        await self._session.execute(sa.delete(GrantRow).where(GrantRow.mailbox_id == row.id))

    async def unfinished(self, mailbox_id: UUID) -> tuple[int, int]:
        """How many mails of it wait for us or for a person, and how many of its own are on their way out or of unknown
        outcome."""
        came = sa.select(sa.func.count()).where(MessageRow.mailbox_id == mailbox_id, MessageRow.state.in_(UNDECIDED))
        leaves = sa.select(sa.func.count()).where(
            OutboxRow.mailbox_id == mailbox_id,
            OutboxRow.state.in_(UNDER_WAY),
        )
        return await self._session.scalar(came) or 0, await self._session.scalar(leaves) or 0

    async def watched(self) -> Sequence[MailboxRow]:
        """Active IMAP mailboxes."""
        found = await self._session.scalars(
            sa.select(MailboxRow).where(MailboxRow.active, MailboxRow.kind == MailboxKind.IMAP).order_by(MailboxRow.id)
        )
        return found.all()

    async def own_addresses(self) -> tuple[str, ...]:
        """Every address that a mailbox of this instance answers from, lower case."""
        found = await self._session.scalars(sa.select(MailboxRow.address))
        return tuple(sorted({address.lower() for address in found}))

    async def folder(self, mailbox_id: UUID, name: str) -> FolderRow | None:
        return await self._session.get(FolderRow, (mailbox_id, name))

    async def folders(self, mailbox_id: UUID) -> Sequence[FolderRow]:
        found = await self._session.scalars(sa.select(FolderRow).where(FolderRow.mailbox_id == mailbox_id))
        return found.all()

    def add_folder(self, row: FolderRow) -> None:
        self._session.add(row)

    async def lock(self, mailbox_id: UUID) -> None:
        """One at a time per mailbox, until this transaction ends."""
        await self._session.execute(sa.select(MailboxRow.id).where(MailboxRow.id == mailbox_id).with_for_update())

    async def lock_all(self) -> None:
        """One at a time altogether, until this transaction ends."""
        await self._session.execute(sa.select(MailboxRow.id).order_by(MailboxRow.id).with_for_update())

    async def lock_folder(self, mailbox_id: UUID, name: str) -> FolderRow:
        row = await self._session.get(FolderRow, (mailbox_id, name), with_for_update=True)
        if row is None:
            raise NotFound("no such folder")
        return row

    async def note_read(self, mailbox_id: UUID, *, error: str, at: datetime) -> None:
        """Remember when a mailbox was last read, or by which closed word it failed."""
        values: dict[str, Any] = {"last_error": error} if error else {"last_error": "", "last_read_at": at}
        await self._session.execute(sa.update(MailboxRow).where(MailboxRow.id == mailbox_id).values(**values))
