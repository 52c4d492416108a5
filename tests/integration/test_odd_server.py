"""A mail server that dies over a mail, answers without sense, or says a byte now and then: other mail still comes."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

import pytest

from app.adapters.imap import fetching
from app.adapters.imap.folder import ImapFolder, ImapMailbox
from app.domain.errors import Unreachable
from app.domain.message import Cut
from app.domain.ports import SENT_FOLDER, Fetched, MailAccount
from tests.instances import Instance, mail, on_sqlite
from tests.integration.test_poller import add, has_error, polling, stored
from tests.servers.certificates import Certificate, make_certificate
from tests.servers.dovecot import Mailbox
from tests.servers.imap_proxy import ImapProxy

MANY = 100 * 1024 * 1024
THREE = [1, 2, 3]
OF_THE_SECOND = r"UID FETCH (2|1:3|1,2,3|2:3|2,3) "
CHATTER = b"* OK Still here\r\n"


@pytest.fixture
def proxy(mailbox: Mailbox) -> Iterator[ImapProxy]:
    with ImapProxy(mailbox) as proxy:
        yield proxy


def inbox_of(mailbox: Mailbox, port: int, folder: str = "INBOX") -> ImapFolder:
    account = MailAccount(mailbox.host, port, "none", mailbox.username, mailbox.password)
    return ImapMailbox(account, connect_seconds=0.5, read_seconds=0.5, answer_seconds=0.5).folder(folder)


def read_on(inbox: ImapFolder, proxy: ImapProxy) -> list[Fetched]:
    """The three mails, however often the connection has to be made for it."""
    mails: dict[int, Fetched] = {}
    for _ in range(12):
        with suppress(Unreachable):
            inbox.open()
            while rest := [uid for uid in THREE if uid not in mails]:
                mails |= {one.uid: one for one in inbox.fetch(rest, max_bytes=MANY)}
            return [mails[uid] for uid in THREE]
    pytest.fail(f"given up after {proxy.refused} times")


@pytest.mark.parametrize("said", [b"", b"* 2 FETCH (UID 2 BODY[] {9000}\r\nFrom: x\r\n* BYE Internal error\r\n"])
@pytest.mark.parametrize(("what", "leaves"), [(r".*BODY\.PEEK\[\]", True), ("", False)])
def test_a_mail_over_which_the_server_dies_each_time_holds_up_no_other(
    mailbox: Mailbox, proxy: ImapProxy, said: bytes, what: str, leaves: bool
) -> None:
    mailbox.append_all([mail(f"mail {number}") for number in THREE])
    proxy.cut(OF_THE_SECOND + what, said)
    with closing(inbox_of(mailbox, proxy.port)) as inbox:
        found = read_on(inbox, proxy)
        assert [(one.cut, one.raw is not None) for one in found] == [
            (Cut.NOT, True),
            (Cut.NOT_GIVEN, leaves),
            (Cut.NOT, True),
        ]
        deaths = proxy.refused
        assert deaths <= 5
        inbox.fetch(THREE, max_bytes=MANY)
        assert proxy.refused == deaths, "nobody asks for it again at once"


def test_a_mail_at_which_the_connection_ended_by_chance_is_asked_for_again(
    mailbox: Mailbox, proxy: ImapProxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    mailbox.append_all([mail(f"mail {number}") for number in THREE])
    proxy.cut(OF_THE_SECOND)
    with closing(inbox_of(mailbox, proxy.port)) as inbox:
        assert read_on(inbox, proxy)[1].raw is None
        proxy.heal()
        monkeypatch.setattr(fetching, "REMEMBERED_SECONDS", 0.0)
        assert [one.cut for one in inbox.fetch(THREE, max_bytes=MANY)] == [Cut.NOT] * 3


@pytest.mark.parametrize(
    "said",
    [
        b"* 2 FETCH ((UID 2 RFC822.SIZE 5)\r\nTAG OK done\r\n",
        b"* 2 FETCH (UID 2 RFC822.SIZE)\r\nTAG OK done\r\n",
        b"* 2 FETCH (UID 2 NIL NIL)\r\nTAG OK done\r\n",
    ],
)
def test_an_answer_that_makes_no_sense_is_of_one_mail(mailbox: Mailbox, proxy: ImapProxy, said: bytes) -> None:
    mailbox.append_all([mail(f"mail {number}") for number in THREE])
    proxy.say(OF_THE_SECOND, said)
    with closing(inbox_of(mailbox, proxy.port)) as inbox:
        assert [one.raw is not None for one in read_on(inbox, proxy)] == [True, False, True]
        assert inbox.open().connection == 1


@contextmanager
def greeting_without_end() -> Iterator[int]:
    """A server whose first line never ends. Gives its port."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        is_over = threading.Event()

        def talk() -> None:
            connection, _ = server.accept()
            with connection, suppress(OSError):
                while not is_over.wait(0.1):
                    connection.sendall(b"* OK x"[:1])

        thread = threading.Thread(target=talk)
        thread.start()
        yield server.getsockname()[1]
        is_over.set()
        thread.join()


def test_a_greeting_that_never_ends_is_given_up(mailbox: Mailbox) -> None:
    began = time.monotonic()
    with greeting_without_end() as port, pytest.raises(Unreachable, match=r"^imap_timeout$"):
        inbox_of(mailbox, port).open()
    assert time.monotonic() - began < 3


@pytest.mark.parametrize(
    ("command", "said"),
    [
        ("EXAMINE", CHATTER),
        ("UID SEARCH", b"* SEARCH 1\r\n"),
        (r"BODY\.PEEK\[\]", b"* 1 FETCH (UID 1 BODY[] {99999999999999}\r\nx"),
        ("IDLE", CHATTER),
    ],
)
def test_a_server_that_says_a_little_now_and_then_is_given_up(
    mailbox: Mailbox, proxy: ImapProxy, command: str, said: bytes
) -> None:
    mailbox.append(mail())
    proxy.say(command, said, *[said[-1:] if b"{" in said else said] * 100, every=0.1, is_endless=True)
    began = time.monotonic()

    def all_of_it(inbox: ImapFolder) -> None:
        inbox.open()
        inbox.new_uids(0)
        inbox.fetch([1], max_bytes=MANY)
        inbox.wait(20)

    with closing(inbox_of(mailbox, proxy.port)) as inbox:
        with pytest.raises(Unreachable, match=r"^imap_timeout$"):
            all_of_it(inbox)
        assert time.monotonic() - began < 5
        proxy.heal()
        inbox.open()
        assert inbox.new_uids(0) == [1]


def test_a_long_answer_that_comes_piece_by_piece_is_heard_to_its_end(mailbox: Mailbox, proxy: ImapProxy) -> None:
    raw = mail("word " * 400).replace(b"\n", b"\r\n")
    mailbox.append(raw)
    pieces = [raw[at : at + 250] for at in range(0, len(raw), 250)]
    head = b"* 1 FETCH (UID 1 BODY[] {%d}\r\n" % len(raw)
    proxy.say(r"BODY\.PEEK\[\]", head, *pieces, b")\r\nTAG OK do", b"ne\r\n", every=0.1)
    with closing(inbox_of(mailbox, proxy.port)) as inbox:
        inbox.open()
        (found,) = inbox.fetch([1], max_bytes=MANY)
    assert found.raw == raw
    assert len(pieces) * 0.1 > 0.5, "longer than one answer may take, were it not for what has come"


def test_a_body_that_may_hold_nul_is_a_body(mailbox: Mailbox, proxy: ImapProxy) -> None:
    raw = b"From: a@customer.example\r\n\r\n\0\r\n"
    mailbox.append(raw.replace(b"\0", b"-"))
    proxy.say(r"BODY\.PEEK\[\]", b"* 1 FETCH (UID 1 BODY[] ~{%d}\r\n%s)\r\nTAG OK done\r\n" % (len(raw), raw))
    with closing(inbox_of(mailbox, proxy.port)) as inbox:
        inbox.open()
        (found,) = inbox.fetch([1], max_bytes=MANY)
    assert found.raw == raw


@pytest.mark.parametrize("body", [b'""', b"{0}\r\n", b"{20}\r\nFrom: petra@customer.", b"NIL"])
def test_a_body_that_is_not_half_of_the_mail_is_asked_for_again(
    mailbox: Mailbox, proxy: ImapProxy, body: bytes
) -> None:
    mailbox.append_all([mail("one"), mail("two")])
    with closing(inbox_of(mailbox, proxy.port)) as inbox:
        inbox.open()
        when = b'INTERNALDATE "21-May-2026 09:00:00 +0000"'
        proxy.say(r"BODY\.PEEK\[\]", b"* 1 FETCH (UID 1 " + when + b" BODY[] " + body + b")\r\nTAG OK done\r\n")
        (given,) = inbox.fetch([1], max_bytes=MANY)
        assert (given.cut, b"Message-ID" in (given.raw or b"")) == (Cut.NOT_GIVEN, True)
        proxy.heal()
        (given,) = inbox.fetch([1], max_bytes=MANY)
        assert given.cut is Cut.NOT


def test_an_answer_to_a_search_may_come_in_several_lines(mailbox: Mailbox, proxy: ImapProxy) -> None:
    mailbox.append_all([mail("one"), mail("two"), mail("three")])
    with closing(inbox_of(mailbox, proxy.port)) as inbox:
        inbox.open()
        proxy.say("UID SEARCH", b"* SEARCH 1 3\r\n* SEARCH\r\n* SEARCH 2\r\nTAG OK done\r\n")
        assert inbox.new_uids(0) == [1, 2, 3]


def test_a_command_may_end_without_a_word(mailbox: Mailbox, proxy: ImapProxy) -> None:
    mailbox.append(mail("one"))
    with closing(inbox_of(mailbox, proxy.port)) as inbox:
        inbox.open()
        proxy.say("UID SEARCH", b"* SEARCH 1\r\nTAG OK\r\n")
        assert inbox.new_uids(0) == [1]
        proxy.say("UID SEARCH", b"TAG NO\r\n")
        with pytest.raises(Unreachable, match=r"^imap_refused$"):
            inbox.new_uids(0)


def test_news_that_come_in_two_packets_end_the_wait(mailbox: Mailbox, proxy: ImapProxy) -> None:
    proxy.say("IDLE", b"+ idling\r\n", b"* 1 EX", b"ISTS\r", b"\n", b"TAG OK done\r\n", every=0.1)
    with closing(inbox_of(mailbox, proxy.port)) as inbox:
        inbox.open()
        assert inbox.wait(5)


def test_a_server_that_does_not_list_its_folders_keeps_its_line(mailbox: Mailbox, proxy: ImapProxy) -> None:
    proxy.refuse("LIST", "NO not allowed")
    with closing(inbox_of(mailbox, proxy.port, SENT_FOLDER)) as sent:
        for _ in range(2):
            with pytest.raises(Unreachable, match=r"^imap_refused$"):
                sent.open()
        assert sent._line.dialled == 1  # noqa: SLF001  # how often it was dialled


@contextmanager
def starting_tls(certificate: Certificate, said: bytes) -> Iterator[int]:
    """A server that says something more in clear, with its word to begin encryption. Gives its port."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def talk() -> None:
            line, _ = server.accept()
            line.sendall(b"* OK hello\r\n")
            with suppress(OSError):
                while True:
                    tag, _, command = line.recv(4096).strip().partition(b" ")
                    if command == b"STARTTLS":
                        line.sendall(tag + b" OK begin\r\n" + said)
                        line = certificate.server_context().wrap_socket(line, server_side=True)
                        continue
                    line.sendall(b"* CAPABILITY IMAP4rev1 STARTTLS\r\n" + tag + b" OK done\r\n")
            line.close()

        thread = threading.Thread(target=talk, daemon=True)
        thread.start()
        yield server.getsockname()[1]


def test_what_was_said_before_encryption_counts_for_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Anybody on the way may have put it there, in one packet with the server's word to begin."""
    certificate = make_certificate(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate.file))
    with starting_tls(certificate, b"* CAPABILITY IMAP4rev1 PLANTED\r\n") as port:
        line = ImapMailbox(MailAccount("localhost", port, "starttls", "user", "secret"))
        line.dial()
        with closing(line):
            assert line.offers() == {"IMAP4REV1", "STARTTLS"}


def test_a_folder_whose_name_is_none_hides_no_other(mailbox: Mailbox, proxy: ImapProxy) -> None:
    mailbox.create("Gesendete Objekte")
    names = b"".join(b'* LIST () "/" "%s"\r\n' % name for name in (b"&bad", b"Entw\xfcrfe", b"Gesendete Objekte"))
    proxy.say("LIST", names + b"TAG OK done\r\n")
    with closing(inbox_of(mailbox, proxy.port, SENT_FOLDER)) as sent:
        assert sent.open().name == "Gesendete Objekte"


@on_sqlite
async def test_a_mail_over_which_the_server_dies_is_shown_and_the_others_are_stored(
    instance: Instance, mailbox: Mailbox, proxy: ImapProxy
) -> None:
    mailbox_id = await add(instance, mailbox, port=proxy.port)
    proxy.cut(OF_THE_SECOND + r".*BODY\.PEEK\[\]")
    mailbox.append_all([mail(f"mail {number}") for number in THREE])
    async with polling(instance):
        await stored(instance, 2)
        await has_error(instance, mailbox_id, "mail_not_stored")
    async with polling(instance):
        proxy.heal()
        await stored(instance, 3)
        await has_error(instance, mailbox_id, "")
