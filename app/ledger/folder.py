"""A watched folder: the accounting system drops a file, Duebox takes it, and moves it out of the way.

    invoices-2026-05-21.csv ── unchanged between two looks? ──▶ import ──▶ done/
                                                                      └──▶ refused/, with a .txt that says why

A name begins with its kind: customers…, contacts…, invoices…, payments…; invoices-snapshot… is all open items, and
invoices.xero.csv an export that the adapter xero reads. Other names are left alone. A crash between import and move
does no harm: the same file again changes nothing. A file that cannot be moved (a full disk, a folder that may only be
read) holds up no other, and is not imported again for that: it is moved once it can be.
"""

import asyncio
import os
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import structlog

from app.db.uow import Database
from app.domain.clock import Clock
from app.domain.errors import AppError, ImportRefused
from app.ledger.adapter_files import adapter_of, names
from app.ledger.column_maps import known_currency
from app.ledger.layouts import LAYOUTS
from app.ledger.service import LedgerService
from app.ledger.written_days import DayOrder

LEASE = "ledger-folder"
LEASE_LOOKS = 20
"""For how many looks the lease is taken: a long import must not lose it."""

SUFFIXES = (".csv", ".xlsx")
SNAPSHOT = "invoices-snapshot"
DONE, REFUSED = "done", "refused"
WHY = ".txt"
LONGEST_NAME = 255
"""Bytes, of one name in most file systems."""

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Dropped:
    """A file that is to be taken, and what told that it is whole."""

    path: Path
    kind: str
    size: int
    changed_at: int

    @property
    def is_snapshot(self) -> bool:
        return self.path.name.lower().startswith(SNAPSHOT)

    @property
    def adapter(self) -> str:
        """The adapter that stands in the name: between dots, after the kind."""
        return next((part for part in self.path.name.lower().split(".")[1:-1] if part in names()), "")


@dataclass(frozen=True, slots=True)
class Exports:
    """Whose exports the files of a folder are, where their names say no adapter; without one, those of an adapter that
    they name, or files of ours. `currency` where theirs say none; `order` of dates that could be read two ways.

    Raises Invalid for an adapter or a currency that there is not."""

    adapter: str | Path = ""
    currency: str = ""
    order: DayOrder | None = None

    def __post_init__(self) -> None:
        if self.adapter:
            adapter_of(self.adapter)
        known_currency(self.currency)

    def adapter_for(self, dropped: Dropped) -> str | Path:
        """Kinds that the adapter does not read are files of ours."""
        if dropped.adapter or not self.adapter:
            return dropped.adapter
        return self.adapter if dropped.kind in adapter_of(self.adapter).files else ""


OUR_OWN = Exports()


class WatchedFolder:
    """Looks again and again, on one worker at a time. Without a folder it does nothing."""

    def __init__(
        self,
        database: Database,
        ledger: LedgerService,
        folder: Path | None,
        clock: Clock,
        *,
        poll_seconds: float,
        holder: str,
        exports: Exports = OUR_OWN,
    ) -> None:
        self._exports = exports
        self._database = database
        self._ledger = ledger
        self._folder = folder
        self._clock = clock
        self._poll_seconds = poll_seconds
        self._holder = holder
        self._seen: frozenset[Dropped] = frozenset()
        self._settled: dict[Dropped, tuple[str, str]] = {}
        self._said = ""
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        if self._folder is not None:
            self._task = asyncio.create_task(self._keep_looking(self._folder))

    async def stop(self) -> None:
        if self._task is not None:
            self._task.cancel()

    async def look(self, folder: Path) -> int:
        """Take the files that have not changed since the last look. Returns how many were taken or refused."""
        found = await asyncio.to_thread(_dropped, folder)
        stable = [dropped for dropped in found if dropped in self._seen]
        self._seen = frozenset(found)
        self._settled = {dropped: end for dropped, end in self._settled.items() if dropped in self._seen}
        return sum([await self._is_taken(folder, dropped) for dropped in stable])

    async def _is_taken(self, folder: Path, dropped: Dropped) -> bool:
        """One file that cannot be put away keeps no other back."""
        try:
            await self._take(folder, dropped)
        except OSError as error:
            log.warning("ledger.folder.stuck", file_kind=dropped.kind, error=type(error).__name__)
            return False
        return True

    async def _take(self, folder: Path, dropped: Dropped) -> None:
        if dropped not in self._settled:
            self._settled[dropped] = await self._import(dropped)
        to, why = self._settled[dropped]
        await asyncio.to_thread(_move, dropped.path, folder / to, self._clock(), why)

    async def _import(self, dropped: Dropped) -> tuple[str, str]:
        """The folder that the file belongs to from now on, and why it was refused."""
        try:
            report = await self._ledger.import_file(
                dropped.kind,
                dropped.path,
                snapshot=dropped.is_snapshot,
                adapter=self._exports.adapter_for(dropped),
                currency=self._exports.currency,
                order=self._exports.order,
                way="folder",
            )
        except AppError as refusal:
            await self._note_refusal(dropped, refusal)
            return REFUSED, str(refusal)
        log.info("ledger.folder.taken", file_kind=dropped.kind, rows=report.rows)
        return DONE, ""

    async def _note_refusal(self, dropped: Dropped, refusal: AppError) -> None:
        bad = len(refusal.rows) + refusal.more if isinstance(refusal, ImportRefused) else 0
        async with self._database.write() as uow:
            uow.audit.add("ledger.folder.refused", file_kind=dropped.kind, bad_rows=bad)
        log.warning("ledger.folder.refused", file_kind=dropped.kind, bad_rows=bad)

    async def _keep_looking(self, folder: Path) -> None:
        while True:
            try:
                async with self._database.write() as uow:
                    seconds = LEASE_LOOKS * max(self._poll_seconds, 1.0)
                    mine = await uow.leases.take(LEASE, self._holder, seconds)
                if mine:
                    await self.look(folder)
                self._say("")
            except Exception as error:  # the boundary of one look: the next one must come
                self._say(type(error).__name__)
            await asyncio.sleep(self._poll_seconds)

    def _say(self, error: str) -> None:
        """Once, not at each look: a share may be away for days."""
        if error and error != self._said:
            log.warning("ledger.folder.failed", error=error)
        elif self._said and not error:
            log.info("ledger.folder.back")
        self._said = error


def _dropped(folder: Path) -> list[Dropped]:
    """Customers first: the others name them. A link is left alone: what is refused is quoted beside it."""
    found = []
    for kind in LAYOUTS:
        for path in sorted(folder.iterdir()):
            if path.name.lower().startswith(kind) and path.suffix.lower() in SUFFIXES and _is_a_file(path):
                state = path.stat()
                found.append(Dropped(path, kind, state.st_size, state.st_mtime_ns))
    return found


def _is_a_file(path: Path) -> bool:
    return path.is_file() and not path.is_symlink()


def _move(path: Path, to: Path, now: datetime, why: str) -> None:
    """The moment in the name keeps an earlier file of the same name. Raises OSError."""
    to.mkdir(exist_ok=True)
    moved = to / _fitting(f"{now:%Y%m%dT%H%M%S}-{path.name}")
    if why:
        note = moved.with_name(f"{moved.name}{WHY}")
        with note.open("x", encoding="utf-8", errors="backslashreplace") as file:  # never through somebody's link
            file.write(f"{why}\n")
    path.replace(moved)


def _fitting(name: str) -> str:
    """With room for WHY; what is too long loses the end of its stem."""
    if len(os.fsencode(name)) <= LONGEST_NAME - len(WHY):
        return name
    suffix = Path(name).suffix
    kept = os.fsencode(name)[: LONGEST_NAME - len(WHY) - len(os.fsencode(suffix))]
    return kept.decode("utf-8", "ignore") + suffix
