"""What happened with a customer of late, as entries of their timeline."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from app.db.tables.ledger import CaseRow, HoldRow, PlanStepRow, TaskRow
from app.db.tables.reminders import PersonsStepRow
from app.db.uow import Uow
from app.domain.review import RUNNING, CaseKind
from app.domain.task import TALKS, TaskState
from app.reminders.timeline import PAST_DAYS, Entry

MOST = 200
"""Mails of each direction, and tasks; more do not fit into a quarter of a year that anybody could read."""


async def history(uow: Uow, customer_id: str, today: date) -> list[Entry]:
    """Mails, tasks, payments, cases and holds of the last months; instalments and promised days ahead too."""
    cases = await uow.cases.of_customer(customer_id)
    steps = await uow.cases.steps([case.id for case in cases])
    since = today - timedelta(days=PAST_DAYS)
    return [
        *[entry async for entry in _mails(uow, customer_id)],
        *(_task(task, step, today) for task, step in await uow.balances.tasks(customer_id, MOST)),
        *(
            Entry(
                "payment",
                row.day,
                amount=(row.amount, row.currency),
                invoices=tuple(filter(None, [row.invoice_number])),
            )
            for row in await uow.ledger.payments(customer_id)
            if row.day >= since
        ),
        *(_case(case, steps.get(case.id, []), today) for case in cases),
        *(_hold(row) for row in await uow.balances.holds(customer_id)),
    ]


async def _mails(uow: Uow, customer_id: str) -> AsyncIterator[Entry]:
    for message, review_id in await uow.balances.messages(customer_id, MOST):
        link = f"/reviews/{review_id}" if review_id else ""
        yield Entry("mail", _day(message.received_at), state=message.state.value, link=link)
    for row, reminder in await uow.balances.sent(customer_id, MOST):
        mail = Entry("sent", _day(row.sent_at or row.send_after), state=row.state.value)
        if reminder is None:
            yield replace(mail, link=f"/reviews/{row.review_id}")
        else:
            yield replace(
                mail,
                stage=reminder.stage,
                tone=reminder.tone,
                amount=(reminder.amount, reminder.currency),
                invoices=tuple(reminder.invoices),
                link=f"/reminders/{reminder.id}",
            )


def _task(row: TaskRow, step: PersonsStepRow | None, today: date) -> Entry:
    """From the day on which it was opened until it was done or dismissed, else until it is due. What the plan asked for
    is drafted while it is to do, and kept only of a formal notice."""
    begin = _day(row.opened_at)
    end = _day(row.closed_at) if row.closed_at else max(row.due, today)
    task = Entry("task", begin, max(begin, end), state=row.state.value, detail=row.kind.value)
    if step is None:
        is_talk = row.kind in TALKS and row.state is TaskState.OPEN
        case = f"/cases/{row.case_id}" if row.case_id else ""
        return replace(task, link=f"/reminders/tasks/{row.id}" if is_talk else case)
    return replace(
        task,
        stage=step.stage,
        tone=step.tone,
        amount=(step.amount, step.currency),
        invoices=tuple(step.invoices),
        link=f"/reminders/tasks/{row.id}" if row.state is TaskState.OPEN or step.letter else "",
    )


def _case(row: CaseRow, steps: list[PlanStepRow], today: date) -> Entry:
    """From the day on which it was opened until it ended, or as long as it runs by what is known."""
    begin = _day(row.opened_at)
    return Entry(
        row.kind.value,
        begin,
        max(begin, _end_of(row, steps, today)),
        state=row.state.value,
        detail="" if row.kind is CaseKind.PROMISE else row.detail,
        amount=(row.amount, row.currency) if row.amount is not None and row.currency else None,
        invoices=tuple(row.invoices),
        link=f"/cases/{row.id}",
    )


def _end_of(row: CaseRow, steps: list[PlanStepRow], today: date) -> date:
    if row.state not in RUNNING:
        over = row.ended_at or row.decided_at
        return _day(over) if over else today
    return max([today, *(step.day for step in steps), *([row.day] if row.day else [])])


def _hold(row: HoldRow) -> Entry:
    begin = _day(row.set_at)
    end = min(row.until, _day(row.lifted_at)) if row.lifted_at else row.until
    return Entry("hold", begin, max(begin, end), link="/holds")


def _day(moment: datetime) -> date:
    return moment.astimezone(UTC).date()
