"""Evidence of one case held against a checkpoint outside the house, without the chain: on both databases."""

import json
import zipfile
from collections.abc import Mapping
from dataclasses import asdict, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from app.audit.evidence import EvidenceService
from app.audit.service import AuditService, Checkpoint
from app.db.tables.system import Chain
from app.domain.audit import Entry, canonical, chained
from app.domain.ids import new_id
from app.domain.merkle import TILE
from app.papers.archive import CHAIN, check
from app.papers.proof import PROOF, anchor_in
from tests.instances import Instance, mail


async def test_entries_stand_under_a_checkpoint_and_forged_ones_do_not(instance: Instance, tmp_path: Path) -> None:
    await _others(instance, TILE + 5)
    (review,) = await instance.work(mail())
    audit = AuditService(instance.database)
    checkpoint = _decisions(await audit.checkpoints())
    file = tmp_path / "evidence.zip"
    await _make(instance, review.message_id, file)
    anchor = anchor_in(_file([checkpoint]), "checkpoint.json")
    checked = check(file, anchor)
    assert (checked.faults, checked.entries > 1) == ((), True)

    forged = _with(file, tmp_path / "forged.zip", _another_decision)
    assert any("does not stand in the chain" in fault for fault in check(forged, anchor).faults)
    bare = _with(file, tmp_path / "bare.zip", lambda files: {n: c for n, c in files.items() if n != PROOF})
    assert any("there is no proof in it" in fault for fault in check(bare, anchor).faults)

    await _others(instance, TILE)
    later = _decisions(await audit.checkpoints())
    (fault,) = check(file, anchor_in(_file([later]), "later.json")).faults
    assert (
        fault == f"its proof is for the checkpoint of entry {checkpoint.seq}, not of {later.seq}: compare with that one"
    )
    other = replace(checkpoint, root=later.root)
    assert "its proof is for another chain than the checkpoint's" in check(file, anchor_in(_file([other]), "o")).faults


async def test_what_happened_after_the_checkpoint_needs_a_newer_one(instance: Instance, tmp_path: Path) -> None:
    await _others(instance, 3)
    checkpoint = _decisions(await AuditService(instance.database).checkpoints())
    (review,) = await instance.work(mail())
    file = tmp_path / "evidence.zip"
    await _make(instance, review.message_id, file)
    with zipfile.ZipFile(file) as archive:
        proof = json.loads(archive.read(PROOF))
    assert (proof["size"], proof["paths"]) == (3, {})
    assert check(file).faults == ()
    faults = check(file, anchor_in(_file([checkpoint]), "checkpoint.json")).faults
    assert faults == tuple(f"entry {seq} is newer than the checkpoint: compare with a later one" for seq in (4, 5))


async def test_a_walk_finds_a_root_that_is_not_of_its_entries(instance: Instance) -> None:
    await _others(instance, 2 * TILE + 1)
    audit = AuditService(instance.database)
    checkpoint = _decisions(await audit.checkpoints())
    assert (await audit.verify(checkpoint=checkpoint)).first_bad is None
    verdict = await audit.verify(checkpoint=replace(checkpoint, root="a" * 64))
    assert (verdict.first_bad, verdict.reason) == (checkpoint.seq, "the head of another tree than the checkpoint's")


async def _others(instance: Instance, count: int) -> None:
    """Entries of nobody's case."""
    async with instance.database.write() as uow:
        for _ in range(count):
            uow.audit.add("test.thing.happened")


async def _make(instance: Instance, message_id: Any, file: Path) -> None:
    with file.open("wb") as out:
        await EvidenceService(instance.database, instance.clock).make(message_id, out, by=instance.collector)


def _decisions(points: list[Checkpoint]) -> Checkpoint:
    return next(point for point in points if point.chain is Chain.DECISIONS)


def _file(points: list[Checkpoint]) -> bytes:
    return json.dumps([asdict(point) for point in points], default=str).encode()


def _with(file: Path, to: Path, change: Any) -> Path:
    with zipfile.ZipFile(file) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    with zipfile.ZipFile(to, "w") as archive:
        for name, content in change(files).items():
            archive.writestr(name, content)
    return to


def _another_decision(files: Mapping[str, bytes]) -> dict[str, bytes]:
    """The last entry says that somebody else did it; its hash fits its words."""
    *lines, last = files[CHAIN].decode().splitlines()
    fields = json.loads(last)
    at = datetime.fromisoformat(fields["at"]).astimezone(UTC)
    body = canonical(Entry(fields["seq"], at, fields["kind"], f"user:{new_id()}", fields["refs"]))
    forged = {**json.loads(body), "previous": fields["previous"], "hash": chained(fields["previous"], body)}
    return {**files, CHAIN: ("\n".join([*lines, json.dumps(forged)]) + "\n").encode()}
