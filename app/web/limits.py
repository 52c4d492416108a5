"""How much a caller may send before anybody looks at who it is. Webhooks bring mails and have a limit of their own."""

from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

MOST_BYTES = 2 * 1024 * 1024
PATIENCE_BYTES = 16 * MOST_BYTES
UNLIMITED = "/webhooks/"


class BodyLimit:
    """A form or a JSON body above the limit is answered with 413. The rest of it is read and dropped, within reason: a
    caller that is cut off while it still writes never sees the answer."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"].startswith(UNLIMITED):
            await self._app(scope, receive, send)
            return
        received = 0

        async def counted() -> Message:
            nonlocal received
            message = await receive()
            received += len(message.get("body", b""))
            if received > MOST_BYTES:
                while message.get("more_body") and received <= PATIENCE_BYTES:
                    message = await receive()
                    received += len(message.get("body", b""))
                raise HTTPException(413, f"a request may have {MOST_BYTES} bytes")
            return message

        await self._app(scope, counted, send)
