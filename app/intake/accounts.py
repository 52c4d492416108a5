"""How a mailbox signs in: by its password, or by an access token that is renewed before it runs out.

fresh until five minutes before its end ─▶ used as it is, by every process: it stands sealed in the database
else ─▶ lease `oauth:<mailbox>` ─▶ refresh ─▶ kept                 (one process asks, the others wait for it)
                                     └▶ invalid_grant ─▶ needs_reauth, and nobody asks again until a person signs in
"""

import asyncio
from typing import Protocol
from uuid import UUID

import structlog
from sqlalchemy.exc import IntegrityError

from app.db.tables.mail import MailboxRow
from app.db.uow import Database, Uow
from app.domain.clock import Clock
from app.domain.errors import Unreachable
from app.domain.ids import new_id
from app.domain.oauth import NEEDS_REAUTH, Grant, GrantRevoked, NeedsReauth, TokenServer
from app.domain.ports import MailAccount
from app.reading.mail.canonical import canonical_address

REFRESH_SECONDS = 30.0
LOOK_AGAIN_SECONDS = 0.5

log = structlog.get_logger()


class Accounts(Protocol):
    async def of(self, row: MailboxRow) -> MailAccount:
        """What it takes to log in, now. Raises Unreachable."""
        ...

    async def refused(self, mailbox_id: UUID) -> None:
        """The mail server did not take it."""
        ...


class MailAccounts:
    def __init__(self, database: Database, tokens: TokenServer, clock: Clock) -> None:
        self._database = database
        self._tokens = tokens
        self._clock = clock

    async def of(self, row: MailboxRow) -> MailAccount:
        if row.oauth:
            token = await self._access_token(row.id)
            return MailAccount(row.host, row.port, row.security.value, row.username, access_token=token)
        async with self._database.read() as uow:
            password = uow.mailboxes.secret(row)
        return MailAccount(row.host, row.port, row.security.value, row.username, password)

    async def refused(self, mailbox_id: UUID) -> None:
        """A token that no server takes is renewed before its time: the next answer says whether it was revoked."""
        async with self._database.write() as uow:
            grant = await uow.mailboxes.grant(mailbox_id)
            if grant is not None:
                grant.expires_at = self._clock()

    async def smtp_account(self, address: str) -> MailAccount | None:
        """How mail from that address signs in, where it does not as the installation's: at a server of its own, or with
        a token (then without a host, at the installation's server). Raises Unreachable."""
        row = await self._sender(address)
        if row is None:
            return None
        token = await self._access_token(row.id) if row.oauth else ""
        if not row.smtp_host:
            return MailAccount("", 0, "", row.username, access_token=token)
        async with self._database.read() as uow:
            password = uow.mailboxes.smtp_secret(row)
        user = row.smtp_username or row.username
        return MailAccount(row.smtp_host, row.smtp_port, row.smtp_security, user, password, token)

    async def smtp_refused(self, address: str) -> None:
        """The submission server did not take the token."""
        row = await self._sender(address)
        if row is not None:
            await self.refused(row.id)

    async def _sender(self, address: str) -> MailboxRow | None:
        async with self._database.read() as uow:
            rows = await uow.mailboxes.all()
        kept = [row for row in rows if row.address == canonical_address(address) and not row.is_removed]
        own = [row for row in kept if row.oauth or row.smtp_host]
        return min(own, key=lambda row: not row.smtp_host, default=None)

    async def _access_token(self, mailbox_id: UUID) -> str:
        asker = str(new_id())
        lease = f"oauth:{mailbox_id}"
        for _ in range(int(REFRESH_SECONDS / LOOK_AGAIN_SECONDS)):
            async with self._database.read() as uow:
                grant = await self._grant(uow, mailbox_id)
            if grant.is_fresh(self._clock()):
                return grant.tokens.access_token
            if await self._take(lease, asker):
                return await self._refreshed(mailbox_id, lease, asker)
            await asyncio.sleep(LOOK_AGAIN_SECONDS)
        raise Unreachable("oauth_unreachable")

    async def _take(self, lease: str, asker: str) -> bool:
        try:
            async with self._database.write() as uow:
                return await uow.leases.take(lease, asker, REFRESH_SECONDS)
        except IntegrityError:
            return False  # two asked at the same moment, and the other was first

    async def _refreshed(self, mailbox_id: UUID, lease: str, asker: str) -> str:
        try:
            async with self._database.read() as uow:
                grant = await self._grant(uow, mailbox_id)
            if not grant.is_fresh(self._clock()):  # else somebody renewed it between our look and our lease
                grant = await self._refresh(mailbox_id, grant)
            return grant.tokens.access_token
        finally:
            async with self._database.write() as uow:
                await uow.leases.drop(lease, asker)

    async def _refresh(self, mailbox_id: UUID, grant: Grant) -> Grant:
        try:
            renewed = await self._tokens.refresh(grant)
        except GrantRevoked:
            await self._revoke(mailbox_id)
            raise NeedsReauth from None
        except Unreachable:
            if self._clock() < grant.tokens.expires_at:
                return grant  # it is good for a while yet; the next look asks again
            raise
        async with self._database.write() as uow:
            await uow.mailboxes.keep_grant(mailbox_id, renewed)
        return renewed

    async def _revoke(self, mailbox_id: UUID) -> None:
        log.error("intake.mailbox.needs_reauth", mailbox_id=str(mailbox_id))
        async with self._database.write() as uow:
            row = await uow.mailboxes.grant(mailbox_id)
            if row is not None:
                row.is_revoked = True
            await uow.mailboxes.note_read(mailbox_id, error=NEEDS_REAUTH, at=self._clock())
            uow.audit.add("intake.mailbox.revoked", mailbox_id=mailbox_id)

    @staticmethod
    async def _grant(uow: Uow, mailbox_id: UUID) -> Grant:
        row = await uow.mailboxes.grant(mailbox_id)
        if row is None or row.is_revoked:
            raise NeedsReauth
        return uow.mailboxes.opened_grant(row)
