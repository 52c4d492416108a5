"""Who may hand us mail over HTTP. Each scheme proves it in its own way; nothing is parsed before it has.

`raw` is Standard Webhooks 1.0: HMAC-SHA256 over `id.timestamp.body`, several signatures while a secret is changed.
It is computed here, over bytes: the `standardwebhooks` package decodes the body as UTF-8, which mail need not be.
"""

import base64
import binascii
import hmac
import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Protocol

from app.domain.errors import AppError, SettingInvalid, SignatureRefused

TOLERANCE = timedelta(minutes=5)

_ID = re.compile(r"[\x21-\x7e]{1,256}")
_TIMESTAMP = re.compile(r"[0-9]{1,12}")


class MalformedRequest(AppError):
    """What the scheme needs is missing or is not in its form."""


class Scheme(Protocol):
    """One way to sign."""

    content_types: frozenset[str]

    def check_headers(self, headers: Mapping[str, str], *, now: datetime) -> str:
        """The provider's id of the mail. Raises MalformedRequest or SignatureRefused before the body is read."""
        ...

    def check_body(self, secret: str, headers: Mapping[str, str], body: bytes) -> None:
        """Raises SignatureRefused; SettingInvalid when our own secret is no secret."""
        ...


class StandardWebhooks:
    """https://www.standardwebhooks.com, with the mail itself as the body."""

    content_types = frozenset({"message/rfc822", "application/octet-stream", "text/plain"})

    def check_headers(self, headers: Mapping[str, str], *, now: datetime) -> str:
        webhook_id = headers.get("webhook-id", "")
        timestamp = headers.get("webhook-timestamp", "")
        if not _ID.fullmatch(webhook_id) or not _TIMESTAMP.fullmatch(timestamp) or not headers.get("webhook-signature"):
            raise MalformedRequest("webhook-id, webhook-timestamp or webhook-signature is missing or malformed")
        if abs(now - datetime.fromtimestamp(0, UTC) - timedelta(seconds=int(timestamp))) > TOLERANCE:
            raise SignatureRefused("the timestamp is more than five minutes off")
        return webhook_id

    def check_body(self, secret: str, headers: Mapping[str, str], body: bytes) -> None:
        signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode("ascii") + body
        expected = hmac.digest(_key(secret), signed, "sha256")
        matches = [hmac.compare_digest(expected, given) for given in _signatures(headers["webhook-signature"])]
        if not any(matches):
            raise SignatureRefused("no signature fits")


SCHEMES: Mapping[str, Scheme] = {"raw": StandardWebhooks()}


def _signatures(header: str) -> list[bytes]:
    """The `v1,<base64>` entries; others are of schemes that we do not know."""
    found: list[bytes] = []
    for entry in header.split(" "):
        version, _, encoded = entry.partition(",")
        if version == "v1":
            try:
                found.append(base64.b64decode(encoded, validate=True))
            except ValueError:
                continue
    return found


def _key(secret: str) -> bytes:
    try:
        key = base64.b64decode(secret.removeprefix("whsec_") + "==")
    except (binascii.Error, ValueError):
        key = b""
    if not key:
        raise SettingInvalid("the mailbox's secret is not whsec_ and base64")
    return key
