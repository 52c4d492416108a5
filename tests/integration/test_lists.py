"""The lists that people work from show everything, page by page, in the order that they say."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa

from app.db.narrowing import narrowed
from app.db.reachability import ask_about
from app.db.repositories import keyset
from app.db.tables.ledger import CaseRow, CustomerRow, HoldRow, PlanStepRow, TaskRow
from app.db.tables.mail import MessageRow
from app.domain.contact import Reachability
from app.domain.errors import Invalid
from app.domain.extension import StepState
from app.domain.ids import new_id
from app.domain.message import MessageState
from app.domain.portfolio import Portfolio
from app.domain.review import CaseKind, CaseState, Role
from app.domain.task import TaskKind, TaskState
from app.ledger import pages as ledger_pages
from app.ledger.holds import HoldService
from app.ledger.pages import LedgerPages
from app.ledger.tasks import TaskService
from app.ledger.view import CaseLine
from app.policies.loading import load_policy
from app.review import pages as review_pages
from app.review.pages import ReviewPages
from app.review.search import LoneMail, SearchPages
from tests.instances import Instance, mail

FIRST = date(2026, 6, 1)


@pytest.fixture(autouse=True)
def _short_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ledger_pages, "LISTED", 2)
    monkeypatch.setattr(review_pages, "LISTED", 2)


def pages(instance: Instance) -> LedgerPages:
    return LedgerPages(instance.database, instance.clock)


async def add(instance: Instance, *rows: Any) -> None:
    async with instance.database.write() as uow:
        uow.session.add_all(rows)


def case(instance: Instance, kind: CaseKind = CaseKind.PROMISE, **values: Any) -> CaseRow:
    state = values.pop("state", CaseState.CONFIRMED)
    return CaseRow(
        id=new_id(), kind=kind, state=state, customer_id="C-1", invoices=[], opened_at=instance.clock(), **values
    )


async def read(instance: Instance, kind: CaseKind, show: str, **asked: str) -> list[CaseLine]:
    """All pages of a list, one after the other."""
    rows: list[CaseLine] = []
    after, following = "", "begin"
    while following:
        view = await pages(instance).cases(kind, show=show, after=after, **asked)
        assert len(view.rows) <= ledger_pages.LISTED
        rows += view.rows
        after = following = view.following
    assert len({row.case_id for row in rows}) == len(rows)
    return rows


async def test_promises_are_paged_by_day_however_many_there_are(instance: Instance) -> None:
    days = [FIRST + timedelta(days=n) for n in (4, 2, 0, 2, 3)]
    await add(instance, *(case(instance, day=day) for day in [*days, None]))
    rows = await read(instance, CaseKind.PROMISE, "running")
    assert [row.day for row in rows] == [*sorted(days), None]
    await add(instance, case(instance, day=FIRST - timedelta(days=1)))
    assert (await pages(instance).cases(CaseKind.PROMISE, show="running")).rows[0].day == FIRST - timedelta(days=1)


async def test_of_what_is_over_the_last_to_end_comes_first(instance: Instance) -> None:
    for kind, state, show in (
        (CaseKind.PROMISE, CaseState.WITHDRAWN, "withdrawn"),
        (CaseKind.DISPUTE, CaseState.RESOLVED, "over"),
        (CaseKind.HARDSHIP, CaseState.RESOLVED, "over"),
    ):
        ended = [case(instance, kind, state=state) for _ in range(5)]
        for number, row in enumerate(ended):
            row.ended_at = instance.clock() + timedelta(minutes=number)
        wanted = [str(row.id) for row in reversed(ended)]
        await add(instance, *ended)
        assert [row.case_id for row in await read(instance, kind, show)] == wanted


async def test_open_disputes_stand_by_the_day_on_which_they_are_to_be_settled(instance: Instance) -> None:
    days = [None, FIRST + timedelta(days=9), FIRST]
    await add(instance, *(case(instance, CaseKind.DISPUTE, detail="price", due=day) for day in days))
    rows = await read(instance, CaseKind.DISPUTE, "open")
    assert [row.due for row in rows] == [FIRST, FIRST + timedelta(days=9), None]


async def test_a_plan_stands_by_its_next_instalment(instance: Instance) -> None:
    later, plan = (case(instance, CaseKind.EXTENSION, day=FIRST + timedelta(days=n)) for n in (30, 90))
    await add(instance, later, plan)
    steps = [(1, 1, StepState.PAID), (2, 20, StepState.DUE), (3, 90, StepState.DUE)]
    await add(
        instance,
        *(
            PlanStepRow(
                case_id=plan.id,
                seq=seq,
                day=FIRST + timedelta(days=day),
                amount=Decimal(9),
                currency="EUR",
                state=state,
            )
            for seq, day, state in steps
        ),
    )
    rows = await read(instance, CaseKind.EXTENSION, "granted")
    assert [row.case_id for row in rows] == [str(plan.id), str(later.id)]


async def test_tabs_count_what_the_filter_leaves_and_no_further_than_anybody_works(
    instance: Instance, monkeypatch: pytest.MonkeyPatch
) -> None:
    ines, milo = "ines@seller.example", "milo@seller.example"
    await add(
        instance,
        *(case(instance, CaseKind.DISPUTE, detail="price", owner_email=ines) for _ in range(3)),
        case(instance, CaseKind.DISPUTE, detail="quality", owner_email=ines),
        case(instance, CaseKind.DISPUTE, detail="price", owner_email=milo),
        *(_task(instance, owner_email=owner) for owner in (ines, milo, ines)),
    )
    view = await pages(instance).cases(CaseKind.DISPUTE, show="open", reason="price", owner=ines)
    assert {tab.show: tab.count for tab in view.tabs} == {"open": 3, "over": 0}
    assert len(await read(instance, CaseKind.DISPUTE, "open", reason="price", owner=ines)) == 3
    assert view.asked.place(show="over") == "/disputes?show=over&reason=price&owner=ines%40seller.example"
    tasks = await pages(instance).tasks(show="open", owner=milo)
    assert {tab.show: tab.count for tab in tasks.tabs} == {"open": 1, "done": 0, "dismissed": 0}
    monkeypatch.setattr(keyset, "MOST_COUNTED", 2)
    monkeypatch.setattr(ledger_pages, "MOST_COUNTED", 2)
    view = await pages(instance).cases(CaseKind.DISPUTE, show="open")
    assert [(tab.count, tab.is_more) for tab in view.tabs] == [(2, True), (0, False)]


def _task(instance: Instance, **values: Any) -> TaskRow:
    defaults = {"due": FIRST, "state": TaskState.OPEN, "kind": TaskKind.CALL, "key": str(new_id())}
    return TaskRow(id=new_id(), customer_id="C-1", opened_at=instance.clock(), **{**defaults, **values})


async def test_tasks_go_on_and_the_last_that_was_closed_can_be_opened_again(instance: Instance) -> None:
    due = [FIRST + timedelta(days=n) for n in (3, 1, 2, 0, 4)]
    tasks = [_task(instance, due=day) for day in due]
    await add(instance, *tasks)
    seen, after = [], ""
    while True:
        view = await pages(instance).tasks(show="open", after=after)
        seen += [row.due for row in view.rows]
        after = view.following
        if not after:
            break
    assert seen == sorted(due)
    service = TaskService(instance.database, instance.clock)
    for task in tasks:
        instance.clock.advance(seconds=60)
        await service.move(task.id, TaskState.DONE, instance.collector)
    view = await pages(instance).tasks(show="done")
    assert [row.task_id for row in view.rows] == [str(tasks[4].id), str(tasks[3].id)]
    assert view.following


async def test_where_the_last_of_a_page_was_settled_the_first_page_is_shown(instance: Instance) -> None:
    tasks = [_task(instance, due=FIRST + timedelta(days=n)) for n in range(3)]
    await add(instance, *tasks)
    after = (await pages(instance).tasks(show="open")).following
    await TaskService(instance.database, instance.clock).move(tasks[2].id, TaskState.DONE, instance.collector)
    view = await pages(instance).tasks(show="open", after=after)
    assert [row.due for row in view.rows] == [FIRST, FIRST + timedelta(days=1)]
    assert view.asked.after == ""


async def test_holds_go_on_and_a_portfolio_pages_and_counts_its_own(instance: Instance) -> None:
    await add(instance, CustomerRow(id="C-2", name="Key Ltd", currency="EUR", segment="key"))
    holds = [("C-1", 5), ("C-2", 9), ("C-1", 1), ("C-1", 3)]
    await add(
        instance,
        *(
            HoldRow(id=new_id(), customer_id=customer, until=FIRST + timedelta(days=day), set_at=instance.clock())
            for customer, day in holds
        ),
    )
    first = await pages(instance).holds(instance.collector)
    second = await pages(instance).holds(instance.collector, after=first.following)
    ends = [(row.until - FIRST).days for row in (*first.rows, *second.rows)]
    assert (ends, second.following, first.tab.count) == ([1, 3, 5, 9], "", 4)
    with narrowed(Portfolio(segments=frozenset({"key"}))):
        theirs = await pages(instance).holds(instance.collector)
        none = await pages(instance).cases(CaseKind.PROMISE, show="running")
    assert ([row.customer for row in theirs.rows], theirs.tab.count, theirs.following) == (["Key Ltd"], 1, "")
    assert none.rows == ()


@pytest.mark.parametrize("after", ["nonsense", "2026-05-21", "2026-05-21~x", "2026-05-21~" + str(UUID(int=1)), "~"])
async def test_a_broken_cursor_says_so(instance: Instance, after: str) -> None:
    with pytest.raises(Invalid, match="open the list again"):
        await pages(instance).tasks(show="done", after=after)


async def test_a_task_about_a_contact_names_them_and_leads_to_the_mail(instance: Instance) -> None:
    await instance.work(mail())
    (message,) = await instance.messages()
    async with instance.database.write() as uow:
        (contact,) = await uow.ledger.contacts("C-1")
        await ask_about(uow, contact, Reachability.LEFT, message.id)
        await ask_about(uow, contact, Reachability.BOUNCED, new_id())
    by_kind = {row.kind: row for row in (await pages(instance).tasks(show="open")).rows}
    assert {row.contact for row in by_kind.values()} == {"Petra Vane"}
    assert by_kind["contact_left"].mail == f"/messages/{message.id}"
    assert by_kind["contact_bounced"].mail == "", "a mail that is gone"


async def test_every_hit_of_a_search_leads_to_that_mail(instance: Instance) -> None:
    for number in range(4):
        await instance.work(mail("Bare thanks for the pallets.", subject=f"mail {number}"))
    states = (MessageState.NO_ANSWER, MessageState.QUARANTINED, MessageState.NO_ANSWER, MessageState.PENDING)
    async with instance.database.write() as uow:
        messages = list(await uow.messages.page(state=None, after=None, limit=9))
        for message, state in zip(messages, states, strict=True):
            message.state = state
        kept = await uow.reviews.of_message(messages[3].id)
        assert kept is not None
        for message in messages[:3]:
            review = await uow.reviews.of_message(message.id)
            await uow.session.delete(review)
    search = SearchPages(instance.database)
    places = {row.subject: row.href for row in (await search.find("pallets", before=None)).rows}
    assert places == {
        "mail 0": f"/no-answer?message={messages[0].id}#preview",
        "mail 1": f"/messages/{messages[1].id}",
        "mail 2": f"/no-answer?message={messages[2].id}#preview",
        "mail 3": f"/reviews/{kept.id}",
    }
    assert [await search.mail(messages[n].id) for n in (0, 3)] == [places["mail 0"], places["mail 3"]]
    lone = await search.mail(messages[1].id)
    assert isinstance(lone, LoneMail)
    assert (lone.state, lone.subject, lone.customer) == ("quarantined", "mail 1", "Customer Ltd")
    assert lone.mail is not None
    assert "pallets" in lone.mail.body[0][0].text


async def test_a_mail_without_an_answer_is_shown_however_far_down_it_is(instance: Instance) -> None:
    for number in range(4):
        await instance.work(mail("Bare thanks.", subject=f"mail {number}"))
    async with instance.database.write() as uow:
        await uow.session.execute(sa.update(MessageRow).values(state=MessageState.NO_ANSWER))
    oldest = (await instance.messages())[0]
    shown = ReviewPages(instance.database, instance.clock, undo_seconds=30, policy=load_policy())
    listed, preview = await shown.no_answer(oldest.id)
    assert [row.subject for row in listed.rows] == ["mail 3", "mail 2"]
    assert preview is not None
    assert preview.row.subject == "mail 0"
    async with instance.database.write() as uow:
        (await uow.messages.get(oldest.id)).state = MessageState.DECIDED
    assert (await shown.no_answer(oldest.id))[1] is None


async def test_beside_a_case_the_reason_of_a_hold_is_for_those_who_decide(instance: Instance) -> None:
    (review,) = await instance.work(mail())
    holds = HoldService(instance.database, instance.clock)
    await holds.set("C-1", FIRST, "in talks with their lawyer", instance.collector)
    shown = ReviewPages(instance.database, instance.clock, undo_seconds=30, policy=load_policy())
    reasons = []
    for reader in (instance.collector, replace(instance.collector, role=Role.AUDITOR)):
        view = await shown.case(review.id, reader=reader, editing=False)
        assert view.ledger is not None
        reasons += [hold.reason for hold in view.ledger.holds]
    assert reasons == ["in talks with their lawyer", ""]
