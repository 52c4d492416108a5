"""A next best action becomes a person's work: one task, with an owner and a day, while it is open."""

from collections.abc import Collection
from dataclasses import replace
from datetime import date, timedelta
from hashlib import sha256
from uuid import UUID

from app.db.repositories.next_steps import NextSteps
from app.db.repositories.talks import Talks
from app.db.tables.figures import NextStepRow
from app.db.tables.ledger import CustomerRow, TaskRow
from app.db.uow import Database, Uow
from app.domain.clock import Clock
from app.domain.errors import StateImpossible
from app.domain.ids import new_id
from app.domain.next_action import FOR_A_PERSON, ActionKind, NextAction, tasks_of
from app.domain.people import DUEBOX, SignedIn
from app.domain.reminder import NextAction as Outcome
from app.domain.reminder import PlanLine
from app.domain.sentence import kept, kept_sentence
from app.domain.task import NewTask
from app.reading.days.workdays import add_workdays, country_of
from app.reminders.next_steps import NextStepService, task_in
from app.reminders.persons_steps import asked_of, open_tasks

AT_ONCE = 500


class TalkService:
    """`opening`: the rules of the next best action whose tasks open by themselves."""

    def __init__(
        self, database: Database, steps: NextStepService, clock: Clock, *, opening: Collection[str] = ()
    ) -> None:
        self._database = database
        self._steps = steps
        self._clock = clock
        self._opening = opening

    async def open(self, customer_id: str, by: SignedIn) -> UUID:
        """The task of what is next about a customer: opened now, unless one is open already.

        Raises NotAllowed, NotFound, or StateImpossible where nothing is left to a person.
        """
        by.check_can_decide()
        standing, lines = await self._steps.asked(customer_id)
        action = standing.next_action
        if action.task_id is not None:
            return action.task_id
        if not action.is_for_a_person:
            raise StateImpossible("nothing is left to a person here: {why}", why=action.because)
        step = next((line for line in lines if line.action is Outcome.TASK and line.why == action.because), None)
        return await (self._of_plan(step) if step else self._of_action(customer_id, action, by))

    async def _of_plan(self, line: PlanLine) -> UUID:
        """The plan asks for this itself: its step counts as taken once the task is done."""
        await open_tasks(self._database, [line], self._clock().date())
        async with self._database.read() as uow:
            steps = await uow.reminders.open_steps([line.customer_id])
        found = next((step.id for step in steps if asked_of(step) == asked_of(line)), None)
        if found is None:
            raise StateImpossible("a person has seen to this already")
        return found

    async def _of_action(self, customer_id: str, action: NextAction, by: SignedIn) -> UUID:
        async with self._database.write() as uow:
            talks = Talks(uow.session)
            customer = await talks.customer_for_update(customer_id)
            known = task_in(await talks.open_of([customer_id]), customer_id, action.kind)
            if known is not None:
                return known
            wanted = _task(customer, action.kind, action.because, str(new_id()), self._clock().date())
            (task,) = await uow.tasks.open_once([replace(wanted, owner_email=wanted.owner_email or by.email)])
            _audit(uow, task, by)
            return task.id

    async def open_today(self) -> int:
        """Open the tasks that rules ask for by themselves, of the list as it was worked out last: once for each debt,
        and none where one is open. Returns how many."""
        opened = after = 0
        while self._opening:
            async with self._database.write() as uow:
                found = await NextSteps(uow.session).page(FOR_A_PERSON, after=after, limit=AT_ONCE)
                if not found:
                    break
                after = found[-1][0].place
                open_talks = await Talks(uow.session).open_of([row.customer_id for row, _customer in found])
                wanted = [
                    _task(customer, row.kind, kept_sentence(row.because), _debt(row), self._clock().date())
                    for row, customer in found
                    if row.rule in self._opening and task_in(open_talks, row.customer_id, row.kind) is None
                ]
                tasks = await uow.tasks.open_once(wanted)
                for task in tasks:
                    _audit(uow, task, DUEBOX)
                opened += len(tasks)
        return opened


def _task(customer: CustomerRow, kind: ActionKind, because: str, about: str, today: date) -> NewTask:
    return NewTask(
        tasks_of(kind)[0],
        key=f"action:{about}",
        customer_id=customer.id,
        due=add_workdays(today, 1, country_of(customer.country, customer.language)),
        owner_email=customer.owner_email,
        note=kept(because),
    )


def _debt(row: NextStepRow) -> str:
    """What tells one task of a rule from another: once for each debt, which is as old as its oldest invoice."""
    about = row.customer_id, row.rule, str(row.day - timedelta(days=row.days_overdue))
    return sha256("\n".join(about).encode()).hexdigest()


def _audit(uow: Uow, task: TaskRow, by: SignedIn) -> None:
    uow.audit.add(
        "ledger.task.opened",
        actor=by.actor,
        task_id=task.id,
        task_kind=task.kind.value,
        case_id=task.case_id,
        customer_id=task.customer_id,
    )
