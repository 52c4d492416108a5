"""The ledger's door: files and rows come in."""

import asyncio
from collections.abc import Sequence
from contextlib import closing
from datetime import datetime
from pathlib import Path

from app.db.repositories.imports import Imports
from app.db.uow import Database
from app.domain.clock import Clock
from app.domain.errors import Invalid
from app.domain.freshness import Freshness, freshness, least_fresh, newest_by_company, newest_for
from app.domain.people import DUEBOX, SignedIn
from app.domain.policy import LedgerPolicy
from app.ledger.column_maps import adapted, open_export
from app.ledger.given import GivenRow, GivenRows
from app.ledger.imports import check
from app.ledger.opening import open_ours
from app.ledger.settling import Settling
from app.ledger.sources import Source
from app.ledger.taking import ImportReport, ImportWish, foresee, take
from app.ledger.written_days import DayOrder

AS_SHIPPED = LedgerPolicy()


class LedgerService:
    def __init__(self, database: Database, clock: Clock, policy: LedgerPolicy = AS_SHIPPED) -> None:
        self._database = database
        self._clock = clock
        self._policy = policy

    async def freshness(self, company: str | None = None) -> Freshness:
        """How old the newest invoice import is that speaks for a company; without one, of the least fresh company."""
        if company is None:
            return least_fresh([*(await self.freshness_by_company()).values()])
        async with self._database.read() as uow:
            imports = await Imports(uow.session).whole()
        return self._judged(newest_for(company, imports))

    async def freshness_by_company(self) -> dict[str, Freshness]:
        """The same for every company that an invoice file named; the key is "" when none did."""
        async with self._database.read() as uow:
            imports = await Imports(uow.session).whole()
        return {company: self._judged(at) for company, at in newest_by_company(imports).items()}

    def _judged(self, as_of: datetime | None) -> Freshness:
        return freshness(as_of, self._clock(), self._policy.max_age)

    async def import_file(  # noqa: PLR0913  # an option of the import each
        self,
        kind: str,
        path: Path,
        *,
        dry_run: bool = False,
        snapshot: bool = False,
        confirmed: bool = False,
        adapter: str | Path = "",
        currency: str = "",
        by: SignedIn = DUEBOX,
        way: str = "file",
        partial: bool | None = None,
        order: DayOrder | None = None,
    ) -> ImportReport:
        """Take a file of customers, contacts, invoices or payments, whole or not at all.

        `adapter` names the system whose export the file is, or is a file that describes it; without one it has our own
        columns. `currency` is that of a system that does not name its only one. `by` and `way` are for the audit log:
        who, and by which door. `partial` says that the file leaves out what has not changed, or that
        it does not; without it that is told from the file. `order` of its dates, where they can be read two ways.
        Raises ImportRefused with every bad row; Invalid for another kind or adapter, a file that is not there, and a
        snapshot that would close too much without being confirmed.
        """
        if adapter:
            source = await asyncio.to_thread(open_export, path, adapter, kind, currency)
        else:
            source = await asyncio.to_thread(open_ours, path, kind)
        wish = ImportWish(dry_run, snapshot, confirmed, by, way, partial=partial)
        return await self._import(kind, source, wish, order)

    async def import_rows(  # noqa: PLR0913  # likewise
        self,
        kind: str,
        rows: Sequence[GivenRow],
        *,
        by: SignedIn,
        dry_run: bool = False,
        snapshot: bool = False,
        confirmed: bool = False,
        adapter: str = "",
        currency: str = "",
        key: str = "",
        body_hash: str = "",
        partial: bool | None = None,
    ) -> ImportReport:
        """The same for rows that a program hands over; row numbers in errors count from 1. `adapter` by its name alone.

        A repeat of `key` with the same `body_hash` gets the first answer. Raises Invalid when that is another one.
        """
        source: Source = GivenRows.of(rows)
        if adapter:
            source = adapted(source, adapter, kind, currency)
            body_hash = f"{body_hash} {adapter} {currency}"
        wish = ImportWish(dry_run, snapshot, confirmed, by, "api", key, body_hash, partial)
        return await self._import(kind, source, wish)

    async def _import(self, kind: str, source: Source, wish: ImportWish, order: DayOrder | None = None) -> ImportReport:
        if wish.snapshot and kind != "invoices":
            raise Invalid("only an invoice file can be a snapshot of all open items")
        if wish.snapshot and wish.partial:
            raise Invalid("a snapshot holds all open items: it is no part")
        async with self._database.read() as uow:
            customers = await Imports(uow.session).customer_ids()
            erased, index = await Imports(uow.session).erased(), uow.words.keyring.index
        with closing(
            await asyncio.to_thread(
                check,
                kind,
                source,
                customers,
                lambda email: bool(erased and email) and index(email) in erased,
                today=self._clock().date(),
                order=order,
            )
        ) as checked:
            if wish.dry_run:
                async with self._database.read() as uow:
                    return await foresee(uow, checked, wish)
            async with self._database.write() as uow:
                report = await take(uow, checked, wish, self._clock())
        await Settling(self._database, self._clock, short_by=self._policy.short_by).settle()
        return report
