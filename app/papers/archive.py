"""The archive: files into a ZIP one at a time, each with its SHA-256 in the manifest; and the archive checked again.

    manifest.json   {"version", "customer_id", "made_at", "made_by", "purpose", "chain": {"seq", "hash"}, "files"}
    chain.jsonl     the audit entries of the case, one a line, each with its predecessor's hash and its own

An entry's hash is rebuilt from its line (see `app.domain.audit`). Entries that stand side by side in the chain must
follow one another; between others lie other customers' entries, which are nobody's business here. That the same hashes
stand in the whole chain is what `proof.json` and a checkpoint show (see `app.papers.proof`).
"""

import hashlib
import json
import zipfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any

from app.domain.audit import GENESIS, Entry, canonical, chained
from app.domain.errors import Invalid
from app.papers.proof import PROOF, Anchor, unproven

MANIFEST, CHAIN, SIGNATURE = "manifest.json", "chain.jsonl", "signature.json"
BLOCK = 1 << 20

Sign = Callable[[bytes], Mapping[str, str]]
"""Gives what shows that a manifest is ours."""


class Archive:
    """A ZIP that is being written. Names are ours: nothing of a mail becomes a path."""

    def __init__(self, out: IO[bytes]) -> None:
        self._zip = zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=1)
        self._files: list[dict[str, Any]] = []

    def add(self, name: str, content: bytes) -> None:
        self._zip.writestr(name, content)
        self._files.append({"name": name, "sha256": hashlib.sha256(content).hexdigest(), "bytes": len(content)})

    def close(self, facts: Mapping[str, Any], sign: Sign | None = None) -> str:
        """Write the manifest, signed if we can, and end. Returns the manifest's SHA-256, hex: it stands for the whole
        archive."""
        manifest = json.dumps({"version": 1, **facts, "files": self._files}, ensure_ascii=False, indent=1).encode()
        self._zip.writestr(MANIFEST, manifest)
        if sign is not None:
            self._zip.writestr(SIGNATURE, json.dumps(sign(manifest), indent=1))
        self._zip.close()
        return hashlib.sha256(manifest).hexdigest()


@dataclass(frozen=True, slots=True)
class Checked:
    """What checking an archive gave. `faults` are sentences; none when all fits. `seal` is the manifest's SHA-256."""

    files: int
    entries: int
    seal: str
    faults: tuple[str, ...]


def check(path: Path, anchor: Anchor | None = None) -> Checked:
    """Compute every hash anew, and with an anchor whether the entries stand under it. Raises Invalid for a file that is
    no case file."""
    try:
        with zipfile.ZipFile(path) as archive:
            manifest = archive.read(MANIFEST)
            files = {file["name"]: file["sha256"] for file in json.loads(manifest)["files"]}
            faults = [*_wrong_files(archive, files)]
            lines = archive.read(CHAIN).decode().splitlines() if CHAIN in archive.namelist() else []
            head = json.loads(manifest)["chain"]
            faults += _wrong_entries(lines, head["seq"], head["hash"])
            proof = json.loads(archive.read(PROOF)) if PROOF in archive.namelist() else None
            faults += unproven([json.loads(line) for line in lines], proof, anchor)
    except (zipfile.BadZipFile, KeyError, ValueError, TypeError) as error:
        raise Invalid(f"{path} is not a case file of Duebox, or it is damaged") from error
    return Checked(len(files), len(lines), hashlib.sha256(manifest).hexdigest(), tuple(faults))


def _wrong_files(archive: zipfile.ZipFile, files: Mapping[str, str]) -> Iterator[str]:
    names = archive.namelist()
    present = set(names) - {MANIFEST, SIGNATURE}
    yield from (f"{name} stands twice in the archive" for name in sorted({n for n in names if names.count(n) > 1}))
    yield from (f"{name} is missing" for name in sorted(files.keys() - present))
    yield from (f"{name} is not in the manifest" for name in sorted(present - files.keys()))
    for name in sorted(present & files.keys()):
        if _digest(archive, name) != files[name]:
            yield f"{name} was changed"


def _digest(archive: zipfile.ZipFile, name: str) -> str:
    """Block by block; a checksum of ZIP's own that does not fit is a change too."""
    digest = hashlib.sha256()
    try:
        with archive.open(name) as file:
            while block := file.read(BLOCK):
                digest.update(block)
    except zipfile.BadZipFile:
        return ""
    return digest.hexdigest()


def _wrong_entries(lines: list[str], head_seq: int, head_hash: str) -> Iterator[str]:
    before, last = GENESIS, 0
    for line in lines:
        fields = json.loads(line)
        seq, digest = fields["seq"], fields["hash"]
        at = datetime.fromisoformat(fields["at"]).astimezone(UTC)
        body = canonical(Entry(seq, at, fields["kind"], fields["actor"], fields["refs"]))
        if chained(fields["previous"], body) != digest:
            yield f"entry {seq} was changed"
        if seq <= last or (seq == last + 1 and fields["previous"] != before):
            yield f"entry {seq} does not follow its predecessor"
        if seq > head_seq or (seq == head_seq and digest != head_hash):
            yield f"entry {seq} is not of the chain that the manifest names"
        before, last = digest, seq
