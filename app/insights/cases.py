"""Promises and disputes as figures. They are few beside the invoices, and name theirs in a list, so they are added up
here and not in SQL."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal

from app.db.tables.figures import FigureRow
from app.db.tables.ledger import CaseRow, CustomerRow, InvoiceRow
from app.db.uow import Uow
from app.domain.receivables import PERIOD_DAYS, FigureName
from app.domain.review import RUNNING, CaseKind, CaseState

DISPUTE_AGES = ((7, "to_7"), (30, "8_30"), (60, "31_60"))
OLDER = "over_60"

Invoices = Mapping[tuple[str, str], Sequence[InvoiceRow]]
"""By customer and number: two of our companies may use the same."""

Key = tuple[FigureName, str, str, str, str, str]


async def case_figures(uow: Uow, day: date) -> list[FigureRow]:
    """Promises by promised day while they run and by state once they ended, disputes by reason and by age."""
    since = day - timedelta(days=PERIOD_DAYS)
    cases = [*await uow.figures.cases(CaseKind.PROMISE, since), *await uow.figures.cases(CaseKind.DISPUTE, since)]
    invoices = await uow.figures.open_invoices({customer.id for _, customer in cases})
    by_number: dict[tuple[str, str], list[InvoiceRow]] = defaultdict(list)
    for row in invoices:
        by_number[row.customer_id, row.number].append(row)
    sums: dict[Key, tuple[Decimal, int]] = defaultdict(lambda: (Decimal(0), 0))
    for case, customer in cases:
        for name, detail in _labels(case, day):
            for company, currency, amount in _values(case, customer, by_number):
                key = (name, currency, company, customer.segment, customer.owner_email, detail)
                value, count = sums[key]
                sums[key] = (value + amount, count + 1)
    return [_row(day, key, value, count) for key, (value, count) in sums.items()]


def _row(day: date, key: Key, value: Decimal, count: int) -> FigureRow:
    name, currency, company, segment, owner, detail = key
    return FigureRow(
        day=day,
        name=name,
        currency=currency,
        company=company,
        segment=segment,
        owner_email=owner,
        detail=detail,
        value=value,
        count=count,
    )


def _labels(case: CaseRow, day: date) -> Iterator[tuple[FigureName, str]]:
    """Under which figures a case counts. One that a person removed counts nowhere."""
    if case.kind is CaseKind.DISPUTE and case.state in RUNNING:
        yield FigureName.DISPUTED, case.detail
        yield FigureName.DISPUTE_AGE, dispute_age((day - case.opened_at.date()).days)
    elif case.kind is CaseKind.PROMISE and case.day is not None:
        if case.state is CaseState.CONFIRMED:
            yield FigureName.PROMISE_DUE, case.day.isoformat()
        elif case.state not in RUNNING | {CaseState.REMOVED} and case.day <= day:
            yield FigureName.PROMISE_ENDED, case.state.value


def dispute_age(days: int) -> str:
    """Up to 7, 8 to 30, 31 to 60 and more than 60 days open."""
    return next((label for limit, label in DISPUTE_AGES if days <= limit), OLDER)


def _values(case: CaseRow, customer: CustomerRow, invoices: Invoices) -> Iterable[tuple[str, str, Decimal]]:
    """Company, currency and amount. A case without an amount is about all that is open on its invoices."""
    named = [row for number in case.invoices for row in invoices.get((customer.id, number), ())]
    if case.amount is not None and case.currency:
        company = next((row.company for row in named if row.company), customer.company)
        return [(company, case.currency, case.amount)]
    sums: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    for row in named:
        sums[row.company or customer.company, row.currency] += row.open_amount
    found = [(company, currency, amount) for (company, currency), amount in sums.items()]
    return found or [(customer.company, customer.currency, Decimal(0))]
