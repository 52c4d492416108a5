"""Intake: raw bytes are stored before they are parsed, once, and the job that works them is in the same transaction.

up to 400 mails ─▶ read the headers ─▶ ONE transaction: which are new, whose thread, rows, audit, and
                                        ├─ of few: the triage job of each, so that nobody waits behind batches
                                        ├─ of many: ONE dispatch job, which queues them later
                                        └─ fails? one mail at a time, so that one bad mail stops no other
"""

import asyncio
import re
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property, partial
from hashlib import sha256
from typing import Any
from uuid import UUID

import sqlalchemy.exc
import structlog

from app.db.repositories.messages import Ancestor, SealedHead
from app.db.repositories.words import compressed
from app.db.uow import Database, Uow
from app.domain.clock import Clock
from app.domain.errors import MailTooLarge, NotFound, UnreadableMail
from app.domain.ids import new_id
from app.domain.job import STORM_FROM, dispatch_job, triage_job
from app.domain.message import Head, MessageState
from app.domain.tracing import OFF, StepName, Tracer
from app.reading.headers import read_head
from app.reading.parsing import fingerprint, parse_mail

BATCH = 400
"""Mails in one transaction: some twenty statements are the same for one as for all, and nobody waits long for it."""

FEW = 20
"""So many mails have their own jobs at once, each a statement of the transaction that stores it. Dispatch is done by
one worker at a time: if each delivery asked for it, a storm of them would hold up everybody's mail."""

MAX_BYTES = 50 * 1024 * 1024
SUBJECT_JOINS_FOR = timedelta(days=30)

_PREFIX = re.compile(
    r"^(?:(?:re|fwd?|aw|wg|tr|rv|rif|r|antw|doorst|enc|res|sv)\s*+(?:\[\d+\]\s*+)?:\s*)+", re.IGNORECASE
)

log = structlog.get_logger()


@dataclass(frozen=True)
class Incoming:
    """A mail as its server handed it over. `source` is the key that the server gave it; `received_at` is aware.

    A mail over the size limit comes with its headers alone and `is_truncated`: it waits in quarantine for a person.
    """

    source: str
    raw: bytes = field(repr=False)
    received_at: datetime
    is_truncated: bool = False

    @cached_property
    def head(self) -> Head:
        """What the headers say; read once, at the first look."""
        return read_head(self.raw)

    @cached_property
    def packed(self) -> bytes:
        """The bytes as they are stored, before they are sealed."""
        return compressed(self.raw)

    def prepare(self) -> None:
        """Do now what storing would do anyway: for a thread that has the time."""
        _ = self.head, self.packed


@dataclass(frozen=True, slots=True)
class _Letter:
    incoming: Incoming
    head: Head
    rfc_id_hash: str
    referred: tuple[str, ...]
    subject_hash: str


@dataclass(slots=True)
class _Batch:
    """The rows that one transaction will insert, and what the mails of this batch know of each other."""

    conversations: list[dict[str, Any]] = field(default_factory=list)
    payloads: list[dict[str, Any]] = field(default_factory=list)
    messages: list[dict[str, Any]] = field(default_factory=list)
    copies: list[dict[str, Any]] = field(default_factory=list)
    ancestors: dict[str, Ancestor] = field(default_factory=dict)
    subjects: dict[tuple[str, str], UUID] = field(default_factory=dict)
    customers: dict[str, str] = field(default_factory=dict)
    newest: dict[UUID, datetime] = field(default_factory=dict)
    raws: dict[UUID, bytes] = field(default_factory=dict)
    unread: set[UUID] = field(default_factory=set)


class IntakeService:
    """Stores mail, each once."""

    def __init__(self, database: Database, clock: Clock, tracer: Tracer = OFF) -> None:
        self._database = database
        self._clock = clock
        self._tracer = tracer

    async def store(self, mailbox_id: UUID, mails: Sequence[Incoming]) -> int:
        """Store mails of one mailbox, each once. Returns how many were new. Raises MailTooLarge before anything is
        stored."""
        for mail in mails:
            if len(mail.raw) > MAX_BYTES:
                raise MailTooLarge(f"a mail of {len(mail.raw)} bytes is over the limit of {MAX_BYTES}")
        stored = 0
        for start in range(0, len(mails), BATCH):
            stored += await self._store_batch(mailbox_id, mails[start : start + BATCH])
        return stored

    async def store_in(self, uow: Uow, mailbox_id: UUID, mails: Sequence[Incoming]) -> int:
        """The same within the caller's transaction (the poller moves its cursor in it), for at most one batch."""
        began = time.time_ns()
        known = await uow.messages.known_sources(mailbox_id, [mail.source for mail in mails])
        fresh = [mail for mail in mails if mail.source not in known]
        if not fresh:
            return 0
        letters = [self._letter(uow, mail) for mail in fresh]
        batch = await self._look_up(uow, letters)
        batch_id = new_id()
        for letter in letters:
            await self._place(uow, batch, mailbox_id, batch_id, letter)
        is_direct = await self._is_direct(uow, batch)
        if is_direct:
            await self._hold_back(uow, batch)
        await uow.messages.insert_many(
            conversations=batch.conversations, payloads=batch.payloads, messages=batch.messages, copies=batch.copies
        )
        await uow.messages.touch_conversations(batch.newest)
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
        return len(batch.messages) <= FEW and not await uow.messages.has_batch_in_work(batch.newest)

    @staticmethod
    async def _hold_back(uow: Uow, batch: _Batch) -> None:
        """No dispatch will look at these mails: hold those of a sender who has very many in work."""
        to_work = _to_work(batch)
        ahead = await uow.messages.in_work_by_sender({row["sender_hash"] for row in to_work if row["sender_hash"]})
        for row in to_work:
            row["batch_id"] = None
            row["is_held"] = _is_held(row["sender_hash"], ahead)

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

    def _letter(self, uow: Uow, mail: Incoming) -> _Letter:
        head, index = mail.head, uow.words.keyring.index
        referred = tuple(index(rfc_id) for rfc_id in (*head.in_reply_to, *reversed(head.references)))
        subject = plain_subject(head.subject)
        rfc_id_hash = index(head.message_id or sha256(mail.raw).hexdigest())
        return _Letter(mail, head, rfc_id_hash, referred, index(subject) if subject else "")

    async def _look_up(self, uow: Uow, letters: Sequence[_Letter]) -> _Batch:
        batch = _Batch()
        contacts = await uow.ledger.customers_of({letter.head.sender.email for letter in letters})
        batch.customers = {
            email: rows[0].customer_id
            for email, rows in contacts.items()
            if len({row.customer_id for row in rows}) == 1
        }
        hashes = {letter.rfc_id_hash for letter in letters}.union(*(letter.referred for letter in letters))
        batch.ancestors = await uow.messages.ancestors(hashes)
        batch.subjects = await uow.messages.conversations_by_subject(
            (key for letter in letters if (key := self._subject_key(batch, letter))),
            since=self._clock() - SUBJECT_JOINS_FOR,
        )
        await uow.words.load_keys({a.conversation_id for a in batch.ancestors.values()} | set(batch.subjects.values()))
        return batch

    async def _place(self, uow: Uow, batch: _Batch, mailbox_id: UUID, batch_id: UUID, letter: _Letter) -> None:
        """Add one mail's rows to the batch: a message in its conversation, or a copy of one that is there already."""
        twin = await self._twin(uow, batch, letter)
        if twin is not None:
            batch.copies.append(uow.messages.copy_row(twin, mailbox_id, letter.incoming.source))
            uow.audit.add("intake.copy.linked", message_id=twin, mailbox_id=mailbox_id)
            return
        conversation_id = self._conversation(uow, batch, letter)
        raw = uow.words.sealed_payload(conversation_id, "mail", letter.incoming.packed)
        row = self._message_row(uow, batch, mailbox_id, batch_id, letter, raw)
        message_id = row["id"]
        batch.payloads.append(raw)
        batch.messages.append(row)
        earlier = batch.ancestors.get(letter.rfc_id_hash, Ancestor(conversation_id))
        batch.ancestors[letter.rfc_id_hash] = Ancestor(conversation_id, (*earlier.message_ids, message_id))
        if letter.head.message_id and earlier.message_ids:
            uow.audit.add("intake.id.repeated", message_id=message_id, conversation_id=conversation_id)
        if letter.incoming.is_truncated and not letter.head.is_automatic:
            batch.unread.add(conversation_id)
        batch.raws[message_id] = letter.incoming.raw
        uow.audit.add(
            "intake.message.stored",
            message_id=message_id,
            conversation_id=conversation_id,
            mailbox_id=mailbox_id,
            raw_hash=uow.words.known_key(conversation_id).salted_hash(letter.incoming.raw),
        )

    def _conversation(self, uow: Uow, batch: _Batch, letter: _Letter) -> UUID:
        """The thread that the mail refers to, else the customer's recent one of the same subject, else a new one.

        A thread whose words were erased takes no more.
        """
        known = (batch.ancestors[h].conversation_id for h in letter.referred if h in batch.ancestors)
        found = next(known, None)
        key = self._subject_key(batch, letter)
        if found is None and key is not None:
            found = batch.subjects.get(key)
        if found is None or not uow.words.has_key(found):
            row = uow.words.new_conversation(
                customer_id=batch.customers.get(letter.head.sender.email),
                subject_hash=letter.subject_hash,
                at=letter.incoming.received_at,
            )
            batch.conversations.append(row)
            found = UUID(str(row["id"]))
            if key is not None:
                batch.subjects[key] = found
        else:
            batch.newest[found] = letter.incoming.received_at
        return found

    def _message_row(
        self, uow: Uow, batch: _Batch, mailbox_id: UUID, batch_id: UUID, letter: _Letter, raw: dict[str, Any]
    ) -> dict[str, Any]:
        message_id, conversation_id = new_id(), raw["conversation_id"]
        head = SealedHead.of(letter.head).as_bytes()
        truncated = letter.incoming.is_truncated
        return {
            "id": message_id,
            "mailbox_id": mailbox_id,
            "source": letter.incoming.source,
            "batch_id": batch_id,
            "conversation_id": conversation_id,
            "customer_id": batch.customers.get(letter.head.sender.email),
            "rfc_id_hash": letter.rfc_id_hash,
            "sender_hash": uow.words.keyring.index(letter.head.sender.email) if letter.head.sender.email else None,
            "head": uow.words.known_key(conversation_id).seal(message_id, head),
            "raw_id": raw["id"],
            "size": len(letter.incoming.raw),
            "received_at": letter.incoming.received_at,
            "stored_at": self._clock(),
            "state": MessageState.QUARANTINED if truncated else MessageState.IN_WORK,
            "run": 1,
            "attempts": 0,
            "error": "too_large" if truncated else "",
            "is_automatic": letter.head.is_automatic,
            "is_held": False,
        }

    async def _twin(self, uow: Uow, batch: _Batch, letter: _Letter) -> UUID | None:
        """The stored message that this mail is a copy of: same Message-ID, From, Date, Subject and decoded text."""
        ancestor = batch.ancestors.get(letter.rfc_id_hash)
        for message_id in ancestor.message_ids if ancestor else ():
            earlier = batch.raws.get(message_id) or await self._stored_raw(uow, message_id)
            if earlier is not None and await asyncio.to_thread(_is_same, earlier, letter.incoming.raw):
                return message_id
        return None

    @staticmethod
    async def _stored_raw(uow: Uow, message_id: UUID) -> bytes | None:
        """None when it was erased: then nobody can say that it is the same."""
        try:
            return await uow.words.get((await uow.messages.get(message_id)).raw_id)
        except NotFound:
            return None

    @staticmethod
    def _subject_key(batch: _Batch, letter: _Letter) -> tuple[str, str] | None:
        customer = batch.customers.get(letter.head.sender.email)
        return (customer, letter.subject_hash) if customer and letter.subject_hash else None


def _to_work(batch: _Batch) -> list[dict[str, Any]]:
    return [row for row in batch.messages if row["state"] is MessageState.IN_WORK and not row["is_held"]]


def _is_held(sender_hash: str | None, ahead: Counter[str]) -> bool:
    """Whether a mail waits until one of its sender's before it is worked; it is counted among those ahead of the
    next."""
    if sender_hash is None:
        return False
    ahead[sender_hash] += 1
    return ahead[sender_hash] > STORM_FROM


def _is_same(earlier: bytes, later: bytes) -> bool:
    if earlier == later:
        return True
    try:
        first, second = (parse_mail(raw, opens_attachments=False) for raw in (earlier, later))
    except UnreadableMail:
        return False
    return fingerprint(first) == fingerprint(second)


def plain_subject(subject: str) -> str:
    """A subject without its reply and forward marks, folded for comparison."""
    return " ".join(_PREFIX.sub("", subject.strip()).split()).casefold()


class Dispatcher:
    """The job of a batch of many: queue the triage of each mail, in order, under a key that makes a repeat harmless.

    Of a sender of very many mails most are held, each until one before it is worked, so that the others need not wait.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    async def work(self, batch_id: str) -> None:
        async with self._database.write() as uow:
            waiting = await uow.messages.of_batch(UUID(batch_id))
            senders = {row.sender_hash for row in waiting if row.sender_hash}
            ahead = await uow.messages.in_work_by_sender(senders, beside=UUID(batch_id))
            for row in waiting:
                row.is_held = _is_held(row.sender_hash, ahead)
                if not row.is_held:
                    await uow.enqueue(triage_job(row.id, row.run, row.conversation_id))

    async def give_up(self, batch_id: str, error: str) -> None:
        """Nothing is lost: the sweep finds mails that nobody works."""
        log.error("intake.dispatch.failed", batch_id=batch_id, error=error)
