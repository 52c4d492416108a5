"""A checked file meets the ledger, in one transaction: foreseen in a dry run, or taken."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

import structlog

from app.db.repositories.addresses import Given
from app.db.repositories.imports import Imports, KeyedRequest
from app.db.tables.ledger import ImportRow
from app.db.uow import Uow
from app.domain.ids import new_id
from app.domain.job import figures_job, redraft_job
from app.domain.people import DUEBOX, SignedIn
from app.ledger.coverage import covered
from app.ledger.imports import Checked, Tally, compare, stage
from app.ledger.marks import refresh
from app.ledger.snapshot import confirm, missing, question_before

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class ImportWish:
    """What is to be done with a file. `way` is the door that it came by: file, api or folder; `key` makes a repeated
    request harmless, `body_hash` tells whether it is the same one. `partial`: whether the file leaves out what has not
    changed; None where that is to be told from what it names."""

    dry_run: bool = False
    snapshot: bool = False
    confirmed: bool = False
    by: SignedIn = DUEBOX
    way: str = "file"
    key: str = ""
    body_hash: str = ""
    partial: bool | None = None


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


async def foresee(uow: Uow, checked: Checked, wish: ImportWish) -> ImportReport:
    """What `take` would do. Writes nothing that outlives the transaction."""
    staging = await stage(uow.session, checked)
    closing, open_before = await missing(staging, checked) if wish.snapshot else ((), 0)
    question = question_before(len(closing), open_before)
    checked.notes += [f"{question}: --yes will be needed"] if question else []
    tally = await compare(staging, checked)
    await covered(staging, checked, snapshot=wish.snapshot, partial=wish.partial)
    await _other_addresses(uow, checked)
    return _report(checked, tally, [invoice.number for invoice in closing], is_dry_run=True)


async def take(uow: Uow, checked: Checked, wish: ImportWish, now: datetime) -> ImportReport:
    """Write what differs. Raises Invalid for a snapshot to be confirmed, and for a key that had another request."""
    imports = Imports(uow.session)
    await imports.lock()
    request = _request(uow, checked, wish) if wish.key else None
    if request and (answer := await imports.answer_to(request)) is not None:
        return _restored(answer)
    staging = await stage(uow.session, checked)
    closing, open_before = await missing(staging, checked) if wish.snapshot else ((), 0)
    if not wish.confirmed:
        confirm(len(closing), open_before)
    tally = await compare(staging, checked)
    companies, is_partial = await covered(staging, checked, snapshot=wish.snapshot, partial=wish.partial)
    await staging.write()
    await staging.drop()
    await uow.addresses.take(await _other_addresses(uow, checked))
    await imports.close([invoice.id for invoice in closing])
    tally.touched |= {invoice.customer_id for invoice in closing}
    row = ImportRow(
        id=new_id(),
        kind=checked.kind,
        rows=tally.rows,
        changed=tally.new + tally.changed + len(closing),
        companies=companies,
        is_partial=is_partial,
        at=now,
    )
    imports.add(row)
    await uow.session.flush()  # the marks go by what is imported
    if checked.kind in {"invoices", "payments"}:
        await _mark(imports, checked, tally)
    await uow.ledger.touch(tally.touched)
    await uow.enqueue(figures_job(row.id, now.date()))
    for reminder_id in await uow.reminders.drafted_of(sorted(tally.touched)):
        await uow.enqueue(redraft_job(reminder_id, row.id))
    uow.audit.add(
        "ledger.file.imported",
        actor=wish.by.actor,
        import_id=row.id,
        file_kind=checked.kind,
        way=wish.way,
        rows=tally.rows,
        new=tally.new,
        changed=tally.changed,
        closed=len(closing),
    )
    log.info("ledger.file.imported", import_id=str(row.id), rows=tally.rows, changed=row.changed)
    report = _report(checked, tally, [invoice.number for invoice in closing])
    if request:
        imports.remember(request, asdict(report), now)
    return report


async def _other_addresses(uow: Uow, checked: Checked) -> Sequence[Given]:
    """They are no part of what a mail relies on: nothing is void because of them."""
    if checked.addresses is None:
        return []
    found = await uow.addresses.differing((customer_id, address) for customer_id, address in checked.addresses)
    checked.notes += [f"postal addresses, new or changed: {len(found)}"] if found else []
    return found


async def _mark(imports: Imports, checked: Checked, tally: Tally) -> None:
    marked, count = await refresh(imports)
    tally.touched |= marked
    checked.notes += [f"marked payment seen: {count}"] if count else []


def _request(uow: Uow, checked: Checked, wish: ImportWish) -> KeyedRequest:
    """Each user has keys of their own."""
    keyring = uow.words.keyring
    meant = f"{checked.kind} {wish.snapshot} {wish.confirmed} {wish.body_hash}"
    meant += "" if wish.partial is None else f" {wish.partial}"
    return KeyedRequest(keyring.index(f"{wish.by.actor} {wish.key}"), keyring.index(meant))


def _restored(answer: dict[str, Any]) -> ImportReport:
    return ImportReport(**answer | {"closed": tuple(answer["closed"]), "notes": tuple(answer["notes"])})


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
