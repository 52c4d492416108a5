"""The case file for a legal partner: everything that is kept of one customer, in one archive, each file hashed.

    README.txt  case-file.pdf  statement/*.csv  cases.csv  holds.csv  tasks.csv  timeline.csv
    correspondence/index.csv  correspondence/0001-received.eml …  chain.jsonl  manifest.json

Read in one transaction, written mail by mail into a file, so that memory stays small. That it leaves is noted in the
chain of reads, with the hash of the manifest.
"""

import asyncio
import json
import re
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import IO, TYPE_CHECKING

import structlog

from app.casefile import tables
from app.db.repositories.casefiles import CaseFiles, Letter
from app.db.tables.system import Chain
from app.db.uow import Database, Uow
from app.domain.account import Account
from app.domain.audit import GENESIS, Link
from app.domain.clock import Clock
from app.domain.errors import NotAllowed, NotFound, UnreadableMail
from app.domain.interest import CompanyClaims
from app.domain.people import SignedIn
from app.domain.text import text_of
from app.domain.watermark import Watermark, watermark
from app.papers.archive import CHAIN, Archive
from app.papers.proof import PROOF, proof_of
from app.reading.authorship.quotes import unmarked_forwards
from app.reading.authorship.replies import split_reply
from app.reading.mail.parsing import parse_mail

if TYPE_CHECKING:
    from app.casefile.paper import Paper

log = structlog.get_logger()

_UNSAFE = re.compile(r"[^\w.-]")
LARGEST_ON_PAPER = 20_000
"""Characters of one mail in the PDF; the .eml has all of it."""

MOST_ON_PAPER = 500
"""Mails in the PDF, the newest; it is laid out in memory. The archive has all of them."""

README = """Case file of customer {customer}
{watermark}

case-file.pdf       to be read first
statement/          invoices, payments, totals and claims of interest as of the moment of making; where letters to
                    the customer go, if the ledger knows it
cases.csv           promises, disputes, extensions, hardship
tasks.csv           calls, letters and what else a person had to do
timeline.csv        all that happened, in order: mails, decisions, cases, holds, tasks, payments
correspondence/     each mail as it was received or sent, byte for byte, with an index
chain.jsonl         the audit entries of these conversations and of the customer's ledger, each with its
                    predecessor's hash and its own
manifest.json       the SHA-256 of every file

To check it:  duebox casefile verify FILE.zip [--checkpoint CHECKPOINT]
By hand: an entry's hash is SHA-256 over the 32 bytes of "previous" followed by the JSON of seq, at, kind, actor and
refs with sorted keys and without spaces. proof.json shows that it stands in the whole chain, as a checkpoint outside
the house has it (RFC 9162, section 2.1.3): a leaf is SHA-256 over a zero byte and the 32 bytes of an entry's hash.
"""


class Purpose(StrEnum):
    """Why a case file leaves the house: the only reasons, so that the audit log can hold them."""

    LEGAL_ACTION = "legal_action"
    COLLECTION_AGENCY = "collection_agency"
    COURT = "court"
    INSOLVENCY = "insolvency"
    INTERNAL_REVIEW = "internal_review"


@dataclass(frozen=True, slots=True)
class Made:
    """An archive that was written. `seal` is its manifest's SHA-256."""

    seal: str
    letters: int
    entries: int


@dataclass(frozen=True, slots=True)
class _Page:
    """A mail as the index and the PDF have it."""

    name: str
    at: datetime
    direction: str
    sender: str = field(repr=False)
    subject: str = field(repr=False)
    words: str = field(repr=False)


ClaimsOf = Callable[[str], Awaitable[Sequence[CompanyClaims]]]


class CaseFileService:
    """`claims` gives what may be claimed as interest of a customer, paid invoices included."""

    def __init__(self, database: Database, clock: Clock, claims: ClaimsOf) -> None:
        self._database = database
        self._clock = clock
        self._claims = claims

    async def make(self, customer_id: str, purpose: Purpose, out: IO[bytes], *, by: SignedIn) -> Made:
        """Write the archive. Raises NotAllowed for a role that only reads, NotFound for no such customer."""
        from app.casefile.paper import Paper  # noqa: PLC0415  # slow to load; a start need not wait for it
        from app.papers.typeface import printed  # noqa: PLC0415  # likewise

        if not by.can_decide:
            raise NotAllowed("your role reads, it does not hand out case files")
        now = self._clock()
        mark = watermark(by, now)
        line = (
            f"Prepared by {mark.who} on {now:%Y-%m-%d %H:%M} UTC, purpose: {purpose.value.replace('_', ' ')},"
            f" export {mark.id}"
        )
        await self.check_customer(customer_id)
        claims = await self._claims(customer_id)
        async with self._database.read() as uow:
            account = await uow.ledger.account(customer_id)
            if account is None:
                raise NotFound("there is no customer {customer_id}", customer_id=customer_id)
            archive, paper = Archive(out), Paper(line)
            archive.add("README.txt", README.format(customer=customer_id, watermark=line).encode())
            letters = await CaseFiles(uow.session).letters(customer_id)
            await _statement(uow, account, archive, paper, line)
            await _claims(claims, archive, paper)
            links = await _chain(uow, customer_id, letters, archive, paper)
            await _correspondence(uow, letters, archive, paper)
            head = await uow.audit.newest(Chain.DECISIONS)
        archive.add("case-file.pdf", await asyncio.to_thread(printed, paper))  # long, so in no transaction
        seal = archive.close(
            {
                "customer_id": customer_id,
                "made_at": now.isoformat(),
                "made_by": mark.who,
                "export_id": str(mark.id),
                "purpose": purpose.value,
                "chain": {"seq": head.seq if head else 0, "hash": head.hash if head else GENESIS},
            }
        )
        made = Made(seal, len(letters), len(links))
        await self._note(customer_id, purpose, made, mark, by)
        return made

    async def check_customer(self, customer_id: str) -> None:
        """Raises NotFound where there is no such customer, or none that the reader may see."""
        async with self._database.read() as uow:
            if await uow.ledger.customer(customer_id) is None:
                raise NotFound("there is no customer {customer_id}", customer_id=customer_id)

    async def _note(self, customer_id: str, purpose: Purpose, made: Made, mark: Watermark, by: SignedIn) -> None:
        async with self._database.write() as uow:
            uow.audit.add(
                "ledger.case_file.made",
                actor=by.actor,
                chain=Chain.ACCESS,
                customer_id=customer_id,
                purpose=purpose.value,
                mails=made.letters,
                entries=made.entries,
                seal=made.seal,
                export_id=mark.id,
            )
        log.info("ledger.case_file.made", mails=made.letters, entries=made.entries)


async def _statement(uow: Uow, account: Account, archive: Archive, paper: "Paper", watermark: str) -> None:
    """Cover, claim, payments, cases and holds; on paper only what is open."""
    rows, files = await uow.ledger.invoices(account.customer_id), CaseFiles(uow.session)
    open_ones = {invoice.number for invoice in account.invoices if invoice.is_open}
    claim = tables.invoices(row for row in rows if row.number in open_ones)
    lists = {
        "statement/totals": (tables.TOTALS, tables.totals(account)),
        "statement/open-invoices": (tables.INVOICES, claim),
        "statement/payments": (tables.PAYMENTS, tables.payments(await files.payments(account.customer_id))),
        "cases": (tables.CASES, tables.cases(await uow.cases.of_customer(account.customer_id))),
        "holds": (tables.HOLDS, tables.holds(await uow.balances.holds(account.customer_id))),
        "tasks": (tables.TASKS, tables.tasks(await files.tasks(account.customer_id))),
    }
    archive.add("statement/invoices.csv", tables.as_csv(tables.INVOICES, tables.invoices(rows)))
    for position, copy in enumerate(await uow.documents.copies(account.customer_id, open_ones), start=1):
        archive.add(f"invoices/{position:03}-{_UNSAFE.sub('_', copy.name)}", copy.content)
    paper.chapter(f"Case file: {account.name}")
    address = await uow.addresses.of(account.customer_id)
    country = account.country or "country not known"
    paper.text_block("\n".join(filter(None, (f"Customer {account.customer_id}, {country}", address, watermark))))
    if address:
        archive.add("statement/address.txt", "\n".join((account.name, address, account.country, "")).encode())
    for name, (columns, body) in lists.items():
        archive.add(f"{name}.csv", tables.as_csv(columns, body))
        paper.heading(name.rpartition("/")[2].replace("-", " ").capitalize())
        await asyncio.to_thread(paper.grid, columns, body)


async def _claims(companies: Sequence[CompanyClaims], archive: Archive, paper: "Paper") -> None:
    """Interest and fixed sums, each traced to its dated rate; nothing is said where the policy claims nothing."""
    if not companies:
        return
    rows = tables.claims(companies)
    archive.add("statement/claims.csv", tables.as_csv(tables.CLAIMS, rows))
    paper.heading("Statutory interest and fixed sums, paid invoices included")
    await asyncio.to_thread(paper.grid, tables.CLAIM_SUMS, tables.claim_sums(companies))
    for found in companies:
        paper.text_block(f"{found.company or 'All'}: by {found.law}, up to {found.until}.")
        if found.stops:
            gaps, numbers = ", ".join(map(str, found.gaps)), ", ".join(found.missing)
            paper.text_block(
                f"No confirmed reference rate is known for the half-year from {gaps}: the claims for {numbers} stop on"
                f" {found.stops}."
            )
    for percent, rate, since, source in dict.fromkeys(tuple(row[6:10]) for row in rows):
        paper.text_block(f"{percent} % a year: a reference rate of {rate} % from {since}, {source}")


async def _chain(uow: Uow, customer_id: str, letters: Sequence[Letter], archive: Archive, paper: "Paper") -> list[Link]:
    """The entries as they are, and the timeline: what they and the ledger say, in words."""
    files = CaseFiles(uow.session)
    links = [link async for link in files.entries(customer_id, letters)]
    names = {f"user:{user}": name for user, name in (await uow.users.names()).items()}
    entries = [{**json.loads(link.body), "previous": link.previous, "hash": link.hash} for link in links]
    rows = tables.timeline(
        entries,
        await files.payments(customer_id),
        await uow.cases.of_customer(customer_id),
        await files.tasks(customer_id),
        names,
    )
    archive.add(CHAIN, "".join(json.dumps(entry) + "\n" for entry in entries).encode())
    archive.add(PROOF, await proof_of(uow, [link.seq for link in links]))
    archive.add("timeline.csv", tables.as_csv(tables.TIMELINE, rows))
    paper.chapter("Timeline")
    await asyncio.to_thread(paper.grid, tables.TIMELINE, rows)
    return links


async def _correspondence(uow: Uow, letters: Sequence[Letter], archive: Archive, paper: "Paper") -> None:
    index: list[tuple[str, ...]] = []
    paper.chapter("Correspondence")
    for number, letter in enumerate(letters, start=1):
        page = await _letter(uow, letter, number, archive)
        index.append((page.name, page.at.isoformat(), page.direction, page.sender, page.subject))
        if number > len(letters) - MOST_ON_PAPER:
            paper.heading(f"{number}. {page.direction.capitalize()} {page.at:%Y-%m-%d %H:%M} UTC: {page.subject}")
            paper.text_block(f"From: {page.sender}\n\n{page.words[:LARGEST_ON_PAPER]}")
    archive.add("correspondence/index.csv", tables.as_csv(("file", "at", "direction", "sender", "subject"), index))
    paper.chapter("Annexes")
    await asyncio.to_thread(paper.grid, ("file", "at"), [row[:2] for row in index])


async def _letter(uow: Uow, letter: Letter, number: int, archive: Archive) -> _Page:
    """File one mail. One whose words were erased keeps its place, one that cannot be read keeps its bytes."""
    direction = "sent" if letter.is_ours else "received"
    name = f"correspondence/{number:04d}-{direction}.eml"
    try:
        raw = await uow.words.get(letter.raw_id)
    except NotFound:
        return _Page("", letter.at, direction, "", "(erased)", "The words of this mail were erased.")
    await asyncio.to_thread(archive.add, name, raw)
    return await asyncio.to_thread(_read, name, letter.at, direction, raw)


def _read(name: str, at: datetime, direction: str, raw: bytes) -> _Page:
    """The new words of a mail, what it quotes left out."""
    try:
        mail = parse_mail(raw, opens_attachments=False)
    except UnreadableMail:
        return _Page(name, at, direction, "", "(not readable)", f"See {name}.")
    text = unmarked_forwards(mail.text)
    parts = split_reply(text, subject=mail.head.subject, sender_name=mail.head.sender.name)
    folded = "\n\n[Quoted mail left out: see the file]" if parts.quoted else ""
    words = text_of(parts.new, text) + folded
    return _Page(name, at, direction, mail.head.sender.email, mail.head.subject, words)
