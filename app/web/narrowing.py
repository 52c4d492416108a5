"""One request never narrows the next (see `app.db.narrowing`)."""

from starlette.types import ASGIApp, Receive, Scope, Send

from app.db.narrowing import unnarrowed


class Unnarrowed:
    """Every request begins as if nobody asked; who asks is known once the session or the token was looked up."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        with unnarrowed():
            await self._app(scope, receive, send)
