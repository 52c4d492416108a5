"""A day's reminders become drafts, gathered in a batch that a person looks through.

    plan ─▶ lines that remind by mail ─▶ brief ─▶ author (in the thinking process) ─▶ drafted, in one transaction each
        └─▶ lines that are a person's work ─▶ tasks (persons_steps.py)

Nothing leaves from here. A draft that the checks refuse is kept, says why, and cannot be approved as it is.
"""

from dataclasses import dataclass
from datetime import date
from typing import Protocol
from uuid import UUID

import structlog

from agents.reminders.brief import ReminderBrief
from agents.reminders.result import ReminderDraft
from app.db.tables.reminders import BatchRow, ReminderRow
from app.db.uow import Database, Uow
from app.domain.clock import Clock
from app.domain.errors import Invalid, NotFound
from app.domain.ids import new_id
from app.domain.people import DUEBOX, SignedIn
from app.domain.policy import Policy
from app.domain.reminder import Channel, NextAction, PlanLine
from app.domain.reminder_life import ReminderState
from app.domain.tracing import StepName, note, step, take_in
from app.reminders.briefs import Wanted, brief_of
from app.reminders.mailboxes import active_mailboxes, mailbox_for
from app.reminders.persons_steps import open_tasks
from app.reminders.service import ReminderService

REDRAFTED = frozenset({ReminderState.DRAFTED, ReminderState.VOID})

log = structlog.get_logger()


class Author(Protocol):
    """Writes a reminder from a brief, and checks it."""

    async def remind(self, brief: ReminderBrief) -> ReminderDraft: ...


@dataclass(frozen=True, slots=True)
class Drafted:
    """What came of a plan: the batch, how many mails were drafted, how many of them the checks refused."""

    batch_id: UUID
    drafted: int
    refused: int
    tasks: int


class BatchService:
    def __init__(
        self, database: Database, plans: ReminderService, author: Author, policy: Policy, clock: Clock
    ) -> None:
        self._database = database
        self._plans = plans
        self._author = author
        self._policy = policy
        self._clock = clock

    async def draft_today(self) -> Drafted | None:
        """The scheduled run; None where there is no mailbox yet to write from."""
        async with self._database.read() as uow:
            has_mailbox = any(row.active for row in await uow.mailboxes.all())
        return await self.draft(self._plans.policy.morning.day(self._clock()), by=DUEBOX) if has_mailbox else None

    async def draft(self, as_of: date, *, by: SignedIn) -> Drafted:
        """Draft what the plan of a day wants sent; older drafts that nobody decided on are superseded.

        Raises NotAllowed, or Invalid when there is no mailbox.
        """
        by.check_can_decide()
        return await self.fill(self.new_batch(as_of, by), by=by)

    def new_batch(self, as_of: date, by: SignedIn) -> BatchRow:
        return BatchRow(
            id=new_id(),
            as_of=as_of,
            policy_version=self._plans.policy.version,
            created_at=self._clock(),
            created_by=by.id,
        )

    async def fill(self, batch: BatchRow, *, by: SignedIn) -> Drafted:
        """Draft what a batch lacks of what the plan of its day wants sent."""
        lines = [line async for line in self._plans.plan(batch.as_of) if line.action is not NextAction.WAIT]
        mails = [line for line in lines if _is_mail(line)]
        asked = [line for line in lines if line.action is NextAction.TASK]
        tasks = await open_tasks(self._database, asked, batch.as_of)
        note(reminders=len(mails))
        is_there = await self._begin(batch, len(mails), by)
        drafted = refused = 0
        for line in mails:
            if (line.customer_id, *_of(line)) in is_there:
                continue
            row = await self._draft_one(batch.id, line, batch.as_of)
            drafted += row is not None
            refused += row is False
        log.info("reminders.batch.drafted", batch_id=str(batch.id), drafted=drafted, refused=refused, tasks=tasks)
        return Drafted(batch.id, drafted, refused, tasks)

    async def redraft(self, reminder_id: str) -> None:
        """Draft a reminder of today anew, in its place, when the ledger says something else since; one that the plan
        no longer wants is superseded. What a person has decided stays as it is."""
        async with self._database.read() as uow:
            row = await uow.reminders.get(UUID(reminder_id))
            as_of = (await uow.reminders.batch(row.batch_id)).as_of
        if row.state not in REDRAFTED or as_of != self._plans.policy.morning.day(self._clock()):
            return
        _situation, lines = await self._plans.explain(row.customer_id, as_of)
        line = next((one for one in lines if _is_mail(one) and _of(one) == _of(row)), None)
        if line is not None and row.state is ReminderState.DRAFTED and _says_the_same(line, row):
            return
        if line is not None and await self._draft_one(row.batch_id, line, as_of, instead=row) is not None:
            return
        async with self._database.write() as uow:
            await uow.reminders.move(
                row.id, frm=ReminderState.DRAFTED, to=ReminderState.SUPERSEDED, version=row.version
            )

    async def give_up(self, reminder_id: str, error: str) -> None:
        """The plan of the next day looks again."""
        log.warning("reminders.redraft.failed", reminder_id=reminder_id, error=error)

    async def _begin(self, batch: BatchRow, planned: int, by: SignedIn) -> set[tuple[str, str, str]]:
        """Once. Returns what an earlier try has drafted: customers, each with company and currency."""
        async with self._database.write() as uow:
            await active_mailboxes(uow)
            if not await uow.reminders.begin(batch, planned):
                return {(row.customer_id, *_of(row)) for row in await uow.reminders.of_batch(batch.id)}
            await uow.reminders.supersede()
            uow.audit.add(
                "reminders.batch.opened",
                actor=by.actor,
                batch_id=batch.id,
                as_of=batch.as_of.isoformat(),
                policy_version=batch.policy_version,
                reminders=planned,
            )
        return set()

    async def _draft_one(
        self, batch_id: UUID, line: PlanLine, as_of: date, *, instead: ReminderRow | None = None
    ) -> bool | None:
        """Whether the draft may be approved as it is; None when the ledger changed under the plan, or no mailbox speaks
        for the company. `instead`: the reminder whose place it takes."""
        wanted = Wanted.of_line(line)
        try:
            async with self._database.read() as uow:
                team = (await mailbox_for(uow, self._policy, line.company)).team
                brief = await brief_of(uow, wanted, self._policy, self._plans.claims, team=team, today=as_of)
        except Invalid as refusal:
            log.info("reminders.line.refused", batch_id=str(batch_id), customer_id=line.customer_id, why=str(refusal))
            return None
        reminder_id = instead.id if instead else new_id()
        with step(StepName.REMINDER, first=reminder_id, reminder_id=reminder_id, batch_id=batch_id):
            draft = await self._author.remind(brief)
            take_in(draft.steps)
            note(is_refused=draft.is_refused)
            async with self._database.write() as uow:
                if instead is None and await uow.reminders.has_in_batch(batch_id, line.customer_id, *_of(line)):
                    return None  # another worker, who took this one for dead, was here
                row = await self._row(uow, reminder_id, batch_id, line, draft, brief.unclaimed)
                if instead is None:
                    uow.reminders.add(row)
                elif not await uow.reminders.replace(instead, row):
                    return None
                await _audit_draft(uow, row, draft)
        return not draft.is_refused

    async def _row(
        self, uow: Uow, reminder_id: UUID, batch_id: UUID, line: PlanLine, draft: ReminderDraft, unclaimed: str
    ) -> ReminderRow:
        assert line.send_at is not None  # noqa: S101  # every line that reminds has a moment
        conversation_id = await self._conversation(uow, line, draft.subject)
        words = {
            "subject": draft.subject,
            "body": draft.body,
            "table": {
                "text": draft.statement_text,
                "heads": draft.statement.heads,
                "rows": [row.cells for row in draft.statement.rows],
            },
            "problems": draft.problems,
            "unclaimed": unclaimed,
        }
        return ReminderRow(
            id=reminder_id,
            batch_id=batch_id,
            customer_id=line.customer_id,
            company=line.company,
            currency=line.currency,
            amount=line.amount,
            invoices=list(line.invoices),
            credit_notes=list(line.credit_notes),
            stage=line.stage,
            tone=line.tone,
            channel=line.channel,
            language=line.language,
            contact_id=line.contact_id,
            conversation_id=conversation_id,
            draft_id=await uow.words.put(conversation_id, "reminder", words),
            state=ReminderState.DRAFTED,
            version=1,
            is_refused=draft.is_refused,
            send_at=line.send_at,
            workflow=line.workflow,
            experiment=line.experiment,
            is_automatic=False,
            created_at=self._clock(),
        )

    async def _conversation(self, uow: Uow, line: PlanLine, subject: str) -> UUID:
        """The thread of the customer's earlier reminders, so that an answer finds its history; else a new one."""
        known = await uow.reminders.conversation(line.customer_id, line.company, line.currency)
        if known is not None:
            try:
                await uow.words.key(known)
                return known
            except NotFound:
                pass  # its words were erased: it takes no more
        row = uow.words.new_conversation(
            customer_id=line.customer_id, subject_hash=uow.words.keyring.index(subject.casefold()), at=self._clock()
        )
        await uow.messages.insert_many(conversations=[row], payloads=(), messages=())
        return UUID(str(row["id"]))


async def _audit_draft(uow: Uow, row: ReminderRow, draft: ReminderDraft) -> None:
    uow.audit.add(
        "reminders.reminder.drafted",
        reminder_id=row.id,
        batch_id=row.batch_id,
        customer_id=row.customer_id,
        conversation_id=row.conversation_id,
        payload_id=row.draft_id,
        stage=row.stage,
        tone=row.tone,
        is_refused=draft.is_refused,
        draft_hash=await uow.words.salted_hash(row.conversation_id, f"{draft.subject}\n{draft.body}"),
    )


def _is_mail(line: PlanLine) -> bool:
    return line.action is NextAction.REMIND and line.channel is Channel.EMAIL


def _of(one: PlanLine | ReminderRow) -> tuple[str, str]:
    return one.company, one.currency


def _says_the_same(line: PlanLine, row: ReminderRow) -> bool:
    return (line.amount, list(line.invoices), list(line.credit_notes), line.stage, line.contact_id) == (
        row.amount,
        row.invoices,
        row.credit_notes,
        row.stage,
        row.contact_id,
    )
