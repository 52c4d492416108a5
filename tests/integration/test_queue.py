"""The queue on both databases: its order and pages, its words and numbers, several people, several mails at once."""

import asyncio
from collections.abc import Iterable
from contextlib import suppress
from datetime import timedelta
from uuid import UUID

import pytest
import sqlalchemy as sa

from app.db.changes import Changes, Listener
from app.db.tables.mail import MessageRow
from app.db.tables.queue import SavedViewRow, SearchTermRow, TallyRow
from app.db.tables.work import ReviewRow
from app.domain.errors import Invalid, NotAllowed
from app.domain.ids import new_id
from app.domain.intents import Intent, Route
from app.domain.message import MessageState
from app.domain.people import SignedIn
from app.domain.review import Action, ReviewState, Role
from app.domain.worklist import Worklist
from app.identity.service import IdentityService
from app.policies.loading import load_policy
from app.review.bulk import Bulk, Deed, Pick
from app.review.desk import DeskService
from app.review.queue import MOST_VIEWS, QueuePages
from app.review.search import SearchPages
from app.review.together import Together
from app.triage.indexing import Indexing
from tests.instances import Instance, mail


class Undone(Exception):
    """A transaction comes to nothing."""


def together(instance: Instance) -> Together:
    return Together(instance.database, instance.clock)


def pages(instance: Instance) -> QueuePages:
    return QueuePages(instance.database, together(instance), load_policy(), instance.clock, undo_seconds=30)


def bulk(instance: Instance) -> Bulk:
    return Bulk(pages(instance), instance.reviews, DeskService(instance.database, instance.clock))


async def colleague(instance: Instance, role: Role = Role.COLLECTOR) -> SignedIn:
    email = f"{role.value}@seller.example"
    identity = IdentityService(instance.database, instance.clock)
    user_id = await identity.add_user(email=email, name="Milo Renn", role=role, password="a long password")
    return SignedIn(user_id, "Milo Renn", email, role)


async def listed(instance: Instance, query: str = "") -> list[str]:
    view = await pages(instance).page(query, reader=instance.collector)
    assert not view.not_understood
    return [row.subject for row in view.rows]


async def counted(instance: Instance) -> dict[MessageState, int]:
    async with instance.database.read() as uow:
        query = sa.select(MessageRow.state, sa.func.count()).group_by(MessageRow.state)
        return {state: number for state, number in await uow.session.execute(query)}


def picks(reviews: Iterable[ReviewRow]) -> list[Pick]:
    return [Pick(review.id, review.version) for review in reviews]


async def test_the_most_urgent_comes_first_and_every_page_goes_on_where_the_last_one_ended(instance: Instance) -> None:
    for number in range(5):
        await instance.work(mail(subject=f"plain {number}"))
        instance.clock.advance(seconds=3_600)
    async with instance.database.write() as uow:
        newest = (await uow.reviews.page(state=ReviewState.PENDING, after=None, limit=10))[-1]
        newest.rank += 5
    order = await listed(instance)
    assert order == ["plain 4", "plain 0", "plain 1", "plain 2", "plain 3"]
    async with instance.database.read() as uow:
        seen: list[UUID] = []
        after = None
        while page := await uow.worklists.page(Worklist(), reader=None, after=after, limit=2):
            seen += [review.id for review, _, _ in page]
            after = seen[-1]
    view = await pages(instance).page("", reader=instance.collector)
    assert [str(review) for review in seen] == [row.review_id for row in view.rows]


async def test_filters_narrow_the_list_and_what_means_nothing_is_said(instance: Instance) -> None:
    await instance.work(mail(subject="old"))
    instance.clock.advance(seconds=3 * 86_400)
    instance.mind.intent = Intent.QUERY
    await instance.work(mail(subject="new"))
    assert await listed(instance, "age>2d") == ["old"]
    assert await listed(instance, "label:query") == ["new"]
    assert await listed(instance, "label:negotiation mailbox:TEST amount>99 amount<101") == ["old", "new"]
    assert await listed(instance, "label:negotiation label:query") == ["new"]
    assert await listed(instance, "label:negotiation,query") == ["old", "new"]
    assert await listed(instance, "mailbox:other mailbox:test") == ["old", "new"]
    assert await listed(instance, "assignee:me assignee:none") == ["old", "new"]
    assert await listed(instance, "due:over") == ["old"]
    assert await listed(instance, "assignee:me") == []
    assert await listed(instance, "mailbox:other") == []
    (review, _) = await instance.pending()
    done = await bulk(instance).carry_out(Deed.ASSIGN, picks([review]), by=instance.collector, to=instance.collector.id)
    assert done.done == 1
    assert await listed(instance, "assignee:me") == ["old"]
    view = await pages(instance).page("label:nonsense", reader=instance.collector)
    assert "label:nonsense is not known" in view.not_understood
    assert len(view.rows) == 2
    view = await pages(instance).page("a", reader=instance.collector)
    assert "at least 2 letters" in view.not_understood


async def test_words_are_found_in_any_form_and_none_of_them_is_in_the_database(instance: Instance) -> None:
    await instance.work(
        mail(
            "Sehr geehrte Damen und Herren, die Rechnungen wurden bereits überwiesen. Wir zahlen INV-1 am Freitag.",
            subject="Zahlungserinnerung Möbelhaus",
        ),
        mail("We will settle the invoice on Friday.", subject="second"),
    )
    for query in (
        "rechnung",
        "RECHNUNGEN überwiesen",
        "mobelhaus",
        "petra",
        "from:vane zahlungserinnerung",
        "petra inv-1",
    ):
        assert "Zahlungserinnerung Möbelhaus" in await listed(instance, query), query
    assert len(await listed(instance, 'customer:"customer ltd"')) == 2
    assert await listed(instance, "invoice:inv1") == ["Zahlungserinnerung Möbelhaus"]
    assert await listed(instance, "from:rechnung") == []
    assert await listed(instance, "settling rechnung") == []
    found = await SearchPages(instance.database).find("settles", before=None)
    assert [row.subject for row in found.rows] == ["second"]
    async with instance.database.read() as uow:
        terms = (await uow.session.scalars(sa.select(SearchTermRow.term))).all()
    assert all(isinstance(term, int) for term in terms)


async def test_mails_from_before_the_index_are_indexed_later(instance: Instance) -> None:
    await instance.work(mail("Something about pallets."))
    async with instance.database.write() as uow:
        await uow.session.execute(sa.delete(SearchTermRow))
        await uow.session.execute(sa.update(MessageRow).values(is_indexed=False))
    assert await listed(instance, "pallet") == []
    indexing = Indexing(instance.database)
    assert [await indexing.work(), await indexing.work()] == [1, 0]
    assert len(await listed(instance, "pallet")) == 1


async def test_the_tally_is_what_counting_would_say_and_stays_so_when_it_is_summed(instance: Instance) -> None:
    reviews = await instance.work(*(mail(subject=f"mail {n}") for n in range(4)))
    await instance.receive(mail(subject="in work"))
    await instance.reviews.decide(
        reviews[0].id, Action.IGNORE, version=reviews[0].version, by=instance.collector, reason="spam"
    )
    with suppress(Undone):
        async with instance.database.write() as uow:
            (await uow.messages.get_for_update(reviews[1].message_id)).state = MessageState.DECIDED
            await uow.session.flush()
            raise Undone
    for _ in range(2):
        async with instance.database.read() as uow:
            tally = {state: number for state, number in (await uow.messages.counts()).items() if number}
        assert tally == await counted(instance)
        async with instance.database.write() as uow:
            for _ in range(50):
                uow.session.add_all(
                    [
                        TallyRow(id=new_id(), state=MessageState.PENDING, number=1),
                        TallyRow(id=new_id(), state=MessageState.PENDING, number=-1),
                    ]
                )
            await uow.session.flush()
            assert await uow.messages.tally.compact() > 100
            assert await uow.messages.tally.compact() == 0


async def test_harmless_mails_are_decided_together_and_grave_ones_are_left_out(instance: Instance) -> None:
    instance.mind.route = Route.AUTO
    harmless = await instance.work(mail(subject="one"), mail(subject="two"))
    instance.mind.route, instance.mind.intent = Route.REVIEW, Intent.DISPUTE
    reviews = await instance.work(mail(subject="dispute"))
    bundle = await bulk(instance).bundle(Deed.APPROVE, picks(reviews), by=instance.collector)
    assert {row.subject for row in bundle.rows} == {"one", "two"}
    assert {row.email for row in bundle.rows} == {"petra@customer.example"}
    assert [row.subject for row in bundle.left_out] == ["dispute"]
    assert [(str(total.value.normalize()), total.currency) for total in bundle.total] == [("2E+2", "EUR")]
    stale = [Pick(harmless[0].id, 77), *picks(reviews)[1:]]
    done = await bulk(instance).carry_out(Deed.APPROVE, stale, by=instance.collector)
    assert (done.done, done.left) == (1, 2)
    assert {row.subject for row in (await pages(instance).page("", reader=instance.collector)).rows} == {
        "one",
        "dispute",
    }
    auditor = await colleague(instance, Role.AUDITOR)
    with pytest.raises(NotAllowed):
        await bulk(instance).bundle(Deed.APPROVE, picks(reviews), by=auditor)
    with pytest.raises(Invalid):
        await bulk(instance).bundle(Deed.APPROVE, [], by=instance.collector)


async def test_a_snoozed_case_rests_and_comes_back_by_itself(instance: Instance) -> None:
    instance.mind.route = Route.AUTO
    reviews = await instance.work(mail(subject="later"))
    until = instance.clock() + timedelta(days=1)
    done = await bulk(instance).carry_out(Deed.SNOOZE, picks(reviews), by=instance.collector, until=until)
    assert done.done == 1
    assert await listed(instance) == []
    assert await listed(instance, "is:snoozed") == ["later"]
    instance.clock.advance(seconds=86_401)
    assert await listed(instance) == ["later"]


async def test_the_first_to_open_a_case_has_it_for_five_minutes_unless_it_is_taken_over(instance: Instance) -> None:
    (review,) = await instance.work(mail())
    ines, milo = instance.collector, await colleague(instance)
    desk = together(instance)
    assert (await desk.arrive(review.id, by=ines, is_replying=True)).is_mine
    seen = await desk.arrive(review.id, by=milo, is_replying=False)
    assert (seen.holder, seen.is_mine) == ("Ines Halvard", False)
    assert [(one.name, one.is_replying) for one in seen.others] == [("Ines Halvard", True)]
    await desk.take_over(review.id, by=milo)
    assert (await desk.look(review.id, by=ines)).holder == "Milo Renn"
    await desk.leave(review.id, by=milo)
    assert (await desk.look(review.id, by=ines)).holder == ""
    await desk.arrive(review.id, by=milo, is_replying=False)
    instance.clock.advance(seconds=301)
    assert (await desk.arrive(review.id, by=ines, is_replying=False)).is_mine
    assert (await instance.pending())[0].version == review.version, "a claim voids nobody's decision"


async def test_a_newer_mail_of_the_customer_says_so_and_blocks_the_approval(instance: Instance) -> None:
    (review,) = await instance.work(mail(message_id="a@customer.example"))
    before = await together(instance).arrive(review.id, by=instance.collector, is_replying=False)
    await instance.work(
        mail("Stop: it is not ours.", message_id="b@customer.example", references=["a@customer.example"])
    )
    after = await together(instance).look(review.id, by=instance.collector)
    assert (before.has_newer_mail, after.has_newer_mail) == (False, True)
    assert after.version > before.version == review.version


@pytest.mark.parametrize(
    ("intent", "is_newer"),
    [
        pytest.param(Intent.DISPUTE, True, id="a clerk, through a ticket system"),
        pytest.param(Intent.AUTOMATIC_REPLY, False, id="a robot of whose words the agent makes a notice"),
    ],
)
async def test_a_newer_mail_with_the_headers_of_a_machine_is_what_the_agent_took_it_for(
    instance: Instance, intent: Intent, is_newer: bool
) -> None:
    (review,) = await instance.work(mail(message_id="a@customer.example"))
    instance.mind.intent = intent
    await instance.work(
        mail(
            "Two of the pallets on INV-1 were broken, so we hold the sum back.",
            references=["a@customer.example"],
            headers=[("Auto-Submitted", "auto-replied")],
        )
    )
    after = await together(instance).look(review.id, by=instance.collector)
    assert (after.has_newer_mail, after.version > review.version) == (is_newer, is_newer)


async def test_what_is_committed_is_told_to_every_process_and_what_is_not_is_not(instance: Instance) -> None:
    heard = instance.database.changes
    listener = None
    if instance.url.startswith("postgresql"):
        heard = Changes()
        listener = Listener(instance.url, heard)
        listener.start()
    try:
        with heard.listen() as listening:
            if listener is not None:
                assert await listening.next(10) == {"queue"}, "whoever begins to listen looks once"
            await instance.receive(mail())
            assert await listening.next(5) == {"queue"}
            (message,) = await instance.messages()
            await instance.triage.work(str(message.id))
            (review,) = await instance.pending()
            assert await listening.next(5) == {"queue", f"review:{review.id}"}
            with suppress(Undone):
                async with instance.database.write() as uow:
                    uow.reviews.tell(review.id)
                    raise Undone
            assert await listening.next(0.3) == frozenset()
    finally:
        if listener is not None:
            await listener.stop()


async def test_views_are_kept_sealed_and_shared_by_choice(instance: Instance) -> None:
    milo = await colleague(instance)
    queue = pages(instance)
    await queue.save_view("Big ones", "amount>50", is_shared=True, by=instance.collector)
    await queue.save_view("Petra", "petra", is_shared=False, by=instance.collector)
    await instance.work(mail())

    async def tabs(reader: SignedIn) -> dict[str, int | None]:
        return {tab.name: tab.count for tab in (await queue.page("", reader=reader)).tabs if tab.view_id}

    assert await tabs(instance.collector) == {"Big ones": 1, "Petra": 1}
    assert await tabs(milo) == {"Big ones": 1}
    async with instance.database.read() as uow:
        rows = (await uow.session.scalars(sa.select(SavedViewRow))).all()
    assert not any(b"etra" in row.sealed for row in rows)
    with pytest.raises(NotAllowed):
        await queue.remove_view(rows[0].id, by=milo)
    await queue.remove_view(rows[0].id, by=instance.collector)
    assert await tabs(instance.collector) == {"Petra": 1}
    with pytest.raises(Invalid):
        await queue.save_view("Nonsense", "label:nonsense", is_shared=False, by=instance.collector)
    for number in range(MOST_VIEWS - 1):
        await queue.save_view(f"Shared {number}", "amount>50", is_shared=True, by=instance.collector)
    await queue.save_view("Of Milo's own, beside those shared", "amount>5", is_shared=False, by=milo)


async def test_many_writers_do_not_wait_for_each_others_counts(instance: Instance) -> None:
    await asyncio.gather(*(instance.receive(mail(subject=f"mail {n}")) for n in range(8)))
    async with instance.database.read() as uow:
        assert (await uow.messages.counts())[MessageState.IN_WORK] == 8
