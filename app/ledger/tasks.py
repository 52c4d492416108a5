"""Tasks: a person says that one is done, or needs no doing, or opens it again."""

from uuid import UUID

from app.db.uow import Database
from app.domain.clock import Clock
from app.domain.errors import StateImpossible
from app.domain.people import SignedIn
from app.domain.sentence import Sentence
from app.domain.task import TaskState, task_may_become


class TaskService:
    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def move(self, task_id: UUID, to: TaskState, by: SignedIn) -> None:
        """Raises NotAllowed, NotFound, or StateImpossible when somebody was faster."""
        by.check_can_decide()
        async with self._database.write() as uow:
            task = await uow.tasks.get_for_update(task_id)
            if not task_may_become(task.state, to):
                raise StateImpossible("this task is {state} already", state=Sentence(task.state.value))
            is_open = to is TaskState.OPEN
            task.state, task.closed_at, task.closed_by = to, None if is_open else self._clock(), by.id
            kind = "ledger.task.reopened" if is_open else f"ledger.task.{to.value}"
            uow.audit.add(kind, actor=by.actor, task_id=task_id, customer_id=task.customer_id)
