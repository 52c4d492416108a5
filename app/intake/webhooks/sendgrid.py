"""SendGrid's Inbound Parse with a signature policy: a form, signed by ECDSA (P-256) over timestamp and raw body.

The secret is the policy's public key as SendGrid shows it: base64 of its DER form. SendGrid gives no id that stays the
same from one try to the next, so the mail's own bytes are the delivery's id: whoever repeats an old delivery brings
nothing new, and a stamp that is hours off costs no mail. A try that failed is repeated for three days.
https://www.twilio.com/docs/sendgrid/for-developers/parsing-email/securing-your-parse-webhooks
"""

import base64
import binascii
import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from hashlib import sha256

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, EllipticCurvePublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_der_public_key

from app.domain.errors import SettingInvalid, SignatureRefused
from app.intake.webhooks.forms import Form, read_form
from app.intake.webhooks.rebuilding import Pieces, rebuilt
from app.intake.webhooks.scheme import Delivery, MalformedRequest, check_time
from app.reading.charsets import decode_text

SIGNATURE = "x-twilio-email-event-webhook-signature"
TIMESTAMP = "x-twilio-email-event-webhook-timestamp"
REPEATED_FOR = timedelta(days=3)


class SendGrid:
    content_types = frozenset({"multipart/form-data"})
    accepted = 200
    refused = 401
    proof = "the public key of the security policy, in base64"
    path = ""

    def new_secret(self) -> str:
        return ""

    def check_secret(self, secret: str) -> None:
        _key(secret)

    def check_headers(self, headers: Mapping[str, str], *, now: datetime) -> None:
        if not headers.get(SIGNATURE):
            raise MalformedRequest(f"{SIGNATURE} is missing: give the parse setting a security policy with a signature")
        check_time(headers.get(TIMESTAMP, ""), now=now, tolerance=REPEATED_FOR)

    async def open(self, secret: str, headers: Mapping[str, str], body: bytes, *, now: datetime) -> Delivery:
        signed = headers[TIMESTAMP].encode("ascii") + body
        key = _key(secret)
        try:
            key.verify(base64.b64decode(headers[SIGNATURE], validate=True), signed, ECDSA(SHA256()))
        except (InvalidSignature, binascii.Error, ValueError):
            raise SignatureRefused("the signature does not fit") from None
        form = await read_form(headers, body)
        raw = form.fields.get("email")
        known_by = raw if raw is not None else form.fields.get("headers", b"") + form.fields.get("text", b"")
        return Delivery(sha256(known_by).hexdigest(), raw or rebuilt(_pieces(form), "sendgrid"))


def _key(secret: str) -> EllipticCurvePublicKey:
    try:
        key = load_der_public_key(base64.b64decode(secret))
    except (binascii.Error, ValueError) as error:
        raise SettingInvalid("the secret is not the policy's public key") from error
    if not isinstance(key, EllipticCurvePublicKey):
        raise SettingInvalid("the secret is not a key for ECDSA")
    return key


def _pieces(form: Form) -> Pieces:
    if not {"text", "html", "headers"} & form.fields.keys():
        raise MalformedRequest("the form holds no mail: tick “POST the raw, full MIME message”")
    charsets = _charsets(form)
    block, text, html = (
        decode_text(form.fields.get(name, b""), charsets.get(name, ""))[0] for name in ("headers", "text", "html")
    )
    headers = [tuple(line.split(":", 1)) for line in _unfolded(block) if ":" in line]
    return Pieces([(name.strip(), value.strip()) for name, value in headers], text, html, form.files)


def _charsets(form: Form) -> dict[str, str]:
    """By field: SendGrid passes each on in the charset that the mail had."""
    try:
        told = json.loads(form.text("charsets") or "{}")
    except (ValueError, RecursionError):
        return {}
    return (
        {name: charset for name, charset in told.items() if isinstance(charset, str)} if isinstance(told, dict) else {}
    )


def _unfolded(block: str) -> list[str]:
    lines: list[str] = []
    for line in block.splitlines():
        if line[:1] in {" ", "\t"} and lines:
            lines[-1] += f" {line.strip()}"
        else:
            lines.append(line)
    return lines
