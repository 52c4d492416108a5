"""A folder that was deleted and made anew, or put back from a backup, under the UIDVALIDITY that it had."""

import asyncio
from dataclasses import replace

import pytest

from app.adapters.imap.folder import ImapFolder
from app.domain.ports import FolderState
from tests.instances import Instance, mail, on_sqlite
from tests.integration.test_poller import (
    add,
    audited,
    has_error,
    looked,
    polling,
    stored,
    watch_work_instead,
)
from tests.servers.dovecot import Mailbox
from tests.servers.imap_proxy import ImapProxy
from tests.servers.process import ServerFailed

OLD = [mail(f"old {number}") for number in range(5)]
NEW = [mail(f"newer {number}") for number in range(8)]
"""Of another size: a mail of the same second and size in the same place counts as the same, whatever its Message-ID."""


def remake(mailbox: Mailbox, *, keep: int = 0) -> None:
    """The folder with the first old mails, and more new ones than it had."""
    validity = mailbox.uid_validity("Work")
    empty(mailbox)
    mailbox.set_uid_validity(validity, "Work")
    mailbox.append_all([*OLD[:keep], *NEW], folder="Work")


def empty(mailbox: Mailbox) -> None:
    """Another folder under the name."""
    for _ in range(100):
        mailbox.delete("Work")
        try:
            mailbox.create("Work")
        except ServerFailed:  # who watches it had it open while it went, and Dovecot made its directory again
            continue
        return
    raise AssertionError("the folder can't be made anew")


@on_sqlite
@pytest.mark.parametrize("keep", [0, 4])
async def test_one_with_more_mails_than_before_loses_none(instance: Instance, mailbox: Mailbox, keep: int) -> None:
    """Also where most of the mails that were known have their numbers again."""
    await asyncio.to_thread(mailbox.create, "Work")
    mailbox_id = await watch_work_instead(instance, mailbox)
    await asyncio.to_thread(mailbox.append_all, OLD, folder="Work")
    async with polling(instance):
        await stored(instance, 5)
        await looked(instance, mailbox_id)
    await asyncio.to_thread(remake, mailbox, keep=keep)
    async with polling(instance):
        await stored(instance, 13)
        await looked(instance, mailbox_id)
    assert len(await instance.messages()) == 13
    assert await audited(instance, "intake.folder.renumbered") == 1


@on_sqlite
async def test_one_that_is_made_anew_while_it_is_watched_loses_none(instance: Instance, mailbox: Mailbox) -> None:
    await asyncio.to_thread(mailbox.create, "Work")
    mailbox_id = await watch_work_instead(instance, mailbox)
    await asyncio.to_thread(mailbox.append_all, OLD, folder="Work")
    async with polling(instance):
        await stored(instance, 5)
        await looked(instance, mailbox_id)
        await asyncio.to_thread(remake, mailbox)
        await stored(instance, 13)
        await has_error(instance, mailbox_id, "")


@on_sqlite
async def test_one_that_gets_its_old_uidvalidity_back_before_its_mails_loses_none(
    instance: Instance, mailbox: Mailbox
) -> None:
    """As while a backup is put back: made anew, then numbered as it was, then filled."""
    await asyncio.to_thread(mailbox.create, "Work")
    mailbox_id = await watch_work_instead(instance, mailbox)
    await asyncio.to_thread(mailbox.append_all, OLD, folder="Work")
    validity = await asyncio.to_thread(mailbox.uid_validity, "Work")
    async with polling(instance):
        await stored(instance, 5)
        await looked(instance, mailbox_id)
    await asyncio.to_thread(empty, mailbox)
    async with polling(instance):
        await looked(instance, mailbox_id)
    await asyncio.to_thread(mailbox.set_uid_validity, validity, "Work")
    async with polling(instance):
        await looked(instance, mailbox_id)
        await asyncio.to_thread(mailbox.append_all, NEW, folder="Work")
        await stored(instance, 13)
    assert await audited(instance, "intake.folder.renumbered") == 2


@on_sqlite
async def test_a_server_that_counts_its_changes_anew_is_told_from_a_folder_made_anew(
    instance: Instance, mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    await asyncio.to_thread(mailbox.create, "Work")
    mailbox_id = await watch_work_instead(instance, mailbox)
    await asyncio.to_thread(mailbox.append_all, OLD, folder="Work")
    changes, examine = [1000], ImapFolder._examine  # noqa: SLF001

    def counted(folder: ImapFolder) -> FolderState:
        return replace(examine(folder), mod_seq=changes[0])

    monkeypatch.setattr(ImapFolder, "_examine", counted)
    async with polling(instance):
        await stored(instance, 5)
        await looked(instance, mailbox_id)
        changes[0] = 10
        await looked(instance, mailbox_id)
        await asyncio.to_thread(mailbox.append, mail("one more"), folder="Work")
        await stored(instance, 6)
    async with instance.database.read() as uow:
        row = await uow.mailboxes.folder(mailbox_id, "Work")
    assert row is not None
    assert row.remade == 0
    assert await audited(instance, "intake.folder.renumbered") == 0


@on_sqlite
@pytest.mark.parametrize("are_gone", [False, True])
async def test_to_tell_them_apart_takes_one_round_trip_for_each_mail_that_comes(
    instance: Instance, mailbox: Mailbox, are_gone: bool
) -> None:
    """Also where the mails that were known are gone, as from a mailbox whose mail is moved away once it is read."""
    with ImapProxy(mailbox) as proxy:
        mailbox_id = await add(instance, mailbox, port=proxy.port)
        await asyncio.to_thread(mailbox.append_all, OLD)
        async with polling(instance):
            await stored(instance, 5)
            if are_gone:
                await asyncio.to_thread(mailbox.doveadm, "expunge", "mailbox", "INBOX", "all")
            await looked(instance, mailbox_id)
            proxy.commands.clear()
            await asyncio.to_thread(mailbox.append, NEW[0])
            await stored(instance, 6)
            await looked(instance, mailbox_id)
    asked = [command for command in proxy.commands if command.startswith(("UID FETCH 1,", "NOOP", "UID SEARCH UID 1,"))]
    assert [command.partition(" (")[0] for command in asked] == ["UID FETCH 1,2,3,4,5"]
