"""Statutory interest on late payment between businesses, and the fixed sum for recovery costs.

EU   Directive 2011/7/EU, Art. 2(6), 3, 6: reference rate (ECB main refinancing operations) plus at least 8 points; the
     rate of the first calendar day of a half-year holds for all of it; 40 EUR.
DE   §§ 247, 288(2), 288(5) BGB: Basiszinssatz plus 9 points, changing within a period on 1 January and 1 July; 40 EUR.
FR   Art. L. 441-10 II and D. 441-5 Code de commerce: refinancing rate of 1 January or 1 July plus 10 points; 40 EUR.
UK   Late Payment of Commercial Debts (Interest) Act 1998, s. 4(2), 5A; SI 2002/1675, art. 4: Bank Rate of 31 December
     or 30 June plus 8 points, fixed by the day on which interest starts to run; 40, 70 or 100 GBP by the debt's size.

Interest is simple, runs from the day after the due date up to and with the day of payment (or the day asked about), and
is reckoned on what was unpaid on each day: a part payment counts as made at the end of its day.

Where the law moves a last day that is a Saturday, a Sunday or a public holiday at the debtor's place to the next
business day, as § 193 BGB does, that day is the due date (`moves_rest_days`). The directive, the French code and the
British act do not.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal

from app.domain.errors import Invalid

NEVER_OF_PERSONS = "statutory interest between businesses is never claimed of a natural person"
CENT = Decimal("0.01")
JULY = 7
DAYS_OF_A_YEAR = 365
"""Of every year, leap or not: § 191 BGB, and the way in which the other laws' interest by the day is reckoned."""


@dataclass(frozen=True, slots=True)
class Rate:
    """The reference rate of the half-year that begins on `since`, in per cent a year. `is_confirmed`: read on the page
    of a central bank or in the law; otherwise it counts only where the policy says that somebody has checked it."""

    since: date
    percent: Decimal
    source: str
    is_confirmed: bool = False


@dataclass(frozen=True, slots=True)
class FixedSum:
    """Due once for each invoice of which `at_least` was unpaid when it became late."""

    at_least: Decimal
    amount: Decimal


@dataclass(frozen=True, slots=True)
class InterestRule:
    """The law of one country. `margin`: points on top of the reference rate. `is_fixed_at_start`: the rate of the first
    day of default holds until payment, whatever the half-years bring. `moves_rest_days`: what falls due on a day of
    rest is in time on the next business day. Fixed sums in ascending order."""

    country: str
    law: str
    currency: str
    margin: Decimal
    rates: tuple[Rate, ...]
    fixed_sums: tuple[FixedSum, ...]
    is_fixed_at_start: bool = False
    moves_rest_days: bool = False

    def with_rates(self, rates: tuple[Rate, ...]) -> "InterestRule":
        """With an operator's own rates, which win over the table's."""
        return replace(self, rates=(*rates, *self.rates))

    def gaps(self, first: date, until: date, *, accepts_unconfirmed: bool = False) -> tuple[date, ...]:
        """Half-years from one day to another for which no rate is known, or none that anybody has confirmed."""
        known = {rate.since for rate in self.rates if rate.is_confirmed or accepts_unconfirmed}
        halves = (date(year, month, 1) for year in range(first.year, until.year + 1) for month in (1, JULY))
        return tuple(half for half in halves if half_year_of(first) <= half <= until and half not in known)

    def rate_on(self, day: date) -> Rate:
        """Raises Invalid when the table has no row for the day's half-year: an old rate is never carried on."""
        begins = half_year_of(day)
        for rate in self.rates:
            if rate.since == begins:
                return rate
        raise Invalid(f"no {self.country} reference rate is known for the half-year from {begins}: add it to the table")


@dataclass(frozen=True, slots=True)
class LateInvoice:
    """`payments`: days and amounts of what has been paid towards `principal` (gross, as invoiced)."""

    number: str
    principal: Decimal
    due: date
    payments: tuple[tuple[date, Decimal], ...] = ()

    def unpaid_on(self, day: date) -> Decimal:
        """At the beginning of the day."""
        return self.principal - sum((amount for paid, amount in self.payments if paid < day), Decimal(0))


@dataclass(frozen=True, slots=True)
class Stretch:
    """Days `first` to `last`, both counted, on one base at one rate; `percent` a year has the margin in it."""

    first: date
    last: date
    base: Decimal
    percent: Decimal
    rate: Rate

    @property
    def interest(self) -> Decimal:
        """Not rounded."""
        days = (self.last - self.first).days + 1
        return self.base * self.percent / 100 * days / DAYS_OF_A_YEAR


@dataclass(frozen=True, slots=True)
class InvoiceClaim:
    """What may be claimed for one invoice, also after its principal has been paid."""

    number: str
    stretches: tuple[Stretch, ...]
    fixed_sum: Decimal

    @property
    def interest(self) -> Decimal:
        """Rounded once, at the end, half a cent upwards."""
        return sum((stretch.interest for stretch in self.stretches), Decimal(0)).quantize(CENT, ROUND_HALF_UP)

    @property
    def rates(self) -> tuple[tuple[Rate, Decimal], ...]:
        """Each rate that it stands on, once, with the per cent a year that it comes to."""
        return tuple(dict.fromkeys((stretch.rate, stretch.percent) for stretch in self.stretches))

    @property
    def total(self) -> Decimal:
        return self.interest + self.fixed_sum


@dataclass(slots=True)
class CompanyClaims:
    """A customer's claims of one of our companies, by the law of its contracts and in that law's currency, up to
    `until`. `missing`: why a claim stops before that day or is none, by number, where a rate is not known or was
    checked by nobody. `gaps`: the half-years that this is so for."""

    company: str
    law: str
    currency: str
    until: date
    claims: list[InvoiceClaim] = field(default_factory=list)
    missing: dict[str, str] = field(default_factory=dict)
    gaps: tuple[date, ...] = ()

    @property
    def stops(self) -> date | None:
        """The last day for which interest is reckoned, where that is before `until`."""
        return self.gaps[0] - timedelta(days=1) if self.gaps else None


@dataclass(frozen=True, slots=True)
class InterestWish:
    """By which law interest is claimed, and in the letters of which stages; nothing is claimed without one. `laws`:
    that of a company's contracts, by company; `law` holds for every other, where it is not empty. `rates_checked`:
    somebody has compared the tables' rates with their sources. `rates`: the operator's own, by law."""

    law: str
    stages: frozenset[str]
    rates_checked: bool = False
    rates: Mapping[str, tuple[Rate, ...]] = field(default_factory=dict)
    laws: Mapping[str, str] = field(default_factory=dict)

    def law_of(self, company: str) -> str:
        """Empty where nothing is claimed in the company's name."""
        return self.laws.get(company, self.law)

    @property
    def used(self) -> frozenset[str]:
        return frozenset(law for law in (self.law, *self.laws.values()) if law)


def claim_of(
    invoice: LateInvoice, rule: InterestRule, until: date, *, is_person: bool, accepts_unconfirmed: bool = False
) -> InvoiceClaim:
    """Interest up to and with `until`, and the fixed sum once. Nothing for an invoice that was never late.

    Raises Invalid for a natural person, to whom these laws do not apply, for a half-year without a rate, and for a rate
    that nobody has confirmed unless that is accepted.
    """
    if is_person:
        raise Invalid(NEVER_OF_PERSONS)
    stretches = tuple(_stretches(invoice, rule, until))
    for rate in dict.fromkeys(stretch.rate for stretch in stretches):
        if not (rate.is_confirmed or accepts_unconfirmed):
            raise Invalid(f"the {rule.country} rate from {rate.since} is unconfirmed: compare it with {rate.source}")
    reached = [fixed.amount for fixed in rule.fixed_sums if stretches and fixed.at_least <= stretches[0].base]
    return InvoiceClaim(invoice.number, stretches, reached[-1] if reached else Decimal(0))


def half_year_of(day: date) -> date:
    return date(day.year, 1 if day.month < JULY else JULY, 1)


def _stretches(invoice: LateInvoice, rule: InterestRule, until: date) -> Iterator[Stretch]:
    """Cut where the base or the rate changes."""
    start = invoice.due + timedelta(days=1)
    firsts = {start, *(day + timedelta(days=1) for day, _ in invoice.payments)}
    if not rule.is_fixed_at_start:
        years = range(start.year, until.year + 1)
        firsts |= {date(year, month, 1) for year in years for month in (1, JULY)}
    cuts = sorted(day for day in firsts if start <= day <= until)
    for first, following in zip(cuts, [*cuts[1:], until + timedelta(days=1)], strict=False):
        base = invoice.unpaid_on(first)
        if base > 0:
            rate = rule.rate_on(start if rule.is_fixed_at_start else first)
            yield Stretch(first, following - timedelta(days=1), base, rate.percent + rule.margin, rate)
