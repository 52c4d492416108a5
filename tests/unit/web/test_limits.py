"""Requests that say twice how long they are, or stop in the middle; names of files that leave."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, StreamingResponse
from starlette.routing import Route
from starlette.types import Message

from app.web.headers import file_name, saved_as
from app.web.limits import BodyLimit

NONE: Mapping[str, str] = {}


async def _length(request: Request) -> PlainTextResponse:
    return PlainTextResponse(str(len(await request.body())))


async def _until_they_leave(request: Request) -> StreamingResponse:
    async def dots() -> AsyncIterator[str]:
        while not await request.is_disconnected():
            yield "."
            await asyncio.sleep(0.01)

    return StreamingResponse(dots())


APP = BodyLimit(
    Starlette(routes=[Route("/", _length, methods=["POST"]), Route("/stream", _until_they_leave)]), patience=0.1
)


async def asked(
    path: str, *messages: Message, wait: float = 0.0, headers: Mapping[str, str] = NONE
) -> tuple[int, bytes]:
    """The status and body that the application answers with; after its messages the client waits for `wait` seconds,
    then for ever, or it leaves."""
    given, sent = list(messages), list[Any]()

    async def receive() -> Message:
        if given:
            return given.pop(0)
        await asyncio.sleep(wait or 3600)
        return {"type": "http.disconnect"}

    async def send(message: Any) -> None:
        sent.append(message)

    names = [(name.encode(), value.encode()) for name, value in headers.items()]
    scope = {
        "type": "http", "method": "POST" if path == "/" else "GET", "path": path, "raw_path": path.encode(),
        "query_string": b"", "headers": names, "http_version": "1.1", "asgi": {"spec_version": "2.3"},
    }  # fmt: skip
    await asyncio.wait_for(APP(scope, receive, send), 10)
    return sent[0]["status"], b"".join(message.get("body", b"") for message in sent)


def _part(body: bytes, *, more: bool) -> Message:
    return {"type": "http.request", "body": body, "more_body": more}


async def test_a_body_that_never_ends_is_not_waited_for() -> None:
    assert (await asked("/", _part(b"a", more=True)))[0] == 408
    assert await asked("/", _part(b"a", more=True), _part(b"b", more=False)) == (200, b"2")


async def test_a_stream_goes_on_for_longer_than_a_body_may_take_and_ends_with_its_reader() -> None:
    status, dots = await asked("/stream", _part(b"", more=False), wait=0.5)
    assert (status, len(dots) > 15) == (200, True)


async def test_a_request_has_one_length() -> None:
    both = {"content-length": "1", "transfer-encoding": "chunked"}
    assert (await asked("/", _part(b"a", more=False), headers=both))[0] == 400


@pytest.mark.parametrize(
    ("name", "saved"),
    [
        ("Rechnung 5.pdf", "Rechnung 5.pdf"),
        ("../../etc/passwd", "passwd"),
        ("..\\..\\evil.exe", "evil.exe"),
        ("a\r\nX-Evil: 1.pdf", "a X-Evil: 1.pdf"),
        ("a\x00b\x1b[31m\u202egpj.exe", "ab[31mgpj.exe"),
        ("invoice.pdf\u00a0 .exe", "invoice.pdf .exe"),
        ("con.pdf", "_con.pdf"),
        (" .. ", "file"),
        ("\ud800", "file"),
        ("x" * 300 + ".pdf", "x" * 146 + ".pdf"),
        ("x." + "y" * 300, "x." + "y" * 148),
    ],
)
def test_a_file_is_saved_under_a_name_that_shows_all_of_itself_in_no_other_folder(name: str, saved: str) -> None:
    assert file_name(name) == saved
    assert saved_as(name).isascii()
    assert "\n" not in saved_as(name)
