"""Which of a customer's open items a reminder may name, and what stops the others."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal

from app.domain.reminder import CustomerSituation, OpenItem, RunningCase, Why
from app.reminders.moments import next_workday

ORDER = {why: rank for rank, why in enumerate(Why)}


@dataclass(slots=True)
class Listing:
    """One currency of one company: what is overdue and payable, what is not yet, what is stopped and by what."""

    currency: str
    company: str
    overdue: list[tuple[OpenItem, Decimal]] = field(default_factory=list)
    coming: list[tuple[OpenItem, Decimal]] = field(default_factory=list)
    credit_notes: list[OpenItem] = field(default_factory=list)
    stopped: dict[Why, list[OpenItem]] = field(default_factory=dict)

    def coming_within(self, first: date, last: date) -> list[tuple[OpenItem, Decimal]]:
        return [pair for pair in self.coming if first <= pair[0].due_date <= last]

    def oldest_days(self, as_of: date) -> int:
        """Days overdue of the oldest invoice; 0 or less where nothing is overdue."""
        named = self.overdue or self.coming
        return (as_of - min(item.due_date for item, _payable in named)).days if named else 0


def sort_out(situation: CustomerSituation, as_of: date) -> list[Listing]:
    """One listing a currency and company, the longest overdue first."""
    found: dict[tuple[str, str], Listing] = {}
    for item in situation.items:
        if not item.open:
            continue
        key = item.currency, item.company
        listing = found.get(key) or found.setdefault(key, Listing(*key))
        if item.is_credit_note:
            listing.credit_notes.append(item)
            continue
        why, payable = _claim(item, situation.cases)
        if why is not None:
            listing.stopped.setdefault(why, []).append(item)
        else:
            is_late = last_day(item.due_date, situation) < as_of
            (listing.overdue if is_late else listing.coming).append((item, payable))
    return sorted(found.values(), key=lambda listing: (-listing.oldest_days(as_of), listing.currency, listing.company))


def last_day(due: date, situation: CustomerSituation) -> date:
    """The last day on which a payment is in time: what falls due while banks rest may be paid on the next business day
    (so § 193 BGB, art. 78 OR; elsewhere because no transfer arrives earlier)."""
    return next_workday(due, situation.country, situation.language) or due


def net(named: Iterable[tuple[OpenItem, Decimal]], credit_notes: Iterable[OpenItem]) -> Decimal:
    """What the customer is asked for: what is payable, less their credit notes in the same currency."""
    return sum((payable for _item, payable in named), sum((note.open for note in credit_notes), Decimal(0)))


def _claim(item: OpenItem, cases: tuple[RunningCase, ...]) -> tuple[Why | None, Decimal]:
    """What stops this invoice, if anything does, and what of it may be asked for."""
    if not (cases or item.payment_seen or item.is_disputed):
        return None, item.open
    reasons = {Why.PAYMENT_SEEN} if item.payment_seen else set()
    disputed = Decimal(0)
    for case in _concerning(item, cases):  # an amount over several invoices cannot be split: it stops each of them
        if case.disputed is not None and case.disputed.currency == item.currency and len(case.invoices) == 1:
            disputed += case.disputed.amount
        else:
            reasons.add(case.why)
    if disputed >= item.open or (item.is_disputed and not disputed):
        reasons.add(Why.DISPUTE)
    return min(reasons, key=ORDER.__getitem__, default=None), item.open - disputed


def _concerning(item: OpenItem, cases: tuple[RunningCase, ...]) -> Iterator[RunningCase]:
    """Numbers are compared without regard to case."""
    number = item.number.upper()
    return (case for case in cases if not case.invoices or number in map(str.upper, case.invoices))


def window(as_of: date, days: int) -> date:
    """Up to which due date a courtesy so many days before (a negative number) looks."""
    return as_of + timedelta(days=-days)
