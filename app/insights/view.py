"""What the templates of the dashboard and of the customers see."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import NamedTuple
from uuid import UUID

from app.db.repositories.figures import Choices, Slice
from app.db.repositories.workloads import Load
from app.domain.forecast import Expectation
from app.domain.next_action import NextAction
from app.domain.receivables import MonthSales, Week
from app.domain.signals import Signal


class Amount(NamedTuple):
    value: Decimal
    currency: str


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar, and its line in the table behind. `share` is of the longest bar, `part` of the sum, both 0 to 1."""

    label: str
    value: Decimal
    count: int = 0
    share: Decimal = Decimal(0)
    part: Decimal = Decimal(0)


@dataclass(frozen=True, slots=True)
class WeekBar:
    """A week of the cash chart; `top` and the ends of the whisker are of the chart's height, 0 to 1."""

    week: Week
    top: Decimal
    low: Decimal
    high: Decimal


@dataclass(frozen=True, slots=True)
class Line:
    """A trend: the points of an SVG polyline in a field of 600 by 100, and their values, oldest first."""

    points: str
    values: tuple[tuple[date, Decimal], ...]
    least: Decimal
    most: Decimal


@dataclass(frozen=True, slots=True)
class Reminded:
    """Reminders of a stage and what they asked for; of these, what was paid within 14 days."""

    stage: str
    asked: Decimal
    count: int
    paid: Decimal
    paid_count: int


@dataclass(frozen=True, slots=True)
class PromiseDay:
    day: date
    count: int
    value: Decimal


@dataclass(frozen=True, slots=True)
class Measures:
    """The figures of one part of the ledger on one day; None where there is nothing to compute it from."""

    outstanding: Decimal
    items: int
    overdue: Decimal
    overdue_items: int
    not_due: Decimal
    credits: Decimal
    ages: tuple[tuple[str, Decimal, int], ...]
    sales: Decimal
    months: tuple[MonthSales, ...]
    dso: Decimal | None
    dso_count_back: Decimal | None
    best_dso: Decimal | None
    delinquent_days: Decimal | None
    effectiveness: Decimal | None
    begin_day: date | None
    begin: Decimal | None
    promises: tuple[PromiseDay, ...]
    kept: int
    partly_kept: int
    broken: int
    kept_rate: Decimal | None
    disputed: Decimal
    disputes: int

    @property
    def promised(self) -> Decimal:
        return sum((due.value for due in self.promises), Decimal(0))

    @property
    def promise_count(self) -> int:
        return sum(due.count for due in self.promises)


@dataclass(frozen=True, slots=True)
class Workload:
    """Of the reader alone: figures about a colleague are nobody's."""

    pending: int
    decided: tuple[tuple[date, int], ...]


@dataclass(frozen=True, slots=True)
class TeamLoad:
    """What waits for the whole team, for those who oversee it. `lines` by name are None while figures by person are off
    (app/performance); "" is nobody's."""

    whole: Load
    lines: tuple[tuple[str, Load], ...] | None


@dataclass(frozen=True, slots=True)
class Balance:
    """A row of the customers' list; `cursor` is what the next page begins after."""

    customer_id: str
    name: str
    segment: str
    company: str
    owner: str
    outstanding: Amount
    overdue: Amount
    days_late: int
    items: int
    is_natural_person: bool
    at_risk: Amount | None


@dataclass(frozen=True, slots=True)
class Dashboard:
    """`day` is the day of the figures, `imported_at` the newest import of invoices, `names` are people's by address."""

    part: Slice
    choices: Choices
    names: Mapping[str, str]
    day: date
    imported_at: datetime | None
    measures: Measures
    ageing: tuple[Bar, ...]
    cash: tuple[WeekBar, ...]
    cash_top: Decimal
    reminded: tuple[Reminded, ...]
    trend: Line | None
    reasons: tuple[Bar, ...]
    dispute_ages: tuple[Bar, ...]
    largest: Sequence[Balance]
    workload: Workload
    team: TeamLoad | None


@dataclass(frozen=True, slots=True)
class Customers:
    """`names` are people's by address."""

    rows: Sequence[Balance]
    part: Slice
    choices: Choices
    names: Mapping[str, str]
    text: str
    by_risk: bool
    after: str


@dataclass(frozen=True, slots=True)
class OpenItem:
    number: str
    company: str
    is_credit: bool
    due: date
    days_late: int
    open: Amount
    state: str
    state_day: date | None
    payment_seen: bool
    expected: Expectation | None


@dataclass(frozen=True, slots=True)
class Account:
    """What one customer owes in one currency."""

    outstanding: Amount
    overdue: Amount
    ages: tuple[Decimal, ...]
    items: int
    days_late: int


@dataclass(frozen=True, slots=True)
class Event:
    """One line of a customer's history. `kind` is mail, sent, payment, a case's kind or hold; `state` a closed word.
    `detail` and `tone` of a reminder sent are its stage and tone; `link` leads to where more is known."""

    at: datetime
    kind: str
    state: str = ""
    detail: str = ""
    invoices: tuple[str, ...] = ()
    amount: Amount | None = None
    day: date | None = None
    who: str = ""
    subject: str = ""
    tone: str = ""
    link: str = ""


@dataclass(frozen=True, slots=True)
class Person:
    id: UUID
    name: str
    email: str
    phone: str
    role: str
    language: str
    is_active: bool
    reachability: str


@dataclass(frozen=True, slots=True)
class RiskPart:
    """`of` times `weight` is `value`; `name` is an age group such as "31+" or a signal's name."""

    name: str
    of: Amount
    weight: Decimal
    value: Amount


@dataclass(frozen=True, slots=True)
class Risk:
    """The value at risk in one currency, exactly the sum of its parts."""

    total: Amount
    parts: tuple[RiskPart, ...]


@dataclass(frozen=True, slots=True)
class Standing:
    """How a company stands today. For a natural person there is the next action alone. `raised` signals come first
    in the eye; `quiet` are those that were looked at and not raised."""

    action: NextAction
    policy_version: str
    risks: tuple[Risk, ...] = ()
    raised: tuple[Signal, ...] = ()
    quiet: tuple[Signal, ...] = ()


@dataclass(frozen=True, slots=True)
class HeldUntil:
    """A hold that runs. `reason` is a person's words, for those who decide."""

    hold_id: str
    until: date
    set_by: str
    reason: str = field(repr=False, default="")


@dataclass(frozen=True, slots=True)
class Customer:
    customer_id: str
    name: str
    segment: str
    country: str
    language: str
    company: str
    owner: str
    terms_days: int
    credit_limit: Amount | None
    is_strategic: bool
    is_natural_person: bool
    accounts: tuple[Account, ...]
    items: tuple[OpenItem, ...]
    contacts: tuple[Person, ...]
    holds: tuple[HeldUntil, ...]
    standing: Standing
    timeline: tuple[Event, ...]
