"""Puts the ledger's pages together: lists of promises, disputes, extensions, holds and tasks, and one case."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import date
from typing import Any, TypeAlias
from uuid import UUID

from app.db.repositories.case_lists import CaseLists, CaseSort, Wanted
from app.db.repositories.keyset import MOST_COUNTED, Paged
from app.db.uow import Database
from app.domain.clock import Clock
from app.domain.errors import NotFound
from app.domain.people import SignedIn
from app.domain.review import RUNNING, CaseKind, CaseState
from app.domain.task import TaskState
from app.domain.wire import PROPOSAL, load
from app.ledger.detail import case_detail
from app.ledger.lines import case_line, owners_of, task_lines
from app.ledger.view import Asked, CaseDetail, CaseLine, CaseList, HoldLine, HoldList, SaidIn, Tab, TaskList

LISTED = 50
INSTALMENTS_SUGGESTED = 3

Shown: TypeAlias = tuple[frozenset[CaseState], CaseSort]

SETTLED = frozenset({CaseState.RESOLVED, CaseState.WITHDRAWN})
SHOWS: Mapping[CaseKind, Mapping[str, Shown]] = {
    CaseKind.PROMISE: {
        "due": (RUNNING, CaseSort.DAY),
        "running": (RUNNING, CaseSort.DAY),
        "broken": (frozenset({CaseState.BROKEN, CaseState.PARTLY_KEPT}), CaseSort.ENDED),
        "kept": (frozenset({CaseState.KEPT}), CaseSort.ENDED),
        "withdrawn": (frozenset({CaseState.WITHDRAWN}), CaseSort.ENDED),
    },
    CaseKind.DISPUTE: {"open": (RUNNING, CaseSort.DUE), "over": (SETTLED, CaseSort.ENDED)},
    CaseKind.EXTENSION: {
        "requested": (frozenset({CaseState.PROPOSED}), CaseSort.OPENED),
        "granted": (frozenset({CaseState.CONFIRMED}), CaseSort.DAY),
        "over": (
            frozenset({CaseState.KEPT, CaseState.BROKEN, CaseState.DECLINED, CaseState.WITHDRAWN}),
            CaseSort.ENDED,
        ),
    },
    CaseKind.HARDSHIP: {"open": (RUNNING, CaseSort.OPENED), "over": (SETTLED, CaseSort.ENDED)},
}
"""The tabs of each list, the states that each shows, and their order; *due* are those of which the day has come."""

PLACES = {
    CaseKind.PROMISE: "/promises",
    CaseKind.DISPUTE: "/disputes",
    CaseKind.EXTENSION: "/extensions",
    CaseKind.HARDSHIP: "/hardship",
}


class LedgerPages:
    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    @property
    def _today(self) -> date:
        return self._clock().date()

    async def cases(self, kind: CaseKind, *, show: str, reason: str = "", owner: str = "", after: str = "") -> CaseList:
        """One list, of what is `show`n; a word that is none shows the first that has something to do. Raises Invalid
        for a broken cursor."""
        shows = SHOWS[kind]
        show = show if show in shows else "running" if "running" in shows else next(iter(shows))

        def wanted(show: str) -> Wanted:
            return Wanted(kind, shows[show][0], reason, owner, self._today if show == "due" else None)

        async with self._database.read() as uow:
            lists, sort = CaseLists(uow.session), shows[show][1]
            found, after = await _page(lambda after: lists.page(wanted(show), sort, after=after, limit=LISTED), after)
            steps = await uow.cases.steps([case.id for case, _customer in found.rows])
            owners = await owners_of(uow)
            tabs = [_tab(name, await lists.count(wanted(name))) for name in shows]
        return CaseList(
            asked=Asked(PLACES[kind], show, reason, owner, after),
            sort=sort.value,
            tabs=tuple(tabs),
            rows=tuple(
                case_line(case, customer, steps.get(case.id, []), owners, self._today) for case, customer in found.rows
            ),
            following=found.following,
            owners=owners,
        )

    async def holds(self, reader: SignedIn, *, after: str = "") -> HoldList:
        """Holds that run. Their reasons are for those who decide. Raises Invalid for a broken cursor."""
        async with self._database.read() as uow:
            lists, names = CaseLists(uow.session), await uow.users.names()
            found, after = await _page(lambda after: lists.holds(self._today, after=after, limit=LISTED), after)
            rows = tuple(
                HoldLine(
                    hold_id=str(hold.id),
                    customer_id=customer.id,
                    customer=customer.name,
                    until=hold.until,
                    set_by=names.get(hold.set_by, "") if hold.set_by else "",
                    set_at=hold.set_at,
                    reason=uow.words.opened(hold.id, hold.reason) if reader.can_decide else "",
                )
                for hold, customer in found.rows
            )
            tab = _tab("running", await lists.count_holds(self._today))
        return HoldList(Asked("/holds", after=after), tab, rows, found.following)

    async def tasks(self, *, show: str, owner: str = "", after: str = "") -> TaskList:
        """Raises Invalid for a broken cursor."""
        state = TaskState(show) if show in set(TaskState) else TaskState.OPEN
        async with self._database.read() as uow:
            found, after = await _page(
                lambda after: uow.tasks.page(state, owner=owner, after=after, limit=LISTED), after
            )
            owners = await owners_of(uow)
            rows = await task_lines(uow, found.rows, owners, self._today)
            tabs = [_tab(word.value, await uow.tasks.count(word, owner=owner)) for word in TaskState]
        return TaskList(Asked("/tasks", state.value, "", owner, after), tuple(tabs), rows, found.following, owners)

    async def owners(self) -> Mapping[str, str]:
        """Who may own a case, by address."""
        async with self._database.read() as uow:
            return await owners_of(uow)

    async def said_in(self, review_id: UUID) -> SaidIn:
        """The customer of a review and the invoices that its mail is about. Raises NotFound."""
        async with self._database.read() as uow:
            review = await uow.reviews.get(review_id)
            saved = await uow.reviews.proposal(review)
            proposal = load(PROPOSAL, await uow.words.get(saved.payload_id))
            return SaidIn(str(review.id), review.customer_id or "", proposal.invoices)

    async def promised(self, customer_id: str) -> tuple[CaseLine, ...]:
        """What a customer has promised and not kept yet: a later day for the same is no new promise."""
        async with self._database.read() as uow:
            customer = await uow.ledger.customer(customer_id)
            if customer is None:
                return ()
            rows = await uow.cases.of_customer(customer_id, {CaseKind.PROMISE})
            owners, states = await owners_of(uow), RUNNING | {CaseState.BROKEN}
            return tuple(case_line(row, customer, (), owners, self._today) for row in rows if row.state in states)

    async def case(self, case_id: UUID, *, instalments: int = INSTALMENTS_SUGGESTED) -> CaseDetail:
        """One case; `instalments` rows are suggested for a plan. Raises NotFound."""
        async with self._database.read() as uow:
            case = await uow.cases.get(case_id)
            customer = await uow.ledger.customer(case.customer_id)
            if customer is None:
                raise NotFound("there is no such case")
            return await case_detail(uow, case, customer, today=self._today, instalments=instalments)


async def _page(read: Callable[[str], Awaitable[Paged[Any]]], after: str) -> tuple[Paged[Any], str]:
    """The page that was asked for; the first where nothing is left below it, since the last of it was just settled."""
    found = await read(after)
    return (await read(""), "") if after and not found.rows else (found, after)


def _tab(show: str, count: int) -> Tab:
    return Tab(show, count, is_more=count == MOST_COUNTED)
