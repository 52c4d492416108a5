"""Messages: stored once, found by state, by thread, by Message-ID."""

import json
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute as Column

from app.db.bulk import among, insert_all, is_postgresql
from app.db.changes import note_change
from app.db.narrowing import is_narrowed
from app.db.repositories.tally import Tally
from app.db.repositories.words import Words
from app.db.tables.mail import ConversationRow, CopyRow, HistoryRow, MessageRow, PayloadRow
from app.db.tables.work import OutboxRow, ProposalRow
from app.domain.clock import Clock
from app.domain.errors import NotFound
from app.domain.ids import new_id
from app.domain.message import CUT, Address, Cut, Head, MessageState

NEWEST = 10
"""So many are looked at of the mails that bear one Message-ID: by a fault, or on purpose, these may be thousands."""

ID_LOCK, BATCH_LOCK = 0x44554520, 0x44554521
"""Advisory locks on PostgreSQL, each with a number of its own beside it."""

FEW_LOCKS, BATCHES = 20, 4
"""All sessions together may hold some thousands of locks (max_locks_per_transaction): who takes many, takes turns."""


@dataclass(frozen=True, slots=True)
class SealedHead:
    """The headers that lists show, as they are sealed into a message's row."""

    rfc_message_id: str
    sender: Address
    subject: str = field(repr=False)
    references: tuple[str, ...] = ()

    @staticmethod
    def of(head: Head) -> "SealedHead":
        return SealedHead(head.message_id, head.sender, head.subject, (*head.references, *head.in_reply_to))

    def as_bytes(self) -> bytes:
        fields = [self.rfc_message_id, self.sender.name, self.sender.email, self.subject, self.references]
        return json.dumps(fields, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass")

    @staticmethod
    def from_bytes(sealed: bytes) -> "SealedHead":
        rfc_id, name, email, subject, references = json.loads(sealed)
        return SealedHead(rfc_id, Address(name, email), subject, tuple(references))


@dataclass(frozen=True, slots=True)
class Ancestor:
    """What is stored under a Message-ID: the conversation, and the newest of the received messages."""

    conversation_id: UUID
    message_ids: tuple[UUID, ...] = ()


@dataclass(frozen=True, slots=True)
class Description:
    """What a list of a folder says of a mail, its moment in whole seconds."""

    rfc_message_id: str = field(repr=False)
    size: int
    received_at: datetime


class Messages:
    def __init__(self, session: AsyncSession, words: Words, clock: Clock) -> None:
        self._session = session
        self._words = words
        self._clock = clock
        self.tally = Tally(session)

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

    async def known_sources(self, mailbox_id: UUID, sources: Sequence[str]) -> set[str]:
        """Which of the keys that a server gave are stored already, as a message, a copy or history."""
        known = (
            sa.select(table.source).where(table.mailbox_id == mailbox_id, among(self._session, table.source, sources))
            for table in (MessageRow, CopyRow, HistoryRow)
        )
        return set(await self._session.scalars(sa.union_all(*known)))

    async def whole_sources(self, mailbox_id: UUID, sources: Sequence[str]) -> set[str]:
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
        hashes = {self._words.keyring.index(rfc_id): rfc_id for rfc_id in rfc_message_ids}
        rows = await self._session.execute(
            sa.select(MessageRow.rfc_id_hash, MessageRow.size, MessageRow.received_at).where(
                MessageRow.mailbox_id == mailbox_id, among(self._session, MessageRow.rfc_id_hash, list(hashes))
            )
        )
        return Counter(
            Description(hashes[row.rfc_id_hash], row.size, row.received_at.replace(microsecond=0)) for row in rows
        )

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

    async def of_ids(self, message_ids: Collection[UUID]) -> Sequence[MessageRow]:
        """In the order of their arrival."""
        if not message_ids:
            return []
        found = await self._session.scalars(
            sa.select(MessageRow).where(among(self._session, MessageRow.id, message_ids)).order_by(MessageRow.id)
        )
        return found.all()

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

    async def insert_many(
        self,
        *,
        conversations: Sequence[Mapping[str, Any]],
        payloads: Sequence[Mapping[str, Any]],
        messages: Sequence[Mapping[str, Any]],
        copies: Sequence[Mapping[str, Any]] = (),
        history: Sequence[Mapping[str, Any]] = (),
    ) -> None:
        """Insert a batch, parents first."""
        await insert_all(self._session, ConversationRow, conversations)
        await insert_all(self._session, PayloadRow, payloads)
        await insert_all(self._session, MessageRow, messages)
        await self.tally.add(messages)
        note_change(self._session)
        await insert_all(self._session, CopyRow, copies)
        await insert_all(self._session, HistoryRow, history)

    async def touch_conversations(self, newest: Mapping[UUID, datetime]) -> None:
        """In one go, and in one order, so that two batches wait for each other rather than for ever."""
        if newest:
            rows = [{"id": conversation_id, "last_message_at": at} for conversation_id, at in sorted(newest.items())]
            await self._session.execute(sa.update(ConversationRow), rows)

    async def get(self, message_id: UUID) -> MessageRow:
        """Raises NotFound."""
        row = await self._session.get(MessageRow, message_id)
        if row is None:
            raise NotFound("no such message")
        return row

    async def get_for_update(self, message_id: UUID) -> MessageRow:
        row = await self._session.get(MessageRow, message_id, with_for_update=True)
        if row is None:
            raise NotFound("no such message")
        return row

    async def of_batch(self, batch_id: UUID) -> Sequence[MessageRow]:
        """Messages of a batch that still wait for triage, in the order of their arrival."""
        found = await self._session.scalars(
            sa.select(MessageRow)
            .where(MessageRow.batch_id == batch_id, MessageRow.state == MessageState.IN_WORK)
            .order_by(MessageRow.id)
        )
        return found.all()

    async def has_batch_in_work(self, conversation_ids: Collection[UUID]) -> bool:
        """Whether mail that came with many others into one of these conversations is still in work."""
        if not conversation_ids:
            return False
        found = sa.exists().where(
            among(self._session, MessageRow.conversation_id, list(conversation_ids)),
            MessageRow.batch_id.is_not(None),
            MessageRow.state == MessageState.IN_WORK,
        )
        return await self._session.scalar(sa.select(found)) or False

    async def in_work_by_sender(self, sender_hashes: Collection[str], *, beside: UUID | None = None) -> Counter[str]:
        """How many mails of each of these senders are in work, beside those of a batch."""
        rows = await self._session.execute(
            sa.select(MessageRow.sender_hash, sa.func.count())
            .where(
                MessageRow.state == MessageState.IN_WORK,
                MessageRow.sender_hash.in_(sender_hashes),
                MessageRow.batch_id.is_distinct_from(beside) if beside else sa.true(),
            )
            .group_by(MessageRow.sender_hash)
        )
        return Counter({sender: number for sender, number in rows if sender})

    async def let_in(self, sender_hash: str, *, limit: int = 1) -> Sequence[MessageRow]:
        """The next mails of a sender that were held; they are no more."""
        held = (
            sa.select(MessageRow)
            .where(MessageRow.sender_hash == sender_hash, MessageRow.is_held, MessageRow.state == MessageState.IN_WORK)
            .order_by(MessageRow.id)
            .limit(limit)
            .with_for_update(skip_locked=True)
        )
        rows = (await self._session.scalars(held)).all()
        for row in rows:
            row.is_held = False
        return rows

    async def held_up(self, *, limit: int) -> Sequence[str]:
        """Senders whose mails are held though none of theirs is worked that would let the next in."""
        other = sa.orm.aliased(MessageRow)
        is_worked = sa.exists().where(
            other.sender_hash == MessageRow.sender_hash, other.state == MessageState.IN_WORK, ~other.is_held
        )
        found = await self._session.scalars(
            sa.select(MessageRow.sender_hash)
            .where(MessageRow.is_held, MessageRow.state == MessageState.IN_WORK, ~is_worked)
            .distinct()
            .limit(limit)
        )
        return [sender for sender in found if sender]

    async def stragglers(self, *, stored_before: datetime, limit: int) -> Sequence[MessageRow]:
        """Messages in work for suspiciously long that are not held: their jobs may be gone."""
        found = await self._session.scalars(
            sa.select(MessageRow)
            .where(MessageRow.state == MessageState.IN_WORK, ~MessageRow.is_held, MessageRow.stored_at < stored_before)
            .order_by(MessageRow.id)
            .limit(limit)
        )
        return found.all()

    async def head(self, row: MessageRow | HistoryRow) -> SealedHead:
        key = await self._words.key(row.conversation_id)
        return SealedHead.from_bytes(key.open(row.id, row.head))

    async def heads(self, rows: Sequence[MessageRow]) -> dict[UUID, SealedHead]:
        """The opened headers of a list of messages; an erased one is left out."""
        await self._words.load_keys({row.conversation_id for row in rows})
        opened: dict[UUID, SealedHead] = {}
        for row in rows:
            try:
                opened[row.id] = SealedHead.from_bytes(
                    self._words.known_key(row.conversation_id).open(row.id, row.head)
                )
            except KeyError:
                continue
        return opened

    async def page(
        self, *, state: MessageState | None, after: UUID | None, limit: int, newest_first: bool = False
    ) -> Sequence[MessageRow]:
        """One page of messages by id (order of arrival), after a cursor."""
        query = sa.select(MessageRow).limit(limit)
        if state is not None:
            query = query.where(MessageRow.state == state)
        if newest_first:
            query = query.order_by(MessageRow.id.desc())
            query = query.where(MessageRow.id < after) if after else query
        else:
            query = query.order_by(MessageRow.id)
            query = query.where(MessageRow.id > after) if after else query
        return (await self._session.scalars(query)).all()

    async def of_conversation(self, conversation_id: UUID) -> Sequence[MessageRow]:
        found = await self._session.scalars(
            sa.select(MessageRow).where(MessageRow.conversation_id == conversation_id).order_by(MessageRow.id)
        )
        return found.all()

    async def counts(self) -> dict[MessageState, int]:
        """How many messages are in each state; their sum is what was received. A portfolio has no tally: its messages
        are counted, by the index of customers."""
        if not is_narrowed():
            return await self.tally.counts()
        rows = await self._session.execute(sa.select(MessageRow.state, sa.func.count()).group_by(MessageRow.state))
        counted = {state: number for state, number in rows}
        return {state: counted.get(state, 0) for state in MessageState}

    async def oldest_in_work(self) -> datetime | None:
        return await self._session.scalar(
            sa.select(sa.func.min(MessageRow.stored_at)).where(MessageRow.state == MessageState.IN_WORK)
        )

    async def conversation(self, conversation_id: UUID) -> ConversationRow:
        row = await self._session.get(ConversationRow, conversation_id)
        if row is None:
            raise NotFound("no such conversation")
        return row

    async def bump_conversation(self, conversation_id: UUID) -> None:
        """A person wrote in this conversation: whatever was approved before is void."""
        await self._session.execute(
            sa.update(ConversationRow)
            .where(ConversationRow.id == conversation_id)
            .values(version=ConversationRow.version + 1)
        )

    async def proposal(self, message_id: UUID, run: int) -> ProposalRow | None:
        return await self._session.scalar(
            sa.select(ProposalRow).where(ProposalRow.message_id == message_id, ProposalRow.run == run)
        )

    async def latest_proposal(self, message_id: UUID) -> ProposalRow | None:
        return await self._session.scalar(
            sa.select(ProposalRow).where(ProposalRow.message_id == message_id).order_by(ProposalRow.run.desc()).limit(1)
        )

    async def newest_proposal(self) -> ProposalRow | None:
        """Of all messages."""
        return await self._session.scalar(sa.select(ProposalRow).order_by(ProposalRow.id.desc()).limit(1))

    async def own_since(self, message: MessageRow) -> Sequence[HistoryRow]:
        """What colleagues wrote in the conversation, past Duebox, after this mail had come."""
        found = await self._session.scalars(
            sa.select(HistoryRow).where(
                HistoryRow.conversation_id == message.conversation_id,
                HistoryRow.is_ours,
                HistoryRow.received_at >= message.received_at,
            )
        )
        return found.all()

    async def is_history(self, rfc_id_hash: str) -> bool:
        """Whether a mail of this Message-ID is kept as history."""
        return await self._session.scalar(sa.select(sa.exists().where(HistoryRow.rfc_id_hash == rfc_id_hash))) or False

    async def is_our_own(self, rfc_id_hash: str) -> bool:
        """Whether the Message-ID is one that our outbox gave."""
        return await self._session.scalar(sa.select(sa.exists().where(OutboxRow.rfc_id_hash == rfc_id_hash))) or False

    def copy_row(self, message_id: UUID, mailbox_id: UUID, source: str) -> dict[str, Any]:
        return {
            "id": new_id(),
            "message_id": message_id,
            "mailbox_id": mailbox_id,
            "source": source,
            "stored_at": self._clock(),
        }
