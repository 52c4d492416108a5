"""What may never happen, tried: each test is a story in which an earlier version of Duebox did it."""

from dataclasses import replace
from decimal import Decimal

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import OperationalError

from app.db.tables.ledger import CustomerRow, InvoiceRow
from app.db.tables.mail import ConversationRow, SentCopy
from app.domain.account import InvoiceStatus
from app.domain.case import Case
from app.domain.errors import Invalid
from app.domain.intents import Autonomy, Reason, Route
from app.domain.message import Cut, MessageState
from app.domain.policy import AutonomyRule, Policy, Situation, decide
from app.domain.ports import Delivery, MayBegin, SendResult, Thought
from app.domain.proposal import PromiseFact
from app.domain.review import Action, OutboxState, Outcome, ReviewState
from app.intake.history import History
from app.intake.incoming import Incoming
from app.policies.loading import load_policy
from app.review.service import ReviewService
from app.triage.service import TriageService
from tests.instances import Instance, mail

FIRST = "a1@customer.example"


def _autonomous(instance: Instance, **changes: bool) -> Policy:
    """Let every answer leave alone."""
    policy = replace(load_policy(), autonomy=(AutonomyRule("*", "*", Autonomy.SEND),), **changes)  # type: ignore[arg-type]
    instance.mind.route = Route.AUTO
    instance.triage = TriageService(instance.database, instance.mind, policy, instance.clock)
    instance.reviews = ReviewService(instance.database, policy, instance.clock, undo_seconds=30)
    return policy


async def _approve(instance: Instance, *mails: bytes) -> str:
    (review, *_) = await instance.work(*(mails or (mail(message_id=FIRST),)))
    decided = await instance.reviews.decide(review.id, Action.APPROVE, version=review.version, by=instance.collector)
    instance.clock.advance(seconds=31)
    return str(decided.outbox_id)


async def _state(instance: Instance) -> OutboxState:
    async with instance.database.read() as uow:
        return (await uow.outbox.page(state=None, after=None, limit=10))[-1].state


async def test_an_answer_leaves_alone_where_policy_says_so_and_says_that_a_machine_wrote_it(instance: Instance) -> None:
    _autonomous(instance)
    (review,) = await instance.work(mail())
    await instance.reviews.work(str(review.id))
    instance.clock.advance(seconds=31)
    async with instance.database.read() as uow:
        (row,) = await uow.outbox.page(state=None, after=None, limit=5)
    await instance.outbox.work(str(row.id))
    (sent,) = instance.sender.sent
    assert b"Auto-Submitted: auto-replied" in sent
    assert b"X-AI-Generated: yes; human-approved=no" in sent
    assert b"To reach a person" in sent


async def test_nothing_leaves_alone_to_a_natural_person(instance: Instance) -> None:
    _autonomous(instance)
    async with instance.database.write() as uow:
        await uow.session.execute(sa.update(CustomerRow).values(natural_person=True))
    (review,) = await instance.work(mail())
    await instance.reviews.work(str(review.id))
    async with instance.database.read() as uow:
        assert await uow.outbox.page(state=None, after=None, limit=5) == []


async def test_it_does_not_leave_alone_after_a_newer_mail(instance: Instance) -> None:
    _autonomous(instance)
    first, _ = await instance.work(mail(message_id=FIRST), mail("We dispute it.", references=[FIRST]))
    await instance.reviews.work(str(first.id))
    async with instance.database.read() as uow:
        assert await uow.outbox.page(state=None, after=None, limit=5) == []


async def test_it_does_not_leave_alone_once_a_person_undid_it(instance: Instance) -> None:
    _autonomous(instance)
    (review,) = await instance.work(mail())
    await instance.reviews.work(str(review.id))
    await instance.reviews.undo(review.id, by=instance.collector)
    await instance.reviews.work(str(review.id))
    assert [message.state for message in await instance.messages()] == [MessageState.PENDING]


async def test_the_stop_button_stops_what_is_on_its_way(instance: Instance) -> None:
    _autonomous(instance)
    (review,) = await instance.work(mail())
    await instance.reviews.work(str(review.id))
    instance.clock.advance(seconds=31)
    instance.outbox._claims._sending_stopped = True  # noqa: SLF001  # as after a restart with the button pressed
    async with instance.database.read() as uow:
        (row,) = await uow.outbox.page(state=None, after=None, limit=5)
    await instance.outbox.work(str(row.id))
    assert instance.sender.sent == []
    assert len(await instance.pending()) == 1


@pytest.mark.parametrize("kind", ["unreadable", "too_large"])
async def test_a_newer_mail_that_nobody_could_read_voids_the_approval(instance: Instance, kind: str) -> None:
    outbox_id = await _approve(instance)
    stop = mail("STOP, see attachment", references=[FIRST], headers=[("X-Unreadable", "yes")])
    await instance.intake.store(
        instance.mailbox_id,
        [Incoming("webhook:x", stop, instance.clock(), Cut.TOO_LARGE if kind == "too_large" else Cut.NOT)],
    )
    for message in await instance.messages():
        await instance.triage.work(str(message.id))
    await instance.outbox.work(outbox_id)
    assert instance.sender.sent == []


async def test_a_ledger_that_moves_while_thinking_is_thought_about_anew(instance: Instance) -> None:
    think, thoughts = instance.mind.think, 0

    async def slow(case: Case) -> Thought:
        nonlocal thoughts
        thoughts += 1
        thought = await think(case)
        if thoughts == 1:
            async with instance.database.write() as uow:
                await uow.session.execute(sa.update(InvoiceRow).values(open_amount=0, status=InvoiceStatus.PAID))
                await uow.ledger.touch(["C-1"])
        return thought

    instance.mind.think = slow  # type: ignore[method-assign]  # a mind that is slow once
    (review,) = await instance.work(mail())
    assert thoughts == 2
    assert review.at_stake is None, "it is the newer ledger that was thought about"


async def test_a_killed_senders_mail_is_found_where_the_provider_files_it(instance: Instance) -> None:
    async with instance.database.write() as uow:
        (await uow.mailboxes.get(instance.mailbox_id)).sent_copy = SentCopy.SERVER
    outbox_id = await _approve(instance)
    async with instance.database.write() as uow:
        (row,) = await uow.outbox.page(state=None, after=None, limit=5)
        await uow.outbox.make_ready(row.id)
        assert await uow.outbox.claim(row.id, claimed_by="a worker that dies")
        assert await uow.outbox.begin(row.id, claimed_by="a worker that dies")
        instance.sent_folder.holds.add(row.rfc_message_id)
    await instance.outbox.work(outbox_id)
    assert await _state(instance) is OutboxState.SENT
    assert instance.sender.sent == []


async def test_a_known_outcome_outlives_a_database_that_is_away(instance: Instance) -> None:
    outbox_id = await _approve(instance)
    outcomes = instance.outbox._outcomes  # noqa: SLF001
    record, failures = outcomes._record, [OperationalError("x", {}, Exception())]  # noqa: SLF001

    async def once_away(*arguments: object) -> None:
        if failures:
            raise failures.pop()
        await record(*arguments)  # type: ignore[arg-type]

    outcomes._record = once_away  # type: ignore[assignment, method-assign]  # noqa: SLF001
    await instance.outbox.work(outbox_id)
    assert await _state(instance) is OutboxState.SENT


async def test_a_failed_mail_can_be_called_back_and_rewritten(instance: Instance) -> None:
    instance.sender.script.append(Delivery(SendResult.REFUSED, "550"))
    await instance.outbox.work(await _approve(instance))
    async with instance.database.read() as uow:
        (review,) = await uow.reviews.page(state=ReviewState.APPROVED, after=None, limit=5)
    await instance.reviews.undo(review.id, by=instance.collector)
    assert len(await instance.pending()) == 1


async def test_a_worker_taken_for_dead_that_did_send_is_believed(instance: Instance) -> None:
    outbox_id = await _approve(instance)
    send = instance.sender.send

    async def meanwhile(raw: bytes, *, may_begin: MayBegin, **_more: object) -> Delivery:
        """The lease runs out during the send: others find the mail `sending`, and a person says "send again"."""
        assert await may_begin()
        instance.sender.sent.append(raw)
        await instance.outbox.work(outbox_id)
        async with instance.database.read() as uow:
            (row,) = await uow.outbox.page(state=OutboxState.UNKNOWN, after=None, limit=5)
        await instance.outbox.resolve(row.id, Outcome.SEND_AGAIN, by=instance.collector)
        return Delivery(SendResult.SENT, "250")

    instance.sender.send = meanwhile  # type: ignore[assignment, method-assign]
    await instance.outbox.work(outbox_id)
    instance.sender.send = send  # type: ignore[method-assign]
    await instance.outbox.work(outbox_id)
    assert await _state(instance) is OutboxState.SENT
    assert len(instance.sender.sent) == 1


async def test_sending_back_one_mail_leaves_its_siblings_approval_alone(instance: Instance) -> None:
    first, second = await instance.work(mail(message_id=FIRST), mail("more", references=[FIRST]))
    decided = await instance.reviews.decide(first.id, Action.APPROVE, version=first.version, by=instance.collector)
    await instance.reviews.decide(
        second.id, Action.SEND_BACK, version=second.version, by=instance.collector, note="shorter"
    )
    for message in await instance.messages():
        await instance.triage.work(str(message.id))
    instance.clock.advance(seconds=31)
    await instance.outbox.work(str(decided.outbox_id))
    assert len(instance.sender.sent) == 1


async def test_a_colleagues_answer_is_remembered_until_the_mail_is_read(instance: Instance) -> None:
    (message,) = await instance.receive(mail(message_id=FIRST, headers=[("X-Unreadable", "yes")]))
    await instance.triage.work(str(message.id))
    answer = mail("Thanks!", sender="collections@seller.example", references=[FIRST])
    answer = answer.replace(b"To: collections@seller.example", b"To: petra@customer.example")
    instance.clock.advance(minutes=1)
    async with instance.database.write() as uow:
        await History(instance.clock).keep_answers(
            uow, instance.mailbox_id, [Incoming("imap:Sent:1:1", answer, instance.clock())]
        )
    await instance.triage.retry(message.id, by=instance.collector)
    instance.mind.readable = True
    await instance.triage.work(str(message.id))
    (message,) = await instance.messages()
    assert message.state is MessageState.DECIDED
    async with instance.database.read() as uow:
        assert len(await uow.reviews.page(state=ReviewState.ANSWERED_ELSEWHERE, after=None, limit=5)) == 1


async def test_one_message_id_on_two_mails_stays_two_by_any_path(instance: Instance) -> None:
    mails = [mail("first", message_id=FIRST), mail("second", message_id=FIRST)]
    assert len(await instance.receive(*mails)) == 2
    assert len(await instance.receive(*mails)) == 2


async def test_a_copy_of_an_erased_mail_is_taken_as_new(instance: Instance) -> None:
    raw = mail(message_id=FIRST)
    await instance.receive(raw)
    async with instance.database.write() as uow:
        await uow.session.execute(sa.update(ConversationRow).values(sealed_key=None))
    assert len(await instance.receive(raw)) == 2


async def test_an_absurd_amount_does_not_stop_a_mail(instance: Instance) -> None:
    think = instance.mind.think

    async def absurd(case: Case) -> Thought:
        thought = await think(case)
        promise = PromiseFact(amount=Decimal("99999999999999999999"), currency="EURO")
        facts = replace(thought.proposal.facts, promise=promise)
        return replace(thought, proposal=replace(thought.proposal, facts=facts))

    instance.mind.think = absurd  # type: ignore[method-assign]
    assert len(await instance.work(mail())) == 1


@pytest.mark.parametrize("sender", ["Jürgen <jürgen@müller.example>", "=?utf-8?q?x?= <a@b.example,v@z.example>"])
async def test_an_address_that_could_be_two_or_none_is_not_written_to(instance: Instance, sender: str) -> None:
    (review,) = await instance.work(mail().replace(b"Petra Vane <petra@customer.example>", sender.encode()))
    with pytest.raises(Invalid, match="no sender address"):
        await instance.reviews.decide(review.id, Action.APPROVE, version=1, by=instance.collector)
    assert len(await instance.pending()) == 1


async def test_giving_up_a_send_is_written_down(instance: Instance) -> None:
    outbox_id = await _approve(instance)
    await instance.outbox.give_up(outbox_id, "Boom")
    (message,) = await instance.messages()
    async with instance.database.read() as uow:
        kinds = [entry.kind for entry in await uow.audit.of_message(message.id, message.conversation_id)]
    assert kinds[-1] == "outbox.mail.failed"


def test_no_rule_answers_a_machine_or_passes_over_what_nobody_read() -> None:
    policy = load_policy()
    careless = replace(policy, rules=(replace(policy.rules[-1], name="all", route=Route.AUTO, reasons=()),))
    robot = Situation(frozenset(), frozenset(), 1.0, machine="auto-reply")
    assert decide(careless, robot).route is Route.NONE
    silent = replace(policy, rules=(replace(policy.rules[-1], name="none", route=Route.NONE, reasons=()),))
    unread = Situation(frozenset(), frozenset({Reason.UNREADABLE_ATTACHMENT}), 1.0)
    assert decide(silent, unread).route is Route.REVIEW
