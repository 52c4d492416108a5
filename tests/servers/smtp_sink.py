"""An SMTP server that keeps every mail and fails on demand.

`sink.plan(*faults)` queues faults; each new mail (at MAIL FROM) takes the next one, and when none is left mails are
taken. A fault strikes at one of these moments, named in `At`:

    MAIL FROM  →  RCPT TO  →  DATA  →  354, bytes arrive  →  final dot  →  250
      MAIL         RCPT       DATA          BODY                DOT
"""

import asyncio
import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from enum import StrEnum
from types import TracebackType
from typing import Any, Self

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session, syntax

from tests.servers.certificates import Certificate
from tests.servers.process import free_port, wait_until


class At(StrEnum):
    MAIL = "mail"
    RCPT = "rcpt"
    DATA = "data"
    BODY = "body"
    DOT = "dot"


class _Deed(StrEnum):
    REPLY = "reply"
    DROP = "drop"
    HANG = "hang"


@dataclass(frozen=True, slots=True)
class Fault:
    """Made by `reply`, `drop`, `hang` and `refuse`, not by hand."""

    deed: _Deed
    at: At
    text: str = ""
    recipient: str | None = None
    keeps_mail: bool = False
    seconds: float = 0.0


def reply(text: str, *, at: At = At.DOT, keeps_mail: bool = False) -> Fault:
    """Answer with this line: `reply("450 4.2.0 try later")`, `reply("550 5.7.1 no", at=At.MAIL)`.

    A 421 also closes the connection, as RFC 5321 has it.
    """
    return Fault(_Deed.REPLY, at, text=text, keeps_mail=keeps_mail)


def drop(at: At = At.DOT, *, keeps_mail: bool = False) -> Fault:
    """Break the connection without a word. `drop(At.DOT, keeps_mail=True)` is the mail that went out unconfirmed."""
    return Fault(_Deed.DROP, at, keeps_mail=keeps_mail)


def hang(at: At = At.DOT, *, seconds: float = 3600.0, keeps_mail: bool = True) -> Fault:
    """Say nothing for so long, then go on as if nothing had been; a kept mail counts as taken from the start."""
    return Fault(_Deed.HANG, at, seconds=seconds, keeps_mail=keeps_mail)


def refuse(recipient: str, text: str = "550 5.1.1 no such user") -> Fault:
    """Refuse one recipient and take the others."""
    return Fault(_Deed.REPLY, At.RCPT, text=text, recipient=recipient)


@dataclass(frozen=True, slots=True)
class SentMail:
    """A mail that the server took."""

    sender: str
    recipients: tuple[str, ...]
    raw: bytes = field(repr=False)
    username: str | None = None
    was_encrypted: bool = False

    @property
    def message(self) -> EmailMessage:
        return BytesParser(policy=policy.default).parsebytes(self.raw)

    @property
    def message_id(self) -> str:
        return str(self.message["Message-ID"])


class SmtpSink:
    """The server. `with SmtpSink() as sink: sink.plan(reply("450 4.2.0 later"))`; TLS and a login are options."""

    def __init__(
        self,
        *,
        port: int | None = None,
        certificate: Certificate | None = None,
        is_tls_from_start: bool = False,
        login: tuple[str, str] | None = None,
        max_bytes: int = 50 * 1024 * 1024,
    ) -> None:
        self.host = "127.0.0.1"
        self.port = port or free_port()
        self.attempts = 0
        self.connections = 0
        self._context = certificate.server_context() if certificate is not None else None
        self._is_tls_from_start = is_tls_from_start
        self._login = login
        self._max_bytes = max_bytes
        self._mails: list[SentMail] = []
        self._faults: deque[Fault] = deque()
        self._default: Fault | None = None
        self._lock = threading.Lock()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None
        self._server: asyncio.Server | None = None
        self._conversations: set[_Conversation] = set()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    @property
    def mails(self) -> list[SentMail]:
        """What was taken so far, oldest first."""
        with self._lock:
            return list(self._mails)

    def plan(self, *faults: Fault) -> None:
        """The next mails meet these faults, one each; `sink.plan(*[fault] * 3)` is one fault three times."""
        with self._lock:
            self._faults.extend(faults)

    def always(self, fault: Fault | None) -> None:
        """Every mail without a planned fault meets this one, until `always(None)`."""
        with self._lock:
            self._default = fault

    def clear(self) -> None:
        with self._lock:
            self._mails.clear()
            self._faults.clear()
            self._default = None
            self.attempts = self.connections = 0

    def wait_for(self, count: int, *, seconds: float = 20.0) -> list[SentMail]:
        """The mails, as soon as there are so many. Blocks: in a coroutine, call it by `asyncio.to_thread`."""
        wait_until(lambda: len(self.mails) >= count, what=f"{count} mails at the SMTP sink", seconds=seconds)
        return self.mails

    @contextmanager
    def down(self) -> Iterator[None]:
        """Connections are refused meanwhile, those that are open break."""
        self.stop()
        try:
            yield
        finally:
            self.start()

    def start(self) -> None:
        """Start, or start again on the same port with the same mails and plans."""
        self._loop = loop = asyncio.new_event_loop()
        self._server = loop.run_until_complete(
            loop.create_server(
                lambda: self._make_conversation(loop),
                self.host,
                self.port,
                ssl=self._context if self._is_tls_from_start else None,
            )
        )
        self._thread = threading.Thread(target=loop.run_forever, name="smtp-sink", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        loop, thread, server = self._loop, self._thread, self._server
        if loop is None or thread is None or server is None:
            return
        loop.call_soon_threadsafe(loop.stop)
        thread.join(timeout=10)
        loop.run_until_complete(self._break_connections(server))
        loop.close()
        self._loop = self._thread = self._server = None

    # What follows happens on the sink's own thread.

    async def _break_connections(self, server: asyncio.Server) -> None:
        server.close()
        for conversation in list(self._conversations):
            conversation.abort()
        self._conversations.clear()
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)

    def _make_conversation(self, loop: asyncio.AbstractEventLoop) -> "_Conversation":
        options: dict[str, Any] = {}
        has_starttls = self._context is not None and not self._is_tls_from_start
        if self._login is not None:
            options = {"authenticator": self._authenticate, "auth_require_tls": has_starttls}
        conversation = _Conversation(
            self,
            needs_login=self._login is not None,
            hostname="mx.test.example",
            ident="sink",
            loop=loop,
            data_size_limit=self._max_bytes,
            tls_context=self._context if has_starttls else None,
            require_starttls=has_starttls,
            **options,
        )
        self._conversations.add(conversation)
        return conversation

    def next_fault(self) -> Fault | None:
        with self._lock:
            self.attempts += 1
            return self._faults.popleft() if self._faults else self._default

    def forget(self, conversation: "_Conversation") -> None:
        self._conversations.discard(conversation)

    def count_connection(self) -> None:
        with self._lock:
            self.connections += 1

    def keep(self, session: Session, envelope: Envelope) -> None:
        content = envelope.original_content or b""
        login = session.auth_data if isinstance(session.auth_data, LoginPassword) else None
        mail = SentMail(
            sender=envelope.mail_from or "",
            recipients=tuple(envelope.rcpt_tos),
            raw=content,
            username=login.login.decode() if login else None,
            was_encrypted=session.ssl is not None or self._is_tls_from_start,
        )
        with self._lock:
            self._mails.append(mail)

    def _authenticate(
        self, server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: object
    ) -> AuthResult:
        given = (data.login.decode(), data.password.decode()) if isinstance(data, LoginPassword) else None
        return AuthResult(success=given == self._login, handled=False, auth_data=data)


class _Handler:
    async def handle_DATA(  # noqa: N802  # aiosmtpd finds its hooks and commands by these names
        self, conversation: "_Conversation", session: Session, envelope: Envelope
    ) -> str:
        return await conversation.answer_to_dot(session, envelope)


class _Conversation(SMTP):
    """aiosmtpd, stumbling at the moments that the fault of the present mail names."""

    def __init__(self, sink: SmtpSink, *, needs_login: bool, **options: Any) -> None:
        super().__init__(_Handler(), **options)
        self._sink = sink
        self._needs_login = needs_login
        self._fault: Fault | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        if self.transport is None:  # STARTTLS comes by here a second time
            self._sink.count_connection()
        super().connection_made(transport)

    def connection_lost(self, error: Exception | None) -> None:
        self._sink.forget(self)
        super().connection_lost(error)

    def abort(self) -> None:
        if isinstance(self.transport, asyncio.WriteTransport) and not self.transport.is_closing():
            self.transport.abort()

    @syntax("MAIL FROM:<address>", extended=" [SP <mail-parameters>]")
    async def smtp_MAIL(self, arg: str | None) -> None:  # noqa: N802
        if self._needs_login and not (self.session and self.session.authenticated):
            await self.push("530 5.7.0 Authentication required")
            return
        self._fault = self._sink.next_fault()
        if not await self._stumbles(At.MAIL):
            await super().smtp_MAIL(arg)

    @syntax("RCPT TO:<address>", extended=" [SP <mail-parameters>]")
    async def smtp_RCPT(self, arg: str | None) -> None:  # noqa: N802
        wanted = self._fault.recipient if self._fault is not None else None
        is_meant = wanted is None or (arg is not None and wanted.lower() in arg.lower())
        if not (is_meant and await self._stumbles(At.RCPT)):
            await super().smtp_RCPT(arg)

    @syntax("DATA")
    async def smtp_DATA(self, arg: str | None) -> None:  # noqa: N802
        if await self._stumbles(At.DATA):
            return
        if self._fault is not None and self._fault.at is At.BODY:
            await self.push("354 End data with <CR><LF>.<CR><LF>")
            await self._reader.readline()
            await self._stumbles(At.BODY)
            return
        await super().smtp_DATA(arg)

    async def _stumbles(self, at: At) -> bool:
        """Do what the fault says, if this is its moment; true if the command has been answered, or never will be."""
        fault = self._fault
        if fault is None or fault.at is not at:
            return False
        if fault.deed is _Deed.HANG:
            await asyncio.sleep(fault.seconds)
            return False
        if fault.deed is _Deed.DROP:
            self.abort()
            return True
        await self._say(fault.text)
        return True

    async def answer_to_dot(self, session: Session, envelope: Envelope) -> str:
        """The reply to the final dot, which aiosmtpd sends."""
        fault = self._fault if self._fault is not None and self._fault.at is At.DOT else None
        if fault is None or fault.keeps_mail:
            self._sink.keep(session, envelope)
        if fault is not None and fault.deed is _Deed.REPLY:
            if fault.text.startswith("421"):
                self.loop.call_soon(self._close)
            return fault.text
        await self._stumbles(At.DOT)
        return "250 2.0.0 taken"

    async def _say(self, text: str) -> None:
        await self.push(text)
        if text.startswith("421"):
            self._close()

    def _close(self) -> None:
        if self.transport is not None:
            self.transport.close()
