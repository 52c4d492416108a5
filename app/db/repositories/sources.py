"""Mails by the keys that their servers gave them, and by what a server lists of them."""

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from app.db.bulk import among
from app.db.sealing import Keyring
from app.db.tables.mail import CopyRow, HistoryRow, MessageRow
from app.domain.message import CUT, Cut, MessageState


@dataclass(frozen=True, slots=True)
class Description:
    """What a list of a folder says of a mail, its moment in whole seconds."""

    rfc_message_id: str = field(repr=False)
    size: int
    received_at: datetime


@dataclass(frozen=True, slots=True)
class Looks:
    """A stored mail as a list of its folder would show it; `size` is None where not the whole of it is stored."""

    rfc_id_hash: str
    size: int | None
    received_at: datetime


class Sources:
    def __init__(self, session: AsyncSession, keyring: Keyring) -> None:
        self._session = session
        self._keyring = keyring

    async def known(self, mailbox_id: UUID, sources: Sequence[str]) -> set[str]:
        """Which of the keys that a server gave are stored already, as a message, a copy or history."""
        known = (
            sa.select(table.source).where(table.mailbox_id == mailbox_id, among(self._session, table.source, sources))
            for table in (MessageRow, CopyRow, HistoryRow)
        )
        return set(await self._session.scalars(sa.union_all(*known)))

    async def has_from(self, mailbox_id: UUID, prefix: str, number: int) -> bool:
        """Whether a mail is stored under a key of that prefix and a number that is no lower."""
        first = f"{prefix}{number}"
        among_them = (
            sa.select(table.source).where(
                table.mailbox_id == mailbox_id,
                table.source.startswith(prefix, autoescape=True),
                sa.or_(
                    sa.func.length(table.source) > len(first),
                    sa.and_(sa.func.length(table.source) == len(first), table.source >= first),
                ),
            )
            for table in (MessageRow, CopyRow, HistoryRow)
        )
        return bool(await self._session.scalar(sa.select(sa.exists(sa.union_all(*among_them)))))

    async def whole(self, mailbox_id: UUID, sources: Sequence[str]) -> set[str]:
        """Which of the keys belong to received mails (or copies of such) that are stored with all their bytes."""
        messages = sa.select(MessageRow.source).where(
            MessageRow.mailbox_id == mailbox_id,
            MessageRow.error.not_in(CUT),
            among(self._session, MessageRow.source, sources),
        )
        copies = sa.select(CopyRow.source).where(
            CopyRow.mailbox_id == mailbox_id, among(self._session, CopyRow.source, sources)
        )
        return set(await self._session.scalars(sa.union_all(messages, copies)))

    async def asked_again(self, mailbox_id: UUID) -> dict[str, UUID]:
        """Mails in quarantine that a person wants to be fetched again, by the key that the server gave."""
        rows = await self._session.execute(
            sa.select(MessageRow.source, MessageRow.id).where(
                MessageRow.mailbox_id == mailbox_id,
                MessageRow.state == MessageState.QUARANTINED,
                MessageRow.error == Cut.ASKED_AGAIN,
            )
        )
        return {row.source: row.id for row in rows}

    async def descriptions(self, mailbox_id: UUID, rfc_message_ids: Collection[str]) -> Counter[Description]:
        """How the stored mails of a mailbox with these Message-IDs would be listed, and how many of each."""
        hashes = {self._keyring.index(rfc_id): rfc_id for rfc_id in rfc_message_ids}
        rows = await self._session.execute(
            sa.select(MessageRow.rfc_id_hash, MessageRow.size, MessageRow.received_at).where(
                MessageRow.mailbox_id == mailbox_id, among(self._session, MessageRow.rfc_id_hash, list(hashes))
            )
        )
        return Counter(
            Description(hashes[row.rfc_id_hash], row.size, row.received_at.replace(microsecond=0)) for row in rows
        )

    async def stored_as(self, mailbox_id: UUID, sources: Collection[str]) -> dict[str, Looks]:
        """How the mails look that are stored under these keys, received ones and history."""
        size = sa.case((MessageRow.error.in_(CUT), sa.null()), else_=MessageRow.size)
        looks = (
            sa.select(table.source, table.rfc_id_hash, of.label("size"), table.received_at).where(
                table.mailbox_id == mailbox_id, among(self._session, table.source, sources)
            )
            for table, of in ((MessageRow, size), (HistoryRow, sa.cast(sa.null(), sa.Integer)))
        )
        rows = await self._session.execute(sa.union_all(*looks))
        return {row.source: Looks(row.rfc_id_hash, row.size, row.received_at.replace(microsecond=0)) for row in rows}
