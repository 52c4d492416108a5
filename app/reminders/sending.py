"""What people decide about reminders. Each is a compare-and-set on (state, version); an approved one goes its way in
the outbox, where the plan is asked once more at the moment of sending.

    approve, edit ─▶ outbox row and send job      skip ─▶ not this time      undo ─▶ drafted again, while it is here
                                                  reject ─▶ it is wrong: its step is not sent without a person any more

Where a step has earned it (app/reminders/automatic.py), Duebox itself approves.
"""

import asyncio
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from agents.reminders.brief import ReminderBrief
from agents.reminders.letters import Letters
from app.db.repositories.four_eyes import missing_second
from app.db.repositories.reminders import Situations
from app.db.tables.reminders import ReminderRow
from app.db.tables.work import OutboxRow
from app.db.uow import Database, Uow
from app.domain.clock import Clock
from app.domain.errors import Invalid, StateImpossible, WordsDoubtful
from app.domain.four_eyes import Guarded
from app.domain.ids import new_id
from app.domain.job import send_job
from app.domain.message import Address
from app.domain.money import Money
from app.domain.people import SignedIn
from app.domain.policy import Policy
from app.domain.reminder import CustomerSituation, NextAction
from app.domain.reminder_life import ReminderState
from app.domain.review import VOID_AFTER, OutboxState
from app.domain.sentence import Sentence
from app.reading.composing_reminders import Attached, OutgoingReminder, Table, compose_reminder
from app.reminders.batches import mailbox_for
from app.reminders.briefs import Wanted, brief_of
from app.reminders.moments import zone_named
from app.reminders.openings import next_opening
from app.reminders.rewording import remarks_on
from app.reminders.schedule import plan
from app.reminders.service import ReminderService

CALLED_BACK = (OutboxState.WAITING, OutboxState.READY, OutboxState.FAILED)
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@dataclass(frozen=True, slots=True)
class Words:
    """A reminder's own words, as drafted or as a person changed them."""

    subject: str = field(repr=False)
    body: str = field(repr=False)
    table: Table = field(repr=False)
    problems: tuple[str, ...] = ()
    unclaimed: str = ""

    @classmethod
    def of(cls, stored: dict[str, Any]) -> "Words":
        table = stored["table"]
        rows = tuple(tuple(row) for row in table["rows"])
        return cls(
            stored["subject"],
            stored["body"],
            Table(table["text"], tuple(table["heads"]), rows),
            tuple(stored["problems"]),
            stored.get("unclaimed", ""),
        )


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
        self._letters: Letters | None = None

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
        a person's words unless `is_meant`, and Invalid when the plan no longer wants it, or when the checks refused the
        draft's text and nobody has changed that.
        """
        by.check_can_decide()
        async with self._database.read() as uow:
            row = await uow.reminders.get(reminder_id)
            words = Words.of(await uow.words.get_json(row.draft_id))
            brief = await self._brief(uow, row)
        is_edited = bool(body.strip()) and (subject, body) != (words.subject, words.body)
        if words.problems and not (is_edited and body != words.body):
            raise Invalid("the checks refused this draft: change its words, or skip it")
        remarks: tuple[str, ...] = ()
        if is_edited:
            own = subject if subject != words.subject else ""
            remarks = await asyncio.to_thread(remarks_on, own, body, brief, words.problems)
            if remarks and not is_meant:
                raise WordsDoubtful(remarks)
            words = replace(words, subject=subject or words.subject, body=body)
        async with self._database.write() as uow:
            wait = await missing_second(
                uow,
                self._policy.second_person,
                Guarded.REMIND,
                reminder_id,
                content=f"{version}\x1e{words.subject}\x1e{words.body}",
                amount=Money(row.amount, row.currency),
                by=by,
            )
        if wait is not None:
            raise wait
        papers = await asyncio.to_thread(self._papers, brief, words.body)
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
            if not await self._is_wanted(uow, row):
                raise Invalid("the plan no longer wants this reminder: something has changed since it was drafted")
            outbox = await self._fix(uow, row, words, papers, is_automatic=by.id is None)
        return outbox.send_after

    async def papers(self, reminder_id: UUID) -> tuple[Attached, ...]:
        """What is attached to it. Raises NotFound, and Invalid when the ledger has changed since it was drafted."""
        async with self._database.read() as uow:
            row = await uow.reminders.get(reminder_id)
            words = await uow.words.get_json(row.edited_id or row.draft_id)
            brief = await self._brief(uow, row)
        return await asyncio.to_thread(self._papers, brief, words["body"])

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
            if outbox is not None and not await uow.outbox.move(outbox.id, frm=CALLED_BACK, to=OutboxState.CANCELLED):
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
        if not await self._is_wanted(uow, row):
            return None
        try:
            return await self._opening(uow, row.customer_id, now) - now
        except Invalid:
            return None

    async def _opening(self, uow: Uow, customer_id: str, moment: datetime) -> datetime:
        """The first moment from this one on at which the customer may be written to. Raises Invalid for want of one."""
        customer = await uow.ledger.customer(customer_id)
        zone = zone_named(customer.timezone if customer else "")
        country, language = (customer.country, customer.language) if customer else ("", "")
        hours = self._plans.policy.hours
        opening = next_opening(moment, zone, hours, country=country, language=language)
        if opening is None:
            raise Invalid("there is no business day near on which the customer may be written to")
        return opening

    async def _is_wanted(self, uow: Uow, row: ReminderRow) -> bool:
        """Whether the plan of today, or of the day on which it is to leave, wants this very reminder: the same items
        and sum, to the same contact. Days are the customer's: west of us a batch is drafted on the evening before."""
        customer = await uow.ledger.customer(row.customer_id)
        zone = zone_named(customer.timezone if customer else "")
        today = max(self._clock(), row.send_at).astimezone(zone).date()
        situation = await self._situation(uow, row, today)
        return situation is not None and any(
            line.action is NextAction.REMIND
            and (line.company, line.currency, line.amount) == (row.company, row.currency, row.amount)
            and (line.invoices, line.credit_notes) == (tuple(row.invoices), tuple(row.credit_notes))
            and line.contact_id == row.contact_id
            for line in plan(situation, self._plans.policy, today)
        )

    async def _situation(self, uow: Uow, row: ReminderRow, today: date) -> CustomerSituation | None:
        """As the plan sees it, but for this reminder itself, which is about to count as a contact."""
        situations = Situations(uow.session, uow.words.keyring)
        stale = await situations.staleness(self._clock(), self._plans.max_age)
        own = await uow.outbox.of_reminder(row.id)
        async for situation in situations.stream(
            today, stale=stale, with_delays=bool(self._plans.policy.moves), only=row.customer_id
        ):
            others = list(situation.contacted)
            if own is not None and own.send_after in others:
                others.remove(own.send_after)
            return replace(situation, contacted=tuple(others))
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

    async def _fix(
        self, uow: Uow, row: ReminderRow, words: Words, papers: tuple[Attached, ...], *, is_automatic: bool
    ) -> OutboxRow:
        """Fix the mail to the byte. Raises Invalid when its contact is gone."""
        contacts = {contact.id: contact for contact in await uow.ledger.contacts(row.customer_id)}
        contact = contacts.get(row.contact_id) if row.contact_id else None
        if contact is None:
            raise Invalid("the contact is gone: draft the reminder again")
        mailbox = await mailbox_for(uow, self._policy, row.company)
        outbox_id, now = new_id(), self._clock()
        send_after = await self._opening(uow, row.customer_id, max(now + self._undo, row.send_at))
        rfc_message_id = f"{outbox_id}@{mailbox.address.rpartition('@')[2]}"
        raw = compose_reminder(
            OutgoingReminder(
                message_id=rfc_message_id,
                sender=Address(mailbox.team, mailbox.address),
                recipient=Address(contact.name, contact.email),
                subject=words.subject,
                body=words.body,
                table=words.table,
                language=row.language,
                date=send_after,
                attachments=papers,
                is_automatic=is_automatic,
            )
        )
        customer = await uow.ledger.customer(row.customer_id)
        conversation = await uow.messages.conversation(row.conversation_id)
        key = await uow.words.key(row.conversation_id)
        outbox = OutboxRow(
            id=outbox_id,
            reminder_id=row.id,
            conversation_id=row.conversation_id,
            customer_id=row.customer_id,
            contact_id=contact.id,
            mailbox_id=mailbox.id,
            state=OutboxState.WAITING,
            rfc_message_id=rfc_message_id,
            rfc_id_hash=uow.words.keyring.index(rfc_message_id),
            raw_id=await uow.words.put(row.conversation_id, "outgoing", raw),
            envelope=key.seal(outbox_id, contact.email.encode()),
            recipient_hash=uow.words.keyring.index(contact.email),
            domain_hash=uow.words.keyring.index(contact.email.rpartition("@")[2]),
            is_automatic=is_automatic,
            conversation_version=conversation.version,
            ledger_version=customer.ledger_version if customer else None,
            contact_version=contact.version,
            send_after=send_after,
            expires_at=send_after + VOID_AFTER,
            created_at=now,
        )
        uow.outbox.add(outbox)
        await uow.session.flush()
        await uow.enqueue(send_job(outbox_id, row.conversation_id, delay_seconds=(send_after - now).total_seconds()))
        return outbox

    def _papers(self, brief: ReminderBrief, body: str) -> tuple[Attached, ...]:
        """They claim no interest that the letter does not: a person may have taken it out."""
        from app.reminders.statement_pdf import statement_pdf  # noqa: PLC0415  # slow to load; a start need not wait
        from app.reminders.statement_xlsx import statement_xlsx  # noqa: PLC0415  # likewise

        claim = ""
        if brief.claim is not None:
            self._letters = self._letters or Letters.load()
            claim = self._letters.claim(brief)
            claim = claim if claim in body else ""
        name = f"statement-{brief.today.isoformat()}"
        return (
            Attached(f"{name}.pdf", "application/pdf", statement_pdf(brief, claim)),
            Attached(f"{name}.xlsx", XLSX, statement_xlsx(brief, claim)),
        )
