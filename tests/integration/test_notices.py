"""Telling people who are not looking: signed webhooks to a real server, digests by mail, never a word of anybody's."""

import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
import sqlalchemy as sa
from standardwebhooks import Webhook

from app.adapters.poster import WebhookPoster
from app.db.repositories.notices import Wishes
from app.db.tables.mail import MailboxRow
from app.db.tables.system import UserRow
from app.domain.errors import Unreachable
from app.domain.ids import new_id
from app.domain.intents import Intent, Route
from app.domain.notices import NoticeKind, QuietHours
from app.domain.review import Action, ReviewState, Role
from app.review.notice_routes import new_secret
from app.review.notices import Notifier
from tests.instances import Instance, mail

EVERYTHING = frozenset(NoticeKind)
WORDS = (b"Petra", b"petra@", b"Customer Ltd", b"INV-1", b"100.00", b"Friday", b"Reminder")


@dataclass
class Receiver:
    """A server that takes webhooks, and answers as told."""

    url: str = ""
    status: int = 204
    taken: list[tuple[dict[str, str], bytes]] = field(default_factory=list)


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    found = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            found.taken.append(({name.lower(): value for name, value in self.headers.items()}, body))
            self.send_response(found.status)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        found.url = f"http://127.0.0.1:{server.server_port}"
        yield found
        server.shutdown()
        thread.join()


def notifier(instance: Instance, origin: str = "") -> Notifier:
    poster = WebhookPoster([origin] if origin else [])
    return Notifier(instance.database, instance.sender, poster, instance.clock, public_url="https://duebox.example/")


async def wish(instance: Instance, **changes: object) -> Wishes:
    assert instance.collector.id is not None
    wishes = Wishes(instance.collector.id, instance.collector.email, EVERYTHING, **changes)  # type: ignore[arg-type]
    async with instance.database.write() as uow:
        await uow.notices.wish(wishes)
    return wishes


async def test_each_thing_is_one_signed_call_that_says_nothing_of_anybody(
    instance: Instance, receiver: Receiver
) -> None:
    secret = new_secret()
    await wish(instance, webhook_url=f"{receiver.url}/hook", webhook_secret=secret)
    (review,) = await instance.work(mail())
    instance.clock.advance(seconds=25 * 3_600)
    async with instance.database.write() as uow:
        box = await uow.session.get(MailboxRow, instance.mailbox_id)
        assert box is not None
        box.last_error = "unreachable"
    receiver.status = 503
    told = notifier(instance, receiver.url)
    assert await told.look() == 0, "a server that is away is tried again"
    receiver.status = 204
    assert await told.look() == 0, "but not at once"
    instance.clock.advance(seconds=61)
    assert await told.look() == 2
    assert await told.look() == 0, "and nothing is told twice"
    assert len({headers["webhook-id"] for headers, _ in receiver.taken}) == 2, "a repeat has the same id"
    kinds = set()
    for headers, body in receiver.taken[-2:]:
        event = _verified(secret, headers, body)
        kinds.add(event["type"])
        assert not any(word in body for word in WORDS)
    assert kinds == {"review.overdue", "mailbox.failed"}
    assert any(str(review.id).encode() in body for _, body in receiver.taken)


async def test_what_cannot_be_told_keeps_nothing_else_from_being_told(instance: Instance, receiver: Receiver) -> None:
    await wish(instance, webhook_url=f"{receiver.url}/hook", webhook_secret="whsec_odd", by_mail=True)
    await instance.work(mail())
    instance.clock.advance(seconds=25 * 3_600)
    assert await notifier(instance, receiver.url).look() == 1
    assert (len(instance.sender.sent), receiver.taken) == (1, [])


async def test_one_look_that_failed_is_told_to_nobody(instance: Instance) -> None:
    async def broken(error: str, *, minutes: int) -> int:
        async with instance.database.write() as uow:
            box = await uow.mailboxes.get(instance.mailbox_id)
            box.last_read_at, box.last_error = instance.clock() - timedelta(minutes=minutes), error
        async with instance.database.read() as uow:
            return len(await uow.notices.broken_mailboxes())

    assert await broken("imap_unreachable", minutes=1) == 0
    assert await broken("imap_unreachable", minutes=11) == 1
    assert await broken("needs_reauth", minutes=1) == 1
    assert await broken("", minutes=11) == 0


async def test_a_digest_gathers_what_waits_and_quiet_hours_are_kept(instance: Instance) -> None:
    now = instance.clock()
    minute = now.hour * 60 + now.minute
    await wish(instance, by_mail=True, quiet=QuietHours((minute - 60) % 1_440, (minute + 30) % 1_440, "UTC"))
    instance.mind.intent, instance.mind.route = Intent.BANK_DETAIL_CHANGE, Route.REVIEW
    reviews = await instance.work(mail(), mail(subject="second"), mail(subject="third"))
    async with instance.database.write() as uow:
        for review in reviews:
            (await uow.reviews.get(review.id)).reasons = ["fraud_risk"]
    told = notifier(instance)
    assert await told.look() == 0
    assert instance.sender.sent == []
    await instance.reviews.decide(
        reviews[0].id,
        Action.IGNORE,
        version=(await instance.pending())[0].version,
        by=instance.collector,
        reason="spam",
    )
    instance.clock.advance(seconds=31 * 60)
    assert await told.look() == 1
    (raw,) = instance.sender.sent
    assert b"Subject: Duebox: 2 urgent cases wait" in raw, "what is decided meanwhile is told to nobody"
    assert b"Auto-Submitted: auto-generated" in raw
    assert b"https://duebox.example/queue" in raw
    assert not any(word in raw for word in WORDS)


@pytest.mark.parametrize(("portfolio", "told"), [(["segment:key"], 0), ([], 2)])
async def test_nobody_is_told_of_another_portfolio(
    instance: Instance, receiver: Receiver, portfolio: list[str], told: int
) -> None:
    await wish(instance, by_mail=True, webhook_url=receiver.url, webhook_secret=new_secret())
    (review,) = await instance.work(mail())
    async with instance.database.write() as uow:
        (await uow.reviews.get(review.id)).reasons = ["fraud_risk"]
        await uow.session.execute(sa.update(UserRow).values(portfolio=portfolio))
    assert await notifier(instance, receiver.url).look() == told
    assert (len(receiver.taken), len(instance.sender.sent)) == (told / 2, told / 2)


async def test_what_leaves_a_portfolio_before_it_is_told_is_not_told(instance: Instance) -> None:
    minute = instance.clock().hour * 60 + instance.clock().minute
    await wish(instance, by_mail=True, quiet=QuietHours(minute, (minute + 30) % 1_440, "UTC"))
    (review,) = await instance.work(mail())
    async with instance.database.write() as uow:
        (await uow.reviews.get(review.id)).reasons = ["fraud_risk"]
    assert await notifier(instance).look() == 0
    async with instance.database.write() as uow:
        await uow.session.execute(sa.update(UserRow).values(portfolio=["segment:key"]))
    instance.clock.advance(seconds=31 * 60)
    assert await notifier(instance).look() == 0


async def test_a_case_that_needs_a_second_person_is_told_to_others_than_the_first(
    instance: Instance, receiver: Receiver
) -> None:
    """Also where it was told when it came; and until somebody decides."""
    await wish(instance, webhook_url=receiver.url, webhook_secret=new_secret())
    told = notifier(instance, receiver.url)
    reviews = await instance.work(mail(), mail(subject="second"))
    async with instance.database.write() as uow:
        first = UserRow(id=new_id(), email="first@seller.example", name="F", role=Role.MANAGER, password_hash="")
        first.created_at = instance.clock()
        uow.users.add(first)
        for review in reviews:
            (await uow.reviews.get(review.id)).reasons = ["fraud_risk"]
    assert await told.look() == 2
    async with instance.database.write() as uow:
        for review, by in zip(reviews, (first.id, instance.collector.id), strict=True):
            row = await uow.reviews.get(review.id)
            row.state, row.decided_by, row.decided_at = ReviewState.AWAITING_SECOND, by, instance.clock()
    assert await told.look() == 1
    assert json.loads(receiver.taken[-1][1])["data"]["id"] == str(reviews[0].id)
    assert await told.look() == 0


async def test_only_the_operators_origins_are_called(receiver: Receiver) -> None:
    poster = WebhookPoster([receiver.url])
    assert poster.allows(f"{receiver.url}/any/path")
    for url in (
        "https://elsewhere.example/",
        f"{receiver.url}.example/",
        "file:///etc/passwd",
        "",
        f"{receiver.url}@x",
    ):
        assert not poster.allows(url), url
    with pytest.raises(Unreachable):
        await poster.post("http://127.0.0.1:1/", b"", {})


def _verified(secret: str, headers: dict[str, str], body: bytes) -> dict[str, object]:
    """As a receiver would, whose clock is the test's: the tolerance for old calls is the library's own business."""
    moment = datetime.fromtimestamp(int(headers["webhook-timestamp"]), tz=UTC)
    webhook = Webhook(secret)
    assert webhook.sign(headers["webhook-id"], moment, body.decode()) == headers["webhook-signature"]
    event: dict[str, object] = json.loads(body)
    return event
