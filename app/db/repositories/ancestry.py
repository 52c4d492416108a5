"""The thread of a mail: what is stored under the Message-IDs that it bears and refers to, and of its subject."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute as Column

from app.db.bulk import among, is_postgresql
from app.db.tables.mail import ConversationRow, HistoryRow, MessageRow
from app.db.tables.work import OutboxRow

NEWEST = 10
"""So many are looked at of the mails that bear one Message-ID: by a fault, or on purpose, these may be thousands."""

ID_LOCK, BATCH_LOCK = 0x44554520, 0x44554521
"""Advisory locks on PostgreSQL, each with a number of its own beside it."""

FEW_LOCKS, BATCHES = 20, 4
"""All sessions together may hold some thousands of locks (max_locks_per_transaction): who takes many, takes turns."""


@dataclass(frozen=True, slots=True)
class Ancestor:
    """What is stored under a Message-ID: the conversation, and the newest of the received messages."""

    conversation_id: UUID
    message_ids: tuple[UUID, ...] = ()


class Ancestry:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def take_turns(self, rfc_id_hashes: Collection[str]) -> None:
        """Until this transaction ends nobody else stores mail of these Message-IDs. On SQLite nobody writes anyhow."""
        if not is_postgresql(self._session):
            return
        keys = sorted({int(rfc_id_hash[:8], 16) - 2**31 for rfc_id_hash in rfc_id_hashes})
        if len(keys) > FEW_LOCKS:
            await self._lock(BATCH_LOCK, [keys[0] % BATCHES])
        await self._lock(ID_LOCK, keys)

    async def _lock(self, kind: int, keys: Sequence[int]) -> None:
        """In one order, so that two wait for each other rather than for ever."""
        key = sa.func.unnest(sa.literal(keys, postgresql.ARRAY(sa.Integer))).column_valued("key")
        await self._session.execute(sa.select(sa.func.pg_advisory_xact_lock(sa.literal(kind, sa.Integer), key)))

    async def ancestors(self, rfc_id_hashes: Iterable[str]) -> dict[str, Ancestor]:
        """The stored mails with these Message-IDs: received ones first, then history, then our own sent ones."""
        wanted = list(set(rfc_id_hashes))
        if not wanted:
            return {}
        no_message, only = sa.cast(sa.null(), sa.Uuid), sa.literal(1)
        age = sa.func.row_number().over(partition_by=MessageRow.rfc_id_hash, order_by=MessageRow.id.desc())
        places: tuple[tuple[Column[str], Column[UUID], sa.ColumnElement[Any], sa.ColumnElement[int]], ...] = (
            (OutboxRow.rfc_id_hash, OutboxRow.conversation_id, no_message, only),
            (HistoryRow.rfc_id_hash, HistoryRow.conversation_id, no_message, only),
            (MessageRow.rfc_id_hash, MessageRow.conversation_id, MessageRow.id.expression, age),
        )
        ranked = (
            sa.select(
                sa.literal(rank).label("rank"),
                rfc_id_hash,
                conversation_id,
                message_id.label("message_id"),
                place.label("place"),
            ).where(among(self._session, rfc_id_hash, wanted))
            for rank, (rfc_id_hash, conversation_id, message_id, place) in enumerate(places)
        )
        found = sa.union_all(*ranked).subquery()
        rows = await self._session.execute(
            sa.select(found).where(found.c.place <= NEWEST).order_by(found.c.rank, found.c.message_id)
        )
        ancestors: dict[str, Ancestor] = {}
        for row in rows:
            earlier = ancestors.get(row.rfc_id_hash)
            ids = (*(earlier.message_ids if earlier else ()), *((row.message_id,) if row.message_id else ()))
            ancestors[row.rfc_id_hash] = Ancestor(row.conversation_id, ids)
        return ancestors

    async def conversations_by_subject(
        self, keys: Iterable[tuple[str, str]], *, since: datetime
    ) -> dict[tuple[str, str], UUID]:
        """Recent conversations of (customer, subject hash): the newest of each."""
        wanted = set(keys)
        if not wanted:
            return {}
        rows = await self._session.execute(
            sa.select(ConversationRow.id, ConversationRow.customer_id, ConversationRow.subject_hash)
            .where(
                ConversationRow.customer_id.in_({customer for customer, _ in wanted}),
                ConversationRow.subject_hash.in_({subject for _, subject in wanted}),
                ConversationRow.last_message_at > since,
            )
            .order_by(ConversationRow.last_message_at)
        )
        return {
            (row.customer_id, row.subject_hash): row.id for row in rows if (row.customer_id, row.subject_hash) in wanted
        }
