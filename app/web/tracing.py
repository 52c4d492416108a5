"""Requests as traces: the route's template, method and status; never a path, which may hold an id of somebody's, nor
what was asked."""

from http import HTTPMethod

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.domain.tracing import StepName, Tracer, note

UNTRACED = ("/static/", "/healthz", "/readyz", "/metrics", "/events")
"""Machines ask for these all day, and the stream of events stays open as long as its page does."""


class TracesRequests:
    """A trace for each request that somebody makes."""

    def __init__(self, app: ASGIApp, tracer: Tracer) -> None:
        self._app = app
        self._tracer = tracer

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"].startswith(UNTRACED):
            await self._app(scope, receive, send)
            return
        with self._tracer.step(StepName.REQUEST):
            if scope["method"] in HTTPMethod.__members__:
                note(http_method=HTTPMethod(scope["method"]))

            async def noted(message: Message) -> None:
                if message["type"] == "http.response.start":
                    note(http_status=message["status"], http_route=getattr(scope.get("route"), "path", ""))
                await send(message)

            await self._app(scope, receive, noted)
