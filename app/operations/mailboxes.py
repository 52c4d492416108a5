"""Adding, listing and trying mailboxes."""

import asyncio
import re
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any

from app.bootstrap import Services
from app.db.tables.mail import FolderRole, FolderRow, MailboxKind, MailboxRow, OnceStored, Security, SentCopy
from app.domain.errors import Invalid, SettingInvalid, Unreachable
from app.domain.oauth import Client, Grant
from app.domain.ports import FolderState, MailAccount
from app.operations.authorising import Say, authorise
from app.reading.mail.canonical import canonical_address

HOSTS = {"microsoft": "outlook.office365.com", "google": "imap.gmail.com"}

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_ADDRESS = re.compile(r"[^\s@<>,;]+@[^\s@<>,;]+")


@dataclass(frozen=True, slots=True)
class MailboxWish:
    """A mailbox as the command line describes it; everything is text, nothing is checked yet."""

    name: str
    address: str
    host: str = ""
    port: int = 993
    username: str = ""
    password: str = field(repr=False, default="")
    folder: str = "INBOX"
    security: str = "tls"
    since: str = ""
    webhook: str = ""
    secret: str = field(repr=False, default="")
    team: str = ""
    authserv_id: str = ""
    sent_copy: str = "none"
    once_stored: str = "keep"
    move_to: str = ""
    oauth: str = ""
    client_id: str = ""
    client_secret: str = field(repr=False, default="")
    tenant: str = ""
    oauth_authority: str = ""
    smtp_host: str = ""
    smtp_port: int = 587
    smtp_security: str = "starttls"
    smtp_username: str = ""
    smtp_password: str = field(repr=False, default="")
    undo_seconds: int | None = None
    base: str = ""

    @property
    def smtp(self) -> dict[str, Any]:
        """The columns of a submission server of its own; none without one."""
        if not self.smtp_host:
            return {}
        return {
            "smtp_host": self.smtp_host,
            "smtp_port": self.smtp_port,
            "smtp_security": self.smtp_security,
            "smtp_username": self.smtp_username,
            "smtp_secret": self.smtp_password,
        }


async def add_mailbox(services: Services, wish: MailboxWish, say: Say = print) -> str:
    """Add it and say what to do next. Raises Invalid that names the wrong option."""
    if not _NAME.fullmatch(wish.name):
        raise Invalid(
            "NAME must be letters, digits, points, dashes and underscores, 64 at most: it is part of addresses"
        )
    if not _ADDRESS.fullmatch(wish.address):
        raise Invalid("--address must be an e-mail address")
    if wish.smtp_security not in set(Security):
        raise Invalid(f"--smtp-security must be one of: {', '.join(Security)}")
    if (wish.smtp_username or wish.smtp_password) and not wish.smtp_host:
        raise Invalid("--smtp-username and --smtp-password-file need --smtp-host")
    return await (_add_webhook(services, wish) if wish.webhook else _add_imap(services, wish, say))


async def list_mailboxes(services: Services) -> list[dict[str, Any]]:
    async with services.database.read() as uow:
        rows = await uow.mailboxes.all()
    return [
        {
            "name": row.name,
            "address": row.address,
            "kind": row.kind.value,
            "active": row.active,
            "standing": "watched" if row.active else "removed" if row.is_removed else "paused",
            "undo_seconds": row.undo_seconds,
            "last_read_at": row.last_read_at,
            "last_error": row.last_error,
        }
        for row in rows
    ]


async def set_undo(services: Services, name: str, seconds: int | None) -> str:
    """How long what leaves this mailbox can be taken back; None: as DUEBOX_UNDO_SECONDS says. Raises NotFound."""
    async with services.database.write() as uow:
        row = await uow.mailboxes.by_name(name)
        row.undo_seconds = seconds
        uow.audit.add("intake.mailbox.changed", mailbox_id=row.id, undo_seconds=seconds)
    return f"{name}: " + ("as DUEBOX_UNDO_SECONDS says" if seconds is None else f"{seconds} s to take a mail back")


async def try_mailbox(services: Services, name: str) -> str:
    """Raises NotFound or Unreachable."""
    async with services.database.read() as uow:
        row = await uow.mailboxes.by_name(name)
        folders = await uow.mailboxes.folders(row.id)
    if row.kind is MailboxKind.WEBHOOK:
        return f"{name} is a webhook: post a signed mail to /webhooks/mail/{name}"
    account = await services.accounts.of(row)
    lines = []
    for folder in folders:
        state = await asyncio.to_thread(_look, services, account, folder.name)
        lines.append(f"{name}: {folder.name} is readable, next UID {state.uid_next}")
    return "\n".join(lines)


def secret_from(path: Path | None) -> str:
    """The content of a secret file without its line end; empty without a file. Raises Invalid."""
    if path is None:
        return ""
    try:
        content = path.read_text(encoding="utf-8").strip()
    except UnicodeDecodeError:
        raise Invalid(f"{path} is not UTF-8 text") from None
    if not content:
        raise Invalid(f"{path} is empty")
    return content


async def _add_webhook(services: Services, wish: MailboxWish) -> str:
    scheme = services.schemes.get(wish.webhook)
    if scheme is None:
        raise Invalid(f"--webhook must be one of: {', '.join(services.schemes)}")
    secret = wish.secret or scheme.new_secret()
    try:
        scheme.check_secret(secret)
    except SettingInvalid as error:
        raise Invalid(f"--secret-file must hold {scheme.proof}: {error}") from None
    async with services.database.write() as uow:
        row = await uow.mailboxes.add(
            secret=secret,
            name=wish.name,
            address=canonical_address(wish.address),
            team=wish.team,
            kind=MailboxKind.WEBHOOK,
            scheme=wish.webhook,
            authserv_id=wish.authserv_id,
            undo_seconds=wish.undo_seconds,
            **wish.smtp,
        )
        uow.audit.add("intake.mailbox.added", mailbox_id=row.id, mailbox_kind=row.kind.value)
    shown = "" if wish.secret else f"\nsecret: {secret}   (shown once)"
    return f"post mail to: {wish.base}/webhooks/mail/{wish.name}{scheme.path}{shown}"


async def _add_imap(services: Services, wish: MailboxWish, say: Say) -> str:
    host = wish.host or HOSTS.get(wish.oauth, "")
    wish = replace(wish, host=host, username=wish.username or (wish.address if wish.oauth else ""))
    _check_imap(wish)
    since = _day(wish.since)
    grant = await _grant(services, wish, say) if wish.oauth else None
    async with services.database.write() as uow:
        row = await uow.mailboxes.add(
            secret=wish.password,
            name=wish.name,
            address=canonical_address(wish.address),
            team=wish.team,
            kind=MailboxKind.IMAP,
            host=wish.host,
            port=wish.port,
            username=wish.username,
            security=Security(wish.security),
            authserv_id=wish.authserv_id,
            sent_copy=SentCopy(wish.sent_copy),
            once_stored=OnceStored(wish.once_stored),
            move_to=wish.move_to,
            oauth=wish.oauth,
            authorised_at=services.clock() if grant else None,
            since=since,
            active=False,
            undo_seconds=wish.undo_seconds,
            **wish.smtp,
        )
        if grant is not None:
            await uow.session.flush()
            await uow.mailboxes.keep_grant(row.id, grant)
    state, problem = await _first_look(services, row, wish.folder)
    async with services.database.write() as uow:
        uow.mailboxes.add_folder(
            FolderRow(
                mailbox_id=row.id,
                name=wish.folder,
                role=FolderRole.INBOX,
                uid_validity=state.uid_validity if state else 0,
                last_uid=state.uid_next - 1 if state else 0,
                settled_uid=state.uid_next - 1 if state else 0,
                starts_at=services.clock(),
            )
        )
        (await uow.mailboxes.get(row.id)).active = True
        uow.audit.add("intake.mailbox.added", mailbox_id=row.id, mailbox_kind=row.kind.value)
    if problem:
        later = "mail from now on will be read once it can"
        return f"{wish.name} was added, but its server cannot be read yet ({problem}); {later}"
    return f"{wish.name} is watched from now on"


def _check_imap(wish: MailboxWish) -> None:
    for option, value in (
        ("--imap-host", wish.host),
        ("--username", wish.username),
        ("--password-file", wish.password or wish.oauth),
    ):
        if not value:
            raise Invalid(f"{option} is missing (or give --webhook raw)")
    if wish.once_stored not in set(OnceStored):
        raise Invalid(f"--once-stored must be one of: {', '.join(OnceStored)}")
    if (wish.once_stored == OnceStored.MOVE) != bool(wish.move_to) or wish.move_to == wish.folder:
        raise Invalid("--once-stored move and --move-to FOLDER, another one, go together")
    if wish.security not in set(Security):
        raise Invalid(f"--security must be one of: {', '.join(Security)}")
    if wish.sent_copy not in set(SentCopy):
        raise Invalid(f"--sent-copy must be one of: {', '.join(SentCopy)}")


async def _grant(services: Services, wish: MailboxWish, say: Say) -> Grant:
    """A person signs in before anything is kept: who gives up leaves nothing behind."""
    async with services.database.read() as uow:
        if any(row.name == wish.name and not row.is_removed for row in await uow.mailboxes.all()):
            raise Invalid(f"a mailbox named {wish.name} exists already")
    client = Client(wish.oauth, wish.client_id, wish.client_secret, wish.tenant, wish.oauth_authority)
    return await authorise(services, client, say)


async def _first_look(services: Services, row: MailboxRow, folder: str) -> tuple[FolderState | None, str]:
    try:
        account = await services.accounts.of(row)
        return await asyncio.to_thread(_look, services, account, folder), ""
    except Unreachable as away:
        return None, str(away)


def _look(services: Services, account: MailAccount, name: str) -> FolderState:
    line = services.open_line(account)
    try:
        return line.folder(name).open()
    finally:
        line.close()


def _day(text: str) -> date | None:
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Invalid("--since must be a date like 2026-05-21") from None
