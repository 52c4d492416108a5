"""Test items: who sees them, that nothing planted ever leaves, and what is counted, on both databases."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from datetime import timedelta
from email import message_from_bytes
from email.policy import default
from typing import Any

import pytest
import sqlalchemy as sa

from app.audit.casework import casework
from app.db.repositories.handled import HandledReviews
from app.db.tables.ledger import CustomerRow
from app.db.tables.mail import PayloadRow
from app.db.tables.oversight import Switch
from app.db.tables.system import Chain
from app.db.tables.work import PlantedRow, ReviewRow
from app.domain.audit import verify
from app.domain.directions import Correction
from app.domain.errors import Invalid, ReviewAlreadyDecided, WasPlanted
from app.domain.intents import Intent, Route, Tone
from app.domain.message import MessageState
from app.domain.people import SignedIn
from app.domain.planted import Planted, Verdict
from app.domain.proposal import Facts, IntentFinding
from app.domain.review import Action, OutboxState, ReviewState, Role
from app.identity.service import IdentityService
from app.performance.service import WorkService
from app.policies.loading import load_policy
from app.review.bulk import Bulk, Deed, Pick
from app.review.desk import DeskService
from app.review.item_view import CaseView
from app.review.pages import ReviewPages
from app.review.queue import QueuePages
from app.review.together import Together
from app.steering.service import SteeringService
from app.triage.guidance import GuidanceService
from tests.instances import Instance, mail

TRUE = """Dear Petra Vane,

Thank you for your e-mail. Your payment of 100.00 EUR for INV-1 is noted, planned for 5 June 2026.

Kind regards,
Seller, Receivables"""


async def plant(instance: Instance, raw: bytes = b"") -> tuple[ReviewRow, Planted]:
    """A mail whose review shows a fault: the lot falls on every one."""
    await _draw(instance, 1)
    instance.mind.route, instance.mind.says = Route.AUTO, TRUE
    (review,) = await instance.work(raw or mail(message_id="first@customer.example"))
    return review, await fault_of(instance, review)


async def _draw(instance: Instance, one_in: int) -> None:
    async with instance.database.write() as uow:
        await uow.oversight.set(Switch.PLANTED_ONE_IN, one_in, by=None)


async def fault_of(instance: Instance, review: ReviewRow) -> Planted:
    async with instance.database.read() as uow:
        found = await uow.planted.of_review(review.id)
    assert found is not None
    return found[1]


async def verdicts(instance: Instance) -> list[Verdict | None]:
    async with instance.database.read() as uow:
        return list(await uow.session.scalars(sa.select(PlantedRow.verdict).order_by(PlantedRow.planted_at)))


async def case(instance: Instance, review: ReviewRow, reader: SignedIn | None = None) -> CaseView:
    pages = ReviewPages(instance.database, instance.clock, undo_seconds=30, policy=load_policy())
    return await pages.case(review.id, reader=reader or instance.collector, editing=False)


async def body_shown(instance: Instance, review: ReviewRow) -> str:
    draft = (await case(instance, review)).draft
    assert draft is not None
    return draft.body


async def entries(instance: Instance) -> list[tuple[str, str, dict[str, Any]]]:
    async with instance.database.read() as uow:
        links = [link async for link in uow.audit.links(Chain.DECISIONS)]
    assert verify(links).first_bad is None
    bodies = [json.loads(link.body) for link in links]
    return [(body["kind"], body["actor"], body["refs"]) for body in bodies if "test" in body["kind"]]


async def nothing_left(instance: Instance) -> bool:
    async with instance.database.read() as uow:
        outbox = await uow.outbox.page(state=None, after=None, limit=9)
    return not outbox and instance.sender.sent == []


def desk(instance: Instance) -> DeskService:
    return DeskService(instance.database, instance.clock)


def bulk(instance: Instance) -> Bulk:
    together = Together(instance.database, instance.clock)
    queue = QueuePages(instance.database, together, load_policy(), instance.clock, undo_seconds=30)
    return Bulk(queue, instance.reviews, desk(instance))


def work(instance: Instance) -> WorkService:
    return WorkService(instance.database, instance.clock)


async def add_manager(instance: Instance) -> SignedIn:
    identity = IdentityService(instance.database, instance.clock)
    email = "mara@seller.example"
    user_id = await identity.add_user(email=email, name="Mara", role=Role.MANAGER, password="a long password")
    return SignedIn(user_id, "Mara", email, Role.MANAGER)


async def approve(instance: Instance, review: ReviewRow, body: str | None = None) -> str:
    """As it stands, or with this text. Returns the outbox id."""
    current = await instance.current(review)
    words: dict[str, Any] = {} if body is None else {"subject": "Re: Reminder", "body": body}
    action = Action.APPROVE if body is None else Action.EDIT
    decided = await instance.reviews.decide(review.id, action, version=current.version, by=instance.collector, **words)
    return str(decided.outbox_id)


async def test_approving_what_is_planted_sends_nothing_and_the_true_draft_is_decided_again(instance: Instance) -> None:
    review, fault = await plant(instance)
    shown = await case(instance, review)
    assert shown.draft is not None
    assert (shown.draft.body, shown.draft.body != TRUE) == (fault.draft.body, True)
    assert (shown.test, shown.banners) == (None, ())
    assert not [entry for entry in shown.timeline if "test" in entry.kind]
    decide, by = instance.reviews.decide, instance.collector
    at_once = await asyncio.gather(
        *(decide(review.id, Action.APPROVE, version=review.version, by=by) for _ in range(8)), return_exceptions=True
    )
    (told,) = [answer for answer in at_once if isinstance(answer, WasPlanted)]
    assert fault.shown in str(told)
    assert (told.version, told.state) == (review.version + 1, "pending")
    assert all(isinstance(answer, ReviewAlreadyDecided) for answer in at_once)
    assert await nothing_left(instance)
    again = await instance.current(review)
    assert (again.state, again.version, again.decided_by) == (ReviewState.PENDING, review.version + 1, None)
    assert (await instance.messages())[0].state is MessageState.PENDING
    after = await case(instance, review)
    assert after.draft is not None
    assert after.draft.body == TRUE
    assert after.test is not None
    assert (after.test.verdict, after.test.was, after.test.shown) == ("missed", fault.was, fault.shown)
    assert (await case(instance, review, await add_manager(instance))).test is None, "a colleague is told nothing"
    assert [entry.kind for entry in after.timeline] == [entry.kind for entry in shown.timeline]
    outbox_id = await approve(instance, review)
    instance.clock.advance(seconds=31)
    await instance.outbox.work(outbox_id)
    (raw,) = instance.sender.sent
    assert TRUE in message_from_bytes(raw, policy=default).get_content().replace("\r\n", "\n")
    (planted, missed) = await entries(instance)
    assert (planted[0], set(planted[2])) == ("review.test.planted", {"planted_id", "fault"}), "it names no review"
    assert missed[:2] == ("review.test.missed", "duebox"), "nor does the verdict name a person"
    assert missed[2]["review_id"] == str(review.id)


Act = Callable[[Instance, ReviewRow, Planted], Awaitable[object]]


async def _send_back(instance: Instance, review: ReviewRow, _fault: Planted) -> None:
    by = instance.collector
    await instance.reviews.decide(review.id, Action.SEND_BACK, version=review.version, by=by, note="The sum is wrong.")


async def _ignore(instance: Instance, review: ReviewRow, _fault: Planted) -> None:
    by = instance.collector
    await instance.reviews.decide(review.id, Action.IGNORE, version=review.version, by=by, reason="spam")


async def _escalate(instance: Instance, review: ReviewRow, _fault: Planted) -> None:
    manager = await add_manager(instance)
    assert manager.id is not None
    await desk(instance).escalate(review.id, manager.id, "Look!", version=review.version, by=instance.collector)


async def _mend(instance: Instance, review: ReviewRow, _fault: Planted) -> None:
    await approve(instance, review, f"{TRUE}\n\nP.S. Thank you.")


async def _write_around_it(instance: Instance, review: ReviewRow, fault: Planted) -> None:
    await approve(instance, review, f"Hello!\n\n{fault.draft.body}")


@pytest.mark.parametrize(
    ("act", "verdict"),
    [
        (_send_back, Verdict.CAUGHT),
        (_ignore, Verdict.CAUGHT),
        (_escalate, Verdict.CAUGHT),
        (_mend, Verdict.CAUGHT),
        (_write_around_it, Verdict.MISSED),
    ],
)
async def test_no_decision_on_a_test_item_is_carried_out(instance: Instance, act: Act, verdict: Verdict) -> None:
    review, fault = await plant(instance)
    with pytest.raises(WasPlanted):
        await act(instance, review, fault)
    assert await verdicts(instance) == [verdict]
    assert await nothing_left(instance)
    again = await instance.current(review)
    assert (again.state, again.version, again.assignee_id) == (ReviewState.PENDING, review.version + 1, None)
    (message,) = await instance.messages()
    assert (message.state, message.run) == (MessageState.PENDING, 1)
    after = await case(instance, review)
    assert after.draft is not None
    assert after.draft.body == TRUE
    assert after.test is not None
    assert after.test.is_kept is (act is _mend), "what was written without the fault is kept"
    await approve(instance, review)
    assert (await instance.current(review)).edited_id is None


async def test_approving_several_stops_at_the_test_item_and_a_policy_never_sends_one(instance: Instance) -> None:
    review, _ = await plant(instance)
    steering = SteeringService(instance.database, load_policy(), None, instance.clock)
    await steering.activate({"cell:payment_promise:standard": "send"}, reason="trusted", by=instance.collector)
    await instance.reviews.work(str(review.id))
    assert (await verdicts(instance), await nothing_left(instance)) == ([None], True)
    picked = [Pick(review.id, review.version)]
    done = await bulk(instance).carry_out(Deed.APPROVE, picked, by=instance.collector)
    assert (done.done, done.left, done.test) == (0, 1, review.id)
    assert (await verdicts(instance), await nothing_left(instance)) == ([Verdict.MISSED], True)
    (alone,) = [
        other
        for other in await instance.work(mail("We pay INV-1 on Monday.", message_id="second@customer.example"))
        if other.id != review.id
    ]
    assert len(await verdicts(instance)) == 1, "what policy may send alone is no test item"
    await instance.reviews.work(str(alone.id))
    assert (await instance.current(alone)).state is ReviewState.APPROVED


async def test_what_was_planted_is_refused_at_the_door_whoever_approved_it(instance: Instance) -> None:
    review, fault = await plant(instance)
    with pytest.raises(WasPlanted):
        await approve(instance, review)
    outbox_id = await approve(instance, review, f"Hello again.\n\n{fault.draft.body}\n\nP.S. Thank you.")
    instance.clock.advance(seconds=31)
    await instance.outbox.work(outbox_id)
    assert instance.sender.sent == []
    async with instance.database.read() as uow:
        (row,) = await uow.outbox.page(state=None, after=None, limit=9)
    assert row.state is OutboxState.CANCELLED
    assert (await instance.current(review)).state is ReviewState.PENDING


async def test_who_had_it_open_while_another_was_told_is_stopped_too(instance: Instance) -> None:
    review, fault = await plant(instance)
    manager = await add_manager(instance)
    with pytest.raises(WasPlanted):
        await approve(instance, review)
    words: dict[str, Any] = {"subject": "Re: Reminder", "body": f"{fault.draft.body}\n\nP.S. Thank you."}
    current = await instance.current(review)
    with pytest.raises(WasPlanted):
        await instance.reviews.decide(review.id, Action.EDIT, version=current.version, by=manager, **words)
    assert await verdicts(instance) == [Verdict.MISSED], "it is counted once"
    assert (await instance.current(review)).state is ReviewState.PENDING


async def _newer_mail(instance: Instance, _review: ReviewRow) -> None:
    await _draw(instance, 0)
    await instance.work(mail("One more thing.", references=["first@customer.example"]))


async def _redraft(instance: Instance, review: ReviewRow) -> None:
    guidance = GuidanceService(instance.database, instance.mind, instance.clock)
    await guidance.redraft(review.id, version=review.version, by=instance.collector, tone=Tone.WARM)


async def _switch_off(instance: Instance, _review: ReviewRow) -> None:
    await work(instance).plant(0, by=instance.collector)


@pytest.mark.parametrize("happen", [_newer_mail, _redraft, _switch_off])
async def test_it_is_withdrawn_without_a_word_once_something_newer_is_known(
    instance: Instance, happen: Callable[[Instance, ReviewRow], Awaitable[None]]
) -> None:
    review, fault = await plant(instance)
    await happen(instance, review)
    assert await verdicts(instance) == [Verdict.WITHDRAWN]
    again = await instance.current(review)
    assert again.version > review.version, "whoever has the fault on their screen must look again"
    after = await case(instance, review)
    assert (await body_shown(instance, review), after.test) == (TRUE, None)
    with pytest.raises(WasPlanted):
        await approve(instance, review, f"{fault.draft.body}\n\nP.S.")
    assert (await verdicts(instance), await nothing_left(instance)) == ([Verdict.MISSED], True)
    await approve(instance, review)
    assert not await nothing_left(instance)


async def test_a_corrected_mail_is_no_test_item_any_more(instance: Instance) -> None:
    review, _ = await plant(instance)
    guidance = GuidanceService(instance.database, instance.mind, instance.clock)
    said = Correction((IntentFinding(Intent.QUERY, 1.0),), Facts(), "C-1")
    await guidance.correct(review.id, said, version=review.version, by=instance.collector)
    await instance.triage.work(str(review.message_id))
    (again,) = await instance.pending()
    assert await verdicts(instance) == [Verdict.WITHDRAWN]
    assert await body_shown(instance, again) == TRUE


async def test_putting_off_giving_away_and_noting_leave_it_planted(instance: Instance) -> None:
    review, fault = await plant(instance)
    by, at_desk = instance.collector, desk(instance)
    await at_desk.snooze(review.id, instance.clock() + timedelta(days=1), version=review.version, by=by)
    await at_desk.assign(review.id, by.id, version=review.version + 1, by=by)
    await at_desk.remark(review.id, "Nice customer.", by=by)
    assert (await verdicts(instance), await body_shown(instance, review)) == ([None], fault.draft.body)
    async with instance.database.read() as uow:
        run = (await casework(uow, review.message_id)).newest
        sealed = await uow.session.scalar(sa.select(PayloadRow).where(PayloadRow.kind == "planted"))
    assert run is not None
    assert run.proposal is not None
    assert run.proposal.draft is not None
    assert run.proposal.draft.body == TRUE, "evidence holds what the agent wrote"
    assert sealed is not None
    assert sealed.conversation_id == review.conversation_id, "it is erased with its conversation"


@pytest.mark.parametrize("unfit", ["off", "natural_person", "strategic", "intent", "stranger"])
async def test_nothing_is_planted_where_it_might_hurt(instance: Instance, unfit: str) -> None:
    await _draw(instance, 0 if unfit == "off" else 1)
    instance.mind.route, instance.mind.says = Route.AUTO, TRUE
    if unfit == "intent":
        instance.mind.intent = Intent.DISPUTE
    if unfit in {"natural_person", "strategic"}:
        async with instance.database.write() as uow:
            await uow.session.execute(sa.update(CustomerRow).values({unfit: True}))
    sender = "X <x@elsewhere.example>" if unfit == "stranger" else "Petra Vane <petra@customer.example>"
    (review,) = await instance.work(mail(sender=sender))
    assert (await verdicts(instance), await body_shown(instance, review)) == ([], TRUE)


async def test_figures_count_test_items_and_nothing_else_counts_them(instance: Instance) -> None:
    review, fault = await plant(instance)
    with pytest.raises(WasPlanted):
        await approve(instance, review)
    instance.clock.advance(minutes=2)
    await approve(instance, review)
    await _draw(instance, 0)
    instance.clock.advance(minutes=2)
    await instance.work(mail("We pay INV-1 on Monday.", message_id="second@customer.example"))
    (plain,) = await instance.pending()
    instance.clock.advance(minutes=3)
    await approve(instance, plain)
    view = await work(instance).everybody(4)
    planting = view.planting
    assert (planting.one_in, planting.total.planted, planting.total.missed, planting.total.rate) == (0, 1, 1, 0.0)
    assert planting.total.reach == pytest.approx((0.0, 0.79), abs=0.01)
    assert [(each.name, each.missed) for each in planting.by_fault] == [(fault.fault.value, 1)]
    assert [(week.missed, monday.weekday()) for monday, week in planting.weeks] == [(1, 0)]
    assert (view.figures.decided, view.figures.unedited.whole, view.figures.overruled.whole) == (2, 1, 1)
    assert (view.figures.first_touch.count, view.figures.handling.count) == (1, 1)
    assert (view.figures.first_touch.half, view.figures.handling.half) == (180, 300)
    assert view.by_person is None
    async with instance.database.read() as uow:
        tested = [row.was_tested for row in await HandledReviews(uow.session).since(instance.clock.now.replace(day=1))]
    assert sorted(tested) == [False, True]
    own = await work(instance).own(4, instance.collector)
    assert (own.catches.caught, own.catches.missed) == (0, 1)
    manager = await add_manager(instance)
    assert (await work(instance).own(4, manager)).catches.planted == 0


async def test_switching_is_a_decision_with_who_and_when(instance: Instance) -> None:
    for wrong in (1, 19, 501, -1):
        with pytest.raises(Invalid, match="20 to 500"):
            await work(instance).plant(wrong, by=instance.collector)
    await work(instance).plant(40, by=instance.collector)
    await work(instance).plant(40, by=instance.collector)
    planting = (await work(instance).everybody(4)).planting
    assert (planting.one_in, planting.who, planting.since) == (40, "Ines Halvard", instance.clock())
    await work(instance).plant(0, by=instance.collector)
    switched = [refs for kind, _, refs in await entries(instance) if kind == "quality.tests.switched"]
    assert switched == [{"one_in_before": 0, "one_in": 40}, {"one_in_before": 40, "one_in": 0}]
