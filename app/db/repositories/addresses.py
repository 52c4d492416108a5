"""Postal addresses: sealed, so that a copy of the database tells nobody where a person lives."""

from collections.abc import AsyncIterator, Collection, Iterable, Iterator
from itertools import islice
from typing import TypeVar

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from app.db.sealing import Keyring
from app.db.tables.ledger import AddressRow
from app.domain.ids import new_id

AT_ONCE = 500

Row = TypeVar("Row")

Given = tuple[str, str]
"""A customer and their address; an empty one takes away what is stored."""


class Addresses:
    def __init__(self, session: AsyncSession, keyring: Keyring) -> None:
        self._session = session
        self._keyring = keyring

    async def of(self, customer_id: str) -> str:
        """Its lines; empty where none is known."""
        row = await self._session.scalar(sa.select(AddressRow).where(AddressRow.customer_id == customer_id))
        return self._keyring.open(row.id, row.sealed).decode() if row else ""

    async def differing(self, given: Iterable[Given]) -> list[Given]:
        """Those that are another one than what is stored."""
        return [one async for one in self._differing(given)]

    async def take(self, given: Collection[Given]) -> None:
        await self.forget([customer_id for customer_id, _address in given])
        self._session.add_all(self._row(customer_id, address) for customer_id, address in given if address)

    async def forget(self, customer_ids: Collection[str]) -> None:
        for some in _some(customer_ids):
            await self._session.execute(
                sa.delete(AddressRow)
                .where(AddressRow.customer_id.in_(some))
                .execution_options(synchronize_session=False)
            )

    async def _differing(self, given: Iterable[Given]) -> AsyncIterator[Given]:
        for some in _some(given):
            stored = await self._session.execute(
                sa.select(AddressRow.customer_id, AddressRow.mark).where(
                    AddressRow.customer_id.in_([customer_id for customer_id, _address in some])
                )
            )
            marks = {customer_id: mark for customer_id, mark in stored}
            for customer_id, address in some:
                if marks.get(customer_id, "") != self._mark(customer_id, address):
                    yield customer_id, address

    def _row(self, customer_id: str, address: str) -> AddressRow:
        row_id = new_id()
        return AddressRow(
            id=row_id,
            customer_id=customer_id,
            sealed=self._keyring.seal(row_id, address.encode()),
            mark=self._mark(customer_id, address),
        )

    def _mark(self, customer_id: str, address: str) -> str:
        return self._keyring.index(f"address\n{customer_id}\n{address}") if address else ""


def _some(rows: Iterable[Row]) -> Iterator[list[Row]]:
    left = iter(rows)
    while some := list(islice(left, AT_ONCE)):
        yield some
