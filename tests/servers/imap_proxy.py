"""What lies between us and a mail server, command by command: it refuses what a test names, answers it late,
oddly or without end, or hangs up over it."""

import re
import socket
import socketserver
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from types import TracebackType
from typing import Self

from tests.servers.dovecot import Mailbox

_Deed = Callable[[bytes, socket.socket], bool]
"""Given the command's tag and our side; whether that was the answer."""


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
                    with suppress(OSError):
                        far.shutdown(socket.SHUT_RDWR)
                    answers.join()

        self._server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Line)
        self._listening = threading.Thread(target=self._server.serve_forever, args=(0.05,))
        self._rule: tuple[re.Pattern[bytes], _Deed] | None = None
        self.port: int = self._server.server_address[1]
        self.refused = 0
        self.commands: list[str] = []

    def refuse(self, pattern: str, answer: str = "NO [UNAVAILABLE] Try again later") -> None:
        said = answer.encode()

        def deed(tag: bytes, near: socket.socket) -> bool:
            self.refused += 1
            near.sendall((b"*" if said.startswith(b"BYE") else tag) + b" " + said + b"\r\n")
            return True

        self._act(pattern, deed)

    def delay(self, pattern: str, seconds: float) -> None:
        def deed(_tag: bytes, _near: socket.socket) -> bool:
            time.sleep(seconds)
            return False

        self._act(pattern, deed)

    def say(self, pattern: str, *pieces: bytes, every: float = 0.0, is_endless: bool = False) -> None:
        """Answer with these pieces, one packet each and so many seconds apart; `TAG` in them is the command's tag."""

        def deed(tag: bytes, near: socket.socket) -> bool:
            self.refused += 1
            while True:
                for piece in pieces:
                    near.sendall(piece.replace(b"TAG", tag))
                    time.sleep(every)
                if not is_endless or self._rule is None:
                    return True

        self._act(pattern, deed)

    def cut(self, pattern: str, said: bytes = b"") -> None:
        """Hang up, in the middle of an answer if one is given."""

        def deed(_tag: bytes, near: socket.socket) -> bool:
            self.refused += 1
            near.sendall(said)
            near.shutdown(socket.SHUT_RDWR)
            return True

        self._act(pattern, deed)

    def heal(self) -> None:
        self._rule = None

    def _act(self, pattern: str, deed: "_Deed") -> None:
        self._rule = (re.compile(pattern.encode()), deed)

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
        self.commands.append(command.decode("latin-1"))
        rule = self._rule
        is_done = rule is not None and rule[0].search(command) and rule[1](tag, near)
        if not is_done:
            far.sendall(line)


def _copy(far: socket.socket, near: socket.socket) -> None:
    with suppress(OSError):
        while said := far.recv(65536):
            near.sendall(said)
        near.shutdown(socket.SHUT_RDWR)
