"""The IMAP adapter against a real Dovecot."""

import asyncio
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from app.adapters.imap.fetching import BATCH_BYTES
from app.adapters.imap.folder import ImapFolder, ImapMailbox
from app.adapters.imap.idle import IdleTimes
from app.adapters.imap.sent import ImapSentFolder
from app.domain.errors import Unreachable
from app.domain.ids import new_id
from app.domain.message import Cut
from app.domain.ports import SENT_FOLDER, MailAccount
from tests.instances import mail
from tests.servers.cyrus import Cyrus, CyrusMailbox
from tests.servers.dovecot import Dovecot, Mailbox
from tests.servers.process import free_port

MANY = 100 * 1024 * 1024


def account(mailbox: Mailbox, *, security: str = "none", password: str | None = None) -> MailAccount:
    port = mailbox.tls_port if security == "tls" else mailbox.port
    return MailAccount(mailbox.host, port, security, mailbox.username, password or mailbox.password)


def folder(mailbox: Mailbox, name: str = "INBOX", *, security: str = "none", read_seconds: float = 30.0) -> ImapFolder:
    return ImapMailbox(account(mailbox, security=security), read_seconds=read_seconds).folder(name)


def waiting(mailbox: Mailbox, *, silence: float = 30.0, reissue: float = 60.0) -> ImapFolder:
    """The opened inbox of a line that waits no longer than that."""
    line = ImapMailbox(account(mailbox), answer_seconds=1.0)
    inbox = ImapFolder(line, "INBOX", idle_times=IdleTimes(silence, reissue))
    inbox.open()
    assert inbox.can_wait
    return inbox


def server_view(mailbox: Mailbox) -> str:
    """UIDs, flags and dates, but for \\Recent, which means nothing but that nobody looked yet."""
    return mailbox.doveadm("fetch", "uid flags date.received", "all").replace("\\Recent", "").replace(" \n", "\n")


def big(size: int, message_id: str) -> bytes:
    head = f"From: a@customer.example\r\nMessage-ID: <{message_id}>\r\nSubject: big\r\n\r\n".encode()
    line = b"x" * 76 + b"\r\n"
    return head + line * ((size - len(head)) // len(line) + 1)


def test_reading_changes_nothing_on_the_server(mailbox: Mailbox) -> None:
    uids = mailbox.append_all([mail(), mail()])
    mailbox.append(mail(), flags="\\Flagged")
    before = server_view(mailbox)
    inbox = folder(mailbox)
    state = inbox.open()
    fetched = inbox.fetch(inbox.new_uids(0), max_bytes=MANY)
    inbox.close()
    assert [one.raw for one in fetched[:2]] == [mailbox.raw(uid) for uid in uids]
    assert server_view(mailbox) == before
    assert (state.uid_validity, state.uid_next, state.name) == (mailbox.uid_validity(), 4, "INBOX")


def test_the_moment_of_receipt_is_the_servers(mailbox: Mailbox) -> None:
    moment = datetime(2026, 3, 1, 23, 30, 5, tzinfo=UTC)
    mailbox.append(mail(), received_at=moment)
    inbox = folder(mailbox)
    inbox.open()
    assert [one.received_at for one in inbox.fetch([1], max_bytes=MANY)] == [moment]
    assert inbox.uids_since(moment - timedelta(days=1)) == [1]
    assert inbox.uids_since(moment + timedelta(days=2)) == []
    inbox.close()


def test_a_search_past_the_end_does_not_name_the_last_mail(mailbox: Mailbox) -> None:
    mailbox.append_all([mail(), mail(), mail()])
    inbox = folder(mailbox)
    inbox.open()
    assert inbox.new_uids(3) == []
    assert inbox.new_uids(1) == [2, 3]
    inbox.close()


def test_mail_that_came_after_opening_is_seen_at_the_next_opening(mailbox: Mailbox) -> None:
    inbox = folder(mailbox)
    assert inbox.open().uid_next == 1
    mailbox.append(mail())
    assert inbox.open().uid_next == 2
    assert inbox.new_uids(0) == [1]
    inbox.close()


def test_what_is_expunged_meanwhile_is_left_out(mailbox: Mailbox) -> None:
    mailbox.append_all([mail(body=f"mail {number}") for number in range(5)])
    inbox = folder(mailbox)
    inbox.open()
    uids = inbox.new_uids(0)
    mailbox.expunge(2, 5)
    assert [one.uid for one in inbox.fetch(uids, max_bytes=MANY)] == [1, 3, 4]
    mailbox.expunge(1, 3, 4)
    assert inbox.fetch(uids, max_bytes=MANY) == []
    inbox.close()


def test_a_mail_over_the_limit_comes_with_its_headers(mailbox: Mailbox) -> None:
    mailbox.append_all([mail(), big(200_000, "big@customer.example"), mail()])
    inbox = folder(mailbox)
    inbox.open()
    first, second, third = inbox.fetch([1, 2, 3], max_bytes=100_000)
    inbox.close()
    assert [one.cut for one in (first, second, third)] == [Cut.NOT, Cut.TOO_LARGE, Cut.NOT]
    assert second.raw is not None
    assert b"<big@customer.example>" in second.raw
    assert b"xxxx" not in second.raw


def test_a_batch_ends_where_its_bytes_are_full(mailbox: Mailbox) -> None:
    mailbox.append_all([big(BATCH_BYTES // 2 - 1000, f"{number}@customer.example") for number in range(3)])
    inbox = folder(mailbox)
    inbox.open()
    assert [one.uid for one in inbox.fetch([1, 2, 3], max_bytes=MANY)] == [1, 2]
    assert [one.uid for one in inbox.fetch([3], max_bytes=MANY)] == [3]
    inbox.close()


def test_a_connection_that_the_server_closed_is_made_again(mailbox: Mailbox) -> None:
    mailbox.append(mail())
    inbox = folder(mailbox)
    inbox.open()
    mailbox.kick()
    with pytest.raises(Unreachable, match=r"^imap_unreachable$"):
        list(map(inbox.new_uids, [0] * 1000))  # the server takes a moment to hang up
    assert inbox.open().uid_next == 2
    mailbox.kick()
    assert inbox.open().uid_next == 2
    inbox.close()


def test_a_dead_line_is_noticed_and_dialled_again(mailbox: Mailbox) -> None:
    inbox = folder(mailbox, read_seconds=1.0)
    inbox.open()
    with mailbox.frozen():
        started = time.monotonic()
        with pytest.raises(Unreachable, match=r"^imap_timeout$"):
            inbox.new_uids(0)
        assert time.monotonic() - started < 5
        assert inbox.open().uid_next == 1
    inbox.close()


def test_closing_from_another_thread_ends_a_call_at_once(mailbox: Mailbox) -> None:
    inbox = folder(mailbox, read_seconds=60.0)
    inbox.open()
    with mailbox.frozen():
        timer = threading.Timer(0.5, inbox.close)
        timer.start()
        started = time.monotonic()
        with pytest.raises(Unreachable):
            inbox.new_uids(0)
        assert time.monotonic() - started < 5
        timer.join()
    with pytest.raises(Unreachable):
        inbox.open()


def test_a_mail_ends_the_wait(mailbox: Mailbox) -> None:
    with closing(waiting(mailbox)) as inbox:
        timer = threading.Timer(0.3, mailbox.append, [mail()])
        timer.start()
        assert inbox.wait(60)
        timer.join()
        assert inbox.open().uid_next == 2
        assert not inbox.wait(0.2)


def test_a_mail_between_the_look_and_the_wait_ends_it_too(mailbox: Mailbox) -> None:
    with closing(waiting(mailbox)) as inbox:
        mailbox.append(mail())
        assert inbox.wait(60)


def test_idle_is_issued_again_after_a_silence_and_after_a_while(mailbox: Mailbox) -> None:
    for silence, reissue in ((0.1, 60.0), (60.0, 0.1)):
        with closing(waiting(mailbox, silence=silence, reissue=reissue)) as inbox:
            assert not inbox.wait(0.5)
            timer = threading.Timer(0.3, mailbox.append, [mail()])
            timer.start()
            assert inbox.wait(60)
            timer.join()


def test_a_bye_ends_the_wait(mailbox: Mailbox) -> None:
    with closing(waiting(mailbox)) as inbox:
        timer = threading.Timer(0.3, mailbox.kick)
        timer.start()
        with pytest.raises(Unreachable, match=r"^imap_unreachable$"):
            inbox.wait(60)
        timer.join()
        assert inbox.open().uid_next == 1


def test_a_half_dead_line_is_noticed_while_it_waits(mailbox: Mailbox) -> None:
    with closing(waiting(mailbox, silence=2.0)) as inbox, ThreadPoolExecutor(1) as thread:
        waited = thread.submit(inbox.wait, 60)
        time.sleep(0.5)
        with mailbox.frozen(), pytest.raises(Unreachable, match=r"^imap_timeout$"):
            waited.result()


def test_closing_from_another_thread_ends_the_wait(mailbox: Mailbox) -> None:
    inbox = waiting(mailbox)
    timer = threading.Timer(0.3, inbox.close)
    timer.start()
    with pytest.raises(Unreachable):
        inbox.wait(60)
    timer.join()


@pytest.mark.parametrize("security", ["tls", "starttls"])
def test_certificates_are_checked(
    dovecot: Dovecot, mailbox: Mailbox, security: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(Unreachable, match=r"^imap_tls_failed$"):
        folder(mailbox, security=security).open()
    monkeypatch.setenv("SSL_CERT_FILE", str(dovecot.certificate.file))
    inbox = folder(mailbox, security=security)
    assert inbox.open().uid_next == 1
    inbox.close()


def test_a_server_without_starttls_is_not_spoken_to_in_clear() -> None:
    with Dovecot(capabilities="IMAP4rev1", extra="ssl = no") as dovecot:
        inbox = folder(dovecot.mailbox(), security="starttls")
        with pytest.raises(Unreachable, match=r"^imap_tls_failed$"):
            inbox.open()


def test_a_plain_old_server_is_read_too() -> None:
    with Dovecot(capabilities="IMAP4rev1") as dovecot:
        mailbox = dovecot.mailbox()
        mailbox.append(mail())
        inbox = folder(mailbox)
        assert inbox.open().uid_next == 2
        assert not inbox.can_wait
        assert len(inbox.fetch([1], max_bytes=MANY)) == 1
        inbox.close()


def test_failures_are_closed_words(mailbox: Mailbox) -> None:
    with pytest.raises(Unreachable, match=r"^imap_login_refused$"):
        ImapMailbox(account(mailbox, password="wrong")).folder("INBOX").open()
    with closing(folder(mailbox, "Nowhere")) as nowhere, pytest.raises(Unreachable, match=r"^imap_no_such_folder$"):
        nowhere.open()
    with pytest.raises(Unreachable, match=r"^imap_unreachable$"):
        ImapMailbox(MailAccount("127.0.0.1", free_port(), "none", "u", "p")).folder("INBOX").open()
    with pytest.raises(Unreachable, match=r"^imap_unreachable$"):
        folder(mailbox).new_uids(0)


def test_too_many_connections_have_a_word_of_their_own() -> None:
    with Dovecot(max_connections=1) as dovecot:
        mailbox = dovecot.mailbox()
        first, second = folder(mailbox), folder(mailbox)
        first.open()
        with pytest.raises(Unreachable, match=r"^imap_too_many_connections$"):
            second.open()
        first.close()
        dovecot.wait_for_connections(mailbox.username, 0)
        second.open()
        second.close()


def test_names_that_need_quoting_log_in() -> None:
    with Dovecot(extra="auth_username_chars =") as dovecot:
        for name in ('a "quoted" name', "straße"):
            inbox = folder(dovecot.mailbox(name))
            assert inbox.open().uid_next == 1
            inbox.close()


async def test_the_sent_folder_is_found_by_its_use_and_filed_into(mailbox: Mailbox) -> None:
    async def account_of(_mailbox_id: UUID) -> MailAccount | None:
        return account(mailbox)

    sent = ImapSentFolder(account_of)
    assert not await sent.has_message(new_id(), "one@seller.example")
    await sent.append(new_id(), mail(message_id="one@seller.example"))
    assert await sent.has_message(new_id(), "one@seller.example")
    assert not await sent.has_message(new_id(), 'x" OR ALL\r\n')
    uids = await asyncio.to_thread(mailbox.uids, "Sent")
    assert await asyncio.to_thread(mailbox.flags, uids[0], "Sent") >= {"\\Seen"}
    found = folder(mailbox, SENT_FOLDER)
    assert found.open().name == "Sent"
    found.close()


async def test_a_mailbox_without_imap_has_no_sent_folder() -> None:
    async def account_of(_mailbox_id: UUID) -> MailAccount | None:
        return None

    with pytest.raises(Unreachable, match=r"^imap_no_such_folder$"):
        await ImapSentFolder(account_of).has_message(new_id(), "one@seller.example")


def cyrus_account(mailbox: CyrusMailbox) -> MailAccount:
    return MailAccount(mailbox.host, mailbox.port, "none", mailbox.username, mailbox.password)


def test_cyrus_is_read_and_waited_for() -> None:
    with Cyrus() as cyrus:
        mailbox = cyrus.mailbox()
        mailbox.append(mail(message_id="one@customer.example"))
        with closing(ImapMailbox(cyrus_account(mailbox))) as line:
            inbox = line.folder("INBOX")
            before = inbox.open()
            assert inbox.can_wait
            assert [one.rfc_message_id for one in inbox.list_mails([1])] == ["one@customer.example"]
            assert not inbox.wait(0.2)
            timer = threading.Timer(0.3, mailbox.append, [mail()])
            timer.start()
            assert inbox.wait(60)
            timer.join()
            after = inbox.open()
            assert (before.uid_next, after.uid_next) == (2, 3)
            assert inbox.changed_uids(before.mod_seq, since=datetime.now(UTC) - timedelta(days=1)) == [2]  # noqa: TID251
            assert len(inbox.fetch(inbox.new_uids(0), max_bytes=MANY)) == 2
            assert line.folder(SENT_FOLDER).open().name == "Sent"
            inbox.open()
            inbox.move([1], "Sent")
            inbox.open()
            assert inbox.new_uids(0) == [2]


def test_a_cyrus_that_can_do_little_is_read_too() -> None:
    with Cyrus(without="IDLE CONDSTORE QRESYNC ENABLE UIDPLUS MOVE") as cyrus:
        mailbox = cyrus.mailbox()
        mailbox.append(mail())
        with closing(ImapMailbox(cyrus_account(mailbox))) as line:
            inbox = line.folder("INBOX")
            assert inbox.open().mod_seq == 0
            assert not inbox.can_wait
            assert len(inbox.fetch([1], max_bytes=MANY)) == 1
            inbox.move([1], "Sent")
            assert line.folder(SENT_FOLDER).open().uid_next == 2
            inbox.open()
            assert inbox.new_uids(0) == [1]
