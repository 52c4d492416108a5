"""The instance as its administrator sees it: who may sign in, what is watched, what is stuck, what the model costs."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from app.db.repositories.rations import Rations
from app.db.repositories.spending import Spending, Usage
from app.db.tables.mail import MailboxRow
from app.db.tables.oversight import RationRow, Switch
from app.db.uow import Database, Uow
from app.domain.clock import Clock
from app.domain.copies import of_envelope
from app.domain.errors import Invalid, NotFound
from app.domain.message import MessageState
from app.domain.people import SignedIn
from app.domain.ration import DAY, Limits
from app.domain.review import OutboxState
from app.jobs.engine import Engine, FailedJob

LISTED = 50
SPENDING = timedelta(days=30)
DEAREST = 1_000_000


@dataclass(frozen=True, slots=True)
class User:
    id: UUID
    name: str
    email: str
    role: str
    active: bool
    portfolio: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Token:
    """`hash` is the keyed hash by which it is withdrawn; the token itself is nowhere."""

    hash: str
    owner: str
    name: str
    scopes: tuple[str, ...]
    created_at: datetime
    expires_at: datetime | None


@dataclass(frozen=True, slots=True)
class Quarantined:
    id: UUID
    mailbox: str
    reason: str
    attempts: int
    received_at: datetime


@dataclass(frozen=True, slots=True)
class Unknown:
    id: UUID
    to: str = field(repr=False)
    customer: str
    last_error: str
    attempts: int
    review_id: UUID | None


@dataclass(frozen=True, slots=True)
class Administration:
    """`rations`: what each provider was asked; their tokens are today's where their day is `day`. `price_in` and
    `price_out`: hundredths per million tokens; `spent` in hundredths, over the last 30 days."""

    users: Sequence[User]
    tokens: Sequence[Token]
    mailboxes: Sequence[MailboxRow]
    model: str
    usage: Sequence[Usage]
    mails: int
    limits: Limits
    rations: Sequence[RationRow]
    day: int
    price_in: int
    price_out: int
    unknown: Sequence[Unknown]
    quarantine: Sequence[Quarantined]
    jobs: dict[str, int]
    failed: Sequence[FailedJob]
    new_token: str = field(repr=False, default="")

    @property
    def spent(self) -> float:
        per_token = (self.price_in / 1e6, self.price_out / 1e6)
        return sum(u.tokens_in * per_token[0] + u.tokens_out * per_token[1] for u in self.usage if u.is_paid)


class AdministrationPages:
    def __init__(self, database: Database, engine: Engine, clock: Clock, *, model: str, limits: Limits) -> None:
        self._database = database
        self._engine = engine
        self._clock = clock
        self._model = model
        self._limits = limits

    async def page(self, *, new_token: str = "") -> Administration:
        async with self._database.read() as uow:
            users = await uow.users.all()
            names = {user.id: user.name or user.email for user in users}
            spending = Spending(uow.session)
            since = self._clock() - SPENDING
            now = await uow.leases.database_time()
            return Administration(
                users=[User(u.id, u.name, u.email, u.role.value, u.active, tuple(u.portfolio)) for u in users],
                tokens=[
                    Token(t.token_hash, names[t.user_id], t.name, tuple(t.scopes), t.created_at, t.expires_at)
                    for t in await uow.users.tokens()
                ],
                mailboxes=await uow.mailboxes.all(),
                model=self._model,
                usage=await spending.by_model(since),
                mails=await spending.mails(since),
                limits=self._limits,
                rations=await Rations(uow.session, now).all(),
                day=int(now // DAY),
                price_in=await uow.oversight.value(Switch.PRICE_IN),
                price_out=await uow.oversight.value(Switch.PRICE_OUT),
                unknown=await _unknown(uow),
                quarantine=await _quarantine(uow),
                jobs=await uow.session.run_sync(self._engine.counts),
                failed=await uow.session.run_sync(lambda session: self._engine.failed(session, LISTED)),
                new_token=new_token,
            )

    async def email_of(self, user_id: UUID) -> str:
        async with self._database.read() as uow:
            user = await uow.users.get(user_id)
            if user is None:
                raise NotFound("there is no such user")
            return user.email

    async def set_prices(self, price_in: int, price_out: int, *, by: SignedIn) -> None:
        """What the model's provider asks, in hundredths per million tokens. Raises Invalid."""
        if not (0 <= price_in <= DEAREST and 0 <= price_out <= DEAREST):
            raise Invalid("a price is from 0 to {most:,} per million tokens", most=DEAREST // 100)
        async with self._database.write() as uow:
            before_in = await uow.oversight.set(Switch.PRICE_IN, price_in, by=by.id)
            before_out = await uow.oversight.set(Switch.PRICE_OUT, price_out, by=by.id)
            uow.audit.add(
                "administration.prices.set",
                actor=by.actor,
                price_in_before=before_in,
                price_in=price_in,
                price_out_before=before_out,
                price_out=price_out,
            )


async def _quarantine(uow: Uow) -> list[Quarantined]:
    boxes = {box.id: box.name for box in await uow.mailboxes.all()}
    rows = await uow.messages.page(state=MessageState.QUARANTINED, after=None, limit=LISTED)
    return [Quarantined(row.id, boxes[row.mailbox_id], row.error, row.attempts, row.received_at) for row in rows]


async def _unknown(uow: Uow) -> list[Unknown]:
    found = []
    for row in await uow.outbox.page(state=OutboxState.UNKNOWN, after=None, limit=LISTED):
        customer = await uow.ledger.customer(row.customer_id) if row.customer_id else None
        try:
            to = ", ".join(of_envelope((await uow.words.key(row.conversation_id)).open(row.id, row.envelope)))
        except NotFound:
            to = ""
        name = customer.name if customer else ""
        found.append(Unknown(row.id, to, name, row.last_error, row.attempts, row.review_id))
    return found
