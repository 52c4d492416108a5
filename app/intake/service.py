"""Intake: raw bytes are stored before they are parsed, once, and the job that works them is in the same transaction.

up to 400 mails ─▶ read the headers ─▶ ONE transaction: which are new, whose thread, rows, audit, and
                                        ├─ of few: the triage job of each, so that nobody waits behind batches
                                        ├─ of many: ONE dispatch job, which queues them later
                                        └─ fails? one mail at a time, so that one bad mail stops no other
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any
from uuid import UUID

import sqlalchemy.exc
import structlog

from app.db.repositories.messages import SealedHead
from app.db.uow import Database, Uow
from app.domain.clock import Clock
from app.domain.errors import MailTooLarge
from app.domain.ids import new_id
from app.domain.job import dispatch_job, triage_job
from app.domain.message import MessageState
from app.domain.tracing import OFF, StepName, Tracer
from app.intake.dispatch import is_held
from app.intake.incoming import MAX_BYTES, Incoming
from app.intake.threads import Letter, Threads
from app.intake.twins import Twins

BATCH = 400
"""Mails in one transaction: some twenty statements are the same for one as for all, and nobody waits long for it."""

FEW = 20
"""So many mails have their own jobs at once, each a statement of the transaction that stores it. Dispatch is done by
one worker at a time: if each delivery asked for it, a storm of them would hold up everybody's mail."""

log = structlog.get_logger()


@dataclass(slots=True)
class _Batch:
    """The rows that one transaction will insert, and the threads that they belong to."""

    threads: Threads
    payloads: list[dict[str, Any]] = field(default_factory=list)
    messages: list[dict[str, Any]] = field(default_factory=list)
    copies: list[dict[str, Any]] = field(default_factory=list)
    unread: set[UUID] = field(default_factory=set)


class IntakeService:
    """Stores mail, each once."""

    def __init__(self, database: Database, clock: Clock, tracer: Tracer = OFF) -> None:
        self._database = database
        self._clock = clock
        self._tracer = tracer
        self._twins = Twins()

    async def store(self, mailbox_id: UUID, mails: Sequence[Incoming]) -> int:
        """Store mails of one mailbox, each once. Returns how many were new. Raises MailTooLarge before anything is
        stored."""
        for mail in mails:
            if len(mail.raw) > MAX_BYTES:
                raise MailTooLarge(f"a mail of {len(mail.raw)} bytes is over the limit of {MAX_BYTES}")
        stored = 0
        for start in range(0, len(mails), BATCH):
            batch = mails[start : start + BATCH]
            await self.read_ahead(batch)
            stored += await self._store_batch(mailbox_id, batch)
        return stored

    async def read_ahead(self, mails: Sequence[Incoming]) -> None:
        """For `store_in`, before its transaction: see Twins."""
        await self._twins.read_ahead(self._database, mails)

    async def store_in(self, uow: Uow, mailbox_id: UUID, mails: Sequence[Incoming]) -> int:
        """The same within the caller's transaction (the poller moves its cursor in it), for at most one batch."""
        began = time.time_ns()
        known = await uow.sources.known(mailbox_id, [mail.source for mail in mails])
        fresh = [mail for mail in mails if mail.source not in known]
        if not fresh:
            return 0
        letters = [Letter.of(uow, mail) for mail in fresh]
        await uow.ancestry.take_turns({letter.rfc_id_hash for letter in letters})
        batch = _Batch(Threads(uow, self._twins))
        await batch.threads.look_up(letters)
        batch_id = new_id()
        for letter in letters:
            await self._place(uow, batch, mailbox_id, batch_id, letter)
        is_direct = await self._is_direct(uow, batch)
        if is_direct:
            await self._hold_back(uow, batch)
        await uow.messages.insert_many(
            conversations=batch.threads.opened,
            payloads=batch.payloads,
            messages=batch.messages,
            copies=batch.copies,
        )
        await uow.messages.touch_conversations(batch.threads.newest)
        for conversation_id in batch.unread:
            await uow.messages.bump_conversation(conversation_id)
            await uow.planted.withdraw(await uow.reviews.raise_versions(conversation_id=conversation_id))
        if is_direct:
            await uow.enqueue(*(triage_job(row["id"], 1, row["conversation_id"]) for row in _to_work(batch)))
        elif _to_work(batch):
            await uow.enqueue(dispatch_job(batch_id))
        uow.once_committed(partial(self._trace, batch, mailbox_id, batch_id, began=began))
        log.info(
            "intake.batch.stored", mailbox_id=str(mailbox_id), messages=len(batch.messages), copies=len(batch.copies)
        )
        return len(batch.messages)

    @staticmethod
    async def _is_direct(uow: Uow, batch: _Batch) -> bool:
        """Few mails, and none of a thread in which earlier mail may still wait for its dispatch: order is kept."""
        return len(batch.messages) <= FEW and not await uow.messages.has_batch_in_work(batch.threads.newest)

    @staticmethod
    async def _hold_back(uow: Uow, batch: _Batch) -> None:
        """No dispatch will look at these mails: hold those of a sender who has very many in work."""
        to_work = _to_work(batch)
        ahead = await uow.messages.in_work_by_sender({row["sender_hash"] for row in to_work if row["sender_hash"]})
        for row in to_work:
            row["batch_id"] = None
            row["is_held"] = is_held(row["sender_hash"], ahead)

    def _trace(self, batch: _Batch, mailbox_id: UUID, batch_id: UUID, *, began: int) -> None:
        """The first step of each new mail's trace is the batch that it came in."""
        for row in batch.messages:
            self._tracer.tell_first(
                StepName.MESSAGE,
                row["id"],
                began=began,
                message_id=row["id"],
                mailbox_id=mailbox_id,
                batch_id=batch_id,
                messages=len(batch.messages),
                size=row["size"],
            )

    async def _store_batch(self, mailbox_id: UUID, mails: Sequence[Incoming]) -> int:
        try:
            async with self._database.write() as uow:
                return await self.store_in(uow, mailbox_id, mails)
        except sqlalchemy.exc.IntegrityError:
            if len(mails) == 1:
                return 0  # somebody else stored the very same mail at the same time
        stored = 0
        for mail in mails:
            stored += await self._store_batch(mailbox_id, [mail])
        return stored

    async def _place(self, uow: Uow, batch: _Batch, mailbox_id: UUID, batch_id: UUID, letter: Letter) -> None:
        """Add one mail's rows to the batch: a message in its conversation, or a copy of one that is there already."""
        twin = await batch.threads.twin(letter)
        if twin is not None:
            batch.copies.append(uow.messages.copy_row(twin, mailbox_id, letter.incoming.source))
            uow.audit.add("intake.copy.linked", message_id=twin, mailbox_id=mailbox_id)
            return
        conversation_id = batch.threads.conversation(letter)
        raw = uow.words.sealed_payload(conversation_id, "mail", letter.incoming.packed)
        row = self._message_row(uow, batch, mailbox_id, batch_id, letter, raw)
        message_id = row["id"]
        batch.payloads.append(raw)
        batch.messages.append(row)
        if batch.threads.add(letter, conversation_id, message_id):
            uow.audit.add("intake.id.repeated", message_id=message_id, conversation_id=conversation_id)
        if letter.incoming.cut and not letter.head.is_automatic:
            batch.unread.add(conversation_id)
        uow.audit.add(
            "intake.message.stored",
            message_id=message_id,
            conversation_id=conversation_id,
            mailbox_id=mailbox_id,
            raw_hash=uow.words.known_key(conversation_id).salted_hash(letter.incoming.raw),
        )

    def _message_row(
        self, uow: Uow, batch: _Batch, mailbox_id: UUID, batch_id: UUID, letter: Letter, raw: dict[str, Any]
    ) -> dict[str, Any]:
        message_id, conversation_id = new_id(), raw["conversation_id"]
        head = SealedHead.of(letter.head).as_bytes()
        return {
            "id": message_id,
            "mailbox_id": mailbox_id,
            "source": letter.incoming.source,
            "batch_id": batch_id,
            "conversation_id": conversation_id,
            "customer_id": batch.threads.customer(letter),
            "rfc_id_hash": letter.rfc_id_hash,
            "sender_hash": uow.words.keyring.index(letter.head.sender.email) if letter.head.sender.email else None,
            "head": uow.words.known_key(conversation_id).seal(message_id, head),
            "raw_id": raw["id"],
            "size": len(letter.incoming.raw),
            "received_at": letter.incoming.received_at,
            "stored_at": self._clock(),
            "state": MessageState.QUARANTINED if letter.incoming.cut else MessageState.IN_WORK,
            "run": 1,
            "attempts": 0,
            "error": letter.incoming.cut.value,
            "is_automatic": letter.head.is_automatic,
            "is_held": False,
        }


def _to_work(batch: _Batch) -> list[dict[str, Any]]:
    return [row for row in batch.messages if row["state"] is MessageState.IN_WORK and not row["is_held"]]
