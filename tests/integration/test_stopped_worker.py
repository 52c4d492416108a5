"""A worker that is stopped in the middle of its work (SIGSTOP: its machine sleeps, swaps, or is moved to another host),
taken for dead, and then goes on: two real workers on PostgreSQL."""

import asyncio
import json
import os
import signal
import subprocess
import time
from collections import Counter
from pathlib import Path
from uuid import UUID

import pytest
import sqlalchemy as sa

from app.db.engine import session_name, sync_engine
from app.db.repositories.audit import CHAIN_LOCK
from app.db.tables.system import AuditRow, Chain
from app.db.tables.work import OutboxRow, ProposalRow
from app.domain.clock import system_clock
from app.domain.message import MessageState
from app.domain.people import SignedIn
from app.domain.review import Action, OutboxState, ReviewState
from app.jobs.queues import TRIAGE
from app.policies.loading import load_policy
from app.review.service import ReviewService
from tests.bench.ground import Ground, ground
from tests.bench.mails import MailMaker
from tests.bench.workers import until_at_work
from tests.running import COLLECTOR, Installation
from tests.servers.model import ModelServer, after, dull
from tests.servers.process import wait_until
from tests.servers.smtp_sink import At, SmtpSink, hang

FENCED = 70
TAKEN_OVER_WITHIN = 60.0
MAILS = 3 * TRIAGE.at_once


@pytest.mark.timeout(300)
async def test_a_stopped_worker_is_taken_over_and_fenced_when_it_goes_on(
    postgres_url: str, tmp_path: Path, model_server: ModelServer, smtp_sink: SmtpSink
) -> None:
    """At the worst moment: it holds the lock that every change takes, and a mail is half handed over to the server."""
    model_server.respond = lambda request: after(0.3, dull(request))
    settings = {**model_server.settings, "DUEBOX_SMTP__TIMEOUT_SECONDS": "120", "DUEBOX_UNDO_SECONDS": "0"}
    with Installation(postgres_url, tmp_path, smtp_sink, **settings) as duebox:
        duebox.command("db", "upgrade")
        async with ground(duebox, customers=MAILS) as hand:
            maker = MailMaker(11, customers=MAILS)
            workers = [duebox.start("worker"), duebox.start("worker")]
            await until_at_work(hand, maker, 2)

            smtp_sink.plan(hang(At.RCPT, seconds=60, keeps_mail=False))
            outbox_id = await approve_one(hand)
            await asyncio.to_thread(wait_until, lambda: smtp_sink.attempts == 1, what="the mail is handed over")
            (name,) = await hand.workers_at_work()
            victim = next(one for one in workers if f"-{one.pid}-" in name)

            await hand.receive(maker.with_new_text(MAILS, size=200))
            await stop_with_the_lock_in_hand(postgres_url, hand, victim, name)
            stopped = time.monotonic()
            while name in await hand.workers_at_work():  # noqa: ASYNC110  # another process's doing
                await asyncio.sleep(0.05)
            assert time.monotonic() - stopped <= TAKEN_OVER_WITHIN
            await hand.wait_until_worked(60)
            await asyncio.to_thread(wait_until, lambda: len(smtp_sink.mails) == 1, what="the mail left", seconds=60)
            before = await what_was_done(hand)

            os.killpg(victim.pid, signal.SIGCONT)
            assert await asyncio.to_thread(victim.wait, 30) == FENCED
            assert await what_was_done(hand) == before
            assert set(before.values()) == {1}, "each mail has one proposal, and the proposal one entry"
            assert (await hand.counts())[MessageState.PENDING] + (await hand.counts())[MessageState.DECIDED] == (
                hand.received
            )
            async with hand.database.read() as uow:
                assert (await uow.outbox.get(outbox_id)).state is OutboxState.SENT
            assert len(smtp_sink.mails) == 1, "sent once"


async def approve_one(hand: Ground) -> UUID:
    async with hand.database.read() as uow:
        (review,) = await uow.reviews.page(state=ReviewState.PENDING, after=None, limit=1)
        user = await uow.users.by_email(COLLECTOR)
        assert user is not None
    reviews = ReviewService(hand.database, load_policy(), system_clock, undo_seconds=0)
    done = await reviews.decide(
        review.id,
        Action.EDIT,
        version=review.version,
        by=SignedIn(user.id, user.name, user.email, user.role),
        subject="Re: you",
        body="Thank you.",
    )
    assert done.outbox_id is not None
    return done.outbox_id


async def stop_with_the_lock_in_hand(url: str, hand: Ground, victim: "subprocess.Popen[bytes]", name: str) -> None:
    """Hold the decisions' lock until the victim waits for it in some sessions, stop it, and let the lock go to it."""
    engine = sync_engine(url)
    waiting = sa.text(
        "SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'advisory' AND application_name = :worker"
    )
    worker = {"worker": session_name(name)}
    with engine.connect() as lock, engine.connect() as look:
        lock.execute(sa.select(sa.func.pg_advisory_xact_lock(CHAIN_LOCK[Chain.DECISIONS])))
        while not look.scalar(waiting, worker):
            look.rollback()
            await asyncio.sleep(0.02)
        os.killpg(victim.pid, signal.SIGSTOP)
        lock.rollback()
        holds = sa.text(
            "SELECT count(*) FROM pg_locks JOIN pg_stat_activity USING (pid)"
            " WHERE locktype = 'advisory' AND granted AND application_name = :worker"
        )
        while not look.scalar(holds, worker):
            look.rollback()
            await asyncio.sleep(0.02)
    engine.dispose()


async def what_was_done(hand: Ground) -> Counter[str]:
    """How many proposals each mail has, and how many entries each proposal."""
    async with hand.database.read() as uow:
        proposals = (await uow.session.execute(sa.select(ProposalRow.id, ProposalRow.message_id))).all()
        entries = await uow.session.scalars(sa.select(AuditRow.body).where(AuditRow.kind == "triage.proposal.saved"))
        found = Counter(str(row.message_id) for row in proposals)
        found.update(str(json.loads(body)["refs"]["proposal_id"]) for body in entries)
        assert len(list(await uow.session.scalars(sa.select(OutboxRow.id)))) == 1
    assert len(found) == 2 * hand.received
    return found
