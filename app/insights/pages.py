"""The dashboard, read from the rolled-up figures alone: it takes as long for a million invoices as for a thousand."""

import csv
import io
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

from app.db.repositories.figures import Choices, Slice
from app.db.tables.figures import BalanceRow, FigureRow
from app.db.tables.ledger import CustomerRow
from app.db.tables.system import Chain
from app.db.uow import Database, Uow
from app.domain.clock import Clock
from app.domain.errors import NotFound
from app.domain.people import SignedIn
from app.domain.receivables import PERIOD_DAYS, FigureName
from app.domain.watermark import Watermark, watermark
from app.insights.measures import Position, bars, cash_weeks, measures, parts_of, reminded, trend, week_bars
from app.insights.view import Amount, Balance, Dashboard, Workload

LARGEST = 8
WEEKS_OF_WORK = 4
TREND_DAYS = 366
BEGIN_WITHIN = timedelta(days=14)
"""The period begins with the position of this day or of one so many days before it."""

COLUMNS = ("day", "name", "detail", "currency", "company", "segment", "owner_email", "value", "count")
FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r")


class InsightsPages:
    """Builds views; changes nothing but the log of exports."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def dashboard(self, part: Slice, reader: SignedIn) -> Dashboard | None:
        """The figures of the newest day there is. None before the first import."""
        async with self._database.read() as uow:
            day = await uow.figures.newest_day()
            if day is None:
                return None
            choices = await uow.figures.choices(day)
            part = with_currency(part, choices)
            sums = await uow.figures.sums(day, part)
            history = await uow.figures.history(part, day - timedelta(days=TREND_DAYS), day)
            cash, top = week_bars(cash_weeks(sums, day))
            found = await uow.balances.page(part, limit=LARGEST)
            here: Position = {name: value for (name, detail), (value, _) in sums.items() if not detail}
            return Dashboard(
                part=part,
                choices=choices,
                day=day,
                imported_at=await uow.figures.imported_at(),
                measures=(result := measures(sums, day, _begin(history, day))),
                ageing=bars(result.ages),
                cash=cash,
                cash_top=top,
                reminded=reminded(sums),
                trend=trend({**history, day: here}),
                reasons=bars(parts_of(sums, FigureName.DISPUTED)),
                dispute_ages=bars(parts_of(sums, FigureName.DISPUTE_AGE)),
                largest=[balance_view(row, customer, day) for row, customer in found if row.overdue > 0],
                workload=await self._workload(uow, reader),
            )

    async def export(self, part: Slice, reader: SignedIn) -> str:
        """The rows that the dashboard's figures are the sums of, as CSV: those of the newest day and of the day that
        its period began with. Raises NotFound before the first import."""
        async with self._database.write() as uow:
            day = await uow.figures.newest_day()
            if day is None:
                raise NotFound("nothing was imported yet: there are no figures")
            part = with_currency(part, await uow.figures.choices(day))
            begin = _begin(await uow.figures.history(part, day - timedelta(days=TREND_DAYS), day), day)
            rows = [*(await uow.figures.rows(begin[0], part) if begin else ()), *await uow.figures.rows(day, part)]
            mark = watermark(reader, self._clock())
            refs = {"rows": len(rows), "export_id": mark.id}
            uow.audit.add("insights.figures.exported", actor=reader.actor, chain=Chain.ACCESS, **refs)
        return _csv(rows, mark)

    async def _workload(self, uow: Uow, reader: SignedIn) -> Workload:
        today = self._clock().astimezone(UTC).date()
        monday = today - timedelta(days=today.weekday())
        weeks = [monday - timedelta(weeks=n) for n in reversed(range(WEEKS_OF_WORK))]
        decided: Counter[date] = Counter()
        if reader.id is not None:
            for at in await uow.figures.decisions(reader.id, datetime.combine(weeks[0], time(), UTC)):
                decided[at.date() - timedelta(days=at.weekday())] += 1
        return Workload(await uow.figures.pending(reader.email), tuple((week, decided[week]) for week in weeks))


def with_currency(part: Slice, choices: Choices) -> Slice:
    """Amounts are always of one currency: where none is chosen or known, of the first there is."""
    if part.currency in choices.currencies or not choices.currencies:
        return part
    return replace(part, currency=choices.currencies[0])


def balance_view(row: BalanceRow, customer: CustomerRow, day: date) -> Balance:
    return Balance(
        customer_id=row.customer_id,
        name=customer.name,
        segment=row.segment,
        company=row.company,
        owner=row.owner_email,
        outstanding=Amount(row.outstanding, row.currency),
        overdue=Amount(row.overdue, row.currency),
        days_late=(day - row.oldest_due).days if row.oldest_due else 0,
        items=row.items,
        is_natural_person=customer.natural_person,
    )


def _begin(history: Mapping[date, Position], day: date) -> tuple[date, Position] | None:
    """The position that the period began with: the newest known of the two weeks before it."""
    first = day - timedelta(days=PERIOD_DAYS)
    known = [past for past in history if first - BEGIN_WITHIN <= past <= first]
    return (known[-1], history[known[-1]]) if known else None


def _csv(rows: Sequence[FigureRow], mark: Watermark) -> str:
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow([*COLUMNS, "export"])
    for row in rows:
        words = (row.detail, row.currency, row.company, row.segment, row.owner_email)
        value = f"{row.value:f}"
        writer.writerow([row.day.isoformat(), row.name.value, *map(_harmless, words), value, row.count, mark])
    return out.getvalue()


def _harmless(text: str) -> str:
    """A text that a spreadsheet would take for a formula gets an apostrophe."""
    return f"'{text}" if text.startswith(FORMULA_SIGNS) else text
