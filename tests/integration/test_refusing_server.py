"""A mail server that refuses a mail for a moment, or for good: the mail is there, and is not taken for stored."""

import asyncio
from collections.abc import Iterator
from contextlib import closing, suppress
from datetime import timedelta

import pytest

from app.adapters.imap.folder import ImapFolder, ImapMailbox
from app.domain.clock import system_clock
from app.domain.errors import Unreachable
from app.domain.message import Cut, MessageState
from app.domain.ports import MailAccount
from tests.instances import Instance, mail, on_sqlite
from tests.integration.test_poller import add, audited, eventually, has_error, polling, raw_of, stored
from tests.servers.dovecot import Mailbox
from tests.servers.imap_proxy import ImapProxy

MANY = 100 * 1024 * 1024
BODY = r"UID FETCH \S+ .*BODY\.PEEK\[\]"


@pytest.fixture
def proxy(mailbox: Mailbox) -> Iterator[ImapProxy]:
    with ImapProxy(mailbox) as proxy:
        yield proxy


def inbox_of(mailbox: Mailbox, proxy: ImapProxy) -> ImapFolder:
    account = MailAccount(mailbox.host, proxy.port, "none", mailbox.username, mailbox.password)
    inbox = ImapMailbox(account).folder("INBOX")
    inbox.open()
    return inbox


def test_a_mail_of_which_nothing_is_given_is_named_and_the_others_come(mailbox: Mailbox, proxy: ImapProxy) -> None:
    mailbox.append_all([mail(f"mail {number}") for number in range(4)])
    proxy.refuse(r"UID FETCH (2|1:4|1,2,3,4)\b")
    with closing(inbox_of(mailbox, proxy)) as inbox:
        found = inbox.fetch([1, 2, 3, 4], max_bytes=MANY)
        assert [(one.uid, one.cut, one.raw is None) for one in found] == [
            (1, Cut.NOT, False),
            (2, Cut.NOT_GIVEN, True),
            (3, Cut.NOT, False),
            (4, Cut.NOT, False),
        ]
        mailbox.expunge(2)
        assert [one.uid for one in inbox.fetch([1, 2, 3, 4], max_bytes=MANY)] == [1, 3, 4]


def test_a_body_that_is_not_given_leaves_the_headers(mailbox: Mailbox, proxy: ImapProxy) -> None:
    mailbox.append(mail("words", subject="not to be rendered"))
    proxy.refuse(BODY)
    with closing(inbox_of(mailbox, proxy)) as inbox:
        (found,) = inbox.fetch([1], max_bytes=MANY)
    assert found.cut is Cut.NOT_GIVEN
    assert found.raw is not None
    assert b"not to be rendered" in found.raw
    assert b"words" not in found.raw


def test_a_server_that_gives_no_mail_at_all_is_not_asked_for_each(mailbox: Mailbox, proxy: ImapProxy) -> None:
    mailbox.append_all([mail() for _ in range(30)])
    proxy.refuse("UID FETCH")
    with closing(inbox_of(mailbox, proxy)) as inbox, pytest.raises(Unreachable, match=r"^imap_unavailable$"):
        inbox.fetch(range(1, 31), max_bytes=MANY)
    assert proxy.refused < 15


def test_a_server_that_lists_condstore_and_refuses_it_is_read_by_date(mailbox: Mailbox, proxy: ImapProxy) -> None:
    uids = mailbox.append_all([mail(), mail()])
    with closing(inbox_of(mailbox, proxy)) as inbox:
        mod_seq = inbox.open().mod_seq
        assert mod_seq > 0
        proxy.refuse("SEARCH MODSEQ", "BAD Unknown search key")
        assert inbox.changed_uids(mod_seq, since=system_clock() - timedelta(days=1)) == uids
        assert inbox.open().mod_seq == 0


@pytest.mark.parametrize(
    ("answer", "word"),
    [
        ("NO [ALERT] Too many simultaneous connections. (Failure)", "imap_too_many_connections"),
        ("NO Maximum number of connections from user+IP exceeded", "imap_too_many_connections"),
        ("NO Connection limit reached", "imap_too_many_connections"),
        ("BYE Too many open sessions", "imap_too_many_connections"),
        ("NO Temporary authentication failure", "imap_unavailable"),
        ("NO [ALERT] Account exceeded command or bandwidth limits", "imap_unavailable"),
        ("NO [AUTHENTICATIONFAILED] Invalid credentials", "imap_login_refused"),
        ("NO [ALERT] Please log in via your web browser", "imap_login_refused"),
    ],
)
def test_what_is_said_at_the_door_has_its_word(mailbox: Mailbox, proxy: ImapProxy, answer: str, word: str) -> None:
    proxy.refuse("LOGIN", answer)
    with pytest.raises(Unreachable, match=f"^{word}$"):
        inbox_of(mailbox, proxy)


@pytest.mark.parametrize(
    ("answer", "word"),
    [
        ("NO [OVERQUOTA] Quota exceeded (mailbox for user is full)", "imap_refused"),
        ("NO [NOPERM] Permission denied", "imap_refused"),
        ("NO [TRYCREATE] Mailbox doesn't exist: Done", "imap_no_such_folder"),
        ("NO Mailbox doesn't exist: Done", "imap_no_such_folder"),
    ],
)
def test_why_a_mail_cannot_be_moved_has_its_word(mailbox: Mailbox, proxy: ImapProxy, answer: str, word: str) -> None:
    """Else a full mailbox would be said to have no such folder."""
    mailbox.append(mail())
    proxy.refuse("UID MOVE", answer)
    with closing(inbox_of(mailbox, proxy)) as inbox, pytest.raises(Unreachable, match=f"^{word}$"):
        inbox.move([1], "Done")


@pytest.mark.parametrize("command", ["EXAMINE", "UID SEARCH"])
def test_what_takes_a_server_long_is_waited_for_longer_each_time(
    mailbox: Mailbox, proxy: ImapProxy, command: str
) -> None:
    account = MailAccount(mailbox.host, proxy.port, "none", mailbox.username, mailbox.password)
    inbox = ImapMailbox(account, answer_seconds=0.5, read_seconds=0.7).folder("INBOX")
    proxy.delay(command, 1.0)
    with closing(inbox):
        for _ in range(5):
            with suppress(Unreachable):
                inbox.open()
                assert inbox.new_uids(0) == []
                return
    pytest.fail("it was never waited for")


@on_sqlite
@pytest.mark.parametrize("what", ["UID FETCH", BODY])
async def test_mail_that_is_refused_for_a_moment_is_stored_later(
    instance: Instance, mailbox: Mailbox, proxy: ImapProxy, what: str
) -> None:
    """Also where it is the only one, and where nothing of it is given."""
    mailbox_id = await add(instance, mailbox, port=proxy.port)
    proxy.refuse(what)
    await asyncio.to_thread(mailbox.append_all, [mail("one"), mail("two")])
    async with polling(instance):
        await has_error(instance, mailbox_id, "mail_not_stored")
        assert await instance.messages() == []
        proxy.heal()
        await stored(instance, 2)
        await has_error(instance, mailbox_id, "")
    assert {message.state for message in await instance.messages()} == {MessageState.IN_WORK}


@on_sqlite
async def test_a_mail_that_is_refused_holds_up_no_other(instance: Instance, mailbox: Mailbox, proxy: ImapProxy) -> None:
    mailbox_id = await add(instance, mailbox, port=proxy.port)
    proxy.refuse(r"UID FETCH (2|\S*[:,]\S*)\b")
    await asyncio.to_thread(mailbox.append_all, [mail("one"), mail("two"), mail("three")])
    async with polling(instance):
        await stored(instance, 2)
        await has_error(instance, mailbox_id, "mail_not_stored")
        await asyncio.to_thread(mailbox.append, mail("four"))
        await stored(instance, 3)
    async with polling(instance):
        proxy.heal()
        await stored(instance, 4)
        await has_error(instance, mailbox_id, "")


@on_sqlite
async def test_what_is_never_given_waits_in_quarantine_until_its_server_is_asked_again(
    instance: Instance, mailbox: Mailbox, proxy: ImapProxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.intake.passages.WITHHELD_SECONDS", 0.0)
    mailbox_id = await add(instance, mailbox, port=proxy.port)
    proxy.refuse(BODY)
    raw = mail("words").replace(b"\n", b"\r\n")
    await asyncio.to_thread(mailbox.append, raw)

    async def waits(error: Cut, attempts: int) -> bool:
        (message,) = await instance.messages()
        return (message.state, message.error, message.attempts) == (MessageState.QUARANTINED, error, attempts)

    async with polling(instance):
        await stored(instance, 1)
        await has_error(instance, mailbox_id, "")
        assert await waits(Cut.NOT_GIVEN, 0)
        (message,) = await instance.messages()
        await instance.triage.retry(message.id, by=instance.collector)
        await eventually(lambda: waits(Cut.NOT_GIVEN, 1))
        proxy.heal()
        await instance.triage.retry(message.id, by=instance.collector)

        async def is_worked() -> bool:
            (message,) = await instance.messages()
            return message.state is MessageState.IN_WORK

        await eventually(is_worked)
    (message,) = await instance.messages()
    assert (message.error, message.size) == ("", len(raw))
    assert await raw_of(instance, message.raw_id) == raw
    assert await audited(instance, "intake.message.completed") == 1
    await instance.triage.work(str(message.id))
    assert len(await instance.pending()) == 1


async def test_mails_without_a_byte_are_no_copies_of_each_other(instance: Instance) -> None:
    assert len(await instance.receive(b"", b"")) == 2
