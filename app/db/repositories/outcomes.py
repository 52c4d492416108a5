"""What came of reminders: noted on their rows while they are followed, and added up for those who learn from them."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, TypeAlias, TypeVar
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from app.db.bulk import among
from app.db.repositories.correspondence import start_of
from app.db.tables.ledger import CaseRow, InvoiceRow, PaymentRow, TaskRow
from app.db.tables.mail import MailboxRow, MessageRow
from app.db.tables.reminders import PersonsStepRow, ReminderRow
from app.db.tables.work import OutboxRow
from app.domain.account import InvoiceStatus
from app.domain.outcome import DAYS, FOLLOWED, TOLD_LATE, Answer, Record
from app.domain.reminder_life import ReminderState
from app.domain.review import CaseKind, CaseState, OutboxState
from app.domain.task import TaskState

T = TypeVar("T")
S = TypeVar("S", bound=ReminderRow | PersonsStepRow)

AT_ONCE = 2_000
LOOK_BACK = timedelta(days=365)
Sent: TypeAlias = ReminderRow | PersonsStepRow
"""What is followed: a mail of ours, or a step that a person took."""

FOLLOWED_TABLES: tuple[type[Sent], ...] = (ReminderRow, PersonsStepRow)


def _labels(table: type[Sent]) -> dict[str, sa.ColumnElement[Any]]:
    return {
        "step": table.workflow + ", " + table.stage,
        "channel": sa.type_coerce(table.channel, sa.String),
        "tone": sa.type_coerce(table.tone, sa.String),
        "company": sa.type_coerce(table.company, sa.String),
        "language": sa.type_coerce(table.language, sa.String),
    }


_DECIDED = sa.case(
    (ReminderRow.is_automatic, "automatic"), (ReminderRow.edited_id.is_not(None), "edited"), else_="as_drafted"
)
_SENDER = (
    sa.select(sa.func.max(MailboxRow.address))
    .join(OutboxRow, OutboxRow.mailbox_id == MailboxRow.id)
    .where(OutboxRow.reminder_id == ReminderRow.id, OutboxRow.state == OutboxState.SENT)
    .scalar_subquery()
)
"""The address that a mail left from; a person's own step has none."""

GROUPED_BY: Mapping[str, Mapping[type[Sent], sa.ColumnElement[Any]]] = {
    **{by: {table: _labels(table)[by] for table in FOLLOWED_TABLES} for by in _labels(ReminderRow)},
    "sender": {ReminderRow: sa.func.coalesce(_SENDER, "")},
    "decided": {ReminderRow: _DECIDED},
}
"""By what effects are told apart, and how of each table; of a person's own step nobody decided, and no
mailbox sent it."""


@dataclass(frozen=True, slots=True)
class Effect:
    """Of reminders that are alike in one respect. `paid` and `of`: how many were paid within each of DAYS, of how many
    that so many days have passed for."""

    label: str
    sent: int
    paid: tuple[int, ...]
    of: tuple[int, ...]
    answers: Mapping[Answer, int]


@dataclass(frozen=True, slots=True)
class Followed:
    """What is known of the customers of some reminders since the first of these was sent, by customer: payments in the
    order of their days, numbers of invoices that were paid, disputes and promises, days of people's mails."""

    payments: Mapping[str, Sequence[PaymentRow]]
    paid: Mapping[str, Sequence[tuple[str, str]]]
    cases: Mapping[str, Sequence[CaseRow]]
    mails: Mapping[str, Sequence[date]]


class Outcomes:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def mark_sent(self) -> None:
        """Note the day (UTC) on the reminders that have left since the last look, and on the steps that a person has
        taken; one that was opened again is not taken."""
        found = await self._session.execute(
            sa.select(ReminderRow.id, OutboxRow.sent_at)
            .join(OutboxRow, OutboxRow.reminder_id == ReminderRow.id)
            .where(
                ReminderRow.state == ReminderState.APPROVED,
                ReminderRow.sent_on.is_(None),
                OutboxRow.state == OutboxState.SENT,
            )
        )
        await self._note(ReminderRow, [{"id": row_id, "sent_on": at.date()} for row_id, at in found if at is not None])
        is_done = TaskRow.state == TaskState.DONE
        steps = await self._session.execute(
            sa.select(PersonsStepRow.id, is_done, TaskRow.closed_at)
            .join(TaskRow, TaskRow.id == PersonsStepRow.id)
            .where(PersonsStepRow.channel.is_not(None), is_done == PersonsStepRow.sent_on.is_(None))
        )
        await self._note(
            PersonsStepRow,
            [{"id": row_id, "sent_on": at.date() if done and at else None} for row_id, done, at in steps],
        )

    async def followed(self, table: type[S], as_of: date, after: UUID | None) -> Sequence[S]:
        """Some of what was sent so lately before this day that something may still be told of it, by id."""
        wanted = [table.sent_on > as_of - FOLLOWED - TOLD_LATE, table.sent_on <= as_of]
        wanted += [table.id > after] if after else []
        found = await self._session.scalars(sa.select(table).where(*wanted).order_by(table.id).limit(AT_ONCE))
        return found.all()

    async def of_customers(self, customer_ids: Iterable[str], since: date) -> Followed:
        """Cases that a person removed are none."""
        ids = sorted(set(customer_ids))
        start = start_of(since)
        payments = await self._session.scalars(
            sa.select(PaymentRow)
            .where(among(self._session, PaymentRow.customer_id, ids), PaymentRow.day >= since)
            .order_by(PaymentRow.day)
        )
        paid = await self._session.execute(
            sa.select(InvoiceRow.customer_id, InvoiceRow.company, InvoiceRow.number).where(
                among(self._session, InvoiceRow.customer_id, ids), InvoiceRow.status == InvoiceStatus.PAID
            )
        )
        cases = await self._session.scalars(
            sa.select(CaseRow).where(
                among(self._session, CaseRow.customer_id, ids),
                CaseRow.kind.in_((CaseKind.DISPUTE, CaseKind.PROMISE)),
                CaseRow.state != CaseState.REMOVED,
                CaseRow.opened_at >= start,
            )
        )
        mails = await self._session.execute(
            sa.select(MessageRow.customer_id, MessageRow.received_at).where(
                among(self._session, MessageRow.customer_id, ids),
                ~MessageRow.is_automatic,
                MessageRow.received_at >= start,
            )
        )
        return Followed(
            _by_customer((payment.customer_id, payment) for payment in payments),
            _by_customer((customer_id, (company, number)) for customer_id, company, number in paid),
            _by_customer((case.customer_id, case) for case in cases),
            _by_customer((customer_id, at.date()) for customer_id, at in mails if customer_id is not None),
        )

    async def note(self, row: Sent, paid_after: int | None, answer: Answer | None) -> None:
        await self._note(type(row), [{"id": row.id, "paid_after": paid_after, "answer": answer}])

    async def effects(self, grouped_by: str, as_of: date) -> list[Effect]:
        """Of what was sent within a year, by one of GROUPED_BY; the most frequent first. Raises KeyError."""
        sent = sa.union_all(
            *(
                sa.select(
                    label.label("label"), table.sent_on, table.paid_after, sa.type_coerce(table.answer, sa.String)
                ).where(table.sent_on > as_of - LOOK_BACK)
                for table, label in GROUPED_BY[grouped_by].items()
            )
        ).subquery()
        label, sent_on, paid_after, answered = sent.c
        counts: list[sa.ColumnElement[Any]] = [sa.func.count()]
        for days in DAYS:
            is_old = sent_on <= as_of - timedelta(days=days)
            counts += [_count(sa.and_(is_old, paid_after <= days)), _count(is_old)]
        counts += [_count(answered == answer.value) for answer in Answer]
        inner = sa.select(label, *(count.label(f"c{n}") for n, count in enumerate(counts))).group_by(label)
        found = await self._session.execute(inner.order_by(sa.desc("c0"), label))
        return [_effect(*row) for row in found]

    async def arms(self, as_of: date, within: timedelta) -> dict[str, tuple[int, int]]:
        """Of each arm ("name:arm") how many customers paid within so many days of the first reminder of the test that
        they got, and how many there are for whom the days have passed."""
        order = sa.func.row_number().over(
            partition_by=(ReminderRow.experiment, ReminderRow.customer_id), order_by=ReminderRow.id
        )
        first = (
            sa.select(ReminderRow.experiment, ReminderRow.paid_after, ReminderRow.sent_on, order.label("place"))
            .where(ReminderRow.experiment != "", ReminderRow.sent_on.is_not(None))
            .subquery()
        )
        found = await self._session.execute(
            sa.select(first.c.experiment, _count(first.c.paid_after <= within.days), sa.func.count())
            .where(first.c.place == 1, first.c.sent_on <= as_of - within)
            .group_by(first.c.experiment)
        )
        return {arm: (int(paid), int(count)) for arm, paid, count in found}

    async def record(self, workflow: str, stage: str, as_of: date) -> Record:
        """What a step has earned since its last rejection, and what came of its automatic mails of the last year."""
        of_step = sa.and_(ReminderRow.workflow == workflow, ReminderRow.stage == stage)
        rejected = await self._session.scalar(
            sa.select(sa.func.max(ReminderRow.decided_at)).where(of_step, ReminderRow.state == ReminderState.REJECTED)
        )
        since = sa.and_(of_step, ReminderRow.decided_at > rejected) if rejected else of_step
        by_people = [
            since,
            ReminderRow.state.in_((ReminderState.APPROVED, ReminderState.VOID)),
            ~ReminderRow.is_automatic,
        ]
        approved, edited = (
            await self._session.execute(
                sa.select(sa.func.count(), _count(ReminderRow.edited_id.is_not(None))).where(*by_people)
            )
        ).one()
        automatic, disputed = (
            await self._session.execute(
                sa.select(sa.func.count(), _count(ReminderRow.answer == Answer.DISPUTE)).where(
                    since, ReminderRow.is_automatic, ReminderRow.sent_on > as_of - LOOK_BACK
                )
            )
        ).one()
        return Record(approved, int(edited or 0), automatic, int(disputed or 0))

    async def _note(self, table: type[Sent], values: Sequence[Mapping[str, Any]]) -> None:
        if values:
            await self._session.execute(sa.update(table), values)


def _by_customer(pairs: Iterable[tuple[str, T]]) -> Mapping[str, Sequence[T]]:
    found: dict[str, list[T]] = defaultdict(list)
    for customer_id, one in pairs:
        found[customer_id].append(one)
    return found


def _count(condition: sa.ColumnElement[bool]) -> sa.ColumnElement[Any]:
    return sa.func.sum(sa.case((condition, 1), else_=0))


def _effect(label: str, sent: int, *counts: int) -> Effect:
    numbers = [int(count) for count in counts]
    ages, answers = numbers[: 2 * len(DAYS)], numbers[2 * len(DAYS) :]
    return Effect(label, sent, tuple(ages[::2]), tuple(ages[1::2]), dict(zip(Answer, answers, strict=True)))
