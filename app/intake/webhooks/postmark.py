"""Postmark's inbound webhook: JSON, not signed. It proves itself by the name and password in the URL that it calls
(`https://NAME:PASSWORD@…`), which it sends as HTTP basic authentication.

https://postmarkapp.com/developer/webhooks/inbound-webhook
"""

import base64
import hmac
import json
import secrets
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from app.domain.errors import SettingInvalid, SignatureRefused
from app.intake.webhooks.forms import FormFile
from app.intake.webhooks.rebuilding import Pieces, rebuilt
from app.intake.webhooks.scheme import Delivery, MalformedRequest

SECRET_BYTES = 32
SHORTEST_SECRET = 12


class Postmark:
    content_types = frozenset({"application/json"})
    accepted = 200
    refused = 403
    """Postmark repeats everything but 200 and 403."""

    proof = "the name and password of the webhook's URL, as NAME:PASSWORD"
    path = ""

    def new_secret(self) -> str:
        return f"postmark:{secrets.token_urlsafe(SECRET_BYTES)}"

    def check_secret(self, secret: str) -> None:
        name, _, password = secret.partition(":")
        if not name or len(password) < SHORTEST_SECRET:
            raise SettingInvalid(f"the secret is not NAME:PASSWORD with a password of {SHORTEST_SECRET} characters")

    def check_headers(self, headers: Mapping[str, str], *, now: datetime) -> None:
        if not headers.get("authorization", "").lower().startswith("basic "):
            raise SignatureRefused("the webhook's URL holds no name and password")

    async def open(self, secret: str, headers: Mapping[str, str], body: bytes, *, now: datetime) -> Delivery:
        self.check_secret(secret)
        try:
            given = base64.b64decode(headers["authorization"].partition(" ")[2], validate=True)
        except ValueError:  # no base64, or not even ASCII
            raise SignatureRefused("the password does not fit") from None
        if not hmac.compare_digest(given, secret.encode()):
            raise SignatureRefused("the password does not fit")
        mail = _mail(body)
        raw = mail.get("RawEmail")
        as_bytes = raw.encode("utf-8", "surrogatepass") if isinstance(raw, str) and raw else None
        return Delivery(str(mail["MessageID"])[:256], as_bytes or rebuilt(_pieces(mail), "postmark"))


def _mail(body: bytes) -> dict[str, Any]:
    try:
        mail = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise MalformedRequest("the body is not JSON") from error
    if not isinstance(mail, dict) or not mail.get("MessageID"):
        raise MalformedRequest("MessageID is missing")
    return mail


def _pieces(mail: dict[str, Any]) -> Pieces:
    fields = {name.lower() for name, _ in _headers(mail)}
    own = [
        (name, str(mail[name]))
        for name in ("From", "To", "Cc", "Subject", "Date")
        if mail.get(name) and name.lower() not in fields
    ]
    return Pieces(
        [*own, *_headers(mail)], str(mail.get("TextBody") or ""), str(mail.get("HtmlBody") or ""), _files(mail)
    )


def _headers(mail: dict[str, Any]) -> list[tuple[str, str]]:
    listed = mail.get("Headers")
    found = listed if isinstance(listed, list) else []
    return [(str(h.get("Name", "")), str(h.get("Value", ""))) for h in found if isinstance(h, dict)]


def _files(mail: dict[str, Any]) -> list[FormFile]:
    listed = mail.get("Attachments")
    files = []
    for file in listed if isinstance(listed, list) else []:
        if isinstance(file, dict):
            try:
                content = base64.b64decode(str(file.get("Content", "")))
            except ValueError as error:
                raise MalformedRequest("an attachment is not base64") from error
            files.append(FormFile(str(file.get("Name", "")), str(file.get("ContentType", "")), content))
    return files
