"""What became of a mail, written down: at once, or found out later where the provider files sent mail."""

import asyncio
from collections.abc import Callable, Sequence
from uuid import UUID

import structlog
from sqlalchemy.exc import SQLAlchemyError

from app.db.reachability import mark_contact
from app.db.tables.ledger import ContactRow
from app.db.tables.mail import SentCopy
from app.db.tables.work import OutboxRow
from app.db.uow import Database, Uow
from app.domain.clock import Clock
from app.domain.contact import Reachability
from app.domain.errors import Unreachable
from app.domain.ports import Delivery, SendResult, SentFolder
from app.domain.review import OutboxState
from app.domain.sending import ABOUT_THE_SERVER, NO_SUCH_ADDRESS, Pace
from app.outbox.notes import look_again, note, wake_next

RECONCILE_SECONDS = (30.0, 105.0, 120.0, 300.0, 3600.0)
"""When a mail of unknown outcome is looked for again where the provider files sent mail."""

COPY_SECONDS = (0.0, 75.0, 90.0, 300.0, 3600.0)
"""When a sent mail is filed in Sent where the provider does not do it; later than the first only if that failed.

75 s after a try in vain, the watcher has hung up for it where there is one connection for all (`borrowing.py`)."""

NOTE_AGAIN_SECONDS = 1.0
NOTE_TRIES = 300
"""A known outcome is worth minutes of waiting for a database that is away."""

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

log = structlog.get_logger()


class Outcomes:
    """`luck` scatters the waits: a number from 0 to 1, another one at each call."""

    def __init__(
        self,
        database: Database,
        sent_folder: SentFolder,
        clock: Clock,
        *,
        pace: Pace,
        luck: Callable[[], float],
    ) -> None:
        self._database = database
        self._sent_folder = sent_folder
        self._clock = clock
        self._pace = pace
        self._luck = luck

    async def record_surely(self, outbox_id: UUID, token: str, delivery: Delivery) -> None:
        """Write down what is known, however long the database is away: forgotten, it would be unknown."""
        for _ in range(NOTE_TRIES):
            try:
                return await self._record(outbox_id, token, delivery)
            except (SQLAlchemyError, OSError) as error:
                log.warning("outbox.outcome.waits", outbox_id=str(outbox_id), error=type(error).__name__)
                await asyncio.sleep(NOTE_AGAIN_SECONDS)
        return await self._record(outbox_id, token, delivery)

    async def reconcile(self, outbox_id: UUID) -> None:
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
                    await note(uow, row, "outbox.mail.found")

    async def file_copy(self, outbox_id: UUID) -> None:
        """Into the Sent folder, where the provider does not do it. A mail that was sent is sent without it too."""
        async with self._database.read() as uow:
            row = await uow.outbox.get(outbox_id)
            if not row.is_copy_due:
                return
            raw = await uow.words.get(row.raw_id)
        try:
            if not await self._sent_folder.has_message(row.mailbox_id, row.rfc_message_id):
                await self._sent_folder.append(row.mailbox_id, raw)
        except Unreachable:
            log.warning("outbox.copy.not_filed", outbox_id=str(outbox_id))
            return
        async with self._database.write() as uow:
            await uow.outbox.move(outbox_id, frm=list(OutboxState), to=row.state, is_copy_due=False)

    async def _record(self, outbox_id: UUID, token: str, delivery: Delivery) -> None:
        """Whoever holds the claim says what came of it, even after it was taken for dead or settled by a person:
        a mail that was sent is sent."""
        async with self._database.write() as uow:
            row = await uow.outbox.get(outbox_id)
            if row.claimed_by != token or not await self._move(uow, row, delivery):
                return
            await note(uow, row, EVENTS[delivery.result], detail=delivery.detail)
            if row.is_copy_due:
                await uow.enqueue(*(look_again(row, delay) for delay in COPY_SECONDS))
            if delivery.result is SendResult.REFUSED:
                await self._note_dead_address(uow, row, delivery.detail)
            if delivery.result is SendResult.SENT and delivery.refused_recipients:
                await self._note_refused_copies(uow, row, delivery.refused_recipients)
            if delivery.result is SendResult.UNKNOWN:
                await uow.enqueue(*(look_again(row, delay) for delay in RECONCILE_SECONDS))
            if not (delivery.result is SendResult.TRY_LATER and delivery.detail in ABOUT_THE_SERVER):
                await wake_next(uow, row)

    @staticmethod
    async def _note_dead_address(uow: Uow, row: OutboxRow, detail: str) -> None:
        """The server that was to take the mail knows that there is no such recipient: no bounce will come to say so."""
        contact = await uow.session.get(ContactRow, row.contact_id) if row.contact_id else None
        if contact is not None:
            await _mark_dead(uow, row, contact, detail)

    @staticmethod
    async def _note_refused_copies(uow: Uow, row: OutboxRow, refused: Sequence[tuple[str, str]]) -> None:
        """The mail is sent all the same: whom it is for has it."""
        await note(uow, row, "outbox.copy.refused", detail=", ".join(code for _, code in refused))
        for address, code in refused:
            for contact in await uow.contacts.at(address.casefold()):
                if contact.customer_id == row.customer_id:
                    await _mark_dead(uow, row, contact, code)

    async def _move(self, uow: Uow, row: OutboxRow, delivery: Delivery) -> bool:
        if delivery.result is SendResult.SENT:
            files = (await uow.mailboxes.get(row.mailbox_id)).sent_copy is SentCopy.APPEND
            values = {"sent_at": self._clock(), "last_error": "", "is_copy_due": files}
            return await uow.outbox.move(row.id, frm=UNSETTLED, to=OutboxState.SENT, **values)
        wait = self._pace.wait_after(row.attempts, self._luck(), because=delivery.detail)
        is_later = delivery.result is SendResult.TRY_LATER
        moved = await uow.outbox.move(
            row.id,
            frm=[OutboxState.SENDING],
            to=STATE_AFTER[delivery.result],
            last_error=delivery.detail[:64],
            next_attempt_at=self._clock() + wait if is_later else None,
        )
        if moved and is_later:
            await uow.enqueue(look_again(row, wait.total_seconds()))
        return moved


async def _mark_dead(uow: Uow, row: OutboxRow, contact: ContactRow, code: str) -> None:
    if contact.reachability is Reachability.OK and NO_SUCH_ADDRESS.search(code):
        await mark_contact(
            uow, contact, Reachability.BOUNCED, about=row.id, status=code, conversation_id=row.conversation_id
        )


async def lost(uow: Uow, row: OutboxRow, *, because: str = "worker_died") -> None:
    """The body may have been on the wire: nobody knows, and nobody sends it again by itself.

    Its sender died, or the database was restored from a backup that is older than its sending may be.
    """
    await uow.outbox.move(row.id, frm=[row.state], to=OutboxState.UNKNOWN, last_error=because)
    await note(uow, row, "outbox.mail.unknown", detail=because)
    await uow.enqueue(*(look_again(row, delay) for delay in RECONCILE_SECONDS))
