"""Whether one sender's storm of 10,000 mails slows the others: how long a mail of theirs takes from receipt to proposal
while the storm is being worked, beside the same without one.

With the embedded model, which takes all the cores it is given, and with an endpoint that takes half a second over every
question. There the storm comes in three ways: all at once in batches, as single deliveries to the webhook of a `serve`,
eight at a time while the others write, and into an IMAP mailbox that the worker watches. What is left of the storm once
the others are through is left where it is.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from functools import partial
from pathlib import Path
from statistics import quantiles

import sqlalchemy as sa

from app.db.tables.mail import MessageRow
from app.db.tables.work import ProposalRow
from tests.bench.figures import Figure, Goal
from tests.bench.ground import LOOK_SECONDS, Ground, NotMeasured, ground
from tests.bench.load import load_average
from tests.bench.mails import MailMaker, contact_address
from tests.bench.workers import CUSTOMERS, PATIENCE_SECONDS, SIZE, thoughtful, until_at_work
from tests.running import Installation
from tests.servers.dovecot import Dovecot, Mailbox
from tests.servers.model import ModelServer
from tests.servers.postgres import Postgres

GOAL = Goal("≤", 1.5)
STORM = 10_000
PAUSE_SECONDS = 1.5
"""Between two mails of others: about as many as a mailbox gets at its busiest hour."""

WARM_UP = 5
AT_ONCE = 8
TAKEN = 204


def measure(folder: Path, *, quick: bool) -> list[Figure]:
    others, storm = (6, 100) if quick else (60, STORM)
    with Postgres() as postgres, ModelServer() as model, Dovecot() as dovecot:
        model.respond = thoughtful
        figures = []
        for name, settings, way in (
            ("embedded", {}, _in_batches),
            ("endpoint", model.settings, _in_batches),
            ("webhook", model.settings, _by_webhook),
            ("imap", model.settings, partial(_by_imap, dovecot.mailbox())),
        ):
            with Installation(postgres.create_database(), folder, None, **settings) as installation:
                figures.append(asyncio.run(_measure(name, installation, others, storm, way)))
    return figures


@asynccontextmanager
async def _in_batches(hand: Ground, _installation: Installation, mails: Sequence[bytes]) -> AsyncIterator[None]:
    await hand.receive(mails)
    yield


@asynccontextmanager
async def _by_webhook(_hand: Ground, installation: Installation, mails: Sequence[bytes]) -> AsyncIterator[None]:
    """Each by itself, by a provider that never has more than eight open; it is broken off in the end."""
    webhook = installation.add_webhook("storm")
    installation.start("serve")
    await asyncio.to_thread(installation.wait_until_up)
    with ThreadPoolExecutor(AT_ONCE) as threads:
        answers = [threads.submit(webhook.post, raw) for raw in mails]
        yield
        for answer in answers:
            answer.cancel()
    refused = {answer.result() for answer in answers if not answer.cancelled()} - {TAKEN}
    if refused:
        raise NotMeasured(f"deliveries were answered with {sorted(refused)}")


@asynccontextmanager
async def _by_imap(
    box: Mailbox, _hand: Ground, installation: Installation, mails: Sequence[bytes]
) -> AsyncIterator[None]:
    await asyncio.to_thread(installation.add_imap, {"storm": box})
    await asyncio.to_thread(box.append_all, mails)
    yield


Way = Callable[[Ground, Installation, Sequence[bytes]], AbstractAsyncContextManager[None]]


async def _measure(name: str, installation: Installation, others: int, storm: int, way: Way) -> Figure:
    """Calm and storm are measured on the same processes, one after the other."""
    installation.command("db", "upgrade")
    async with ground(installation, customers=CUSTOMERS) as hand:
        installation.start("worker")
        maker, stormer = MailMaker(10, customers=CUSTOMERS), MailMaker(11, customers=1)
        await until_at_work(hand, maker, 1)
        await _seconds(hand, _of_others(maker, WARM_UP))
        calm = await _seconds(hand, _of_others(maker, others))
        async with way(hand, installation, stormer.with_new_text(storm, size=SIZE)):
            await _until_it_storms(hand)
            stormy = await _seconds(hand, _of_others(maker, others))
            if not await hand.waiting():
                raise NotMeasured("the storm was over before the others were through")
    note = f"p95 of {others} short mails each, in a storm of {storm:,} and in calm, PostgreSQL; {load_average()}"
    return Figure(f"storm_p95_{name}", _p95(stormy), "s", GOAL, baseline=_p95(calm), note=note)


async def _until_it_storms(hand: Ground) -> None:
    for _ in range(round(PATIENCE_SECONDS / LOOK_SECONDS)):
        if await hand.waiting() > WARM_UP:
            return
        await asyncio.sleep(LOOK_SECONDS)
    raise NotMeasured("no storm came")


def _of_others(maker: MailMaker, count: int) -> list[bytes]:
    """Not of the one who storms, the first customer."""
    mails: list[bytes] = []
    while len(mails) < count:
        (raw,) = maker.with_new_text(1, size=SIZE)
        if f"<{contact_address(1)}>".encode() not in raw:
            mails.append(raw)
    return mails


async def _seconds(hand: Ground, mails: list[bytes]) -> list[float]:
    """How long each of the mails takes, received one after another; as the database has it."""
    sources: list[str] = []
    for raw in mails:
        sources += await hand.receive([raw])
        await asyncio.sleep(PAUSE_SECONDS)
    took = (
        sa.select(MessageRow.received_at, ProposalRow.created_at)
        .join(ProposalRow, ProposalRow.message_id == MessageRow.id)
        .where(MessageRow.mailbox_id == hand.mailbox_id, MessageRow.source.in_(sources))
    )
    for _ in range(round(PATIENCE_SECONDS / PAUSE_SECONDS)):
        async with hand.database.read() as uow:
            seconds = [(done - received).total_seconds() for received, done in await uow.session.execute(took)]
        if len(seconds) == len(mails):
            return seconds
        await asyncio.sleep(PAUSE_SECONDS)
    raise NotMeasured(f"{len(mails) - len(seconds)} mails of others have no proposal after {PATIENCE_SECONDS:g} s")


def _p95(seconds: list[float]) -> float:
    return quantiles(seconds, n=20, method="inclusive")[-1]
