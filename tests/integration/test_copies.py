"""Who gets a copy of an answer: contacts of the customer, if the mail went to them; nobody whom a mail brings in."""

import io
import json
import zipfile
from email import message_from_bytes
from email.policy import default

import sqlalchemy as sa

from app.db.tables.ledger import ContactRow
from app.db.tables.system import AuditRow
from app.domain.account import ContactRole
from app.domain.contact import Reachability
from app.domain.copies import Copying
from app.domain.ids import new_id
from app.domain.people import DUEBOX
from app.domain.ports import Delivery, SendResult
from app.domain.review import Action, OutboxState, ReviewState
from app.policies.retention import load_retention
from app.privacy.service import PrivacyService
from app.review.copies import copies_for
from app.review.files import open_case
from tests.instances import Instance, mail

PETRA, JO, EVE = "petra@customer.example", "jo@customer.example", "eve@evil.test"
CC = [("Cc", f"Jo <{JO}>, collections@seller.example, Eve <{EVE}>"), ("Bcc", "hidden@evil.test")]


async def _jo(instance: Instance) -> None:
    async with instance.database.write() as uow:
        row = ContactRow(id=new_id(), customer_id="C-1", name="Jo Hart", email=JO, role=ContactRole.OTHER)
        uow.session.add(row)


async def _approved(instance: Instance, raw: bytes) -> str:
    (review,) = await instance.work(raw)
    done = await instance.reviews.decide(review.id, Action.APPROVE, version=review.version, by=instance.collector)
    instance.clock.advance(minutes=1)
    return str(done.outbox_id)


async def test_a_contact_whom_the_mail_went_to_gets_the_answer_too_and_nobody_else(instance: Instance) -> None:
    await _jo(instance)
    outbox_id = await _approved(instance, mail(headers=CC))
    await instance.outbox.work(outbox_id)
    assert instance.sender.sent_to == [(PETRA, JO)]
    sent = message_from_bytes(instance.sender.sent[0], policy=default)
    assert (sent["To"], sent["Cc"], sent["Bcc"]) == (f"Petra Vane <{PETRA}>", f"Jo Hart <{JO}>", None)
    async with instance.database.read() as uow:
        approved = await uow.session.scalar(sa.select(AuditRow.body).where(AuditRow.kind == "review.item.approved"))
    assert json.loads(approved or b"{}")["refs"]["has_copies"] is True
    out = io.BytesIO()
    privacy = PrivacyService(instance.database, load_retention(), instance.clock)
    assert await privacy.export(JO, out, by=DUEBOX) == 1, "who got a copy is found when they ask"
    with zipfile.ZipFile(out) as archive:
        assert "mails/0001-sent.eml" in archive.namelist()


async def test_the_case_says_who_gets_a_copy_and_who_does_not(instance: Instance) -> None:
    await _jo(instance)
    (review,) = await instance.work(mail(headers=CC))
    async with instance.database.read() as uow:
        case = await open_case(uow, review.id)
        copies = await copies_for(uow, review, case.read, Copying.CONTACTS)
    assert [contact.email for contact in copies.kept] == [JO]
    assert copies.left_out == ((EVE, "no_contact"),)


async def test_somebody_in_copy_who_is_refused_for_now_is_waited_for_a_while(instance: Instance) -> None:
    await _jo(instance)
    outbox_id = await _approved(instance, mail(headers=CC))
    instance.sender.script = [
        Delivery(SendResult.TRY_LATER, word) for word in ("450 4.2.0", "unreachable", "450 4.2.0")
    ]
    for minutes in (0, 30, 30, 30):
        instance.clock.advance(minutes=minutes)
        await instance.outbox.work(outbox_id)
    assert instance.sender.waited_for_copies == [True, False, True, False], "after an outage once more"
    assert instance.sender.sent_to == [(PETRA, JO)] * 4


async def test_a_copy_that_the_server_refuses_is_told_and_its_address_marked(instance: Instance) -> None:
    await _jo(instance)
    instance.sender.script.append(Delivery(SendResult.SENT, "250", ((JO, "550 5.1.1"),)))
    outbox_id = await _approved(instance, mail(headers=CC))
    await instance.outbox.work(outbox_id)
    async with instance.database.read() as uow:
        (row,) = await uow.outbox.page(state=None, after=None, limit=10)
        told = await uow.session.scalar(sa.select(AuditRow.body).where(AuditRow.kind == "outbox.copy.refused"))
        (jo,) = await uow.contacts.at(JO)
        (petra,) = await uow.contacts.at(PETRA)
    assert row.state is OutboxState.SENT
    assert json.loads(told or b"{}")["refs"]["detail"] == "550 5.1.1"
    assert (jo.reachability, petra.reachability) == (Reachability.BOUNCED, Reachability.OK)


async def test_a_stranger_brings_nobody_in(instance: Instance) -> None:
    await _jo(instance)
    outbox_id = await _approved(instance, mail("About INV-1.", sender="Eve <eve@evil.test>", headers=[("Cc", JO)]))
    await instance.outbox.work(outbox_id)
    assert instance.sender.sent_to == [(EVE,)]


async def test_nothing_leaves_once_one_of_them_is_no_contact_any_more(instance: Instance) -> None:
    await _jo(instance)
    outbox_id = await _approved(instance, mail(headers=CC))
    async with instance.database.write() as uow:
        await uow.session.execute(sa.update(ContactRow).where(ContactRow.email == JO).values(active=False))
    await instance.outbox.work(outbox_id)
    assert instance.sender.sent == []
    async with instance.database.read() as uow:
        (row,) = await uow.outbox.page(state=None, after=None, limit=10)
    assert row.state is OutboxState.CANCELLED
    (review,) = await instance.pending()
    assert review.state is ReviewState.PENDING
