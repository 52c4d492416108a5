"""The morning's work on reminders, and what of it leaves without a person: steps that the policy names, that have
earned it, and that nothing has taken it back from."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

import structlog

from app.db.repositories.outcomes import Outcomes
from app.db.tables.reminders import ReminderRow
from app.db.uow import Database, Uow
from app.domain.errors import Invalid, StateImpossible
from app.domain.outcome import Automatic, Record, Trust, trust_in
from app.domain.people import DUEBOX
from app.domain.policy import Policy
from app.domain.reminder import RANK, Stage
from app.domain.reminder_life import ReminderState
from app.domain.workflow import ReminderPolicy
from app.reminders.batches import BatchService
from app.reminders.sending import SendingService

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class StepTrust:
    """One step that the policy lets go without a person once it has earned it."""

    workflow: str
    stage: Stage
    wanted: Automatic
    record: Record
    trust: Trust


async def trusted_steps(uow: Uow, policy: ReminderPolicy, as_of: date) -> list[StepTrust]:
    """Every step that [[reminders.automatic]] names, by workflow and stage."""
    outcomes, found = Outcomes(uow.session), []
    for wanted in policy.automatic:
        for workflow in sorted(wanted.workflows):
            for stage in sorted(wanted.stages, key=RANK.__getitem__):
                record = await outcomes.record(workflow, stage, as_of)
                found.append(StepTrust(workflow, stage, wanted, record, trust_in(record, wanted)))
    return found


class Morning:
    """The scheduled run: draft what is due, then send what has earned it."""

    def __init__(
        self,
        database: Database,
        batches: BatchService,
        sending: SendingService,
        policy: Policy,
        reminders: ReminderPolicy,
    ) -> None:
        self._database = database
        self._batches = batches
        self._sending = sending
        self._policy = policy
        self._reminders = reminders

    async def run(self) -> None:
        """Where there is no mailbox to write from, nothing is drafted."""
        drafted = await self._batches.draft_today()
        if drafted is not None:
            await self.approve_earned(drafted.batch_id)

    async def approve_earned(self, batch_id: UUID) -> int:
        """Approve what needs no person. What has changed since it was drafted, or was refused by the checks, stays for
        one. Returns how many were approved."""
        if self._policy.sending_stopped or not self._reminders.automatic:
            return 0
        async with self._database.read() as uow:
            if await uow.oversight.is_sending_stopped():
                return 0
            batch = await uow.reminders.batch(batch_id)
            steps = await trusted_steps(uow, self._reminders, batch.as_of)
            earned = {(step.workflow, step.stage) for step in steps if step.trust is Trust.EARNED}
            rows = [row for row in await uow.reminders.of_batch(batch_id) if _may_go(row, earned)]
            strategic = await _strategic(uow, rows)
        approved = 0
        for row in rows:
            if row.customer_id not in strategic:
                approved += await self._approve(row)
        log.info("reminders.batch.sent_alone", batch_id=str(batch_id), approved=approved)
        return approved

    async def _approve(self, row: ReminderRow) -> bool:
        try:
            await self._sending.approve(row.id, version=row.version, by=DUEBOX)
        except (Invalid, StateImpossible):
            return False
        return True


def _may_go(row: ReminderRow, earned: set[tuple[str, Stage]]) -> bool:
    is_open = row.state is ReminderState.DRAFTED and not row.is_refused
    return is_open and (row.workflow, Stage(row.stage)) in earned


async def _strategic(uow: Uow, rows: list[ReminderRow]) -> frozenset[str]:
    """Customers for whom a person decides whatever the plan said when it was made."""
    customers = await uow.ledger.customers(row.customer_id for row in rows)
    return frozenset(key for key, customer in customers.items() if customer.strategic or customer.natural_person)
