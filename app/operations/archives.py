"""A backup is one ZIP file: the dump of the database, and what it is.

database        the dump, as `app.db.dumps` wrote it
manifest.json   version, schema, moment, key ids, number of mails by state, heads of the audit chains, SHA-256
seal            a mark over the manifest that only the installation's secret gives: an archive that somebody altered,
                or that belongs to another secret, is refused before anything is restored
"""

import hashlib
import hmac
import json
import os
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO, Any, cast

from app.db.sealing import Keyring
from app.domain.errors import BackupUnusable, Invalid

FORMAT = 1
DATABASE, MANIFEST, SEAL = "database", "manifest.json", "seal"
BLOCK = 1 << 20
SECRET = b"the secret itself"
READABLE_BY_OWNER = 0o600
DAMAGED = (zipfile.BadZipFile, zlib.error, EOFError, OSError, KeyError, NotImplementedError, RuntimeError)
"""What zipfile raises for a file that is cut off, or in which a byte of a name, flag, version or place is another."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What the database was at the moment of the backup. `messages` by state; `chains`: seq, hash and moment of each
    audit chain's newest entry."""

    database: str
    revision: str
    keys: Sequence[str]
    messages: Mapping[str, int]
    chains: Sequence[Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Manifest:
    format: int
    version: str
    taken_at: str
    secret: str
    facts: Facts
    sha256: str
    bytes: int

    @property
    def origin(self) -> str:
        return f"taken {self.taken_at} by Duebox {self.version}, schema {self.facts.revision}"


@contextmanager
def new_file(path: Path) -> Iterator[Path]:
    """A file beside `path` that becomes it when the block ends well. Raises Invalid when there is one already."""
    if path.exists():
        raise Invalid(f"{path} is there already: name another file")
    part = path.with_name(f"{path.name}.part")
    try:
        os.close(os.open(part, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, READABLE_BY_OWNER))
        yield part
        with part.open("rb") as written:
            os.fsync(written.fileno())
        part.rename(path)
    finally:
        part.unlink(missing_ok=True)


def write_archive(
    path: Path, dump: Callable[[IO[bytes]], None], facts: Facts, *, version: str, taken_at: str, keyring: Keyring
) -> Manifest:
    """A dump of PostgreSQL is compressed already."""
    way = zipfile.ZIP_DEFLATED if facts.database == "sqlite" else zipfile.ZIP_STORED
    with zipfile.ZipFile(path, "w", way, compresslevel=1) as archive:
        with archive.open(DATABASE, "w", force_zip64=True) as entry:
            counted = _Counted(entry)
            dump(cast("IO[bytes]", counted))
        manifest = Manifest(
            FORMAT, version, taken_at, keyring.mark(SECRET), facts, counted.sha256.hexdigest(), counted.bytes
        )
        content = json.dumps(asdict(manifest), indent=1).encode()
        archive.writestr(MANIFEST, content)
        archive.writestr(SEAL, keyring.mark(content))
    return manifest


@contextmanager
def opened(path: Path, keyring: Keyring) -> Iterator[tuple[Manifest, IO[bytes]]]:
    """The manifest and the dump of a whole archive of ours. Raises BackupUnusable, before anything of it is used."""
    with ExitStack() as stack:
        try:
            archive = stack.enter_context(zipfile.ZipFile(path))
            manifest = _manifest(path, archive, keyring)
            with archive.open(DATABASE) as entry:
                if _digest(entry) != manifest.sha256:
                    raise BackupUnusable(f"{path} is damaged: the database in it is not the one that was backed up")
        except (FileNotFoundError, PermissionError):
            raise
        except DAMAGED:
            raise BackupUnusable(f"{path} is cut off or damaged, or no file of `duebox backup`") from None
        with archive.open(DATABASE) as entry:
            yield manifest, entry


def _manifest(path: Path, archive: zipfile.ZipFile, keyring: Keyring) -> Manifest:
    try:
        content, seal = archive.read(MANIFEST), archive.read(SEAL).decode("ascii", "replace")
        said = json.loads(content)
        if said["format"] != FORMAT:
            raise BackupUnusable(f"{path} was made by a newer Duebox ({said['version']}): install that one")
        manifest = Manifest(**{**said, "facts": Facts(**said["facts"])})
    except (KeyError, TypeError, ValueError):
        raise BackupUnusable(f"{path} is no file of `duebox backup`") from None
    if manifest.secret != keyring.mark(SECRET):
        raise BackupUnusable(
            f"DUEBOX_SECRET_KEY is not the secret of this backup, {manifest.origin}:"
            " set the one that was in use then; without it nothing that is sealed can be read"
        )
    if not hmac.compare_digest(seal.encode(), keyring.mark(content).encode()):
        raise BackupUnusable(f"{path} was altered after it was made: its manifest does not bear its seal")
    return manifest


def _digest(entry: IO[bytes]) -> str:
    digest = hashlib.sha256()
    while block := entry.read(BLOCK):
        digest.update(block)
    return digest.hexdigest()


class _Counted:
    """Passes on what is written, and knows its hash and length."""

    def __init__(self, out: IO[bytes]) -> None:
        self._out = out
        self.sha256 = hashlib.sha256()
        self.bytes = 0

    def write(self, block: bytes) -> int:
        self.sha256.update(block)
        self.bytes += len(block)
        return self._out.write(block)
