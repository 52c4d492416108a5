"""Bodies of deliveries against a real server, by senders that no client library would make: how much is read of them,
for how long, and of how many at once."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace

import pytest
import uvicorn
from fastapi import FastAPI

from app.db.tables.mail import MailboxKind
from app.intake.bodies import Bodies
from app.intake.routes import router
from app.web.answers import HANDLERS
from tests.instances import Instance, mail
from tests.integration.test_webhook import SECRET, migrated_url, signed
from tests.servers.process import free_port
from tests.unit.intake.test_providers import MAILGUN_KEY

LONGEST = 200_000
__all__ = ["migrated_url"]


@asynccontextmanager
async def server(instance: Instance, bodies: Bodies) -> AsyncIterator[int]:
    """The routes of intake behind uvicorn, as `serve` has them. Its port."""
    async with instance.database.write() as uow:
        for name, secret, scheme in (("box", SECRET, "raw"), ("gun", MAILGUN_KEY, "mailgun")):
            await uow.mailboxes.add(
                secret=secret, name=name, address=f"{name}@seller.example", kind=MailboxKind.WEBHOOK, scheme=scheme
            )
    app = FastAPI()
    app.state.services = replace(instance, bodies=bodies)
    app.include_router(router)
    for kind, handler in HANDLERS.items():
        app.add_exception_handler(kind, handler)
    config = uvicorn.Config(app, "127.0.0.1", free_port(), log_config=None, lifespan="off")
    running = uvicorn.Server(config)
    task = asyncio.create_task(running.serve())
    while not running.started:  # noqa: ASYNC110  # uvicorn has no event for it
        await asyncio.sleep(0.01)
    try:
        yield config.port
    finally:
        running.should_exit = True
        await task


class Sender:
    """A connection that says exactly what it is told to."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self.writer = writer

    async def head(self, instance: Instance, path: str = "box", **headers: str) -> None:
        signature = signed(b"", webhook_id="forged", at=instance.clock())
        kind = "multipart/form-data; boundary=b" if path == "gun" else "message/rfc822"
        lines = {"host": "duebox", "content-type": kind, **signature, **headers}
        head = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in lines.items())
        await self.write(f"POST /webhooks/mail/{path} HTTP/1.1\r\n{head}\r\n".encode())

    async def write(self, data: bytes) -> None:
        self.writer.write(data)
        await self.writer.drain()

    async def chunk(self, size: int) -> None:
        await self.write(f"{size:x}\r\n".encode() + b"x" * size + b"\r\n")

    async def answer(self) -> int:
        """The status; the whole head is read."""
        async with asyncio.timeout(20):
            head = await self.reader.readuntil(b"\r\n\r\n")
        return int(head.split()[1])

    async def is_ended(self) -> bool:
        async with asyncio.timeout(20):
            await self.reader.read()
        return self.reader.at_eof()


@asynccontextmanager
async def sender(port: int) -> AsyncIterator[Sender]:
    one = Sender(*await asyncio.open_connection("127.0.0.1", port))
    try:
        yield one
    finally:
        one.writer.close()


@pytest.mark.parametrize("path", ["box", "gun"])
@pytest.mark.parametrize("expect", ["", "100-continue"])
async def test_what_is_announced_too_long_is_refused_before_a_byte_of_it_came(
    instance: Instance, path: str, expect: str
) -> None:
    async with server(instance, Bodies(longest=LONGEST)) as port, sender(port) as one:
        await one.head(instance, path, content_length=str(LONGEST + 1), **({"expect": expect} if expect else {}))
        assert await one.answer() == 413, "and nobody is asked to go on"


@pytest.mark.parametrize("path", ["box", "gun"])
async def test_what_grows_too_long_is_refused_there(instance: Instance, path: str) -> None:
    async with server(instance, Bodies(longest=LONGEST)) as port, sender(port) as one:
        await one.head(instance, path, transfer_encoding="chunked")
        await one.chunk(LONGEST)
        await one.chunk(1)
        assert await one.answer() == 413


async def test_a_sender_that_first_says_all_hears_the_answer(instance: Instance) -> None:
    async with server(instance, Bodies(longest=LONGEST)) as port, sender(port) as one:
        await one.head(instance, content_length=str(40 * LONGEST))
        await one.write(b"x" * 40 * LONGEST)
        assert await one.answer() == 413
        assert await one.is_ended()


async def test_a_body_has_a_deadline_that_grows_with_what_came(instance: Instance) -> None:
    async with server(instance, Bodies(grace=0.4)) as port, sender(port) as slow, sender(port) as steady:
        await slow.head(instance, content_length="1000")
        await steady.head(instance, content_length=str(LONGEST))
        for _ in range(10):
            await steady.write(b"x" * (LONGEST // 10))
            await slow.write(b"x")
            await asyncio.sleep(0.1)
        assert await slow.answer() == 503, "try again"
        assert await steady.answer() == 401, "read to its end, and found to be forged"


async def test_what_came_fast_is_no_leave_to_stop(instance: Instance) -> None:
    async with server(instance, Bodies(grace=0.4)) as port, sender(port) as one:
        await one.head(instance, content_length=str(LONGEST * 20))
        await one.write(b"x" * (LONGEST * 20 - 1))
        assert await one.answer() == 503, "within seconds, not in the 40 s that so many bytes are worth"


async def test_many_forged_ones_at_once_are_held_to_the_room_and_leave_room_afterwards(instance: Instance) -> None:
    bodies = Bodies(longest=LONGEST, room=3 * LONGEST)
    async with server(instance, bodies) as port:
        async with AsyncExitStack() as stack:
            for _ in range(6):
                await half_a_body(await stack.enter_async_context(sender(port)), instance)
            await until(lambda: bodies.held == 2 * LONGEST)
            for _ in range(10):
                async with sender(port) as one:
                    await half_a_body(one, instance)
                    assert await one.answer() == 503, "try again"
                    assert bodies.held == 2 * LONGEST
            async with sender(port) as another:
                await another.head(instance, "gun", content_length=str(LONGEST))
                await another.write(b"x" * LONGEST)
                assert await another.answer() == 400, "read to its end, and found to be no form"
        await until(lambda: bodies.held == 0)
        body = mail()
        async with sender(port) as honest:
            signature = signed(body, webhook_id="msg_1", at=instance.clock())
            await honest.head(instance, content_length=str(len(body)), **signature)
            await honest.write(body)
            assert await honest.answer() == 204
    assert len(await instance.messages()) == 1


async def half_a_body(one: Sender, instance: Instance) -> None:
    await one.head(instance, content_length=str(LONGEST))
    await one.write(b"x" * (LONGEST // 2))


async def until(claim: Callable[[], bool]) -> None:
    async with asyncio.timeout(20):
        while not claim():  # noqa: ASYNC110  # what the server counts
            await asyncio.sleep(0.01)
