"""An import's rows beside the ledger: staged in a table of the transaction's own, compared and written as a set.

spool ──COPY (PostgreSQL) or executemany (SQLite)──▶ staged ──▶ differing: new and changed rows ──▶ the table
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import islice
from typing import Any, BinaryIO, Protocol, cast
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from app.db.base import Amount, Base
from app.db.tables.ledger import ContactRow, CustomerRow, InvoiceRow
from app.domain.account import CLOSED

AT_ONCE = 5_000

_FROM_TEXT: Mapping[type[sa.types.TypeEngine[Any]] | type[Amount], Callable[[str], Any]] = {
    Amount: Decimal,
    sa.Boolean: "True".__eq__,
    sa.Date: date.fromisoformat,
    sa.Integer: int,
    sa.Uuid: UUID,
}


@dataclass(frozen=True, slots=True)
class OpenInvoice:
    id: UUID
    number: str
    customer_id: str


class Rows(Protocol):
    """Clean rows as text, in the order of `fields`."""

    fields: tuple[str, ...]

    def as_file(self) -> BinaryIO: ...

    def __iter__(self) -> Iterator[list[str]]: ...


class Staging:
    """Use in this order: fill, find_differences, questions, write, drop. A rollback drops it too."""

    def __init__(
        self,
        session: AsyncSession,
        table: type[Base],
        fields: Sequence[str],
        *,
        key: Sequence[str],
        quiet: Collection[str],
    ) -> None:
        self._session = session
        self._class = table
        self._table = cast(sa.Table, table.__table__)
        self._fields = [field for field in fields if field != "id" or "id" in key]
        self._key = key
        self._quiet = quiet
        apart = sa.MetaData()
        columns = [self._table.c[field] for field in fields]
        self._staged = sa.Table("staged_rows", apart, *map(_plain, columns), prefixes=["TEMPORARY"])
        self._differing = sa.Table(
            "differing_rows",
            apart,
            *map(_plain, columns),
            sa.Column("present", self._table.c.id.type),
            sa.Column("is_loud", sa.Boolean(create_constraint=False)),
            prefixes=["TEMPORARY"],
        )

    async def fill(self, rows: Rows) -> None:
        connection = await self._session.connection()
        await connection.run_sync(lambda sync: self._staged.metadata.create_all(sync, checkfirst=False))
        if self._is_postgresql:
            driver = (await connection.get_raw_connection()).driver_connection
            filled = [column.name for column in self._staged.columns if not column.nullable]
            await cast(Any, driver).copy_to_table(
                self._staged.name, source=rows.as_file(), columns=rows.fields, format="csv", force_not_null=filled
            )
            await self._session.execute(sa.text(f"ANALYZE {self._staged.name}"))
            return
        readers = [_reader(self._staged.c[field]) for field in rows.fields]
        typed = (
            {field: read(cell) for field, read, cell in zip(rows.fields, readers, row, strict=True)} for row in rows
        )
        while some := list(islice(typed, AT_ONCE)):
            await self._session.execute(sa.insert(self._staged), some)

    async def find_differences(self) -> None:
        staged, table = self._staged, self._table
        compared = [field for field in self._fields if field not in self._key]
        is_new = table.c.id.is_(None)
        differs = [staged.c[field].is_distinct_from(table.c[field]) for field in compared]
        loud = [test for field, test in zip(compared, differs, strict=True) if field not in self._quiet]
        found = (
            sa.select(*staged.c, table.c.id, sa.or_(is_new, *loud))
            .select_from(staged.outerjoin(table, self._same_key()))
            .where(sa.or_(is_new, *differs))
        )
        await self._session.execute(sa.insert(self._differing).from_select(list(self._differing.c), found))
        if self._is_postgresql:
            await self._session.execute(sa.text(f"ANALYZE {self._differing.name}"))

    async def counts(self) -> tuple[int, int]:
        """How many rows are new, and how many are changed."""
        differing = self._differing
        counted = sa.select(sa.func.count(), sa.func.count(differing.c.present)).select_from(differing)
        every, changed = (await self._session.execute(counted)).one()
        return every - changed, changed

    async def touched(self, customer: str) -> set[str]:
        """The customers whose ledger differs in what a mail may rely on; a new customer has none yet."""
        differing, table = self._differing, self._table
        after = sa.select(differing.c[customer]).where(differing.c.is_loud)
        if self._class is CustomerRow:
            after = after.where(differing.c.present.is_not(None))
        before = sa.select(table.c[customer]).where(table.c.id == differing.c.present, differing.c.is_loud)
        return set(await self._session.scalars(sa.union(after, before)))

    async def look_alikes(self, alike: Sequence[str], named_by: str, *, most: int) -> tuple[int, list[tuple[str, str]]]:
        """Groups of rows that agree in some fields (text whatever its case), of which at least one row is new.

        Returns how many there are, and of some the first and the last name.
        """
        stored, new = self._table, self._differing
        everything = sa.union_all(
            *(
                sa.select(
                    *(_folded(source.c[field]).label(field) for field in alike),
                    source.c[named_by].label("called"),
                    sa.literal(int(source is new)).label("is_new"),
                ).where(source.c.present.is_(None) if source is new else sa.true())
                for source in (stored, new)
            )
        ).subquery()
        first, last = sa.func.min(everything.c.called), sa.func.max(everything.c.called)
        groups = (
            sa.select(first.label("first"), last.label("last"))
            .group_by(*(everything.c[field] for field in alike))
            .having(first < last, sa.func.max(everything.c.is_new) == 1)
            .subquery()
        )
        found = await self._session.execute(
            sa.select(groups, sa.func.count().over()).order_by(groups.c.first).limit(most)
        )
        rows = found.all()
        return (rows[0][2] if rows else 0), [(row[0], row[1]) for row in rows]

    async def companies(self) -> set[str]:
        """The companies that the file names; none when it has no such column, and so speaks for all."""
        if "company" not in self._staged.c:
            return set()
        return set(await self._session.scalars(sa.select(self._staged.c.company).distinct()))

    async def companies_paid(self) -> set[str]:
        """The companies whose invoices the payments of the file name."""
        if "invoice_number" not in self._staged.c:
            return set()
        staged = self._staged.c
        return set(
            await self._session.scalars(
                sa.select(InvoiceRow.company)
                .join(
                    self._staged,
                    sa.and_(
                        InvoiceRow.customer_id == staged.customer_id,
                        sa.func.upper(InvoiceRow.number) == sa.func.upper(staged.invoice_number),
                    ),
                )
                .distinct()
            )
        )

    async def missing_by_company(self) -> dict[str, int]:
        """How many open invoices are not among the staged ones, by company."""
        table = self._table
        found = await self._session.execute(
            sa.select(table.c.company, sa.func.count())
            .select_from(table.outerjoin(self._staged, self._same_key()))
            .where(self._staged.c.number.is_(None), IS_OPEN)
            .group_by(table.c.company)
        )
        return {company: count for company, count in found}

    async def open_by_company(self) -> dict[str, int]:
        """How many invoices are open, by company."""
        counted = sa.select(InvoiceRow.company, sa.func.count()).where(IS_OPEN).group_by(InvoiceRow.company)
        return {company: count for company, count in await self._session.execute(counted)}

    async def missing_open(self, companies: Collection[str]) -> list[OpenInvoice]:
        """Open invoices that are not among the staged ones; of these companies, if any are named."""
        table = self._table
        found = await self._session.execute(
            sa.select(table.c.id, table.c.number, table.c.customer_id)
            .select_from(table.outerjoin(self._staged, self._same_key()))
            .where(self._staged.c.number.is_(None), table.c.status.not_in(CLOSED))
            .where(table.c.company.in_(companies) if companies else sa.true())
            .order_by(table.c.number, table.c.company)
        )
        return [OpenInvoice(*row) for row in found]

    async def write(self) -> None:
        """Insert what is new, then change what differs."""
        differing, table = self._differing, self._table
        names = [column.name for column in self._staged.columns]
        new = sa.select(*(differing.c[name] for name in names)).where(differing.c.present.is_(None))
        await self._session.execute(sa.insert(table).from_select(names, new))
        values: dict[str, Any] = {field: differing.c[field] for field in self._fields if field not in self._key}
        if self._class is ContactRow:
            values["version"] = table.c.version + sa.case((differing.c.is_loud, 1), else_=0)
        await self._session.execute(sa.update(table).where(table.c.id == differing.c.present).values(values))

    async def drop(self) -> None:
        connection = await self._session.connection()
        await connection.run_sync(lambda sync: self._staged.metadata.drop_all(sync, checkfirst=False))

    def _same_key(self) -> sa.ColumnElement[bool]:
        """A key's part that the file does not have is empty there."""
        parts = (
            self._table.c[part] == (self._staged.c[part] if part in self._staged.c else sa.literal(""))
            for part in self._key
        )
        return sa.and_(*parts)

    @property
    def _is_postgresql(self) -> bool:
        return self._session.get_bind().dialect.name == "postgresql"


IS_OPEN = InvoiceRow.status.not_in(CLOSED)


def _plain(column: sa.Column[Any]) -> sa.Column[Any]:
    """The same column without constraints: the rows have been checked."""
    kind = sa.String(32) if isinstance(column.type, sa.Enum) else column.type
    return sa.Column(column.name, kind, nullable=column.nullable)


def _folded(column: sa.ColumnElement[Any]) -> sa.ColumnElement[Any]:
    return sa.func.lower(column) if isinstance(column.type, sa.String) else column


def _reader(column: sa.Column[Any]) -> Callable[[str], Any]:
    """Text back to what it was: for SQLite, which has no COPY."""
    read = next((read for kind, read in _FROM_TEXT.items() if isinstance(column.type, kind)), str)
    return (lambda cell: read(cell) if cell else None) if column.nullable else read
