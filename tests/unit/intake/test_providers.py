"""How each provider wraps and signs a mail: the very bytes come out, and whatever is forged is refused."""

import base64
import hashlib
import hmac
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.hashes import SHA1, SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509.oid import NameOID

from app.domain.errors import SettingInvalid, SignatureRefused, Unreachable
from app.intake.webhooks.mailgun import Mailgun
from app.intake.webhooks.postmark import Postmark
from app.intake.webhooks.rebuilding import REBUILT
from app.intake.webhooks.scheme import Delivery, MalformedRequest
from app.intake.webhooks.schemes import schemes
from app.intake.webhooks.sendgrid import SIGNATURE, TIMESTAMP, SendGrid
from app.intake.webhooks.ses import Ses
from app.reading.mail.parsing import parse_mail
from tests.fakes import no_network

NOW = datetime(2026, 5, 21, 9, 0, tzinfo=UTC)
MAIL = "From: a@b.example\r\nSubject: Tschüß\r\nMessage-ID: <1@b.example>\r\n\r\nWe will pay.\r\n".encode("latin-1")
MAILGUN_KEY = "key-of-the-tests"
POSTMARK_SECRET = "duebox:a password of the tests"
TOPIC = "arn:aws:sns:eu-central-1:123456789012:mail"
CERTIFICATE_URL = "https://sns.eu-central-1.amazonaws.com/SimpleNotificationService-0123.pem"


@dataclass(frozen=True)
class Posted:
    """A request of a provider."""

    body: bytes
    headers: Mapping[str, str]


def form(fields: Mapping[str, bytes | str], files: Mapping[str, tuple[str, bytes, str]] | None = None) -> Posted:
    """As multipart/form-data, by an HTTP client that people use."""
    parts: list[tuple[str, tuple[str | None, bytes | str, str] | tuple[None, bytes | str]]] = [
        (name, (None, value)) for name, value in fields.items()
    ]
    parts += [(name, file) for name, file in (files or {}).items()]
    request = httpx.Request("POST", "https://duebox.example", files=parts)
    return Posted(request.read(), {"content-type": request.headers["content-type"]})


def mailgun_signed(*, at: datetime = NOW, token: str = "t" * 50, key: str = MAILGUN_KEY) -> dict[str, bytes | str]:
    timestamp = str(int(at.timestamp()))
    signature = hmac.new(key.encode(), f"{timestamp}{token}".encode(), hashlib.sha256).hexdigest()
    return {"timestamp": timestamp, "token": token, "signature": signature}


async def mailgun(posted: Posted, *, now: datetime = NOW, secret: str = MAILGUN_KEY) -> Delivery:
    Mailgun().check_headers(posted.headers, now=now)
    return await Mailgun().open(secret, posted.headers, posted.body, now=now)


async def test_mailgun_hands_over_the_very_bytes() -> None:
    delivery = await mailgun(form({**mailgun_signed(), "body-mime": MAIL}))
    assert (delivery.id, delivery.raw) == ("t" * 50, MAIL)


async def test_mailgun_may_send_a_plain_form() -> None:
    body = urlencode({**mailgun_signed(), "body-mime": MAIL}).encode()
    delivery = await mailgun(Posted(body, {"content-type": "application/x-www-form-urlencoded"}))
    assert delivery.raw == MAIL


async def test_a_parsed_mail_of_mailgun_is_put_together_again() -> None:
    headers = json.dumps([["From", "Petra <p@b.example>"], ["Subject", "Zahlung für 1"], ["Content-Type", "text/html"]])
    fields = {
        **mailgun_signed(),
        "message-headers": headers,
        "body-plain": "We will pay.",
        "body-html": "<p>We will</p>",
    }
    delivery = await mailgun(form(fields, {"attachment-1": ("../list.pdf", b"%PDF-1.4", "application/pdf")}))
    assert delivery.raw is not None
    mail = parse_mail(delivery.raw, opens_attachments=False)
    assert (mail.head.sender.email, mail.head.subject) == ("p@b.example", "Zahlung für 1")
    assert "We will pay." in mail.text
    assert f"{REBUILT}: mailgun".encode() in delivery.raw


async def test_headers_that_mailgun_nests_without_end_are_none() -> None:
    fields = {**mailgun_signed(), "message-headers": "[" * 100_000, "body-plain": "We will pay.", "from": "p@b.example"}
    delivery = await mailgun(form(fields))
    assert delivery.raw is not None
    assert parse_mail(delivery.raw, opens_attachments=False).head.sender.email == "p@b.example"


@pytest.mark.parametrize(
    "changed", [{"token": "u" * 50}, {"timestamp": str(int(NOW.timestamp()) + 1)}, {"signature": "0" * 64}]
)
async def test_a_forged_form_of_mailgun_is_refused(changed: dict[str, str]) -> None:
    with pytest.raises(SignatureRefused):
        await mailgun(form({**mailgun_signed(), **changed, "body-mime": MAIL}))


@pytest.mark.parametrize(("hours", "is_taken"), [(8, True), (10, False), (-10, False)])
async def test_a_try_of_mailgun_hours_later_is_taken(hours: int, is_taken: bool) -> None:
    posted = form({**mailgun_signed(), "body-mime": MAIL})
    later = NOW + timedelta(hours=hours)
    if is_taken:
        assert (await mailgun(posted, now=later)).raw == MAIL
    else:
        with pytest.raises(SignatureRefused):
            await mailgun(posted, now=later)


@pytest.mark.parametrize(
    "posted",
    [
        form(mailgun_signed()),
        form({"body-mime": MAIL}),
        Posted(form({**mailgun_signed(), "body-mime": MAIL}).body[:200], {"content-type": "multipart/form-data"}),
        Posted(b"\x00\xff" * 50, {"content-type": "multipart/form-data; boundary=x"}),
        Posted(b"&" * 5_000, {"content-type": "application/x-www-form-urlencoded"}),
    ],
)
async def test_a_broken_form_is_malformed(posted: Posted) -> None:
    with pytest.raises(MalformedRequest):
        await mailgun(posted)


@dataclass
class SendGridSigner:
    """SendGrid with a key pair of its own."""

    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))

    @property
    def secret(self) -> str:
        public = self.key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        return base64.b64encode(public).decode()

    def signed(self, posted: Posted, *, at: datetime = NOW) -> Posted:
        timestamp = str(int(at.timestamp()))
        signature = self.key.sign(timestamp.encode() + posted.body, ec.ECDSA(SHA256()))
        return Posted(
            posted.body, {**posted.headers, TIMESTAMP: timestamp, SIGNATURE: base64.b64encode(signature).decode()}
        )


async def sendgrid(posted: Posted, secret: str, *, now: datetime = NOW) -> Delivery:
    SendGrid().check_headers(posted.headers, now=now)
    return await SendGrid().open(secret, posted.headers, posted.body, now=now)


async def test_sendgrid_hands_over_the_very_bytes_under_an_id_that_stays() -> None:
    signer = SendGridSigner()
    first = await sendgrid(signer.signed(form({"email": MAIL, "to": "x@y.example"})), signer.secret)
    again = await sendgrid(signer.signed(form({"to": "x@y.example", "email": MAIL})), signer.secret)
    assert first.raw == MAIL
    assert first.id == again.id


async def test_a_parsed_mail_of_sendgrid_is_put_together_again() -> None:
    signer = SendGridSigner()
    fields = {
        "headers": "From: p@b.example\nSubject: a\n folded line\nMIME-Version: 1.0\n",
        "html": "<p>We dispute it</p>",
    }
    delivery = await sendgrid(signer.signed(form(fields)), signer.secret)
    assert delivery.raw is not None
    mail = parse_mail(delivery.raw, opens_attachments=False)
    assert (mail.head.sender.email, mail.head.subject) == ("p@b.example", "a folded line")
    assert "We dispute it" in mail.text


async def test_a_late_try_of_sendgrid_is_the_same_mail() -> None:
    """The mail's own bytes are its id, so that a repetition brings nothing new; a wrong clock would cost mail."""
    signer = SendGridSigner()
    posted = signer.signed(form({"email": MAIL}))
    ids = {(await sendgrid(posted, signer.secret, now=NOW + timedelta(hours=hours))).id for hours in (-1, 0, 70)}
    assert len(ids) == 1


@pytest.mark.parametrize(
    "charsets", ['{"text": "iso-8859-1", "headers": 7}', '{"text": "no-such-charset"}', "", "[]", "{"]
)
async def test_sendgrid_passes_words_on_in_the_charset_that_the_mail_had(charsets: str) -> None:
    signer = SendGridSigner()
    fields: dict[str, bytes | str] = {"headers": "From: p@b.example\nSubject: a\n"}
    fields |= {"text": "Zahlung für März".encode("latin-1"), "charsets": charsets}
    delivery = await sendgrid(signer.signed(form(fields)), signer.secret)
    assert delivery.raw is not None
    assert "Zahlung für März" in parse_mail(delivery.raw, opens_attachments=False).text


async def test_what_sendgrid_did_not_sign_is_refused() -> None:
    signer, other = SendGridSigner(), SendGridSigner()
    posted = signer.signed(form({"email": MAIL}))
    with pytest.raises(SignatureRefused):
        await sendgrid(posted, other.secret)
    with pytest.raises(SignatureRefused):
        await sendgrid(Posted(posted.body.replace(b"pay", b"say"), posted.headers), signer.secret)
    with pytest.raises(SignatureRefused):
        await sendgrid(posted, signer.secret, now=NOW + timedelta(days=4))
    with pytest.raises(MalformedRequest):
        await sendgrid(form({"email": MAIL}), signer.secret)


def postmark_posted(mail: Mapping[str, object], *, secret: str = POSTMARK_SECRET) -> Posted:
    return Posted(
        json.dumps(mail).encode(),
        {"content-type": "application/json", "authorization": f"Basic {base64.b64encode(secret.encode()).decode()}"},
    )


async def postmark(posted: Posted) -> Delivery:
    Postmark().check_headers(posted.headers, now=NOW)
    return await Postmark().open(POSTMARK_SECRET, posted.headers, posted.body, now=NOW)


async def test_postmark_with_a_password_that_is_no_base64_is_refused() -> None:
    for given in ("Basic \u00e9", "Basic ?", "Basic "):
        with pytest.raises(SignatureRefused):
            await postmark(Posted(b"{}", {"authorization": given}))


async def test_an_attachment_of_postmark_that_is_no_base64_is_malformed() -> None:
    for content in ("\u00e9", "a"):
        file = {"Name": "a.pdf", "ContentType": "application/pdf", "Content": content}
        with pytest.raises(MalformedRequest, match="not base64"):
            await postmark(postmark_posted({"MessageID": "m-1", "Attachments": [file]}))


async def test_postmark_hands_over_the_mail() -> None:
    raw = MAIL.decode("latin-1").replace("ü", "ue").replace("ß", "ss")
    delivery = await postmark(postmark_posted({"MessageID": "m-1", "RawEmail": raw}))
    assert (delivery.id, delivery.raw) == ("m-1", raw.encode())


async def test_a_parsed_mail_of_postmark_is_put_together_again() -> None:
    delivery = await postmark(
        postmark_posted(
            {
                "MessageID": "m-2",
                "From": "p@b.example",
                "Subject": "Re: reminder",
                "TextBody": "Paid yesterday.",
                "Headers": [{"Name": "Message-ID", "Value": "<7@b.example>"}, {"Name": "X-Bad\r\nBcc", "Value": "x"}],
                "Attachments": [{"Name": "a.csv", "Content": "YQ==", "ContentType": "text/csv"}],
            }
        )
    )
    assert delivery.raw is not None
    mail = parse_mail(delivery.raw, opens_attachments=False)
    assert (mail.head.sender.email, mail.head.message_id) == ("p@b.example", "7@b.example")
    assert [attachment.name for attachment in mail.attachments] == ["a.csv"]
    assert b"Bcc" not in delivery.raw


@pytest.mark.parametrize("field_name", ["TextBody", "HtmlBody", "Subject", "Attachments"])
async def test_half_a_surrogate_pair_loses_no_mail(field_name: str) -> None:
    half = "paid \ud83d INV-1"
    value = [{"Name": half, "Content": "YQ==", "ContentType": "text/csv"}] if field_name == "Attachments" else half
    delivery = await postmark(postmark_posted({"MessageID": "m-3", "From": "p@b.example", field_name: value}))
    assert delivery.raw is not None
    mail = parse_mail(delivery.raw, opens_attachments=False)
    assert "INV-1" in str((mail.text, mail.html, mail.head.subject, [part.name for part in mail.attachments]))


@pytest.mark.parametrize("secret", ["duebox:another password", "other:a password of the tests", ":", ""])
async def test_postmark_with_another_password_is_refused(secret: str) -> None:
    with pytest.raises(SignatureRefused):
        await postmark(postmark_posted({"MessageID": "m-1", "RawEmail": "x"}, secret=secret))


@dataclass
class Sns:
    """SNS with a certificate of its own; `called` are the addresses that were fetched."""

    key: rsa.RSAPrivateKey = field(default_factory=lambda: rsa.generate_private_key(65537, 2048))
    called: list[str] = field(default_factory=list)

    async def fetch(self, url: str) -> bytes:
        self.called.append(url)
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "sns")])
        certificate = (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(name)
            .public_key(self.key.public_key())
            .serial_number(1)
            .not_valid_before(NOW - timedelta(days=1))
            .not_valid_after(NOW + timedelta(days=1))
            .sign(self.key, SHA256())
        )
        return certificate.public_bytes(Encoding.PEM)

    def signed(self, message: Mapping[str, str], *, version: str = "2") -> Posted:
        signed = {name: message[name] for name in sorted(message) if name not in {"SigningCertURL", "UnsubscribeURL"}}
        text = "".join(f"{name}\n{value}\n" for name, value in signed.items())
        signature = self.key.sign(text.encode(), padding.PKCS1v15(), SHA256() if version == "2" else SHA1())  # noqa: S303
        envelope = {**message, "SignatureVersion": version, "Signature": base64.b64encode(signature).decode()}
        return Posted(json.dumps(envelope).encode(), {"content-type": "text/plain; charset=UTF-8"})


def notification(content: str = MAIL.decode("latin-1"), **changed: str) -> dict[str, str]:
    return {
        "Type": "Notification",
        "MessageId": "sns-1",
        "TopicArn": TOPIC,
        "Subject": "Amazon SES Email Receipt Notification",
        "Message": json.dumps({"notificationType": "Received", "content": content}),
        "Timestamp": "2026-05-21T09:00:00.000Z",
        "SigningCertURL": CERTIFICATE_URL,
        **changed,
    }


def encoded(raw: bytes) -> str:
    action = {"type": "SNS", "encoding": "BASE64"}
    return json.dumps({"content": base64.b64encode(raw).decode(), "receipt": {"action": action}})


@pytest.mark.parametrize("version", ["1", "2"])
async def test_ses_hands_over_the_very_bytes_and_the_certificate_is_fetched_once(version: str) -> None:
    sns = Sns()
    scheme = Ses(sns.fetch)
    posted = sns.signed(notification(Message=encoded(MAIL)), version=version)
    for _ in range(2):
        delivery = await scheme.open(TOPIC, posted.headers, posted.body, now=NOW)
        assert (delivery.id, delivery.raw) == ("sns-1", MAIL)
    assert sns.called == [CERTIFICATE_URL]


async def test_what_lies_at_the_certificates_address_for_a_while_refuses_no_mail() -> None:
    """A proxy's own page, such as one that asks to sign in: who is refused never tries again."""
    sns = Sns()
    pages = [b"<html>Sign in</html>", b""]

    async def fetch(url: str) -> bytes:
        return pages.pop() if pages else await sns.fetch(url)

    scheme, posted = Ses(fetch), sns.signed(notification())
    for _ in range(2):
        with pytest.raises(Unreachable):
            await scheme.open(TOPIC, posted.headers, posted.body, now=NOW)
    assert (await scheme.open(TOPIC, posted.headers, posted.body, now=NOW)).raw is not None


async def test_a_subscription_is_confirmed_and_stores_nothing() -> None:
    sns = Sns()
    url = "https://sns.eu-central-1.amazonaws.com/?Action=ConfirmSubscription&Token=abc"
    message = {**notification(), "Type": "SubscriptionConfirmation", "SubscribeURL": url, "Token": "abc"}
    del message["Subject"]
    posted = sns.signed(message)
    delivery = await Ses(sns.fetch).open(TOPIC, posted.headers, posted.body, now=NOW)
    assert delivery.raw is None
    assert sns.called == [CERTIFICATE_URL, url]


@pytest.mark.parametrize(
    "url",
    [
        "https://evil.example/x.pem",
        "https://sns.eu-central-1.amazonaws.com.evil.example/x.pem",
        "https://sns.eu-central-1.amazonaws.com@evil.example/x.pem",
        "https://sns.eu-central-1.amazonaws.com:8443/x.pem",
        "http://sns.eu-central-1.amazonaws.com/x.pem",
        "https://bucket.s3.amazonaws.com/x.pem",
        "https://169.254.169.254/x.pem",
        "file:///etc/passwd.pem",
        "https://[sns/x.pem",
        "",
    ],
)
async def test_a_certificate_elsewhere_is_refused_without_a_call(url: str) -> None:
    posted = Sns().signed(notification(SigningCertURL=url))
    with pytest.raises(SignatureRefused):
        await Ses(no_network).open(TOPIC, posted.headers, posted.body, now=NOW)


async def test_another_topic_is_refused_without_a_call() -> None:
    posted = Sns().signed(notification(TopicArn=TOPIC.replace("mail", "other")))
    with pytest.raises(SignatureRefused):
        await Ses(no_network).open(TOPIC, posted.headers, posted.body, now=NOW)


async def test_a_confirmation_elsewhere_is_refused_though_it_is_signed() -> None:
    sns = Sns()
    url = "https://evil.example/confirm"
    posted = sns.signed({**notification(), "Type": "SubscriptionConfirmation", "SubscribeURL": url, "Token": "abc"})
    with pytest.raises(SignatureRefused):
        await Ses(sns.fetch).open(TOPIC, posted.headers, posted.body, now=NOW)
    assert url not in sns.called


async def test_what_sns_did_not_sign_is_refused() -> None:
    sns = Sns()
    posted = sns.signed(notification())
    changed = Posted(posted.body.replace(b"sns-1", b"sns-2"), posted.headers)
    with pytest.raises(SignatureRefused):
        await Ses(sns.fetch).open(TOPIC, changed.headers, changed.body, now=NOW)


@pytest.mark.parametrize("encode", [base64.encodebytes, base64.urlsafe_b64encode, base64.b64encode])
async def test_a_mail_in_any_form_of_base64_is_taken(encode: Callable[[bytes], bytes]) -> None:
    raw = MAIL * 3 + bytes(range(256))
    told = {"content": encode(raw).decode(), "receipt": {"action": {"encoding": "BASE64"}}}
    sns = Sns()
    posted = sns.signed(notification(Message=json.dumps(told)))
    assert (await Ses(sns.fetch).open(TOPIC, posted.headers, posted.body, now=NOW)).raw == raw


@pytest.mark.parametrize(
    "said",
    [
        "Successfully validated SNS topic for Amazon SES event publishing.",
        json.dumps({"notificationType": "AmazonSnsSubscriptionSucceeded", "message": "You have subscribed"}),
    ],
)
async def test_a_topic_that_is_only_tried_out_is_no_refused_mail(said: str) -> None:
    sns = Sns()
    posted = sns.signed(notification(Message=said))
    assert (await Ses(sns.fetch).open(TOPIC, posted.headers, posted.body, now=NOW)).raw is None


async def test_a_notification_without_the_mail_says_what_to_set() -> None:
    sns = Sns()
    posted = sns.signed(notification(Message=json.dumps({"receipt": {"action": {"type": "S3"}}})))
    with pytest.raises(MalformedRequest, match="SNS action"):
        await Ses(sns.fetch).open(TOPIC, posted.headers, posted.body, now=NOW)


@pytest.mark.parametrize(
    ("name", "secret"),
    [
        ("mailgun", ""),
        ("sendgrid", "not a key"),
        ("postmark", "short:pw"),
        ("ses", "arn:aws:s3:::bucket"),
        ("raw", "whsec_c2hvcnQ="),
    ],
)
def test_a_secret_of_another_kind_is_named(name: str, secret: str) -> None:
    with pytest.raises(SettingInvalid):
        schemes(no_network)[name].check_secret(secret)
