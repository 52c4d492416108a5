"""A fresh instance with a sample ledger and mailbox, worked through the real pipeline with the embedded model.

Its clock stands on the day of the sample mails and goes on from there. Answers are filed in a folder, never sent.
"""

import asyncio
import json
import secrets
import shutil
import sys
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from app.bootstrap import Services, build, prepare_database, settings_from_environment
from app.db.engine import sqlite_path
from app.db.tables.mail import MailboxKind
from app.domain.clock import Clock, system_clock
from app.domain.message import MessageState
from app.domain.review import Role
from app.intake.incoming import Incoming
from app.jobs.lock import FileLock
from app.reading.mail.headers import read_head

SAMPLES = Path(__file__).parent
MORNING = datetime(2026, 5, 21, 8, 45, tzinfo=UTC)
ADDRESS = "collections@nordhaven.example"
COLLECTOR = ("ines.halvard@nordhaven.example", "Ines Halvard", Role.COLLECTOR)
MANAGER = ("oda.brandell@nordhaven.example", "Oda Brandell", Role.MANAGER)
AUDITOR = ("noor.vries@nordhaven.example", "Noor Vries", Role.AUDITOR)
ADMIN = ("mats.ekdahl@nordhaven.example", "Mats Ekdahl", Role.ADMIN)
PEOPLE = (COLLECTOR, MANAGER, AUDITOR, ADMIN)
COLLEAGUES = (
    ("milo.renn@nordhaven.example", "Milo Renn", Role.COLLECTOR),
    ("salla.ostrand@nordhaven.example", "Salla Ostrand", Role.COLLECTOR),
)
"""They own customers of the sample ledger."""

LEDGER = ("customers", "contacts", "invoices", "payments")
LOOK_SECONDS = 0.3
PATIENCE_SECONDS = 600


@dataclass(frozen=True, slots=True)
class Demo:
    """A demo that is ready to be worked. `password` opens each of its users."""

    services: Services
    folder: Path
    password: str = field(repr=False)


def demo_clock() -> Clock:
    """Starts on the morning of the newest sample mail, and runs at the usual speed."""
    offset = MORNING - system_clock()
    return lambda: system_clock() + offset


@asynccontextmanager
async def prepared(folder: Path) -> AsyncIterator[Demo]:
    """An empty instance in `folder` (what an earlier demo left there is removed), with users, mailbox and ledger.

    Raises DatabaseBusy when a demo is running there.
    """
    url = f"sqlite:///{folder / 'duebox.db'}"
    _make(folder)
    lock = FileLock(sqlite_path(url), "duebox demo")
    lock.take()
    try:
        _empty(folder)
        prepare_database(url)
        settings = settings_from_environment(database_url=url, secret_key=secrets.token_urlsafe(32))
        services = build(settings, clock=demo_clock(), sink=folder / "outbox", is_demo=True)
        password = f"{secrets.token_hex(3)}-{secrets.token_hex(3)}"
        await _furnish(services, password)
        yield Demo(services, folder, password)
    finally:
        lock.release()


def _make(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)


def _empty(folder: Path) -> None:
    for old in folder.iterdir():
        if old.name != "duebox.db.lock":
            shutil.rmtree(old) if old.is_dir() else old.unlink()


async def _furnish(services: Services, password: str) -> None:
    for email, name, role in (*PEOPLE, *COLLEAGUES):
        await services.identity.add_user(email=email, name=name, role=role, password=password)
    async with services.database.write() as uow:
        await uow.mailboxes.add(
            secret="",
            name="collections",
            address=ADDRESS,
            team="Nordhaven Supply, Accounts Receivable",
            kind=MailboxKind.WEBHOOK,
            scheme="raw",
            authserv_id="mx.nordhaven.example",
        )
    for kind in LEDGER:
        await services.ledger.import_file(kind, SAMPLES / "ledger" / f"{kind}.csv")
    await services.documents.import_folder(SAMPLES / "ledger" / "documents")


async def deliver(services: Services) -> int:
    """Put the sample mails into the mailbox, the oldest first. Returns how many there are."""
    mails = [_incoming(path) for path in sorted((SAMPLES / "mails").glob("*.eml"))]
    async with services.database.read() as uow:
        mailbox = await uow.mailboxes.by_name("collections")
    return await services.intake.store(mailbox.id, sorted(mails, key=lambda mail: mail.received_at))


async def watch(services: Services) -> None:
    """Show progress on the terminal until every mail has been worked."""
    began = time.monotonic()
    while True:
        async with services.database.read() as uow:
            counts = await uow.messages.counts()
        total = sum(counts.values())
        done = total - counts[MessageState.IN_WORK]
        _say(f"Reading sample mails: {done} of {total}", final=done == total)
        if done == total or time.monotonic() - began > PATIENCE_SECONDS:
            return
        await asyncio.sleep(LOOK_SECONDS)


async def check(folder: Path) -> dict[str, Any]:
    """Work the samples without serving, and compare with where each mail should end."""
    async with prepared(folder) as demo:
        began = time.monotonic()
        await demo.services.start_working()
        try:
            await deliver(demo.services)
            await watch(demo.services)
            ended = await _endings(demo.services)
            verdict = await demo.services.audit.verify()
        finally:
            await demo.services.stop_working()
            await demo.services.close()
    expected: dict[str, dict[str, Any]] = json.loads((SAMPLES / "expected.json").read_text(encoding="utf-8"))
    wrong = {name: _difference(expected[name], ended.get(name)) for name in expected}
    misses = {name: difference for name, difference in wrong.items() if difference}
    return {
        "ok": not misses and verdict.first_bad is None,
        "mails": len(expected),
        "as_expected": len(expected) - len(misses),
        "seconds": round(time.monotonic() - began, 1),
        "states": _tally(ended),
        "audit_entries": verdict.entries,
        "differences": misses,
        "unlike_labels": {
            name: {"expected": expected[name]["intents"], "got": ended[name]["intents"]}
            for name in expected
            if name in ended and expected[name]["intents"] != ended[name]["intents"]
        },
    }


def _difference(expected: Mapping[str, Any], got: Mapping[str, Any] | None) -> dict[str, Any]:
    """Empty when the mail ended where it should: in its state, and before a person when one must decide."""
    if got is None:
        return {"expected": expected["state"], "got": "nothing"}
    if expected["state"] != got["state"]:
        return {"expected": expected["state"], "got": got["state"], "rule": got["rule"], "intents": got["intents"]}
    if expected["route"] == "review" and got["route"] != "review":
        return {"expected": "review", "got": got["route"], "rule": got["rule"], "intents": got["intents"]}
    return {}


async def _endings(services: Services) -> dict[str, dict[str, Any]]:
    """Where each sample mail ended, by its file's name."""
    ended = {}
    async with services.database.read() as uow:
        for message in await uow.messages.page(state=None, after=None, limit=1000):
            saved = await uow.messages.latest_proposal(message.id)
            ended[message.source] = {
                "state": message.state.value,
                "route": saved.route.value if saved else "",
                "rule": saved.rule if saved else message.error,
                "intents": saved.intents if saved else [],
                "reasons": saved.reasons if saved else [],
            }
    return ended


def _tally(ended: Mapping[str, Mapping[str, Any]]) -> dict[str, int]:
    tally: dict[str, int] = {}
    for ending in ended.values():
        tally[ending["state"]] = tally.get(ending["state"], 0) + 1
    return tally


def _incoming(path: Path) -> Incoming:
    raw = path.read_bytes()
    date = read_head(raw).date or MORNING - timedelta(hours=1)
    return Incoming(path.name, raw, date)


def _say(line: str, *, final: bool) -> None:
    """One line that rewrites itself on a terminal; elsewhere only the last one is written."""
    if sys.stderr.isatty():
        sys.stderr.write(f"\r{line}  " + ("\n" if final else ""))
        sys.stderr.flush()
    elif final:
        sys.stderr.write(line + "\n")
