"""A malware scanner beside us: ClamAV's daemon, asked by its INSTREAM command before any file is opened.

What it calls infected is not opened. When it does not answer, nothing is opened either: a person looks.
https://linux.die.net/man/8/clamd
"""

import math
import socket
import struct
import time
from collections.abc import Iterator

from app.reading.files.opening import GivenFile, OpenFile
from app.reading.files.text import FileText, Trouble

SECONDS = 10.0
SECONDS_A_MAIL = 60.0
"""For all its files: a scanner that hangs must not use up the time in which the mail is to be read."""

_CHUNK = 64 * 1024
_LONGEST_ANSWER = 4096


class Clamd:
    """`address` is HOST:PORT, or the path of its socket."""

    def __init__(self, address: str) -> None:
        self._address = address

    def guarding(self, open_file: OpenFile) -> OpenFile:
        """The same, for files of one mail that the scanner has found clean."""
        until = time.monotonic() + SECONDS_A_MAIL

        def open_clean(file: GivenFile) -> FileText:
            trouble = self.verdict(file.content, until)
            return FileText(trouble=trouble) if trouble else open_file(file)

        return open_clean

    def verdict(self, content: bytes, until: float = math.inf) -> Trouble | None:
        """None for a clean file; NOT_SCANNED when the scanner is away or too slow, or takes no file of this size.

        `until` is a moment of the monotonic clock.
        """
        try:
            with self._connected(until) as connection:
                connection.sendall(b"zINSTREAM\0")
                for chunk in _chunks(content):
                    connection.settimeout(_left(until))
                    connection.sendall(chunk)
                answer = connection.recv(_LONGEST_ANSWER).rstrip(b"\0\n")
        except OSError:
            return Trouble.NOT_SCANNED
        if answer.endswith(b"FOUND"):
            return Trouble.MALWARE
        return None if answer.endswith(b"OK") else Trouble.NOT_SCANNED

    def _connected(self, until: float) -> socket.socket:
        host, _, port = self._address.rpartition(":")
        if self._address.startswith("/"):
            connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
            connection.settimeout(_left(until))
            try:
                connection.connect(self._address)
            except OSError:
                connection.close()
                raise
            return connection
        return socket.create_connection((host.strip("[]"), int(port)), timeout=_left(until))


def _left(until: float) -> float:
    """Seconds for the next step. Raises TimeoutError when there are none."""
    left = min(until - time.monotonic(), SECONDS)
    if left <= 0:
        raise TimeoutError
    return left


def _chunks(content: bytes) -> Iterator[bytes]:
    for start in range(0, len(content), _CHUNK):
        chunk = content[start : start + _CHUNK]
        yield struct.pack(">I", len(chunk)) + chunk
    yield struct.pack(">I", 0)
