"""Sending. A mail leaves once, and only if all that its approval relied on still stands at the moment of sending.

    waiting ─(undo window over)─▶ ready ─(claim: one UPDATE, committed before the socket opens)─▶ sending
    sending ─▶ sent | failed (refused for good) | ready again (temporary) | unknown (lost from DATA on)
    waiting, ready ─(something changed, or 24 h passed)─▶ cancelled, and the review returns to the queue

A worker that finds `sending` is looking at a mail whose sender died: the outcome is unknown, and nobody sends it again
without a person's word, or without finding it where the provider files sent mail.
"""

from dataclasses import dataclass, field
from datetime import timedelta
from uuid import UUID

import structlog

from app.db.tables.mail import SentCopy
from app.db.tables.work import OutboxRow
from app.db.uow import Database, Uow
from app.domain.clock import Clock
from app.domain.errors import Invalid, NotAllowed, Unreachable
from app.domain.ids import new_id
from app.domain.intents import Reason
from app.domain.job import Job, JobKind
from app.domain.message import MessageState, advance
from app.domain.people import SignedIn
from app.domain.ports import Delivery, Sender, SendResult, SentFolder
from app.domain.review import CaseState, OutboxState, Outcome, ReviewState

LOOK_AGAIN_SECONDS = 5.0
LONGEST_WAIT = timedelta(hours=1)
VOID_AFTER = timedelta(hours=24)
EVENTS = {
    SendResult.SENT: "outbox.mail.sent",
    SendResult.TRY_LATER: "outbox.mail.delayed",
    SendResult.REFUSED: "outbox.mail.failed",
    SendResult.UNKNOWN: "outbox.mail.unknown",
}

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
    """`sent_folder` looks into, and files into, a mailbox's Sent folder."""

    def __init__(
        self, database: Database, sender: Sender, sent_folder: SentFolder, clock: Clock, *, backoff_seconds: float
    ) -> None:
        self._database = database
        self._sender = sender
        self._sent_folder = sent_folder
        self._clock = clock
        self._backoff = timedelta(seconds=backoff_seconds)

    async def work(self, outbox_id: str) -> None:
        """Send one mail, or find out why not."""
        claimed = await self._claim(UUID(outbox_id))
        if claimed is None:
            return
        delivery = await self._sender.send(claimed.raw, sender=claimed.sender, recipients=[claimed.recipient])
        await self._record(claimed, delivery)
        if delivery.result is SendResult.UNKNOWN:
            await self._reconcile(claimed.id)
        elif delivery.result is SendResult.SENT and claimed.sent_copy is SentCopy.APPEND:
            await self._file_copy(claimed)

    async def give_up(self, outbox_id: str, error: str) -> None:
        """Something of ours is broken: a claimed mail has an unknown outcome, an unclaimed one shows as failed."""
        async with self._database.write() as uow:
            if not await uow.outbox.move(
                UUID(outbox_id), frm=[OutboxState.SENDING], to=OutboxState.UNKNOWN, last_error=error[:64]
            ):
                await uow.outbox.move(
                    UUID(outbox_id),
                    frm=[OutboxState.WAITING, OutboxState.READY],
                    to=OutboxState.FAILED,
                    last_error=error[:64],
                )

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
                await uow.enqueue(self._job(row, 0))
            await self._note(uow, row, "outbox.mail.resolved", actor=by.actor, outcome=outcome.value)
            return to

    async def _claim(self, outbox_id: UUID) -> _Claimed | None:
        async with self._database.write() as uow:
            row = await uow.outbox.get(outbox_id)
            if row.state is OutboxState.SENDING:
                await self._lost(uow, row)
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
        """Why not? Too early, or mail still unread: look again later. Anything else: the approval is void."""
        if row.state not in {OutboxState.WAITING, OutboxState.READY}:
            return
        early = (row.send_after - self._clock()).total_seconds()
        if row.state is OutboxState.WAITING and early > 0:
            await uow.enqueue(self._job(row, early))
        elif row.expires_at > self._clock() and await uow.outbox.has_untriaged_mail(row.conversation_id):
            await uow.enqueue(self._job(row, LOOK_AGAIN_SECONDS))
        else:
            await self._void(uow, row)

    async def _void(self, uow: Uow, row: OutboxRow) -> None:
        """The approval no longer holds: nothing leaves, and the item returns to the queue saying so."""
        if not await uow.outbox.move(
            row.id, frm=[OutboxState.WAITING, OutboxState.READY], to=OutboxState.CANCELLED, last_error="void"
        ):
            return
        review = await uow.reviews.get(row.review_id)
        reasons = list(dict.fromkeys([*review.reasons, Reason.CHANGED_SINCE_APPROVAL.value]))
        await uow.reviews.reopen(review.id, from_state=ReviewState.APPROVED, reasons=reasons)
        message = await uow.messages.get_for_update(review.message_id)
        message.state = advance(message.state, MessageState.PENDING)
        await uow.ledger.decide_cases(message.id, message.run, to=CaseState.PROPOSED, by=None)
        await self._note(uow, row, "outbox.mail.voided")

    async def _lost(self, uow: Uow, row: OutboxRow) -> None:
        await uow.outbox.move(row.id, frm=[OutboxState.SENDING], to=OutboxState.UNKNOWN, last_error="worker_died")
        await self._note(uow, row, "outbox.mail.unknown", detail="worker_died")

    async def _record(self, claimed: _Claimed, delivery: Delivery) -> None:
        """Write down what is known. A worker that was taken for dead may still say that its mail was sent."""
        async with self._database.write() as uow:
            row = await uow.outbox.get(claimed.id)
            if row.claimed_by != claimed.token:
                return
            match delivery.result:
                case SendResult.SENT:
                    await uow.outbox.move(
                        row.id,
                        frm=[OutboxState.SENDING, OutboxState.UNKNOWN],
                        to=OutboxState.SENT,
                        sent_at=self._clock(),
                        last_error="",
                    )
                case SendResult.TRY_LATER:
                    await self._try_later(uow, row, delivery)
                case SendResult.REFUSED:
                    await self._settle(uow, row, OutboxState.FAILED, delivery)
                case SendResult.UNKNOWN:
                    await self._settle(uow, row, OutboxState.UNKNOWN, delivery)
            await self._note(uow, row, EVENTS[delivery.result], detail=delivery.detail)

    async def _try_later(self, uow: Uow, row: OutboxRow, delivery: Delivery) -> None:
        wait = min(self._backoff * 2 ** min(row.attempts - 1, 20), LONGEST_WAIT)
        await self._settle(uow, row, OutboxState.READY, delivery)
        await uow.enqueue(self._job(row, wait.total_seconds()))

    @staticmethod
    async def _settle(uow: Uow, row: OutboxRow, to: OutboxState, delivery: Delivery) -> None:
        await uow.outbox.move(row.id, frm=[OutboxState.SENDING], to=to, last_error=delivery.detail[:64])

    async def _reconcile(self, outbox_id: UUID) -> None:
        """Look where the provider files sent mail. Found: it was sent. Not found proves nothing: a person says."""
        async with self._database.read() as uow:
            row = await uow.outbox.get(outbox_id)
            mailbox = await uow.mailboxes.get(row.mailbox_id)
        if mailbox.sent_copy is not SentCopy.SERVER:
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
    def _job(row: OutboxRow, delay_seconds: float) -> Job:
        """A further look at the same mail; the key differs, since the first job of the row is over."""
        key = f"send-{row.id}-{new_id()}"
        return Job(JobKind.SEND, str(row.id), key, str(row.conversation_id), delay_seconds)

    @staticmethod
    async def _note(
        uow: Uow, row: OutboxRow, kind: str, *, actor: str = "duebox", detail: str = "", outcome: str = ""
    ) -> None:
        review = await uow.reviews.get(row.review_id)
        uow.audit.add(
            kind,
            actor=actor,
            outbox_id=row.id,
            review_id=row.review_id,
            message_id=review.message_id,
            conversation_id=row.conversation_id,
            attempts=row.attempts,
            detail=detail,
            outcome=outcome,
        )
