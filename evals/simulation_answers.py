"""How invented customers behave when they hear from us. Every number here is made up, and drawn from seeded dice."""

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum

from app.demo.history import CENT, SampleInvoice, SamplePayment
from app.domain.money import Money
from app.domain.promise import Promise, moves, owed_on
from app.domain.review import RUNNING, CaseKind, CaseState
from app.reading.days.workdays import add_workdays
from evals.simulation_world import Bill, Case, Debtor, Import

OFFICE = "DE"
"""Where the people work who answer mails and decide cases."""

STANDING = RUNNING | {CaseState.BROKEN}


class Answer(StrEnum):
    PAYS = "pays"
    PROMISES = "promises"
    DISPUTES = "disputes"
    ASKS = "asks for time"
    HARDSHIP = "hardship"
    SILENT = "silent"


@dataclass(frozen=True, slots=True)
class Temper:
    """`answers`: weights in the order of Answer. `keeps`: the share of promises kept. `forgets`: the share of invoices
    that nobody would pay for months without a reminder."""

    name: str
    share: int
    answers: tuple[int, ...]
    keeps: float
    forgets: float


TEMPERS = (
    Temper("pays", 40, (80, 4, 2, 2, 0, 12), 0.9, 0.08),
    Temper("promises and keeps", 14, (20, 65, 2, 5, 0, 8), 0.95, 0.5),
    Temper("promises and breaks", 12, (5, 65, 2, 8, 0, 20), 0.2, 0.7),
    Temper("disputes", 10, (30, 5, 50, 5, 0, 10), 0.8, 0.4),
    Temper("asks for time", 10, (15, 10, 2, 60, 3, 10), 0.7, 0.6),
    Temper("silent", 14, (12, 3, 2, 3, 0, 80), 0.5, 0.7),
)
PERSON = Temper("natural person", 0, (45, 14, 4, 10, 12, 15), 0.7, 0.5)


def temper_of(dice: random.Random, *, is_person: bool) -> Temper:
    return PERSON if is_person else dice.choices(TEMPERS, [temper.share for temper in TEMPERS])[0]


def left_alone(dice: random.Random, temper: Temper, invoice: SampleInvoice) -> Bill:
    """When the invoice would be paid if we never wrote: as the sample ledger has it, or not for months."""
    if dice.random() >= temper.forgets:
        return Bill(invoice, list(invoice.payments))
    late = invoice.due_date + timedelta(days=dice.randint(45, 150))
    return Bill(invoice, [SamplePayment(late, invoice.amount.amount)])


@dataclass(frozen=True, slots=True)
class Mail:
    """What one customer answers on a day, about the invoices that we named."""

    answer: Answer
    day: date
    numbers: tuple[str, ...]
    decide_on: date


class Character:
    """One customer's behaviour; its own dice, so that no customer depends on another."""

    def __init__(self, temper: Temper, dice: random.Random) -> None:
        self.temper = temper
        self.dice = dice

    def answer(self, day: date, numbers: tuple[str, ...], country: str) -> Mail:
        """What comes back on a reminder, on one of the next business days."""
        answer = self.dice.choices(tuple(Answer), self.temper.answers)[0]
        came = add_workdays(day, self.dice.randint(0, 2), country)
        return Mail(answer, came, numbers, self.next_office_day(came))

    def next_office_day(self, day: date, most: int = 2) -> date:
        return add_workdays(day, self.dice.randint(1, most), OFFICE)

    def act(self, debtor: Debtor, mail: Mail, ledger: Import) -> Case | None:
        """The customer does what they say, or does not. Returns the case that their mail opens, if it opens one."""
        bills = [bill for bill in map(debtor.bill, mail.numbers) if bill.open_on(mail.day)]
        if not bills:
            return None
        match mail.answer:
            case Answer.PAYS:
                self._pay(debtor, mail.day, bills)
            case Answer.PROMISES:
                return self._promise(debtor, mail, bills, ledger)
            case Answer.DISPUTES:
                return self._dispute(mail, bills[0])
            case Answer.ASKS:
                return self._wait_for_us(CaseKind.EXTENSION, mail, bills)
            case Answer.HARDSHIP:
                found = self._wait_for_us(CaseKind.HARDSHIP, mail, bills)
                found.ends_on = mail.day + timedelta(days=self.dice.randint(30, 60))
                return found
            case Answer.SILENT:
                pass
        return None

    def _pay(self, debtor: Debtor, day: date, bills: Sequence[Bill]) -> None:
        on = day + timedelta(days=self.dice.randint(1, 6))
        for bill in bills:
            disputed = _disputed(debtor, bill)
            if disputed:
                bill.pay_in_parts(day, [SamplePayment(on, bill.open_on(day) - disputed)])
            elif bill.paid_on is None or bill.paid_on > on:
                bill.pay_rest(day, on)

    def _promise(self, debtor: Debtor, mail: Mail, bills: Sequence[Bill], ledger: Import) -> Case:
        day = add_workdays(mail.day + timedelta(days=self.dice.randint(3, 12)), 1, debtor.customer.country.code)
        made = Promise(mail.day, day, frozenset(bill.number for bill in bills))
        made = Promise(mail.day, day, made.invoices, owed=owed_on(made, debtor.invoices(made.invoices, ledger)))
        self._keep_or_break(mail.day, day, bills)
        earlier = [case.made for case in debtor.cases if case.kind is CaseKind.PROMISE and case.state in STANDING]
        is_moved = any(promise is not None and moves(promise, made) for promise in earlier)
        kind = CaseKind.EXTENSION if is_moved else CaseKind.PROMISE
        return Case(kind, mail.day, tuple(bill.number for bill in bills), mail.decide_on, made=made)

    def _keep_or_break(self, today: date, day: date, bills: Sequence[Bill]) -> None:
        if self.dice.random() < self.temper.keeps:
            for bill in bills:
                bill.pay_rest(today, day)
            return
        late = day + timedelta(days=self.dice.randint(20, 60))
        is_partly = self.dice.random() < 0.3  # noqa: PLR2004
        for bill in bills:
            half = (bill.open_on(today) / 2).quantize(CENT) if is_partly else Decimal(0)
            parts = [SamplePayment(day, half)] if half else []
            bill.pay_in_parts(today, [*parts, SamplePayment(late, bill.open_on(today) - half)])

    def _dispute(self, mail: Mail, bill: Bill) -> Case:
        left = bill.open_on(mail.day)
        is_part = self.dice.random() < 0.5  # noqa: PLR2004
        part = (left * self.dice.randint(2, 6) / 10).quantize(CENT)
        found = self._wait_for_us(CaseKind.DISPUTE, mail, [bill])
        found.disputed = Money(part, bill.invoice.amount.currency) if is_part and 0 < part < left else None
        found.ends_on = mail.decide_on + timedelta(days=self.dice.randint(10, 40))
        return found

    def _wait_for_us(self, kind: CaseKind, mail: Mail, bills: Sequence[Bill]) -> Case:
        """Nothing is paid until we have decided."""
        for bill in bills:
            bill.pay_in_parts(mail.day, ())
        return Case(kind, mail.day, tuple(bill.number for bill in bills), mail.decide_on)

    def pay_after_decision(self, debtor: Debtor, case: Case, day: date) -> None:
        """A case is over or was declined: most then pay within some days, others wait for the next reminder."""
        is_soon = self.dice.random() < 0.6  # noqa: PLR2004
        on = day + timedelta(days=self.dice.randint(3, 12) if is_soon else self.dice.randint(40, 90))
        for bill in map(debtor.bill, case.invoices):
            bill.pay_rest(day, on)

    def follow(self, debtor: Debtor, case: Case, today: date, until: Mapping[date, Decimal]) -> None:
        """Pay what was granted, on its days: all of it, or only the first of several parts and the rest much later."""
        keeps = self.dice.random() < 0.75  # noqa: PLR2004
        days = sorted(until)
        for bill in map(debtor.bill, case.invoices):
            left = bill.open_on(today)
            parts: list[SamplePayment] = []
            for day in days:
                amount = left if day == days[-1] else (bill.open_on(today) * until[day]).quantize(CENT)
                is_late = not keeps and (day != days[0] or len(days) == 1)
                parts.append(SamplePayment(day + timedelta(days=35 if is_late else 0), amount))
                left -= amount
            bill.pay_in_parts(today, [part for part in parts if part.amount])


def _disputed(debtor: Debtor, bill: Bill) -> Decimal:
    """What a running dispute keeps back of the invoice."""
    amounts = (case.disputed for case in debtor.cases if case.runs and bill.number in case.invoices)
    return sum((money.amount for money in amounts if money is not None), Decimal(0))
