"""Who may send a mail, and whether it may still leave: asked when it is claimed, and again just before its body.

    not yet ─▶ look again later      something changed, or its day is over ─▶ void: back to the queue
    sender died before the body ─▶ claim it anew      … after it ─▶ unknown

Mail leaves in the order of its approval: while an older one of the mailbox waits for the mail server, the others stand
in line behind it, and the server is tried by one mail, not by all.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email import message_from_bytes
from email.parser import BytesHeaderParser
from email.policy import default
from uuid import UUID

from app.db.owing import owe_nothing
from app.db.repositories.ledger import as_contact
from app.db.tables.work import OutboxRow
from app.db.uow import Database, Uow
from app.db.urgency import urgency_of
from app.domain.clock import Clock
from app.domain.copies import of_envelope
from app.domain.errors import StateImpossible
from app.domain.ids import new_id
from app.domain.intents import Reason
from app.domain.job import redraft_job
from app.domain.message import MessageState, advance
from app.domain.review import LEAVING, CaseState, OutboxState, ReviewState
from app.domain.sending import ABOUT_THE_SERVER, COPIES_WAIT, IN_LINE, MINUTE, WAIT_IN_LINE, Pace
from app.domain.urgency import UrgencyWeights
from app.domain.wire import PROPOSAL, load
from app.outbox.notes import look_again, note, wake_next
from app.outbox.outcomes import lost

LOOK_AGAIN = timedelta(seconds=5)
LOOK_AGAIN_AT_MOST = timedelta(minutes=5)
HEADERS = BytesHeaderParser()

DueIn = Callable[[Uow, UUID], Awaitable[timedelta | None]]


@dataclass(frozen=True, slots=True)
class Claimed:
    """A mail that this worker, and no other, may put on the wire. `waits_for_copies`: whom it is for gets it a little
    later rather than somebody in copy not at all."""

    id: UUID
    token: str
    mailbox_id: UUID
    attempts: int
    rfc_message_id: str
    sender: str
    recipients: tuple[str, ...] = field(repr=False)
    waits_for_copies: bool
    raw: bytes = field(repr=False)


class Claiming:
    """`due_in` plans a reminder once more, and says how long it has to wait for its customer's hours; None: it may not
    leave any more."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        *,
        pace: Pace,
        sending_stopped: bool,
        due_in: DueIn,
        weights: UrgencyWeights,
    ) -> None:
        self._database = database
        self._clock = clock
        self._pace = pace
        self._sending_stopped = sending_stopped
        self._due_in = due_in
        self._weights = weights

    async def claim(self, outbox_id: UUID) -> Claimed | None:
        """The mail, if it is to leave now; else what is to become of it has been written down."""
        async with self._database.write() as uow:
            row = await uow.outbox.get(outbox_id)
            if row.state is OutboxState.SENDING and row.has_begun:
                await lost(uow, row)
                return None
            await uow.outbox.release(row.id)
            due_in = await self._due(uow, row)
            if due_in is None or await self._may_never_leave(uow, row):
                await self._void(uow, row)
                return None
            if due_in:
                await self._step_aside(uow, row)
                await self._put_off(uow, row, due_in)
                return None
            await uow.outbox.make_ready(row.id)
            row = await uow.outbox.get(row.id)
            await uow.outbox.lock_grounds(row)
            if row.state is OutboxState.READY and not await _may_go_there(uow, row):
                await self._void(uow, row)
                return None
            wait = await self._wait(uow, row)
            token = str(new_id())
            if wait is None and await uow.outbox.claim(row.id, claimed_by=token):
                return await _claimed(uow, row.id, token, self._clock())
            if wait is None:
                await self._step_aside(uow, row)
            await self._put_off(uow, row, wait or self._soon(row))
            return None

    async def may_begin(self, claimed: Claimed) -> bool:
        """Whether the body may go out; from a yes on, a lost outcome is unknown. A server may have taken minutes to say
        that it takes the mail: whoever stopped mail that nobody approved meanwhile means this one too."""
        async with self._database.write() as uow:
            row = await uow.outbox.get(claimed.id)
            await uow.outbox.lock_grounds(row)
            return not await self._is_stopped(uow, row) and await uow.outbox.begin(row.id, claimed_by=claimed.token)

    async def give_back(self, claimed: Claimed) -> None:
        """The body was held back, since something changed after the claim, or another worker took the mail over."""
        async with self._database.write() as uow:
            if await uow.outbox.release(claimed.id, claimed_by=claimed.token):
                row = await uow.outbox.get(claimed.id)
                await self._step_aside(uow, row)
                await self._put_off(uow, row, self._soon(row))

    async def _may_never_leave(self, uow: Uow, row: OutboxRow) -> bool:
        return await self._is_stopped(uow, row) or await _is_planted(uow, row)

    async def _is_stopped(self, uow: Uow, row: OutboxRow) -> bool:
        """By the kill switch: whatever no person approved."""
        is_stopped = self._sending_stopped or await uow.oversight.is_sending_stopped()
        return is_stopped and not await _is_a_persons_will(uow, row)

    async def _due(self, uow: Uow, row: OutboxRow) -> timedelta | None:
        """How long a reminder has to wait, nothing for other mail; None where it must not leave, or not in time."""
        if row.reminder_id is None or row.state not in LEAVING | {OutboxState.SENDING}:
            return timedelta()
        due_in = await self._due_in(uow, row.reminder_id)
        return None if due_in is None or self._clock() + due_in > row.expires_at else due_in

    async def _wait(self, uow: Uow, row: OutboxRow) -> timedelta | None:
        """How long others come first; None when it is this mail's turn."""
        if row.state is not OutboxState.READY:
            return None
        ahead = await uow.outbox.next_in_line(row.mailbox_id)
        if ahead is not None and ahead.id < row.id:
            if row.last_error not in ABOUT_THE_SERVER:
                await uow.outbox.move(row.id, frm=[OutboxState.READY], to=OutboxState.READY, last_error=IN_LINE)
            return WAIT_IN_LINE
        return await self._wait_for_pace(uow, row)

    async def _wait_for_pace(self, uow: Uow, row: OutboxRow) -> timedelta | None:
        if not (self._pace.of_mailbox or self._pace.to_domain):
            return None
        await (uow.mailboxes.lock_all() if self._pace.to_domain else uow.mailboxes.lock(row.mailbox_id))
        of_mailbox, to_domain = await uow.outbox.left_lately(row, MINUTE)
        limits = [(self._pace.of_mailbox, of_mailbox), (self._pace.to_domain, to_domain)]
        full = [limit for limit, used in limits if limit and used >= limit]
        if not full:
            return None
        await self._step_aside(uow, row)
        return MINUTE * (1 + await uow.outbox.ready_ahead(row) // min(full))

    async def _step_aside(self, uow: Uow, row: OutboxRow) -> None:
        """What keeps this mail concerns it alone: those that stand in line behind it don't wait for it."""
        if row.last_error in ABOUT_THE_SERVER and await uow.outbox.move(
            row.id, frm=[OutboxState.READY], to=OutboxState.READY, last_error=""
        ):
            await wake_next(uow, row)

    def _soon(self, row: OutboxRow) -> timedelta:
        """The longer a mail of its conversation is not read, the later: each look leaves a job behind."""
        return min(max((self._clock() - row.send_after) / 10, LOOK_AGAIN), LOOK_AGAIN_AT_MOST)

    async def _put_off(self, uow: Uow, row: OutboxRow, wait: timedelta) -> None:
        """Void if something that the approval relied on has changed, or its time is over; else look again later."""
        if row.state not in LEAVING:
            return
        if row.expires_at <= self._clock() or await uow.outbox.relies_on_the_past(row.id):
            await self._void(uow, row)
            return
        early = row.send_after - self._clock()
        await uow.enqueue(look_again(row, (early if early > timedelta() else wait).total_seconds()))

    async def _void(self, uow: Uow, row: OutboxRow) -> None:
        """The approval no longer holds: nothing leaves, and the item returns to the queue saying so."""
        if not await uow.outbox.move(row.id, frm=LEAVING, to=OutboxState.CANCELLED, last_error="void"):
            return
        if row.reminder_id is not None:
            await uow.reminders.void(row.reminder_id)
            await uow.enqueue(redraft_job(row.reminder_id, row.id))
        if row.review_id is not None:
            await self._reopen(uow, row.review_id)
        await note(uow, row, "outbox.mail.voided")
        await wake_next(uow, row)

    async def _reopen(self, uow: Uow, review_id: UUID) -> None:
        review = await uow.reviews.get(review_id)
        message = await uow.messages.get_for_update(review.message_id)
        reasons = list(dict.fromkeys([*review.reasons, Reason.CHANGED_SINCE_APPROVAL.value]))
        again = await urgency_of(uow, message, reasons, review.at_stake, self._weights)
        await uow.reviews.reopen(review.id, from_state=ReviewState.APPROVED, reasons=reasons, urgency=again)
        message.state = advance(message.state, MessageState.PENDING)
        await uow.cases.follow_review(message.id, message.run, to=CaseState.PROPOSED, by=None)
        await owe_nothing(uow, message.id)


async def _claimed(uow: Uow, outbox_id: UUID, token: str, now: datetime) -> Claimed:
    """Raises StateImpossible where the row names other bytes than those that were made for it: whoever may write to the
    database cannot seal a mail, but could have one customer's sent to another."""
    row = await uow.outbox.get(outbox_id)
    raw = await uow.words.get(row.raw_id)
    if f"<{row.id}@" not in str(HEADERS.parsebytes(raw)["Message-ID"]):
        raise StateImpossible("the mail is not the one that was approved")
    mailbox = await uow.mailboxes.get(row.mailbox_id)
    key = await uow.words.key(row.conversation_id)
    return Claimed(
        id=row.id,
        token=token,
        mailbox_id=mailbox.id,
        attempts=row.attempts,
        rfc_message_id=row.rfc_message_id,
        sender=mailbox.address,
        recipients=of_envelope(key.open(row.id, row.envelope)),
        waits_for_copies=now < row.send_after + COPIES_WAIT or row.last_error in ABOUT_THE_SERVER,
        raw=raw,
    )


async def _may_go_there(uow: Uow, row: OutboxRow) -> bool:
    """Whether all who get a copy are still contacts who may be written to, and whoever gets files an active one."""
    if not row.has_copies and not row.has_files:
        return True
    if row.customer_id is None:
        return False
    key = await uow.words.key(row.conversation_id)
    recipient, *copied = of_envelope(key.open(row.id, row.envelope))
    contacts = [as_contact(contact) for contact in await uow.ledger.contacts(row.customer_id)]
    active = {contact.email.casefold() for contact in contacts if contact.active}
    mailable = {contact.email.casefold() for contact in contacts if contact.may_be_written_to}
    return {*copied} <= mailable and (not row.has_files or recipient.casefold() in active)


async def _is_a_persons_will(uow: Uow, row: OutboxRow) -> bool:
    """Whether a person approved the mail."""
    if row.reminder_id is not None:
        return (await uow.reminders.get(row.reminder_id)).decided_by is not None
    return row.review_id is not None and (await uow.reviews.get(row.review_id)).decided_by is not None


async def _is_planted(uow: Uow, row: OutboxRow) -> bool:
    """Whether the mail says what a test item of its conversation said, whoever approved it: such words never leave.

    Unless they are true by now: the draft that was made for this very mail says the same.
    """
    planted = await uow.planted.of_conversation(row.conversation_id)
    if not planted or row.review_id is None:
        return False
    review = await uow.reviews.get(row.review_id)
    said = await asyncio.to_thread(_said_in, await uow.words.get(row.raw_id))
    draft = load(PROPOSAL, await uow.words.get((await uow.reviews.proposal(review)).payload_id)).draft
    drafted = _folded(draft.body) if draft else ""
    bodies = (_folded(fault.draft.body) for fault in planted)
    return any(body in said and body not in drafted for body in bodies)


def _said_in(raw: bytes) -> str:
    text = message_from_bytes(raw, policy=default).get_body(("plain",))
    return _folded(text.get_content()) if text else ""


def _folded(text: str) -> str:
    return " ".join(text.split())
