"""An invented ledger of two years: customers of several countries, currencies, sizes and habits, and what they paid.

For back-tests, simulations and pictures. The same seed gives the same ledger. All names are made up.
"""

import random
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from app.demo.habits import HABITS, Habit, payment_day
from app.domain.account import ContactRole
from app.domain.conduct import PaidInvoice
from app.domain.money import Money

START = date(2024, 6, 1)
END = date(2026, 5, 31)
SEED = 20_240_601
CENT = Decimal("0.01")

_FIRST = (
    "Alder", "Brook", "Cobalt", "Dorn", "Elm", "Fjord", "Glen", "Hazel", "Iris", "Juniper", "Kestrel", "Linden",
    "Maple", "Nettle", "Osier", "Pebble", "Quarry", "Rowan", "Sable", "Thistle", "Umber", "Vale", "Willow", "Yarrow",
)  # fmt: skip
_SECOND = ("field", "mark", "haven", "stone", "wick", "by", "mere", "gate", "holm", "crest", "ford", "brink", "lund")
_TRADES = ("Tools", "Foods", "Prints", "Textiles", "Logistics", "Optics", "Paper", "Studios", "Catering", "Glass")
_PERSONS = ("Ada", "Bruno", "Clara", "Dario", "Edda", "Felix", "Greta", "Hugo", "Ilse", "Jonas", "Katja", "Lino")


@dataclass(frozen=True, slots=True)
class Country:
    code: str
    language: str
    currency: str
    timezone: str
    form: str


COUNTRIES = (
    Country("DE", "de", "EUR", "Europe/Berlin", "GmbH"),
    Country("FR", "fr", "EUR", "Europe/Paris", "SARL"),
    Country("ES", "es", "EUR", "Europe/Madrid", "SL"),
    Country("IT", "it", "EUR", "Europe/Rome", "Srl"),
    Country("NL", "nl", "EUR", "Europe/Amsterdam", "BV"),
    Country("GB", "en", "GBP", "Europe/London", "Ltd"),
    Country("US", "en", "USD", "America/New_York", "Inc"),
    Country("CH", "de", "CHF", "Europe/Zurich", "AG"),
)


@dataclass(frozen=True, slots=True)
class Size:
    """`monthly`: invoices a month; `typical`: the median amount."""

    segment: str
    share: float
    monthly: float
    typical: int


SIZES = (Size("smb", 0.5, 0.8, 900), Size("standard", 0.38, 1.5, 4_000), Size("key", 0.12, 4.0, 12_000))


@dataclass(frozen=True, slots=True)
class SampleContact:
    name: str
    email: str
    role: ContactRole = ContactRole.ACCOUNTS_PAYABLE


@dataclass(frozen=True, slots=True)
class SampleCustomer:
    id: str
    name: str
    country: Country
    segment: str
    terms_days: int
    natural_person: bool
    habit: Habit
    credit_limit: Decimal | None
    contact: SampleContact


@dataclass(frozen=True, slots=True)
class SamplePayment:
    day: date
    amount: Decimal


@dataclass(frozen=True, slots=True)
class SampleInvoice:
    """With everything that was ever paid on it, also after the end of the ledger."""

    number: str
    customer_id: str
    amount: Money
    issued_on: date
    due_date: date
    payments: tuple[SamplePayment, ...]
    disputed_until: date | None = None

    @property
    def paid_on(self) -> date:
        return self.payments[-1].day

    def open_on(self, as_of: date) -> Decimal:
        """What is open at the end of that day."""
        return self.amount.amount - sum((p.amount for p in self.payments if p.day <= as_of), Decimal(0))


@dataclass(frozen=True, slots=True)
class SamplePromise:
    invoice: str
    customer_id: str
    made_on: date
    day: date
    is_kept: bool


@dataclass(frozen=True, slots=True)
class SampleReply:
    """A reminder of ours, and when it was answered."""

    customer_id: str
    sent_on: date
    answered_on: date | None


@dataclass(frozen=True, slots=True)
class SampleLedger:
    customers: tuple[SampleCustomer, ...]
    invoices: tuple[SampleInvoice, ...]
    promises: tuple[SamplePromise, ...]
    replies: tuple[SampleReply, ...]

    def paid_before(self, as_of: date) -> dict[str, list[PaidInvoice]]:
        """What each customer had paid in full by then, in the order of payment."""
        paid: dict[str, list[PaidInvoice]] = {customer.id: [] for customer in self.customers}
        for invoice in sorted(self.invoices, key=lambda invoice: (invoice.paid_on, invoice.number)):
            if invoice.paid_on <= as_of:
                paid[invoice.customer_id].append(PaidInvoice(invoice.number, invoice.due_date, invoice.paid_on))
        return paid


def sample_ledger(customers: int = 300, seed: int = SEED) -> SampleLedger:
    """An invented ledger from START to END; the same seed gives the same."""
    dice = random.Random(seed)  # noqa: S311  # nothing secret
    buyers = tuple(_customer(dice, number) for number in range(1, customers + 1))
    invoices = sorted(
        (invoice for buyer in buyers for invoice in _invoices(dice, buyer)), key=lambda i: (i.issued_on, i.number)
    )
    promises = tuple(p for i in invoices if (p := _promise(dice, i)) is not None)
    replies = tuple(r for i in invoices if (r := _reply(dice, i)) is not None)
    return SampleLedger(buyers, tuple(invoices), promises, replies)


def _customer(dice: random.Random, number: int) -> SampleCustomer:
    country = dice.choices(COUNTRIES, weights=(24, 14, 12, 10, 8, 18, 9, 5))[0]
    is_person = dice.random() < 0.1  # noqa: PLR2004
    size = SIZES[0] if is_person else dice.choices(SIZES, weights=[size.share for size in SIZES])[0]
    stem = f"{dice.choice(_FIRST)}{dice.choice(_SECOND)}"
    person = dice.choice(_PERSONS)
    name = f"{person} {stem}" if is_person else f"{stem} {dice.choice(_TRADES)} {country.form}"
    limit = Decimal(round(size.typical * size.monthly * 4, -2)) if dice.random() < 0.6 else None  # noqa: PLR2004
    return SampleCustomer(
        id=f"S-{number:05}",
        name=name,
        country=country,
        segment=size.segment,
        terms_days=dice.choice((14, 30, 30, 30, 45, 60)),
        natural_person=is_person,
        habit=dice.choices(tuple(HABITS), weights=tuple(HABITS.values()))[0],
        credit_limit=None if is_person else limit,
        contact=SampleContact(f"{person} {stem}", f"{person}.{number}@{stem}.example".lower()),
    )


def _invoices(dice: random.Random, buyer: SampleCustomer) -> list[SampleInvoice]:
    size = next(size for size in SIZES if size.segment == buyer.segment)
    offset = dice.gauss(0, 4)
    day = START
    invoices: list[SampleInvoice] = []
    while (day := day + timedelta(days=1 + int(dice.expovariate(size.monthly / 30)))) <= END:
        amount = Decimal(dice.lognormvariate(0, 0.7) * size.typical).quantize(CENT) + CENT
        due = day + timedelta(days=buyer.terms_days)
        is_disputed = dice.random() < 0.04  # noqa: PLR2004
        held_up = timedelta(days=dice.randint(10, 60)) if is_disputed else timedelta(0)
        paid_on = max(payment_day(dice, buyer.habit, due, offset, (day - START).days) + held_up, day)
        invoices.append(
            SampleInvoice(
                number=f"{buyer.id}-{len(invoices) + 1:04}",
                customer_id=buyer.id,
                amount=Money(amount, buyer.country.currency),
                issued_on=day,
                due_date=due,
                payments=_payments(dice, buyer.habit, amount, paid_on),
                disputed_until=paid_on if is_disputed else None,
            )
        )
    return invoices


def _payments(dice: random.Random, habit: Habit, amount: Decimal, paid_on: date) -> tuple[SamplePayment, ...]:
    if habit is not Habit.PARTIAL or dice.random() < 0.4:  # noqa: PLR2004
        return (SamplePayment(paid_on, amount),)
    first = (amount * dice.randint(3, 7) / 10).quantize(CENT)
    rest_on = paid_on + timedelta(days=dice.randint(10, 35))
    return SamplePayment(paid_on, first), SamplePayment(rest_on, amount - first)


def _promise(dice: random.Random, invoice: SampleInvoice) -> SamplePromise | None:
    """One in three late invoices is promised some days before it comes in, or promised earlier and broken."""
    late = (invoice.paid_on - invoice.due_date).days
    if late < 8 or dice.random() > 1 / 3:  # noqa: PLR2004
        return None
    made_on = invoice.due_date + timedelta(days=dice.randint(3, late - 3))
    is_kept = dice.random() < 0.65  # noqa: PLR2004
    day = invoice.paid_on if is_kept else made_on + (invoice.paid_on - made_on) / 2
    return SamplePromise(invoice.number, invoice.customer_id, made_on, day, is_kept)


def _reply(dice: random.Random, invoice: SampleInvoice) -> SampleReply | None:
    """A week after the due date we write; the slower a customer pays, the later it answers, if at all."""
    sent_on = invoice.due_date + timedelta(days=7)
    late = (invoice.paid_on - sent_on).days
    if late <= 0:
        return None
    takes = timedelta(days=int(dice.expovariate(1 / (1 + late / 8))))
    return SampleReply(invoice.customer_id, sent_on, sent_on + takes if dice.random() < 0.8 else None)  # noqa: PLR2004
