"""The whole database as one stream of bytes: out at one moment, while others work, and in again where nothing is yet.

    SQLite       the online backup (sqlite.org/backup.html) into a file beside it
    PostgreSQL   pg_dump of an exported snapshot (pg_dump(1), --snapshot), and pg_restore in one transaction

What the programs of PostgreSQL say may quote rows, so it is never repeated; the password goes to them by the
environment, where other users of the machine cannot read it.
"""

import os
import shutil
import sqlite3
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import sqlalchemy as sa

from app.db.engine import is_sqlite, sqlite_path, sync_engine
from app.domain.errors import AppError, BackupUnusable, Invalid

BLOCK = 1 << 20
ENGINE_SCHEMA = "dbos"
FORM = ("--format=custom", "--no-owner", "--no-privileges")
LOCK_WAIT = "60s"
"""How long a dump waits for a migration that is under way."""


@dataclass(frozen=True, slots=True)
class Moment:
    """A connection that sees one moment of the database, and `write`, which writes out the same moment."""

    connection: sa.Connection
    write: Callable[[IO[bytes]], None]


@contextmanager
def moment_of(url: str, scratch: Path) -> Iterator[Moment]:
    """`scratch` is a file that may be made, and is removed: SQLite's copy. The database is not empty."""
    if is_sqlite(url):
        with _copied(Path(sqlite_path(url)), scratch), _seen(f"sqlite:///{scratch}") as connection:
            yield Moment(connection, lambda out: _copy_file(scratch, out))
        return
    with _seen(url) as connection:
        snapshot = connection.scalar(sa.select(sa.func.pg_export_snapshot()))
        words = ["pg_dump", *FORM, f"--snapshot={snapshot}", f"--lock-wait-timeout={LOCK_WAIT}"]
        yield Moment(connection, lambda out: _run(url, words, outcome="nothing was written", out=out))


def load(url: str, dump: IO[bytes]) -> None:
    """Fill an empty database with what `Moment.write` wrote, all or nothing. Raises BackupUnusable or Invalid."""
    if is_sqlite(url):
        with Path(sqlite_path(url)).open("xb") as file:
            shutil.copyfileobj(dump, file, BLOCK)
        return
    words = ["pg_restore", *FORM, "--single-transaction", "--exit-on-error"]
    _run(url, words, outcome="nothing was restored", dump=dump)


def is_empty(url: str) -> bool:
    """Whether nobody has made a table in the database yet. Makes no file."""
    if is_sqlite(url):
        path = Path(sqlite_path(url))
        return not path.exists() or path.stat().st_size == 0
    engine = sync_engine(url)
    try:
        with engine.connect() as connection:
            look = sa.inspect(connection)
            return not (look.get_table_names() or look.get_table_names(schema=ENGINE_SCHEMA))
    finally:
        engine.dispose()


@contextmanager
def _copied(path: Path, scratch: Path) -> Iterator[None]:
    try:
        with closing(sqlite3.connect(path)) as source, closing(sqlite3.connect(scratch)) as copy:
            source.backup(copy)  # all pages in one go: one moment, and in WAL mode writers need not wait
        yield
    finally:
        for leftover in scratch.parent.glob(f"{scratch.name}*"):
            leftover.unlink()


@contextmanager
def _seen(url: str) -> Iterator[sa.Connection]:
    engine = sync_engine(url)
    level = {} if is_sqlite(url) else {"isolation_level": "REPEATABLE READ"}
    try:
        with engine.connect().execution_options(**level) as connection:
            yield connection
    finally:
        engine.dispose()


def _copy_file(path: Path, out: IO[bytes]) -> None:
    with path.open("rb") as file:
        shutil.copyfileobj(file, out, BLOCK)


def _run(
    url: str, words: list[str], *, outcome: str, dump: IO[bytes] | None = None, out: IO[bytes] | None = None
) -> None:
    """Let a program of PostgreSQL read the dump, or write it."""
    with tempfile.TemporaryFile() as errors, _started(url, words, errors) as process:
        assert process.stdin is not None and process.stdout is not None  # noqa: S101, PT018  # they were asked for
        with suppress(BrokenPipeError), process.stdin:  # its exit code says whether it ended early
            if dump is not None:
                shutil.copyfileobj(dump, process.stdin, BLOCK)
        if out is not None:
            shutil.copyfileobj(process.stdout, out, BLOCK)
        process.wait()
        errors.seek(0)
        said = errors.read().decode(errors="replace")
    if process.returncode != 0:
        raise _failure(words[0], said, outcome)


def _started(url: str, words: list[str], errors: IO[bytes]) -> "subprocess.Popen[bytes]":
    program = shutil.which(words[0])
    if program is None:
        raise Invalid(
            f"{words[0]} is not on the PATH: install PostgreSQL's client programs (Debian: postgresql-client)"
        )
    parsed = sa.make_url(url).set(drivername="postgresql")
    address = parsed.set(password=None).render_as_string(hide_password=False)
    secret = {"PGPASSWORD": str(parsed.password)} if parsed.password else {}
    return subprocess.Popen(  # noqa: S603  # a program of PostgreSQL, with words of ours
        [program, *words[1:], "--no-password", "--dbname", address],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=errors,
        env={**os.environ, "LC_ALL": "C", **secret},  # noqa: TID251  # libpq reads PGSSLMODE and the like from there
    )


def _failure(program: str, said: str, outcome: str) -> AppError:
    if "server version" in said and "mismatch" in said:
        return Invalid(f"{program} is older than the server: install the client programs of the server's version")
    if "unsupported version" in said:
        return Invalid(f"{program} is older than the pg_dump that made the backup: install newer client programs")
    return BackupUnusable(f"{program} failed, and {outcome}; its own words may quote rows: run it by hand to see them")
