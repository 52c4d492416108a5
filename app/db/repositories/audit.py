"""The audit chain in its table. Entries wait until the end of the transaction and are its last statements."""

import json
from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from app.db.bulk import insert_all
from app.db.tables.system import AuditRow, Chain
from app.domain.audit import GENESIS, Entry, Link, Ref, canonical, chained
from app.domain.clock import Clock

CHAIN_LOCK = {Chain.DECISIONS: 0x44554501, Chain.ACCESS: 0x44554502}
"""Advisory lock numbers on PostgreSQL; on SQLite BEGIN IMMEDIATE is the lock."""

PAGE = 5_000


@dataclass(slots=True)
class StoredEntry:
    """An entry's link, and the columns by which the entry is found."""

    link: Link
    at: datetime
    kind: str
    actor: str
    message_id: str | None
    conversation_id: str | None


FOUND_BY = ("message_id", "conversation_id")
"""Refs that are columns, too."""

_STORED = (
    AuditRow.seq,
    AuditRow.previous,
    AuditRow.hash,
    AuditRow.body,
    AuditRow.at,
    AuditRow.kind,
    AuditRow.actor,
    sa.type_coerce(AuditRow.message_id, sa.Uuid(as_uuid=False)),  # as text: to make UUIDs takes a quarter of a walk
    sa.type_coerce(AuditRow.conversation_id, sa.Uuid(as_uuid=False)),
)


@dataclass(frozen=True, slots=True)
class _Pending:
    chain: Chain
    kind: str
    actor: str
    refs: dict[str, Ref]
    at: datetime | None = None


class AuditLog:
    def __init__(self, session: AsyncSession, clock: Clock) -> None:
        self._session = session
        self._clock = clock
        self._pending: list[_Pending] = []

    def add(self, kind: str, *, actor: str = "duebox", chain: Chain = Chain.DECISIONS, **refs: object) -> None:
        """Note that something happened. `refs` are ids, closed words, versions, salted hashes, and facts of the
        ledger (days, sums, numbers of invoices): never words, names or addresses."""
        self._pending.append(_Pending(chain, kind, actor, _refs(refs)))

    def add_read(self, kind: str, *, actor: str, at: datetime, refs: Mapping[str, object]) -> None:
        """Note what somebody looked at, a moment ago."""
        self._pending.append(_Pending(Chain.ACCESS, kind, actor, _refs(refs), at))

    async def flush(self) -> None:
        """Chain what was noted: lock, look at the head, append. Called by the unit of work just before it commits."""
        for chain in Chain:
            entries = [pending for pending in self._pending if pending.chain is chain]
            if entries:
                await self._append(chain, entries)
        self._pending.clear()

    async def _append(self, chain: Chain, entries: list[_Pending]) -> None:
        await self._lock(chain)
        seq, previous = await self._head(chain)
        rows: list[dict[str, Any]] = []
        now = self._clock()
        for pending in entries:
            seq += 1
            at = pending.at or now
            entry = Entry(seq, at, pending.kind, pending.actor, pending.refs)
            body = canonical(entry)
            digest = chained(previous, body)
            rows.append(
                {
                    "chain": chain,
                    "seq": seq,
                    "previous": previous,
                    "hash": digest,
                    "body": body,
                    "at": at,
                    "kind": pending.kind,
                    "actor": pending.actor,
                    **{key: _uuid(pending.refs.get(key)) for key in FOUND_BY},
                }
            )
            previous = digest
        await insert_all(self._session, AuditRow, rows)

    async def _lock(self, chain: Chain) -> None:
        if self._session.get_bind().dialect.name == "postgresql":
            await self._session.execute(sa.select(sa.func.pg_advisory_xact_lock(CHAIN_LOCK[chain])))

    async def _head(self, chain: Chain) -> tuple[int, str]:
        newest = sa.select(AuditRow.seq, AuditRow.hash).where(AuditRow.chain == chain).order_by(AuditRow.seq.desc())
        row = (await self._session.execute(newest.limit(1))).first()
        return (row.seq, row.hash) if row else (0, GENESIS)

    async def links(self, chain: Chain) -> AsyncIterator[Link]:
        """The whole chain in order, a page at a time."""
        async for entry in self.entries(chain):
            yield entry.link

    async def entries(self, chain: Chain) -> AsyncIterator[StoredEntry]:
        """The chain in order, a page at a time, with all that is stored of each entry."""
        seq = 0
        while page := await self.page(chain, after=seq):
            for entry in page:
                yield entry
            seq = page[-1].link.seq

    async def page(self, chain: Chain, *, after: int, up_to: int | None = None) -> list[StoredEntry]:
        """The next entries of the chain."""
        rows = await self._session.execute(
            sa.select(*_STORED)
            .where(AuditRow.chain == chain, AuditRow.seq > after)
            .where(sa.true() if up_to is None else AuditRow.seq <= up_to)
            .order_by(AuditRow.seq)
            .limit(PAGE)
        )
        return [StoredEntry(Link(*row[:4]), *row[4:]) for row in rows]

    async def newest(self, chain: Chain) -> AuditRow | None:
        """The head of the chain."""
        return await self._session.scalar(
            sa.select(AuditRow).where(AuditRow.chain == chain).order_by(AuditRow.seq.desc()).limit(1)
        )

    async def bodies(self, kinds: Collection[str]) -> Sequence[bytes]:
        """All decisions of these kinds, in order."""
        asked = sa.select(AuditRow.body).where(AuditRow.chain == Chain.DECISIONS, AuditRow.kind.in_(kinds))
        return (await self._session.scalars(asked.order_by(AuditRow.seq))).all()

    async def last_time(self, chain: Chain, kind: str) -> datetime | None:
        """When something of this kind was noted last."""
        return await self._session.scalar(
            sa.select(AuditRow.at)
            .where(AuditRow.chain == chain, AuditRow.kind == kind)
            .order_by(AuditRow.seq.desc())
            .limit(1)
        )

    async def of_message(self, message_id: UUID, conversation_id: UUID) -> list[AuditRow]:
        """What happened to a message: its own entries, and those of its conversation that name no message."""
        own = AuditRow.message_id == message_id
        shared = sa.and_(AuditRow.conversation_id == conversation_id, AuditRow.message_id.is_(None))
        rows = await self._session.scalars(
            sa.select(AuditRow).where(sa.or_(own, shared), AuditRow.chain == Chain.DECISIONS).order_by(AuditRow.seq)
        )
        return list(rows)


def _refs(refs: Mapping[str, object]) -> dict[str, Ref]:
    """What is found by a column is spelled as the column spells it."""
    noted = {key: _ref(value) for key, value in refs.items()}
    return noted | {key: str(id_) for key in FOUND_BY if (id_ := _uuid(noted.get(key))) is not None}


def _ref(value: object) -> Ref:
    if value is None or isinstance(value, bool | int | str):
        return value
    if isinstance(value, list | tuple | frozenset | set):
        return [str(item) for item in value]
    return str(value)


def _uuid(value: Ref) -> UUID | None:
    return UUID(value) if isinstance(value, str) else None


def says(session: AsyncSession, key: str, value: str) -> sa.ColumnElement[bool]:
    """Whether an entry's body, which is ASCII, has this ref: for few kinds of entries, as no index helps."""
    said = f'"{key}":{json.dumps(value)}'
    is_postgres = session.get_bind().dialect.name == "postgresql"
    body = sa.func.convert_from(AuditRow.body, "UTF8") if is_postgres else sa.cast(AuditRow.body, sa.Text)
    return body.contains(said, autoescape=True)
