"""An IMAPClient that is answered in time, or not at all: a server that says a byte now and then is as dead as one that
says nothing, but a time limit on each read of the socket never notices it.

    a command is sent ─▶ the socket's own limit for its whole answer, and a second more for SLOWEST bytes of it
"""

import imaplib
import re
import time
from typing import Any

from imapclient import IMAPClient
from imapclient.imap4 import IMAP4WithTimeout
from imapclient.tls import IMAP4_TLS

SLOWEST = 1000
"""Bytes a second: no line that anybody has is slower."""

PIECE = 64 * 1024
_LITERAL8 = re.compile(rb"~(\{\d+\}\r\n)$")
"""What may hold NUL (RFC 3516 §4.2), which the library takes for a word of its own."""

_WORDLESS = re.compile(rb"^([A-Z]{4}\d+ (?:OK|NO|BAD))\r\n$")
"""An end of a command without the words that RFC 3501 §7.1 wants after it: the library takes it for no end at all."""


class _InTime(imaplib.IMAP4):
    """Receives what the server says piece by piece. A socket that does not block has no time limit: a piece of a line
    waits for the rest."""

    _there = b""
    _at = 0
    _of: object = None
    _asked_at = 0.0
    _heard = 0

    def send(self, data: bytes) -> None:  # type: ignore[override]
        super().send(data)
        self._asked_at, self._heard = time.monotonic(), 0

    def read(self, size: int) -> bytes:
        pieces = [self._take(size)]
        left = size - len(pieces[0])
        while left > 0:
            self._there = self._receive()
            pieces.append(self._take(left))
            if not pieces[-1]:
                break
            left -= len(pieces[-1])
        return b"".join(pieces)

    def readline(self) -> bytes:
        """A line; empty at the end of the stream."""
        self._leave_old_socket()
        pieces: list[bytes] = []
        try:
            while not (end := self._there.find(b"\n", self._at) + 1):
                pieces.append(self._take(PIECE))
                self._there = self._receive()
                if not self._there:
                    return b""
        except OSError:
            self._there = b"".join(pieces)
            raise
        line = b"".join([*pieces, self._take(end - self._at)])
        if len(line) > imaplib._MAXLINE:  # type: ignore[attr-defined]  # noqa: SLF001  # as imaplib does
            raise self.error("the line is too long")
        return _LITERAL8.sub(rb"\1", line) if line.endswith(b"}\r\n") else _WORDLESS.sub(rb"\1 \r\n", line)

    def _take(self, size: int) -> bytes:
        """What there is already, at most so much."""
        self._leave_old_socket()
        taken = self._there[self._at : self._at + size]
        self._at += len(taken)
        if self._at == len(self._there):
            self._there, self._at = b"", 0
        return taken

    def _receive(self) -> bytes:
        seconds = self.sock.gettimeout()
        self._asked_at = self._asked_at or time.monotonic()
        if seconds and time.monotonic() > self._asked_at + seconds + self._heard / SLOWEST:
            raise TimeoutError
        received = self.sock.recv(PIECE)
        self._heard += len(received)
        return received

    def _leave_old_socket(self) -> None:
        """After STARTTLS nothing counts that was said in clear: anybody may have said it."""
        if self._of is not self.sock:
            self._there, self._at, self._of = b"", 0, self.sock


class _Plain(_InTime, IMAP4WithTimeout):  # type: ignore[misc]  # the library has no types
    pass


class _Encrypted(_InTime, IMAP4_TLS):  # type: ignore[misc]  # likewise
    pass


class TimelyClient(IMAPClient):  # type: ignore[misc]  # likewise
    def _raw_command_untagged(self, command: bytes, *args: Any, **more: Any) -> Any:
        """Some servers answer a SEARCH in several lines, of which the library understands one."""
        said = super()._raw_command_untagged(command, *args, **more)
        return [b" ".join(filter(None, said))] if command == b"SEARCH" else said

    def _create_IMAP4(self) -> imaplib.IMAP4:  # noqa: N802  # its name
        seconds = self._timeout.connect
        if self.ssl:
            return _Encrypted(self.host, self.port, self.ssl_context, seconds)  # type: ignore[call-arg]  # likewise
        return _Plain(self.host, self.port, seconds)
