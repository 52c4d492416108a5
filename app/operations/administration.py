"""Users, quarantine and the audit log, as the command line has them."""

import json
import sys
from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from app.audit.service import Checkpoint
from app.bootstrap import Services
from app.casefile.service import Made, Purpose
from app.db.tables.mail import MessageRow
from app.db.tables.system import Chain
from app.domain.errors import Invalid, NotFound, Unreachable
from app.domain.ids import new_id
from app.domain.message import MessageState
from app.domain.people import DUEBOX
from app.domain.ports import SendResult
from app.domain.review import Role

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
        chosen = [UUID(row["id"]) for row in await list_quarantine(services) if row["reason"] != "too_large"]
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


async def make_case_file(services: Services, customer_id: str, purpose: str, out: Path) -> Made:
    """A file that could not be written whole is removed. Raises Invalid for another purpose."""
    if purpose not in set(Purpose):
        raise Invalid(f"--purpose must be one of: {', '.join(Purpose)}")
    try:
        with out.open("xb") as file:
            return await services.case_files.make(customer_id, Purpose(purpose), file, by=DUEBOX)
    except FileExistsError:
        raise Invalid(f"{out} is there already: name another file") from None
    except BaseException:
        out.unlink(missing_ok=True)  # noqa: ASYNC240  # a command of its own: no other work waits
        raise


async def export_subject(services: Services, address: str, out: Path) -> int:
    """A file that could not be written whole is removed."""
    try:
        with out.open("xb") as file:
            return await services.privacy.export(address, file, by=DUEBOX)
    except FileExistsError:
        raise Invalid(f"{out} is there already: name another file") from None
    except BaseException:
        out.unlink(missing_ok=True)  # noqa: ASYNC240  # a command of its own: no other work waits
        raise


async def checkpoints(services: Services) -> list[dict[str, Any]]:
    return [
        {"chain": point.chain.value, "seq": point.seq, "hash": point.hash, "at": point.at.isoformat()}
        for point in await services.audit.checkpoints()
    ]


async def mail_checkpoints(services: Services, to: str) -> None:
    """Send the heads of the chains to somebody outside, as the file that `audit verify` takes. Raises Unreachable."""
    async with services.database.read() as uow:
        addresses = await uow.mailboxes.own_addresses()
    if not addresses:
        raise Invalid("there is no mailbox to send from: duebox mailbox add")
    points = await checkpoints(services)
    message = EmailMessage(policy=SMTP)
    message["From"], message["To"] = addresses[0], to
    message["Subject"] = f"Duebox audit checkpoint {services.clock():%Y-%m-%d %H:%M} UTC"
    message["Date"] = format_datetime(services.clock())
    message["Message-ID"] = f"<{new_id()}@{addresses[0].rpartition('@')[2]}>"
    message["Auto-Submitted"] = "auto-generated"
    message.set_content("Keep this mail. To verify: duebox audit verify --checkpoint checkpoint.json\n")
    message.add_attachment(
        json.dumps(points, indent=2).encode(), maintype="application", subtype="json", filename="checkpoint.json"
    )
    delivery = await services.sender.send(message.as_bytes(), sender=addresses[0], recipients=[to])
    if delivery.result is not SendResult.SENT:
        raise Unreachable(f"the checkpoint was not sent: {delivery.detail or delivery.result.value}")


def _checkpoints_in(content: bytes, named: str) -> list[Checkpoint]:
    try:
        points = [
            Checkpoint(Chain(point["chain"]), point["seq"], point["hash"], datetime.fromisoformat(point["at"]))
            for point in json.loads(content)
        ]
    except (ValueError, KeyError, TypeError):
        points = []
    if not points:
        raise Invalid(f"{named} is not a file of `duebox audit checkpoint`")
    return points
