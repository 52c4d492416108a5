"""Promises, disputes, extensions and hardship on the ledger, with the instalments of granted plans."""

from collections.abc import Collection, Iterable, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from app.db.tables.ledger import CaseRow, CustomerRow, HoldRow, PaymentRow, PlanStepRow
from app.domain.account import Invoice
from app.domain.clock import Clock
from app.domain.directions import DecidedTerms
from app.domain.errors import NotFound
from app.domain.extension import Step
from app.domain.intents import ExtensionKind
from app.domain.money import Money, total
from app.domain.promise import Promise, completes, moves, named, owed_on
from app.domain.review import CASE_NEXT, RUNNING, CaseKind, CaseState

JUDGED = frozenset({CaseKind.PROMISE, CaseKind.EXTENSION})
"""Kinds that end by themselves, when their day comes."""


class Cases:
    def __init__(self, session: AsyncSession, clock: Clock) -> None:
        self._session = session
        self._clock = clock

    def add(self, row: CaseRow) -> None:
        self._session.add(row)

    async def get(self, case_id: UUID) -> CaseRow:
        """Raises NotFound."""
        return _found(await self._session.get(CaseRow, case_id))

    async def get_for_update(self, case_id: UUID) -> CaseRow:
        """The case, which nobody else can move until this transaction ends. Raises NotFound."""
        return _found(await self._session.get(CaseRow, case_id, with_for_update=True))

    async def of_customer(self, customer_id: str, kinds: Collection[CaseKind] = frozenset(CaseKind)) -> list[CaseRow]:
        """All cases of a customer but those that were removed."""
        found = await self._session.scalars(
            sa.select(CaseRow)
            .where(
                CaseRow.customer_id == customer_id,
                CaseRow.state != CaseState.REMOVED,
                CaseRow.kind.in_(list(kinds)),
            )
            .order_by(CaseRow.id)
        )
        return list(found)

    async def running(self, customer_id: str) -> list[CaseRow]:
        return [row for row in await self.of_customer(customer_id) if row.state in RUNNING]

    async def of_message(self, message_id: UUID, run: int | None = None) -> Sequence[CaseRow]:
        """The cases that a mail opened, in one run or in all."""
        found = await self._session.scalars(
            sa.select(CaseRow)
            .where(CaseRow.message_id == message_id, sa.true() if run is None else CaseRow.run == run)
            .order_by(CaseRow.id)
        )
        return found.all()

    async def follow_review(
        self, message_id: UUID, run: int, *, to: CaseState, by: UUID | None, beside: Collection[UUID] = ()
    ) -> int:
        """Confirm, remove or re-open what a proposal opened, as its review was decided. Returns how many changed.

        An answer to a request for more time grants nothing: extensions stay proposed until a person sets the terms.
        What went its own way since (kept, withdrawn, …) stays as it is. Those of `beside` are removed whatever the
        decision was.
        """
        changed = 0
        for row in await self.of_message(message_id, run):
            state = CaseState.REMOVED if row.id in beside else to
            is_granted = row.kind is CaseKind.EXTENSION and state is CaseState.CONFIRMED
            if state in CASE_NEXT[row.kind].get(row.state, frozenset()) and not is_granted:
                row.state = state
                row.decided_at = None if state is CaseState.PROPOSED else self._clock()
                row.decided_by = by
                changed += 1
        return changed

    async def broken_promises(self, customer_id: str, since: datetime) -> int:
        """How many promises of a customer were broken since then."""
        found = await self._session.scalar(
            sa.select(sa.func.count())
            .select_from(CaseRow)
            .where(
                CaseRow.customer_id == customer_id,
                CaseRow.kind == CaseKind.PROMISE,
                CaseRow.state == CaseState.BROKEN,
                CaseRow.ended_at >= since,
            )
        )
        return found or 0

    async def take_for_request_if_it_moves(self, row: CaseRow, invoices: Sequence[Invoice]) -> bool:
        """A promise that only moves the day of an earlier one, running or broken, is a request for more time: make it
        one, linked to the earlier promise, which stays as it is. Returns whether it is. `invoices` are the customer's.
        """
        if row.kind is not CaseKind.PROMISE:
            return False
        promise = named(_promise_made(row), invoices)
        for earlier in reversed(await self.of_customer(row.customer_id, {CaseKind.PROMISE})):
            if earlier.id == row.id or earlier.state not in RUNNING | {CaseState.BROKEN}:
                continue
            made = named(_promise_made(earlier), invoices)
            is_part = earlier.state in RUNNING and completes(made, promise)
            if moves(made, promise) and not is_part:
                row.kind, row.detail, row.earlier_id = CaseKind.EXTENSION, ExtensionKind.DUE_DATE.value, earlier.id
                return True
        return False

    async def page(
        self,
        *,
        kind: CaseKind | None = None,
        states: Collection[CaseState] = (),
        after: UUID | None = None,
        limit: int = 50,
    ) -> Sequence[tuple[CaseRow, CustomerRow]]:
        """Cases with their customers, the oldest first."""
        query = sa.select(CaseRow, CustomerRow).join(CustomerRow, CustomerRow.id == CaseRow.customer_id)
        if kind is not None:
            query = query.where(CaseRow.kind == kind)
        if states:
            query = query.where(CaseRow.state.in_(list(states)))
        if after is not None:
            query = query.where(CaseRow.id > after)
        found = await self._session.execute(query.order_by(CaseRow.id).limit(limit))
        return [(row[0], row[1]) for row in found]

    async def to_judge(self, *, after: UUID | None, limit: int, kept_since: datetime) -> Sequence[CaseRow]:
        """Confirmed promises and granted extensions, some at a time in the order of their ids, locked; and promises
        that were kept since then, by customers of whom a payment was taken back, unless a person said that they were.
        """
        taken_back = sa.exists().where(PaymentRow.customer_id == CaseRow.customer_id, PaymentRow.amount < 0)
        runs = sa.and_(CaseRow.state == CaseState.CONFIRMED, CaseRow.kind.in_(list(JUDGED)))
        was_kept = sa.and_(
            CaseRow.state == CaseState.KEPT,
            CaseRow.kind == CaseKind.PROMISE,
            CaseRow.ended_at >= kept_since,
            CaseRow.ended_by.is_(None),
            taken_back,
        )
        query = sa.select(CaseRow).where(sa.or_(runs, was_kept))
        if after is not None:
            query = query.where(CaseRow.id > after)
        found = await self._session.scalars(query.order_by(CaseRow.id).limit(limit).with_for_update())
        return found.all()

    async def disputes_due(self, day: date, *, after: UUID | None, limit: int) -> Sequence[CaseRow]:
        """Open disputes that should have been settled by that day."""
        query = sa.select(CaseRow).where(
            CaseRow.kind == CaseKind.DISPUTE, CaseRow.state == CaseState.CONFIRMED, CaseRow.due <= day
        )
        if after is not None:
            query = query.where(CaseRow.id > after)
        return (await self._session.scalars(query.order_by(CaseRow.id).limit(limit).with_for_update())).all()

    async def promises_of(self, customer_ids: Collection[str]) -> dict[str, list[CaseRow]]:
        """Promises of a sum for a day that hold, or held until that day, by customer."""
        found: dict[str, list[CaseRow]] = {}
        rows = await self._session.scalars(
            sa.select(CaseRow).where(
                CaseRow.customer_id.in_(list(customer_ids)),
                CaseRow.kind == CaseKind.PROMISE,
                CaseRow.state.not_in([CaseState.PROPOSED, CaseState.REMOVED, CaseState.WITHDRAWN]),
                CaseRow.amount.is_not(None),
                CaseRow.day.is_not(None),
            )
        )
        for row in rows:
            found.setdefault(row.customer_id, []).append(row)
        return found

    async def steps(self, case_ids: Collection[UUID]) -> dict[UUID, list[PlanStepRow]]:
        """The instalments of each case that has some, in order."""
        found: dict[UUID, list[PlanStepRow]] = {}
        rows = await self._session.scalars(
            sa.select(PlanStepRow)
            .where(PlanStepRow.case_id.in_(list(case_ids)))
            .order_by(PlanStepRow.case_id, PlanStepRow.seq)
        )
        for row in rows:
            found.setdefault(row.case_id, []).append(row)
        return found

    def add_steps(self, case_id: UUID, steps: Iterable[Step]) -> None:
        self._session.add_all(
            PlanStepRow(
                case_id=case_id,
                seq=seq,
                day=step.day,
                amount=step.amount.amount,
                currency=step.amount.currency,
                state=step.state,
            )
            for seq, step in enumerate(steps, start=1)
        )

    def grant(self, row: CaseRow, terms: DecidedTerms) -> None:
        """Write terms that a person decided, and that fit, into an extension."""
        row.day = terms.until or terms.steps[-1].day
        row.detail = (terms.kind or ExtensionKind.DUE_DATE).value
        if terms.amount is not None:
            row.amount, row.currency = terms.amount.amount, terms.amount.currency
        self.add_steps(row.id, terms.steps)

    def add_hold(self, row: HoldRow) -> None:
        self._session.add(row)

    async def hold_for_update(self, hold_id: UUID) -> HoldRow:
        """Raises NotFound."""
        row = await self._session.get(HoldRow, hold_id, with_for_update=True)
        if row is None:
            raise NotFound("there is no such hold")
        return row


def as_promise(row: CaseRow, made_on: date) -> Promise:
    """The row as the rules see it. `made_on`: the day on which it was made, or granted."""
    return Promise(
        made_on=made_on,
        day=row.day,
        invoices=frozenset(number.upper() for number in row.invoices),
        amount=_money(row.amount, row.currency),
        owed=_money(row.owed, row.owed_currency),
    )


def _promise_made(row: CaseRow) -> Promise:
    return as_promise(row, row.opened_at.astimezone(UTC).date())


def remember_owed(row: CaseRow, invoices: Iterable[Invoice]) -> Money | None:
    """Write down what is open now on the invoices of a promise or extension: later it tells how much came in."""
    if row.kind not in JUDGED:
        return None
    owed = owed_on(_promise_made(row), invoices)
    row.owed, row.owed_currency = (owed.amount, owed.currency) if owed else (None, None)
    return owed


def open_on(row: CaseRow, invoices: Iterable[Invoice]) -> tuple[Money, ...]:
    """What is open on the invoices that a case names, one sum a currency."""
    return total(invoice.open for invoice in invoices if invoice.number in row.invoices)


def as_step(row: PlanStepRow) -> Step:
    return Step(row.day, Money(row.amount, row.currency), row.state)


def _money(amount: Decimal | None, currency: str | None) -> Money | None:
    return Money(amount, currency) if amount is not None and currency else None


def _found(row: CaseRow | None) -> CaseRow:
    if row is None:
        raise NotFound("there is no such case")
    return row
