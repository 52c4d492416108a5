"""That the audit entries of one case stand in the whole chain, shown without the chain: `proof.json` in an archive.

    {"chain", "size", "root", "paths": {"SEQ": [hash, …]}}

`size` and `root` are those of the newest checkpoint that was taken, or of the chain when the archive was made if none
was. Whoever has that checkpoint needs neither us nor our database (RFC 9162 §2.1.3; see `app.domain.merkle`).
"""

import json
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from app.db.repositories.trail import Trail, refs_of
from app.db.tables.system import Chain
from app.db.uow import Uow
from app.domain.audit import CHECKPOINT_TAKEN
from app.domain.errors import Invalid
from app.domain.merkle import is_included

PROOF = "proof.json"


@dataclass(frozen=True, slots=True)
class Anchor:
    """What a checkpoint says of the chain of decisions."""

    size: int
    root: str


async def proof_of(uow: Uow, entries: Collection[int]) -> bytes:
    """Of the entries of those numbers; those that are newer than the checkpoint have none."""
    taken = await Trail(uow.session).newest_of(Chain.ACCESS, CHECKPOINT_TAKEN)
    size = int(refs_of(taken).get("seq") or 0) if taken else 0
    if not size:
        head = await uow.audit.newest(Chain.DECISIONS)
        size = head.seq if head else 0
    proof = await uow.audit_tree.proof(Chain.DECISIONS, size, entries)
    paths = {str(seq): [node.hex() for node in path] for seq, path in proof.paths.items()}
    facts = {"chain": Chain.DECISIONS.value, "size": size, "root": proof.root.hex(), "paths": paths}
    return json.dumps(facts, indent=1).encode()


def anchor_in(checkpoint: bytes, named: str) -> Anchor:
    """Of a file of `duebox audit checkpoint`. Raises Invalid."""
    try:
        points = {point["chain"]: point for point in json.loads(checkpoint)}
        anchor = Anchor(int(points["decisions"]["seq"]), str(points["decisions"].get("root", "")))
    except (ValueError, KeyError, TypeError, AttributeError):
        raise Invalid(f"{named} is not a file of `duebox audit checkpoint`") from None
    if not anchor.root:
        raise Invalid(f"{named} names no root, as checkpoints did not before: take a newer one")
    return anchor


def unproven(
    entries: Collection[Mapping[str, Any]], proof: Mapping[str, Any] | None, anchor: Anchor | None
) -> Iterator[str]:
    """What keeps these entries of `chain.jsonl` from standing in the chain, against the anchor if one is known."""
    if proof is None:
        if anchor is not None:
            yield "there is no proof in it, as archives had none before: make it anew"
        return
    size, root = int(proof["size"]), str(proof["root"])
    if anchor is not None and anchor.size != size:
        yield f"its proof is for the checkpoint of entry {size}, not of {anchor.size}: compare with that one"
    elif anchor is not None and anchor.root != root:
        yield "its proof is for another chain than the checkpoint's"
    for entry in entries:
        seq = int(entry["seq"])
        beside = [bytes.fromhex(node) for node in proof["paths"].get(str(seq), ())]
        if seq > size:
            if anchor is not None:
                yield f"entry {seq} is newer than the checkpoint: compare with a later one"
        elif not is_included(entry["hash"], seq, size, beside, bytes.fromhex(root)):
            yield f"entry {seq} does not stand in the chain that the proof names"
