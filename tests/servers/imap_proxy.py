"""What lies between us and a mail server, command by command: it refuses, or answers late, what a test names."""

import re
import socket
import socketserver
import threading
import time
from contextlib import suppress
from types import TracebackType
from typing import Self

from tests.servers.dovecot import Mailbox


class ImapProxy:
    """`with ImapProxy(mailbox) as proxy`; speak to `proxy.port`. One rule at a time, for commands that match."""

    def __init__(self, mailbox: Mailbox) -> None:
        proxy = self

        class Line(socketserver.StreamRequestHandler):
            def handle(self) -> None:
                with socket.create_connection((mailbox.host, mailbox.port)) as far:
                    answers = threading.Thread(target=_copy, args=(far, self.connection))
                    answers.start()
                    with suppress(OSError):
                        for line in self.rfile:
                            proxy._pass_on(line, self.connection, far)
                        far.shutdown(socket.SHUT_RDWR)
                    answers.join()

        self._server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Line)
        self._listening = threading.Thread(target=self._server.serve_forever, args=(0.05,))
        self._rule: tuple[re.Pattern[bytes], bytes, float] | None = None
        self.port: int = self._server.server_address[1]
        self.refused = 0

    def refuse(self, pattern: str, answer: str = "NO [UNAVAILABLE] Try again later") -> None:
        self._rule = (re.compile(pattern.encode()), answer.encode(), 0.0)

    def delay(self, pattern: str, seconds: float) -> None:
        self._rule = (re.compile(pattern.encode()), b"", seconds)

    def heal(self) -> None:
        self._rule = None

    def __enter__(self) -> Self:
        self._listening.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._listening.join()
        self._server.server_close()

    def _pass_on(self, line: bytes, near: socket.socket, far: socket.socket) -> None:
        tag, _, command = line.strip().partition(b" ")
        rule = self._rule
        if rule is not None and rule[0].search(command):
            if rule[1]:
                self.refused += 1
                near.sendall((b"*" if rule[1].startswith(b"BYE") else tag) + b" " + rule[1] + b"\r\n")
                return
            time.sleep(rule[2])
        far.sendall(line)


def _copy(far: socket.socket, near: socket.socket) -> None:
    with suppress(OSError):
        while said := far.recv(65536):
            near.sendall(said)
        near.shutdown(socket.SHUT_RDWR)
