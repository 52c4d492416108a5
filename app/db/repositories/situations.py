"""Customers as the plan of reminders sees them, read in large batches (`situation_batch`)."""

from collections.abc import AsyncIterator
from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from app.db.repositories.correspondence import Correspondence
from app.db.repositories.imports import Imports
from app.db.repositories.situation_batch import Batch
from app.db.sealing import Keyring
from app.db.tables.ledger import CustomerRow
from app.domain.freshness import Staleness, staleness
from app.domain.reminder import CustomerSituation

AT_ONCE = 5_000

_CUSTOMERS = sa.select(
    CustomerRow.id,
    CustomerRow.language,
    CustomerRow.country,
    CustomerRow.currency,
    CustomerRow.timezone,
    CustomerRow.segment,
    CustomerRow.strategic,
    CustomerRow.natural_person,
    CustomerRow.payment_seen,
).order_by(CustomerRow.id)


class Situations:
    def __init__(self, session: AsyncSession, keyring: Keyring) -> None:
        self._session = session
        self._keyring = keyring

    async def staleness(self, now: datetime, limit: timedelta) -> Staleness:
        """Which companies' invoices were not imported for so long."""
        return staleness(await Imports(self._session).whole(), now, limit)

    async def stream(
        self, as_of: date, *, stale: Staleness, with_delays: bool, only: str | None = None
    ) -> AsyncIterator[CustomerSituation]:
        """All customers, or one, in the order of their ids. `with_delays`: whether payments are looked at."""
        correspondence = Correspondence(self._session, (only, only) if only is not None else None)
        mail = await correspondence.unanswered(), await correspondence.contacted(as_of)
        async for customers in self._batches(only):
            batch = Batch(self._session, self._keyring, as_of, customers[0].id, customers[-1].id)
            await batch.load(with_delays=with_delays)
            for customer in customers:
                yield batch.situation(customer, mail, stale=stale)

    async def page(
        self, as_of: date, *, stale: Staleness, with_delays: bool, after: str, limit: int
    ) -> list[CustomerSituation]:
        """So many customers whose ids come after one, in the order of their ids; of the others nothing is read."""
        customers = await self._customers(_CUSTOMERS.where(CustomerRow.id > after).limit(limit))
        if not customers:
            return []
        first, last = customers[0].id, customers[-1].id
        correspondence = Correspondence(self._session, (first, last))
        mail = await correspondence.unanswered(), await correspondence.contacted(as_of)
        batch = Batch(self._session, self._keyring, as_of, first, last)
        await batch.load(with_delays=with_delays)
        return [batch.situation(customer, mail, stale=stale) for customer in customers]

    async def _batches(self, only: str | None) -> AsyncIterator[list[Any]]:
        select = _CUSTOMERS if only is None else _CUSTOMERS.where(CustomerRow.id == only)
        after = ""
        while rows := await self._customers(select.where(CustomerRow.id > after).limit(AT_ONCE)):
            yield rows
            after = rows[-1].id

    async def _customers(self, select: sa.Select[*tuple[Any, ...]]) -> list[Any]:
        return list((await self._session.execute(select)).all())
