"""The audit chain in its table: written by many at once, and read back after somebody has been at it."""

import asyncio
import csv
import io
import json
from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest
import sqlalchemy as sa

from app.audit.service import AuditService
from app.db.tables.system import AuditRow, Chain
from app.domain.audit import GENESIS, Entry, canonical, chained
from app.domain.errors import Invalid
from app.domain.ids import new_id
from app.domain.people import DUEBOX
from tests.instances import Instance, on_sqlite
from tests.tampering import lay_open

WRITERS = 8
ENTRIES = 12

IS_DECISION = AuditRow.chain == Chain.DECISIONS
FIFTH = IS_DECISION & (AuditRow.seq == 5)


MISFILED = "filed under other words than its own"
TAMPERED: list[tuple[dict[str, Any], str]] = [
    ({"body": b'{"actor":"duebox"}'}, "changed"),
    ({"hash": "f" * 64}, "changed"),
    ({"previous": "e" * 64}, "does not follow its predecessor"),
    ({"kind": "test.thing.denied"}, MISFILED),
    ({"actor": "user:1"}, MISFILED),
    ({"at": datetime.fromisoformat("2026-01-01T00:00:00Z")}, MISFILED),
    ({"message_id": None}, MISFILED),
    ({"conversation_id": new_id()}, MISFILED),
    ({"seq": 100}, "missing"),
    ({"chain": Chain.ACCESS}, "missing"),
]
"""What is written into the fifth row, and how it is named."""


async def _write(instance: Instance, count: int = ENTRIES, *, chain: Chain = Chain.DECISIONS) -> None:
    """One entry a transaction."""
    for _ in range(count):
        async with instance.database.write() as uow:
            uow.audit.add("test.thing.happened", chain=chain, message_id=new_id(), conversation_id=new_id(), version=1)


async def _fail(instance: Instance) -> None:
    """A block that raises after its entry was chained."""
    async with instance.database.write() as uow:
        uow.audit.add("test.thing.happened")
        await uow.audit.flush()
        raise RuntimeError


async def _tamper(instance: Instance, *statements: sa.Executable) -> None:
    """As somebody would who owns the database."""
    async with instance.database.write() as uow:
        await lay_open(uow.session)
        for statement in statements:
            await uow.session.execute(statement)


async def _stored(instance: Instance) -> list[dict[str, Any]]:
    columns = sa.inspect(AuditRow).columns
    async with instance.database.read() as uow:
        rows = await uow.session.execute(sa.select(*columns).where(IS_DECISION).order_by(AuditRow.seq))
        return [dict(row) for row in rows.mappings()]


@pytest.fixture
def audit(instance: Instance) -> AuditService:
    return AuditService(instance.database)


async def test_concurrent_writers_make_one_valid_chain(instance: Instance, audit: AuditService) -> None:
    before = (await audit.verify()).entries
    await asyncio.gather(*(_write(instance) for _ in range(WRITERS)))
    verdict = await audit.verify()
    assert (verdict.entries - before, verdict.first_bad) == (WRITERS * ENTRIES, None)


async def test_entry_of_a_block_that_fails_leaves_no_gap(instance: Instance, audit: AuditService) -> None:
    await _write(instance, 1)
    with pytest.raises(RuntimeError):
        await _fail(instance)
    await _write(instance, 1)
    verdict = await audit.verify()
    assert (verdict.entries, verdict.first_bad) == (2, None)


@on_sqlite
async def test_chains_are_apart(instance: Instance, audit: AuditService) -> None:
    await _write(instance, 2)
    await _write(instance, 3, chain=Chain.ACCESS)
    assert [(await audit.verify(chain)).entries for chain in Chain] == [2, 3]
    assert [(c.chain, c.seq) for c in await audit.checkpoints()] == [(Chain.DECISIONS, 2), (Chain.ACCESS, 3)]


async def test_changed_column_is_found(instance: Instance, audit: AuditService) -> None:
    await _write(instance)
    stored = await _stored(instance)
    for values, reason in TAMPERED:
        await _tamper(instance, sa.update(AuditRow).where(FIFTH).values(**values))
        verdict = await audit.verify()
        assert (verdict.entries, verdict.first_bad, verdict.reason) == (4, 5, reason)
        await _tamper(instance, sa.delete(AuditRow), sa.insert(AuditRow).values(stored))
    assert (await audit.verify()).first_bad is None


async def test_every_byte_counts(instance: Instance, audit: AuditService) -> None:
    await _write(instance, 5)
    async with instance.database.read() as uow:
        body: bytes = (await uow.session.scalars(sa.select(AuditRow.body).where(FIFTH))).one()
    for place in range(0, len(body), 7):
        other = body[:place] + bytes([body[place] ^ 1]) + body[place + 1 :]
        await _tamper(instance, sa.update(AuditRow).where(FIFTH).values(body=other))
        assert (await audit.verify()).first_bad == 5
    await _tamper(instance, sa.update(AuditRow).where(FIFTH).values(body=body))
    assert (await audit.verify()).first_bad is None


@pytest.mark.parametrize("verb", ["update", "delete", "replace", "truncate"])
async def test_the_database_refuses_to_change_what_was_noted(
    instance: Instance, audit: AuditService, verb: str
) -> None:
    await _write(instance, 6)
    for statement in _attempts(instance, verb):
        with pytest.raises(sa.exc.DBAPIError, match="audit entries are never"):
            async with instance.database.write() as uow:
                await uow.session.execute(statement)
    verdict = await audit.verify()
    assert (verdict.entries, verdict.first_bad) == (6, None)
    await _write(instance, 1)
    assert (await audit.verify()).entries == 7


def _attempts(instance: Instance, verb: str) -> list[sa.Executable]:
    """Ways of this kind to change an entry, on this database."""
    is_sqlite = instance.url.startswith("sqlite")
    columns = "chain, seq, previous, hash, body, at, kind, actor, message_id, conversation_id"
    copied = f"INTO audit_entries ({columns}) SELECT {columns} FROM audit_entries WHERE seq = 5"  # noqa: S608
    words: dict[str, list[str]] = {
        "replace": [f"REPLACE {copied}", f"INSERT OR REPLACE {copied}"]
        if is_sqlite
        else [f"INSERT {copied} ON CONFLICT (chain, seq) DO UPDATE SET actor = 'nobody'"],
        "truncate": [] if is_sqlite else ["TRUNCATE audit_entries", "TRUNCATE audit_entries CASCADE"],
    }
    made: dict[str, sa.Executable] = {
        "update": sa.update(AuditRow).where(FIFTH).values(actor="nobody"),
        "delete": sa.delete(AuditRow).where(FIFTH),
    }
    return [made[verb]] if verb in made else [sa.text(one) for one in words[verb]]


async def test_missing_row_is_found(instance: Instance, audit: AuditService) -> None:
    await _write(instance)
    await _tamper(instance, sa.delete(AuditRow).where(FIFTH))
    verdict = await audit.verify()
    assert (verdict.first_bad, verdict.reason) == (5, "missing")


@on_sqlite
async def test_missing_row_is_found_when_the_others_close_ranks(instance: Instance, audit: AuditService) -> None:
    await _write(instance)
    await _tamper(
        instance,
        sa.delete(AuditRow).where(FIFTH),
        *(sa.update(AuditRow).where(IS_DECISION, AuditRow.seq == n).values(seq=n - 1) for n in range(6, ENTRIES + 1)),
    )
    verdict = await audit.verify()
    assert (verdict.first_bad, verdict.reason) == (5, "does not follow its predecessor")


async def test_other_order_is_found(instance: Instance, audit: AuditService) -> None:
    await _write(instance)
    move = sa.update(AuditRow).where(IS_DECISION)
    await _tamper(
        instance,
        move.where(AuditRow.seq == 5).values(seq=99),
        move.where(AuditRow.seq == 6).values(seq=5),
        move.where(AuditRow.seq == 99).values(seq=6),
    )
    assert (await audit.verify()).first_bad == 5


async def test_cut_tail_is_found_with_a_checkpoint(instance: Instance, audit: AuditService) -> None:
    await _write(instance)
    (checkpoint,) = await audit.checkpoints()
    await _tamper(instance, sa.delete(AuditRow).where(IS_DECISION, AuditRow.seq > ENTRIES - 2))
    assert (await audit.verify()).first_bad is None
    verdict = await audit.verify(checkpoint=checkpoint)
    assert (verdict.entries, verdict.first_bad, verdict.reason) == (ENTRIES - 2, ENTRIES - 1, "missing")
    await _write(instance, 5)
    verdict = await audit.verify(checkpoint=checkpoint)
    assert (verdict.first_bad, verdict.reason) == (ENTRIES, "not the one that the checkpoint names")


async def test_chain_written_anew_is_found_with_a_checkpoint(instance: Instance, audit: AuditService) -> None:
    await _write(instance, 3)
    (checkpoint,) = await audit.checkpoints()
    await _tamper(instance, sa.delete(AuditRow))
    await _write(instance, 5)
    assert (await audit.verify()).first_bad is None
    assert (await audit.verify(checkpoint=checkpoint)).first_bad == 3
    await _tamper(instance, sa.delete(AuditRow))
    assert (await audit.verify(checkpoint=checkpoint)).first_bad == 1


@on_sqlite
async def test_forged_entry_with_a_right_hash_is_judged_by_its_form(instance: Instance, audit: AuditService) -> None:
    digest = chained(GENESIS, b"not an entry")
    async with instance.database.write() as uow:
        at = instance.clock()
        row = AuditRow(chain=Chain.DECISIONS, seq=1, previous=GENESIS, hash=digest, body=b"not an entry")
        row.at, row.kind, row.actor = at, "test.thing.happened", "duebox"
        uow.session.add(row)
    verdict = await audit.verify()
    assert (verdict.first_bad, verdict.reason) == (1, "not in the form of an entry")


@on_sqlite
async def test_an_id_is_the_same_however_it_was_typed(instance: Instance, audit: AuditService) -> None:
    one, other = new_id(), new_id()
    entry = Entry(1, instance.clock(), "test.thing.happened", "duebox", {"message_id": str(one).upper()})
    body = canonical(entry)
    row = AuditRow(chain=Chain.DECISIONS, seq=1, previous=GENESIS, hash=chained(GENESIS, body), body=body)
    row.at, row.kind, row.actor, row.message_id = entry.at, entry.kind, entry.actor, one
    async with instance.database.write() as uow:
        uow.session.add(row)
    async with instance.database.write() as uow:
        uow.audit.add("test.thing.happened", message_id=one.hex, conversation_id=str(other).upper())
    assert (await audit.verify()).first_bad is None
    async with instance.database.read() as uow:
        noted = [json.loads(link.body)["refs"] async for link in uow.audit.links(Chain.DECISIONS)]
    assert noted[1] == {"message_id": str(one), "conversation_id": str(other)}
    await _tamper(instance, sa.update(AuditRow).where(AuditRow.seq == 1).values(message_id=other))
    verdict = await audit.verify()
    assert (verdict.first_bad, verdict.reason) == (1, MISFILED)


@on_sqlite
async def test_checkpoint_is_of_its_chain(instance: Instance, audit: AuditService) -> None:
    await _write(instance, 1)
    (checkpoint,) = await audit.checkpoints()
    assert (await audit.verify(checkpoint=checkpoint)).first_bad is None
    with pytest.raises(Invalid, match="one of the chain access"):
        await audit.verify(checkpoint=replace(checkpoint, chain=Chain.ACCESS))


async def test_export_can_be_verified_elsewhere_and_is_noted(instance: Instance, audit: AuditService) -> None:
    await _write(instance)
    out = io.StringIO()
    assert await audit.export(out, format="jsonl", by=instance.collector) == ENTRIES
    lines = [json.loads(line) for line in out.getvalue().splitlines()]
    async with instance.database.read() as uow:
        note = await uow.audit.newest(Chain.ACCESS)
    assert note is not None
    assert (note.kind, note.actor) == ("audit.log.exported", instance.collector.actor)
    assert _recomputed(lines) == lines[-1]["hash"] == (await audit.checkpoints())[0].hash
    refs = json.loads(note.body)["refs"]
    export_id = refs.pop("export_id")
    assert refs == {"format": "jsonl", "entries": ENTRIES, "head": lines[-1]["hash"]}
    assert {line["export"] for line in lines} == {f"{export_id} {note.at:%Y-%m-%dT%H:%M:%SZ} Ines Halvard"}


@on_sqlite
async def test_export_as_csv_holds_the_same(instance: Instance, audit: AuditService) -> None:
    await _write(instance, 3)
    out = io.StringIO()
    await audit.export(out, format="csv", by=DUEBOX)
    lines: list[dict[str, Any]] = list(csv.DictReader(io.StringIO(out.getvalue())))
    for line in lines:
        line["seq"], line["refs"] = int(line["seq"]), json.loads(line["refs"])
    assert _recomputed(lines) == lines[-1]["hash"]


@on_sqlite
async def test_empty_chain_is_valid_and_exported(instance: Instance, audit: AuditService) -> None:
    verdict = await audit.verify()
    assert (verdict.entries, verdict.head, verdict.first_bad) == (0, GENESIS, None)
    assert await audit.export(io.StringIO(), format="csv", by=DUEBOX) == 0


def _recomputed(lines: list[dict[str, Any]]) -> str:
    """The head of the chain, from nothing but exported lines."""
    head = GENESIS
    for line in lines:
        entry = Entry(line["seq"], datetime.fromisoformat(line["at"]), line["kind"], line["actor"], line["refs"])
        head = chained(head, canonical(entry))
    return head
