"""What `duebox doctor` finds of an IMAP mailbox: whether its folders are there, and what its server can do."""

import asyncio
from datetime import timedelta

from app.bootstrap import Services
from app.db.tables.mail import FolderRole, MailboxRow, OnceStored, SentCopy
from app.domain.errors import AppError, Unreachable
from app.domain.oauth import NEEDS_REAUTH
from app.domain.ports import NO_SUCH_FOLDER, SENT_FOLDER, TOO_MANY_CONNECTIONS, MailAccount
from app.operations.finding import Finding

REAUTH = "sign in again: duebox mailbox reauth {name}"
HOST_HINT = "check host, port, security, user and password"
LATELY = timedelta(minutes=5)
EXTENSIONS = ("IDLE", "CONDSTORE", "MOVE", "UIDPLUS")


async def imap_mailbox(services: Services, row: MailboxRow) -> Finding:
    """One finding; the first that is wrong is named. Nothing is changed on the server."""
    part = f"mailbox {row.name}"
    async with services.database.read() as uow:
        inboxes = [one.name for one in await uow.mailboxes.folders(row.id) if one.role is FolderRole.INBOX]
        grant = await uow.mailboxes.grant(row.id) if row.oauth else None
    try:
        account = await services.accounts.of(row)
        detail = await asyncio.to_thread(_look, services, row, account, inboxes)
    except AppError as error:
        if str(error) == TOO_MANY_CONNECTIONS and row.last_read_at and services.clock() - row.last_read_at < LATELY:
            return Finding(part, True, f"a worker has its one connection, and read it at {row.last_read_at:%H:%M} UTC")
        hint = REAUTH.format(name=row.name) if str(error) == NEEDS_REAUTH else HOST_HINT
        return Finding(part, False, str(error), hint)
    except _FolderMissing as missing:
        return Finding(part, False, f"there is no {missing}", missing.hint)
    if grant is not None:
        async with services.database.read() as uow:
            renewed = await uow.mailboxes.grant(row.id)
            until = uow.mailboxes.opened_grant(renewed or grant).tokens.expires_at
        detail += f"; its token is good until {until:%Y-%m-%d %H:%M} UTC, and is renewed before"
    return Finding(part, True, detail)


class _FolderMissing(Exception):
    def __init__(self, what: str, hint: str) -> None:
        super().__init__(what)
        self.hint = hint


def _look(services: Services, row: MailboxRow, account: MailAccount, inboxes: list[str]) -> str:
    line = services.open_line(account)
    try:
        said = []
        for name in inboxes:
            said.append(f"{name} is readable, next UID {line.folder(name).open().uid_next}")
        offers = line.offers()
        if row.once_stored is OnceStored.MOVE:
            try:
                line.folder(row.move_to).open()
            except Unreachable:
                raise _FolderMissing(f"folder {row.move_to}", "make it, or mail stays where it is") from None
            said.append(f"{row.move_to} is there")
    finally:
        line.close()
    said.append(_sent(services, row, account))
    lacking = [name for name in EXTENSIONS if name not in offers]
    able = ", ".join(name for name in EXTENSIONS if name in offers) or "nothing beside plain IMAP"
    return f"{'; '.join(said)}; its server has {able}{', not ' + ', '.join(lacking) if lacking else ''}"


def _sent(services: Services, row: MailboxRow, account: MailAccount) -> str:
    """By another line, since a folder that is not there ends the one that it is asked by."""
    line = services.open_line(account)
    try:
        line.folder(SENT_FOLDER).open()
        return "Sent is there"
    except Unreachable as error:
        if str(error) == TOO_MANY_CONNECTIONS:
            return "Sent was not looked at (one connection)"
        if str(error) != NO_SUCH_FOLDER:
            raise
        if row.sent_copy is SentCopy.NONE:
            return "Sent is not there, so answers by colleagues are not seen"
        hint = "make one, or set the mailbox's --sent-copy none"
        raise _FolderMissing("folder of sent mail, where our answers are filed or looked for", hint) from None
    finally:
        line.close()
