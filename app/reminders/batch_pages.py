"""What the pages of drafted reminders show: the batches, and every mail of one, whole."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from app.db.tables.reminders import ReminderRow
from app.db.uow import Database, Uow
from app.domain.reminder_life import ReminderState
from app.reminders.sending import Words

BATCHES_LISTED = 30
ON_A_PAGE = 100
"""As many as one request may approve and make papers for."""


@dataclass(frozen=True, slots=True)
class BatchLine:
    """`counts` by state."""

    batch_id: str
    as_of: date
    created_at: datetime
    counts: Mapping[str, int]

    @property
    def total(self) -> int:
        return sum(self.counts.values())


@dataclass(frozen=True, slots=True)
class ReminderView:
    """`state` is the reminder's own, or, once approved, that of its mail on the way. `problems`: why the checks refused
    the draft. `unclaimed`: why it claims no interest though the policy wants that."""

    reminder_id: str
    batch_id: str
    version: int
    state: str
    customer_id: str
    customer: str
    contact: str
    email: str
    amount: tuple[Decimal, str]
    invoices: tuple[str, ...]
    stage: str
    tone: str
    language: str
    send_at: datetime
    subject: str = field(repr=False)
    body: str = field(repr=False)
    is_edited: bool = False
    is_automatic: bool = False
    problems: tuple[str, ...] = ()
    unclaimed: str = ""

    @property
    def is_drafted(self) -> bool:
        return self.state == ReminderState.DRAFTED

    @property
    def may_be_approved(self) -> bool:
        return self.is_drafted and not self.problems

    @property
    def may_be_undone(self) -> bool:
        return self.state in {ReminderState.SKIPPED, "waiting", "ready", "failed"}


@dataclass(frozen=True, slots=True)
class BatchView:
    """A page of it, what needs a person's eye first. `count`: of the whole batch; `next`: where the next page begins.
    `total` is what may be approved of the page, a sum a currency."""

    batch_id: str
    as_of: date
    created_at: datetime
    policy_version: str
    reminders: tuple[ReminderView, ...]
    count: int = 0
    next: int | None = None

    @property
    def approvable(self) -> tuple[ReminderView, ...]:
        return tuple(one for one in self.reminders if one.may_be_approved)

    @property
    def total(self) -> tuple[tuple[Decimal, str], ...]:
        sums: dict[str, Decimal] = {}
        for one in self.approvable:
            value, currency = one.amount
            sums[currency] = sums.get(currency, Decimal(0)) + value
        return tuple((value, currency) for currency, value in sorted(sums.items()))


class BatchPages:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def batches(self) -> tuple[BatchLine, ...]:
        """The newest first."""
        async with self._database.read() as uow:
            rows = await uow.reminders.batches(BATCHES_LISTED)
            tallies = await uow.reminders.tally([row.id for row in rows])
        return tuple(
            BatchLine(
                str(row.id),
                row.as_of,
                row.created_at,
                {state.value: count for state, count in tallies[row.id].items()},
            )
            for row in rows
        )

    async def batch(self, batch_id: UUID, offset: int = 0) -> BatchView:
        """Raises NotFound."""
        async with self._database.read() as uow:
            row = await uow.reminders.batch(batch_id)
            count = sum((await uow.reminders.tally([batch_id]))[batch_id].values())
            some = await uow.reminders.page_of_batch(batch_id, offset=offset, limit=ON_A_PAGE)
            reminders = tuple([await _view(uow, one) for one in some])
        following = offset + ON_A_PAGE if offset + ON_A_PAGE < count else None
        return BatchView(str(row.id), row.as_of, row.created_at, row.policy_version, reminders, count, following)

    async def reminder(self, reminder_id: UUID) -> ReminderView:
        """Raises NotFound."""
        async with self._database.read() as uow:
            return await _view(uow, await uow.reminders.get(reminder_id))


async def _view(uow: Uow, row: ReminderRow) -> ReminderView:
    words = Words.of(await uow.words.get_json(row.draft_id))
    edited = await uow.words.get_json(row.edited_id) if row.edited_id else {}
    customer = await uow.ledger.customer(row.customer_id)
    contacts = {contact.id: contact for contact in await uow.ledger.contacts(row.customer_id)}
    contact = contacts.get(row.contact_id) if row.contact_id else None
    outbox = await uow.outbox.of_reminder(row.id) if row.state is ReminderState.APPROVED else None
    return ReminderView(
        reminder_id=str(row.id),
        batch_id=str(row.batch_id),
        version=row.version,
        state=outbox.state.value if outbox else row.state.value,
        customer_id=row.customer_id,
        customer=customer.name if customer else row.customer_id,
        contact=contact.name if contact else "",
        email=contact.email if contact else "",
        amount=(row.amount, row.currency),
        invoices=tuple(row.invoices),
        stage=row.stage,
        tone=row.tone,
        language=row.language,
        send_at=outbox.send_after if outbox else row.send_at,
        subject=edited.get("subject", words.subject),
        body=edited.get("body", words.body),
        is_edited=bool(edited),
        is_automatic=row.is_automatic,
        problems=words.problems,
        unclaimed=words.unclaimed,
    )
