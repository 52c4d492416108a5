"""What has happened to a mail, from the audit log."""

import json
from uuid import UUID

from app.db.tables.mail import MessageRow
from app.db.tables.system import AuditRow
from app.db.uow import Uow
from app.review.item_view import TimelineEntry

TESTS = "review.test."


async def timeline(uow: Uow, message: MessageRow) -> tuple[TimelineEntry, ...]:
    """Without test items: colleagues need not know who overlooked what."""
    names = {str(key): name for key, name in (await uow.users.names()).items()}
    mailboxes = {str(row.id): row.name for row in await uow.mailboxes.all()}
    return tuple(
        [
            await _timeline_entry(uow, row, names, mailboxes)
            for row in await uow.audit.of_message(message.id, message.conversation_id)
            if not row.kind.startswith(TESTS)
        ]
    )


async def _timeline_entry(uow: Uow, row: AuditRow, names: dict[str, str], mailboxes: dict[str, str]) -> TimelineEntry:
    refs = json.loads(row.body)["refs"]
    if "mailbox_id" in refs:
        refs["mailbox"] = mailboxes.get(refs["mailbox_id"], "")
    note = (await uow.words.get(UUID(refs["note_id"]))).decode() if refs.get("note_id") else ""
    return TimelineEntry(row.at, row.kind, _who(row, names), refs, note)


def _who(row: AuditRow, names: dict[str, str]) -> str:
    actor = row.actor
    return names.get(actor.removeprefix("user:"), "") if actor.startswith("user:") else ""
