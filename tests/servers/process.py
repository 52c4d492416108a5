"""A real server as a child process: run by an ordinary user, gone when the tests are gone, however they end.

The child is a shell that holds the server and listens on a pipe. A line means "stop"; the end of the pipe means that
the tests died, so the shell stops the server and removes its folder. No server outlives a killed test run.
"""

import grp
import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import IO

_KEEPER = """
folder=$1; stop=$2; shift 2
"$@" </dev/null & server=$!
read -r order; asked=$?
kill -s "$stop" "$server" 2>/dev/null
wait "$server"
[ "$asked" -eq 0 ] || rm -rf "$folder"
"""


class ServerMissing(Exception):
    """A program that the tests need is not installed; the message says how to install it."""


class ServerFailed(Exception):
    """A server did not start, or a command of it failed; the message ends with what it said."""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def find_program(names: Sequence[str], *, folders: Sequence[str] = (), package: str) -> str:
    """The newest of the programs, wherever Debian puts it."""
    path = os.pathsep.join([*folders, os.defpath, "/usr/sbin", "/usr/local/bin", "/opt/homebrew/bin"])
    for name in names:
        found = shutil.which(name) or shutil.which(name, path=path)
        if found:
            return found
    raise ServerMissing(
        f"{names[0]} is not installed. Run: bash tests/provision.sh "
        f"(or: sudo apt-get install -y --no-install-recommends {package})"
    )


def wait_until(claim: Callable[[], bool], *, what: str, seconds: float = 20.0) -> None:
    deadline = time.monotonic() + seconds
    while not claim():
        if time.monotonic() > deadline:
            raise ServerFailed(f"{what}: still not so after {seconds:g} s")
        time.sleep(0.02)


def accepts_connections(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return False
    return True


class Account:
    """The user that servers run as: oneself, or `nobody` for root, as neither PostgreSQL nor Dovecot runs as root."""

    def __init__(self) -> None:
        self.is_borrowed = os.getuid() == 0
        entry = pwd.getpwnam("nobody") if self.is_borrowed else pwd.getpwuid(os.getuid())
        self.name, self.uid, self.gid = entry.pw_name, entry.pw_uid, entry.pw_gid
        self.group_name = grp.getgrgid(self.gid).gr_name

    def make_folder(self, name: str) -> Path:
        """A fresh folder of this user's; pytest's own are for root alone, and too long for the names of sockets."""
        folder = Path(tempfile.mkdtemp(prefix=f"duebox-{name}-"))
        self.give(folder)
        return folder

    def give(self, *paths: Path) -> None:
        if self.is_borrowed:
            for path in paths:
                os.chown(path, self.uid, self.gid)

    def popen(self, command: Sequence[str], *, output: int | IO[bytes], errors: int) -> "subprocess.Popen[bytes]":
        return subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=output,
            stderr=errors,
            cwd="/",
            start_new_session=True,
            user=self.uid if self.is_borrowed else None,
            group=self.gid if self.is_borrowed else None,
            extra_groups=[] if self.is_borrowed else None,
        )

    def run(self, command: Sequence[str], *, check: bool = True) -> "subprocess.CompletedProcess[str]":
        with self.popen(command, output=subprocess.PIPE, errors=subprocess.PIPE) as process:
            said, complained = (text.decode(errors="replace") for text in process.communicate(timeout=60))
        if check and process.returncode != 0:
            raise ServerFailed(f"{' '.join(command)} ended with {process.returncode}:\n{said}{complained}")
        return subprocess.CompletedProcess(command, process.returncode, said, complained)

    def keep(self, command: Sequence[str], *, folder: Path, stop: str = "TERM") -> "KeptProcess":
        """Start a server; `stop` is the signal that asks it to end."""
        return KeptProcess(self, ["/bin/sh", "-c", _KEEPER, "keeper", str(folder), stop, *command], folder)


class KeptProcess:
    """A running server and the shell that keeps it."""

    def __init__(self, account: Account, command: Sequence[str], folder: Path) -> None:
        self.log_file = folder / "output.log"
        with self.log_file.open("ab") as log:
            self._shell = account.popen(command, output=log, errors=subprocess.STDOUT)

    def wait_for_port(self, port: int, *, seconds: float = 20.0) -> None:
        try:
            wait_until(lambda: accepts_connections(port), what=f"listening on {port}", seconds=seconds)
        except ServerFailed as error:
            self.stop()
            raise ServerFailed(f"{error}\n{self.log_file.read_text(errors='replace')[-3000:]}") from error

    def stop(self, *, seconds: float = 10.0) -> None:
        """Ask the server to end, and end it and its children if it does not."""
        with suppress(subprocess.TimeoutExpired):
            self._shell.communicate(b"stop\n", timeout=seconds)
        with suppress(ProcessLookupError):
            os.killpg(self._shell.pid, signal.SIGKILL)
        self._shell.wait(timeout=10)
