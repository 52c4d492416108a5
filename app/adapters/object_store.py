"""An S3-compatible object store, for what must lie outside the house: written once, kept under a lock, read back.

`bucket/key` is a path under the store's address, which every such store understands; no redirect is followed. A store
whose bucket has no Object Lock refuses what asks for one, so that nothing lies there unlocked by mistake.
"""

import asyncio
import base64
import hashlib
import urllib.error
import urllib.request
from collections.abc import Mapping
from datetime import datetime
from http.client import HTTPException
from urllib.parse import quote

from app.adapters.https import LONGEST, StayHere
from app.adapters.sigv4 import Signer
from app.domain.clock import Clock
from app.domain.errors import Invalid, Unreachable
from app.domain.ports import ObjectName

SECONDS = 15.0
EXISTS = frozenset({409, 412})
NOT_FOUND = 404
FAULT = 500


class Missing(Invalid):
    """The store knows us, and says that nothing lies there."""


class S3Store:
    """`endpoint` is the store's address, such as https://s3.eu-central-1.amazonaws.com."""

    def __init__(self, endpoint: str, signer: Signer, clock: Clock) -> None:
        self._endpoint = endpoint
        self._signer = signer
        self._clock = clock

    async def put(self, name: ObjectName, content: bytes, *, kept_until: datetime | None) -> None:
        """Store it, unless something is there. With `kept_until` nobody, of whatever rights, can delete it before.

        Raises Invalid where it is refused, Unreachable where nobody answers.
        """
        headers = {"Content-Type": "application/json", "If-None-Match": "*"}
        if kept_until is not None:
            headers |= {
                "X-Amz-Object-Lock-Mode": "COMPLIANCE",
                "X-Amz-Object-Lock-Retain-Until-Date": f"{kept_until:%Y-%m-%dT%H:%M:%SZ}",
                "Content-MD5": base64.b64encode(hashlib.md5(content, usedforsecurity=False).digest()).decode(),
            }
        await asyncio.to_thread(self._ask, "PUT", name, content, headers)

    async def get(self, name: ObjectName) -> bytes:
        """What lies there, at most LONGEST bytes. Raises Invalid or Unreachable."""
        return await asyncio.to_thread(self._ask, "GET", name, b"", {})

    async def reach(self, name: ObjectName) -> None:
        """Raises Invalid where the store refuses to say whether it is there, Unreachable where nobody answers."""
        try:
            await self.get(name)
        except Missing:
            return

    def _ask(self, method: str, name: ObjectName, body: bytes, headers: Mapping[str, str]) -> bytes:
        url = f"{self._endpoint}/{quote(f'{name.bucket}/{name.key}', safe='/-_.~')}"
        signed = self._signer.signed(method, url, headers=headers, body=body, at=self._clock())
        request = urllib.request.Request(url, data=body or None, headers=signed, method=method)  # noqa: S310  # the operator's
        try:
            with urllib.request.build_opener(StayHere).open(request, timeout=SECONDS) as answer:
                content: bytes = answer.read(LONGEST + 1)
        except urllib.error.HTTPError as error:
            with error:
                raise _refusal(error.code, name) from None
        except (OSError, HTTPException, ValueError) as error:
            raise Unreachable("the object store does not answer") from error
        if len(content) > LONGEST:
            raise Unreachable("the object store answers too much")
        return content


def _refusal(status: int, name: ObjectName) -> Invalid | Unreachable:
    if status == NOT_FOUND:
        return Missing(f"there is no {name} in the object store")
    if status >= FAULT:
        return Unreachable(f"the object store answers with status {status}")
    if status in EXISTS:
        return Invalid(f"{name} is there already, and is not written over")
    return Invalid(f"the object store refuses {name} with status {status}: check bucket, rights, clock and Object Lock")
