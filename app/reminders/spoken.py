"""The drafted text of a task of the plan: what to say in a call, the letter to print, the message to type.

Drafted when it is looked at, so that it says what the ledger says; a formal notice names the person who looks."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from uuid import UUID

from agents.reminders.brief import ReminderBrief
from agents.reminders.letters import Letters
from app.db.tables.ledger import ContactRow
from app.db.uow import Database, Uow
from app.domain.clock import Clock
from app.domain.errors import NotFound
from app.domain.people import SignedIn
from app.domain.policy import Policy
from app.domain.reminder import Channel, PlanLine, Stage
from app.domain.sentence import Sentence
from app.reminders.batches import Author, asked_of, mailbox_for
from app.reminders.briefs import Wanted, brief_of
from app.reminders.service import ReminderService


@dataclass(frozen=True, slots=True)
class SpokenText:
    """`changed`: why the plan no longer asks for this, `reasons`: why a person decides; then there is no text. `points`
    are for a call, in the language of the person who calls; `body` is in the customer's."""

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
    problems: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    reasons: tuple[str, ...] = ()
    is_formal: bool = False


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
        """Raises NotFound for a task that is none of the plan's."""
        today = self._clock().date()
        async with self._database.read() as uow:
            task = await uow.tasks.get(task_id)
            step = await uow.reminders.persons_step(task_id)
            customer = await uow.ledger.customer(task.customer_id)
        if step is None or customer is None:
            raise NotFound("this task has no drafted text")
        text = SpokenText(str(task_id), task.kind.value, task.customer_id, customer.name)
        _situation, lines = await self._plans.explain(task.customer_id, today)
        line = next((one for one in lines if asked_of(one) == asked_of(step)), None)
        if line is None:
            return replace(text, changed=tuple(one.why for one in lines))
        if line.stage is None:
            return replace(text, reasons=(line.why,))
        async with self._database.read() as uow:
            brief = await self._brief(uow, line, today, reader)
            contact = await _contact(uow, line)
        return await self._written(text, line, brief, contact)

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
        if line.channel is Channel.CALL:
            return replace(text, points=tuple(_points(brief)))
        if line.channel is Channel.SMS:
            self._letters = self._letters or Letters.load()
            return replace(text, body=self._letters.short(brief))
        draft = await self._author.remind(brief)
        return replace(text, subject=draft.subject, body=draft.body, problems=draft.problems)


def _points(brief: ReminderBrief) -> Iterator[Sentence]:
    """Facts first, then what to ask; nothing that could be taken for a concession or a threat."""
    oldest = max(invoice.days_overdue(brief.today) for invoice in brief.invoices)
    numbers = ", ".join(invoice.number for invoice in brief.invoices)
    yield Sentence(
        "{amount:,.2f} {currency} is open on {numbers}; the oldest is {days} days late.",
        amount=brief.total,
        currency=brief.currency,
        numbers=numbers,
        days=oldest,
    )
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
    yield Sentence(
        "Ask on which day and how it will be paid, and whether anything is missing: a copy, an order number."
    )
    yield Sentence(
        "Note what they say as a promise or a dispute. Later dates, instalments or a discount are decided afterwards."
    )


async def _contact(uow: Uow, line: PlanLine) -> ContactRow | None:
    contacts = await uow.ledger.contacts(line.customer_id)
    return next((contact for contact in contacts if contact.id == line.contact_id), None)
