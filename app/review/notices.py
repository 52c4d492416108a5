"""Telling people who are not looking: a digest by mail, a signed webhook for each thing; in quiet hours neither.

    look, once a minute, on one worker ─▶ note what is new, for whom, by which channel
                                       ─▶ deliver what is due: read, close; send; write what came of it

Neither says more than that something waits, how much of it, and where: no name, no amount, no word of a mail. Nobody is
told of another portfolio's mail, or that a second person is needed where they were the first.
"""

import asyncio
import base64
import hashlib
import hmac
import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from email.message import EmailMessage
from email.utils import format_datetime
from gettext import NullTranslations
from uuid import UUID

import structlog

from app.db.narrowing import narrowed
from app.db.repositories.notices import Wishes
from app.db.uow import Database, Uow
from app.domain.clock import Clock
from app.domain.errors import Unreachable
from app.domain.ids import new_id
from app.domain.intents import Reason
from app.domain.notices import Channel, NoticeKind
from app.domain.ports import Poster, Sender, SendResult
from app.web.languages import catalogue, language_of

LOOK_SECONDS = 60.0
LEASE = "notices"
SECOND = "second"
"""Follows the id of a case that was told when it came, and waits for a second person now: that is told anew."""

NEWS = timedelta(days=1)
"""What is older is no news: who begins to be told is not told of everything."""

DIGEST_EVERY = timedelta(minutes=15)
FIRST_WAIT, MOST_TRIES = timedelta(minutes=1), 12
URGENT = tuple(
    reason.value for reason in (Reason.FRAUD_RISK, Reason.INJECTION, Reason.LEGAL, Reason.CHANGED_SINCE_APPROVAL)
)
TYPES = {
    NoticeKind.URGENT_REVIEW: "review.urgent",
    NoticeKind.REVIEW_OVERDUE: "review.overdue",
    NoticeKind.MAILBOX_FAILED: "mailbox.failed",
}

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class _Parcel:
    """What one delivery tells one person."""

    ids: tuple[UUID, ...]
    wishes: Wishes
    channel: Channel
    told: tuple[tuple[NoticeKind, str], ...]
    sender: str = field(repr=False, default="")


class Notifier:
    def __init__(self, database: Database, sender: Sender, poster: Poster, clock: Clock, *, public_url: str) -> None:
        self._database = database
        self._sender = sender
        self._poster = poster
        self._clock = clock
        self._public_url = public_url.rstrip("/")
        self._holder = str(new_id())
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        self._task = asyncio.create_task(self._keep_looking())

    async def stop(self) -> None:
        if self._task is not None:
            self._task.cancel()

    async def look(self) -> int:
        """Note what is new and deliver what is due. Returns how many deliveries went well."""
        async with self._database.write() as uow:
            for wishes in await uow.notices.wishes():
                with narrowed(wishes.portfolio):
                    await self._note(uow, wishes)
        async with self._database.write() as uow:
            parcels = await self._parcels(uow)
        went_well = 0
        for parcel in parcels:
            error = await self._deliver(parcel)
            await self._record(parcel, error)
            went_well += not error
        return went_well

    async def _note(self, uow: Uow, wishes: Wishes) -> None:
        now = self._clock()
        at = wishes.quiet.after(now) if wishes.quiet else now
        for kind in sorted(wishes.kinds):
            for subject in await self._subjects(uow, kind, wishes.user_id):
                for channel in wishes.channels:
                    await uow.notices.add_once(wishes.user_id, channel, kind, subject, at=at)

    async def _subjects(self, uow: Uow, kind: NoticeKind, user_id: UUID) -> list[str]:
        """Whose case somebody else's is already is told to them alone."""
        if kind is NoticeKind.MAILBOX_FAILED:
            today = self._clock().date().isoformat()
            return [f"{mailbox}:{today}" for mailbox in await uow.notices.broken_mailboxes()]
        since = self._clock() - NEWS
        if kind is NoticeKind.REVIEW_OVERDUE:
            waiting, second = await uow.notices.overdue(user_id, since=since), []
        else:
            waiting = await uow.notices.urgent(URGENT, user_id, since=since)
            second = [f"{review.id}:{SECOND}" for review in await uow.notices.second(user_id, since=since)]
        return [str(review.id) for review in waiting if review.assignee_id in (None, user_id)] + second

    async def _parcels(self, uow: Uow) -> list[_Parcel]:
        """What is due, put together. What has come right meanwhile is told to nobody."""
        wishes = {one.user_id: one for one in await uow.notices.wishes()}
        mailboxes = [row.address for row in await uow.mailboxes.all() if row.active]
        by_mail: dict[UUID, list[tuple[UUID, NoticeKind, str]]] = {}
        parcels = []
        for notice in await uow.notices.due():
            one = wishes.get(notice.user_id)
            if (
                one is None
                or notice.channel not in one.channels
                or not await self._still(uow, one, notice.kind, notice.subject)
            ):
                notice.done_at, notice.last_error = self._clock(), "no_longer"
            elif notice.channel is Channel.WEBHOOK:
                parcels.append(_Parcel((notice.id,), one, notice.channel, ((notice.kind, notice.subject),)))
            else:
                by_mail.setdefault(one.user_id, []).append((notice.id, notice.kind, notice.subject))
        for user_id, told in by_mail.items():
            newest = await uow.notices.newest_told(user_id, Channel.MAIL)
            if mailboxes and (newest is None or newest <= self._clock() - DIGEST_EVERY):
                ids = tuple(notice_id for notice_id, _, _ in told)
                said = tuple((kind, subject) for _, kind, subject in told)
                parcels.append(_Parcel(ids, wishes[user_id], Channel.MAIL, said, mailboxes[0]))
        return parcels

    @staticmethod
    async def _still(uow: Uow, wishes: Wishes, kind: NoticeKind, subject: str) -> bool:
        name, _, more = subject.partition(":")
        if kind is NoticeKind.MAILBOX_FAILED:
            return UUID(name) in set(await uow.notices.broken_mailboxes())
        with narrowed(wishes.portfolio):
            return await uow.notices.waits(UUID(name), wishes.user_id, second=more == SECOND)

    async def _deliver(self, parcel: _Parcel) -> str:
        """Empty when it went well, else a closed word."""
        try:
            if parcel.channel is Channel.WEBHOOK:
                return await self._post(parcel)
            recipients = [parcel.wishes.email]
            delivery = await self._sender.send(self._digest(parcel), sender=parcel.sender, recipients=recipients)
        except Unreachable:
            return "unreachable"
        except Exception as error:  # what one person wished must not keep the others from being told
            log.warning("review.notice.broke", error=type(error).__name__)
            return "broken"
        return "" if delivery.result is SendResult.SENT else delivery.result.value

    async def _post(self, parcel: _Parcel) -> str:
        ((kind, subject),) = parcel.told
        subject_id = subject.partition(":")[0]
        data = {"id": subject_id} | (
            {} if kind is NoticeKind.MAILBOX_FAILED else {"url": self._at(f"/reviews/{subject_id}")}
        )
        now = self._clock()
        body = json.dumps({"type": TYPES[kind], "timestamp": now.isoformat(), "data": data}).encode()
        headers = signed(parcel.wishes.webhook_secret, str(parcel.ids[0]), int(now.timestamp()), body)
        status = await self._poster.post(parcel.wishes.webhook_url, body, headers)
        return "" if status // 100 == 2 else f"status_{status}"  # noqa: PLR2004  # of HTTP

    def _digest(self, parcel: _Parcel) -> bytes:
        counted = Counter(kind for kind, _ in parcel.told)
        names = catalogue(language_of(parcel.wishes.language, ""))
        lines = [_told(kind, number, names) for kind, number in sorted(counted.items())]
        message = EmailMessage()
        message["From"], message["To"] = parcel.sender, parcel.wishes.email
        message["Subject"] = f"Duebox: {', '.join(lines)}"
        message["Date"] = format_datetime(self._clock())
        message["Message-ID"] = f"<{parcel.ids[0]}@{parcel.sender.rpartition('@')[2]}>"
        message["Auto-Submitted"] = "auto-generated"
        message["X-Auto-Response-Suppress"] = "All"
        where = f"\n\n{self._at('/queue')}" if self._public_url else ""
        settings = self._at("/notifications") if self._public_url else names.gettext("your account in Duebox")
        text = "\n".join(f"- {line}" for line in lines)
        why = names.gettext("You asked to be told. Change this under {settings}.").format(settings=settings)
        message.set_content(f"{text}{where}\n\n{why}\n")
        return message.as_bytes()

    def _at(self, path: str) -> str:
        return f"{self._public_url}{path}"

    async def _record(self, parcel: _Parcel, error: str) -> None:
        async with self._database.write() as uow:
            for notice_id in parcel.ids:
                notice = await uow.notices.get(notice_id)
                if notice is None:
                    continue
                notice.attempts += 1
                notice.last_error = error
                if not error or notice.attempts >= MOST_TRIES:
                    notice.done_at = self._clock()
                else:
                    notice.next_at = self._clock() + FIRST_WAIT * 2 ** (notice.attempts - 1)
        if error:
            log.warning("review.notice.failed", channel=parcel.channel.value, error=error)

    async def _keep_looking(self) -> None:
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            try:
                async with self._database.write() as uow:
                    mine = await uow.leases.take(LEASE, self._holder, 2 * LOOK_SECONDS)
                if mine:
                    await self.look()
            except Exception as error:  # the database was away: the next look must come
                log.warning("review.notices.failed", error=type(error).__name__)


def _told(kind: NoticeKind, number: int, names: NullTranslations) -> str:
    match kind:
        case NoticeKind.URGENT_REVIEW:
            said = names.ngettext("{number} urgent case waits", "{number} urgent cases wait", number)
        case NoticeKind.REVIEW_OVERDUE:
            said = names.ngettext("{number} case has waited too long", "{number} cases have waited too long", number)
        case NoticeKind.MAILBOX_FAILED:
            said = names.ngettext("{number} mailbox cannot be read", "{number} mailboxes cannot be read", number)
    return said.format(number=number)


def signed(secret: str, notice_id: str, timestamp: int, body: bytes) -> dict[str, str]:
    """The headers of Standard Webhooks 1.0: a repeat has the same id, so that a receiver counts it once."""
    key = base64.b64decode(secret.removeprefix("whsec_"))
    digest = hmac.new(key, f"{notice_id}.{timestamp}.".encode() + body, hashlib.sha256).digest()
    return {
        "content-type": "application/json",
        "webhook-id": notice_id,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": f"v1,{base64.b64encode(digest).decode()}",
    }


def kinds_of(words: Sequence[str]) -> frozenset[NoticeKind]:
    return frozenset(kind for kind in NoticeKind if kind.value in words)
