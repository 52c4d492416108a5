"""The ledger's door: files come in, holds are set."""

import asyncio
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from uuid import UUID

import structlog

from app.db.repositories.imports import Imports
from app.db.tables.ledger import HoldRow, ImportRow
from app.db.uow import Database, Uow
from app.domain.clock import Clock
from app.domain.errors import Invalid, NotAllowed, NotFound
from app.domain.freshness import Freshness, freshness, least_fresh, newest_by_company, newest_for
from app.domain.ids import new_id
from app.domain.people import SignedIn
from app.domain.policy import LedgerPolicy
from app.ledger.column_maps import adapted
from app.ledger.imports import Checked, Tally, check, compare, open_source, stage
from app.ledger.marks import refresh
from app.ledger.snapshot import confirm, missing, needs_confirming
from app.ledger.sources import Source

MAX_AGE = LedgerPolicy().max_age

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What a file did, or in a dry run would do. `closed` are the invoice numbers that a snapshot closes."""

    kind: str
    file: str
    rows: int
    new: int
    changed: int
    unchanged: int
    closed: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    is_dry_run: bool = False

    def __str__(self) -> str:
        """For a person at a terminal."""
        would = "would be " if self.is_dry_run else ""
        counts = f"{self.new} new, {self.changed} changed, {self.unchanged} unchanged"
        lines = [f"{self.file}: {self.rows} {self.kind}: {would}{counts}"]
        if self.closed:
            lines.append(f"{would}closed ({len(self.closed)}): {', '.join(self.closed)}")
        return "\n".join([*lines, *self.notes])


class LedgerService:
    def __init__(self, database: Database, clock: Clock, *, max_age: timedelta = MAX_AGE) -> None:
        self._database = database
        self._clock = clock
        self._max_age = max_age

    async def freshness(self, company: str | None = None) -> Freshness:
        """How old the newest invoice import is that speaks for a company; without one, of the least fresh company."""
        if company is None:
            return least_fresh([*(await self.freshness_by_company()).values()])
        async with self._database.read() as uow:
            imports = await Imports(uow.session).invoice_imports()
        return self._judged(newest_for(company, imports))

    async def freshness_by_company(self) -> dict[str, Freshness]:
        """The same for every company that an invoice file named; the key is "" when none did."""
        async with self._database.read() as uow:
            imports = await Imports(uow.session).invoice_imports()
        return {company: self._judged(at) for company, at in newest_by_company(imports).items()}

    def _judged(self, as_of: datetime | None) -> Freshness:
        return freshness(as_of, self._clock(), self._max_age)

    async def import_file(
        self,
        kind: str,
        path: Path,
        *,
        dry_run: bool = False,
        snapshot: bool = False,
        confirmed: bool = False,
        adapter: str = "",
    ) -> ImportReport:
        """Take a file of customers, contacts, invoices or payments, whole or not at all.

        `adapter` names the system whose export the file is; without one it has our own columns.
        Raises ImportRefused with every bad row; Invalid for another kind or adapter, a file that is not there, and a
        snapshot that would close too much without being confirmed.
        """
        source = await asyncio.to_thread(open_source, path)
        if adapter:
            source = adapted(source, adapter, kind)
        return await self._import(kind, source, dry_run=dry_run, snapshot=snapshot, confirmed=confirmed)

    async def _import(
        self, kind: str, source: Source, *, dry_run: bool, snapshot: bool, confirmed: bool
    ) -> ImportReport:
        if snapshot and kind != "invoices":
            raise Invalid("only an invoice file can be a snapshot of all open items")
        async with self._database.read() as uow:
            customers = await Imports(uow.session).customer_ids()
        with closing(await asyncio.to_thread(check, kind, source, customers)) as checked:
            if dry_run:
                async with self._database.read() as uow:
                    return await self._foresee(uow, checked, is_snapshot=snapshot)
            async with self._database.write() as uow:
                return await self._take(uow, checked, is_snapshot=snapshot, confirmed=confirmed)

    async def set_hold(self, customer_id: str, until: date, reason: str, by: SignedIn) -> UUID:
        """ "Do not contact until …". Raises NotAllowed, NotFound, or Invalid for a day that has passed."""
        if not by.can_decide:
            raise NotAllowed("your role reads, it does not decide")
        now = self._clock()
        if until < now.date():
            raise Invalid(f"{until} has passed")
        hold_id = new_id()
        async with self._database.write() as uow:
            if await uow.ledger.customer(customer_id) is None:
                raise NotFound(f"there is no customer {customer_id}")
            sealed = uow.words.keyring.seal(hold_id, reason.strip().encode()) if reason.strip() else None
            uow.ledger.add_hold(
                HoldRow(id=hold_id, customer_id=customer_id, until=until, reason=sealed, set_by=by.id, set_at=now)
            )
            await uow.ledger.touch([customer_id])
            uow.audit.add(
                "ledger.hold.set", actor=by.actor, hold_id=hold_id, customer_id=customer_id, until=until.isoformat()
            )
        return hold_id

    @staticmethod
    async def _foresee(uow: Uow, checked: Checked, *, is_snapshot: bool) -> ImportReport:
        staging = await stage(uow.session, checked)
        closing, open_before = await missing(staging, checked) if is_snapshot else ((), 0)
        question = needs_confirming(len(closing), open_before)
        checked.notes += [f"{question}: --yes will be needed"] if question else []
        tally = await compare(staging, checked)
        return _report(checked, tally, [invoice.number for invoice in closing], is_dry_run=True)

    async def _take(self, uow: Uow, checked: Checked, *, is_snapshot: bool, confirmed: bool) -> ImportReport:
        imports, now = Imports(uow.session), self._clock()
        await imports.lock()
        staging = await stage(uow.session, checked)
        closing, open_before = await missing(staging, checked) if is_snapshot else ((), 0)
        if not confirmed:
            confirm(len(closing), open_before)
        tally = await compare(staging, checked)
        companies = await staging.companies() if checked.kind == "invoices" else set()
        await staging.write()
        await staging.drop()
        await imports.close([invoice.id for invoice in closing])
        tally.touched |= {invoice.customer_id for invoice in closing}
        if checked.kind in {"invoices", "payments"}:
            as_of = now if checked.kind == "invoices" else await imports.newest("invoices")
            if as_of is not None:
                marked, count = await refresh(imports, as_of.astimezone(UTC).date())
                tally.touched |= marked
                checked.notes += [f"marked payment seen: {count}"] if count else []
        await uow.ledger.touch(tally.touched)
        row = ImportRow(
            id=new_id(),
            kind=checked.kind,
            rows=tally.rows,
            changed=tally.new + tally.changed + len(closing),
            companies=sorted(companies),
            at=now,
        )
        imports.add(row)
        uow.audit.add(
            "ledger.file.imported",
            import_id=row.id,
            file_kind=checked.kind,
            rows=tally.rows,
            new=tally.new,
            changed=tally.changed,
            closed=len(closing),
        )
        log.info("ledger.file.imported", import_id=str(row.id), rows=tally.rows, changed=row.changed)
        return _report(checked, tally, [invoice.number for invoice in closing])


def _report(checked: Checked, tally: Tally, closed: list[str], *, is_dry_run: bool = False) -> ImportReport:
    return ImportReport(
        kind=checked.kind,
        file=checked.source.name,
        rows=tally.rows,
        new=tally.new,
        changed=tally.changed,
        unchanged=tally.unchanged,
        closed=tuple(closed),
        notes=tuple(checked.notes),
        is_dry_run=is_dry_run,
    )
