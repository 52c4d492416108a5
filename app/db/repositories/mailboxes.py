"""Mailboxes, how far each folder was read, and leases."""

import json
from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from app.db.sealing import Keyring
from app.db.tables.mail import FolderRow, GrantRow, MailboxKind, MailboxRow, MessageRow
from app.db.tables.system import LeaseRow
from app.db.tables.work import OutboxRow
from app.domain.clock import Clock
from app.domain.errors import Invalid, NotFound
from app.domain.ids import new_id
from app.domain.message import MessageState
from app.domain.oauth import Grant
from app.domain.review import OutboxState

LONGEST_NAME = 64
UNSETTLED = (OutboxState.WAITING, OutboxState.READY, OutboxState.SENDING, OutboxState.UNKNOWN)
LINE, ASKED = "line:", "asked"
ASKED_SECONDS = 100.0
"""How long a mailbox is left alone after the last wish: its watcher sees it within a minute, and whoever wished comes
back after some 75 s and 90 s (`app/outbox/outcomes.py`)."""


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
        came = sa.select(sa.func.count()).where(
            MessageRow.mailbox_id == mailbox_id, MessageRow.state.in_([MessageState.IN_WORK, MessageState.PENDING])
        )
        leaves = sa.select(sa.func.count()).where(
            OutboxRow.mailbox_id == mailbox_id,
            OutboxRow.state.in_(UNSETTLED),
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

    async def take_lease(self, name: str, holder: str, seconds: float, *, longest: float = 0) -> bool:
        """Take or renew a named lease for some seconds, by the database's clock. False when somebody else holds it.

        Nobody's lease of this name is longer than `longest`, or than `seconds`: one that seems to be was taken before
        the clock was set back, and holds nothing.
        """
        now = await self.database_time()
        row = await self._session.get(LeaseRow, name, with_for_update=True)
        if row is None:
            self._session.add(LeaseRow(name=name, holder=holder, expires_at=now + seconds))
            return True
        if row.holder != holder and now < row.expires_at <= now + max(seconds, longest):
            return False
        row.holder, row.expires_at = holder, now + seconds
        return True

    async def take_leases(self, names: Collection[str], holder: str, seconds: float) -> set[str]:
        """The same for many at once. Returns the names of those that are the holder's now."""
        now = await self.database_time()
        found = await self._session.scalars(
            sa.select(LeaseRow).where(LeaseRow.name.in_(names)).order_by(LeaseRow.name).with_for_update()
        )
        rows = {row.name: row for row in found}
        taken = {
            name for name, row in rows.items() if row.holder == holder or not now < row.expires_at <= now + seconds
        }
        await self._session.execute(
            sa.update(LeaseRow).where(LeaseRow.name.in_(taken)).values(holder=holder, expires_at=now + seconds)
        )
        new = sorted(set(names) - rows.keys())
        self._session.add_all(LeaseRow(name=name, holder=holder, expires_at=now + seconds) for name in new)
        return taken.union(new)

    async def drop_lease(self, name: str, holder: str) -> None:
        await self._session.execute(sa.delete(LeaseRow).where(LeaseRow.name == name, LeaseRow.holder == holder))

    async def drop_all_leases(self) -> None:
        """Of a database whose workers are all gone."""
        await self._session.execute(sa.delete(LeaseRow))

    async def has_lease(self, name: str, holder: str) -> bool:
        """Whether the lease is this holder's and has not run out."""
        held = sa.select(LeaseRow.name).where(
            LeaseRow.name == name, LeaseRow.holder == holder, LeaseRow.expires_at >= self._now()
        )
        return await self._session.scalar(held) is not None

    async def ask_for_line(self, mailbox_id: UUID) -> None:
        """Wish that whoever watches the mailbox hangs up for a while: its server allows one connection."""
        await self.take_lease(LINE + str(mailbox_id), ASKED, ASKED_SECONDS)

    async def is_line_asked_for(self, mailbox_id: UUID) -> bool:
        return await self.has_lease(LINE + str(mailbox_id), ASKED)

    async def lock_lease(self, name: str) -> LeaseRow | None:
        """The lease, which nobody can bury until this transaction ends."""
        return await self._session.get(LeaseRow, name, with_for_update=True)

    async def bury_leases(self, prefix: str, holders: Collection[str], longest: float) -> set[str]:
        """Remove the leases of these holders that have run out, or are longer than any. Returns those that have none,
        now or before."""
        name_of = {holder: prefix + holder for holder in holders}
        now = await self.database_time()
        await self._session.execute(
            sa.delete(LeaseRow).where(
                LeaseRow.name.in_(name_of.values()), sa.not_(LeaseRow.expires_at.between(now, now + longest))
            )
        )
        left = set(await self._session.scalars(sa.select(LeaseRow.name).where(LeaseRow.name.in_(name_of.values()))))
        return {holder for holder, name in name_of.items() if name not in left}

    async def end_sessions(self, names: Collection[str]) -> int:
        """End the sessions of these names, with their transactions and locks. Returns how many there were.

        On SQLite, where there is one process, none. PostgreSQL lets a role end its own sessions.
        """
        if self._session.get_bind().dialect.name != "postgresql":
            return 0
        ended = await self._session.scalars(
            sa.text(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND usename = current_user AND application_name IN :names"
            ).bindparams(sa.bindparam("names", sorted(names), expanding=True))
        )
        return sum(ended)

    async def live_leases(self, prefix: str, longest: float) -> set[str]:
        """The holders whose leases on names with this prefix have not run out, and are not longer than any."""
        now = await self.database_time()
        found = await self._session.scalars(
            sa.select(LeaseRow.holder).where(
                LeaseRow.name.startswith(prefix), LeaseRow.expires_at.between(now, now + longest)
            )
        )
        return set(found)

    async def lease_ages(self, prefix: str, seconds: float) -> dict[str, float]:
        """For how many seconds each holder of such a lease, which is taken for so many, has not renewed it."""
        now = await self.database_time()
        rows = await self._session.execute(
            sa.select(LeaseRow.holder, LeaseRow.expires_at).where(LeaseRow.name.startswith(prefix))
        )
        return {holder: now - (expires_at - seconds) for holder, expires_at in rows}

    async def check_writable(self) -> None:
        """Raises the driver's error where the database takes no changes; changes nothing, and waits for nobody."""
        await self._session.execute(sa.select(LeaseRow.name).limit(0).with_for_update())

    async def database_time(self) -> float:
        """Seconds since 1970 by the database's clock: hosts may disagree, the database is one."""
        return float(await self._session.scalar(sa.select(self._now())) or 0)

    def _now(self) -> sa.ColumnElement[float]:
        """Of a single process on SQLite its own clock."""
        if self._session.get_bind().dialect.name == "postgresql":
            return sa.extract("epoch", sa.func.clock_timestamp()).cast(sa.Double)
        return sa.literal(self._clock().timestamp())
