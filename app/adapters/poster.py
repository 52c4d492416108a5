"""Posts webhooks to the origins that the operator named, and to no other: nobody's own wish reaches further in."""

import asyncio
import urllib.error
import urllib.request
from collections.abc import Mapping, Sequence
from http.client import HTTPException
from urllib.parse import urlsplit

from app.adapters.https import StayHere
from app.domain.errors import Unreachable

SECONDS = 10.0


class WebhookPoster:
    """`origins`: such as https://hooks.example.com."""

    def __init__(self, origins: Sequence[str]) -> None:
        self._origins = frozenset(origin.rstrip("/").lower() for origin in origins)

    @property
    def allows_any(self) -> bool:
        return bool(self._origins)

    def allows(self, url: str) -> bool:
        if not url.isprintable() or " " in url:  # which one reader takes out, and another does not
            return False
        try:
            parts = urlsplit(url)
        except ValueError:
            return False
        return f"{parts.scheme}://{parts.netloc}".lower() in self._origins

    async def post(self, url: str, body: bytes, headers: Mapping[str, str]) -> int:
        """The status that it was answered with. Raises Unreachable."""
        if not self.allows(url):
            raise Unreachable("the operator does not allow this origin")
        return await asyncio.to_thread(_post, url, body, headers)


def _post(url: str, body: bytes, headers: Mapping[str, str]) -> int:
    request = urllib.request.Request(url, data=body, headers=dict(headers), method="POST")  # noqa: S310  # allowed above
    opener = urllib.request.build_opener(StayHere)
    try:
        with opener.open(request, timeout=SECONDS) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        with error:
            return error.code
    except (OSError, HTTPException, ValueError) as error:
        raise Unreachable("the webhook does not answer") from error
