"""Mailboxes that are read no more, for a while or for good. What came by them is kept, and worked to its end.

watched ◀── resume ── paused ── remove ─▶ removed      mail waits at its server, a webhook is told to try again (503)
   └───── pause ──────▶ └── by it nothing waits any more; its mails and decisions stay, its password does not
"""

from app.db.tables.mail import MailboxKind, MailboxRow
from app.db.uow import Database, Uow
from app.domain.errors import Invalid


async def pause(database: Database, name: str) -> str:
    """Raises NotFound or Invalid."""
    async with database.write() as uow:
        row = await _kept(uow, name)
        if not row.active:
            return f"{name} is paused already"
        row.active = False
        uow.audit.add("intake.mailbox.paused", mailbox_id=row.id)
    where = "mail waits on its server" if row.kind is MailboxKind.IMAP else "its provider is told to try again later"
    return (
        f"{name} is paused: {where}, no reminder leaves from it; what has come goes on, and approved answers leave"
        f"\nread it again by: duebox mailbox resume {name}"
    )


async def resume(database: Database, name: str) -> str:
    """Raises NotFound or Invalid."""
    async with database.write() as uow:
        row = await _kept(uow, name)
        if row.kind is MailboxKind.IMAP and not await uow.mailboxes.folders(row.id):
            raise Invalid(f"{name} was never added to the end: duebox mailbox remove {name}, and add it again")
        if row.active:
            return f"{name} is watched already"
        row.active, row.last_error = True, ""
        uow.audit.add("intake.mailbox.resumed", mailbox_id=row.id)
    return f"{name} is watched again, from where it was left"


async def remove(database: Database, name: str) -> str:
    """Raises NotFound, or Invalid while something of it waits."""
    async with database.write() as uow:
        row = await _kept(uow, name)
        if row.active:
            raise Invalid(f"{name} is watched: duebox mailbox pause {name} first")
        came, leaves = await uow.mailboxes.unfinished(row.id)
        if came or leaves:
            raise Invalid(f"of {name} {came} received and {leaves} outgoing mails wait: settle them first")
        await uow.mailboxes.remove(row)
        uow.audit.add("intake.mailbox.removed", mailbox_id=row.id)
    return f"{name} was removed; its mails and decisions are kept, and the name is free"


async def _kept(uow: Uow, name: str) -> MailboxRow:
    row = await uow.mailboxes.by_name(name)
    await uow.session.refresh(row, with_for_update=True)
    if row.is_removed:
        raise Invalid(f"{name} was removed: add it again")
    return row
