"""Sending. A mail leaves once, and only if all that its approval relied on still stands at the moment of sending.

    waiting ─(undo window over)─▶ ready ─(claim: one UPDATE, committed before the socket opens)─▶ sending
    sending ─▶ sent | failed (refused for good) | ready again (temporary) | unknown (lost from DATA on)
    waiting, ready ─(something changed, or 24 h passed)─▶ cancelled, and the review returns to the queue

A worker that finds `sending` is looking at a mail whose sender died: the outcome is unknown, and nobody sends it again
without a person's word, or without finding it where the provider files sent mail.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import timedelta
from uuid import UUID

import structlog
from sqlalchemy.exc import SQLAlchemyError

from app.db.tables.mail import SentCopy
from app.db.tables.work import OutboxRow
from app.db.uow import Database, Uow
from app.domain.clock import Clock
from app.domain.errors import Invalid, NotAllowed, Unreachable
from app.domain.ids import new_id
from app.domain.intents import Reason
from app.domain.job import Job, send_job
from app.domain.message import MessageState, advance
from app.domain.people import SignedIn
from app.domain.ports import Delivery, Sender, SendResult, SentFolder
from app.domain.review import VOID_AFTER, CaseState, OutboxState, Outcome, ReviewState
from app.domain.urgency import AS_SHIPPED, UrgencyWeights, urgency

LOOK_AGAIN_SECONDS = 5.0
RECONCILE_SECONDS = (30.0, 300.0, 3600.0)
"""When a mail of unknown outcome is looked for again where the provider files sent mail."""

NOTE_AGAIN_SECONDS = 1.0
NOTE_TRIES = 300
"""A known outcome is worth minutes of waiting for a database that is away."""

LONGEST_WAIT = timedelta(hours=1)
LEAVING = (OutboxState.WAITING, OutboxState.READY)
UNSETTLED = (OutboxState.SENDING, OutboxState.UNKNOWN, OutboxState.READY, OutboxState.FAILED)
STATE_AFTER = {
    SendResult.TRY_LATER: OutboxState.READY,
    SendResult.REFUSED: OutboxState.FAILED,
    SendResult.UNKNOWN: OutboxState.UNKNOWN,
}
EVENTS = {
    SendResult.SENT: "outbox.mail.sent",
    SendResult.TRY_LATER: "outbox.mail.delayed",
    SendResult.REFUSED: "outbox.mail.failed",
    SendResult.UNKNOWN: "outbox.mail.unknown",
}

StillDue = Callable[[Uow, UUID], Awaitable[bool]]

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class _Claimed:
    """A mail that this worker, and no other, may put on the wire."""

    id: UUID
    token: str
    mailbox_id: UUID
    attempts: int
    rfc_message_id: str
    sender: str
    recipient: str = field(repr=False)
    raw: bytes = field(repr=False)
    sent_copy: SentCopy


class OutboxService:
    """`sent_folder` looks into, and files into, a mailbox's Sent folder; `is_still_due` plans a reminder once more."""

    def __init__(
        self,
        database: Database,
        sender: Sender,
        sent_folder: SentFolder,
        clock: Clock,
        *,
        backoff_seconds: float,
        sending_stopped: bool,
        is_still_due: StillDue,
        weights: UrgencyWeights = AS_SHIPPED,
    ) -> None:
        self._database = database
        self._sender = sender
        self._sent_folder = sent_folder
        self._clock = clock
        self._backoff = timedelta(seconds=backoff_seconds)
        self._sending_stopped = sending_stopped
        self._is_still_due = is_still_due
        self._weights = weights

    async def work(self, outbox_id: str) -> None:
        """Send one mail, or find out why not, or what became of it."""
        claimed = await self._claim(UUID(outbox_id))
        if claimed is None:
            await self._reconcile(UUID(outbox_id))
            return
        delivery = await self._sender.send(claimed.raw, sender=claimed.sender, recipients=[claimed.recipient])
        await self._record_surely(claimed, delivery)
        if delivery.result is SendResult.UNKNOWN:
            await self._reconcile(claimed.id)
        elif delivery.result is SendResult.SENT and claimed.sent_copy is SentCopy.APPEND:
            await self._file_copy(claimed)

    async def give_up(self, outbox_id: str, error: str) -> None:
        """Something of ours is broken: a claimed mail has an unknown outcome, an unclaimed one shows as failed."""
        async with self._database.write() as uow:
            row = await uow.outbox.get(UUID(outbox_id))
            word = error[:64]
            if await uow.outbox.move(row.id, frm=[OutboxState.SENDING], to=OutboxState.UNKNOWN, last_error=word):
                await self._note(uow, row, "outbox.mail.unknown", detail=word)
            elif await uow.outbox.move(row.id, frm=LEAVING, to=OutboxState.FAILED, last_error=word):
                await self._note(uow, row, "outbox.mail.failed", detail=word)

    async def resolve(self, outbox_id: UUID, outcome: Outcome, *, by: SignedIn) -> OutboxState:
        """A person's word about an unknown or failed mail. Raises Invalid when it is neither."""
        if not by.can_decide:
            raise NotAllowed("your role reads, it does not decide")
        to, allowed = {
            Outcome.SENT: (OutboxState.SENT, [OutboxState.UNKNOWN]),
            Outcome.SEND_AGAIN: (OutboxState.READY, [OutboxState.UNKNOWN, OutboxState.FAILED]),
            Outcome.FAILED: (OutboxState.FAILED, [OutboxState.UNKNOWN]),
        }[outcome]
        async with self._database.write() as uow:
            now = self._clock()
            moment = {OutboxState.READY: {"expires_at": now + VOID_AFTER}, OutboxState.SENT: {"sent_at": now}}
            row = await uow.outbox.get(outbox_id)
            if not await uow.outbox.move(outbox_id, frm=allowed, to=to, **moment.get(to, {})):
                raise Invalid(f"a mail that is {row.state.value} cannot be settled as {outcome.value}")
            if to is OutboxState.READY:
                await uow.enqueue(self._look_again(row, 0))
            await self._note(uow, row, "outbox.mail.resolved", actor=by.actor, outcome=outcome.value)
            return to

    async def _claim(self, outbox_id: UUID) -> _Claimed | None:
        async with self._database.write() as uow:
            row = await uow.outbox.get(outbox_id)
            if row.state is OutboxState.SENDING:
                await self._lost(uow, row)
                return None
            if self._sending_stopped and not await _is_a_persons_will(uow, row):
                await self._void(uow, row)
                return None
            if row.reminder_id and row.state in LEAVING and not await self._is_still_due(uow, row.reminder_id):
                await self._void(uow, row)
                return None
            await uow.outbox.make_ready(outbox_id)
            token = str(new_id())
            if await uow.outbox.claim(outbox_id, claimed_by=token):
                return await self._claimed(uow, outbox_id, token)
            await self._not_claimed(uow, await uow.outbox.get(outbox_id))
            return None

    async def _claimed(self, uow: Uow, outbox_id: UUID, token: str) -> _Claimed:
        row = await uow.outbox.get(outbox_id)
        mailbox = await uow.mailboxes.get(row.mailbox_id)
        key = await uow.words.key(row.conversation_id)
        return _Claimed(
            id=row.id,
            token=token,
            mailbox_id=mailbox.id,
            attempts=row.attempts,
            rfc_message_id=row.rfc_message_id,
            sender=mailbox.address,
            recipient=key.open(row.id, row.envelope).decode(),
            raw=await uow.words.get(row.raw_id),
            sent_copy=mailbox.sent_copy,
        )

    async def _not_claimed(self, uow: Uow, row: OutboxRow) -> None:
        """Why not? Void if something that the approval relied on has changed, or its time is over; else too early, or
        a mail of the conversation was unread: look again later."""
        if row.state not in LEAVING:
            return
        early = (row.send_after - self._clock()).total_seconds()
        if row.expires_at <= self._clock() or await uow.outbox.relies_on_the_past(row.id):
            await self._void(uow, row)
        else:
            await uow.enqueue(self._look_again(row, early if early > 0 else LOOK_AGAIN_SECONDS))

    async def _void(self, uow: Uow, row: OutboxRow) -> None:
        """The approval no longer holds: nothing leaves, and the item returns to the queue saying so."""
        if not await uow.outbox.move(row.id, frm=LEAVING, to=OutboxState.CANCELLED, last_error="void"):
            return
        if row.reminder_id is not None:
            await uow.reminders.void(row.reminder_id)
        if row.review_id is not None:
            await self._reopen(uow, row.review_id)
        await self._note(uow, row, "outbox.mail.voided")

    async def _reopen(self, uow: Uow, review_id: UUID) -> None:
        review = await uow.reviews.get(review_id)
        message = await uow.messages.get_for_update(review.message_id)
        reasons = list(dict.fromkeys([*review.reasons, Reason.CHANGED_SINCE_APPROVAL.value]))
        again = urgency(reasons, review.at_stake, message.received_at, self._weights)
        await uow.reviews.reopen(review.id, from_state=ReviewState.APPROVED, reasons=reasons, urgency=again)
        message.state = advance(message.state, MessageState.PENDING)
        await uow.cases.follow_review(message.id, message.run, to=CaseState.PROPOSED, by=None)

    async def _lost(self, uow: Uow, row: OutboxRow) -> None:
        await uow.outbox.move(row.id, frm=[OutboxState.SENDING], to=OutboxState.UNKNOWN, last_error="worker_died")
        await self._note(uow, row, "outbox.mail.unknown", detail="worker_died")
        await uow.enqueue(*(self._look_again(row, delay) for delay in RECONCILE_SECONDS))

    async def _record_surely(self, claimed: _Claimed, delivery: Delivery) -> None:
        """Write down what is known, however long the database is away: forgotten, it would be unknown."""
        for _ in range(NOTE_TRIES):
            try:
                return await self._record(claimed, delivery)
            except (SQLAlchemyError, OSError) as error:
                log.warning("outbox.outcome.waits", outbox_id=str(claimed.id), error=type(error).__name__)
                await asyncio.sleep(NOTE_AGAIN_SECONDS)
        return await self._record(claimed, delivery)

    async def _record(self, claimed: _Claimed, delivery: Delivery) -> None:
        """Whoever holds the claim says what came of it, even after it was taken for dead or settled by a person:
        a mail that was sent is sent."""
        async with self._database.write() as uow:
            row = await uow.outbox.get(claimed.id)
            if row.claimed_by != claimed.token:
                return
            if delivery.result is SendResult.SENT:
                values = {"sent_at": self._clock(), "last_error": ""}
                moved = await uow.outbox.move(row.id, frm=UNSETTLED, to=OutboxState.SENT, **values)
            else:
                to = STATE_AFTER[delivery.result]
                error = delivery.detail[:64]
                moved = await uow.outbox.move(row.id, frm=[OutboxState.SENDING], to=to, last_error=error)
            if not moved:
                return
            await self._note(uow, row, EVENTS[delivery.result], detail=delivery.detail)
            if delivery.result is SendResult.TRY_LATER:
                wait = min(self._backoff * 2 ** min(row.attempts - 1, 20), LONGEST_WAIT)
                await uow.enqueue(self._look_again(row, wait.total_seconds()))
            elif delivery.result is SendResult.UNKNOWN:
                await uow.enqueue(*(self._look_again(row, delay) for delay in RECONCILE_SECONDS))

    async def _reconcile(self, outbox_id: UUID) -> None:
        """Look where the provider files sent mail. Found: it was sent. Not found proves nothing: a person says."""
        async with self._database.read() as uow:
            row = await uow.outbox.get(outbox_id)
            mailbox = await uow.mailboxes.get(row.mailbox_id)
        if row.state is not OutboxState.UNKNOWN or mailbox.sent_copy is not SentCopy.SERVER:
            return
        try:
            found = await self._sent_folder.has_message(mailbox.id, row.rfc_message_id)
        except Unreachable:
            return
        if found:
            async with self._database.write() as uow:
                if await uow.outbox.move(
                    outbox_id, frm=[OutboxState.UNKNOWN], to=OutboxState.SENT, sent_at=self._clock(), last_error=""
                ):
                    await self._note(uow, row, "outbox.mail.found")

    async def _file_copy(self, claimed: _Claimed) -> None:
        try:
            await self._sent_folder.append(claimed.mailbox_id, claimed.raw)
        except Unreachable:
            log.warning("outbox.copy.not_filed", outbox_id=str(claimed.id))

    @staticmethod
    def _look_again(row: OutboxRow, delay_seconds: float) -> Job:
        """A further look at the same mail; its key differs, since the first job of the row is over."""
        return send_job(row.id, row.conversation_id, delay_seconds=delay_seconds, again=f"-{new_id()}")

    @staticmethod
    async def _note(
        uow: Uow, row: OutboxRow, kind: str, *, actor: str = "duebox", detail: str = "", outcome: str = ""
    ) -> None:
        answered = (await uow.reviews.get(row.review_id)).message_id if row.review_id else None
        uow.audit.add(
            kind,
            actor=actor,
            outbox_id=row.id,
            review_id=row.review_id,
            reminder_id=row.reminder_id,
            message_id=answered,
            conversation_id=row.conversation_id,
            attempts=row.attempts,
            detail=detail,
            outcome=outcome,
        )


async def _is_a_persons_will(uow: Uow, row: OutboxRow) -> bool:
    """Whether a person approved the mail."""
    if row.reminder_id is not None:
        return (await uow.reminders.get(row.reminder_id)).decided_by is not None
    return row.review_id is not None and (await uow.reviews.get(row.review_id)).decided_by is not None
