"""From a stored mail to a decided one: triage, decision, send, on both databases."""

import asyncio
from datetime import timedelta
from email import message_from_bytes
from email.policy import default

import pytest
import sqlalchemy as sa

from app.db.tables.ledger import InvoiceRow
from app.db.tables.system import Chain
from app.domain.audit import verify
from app.domain.errors import Invalid, NotAllowed, ReviewAlreadyDecided
from app.domain.intents import Route
from app.domain.message import MessageState
from app.domain.people import SignedIn
from app.domain.ports import Delivery, SendResult
from app.domain.review import Action, OutboxState, Outcome, ReviewState, Role
from tests.instances import Instance, mail


async def _approved(instance: Instance, *mails: bytes) -> str:
    """Work mails, approve the first review, let the undo window pass. Returns the outbox id."""
    (review, *_) = await instance.work(*(mails or (mail(),)))
    decided = await instance.reviews.decide(review.id, Action.APPROVE, version=review.version, by=instance.collector)
    instance.clock.advance(seconds=31)
    return str(decided.outbox_id)


async def _outbox_state(instance: Instance, outbox_id: str) -> OutboxState:
    async with instance.database.read() as uow:
        (row,) = [row for row in await uow.outbox.page(state=None, after=None, limit=10) if str(row.id) == outbox_id]
        return row.state


async def _verify_chain(instance: Instance) -> None:
    async with instance.database.read() as uow:
        verdict = verify([link async for link in uow.audit.links(Chain.DECISIONS)])
    assert verdict.first_bad is None
    assert verdict.entries > 0


async def test_approved_mail_leaves_once_threaded_and_to_its_writer(instance: Instance) -> None:
    outbox_id = await _approved(instance, mail(subject="Invoice INV-1", message_id="a1@customer.example"))
    await instance.outbox.work(outbox_id)
    await instance.outbox.work(outbox_id)
    (raw,) = instance.sender.sent
    sent = message_from_bytes(raw, policy=default)
    assert sent["To"] == "Petra Vane <petra@customer.example>"
    assert sent["In-Reply-To"] == "<a1@customer.example>"
    assert sent["References"] == "<a1@customer.example>"
    assert sent["Message-ID"] == f"<{outbox_id}@seller.example>"
    assert sent["Auto-Submitted"] is None
    assert sent["X-AI-Generated"] == "draft; human-approved=yes"
    assert "We have noted it." in sent.get_content()
    assert "> We will pay INV-1 on Friday." in sent.get_content()
    (message,) = await instance.messages()
    assert message.state is MessageState.DECIDED
    await _verify_chain(instance)


async def test_200_simultaneous_approvals_make_one_send(instance: Instance) -> None:
    (review,) = await instance.work(mail())

    async def approve() -> object:
        try:
            return await instance.reviews.decide(
                review.id, Action.APPROVE, version=review.version, by=instance.collector
            )
        except ReviewAlreadyDecided as lost:
            return lost

    results = await asyncio.gather(*(approve() for _ in range(200)))
    lost = [result for result in results if isinstance(result, ReviewAlreadyDecided)]
    assert len(lost) == 199
    assert {(each.state, each.decided_by) for each in lost} == {("approved", "Ines Halvard")}
    async with instance.database.read() as uow:
        assert len(await uow.outbox.page(state=None, after=None, limit=10)) == 1


async def test_a_stale_version_is_refused(instance: Instance) -> None:
    (review,) = await instance.work(mail(message_id="a1@customer.example"))
    await instance.work(mail("One more thing.", references=["a1@customer.example"]))
    with pytest.raises(ReviewAlreadyDecided):
        await instance.reviews.decide(review.id, Action.APPROVE, version=review.version, by=instance.collector)


async def test_undo_brings_the_item_back_and_nothing_leaves(instance: Instance) -> None:
    (review,) = await instance.work(mail())
    decided = await instance.reviews.decide(review.id, Action.APPROVE, version=review.version, by=instance.collector)
    await instance.reviews.undo(review.id, by=instance.collector)
    instance.clock.advance(minutes=5)
    await instance.outbox.work(str(decided.outbox_id))
    assert instance.sender.sent == []
    (again,) = await instance.pending()
    assert again.version > review.version
    await instance.reviews.decide(again.id, Action.APPROVE, version=again.version, by=instance.collector)


async def test_a_sent_mail_cannot_be_undone(instance: Instance) -> None:
    outbox_id = await _approved(instance)
    await instance.outbox.work(outbox_id)
    async with instance.database.read() as uow:
        (review,) = await uow.reviews.page(state=ReviewState.APPROVED, after=None, limit=5)
    with pytest.raises(Invalid, match="cannot be called back"):
        await instance.reviews.undo(review.id, by=instance.collector)


async def test_send_back_starts_a_new_run_with_the_note(instance: Instance) -> None:
    (review,) = await instance.work(mail())
    await instance.reviews.decide(
        review.id, Action.SEND_BACK, version=review.version, by=instance.collector, note="Ask for the date."
    )
    (message,) = await instance.messages()
    assert (message.state, message.run) == (MessageState.IN_WORK, 2)
    await instance.triage.work(str(message.id))
    (again,) = await instance.pending()
    assert again.id != review.id


async def test_send_back_needs_a_note(instance: Instance) -> None:
    (review,) = await instance.work(mail())
    with pytest.raises(Invalid, match="say what should be different"):
        await instance.reviews.decide(review.id, Action.SEND_BACK, version=1, by=instance.collector)


async def test_an_auditor_reads_and_does_not_decide(instance: Instance) -> None:
    (review,) = await instance.work(mail())
    auditor = SignedIn(instance.collector.id, "Noor", "noor@seller.example", Role.AUDITOR)
    with pytest.raises(NotAllowed):
        await instance.reviews.decide(review.id, Action.IGNORE, version=1, by=auditor)


async def test_machine_mail_gets_no_answer_and_one_key_brings_it_to_the_queue(instance: Instance) -> None:
    await instance.work(mail("I am away.", headers=[("Auto-Submitted", "auto-replied")]))
    (message,) = await instance.messages()
    assert message.state is MessageState.NO_ANSWER
    await instance.reviews.needs_answer(message.id, by=instance.collector)
    assert len(await instance.pending()) == 1


async def test_triage_twice_makes_one_proposal(instance: Instance) -> None:
    (message,) = await instance.receive(mail())
    await asyncio.gather(*(instance.triage.work(str(message.id)) for _ in range(5)))
    assert len(await instance.pending()) == 1


async def test_unreadable_mail_keeps_its_bytes_and_can_be_tried_again(instance: Instance) -> None:
    raw = mail(headers=[("X-Unreadable", "yes")])
    (message,) = await instance.receive(raw)
    await instance.triage.work(str(message.id))
    (message,) = await instance.messages()
    assert (message.state, message.error, message.attempts) == (MessageState.QUARANTINED, "parse_failed", 1)
    async with instance.database.read() as uow:
        assert await uow.words.get(message.raw_id) == raw
    await instance.triage.retry(message.id, by=instance.collector)
    (message,) = await instance.messages()
    assert message.state is MessageState.IN_WORK


@pytest.mark.parametrize(
    ("delivery", "state"),
    [
        (Delivery(SendResult.REFUSED, "550"), OutboxState.FAILED),
        (Delivery(SendResult.TRY_LATER, "450"), OutboxState.READY),
        (Delivery(SendResult.UNKNOWN, "lost_after_data"), OutboxState.UNKNOWN),
    ],
)
async def test_each_outcome_has_its_state(instance: Instance, delivery: Delivery, state: OutboxState) -> None:
    instance.sender.script.append(delivery)
    outbox_id = await _approved(instance)
    await instance.outbox.work(outbox_id)
    assert await _outbox_state(instance, outbox_id) is state


async def test_an_unknown_outcome_is_never_retried_without_a_word(instance: Instance) -> None:
    instance.sender.script.append(Delivery(SendResult.UNKNOWN, "lost_after_data"))
    outbox_id = await _approved(instance)
    for _ in range(3):
        await instance.outbox.work(outbox_id)
    assert len(instance.sender.sent) == 1
    async with instance.database.read() as uow:
        (row,) = await uow.outbox.page(state=OutboxState.UNKNOWN, after=None, limit=5)
    await instance.outbox.resolve(row.id, Outcome.SEND_AGAIN, by=instance.collector)
    await instance.outbox.work(outbox_id)
    first, second = instance.sender.sent
    assert first == second
    assert await _outbox_state(instance, outbox_id) is OutboxState.SENT


@pytest.mark.parametrize(
    ("has_begun", "state"), [(False, OutboxState.SENT), (True, OutboxState.UNKNOWN)], ids=["before", "after"]
)
async def test_a_mail_whose_sender_died_is_unknown_once_its_body_may_have_left(
    instance: Instance, has_begun: bool, state: OutboxState
) -> None:
    outbox_id = await _approved(instance)
    dead = "a worker that dies"
    async with instance.database.write() as uow:
        (row,) = await uow.outbox.page(state=None, after=None, limit=5)
        await uow.outbox.make_ready(row.id)
        assert await uow.outbox.claim(row.id, claimed_by=dead)
        assert not has_begun or await uow.outbox.begin(row.id, claimed_by=dead)
    await instance.outbox.work(outbox_id)
    assert len(instance.sender.sent) == (state is OutboxState.SENT)
    assert await _outbox_state(instance, outbox_id) is state
    async with instance.database.write() as uow:
        assert not await uow.outbox.begin(row.id, claimed_by=dead), "a zombie must not put it on the wire"


async def test_what_is_not_sent_within_a_day_is_void(instance: Instance) -> None:
    outbox_id = await _approved(instance)
    instance.clock.advance(hours=25)
    await instance.outbox.work(outbox_id)
    assert instance.sender.sent == []
    (review,) = await instance.pending()
    assert "changed_since_approval" in review.reasons


async def test_mail_that_is_still_unread_delays_the_send(instance: Instance) -> None:
    outbox_id = await _approved(instance, mail(message_id="a1@customer.example"))
    await instance.receive(
        mail("I am away.", references=["a1@customer.example"], headers=[("Auto-Submitted", "auto-replied")])
    )
    await instance.outbox.work(outbox_id)
    assert instance.sender.sent == []
    assert await _outbox_state(instance, outbox_id) is OutboxState.READY
    for message in await instance.messages():
        await instance.triage.work(str(message.id))
    await instance.outbox.work(outbox_id)
    assert len(instance.sender.sent) == 1, "a machine's mail does not void an approval"


async def test_an_auto_answer_under_draft_waits_for_a_person(instance: Instance) -> None:
    instance.mind.route = Route.AUTO
    (review,) = await instance.work(mail())
    assert review.reasons == ["approval_required"]


async def test_every_received_mail_is_in_one_place(instance: Instance) -> None:
    await instance.work(mail(), mail(), mail("away", headers=[("Auto-Submitted", "auto-replied")]))
    await instance.receive(mail())
    async with instance.database.read() as uow:
        counts = await uow.messages.counts()
    assert sum(counts.values()) == 4
    assert counts[MessageState.IN_WORK] == 1
    assert counts[MessageState.NO_ANSWER] == 1


async def test_an_answer_in_an_erased_conversation_starts_a_new_one(instance: Instance) -> None:
    (first,) = await instance.receive(mail(message_id="a1@customer.example"))
    async with instance.database.write() as uow:
        (await uow.messages.conversation(first.conversation_id)).sealed_key = None
    _, second = await instance.receive(mail(references=["a1@customer.example"], subject="Another"))
    assert second.conversation_id != first.conversation_id


async def test_a_mail_without_message_id_is_recognised_when_it_comes_again(instance: Instance) -> None:
    raw = mail().replace(b"Message-ID:", b"X-Not-It:")
    assert len(await instance.receive(raw)) == 1
    assert len(await instance.receive(raw)) == 1


async def test_the_same_message_id_with_other_words_is_another_mail(instance: Instance) -> None:
    await instance.receive(mail("first", message_id="a1@customer.example"))
    assert len(await instance.receive(mail("second", message_id="a1@customer.example"))) == 2


async def test_the_undo_window_is_kept(instance: Instance) -> None:
    (review,) = await instance.work(mail())
    decided = await instance.reviews.decide(review.id, Action.APPROVE, version=1, by=instance.collector)
    assert decided.send_after == instance.clock() + timedelta(seconds=30)
    await instance.outbox.work(str(decided.outbox_id))
    assert instance.sender.sent == []


@pytest.mark.parametrize("account", ["GB33 BUKB 2020 1555 5555 55", "sort code 20-20-15, account number 55555555"])
async def test_a_strange_account_number_never_leaves_even_if_a_person_wrote_it(
    instance: Instance, account: str
) -> None:
    (review,) = await instance.work(mail())
    with pytest.raises(Invalid, match="none of ours"):
        await instance.reviews.decide(
            review.id,
            Action.EDIT,
            version=review.version,
            by=instance.collector,
            subject="Re: Reminder",
            body=f"Please pay to {account}.",
        )
    assert (await instance.pending())[0].version == review.version


async def test_the_number_of_an_invoice_is_no_strange_account(instance: Instance) -> None:
    (review,) = await instance.work(mail())
    async with instance.database.write() as uow:
        await uow.session.execute(sa.update(InvoiceRow).values(number="4500012345"))
    decided = await instance.reviews.decide(
        review.id,
        Action.EDIT,
        version=review.version,
        by=instance.collector,
        subject="Re: Reminder",
        body="Auf dem Konto 4500012345 sehen wir keine Zahlung.",
    )
    assert decided.state is ReviewState.APPROVED
