"""One line of a list: a case or a task, as the pages show it."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date
from uuid import UUID

from app.db.tables.ledger import CaseRow, CustomerRow, PlanStepRow, TaskRow
from app.db.uow import Uow
from app.domain.review import RUNNING, CaseKind, CaseState
from app.domain.sentence import kept_sentence
from app.domain.task import OF_THE_PLAN, TALKS, TaskState, contact_in
from app.ledger.grace import deadline
from app.ledger.view import CaseLine, TaskLine


def case_line(
    case: CaseRow, customer: CustomerRow, steps: Sequence[PlanStepRow], owners: Mapping[str, str], today: date
) -> CaseLine:
    owner = case.owner_email or customer.owner_email
    last_day = _deadline(case, customer, steps)
    is_late = last_day is not None and last_day < today
    if case.kind is CaseKind.DISPUTE:
        is_late = case.due is not None and case.due < today
    return CaseLine(
        case_id=str(case.id),
        kind=case.kind.value,
        state=case.state.value,
        customer_id=customer.id,
        customer=customer.name,
        invoices=tuple(case.invoices),
        amount=(case.amount, case.currency) if case.amount is not None and case.currency else None,
        day=case.day,
        deadline=last_day,
        detail=case.detail,
        owner=owners.get(owner, owner),
        due=case.due,
        opened_at=case.opened_at,
        age=max((today - case.opened_at.astimezone(UTC).date()).days, 0),
        is_late=is_late and case.state in RUNNING,
        paid_steps=sum(step.state.value == "paid" for step in steps),
        steps=len(steps),
        earlier_id=str(case.earlier_id) if case.earlier_id else "",
    )


async def task_lines(
    uow: Uow, tasks: Iterable[tuple[TaskRow, CustomerRow]], owners: Mapping[str, str], today: date
) -> tuple[TaskLine, ...]:
    """Tasks of their customers; those about a contact say whom, and lead to the mail that tells of them."""
    tasks = list(tasks)
    about = {task.id: found for task, _customer in tasks if (found := contact_in(task.key))}
    contacts = await uow.contacts.all_of({contact_id for contact_id, _mail in about.values()})
    mails = await _places(uow, {mail for _contact_id, mail in about.values()})
    lines = []
    for task, customer in tasks:
        contact_id, mail = about.get(task.id, (None, None))
        contact = contacts.get(contact_id) if contact_id else None
        line = _task_line(uow, task, customer.name, owners, today)
        name = (contact.name or contact.email) if contact else ""
        lines.append(replace(line, contact=name, mail=mails.get(mail, "") if mail else ""))
    return tuple(lines)


async def _places(uow: Uow, mails: Collection[UUID]) -> dict[UUID, str]:
    """Where each of these mails is read: one that came in, or one of ours."""
    found = {message.id: f"/messages/{message.id}" for message in await uow.messages.of_ids(mails)}
    for sent in await uow.outbox.of_ids([mail for mail in mails if mail not in found]):
        found[sent.id] = f"/reviews/{sent.review_id}" if sent.review_id else f"/reminders/{sent.reminder_id}"
    return found


def _task_line(uow: Uow, task: TaskRow, customer: str, owners: Mapping[str, str], today: date) -> TaskLine:
    return TaskLine(
        task_id=str(task.id),
        kind=task.kind.value,
        state=task.state.value,
        customer_id=task.customer_id,
        customer=customer,
        case_id=str(task.case_id) if task.case_id else "",
        review_id=str(task.review_id) if task.review_id else "",
        owner=owners.get(task.owner_email, task.owner_email),
        due=task.due,
        is_late=task.due < today and task.state is TaskState.OPEN,
        note=kept_sentence(uow.words.opened(task.id, task.note)),
        has_text=task.key.startswith(OF_THE_PLAN) or task.kind in TALKS,
    )


async def owners_of(uow: Uow) -> dict[str, str]:
    """Who may own a case or a task, by address."""
    return {user.email: user.name for user in await uow.users.all() if user.active}


def _deadline(case: CaseRow, customer: CustomerRow, steps: Sequence[PlanStepRow]) -> date | None:
    """The last day for what comes next: the promised day or the first instalment that is due, with its grace."""
    if case.kind not in {CaseKind.PROMISE, CaseKind.EXTENSION}:
        return None
    if case.kind is CaseKind.EXTENSION and case.state is CaseState.PROPOSED:
        return None
    return deadline(
        next((step.day for step in steps if step.state.value == "due"), case.day),
        made_on=case.opened_at.astimezone(UTC).date(),
        method=customer.payment_method,
        country=customer.country,
        language=customer.language,
    )
