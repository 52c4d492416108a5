"""What lies between us and a mail server, command by command: it refuses, or answers late, what a test names."""

import re
import socket
import threading
import time
from contextlib import suppress
from types import TracebackType
from typing import Self

from tests.servers.dovecot import Mailbox


class ImapProxy:
    """`with ImapProxy(mailbox) as proxy`; speak to `proxy.port`. One rule at a time, for commands that match."""

    def __init__(self, mailbox: Mailbox) -> None:
        self._target = (mailbox.host, mailbox.port)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self._rule: tuple[re.Pattern[bytes], bytes, float] | None = None
        self.refused = 0

    def refuse(self, pattern: str, answer: str = "NO [UNAVAILABLE] Try again later") -> None:
        self._rule = (re.compile(pattern.encode()), answer.encode(), 0.0)

    def delay(self, pattern: str, seconds: float) -> None:
        self._rule = (re.compile(pattern.encode()), b"", seconds)

    def heal(self) -> None:
        self._rule = None

    def __enter__(self) -> Self:
        threading.Thread(target=self._listen, daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._listener.close()

    def _listen(self) -> None:
        with suppress(OSError):
            while True:
                near, _ = self._listener.accept()
                far = socket.create_connection(self._target)
                threading.Thread(target=_copy, args=(far, near), daemon=True).start()
                threading.Thread(target=self._pass_on, args=(near, far), daemon=True).start()

    def _pass_on(self, near: socket.socket, far: socket.socket) -> None:
        with near, far, near.makefile("rb") as commands, suppress(OSError):
            for line in commands:
                tag, _, command = line.strip().partition(b" ")
                rule = self._rule
                if rule is not None and rule[0].search(command):
                    if rule[1]:
                        self.refused += 1
                        near.sendall(tag + b" " + rule[1] + b"\r\n")
                        continue
                    time.sleep(rule[2])
                far.sendall(line)


def _copy(far: socket.socket, near: socket.socket) -> None:
    with suppress(OSError):
        while said := far.recv(65536):
            near.sendall(said)
        near.shutdown(socket.SHUT_RDWR)
