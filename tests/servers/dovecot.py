"""A real Dovecot with as many mailboxes as a test asks for; every user's password is `secret`."""

import imaplib
import itertools
import os
import re
import shutil
import signal
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime
from email.message import Message
from pathlib import Path
from types import TracebackType
from typing import Self

from tests.servers.certificates import Certificate, make_certificate
from tests.servers.process import Account, KeptProcess, ServerFailed, find_program, free_port, wait_until

PASSWORD = "secret"  # of a server that lives for seconds

# What Dovecot 2.3 and 2.4 say alike, and what each says in its own words.
_COMMON = """
base_dir = {base}/run
state_dir = {base}/run
log_path = /dev/stderr
protocols = imap
listen = 127.0.0.1
ssl = yes
auth_mechanisms = plain login
auth_failure_delay = 0
first_valid_uid = 1
mail_max_userip_connections = {max_connections}
imap_idle_notify_interval = 2 mins
default_internal_user = {user}
default_internal_group = {group}
default_login_user = {user}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = {tls_port}
  }}
}}
service anvil {{
  chroot =
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
}}
namespace inbox {{
  inbox = yes
  separator = /
  mailbox Sent {{
    auto = create
    special_use = \\Sent
  }}
}}
"""

_CONFIG_2_3 = """
ssl_cert = <{base}/certificate.pem
ssl_key = <{base}/key.pem
disable_plaintext_auth = no
mail_location = maildir:~/Maildir
passdb {{
  driver = static
  args = password={password}
}}
userdb {{
  driver = static
  args = uid={uid} gid={gid} home={base}/mail/%u
}}
"""

# Added where tokens are taken beside the password.
_TOKENS_2_3 = """
auth_mechanisms = plain login xoauth2 oauthbearer
passdb {{
  driver = oauth2
  mechanisms = xoauth2 oauthbearer
  args = {base}/oauth2.conf
}}
"""

_TOKENS_2_4 = """
auth_mechanisms = plain login xoauth2 oauthbearer
oauth2 {{
  tokeninfo_url = {tokens}/tokeninfo?access_token=
  username_attribute = email
}}
passdb oauth2 {{
  mechanisms_filter = xoauth2 oauthbearer
}}
"""

_CONFIG_2_4 = """
ssl_server_cert_file = {base}/certificate.pem
ssl_server_key_file = {base}/key.pem
auth_allow_cleartext = yes
mail_driver = maildir
mail_path = ~/Maildir
mail_uid = {uid}
mail_gid = {gid}
mail_home = {base}/mail/%{{user}}
passdb static {{
  password = {password}
}}
userdb static {{
}}
"""


class Mailbox:
    """One user of the server: what a test does to the mailbox from outside while Duebox watches it."""

    def __init__(self, server: "Dovecot", username: str) -> None:
        self._server = server
        self.username = username
        self.password = PASSWORD
        self.host = "127.0.0.1"
        self.port = server.port
        self.tls_port = server.tls_port

    @contextmanager
    def connection(self, folder: str | None = None) -> Iterator[imaplib.IMAP4]:
        """A second mail client, logged in, in the folder if one is named."""
        client = imaplib.IMAP4(self.host, self.port, timeout=30)
        try:
            client.login(self.username, self.password)
            if folder is not None:
                _ask(client.select(folder), "SELECT")
            yield client
        finally:
            try:
                client.logout()
            except (OSError, imaplib.IMAP4.error):
                client.shutdown()

    def append(
        self, mail: bytes | Message, *, folder: str = "INBOX", flags: str = "", received_at: datetime | None = None
    ) -> int:
        """Store a mail by IMAP and return its UID."""
        return self.append_all([mail], folder=folder, flags=flags, received_at=received_at)[0]

    def append_all(
        self,
        mails: Sequence[bytes | Message],
        *,
        folder: str = "INBOX",
        flags: str = "",
        received_at: datetime | None = None,
    ) -> list[int]:
        with self.connection() as client:
            uids = []
            for mail in mails:
                raw = mail if isinstance(mail, bytes) else mail.as_bytes()
                when = imaplib.Time2Internaldate(received_at) if received_at else ""
                said = _ask(client.append(folder, f"({flags})", when, raw), "APPEND")
                found = re.search(rb"APPENDUID \d+ (\d+)", said)
                if found is None:
                    raise ServerFailed(f"APPEND gave no UID: {said!r}")
                uids.append(int(found.group(1)))
            return uids

    def drop(self, raw: bytes) -> Path:
        """Deliver into the inbox as a mail server does: a file moved into `new`, its bytes untouched."""
        maildir = self._home / "Maildir"
        if not (maildir / "new").is_dir():
            self.uids()
        name = f"{next(self._server.numbers)}.M1P{os.getpid()}.duebox"
        made = maildir / "tmp" / name
        made.write_bytes(raw)
        self._server.account.give(made)
        return made.rename(maildir / "new" / name)

    def uids(self, folder: str = "INBOX") -> list[int]:
        with self.connection(folder) as client:
            return [int(uid) for uid in _ask(client.uid("SEARCH", "ALL"), "SEARCH").split()]

    def raw(self, uid: int, folder: str = "INBOX") -> bytes:
        with self.connection(folder) as client:
            kind, rows = client.uid("FETCH", str(uid), "(BODY.PEEK[])")
            found = next((row[1] for row in rows if isinstance(row, tuple)), None)
            if kind != "OK" or found is None:
                raise ServerFailed(f"no mail with UID {uid} in {folder}")
            return bytes(found)

    def mails(self, folder: str = "INBOX") -> list[bytes]:
        return [self.raw(uid, folder) for uid in self.uids(folder)]

    def flags(self, uid: int, folder: str = "INBOX") -> frozenset[str]:
        with self.connection(folder) as client:
            said = _ask(client.uid("FETCH", str(uid), "(FLAGS)"), "FETCH")
            return frozenset(flag.decode() for flag in imaplib.ParseFlags(said))

    def uid_validity(self, folder: str = "INBOX") -> int:
        return int(self._status("uidvalidity", folder))

    def set_uid_validity(self, value: int, folder: str = "INBOX") -> None:
        self.doveadm("mailbox", "update", "--uid-validity", str(value), folder)

    def create(self, folder: str) -> None:
        self.doveadm("mailbox", "create", folder)

    def delete(self, folder: str) -> None:
        self.doveadm("mailbox", "delete", "-s", folder)

    def expunge(self, *uids: int, folder: str = "INBOX") -> None:
        self.doveadm("expunge", "mailbox", folder, "uid", ",".join(map(str, uids)))

    def move(self, *uids: int, to: str, folder: str = "INBOX") -> None:
        self.doveadm("move", to, "mailbox", folder, "uid", ",".join(map(str, uids)))

    def kick(self) -> None:
        """Close every connection of this user with a BYE."""
        self._server.doveadm("kick", self.username)

    @contextmanager
    def frozen(self) -> Iterator[list[int]]:
        """The connections stay open and nobody answers, as on a line that died. Yields the stopped processes."""
        stopped = self._server.processes_of(self.username)
        for pid in stopped:
            os.kill(pid, signal.SIGSTOP)
        try:
            yield stopped
        finally:
            for pid in stopped:
                _signal_if_there(pid, signal.SIGCONT)

    def doveadm(self, command: str, *arguments: str) -> str:
        """A doveadm command about this user: `mailbox.doveadm("fetch", "uid", "all")`."""
        words = [command, *arguments]
        at = 2 if command == "mailbox" else 1
        return self._server.doveadm(*words[:at], "-u", self.username, *words[at:])

    @property
    def _home(self) -> Path:
        return self._server.folder / "mail" / self.username

    def _status(self, field: str, folder: str) -> str:
        return self.doveadm("mailbox", "status", field, folder).split("=")[-1].strip()


class Dovecot:
    """The server. `with Dovecot() as dovecot: dovecot.mailbox()`; the options make it a poorer one.

    `tokens` is the address of a token server: XOAUTH2 is offered then.
    """

    def __init__(
        self,
        *,
        capabilities: str | None = None,
        max_connections: int = 100,
        extra: str = "",
        port: int | None = None,
        tokens: str = "",
    ) -> None:
        self._program = find_program(["dovecot"], package="dovecot-imapd")
        self._doveadm = find_program(["doveadm"], package="dovecot-imapd")
        self.account = Account()
        self.folder = self.account.make_folder("dovecot")
        self.port, self.tls_port = port or free_port(), free_port()
        self.certificate: Certificate = make_certificate(self.folder)
        self.account.give(self.certificate.file, self.certificate.key_file)
        self.numbers = itertools.count(1_700_000_000)
        self._names = itertools.count(1)
        self._process: KeptProcess | None = None
        if capabilities is not None:
            extra += f"\nimap_capability = {capabilities}\n"
        self._config = self.folder / "dovecot.conf"
        (self.folder / "oauth2.conf").write_text(
            f"tokeninfo_url = {tokens}/tokeninfo?access_token=\nusername_attribute = email\n"
        )
        self.account.give(self.folder / "oauth2.conf")
        self._config.write_text(
            self._template(bool(tokens)).format(
                base=self.folder,
                tokens=tokens,
                port=self.port,
                tls_port=self.tls_port,
                user=self.account.name,
                group=self.account.group_name,
                uid=self.account.uid,
                gid=self.account.gid,
                password=PASSWORD,
                max_connections=max_connections,
            )
            + extra
        )

    def _template(self, takes_tokens: bool) -> str:
        version = self.account.run([self._program, "--version"]).stdout.split()[0]
        if version.startswith("2.3."):
            return _COMMON + (_TOKENS_2_3 if takes_tokens else "") + _CONFIG_2_3
        tokens = _TOKENS_2_4 if takes_tokens else ""
        # From 2.4 on a configuration begins with the version that it was written for.
        return f"dovecot_config_version = 2.4.0\ndovecot_storage_version = 2.4.0\n{_COMMON}{tokens}{_CONFIG_2_4}"

    def __enter__(self) -> Self:
        try:
            self.start()
        except BaseException:
            shutil.rmtree(self.folder, ignore_errors=True)
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def start(self) -> None:
        """Start, or start again on the same ports with the same mail."""
        command = [self._program, "-F", "-c", str(self._config)]
        self._process = self.account.keep(command, folder=self.folder)
        self._process.wait_for_port(self.port)

    def stop(self) -> None:
        """Stop listening and close every connection; the mail stays."""
        if self._process is not None:
            self._process.stop()
            self._process = None

    def mailbox(self, username: str | None = None) -> Mailbox:
        """A user, new and empty unless the name was used before."""
        return Mailbox(self, username or f"user{next(self._names)}@test.example")

    def doveadm(self, *arguments: str) -> str:
        return self.account.run([self._doveadm, "-c", str(self._config), *arguments]).stdout

    def processes_of(self, username: str) -> list[int]:
        """The ids of the processes that serve this user's connections."""
        rows = [line.split() for line in self.doveadm("who", "-1").splitlines()[1:]]
        return sorted({int(pid) for row in rows if row[0] == username for pid in re.findall(r"\d+", row[2])})

    def wait_for_connections(self, username: str, count: int) -> None:
        wait_until(lambda: len(self.processes_of(username)) == count, what=f"{count} connections of {username}")


def _ask(answer: tuple[str, Sequence[object]], command: str) -> bytes:
    kind, lines = answer
    if kind != "OK":
        raise ServerFailed(f"{command} was refused: {lines!r}")
    first = lines[0] if lines else b""
    return first if isinstance(first, bytes) else b""


def _signal_if_there(pid: int, number: signal.Signals) -> None:
    with suppress(ProcessLookupError):
        os.kill(pid, number)
