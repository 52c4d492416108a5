"""Signatures of the raw webhook, without HTTP; vectors come from the package of the standard."""

import base64
from datetime import UTC, datetime, timedelta

import pytest
from standardwebhooks import Webhook

from app.domain.errors import SettingInvalid, SignatureRefused
from app.intake.webhooks.scheme import MalformedRequest
from app.intake.webhooks.standard import StandardWebhooks

SECRET = "whsec_" + base64.b64encode(b"twenty-four bytes of key").decode()
NOW = datetime(2026, 5, 21, 9, 0, tzinfo=UTC)
BODY = b"Subject: one\r\n\r\ntwo\r\n"


def headers(*, at: datetime = NOW, body: bytes = BODY, secret: str = SECRET) -> dict[str, str]:
    return {
        "webhook-id": "msg_1",
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": Webhook(secret).sign("msg_1", at.replace(tzinfo=None), body.decode()),
    }


async def test_what_the_package_signs_is_taken() -> None:
    scheme = StandardWebhooks()
    scheme.check_headers(headers(), now=NOW)
    delivery = await scheme.open(SECRET, headers(), BODY, now=NOW)
    assert (delivery.id, delivery.raw) == ("msg_1", BODY)


@pytest.mark.parametrize("secret", [SECRET.removeprefix("whsec_"), SECRET.rstrip("=")])
async def test_a_secret_without_prefix_or_padding_is_the_same_secret(secret: str) -> None:
    await StandardWebhooks().open(secret, headers(), BODY, now=NOW)


@pytest.mark.parametrize(
    "signature",
    [
        headers()["webhook-signature"].replace("v1,", "v2,"),
        headers(body=BODY + b"x")["webhook-signature"],
        headers(at=NOW + timedelta(seconds=1))["webhook-signature"],
        "v1,",
        "v1",
        ",",
        "v1,ÿ",
    ],
)
async def test_another_signature_is_refused(signature: str) -> None:
    with pytest.raises(SignatureRefused):
        await StandardWebhooks().open(SECRET, headers() | {"webhook-signature": signature}, BODY, now=NOW)


@pytest.mark.parametrize(("seconds", "is_taken"), [(-300, True), (300, True), (-301, False), (301, False)])
def test_the_time_may_be_five_minutes_off(seconds: int, is_taken: bool) -> None:
    given = headers(at=NOW + timedelta(seconds=seconds))
    if is_taken:
        StandardWebhooks().check_headers(given, now=NOW)
    else:
        with pytest.raises(SignatureRefused):
            StandardWebhooks().check_headers(given, now=NOW)


@pytest.mark.parametrize(
    "changed",
    [
        {"webhook-id": ""},
        {"webhook-id": "with space"},
        {"webhook-id": "é"},
        {"webhook-timestamp": "١٢٣"},
        {"webhook-timestamp": "-1"},
        {"webhook-timestamp": "1.5"},
        {"webhook-signature": ""},
    ],
)
def test_malformed_headers_are_named_so(changed: dict[str, str]) -> None:
    with pytest.raises(MalformedRequest):
        StandardWebhooks().check_headers(headers() | changed, now=NOW)


@pytest.mark.parametrize("secret", ["", "whsec_", "whsec_a"])
async def test_a_secret_that_is_none_is_our_own_fault(secret: str) -> None:
    with pytest.raises(SettingInvalid):
        await StandardWebhooks().open(secret, headers(), BODY, now=NOW)
