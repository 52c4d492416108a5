"""Promise 6: what happens after the approval makes it void, whenever it happens before the body leaves.

approval ── BEFORE the claim ── DURING it (committed while the claim waits) ── AFTER it, before the body
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest

from app.db.uow import Database, Uow
from app.domain.errors import Invalid
from app.domain.intents import Intent
from app.domain.message import MessageState
from app.domain.policy import LedgerPolicy
from app.domain.ports import Delivery, SendResult
from app.domain.review import Action, OutboxState, Outcome
from app.intake.history import History
from app.intake.incoming import Incoming
from app.ledger.holds import HoldService
from app.ledger.service import LedgerService
from tests.instances import ADDRESS, Instance, mail

FIRST = "a1@customer.example"
Event = Callable[[Instance, Path], Awaitable[object]]


async def _imported(instance: Instance, folder: Path, kind: str, content: str) -> None:
    file = folder / f"{kind}.csv"
    file.write_text(content, encoding="utf-8")
    ledger = LedgerService(instance.database, instance.clock, LedgerPolicy(max_age=timedelta(hours=72)))
    await ledger.import_file(kind, file)


async def paid_meanwhile(instance: Instance, folder: Path) -> None:
    head = "payment_id,customer_id,date,amount,currency,reference,invoice_number\n"
    await _imported(instance, folder, "payments", f"{head}P-1,C-1,2026-05-21,100.00,EUR,INV-1,INV-1\n")


async def newer_mail(instance: Instance, _folder: Path) -> None:
    await instance.work(mail("Please wait.", references=[FIRST]))


async def dispute_opened(instance: Instance, _folder: Path) -> None:
    """In another conversation, which was received before: the event is that it is read."""
    instance.mind.intent = Intent.DISPUTE
    for message in await instance.messages():
        await instance.triage.work(str(message.id))


async def hold_set(instance: Instance, _folder: Path) -> None:
    until = instance.clock().date() + timedelta(days=7)
    await HoldService(instance.database, instance.clock).set("C-1", until, "called", instance.collector)


async def contact_changed(instance: Instance, folder: Path) -> None:
    head = "customer_id,name,email,role,language,active\n"
    await _imported(instance, folder, "contacts", f"{head}C-1,Petra Vane,petra@customer.example,legal,en,no\n")


async def colleague_answered(instance: Instance, _folder: Path) -> None:
    answer = mail("Done.", sender=ADDRESS, references=[FIRST]).replace(
        f"To: {ADDRESS}".encode(), b"To: petra@customer.example"
    )
    async with instance.database.write() as uow:
        await History(instance.clock).keep_answers(
            uow, instance.mailbox_id, [Incoming("sent:1", answer, instance.clock())]
        )


EVENTS = pytest.mark.parametrize(
    "event", [paid_meanwhile, newer_mail, dispute_opened, hold_set, contact_changed, colleague_answered]
)


@pytest.fixture
async def outbox_id(instance: Instance) -> str:
    """An approved answer whose undo window is over."""
    (review,) = await instance.work(mail(message_id=FIRST))
    decided = await instance.reviews.decide(review.id, Action.APPROVE, version=review.version, by=instance.collector)
    await instance.receive(mail("INV-1 is wrong.", subject="Something else entirely"))
    instance.clock.advance(seconds=31)
    return str(decided.outbox_id)


async def _assert_void(instance: Instance) -> None:
    assert instance.sender.sent == []
    async with instance.database.read() as uow:
        (row,) = await uow.outbox.page(state=None, after=None, limit=5)
    assert row.state is OutboxState.CANCELLED
    (review, *_) = await instance.pending()
    assert "changed_since_approval" in review.reasons
    assert (await instance.messages())[0].state is MessageState.PENDING


@EVENTS
async def test_before_the_claim(instance: Instance, outbox_id: str, event: Event, tmp_path: Path) -> None:
    await event(instance, tmp_path)
    await instance.outbox.work(outbox_id)
    await _assert_void(instance)


@EVENTS
async def test_during_the_claim(
    instance: Instance, outbox_id: str, event: Event, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each transaction of the event stays open while the mail is being claimed."""
    write, sends = Database.write, []

    @asynccontextmanager
    async def slow(self: Database) -> AsyncIterator[Uow]:
        async with write(self) as uow:
            yield uow
            await uow.session.flush()
            monkeypatch.setattr(Database, "write", write)
            sends.append(asyncio.create_task(instance.outbox.work(outbox_id)))
            await asyncio.sleep(0.1)
            monkeypatch.setattr(Database, "write", slow)

    monkeypatch.setattr(Database, "write", slow)
    await event(instance, tmp_path)
    monkeypatch.setattr(Database, "write", write)
    await asyncio.gather(*sends)
    await instance.outbox.work(outbox_id)
    assert sends
    await _assert_void(instance)


@EVENTS
async def test_after_the_claim(instance: Instance, outbox_id: str, event: Event, tmp_path: Path) -> None:
    """The server has been greeted and has taken the addresses; the body has not left."""

    async def meanwhile() -> None:
        await event(instance, tmp_path)

    instance.sender.before_body = meanwhile
    await instance.outbox.work(outbox_id)
    await _assert_void(instance)


async def test_after_the_body_has_begun_the_event_waits_its_turn(instance: Instance, outbox_id: str) -> None:
    """What comes too late to stop a mail does not undo what is known of it."""
    await instance.outbox.work(outbox_id)
    await newer_mail(instance, Path())
    async with instance.database.read() as uow:
        (row,) = await uow.outbox.page(state=None, after=None, limit=5)
    assert row.state is OutboxState.SENT


async def test_of_two_who_settle_a_mail_at_once_one_wins_and_the_other_is_told_how_it_stands(
    instance: Instance, outbox_id: str
) -> None:
    instance.sender.script = [Delivery(SendResult.UNKNOWN, "timeout")]
    await instance.outbox.work(outbox_id)
    settled = await asyncio.gather(
        *(
            instance.outbox.resolve(UUID(outbox_id), outcome, by=instance.collector)
            for outcome in (Outcome.SENT, Outcome.FAILED)
        ),
        return_exceptions=True,
    )
    (state,) = (one for one in settled if isinstance(one, OutboxState))
    (told,) = (str(one) for one in settled if isinstance(one, Invalid))
    assert told.startswith(f"a mail that is {state} cannot be settled")
