"""An HTTP client for an endpoint that is not ours: it asks the address that was named and no other, and what comes back
never fills the memory. A redirect is an answer like any other; a packed body, which nobody asked for, is refused, since
a thousandth of it unpacks to the whole (RFC 9110 §12.5.3 lets us ask for none)."""

from collections.abc import AsyncIterator

import httpx2
from openai import DefaultAsyncHttpxClient

PLAIN = frozenset({"", "identity"})


class _Bounded(httpx2.AsyncByteStream):
    def __init__(self, response: httpx2.Response, inner: httpx2.AsyncByteStream, most: int) -> None:
        self._response = response
        self._inner = inner
        self._most = most

    async def __aiter__(self) -> AsyncIterator[bytes]:
        received = 0
        async for piece in self._inner:
            received += len(piece)
            if received > self._most:
                raise httpx2.DecodingError("the answer is too long", request=self._response.request)
            yield piece

    async def aclose(self) -> None:
        await self._inner.aclose()


def bounded_client(most_bytes: int) -> httpx2.AsyncClient:
    """With openai's own limits and the proxies of the environment. An answer of more bytes raises DecodingError."""

    async def bound(response: httpx2.Response) -> None:
        if response.headers.get("content-encoding", "").strip().lower() not in PLAIN:
            raise httpx2.DecodingError("the answer is packed", request=response.request)
        if isinstance(response.stream, httpx2.AsyncByteStream):
            response.stream = _Bounded(response, response.stream, most_bytes)

    return DefaultAsyncHttpxClient(
        timeout=None,
        follow_redirects=False,
        headers={"Accept-Encoding": "identity"},
        event_hooks={"response": [bound]},
    )
