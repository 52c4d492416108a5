"""Two mails under one Message-ID are two mails, and it is noted; the same mail by another way is a copy."""

from typing import Any

import sqlalchemy as sa

from app.db.tables.mail import MessageRow
from app.db.tables.system import AuditRow
from app.db.tables.work import OutboxRow
from app.domain.review import Action
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
