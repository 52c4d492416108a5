"""Sending. A mail leaves once, and only if all that its approval relied on still stands at the moment of sending.

    waiting ─(undo window over)─▶ ready ─(claim: one UPDATE, committed before the socket opens)─▶ sending
    sending ─(the server agrees to all but the body: asked once more)─▶ begun ─▶ sent | failed (refused for good)
                                                                         | ready again (temporary) | unknown (lost)
    waiting, ready ─(something changed, or 24 h passed)─▶ cancelled, and the review returns to the queue

A worker that finds a mail whose sender died claims it anew if its body cannot have left; else the outcome is unknown,
and nobody sends it again without a person's word, or without finding it where the provider files sent mail.
"""

import random
from functools import partial
from uuid import UUID

from app.db.uow import Database
from app.domain.clock import Clock
from app.domain.errors import Invalid
from app.domain.people import SignedIn
from app.domain.ports import Sender, SendResult, SentFolder
from app.domain.review import LEAVING, VOID_AFTER, OutboxState, Outcome
from app.domain.sending import Pace
from app.domain.tracing import StepName, step
from app.domain.tracing import note as note_step
from app.domain.urgency import AS_SHIPPED, UrgencyWeights
from app.outbox.claiming import Claiming, DueIn
from app.outbox.notes import look_again, note
from app.outbox.outcomes import Outcomes

_LUCK = random.SystemRandom()


class OutboxService:
    """`sent_folder` looks into, and files into, a mailbox's Sent folder; `due_in` plans a reminder once more."""

    def __init__(
        self,
        database: Database,
        sender: Sender,
        sent_folder: SentFolder,
        clock: Clock,
        *,
        pace: Pace,
        sending_stopped: bool,
        due_in: DueIn,
        weights: UrgencyWeights = AS_SHIPPED,
    ) -> None:
        self._database = database
        self._sender = sender
        self._clock = clock
        self._claims = Claiming(
            database, clock, pace=pace, sending_stopped=sending_stopped, due_in=due_in, weights=weights
        )
        self._outcomes = Outcomes(database, sent_folder, clock, pace=pace, luck=_LUCK.random)

    async def work(self, outbox_id: str) -> None:
        """Send one mail, or find out why not, or what became of it."""
        with step(StepName.CLAIM):
            claimed = await self._claims.claim(UUID(outbox_id))
        if claimed is None:
            with step(StepName.RECONCILE):
                await self._outcomes.reconcile(UUID(outbox_id))
            with step(StepName.FILE_COPY):
                await self._outcomes.file_copy(UUID(outbox_id))
            return
        delivery = await self._sender.send(
            claimed.raw,
            sender=claimed.sender,
            recipients=claimed.recipients,
            may_begin=partial(self._claims.may_begin, claimed),
            waits_for_copies=claimed.waits_for_copies,
        )
        note_step(result=delivery.result)
        if delivery.result is SendResult.WITHHELD:
            await self._claims.give_back(claimed)
            return
        with step(StepName.RECORD):
            await self._outcomes.record_surely(claimed.id, claimed.token, delivery)
        if delivery.result is SendResult.UNKNOWN:
            with step(StepName.RECONCILE):
                await self._outcomes.reconcile(claimed.id)

    async def give_up(self, outbox_id: str, error: str) -> None:
        """Something of ours is broken: a mail on the wire has an unknown outcome, any other one shows as failed."""
        async with self._database.write() as uow:
            await uow.outbox.release(UUID(outbox_id))
            row = await uow.outbox.get(UUID(outbox_id))
            word = error[:64]
            if await uow.outbox.move(row.id, frm=[OutboxState.SENDING], to=OutboxState.UNKNOWN, last_error=word):
                await note(uow, row, "outbox.mail.unknown", detail=word)
            elif await uow.outbox.move(row.id, frm=LEAVING, to=OutboxState.FAILED, last_error=word):
                await note(uow, row, "outbox.mail.failed", detail=word)

    async def resolve(self, outbox_id: UUID, outcome: Outcome, *, by: SignedIn) -> OutboxState:
        """A person's word about an unknown or failed mail. Raises Invalid when it is neither."""
        by.check_can_decide()
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
                now_is = (await uow.outbox.get(outbox_id)).state  # somebody else may have been faster
                raise Invalid(
                    "a mail that is {state} cannot be settled as {outcome}",
                    state=now_is.value,
                    outcome=outcome.value,
                )
            if to is OutboxState.READY:
                await uow.enqueue(look_again(row, 0))
            await note(uow, row, "outbox.mail.resolved", actor=by.actor, outcome=outcome.value)
            return to
