"""A real Cyrus, unlike Dovecot in much: IDLE by a daemon of its own, folders without marks, other words for everything.

Debian lets one IMAP server be installed at a time, so `tests/provision.sh` unpacks this one into build/cyrus.
"""

import imaplib
import itertools
import shutil
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Self

from tests.servers.process import Account, KeptProcess, ServerFailed, ServerMissing, free_port

PASSWORD = "secret"  # it takes any: `imapd -N`
UNPACKED = Path(__file__).resolve().parents[2] / "build" / "cyrus"

_IMAPD_CONF = """
configdirectory: {base}/conf
partition-default: {base}/spool
defaultpartition: default
proc_path: {base}/run/proc
lock_path: {base}/run/lock
idlesocket: {base}/run/idle
cyrus_user: {user}
cyrus_group: {group}
allowplaintext: yes
unixhierarchysep: yes
altnamespace: yes
sasl_mech_list: PLAIN LOGIN
suppress_capabilities: {suppressed}
imapidlepoll: {idle_poll}
"""

_CYRUS_CONF = """
START {{
  recover cmd="{bin}/ctl_cyrusdb -C {base}/imapd.conf -r"
}}
SERVICES {{
  imap cmd="{bin}/imapd -C {base}/imapd.conf -N" listen="127.0.0.1:{port}" prefork=0
}}
DAEMON {{
  idled cmd="{bin}/idled -C {base}/imapd.conf"
}}
"""


class CyrusMailbox:
    """One user of the server, with an inbox and a folder for sent mail."""

    def __init__(self, port: int, username: str) -> None:
        self.host, self.port, self.username, self.password = "127.0.0.1", port, username, PASSWORD
        with self._connection() as client:
            for folder in ("INBOX", "Sent"):
                _ask(client.create(folder))

    def append(self, raw: bytes, *, folder: str = "INBOX") -> None:
        with self._connection() as client:
            _ask(client.append(folder, "", "", raw.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")))

    def _connection(self) -> imaplib.IMAP4:
        client = imaplib.IMAP4(self.host, self.port, timeout=30)
        client.login(self.username, self.password)
        return client


class Cyrus:
    """The server. `with Cyrus() as cyrus: cyrus.mailbox()`; `without` names capabilities that it shall not have."""

    def __init__(self, *, without: str = "X-NOTHING") -> None:
        if not (UNPACKED / "usr/lib/cyrus/bin/imapd").exists():
            raise ServerMissing("Cyrus is not unpacked. Run: bash tests/provision.sh")
        self._account = Account()
        self.folder = self._account.make_folder("cyrus")
        self.port = free_port()
        self._names = itertools.count(1)
        self._process: KeptProcess | None = None
        self._write_files(without)

    def _write_files(self, without: str) -> None:
        """The programs too: the server's user may not be let into the repository."""
        shutil.copytree(UNPACKED / "usr/lib", self.folder / "lib", symlinks=True)
        for name in ("conf", "spool", "run"):
            (self.folder / name).mkdir()
        words: Mapping[str, object] = {
            "base": self.folder,
            "bin": self.folder / "lib/cyrus/bin",
            "port": self.port,
            "user": self._account.name,
            "group": self._account.group_name,
            "suppressed": without,
            "idle_poll": 0 if "IDLE" in without else 60,
        }
        (self.folder / "imapd.conf").write_text(_IMAPD_CONF.format_map(words))
        (self.folder / "cyrus.conf").write_text(_CYRUS_CONF.format_map(words))
        for path in (self.folder, *self.folder.iterdir()):
            self._account.give(path)

    def __enter__(self) -> Self:
        libraries = next(self.folder.glob("lib/*/libcyrus.so.*")).parent
        master = [str(self.folder / "lib/cyrus/bin/master"), "-D", "-C", str(self.folder / "imapd.conf")]
        files = ["-M", str(self.folder / "cyrus.conf"), "-p", str(self.folder / "run/master.pid")]
        command = ["/usr/bin/env", f"LD_LIBRARY_PATH={libraries}", *master, *files]
        try:
            self._process = self._account.keep(command, folder=self.folder)
            self._process.wait_for_port(self.port)
        except BaseException:
            shutil.rmtree(self.folder, ignore_errors=True)
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._process is not None:
            self._process.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def mailbox(self) -> CyrusMailbox:
        return CyrusMailbox(self.port, f"user{next(self._names)}")


def _ask(answer: tuple[str, object]) -> None:
    if answer[0] != "OK":
        raise ServerFailed(f"refused: {answer[1]!r}")
