"""Settling: what became of promises and granted extensions, told from what the ledger knows by now.

    confirmed ─▶ kept | partly kept | broken | withdrawn      after each import, and once a day
                  │                     └▶ a task for its owner; approvals that relied on it are void
                  └▶ broken             when its payment is taken back

Judged as of the newest file of invoices or payments that speaks for the companies owed: as long as none came after a
deadline, nobody has broken anything.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from uuid import UUID

import structlog

from app.db.repositories.cases import as_promise, as_step
from app.db.repositories.imports import Imports
from app.db.tables.ledger import CaseRow, CustomerRow, PlanStepRow
from app.db.uow import Database, Uow
from app.domain.account import Invoice, Payment
from app.domain.clock import Clock
from app.domain.extension import StepState, judge_plan
from app.domain.freshness import day_of
from app.domain.promise import EXACT, Verdict, judge_promise
from app.domain.review import DISAPPOINTED, CaseKind, CaseState, case_may_become
from app.domain.task import NewTask, TaskKind
from app.ledger.grace import deadline
from app.reading.days.workdays import add_workdays, country_of

AT_ONCE = 500
"""Cases in one transaction."""

TAKEN_BACK_WITHIN = timedelta(days=70)
"""A direct debit can be returned for eight weeks (Regulation (EU) 260/2012 and Directive (EU) 2015/2366, art. 77), and
days go by until we know of it."""

TASK_OF = {CaseKind.PROMISE: TaskKind.BROKEN_PROMISE, CaseKind.EXTENSION: TaskKind.MISSED_INSTALMENT}

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class _Books:
    """What is known of the customers of some cases, and until which day, by case."""

    known_until: dict[UUID, date | None]
    customers: dict[str, CustomerRow]
    invoices: dict[str, list[Invoice]]
    payments: dict[str, list[Payment]]
    steps: dict[UUID, list[PlanStepRow]]
    promises: dict[str, list[CaseRow]]


@dataclass(slots=True)
class Settled:
    """How many cases were judged, how many ended, and how many tasks were opened."""

    judged: int = 0
    ended: int = 0
    tasks: int = 0


class Settling:
    def __init__(self, database: Database, clock: Clock, *, short_by: Mapping[str, Decimal] = EXACT) -> None:
        self._database = database
        self._clock = clock
        self._short_by = short_by

    async def settle(self) -> Settled:
        """Judge all that runs, some hundred cases in a transaction each. A repeat changes nothing."""
        settled = Settled()
        await self._judge_all(settled)
        await self._remind_of_disputes(settled)
        log.info("ledger.cases.settled", judged=settled.judged, ended=settled.ended, tasks=settled.tasks)
        return settled

    async def _judge_all(self, settled: Settled) -> None:
        last: UUID | None = None
        while True:
            async with self._database.write() as uow:
                kept_since = self._clock() - TAKEN_BACK_WITHIN
                cases = await uow.cases.to_judge(after=last, limit=AT_ONCE, kept_since=kept_since)
                if not cases:
                    return
                last = cases[-1].id
                books = await _books(uow, cases)
                before = [case.state for case in cases]
                disappointing = [case for case in cases if self._judge(uow, case, books)]
                settled.judged += len(cases)
                settled.ended += sum(case.state is not was for case, was in zip(cases, before, strict=True))
                tasks = [self._task(case, TASK_OF[case.kind], books.customers) for case in disappointing]
                settled.tasks += await _open_tasks(uow, tasks)
                await uow.ledger.touch(case.customer_id for case in disappointing)

    def _judge(self, uow: Uow, case: CaseRow, books: _Books) -> bool:
        """Move a case on, if it is time. Returns whether somebody has to look after it now."""
        known_until = books.known_until[case.id]
        if known_until is None:
            return False
        verdict = self._verdict(case, books, known_until)
        to = verdict.state
        if to is CaseState.PARTLY_KEPT and case.kind is CaseKind.EXTENSION:
            to = CaseState.BROKEN
        if to is None or not case_may_become(case.kind, case.state, to):
            return False
        case.state, case.ended_at = to, self._clock()
        case.outcome_amount = verdict.paid if case.amount is not None or case.owed is not None else None
        uow.audit.add(
            f"ledger.case.{to.value}", case_id=case.id, customer_id=case.customer_id, case_kind=case.kind.value
        )
        return to in DISAPPOINTED

    def _verdict(self, case: CaseRow, books: _Books, known_until: date) -> Verdict:
        customer = books.customers[case.customer_id]
        invoices, payments = books.invoices.get(customer.id, []), books.payments.get(customer.id, [])
        made_on = _made_on(case)
        promise = as_promise(case, made_on)

        def deadline_of(day: date | None) -> date:
            return deadline(
                day,
                made_on=made_on,
                method=customer.payment_method,
                country=customer.country,
                language=customer.language,
            )

        rows = books.steps.get(case.id)
        if not rows:
            promise = replace(promise, before=_before(case, books.promises.get(customer.id, ())))
            return judge_promise(promise, invoices, payments, known_until, deadline_of(case.day), self._short_by)
        steps = [as_step(row) for row in rows]
        plan = judge_plan(promise, steps, invoices, payments, known_until, deadline_of, self._short_by)
        for row, step in zip(rows, plan.steps, strict=True):
            row.state = step.state
        return Verdict(plan.state, sum((s.amount.amount for s in plan.steps if s.state is StepState.PAID), Decimal(0)))

    async def _remind_of_disputes(self, settled: Settled) -> None:
        today = self._clock().date()
        last: UUID | None = None
        while True:
            async with self._database.write() as uow:
                cases = await uow.cases.disputes_due(today, after=last, limit=AT_ONCE)
                if not cases:
                    return
                last = cases[-1].id
                customers = await uow.ledger.customers(case.customer_id for case in cases)
                tasks = [self._task(case, TaskKind.DISPUTE_DUE, customers) for case in cases]
                settled.tasks += await _open_tasks(uow, tasks)

    def _task(self, case: CaseRow, kind: TaskKind, customers: dict[str, CustomerRow]) -> NewTask:
        """For the next business day of the customer's country."""
        customer = customers[case.customer_id]
        return NewTask(
            kind,
            key=f"{kind.value}:{case.id}" + (f":{case.due}" if kind is TaskKind.DISPUTE_DUE else ""),
            customer_id=customer.id,
            due=add_workdays(self._clock().date(), 1, country_of(customer.country, customer.language)),
            owner_email=case.owner_email or customer.owner_email,
            case_id=case.id,
        )


async def _open_tasks(uow: Uow, tasks: Sequence[NewTask]) -> int:
    """Returns how many had not been opened before."""
    opened = await uow.tasks.open_once(tasks) if tasks else []
    for task in opened:
        uow.audit.add(
            "ledger.task.opened",
            task_id=task.id,
            task_kind=task.kind.value,
            case_id=task.case_id,
            customer_id=task.customer_id,
        )
    return len(opened)


async def _books(uow: Uow, cases: Sequence[CaseRow]) -> _Books:
    customer_ids = {case.customer_id for case in cases}
    numbers = {number.upper() for case in cases for number in case.invoices}
    return _Books(
        known_until=await _known_until(Imports(uow.session), cases),
        customers=await uow.ledger.customers(customer_ids),
        invoices=await uow.ledger.invoices_to_judge(
            customer_ids, numbers, all_open_of={case.customer_id for case in cases if not case.invoices}
        ),
        payments=await uow.ledger.payments_to_judge(customer_ids, min(_made_on(case) for case in cases)),
        steps=await uow.cases.steps([case.id for case in cases if case.kind is CaseKind.EXTENSION]),
        promises=await uow.cases.promises_of(customer_ids),
    )


def _before(case: CaseRow, others: Iterable[CaseRow]) -> Decimal:
    """What promises that ran beside a promised part ask for first, of the same invoices and currency."""
    if case.amount is None or case.day is None:
        return Decimal(0)
    numbers = {number.upper() for number in case.invoices}
    return sum(
        (
            other.amount
            for other in others
            if other.amount is not None and other.day is not None and other.day < case.day
            if other.currency == case.currency and {number.upper() for number in other.invoices} == numbers
            if other.ended_at is None or other.ended_at > case.opened_at
        ),
        Decimal(0),
    )


async def _known_until(imports: Imports, cases: Sequence[CaseRow]) -> dict[UUID, date | None]:
    """Until when what came in is known, of all companies that a case is about; what came later is not known yet."""
    files = [await imports.whole(kind) for kind in ("invoices", "payments")]
    named: dict[tuple[str, str], set[str]] = {}
    for invoice in await imports.invoices_numbered({number.upper() for case in cases for number in case.invoices}):
        named.setdefault((invoice.customer_id, invoice.number), set()).add(invoice.company)
    owed = await imports.companies_of({case.customer_id for case in cases if not case.invoices})
    newest = max((taken[0][0].astimezone(UTC).date() for taken in files if taken), default=None)

    def known_of(company: str) -> date | None:
        return max((day for taken in files if (day := day_of(company, taken)) is not None), default=None)

    found: dict[UUID, date | None] = {}
    for case in cases:
        companies = {one for number in case.invoices for one in named.get((case.customer_id, number.upper()), ())}
        days = [known_of(one) for one in (companies if case.invoices else owed.get(case.customer_id, ()))]
        found[case.id] = newest if not days else None if None in days else min(day for day in days if day)
    return found


def _made_on(case: CaseRow) -> date:
    """The day from which payments count: a promise was made when the customer said it, an extension when a person
    granted it."""
    since: datetime = case.decided_at if case.kind is CaseKind.EXTENSION and case.decided_at else case.opened_at
    return since.astimezone(UTC).date()
