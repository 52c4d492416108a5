"""One line of a list: a case or a task, as the pages show it."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date
from uuid import UUID

from app.db.tables.ledger import CaseRow, CustomerRow, PlanStepRow, TaskRow
from app.db.uow import Uow
from app.domain.review import RUNNING, CaseKind, CaseState
from app.domain.sentence import kept_sentence
from app.domain.task import OF_THE_PLAN, TaskState
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


def task_line(uow: Uow, task: TaskRow, customer: str, owners: Mapping[str, str], today: date) -> TaskLine:
    return TaskLine(
        task_id=str(task.id),
        kind=task.kind.value,
        state=task.state.value,
        customer_id=task.customer_id,
        customer=customer,
        case_id=str(task.case_id) if task.case_id else "",
        owner=owners.get(task.owner_email, task.owner_email),
        due=task.due,
        is_late=task.due < today and task.state is TaskState.OPEN,
        note=kept_sentence(unsealed(uow, task.id, task.note)),
        is_of_plan=task.key.startswith(OF_THE_PLAN),
    )


async def owners_of(uow: Uow) -> dict[str, str]:
    """Who may own a case or a task, by address."""
    return {user.email: user.name for user in await uow.users.all() if user.active}


def unsealed(uow: Uow, row_id: UUID, sealed: bytes | None) -> str:
    """A person's words, or nothing."""
    return uow.words.keyring.open(row_id, sealed).decode() if sealed else ""


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
