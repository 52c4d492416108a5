"""`duebox triage`: the agent on mail files, in this process; nothing is stored, nothing is sent."""

import asyncio
import json
from pathlib import Path
from typing import Any

from app.bootstrap import mind_config, settings_from_environment
from app.domain.account import UNKNOWN_ACCOUNT, Account, Contact, Link, LinkMethod
from app.domain.account_json import account_from_json
from app.domain.case import Case
from app.domain.clock import system_clock
from app.domain.errors import Invalid, UnreadableMail
from app.domain.message import Identity, ReadMail
from app.domain.ports import Mind
from app.domain.prediction import prediction
from app.mind import build_mind

UNUSED = "-" * 32
"""Nothing is stored, so nothing is sealed."""


async def triage_files(files: list[Path], ledger: Path | None) -> list[dict[str, Any]]:
    """One prediction a file; a file that cannot be read as a mail says so. Needs no settings but the model's."""
    account = await asyncio.to_thread(account_of, ledger)
    mind = build_mind(mind_config(settings_from_environment(secret_key=UNUSED)))
    raws = [(file.name, await asyncio.to_thread(file.read_bytes)) for file in files]
    return [{"id": name, **await _triage(mind, raw, account)} for name, raw in raws]


async def _triage(mind: Mind, raw: bytes, account: Account) -> dict[str, Any]:
    try:
        read = await mind.read(raw, Identity(()))
    except UnreadableMail as error:
        return {"error": f"cannot be read as a mail: {error}"}
    received = read.mail.head.date or system_clock()
    to = read.mail.head.to
    thought = await mind.think(
        Case(
            read=read,
            link=link_by_account(read, account),
            received_at=received,
            mailbox_address=to[0].email if to else "",
        )
    )
    return prediction(thought.proposal)


def link_by_account(read: ReadMail, account: Account) -> Link:
    """Whoever gives a ledger vouches for the writer, unless the ledger lists its contacts."""
    sender = read.mail.head.sender
    if account is UNKNOWN_ACCOUNT:
        return Link(LinkMethod.NONE)
    listed = next((contact for contact in account.contacts if contact.email == sender.email), None)
    if account.contacts and listed is None:
        return Link(LinkMethod.INVOICE, account)
    return Link(LinkMethod.CONTACT, account, listed or Contact(sender.name, sender.email))


def account_of(ledger: Path | None) -> Account:
    if ledger is None:
        return UNKNOWN_ACCOUNT
    try:
        return account_from_json(json.loads(ledger.read_text(encoding="utf-8")))
    except (ValueError, UnicodeDecodeError) as error:
        raise Invalid(f"{ledger} is not JSON: {error}") from None


def in_words(line: dict[str, Any]) -> str:
    """A prediction for a reader at the terminal."""
    if "error" in line:
        return f"{line['id']}: {line['error']}"
    wants = (
        ", ".join(f"{finding['intent']} ({finding['confidence']:.0%})" for finding in line["intents"])
        or "nothing found"
    )
    why = f" because of {', '.join(line['review_reasons'])}" if line["review_reasons"] else ""
    draft = f"\n\n{line['draft']['body']}\n" if line["draft"] else ""
    return f"{line['id']}: {wants}\n  route {line['route']}, rule {line['rule']}{why}{draft}"
