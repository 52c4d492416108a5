"""The ledger's door: files come in, holds are set."""

import asyncio
from dataclasses import dataclass
from datetime import UTC, date
from pathlib import Path
from uuid import UUID

import structlog

from app.db.repositories.imports import Imports
from app.db.tables.ledger import HoldRow, ImportRow
from app.db.uow import Database, Uow
from app.domain.clock import Clock
from app.domain.errors import Invalid, NotAllowed, NotFound
from app.domain.ids import new_id
from app.domain.job import figures_job
from app.domain.people import SignedIn
from app.ledger.imports import Checked, Tally, check, compare
from app.ledger.marks import refresh
from app.ledger.snapshot import confirm, missing, needs_confirming

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
    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def import_file(
        self, kind: str, path: Path, *, dry_run: bool = False, snapshot: bool = False, confirmed: bool = False
    ) -> ImportReport:
        """Take a file of customers, contacts, invoices or payments, whole or not at all.

        Raises ImportRefused with every bad row; Invalid for another kind, a file that is not there, and a snapshot
        that would close too much without being confirmed.
        """
        if snapshot and kind != "invoices":
            raise Invalid("only an invoice file can be a snapshot of all open items")
        async with self._database.read() as uow:
            customers = await Imports(uow.session).customer_ids()
        checked = await asyncio.to_thread(check, kind, path, customers)
        if dry_run:
            async with self._database.read() as uow:
                return await self._foresee(Imports(uow.session), checked, is_snapshot=snapshot)
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
    async def _foresee(imports: Imports, checked: Checked, *, is_snapshot: bool) -> ImportReport:
        closing, open_before = await missing(imports, checked) if is_snapshot else ((), 0)
        question = needs_confirming(len(closing), open_before)
        checked.notes += [f"{question}: --yes will be needed"] if question else []
        tally = await compare(imports, checked, write=False)
        return _report(checked, tally, [invoice.number for invoice in closing], is_dry_run=True)

    async def _take(self, uow: Uow, checked: Checked, *, is_snapshot: bool, confirmed: bool) -> ImportReport:
        imports, now = Imports(uow.session), self._clock()
        await imports.lock()
        closing, open_before = await missing(imports, checked) if is_snapshot else ((), 0)
        if not confirmed:
            confirm(len(closing), open_before)
        tally = await compare(imports, checked, write=True)
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
            at=now,
        )
        imports.add(row)
        await uow.enqueue(figures_job(row.id, now.date()))
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
        file=checked.file.name,
        rows=tally.rows,
        new=tally.new,
        changed=tally.changed,
        unchanged=tally.unchanged,
        closed=tuple(closed),
        notes=tuple(checked.notes),
        is_dry_run=is_dry_run,
    )
