"""Triage: read, link, think, and commit the proposal in ONE transaction. No transaction is open while the mind works.

    stored message ─▶ read ─▶ link ─▶ think ─▶ proposal, cases, review, audit     (route review or auto)
                       │                    └▶ proposal, audit: no answer           (route none)
                       └─ cannot be parsed ─▶ quarantine, with its bytes

Idempotent by (message, run): a crash repeats the thinking, nothing else.
"""

from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

import structlog

from app.db.answering import was_answered_meanwhile
from app.db.repositories.cases import remember_owed
from app.db.tables.ledger import CaseRow
from app.db.tables.mail import MessageRow
from app.db.tables.work import ProposalRow, ReviewRow
from app.db.uow import Database, Uow
from app.db.urgency import urgency_of
from app.domain.account import Link
from app.domain.clock import Clock
from app.domain.errors import Invalid, UnreadableMail
from app.domain.ids import new_id
from app.domain.intents import MACHINE_INTENTS, Autonomy, Reason, Route
from app.domain.job import approve_job, triage_job
from app.domain.message import CUT, Cut, Machine, MessageState, ReadMail, advance
from app.domain.people import SignedIn
from app.domain.policy import Policy, autonomy_of, may_send_alone
from app.domain.ports import Mind, Thought
from app.domain.proposal import Proposal
from app.domain.proposed_cases import STOPPING_CASES, cases_of
from app.domain.review import RUNNING, CaseState, ReviewState
from app.domain.tracing import StepName, note, step, take_in
from app.domain.wire import PROPOSAL, dump, dump_reading
from app.triage.asked import asked
from app.triage.contacts import note_contacts
from app.triage.indexing import index_mail
from app.triage.planting import plant
from app.triage.strangers import Strangers
from app.triage.task import Task, case_of, link_of, task_of

RETHINKS = 3
"""How often a mail is thought about anew because its customer's ledger moved meanwhile; then a person is told."""


log = structlog.get_logger()


class TriageService:
    def __init__(self, database: Database, mind: Mind, policy: Policy, clock: Clock) -> None:
        self._database = database
        self._mind = mind
        self._policy = policy
        self._clock = clock
        self._strangers = Strangers(clock)

    async def work(self, message_id: str) -> None:
        """Work one message, unless that has been done."""
        task = await self._task(UUID(message_id))
        if task is None:
            return
        try:
            with step(StepName.READ):
                read = task.reading or await self._mind.read(task.raw, task.identity)
        except UnreadableMail as error:
            await self._quarantine(task.message_id, str(error) or "unreadable")
            return
        if task.is_our_own:
            read = replace(read, screening=replace(read.screening, machine=Machine.OWN_COPY))
        for attempt in range(1, RETHINKS + 1):
            async with self._database.read() as uow:
                link = await link_of(uow, task, read)
                ledger = await uow.ledger.version(link.account.customer_id)
            read = await self._strangers.seen(self._database, read, link, task.identity)
            with step(StepName.THINK):
                thought = await self._mind.think(case_of(task, read, link))
                take_in(thought.steps)
            with step(StepName.COMMIT):
                async with self._database.write() as uow:
                    has_moved = await uow.ledger.lock(link.account.customer_id) != ledger
                    if has_moved and attempt < RETHINKS:
                        continue
                    await self._commit(uow, task, read, link, thought, is_stale=has_moved)
                    return

    async def give_up(self, message_id: str, error: str) -> None:
        await self._quarantine(UUID(message_id), error)

    async def retry(self, message_id: UUID, *, by: SignedIn) -> None:
        """Work a quarantined mail again, or have the rest of it fetched first.

        Raises NotAllowed, NotFound, or Invalid when it is not quarantined.
        """
        by.check_can_decide()
        async with self._database.write() as uow:
            message = await uow.messages.get_for_update(message_id)
            if message.state is not MessageState.QUARANTINED:
                raise Invalid("this mail is not quarantined any more")
            if message.error == Cut.TOO_LARGE:
                raise Invalid("this mail was too large to fetch: read it in the mailbox itself")
            if message.error in CUT:
                message.error = Cut.ASKED_AGAIN  # whoever watches the mailbox fetches it
            else:
                message.state = advance(message.state, MessageState.IN_WORK)
                message.error = ""
                again = f"-retry-{message.attempts}"
                await uow.enqueue(triage_job(message.id, message.run, message.conversation_id, again=again))
            uow.audit.add(
                "triage.message.retried",
                actor=by.actor,
                message_id=message_id,
                conversation_id=message.conversation_id,
                attempts=message.attempts,
            )

    async def _task(self, message_id: UUID) -> Task | None:
        async with self._database.read() as uow:
            message = await uow.messages.get(message_id)
            if message.state is not MessageState.IN_WORK:
                return None
            return await task_of(uow, message)

    async def _commit(
        self, uow: Uow, task: Task, read: ReadMail, link: Link, thought: Thought, *, is_stale: bool
    ) -> None:
        message = await uow.messages.get_for_update(task.message_id)
        if message.state is not MessageState.IN_WORK or message.run != task.run:
            return
        policy = await uow.oversight.in_force(self._policy)
        thought = _within(policy, thought, link)
        proposal = thought.proposal
        saved = await self._save_proposal(uow, task, message, read, thought)
        customer_id = link.account.customer_id or None
        message.customer_id = customer_id
        if read.screening.machine is Machine.OWN_COPY:
            is_persons = not task.is_our_own
        else:
            is_persons = _is_persons(read, proposal)
            message.is_automatic = not is_persons
        if is_persons and message.run == 1:
            await self._a_person_wrote(uow, message, link)
        doubts = [Reason.CHANGED_SINCE_APPROVAL] if is_stale else []
        if customer_id is not None and await self._open_cases(uow, message, link, proposal):
            doubts.append(Reason.NEGOTIATION)
        await note_contacts(uow, message, read, link, proposal)
        await index_mail(uow, message, read, link.account.name)
        if proposal.route is Route.NONE:
            message.state = advance(message.state, MessageState.NO_ANSWER)
        elif await was_answered_meanwhile(uow, message):
            message.state = advance(message.state, MessageState.DECIDED)
            await self._open_review(uow, message, saved, proposal, link, policy, state=ReviewState.ANSWERED_ELSEWHERE)
        else:
            message.state = advance(message.state, MessageState.PENDING)
            review = await self._open_review(uow, message, saved, proposal, link, policy, doubts=doubts)
            if message.run == 1:
                await plant(uow, review, proposal, read=read, link=link, today=self._clock().date())
        await self._note(uow, message, saved, proposal)
        await _let_next_in(uow, message)

    async def _save_proposal(
        self, uow: Uow, task: Task, message: MessageRow, read: ReadMail, thought: Thought
    ) -> ProposalRow:
        proposal = thought.proposal
        if message.reading_id is None:
            message.reading_id = await uow.words.put(task.conversation_id, "reading", dump_reading(read))
        row = ProposalRow(
            id=new_id(),
            message_id=task.message_id,
            run=task.run,
            route=proposal.route,
            rule=proposal.rule,
            reasons=[reason.value for reason in proposal.reasons],
            intents=[finding.intent.value for finding in proposal.intents],
            confidence=proposal.confidence,
            language=proposal.language,
            policy_version=proposal.policy_version,
            calls=[call.closed for call in proposal.calls],
            payload_id=await uow.words.put(task.conversation_id, "proposal", dump(PROPOSAL, proposal)),
            created_at=self._clock(),
        )
        uow.session.add(row)
        await uow.session.flush()
        if thought.vault != task.vault:
            await uow.words.set_vault(task.conversation_id, thought.vault)
        return row

    async def _a_person_wrote(self, uow: Uow, message: MessageRow, link: Link) -> None:
        """Approvals in this conversation are void, and open reviews of the customer must be looked at again."""
        await uow.messages.bump_conversation(message.conversation_id)
        raised = await uow.reviews.raise_versions(
            conversation_id=message.conversation_id, customer_id=link.account.customer_id or None
        )
        await uow.planted.withdraw(raised)
        conversation = await uow.messages.conversation(message.conversation_id)
        if conversation.customer_id is None and link.is_verified_contact:
            conversation.customer_id = link.account.customer_id

    async def _open_cases(self, uow: Uow, message: MessageRow, link: Link, proposal: Proposal) -> bool:
        """Returns whether a promise in the mail only moves an earlier one: then a person decides.

        What a person has confirmed by hand while the mail waited is not opened again.
        """
        kept = {row.kind for row in await uow.cases.of_message(message.id) if row.state in RUNNING}
        is_moved, is_stopping = False, False
        for fields in cases_of(proposal):
            case = CaseRow(
                id=new_id(),
                state=CaseState.PROPOSED,
                customer_id=link.account.customer_id,
                message_id=message.id,
                run=message.run,
                opened_at=message.received_at,
                **fields,
            )
            remember_owed(case, link.account.invoices)
            is_moved |= await uow.cases.take_for_request_if_it_moves(case, link.account.invoices)
            if case.kind not in kept:
                uow.cases.add(case)
                is_stopping |= case.kind in STOPPING_CASES
        if is_stopping:
            await uow.ledger.touch([link.account.customer_id])
        return is_moved

    async def _open_review(
        self,
        uow: Uow,
        message: MessageRow,
        saved: ProposalRow,
        proposal: Proposal,
        link: Link,
        policy: Policy,
        *,
        state: ReviewState = ReviewState.PENDING,
        doubts: Sequence[Reason] = (),
    ) -> ReviewRow:
        """Put the proposal before a person, or, where policy lets its answer leave alone, queue its approval. `doubts`
        are reasons that thinking could not know."""
        reasons = list(dict.fromkeys([*saved.reasons, *(reason.value for reason in doubts)]))
        is_new = state is ReviewState.PENDING and message.run == 1
        alone = is_new and not doubts and _may_leave_alone(policy, proposal, link)
        if proposal.route is Route.AUTO and not alone:
            reasons.append(Reason.APPROVAL_REQUIRED.value)
        stake = next(iter(link.account.outstanding), None)
        review = ReviewRow(
            id=new_id(),
            message_id=message.id,
            proposal_id=saved.id,
            conversation_id=message.conversation_id,
            customer_id=link.account.customer_id or None,
            state=state,
            version=1,
            rule=proposal.rule,
            reasons=reasons,
            at_stake=stake.amount if stake else None,
            currency=stake.currency if stake else None,
            opened_at=self._clock(),
            decided_at=None if state is ReviewState.PENDING else self._clock(),
        )
        uow.reviews.add(review, await urgency_of(uow, message, reasons, review.at_stake, self._policy.queue))
        if alone:
            await uow.enqueue(approve_job(review.id, message.conversation_id))
        return review

    async def _note(self, uow: Uow, message: MessageRow, saved: ProposalRow, proposal: Proposal) -> None:
        uow.audit.add(
            "triage.proposal.saved",
            message_id=message.id,
            conversation_id=message.conversation_id,
            proposal_id=saved.id,
            payload_id=saved.payload_id,
            run=message.run,
            route=saved.route.value,
            rule=saved.rule,
            reasons=saved.reasons,
            intents=saved.intents,
            policy_version=saved.policy_version,
            state=message.state.value,
            **await asked(uow, message.conversation_id, proposal.calls),
        )
        note(run=message.run, route=saved.route, rule=saved.rule, policy_version=saved.policy_version)
        log.info(
            "triage.proposal.saved",
            message_id=str(message.id),
            run=message.run,
            route=saved.route.value,
            rule=saved.rule,
        )

    async def _quarantine(self, message_id: UUID, error: str) -> None:
        """Keep the bytes, the closed word of what went wrong, and the count; step aside for a person."""
        async with self._database.write() as uow:
            message = await uow.messages.get_for_update(message_id)
            if message.state is not MessageState.IN_WORK:
                return
            message.state = advance(message.state, MessageState.QUARANTINED)
            if not message.is_automatic:
                await uow.messages.bump_conversation(message.conversation_id)
                raised = await uow.reviews.raise_versions(conversation_id=message.conversation_id)
                await uow.planted.withdraw(raised)
            message.attempts += 1
            message.error = error[:64]
            uow.audit.add(
                "triage.message.quarantined",
                message_id=message_id,
                conversation_id=message.conversation_id,
                error=message.error,
                attempts=message.attempts,
            )
            await _let_next_in(uow, message)
        log.warning("triage.message.quarantined", message_id=str(message_id), error=error[:64])


async def _let_next_in(uow: Uow, message: MessageRow) -> None:
    """A mail was worked: the next of its sender that was held has its turn."""
    if message.sender_hash is not None:
        for row in await uow.messages.let_in(message.sender_hash):
            await uow.enqueue(triage_job(row.id, row.run, row.conversation_id))


def _is_persons(read: ReadMail, proposal: Proposal) -> bool:
    """Whether a person wrote the mail. What its headers alone call automatic is what the agent took it for."""
    screening = read.screening
    is_taken_for_one = any(finding.intent in MACHINE_INTENTS for finding in proposal.intents)
    return screening.machine is None and not (screening.is_marked and is_taken_for_one)


def _within(policy: Policy, thought: Thought, link: Link) -> Thought:
    """Without the draft where autonomy is off for an intent of the mail: a person writes the answer."""
    intents = (finding.intent for finding in thought.proposal.intents)
    is_off = any(autonomy_of(policy, intent, link.account.segment) is Autonomy.OFF for intent in intents)
    return replace(thought, proposal=replace(thought.proposal, draft=None)) if is_off else thought


def _may_leave_alone(policy: Policy, proposal: Proposal, link: Link) -> bool:
    intents = (finding.intent for finding in proposal.intents)
    is_auto = proposal.route is Route.AUTO and proposal.draft is not None and proposal.is_worded_by_us
    account = link.account
    return is_auto and may_send_alone(policy, intents, account.segment, is_natural_person=account.natural_person)
