"""What colleagues write past Duebox: which of it answers a customer, and which does not."""

import pytest

from app.domain.message import MessageState
from app.domain.review import Action, OutboxState, ReviewState
from app.intake.history import History
from app.intake.incoming import Incoming
from tests.instances import ADDRESS, Instance, mail

FIRST = "a1@customer.example"


def written(to: str, *, cc: str = "", refers_to: str = FIRST, subject: str = "Re: Reminder") -> bytes:
    """What a colleague wrote from another program."""
    references = [refers_to] if refers_to else []
    raw = mail("Done.", sender=ADDRESS, references=references, message_id="own@seller.example", subject=subject)
    recipients = f"To: {to}\n" + (f"Cc: {cc}\n" if cc else "")
    return raw.replace(f"To: {ADDRESS}\n".encode(), recipients.encode())


async def found_in_sent(instance: Instance, raw: bytes) -> None:
    async with instance.database.write() as uow:
        await History(instance.clock).keep_answers(
            uow, instance.mailbox_id, [Incoming("imap:Sent:1:1", raw, instance.clock())]
        )


async def closed(instance: Instance) -> int:
    async with instance.database.read() as uow:
        return len(await uow.reviews.page(state=ReviewState.ANSWERED_ELSEWHERE, after=None, limit=5))


async def approved(instance: Instance) -> str:
    (review,) = await instance.work(mail(message_id=FIRST))
    decided = await instance.reviews.decide(review.id, Action.APPROVE, version=review.version, by=instance.collector)
    instance.clock.advance(seconds=31)
    return str(decided.outbox_id)


async def outbox_state(instance: Instance) -> OutboxState:
    async with instance.database.read() as uow:
        (row,) = await uow.outbox.page(state=None, after=None, limit=5)
    return row.state


async def test_an_answer_of_which_the_mailbox_had_a_copy_closes_the_review(instance: Instance) -> None:
    answer = written("petra@customer.example", cc=ADDRESS)
    await instance.work(mail(message_id=FIRST), answer)
    (review,) = await instance.pending()
    await found_in_sent(instance, answer)
    assert await instance.pending() == []
    assert await closed(instance) == 1
    async with instance.database.read() as uow:
        assert (await uow.reviews.get(review.id)).state is ReviewState.ANSWERED_ELSEWHERE


async def test_the_copy_alone_voids_what_was_approved(instance: Instance) -> None:
    outbox_id = await approved(instance)
    await instance.work(written("petra@customer.example", cc=ADDRESS))
    await instance.outbox.work(outbox_id)
    assert instance.sender.sent == []
    assert await outbox_state(instance) is OutboxState.CANCELLED


async def test_the_copy_of_what_we_sent_ourselves_voids_nothing(instance: Instance) -> None:
    await instance.outbox.work(await approved(instance))
    (sent,) = instance.sender.sent
    (second,) = await instance.work(mail("And INV-1?", message_id="a2@customer.example", references=[FIRST]))
    await instance.work(sent)
    (same,) = await instance.pending()
    assert same.version == second.version


@pytest.mark.parametrize("to", ["boss@seller.example", "lawyer@law.example"])
async def test_what_is_handed_on_answers_nobody(instance: Instance, to: str) -> None:
    (review,) = await instance.work(mail(message_id=FIRST))
    instance.clock.advance(minutes=30)
    await found_in_sent(instance, written(to))
    (review,) = await instance.pending()
    await instance.reviews.decide(
        review.id, Action.SEND_BACK, version=review.version, by=instance.collector, note="shorter"
    )
    await instance.triage.work(str(review.message_id))
    (message,) = await instance.messages()
    assert message.state is MessageState.PENDING


@pytest.mark.parametrize("to", ["petra@customer.example", "boss@customer.example"])
async def test_what_goes_to_the_writers_company_answers(instance: Instance, to: str) -> None:
    await instance.work(mail(message_id=FIRST))
    instance.clock.advance(minutes=30)
    await found_in_sent(instance, written(to))
    assert await closed(instance) == 1


async def test_neighbours_at_a_public_provider_are_strangers(instance: Instance) -> None:
    await instance.work(mail(message_id=FIRST, sender="someone@gmail.com"))
    await found_in_sent(instance, written("lawyer@gmail.com"))
    assert await closed(instance) == 0


async def test_where_the_writer_wants_the_answer_counts(instance: Instance) -> None:
    await instance.work(mail(message_id=FIRST, headers=[("Reply-To", "desk@elsewhere.example")]))
    await found_in_sent(instance, written("desk@elsewhere.example"))
    assert await closed(instance) == 1


@pytest.mark.parametrize(("subject", "answers"), [("AW: Reminder", 1), ("Reminder", 0), ("Re: Lunch", 0)])
async def test_a_reply_without_references_is_found_by_customer_and_subject(
    instance: Instance, subject: str, answers: int
) -> None:
    await instance.work(mail(message_id=FIRST))
    await found_in_sent(instance, written("petra@customer.example", refers_to="", subject=subject))
    assert await closed(instance) == answers


async def test_what_our_own_address_hands_in_is_read_by_a_person(instance: Instance) -> None:
    await instance.work(mail("A scan of a letter.", sender=ADDRESS, subject="Scan"))
    (message,) = await instance.messages()
    assert message.state is MessageState.PENDING
