"""The drafted text of a task: what to say in a talk, the letter to print, the message to type.

Drafted when it is looked at, so that it says what the ledger says. A formal notice is ordered by a person, in whose
name it goes: from then on its words are kept, and printed as they were."""

import asyncio
import json
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from uuid import UUID

from babel import Locale

from agents.reminders.brief import ReminderBrief
from agents.reminders.letters import Letters
from app.db.tables.ledger import ContactRow, CustomerRow, TaskRow
from app.db.uow import Database, Uow
from app.domain.clock import Clock
from app.domain.company import Company
from app.domain.errors import Invalid, NotAllowed, NotFound, StateImpossible
from app.domain.money import Money
from app.domain.people import SignedIn
from app.domain.policy import Policy
from app.domain.reminder import Channel, PlanLine, Stage
from app.domain.sentence import Sentence
from app.domain.task import TALKS, TaskKind, TaskState
from app.reading.outgoing.composing_reminders import Table
from app.reminders.batches import Author
from app.reminders.briefs import Wanted, brief_of
from app.reminders.mailboxes import mailbox_for
from app.reminders.persons_steps import asked_of
from app.reminders.phrases import TO_ASK, TO_NOTE, open_on
from app.reminders.schedule import contact_for
from app.reminders.service import ReminderService
from app.reminders.talking import Quote, points_of, quotes_of, whom

UNORDERED = Sentence("A formal notice is shown once a named person has ordered it")


@dataclass(frozen=True, slots=True)
class SpokenText:
    """`ordered_on`: when a formal notice was ordered, None before; `table`: its statement. `changed`: why the plan no
    longer asks for this, `reasons`: why a person decides; then there is no text. `points` and `quotes` are for a talk,
    in the language of the person who talks; `body` is in the customer's. `address`: the lines of where a letter goes,
    empty where the ledger has none."""

    task_id: str
    kind: str
    customer_id: str
    customer: str
    contact: str = field(repr=False, default="")
    phone: str = field(repr=False, default="")
    language: str = ""
    subject: str = ""
    body: str = field(repr=False, default="")
    points: tuple[str, ...] = ()
    quotes: tuple[Quote, ...] = field(repr=False, default=())
    is_open: bool = True
    problems: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    reasons: tuple[str, ...] = ()
    is_formal: bool = False
    ordered_on: date | None = None
    company: str = ""
    table: Table | None = field(repr=False, default=None)
    address: str = field(repr=False, default="")

    @property
    def may_be_printed(self) -> bool:
        """A letter whose words are final: a formal notice is, once it was ordered."""
        is_final = self.ordered_on is not None or not self.is_formal
        return self.kind == TaskKind.LETTER and self.table is not None and is_final and not self.problems


class SpokenTexts:
    def __init__(
        self, database: Database, plans: ReminderService, author: Author, policy: Policy, clock: Clock
    ) -> None:
        self._database = database
        self._plans = plans
        self._author = author
        self._policy = policy
        self._clock = clock
        self._letters: Letters | None = None

    async def of(self, task_id: UUID, reader: SignedIn) -> SpokenText:
        """Raises NotFound for a task that has none."""
        today = self._clock().date()
        async with self._database.read() as uow:
            task = await uow.tasks.get(task_id)
            step = await uow.reminders.persons_step(task_id)
            customer = await uow.ledger.customer(task.customer_id)
        if customer is None or (step is None and task.kind not in TALKS):
            raise NotFound("this task has no drafted text")
        text = SpokenText(
            str(task_id), task.kind.value, task.customer_id, customer.name, is_open=task.state is TaskState.OPEN
        )
        if step is None:
            return await self._talk(text, task, today)
        text = replace(text, company=step.company)
        if task.kind is TaskKind.LETTER:
            async with self._database.read() as uow:
                text = replace(text, address=await _address(uow, customer, self._policy.company(step.company)))
        if step.letter is not None and step.ordered_at is not None:
            kept = json.loads(uow.words.keyring.open(step.id, step.letter))
            table = Table(
                kept["table"]["text"], tuple(kept["table"]["heads"]), tuple(map(tuple, kept["table"]["rows"]))
            )
            words = {name: kept[name] for name in ("contact", "language", "subject", "body")}
            words["address"] = kept.get("address", text.address)
            return replace(text, **words, table=table, is_formal=True, ordered_on=step.ordered_at.date())
        _situation, lines = await self._plans.explain(task.customer_id, today)
        line = next((one for one in lines if asked_of(one) == asked_of(step)), None)
        if line is None:
            return replace(text, changed=tuple(one.why for one in lines))
        if line.stage is None:
            return replace(text, reasons=(line.why,))
        if line.stage is Stage.FORMAL and not reader.can_decide:
            return replace(text, reasons=(UNORDERED,), is_formal=True)
        async with self._database.read() as uow:
            brief = await self._brief(uow, line, today, reader)
            contact = await _contact(uow, line)
            if _is_talk(text, line):
                text = replace(text, quotes=await quotes_of(uow, task.customer_id))
        return await self._written(text, line, brief, contact)

    async def order(self, task_id: UUID, by: SignedIn) -> None:
        """Order a formal notice in one's own name: it is kept as it reads now.

        Raises NotAllowed, NotFound, StateImpossible when it was ordered before, and Invalid when it is no formal
        notice, the plan no longer asks for it, or the checks refused its words.
        """
        by.check_can_decide()
        if by.id is None:
            raise NotAllowed("only a person orders a formal notice")
        text = await self.of(task_id, by)
        if text.changed or not text.is_formal:
            raise Invalid("the plan asks for no formal notice here")
        if text.problems or text.table is None:
            raise Invalid("the checks refused this draft: correct the ledger or the policy first")
        letter = {name: getattr(text, name) for name in ("contact", "address", "language", "subject", "body")}
        letter["table"] = {"text": text.table.text, "heads": text.table.heads, "rows": text.table.rows}
        async with self._database.write() as uow:
            step = await uow.reminders.persons_step_for_update(task_id)
            if step.letter is not None:
                raise StateImpossible("this notice was ordered already")
            step.ordered_by, step.ordered_at = by.id, self._clock()
            step.letter = uow.words.keyring.seal(step.id, json.dumps(letter).encode())
            uow.audit.add(
                "reminders.notice.ordered",
                actor=by.actor,
                task_id=task_id,
                customer_id=step.customer_id,
                stage=step.stage,
            )

    async def printed(self, task_id: UUID, reader: SignedIn) -> bytes:
        """A letter as PDF: a formal notice as it was ordered, another as it reads today.

        Raises NotFound where there is no letter, or no order for it, and Invalid when the checks refused its words, or
        nothing says in whose name it goes.
        """
        from app.reminders.letter_pdf import letter_pdf  # noqa: PLC0415  # slow to load; a start need not wait for it

        text = await self.of(task_id, reader)
        if text.is_formal and text.ordered_on is None:
            raise NotFound("this notice was not ordered yet")
        if text.problems:
            raise Invalid("the checks refused this draft: correct the ledger or the policy first")
        if text.table is None or not text.may_be_printed:
            raise NotFound("there is no letter to print here")
        company = self._policy.company(text.company)
        if company is None:
            async with self._database.read() as uow:
                company = Company(text.company, (await mailbox_for(uow, self._policy, text.company)).team)
        return await asyncio.to_thread(
            letter_pdf,
            company,
            (text.customer, text.contact, text.address),
            (text.subject, text.body, text.table),
            language=text.language,
            day=text.ordered_on or self._clock().date(),
        )

    async def _talk(self, text: SpokenText, task: TaskRow, today: date) -> SpokenText:
        """About all that the customer owes: no line of the plan asks for this."""
        situation, _lines = await self._plans.explain(task.customer_id, today)
        best = contact_for(situation)
        async with self._database.read() as uow:
            contact = await whom(uow, task.customer_id, best.id if best else None)
            points = await points_of(uow, task.kind, task.customer_id, today)
            quotes = await quotes_of(uow, task.customer_id)
        name, phone = (contact.name, contact.phone) if contact else ("", "")
        return replace(text, contact=name, phone=phone, points=points, quotes=quotes)

    async def _brief(self, uow: Uow, line: PlanLine, today: date, reader: SignedIn) -> ReminderBrief:
        return await brief_of(
            uow,
            Wanted.of_line(line),
            self._policy,
            self._plans.claims,
            team=(await mailbox_for(uow, self._policy, line.company)).team,
            today=today,
            approver=reader.name,
            pay_by=today + timedelta(days=self._plans.policy.formal_days),
        )

    async def _written(
        self, text: SpokenText, line: PlanLine, brief: ReminderBrief, contact: ContactRow | None
    ) -> SpokenText:
        name, phone = (contact.name, contact.phone) if contact else ("", "")
        text = replace(text, contact=name, phone=phone, language=line.language, is_formal=line.stage is Stage.FORMAL)
        if _is_talk(text, line):
            return replace(text, points=tuple(_points(brief)))
        if line.channel is Channel.SMS:
            self._letters = self._letters or Letters.load()
            return replace(text, body=self._letters.short(brief))
        draft = await self._author.remind(brief)
        statement = draft.statement
        table = Table(draft.statement_text, tuple(statement.heads), tuple(tuple(row.cells) for row in statement.rows))
        return replace(text, subject=draft.subject, body=draft.body, problems=draft.problems, table=table)


def _is_talk(text: SpokenText, line: PlanLine) -> bool:
    """Also where the step is a mail by which no machine writes to this customer: its owner gets in touch."""
    return text.kind == TaskKind.CALL and line.stage is not Stage.FORMAL


def _points(brief: ReminderBrief) -> Iterator[Sentence]:
    """Facts first, then what to ask; nothing that could be taken for a concession or a threat."""
    oldest = max(invoice.days_overdue(brief.today) for invoice in brief.invoices)
    numbers = [invoice.number for invoice in brief.invoices]
    yield open_on(Money(brief.total, brief.currency), numbers, oldest)
    if brief.credit_notes:
        notes = ", ".join(note.number for note in brief.credit_notes)
        yield Sentence("Credit notes are taken off: {numbers}.", numbers=notes)
    disputed = [invoice.number for invoice in brief.invoices if invoice.disputed]
    if disputed:
        yield Sentence("Part of {numbers} is in dispute and not asked for.", numbers=", ".join(disputed))
    if brief.broken_promise:
        yield Sentence("They promised to pay by {day:%-d %B %Y}, and nothing came.", day=brief.broken_promise)
    if brief.last_contact:
        yield Sentence("They were last reminded on {day:%-d %B %Y}.", day=brief.last_contact)
    yield TO_ASK
    yield TO_NOTE


async def _address(uow: Uow, customer: CustomerRow, company: Company | None) -> str:
    """With the country below it where the letter goes abroad."""
    address = await uow.addresses.of(customer.id)
    is_abroad = bool(address and customer.country) and (company is None or company.country != customer.country)
    name = Locale("en").territories.get(customer.country, customer.country) if is_abroad else ""
    return "\n".join(filter(None, (address, name.upper())))


async def _contact(uow: Uow, line: PlanLine) -> ContactRow | None:
    contacts = await uow.ledger.contacts(line.customer_id)
    return next((contact for contact in contacts if contact.id == line.contact_id), None)
