"""Quality and work: what managers switch, and what the figures make of what people did."""

import json
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

import pytest
import sqlalchemy as sa

from app.db.tables.system import Chain
from app.db.tables.work import ReviewRow
from app.domain.errors import Invalid
from app.domain.people import SMALLEST_TEAM, SignedIn
from app.domain.review import Action, Role
from app.domain.working_hours import WorkingHours
from app.identity.service import IdentityService
from app.performance.service import WorkService
from app.policies.loading import load_policy
from app.triage.service import TriageService
from tests.instances import Instance, mail


def work(instance: Instance) -> WorkService:
    return WorkService(instance.database, instance.clock)


async def noted(instance: Instance, kind: str) -> list[dict[str, Any]]:
    async with instance.database.read() as uow:
        entries = [json.loads(link.body) async for link in uow.audit.links(Chain.DECISIONS)]
    return [entry["refs"] for entry in entries if entry["kind"] == kind]


async def test_figures_by_person_need_a_team_and_a_decision_that_is_noted(instance: Instance) -> None:
    (review,) = await instance.work(mail())
    await instance.reviews.decide(review.id, Action.APPROVE, version=review.version, by=instance.collector)
    service, by = work(instance), instance.collector
    with pytest.raises(Invalid, match="a team of 5 or more; 1 may decide"):
        await service.show_people(shown=True, by=by)
    assert (await service.everybody(4)).by_person is None
    identity = IdentityService(instance.database, instance.clock)
    for number in range(SMALLEST_TEAM - 1):
        await identity.add_user(
            email=f"c{number}@seller.example", name=f"C{number}", role=Role.COLLECTOR, password="a long enough password"
        )
    await service.show_people(shown=True, by=by)
    await service.show_people(shown=True, by=by)
    (person,) = (await service.everybody(4)).by_person or ()
    assert (person.name, person.decided, person.unedited.rate) == ("Ines Halvard", 1, 1.0)
    assert await noted(instance, "quality.people.shown") == [{"shown": True, "shown_before": False, "team": 5}]
    async with instance.database.write() as uow:
        gone = await uow.users.by_email("c0@seller.example")
        assert gone is not None
        gone.active = False
    assert (await service.everybody(4)).by_person is None, "a team that shrinks hides them again"
    await service.show_people(shown=False, by=by)
    assert len(await noted(instance, "quality.people.hidden")) == 1
    own = await service.own(4, by)
    assert own.figures.decided == 1, "everybody sees their own"
    stranger = SignedIn(None, "X", "x@seller.example", Role.COLLECTOR)
    assert (await service.own(4, stranger)).figures.decided == 0


async def test_minutes_are_saved_against_the_baseline_that_a_manager_enters(instance: Instance) -> None:
    service = work(instance)
    by = instance.collector
    for number, row in enumerate(await instance.work(*(mail(sender=f"P <p{n}@x.example>") for n in range(3)))):
        instance.clock.advance(seconds=120 * number)
        await instance.reviews.decide(row.id, Action.IGNORE, version=row.version, by=by, reason="other")
    with pytest.raises(Invalid, match="from 0 minutes to 8 hours"):
        await service.set_baseline(8 * 3600 + 1, by=instance.collector)
    assert (await service.everybody(4)).saved.minutes is None
    await service.set_baseline(600, by=instance.collector)
    saved = (await service.everybody(4)).saved
    assert (saved.baseline, saved.mails) == (10, 3)
    assert saved.measured is not None
    assert saved.minutes == 30 - 3 * saved.measured
    assert await noted(instance, "quality.baseline.set") == [{"seconds": 600, "seconds_before": None}]


async def test_who_edited_and_approved_alone_and_what_waits_too_long_is_named(instance: Instance) -> None:
    first, second, third = await instance.work(*(mail(sender=f"P <p{n}@x.example>") for n in range(3)))
    async with instance.database.write() as uow:
        await uow.session.execute(sa.update(ReviewRow).values(at_stake=Decimal(20_000), currency="EUR"))
        overdue = instance.clock() - timedelta(minutes=1)
        await uow.session.execute(sa.update(ReviewRow).where(ReviewRow.id == third.id).values(due_at=overdue))
        await uow.session.execute(sa.update(ReviewRow).where(ReviewRow.id != third.id).values(due_at=None))
    await instance.reviews.decide(
        first.id, Action.EDIT, version=first.version, by=instance.collector, subject="Re", body="Something else"
    )
    await instance.reviews.decide(second.id, Action.APPROVE, version=second.version, by=instance.collector)
    view = await work(instance).everybody(4)
    assert [row.message_id for row in view.alone.rows] == [first.message_id]
    assert [row.action for row in view.disagreements.rows] == ["edit"]
    assert (await work(instance).everybody(4, Decimal(20_001))).alone.total == 0
    assert (view.figures.late.part, view.figures.late.whole) == (1, 1), "it still waits"
    week = view.weeks[-1]
    assert (week.monday, week.routes) == (date(2026, 5, 18), {"review": 3, "auto": 0, "none": 0})
    assert sum(sum(week.routes.values()) for week in view.weeks) == 3
    assert not view.is_cut


async def test_where_teams_have_working_hours_nights_and_weekends_count_nowhere(instance: Instance) -> None:
    policy = load_policy()
    office = WorkingHours(time(9), time(17), frozenset(range(5)), "Europe/Berlin")
    queue = replace(policy.queue, working_of={"test": office})
    triage = TriageService(instance.database, instance.mind, replace(policy, queue=queue), instance.clock)
    instance.clock.now = datetime(2026, 5, 29, 14, tzinfo=UTC)  # Friday, 16:00 in Berlin
    (message,) = await instance.receive(mail())
    await triage.work(str(message.id))
    (review,) = await instance.pending()
    assert review.due_at == datetime(2026, 6, 3, 14, tzinfo=UTC), "24 hours are three days of eight"
    instance.clock.now = datetime(2026, 6, 1, 7, 30, tzinfo=UTC)  # Monday, 09:30
    await instance.reviews.decide(review.id, Action.APPROVE, version=review.version, by=instance.collector)
    work = await WorkService(instance.database, instance.clock, queue).everybody(4)
    assert (work.figures.first_touch.half, work.counts_working_hours) == (5_400.0, True)
    assert (work.figures.late.part, work.figures.late.whole) == (0, 1)
    plain = await WorkService(instance.database, instance.clock).everybody(4)
    assert (plain.figures.first_touch.half, plain.counts_working_hours) == (65.5 * 3600, False)
