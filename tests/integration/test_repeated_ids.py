"""Two mails under one Message-ID are two mails, and it is noted; the same mail by another way is a copy."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
import sqlalchemy as sa

from app.db.repositories.ancestry import NEWEST
from app.db.tables.mail import MailboxKind, MessageRow
from app.db.tables.system import AuditRow
from app.db.tables.work import OutboxRow
from app.db.uow import Database, Uow
from app.domain.message import ParsedMail
from app.domain.review import Action
from app.intake.incoming import Incoming
from app.reading.mail.parsing import parse_mail
from app.triage.task import task_of
from tests.instances import Instance, mail


async def kinds(instance: Instance) -> list[str]:
    async with instance.database.read() as uow:
        rows = await uow.session.scalars(sa.select(AuditRow.kind).where(AuditRow.kind.like("intake.%")))
        return sorted(rows)


async def test_another_mail_of_the_same_id_is_stored_and_noted(instance: Instance) -> None:
    first, other = (mail(words, message_id="one@customer.example") for words in ("We will pay.", "We dispute INV-1."))
    assert len(await instance.receive(first, b"X-Way: another\r\n" + first, other)) == 2
    assert await kinds(instance) == [
        "intake.copy.linked",
        "intake.id.repeated",
        "intake.message.stored",
        "intake.message.stored",
    ]


async def test_mails_without_an_id_are_told_apart_by_their_bytes(instance: Instance) -> None:
    bare = [f"From: a@x.example\r\nMessage-ID: {id_}\r\n\r\nWe will pay.".encode() for id_ in ("", "<>", "<  >")]
    assert len(await instance.receive(*bare, bare[0])) == 3
    assert "intake.id.repeated" not in await kinds(instance)


async def test_only_we_ourselves_send_mail_under_ids_that_we_gave(instance: Instance) -> None:
    (review,) = await instance.work(mail("When is INV-1 due?"))
    edit: dict[str, Any] = {"subject": "Re", "body": "On Friday."}
    await instance.reviews.decide(review.id, Action.EDIT, version=review.version, by=instance.collector, **edit)
    async with instance.database.read() as uow:
        given = await uow.session.scalar(sa.select(OutboxRow.rfc_message_id))
        own = (await uow.mailboxes.own_addresses())[0]
    assert given is not None
    theirs, ours = (mail("We dispute it.", sender=sender, message_id=given) for sender in ("p@customer.example", own))
    await instance.receive(theirs, ours)
    async with instance.database.read() as uow:
        rows = list(await uow.session.scalars(sa.select(MessageRow).order_by(MessageRow.id)))
        tasks = [await task_of(uow, row) for row in rows[1:]]
    assert [task.is_our_own for task in tasks] == [False, True]


async def test_of_many_mails_under_one_id_each_is_read_once_and_while_nobody_waits(
    instance: Instance, monkeypatch: pytest.MonkeyPatch
) -> None:
    write = Database.write
    read: list[bytes] = []
    open_transactions: list[Database] = []

    def noting(raw: bytes, **more: Any) -> ParsedMail:
        assert not open_transactions
        read.append(raw)
        return parse_mail(raw, **more)

    @asynccontextmanager
    async def watched(self: Database) -> AsyncIterator[Uow]:
        async with write(self) as uow:
            open_transactions.append(self)
            yield uow
            open_transactions.clear()

    monkeypatch.setattr("app.intake.incoming.parse_mail", noting)
    monkeypatch.setattr(Database, "write", watched)
    mails = [mail(f"We will pay {number}.", message_id="one@customer.example") for number in range(40)]
    assert len(await instance.receive(*mails[:30])) == 30
    assert len(await instance.receive(*mails[30:], b"X-Way: another\r\n" + mails[39])) == 40
    assert len(read) == len(set(read)) + NEWEST == 41 + NEWEST, "and of the stored ones the newest few"
    assert len(await instance.receive(b"X-Way: a third\r\n" + mails[39])) == 40
    read.clear()
    other = mail("We will pay.", subject="Another", message_id="one@customer.example")
    assert len(await instance.receive(other)) == 41
    assert read == []


@pytest.mark.parametrize("migrated_url", ["postgresql"], indirect=True)
@pytest.mark.parametrize("number", [1, 30])
async def test_one_mail_to_two_mailboxes_at_the_same_moment_is_one_case(instance: Instance, number: int) -> None:
    async with instance.database.write() as uow:
        other = await uow.mailboxes.add(
            secret="", name="other", address="other@seller.example", kind=MailboxKind.WEBHOOK, scheme="raw"
        )
    mails = [mail(f"We will pay {one}.") for one in range(number)]
    first, second = (
        [Incoming(f"webhook:{at}", raw, instance.clock()) for at, raw in enumerate(mails)] for _ in range(2)
    )
    async with instance.database.write() as uow:
        await instance.intake.store_in(uow, instance.mailbox_id, first)
        meanwhile = asyncio.create_task(instance.intake.store(other.id, second))
        await asyncio.wait([meanwhile], timeout=1)
    assert await meanwhile == 0
    assert len(await instance.messages()) == number
    assert (await kinds(instance)).count("intake.copy.linked") == number
