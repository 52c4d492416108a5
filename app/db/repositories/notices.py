"""How people want to be told, what they were told, and what there is to tell."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from app.db.repositories.worklists import names
from app.db.sealing import Keyring
from app.db.tables.mail import MailboxRow
from app.db.tables.queue import NoticeRow, NotifyRow
from app.db.tables.system import UserRow
from app.db.tables.work import ReviewRow
from app.domain.clock import Clock
from app.domain.ids import new_id
from app.domain.notices import Channel, NoticeKind, QuietHours
from app.domain.oauth import NEEDS_REAUTH
from app.domain.portfolio import EVERYTHING, Portfolio, portfolio_of
from app.domain.ports import DELIVERIES_REFUSED
from app.domain.review import ReviewState

AT_ONCE = 200


BROKEN_AFTER = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Wishes:
    """How a person wants to be told, and of whose mail. `quiet` is None for at any hour."""

    user_id: UUID
    email: str = field(repr=False)
    kinds: frozenset[NoticeKind] = frozenset()
    by_mail: bool = False
    webhook_url: str = ""
    webhook_secret: str = field(default="", repr=False)
    quiet: QuietHours | None = None
    language: str = ""
    portfolio: Portfolio = EVERYTHING

    @property
    def channels(self) -> tuple[Channel, ...]:
        mail = (Channel.MAIL,) if self.by_mail else ()
        return (*mail, Channel.WEBHOOK) if self.webhook_url else mail


class Notices:
    def __init__(self, session: AsyncSession, keyring: Keyring, clock: Clock) -> None:
        self._session = session
        self._keyring = keyring
        self._clock = clock

    async def wishes(self) -> list[Wishes]:
        """Of everybody who is active and said how."""
        query = sa.select(NotifyRow, UserRow).join(UserRow, UserRow.id == NotifyRow.user_id).where(UserRow.active)
        found = await self._session.execute(query)
        return [
            replace(self._opened(row, user.email), language=user.language, portfolio=portfolio_of(user.portfolio))
            for row, user in found
        ]

    async def wishes_of(self, user_id: UUID, email: str) -> Wishes:
        row = await self._session.get(NotifyRow, user_id)
        return self._opened(row, email) if row else Wishes(user_id, email)

    async def wish(self, wishes: Wishes) -> None:
        row = await self._session.get(NotifyRow, wishes.user_id)
        if row is None:
            row = NotifyRow(user_id=wishes.user_id)
            self._session.add(row)
        words = {"url": wishes.webhook_url, "secret": wishes.webhook_secret}
        sealed = self._keyring.seal(wishes.user_id, json.dumps(words).encode())
        row.kinds = sorted(kind.value for kind in wishes.kinds)
        row.by_mail = wishes.by_mail
        row.webhook = sealed if wishes.webhook_url else None
        row.quiet_from = wishes.quiet.begin if wishes.quiet else None
        row.quiet_to = wishes.quiet.end if wishes.quiet else None
        row.zone = wishes.quiet.zone if wishes.quiet else "UTC"

    async def urgent(self, reasons: Iterable[str], user_id: UUID, *, since: datetime) -> Sequence[ReviewRow]:
        """Reviews that wait for this person, for one of these reasons, since they were opened after a moment."""
        grave = sa.or_(*(names(ReviewRow.reasons, reason) for reason in reasons))
        return await self._waiting(_for(user_id), grave, ReviewRow.opened_at >= since)

    async def second(self, user_id: UUID, *, since: datetime) -> Sequence[ReviewRow]:
        """Reviews of which somebody else took the first of two steps after a moment."""
        return await self._waiting(_second(user_id), ReviewRow.decided_at >= since)

    async def overdue(self, user_id: UUID, *, since: datetime) -> Sequence[ReviewRow]:
        return await self._waiting(_for(user_id), ReviewRow.due_at < self._clock(), ReviewRow.due_at >= since)

    async def waits(self, review_id: UUID, user_id: UUID, *, second: bool) -> bool:
        """Whether this person may still decide it; `second`: as the second of two."""
        theirs = _second(user_id) if second else _for(user_id)
        return await self._session.scalar(sa.select(ReviewRow.id).where(ReviewRow.id == review_id, theirs)) is not None

    async def broken_mailboxes(self) -> Sequence[UUID]:
        """Those that were not read for a while, or that somebody must sign in to again: one failed look is none. Nor
        are deliveries that were refused, since anybody may post one."""
        since = sa.func.coalesce(MailboxRow.last_read_at, MailboxRow.created_at)
        is_lasting = sa.or_(MailboxRow.last_error == NEEDS_REAUTH, since < self._clock() - BROKEN_AFTER)
        has_error = MailboxRow.last_error.not_in(["", DELIVERIES_REFUSED])
        query = sa.select(MailboxRow.id).where(MailboxRow.active, has_error, is_lasting)
        return (await self._session.scalars(query)).all()

    async def add_once(self, user_id: UUID, channel: Channel, kind: NoticeKind, subject: str, *, at: datetime) -> None:
        """Something to tell, unless the person was told, or will be."""
        same = sa.exists().where(
            NoticeRow.user_id == user_id,
            NoticeRow.channel == channel,
            NoticeRow.kind == kind,
            NoticeRow.subject == subject,
        )
        if not await self._session.scalar(sa.select(same)):
            self._session.add(
                NoticeRow(
                    id=new_id(), user_id=user_id, channel=channel, kind=kind, subject=subject,
                    created_at=self._clock(), next_at=at,
                )
            )  # fmt: skip

    async def due(self) -> Sequence[NoticeRow]:
        query = (
            sa.select(NoticeRow)
            .where(NoticeRow.done_at.is_(None), NoticeRow.next_at <= self._clock())
            .order_by(NoticeRow.id)
            .limit(AT_ONCE)
        )
        return (await self._session.scalars(query)).all()

    async def newest_told(self, user_id: UUID, channel: Channel) -> datetime | None:
        query = sa.select(sa.func.max(NoticeRow.done_at)).where(
            NoticeRow.user_id == user_id, NoticeRow.channel == channel, NoticeRow.last_error == ""
        )
        return await self._session.scalar(query)

    async def get(self, notice_id: UUID) -> NoticeRow | None:
        return await self._session.get(NoticeRow, notice_id)

    async def _waiting(self, *conditions: sa.ColumnElement[bool]) -> Sequence[ReviewRow]:
        query = sa.select(ReviewRow).where(*conditions).order_by(ReviewRow.rank.desc()).limit(AT_ONCE)
        return (await self._session.scalars(query)).all()

    def _opened(self, row: NotifyRow, email: str) -> Wishes:
        words = json.loads(self._keyring.open(row.user_id, row.webhook)) if row.webhook else {"url": "", "secret": ""}
        quiet = None
        if row.quiet_from is not None and row.quiet_to is not None:
            quiet = QuietHours(row.quiet_from, row.quiet_to, row.zone)
        kinds = frozenset(NoticeKind(kind) for kind in row.kinds)
        return Wishes(row.user_id, email, kinds, row.by_mail, words["url"], words["secret"], quiet)


def _second(user_id: UUID) -> sa.ColumnElement[bool]:
    """Waits for a second person, and this one was not the first."""
    return sa.and_(ReviewRow.state == ReviewState.AWAITING_SECOND, ReviewRow.decided_by != user_id)


def _for(user_id: UUID) -> sa.ColumnElement[bool]:
    return sa.or_(ReviewRow.state == ReviewState.PENDING, _second(user_id))
