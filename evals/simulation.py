"""A year of invented customers, day by day, through the planner that runs in production.

    import ─▶ people decide ─▶ promises are judged ─▶ plan ─▶ contacts, each one checked ─▶ answers, which open cases

The customers are those of `app.demo.history`; its first year is their history, the second is lived anew.
"""

import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from enum import StrEnum

from app.demo.history import SampleCustomer, SampleInvoice, sample_ledger
from app.domain.account import ContactRole
from app.domain.contact import Reachability
from app.domain.extension import Step, judge_plan
from app.domain.freshness import is_fresh
from app.domain.intents import Tone
from app.domain.money import Money
from app.domain.policy import LedgerPolicy
from app.domain.promise import Promise, judge_promise, owed_on
from app.domain.reminder import Channel, NextAction, PlanLine, SentReminder, Stage, Why
from app.domain.review import CaseKind, CaseState
from app.domain.workflow import ReminderPolicy
from app.ledger.grace import deadline
from app.policies.reminders import load_reminders
from app.reading.days.workdays import is_workday
from app.reminders.schedule import plan
from evals.simulation_answers import OFFICE, Answer, Character, Mail, left_alone, temper_of
from evals.simulation_rules import Bounds, Breach, Contact, Rule, check
from evals.simulation_world import Case, Debtor, Import, addressee, import_of

FIRST = date(2025, 6, 1)
DAYS = 365
IMPORT_FAILS = frozenset(FIRST + timedelta(days=ahead) for ahead in range(44, 51))
"""A week in July without an import: the ledger grows too old to remind anybody."""

DISAPPOINTED = frozenset({CaseState.BROKEN, CaseState.PARTLY_KEPT})
OUR_ANSWER = time(14, tzinfo=UTC)
THEIR_MAIL = time(15, 30, tzinfo=UTC)


class What(StrEnum):
    """Of an event in a customer's year."""

    REMINDER = "reminder"
    PERSON = "person"
    MAIL = "mail"
    CASE = "case"
    CONTACT = "contact"
    HOLD = "hold"


@dataclass(frozen=True, slots=True)
class Event:
    day: date
    customer_id: str
    what: What
    text: str


@dataclass(frozen=True, slots=True)
class Said:
    """A contact that took place: a mail that Duebox sends, or what a person does instead."""

    day: date
    customer_id: str
    stage: Stage
    tone: Tone
    channel: Channel
    by_person: bool
    invoices: tuple[str, ...]


@dataclass(slots=True)
class Year:
    """What came of it. `outcomes`: lines of the plan by the Monday of their week and their reason. `crossed`: contacts
    naming an invoice that was paid that same day or the day before, which no import could know."""

    seed: int
    first: date
    last: date
    debtors: dict[str, Debtor] = field(default_factory=dict)
    tempers: dict[str, str] = field(default_factory=dict)
    outcomes: Counter[tuple[date, Why]] = field(default_factory=Counter)
    said: list[Said] = field(default_factory=list)
    answers: Counter[Answer] = field(default_factory=Counter)
    events: list[Event] = field(default_factory=list)
    checked: Counter[Rule] = field(default_factory=Counter)
    breaches: list[Breach] = field(default_factory=list)
    crossed: int = 0

    def cases(self, kind: CaseKind) -> Iterator[tuple[Debtor, Case]]:
        return ((debtor, case) for debtor in self.debtors.values() for case in debtor.cases if case.kind is kind)

    def of(self, customer_id: str) -> list[Event]:
        return [event for event in self.events if event.customer_id == customer_id]


def simulate(customers: int = 120, seed: int = 11, days: int = DAYS, policy: ReminderPolicy | None = None) -> Year:
    """Live through so many days from FIRST on; the same seed gives the same year."""
    return _Simulation(customers, seed, days, policy or load_reminders()).run()


class _Simulation:
    def __init__(self, customers: int, seed: int, days: int, policy: ReminderPolicy) -> None:
        self._policy = policy
        self._bounds = Bounds(
            policy.caps.a_week,
            timedelta(hours=policy.caps.hours_apart),
            timedelta(days=policy.off_ramp.quiet_days_after_mail),
            timedelta(days=policy.talk_days),
            policy.hours.begin.hour,
            policy.hours.end.hour,
        )
        self._year = Year(seed, FIRST, FIRST + timedelta(days=days - 1))
        self._characters: dict[str, Character] = {}
        self._mails: dict[str, Mail] = {}
        ledger = sample_ledger(customers, seed)
        bills: dict[str, list[SampleInvoice]] = {}
        for invoice in ledger.invoices:
            bills.setdefault(invoice.customer_id, []).append(invoice)
        for place, customer in enumerate(ledger.customers, start=1):
            self._move_in(place, customer, bills.get(customer.id, []), seed)

    def _move_in(self, place: int, customer: SampleCustomer, invoices: list[SampleInvoice], seed: int) -> None:
        dice = random.Random(f"{seed}:{customer.id}")  # noqa: S311  # nothing secret
        temper = temper_of(dice, is_person=customer.natural_person)
        old = [left_alone(dice, replace(temper, forgets=0), i) for i in invoices if i.due_date < FIRST]
        new = [left_alone(dice, temper, invoice) for invoice in invoices if invoice.due_date >= FIRST]
        language = customer.country.language
        contacts = [addressee(2 * place, customer.contact.email, customer.contact.role, language)]
        if not customer.natural_person and dice.random() < 0.5:  # noqa: PLR2004
            email = f"management.{customer.contact.email}"
            contacts.append(addressee(2 * place + 1, email, ContactRole.MANAGEMENT, language))
        leaves = not customer.natural_person and dice.random() < 0.25  # noqa: PLR2004
        begins = FIRST + timedelta(days=dice.randint(5, 200))
        is_held = dice.random() < 0.12  # noqa: PLR2004
        debtor = Debtor(
            customer,
            is_strategic=customer.segment == "key" and dice.random() < 0.25,  # noqa: PLR2004
            bills=old + new,
            contacts=contacts,
            contact_leaves_on=FIRST + timedelta(days=dice.randint(5, 200)) if leaves else None,
            hold=(begins, begins + timedelta(days=dice.randint(20, 45))) if is_held else None,
        )
        self._characters[customer.id] = Character(temper, dice)
        self._year.debtors[customer.id] = debtor
        self._year.tempers[customer.id] = temper.name

    def run(self) -> Year:
        imported = FIRST
        for ahead in range((self._year.last - FIRST).days + 1):
            day = FIRST + timedelta(days=ahead)
            imported = imported if day in IMPORT_FAILS else day
            stale = not is_fresh(_at(imported), _at(day), LedgerPolicy().max_age)
            ledger = import_of(imported, is_stale=stale)
            for debtor in self._year.debtors.values():
                self._live(debtor, day, ledger)
        return self._year

    def _live(self, debtor: Debtor, day: date, ledger: Import) -> None:
        debtor.take_import(ledger)
        self._judge(debtor, day, ledger)
        self._plan(debtor, day, ledger)
        self._decide(debtor, day, ledger)
        self._hear(debtor, day, ledger)

    def _plan(self, debtor: Debtor, day: date, ledger: Import) -> None:
        """What is planned for a later day is planned anew on that day."""
        if debtor.hold and debtor.hold[0] == day:
            self._note(debtor, day, What.HOLD, f"A person sets a hold until {debtor.hold[1]}")
        monday = day - timedelta(days=day.weekday())
        for line in plan(debtor.situation(day, ledger), self._policy, day):
            self._year.outcomes[monday, line.reason] += 1
            if line.send_at is not None and line.send_at.date() == day:
                self._contact(debtor, line, line.send_at, ledger)

    def _contact(self, debtor: Debtor, line: PlanLine, at: datetime, ledger: Import) -> None:
        contact = Contact(debtor, line, at, ledger, self._bounds)
        self._year.breaches += check(contact, self._year.checked)
        if line.stage is None or line.tone is None or line.channel is None:
            return
        day = at.date()
        debtor.sent.append(SentReminder(line.stage, line.channel, at, line.currency, line.company))
        debtor.contacted.append(at)
        by_person = line.action is NextAction.TASK
        said = Said(day, debtor.customer.id, line.stage, line.tone, line.channel, by_person, line.invoices)
        self._year.said.append(said)
        text = f"{line.stage.capitalize()}, {line.tone}, by {line.channel}{' (a person)' if by_person else ''}"
        self._note(debtor, day, What.PERSON if by_person else What.REMINDER, f"{text}: {line.amount} {line.currency}")
        bills = [debtor.bill(number) for number in line.invoices]
        self._year.crossed += any(bill.open_on(day) != bill.open_on(ledger.seen_until) for bill in bills)
        if not self._bounces_off(debtor, day, line):
            character = self._characters[debtor.customer.id]
            self._mails[debtor.customer.id] = character.answer(day, line.invoices, debtor.customer.country.code)

    def _bounces_off(self, debtor: Debtor, day: date, line: PlanLine) -> bool:
        """Whether a machine answers that the contact has left. Then nobody is written to there any more."""
        left = debtor.contact_leaves_on
        place = next((n for n, c in enumerate(debtor.contacts) if c.id == line.contact_id), None)
        if left is None or left > day or place != 0 or line.channel is not Channel.EMAIL:
            return False
        debtor.contacts[0] = replace(debtor.contacts[0], reachability=Reachability.LEFT)
        debtor.contact_leaves_on = None
        debtor.successor_on = self._characters[debtor.customer.id].next_office_day(day + timedelta(days=10), 15)
        self._note(debtor, day, What.CONTACT, "A machine answers: the contact has left and names a successor")
        return True

    def _decide(self, debtor: Debtor, day: date, ledger: Import) -> None:
        """What people of ours do on this day: answer, confirm, grant, resolve, take up a new contact."""
        if not is_workday(day, OFFICE):
            return
        character = self._characters[debtor.customer.id]
        if debtor.mail_waits_until is not None and debtor.mail_waits_until <= day:
            debtor.mail_waits_until = None
            debtor.contacted.append(datetime.combine(day, OUR_ANSWER))
        if debtor.talk_on is not None and debtor.talk_on <= day:
            debtor.talk_since = debtor.talk_on = None
            debtor.contacted.append(datetime.combine(day, OUR_ANSWER))
            self._note(debtor, day, What.PERSON, "A person talks with them")
        if debtor.successor_on is not None and debtor.successor_on <= day:
            debtor.successor_on = None
            email = f"new.{debtor.customer.contact.email}"
            known = debtor.contacts[0]
            debtor.contacts.append(addressee(known.id.int + 10**6, email, known.role, known.language))
            self._note(debtor, day, What.CONTACT, "A person confirms the successor")
        for case in debtor.cases:
            if case.state is CaseState.PROPOSED and case.decide_on <= day:
                self._confirm(debtor, case, day, character, ledger)
            elif case.runs and case.ends_on is not None and case.ends_on <= day:
                case.end(CaseState.RESOLVED, day)
                character.pay_after_decision(debtor, case, day)
                self._note(debtor, day, What.CASE, f"The {case.kind} is resolved")

    def _confirm(self, debtor: Debtor, case: Case, day: date, character: Character, ledger: Import) -> None:
        case.state = CaseState.CONFIRMED
        if case.kind is not CaseKind.EXTENSION:
            self._note(debtor, day, What.CASE, f"A person confirms the {case.kind}")
            return
        made = case.made or Promise(day, None, frozenset(case.invoices))
        owed = owed_on(made, debtor.invoices(case.invoices, ledger))
        roll = character.dice.random()
        if owed is None or roll < 0.2:  # noqa: PLR2004
            case.end(CaseState.DECLINED, day)
            character.pay_after_decision(debtor, case, day)
            self._note(debtor, day, What.CASE, "A person declines more time")
            return
        if roll < 0.6:  # noqa: PLR2004
            until = day + timedelta(days=21)
            case.made = Promise(day, until, frozenset(case.invoices), owed=owed)
            character.follow(debtor, case, day, {until: Decimal(1)})
            self._note(debtor, day, What.CASE, f"A person grants time until {until}")
            return
        case.made = Promise(day, None, frozenset(case.invoices), owed=owed)
        case.steps = _instalments(day, owed)
        character.follow(debtor, case, day, {step.day: step.amount.amount / owed.amount for step in case.steps})
        self._note(debtor, day, What.CASE, f"A person grants a plan of {len(case.steps)} instalments")

    def _judge(self, debtor: Debtor, day: date, ledger: Import) -> None:
        """By the rules that run in production, on what the ledger knows."""
        running = [case for case in debtor.cases if case.state is CaseState.CONFIRMED and case.made is not None]
        for case in running:
            state = _verdict(debtor, case, ledger)
            if state is None:
                continue
            is_broken_plan = case.kind is CaseKind.EXTENSION and state is CaseState.PARTLY_KEPT
            case.end(CaseState.BROKEN if is_broken_plan else state, day)
            what = "plan" if case.steps else case.kind.value
            self._note(debtor, day, What.CASE, f"The {what} is {case.state.replace('_', ' ')}")
            if case.state in DISAPPOINTED:
                self._ask_for_talk(debtor, day)

    def _ask_for_talk(self, debtor: Debtor, day: date) -> None:
        """A task for a person. Some are left lying: then reminders go on after a while."""
        character = self._characters[debtor.customer.id]
        is_left = character.dice.random() < 0.2  # noqa: PLR2004
        debtor.talk_since = _at(day)
        debtor.talk_on = None if is_left else character.next_office_day(day + timedelta(days=1), 3)

    def _hear(self, debtor: Debtor, day: date, ledger: Import) -> None:
        mail = self._mails.get(debtor.customer.id)
        if mail is None or mail.day > day:
            return
        del self._mails[debtor.customer.id]
        self._year.answers[mail.answer] += 1
        case = self._characters[debtor.customer.id].act(debtor, mail, ledger)
        if case is None:
            return
        debtor.cases.append(case)
        debtor.replies.append(datetime.combine(day, THEIR_MAIL))
        debtor.mail_waits_until = mail.decide_on
        asked = "asks for a later day than promised" if _is_moved(case, mail) else mail.answer.value
        self._note(debtor, day, What.MAIL, f"They write: {asked}")

    def _note(self, debtor: Debtor, day: date, what: What, text: str) -> None:
        self._year.events.append(Event(day, debtor.customer.id, what, text))


def _at(day: date) -> datetime:
    return datetime.combine(day, time(6), UTC)


def _is_moved(case: Case, mail: Mail) -> bool:
    return case.kind is CaseKind.EXTENSION and mail.answer is Answer.PROMISES


def _instalments(day: date, owed: Money) -> tuple[Step, ...]:
    third = (owed.amount / 3).quantize(Decimal("0.01"))
    amounts = (third, third, owed.amount - 2 * third)
    return tuple(
        Step(day + timedelta(days=14 + 30 * n), Money(amount, owed.currency)) for n, amount in enumerate(amounts)
    )


def _verdict(debtor: Debtor, case: Case, ledger: Import) -> CaseState | None:
    """The state that a promise or an extension ends in, None while it runs."""
    made = case.made
    if made is None:
        return None
    country = debtor.customer.country

    def deadline_of(day: date | None) -> date:
        return deadline(day, made_on=made.made_on, country=country.code, language=country.language)

    invoices, payments = debtor.invoices(case.invoices, ledger), debtor.payments(case.invoices, ledger)
    if case.steps:
        return judge_plan(made, case.steps, invoices, payments, ledger.day, deadline_of).state
    return judge_promise(made, invoices, payments, ledger.day, deadline_of(made.day)).state
