"""A malware scanner beside us: ClamAV's daemon, asked by its INSTREAM command before any file is opened.

What it calls infected is not opened. When it does not answer, nothing is opened either: a person looks.
https://linux.die.net/man/8/clamd
"""

import socket
import struct
from collections.abc import Iterator

from app.reading.files.opening import GivenFile, OpenFile
from app.reading.files.text import FileText, Trouble

SECONDS = 10.0
_CHUNK = 64 * 1024
_LONGEST_ANSWER = 4096


class Clamd:
    """`address` is HOST:PORT, or the path of its socket."""

    def __init__(self, address: str) -> None:
        self._address = address

    def guarding(self, open_file: OpenFile) -> OpenFile:
        """The same, for files that the scanner has found clean."""

        def open_clean(file: GivenFile) -> FileText:
            trouble = self.verdict(file.content)
            return FileText(trouble=trouble) if trouble else open_file(file)

        return open_clean

    def verdict(self, content: bytes) -> Trouble | None:
        """None for a clean file; NOT_SCANNED when the scanner is away, or takes no file of this size."""
        try:
            with self._connected() as connection:
                connection.sendall(b"zINSTREAM\0")
                for chunk in _chunks(content):
                    connection.sendall(chunk)
                answer = connection.recv(_LONGEST_ANSWER).rstrip(b"\0\n")
        except OSError:
            return Trouble.NOT_SCANNED
        if answer.endswith(b"FOUND"):
            return Trouble.MALWARE
        return None if answer.endswith(b"OK") else Trouble.NOT_SCANNED

    def _connected(self) -> socket.socket:
        host, _, port = self._address.rpartition(":")
        if self._address.startswith("/"):
            connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
            connection.settimeout(SECONDS)
            try:
                connection.connect(self._address)
            except OSError:
                connection.close()
                raise
            return connection
        return socket.create_connection((host.strip("[]"), int(port)), timeout=SECONDS)


def _chunks(content: bytes) -> Iterator[bytes]:
    for start in range(0, len(content), _CHUNK):
        chunk = content[start : start + _CHUNK]
        yield struct.pack(">I", len(chunk)) + chunk
    yield struct.pack(">I", 0)
