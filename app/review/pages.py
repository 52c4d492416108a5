"""What each page of the review UI shows, read from the database in one transaction a page."""

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from datetime import timedelta
from typing import TypeVar
from uuid import UUID

from app.db.repositories.imports import Imports
from app.db.tables.mail import MailboxKind, MailboxRow, MessageRow
from app.db.tables.work import OutboxRow
from app.db.uow import Database, Uow
from app.domain.clock import Clock
from app.domain.copies import of_envelope
from app.domain.errors import NotFound, ReviewAlreadyDecided
from app.domain.freshness import Freshness, freshness, least_fresh, newest_by_company
from app.domain.intents import Reason
from app.domain.message import MessageState
from app.domain.people import SignedIn
from app.domain.policy import LedgerPolicy, Policy
from app.domain.proposal import Proposal
from app.domain.review import LEAVING, OutboxState, ReviewState
from app.domain.text import text_of
from app.domain.wire import PROPOSAL, load
from app.reading.differences import compare
from app.review.casefile import Setting, case_view
from app.review.drafts import answer_of
from app.review.files import open_case, open_reading
from app.review.item_view import CaseView
from app.review.ledger_panel import amount
from app.review.mails import language_of, mail_view, sent_text
from app.review.view import (
    Conflict,
    Listed,
    NoAnswerRow,
    Preview,
    QuarantineRow,
    SentRow,
)
from app.web.frame import Counts, MailboxStatus, Status

LISTED = 200
Row = TypeVar("Row")
View = TypeVar("View")
EXCERPT = 160
MAX_AGE = LedgerPolicy().max_age
NOTHING_REVEALED: Mapping[str, str] = {}
STALE = timedelta(minutes=10)
"""A watched mailbox is read every half a minute; one that was not read for so long says so."""


class ReviewPages:
    """Builds views; changes nothing."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        *,
        undo_seconds: int,
        max_age: timedelta = MAX_AGE,
        policy: Policy,
    ) -> None:
        self._database = database
        self._clock = clock
        self._undo = timedelta(seconds=undo_seconds)
        self._max_age = max_age
        self._policy = policy

    async def frame(self) -> tuple[Counts, Status]:
        """What the frame of every page shows: how many mails are where, and what is out of order."""
        async with self._database.read() as uow:
            by_state = await uow.messages.counts()
            status = await self._status(uow)
        return Counts(received=sum(by_state.values()), **{state.value: n for state, n in by_state.items()}), status

    async def case(
        self,
        review_id: UUID,
        *,
        reader: SignedIn,
        editing: bool,
        revealed: Mapping[str, str] = NOTHING_REVEALED,
        written: tuple[str, str] | None = None,
    ) -> CaseView:
        """`written`: the subject and the text that stand in the editor. Raises NotFound."""
        async with self._database.read() as uow:
            setting = Setting(
                now=self._clock(),
                reader=reader.id,
                can_decide=reader.can_decide,
                policy=self._policy,
                undo=self._undo,
                editing=editing,
                place=(0, 0),
                revealed=revealed,
                written=written,
            )
            return await case_view(uow, await open_case(uow, review_id), setting)

    async def no_answer(
        self, chosen: UUID | None, *, after: UUID | None = None
    ) -> tuple[Listed[NoAnswerRow], Preview | None]:
        """A page of the list, and the chosen mail or the first. Raises NotFound for one that there is not."""
        async with self._database.read() as uow:
            messages = await uow.messages.page(
                state=MessageState.NO_ANSWER, after=after, limit=LISTED + 1, newest_first=True
            )
            rows = await _readable(self._no_answer_row, uow, messages[:LISTED])
            wanted = chosen or (UUID(rows[0].message_id) if rows else None)
            preview = await self._chosen(uow, await uow.messages.get(wanted)) if wanted else None
        return Listed(rows, _following(messages)), preview

    async def _chosen(self, uow: Uow, message: MessageRow) -> Preview | None:
        """A mail of the list, however far down. None where it is not in it any more, or its words were erased."""
        if message.state is not MessageState.NO_ANSWER:
            return None
        rows = await _readable(self._no_answer_row, uow, [message])
        return await self._preview(uow, message, rows[0]) if rows else None

    async def sent(self, *, after: UUID | None = None) -> Listed[SentRow]:
        async with self._database.read() as uow:
            found = await uow.outbox.page(state=None, after=after, limit=LISTED + 1, newest_first=True)
            rows = [row for row in found[:LISTED] if row.state is not OutboxState.CANCELLED]
            return Listed(await _readable(self._sent_row, uow, rows), _following(found))

    async def quarantine(self, *, after: UUID | None = None) -> Listed[QuarantineRow]:
        async with self._database.read() as uow:
            messages = await uow.messages.page(
                state=MessageState.QUARANTINED, after=after, limit=LISTED + 1, newest_first=True
            )
            following, messages = _following(messages), messages[:LISTED]
            heads = await uow.messages.heads(messages)
            mailboxes = {mailbox.id: mailbox.name for mailbox in await uow.mailboxes.all()}
            rows = tuple(
                QuarantineRow(
                    message_id=str(message.id),
                    mailbox=mailboxes[message.mailbox_id],
                    reason=message.error,
                    attempts=message.attempts,
                    received_at=message.received_at,
                    sender=heads[message.id].sender.email if message.id in heads else "",
                    subject=heads[message.id].subject if message.id in heads else "",
                )
                for message in messages
            )
            return Listed(rows, following)

    async def conflict(
        self, review_id: UUID, lost: ReviewAlreadyDecided, *, version: int, subject: str = "", body: str = ""
    ) -> Conflict:
        """Both texts of a lost race, beside each other."""
        async with self._database.read() as uow:
            case = await open_case(uow, review_id)
            answer = await answer_of(uow, case) if case.review.state is ReviewState.APPROVED else None
            theirs = answer.body if answer else ""
            customer = await uow.ledger.customer(case.review.customer_id) if case.review.customer_id else None
            has_newer_mail = await uow.reviews.has_newer_mail(case.review)
        left, right = compare(theirs, body) if body and theirs else ((), compare("", body)[1] if body else ())
        leaving = case.outbox is not None and case.outbox.state in LEAVING
        return Conflict(
            review_id=str(review_id),
            state=lost.state,
            decided_by=lost.decided_by or "Duebox",
            decided_at=lost.decided_at or self._clock(),
            version=lost.version,
            your_version=version,
            customer=customer.name if customer else "",
            send_at=case.outbox.send_after if case.outbox is not None and leaving else None,
            language=case.proposal.language,
            theirs=left,
            yours=right,
            has_newer_mail=has_newer_mail,
            subject=subject,
            body=body,
        )

    async def raw_of(self, message_id: UUID) -> bytes:
        """The bytes of a mail, for its framed HTML and its attachments."""
        async with self._database.read() as uow:
            return await uow.words.get((await uow.messages.get(message_id)).raw_id)

    async def _no_answer_row(self, uow: Uow, message: MessageRow) -> NoAnswerRow:
        saved = await uow.messages.latest_proposal(message.id)
        if saved is None:
            raise NotFound("no proposal")
        read = await open_reading(uow, message)
        sender = read.mail.head.sender
        customer = await uow.ledger.customer(message.customer_id) if message.customer_id else None
        words = text_of(read.parts.new, read.mail.text, " ") or read.mail.text
        return NoAnswerRow(
            message_id=str(message.id),
            sender=customer.name if customer else sender.name or sender.email,
            subject=read.mail.head.subject,
            excerpt=" ".join(words.split())[:EXCERPT],
            language=read.language,
            received_at=message.received_at,
            intent=saved.intents[0] if saved.intents else "unrelated",
            rule=saved.rule,
            confidence=saved.confidence,
        )

    async def _preview(self, uow: Uow, message: MessageRow, row: NoAnswerRow) -> Preview:
        saved = await uow.messages.latest_proposal(message.id)
        proposal: Proposal | None = load(PROPOSAL, await uow.words.get(saved.payload_id)) if saved else None
        read = await open_reading(uow, message)
        account = await uow.ledger.account(message.customer_id) if message.customer_id else None
        sender = read.mail.head.sender.email
        contact = next((c for c in account.contacts if c.email == sender), None) if account else None
        return Preview(
            row=row,
            mail=mail_view(message, read, proposal),
            customer=account.name if account else "",
            contact_role=contact.role.value if contact else "",
            open=tuple(amount(money) for money in account.outstanding) if account else (),
        )

    async def _sent_row(self, uow: Uow, row: OutboxRow) -> SentRow:
        subject, body = await sent_text(uow, row)
        review = await uow.reviews.get(row.review_id) if row.review_id else None
        key = await uow.words.key(row.conversation_id)
        customer = await uow.ledger.customer(row.customer_id) if row.customer_id else None
        return SentRow(
            outbox_id=str(row.id),
            href=f"/reviews/{row.review_id}" if row.review_id else f"/reminders/{row.reminder_id}",
            state=row.state.value,
            to=", ".join(of_envelope(key.open(row.id, row.envelope))),
            subject=subject,
            body=body,
            language=await language_of(uow, row),
            at=row.sent_at or row.send_after,
            customer=customer.name if customer else "",
            attempts=row.attempts,
            last_error=row.last_error,
            review_id=str(row.review_id or ""),
            version=review.version if review else 0,
        )

    async def _status(self, uow: Uow) -> Status:
        delayed = [
            row for row in await uow.outbox.page(state=OutboxState.READY, after=None, limit=LISTED) if row.last_error
        ]
        unknown = await uow.outbox.page(state=OutboxState.UNKNOWN, after=None, limit=LISTED)
        newest = await uow.messages.newest_proposal()
        is_away = newest is not None and Reason.MODEL_UNAVAILABLE.value in newest.reasons
        return Status(
            mailboxes=tuple(self._mailbox_status(row) for row in await uow.mailboxes.all() if not row.is_removed),
            send_error=delayed[-1].last_error if delayed else "",
            delayed=len(delayed),
            unknown=len(unknown),
            model_away_at=newest.created_at if newest is not None and is_away else None,
            ledger=await self._ledger(uow),
        )

    async def _ledger(self, uow: Uow) -> Freshness:
        newest = newest_by_company(await Imports(uow.session).whole())
        return least_fresh([freshness(at, self._clock(), self._max_age) for at in newest.values()])

    def _mailbox_status(self, row: MailboxRow) -> MailboxStatus:
        is_watched = row.kind is MailboxKind.IMAP
        if not row.active:
            return MailboxStatus(row.name, is_watched, row.last_read_at, is_paused=True)
        is_stale = is_watched and row.last_read_at is not None and row.last_read_at < self._clock() - STALE
        return MailboxStatus(row.name, is_watched, row.last_read_at, row.last_error or ("not_read" if is_stale else ""))


def _following(found: Sequence[MessageRow] | Sequence[OutboxRow]) -> str:
    """The id after which the next page begins, where there is one."""
    return str(found[LISTED - 1].id) if len(found) > LISTED else ""


async def _readable(build: Callable[[Uow, Row], Awaitable[View]], uow: Uow, rows: Iterable[Row]) -> tuple[View, ...]:
    """The rows of a list as their page shows them, without those whose words were erased."""
    views = []
    for row in rows:
        with suppress(NotFound):
            views.append(await build(uow, row))
    return tuple(views)
