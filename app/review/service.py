"""Decisions. Each is a compare-and-set on (review, state, version): of two people, two clicks or two tabs, one wins.

approve, edit ─▶ outbox row and send job      ignore ─▶ decided, nothing leaves
send back ─────▶ a new run with the note      undo ───▶ back to pending, while the mail has not left
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import structlog

from app.db.owing import owe_documents, owe_nothing
from app.db.tables.work import ReviewRow
from app.db.traces import Beside, decision
from app.db.uow import Database, Uow
from app.db.urgency import urgency_of
from app.domain.amending import amended_proposal
from app.domain.clock import Clock
from app.domain.errors import Invalid, SecondPersonNeeded
from app.domain.ids import new_id
from app.domain.intents import Reason
from app.domain.job import triage_job
from app.domain.message import MessageState, advance
from app.domain.people import DUEBOX, SignedIn
from app.domain.policy import Policy
from app.domain.proposal import Proposal
from app.domain.review import NOT_LEFT, Action, CaseState, OutboxState, ReviewState, may_become
from app.domain.wire import PROPOSAL, load
from app.reading.trust.ibans import check_ours
from app.review.answer import fix_answer
from app.review.automatic import FIRST_VERSION, may_leave_alone
from app.review.awaited import check_not_behind, missing_for_answer
from app.review.enclosing import NO_FILES, Ready, owed_at, ready
from app.review.planted import concluded
from app.review.reply import Reply, check_may_write, reply_of, written
from app.review.second import check_second
from app.review.stakes import open_sums

IGNORE_REASONS = frozenset(
    {"no_answer_needed", "handled_otherwise", "draft_wrong", "duplicate", "not_for_us", "spam", "fraud"}
)
"""`draft_wrong`: the draft was rejected, and a person answers by hand."""

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Decided:
    """What a decision led to."""

    id: UUID
    version: int
    state: ReviewState
    outbox_id: UUID | None = None
    send_after: datetime | None = None


class ReviewService:
    def __init__(self, database: Database, policy: Policy, clock: Clock, *, undo_seconds: int) -> None:
        self._database = database
        self._policy = policy
        self._clock = clock
        self._undo = timedelta(seconds=undo_seconds)

    async def decide(  # noqa: PLR0913  # the four verbs' own words
        self,
        review_id: UUID,
        action: Action,
        *,
        version: int,
        by: SignedIn,
        subject: str | None = None,
        body: str | None = None,
        note: str = "",
        reason: str = "",
        removed: Collection[UUID] = (),
    ) -> Decided:
        """One of the four verbs; `removed` are proposed cases that an approval does not confirm. Raises NotAllowed,
        NotFound, Invalid, ReviewAlreadyDecided, WordNoted where a second person has to do the very same, or WasPlanted:
        then the draft was a test item, and nothing was done."""
        by.check_can_decide()
        edited = written(subject, body) if action is Action.EDIT else None
        if edited is not None:
            await self._check_accounts(review_id, edited)
        if action is Action.SEND_BACK and not note.strip():
            raise Invalid("say what should be different: the note goes to the next run")
        wait: SecondPersonNeeded | None = None
        approves = action in {Action.APPROVE, Action.EDIT}
        files = await self._files(review_id, in_own_words=edited is not None) if approves else NO_FILES
        async with decision(self._database, review_id, action), self._database.write() as uow:
            test = await concluded(uow, review_id, version=version, by=by, approves=approves, edited=edited)
            if test is None and approves:
                wait = await missing_for_answer(
                    uow, self._policy, review_id, version=version, by=by, edited=edited, files=files, removed=removed
                )
            if test is None and wait is None:
                match action:
                    case Action.APPROVE | Action.EDIT:
                        return await self._approve(
                            uow, review_id, version=version, by=by, edited=edited, files=files, removed=removed
                        )
                    case Action.SEND_BACK:
                        return await self._send_back(uow, review_id, version=version, by=by, note=note)
                    case Action.IGNORE:
                        return await self._ignore(uow, review_id, version=version, by=by, reason=reason)
        raise wait or test or AssertionError(action)

    async def _check_accounts(self, review_id: UUID, edited: Reply) -> None:
        async with self._database.read() as uow:
            others = await uow.ledger.numbers((await uow.reviews.get(review_id)).customer_id)
        check_ours(edited.subject, edited.body, self._policy.accounts, others)

    async def _files(self, review_id: UUID, *, in_own_words: bool = False) -> Ready:
        async with self._database.read() as uow:
            return await ready(uow, await uow.reviews.get(review_id), self._policy, in_own_words=in_own_words)

    async def undo(self, review_id: UUID, *, by: SignedIn) -> Decided:
        """Take an approval, an "ignore" or a noted call back. Raises Invalid when the mail has left already."""
        by.check_can_decide()
        async with decision(self._database, review_id, Beside.UNDO), self._database.write() as uow:
            review = await uow.reviews.get(review_id)
            if not may_become(review.state, ReviewState.PENDING):
                raise await uow.reviews.conflict(review)
            outbox = await uow.outbox.of_review(review_id) if review.state is ReviewState.APPROVED else None
            if outbox is not None and not await uow.outbox.move(outbox.id, frm=NOT_LEFT, to=OutboxState.CANCELLED):
                raise Invalid("the mail has left, or is leaving just now, and cannot be called back")
            version = await uow.reviews.reopen(review_id, from_state=review.state)
            message = await uow.messages.get_for_update(review.message_id)
            if message.state is not MessageState.PENDING:  # a call that is taken back had decided nothing
                message.state = advance(message.state, MessageState.PENDING)
                await uow.cases.follow_review(message.id, message.run, to=CaseState.PROPOSED, by=None)
                await owe_nothing(uow, message.id)
            uow.audit.add(
                "review.item.undone",
                actor=by.actor,
                review_id=review_id,
                message_id=message.id,
                conversation_id=message.conversation_id,
                outbox_id=outbox.id if outbox else None,
            )
        return Decided(review_id, version, ReviewState.PENDING)

    async def needs_answer(self, message_id: UUID, *, by: SignedIn) -> None:
        """A mail of the *no answer* list does need one: it goes to the queue, and counts as a miss."""
        by.check_can_decide()
        async with self._database.write() as uow:
            message = await uow.messages.get_for_update(message_id)
            proposal = await uow.messages.latest_proposal(message_id)
            if message.state is not MessageState.NO_ANSWER or proposal is None:
                raise Invalid("this mail is not in the no-answer list any more")
            message.state = advance(message.state, MessageState.PENDING)
            stake = next(iter(await open_sums(uow, message.customer_id)), None)
            review = ReviewRow(
                id=new_id(),
                message_id=message.id,
                proposal_id=proposal.id,
                conversation_id=message.conversation_id,
                customer_id=message.customer_id,
                state=ReviewState.PENDING,
                version=1,
                rule=proposal.rule,
                reasons=[Reason.LOW_CONFIDENCE.value],
                at_stake=stake.amount if stake else None,
                currency=stake.currency if stake else None,
                opened_at=self._clock(),
            )
            uow.reviews.add(review, await urgency_of(uow, message, review.reasons, review.at_stake, self._policy.queue))
            uow.audit.add(
                "review.message.needs_answer",
                actor=by.actor,
                message_id=message.id,
                conversation_id=message.conversation_id,
                review_id=review.id,
                proposal_id=proposal.id,
            )

    async def work(self, review_id: str) -> None:
        """The job that approves an answer which may leave without a person."""
        asked = UUID(review_id)
        if not await may_leave_alone(self._database, self._policy, asked):
            return
        files = await self._files(asked)
        async with decision(self._database, asked, Action.APPROVE), self._database.write() as uow:
            if not await missing_for_answer(
                uow, self._policy, asked, version=FIRST_VERSION, by=DUEBOX, edited=None, files=files
            ):
                await self._approve(uow, asked, version=FIRST_VERSION, by=DUEBOX, edited=None, files=files)

    async def give_up(self, review_id: str, error: str) -> None:
        """It stays in the queue, where a person finds it."""
        log.error("review.approval.failed", review_id=review_id, error=error)

    async def _approve(
        self,
        uow: Uow,
        review_id: UUID,
        *,
        version: int,
        by: SignedIn,
        edited: Reply | None,
        files: Ready,
        removed: Collection[UUID] = (),
    ) -> Decided:
        if edited is not None:
            check_may_write(await uow.reviews.get(review_id), by)
        await check_second(uow, review_id, version=version, by=by, accepts=True)
        review = await uow.reviews.decide(
            review_id,
            version=version,
            to=ReviewState.APPROVED,
            decided_at=self._clock(),
            decided_by=by.id,
            action=(Action.EDIT if edited else Action.APPROVE).value,
        )
        proposal = await self._proposal(uow, review)
        if edited is None:
            await check_not_behind(uow, review)
        is_behind = edited is not None and await uow.guidance.is_draft_behind(review)
        draft = await uow.guidance.draft(review_id) or proposal.draft
        reply = reply_of(review, draft, proposal.language, edited, by)
        others = await uow.ledger.numbers(review.customer_id)
        check_ours(reply.subject, reply.body, self._policy.accounts, others)
        message = await uow.messages.get_for_update(review.message_id)
        message.state = advance(message.state, MessageState.DECIDED)
        review.edited_id = (
            await uow.words.put(review.conversation_id, "edit", edited.as_json()) if edited is not None else None
        )
        await uow.cases.follow_review(message.id, message.run, to=CaseState.CONFIRMED, by=by.id, beside=removed)
        outbox, raw = await fix_answer(uow, review, message, reply, files, by=by, undo=self._undo, policy=self._policy)
        owed = owed_at(proposal, draft, files.enclosed, files.numbers, is_behind=is_behind)
        is_owed = await owe_documents(uow, review, owed)
        uow.audit.add(
            "review.item.approved",
            actor=by.actor,
            review_id=review_id,
            message_id=message.id,
            conversation_id=message.conversation_id,
            version=review.version,
            edited=edited is not None,
            edited_id=review.edited_id,
            outbox_id=outbox.id,
            has_copies=outbox.has_copies,
            files=files.enclosed.ids or None,
            file_hashes=[await uow.words.salted_hash(review.conversation_id, one.content) for one in files.attachments]
            or None,
            documents_owed=is_owed or None,
            removed_cases=[str(one) for one in removed],
            raw_hash=await uow.words.salted_hash(review.conversation_id, raw),
        )
        return Decided(review_id, review.version, review.state, outbox.id, outbox.send_after)

    async def _send_back(self, uow: Uow, review_id: UUID, *, version: int, by: SignedIn, note: str) -> Decided:
        review = await uow.reviews.decide(
            review_id,
            version=version,
            to=ReviewState.SENT_BACK,
            decided_at=self._clock(),
            decided_by=by.id,
            action=Action.SEND_BACK.value,
        )
        message = await uow.messages.get_for_update(review.message_id)
        await uow.cases.follow_review(message.id, message.run, to=CaseState.REMOVED, by=by.id)
        message.state = advance(message.state, MessageState.IN_WORK)
        message.run += 1
        message.note_id = await uow.words.put(review.conversation_id, "note", note.strip())
        await uow.enqueue(triage_job(message.id, message.run, message.conversation_id))
        uow.audit.add(
            "review.item.sent_back",
            actor=by.actor,
            review_id=review_id,
            message_id=message.id,
            conversation_id=message.conversation_id,
            version=review.version,
            note_id=message.note_id,
        )
        return Decided(review_id, review.version, review.state)

    async def _ignore(self, uow: Uow, review_id: UUID, *, version: int, by: SignedIn, reason: str) -> Decided:
        word = reason if reason in IGNORE_REASONS else "other"
        await check_second(uow, review_id, version=version, by=by, reason=reason)
        review = await uow.reviews.decide(
            review_id,
            version=version,
            to=ReviewState.IGNORED,
            decided_at=self._clock(),
            decided_by=by.id,
            action=Action.IGNORE.value,
            ignore_reason=word,
        )
        message = await uow.messages.get_for_update(review.message_id)
        message.state = advance(message.state, MessageState.DECIDED)
        if word == "other" and reason.strip():
            review.edited_id = await uow.words.put(review.conversation_id, "reason", reason.strip())
        await uow.cases.follow_review(message.id, message.run, to=CaseState.REMOVED, by=by.id)
        uow.audit.add(
            "review.item.ignored",
            actor=by.actor,
            review_id=review_id,
            message_id=message.id,
            conversation_id=message.conversation_id,
            version=review.version,
            reason=word,
        )
        return Decided(review_id, review.version, review.state)

    async def _proposal(self, uow: Uow, review: ReviewRow) -> Proposal:
        """As the mail is read now."""
        row = await uow.reviews.proposal(review)
        proposal = load(PROPOSAL, await uow.words.get(row.payload_id))
        return amended_proposal(proposal, await uow.guidance.amended(review))
