"""Keeps the figures: rolled up after each import and daily, so that no page ever adds up the ledger."""

from datetime import date

import structlog

from app.db.uow import Database
from app.domain.clock import Clock
from app.insights.cases import case_figures
from app.insights.cash import cash_figures

log = structlog.get_logger()


class InsightsService:
    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def refresh_today(self) -> None:
        """The day's own figures, also when nothing was imported: what was not due yesterday may be overdue."""
        await self.refresh_figures(self._clock().date())

    async def refresh_figures(self, as_of: date) -> None:
        """Roll up the ledger as it stands, as the figures of `as_of`. The same again changes nothing."""
        cash = await cash_figures(self._database, as_of)
        async with self._database.write() as uow:
            await uow.figures.refresh(as_of)
            uow.figures.add(await case_figures(uow, as_of))
            uow.figures.add(cash)
        log.info("insights.figures.refreshed", day=as_of.isoformat())

    async def work(self, day: str) -> None:
        """The job after an import."""
        await self.refresh_figures(date.fromisoformat(day))

    async def give_up(self, day: str, error: str) -> None:
        """The pages go on saying of which day their figures are; the next import or day makes them anew."""
        log.error("insights.figures.failed", day=day, error=error)
