"""What the first of two people said is kept, sealed, and is what the second one sees and does by one click."""

from dataclasses import replace
from decimal import Decimal

import pytest
import sqlalchemy as sa

from app.db.repositories.worklists import Worklists
from app.db.tables.mail import MailboxRow, PayloadRow
from app.db.tables.reminders import ReminderRow
from app.db.tables.work import AssentRow, ReviewRow
from app.domain.errors import WordNoted
from app.domain.four_eyes import Guarded, SecondPersonRule
from app.domain.people import SignedIn
from app.domain.reminder_life import ReminderState
from app.domain.review import Action, Role
from app.domain.worklist import parse
from app.policies.loading import load_policy
from app.reminders.sending import SendingService
from app.review.desk import DeskService
from app.review.item_view import CaseView
from app.review.pages import ReviewPages
from app.review.service import ReviewService
from tests.desk import Desk, desk
from tests.instances import Instance, mail, on_sqlite
from tests.integration.test_four_eyes import LIMITS, sent
from tests.integration.test_second_person import person

__all__ = ["desk"]

POLICY = replace(load_policy(), second_person=LIMITS)
TEXT = "It is due on Friday, dear Petra."


@pytest.fixture
async def manager(instance: Instance) -> SignedIn:
    return await person(instance, "Maja", Role.MANAGER)


@pytest.fixture
async def review(instance: Instance) -> ReviewRow:
    """An answer above the limit, to which the collector has given her word, in words of her own."""
    instance.reviews = ReviewService(instance.database, POLICY, instance.clock, undo_seconds=30)
    (row,) = await instance.work(
        mail("When is INV-1 due?", sender="Petra Vane <petra@customer.example>", message_id="first@customer.example")
    )
    async with instance.database.write() as uow:
        stake = await uow.reviews.get(row.id)
        stake.at_stake, stake.currency = Decimal(2000), "EUR"
    with pytest.raises(WordNoted):
        await instance.reviews.decide(
            row.id, Action.EDIT, version=row.version, by=instance.collector, subject="Re: INV-1", body=TEXT
        )
    return row


async def seen(instance: Instance, review: ReviewRow, reader: SignedIn) -> CaseView:
    pages = ReviewPages(instance.database, instance.clock, undo_seconds=30, policy=POLICY)
    return await pages.case(review.id, reader=reader, editing=False)


async def test_the_second_person_sees_the_firsts_text_and_approves_it(
    instance: Instance, review: ReviewRow, manager: SignedIn
) -> None:
    view = await seen(instance, review, manager)
    assert view.awaited is not None
    assert view.draft is not None
    assert (view.awaited.names, view.awaited.is_mine, view.awaited.wants_senior) == (("Ines Halvard",), False, True)
    assert (view.draft.subject, view.draft.body, view.draft.facts) == ("Re: INV-1", TEXT, 0)
    assert view.changed is not None
    assert {edit.kind for edit in view.changed.body} >= {"removed", "added"}
    assert view.changed.by == "Ines Halvard"
    own = await seen(instance, review, instance.collector)
    assert own.awaited is not None
    assert own.awaited.is_mine
    await instance.reviews.decide(
        review.id,
        Action.EDIT,
        version=view.version,
        by=manager,
        subject=view.awaited.subject,
        body=view.awaited.body,
    )
    assert await sent(instance) == 1


@on_sqlite
async def test_the_text_is_sealed_and_goes_with_its_conversation(
    instance: Instance, review: ReviewRow, manager: SignedIn
) -> None:
    async with instance.database.read() as uow:
        row = (await uow.session.scalars(sa.select(AssentRow))).one()
        payload = await uow.session.get_one(PayloadRow, row.words_id)
        assert TEXT.encode() not in payload.sealed
        assert row.said is None
        assert await uow.words.get_json(payload.id) == {"subject": "Re: INV-1", "body": TEXT}


@on_sqlite
async def test_handing_a_case_up_keeps_the_word_and_a_newer_mail_makes_it_void(
    instance: Instance, review: ReviewRow, manager: SignedIn
) -> None:
    desk_service = DeskService(instance.database, instance.clock)
    assert manager.id is not None
    await desk_service.escalate(review.id, manager.id, "Please look.", version=review.version, by=instance.collector)
    view = await seen(instance, review, manager)
    assert view.awaited is not None
    await instance.work(
        mail("We have paid.", sender="Petra Vane <petra@customer.example>", references=["first@customer.example"])
    )
    assert (await seen(instance, review, manager)).awaited is None


async def test_what_waits_for_a_second_person_is_listed_and_counted(instance: Instance, review: ReviewRow) -> None:
    async with instance.database.read() as uow:
        worklists: Worklists = uow.worklists
        found = await worklists.page(parse("is:second"), reader=instance.collector.id, after=None, limit=5)
        assert [row.id for row, _, _ in found] == [review.id]
        assert await worklists.count_second() == 1


@on_sqlite
async def test_the_second_person_sees_the_firsts_words_of_a_reminder(desk: Desk, manager: SignedIn) -> None:
    limits = (SecondPersonRule(Guarded.REMIND, "EUR", Decimal(1)),)
    policy = replace(POLICY, second_person=limits)
    desk.sending = SendingService(desk.instance.database, desk.plans, policy, desk.instance.clock, undo_seconds=30)
    (row,) = await desk.draft()
    drafted = await desk.pages.reminder(row.id)
    words = {"subject": drafted.subject, "body": drafted.body.replace("Hello", "Good day") + "\nWith thanks."}
    with pytest.raises(WordNoted):
        await desk.approve(row, is_meant=True, **words)
    view = await desk.pages.reminder(row.id)
    assert view.awaited is not None
    assert list(view.awaited.by.values()) == ["Ines Halvard"]
    assert (view.subject, view.body) == (words["subject"], words["body"])
    assert "added" in {edit.kind for edit in view.awaited.body}
    assert not view.may_be_approved, "not among others: whoever approves it sees what was changed"
    await desk.sending.approve(
        row.id, version=row.version, by=manager, subject=view.subject, body=view.body, is_meant=True
    )
    assert await desk.state(row.id) is ReminderState.APPROVED


async def test_a_mailbox_has_an_undo_window_of_its_own(instance: Instance) -> None:
    async with instance.database.write() as uow:
        (await uow.session.scalars(sa.select(MailboxRow))).one().undo_seconds = 240
    (row,) = await instance.work(mail("When is INV-1 due?", sender="Petra Vane <petra@customer.example>"))
    assert (await seen(instance, row, instance.collector)).undo_seconds == 240
    decided = await instance.reviews.decide(row.id, Action.APPROVE, version=row.version, by=instance.collector)
    assert decided.send_after is not None
    assert (decided.send_after - instance.clock()).total_seconds() == 240


@on_sqlite
async def test_a_reminder_keeps_the_undo_window_of_its_mailbox(desk: Desk) -> None:
    async with desk.instance.database.write() as uow:
        (await uow.session.scalars(sa.select(MailboxRow))).one().undo_seconds = 300
        for row in await uow.session.scalars(sa.select(ReminderRow)):
            row.send_at = desk.instance.clock()
    (row,) = await desk.draft()
    leaves = await desk.sending.approve(row.id, version=row.version, by=desk.instance.collector)
    assert (leaves - desk.instance.clock()).total_seconds() >= 300
