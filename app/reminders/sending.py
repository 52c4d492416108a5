"""What people decide about reminders. Each is a compare-and-set on (state, version); an approved one goes its way in
the outbox, where the plan is asked once more at the moment of sending.

    approve, edit ─▶ outbox row and send job      skip ─▶ not this time      undo ─▶ drafted again, while it is here
                                                  reject ─▶ it is wrong: its step is not sent without a person any more

Where a step has earned it (app/reminders/automatic.py), Duebox itself approves.
"""

import asyncio
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from agents.reminders.brief import ReminderBrief
from app.db.repositories.four_eyes import Deed, missing_second
from app.db.tables.reminders import ReminderRow
from app.db.uow import Database, Uow
from app.domain.clock import Clock
from app.domain.errors import Invalid, StateImpossible, WordsDoubtful
from app.domain.four_eyes import Guarded
from app.domain.money import Money
from app.domain.people import SignedIn
from app.domain.policy import Policy
from app.domain.reminder_life import ReminderState
from app.domain.review import NOT_LEFT, OutboxState
from app.domain.sentence import Sentence
from app.reading.outgoing.enclosing import Attached
from app.reading.trust.ibans import check_ours
from app.reminders.briefs import Wanted, brief_of
from app.reminders.mail import Words, approved_words, fix_reminder
from app.reminders.mailboxes import mailbox_for
from app.reminders.openings import opening_for
from app.reminders.recheck import is_still_wanted
from app.reminders.rewording import remarks_on
from app.reminders.service import ReminderService
from app.reminders.statements import Statements


class SendingService:
    """`undo`: how long an approval can be taken back."""

    def __init__(
        self, database: Database, plans: ReminderService, policy: Policy, clock: Clock, *, undo_seconds: int
    ) -> None:
        self._database = database
        self._plans = plans
        self._policy = policy
        self._clock = clock
        self._undo = timedelta(seconds=undo_seconds)
        self._statements = Statements()

    async def approve(
        self,
        reminder_id: UUID,
        *,
        version: int,
        by: SignedIn,
        subject: str = "",
        body: str = "",
        is_meant: bool = False,
    ) -> datetime:
        """Send it, as drafted or with a person's own words, which are examined like a draft. Returns when it leaves.

        Raises NotAllowed, NotFound, StateImpossible when somebody was faster, WordsDoubtful for what the checks find in
        a person's words unless `is_meant`, WordNoted where a second person has to approve the same, and Invalid when
        the plan no longer wants it, when the words name an account that is none of ours, or when the checks refused the
        draft's text and nobody has changed that.
        """
        by.check_can_decide()
        async with self._database.read() as uow:
            row = await uow.reminders.get(reminder_id)
            words = Words.of(await uow.words.get_json(row.draft_id))
            brief = await self._brief(uow, row)
            others = await uow.ledger.numbers(row.customer_id)
        is_edited = bool(body.strip()) and (subject, body) != (words.subject, words.body)
        if words.problems and not (is_edited and body != words.body):
            raise Invalid("the checks refused this draft: change its words, or skip it")
        remarks: tuple[str, ...] = ()
        if is_edited:
            check_ours(subject, body, self._policy.accounts, others)
            own = subject if subject != words.subject else ""
            remarks = await asyncio.to_thread(remarks_on, own, body, brief, words.problems)
            if remarks and not is_meant:
                raise WordsDoubtful(remarks)
            words = replace(words, subject=subject or words.subject, body=body)
        async with self._database.write() as uow:
            deed = Deed(
                Guarded.REMIND,
                reminder_id,
                approved_words(version, words.subject, words.body),
                {"subject": words.subject, "body": words.body} if is_edited else None,
                row.conversation_id,
            )
            amount = Money(row.amount, row.currency)
            wait = await missing_second(uow, self._policy.second_person, deed, amount=amount, by=by)
        if wait is not None:
            raise wait
        papers = await asyncio.to_thread(self._statements.of, brief, words.body)
        async with self._database.write() as uow:
            edited = {"subject": words.subject, "body": words.body}
            edited_id = await uow.words.put(row.conversation_id, "edited", edited) if is_edited else None
            values = {
                "decided_at": self._clock(),
                "decided_by": by.id,
                "edited_id": edited_id,
                "is_automatic": by.id is None,
            }
            await self._move(
                uow,
                row,
                ReminderState.DRAFTED,
                ReminderState.APPROVED,
                version=version,
                by=by,
                values=values,
                remarks=len(remarks),
            )
            if not await is_still_wanted(uow, row, self._plans):
                raise Invalid("the plan no longer wants this reminder: something has changed since it was drafted")
            outbox = await fix_reminder(
                uow,
                row,
                words,
                papers,
                policy=self._policy,
                hours=self._plans.policy.hours,
                undo=self._undo,
                is_automatic=by.id is None,
            )
        return outbox.send_after

    async def papers(self, reminder_id: UUID) -> tuple[Attached, ...]:
        """What is attached to it. Raises NotFound, and Invalid when the ledger has changed since it was drafted."""
        async with self._database.read() as uow:
            row = await uow.reminders.get(reminder_id)
            words = await uow.words.get_json(row.edited_id or row.draft_id)
            brief = await self._brief(uow, row)
        return await asyncio.to_thread(self._statements.of, brief, words["body"])

    async def _brief(self, uow: Uow, row: ReminderRow) -> ReminderBrief:
        """As of the day of its draft: the papers say what the letter says, days and interest included."""
        team = (await mailbox_for(uow, self._policy, row.company)).team
        today = row.created_at.date()
        return await brief_of(uow, Wanted.of_row(row), self._policy, self._plans.claims, team=team, today=today)

    async def skip(self, reminder_id: UUID, *, version: int, by: SignedIn) -> None:
        """Not this time. Raises NotAllowed, NotFound or StateImpossible."""
        await self._refuse(reminder_id, ReminderState.SKIPPED, version, by)

    async def reject(self, reminder_id: UUID, *, version: int, by: SignedIn) -> None:
        """It should never have been drafted like this. Raises NotAllowed, NotFound or StateImpossible."""
        await self._refuse(reminder_id, ReminderState.REJECTED, version, by)

    async def undo(self, reminder_id: UUID, *, by: SignedIn) -> None:
        """Take an approval or a skip back. Raises NotAllowed, NotFound, StateImpossible, and Invalid when it left."""
        by.check_can_decide()
        async with self._database.write() as uow:
            row = await uow.reminders.get(reminder_id)
            outbox = await uow.outbox.of_reminder(reminder_id) if row.state is ReminderState.APPROVED else None
            if outbox is not None and not await uow.outbox.move(outbox.id, frm=NOT_LEFT, to=OutboxState.CANCELLED):
                raise Invalid("the mail has left, or is leaving just now, and cannot be called back")
            frm = row.state if row.state is ReminderState.SKIPPED else ReminderState.APPROVED
            values = {"decided_at": None, "decided_by": None, "edited_id": None, "is_automatic": False}
            values |= {"approval_id": None}  # a batch that is being approved does not take it up again
            await self._move(uow, row, frm, ReminderState.DRAFTED, version=None, by=by, values=values)

    async def due_in(self, uow: Uow, reminder_id: UUID) -> timedelta | None:
        """How long this reminder has to wait until its customer may be written to; None where the plan no longer wants
        it, or no such moment is near."""
        row = await uow.reminders.get(reminder_id)
        now = self._clock()
        if not await is_still_wanted(uow, row, self._plans):
            return None
        try:
            return await opening_for(uow, row.customer_id, now, self._plans.policy.hours) - now
        except Invalid:
            return None

    async def _refuse(self, reminder_id: UUID, to: ReminderState, version: int, by: SignedIn) -> None:
        by.check_can_decide()
        values = {"decided_at": self._clock(), "decided_by": by.id}
        async with self._database.write() as uow:
            row = await uow.reminders.get(reminder_id)
            await self._move(uow, row, ReminderState.DRAFTED, to, version=version, by=by, values=values)

    async def _move(
        self,
        uow: Uow,
        row: ReminderRow,
        frm: ReminderState,
        to: ReminderState,
        *,
        version: int | None,
        by: SignedIn,
        values: dict[str, Any],
        remarks: int = 0,
    ) -> None:
        if not await uow.reminders.move(row.id, frm=frm, to=to, version=version, **values):
            state = (await uow.reminders.get(row.id)).state.value
            raise StateImpossible(
                "somebody was faster: this reminder is {state}, or was changed meanwhile", state=Sentence(str(state))
            )
        uow.audit.add(
            f"reminders.reminder.{'reopened' if to is ReminderState.DRAFTED else to.value}",
            actor=by.actor,
            reminder_id=row.id,
            customer_id=row.customer_id,
            conversation_id=row.conversation_id,
            is_edited=values.get("edited_id") is not None,
            remarks_overruled=remarks or None,
        )
