"""Mail that is known but never worked: from before the mailbox was added, and what colleagues wrote past Duebox.

It is there so that the thread of a later mail is found. A colleague's answer, found in the Sent folder, also closes the
pending reviews of its conversation, and voids what was approved in it.
"""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from app.db.answering import is_answered_by
from app.db.repositories.ancestry import Ancestor
from app.db.repositories.messages import SealedHead
from app.db.tables.mail import MessageRow
from app.db.tables.work import ReviewRow
from app.db.uow import Uow
from app.domain.clock import Clock
from app.domain.errors import AppError, ReviewAlreadyDecided
from app.domain.ids import new_id
from app.domain.message import Head, MessageState, advance
from app.domain.review import OutboxState, ReviewState
from app.intake.incoming import Incoming
from app.intake.threads import SUBJECT_JOINS_FOR, plain_subject

WAIT_FOR_TRIAGE = timedelta(minutes=10)


class StillReading(AppError):
    """The conversation holds mail that is being worked: its review, which this answer may close, is not there yet."""


@dataclass(frozen=True, slots=True)
class _Old:
    mail: Incoming
    head: Head
    rfc_id_hash: str
    referred: tuple[str, ...]


class History:
    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    async def keep(self, uow: Uow, mailbox_id: UUID, mails: Sequence[Incoming], *, is_ours: bool) -> None:
        """Store old mails, each in the conversation that it refers to or in a new one; known ones are left out."""
        found = [_old(uow, mail) for mail in mails]
        known = await uow.ancestry.ancestors({hash_ for old in found for hash_ in (old.rfc_id_hash, *old.referred)})
        opened = await _readable(uow, known)
        partners = {email for old in found for email in _partners(old.head, is_ours=is_ours)}
        contacts = await uow.ledger.customers_of(partners)
        conversations: list[dict[str, Any]] = []
        payloads: list[dict[str, Any]] = []
        rows: list[dict[str, Any]] = []
        for old in found:
            if old.rfc_id_hash in known:
                continue
            conversation_id = next((opened[h] for h in old.referred if h in opened), None)
            if conversation_id is None:
                customers = {
                    row.customer_id for email in _partners(old.head, is_ours=is_ours) for row in contacts.get(email, [])
                }
                conversations.append(_new_conversation(uow, old, customers))
                conversation_id = UUID(str(conversations[-1]["id"]))
            opened[old.rfc_id_hash] = conversation_id
            known[old.rfc_id_hash] = Ancestor(conversation_id)
            payload, row = _rows(uow, mailbox_id, conversation_id, old, is_ours=is_ours)
            payloads.append(payload)
            rows.append(row)
        await uow.messages.insert_many(conversations=conversations, payloads=payloads, messages=(), history=rows)
        if rows:
            uow.audit.add("intake.history.stored", mailbox_id=mailbox_id, mails=len(rows))

    async def keep_answers(self, uow: Uow, mailbox_id: UUID, mails: Sequence[Incoming]) -> None:
        """Mails of the Sent folder, except those that Duebox sent and those of no conversation that it knows."""
        for mail in mails:
            if not mail.cut:
                await self._keep_answer(uow, mailbox_id, _old(uow, mail))

    async def _keep_answer(self, uow: Uow, mailbox_id: UUID, answer: _Old) -> None:
        if await uow.messages.is_our_own(answer.rfc_id_hash):
            await self._was_sent(uow, answer)
            return
        if answer.head.is_automatic or await uow.messages.is_history(answer.rfc_id_hash):
            return
        conversation_id = await self._conversation(uow, answer)
        if conversation_id is None:
            return
        messages = await uow.messages.of_conversation(conversation_id)
        soon = self._clock() - WAIT_FOR_TRIAGE
        if any(message.state is MessageState.IN_WORK and message.stored_at > soon for message in messages):
            raise StillReading
        payload, row = _rows(uow, mailbox_id, conversation_id, answer, is_ours=True)
        await uow.messages.insert_many(conversations=(), payloads=[payload], messages=(), history=[row])
        await uow.messages.bump_conversation(conversation_id)
        uow.audit.add(
            "intake.answer.found", conversation_id=conversation_id, mailbox_id=mailbox_id, history_id=row["id"]
        )
        for review in await uow.reviews.pending_of_conversation(conversation_id):
            message = await uow.messages.get(review.message_id)
            if await _is_answered(uow, message, answer):
                await self._close(uow, review, history_id=row["id"])

    async def _conversation(self, uow: Uow, answer: _Old) -> UUID | None:
        """That of a mail which it refers to, or of its own copy that came to the mailbox; else, of a reply without
        references, the customer's recent one of the same subject."""
        opened = await _readable(uow, await uow.ancestry.ancestors({answer.rfc_id_hash, *answer.referred}))
        found = next((opened[h] for h in (*answer.referred, answer.rfc_id_hash) if h in opened), None)
        subject = plain_subject(answer.head.subject)
        if answer.referred or not subject or subject == " ".join(answer.head.subject.split()).casefold():
            return found
        contacts = await uow.ledger.customers_of({address.email for address in answer.head.to})
        key = uow.words.keyring.index(subject)
        keys = {(row.customer_id, key) for rows in contacts.values() for row in rows}
        since = self._clock() - SUBJECT_JOINS_FOR
        recent = set((await uow.ancestry.conversations_by_subject(keys, since=since)).values())
        await uow.words.load_keys(recent)
        return next(iter(recent)) if len(recent) == 1 and uow.words.has_key(*recent) else None

    async def _was_sent(self, uow: Uow, copy: _Old) -> None:
        """A mail of ours stands in the Sent folder: whatever broke while it was sent, it was."""
        for row in await uow.outbox.with_unknown_outcome(copy.rfc_id_hash):
            await uow.outbox.move(row.id, frm=[row.state], to=OutboxState.SENT, sent_at=self._clock(), last_error="")
            uow.audit.add(
                "outbox.mail.found", outbox_id=row.id, review_id=row.review_id, conversation_id=row.conversation_id
            )

    async def _close(self, uow: Uow, review: ReviewRow, *, history_id: UUID) -> None:
        try:
            decided = await uow.reviews.decide(
                review.id, version=review.version, to=ReviewState.ANSWERED_ELSEWHERE, decided_at=self._clock()
            )
        except ReviewAlreadyDecided:
            return  # somebody was faster; the raised version of the conversation voids what they approved
        await uow.planted.withdraw([review.id])
        message = await uow.messages.get_for_update(review.message_id)
        message.state = advance(message.state, MessageState.DECIDED)
        uow.audit.add(
            "review.item.answered_elsewhere",
            review_id=review.id,
            message_id=message.id,
            conversation_id=message.conversation_id,
            version=decided.version,
            history_id=history_id,
        )


async def _readable(uow: Uow, known: dict[str, Ancestor]) -> dict[str, UUID]:
    """The conversations of known mails, without those whose words were erased."""
    await uow.words.load_keys({ancestor.conversation_id for ancestor in known.values()})
    opened: dict[str, UUID] = {}
    for rfc_id_hash, ancestor in known.items():
        with suppress(KeyError):
            uow.words.known_key(ancestor.conversation_id)
            opened[rfc_id_hash] = ancestor.conversation_id
    return opened


async def _is_answered(uow: Uow, message: MessageRow, answer: _Old) -> bool:
    """Whether a mail of ours answers that message: it refers to it or is younger, and goes to those who wrote it. A
    copy of it that came to the mailbox needs no answer either."""
    if message.rfc_id_hash == answer.rfc_id_hash:
        return True
    if message.received_at > answer.mail.received_at and message.rfc_id_hash not in answer.referred:
        return False
    return await is_answered_by(uow, message, answer.mail.raw)


def _old(uow: Uow, mail: Incoming) -> _Old:
    head = mail.head
    index = uow.words.keyring.index
    referred = tuple(index(rfc_id) for rfc_id in (*head.in_reply_to, *reversed(head.references)))
    return _Old(mail, head, index(head.message_id or f"{new_id()}"), referred)


def _partners(head: Head, *, is_ours: bool) -> tuple[str, ...]:
    return tuple(address.email for address in head.to) if is_ours else (head.sender.email,)


def _new_conversation(uow: Uow, old: _Old, customers: set[str]) -> dict[str, Any]:
    subject = plain_subject(old.head.subject)
    return uow.words.new_conversation(
        customer_id=next(iter(customers)) if len(customers) == 1 else None,
        subject_hash=uow.words.keyring.index(subject) if subject else "",
        at=old.mail.received_at,
    )


def _rows(
    uow: Uow, mailbox_id: UUID, conversation_id: UUID, old: _Old, *, is_ours: bool
) -> tuple[dict[str, Any], dict[str, Any]]:
    payload = uow.words.sealed_payload(conversation_id, "mail", old.mail.packed)
    history_id = new_id()
    head = SealedHead.of(old.head).as_bytes()
    return payload, {
        "id": history_id,
        "mailbox_id": mailbox_id,
        "source": old.mail.source,
        "conversation_id": conversation_id,
        "rfc_id_hash": old.rfc_id_hash,
        "raw_id": payload["id"],
        "head": uow.words.known_key(conversation_id).seal(history_id, head),
        "is_ours": is_ours,
        "received_at": old.mail.received_at,
    }
