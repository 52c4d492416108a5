"""What libraries say is kept short."""

import asyncio
import logging
import resource
import socket
from collections.abc import Iterator
from contextlib import suppress

import pytest
from structlog.testing import capture_logs

from app.logging import SaidNowAndThen


@pytest.fixture
def few_files() -> Iterator[None]:
    """Room for a few open files more."""
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    with socket.socket() as newest:
        resource.setrlimit(resource.RLIMIT_NOFILE, (newest.fileno() + 20, before[1]))
    yield
    resource.setrlimit(resource.RLIMIT_NOFILE, before)


@pytest.mark.usefixtures("few_files")
async def test_connections_that_no_file_is_left_for_are_said_once(caplog: pytest.LogCaptureFixture) -> None:
    now_and_then = SaidNowAndThen()
    logging.getLogger("asyncio").addFilter(now_and_then)
    callers: list[socket.socket] = []
    try:
        server = await asyncio.start_server(lambda _, writer: writer.close(), "127.0.0.1", 0, backlog=2048)
        with suppress(OSError):
            while True:
                callers.append(socket.create_connection(server.sockets[0].getsockname()[:2]))
        with capture_logs() as said:
            await asyncio.sleep(1.5)
    finally:
        for caller in callers:
            caller.close()
        logging.getLogger("asyncio").removeFilter(now_and_then)
    server.close()
    assert [entry["event"] for entry in said] == ["web.connections.refused"]
    assert not caplog.records
