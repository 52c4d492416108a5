"""Two mails under one Message-ID are two mails, and it is noted; the same mail by another way is a copy."""

import sqlalchemy as sa

from app.db.tables.system import AuditRow
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
