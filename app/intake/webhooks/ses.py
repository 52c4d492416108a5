"""Amazon SES through SNS: JSON, signed by RSA with a certificate that the message itself names.

Nothing is fetched but from SNS's own hosts (https://sns.REGION.amazonaws.com), so that a forged message makes us call
nobody, and nothing is believed but of the mailbox's own topic: its ARN is the mailbox's secret. The rule's SNS action
holds mails of up to 150 KB; larger ones need the S3 action, of which we are told but which we do not fetch.

    SubscriptionConfirmation ─▶ signature, topic ─▶ its URL is called once, and mail comes from then on
    Notification ─────────────▶ signature, topic ─▶ the mail in it
https://docs.aws.amazon.com/sns/latest/dg/sns-verify-signature-of-message-verify-message-signature.html
"""

import base64
import binascii
import json
import re
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA1, SHA256
from cryptography.x509 import Certificate, load_pem_x509_certificate

from app.domain.errors import SettingInvalid, SignatureRefused, Unreachable
from app.intake.webhooks.scheme import Delivery, MalformedRequest

Fetch = Callable[[str], Awaitable[bytes]]
"""Gets what lies under an https address, without following it elsewhere. Raises Unreachable."""

MOST_CERTIFICATES = 20
_HOST = re.compile(r"sns\.[a-z]{2}(?:-[a-z]+){1,3}-\d\.amazonaws\.com(?:\.cn)?")
_ARN = re.compile(r"arn:aws[a-z-]*:sns:[a-z0-9-]+:\d{12}:[A-Za-z0-9_-]{1,256}(?:\.fifo)?")
_SIGNED = {
    "Notification": ("Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type"),
    "SubscriptionConfirmation": ("Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type"),
    "UnsubscribeConfirmation": ("Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type"),
}
_HASHES = {"1": SHA1, "2": SHA256}

TRIED_OUT = "Successfully validated SNS topic"
SUBSCRIBED = "AmazonSnsSubscriptionSucceeded"
"""What SES sends to a topic that it was given: words, or a notification of this kind."""


class Ses:
    content_types = frozenset({"text/plain", "application/json"})
    accepted = 200
    refused = 403
    proof = "the ARN of the SNS topic"
    path = ""

    def __init__(self, fetch: Fetch) -> None:
        self._fetch = fetch
        self._certificates: dict[str, Certificate] = {}

    def new_secret(self) -> str:
        return ""

    def check_secret(self, secret: str) -> None:
        if not _ARN.fullmatch(secret):
            raise SettingInvalid("the secret is not the ARN of an SNS topic")

    def check_headers(self, headers: Mapping[str, str], *, now: datetime) -> None:
        """The body says all; SNS's own headers only repeat it."""

    async def open(self, secret: str, headers: Mapping[str, str], body: bytes, *, now: datetime) -> Delivery:
        self.check_secret(secret)
        message = _message(body)
        if message["TopicArn"] != secret:
            raise SignatureRefused("the message is of another topic")
        await self._check_signature(message)
        if message["Type"] == "Notification":
            return Delivery(message["MessageId"], _mail(message["Message"]))
        if message["Type"] == "SubscriptionConfirmation":
            await self._fetch(_of_sns(message["SubscribeURL"]))
        return Delivery(message["MessageId"])

    async def _check_signature(self, message: Mapping[str, str]) -> None:
        algorithm = _HASHES.get(message.get("SignatureVersion", ""))
        url = _of_sns(message.get("SigningCertURL", ""))
        if algorithm is None or not urlsplit(url).path.endswith(".pem"):
            raise SignatureRefused("the message names no certificate, or no way of signing that we know")
        try:
            key = (await self._certificate(url)).public_key()
            signature = base64.b64decode(message.get("Signature", ""), validate=True)
            if not isinstance(key, RSAPublicKey):
                raise SignatureRefused("the certificate is not one of SNS")
            key.verify(signature, _canonical(message), PKCS1v15(), algorithm())
        except (InvalidSignature, binascii.Error, ValueError):
            raise SignatureRefused("the signature does not fit") from None

    async def _certificate(self, url: str) -> Certificate:
        """Raises Unreachable, also where something else than a certificate is handed out under its address for a
        while: who is refused does not come again."""
        if url not in self._certificates:
            try:
                found = load_pem_x509_certificate(await self._fetch(url))
            except ValueError:
                raise Unreachable("the certificate cannot be had now") from None
            if len(self._certificates) >= MOST_CERTIFICATES:
                self._certificates.clear()
            self._certificates[url] = found
        return self._certificates[url]


def _message(body: bytes) -> dict[str, str]:
    """The fields of the envelope. Raises MalformedRequest."""
    try:
        found = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise MalformedRequest("the body is not JSON") from error
    if not isinstance(found, dict) or found.get("Type") not in _SIGNED:
        raise MalformedRequest("the body is no message of SNS")
    message = {str(name): value for name, value in found.items() if isinstance(value, str)}
    missing = [name for name in _SIGNED[message["Type"]] if name not in message and name != "Subject"]
    if missing:
        raise MalformedRequest(f"{', '.join(missing)} is missing")
    return message


def _canonical(message: Mapping[str, str]) -> bytes:
    """Name and value of each signed field that is there, a line each, the last one included."""
    names = [name for name in _SIGNED[message["Type"]] if name in message]
    return "".join(f"{name}\n{message[name]}\n" for name in names).encode()


def _of_sns(url: str) -> str:
    """The address, if it is one of SNS's. Raises SignatureRefused."""
    try:
        parts = urlsplit(url)
        is_theirs = url.isprintable() and parts.scheme == "https" and _HOST.fullmatch(parts.netloc) is not None
    except ValueError:
        is_theirs = False
    if not is_theirs:
        raise SignatureRefused("the message names a host that is not SNS's")
    return url


def _mail(message: str) -> bytes | None:
    """The mail in SES's notification; None where SES only tries out the topic. Raises MalformedRequest."""
    if message.startswith(TRIED_OUT):
        return None
    try:
        told: Any = json.loads(message)
        if told.get("notificationType") == SUBSCRIBED and "content" not in told:
            return None
        content = told["content"]
        is_encoded = told.get("receipt", {}).get("action", {}).get("encoding", "").upper() == "BASE64"
        return _unwrapped(content) if is_encoded else str(content).encode("utf-8", "surrogatepass")
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        raise MalformedRequest("the notification holds no mail: let the rule have an SNS action, not S3") from None


def _unwrapped(content: str) -> bytes:
    """Base64 in lines or in the alphabet for addresses (RFC 4648 §5) too: who is refused does not come again. Raises
    ValueError."""
    return base64.b64decode("".join(content.split()), altchars="-_" if {"-", "_"} & {*content} else None, validate=True)
