"""Standard Webhooks 1.0 with the mail itself as the body: HMAC-SHA256 over `id.timestamp.body`, several signatures
while a secret is changed (https://www.standardwebhooks.com).

It is computed here, over bytes: the `standardwebhooks` package decodes the body as UTF-8, which mail need not be.
"""

import base64
import binascii
import hmac
import re
import secrets
from collections.abc import Mapping
from datetime import datetime

from app.domain.errors import SettingInvalid, SignatureRefused
from app.intake.webhooks.scheme import Delivery, MalformedRequest, check_time

SECRET_BYTES = 32
SHORTEST_SECRET = 24
_ID = re.compile(r"[\x21-\x7e]{1,256}")
_TIMESTAMP = re.compile(r"[0-9]{1,12}")


class StandardWebhooks:
    content_types = frozenset({"message/rfc822", "application/octet-stream", "text/plain"})
    accepted = 204
    refused = 401
    proof = f"whsec_ and at least {SHORTEST_SECRET} bytes in base64"
    path = ""

    def new_secret(self) -> str:
        return f"whsec_{base64.b64encode(secrets.token_bytes(SECRET_BYTES)).decode()}"

    def check_secret(self, secret: str) -> None:
        if len(_key(secret)) < SHORTEST_SECRET:
            raise SettingInvalid(f"the secret must have at least {SHORTEST_SECRET} bytes")

    def check_headers(self, headers: Mapping[str, str], *, now: datetime) -> None:
        webhook_id = headers.get("webhook-id", "")
        timestamp = headers.get("webhook-timestamp", "")
        if not _ID.fullmatch(webhook_id) or not _TIMESTAMP.fullmatch(timestamp) or not headers.get("webhook-signature"):
            raise MalformedRequest("webhook-id, webhook-timestamp or webhook-signature is missing or malformed")
        check_time(timestamp, now=now)

    async def open(self, secret: str, headers: Mapping[str, str], body: bytes, *, now: datetime) -> Delivery:
        digest = hmac.new(_key(secret), f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode(), "sha256")
        digest.update(body)  # apart: it may be long, and there may be many
        expected = digest.digest()
        matches = [hmac.compare_digest(expected, given) for given in _signatures(headers["webhook-signature"])]
        if not any(matches):
            raise SignatureRefused("no signature fits")
        return Delivery(headers["webhook-id"], body)


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
        encoded = secret.removeprefix("whsec_").rstrip("=")
        key = base64.b64decode(encoded + "=" * (-len(encoded) % 4), validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if not key:
        raise SettingInvalid("the secret is not whsec_ and base64, as the Standard Webhooks scheme has it")
    return key
