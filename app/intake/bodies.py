"""Bodies of deliveries, taken in before anybody knows who sent them: bounded each in bytes and in time, and all of them
together in memory. One mailbox never has all of that: what is left takes the longest mail of another.

    too long ─▶ refused at once, before more of it is read      too slow, or no room left ─▶ try again
    else ─▶ held until the mail in it is stored
"""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse
from starlette.types import Receive, Scope, Send

from app.domain.errors import MailTooLarge, Unreachable
from app.intake.incoming import MAX_BYTES
from app.intake.webhooks.scheme import MalformedRequest

ROOM_BYTES = 3 * MAX_BYTES
"""For all bodies at once: unpacked and sealed, a mail needs some four times as much for a moment."""

GRACE_SECONDS = 30.0
SLOWEST = 100_000
"""Bytes a second. A body may take the grace, and a second for so many bytes that have come; what came fast is no leave
to stop for longer than the grace."""

DRAIN_BYTES = 2 * MAX_BYTES
DRAIN_SECONDS = 10.0
TOO_LONG = 413
RETRY_SECONDS = 60


class BodyTooLong(MailTooLarge):
    """Nobody asks how long it is altogether."""


class TooSlow(Unreachable):
    """A network that is better in an hour, or somebody who wants to keep us busy."""


class NoRoom(Unreachable):
    """Others have all of it now."""


class Bodies:
    """`longest`: bytes of one body; `room`: of all that are held; `grace`: seconds that the smallest may take."""

    def __init__(self, *, longest: int = MAX_BYTES, room: int = ROOM_BYTES, grace: float = GRACE_SECONDS) -> None:
        self._longest = longest
        self._room = room
        self._share = max(longest, room - longest)
        self._grace = grace
        self._held: Counter[str] = Counter()

    @property
    def held(self) -> int:
        """Bytes in memory now."""
        return self._held.total()

    @asynccontextmanager
    async def held_while(self, request: Request, mailbox: str) -> AsyncIterator[bytes]:
        """The body of a delivery to this mailbox, which has its place until the block ends.

        Raises BodyTooLong, TooSlow or NoRoom while more of it may come, and MalformedRequest when it is empty or ends
        early.
        """
        announced = request.headers.get("content-length", "")
        self._check(mailbox, int(announced) if announced.isdecimal() else 0)
        body, size = bytearray(), 0
        try:
            async for chunk in self._in_time(request):
                self._check(mailbox, size + len(chunk), chunk)
                body += chunk
                size += len(chunk)
                self._held[mailbox] += len(chunk)
            if not body:
                raise MalformedRequest("the body is empty")
            whole = bytes(body)
            body.clear()
            yield whole
        finally:
            self._held[mailbox] -= size

    def _check(self, mailbox: str, size: int, chunk: bytes = b"") -> None:
        if size > self._longest:
            raise BodyTooLong(f"a mail may have {self._longest} bytes")
        if self.held + len(chunk) > self._room or self._held[mailbox] + len(chunk) > self._share:
            raise NoRoom("too much mail is coming in at once")

    async def _in_time(self, request: Request) -> AsyncIterator[bytes]:
        stream, clock = request.stream(), asyncio.get_running_loop().time
        deadline = clock() + self._grace
        try:
            while True:
                async with asyncio.timeout_at(deadline):
                    chunk = await anext(stream, None)
                if chunk is None:
                    return
                deadline = min(deadline + len(chunk) / SLOWEST, clock() + self._grace)
                yield chunk
        except TimeoutError:
            raise TooSlow("the body comes too slowly") from None
        except ClientDisconnect:
            raise MalformedRequest("the body ended early") from None


class Refusal(JSONResponse):
    """An answer to somebody who still writes: it is said at once, and what comes is dropped for a while, since a sender
    that is cut off in the middle of a word never sees it, and would try again for days. Then the connection ends.

    Who waits to be asked for the body (`Expect: 100-continue`) is not asked.
    """

    def __init__(self, detail: str, status: int) -> None:
        again = {} if status == TOO_LONG else {"Retry-After": str(RETRY_SECONDS)}
        super().__init__({"detail": detail}, status, headers={"Connection": "close", **again})

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
        await send({"type": "http.response.body", "body": self.body, "more_body": True})
        if not any(name == b"expect" for name, _ in scope["headers"]):
            await _drop(receive)
        await send({"type": "http.response.body", "body": b"", "more_body": False})


async def _drop(receive: Receive) -> None:
    dropped, more = 0, True
    try:
        async with asyncio.timeout(DRAIN_SECONDS):
            while more and dropped < DRAIN_BYTES:
                message = await receive()
                dropped += len(message.get("body", b""))
                more = message["type"] == "http.request" and message.get("more_body", False)
    except TimeoutError:
        return
