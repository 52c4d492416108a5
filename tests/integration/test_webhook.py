"""The raw webhook over HTTP: what it answers, and that 2xx means stored."""

import asyncio
import base64
import hashlib
import hmac
import shutil
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse
from sqlalchemy.exc import OperationalError
from standardwebhooks import Webhook
from structlog.testing import capture_logs

from app.db.tables.mail import MailboxKind
from app.domain.errors import AppError
from app.intake.routes import router
from app.web.errors import status_of
from tests.instances import Instance, mail
from tests.unit.intake.test_providers import MAILGUN_KEY, POSTMARK_SECRET, form, mailgun_signed, postmark_posted

SECRET = "whsec_" + base64.b64encode(b"twenty-four bytes of key").decode()
NOT_UTF8 = b"Content-Type: text/plain; charset=iso-8859-1\r\n\r\nTsch\xfc\xdf \xff\xfe"


@dataclass
class Client:
    """A provider that signs as it should, unless told otherwise."""

    http: httpx.AsyncClient
    instance: Instance

    async def post(
        self,
        body: bytes,
        *,
        webhook_id: str = "msg_1",
        at: datetime | None = None,
        path: str = "/webhooks/mail/box",
        secret: str = SECRET,
        content_type: str = "message/rfc822",
        **changed: str | None,
    ) -> int:
        headers: dict[str, str] = {
            "content-type": content_type,
            **signed(body, webhook_id=webhook_id, at=at or self.instance.clock(), secret=secret),
        }
        for name, value in changed.items():
            headers.pop(name.replace("_", "-"), None)
            if value is not None:
                headers[name.replace("_", "-")] = value
        return (await self.http.post(path, content=body, headers=headers)).status_code

    async def stored(self) -> int:
        return len(await self.instance.messages())


def signed(body: bytes, *, webhook_id: str, at: datetime, secret: str = SECRET) -> dict[str, str]:
    timestamp = str(int(at.timestamp()))
    key = base64.b64decode(secret.removeprefix("whsec_"))
    digest = hmac.new(key, f"{webhook_id}.{timestamp}.".encode() + body, hashlib.sha256).digest()
    return {
        "webhook-id": webhook_id,
        "webhook-timestamp": timestamp,
        "webhook-signature": f"v1,{base64.b64encode(digest).decode()}",
    }


@pytest.fixture
def migrated_url(tmp_path: Path, migrated_file: Path) -> str:
    return f"sqlite:///{shutil.copy(migrated_file, tmp_path)}"


@pytest.fixture
async def client(instance: Instance) -> AsyncIterator[Client]:
    async with instance.database.write() as uow:
        for name, secret, scheme, active in (
            ("box", SECRET, "raw", True),
            ("other", SECRET, "raw", True),
            ("off", SECRET, "raw", False),
            ("later", SECRET, "unheard-of", True),
            ("gun", MAILGUN_KEY, "mailgun", True),
            ("mark", POSTMARK_SECRET, "postmark", True),
            ("broken", "whsec_", "raw", True),
        ):
            await uow.mailboxes.add(
                secret=secret,
                name=name,
                address=f"{name}@seller.example",
                kind=MailboxKind.WEBHOOK,
                scheme=scheme,
                active=active,
            )
        await uow.mailboxes.add(secret=SECRET, name="imap", address="imap@seller.example", kind=MailboxKind.IMAP)
    app = FastAPI()
    app.state.services = instance
    app.include_router(router)

    @app.exception_handler(AppError)
    async def fact(_request: Request, error: AppError) -> JSONResponse:
        return JSONResponse({"detail": str(error)}, status_of(error))

    transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://duebox.test") as http:
        yield Client(http, instance)


async def test_a_signed_mail_is_stored_with_its_bytes(client: Client) -> None:
    assert await client.post(NOT_UTF8) == 204
    (message,) = await client.instance.messages()
    assert message.source == "webhook:msg_1"
    async with client.instance.database.read() as uow:
        assert await uow.words.get(message.raw_id) == NOT_UTF8


async def test_the_package_of_the_standard_signs_what_we_take(client: Client) -> None:
    body = mail()
    signature = Webhook(SECRET).sign("msg_1", client.instance.clock().replace(tzinfo=None), body.decode())
    assert await client.post(body, webhook_signature=signature) == 204


async def test_the_same_id_is_one_mail_and_the_first(client: Client) -> None:
    first, second = mail("first"), mail("second")
    assert [await client.post(first), await client.post(first), await client.post(second)] == [204, 204, 204]
    (message,) = await client.instance.messages()
    async with client.instance.database.read() as uow:
        assert await uow.words.get(message.raw_id) == first


async def test_ten_at_the_same_time_are_one(client: Client) -> None:
    body = mail()
    assert await asyncio.gather(*(client.post(body) for _ in range(10))) == [204] * 10
    assert await client.stored() == 1


async def test_a_copy_by_another_path_is_taken_and_not_counted(client: Client) -> None:
    body = mail()
    assert await client.post(body) == 204
    assert await client.post(body, path="/webhooks/mail/other", webhook_id="msg_2") == 204
    assert await client.stored() == 1


async def test_one_of_several_signatures_is_enough(client: Client) -> None:
    body = mail()
    good = signed(body, webhook_id="msg_1", at=client.instance.clock())["webhook-signature"]
    assert await client.post(body, webhook_signature=f"v1,bm90IHRoaXM= v1a,x nonsense {good}") == 204


@pytest.mark.parametrize(
    ("changed", "status"),
    [
        ({"webhook_id": None}, 400),
        ({"webhook_timestamp": None}, 400),
        ({"webhook_signature": None}, 400),
        ({"webhook_signature": ""}, 400),
        ({"webhook_timestamp": "yesterday"}, 400),
        ({"webhook_timestamp": "1e9"}, 400),
        ({"webhook_timestamp": "9" * 40}, 400),
        ({"webhook_id": "i" * 300}, 400),
        ({"webhook_signature": "v1,AAAA"}, 401),
        ({"webhook_signature": "v1,%%%"}, 401),
        ({"webhook_signature": "nonsense"}, 401),
        ({"webhook_signature": "v2,AAAA"}, 401),
        ({"content_type": "application/json"}, 415),
        ({"content_type": "application/x-www-form-urlencoded"}, 415),
        ({"content_encoding": "gzip"}, 415),
        ({"secret": "whsec_" + base64.b64encode(b"another key of 24 bytes!").decode()}, 401),
        ({"path": "/webhooks/mail/nowhere"}, 404),
        ({"path": "/webhooks/mail/off"}, 503),
        ({"path": "/webhooks/mail/imap"}, 404),
        ({"path": "/webhooks/mail/later"}, 404),
        ({"path": "/webhooks/mail/a%00b"}, 404),
        ({"path": "/webhooks/mail/broken"}, 503),
    ],
)
async def test_what_is_refused_stores_nothing(client: Client, changed: dict[str, str], status: int) -> None:
    if changed.get("webhook_id") == "i" * 300:
        assert await client.post(mail(), webhook_id="i" * 300) == status
    elif "webhook_id" in changed:
        body = mail()
        headers = signed(body, webhook_id="msg_1", at=client.instance.clock()) | {"content-type": "message/rfc822"}
        del headers["webhook-id"]
        answer = await client.http.post("/webhooks/mail/box", content=body, headers=headers)
        assert answer.status_code == status
    else:
        assert await client.post(mail(), **changed) == status  # type: ignore[arg-type]
    assert await client.stored() == 0


@pytest.mark.parametrize("content_type", ["message/rfc822", "application/octet-stream", "text/plain; charset=latin-1"])
async def test_content_types_that_are_taken(client: Client, content_type: str) -> None:
    assert await client.post(mail(), content_type=content_type) == 204


@pytest.mark.parametrize(("encoding", "status"), [("identity", 204), ("Identity", 204), ("", 204), ("gzip", 415)])
async def test_a_body_that_is_what_it_says_is_taken(client: Client, encoding: str, status: int) -> None:
    body = mail()
    headers = signed(body, webhook_id="msg_1", at=client.instance.clock()) | {"content-encoding": encoding}
    assert (await client.http.post("/webhooks/mail/box", content=body, headers=headers)).status_code == status
    assert await client.stored() == (status == 204)


@pytest.mark.parametrize(("minutes", "status"), [(-4.9, 204), (4.9, 204), (-5.2, 401), (5.2, 401)])
async def test_five_minutes_of_tolerance_both_ways(client: Client, minutes: float, status: int) -> None:
    assert await client.post(mail(), at=client.instance.clock() + timedelta(minutes=minutes)) == status


async def test_the_log_says_at_which_mailbox_and_whether_it_may_be_a_clock(client: Client) -> None:
    """Who is refused may never come again: a clock that runs wrong has to be found by somebody."""
    with capture_logs() as logged:
        await client.post(mail(), at=client.instance.clock() + timedelta(minutes=6))
        await client.post(mail(), secret=f"whsec_{base64.b64encode(b'another secret of the test').decode()}")
    refused = [(line["mailbox"], line["error"]) for line in logged if line["event"] == "intake.webhook.refused"]
    assert refused == [("box", "TimestampOff"), ("box", "SignatureRefused")]


async def test_refused_deliveries_show_until_one_is_taken(client: Client) -> None:
    async def word() -> str:
        async with client.instance.database.read() as uow:
            return (await uow.mailboxes.by_name("box")).last_error

    assert await client.post(mail(), at=client.instance.clock() + timedelta(minutes=6)) == 401
    assert await word() == "deliveries_refused"
    assert await client.post(mail()) == 204
    assert await word() == ""
    assert await client.post(mail(), webhook_signature=None) == 400
    assert await word() == "deliveries_refused"


async def test_an_empty_body_is_refused(client: Client) -> None:
    assert await client.post(b"") == 400


async def test_a_changed_body_is_refused(client: Client) -> None:
    body = mail()
    headers = signed(body, webhook_id="msg_1", at=client.instance.clock()) | {"content-type": "message/rfc822"}
    answer = await client.http.post("/webhooks/mail/box", content=body[:-1], headers=headers)
    assert answer.status_code == 401
    assert await client.stored() == 0


async def test_other_methods_are_refused(client: Client) -> None:
    assert (await client.http.get("/webhooks/mail/box")).status_code == 405


async def test_too_much_is_given_up_early(client: Client) -> None:
    sent = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal sent
        for _ in range(80):
            sent += 1
            yield b"x" * 1024 * 1024

    headers = signed(b"", webhook_id="msg_1", at=client.instance.clock()) | {"content-type": "message/rfc822"}
    answer = await client.http.post("/webhooks/mail/box", content=endless(), headers=headers)
    assert answer.status_code == 413
    announced = headers | {"content-length": str(51 * 1024 * 1024)}
    answer = await client.http.post("/webhooks/mail/box", content=b"x", headers=announced)
    assert answer.status_code == 413


async def test_a_database_that_is_away_means_try_again(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    async def away(*_: object) -> int:
        raise OperationalError("INSERT", {}, ConnectionRefusedError())

    monkeypatch.setattr(client.instance.intake, "store", away)
    assert await client.post(mail()) == 503


async def test_a_mail_that_was_not_stored_is_not_acknowledged(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    async def nothing(*_: object) -> int:
        return 0

    monkeypatch.setattr(client.instance.intake, "store", nothing)
    assert await client.post(mail()) == 503


async def test_a_providers_mail_is_stored_once_and_answered_as_the_provider_understands(client: Client) -> None:
    now = client.instance.clock()
    taken = form({**mailgun_signed(at=now), "body-mime": mail()})
    forged = form({**mailgun_signed(at=now, key="another"), "body-mime": mail()})
    swapped = form({**mailgun_signed(at=now), "body-mime": mail("Another mail under the same token.")})
    statuses = [
        (
            await client.http.post(f"/webhooks/mail/gun{path}", content=posted.body, headers=dict(posted.headers))
        ).status_code
        for posted, path in ((taken, "/mime"), (taken, ""), (forged, "/mime"), (swapped, "/mime"))
    ]
    assert statuses == [200, 200, 406, 200]
    assert await client.stored() == 1


@pytest.mark.parametrize("written", ["\ud800", "a\x00b"])
async def test_an_id_that_no_database_takes_is_never_tried_again(client: Client, written: str) -> None:
    posted = postmark_posted({"MessageID": written, "RawEmail": mail().decode()})
    answer = await client.http.post("/webhooks/mail/mark", content=posted.body, headers=dict(posted.headers))
    assert (answer.status_code, await client.stored()) == (400, 0)
