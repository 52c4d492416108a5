"""The invented world of a simulated year: what customers owe and have paid, what they said, and what we did.

The ledger is imported each morning: invoices as booked until the day before yesterday, payments until yesterday. So a
payment is first *seen* and closes its invoice a day later. On some days the import fails.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from uuid import UUID

from app.demo.history import SampleCustomer, SampleInvoice, SamplePayment
from app.domain.account import ContactRole, Invoice, InvoiceKind, InvoiceStatus, Payment
from app.domain.contact import Reachability
from app.domain.extension import Step
from app.domain.money import Money
from app.domain.promise import Promise
from app.domain.reminder import Addressee, CustomerSituation, OpenItem, RunningCase, SentReminder, Why
from app.domain.review import RUNNING, CaseKind, CaseState

DAY = timedelta(days=1)
REPLIES_LOOK_BACK = timedelta(days=180)
RECORD_LOOK_BACK = timedelta(days=365)
"""As far back as the plan of a real ledger looks (`app.db.repositories.situation_batch`)."""

STOPS = {
    CaseKind.PROMISE: Why.PROMISE_RUNNING,
    CaseKind.EXTENSION: Why.EXTENSION,
    CaseKind.HARDSHIP: Why.HARDSHIP,
    CaseKind.DISPUTE: Why.DISPUTE,
}


@dataclass(slots=True)
class Bill:
    """An invoice, and when it is paid as things stand: what the customer does can change the days to come."""

    invoice: SampleInvoice
    payments: list[SamplePayment]

    @property
    def number(self) -> str:
        return self.invoice.number

    @property
    def paid_on(self) -> date | None:
        """The day of the last payment, None while some of the invoice is never going to be paid."""
        return self.payments[-1].day if self.open_on(date.max) == 0 else None

    def open_on(self, day: date) -> Decimal:
        """What is open at the end of that day."""
        return self.invoice.amount.amount - sum((p.amount for p in self.payments if p.day <= day), Decimal(0))

    def pay_rest(self, today: date, on: date) -> None:
        """What is not paid until today is paid in one sum on another day."""
        past = [payment for payment in self.payments if payment.day <= today]
        rest = self.open_on(today)
        self.payments = [*past, SamplePayment(on, rest)] if rest else past

    def pay_in_parts(self, today: date, parts: Sequence[SamplePayment]) -> None:
        self.payments = [*(payment for payment in self.payments if payment.day <= today), *parts]


@dataclass(slots=True)
class Case:
    """A case of the ledger. `made` is what a promise said, or what a granted extension is judged by; `ends_on` is the
    day on which a person ends a dispute or a hardship."""

    kind: CaseKind
    opened_on: date
    invoices: tuple[str, ...]
    decide_on: date
    state: CaseState = CaseState.PROPOSED
    made: Promise | None = None
    steps: tuple[Step, ...] = ()
    disputed: Money | None = None
    ends_on: date | None = None
    ended_on: date | None = None

    @property
    def runs(self) -> bool:
        return self.state in RUNNING

    def end(self, state: CaseState, day: date) -> None:
        self.state, self.ended_on = state, day

    def as_stop(self) -> RunningCase:
        """As the plan sees it: only a confirmed dispute parts an amount, only a granted plan is one."""
        is_confirmed = self.state is CaseState.CONFIRMED
        if self.kind is CaseKind.EXTENSION and self.steps and is_confirmed:
            return RunningCase(Why.PLAN_RUNNING, self.invoices)
        return RunningCase(STOPS[self.kind], self.invoices, self.disputed if is_confirmed else None)


@dataclass(frozen=True, slots=True)
class Import:
    """What the ledger knows on a morning: invoices as booked until a day, payments seen until the next one."""

    day: date
    booked_until: date
    seen_until: date
    is_stale: bool


def import_of(day: date, *, is_stale: bool) -> Import:
    """The newest import, made on the morning of that day."""
    return Import(day, day - 2 * DAY, day - DAY, is_stale)


@dataclass(slots=True)
class Debtor:
    """One customer of the simulated year. `mail_waits_until`: when a person answers the last mail of theirs.
    `talk_since`: when the task was opened in which a person talks with them, `talk_on`: when they do, if ever."""

    customer: SampleCustomer
    is_strategic: bool
    bills: list[Bill]
    contacts: list[Addressee]
    contact_leaves_on: date | None = None
    successor_on: date | None = None
    hold: tuple[date, date] | None = None
    mail_waits_until: date | None = None
    talk_since: datetime | None = None
    talk_on: date | None = None
    cases: list[Case] = field(default_factory=list)
    sent: list[SentReminder] = field(default_factory=list)
    contacted: list[datetime] = field(default_factory=list)
    replies: list[datetime] = field(default_factory=list)
    _by_number: dict[str, Bill] = field(init=False)
    _open: list[Bill] = field(init=False)
    _delays: list[tuple[date, int]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._by_number = {bill.number: bill for bill in self.bills}
        self._open = list(self.bills)

    def bill(self, number: str) -> Bill:
        return self._by_number[number]

    def take_import(self, ledger: Import) -> None:
        """Put aside what the ledger knows as paid, so that a day looks only at what is open."""
        for bill in [bill for bill in self._open if not bill.open_on(ledger.booked_until)]:
            self._open.remove(bill)
            self._delays += [(p.day, (p.day - bill.invoice.due_date).days) for p in bill.payments]

    def invoices(self, numbers: Iterable[str], ledger: Import) -> list[Invoice]:
        """As the rules for promises and plans see them."""
        return [_as_invoice(self.bill(number), ledger.seen_until) for number in numbers]

    def payments(self, numbers: Iterable[str], ledger: Import) -> list[Payment]:
        return [
            Payment(payment.day, Money(payment.amount, bill.invoice.amount.currency), invoice_number=bill.number)
            for bill in map(self.bill, numbers)
            for payment in bill.payments
            if payment.day <= ledger.seen_until
        ]

    def promises(self, day: date, state: CaseState) -> int:
        """How many promises of the last year ended so; none is counted of a natural person."""
        if self.customer.natural_person:
            return 0
        return sum(
            case.kind is CaseKind.PROMISE and case.state is state and case.opened_on >= day - RECORD_LOOK_BACK
            for case in self.cases
        )

    def average_delay(self, ledger: Import) -> float | None:
        if self.customer.natural_person:
            return None
        since = ledger.day - RECORD_LOOK_BACK
        delays = [delay for day, delay in self._delays if since < day]
        delays += [
            (payment.day - bill.invoice.due_date).days
            for bill in self._open
            for payment in bill.payments
            if since < payment.day <= ledger.seen_until
        ]
        return sum(delays) / len(delays) if delays else None

    def situation(self, day: date, ledger: Import) -> CustomerSituation:
        """What the planner may know of this customer on the morning of a day."""
        country = self.customer.country
        replies = tuple(moment for moment in self.replies if moment.date() >= day - REPLIES_LOOK_BACK)
        known = () if self.customer.natural_person else replies  # whoever is their contact wrote them
        return CustomerSituation(
            customer_id=self.customer.id,
            language=country.language,
            country=country.code,
            currency=country.currency,
            timezone=country.timezone,
            segment=self.customer.segment,
            is_strategic=self.is_strategic,
            is_natural_person=self.customer.natural_person,
            has_unanswered_mail=self.mail_waits_until is not None,
            stale=frozenset({""}) if ledger.is_stale else frozenset(),
            hold_until=self.hold[1] if self.hold and self.hold[0] <= day <= self.hold[1] else None,
            items=tuple(_as_item(b, ledger) for b in self._open if b.invoice.issued_on <= ledger.booked_until),
            contacts=tuple(replace(contact, replies=known) for contact in self.contacts),
            cases=tuple(case.as_stop() for case in self.cases if case.runs),
            sent=tuple(self.sent),
            contacted=tuple(self.contacted),
            replies=replies,
            talk_since=self.talk_since,
            average_delay=self.average_delay(ledger),
            kept_promises=self.promises(day, CaseState.KEPT),
            broken_promises=self.promises(day, CaseState.BROKEN),
        )


def addressee(place: int, email: str, role: ContactRole, language: str) -> Addressee:
    """A contact with an id that is the same in every run."""
    return Addressee(UUID(int=place), email, role, language, reachability=Reachability.OK)


def _as_item(bill: Bill, ledger: Import) -> OpenItem:
    seen = any(ledger.booked_until < payment.day <= ledger.seen_until for payment in bill.payments)
    return OpenItem(
        number=bill.number,
        company="",
        is_credit_note=False,
        open=bill.open_on(ledger.booked_until),
        currency=bill.invoice.amount.currency,
        due_date=bill.invoice.due_date,
        is_disputed=False,
        payment_seen=seen,
    )


def _as_invoice(bill: Bill, day: date) -> Invoice:
    left = bill.open_on(day)
    amount = bill.invoice.amount
    status = InvoiceStatus.PAID if not left else InvoiceStatus.OPEN
    return Invoice(
        number=bill.number,
        kind=InvoiceKind.INVOICE,
        amount=amount,
        open=Money(left, amount.currency),
        due_date=bill.invoice.due_date,
        issue_date=bill.invoice.issued_on,
        status=status if left in {Decimal(0), amount.amount} else InvoiceStatus.PARTLY_PAID,
    )
