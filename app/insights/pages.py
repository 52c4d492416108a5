"""The dashboard, read from the rolled-up figures alone: it takes as long for a million invoices as for a thousand."""

import csv
import io
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

from app.db.repositories.figures import Choices, Slice
from app.db.repositories.workloads import Load, Workloads
from app.db.tables.figures import BalanceRow, FigureRow
from app.db.tables.ledger import CustomerRow
from app.db.tables.oversight import Switch
from app.db.tables.system import Chain
from app.db.uow import Database, Uow
from app.domain.clock import Clock
from app.domain.errors import NotFound
from app.domain.people import OVERSEERS, SMALLEST_TEAM, SignedIn
from app.domain.receivables import PERIOD_DAYS, FigureName
from app.domain.review import DECIDERS
from app.domain.spreadsheets import harmless
from app.domain.watermark import Watermark, watermark
from app.insights.measures import Position, bars, cash_weeks, measures, parts_of, reminded, trend, week_bars
from app.insights.view import Amount, Balance, Dashboard, TeamLoad, Workload

LARGEST = 8
WEEKS_OF_WORK = 4
TREND_DAYS = 366
BEGIN_WITHIN = timedelta(days=14)
"""The period begins with the position of this day or of one so many days before it."""

COLUMNS = ("day", "name", "detail", "currency", "company", "segment", "owner_email", "value", "count")
Cells = tuple[date, str, str, str, str, str, str, Decimal, int]
"""A line of the export, in the order of COLUMNS."""

CENT = Decimal("0.01")


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
                names=await uow.users.names_by_address(),
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
                largest=[balance_view(*row, day) for row in found if row[0].overdue > 0],
                workload=await self._workload(uow, reader),
                team=await _team(uow, part, day) if reader.role in OVERSEERS else None,
            )

    async def export(self, part: Slice, reader: SignedIn) -> str:
        """The rows that the dashboard's figures are the sums of, as CSV: those of the newest day and of the day that
        its period began with; then what the page lists. Raises NotFound before the first import."""
        view = await self.dashboard(part, reader)
        if view is None:
            raise NotFound("nothing was imported yet: there are no figures")
        part, day = view.part, view.day
        async with self._database.write() as uow:
            begin = _begin(await uow.figures.history(part, day - timedelta(days=TREND_DAYS), day), day)
            rows = [*(await uow.figures.rows(begin[0], part) if begin else ()), *await uow.figures.rows(day, part)]
            mark = watermark(reader, self._clock())
            lines = [*map(_figure, rows), *_listed(view, reader)]
            refs = {"rows": len(lines), "export_id": mark.id}
            uow.audit.add("insights.figures.exported", actor=reader.actor, chain=Chain.ACCESS, **refs)
        return _csv(lines, mark)

    async def _workload(self, uow: Uow, reader: SignedIn) -> Workload:
        today = self._clock().astimezone(UTC).date()
        monday = today - timedelta(days=today.weekday())
        weeks = [monday - timedelta(weeks=n) for n in reversed(range(WEEKS_OF_WORK))]
        decided: Counter[date] = Counter()
        if reader.id is not None:
            for at in await uow.figures.decisions(reader.id, datetime.combine(weeks[0], time(), UTC)):
                decided[at.date() - timedelta(days=at.weekday())] += 1
        return Workload(await uow.figures.pending(reader.email), tuple((week, decided[week]) for week in weeks))


async def _team(uow: Uow, part: Slice, day: date) -> TeamLoad:
    """By person only where a manager has switched such figures on, in a team that is large enough; so the choice of an
    owner narrows nothing here."""
    loads = await Workloads(uow.session).by_owner(day, replace(part, owner=""))
    whole = Load()
    for load in loads.values():
        whole.add(load)
    users = await uow.users.all()
    team = sum(user.active and user.role in DECIDERS for user in users)
    if not await uow.oversight.value(Switch.FIGURES_BY_PERSON) or team < SMALLEST_TEAM:
        return TeamLoad(whole, None)
    names = {user.email: user.name for user in users}
    return TeamLoad(whole, tuple(sorted((names.get(owner, owner), load) for owner, load in loads.items())))


def with_currency(part: Slice, choices: Choices) -> Slice:
    """Amounts are always of one currency: where none is chosen or known, of the first there is."""
    if part.currency in choices.currencies or not choices.currencies:
        return part
    return replace(part, currency=choices.currencies[0])


def balance_view(row: BalanceRow, customer: CustomerRow, at_risk: Decimal | None, day: date) -> Balance:
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
        at_risk=Amount(at_risk, row.currency) if at_risk is not None else None,
    )


def _begin(history: Mapping[date, Position], day: date) -> tuple[date, Position] | None:
    """The position that the period began with: the newest known of the two weeks before it."""
    first = day - timedelta(days=PERIOD_DAYS)
    known = [past for past in history if first - BEGIN_WITHIN <= past <= first]
    return (known[-1], history[known[-1]]) if known else None


def _figure(row: FigureRow) -> Cells:
    words = row.detail, row.currency, row.company, row.segment, row.owner_email
    return row.day, row.name.value, *words, row.value, row.count


def _listed(view: Dashboard, reader: SignedIn) -> Iterator[Cells]:
    """The largest overdue by customer, simple DSO by day, and the reader's own work, what is done by week."""
    for row in view.largest:
        sums = row.overdue.currency, row.company, row.segment, row.owner, row.overdue.value, row.items
        yield view.day, "largest_overdue", row.customer_id, *sums
    part = view.part
    for day, dso in view.trend.values if view.trend else ():
        yield day, "dso", "", part.currency, part.company, part.segment, part.owner, dso.quantize(CENT), 0
    for name, week, count in (
        ("work_waiting", "", view.workload.pending),
        *(("work_decided", week.isoformat(), count) for week, count in view.workload.decided),
    ):
        yield view.day, name, week, "", "", "", reader.email, Decimal(0), count
    if view.team:
        for who, load in (("", view.team.whole), *(view.team.lines or ())):
            where = part.currency, part.company, part.segment, who
            yield view.day, "team_reviews", "", *where, Decimal(0), load.reviews
            yield view.day, "team_tasks", "", *where, Decimal(0), load.tasks
            yield view.day, "team_promises_due", "", *where, load.promised, load.promises
            yield view.day, "team_overdue", "", *where, load.overdue, 0


def _csv(lines: Iterable[Cells], mark: Watermark) -> str:
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow([*COLUMNS, "export"])
    for day, name, detail, currency, company, segment, owner, value, count in lines:
        words = map(harmless, (detail, currency, company, segment, owner))
        writer.writerow([day.isoformat(), name, *words, f"{value:f}", count, mark])
    return out.getvalue()
