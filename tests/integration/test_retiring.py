"""Mailboxes that are read no more: nothing of theirs is lost, and it is seen that they are not read."""

import asyncio
import os
from pathlib import Path
from uuid import UUID

import pytest

from app.adapters.oauth import ProviderTokens
from app.db.tables.mail import MailboxKind, MessageRow
from app.db.tables.work import OutboxRow, ReviewRow
from app.domain.clock import system_clock
from app.domain.errors import Invalid
from app.domain.message import MessageState
from app.domain.review import Action
from app.intake.accounts import MailAccounts
from app.operations import retiring
from tests.instances import ADDRESS, Instance, mail, on_sqlite
from tests.integration.test_poller import add, audited, looked, mailbox_row, polling, stored
from tests.running import Installation
from tests.servers.dovecot import Dovecot, Mailbox


async def name_of(instance: Instance, mailbox_id: UUID) -> str:
    return (await mailbox_row(instance, mailbox_id)).name


@on_sqlite
async def test_a_paused_mailbox_is_left_alone_and_read_on_from_where_it_was(
    instance: Instance, dovecot: Dovecot, mailbox: Mailbox
) -> None:
    instance.clock.now = system_clock()
    mailbox_id = await add(instance, mailbox)
    await asyncio.to_thread(mailbox.append, mail("before"))
    async with polling(instance):
        await stored(instance, 1)
        said = await retiring.pause(instance.database, mailbox.username)
        assert "mail waits on its server" in said
        await asyncio.to_thread(dovecot.wait_for_connections, mailbox.username, 0)
        await asyncio.to_thread(mailbox.append, mail("meanwhile"))
        assert len(await instance.messages()) == 1
        await retiring.resume(instance.database, mailbox.username)
        await stored(instance, 2)
        await looked(instance, mailbox_id)
    assert await audited(instance, "intake.mailbox.paused") == 1
    assert await audited(instance, "intake.mailbox.resumed") == 1


async def test_what_came_is_worked_and_answered_while_it_is_paused(instance: Instance) -> None:
    (review,) = await instance.work(mail())
    await retiring.pause(instance.database, await name_of(instance, instance.mailbox_id))
    decided = await approve(instance, review)
    instance.clock.advance(seconds=60)
    await instance.outbox.work(str(decided.id))
    assert len(instance.sender.sent) == 1


async def test_one_is_removed_only_when_nothing_of_it_waits(instance: Instance) -> None:
    await instance.receive(mail())
    name = await name_of(instance, instance.mailbox_id)
    with pytest.raises(Invalid, match="pause"):
        await retiring.remove(instance.database, name)
    await retiring.pause(instance.database, name)
    with pytest.raises(Invalid, match="1 received and 0 outgoing"):
        await retiring.remove(instance.database, name)
    (review,) = await instance.work()
    await approve(instance, review)
    with pytest.raises(Invalid, match="0 received and 1 outgoing"):
        await retiring.remove(instance.database, name)


async def test_a_removed_mailbox_keeps_its_mails_and_leaves_its_name(instance: Instance) -> None:
    (message,) = await instance.receive(mail())
    await settle(instance, message)
    name = await name_of(instance, instance.mailbox_id)
    await retiring.pause(instance.database, name)
    await retiring.remove(instance.database, name)
    row = await mailbox_row(instance, instance.mailbox_id)
    assert (row.name, row.active, row.secret, row.smtp_secret) == (name, False, None, None)
    for again in (retiring.resume, retiring.remove, retiring.pause):
        with pytest.raises(Invalid, match="removed"):
            await again(instance.database, name)
    async with instance.database.write() as uow:
        await uow.mailboxes.add(secret="s", name=name, address=ADDRESS, kind=MailboxKind.WEBHOOK, scheme="raw")
    async with instance.database.read() as uow:
        assert (await uow.mailboxes.by_name(name)).id != instance.mailbox_id
    assert (await mailbox_row(instance, instance.mailbox_id)).name.startswith(f"{name}-")
    assert [one.mailbox_id for one in await instance.messages()] == [instance.mailbox_id]
    assert await audited(instance, "intake.mailbox.removed") == 1


async def test_mail_leaves_by_no_account_of_a_removed_mailbox(instance: Instance) -> None:
    async with instance.database.write() as uow:
        row = await uow.mailboxes.add(
            secret="s", smtp_secret="t", name="gone", address="gone@seller.example", kind=MailboxKind.WEBHOOK,
            scheme="raw", smtp_host="smtp.seller.example", smtp_port=587, smtp_security="starttls",
        )  # fmt: skip
        await uow.session.flush()
        accounts = MailAccounts(instance.database, ProviderTokens(instance.clock), instance.clock)
    assert await accounts.smtp_account(row.address) is not None
    await retiring.pause(instance.database, "gone")
    assert await accounts.smtp_account(row.address) is not None
    await retiring.remove(instance.database, "gone")
    assert await accounts.smtp_account(row.address) is None


def test_the_commands_say_what_they_did_and_what_others_are_told(tmp_path: Path) -> None:
    with Installation(f"sqlite:///{tmp_path / 'duebox.db'}", tmp_path) as duebox:
        duebox.add_webhook("pipe")
        assert "read it again by: duebox mailbox resume pipe" in duebox.command("mailbox", "pause", "pipe")
        assert "pipe\tcollections@seller.example\tpaused" in duebox.command("mailbox", "list")
        kept = duebox.run("deliver", "--mailbox", "pipe", stdin="Subject: x\n\nwords")
        assert (kept.returncode, "paused" in kept.stderr) == (os.EX_TEMPFAIL, True)
        assert "watched again" in duebox.command("mailbox", "resume", "pipe")
        duebox.command("deliver", "--mailbox", "pipe", stdin=mail().decode())
        duebox.command("mailbox", "pause", "pipe")
        assert "1 received" in duebox.run("mailbox", "remove", "pipe").stderr
        duebox.add_webhook("other")
        duebox.command("mailbox", "pause", "other")
        assert "was removed" in duebox.command("mailbox", "remove", "other")
        assert "collections@seller.example\tremoved" in duebox.command("mailbox", "list")
        assert duebox.run("deliver", "--mailbox", "other", stdin="Subject: x\n\nwords").returncode == os.EX_NOUSER


async def approve(instance: Instance, review: ReviewRow) -> OutboxRow:
    await instance.reviews.decide(review.id, Action.APPROVE, version=review.version, by=instance.collector)
    async with instance.database.read() as uow:
        row = await uow.outbox.of_review(review.id)
    assert row is not None
    return row


async def settle(instance: Instance, message: MessageRow) -> None:
    async with instance.database.write() as uow:
        (await uow.messages.get_for_update(message.id)).state = MessageState.NO_ANSWER
