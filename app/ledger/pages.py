"""Puts the ledger's pages together: lists of promises, disputes, extensions, holds and tasks, and one case."""

from collections.abc import Mapping
from datetime import date
from uuid import UUID

from app.db.uow import Database
from app.domain.clock import Clock
from app.domain.errors import NotFound
from app.domain.people import SignedIn
from app.domain.review import RUNNING, CaseKind, CaseState
from app.domain.task import TaskState
from app.domain.wire import PROPOSAL, load
from app.ledger.detail import case_detail
from app.ledger.lines import case_line, owners_of, task_line, unsealed
from app.ledger.view import CaseDetail, CaseLine, CaseList, HoldLine, SaidIn, Tab, TaskList

LISTED = 200
INSTALMENTS_SUGGESTED = 3

SHOWS: Mapping[CaseKind, Mapping[str, frozenset[CaseState]]] = {
    CaseKind.PROMISE: {
        "due": RUNNING,
        "running": RUNNING,
        "broken": frozenset({CaseState.BROKEN, CaseState.PARTLY_KEPT}),
        "kept": frozenset({CaseState.KEPT}),
    },
    CaseKind.DISPUTE: {"open": RUNNING, "over": frozenset({CaseState.RESOLVED, CaseState.WITHDRAWN})},
    CaseKind.EXTENSION: {
        "requested": frozenset({CaseState.PROPOSED}),
        "granted": frozenset({CaseState.CONFIRMED}),
        "over": frozenset({CaseState.KEPT, CaseState.BROKEN, CaseState.DECLINED, CaseState.WITHDRAWN}),
    },
    CaseKind.HARDSHIP: {"open": RUNNING, "over": frozenset({CaseState.RESOLVED, CaseState.WITHDRAWN})},
}
"""The tabs of each list, and the states that each shows; *due* are those of which the day has come."""


class LedgerPages:
    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    @property
    def _today(self) -> date:
        return self._clock().date()

    async def cases(self, kind: CaseKind, *, show: str, reason: str = "", owner: str = "") -> CaseList:
        """One list, of what is `show`n; a word that is none shows the first that has something to do."""
        shows = SHOWS[kind]
        show = show if show in shows else "running" if "running" in shows else next(iter(shows))
        async with self._database.read() as uow:
            found = await uow.cases.page(
                kind=kind,
                states=shows[show],
                reason=reason,
                owner=owner,
                due_by=self._today if show == "due" else None,
                limit=LISTED + 1,
            )
            steps = await uow.cases.steps([case.id for case, _customer in found])
            owners = await owners_of(uow)
            counts = await uow.cases.count(kind)
        lines = [
            case_line(case, customer, steps.get(case.id, []), owners, self._today) for case, customer in found[:LISTED]
        ]
        return CaseList(
            kind=kind.value,
            show=show,
            tabs=tuple(
                Tab(name, None if name == "due" else sum(counts.get(state, 0) for state in states))
                for name, states in shows.items()
            ),
            rows=tuple(sorted(lines, key=_urgency)),
            is_cut=len(found) > LISTED,
            reason=reason,
            owner=owner,
            owners=owners,
        )

    async def holds(self, reader: SignedIn) -> tuple[HoldLine, ...]:
        """Holds that run. Their reasons are for those who decide."""
        async with self._database.read() as uow:
            names = await uow.users.names()
            return tuple(
                HoldLine(
                    hold_id=str(hold.id),
                    customer_id=customer.id,
                    customer=customer.name,
                    until=hold.until,
                    set_by=names.get(hold.set_by, "") if hold.set_by else "",
                    set_at=hold.set_at,
                    reason=unsealed(uow, hold.id, hold.reason) if reader.can_decide else "",
                )
                for hold, customer in await uow.cases.holds_running(limit=LISTED)
            )

    async def tasks(self, *, show: str, owner: str = "") -> TaskList:
        state = TaskState(show) if show in set(TaskState) else TaskState.OPEN
        async with self._database.read() as uow:
            found = await uow.tasks.page(state=state, owner=owner, limit=LISTED)
            owners = await owners_of(uow)
            counts = await uow.tasks.count()
            rows = tuple(task_line(uow, task, customer.name, owners, self._today) for task, customer in found)
        tabs = tuple(Tab(word.value, counts.get(word, 0)) for word in TaskState)
        return TaskList(state.value, tabs, rows, owner, owners)

    async def said_in(self, review_id: UUID) -> SaidIn:
        """The customer of a review and the invoices that its mail is about. Raises NotFound."""
        async with self._database.read() as uow:
            review = await uow.reviews.get(review_id)
            saved = await uow.reviews.proposal(review)
            proposal = load(PROPOSAL, await uow.words.get(saved.payload_id))
            return SaidIn(str(review.id), review.customer_id or "", proposal.invoices)

    async def case(self, case_id: UUID, *, instalments: int = INSTALMENTS_SUGGESTED) -> CaseDetail:
        """One case; `instalments` rows are suggested for a plan. Raises NotFound."""
        async with self._database.read() as uow:
            case = await uow.cases.get(case_id)
            customer = await uow.ledger.customer(case.customer_id)
            if customer is None:
                raise NotFound("there is no such case")
            return await case_detail(uow, case, customer, today=self._today, instalments=instalments)


def _urgency(line: CaseLine) -> tuple[date, str]:
    return (line.due or line.deadline or date.max, line.case_id)
