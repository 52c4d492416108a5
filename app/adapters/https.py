"""Small public files by HTTPS: certificates and confirmations of a mail provider. Nothing else of ours calls out."""

import asyncio
import urllib.error
import urllib.request
from http.client import HTTPException, HTTPMessage
from typing import IO

from app.domain.errors import Unreachable

LONGEST = 64 * 1024
SECONDS = 5.0


class StayHere(urllib.request.HTTPRedirectHandler):
    """A checked address must not lead to one that nobody has checked."""

    def redirect_request(
        self, req: urllib.request.Request, fp: IO[bytes], code: int, msg: str, headers: HTTPMessage, newurl: str
    ) -> None:
        return None


async def fetch(url: str) -> bytes:
    """What lies under an https address, at most LONGEST bytes. Raises Unreachable."""
    return await asyncio.to_thread(_fetch, url)


def _fetch(url: str) -> bytes:
    if not url.startswith("https://"):
        raise Unreachable("only https is fetched")
    opener = urllib.request.build_opener(StayHere)
    try:
        with opener.open(url, timeout=SECONDS) as answer:
            content: bytes = answer.read(LONGEST + 1)
    except (OSError, HTTPException, ValueError) as error:
        raise Unreachable("the provider does not answer") from error
    if len(content) > LONGEST:
        raise Unreachable("the provider answers too much")
    return content
