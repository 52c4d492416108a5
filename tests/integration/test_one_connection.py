"""A mail server that allows one connection for a mailbox, which is in use by the worker that watches it."""

import asyncio
from collections.abc import Iterator

import pytest

from app.adapters.imap.sent import ImapSentFolder
from app.domain.errors import Unreachable
from app.domain.ports import MailAccount
from app.intake.lines import Pace
from app.outbox.borrowing import BorrowedSentFolder
from tests.instances import Instance, mail
from tests.integration.test_poller import add, looked, polling, stored
from tests.servers.dovecot import Dovecot, Mailbox


@pytest.fixture(scope="module")
def strict() -> Iterator[Dovecot]:
    with Dovecot(max_connections=1) as server:
        yield server


def sent_folder(instance: Instance, box: Mailbox, *, patience: float = 60) -> BorrowedSentFolder:
    account = MailAccount(box.host, box.port, "none", box.username, box.password)

    async def account_of(_mailbox_id: object) -> MailAccount:
        return account

    return BorrowedSentFolder(ImapSentFolder(account_of), instance.database, patience=patience, pause=0.2)


async def test_answers_are_filed_and_found_by_turns_with_the_watching(
    instance: Instance, strict: Dovecot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.db.repositories.leases.ASKED_SECONDS", 2.0)
    box = strict.mailbox()
    mailbox_id = await add(instance, box)
    async with polling(instance):
        await looked(instance, mailbox_id)
        with pytest.raises(Unreachable, match="imap_too_many_connections"):
            await sent_folder(instance, box)._folder.has_message(mailbox_id, "<1@x>")  # noqa: SLF001  # as it was
        answers = [mail(f"answer {number}", message_id=f"{number}@seller.example") for number in range(3)]
        folder = sent_folder(instance, box)
        await asyncio.gather(*(folder.append(mailbox_id, raw) for raw in answers))
        for number in range(3):
            assert await folder.has_message(mailbox_id, f"<{number}@seller.example>")
        assert not await folder.has_message(mailbox_id, "<4@seller.example>")

        instance.clock.advance(seconds=3)
        await asyncio.to_thread(strict.wait_for_connections, box.username, 1)
        await asyncio.to_thread(box.drop, mail("and the watching goes on"))
        await stored(instance, 1)


async def test_the_line_is_given_up_in_the_middle_of_a_long_wait_and_the_inbox_has_its_turn(
    instance: Instance, strict: Dovecot
) -> None:
    box = strict.mailbox()
    mailbox_id = await add(instance, box)
    with box.connection(), pytest.raises(Unreachable, match="imap_too_many_connections"):
        await sent_folder(instance, box, patience=0.2).has_message(mailbox_id, "<1@x>")
    pace = Pace(sweep=0.5, lent=0.1, lent_most=0.5)
    async with polling(instance, poll_seconds=3600, pace=pace):
        await looked(instance, mailbox_id)
        await sent_folder(instance, box).append(mailbox_id, mail("an answer", message_id="1@seller.example"))
        await asyncio.to_thread(box.drop, mail("while the wish holds, whose clock stands"))
        await stored(instance, 1)
