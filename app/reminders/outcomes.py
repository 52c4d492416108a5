"""Follows what was sent: whether it was paid, and what the customer answered. A daily job; the same again changes
nothing."""

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal

import structlog

from app.db.repositories.outcomes import FOLLOWED_TABLES, Followed, Outcomes, Sent
from app.db.uow import Database, Uow
from app.domain.clock import Clock
from app.domain.experiment import PAID_WITHIN, Arm, Comparison, compare
from app.domain.outcome import FOLLOWED, Answer
from app.domain.review import CaseKind
from app.domain.workflow import ReminderPolicy

SILENT_AFTER = timedelta(days=14)

log = structlog.get_logger()


class OutcomeService:
    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def follow_today(self) -> None:
        """Note what has come of the reminders and people's steps of the last month."""
        as_of, changed = self._clock().date(), 0
        async with self._database.write() as uow:
            await Outcomes(uow.session).mark_sent()
        for table in FOLLOWED_TABLES:
            changed += await self._follow(table, as_of)
        log.info("reminders.outcomes.followed", day=as_of.isoformat(), changed=changed)

    async def _follow(self, table: type[Sent], as_of: date) -> int:
        after, changed = None, 0
        while True:
            async with self._database.write() as uow:
                outcomes = Outcomes(uow.session)
                rows = await outcomes.followed(table, as_of, after)
                if not rows:
                    return changed
                changed += await _note(outcomes, rows, as_of)
                after = rows[-1].id


async def comparisons(uow: Uow, policy: ReminderPolicy, as_of: date) -> dict[str, Comparison]:
    """How each test of the policy stands, by name."""
    if not policy.experiments:
        return {}
    arms = await Outcomes(uow.session).arms(as_of, PAID_WITHIN)
    return {
        test.name: compare(
            arms.get(f"{test.name}:{Arm.USUAL}", (0, 0)), arms.get(f"{test.name}:{Arm.OTHER}", (0, 0)), test.most
        )
        for test in policy.experiments
    }


async def _note(outcomes: Outcomes, rows: Sequence[Sent], as_of: date) -> int:
    first = min(row.sent_on for row in rows if row.sent_on is not None)
    known = await outcomes.of_customers((row.customer_id for row in rows), first)
    changed = 0
    for row in rows:
        found = _paid_after(row, known, as_of), _answer(row, known, as_of)
        if found != (row.paid_after, row.answer):
            await outcomes.note(row, *found)
            changed += 1
    return changed


def _paid_after(row: Sent, known: Followed, as_of: date) -> int | None:
    """Days until payments on its invoices came to what it asked for. A ledger that calls all of them paid without
    telling the payment is believed from the day on which that is seen; what was cancelled or written off is not paid.
    """
    assert row.sent_on is not None  # noqa: S101  # only what was sent is followed
    left, until = row.amount, row.sent_on + FOLLOWED
    for payment in known.payments.get(row.customer_id, ()):
        concerns = payment.invoice_number in row.invoices and payment.currency == row.currency
        if concerns and row.sent_on <= payment.day <= until:
            left -= payment.amount
            if left <= Decimal(0):
                return (payment.day - row.sent_on).days
    asked = {(row.company, number) for number in row.invoices}
    if row.paid_after is None and as_of <= until and asked <= set(known.paid.get(row.customer_id, ())):
        return (as_of - row.sent_on).days
    return row.paid_after


def _answer(row: Sent, known: Followed, as_of: date) -> Answer | None:
    assert row.sent_on is not None  # noqa: S101  # likewise
    since, until = row.sent_on, row.sent_on + FOLLOWED
    kinds = {
        case.kind
        for case in known.cases.get(row.customer_id, ())
        if since <= case.opened_at.date() <= until and (not case.invoices or set(case.invoices) & set(row.invoices))
    }
    if CaseKind.DISPUTE in kinds:
        return Answer.DISPUTE
    if CaseKind.PROMISE in kinds:
        return Answer.PROMISE
    if any(since <= day <= until for day in known.mails.get(row.customer_id, ())):
        return Answer.MAIL
    return Answer.SILENCE if as_of >= since + SILENT_AFTER else None
