"""The servers do what the tests that lean on them take for granted."""

import asyncio
import imaplib
import json
import os
import signal
import smtplib
import socket
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable
from datetime import UTC, datetime
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import httpx
import openai
import psycopg
import pytest
from playwright.async_api import Page

from tests.servers.certificates import make_certificate
from tests.servers.dovecot import Dovecot, Mailbox
from tests.servers.model import (
    Answer,
    ModelRequest,
    ModelServer,
    after,
    drips,
    fails,
    filtered,
    hangs_up,
    lacks_schemas,
    lacks_schemas_then,
    rate_limited,
    refuses,
    says,
    sends,
    truncated,
)
from tests.servers.network import OutsideConnection
from tests.servers.postgres import Postgres
from tests.servers.process import Account, ServerFailed, ServerMissing, find_program, free_port, wait_until
from tests.servers.smtp_sink import At, Fault, SmtpSink, drop, hang, refuse, reply

MAIL = (
    b"From: a@customer.example\r\nSubject: Invoice 17\r\nMessage-ID: <17@customer.example>\r\n\r\nPaid on Friday.\r\n"
)


# Dovecot


def test_appended_mail_is_there_with_its_uid_flags_and_date(mailbox: Mailbox) -> None:
    first = mailbox.append(MAIL)
    second = mailbox.append(MAIL, flags=r"\Seen", received_at=datetime(2026, 3, 1, 12, tzinfo=UTC))
    assert mailbox.uids() == [first, second]
    assert mailbox.raw(first) == MAIL
    assert mailbox.flags(first) == frozenset()
    assert mailbox.flags(second) == {r"\Seen"}
    with mailbox.connection("INBOX") as client:
        assert b'"01-Mar-2026' in client.uid("FETCH", str(second), "(INTERNALDATE)")[1][0]


def test_dropped_mail_keeps_its_bytes_and_is_unseen(mailbox: Mailbox) -> None:
    mailbox.drop(b"Subject: b\xe9zahlt\r\n\r\n\xff\xfe\r\n")
    assert mailbox.mails() == [b"Subject: b\xe9zahlt\r\n\r\n\xff\xfe\r\n"]
    assert mailbox.flags(1) == frozenset()


def test_two_mailboxes_see_nothing_of_each_other(dovecot: Dovecot) -> None:
    one, other = dovecot.mailbox(), dovecot.mailbox()
    one.append(MAIL)
    assert other.uids() == []
    assert dovecot.mailbox(one.username).uids() == [1]


def test_uid_validity_changes_under_the_same_mail(mailbox: Mailbox) -> None:
    mailbox.append(MAIL)
    mailbox.set_uid_validity(1234567)
    assert mailbox.uid_validity() == 1234567
    assert mailbox.uids() == [1]


def test_mail_is_moved_and_expunged_by_another_client(mailbox: Mailbox) -> None:
    mailbox.append_all([MAIL, MAIL, MAIL])
    mailbox.create("Done")
    mailbox.move(1, to="Done")
    mailbox.expunge(2)
    assert mailbox.uids() == [3]
    assert mailbox.mails("Done") == [MAIL]
    mailbox.delete("Done")
    assert mailbox.uids("Sent") == []


def test_a_kicked_connection_gets_a_bye(dovecot: Dovecot, mailbox: Mailbox) -> None:
    with mailbox.connection("INBOX") as client:
        dovecot.wait_for_connections(mailbox.username, 1)
        mailbox.kick()
        with pytest.raises(imaplib.IMAP4.abort):
            wait_until(lambda: client.noop()[0] != "OK", what="the BYE")


def test_a_frozen_connection_stays_open_and_silent(dovecot: Dovecot, mailbox: Mailbox) -> None:
    with mailbox.connection("INBOX") as client:
        client.sock.settimeout(0.3)
        dovecot.wait_for_connections(mailbox.username, 1)
        with mailbox.frozen() as stopped:
            assert len(stopped) == 1
            with pytest.raises(TimeoutError):
                client.noop()
        assert client.sock.fileno() != -1


def test_mail_outlives_a_restart_of_the_server() -> None:
    with Dovecot() as dovecot:
        mailbox = dovecot.mailbox()
        mailbox.append(MAIL)
        dovecot.stop()
        with pytest.raises(ConnectionRefusedError):
            mailbox.uids()
        dovecot.start()
        assert mailbox.mails() == [MAIL]
    assert not dovecot.folder.exists()


def test_a_poorer_server_can_be_had() -> None:
    with Dovecot(capabilities="IMAP4rev1", max_connections=1) as dovecot:
        mailbox = dovecot.mailbox()
        with mailbox.connection() as client:
            assert "IDLE" not in client.capability()[1][0].decode().split()
            with pytest.raises(imaplib.IMAP4.error), mailbox.connection():
                pass


def test_a_wrong_password_is_refused(dovecot: Dovecot) -> None:
    client = imaplib.IMAP4("127.0.0.1", dovecot.port)
    with pytest.raises(imaplib.IMAP4.error):
        client.login("someone", "wrong")
    client.shutdown()


def test_imap_has_tls_and_starttls(dovecot: Dovecot, mailbox: Mailbox) -> None:
    trusting = dovecot.certificate.client_context()
    with imaplib.IMAP4_SSL("localhost", mailbox.tls_port, ssl_context=trusting) as encrypted:
        encrypted.login(mailbox.username, mailbox.password)
    with imaplib.IMAP4("127.0.0.1", mailbox.port) as upgraded:
        upgraded.starttls(trusting)
        upgraded.login(mailbox.username, mailbox.password)


# SMTP


def send(sink: SmtpSink, *recipients: str, timeout: float = 5.0) -> dict[str, tuple[int, bytes]]:
    with smtplib.SMTP(sink.host, sink.port, local_hostname="client.example", timeout=timeout) as client:
        return client.sendmail("ar@us.example", recipients or ("a@customer.example",), MAIL)


def test_the_sink_keeps_mail_and_envelope(smtp_sink: SmtpSink) -> None:
    send(smtp_sink, "a@customer.example", "b@customer.example")
    (mail,) = smtp_sink.wait_for(1)
    assert mail.sender == "ar@us.example"
    assert mail.recipients == ("a@customer.example", "b@customer.example")
    assert mail.raw == MAIL
    assert mail.message_id == "<17@customer.example>"
    assert smtp_sink.connections == smtp_sink.attempts == 1


def test_later_three_times_then_taken(smtp_sink: SmtpSink) -> None:
    smtp_sink.plan(*[reply("450 4.2.0 try later")] * 3)
    for _ in range(3):
        with pytest.raises(smtplib.SMTPDataError, match="450"):
            send(smtp_sink)
    send(smtp_sink)
    assert smtp_sink.attempts == 4
    assert len(smtp_sink.mails) == 1


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        (reply("550 5.7.1 not wanted", at=At.MAIL), smtplib.SMTPSenderRefused),
        (reply("450 4.2.0 later", at=At.RCPT), smtplib.SMTPRecipientsRefused),
        (reply("552 5.3.4 too big", at=At.DATA), smtplib.SMTPDataError),
        (reply("550 5.7.1 not wanted"), smtplib.SMTPDataError),
        (reply("421 4.3.2 closing", at=At.MAIL), smtplib.SMTPSenderRefused),
        (reply("421 4.3.2 closing"), smtplib.SMTPDataError),
        (drop(At.MAIL), smtplib.SMTPServerDisconnected),
        (drop(At.RCPT), smtplib.SMTPServerDisconnected),
        (drop(At.DATA), smtplib.SMTPServerDisconnected),
        (drop(At.BODY), (smtplib.SMTPServerDisconnected, ConnectionError)),
        (drop(At.DOT), smtplib.SMTPServerDisconnected),
        (hang(At.DATA), (TimeoutError, smtplib.SMTPServerDisconnected)),
    ],
)
def test_a_fault_strikes_once_and_keeps_no_mail(
    smtp_sink: SmtpSink, fault: Fault, error: type[Exception] | tuple[type[Exception], ...]
) -> None:
    smtp_sink.plan(fault)
    with pytest.raises(error):
        send(smtp_sink, timeout=0.5)
    assert smtp_sink.mails == []
    send(smtp_sink)
    assert len(smtp_sink.mails) == 1


@pytest.mark.parametrize("fault", [drop(At.DOT, keeps_mail=True), hang(At.DOT)])
def test_a_mail_can_go_out_unconfirmed(smtp_sink: SmtpSink, fault: Fault) -> None:
    smtp_sink.plan(fault)
    with pytest.raises((smtplib.SMTPServerDisconnected, TimeoutError)):
        send(smtp_sink, timeout=0.5)
    assert [mail.raw for mail in smtp_sink.mails] == [MAIL]


def test_a_late_reply_is_still_a_reply(smtp_sink: SmtpSink) -> None:
    smtp_sink.plan(hang(At.DOT, seconds=0.2))
    send(smtp_sink)
    assert len(smtp_sink.mails) == 1


def test_one_recipient_is_refused_and_the_other_served(smtp_sink: SmtpSink) -> None:
    smtp_sink.plan(refuse("gone@customer.example"))
    refused = send(smtp_sink, "a@customer.example", "gone@customer.example")
    assert list(refused) == ["gone@customer.example"]
    assert smtp_sink.mails[0].recipients == ("a@customer.example",)


def test_a_fault_can_last(smtp_sink: SmtpSink) -> None:
    smtp_sink.always(reply("451 4.3.0 not today"))
    for _ in range(2):
        with pytest.raises(smtplib.SMTPDataError):
            send(smtp_sink)
    smtp_sink.always(None)
    send(smtp_sink)
    smtp_sink.clear()
    assert smtp_sink.mails == []


def test_while_the_sink_is_down_connections_break_and_are_refused(smtp_sink: SmtpSink) -> None:
    with smtplib.SMTP(smtp_sink.host, smtp_sink.port, local_hostname="client.example", timeout=5) as early:
        with smtp_sink.down():
            with pytest.raises(smtplib.SMTPServerDisconnected):
                early.noop()
            with pytest.raises(ConnectionRefusedError):
                send(smtp_sink)
        early.close()
    send(smtp_sink)
    assert len(smtp_sink.mails) == 1


@pytest.mark.parametrize("is_tls_from_start", [True, False])
def test_the_sink_can_ask_for_tls_and_a_login(tmp_path: Path, is_tls_from_start: bool) -> None:
    certificate = make_certificate(tmp_path)
    trusting = certificate.client_context()
    with SmtpSink(certificate=certificate, is_tls_from_start=is_tls_from_start, login=("ar", "secret")) as sink:

        def connect() -> smtplib.SMTP:
            if is_tls_from_start:
                return smtplib.SMTP_SSL("localhost", sink.port, "client.example", timeout=5, context=trusting)
            plain = smtplib.SMTP("localhost", sink.port, "client.example", timeout=5)
            plain.starttls(context=trusting)
            return plain

        with connect() as client:
            with pytest.raises(smtplib.SMTPSenderRefused, match="530"):
                client.sendmail("ar@us.example", ["a@customer.example"], MAIL)
            with pytest.raises(smtplib.SMTPAuthenticationError):
                client.login("ar", "wrong")
            client.login("ar", "secret")
            client.sendmail("ar@us.example", ["a@customer.example"], MAIL)
        (mail,) = sink.mails
        assert mail.username == "ar"
        assert mail.was_encrypted


# PostgreSQL


def test_every_test_has_an_empty_database(postgres: Postgres, postgres_url: str) -> None:
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        connection.execute("CREATE TABLE invoices (number text)")
    assert postgres.sql("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'", url=postgres_url) == [["1"]]
    other = postgres.create_database()
    assert postgres.sql("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'", url=other) == [["0"]]
    copy = postgres.create_database(template=postgres_url)
    assert postgres.sql("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'", url=copy) == [["1"]]
    postgres.drop_database(other)
    postgres.drop_database(copy)


def test_what_was_committed_outlives_a_crash_of_the_database() -> None:
    with Postgres(extra="max_connections = 20") as postgres:
        url = postgres.create_database()
        with psycopg.connect(url) as kept:
            kept.execute("CREATE TABLE kept (n int)")
        lost = psycopg.connect(url)
        lost.execute("CREATE TABLE lost (n int)")
        postgres.restart()
        with pytest.raises(psycopg.OperationalError):
            lost.execute("SELECT 1")
        lost.close()
        assert postgres.sql("SELECT tablename FROM pg_tables WHERE schemaname = 'public'", url=url) == [["kept"]]
        assert postgres.sql("SHOW max_connections") == [["20"]]
        with pytest.raises(ServerFailed, match="nonsense"):
            postgres.sql("SELECT nonsense")
    assert not postgres.folder.exists()


# The model


def ask(model: ModelServer, **options: Any) -> Any:
    client = openai.OpenAI(base_url=model.base_url, api_key="key", max_retries=0, timeout=2)
    with client:
        return client.chat.completions.create(model="m", messages=[{"role": "user", "content": "hi"}], **options)


def test_the_model_sends_any_bytes_at_any_pace(model_server: ModelServer) -> None:
    model_server.plan(sends(b"<html>", content_type="text/html"), drips(0.05, sends(b"[1, 2]")))
    url = f"{model_server.base_url}/chat/completions"
    page = httpx.post(url, json={})
    assert (page.content, page.headers["Content-Type"]) == (b"<html>", "text/html")
    begun = time.monotonic()
    assert httpx.post(url, json={}, timeout=0.2).json() == [1, 2]
    assert time.monotonic() - begun > 0.2, "no read waited for so long"


def test_the_model_says_what_was_planned_and_keeps_what_was_asked(model_server: ModelServer) -> None:
    model_server.plan(says({"category": "dispute"}), says("no JSON at all"))
    assert json.loads(ask(model_server).choices[0].message.content) == {"category": "dispute"}
    assert ask(model_server).choices[0].message.content == "no JSON at all"
    request = model_server.wait_for(2)[0]
    assert request.body["model"] == "m"
    assert request.messages == [{"role": "user", "content": "hi"}]
    assert request.headers["Authorization"] == "Bearer key"
    assert '"hi"' in request.text


def test_a_function_can_be_the_model(model_server: ModelServer) -> None:
    def respond(request: ModelRequest) -> Answer:
        return says(f"{request.schema_name}: {request.messages[-1]['content']}")

    model_server.respond = respond
    schema = {"type": "json_schema", "json_schema": {"name": "MessageClass", "schema": {"type": "object"}}}
    assert ask(model_server, response_format=schema).choices[0].message.content == "MessageClass: hi"


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (rate_limited(retry_after=7), openai.RateLimitError),
        (fails(), openai.InternalServerError),
        (fails(503), openai.InternalServerError),
        (lacks_schemas(), openai.BadRequestError),
        (hangs_up(), openai.APIConnectionError),
        (after(60, says("late")), openai.APITimeoutError),
    ],
)
def test_the_model_fails_as_planned(model_server: ModelServer, answer: Answer, error: type[openai.APIError]) -> None:
    model_server.plan(answer)
    with pytest.raises(error) as caught:
        ask(model_server)
    if isinstance(caught.value, openai.RateLimitError):
        assert caught.value.response.headers["Retry-After"] == "7"


@pytest.mark.parametrize(
    ("answer", "finish_reason", "refusal"),
    [
        (truncated(), "length", None),
        (refuses("no"), "stop", "no"),
        (filtered(), "content_filter", None),
    ],
)
def test_the_model_ends_as_planned(
    model_server: ModelServer, answer: Answer, finish_reason: str, refusal: str | None
) -> None:
    model_server.plan(answer)
    choice = ask(model_server).choices[0]
    assert choice.finish_reason == finish_reason
    assert choice.message.refusal == refusal


def test_an_endpoint_without_schemas_answers_a_plain_question(model_server: ModelServer) -> None:
    model_server.respond = lacks_schemas_then(says("yes"))
    with pytest.raises(openai.BadRequestError, match="json_schema"):
        ask(model_server, response_format={"type": "json_schema", "json_schema": {"name": "X", "schema": {}}})
    assert ask(model_server).choices[0].message.content == "yes"


def test_an_unplanned_question_is_an_error(model_server: ModelServer) -> None:
    with pytest.raises(openai.InternalServerError):
        ask(model_server)
    assert httpx.get(f"{model_server.base_url}/models").json()["data"][0]["id"] == "stub"
    assert httpx.get(f"{model_server.base_url}/elsewhere").status_code == 404


# Chromium


async def test_the_browser_shows_a_page_of_this_machine(page: Page, model_server: ModelServer) -> None:
    await page.goto(f"{model_server.base_url}/models")
    assert "stub" in await page.inner_text("body")


async def test_the_browser_reaches_no_other_machine(page: Page) -> None:
    with pytest.raises(Exception, match="ERR_"):
        await page.goto("http://customer.example/")


# The rules of the house


@pytest.mark.parametrize(
    "attempt",
    [
        lambda: socket.create_connection(("192.0.2.1", 80), timeout=1),
        lambda: socket.create_connection(("customer.example", 80), timeout=1),
        lambda: socket.getaddrinfo("customer.example", 443),
        lambda: smtplib.SMTP("customer.example", 25, timeout=1),
    ],
)
def test_no_test_reaches_another_machine(attempt: Callable[[], object]) -> None:
    with pytest.raises(OutsideConnection):
        attempt()


async def test_no_coroutine_reaches_another_machine() -> None:
    with pytest.raises(OutsideConnection):
        await asyncio.open_connection("192.0.2.1", 80)


def test_a_missing_program_is_named_with_the_command_that_installs_it() -> None:
    with pytest.raises(ServerMissing, match=r"apt-get install .* dovecot-imapd"):
        find_program(["dovecot-that-is-not-there"], package="dovecot-imapd")


def test_a_server_that_does_not_start_says_why() -> None:
    account = Account()
    folder = account.make_folder("failing")
    process = account.keep(["/bin/sh", "-c", "echo the reason; exit 3"], folder=folder)
    with pytest.raises(ServerFailed, match="the reason"):
        process.wait_for_port(free_port(), seconds=0.5)
    process.log_file.unlink()
    folder.rmdir()


def test_servers_and_their_folders_go_when_the_tests_are_killed() -> None:
    script = """
        import time
        from tests.servers.dovecot import Dovecot
        with Dovecot() as dovecot:
            print(dovecot.folder, dovecot.port, flush=True)
            time.sleep(60)
    """
    with subprocess.Popen([sys.executable, "-c", textwrap.dedent(script)], stdout=subprocess.PIPE, text=True) as tests:
        assert tests.stdout is not None
        folder, port = tests.stdout.readline().split()
        assert Path(folder).is_dir()
        tests.send_signal(signal.SIGKILL)
    wait_until(lambda: not Path(folder).exists(), what="the folder is gone")
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", int(port)), timeout=1)


def test_the_servers_can_be_started_by_hand(tmp_path: Path) -> None:
    with subprocess.Popen([sys.executable, "-m", "tests.servers"], stdout=subprocess.PIPE, text=True) as servers:
        assert servers.stdout is not None
        shown = "".join(iter(servers.stdout.readline, "\n"))
        port = int(shown.split("SMTP   127.0.0.1:")[1].split()[0])
        mail = EmailMessage()
        mail["Subject"] = "by hand"
        with smtplib.SMTP("127.0.0.1", port, local_hostname="client.example", timeout=5) as client:
            client.send_message(mail, "a@us.example", ["b@customer.example"])
        line = next(line for line in servers.stdout if line.startswith("taken"))
        servers.send_signal(signal.SIGINT)
        assert line == "taken: by hand for b@customer.example\n"
        assert servers.wait(timeout=20) == 0


def test_provisioning_is_quick_when_all_is_there() -> None:
    script = Path(__file__).parents[1] / "provision.sh"
    started = time.monotonic()
    done = subprocess.run(
        ["/bin/bash", str(script)], env={"PATH": os.defpath}, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert time.monotonic() - started < 5
