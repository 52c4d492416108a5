"""How mail leaves: in order after an outage, at a pace, and never back and forth between two machines."""

import heapq
import itertools
import re
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.adapters.smtp import SmtpSender
from app.db.tables.ledger import TaskRow
from app.db.tables.mail import SentCopy
from app.db.tables.work import OutboxRow
from app.domain.contact import Reachability
from app.domain.errors import StateImpossible
from app.domain.intents import Autonomy, Route
from app.domain.job import Job, JobKind
from app.domain.message import MessageState
from app.domain.policy import AutonomyRule
from app.domain.ports import Delivery, MailAccount, SendResult
from app.domain.review import Action, OutboxState
from app.domain.sending import Pace
from app.health import Health
from app.jobs.engine import Handler
from app.jobs.sweep import Sweep
from app.outbox.service import OutboxService
from app.policies.loading import load_policy
from app.review.service import ReviewService
from app.triage.service import TriageService
from tests.fakes import always_due
from tests.instances import ADDRESS, Instance, instance_on, mail, prepare
from tests.servers.smtp_sink import SmtpSink

THEIRS = "petra@customer.example"


@dataclass
class Timetable:
    """The engine's queue, on the instance's own clock."""

    instance: Instance
    looks: int = 0
    _due: list[tuple[datetime, int, Job]] = field(default_factory=list)
    _numbers: "itertools.count[int]" = field(default_factory=itertools.count)

    def put(self, _session: Session, job: Job) -> None:
        if job.kind is not JobKind.SEND:
            return
        at = self.instance.clock() + timedelta(seconds=job.delay_seconds)
        heapq.heappush(self._due, (at, next(self._numbers), job))

    async def run(self, **span: float) -> None:
        """Do what falls due within a span of time, each at its moment."""
        until = self.instance.clock() + timedelta(**span)
        while self._due and self._due[0][0] <= until:
            at, _, job = heapq.heappop(self._due)
            self.instance.clock.now = max(at, self.instance.clock.now)
            self.looks += 1
            await self.instance.outbox.work(job.subject)
        self.instance.clock.now = until


@pytest.fixture
def timetable(instance: Instance) -> Timetable:
    made = Timetable(instance)
    instance.database._enqueue = made.put  # noqa: SLF001  # jobs come to the timetable, not to the engine
    return made


async def _approve(instance: Instance, count: int, *, matter: str = "Matter") -> list[str]:
    """So many answers in conversations of their own. Returns their Message-IDs, in the order of approval."""
    reviews = await instance.work(*(mail(subject=f"{matter} {number}") for number in range(count)))
    for review in reviews:
        await instance.reviews.decide(review.id, Action.APPROVE, version=review.version, by=instance.collector)
    async with instance.database.read() as uow:
        return [f"<{row.rfc_message_id}>" for row in await uow.outbox.page(state=None, after=None, limit=count)]


def _ids(mails: Sequence[bytes]) -> list[str]:
    return [found[1].decode() for raw in mails if (found := re.search(rb"Message-ID: (\S+)", raw))]


async def test_after_an_hour_without_the_server_all_leave_in_order(instance: Instance, timetable: Timetable) -> None:
    approved = await _approve(instance, 6)
    send, tries = instance.sender.send, []

    async def away(raw: bytes, **_more: object) -> Delivery:
        tries.append(instance.clock())
        return Delivery(SendResult.TRY_LATER, "unreachable")

    instance.sender.send = away  # type: ignore[method-assign]
    await timetable.run(hours=1)
    health = Health(instance.database, instance.engine, instance.clock)
    assert (await health.readiness())["smtp"] == "unreachable"
    assert 12 <= len(tries) <= 30, "one mail tries the server, at growing distances; the others wait in line"
    instance.sender.send = send  # type: ignore[method-assign]
    await timetable.run(minutes=5)
    assert _ids(instance.sender.sent) == approved
    assert (await health.readiness())["smtp"] == "ok"


async def test_one_that_must_wait_for_itself_steps_out_of_the_line(instance: Instance, timetable: Timetable) -> None:
    first, *others = await _approve(instance, 3)
    instance.sender.script = [Delivery(SendResult.TRY_LATER, "unreachable")]
    await timetable.run(seconds=35)
    await instance.receive(mail("One thing more.", references=[first.strip("<>")]))
    await timetable.run(minutes=10)
    assert _ids(instance.sender.sent)[1:] == others, (
        "a mail of its conversation is not read yet; nobody else waits for that"
    )


async def test_one_that_waits_for_long_looks_again_ever_later(instance: Instance, timetable: Timetable) -> None:
    (first,) = await _approve(instance, 1)
    await instance.receive(mail("One thing more.", references=[first.strip("<>")]))
    await timetable.run(minutes=2)
    soon = timetable.looks
    await timetable.run(minutes=28)
    assert (soon >= 10, timetable.looks <= 60) == (True, True)
    assert instance.sender.sent == []


async def test_a_mail_that_is_refused_for_now_holds_up_no_other(instance: Instance, timetable: Timetable) -> None:
    first, *others = await _approve(instance, 3)
    instance.sender.script = [Delivery(SendResult.TRY_LATER, "450 4.2.1")] * 1
    await timetable.run(hours=1)
    rejected, *sent = instance.sender.sent
    assert _ids(sent) == [*others, first]
    assert sent[-1] == rejected, "the same bytes"


async def test_no_more_mails_a_minute_than_allowed(instance: Instance, timetable: Timetable) -> None:
    instance.outbox = OutboxService(
        instance.database,
        instance.sender,
        instance.sent_folder,
        instance.clock,
        pace=Pace(of_mailbox=3, to_domain=2),
        sending_stopped=False,
        due_in=always_due,
    )
    approved = await _approve(instance, 5)
    counts = []
    for _ in range(5):
        await timetable.run(minutes=1)
        counts.append(len(instance.sender.sent))
    assert sorted(_ids(instance.sender.sent)) == sorted(approved)
    assert all(later - earlier <= 2 for earlier, later in itertools.pairwise([0, *counts]))


async def test_no_more_mails_to_a_domain_than_allowed_whatever_mailbox_they_leave(
    instance: Instance, timetable: Timetable
) -> None:
    instance.outbox = OutboxService(
        instance.database,
        instance.sender,
        instance.sent_folder,
        instance.clock,
        pace=Pace(to_domain=1),
        sending_stopped=False,
        due_in=always_due,
    )
    await _approve(instance, 1)
    instance.mailbox_id = await _another_mailbox(instance)
    await _approve(instance, 1, matter="Another matter")
    await timetable.run(seconds=40)
    assert len(instance.sender.sent) == 1
    await timetable.run(minutes=3)
    assert len(instance.sender.sent) == 2


async def _another_mailbox(instance: Instance) -> UUID:
    async with instance.database.write() as uow:
        box = await uow.mailboxes.get(instance.mailbox_id)
        other = await uow.mailboxes.add(
            secret="", name="north", address="north@seller.example", team="North", kind=box.kind, scheme="raw"
        )
        return other.id


async def test_what_is_to_be_filed_in_sent_is_filed_once_also_when_the_folder_was_away(
    instance: Instance, timetable: Timetable
) -> None:
    async with instance.database.write() as uow:
        (await uow.mailboxes.get(instance.mailbox_id)).sent_copy = SentCopy.APPEND
    instance.sent_folder.is_away = 1
    approved = await _approve(instance, 1)
    await timetable.run(minutes=1)
    assert (len(instance.sender.sent), instance.sent_folder.filed) == (1, [])
    await timetable.run(hours=2)
    assert _ids(instance.sent_folder.filed) == approved


@pytest.mark.parametrize(("detail", "is_dead"), [("550 5.1.1", True), ("550 5.7.1", False), ("550", False)])
async def test_an_address_that_the_server_does_not_know_is_written_to_no_more(
    instance: Instance, timetable: Timetable, detail: str, is_dead: bool
) -> None:
    instance.sender.script = [Delivery(SendResult.REFUSED, detail)]
    await _approve(instance, 1)
    await timetable.run(minutes=1)
    async with instance.database.read() as uow:
        (contact,) = await uow.ledger.contacts("C-1")
        tasks = await uow.session.scalar(sa.select(sa.func.count()).select_from(TaskRow))
    assert (contact.reachability, tasks) == ((Reachability.BOUNCED, 1) if is_dead else (Reachability.OK, 0))


async def test_a_mail_whose_sender_is_gone_for_good_is_shown_as_unknown(instance: Instance) -> None:
    await _approve(instance, 1)
    async with instance.database.write() as uow:
        begun = {"state": OutboxState.SENDING, "has_begun": True, "claimed_by": "dead"}
        await uow.session.execute(sa.update(OutboxRow).values(**begun))
        table = "dbos.workflow_status" if instance.url.startswith("postgresql") else "workflow_status"
        parked = "status = 'MAX_RECOVERY_ATTEMPTS_EXCEEDED'"
        await uow.session.execute(sa.text(f"UPDATE {table} SET {parked} WHERE queue_name = 'outbox'"))  # noqa: S608
    instance.clock.advance(minutes=10)
    handlers = {JobKind.SEND: Handler(instance.outbox.work, instance.outbox.give_up)}
    await Sweep(instance.database, instance.engine, handlers, instance.clock).sweep()
    async with instance.database.read() as uow:
        (row,) = await uow.outbox.page(state=None, after=None, limit=5)
    assert row.state is OutboxState.UNKNOWN


async def test_each_mailbox_answers_under_its_own_name(instance: Instance, timetable: Timetable) -> None:
    other_id = await _another_mailbox(instance)
    await _approve(instance, 1)
    instance.mailbox_id = other_id
    await _approve(instance, 1, matter="Another matter")
    await timetable.run(minutes=1)
    senders = [found[0] for raw in instance.sender.sent if (found := re.findall(rb"From: .*<(.*)>", raw))]
    assert senders == [ADDRESS.encode(), b"north@seller.example"]


def _untouched(raw: bytes) -> bytes:
    return raw


def _without_marks(raw: bytes) -> bytes:
    return re.sub(rb"(?m)^(?:Auto-Submitted|X-Auto-Response-Suppress|X-Duebox-Automatic): .*\r\n", b"", raw)


def _rewritten(raw: bytes) -> bytes:
    """A relay that keeps neither marks nor threads."""
    bare = re.sub(rb"(?ms)^(?:In-Reply-To|References): .*?\r\n(?=\S)", b"", _without_marks(raw))
    return re.sub(rb"(?m)^Subject: .*\r$", b"Subject: Ticket %d\r" % len(raw), bare)


@pytest.fixture
async def other(tmp_path: Path) -> AsyncIterator[Instance]:
    """A Duebox at the customer's, to which we are the customer."""
    url = f"sqlite:///{tmp_path / 'theirs.db'}"
    prepare(url)
    async with instance_on(url) as made:
        async with made.database.write() as uow:
            (await uow.mailboxes.get(made.mailbox_id)).address = THEIRS
            (await uow.ledger.contacts("C-1"))[0].email = ADDRESS
        yield made


@pytest.mark.parametrize(("relay", "most"), [(_untouched, 1), (_without_marks, 2), (_rewritten, 10)])
async def test_two_instances_do_not_talk_to_each_other(
    instance: Instance, other: Instance, smtp_sink: SmtpSink, relay: Callable[[bytes], bytes], most: int
) -> None:
    """Every answer leaves alone on both sides, over real SMTP; one mail of a person sets it off.

    With marks: one mail. Without: one from each side in the conversation and day. Without threads: five from each.
    """
    for side in (instance, other):
        _let_everything_leave_alone(side, smtp_sink)
    await _receive(instance, mail(sender=f"Petra <{THEIRS}>"))
    arrived = 0
    for _ in range(2 * most + 4):
        for side in (instance, other):
            await _answer_all(side)
        fresh = smtp_sink.mails[arrived:]
        arrived += len(fresh)
        for sent in fresh:
            await _receive(other if sent.recipients == (THEIRS,) else instance, relay(sent.raw))
    assert 1 <= len(smtp_sink.mails) <= most
    assert {sent.message["Auto-Submitted"] for sent in smtp_sink.mails} == {"auto-replied"}
    states = [message.state for side in (instance, other) for message in await side.messages()]
    assert MessageState.IN_WORK not in states
    assert relay is _untouched or MessageState.PENDING in states, "a person is told"


def _let_everything_leave_alone(side: Instance, sink: SmtpSink) -> None:
    policy = replace(load_policy(), autonomy=(AutonomyRule("*", "*", Autonomy.SEND),))
    side.mind.route = Route.AUTO
    side.triage = TriageService(side.database, side.mind, policy, side.clock)
    side.reviews = ReviewService(side.database, policy, side.clock, undo_seconds=0)
    side.outbox = OutboxService(
        side.database,
        SmtpSender(MailAccount(sink.host, sink.port, "none"), timeout_seconds=5),
        side.sent_folder,
        side.clock,
        pace=Pace(),
        sending_stopped=False,
        due_in=always_due,
    )


async def _receive(side: Instance, raw: bytes) -> None:
    side.clock.advance(minutes=5)
    await side.work(raw)


async def _answer_all(side: Instance) -> None:
    for review in await side.pending():
        await side.reviews.work(str(review.id))
    async with side.database.read() as uow:
        waiting = await uow.outbox.page(state=OutboxState.WAITING, after=None, limit=50)
    for row in waiting:
        await side.outbox.work(str(row.id))


async def test_bytes_that_were_made_for_another_mail_do_not_leave_in_its_place(instance: Instance) -> None:
    """By somebody who may write to the database, but has no key."""
    reviews = await instance.work(mail("We will pay INV-1 on Friday."), mail("We will pay INV-1 next week."))
    mine, others = [
        (await instance.reviews.decide(one.id, Action.APPROVE, version=one.version, by=instance.collector)).outbox_id
        for one in reviews
    ]
    async with instance.database.write() as uow:
        raw_id = sa.select(OutboxRow.raw_id).where(OutboxRow.id == others).scalar_subquery()
        await uow.session.execute(sa.update(OutboxRow).where(OutboxRow.id == mine).values(raw_id=raw_id))
    instance.clock.advance(seconds=31)
    with pytest.raises(StateImpossible):
        await instance.outbox.work(str(mine))
    await instance.outbox.give_up(str(mine), "StateImpossible")
    await instance.outbox.work(str(others))
    assert len(instance.sender.sent) == 1
    async with instance.database.read() as uow:
        states = {row.id: row.state for row in await uow.outbox.page(state=None, after=None, limit=5)}
    assert states == {mine: OutboxState.FAILED, others: OutboxState.SENT}
