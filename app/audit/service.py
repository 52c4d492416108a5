"""The audit chains, read back: verified against themselves and against checkpoints kept outside, and exported."""

import json
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TextIO
from uuid import UUID

import structlog

from app.audit.export import FORMATS, Format
from app.db.repositories.audit import StoredEntry
from app.db.tables.system import Chain
from app.db.uow import Database
from app.domain.audit import CHECKPOINT_TAKEN, GENESIS, Link, Verdict, Walk
from app.domain.errors import Invalid
from app.domain.merkle import Growing
from app.domain.people import DUEBOX, SignedIn
from app.domain.watermark import watermark

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """The head of a chain, kept outside the database: it proves later that nothing was cut off or written anew.
    `root` (see `app.domain.merkle`) lets evidence of one case prove that its entries stand there; old ones lack it."""

    chain: Chain
    seq: int
    hash: str
    at: datetime
    root: str = ""


class AuditService:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def verify(self, chain: Chain = Chain.DECISIONS, checkpoint: Checkpoint | None = None) -> Verdict:
        """Walk the chain, a page at a time, and name the first entry that does not fit.

        Only a checkpoint shows that the newest entries are gone, or that the chain was written anew as a whole.
        """
        if checkpoint is not None and checkpoint.chain is not chain:
            raise Invalid(
                "the checkpoint is one of the chain {chain}, not of {asked}", chain=checkpoint.chain, asked=chain
            )
        walk, known = Walk(), _Known(checkpoint)
        async with self._database.read() as uow:
            async for entry in uow.audit.entries(chain):
                link = entry.link
                bad = walk.take(link)
                if bad is not None:
                    return bad
                reason = _misfiled(entry) or known.disagrees(link)
                if reason:
                    return Verdict(link.seq - 1, link.previous, link.seq, reason)
        if checkpoint is not None and walk.entries < checkpoint.seq:
            return walk.fault("missing")
        return walk.verdict

    async def checkpoints(self, *, by: SignedIn = DUEBOX) -> list[Checkpoint]:
        """The heads of all chains that have one, to be kept outside; that they were taken is noted."""
        heads = await self.heads()
        await self.note_taken(heads, by=by)
        return heads

    async def heads(self) -> list[Checkpoint]:
        heads = []
        for chain in Chain:
            async with self._database.read() as uow:
                head = await uow.audit.newest(chain)
            if head is not None:
                heads.append(Checkpoint(chain, head.seq, head.hash, head.at, await self._root(chain, head.seq)))
        return heads

    async def _root(self, chain: Chain, size: int) -> str:
        """A part at a time: the first one of a long chain would keep others from writing for long."""
        is_more = True
        while is_more:
            async with self._database.write() as uow:
                is_more = await uow.audit_tree.keep_tiles(chain, size)
        async with self._database.read() as uow:
            return await uow.audit_tree.root(chain, size)

    async def note_taken(self, heads: Sequence[Checkpoint], *, by: SignedIn = DUEBOX) -> None:
        seq = next((head.seq for head in heads if head.chain is Chain.DECISIONS), 0)
        async with self._database.write() as uow:
            uow.audit.add(CHECKPOINT_TAKEN, actor=by.actor, chain=Chain.ACCESS, seq=seq)

    async def export(self, out: TextIO, *, format: Format, by: SignedIn) -> int:  # the word of the command
        """Write the chain of decisions; that it leaves is noted first, in the chain of reads. Returns their number."""
        if format not in FORMATS:
            raise Invalid("there is no format {format!r}: {formats}", format=format, formats=", ".join(FORMATS))
        async with self._database.write() as uow:
            mark = watermark(by, uow.clock())
            head = await uow.audit.newest(Chain.DECISIONS)
            seq, digest = (head.seq, head.hash) if head else (0, GENESIS)
            refs = {"format": format, "entries": seq, "head": digest, "export_id": mark.id}
            uow.audit.add("audit.log.exported", actor=by.actor, chain=Chain.ACCESS, **refs)
        write, written = FORMATS[format](out, mark), 0
        async for link in self._links(seq):
            write(link)
            written += 1
        log.info("audit.log.exported", entries=written)
        return written

    async def _links(self, up_to: int) -> AsyncIterator[Link]:
        """The decisions. Each page is read for itself: whoever takes them may be slow, and a transaction that waits for
        them would be ended by the server."""
        seq = 0
        while seq < up_to:
            async with self._database.read() as uow:
                page = await uow.audit.page(Chain.DECISIONS, after=seq, up_to=up_to)
            if not page:
                return
            for entry in page:
                yield entry.link
            seq = page[-1].link.seq


def _misfiled(entry: StoredEntry) -> str:
    """The columns beside the body serve to find an entry: each must say what the body says."""
    at = entry.at.isoformat(timespec="microseconds").replace("+00:00", "Z")
    beside = (entry.link.seq, at, entry.kind, entry.actor)
    try:
        body = json.loads(entry.link.body.decode())  # bytes would be looked at for their encoding first
        is_filed_right = beside == (body["seq"], body["at"], body["kind"], body["actor"])
        is_filed_right &= _is_same(entry.message_id, body["refs"].get("message_id"))
        is_filed_right &= _is_same(entry.conversation_id, body["refs"].get("conversation_id"))
    except (ValueError, TypeError, KeyError, AttributeError):
        return "not in the form of an entry"
    return "" if is_filed_right else "filed under other words than its own"


def _is_same(column: str | None, said: str | None) -> bool:
    """An entry may spell an id as somebody once typed it: in capitals, or without hyphens."""
    return column == said or (column is not None and said is not None and column == str(UUID(said)))


class _Known:
    """What a checkpoint says of the chain that is walked."""

    def __init__(self, checkpoint: Checkpoint | None) -> None:
        self._checkpoint = checkpoint
        self._tree = Growing()

    def disagrees(self, link: Link) -> str:
        """What is wrong with this link, if anything; it is told each in order."""
        known = self._checkpoint
        if known is None or link.seq > known.seq:
            return ""
        if known.root:
            self._tree.add(link.hash)
        if link.seq < known.seq:
            return ""
        if link.hash != known.hash:
            return "not the one that the checkpoint names"
        return "the head of another tree than the checkpoint's" if known.root not in {"", self._tree.root()} else ""
