"""A pooler between us and PostgreSQL, as pgbouncer in transaction mode: each transaction gets the session of the server
that was given back last.

    client ──startup──▶ answered here            client ──query──▶ session ──▶ … ──ReadyForQuery, idle──▶ given back
"""

import select
import socket
import socketserver
import struct
import threading
from types import TracebackType
from typing import Self

from tests.servers.postgres import Postgres

PROTOCOL, SSL_REQUEST, GSS_REQUEST = 196_608, 80_877_103, 80_877_104
SESSIONS = 2
PIECE = 65_536
IDLE = b"Z\0\0\0\5I"
"""ReadyForQuery, outside of a transaction."""


class Pooler:
    """`with Pooler(postgres, url) as pooler:` and `pooler.url` is the same database by way of it."""

    def __init__(self, postgres: Postgres, url: str) -> None:
        name = url.rsplit("/", 1)[1]
        self._address = ("127.0.0.1", postgres.port)
        self._startup = _startup("duebox", name)
        self._greeting = b""
        self._idle = [self._connect() for _ in range(SESSIONS)]
        self._all = tuple(self._idle)
        self._free = threading.Condition()
        serve = self._serve

        class Client(socketserver.BaseRequestHandler):
            def handle(self) -> None:
                serve(self.request)

        self._server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Client)
        self._server.daemon_threads = True
        self.url = f"postgresql://duebox@127.0.0.1:{self._server.server_address[1]}/{name}"

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
        for session in self._all:
            session.close()

    def _connect(self) -> socket.socket:
        session = socket.create_connection(self._address)
        session.sendall(self._startup)
        self._greeting = b""
        while not self._greeting.endswith(IDLE):
            self._greeting += session.recv(PIECE)
        return session

    def _serve(self, client: socket.socket) -> None:
        while (code := _wish(client)) in {SSL_REQUEST, GSS_REQUEST}:
            client.sendall(b"N")
        if code != PROTOCOL:
            return
        client.sendall(self._greeting)
        while (asked := client.recv(PIECE)) and not asked.startswith(b"X"):
            with self._free:
                self._free.wait_for(lambda: self._idle)
                session = self._idle.pop()
            session.sendall(asked)
            _talk(client, session)
            with self._free:
                self._idle.append(session)
                self._free.notify()


def _startup(user: str, database: str) -> bytes:
    words = f"user\0{user}\0database\0{database}\0\0".encode()
    return struct.pack("!ii", 8 + len(words), PROTOCOL) + words


def _wish(client: socket.socket) -> int:
    """What a client wants to speak; nothing if it hangs up."""
    head = client.recv(8, socket.MSG_WAITALL)
    if not head:
        return 0
    length, code = struct.unpack("!ii", head)
    client.recv(length - len(head), socket.MSG_WAITALL)
    return int(code)


def _talk(client: socket.socket, session: socket.socket) -> None:
    """Pass on what both say, until the session's transaction is over."""
    ends = {client: session, session: client}
    last = b""
    while not last.endswith(IDLE):
        for end in select.select(ends, [], [])[0]:
            said = end.recv(PIECE)
            if not said:
                return
            ends[end].sendall(said)
            if end is session:
                last = (last + said)[-len(IDLE) :]
