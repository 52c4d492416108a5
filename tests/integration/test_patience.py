"""Clients that are connected and say nothing, or only half of what they want; over real sockets."""

import asyncio
import contextlib
from collections.abc import AsyncIterator

import pytest
from fastapi import FastAPI

from app.operations.patience import PatientProtocol
from app.operations.running import server_of

ASK = b"GET / HTTP/1.1\r\nHost: duebox.example\r\n\r\n"


@pytest.fixture
async def port(unused_tcp_port: int, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[int]:
    monkeypatch.setattr(PatientProtocol, "seconds", 0.5)
    app = FastAPI()

    @app.get("/")
    async def slow() -> str:
        await asyncio.sleep(1.0)
        return "done"

    server = server_of(app, "127.0.0.1", unused_tcp_port, "127.0.0.1")
    running = asyncio.create_task(server.serve())
    while not server.started:  # noqa: ASYNC110  # uvicorn has no event for it
        await asyncio.sleep(0.01)
    yield unused_tcp_port
    server.should_exit = True
    await running


@pytest.mark.parametrize("said", [b"", b"GET / HTTP/1.1\r\nX: ", ASK + b"GET /"])
async def test_who_does_not_come_to_the_point_is_hung_up_on(port: int, said: bytes) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(said)
    drip = asyncio.create_task(_drip(writer))
    answer = await asyncio.wait_for(reader.read(), 10)
    drip.cancel()
    writer.close()
    assert answer.count(b"200 OK") == said.count(ASK)


async def _drip(writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(OSError):
        while True:
            await asyncio.sleep(0.2)
            writer.write(b"x" if writer.get_extra_info("peername") else b"")


async def test_an_answer_may_take_longer_than_a_question(port: int) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    for _ in range(2):
        writer.write(ASK)
        assert b"200 OK" in await asyncio.wait_for(reader.readuntil(b'"done"'), 10)
    writer.close()
