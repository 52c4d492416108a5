"""Duebox as its users run it: real processes, the command line, HTTP. For end-to-end tests, the kill script and
benchmarks."""

import asyncio
import base64
import hashlib
import hmac
import json
import os
import secrets
import signal
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Awaitable, Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypeVar

from app.bootstrap import Services, build, prepare_database, settings_from_environment
from app.operations import administration
from app.operations.mailboxes import MailboxWish, add_mailbox
from tests.forking import forker
from tests.servers.dovecot import Mailbox
from tests.servers.process import free_port, wait_until
from tests.servers.smtp_sink import SmtpSink

T = TypeVar("T")

REPOSITORY = Path(__file__).resolve().parents[1]
DUEBOX = Path(sys.executable).parent / "duebox"
PASSWORD = "a long password for tests"
PATIENCE_SECONDS = 600
"""For an answer to a delivery, on a machine that does other things as well."""

COLLECTOR = "ines@seller.example"
OUR_ADDRESS = "collections@seller.example"

CUSTOMERS = (
    "customer_id,name,language,country,currency,timezone,payment_terms_days,strategic,natural_person,segment,owner_email\n"
    "C-1,Customer Ltd,en,GB,EUR,Europe/London,30,no,no,standard,ines@seller.example\n"
)
CONTACTS = (
    "customer_id,name,email,role,language,active\nC-1,Petra Vane,petra@customer.example,accounts_payable,en,yes\n"
)
INVOICES = (
    "number,customer_id,kind,amount,open_amount,currency,issue_date,due_date,po_number,status\n"
    "INV-1001,C-1,invoice,100.00,100.00,EUR,2026-04-01,2026-05-01,,open\n"
    "INV-1002,C-1,invoice,250.00,250.00,EUR,2026-04-01,2026-05-01,,open\n"
)


class Refused(Exception):
    """The API answered with an error status."""

    def __init__(self, status: int, body: str) -> None:
        super().__init__(f"{status}: {body}")
        self.status = status
        self.body = body


@dataclass(frozen=True, slots=True)
class Webhook:
    """A mailbox that mail is posted to, and a provider that signs as it should."""

    url: str
    secret: str = field(repr=False)

    def post(self, raw: bytes, *, webhook_id: str = "") -> int:
        """The status that the mail was answered with."""
        name, timestamp = webhook_id or f"msg_{secrets.token_hex(8)}", str(int(time.time()))
        key = base64.b64decode(self.secret.removeprefix("whsec_"))
        digest = hmac.new(key, f"{name}.{timestamp}.".encode() + raw, hashlib.sha256).digest()
        headers = {
            "content-type": "message/rfc822",
            "webhook-id": name,
            "webhook-timestamp": timestamp,
            "webhook-signature": f"v1,{base64.b64encode(digest).decode()}",
        }
        request = urllib.request.Request(self.url, data=raw, method="POST", headers=headers)  # noqa: S310  # our own
        try:
            with urllib.request.urlopen(request, timeout=PATIENCE_SECONDS) as answer:  # noqa: S310
                return int(answer.status)
        except urllib.error.HTTPError as error:
            with error:
                return error.code


class Installation:
    """A database, its settings and the processes on it. Leaving the block ends every process."""

    def __init__(self, url: str, folder: Path, sink: SmtpSink | None = None, **settings: str) -> None:
        self.url = url
        self.folder = folder
        self.port = free_port()
        self.processes: list[subprocess.Popen[bytes]] = []
        self._token = ""
        self.environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith("DUEBOX_")},  # noqa: TID251
            "DUEBOX_DATABASE_URL": url,
            "DUEBOX_SECRET_KEY": secrets.token_urlsafe(32),
            "DUEBOX_HTTP__PORT": str(self.port),
            "DUEBOX_SMTP__HOST": "127.0.0.1",
            "DUEBOX_SMTP__PORT": str(sink.port if sink else 9),
            "DUEBOX_SMTP__SECURITY": "none",
            "DUEBOX_SMTP__TIMEOUT_SECONDS": "5",
            "DUEBOX_SMTP__BACKOFF_SECONDS": "1",
            "DUEBOX_SMTP__MAILS_A_MINUTE": "0",
            "DUEBOX_SMTP__MAILS_A_MINUTE_TO_DOMAIN": "0",
            "DUEBOX_UNDO_SECONDS": "1",
            "DUEBOX_POLL_SECONDS": "0.5",
            "DUEBOX_LOG_LEVEL": "WARNING",
            **settings,
        }

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for process in self.processes:
            kill(process)

    @property
    def is_embedded(self) -> bool:
        return self.url.startswith("sqlite")

    @property
    def base(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def command(self, *words: str, expect: int = 0, stdin: str = "") -> str:
        """Run one `duebox` command to its end and return what it printed. Raises AssertionError on another exit
        code."""
        done = self.run(*words, stdin=stdin)
        assert done.returncode == expect, f"duebox {' '.join(words)}: {done.returncode}\n{done.stdout}{done.stderr}"
        return done.stdout

    def run(self, *words: str, stdin: str = "", **settings: str) -> "subprocess.CompletedProcess[str]":
        """Run one `duebox` command to its end, with other settings if need be; an empty one is taken away."""
        changed = {**self.environment, **settings}
        environment = {name: value for name, value in changed.items() if value or name not in settings}
        return forker().run(words, environment=environment, folder=self.folder, stdin=stdin)

    def start(self, word: str) -> "subprocess.Popen[bytes]":
        """Start `serve` or `worker` in a process group of its own."""
        with (self.folder / f"{word}.log").open("ab") as log:
            process = subprocess.Popen(  # noqa: S603  # our own command
                [str(DUEBOX), word],
                env=self.environment,
                cwd=self.folder,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self.processes.append(process)
        return process

    def start_all(self) -> "subprocess.Popen[bytes]":
        """Everything that an installation runs. Returns the process that works the mail."""
        serve = self.start("serve")
        worker = serve if self.is_embedded else self.start("worker")
        self.wait_until_up()
        return worker

    def wait_until_up(self, seconds: float = 120.0) -> None:
        wait_until(self.is_up, what="duebox answers", seconds=seconds)

    def is_up(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.base}/healthz", timeout=2) as answer:  # noqa: S310  # our own address
                return bool(answer.status == 200)
        except (urllib.error.URLError, OSError):
            return False

    def furnish(self, mailboxes: Mapping[str, Mailbox] | None = None) -> None:
        """A collector, a small ledger, and the given IMAP mailboxes."""

        async def all_of_it(services: Services) -> None:
            await administration.add_user(
                services, email=COLLECTOR, name="Ines Halvard", role="collector", password=PASSWORD
            )
            for kind, content in (("customers", CUSTOMERS), ("contacts", CONTACTS), ("invoices", INVOICES)):
                await services.ledger.import_file(kind, self.file(f"{kind}.csv", content))

        self.within(all_of_it)
        self.add_imap(mailboxes or {})

    def within(self, work: Callable[[Services], Awaitable[T]]) -> T:
        """What a command of ours does, in this process: to start one takes seconds. For preparations."""

        async def run() -> T:
            services = build(settings)
            try:
                return await work(services)
            finally:
                await services.close()
                services.engine.dispose()

        settings = settings_from_environment(database_url=self.url, secret_key=self.environment["DUEBOX_SECRET_KEY"])
        prepare_database(self.url)
        with ThreadPoolExecutor(max_workers=1) as thread:  # a test may have an event loop of its own
            return thread.submit(asyncio.run, run()).result()

    def add_imap(self, mailboxes: Mapping[str, Mailbox]) -> None:
        async def add(services: Services) -> None:
            for name, mailbox in mailboxes.items():
                wish = MailboxWish(
                    name=name,
                    address=OUR_ADDRESS,
                    host="127.0.0.1",
                    port=mailbox.port,
                    username=mailbox.username,
                    password=mailbox.password,
                    security="none",
                    team="Seller, Receivables",
                )
                await add_mailbox(services, wish)

        if mailboxes:
            self.within(add)

    def add_webhook(self, name: str) -> Webhook:
        wish = MailboxWish(name=name, address=OUR_ADDRESS, webhook="raw", team="Seller, Receivables")
        said = self.within(lambda services: add_mailbox(services, wish))
        path, secret = (line.split(": ")[1].split()[0] for line in said.splitlines())
        return Webhook(f"{self.base}{path}", secret)

    def add_user(self, role: str) -> str:
        """A user of a role, with the password PASSWORD. Returns an API token."""
        email = f"{role}@seller.example"

        async def add(services: Services) -> str:
            await administration.add_user(services, email=email, name="", role=role, password=PASSWORD)
            return await services.identity.new_token(email)

        return self.within(add)

    def file(self, name: str, content: str) -> Path:
        path = self.folder / name
        path.write_text(content, encoding="utf-8")
        return path

    @property
    def token(self) -> str:
        if not self._token:
            self._token = self.within(lambda services: services.identity.new_token(COLLECTOR))
        return self._token

    def get(self, path: str) -> Any:
        return self._call("GET", path, None)

    def post(self, path: str, data: Mapping[str, Any]) -> Any:
        return self._call("POST", path, data)

    def everything(self, path: str) -> list[dict[str, Any]]:
        """All pages of a list."""
        found: list[dict[str, Any]] = []
        after = ""
        while True:
            page = self.get(f"{path}{'&' if '?' in path else '?'}limit=200{after}")
            found.extend(page["items"])
            if page["next"] is None:
                return found
            after = f"&after={page['next']}"

    def _call(self, method: str, path: str, data: Mapping[str, Any] | None) -> Any:
        request = urllib.request.Request(  # noqa: S310  # our own address
            f"{self.base}{path}",
            data=json.dumps(data).encode() if data is not None else None,
            method=method,
            headers={"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"},
        )
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310
                return json.loads(answer.read())
        except urllib.error.HTTPError as error:
            raise Refused(error.code, error.read().decode(errors="replace")) from error

    def logs(self) -> str:
        return "\n".join(path.read_text(errors="replace") for path in sorted(self.folder.glob("*.log")))


def kill(process: "subprocess.Popen[bytes]", number: int = signal.SIGKILL) -> None:
    """Kill a process with all its children, as a power cut would."""
    if process.poll() is None:
        os.killpg(process.pid, number)
    process.wait()


@contextmanager
def scratch() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="duebox-") as folder:
        yield Path(folder)
