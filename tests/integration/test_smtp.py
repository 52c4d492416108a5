"""The SMTP adapter against a real server that stumbles where it is told to."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.adapters.sink import FolderSender
from app.adapters.smtp import SmtpSender
from app.domain.ports import Delivery, MailAccount, MayBegin, Sender, SendResult
from app.domain.sending import ABOUT_THE_SERVER
from tests.fakes import yes
from tests.instances import mail
from tests.servers.certificates import make_certificate
from tests.servers.process import free_port
from tests.servers.smtp_sink import At, Fault, SmtpSink, drop, hang, refuse, reply

SENDER = "collections@seller.example"
RECIPIENT = "petra@customer.example"
LOGIN = ("collections", "pass word")
TRY_LATER, REFUSED, UNKNOWN, SENT = SendResult.TRY_LATER, SendResult.REFUSED, SendResult.UNKNOWN, SendResult.SENT


def sender(
    sink: SmtpSink, *, security: str = "none", username: str = "", password: str = "", seconds: float = 1.0
) -> SmtpSender:
    return SmtpSender(MailAccount(sink.host, sink.port, security, username, password), timeout_seconds=seconds)


async def no() -> bool:
    return False


async def send(through: Sender, raw: bytes | None = None, *recipients: str, may_begin: MayBegin = yes) -> Delivery:
    to = list(recipients) or [RECIPIENT]
    return await through.send(raw or mail(), sender=SENDER, recipients=to, may_begin=may_begin)


async def test_a_mail_that_may_not_begin_any_more_is_withheld(smtp_sink: SmtpSink) -> None:
    assert await send(sender(smtp_sink), may_begin=no) == Delivery(SendResult.WITHHELD)
    assert (smtp_sink.attempts, smtp_sink.mails) == (1, [])


async def test_a_mail_arrives_as_it_is(smtp_sink: SmtpSink) -> None:
    raw = mail("One line.\n.a line that begins with a dot\n").replace(b"\n", b"\r\n")
    assert await send(sender(smtp_sink), raw) == Delivery(SENT, "250 2.0.0")
    (arrived,) = smtp_sink.mails
    assert (arrived.raw, arrived.sender, arrived.recipients) == (raw, SENDER, (RECIPIENT,))


@pytest.mark.parametrize(
    ("fault", "result", "detail"),
    [
        (reply("421 4.3.2 going down", at=At.MAIL), TRY_LATER, "turned_away"),
        (reply("452 4.3.1 no room for so much", at=At.MAIL), TRY_LATER, "452 4.3.1"),
        (reply("550 5.7.1 petra@customer.example is unwelcome", at=At.MAIL), REFUSED, "550 5.7.1"),
        (reply("530 5.7.0 log in first", at=At.MAIL), TRY_LATER, "login_refused"),
        (drop(At.MAIL), TRY_LATER, "connection_lost"),
        (hang(At.MAIL, seconds=5), TRY_LATER, "timeout"),
        (reply("450 4.2.1 busy", at=At.RCPT), TRY_LATER, "450 4.2.1"),
        (reply("550 5.1.1 no such user", at=At.RCPT), REFUSED, "550 5.1.1"),
        (reply("354 what", at=At.RCPT), TRY_LATER, "odd_answer"),
        (reply("hello there", at=At.MAIL), TRY_LATER, "odd_answer"),
        (reply("421 4.3.2 going down", at=At.RCPT), TRY_LATER, "turned_away"),
        (drop(At.RCPT), TRY_LATER, "connection_lost"),
        (reply("451 no", at=At.DATA), TRY_LATER, "451"),
        (reply("554 5.5.1 no", at=At.DATA), REFUSED, "554 5.5.1"),
        (reply("250 what", at=At.DATA), UNKNOWN, "odd_answer"),
        (drop(At.DATA), UNKNOWN, "connection_lost"),
        (drop(At.BODY), UNKNOWN, "connection_lost"),
        (drop(At.DOT), UNKNOWN, "connection_lost"),
        (drop(At.DOT, keeps_mail=True), UNKNOWN, "connection_lost"),
        (reply("451 4.3.0 try later"), TRY_LATER, "451 4.3.0"),
        (reply("421 4.3.2 going down"), TRY_LATER, "turned_away"),
        (reply("530 5.7.0 log in first"), TRY_LATER, "login_refused"),
        (reply("552 5.3.4 too big"), REFUSED, "552 5.3.4"),
    ],
)
async def test_what_is_known_after_a_fault(smtp_sink: SmtpSink, fault: Fault, result: SendResult, detail: str) -> None:
    smtp_sink.plan(fault)
    assert await send(sender(smtp_sink)) == Delivery(result, detail)


async def test_a_server_may_look_into_a_mail_for_longer_than_it_may_think_about_a_command(smtp_sink: SmtpSink) -> None:
    """RFC 5321 §4.5.3.2.6 gives it ten minutes: whoever hangs up before cannot know that the mail is sent."""
    smtp_sink.plan(hang(At.DOT, seconds=1), hang(At.DOT, seconds=60), hang(At.MAIL, seconds=1))
    results = [await send(sender(smtp_sink, seconds=0.2)) for _ in range(3)]
    assert results == [Delivery(SENT, "250 2.0.0"), Delivery(UNKNOWN, "timeout"), Delivery(TRY_LATER, "timeout")]


async def test_a_long_mail_may_take_its_time_on_a_slow_line() -> None:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 here\r\n")
        while line := await reader.readline():
            writer.write({b"DATA": b"354 go on\r\n", b"EHLO": b"250 here\r\n"}.get(line[:4], b"252 2.0.0 yes too\r\n"))
            if line.startswith(b"DATA"):
                body = b""
                while not body.endswith(b"\r\n.\r\n"):
                    await asyncio.sleep(0.05)
                    body += await reader.read(32_768)
                writer.write(b"250 2.0.0 taken\r\n")
        writer.close()
        await writer.wait_closed()
        is_over.set()

    is_over = asyncio.Event()
    server = await asyncio.start_server(talk, "127.0.0.1", 0)
    async with server:
        account = MailAccount("127.0.0.1", server.sockets[0].getsockname()[1], "none")
        slow = await send(SmtpSender(account, timeout_seconds=0.2), mail("word " * 300_000))
        await is_over.wait()
    assert slow == Delivery(SENT, "250 2.0.0")


async def test_the_same_bytes_go_out_after_five_temporary_refusals(smtp_sink: SmtpSink) -> None:
    smtp_sink.plan(*[reply("450 4.2.0 later")] * 5)
    raw = mail().replace(b"\n", b"\r\n")
    results = [(await send(sender(smtp_sink), raw)).result for _ in range(6)]
    assert results == [TRY_LATER] * 5 + [SENT]
    assert [one.raw for one in smtp_sink.mails] == [raw]


async def test_one_refused_recipient_of_two_is_named(smtp_sink: SmtpSink) -> None:
    smtp_sink.plan(refuse("gone@customer.example"))
    delivery = await send(sender(smtp_sink), None, RECIPIENT, "gone@customer.example")
    assert delivery == Delivery(SENT, "250 2.0.0", (("gone@customer.example", "550 5.1.1"),))
    assert smtp_sink.mails[0].recipients == (RECIPIENT,)


async def test_a_copy_that_is_refused_for_now_is_waited_for_where_that_is_asked(smtp_sink: SmtpSink) -> None:
    full, to = refuse("jo@customer.example", "450 4.2.0 greylisted"), (RECIPIENT, "jo@customer.example")
    smtp_sink.plan(full, full, refuse("jo@customer.example"))
    through = sender(smtp_sink)
    waiting = await through.send(mail(), sender=SENDER, recipients=to, waits_for_copies=True)
    assert (waiting, smtp_sink.mails) == (Delivery(TRY_LATER, "450 4.2.0"), [])
    left_out = await through.send(mail(), sender=SENDER, recipients=to)
    assert left_out == Delivery(SENT, "250 2.0.0", (("jo@customer.example", "450 4.2.0"),))
    for_good = await through.send(mail(), sender=SENDER, recipients=to, waits_for_copies=True)
    assert for_good.refused_recipients == (("jo@customer.example", "550 5.1.1"),)


async def test_a_server_that_takes_no_mail_at_all_is_told_from_one_without_room_for_this(smtp_sink: SmtpSink) -> None:
    smtp_sink.plan(*[reply("452 4.3.1 no room", at=At.MAIL)] * 2)
    assert await send(sender(smtp_sink)) == Delivery(TRY_LATER, "turned_away")
    assert await send(sender(smtp_sink)) == Delivery(SENT, "250 2.0.0")


async def test_a_server_that_goes_down_in_the_middle_refuses_no_copy(smtp_sink: SmtpSink) -> None:
    smtp_sink.plan(refuse("second@customer.example", "421 4.3.2 going down"))
    delivery = await send(sender(smtp_sink), None, RECIPIENT, "second@customer.example")
    assert delivery == Delivery(TRY_LATER, "turned_away")
    assert smtp_sink.mails == []


async def test_a_server_that_is_down_is_tried_later() -> None:
    away = SmtpSender(MailAccount("127.0.0.1", free_port(), "none"), timeout_seconds=1.0)
    assert await send(away) == Delivery(TRY_LATER, "unreachable")


async def test_a_connection_lost_at_quit_is_a_mail_sent() -> None:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 here\r\n")
        while line := await reader.readline():
            if line.startswith(b"QUIT"):
                break
            writer.write(b"354 go on\r\n" if line.startswith(b"DATA") else b"250 2.0.0 fine\r\n")
            if line.startswith(b"DATA"):
                await reader.readuntil(b"\r\n.\r\n")
                writer.write(b"250 2.0.0 taken\r\n")
        writer.transport.abort()

    server = await asyncio.start_server(talk, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async with server:
        assert (await send(SmtpSender(MailAccount("127.0.0.1", port, "none"), timeout_seconds=1.0))).result is SENT


@pytest.fixture(params=["tls", "starttls"])
def secure_sink(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[SmtpSink, str]]:
    """A server with a certificate and a login, and how to speak to it."""
    options = {"certificate": make_certificate(tmp_path), "is_tls_from_start": request.param == "tls"}
    with SmtpSink(login=LOGIN, **options) as sink:
        yield sink, request.param


async def test_encryption_and_login(
    secure_sink: tuple[SmtpSink, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sink, security = secure_sink
    known = sender(sink, security=security, username=LOGIN[0], password=LOGIN[1])
    assert await send(known) == Delivery(TRY_LATER, "tls_failed")
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "certificate.pem"))
    assert (await send(known)).result is SENT
    assert [(one.username, one.was_encrypted) for one in sink.mails] == [("collections", True)]
    stranger = sender(sink, security=security, username=LOGIN[0], password="wrong")
    assert await send(stranger) == Delivery(TRY_LATER, "login_refused")


@pytest.mark.parametrize(
    "lines",
    [
        [b"421 4.3.2 too many connections\r\n"],
        [b"220 hello\r\n", b"250-here\r\n250 AUTH PLAIN\r\n", b"454 4.7.0 later\r\n"],
    ],
)
async def test_a_server_that_turns_us_away_is_about_all_mail(lines: list[bytes]) -> None:
    """It says so before it has heard of any mail: at the greeting, or when we sign in."""

    async def speak(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for number, line in enumerate(lines):
            if number:
                await reader.readline()
            writer.write(line)
        await reader.read()
        writer.close()
        await writer.wait_closed()
        is_over.set()

    is_over = asyncio.Event()
    server = await asyncio.start_server(speak, "127.0.0.1", 0)
    async with server:
        account = MailAccount("127.0.0.1", server.sockets[0].getsockname()[1], "none", "collections", "secret")
        away = await send(SmtpSender(account, timeout_seconds=1.0))
        await is_over.wait()
    assert away == Delivery(TRY_LATER, "turned_away")
    assert away.detail in ABOUT_THE_SERVER


async def test_an_old_server_that_knows_no_ehlo_is_greeted_in_the_old_way() -> None:
    answers = {b"HELO": b"250 hi", b"MAIL": b"250 ok", b"RCPT": b"250 ok", b".": b"250 2.0.0 taken"}
    heard: list[bytes] = []

    async def speak(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 old\r\n")
        while line := (await reader.readline()).rstrip():
            heard.append(line.split()[0])
            if line == b"DATA":
                writer.write(b"354 go\r\n")
                await reader.readuntil(b"\r\n.\r\n")
                line = b"."
            writer.write(answers.get(line.split()[0], b"502 unknown") + b"\r\n")
        writer.close()
        await writer.wait_closed()
        is_over.set()

    is_over = asyncio.Event()
    server = await asyncio.start_server(speak, "127.0.0.1", 0)
    async with server:
        account = MailAccount("127.0.0.1", server.sockets[0].getsockname()[1], "none", "", "")
        assert await send(SmtpSender(account, timeout_seconds=1.0)) == Delivery(SENT, "250 2.0.0")
        await is_over.wait()
    assert heard[:3] == [b"EHLO", b"HELO", b"MAIL"]


async def test_a_server_without_starttls_gets_nothing_in_clear(smtp_sink: SmtpSink) -> None:
    assert await send(sender(smtp_sink, security="starttls")) == Delivery(TRY_LATER, "not_supported")
    assert smtp_sink.attempts == 0


async def test_an_address_that_would_inject_a_command_is_refused(smtp_sink: SmtpSink) -> None:
    delivery = await send(sender(smtp_sink), None, "petra@customer.example>\r\nRCPT TO:<other@customer.example")
    assert delivery.result is REFUSED
    assert smtp_sink.mails == []


async def test_the_folder_sink_files_each_mail_once(tmp_path: Path) -> None:
    sink = FolderSender(tmp_path / "outbox")
    raw = mail(message_id="0196f0c2-7d1e-7000-8000-000000000001@seller.example")
    assert (await send(sink, raw)).result is SENT
    await send(sink, raw)
    await send(sink, mail(message_id="../../etc/passwd@seller.example"))
    files = sorted((tmp_path / "outbox").iterdir())
    assert len(files) == 2
    assert {file.suffix for file in files} == {".eml"}
    assert raw in [file.read_bytes() for file in files]
