"""A whole installation that is fed planted mails, with a model endpoint that keeps what it is asked."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Self
from urllib.request import urlopen

from tests.privacy.mails import Planted
from tests.privacy.sinks import Findings, search_model, search_sinks
from tests.running import Installation
from tests.servers.collector import Collector
from tests.servers.model import ModelServer, dull
from tests.servers.process import wait_until

SECONDS_A_MAIL, SECONDS_AT_LEAST = 10.0, 180.0


class TraceTrap:
    """Where LangSmith would send its traces, were they on: keeps every byte that comes."""

    def __init__(self) -> None:
        self.received: list[bytes] = []
        trap = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:  # http.server finds it by name
                trap.received.append(self.rfile.read(int(self.headers.get("Content-Length", 0))))
                self.send_response(202)
                self.end_headers()

            def log_message(self, format: str, *args: object) -> None:
                """Say nothing on the console."""

        self._http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._http.server_address[1]}"

    def __enter__(self) -> Self:
        Thread(target=self._http.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._http.shutdown()
        self._http.server_close()


@dataclass(frozen=True, slots=True)
class Searched:
    model: Findings
    sinks: Findings
    requests: int
    sizes: dict[str, int]


def work_and_search(folder: Path, mails: Sequence[Planted]) -> Searched:
    """Post the mails, wait until every one is worked, end the processes, and search what they left."""
    with ModelServer() as model, TraceTrap() as trap, Collector() as collector:
        model.respond = dull
        with Installation(
            f"sqlite:///{folder / 'duebox.db'}",
            folder,
            None,
            **model.settings,
            DUEBOX_LOG_LEVEL="DEBUG",
            DUEBOX_TELEMETRY__ENDPOINT=collector.url,
            LANGSMITH_TRACING="true",
            LANGCHAIN_TRACING_V2="true",
            LANGSMITH_API_KEY="a key",
            LANGSMITH_ENDPOINT=trap.url,
            TMPDIR=str(_folder(folder / "tmp")),
        ) as duebox:
            duebox.furnish()
            _furnish(duebox, mails)
            webhook = duebox.add_webhook("planted")
            duebox.start_all()
            for mail in mails:
                assert webhook.post(bytes(mail.message)) == 204
            patience = max(SECONDS_AT_LEAST, SECONDS_A_MAIL * len(mails))
            wait_until(lambda: _is_worked(duebox, len(mails)), what="every mail is worked", seconds=patience)
            with urlopen(f"{duebox.base}/metrics", timeout=30) as answer:  # noqa: S310  # our own address
                metrics = answer.read()
            exports = "".join(duebox.command("audit", "export", "--format", form) for form in ("jsonl", "csv"))
        sinks = {
            "metrics": metrics,
            "export": exports.encode(),
            "trace": b"".join(trap.received),
            "spans": collector.raw,
            **_files(folder),
        }
        found = search_model(model.requests, mails)
        companies = {mail.company for mail in _on_the_ledger(mails).values()}
        return Searched(
            found, search_sinks(sinks, mails, companies), len(model.requests), {k: len(v) for k, v in sinks.items()}
        )


def _on_the_ledger(mails: Sequence[Planted]) -> dict[int, Planted]:
    return {number: mail for number, mail in enumerate(mails) if number % 2 == 0}


def _folder(path: Path) -> Path:
    path.mkdir()
    return path


def _furnish(duebox: Installation, mails: Sequence[Planted]) -> None:
    """Every second company is on the ledger, with a mailbox of no one person and a customer's invoices."""
    customers = [
        "customer_id,name,language,country,currency,timezone,payment_terms_days,strategic,natural_person,segment,owner_email"
    ]
    contacts = ["customer_id,name,email,role,language,active"]
    invoices = ["number,customer_id,kind,amount,open_amount,currency,issue_date,due_date,po_number,status"]
    for number, mail in _on_the_ledger(mails).items():
        row = f"P-{number}"
        customers.append(f'{row},"{mail.company}",{mail.language},,EUR,Europe/Berlin,30,no,no,standard,')
        contacts.append(f"{row},Accounts Payable,ap@c{number}.example,accounts_payable,{mail.language},yes")
        invoices.append(f"{mail.invoice},{row},invoice,100.00,100.00,EUR,2026-04-01,2026-05-01,,open")
        sender = str(mail.message["From"]).rpartition("<")[0]
        mail.message.replace_header("From", f"{sender}<ap@c{number}.example>")
    for kind, lines in (("customers", customers), ("contacts", contacts), ("invoices", invoices)):
        duebox.command("import", kind, str(duebox.file(f"planted-{kind}.csv", "\n".join(lines) + "\n")))


def _is_worked(duebox: Installation, count: int) -> bool:
    counts = duebox.get("/api/v1/counts")
    return bool(counts["received"] == count and counts["in_work"] == 0)


def _files(folder: Path) -> dict[str, bytes]:
    """Everything on the disk: database, journals, logs, what libraries cached; not the ledger's own import files."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.suffix != ".csv" and os.access(path, os.R_OK)
    }
