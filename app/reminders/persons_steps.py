"""What the plan asks a person for becomes tasks: a call, a letter, a formal notice, a strategic account."""

from collections.abc import Sequence
from datetime import date
from hashlib import sha256
from uuid import UUID

from app.db.tables.reminders import PersonsStepRow
from app.db.uow import Database
from app.domain.money import Money
from app.domain.reminder import Channel, PlanLine, Why
from app.domain.sentence import Sentence, kept
from app.domain.task import OF_THE_PLAN, NewTask, TaskKind

AT_ONCE = 500
TASK_OF = {Channel.CALL: TaskKind.CALL, Channel.LETTER: TaskKind.LETTER, Channel.SMS: TaskKind.SMS}


async def open_tasks(database: Database, lines: Sequence[PlanLine], as_of: date) -> int:
    """A person's work, once for each debt and step: a call, a letter, a formal notice, a strategic account."""
    opened = 0
    for start in range(0, len(lines), AT_ONCE):
        some = lines[start : start + AT_ONCE]
        async with database.write() as uow:
            asked = {asked_of(row) for row in await uow.reminders.open_steps([line.customer_id for line in some])}
            keyed = {task_key(line): line for line in some if asked_of(line) not in asked}
            owners = await uow.ledger.customers(line.customer_id for line in keyed.values())
            wanted = [
                NewTask(
                    kind=_kind_of(line),
                    key=key,
                    customer_id=line.customer_id,
                    due=as_of,
                    owner_email=owners[line.customer_id].owner_email,
                    note=kept(_note(line)),
                )
                for key, line in keyed.items()
            ]
            tasks = await uow.tasks.open_once(wanted)
            await uow.session.flush()  # a step stands on its task
            for task in tasks:
                uow.reminders.add_step(_step(task.id, keyed[task.key]))
            opened += len(tasks)
    return opened


def _kind_of(line: PlanLine) -> TaskKind:
    if line.reason is Why.NO_CONTACT:
        return TaskKind.SWITCH_CONTACT
    return TASK_OF.get(line.channel, TaskKind.CALL) if line.channel else TaskKind.CALL


def _note(line: PlanLine) -> Sentence:
    return Sentence(
        "{why}. {invoices}: {amount}",
        why=line.why,
        invoices=", ".join(line.invoices),
        amount=Money(line.amount, line.currency),
    )


def task_key(line: PlanLine) -> str:
    """What tells one task of the plan from another: once for each debt, stage and reason."""
    about = (line.customer_id, line.company, line.currency, str(line.stage), line.reason.value, str(line.oldest_due))
    return OF_THE_PLAN + sha256("\n".join(about).encode()).hexdigest()


def asked_of(one: PlanLine | PersonsStepRow) -> tuple[str, str, str, str, str]:
    """What a line asks a person for, and what a task of the plan is there for: alike when they mean the same work."""
    channel = one.contacts_by if isinstance(one, PlanLine) else one.channel
    return one.customer_id, one.company, one.currency, one.stage or "", channel or ""


def _step(task_id: UUID, line: PlanLine) -> PersonsStepRow:
    return PersonsStepRow(
        id=task_id,
        customer_id=line.customer_id,
        company=line.company,
        currency=line.currency,
        amount=line.amount,
        invoices=list(line.invoices),
        stage=line.stage or "",
        tone=line.tone or "",
        channel=line.contacts_by,
        language=line.language,
        workflow=line.workflow,
    )
