"""A real PostgreSQL with an empty database per test. A crash of it means what it means outside: what was committed is
with the operating system, which does not crash here, so nothing waits for the disk."""

import itertools
import shutil
from types import TracebackType
from typing import Self

from tests.servers.process import Account, KeptProcess, find_program, free_port, wait_until

_USER = "duebox"

_CONFIG = """
listen_addresses = '127.0.0.1'
port = {port}
unix_socket_directories = '{folder}'
max_connections = 200
fsync = off
full_page_writes = off
synchronous_commit = on
{extra}
"""


class Postgres:
    """The server. `with Postgres() as postgres: url = postgres.create_database()`."""

    def __init__(self, *, extra: str = "") -> None:
        folders = [f"/usr/lib/postgresql/{version}/bin" for version in range(30, 12, -1)]
        self._programs = {
            name: find_program([name], folders=folders, package="postgresql")
            for name in ("initdb", "postgres", "psql", "pg_isready")
        }
        self.account = Account()
        self.folder = self.account.make_folder("postgres")
        self.port = free_port()
        self._data = self.folder / "data"
        self._extra = extra
        self._numbers = itertools.count(1)
        self._process: KeptProcess | None = None

    def __enter__(self) -> Self:
        try:
            self._initialise()
            self.start()
        except BaseException:
            self.stop()
            shutil.rmtree(self.folder, ignore_errors=True)
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def start(self) -> None:
        """Start, or start again on the same port with the same data."""
        self._process = self.account.keep(
            [self._programs["postgres"], "-D", str(self._data)], folder=self.folder, stop="QUIT"
        )
        self._process.wait_for_port(self.port)
        wait_until(self._is_ready, what="PostgreSQL taking connections")

    def stop(self) -> None:
        """Stop at once, as after a crash: what was not committed is gone, every connection breaks."""
        if self._process is not None:
            self._process.stop()
            self._process = None

    def restart(self) -> None:
        self.stop()
        self.start()

    def create_database(self, *, template: str | None = None) -> str:
        """A new database's URL, `postgresql://…`; with a template (a URL of this server) a copy of that one."""
        name = f"test_{next(self._numbers)}"
        source = f' TEMPLATE "{template.rsplit("/", 1)[1]}"' if template else ""
        self.sql(f'CREATE DATABASE "{name}"{source}')
        return self.url(name)

    def drop_database(self, url: str) -> None:
        """Also while somebody is connected."""
        self.sql(f'DROP DATABASE IF EXISTS "{url.rsplit("/", 1)[1]}" WITH (FORCE)')

    def url(self, name: str = "postgres") -> str:
        return f"postgresql://{_USER}@127.0.0.1:{self.port}/{name}"

    def sql(self, statement: str, *, url: str | None = None) -> list[list[str]]:
        """What psql answers, row by row, as text: for looking at the database from outside."""
        options = [
            "-X",
            "-A",
            "-t",
            "-q",
            "-F",
            "\t",
            "-v",
            "ON_ERROR_STOP=1",
            "-d",
            url or self.url(),
            "-c",
            statement,
        ]
        said = self.account.run([self._programs["psql"], *options]).stdout
        return [line.split("\t") for line in said.splitlines()]

    def _initialise(self) -> None:
        options = ["-D", str(self._data), "-U", _USER, "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync"]
        self.account.run([self._programs["initdb"], *options])
        with (self._data / "postgresql.conf").open("a") as config:
            config.write(_CONFIG.format(port=self.port, folder=self.folder, extra=self._extra))

    def _is_ready(self) -> bool:
        options = ["-h", "127.0.0.1", "-p", str(self.port), "-U", _USER, "-q"]
        return self.account.run([self._programs["pg_isready"], *options], check=False).returncode == 0
