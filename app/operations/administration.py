"""Users, quarantine and the audit log, as the command line has them."""

import json
import os
import sys
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from app.audit.service import Checkpoint
from app.bootstrap import Services
from app.casefile.service import Made, Purpose
from app.db.tables.mail import MessageRow
from app.db.tables.system import Chain
from app.domain.errors import Invalid, NotFound
from app.domain.message import Cut, MessageState
from app.domain.people import DUEBOX
from app.domain.review import Role
from app.operations.archives import READABLE_BY_OWNER

AT_ONCE = 1000


async def add_user(services: Services, *, email: str, name: str, role: str, password: str) -> None:
    if role not in set(Role):
        raise Invalid(f"--role must be one of: {', '.join(Role)}")
    shown = name or email.partition("@")[0].replace(".", " ").title()
    await services.identity.add_user(email=email, name=shown, role=Role(role), password=password)


async def list_quarantine(services: Services) -> list[dict[str, Any]]:
    async with services.database.read() as uow:
        mailboxes = {mailbox.id: mailbox.name for mailbox in await uow.mailboxes.all()}
        rows: list[MessageRow] = []
        while page := await uow.messages.page(
            state=MessageState.QUARANTINED, after=rows[-1].id if rows else None, limit=AT_ONCE
        ):
            rows.extend(page)
    return [
        {
            "id": str(row.id),
            "mailbox": mailboxes[row.mailbox_id],
            "reason": row.error,
            "attempts": row.attempts,
            "received_at": row.received_at.isoformat(),
        }
        for row in rows
    ]


async def retry_quarantine(services: Services, which: str) -> int:
    """Raises NotFound for an id that is not quarantined."""
    if which == "all":
        chosen = [UUID(row["id"]) for row in await list_quarantine(services) if row["reason"] != Cut.TOO_LARGE]
    else:
        try:
            chosen = [UUID(which)]
        except ValueError:
            raise NotFound(f"{which} is not the id of a mail") from None
    for message_id in chosen:
        await services.triage.retry(message_id, by=DUEBOX)
    return len(chosen)


async def verify_audit(services: Services, checkpoint: bytes | None, named: str = "") -> list[dict[str, Any]]:
    """Raises Invalid for a checkpoint, called `named`, that is none."""
    known = {point.chain: point for point in _checkpoints_in(checkpoint, named)} if checkpoint is not None else {}
    verdicts = []
    for chain in Chain:
        verdict = await services.audit.verify(chain, known.get(chain))
        verdicts.append(
            {
                "chain": chain.value,
                "entries": verdict.entries,
                "head": verdict.head,
                "first_bad": verdict.first_bad,
                "reason": verdict.reason,
            }
        )
    return verdicts


async def export_audit(services: Services, out: Path | None, form: str) -> None:
    if form not in {"jsonl", "csv"}:
        raise Invalid("--format must be jsonl or csv")
    if out is None:
        await services.audit.export(sys.stdout, format="csv" if form == "csv" else "jsonl", by=DUEBOX)
        return
    with out.open("w", encoding="utf-8", newline="") as file:
        await services.audit.export(file, format="csv" if form == "csv" else "jsonl", by=DUEBOX)


def _for_its_owner(path: str, flags: int) -> int:
    """What the file holds is nobody else's on this machine."""
    return os.open(path, flags, READABLE_BY_OWNER)


async def make_case_file(services: Services, customer_id: str, purpose: str, out: Path) -> Made:
    """A file that could not be written whole is removed. Raises Invalid for another purpose."""
    if purpose not in set(Purpose):
        raise Invalid(f"--purpose must be one of: {', '.join(Purpose)}")
    try:
        with open(out, "xb", opener=_for_its_owner) as file:  # noqa: ASYNC230  # likewise; a path has no opener
            return await services.case_files.make(customer_id, Purpose(purpose), file, by=DUEBOX)
    except FileExistsError:
        raise Invalid(f"{out} is there already: name another file") from None
    except BaseException:
        out.unlink(missing_ok=True)  # noqa: ASYNC240  # a command of its own: no other work waits
        raise


async def export_subject(services: Services, address: str, out: Path) -> int:
    """A file that could not be written whole is removed."""
    try:
        with open(out, "xb", opener=_for_its_owner) as file:  # noqa: ASYNC230  # likewise; a path has no opener
            return await services.privacy.export(address, file, by=DUEBOX)
    except FileExistsError:
        raise Invalid(f"{out} is there already: name another file") from None
    except BaseException:
        out.unlink(missing_ok=True)  # noqa: ASYNC240  # a command of its own: no other work waits
        raise


async def checkpoints(services: Services) -> list[dict[str, Any]]:
    return [
        {
            "chain": point.chain.value,
            "seq": point.seq,
            "hash": point.hash,
            "at": point.at.isoformat(),
            "root": point.root,
        }
        for point in await services.audit.checkpoints()
    ]


def _checkpoints_in(content: bytes, named: str) -> list[Checkpoint]:
    try:
        points = [
            Checkpoint(
                Chain(point["chain"]),
                point["seq"],
                point["hash"],
                datetime.fromisoformat(point["at"]),
                point.get("root", ""),
            )
            for point in json.loads(content)
        ]
    except (ValueError, KeyError, TypeError):
        points = []
    if not points:
        raise Invalid(f"{named} is not a file of `duebox audit checkpoint`")
    return points
