"""Messages: stored once, found by state and by thread."""

import json
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from app.db.bulk import among, insert_all
from app.db.changes import note_change
from app.db.narrowing import is_narrowed
from app.db.repositories.tally import Tally
from app.db.repositories.words import Words
from app.db.tables.mail import ConversationRow, CopyRow, HistoryRow, MessageRow, PayloadRow
from app.db.tables.work import OutboxRow, ProposalRow
from app.domain.clock import Clock
from app.domain.errors import NotFound
from app.domain.ids import new_id
from app.domain.message import Address, Head, MessageState


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


class Messages:
    def __init__(self, session: AsyncSession, words: Words, clock: Clock) -> None:
        self._session = session
        self._words = words
        self._clock = clock
        self.tally = Tally(session)

    async def of_ids(self, message_ids: Collection[UUID]) -> Sequence[MessageRow]:
        """In the order of their arrival."""
        if not message_ids:
            return []
        found = await self._session.scalars(
            sa.select(MessageRow).where(among(self._session, MessageRow.id, message_ids)).order_by(MessageRow.id)
        )
        return found.all()

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
