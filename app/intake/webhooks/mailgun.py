"""Mailgun routes, `forward("…/webhooks/mail/NAME/mime")`: a form, signed over its timestamp and token.

The signature does not cover the mail, so a token is good for one mail: it is the delivery's id, and a second mail under
it is not stored. A try that failed is repeated for eight hours with the first signature, which therefore stays good for
longer than elsewhere. Mailgun understands 200 and 406 alone; everything else it repeats.
https://documentation.mailgun.com/docs/mailgun/user-manual/receive-forward-store/receive-http
"""

import hmac
import json
import re
from collections.abc import Mapping
from datetime import datetime, timedelta

from app.domain.errors import SettingInvalid, SignatureRefused
from app.intake.webhooks.forms import Form, read_form
from app.intake.webhooks.rebuilding import Pieces, rebuilt
from app.intake.webhooks.scheme import Delivery, MalformedRequest, check_time

REPEATED_FOR = timedelta(hours=9)
_TOKEN = re.compile(r"[\x21-\x7e]{1,256}")


class Mailgun:
    content_types = frozenset({"multipart/form-data", "application/x-www-form-urlencoded"})
    accepted = 200
    refused = 406
    proof = "the account's HTTP webhook signing key"
    path = "/mime"

    def new_secret(self) -> str:
        return ""

    def check_secret(self, secret: str) -> None:
        if not secret:
            raise SettingInvalid("there is no signing key")

    def check_headers(self, headers: Mapping[str, str], *, now: datetime) -> None:
        """All that matters is in the form."""

    async def open(self, secret: str, headers: Mapping[str, str], body: bytes, *, now: datetime) -> Delivery:
        self.check_secret(secret)
        form = await read_form(headers, body)
        timestamp, token, given = form.text("timestamp"), form.text("token"), form.text("signature")
        if not _TOKEN.fullmatch(token) or not given:
            raise MalformedRequest("timestamp, token or signature is missing")
        expected = hmac.digest(secret.encode(), f"{timestamp}{token}".encode(), "sha256").hex()
        if not hmac.compare_digest(expected.encode(), given.lower().encode()):
            raise SignatureRefused("the signature does not fit")
        check_time(timestamp, now=now, tolerance=REPEATED_FOR)
        raw = form.fields.get("body-mime") or rebuilt(_pieces(form), "mailgun")
        return Delivery(token, raw)


def _pieces(form: Form) -> Pieces:
    if "body-plain" not in form.fields and "body-html" not in form.fields:
        raise MalformedRequest("the form holds no mail: let the route's URL end in /mime")
    try:
        headers = [(str(name), str(value)) for name, value in json.loads(form.text("message-headers") or "[]")]
    except (ValueError, TypeError, RecursionError):
        headers = []
    headers = headers or [
        ("From", form.text("from")),
        ("Subject", form.text("subject")),
        ("To", form.text("recipient")),
    ]
    return Pieces(headers, form.text("body-plain"), form.text("body-html"), form.files)
