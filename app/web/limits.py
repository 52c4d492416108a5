"""How much a caller may send before anybody looks at who it is, and how slowly. Webhooks bring mails and have limits of
their own (`app/intake/bodies.py`)."""

import asyncio

from starlette.exceptions import HTTPException
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

MOST_BYTES = 2 * 1024 * 1024
PATIENCE_BYTES = 16 * MOST_BYTES
PATIENCE_SECONDS = 60.0
"""For a whole body: as long as the largest takes at 35 kB a second."""

UNLIMITED = "/webhooks/"
TWO_LENGTHS = frozenset({b"content-length", b"transfer-encoding"})


class BodyLimit:
    """A form or a JSON body above the limit is answered with 413. The rest of it is read and dropped, within reason: a
    caller that is cut off while it still writes never sees the answer. One that stops in the middle gets 408.

    A request that says twice how long it is may be two to the proxy before us: it is refused, and the connection ends
    (RFC 9112 §6.1)."""

    def __init__(self, app: ASGIApp, *, patience: float = PATIENCE_SECONDS) -> None:
        self._app = app
        self._patience = patience

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and {name for name, _ in scope["headers"]} >= TWO_LENGTHS:
            answer = PlainTextResponse("a request has one length", 400, headers={"Connection": "close"})
            await answer(scope, receive, send)
            return
        if scope["type"] != "http" or scope["path"].startswith(UNLIMITED):
            await self._app(scope, receive, send)
            return
        received, until, is_whole = 0, asyncio.get_running_loop().time() + self._patience, False

        async def counted() -> Message:
            nonlocal received, is_whole
            message = await (receive() if is_whole else self._soon(receive, until))
            is_whole = is_whole or not message.get("more_body")
            received += len(message.get("body", b""))
            if received > MOST_BYTES:
                while message.get("more_body") and received <= PATIENCE_BYTES:
                    message = await receive()
                    received += len(message.get("body", b""))
                raise HTTPException(413, f"a request may have {MOST_BYTES} bytes")
            return message

        await self._app(scope, counted, send)

    @staticmethod
    async def _soon(receive: Receive, until: float) -> Message:
        """Raises HTTPException. In no task of its own: Starlette looks for a disconnect by a call that may not wait."""
        try:
            async with asyncio.timeout_at(until):
                return await receive()
        except TimeoutError:
            raise HTTPException(408, "the request took too long") from None
