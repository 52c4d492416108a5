"""What else is done with a review that waits: given to somebody, put off, handed up, talked about; and its mail sent at
once. None of it decides anything, but that handing up a test item answers it."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from app.db.tables.system import Chain
from app.db.tables.work import ReviewRow
from app.db.uow import Database, Uow
from app.domain.clock import Clock
from app.domain.errors import Invalid
from app.domain.job import send_job
from app.domain.people import SignedIn
from app.domain.review import DECIDERS, SENIORS, OutboxState, Role
from app.domain.text import PLACEHOLDER
from app.review.planted import concluded

LONGEST_SNOOZE = timedelta(days=92)
LONGEST_NOTE = 4_000

REVEAL_REASONS = frozenset({"answer_customer", "find_payment", "find_customer", "call_back", "data_request", "other"})


class DeskService:
    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def assign(self, review_id: UUID, to: UUID | None, *, version: int, by: SignedIn) -> None:
        """Give a review to somebody who decides, or (None) to nobody. Raises NotAllowed, Invalid, NotFound or
        ReviewAlreadyDecided."""
        by.check_can_decide()
        async with self._database.write() as uow:
            await _check_person(uow, to, DECIDERS)
            review = await uow.reviews.change(review_id, version=version, assignee_id=to)
            _audit(uow, "review.item.assigned", review, by, assignee_id=to)

    async def escalate(self, review_id: UUID, to: UUID, note: str, *, version: int, by: SignedIn) -> None:
        """Hand a review to a manager, and say why. Raises NotAllowed, Invalid, NotFound, ReviewAlreadyDecided or
        WasPlanted."""
        by.check_can_decide()
        words = _checked_note(note)
        async with self._database.write() as uow:
            await _check_person(uow, to, SENIORS)
            test = await concluded(uow, review_id, version=version, by=by, approves=False)
            if test is None:
                review = await uow.reviews.change(review_id, version=version, assignee_id=to, snoozed_until=None)
                note_id = await uow.words.put(review.conversation_id, "remark", words)
                _audit(uow, "review.item.escalated", review, by, assignee_id=to, note_id=note_id)
        if test is not None:
            raise test

    async def snooze(self, review_id: UUID, until: datetime | None, *, version: int, by: SignedIn) -> None:
        """Put a review off until a moment, or (None) take it up again. Raises NotAllowed, Invalid, NotFound or
        ReviewAlreadyDecided."""
        by.check_can_decide()
        now = self._clock()
        if until is not None and not now < until <= now + LONGEST_SNOOZE:
            raise Invalid("a mail can be put off until a moment within the next three months")
        async with self._database.write() as uow:
            review = await uow.reviews.change(review_id, version=version, snoozed_until=until)
            moment = until.isoformat() if until else None
            _audit(uow, "review.item.snoozed", review, by, snoozed_until=moment)

    async def remark(self, review_id: UUID, note: str, *, by: SignedIn) -> None:
        """Note something for colleagues, sealed with the words of the conversation. It enters no prompt and no mail.

        Raises NotAllowed, Invalid or NotFound.
        """
        by.check_can_decide()
        words = _checked_note(note)
        async with self._database.write() as uow:
            review = await uow.reviews.get(review_id)
            note_id = await uow.words.put(review.conversation_id, "remark", words)
            _audit(uow, "review.item.remarked", review, by, note_id=note_id)

    async def reveal(self, review_id: UUID, placeholder: str, *, reason: str, words: str = "", by: SignedIn) -> str:
        """What a placeholder hides. Who looked, at which and why is noted in the chain of reads; their own words are
        sealed with the conversation. Raises NotAllowed, Invalid or NotFound."""
        by.check_can_decide()
        if reason not in REVEAL_REASONS:
            raise Invalid("say why it is revealed: choose a reason")
        words = _checked_note(words) if reason == "other" or words.strip() else ""
        async with self._database.write() as uow:
            review = await uow.reviews.get(review_id)
            vault = await uow.words.vault(review.conversation_id)
            if not PLACEHOLDER.fullmatch(placeholder) or placeholder not in vault:
                raise Invalid("this conversation has no such placeholder")
            said = {"placeholder": placeholder[1:-1], "reason": reason}
            said_id = await uow.words.put(review.conversation_id, "reveal", words) if words else None
            _audit(uow, "review.placeholder.revealed", review, by, chain=Chain.ACCESS, **said, words_id=said_id)
        return vault[placeholder]

    async def send_now(self, review_id: UUID, *, by: SignedIn) -> None:
        """Give up the rest of the undo window. Raises NotAllowed, NotFound, or Invalid where nothing waits."""
        by.check_can_decide()
        async with self._database.write() as uow:
            review = await uow.reviews.get(review_id)
            row = await uow.outbox.of_review(review_id)
            waiting = (OutboxState.WAITING,)
            if row is None or not await uow.outbox.move(
                row.id, frm=waiting, to=OutboxState.WAITING, send_after=self._clock()
            ):
                raise Invalid("no answer of this case is waiting to leave")
            await uow.enqueue(send_job(row.id, row.conversation_id, delay_seconds=0, again="-now"))
            _audit(uow, "review.item.hurried", review, by, outbox_id=row.id)


async def _check_person(uow: Uow, user_id: UUID | None, roles: frozenset[Role]) -> None:
    user = await uow.users.get(user_id) if user_id else None
    if user_id is not None and (user is None or not user.active or user.role not in roles):
        raise Invalid("choose somebody who may decide about it")


def _checked_note(note: str) -> str:
    words = note.strip()
    if not words:
        raise Invalid("the note is empty")
    if len(words) > LONGEST_NOTE:
        raise Invalid("the note is longer than {most} characters", most=LONGEST_NOTE)
    return words


def _audit(uow: Uow, kind: str, review: ReviewRow, by: SignedIn, chain: Chain = Chain.DECISIONS, **refs: Any) -> None:
    uow.audit.add(
        kind,
        actor=by.actor,
        chain=chain,
        review_id=review.id,
        message_id=review.message_id,
        conversation_id=review.conversation_id,
        version=review.version,
        **refs,
    )
