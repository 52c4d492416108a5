"""A folder of invoice copies becomes documents, whole or not at all. A file's name, without its extension, is the
invoice's number."""

import asyncio
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import structlog
from lxml import etree

from app.db.repositories.documents import NumberedInvoice, folded
from app.db.uow import Database
from app.domain.clock import Clock
from app.domain.errors import DocumentsRefused, Invalid
from app.reading.outgoing.enclosing import type_of

LARGEST = 10 * 1024 * 1024
BAD_SHOWN = 100
MEDIA_TYPES: Mapping[str, str] = {
    ".pdf": "application/pdf",
    ".xml": "application/xml",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".png": "image/png",
}

PAGES = frozenset({"html", "svg"})
PAGE_SPACES = frozenset({"http://www.w3.org/1999/xhtml", "http://www.w3.org/2000/svg"})
"""What a browser takes for a page and runs scripts of, where a customer opens the file."""

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Copy:
    """A file, and the invoice that it is a copy of."""

    path: Path
    invoice: NumberedInvoice

    @property
    def media_type(self) -> str:
        return MEDIA_TYPES[self.path.suffix.lower()]


@dataclass(frozen=True, slots=True)
class DocumentReport:
    files: int
    new: int
    changed: int
    unchanged: int
    skipped: tuple[str, ...] = ()
    is_dry_run: bool = False

    def __str__(self) -> str:
        """For a person at a terminal."""
        if self.is_dry_run:
            return "\n".join([f"{self.files} documents: would be taken", *self.skipped])
        counts = f"{self.new} new, {self.changed} changed, {self.unchanged} unchanged"
        return "\n".join([f"{self.files} documents: {counts}", *self.skipped])


class DocumentService:
    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def import_folder(
        self, folder: Path, *, company: str | None = None, skip_unknown: bool = False, dry_run: bool = False
    ) -> DocumentReport:
        """Take every file of a folder, not of those below it; hidden files are passed over.

        `company` says whose numbers the names are, where several companies use the same. `skip_unknown` leaves out
        files that are no copy of a known invoice. Raises DocumentsRefused that names each file that cannot be taken,
        and Invalid where there is no such folder.
        """
        paths = await asyncio.to_thread(_files, folder)
        async with self._database.read() as uow:
            like = await uow.documents.invoices_like(path.stem for path in paths)
        bad = list(_unfit(paths))
        copies, unknown = _matched([path for path in paths if path.suffix.lower() in MEDIA_TYPES], like, company)
        bad += _doubles(copies)
        if bad or (unknown and not skip_unknown):
            raise DocumentsRefused(_complaint([*bad, *([] if skip_unknown else unknown)]))
        skipped = tuple(f"left out: {complaint}" for complaint in unknown)
        if dry_run:
            return DocumentReport(len(copies), 0, 0, 0, skipped, is_dry_run=True)
        done = await self._take(copies)
        return DocumentReport(len(copies), done["new"], done["changed"], done["unchanged"], skipped)

    async def _take(self, copies: Sequence[Copy]) -> Counter[str]:
        """A copy that changes voids the answers that carry it."""
        done: Counter[str] = Counter()
        changed: set[str] = set()
        async with self._database.write() as uow:
            for copy in copies:
                content = await asyncio.to_thread(copy.path.read_bytes)
                what = await uow.documents.put(copy.invoice.id, copy.path.name, copy.media_type, content)
                done[what] += 1
                changed |= {copy.invoice.customer_id} if what == "changed" else set()
            await uow.ledger.touch(changed)
            if done["new"] or done["changed"]:
                uow.audit.add("ledger.documents.imported", files=len(copies), new=done["new"], changed=done["changed"])
        log.info("ledger.documents.imported", files=len(copies), new=done["new"], changed=done["changed"])
        return done


def _files(folder: Path) -> list[Path]:
    if not folder.is_dir():
        raise Invalid(f"{folder} is no folder")
    return sorted(path for path in folder.iterdir() if path.is_file() and not path.name.startswith("."))


def _unfit(paths: Sequence[Path]) -> Iterator[str]:
    for path in paths:
        if path.is_symlink():  # to a file that nobody meant to send to a customer
            yield f"{path.name}: is a link"
        elif path.suffix.lower() not in MEDIA_TYPES:
            yield f"{path.name}: is none of {', '.join(MEDIA_TYPES)}"
        elif path.stat().st_size > LARGEST:
            yield f"{path.name}: is larger than {LARGEST // 1024 // 1024} MB"
        elif path.stat().st_size == 0:
            yield f"{path.name}: is empty"
        elif not _is_what_it_says(path):
            yield f"{path.name}: is no {path.suffix[1:].upper()} inside"


def _is_what_it_says(path: Path) -> bool:
    """Whether its bytes are of the type that its name gives it, and what says that it is XML is no page: a customer
    opens it."""
    media_type, content = MEDIA_TYPES[path.suffix.lower()], path.read_bytes()
    if path.suffix.lower() != ".xml":
        return type_of(content)[0] == media_type
    try:
        root = etree.fromstring(content, etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False))
    except (etree.XMLSyntaxError, ValueError):
        return False
    is_page = etree.QName(root).localname.lower() in PAGES
    is_page = is_page or any(etree.QName(element).namespace in PAGE_SPACES for element in root.iter("*"))
    return not is_page and not root.getroottree().docinfo.doctype


def _matched(
    paths: Sequence[Path], like: Mapping[str, Sequence[NumberedInvoice]], company: str | None
) -> tuple[list[Copy], list[str]]:
    """Each file with its invoice, and what is said of those that have none or may have several."""
    copies: list[Copy] = []
    unknown: list[str] = []
    for path in paths:
        found = [one for one in like.get(folded(path.stem), ()) if company in {None, one.company}]
        exact = [one for one in found if one.number.upper() == path.stem.upper()] or found
        if len(exact) == 1:
            copies.append(Copy(path, exact[0]))
        elif exact:
            meant = ", ".join(f"{one.number} of {one.company or 'no company'}" for one in exact)
            unknown.append(f"{path.name}: may be {meant}; say which with --company")
        else:
            unknown.append(f"{path.name}: there is no invoice {path.stem}")
    return copies, unknown


def _doubles(copies: Sequence[Copy]) -> Iterator[str]:
    first: dict[tuple[object, str], Copy] = {}
    for copy in copies:
        other = first.setdefault((copy.invoice.id, copy.media_type), copy)
        if other is not copy:
            yield f"{copy.path.name}: {other.path.name} is a copy of {copy.invoice.number} already"


def _complaint(lines: Sequence[str]) -> str:
    more = [f"and {len(lines) - BAD_SHOWN} more"] if len(lines) > BAD_SHOWN else []
    return "\n".join([*lines[:BAD_SHOWN], *more])
