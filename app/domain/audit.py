"""The audit chain: canonical bytes, and the hash that ties each entry to the one before.

    hash(n) = SHA-256( hash(n-1) ‖ canonical(entry n) )

An entry holds ids, closed words, versions and salted hashes, never text; so erasing words leaves the chain valid.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

GENESIS = "0" * 64

CHECKPOINT_TAKEN = "audit.checkpoint.taken"
"""The kind of an entry that says that the heads of the chains lie outside."""

Ref = str | int | bool | None | list[str]


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that happened. `kind` is `station.thing.happened`; `seq` counts from 1 in its chain."""

    seq: int
    at: datetime
    kind: str
    actor: str
    refs: Mapping[str, Ref]


def canonical(entry: Entry) -> bytes:
    """The bytes that are hashed and stored: JSON, sorted keys, no spaces, UTC microseconds."""
    return json.dumps(
        {
            "seq": entry.seq,
            "at": entry.at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
            "kind": entry.kind,
            "actor": entry.actor,
            "refs": dict(entry.refs),
        },
        sort_keys=True,
        separators=(",", ":"),
        ensure_ascii=True,
    ).encode()


def chained(previous: str, body: bytes) -> str:
    """The hash of an entry, hex, given the hash of its predecessor (GENESIS for the first)."""
    return hashlib.sha256(bytes.fromhex(previous) + body).hexdigest()


@dataclass(frozen=True, slots=True)
class Link:
    """An entry as stored: what `verify` reads."""

    seq: int
    previous: str
    hash: str
    body: bytes


@dataclass(frozen=True, slots=True)
class Verdict:
    """`first_bad` is the sequence number of the first entry that does not fit; None when all do."""

    entries: int
    head: str
    first_bad: int | None = None
    reason: str = ""


class Walk:
    """A chain, walked link by link in order of `seq`."""

    def __init__(self) -> None:
        self.entries = 0
        self.head = GENESIS

    def take(self, link: Link) -> Verdict | None:
        """The verdict, if this link does not fit."""
        if link.seq != self.entries + 1:
            return self.fault("missing")
        if link.previous != self.head:
            return self.fault("does not follow its predecessor")
        if chained(self.head, link.body) != link.hash:
            return self.fault("changed")
        self.entries, self.head = link.seq, link.hash
        return None

    def fault(self, reason: str) -> Verdict:
        """The next entry is at fault."""
        return Verdict(self.entries, self.head, self.entries + 1, reason)

    @property
    def verdict(self) -> Verdict:
        """When everything so far fits."""
        return Verdict(self.entries, self.head)


def verify(links: Iterable[Link]) -> Verdict:
    """Walk a whole chain."""
    walk = Walk()
    for link in links:
        bad = walk.take(link)
        if bad is not None:
            return bad
    return walk.verdict
