"""What is wrong with one folder, one mail or one query keeps nothing else unread."""

import asyncio
from collections.abc import Sequence
from uuid import UUID

import pytest
from sqlalchemy.exc import OperationalError

from app.db.repositories.mailboxes import Mailboxes
from app.db.tables.mail import FolderRole, FolderRow, MailboxRow
from tests.instances import Instance, mail, on_sqlite
from tests.integration.test_poller import (
    Passwords,
    Stumbling,
    add,
    eventually,
    has_error,
    mailbox_row,
    ours,
    polling,
    stored,
    triaged,
)
from tests.servers.dovecot import Mailbox


@on_sqlite
@pytest.mark.parametrize("obstacle", ["folder", "mail"])
async def test_the_rest_of_a_mailbox_is_read_beside_an_obstacle(
    instance: Instance, mailbox: Mailbox, obstacle: str
) -> None:
    """Other folders, later mails, and what a colleague answered; and it counts as read."""
    mailbox_id = await add(instance, mailbox)
    if obstacle == "folder":
        gone = FolderRow(mailbox_id=mailbox_id, name="Gone", role=FolderRole.INBOX, starts_at=instance.clock())
        async with instance.database.write() as uow:
            uow.mailboxes.add_folder(gone)
    else:
        await asyncio.to_thread(mailbox.append, mail("poison"))
    await asyncio.to_thread(mailbox.append, mail(message_id="q@customer.example"))
    async with polling(instance, intake=Stumbling(instance.database, instance.clock)):
        await stored(instance, 1)
        await triaged(instance)
        await asyncio.to_thread(mailbox.append, ours(to="petra@customer.example"), folder="Sent")

        async def is_closed() -> bool:
            return not await instance.pending()

        await eventually(is_closed)
        await has_error(instance, mailbox_id, "imap_no_such_folder" if obstacle == "folder" else "mail_not_stored")
    assert (await mailbox_row(instance, mailbox_id)).last_read_at is not None


@on_sqlite
async def test_whatever_breaks_the_sharing_out_ends_no_watch(
    instance: Instance, mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    watched, tries = Mailboxes.watched, list[int]()

    async def breaks_first(self: Mailboxes) -> Sequence[MailboxRow]:
        tries.append(1)
        if len(tries) == 1:
            raise KeyError("unforeseen")
        return await watched(self)

    monkeypatch.setattr(Mailboxes, "watched", breaks_first)
    await add(instance, mailbox)
    await asyncio.to_thread(mailbox.append, mail())
    async with polling(instance):
        await stored(instance, 1)


@on_sqlite
async def test_a_refused_login_is_told_though_nobody_can_be_told_of_the_token(
    instance: Instance, mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def away(_self: Passwords, _mailbox_id: UUID) -> None:
        raise OperationalError("", {}, OSError())

    monkeypatch.setattr(Passwords, "refused", away)
    mailbox_id = await add(instance, mailbox, password="wrong")
    async with polling(instance):
        await has_error(instance, mailbox_id, "imap_login_refused")
