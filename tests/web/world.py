"""An instance where every word that a writer or a file can fill is hostile, and all of it belongs to one customer; with
one collector who may see that customer, one who may not, and an administrator."""

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from email.headerregistry import Address
from email.message import EmailMessage
from uuid import UUID

import httpx
import pytest
import sqlalchemy as sa
from fastapi import FastAPI

from app.bootstrap import Services, build, settings_from_environment
from app.db.repositories.contacts import Newcomer
from app.db.tables.ledger import CaseRow, ContactProposalRow, ContactRow, CustomerRow, InvoiceRow, TaskRow
from app.db.tables.system import Chain
from app.domain.account import ContactRole, InvoiceKind, InvoiceStatus
from app.domain.contact import ProposalState
from app.domain.ids import new_id
from app.domain.people import DUEBOX
from app.domain.review import Action, CaseKind, CaseState, Role
from app.domain.task import TaskKind, TaskState
from app.main import create_app
from app.review.desk import DeskService
from tests.desk import Desk
from tests.instances import ADDRESS, SECRET, Instance

PROBE = "Zq\"'><xss-probe xssattr=1 onerror=alert(1)>{{7*7}}"
HOSTILE_NAME = PROBE.replace("xss-probe", "xss-admin")
WIDE, NARROW, ADMIN = "wide@seller.example", "narrow@seller.example", "admin@seller.example"
PASSWORD = "a long password for tests"


@dataclass
class World:
    """`ids` of what belongs to the customer, by the names that routes have for them."""

    services: Services
    app: FastAPI
    ids: dict[str, str]

    async def as_(self, email: str) -> httpx.AsyncClient:
        """A browser with a session."""
        transport = httpx.ASGITransport(app=self.app, raise_app_exceptions=False)
        token = await self.services.identity.sign_in_as(email)
        return httpx.AsyncClient(transport=transport, base_url="http://duebox.example", cookies={"duebox": token})


async def decisions(world: World) -> list[str]:
    """The kinds of all entries of the chain, in order."""
    async with world.services.database.read() as uow:
        return [json.loads(link.body)["kind"] async for link in uow.audit.links(Chain.DECISIONS)]


@pytest.fixture
async def world(desk: Desk) -> AsyncIterator[World]:
    instance = desk.instance
    ids = await _fill(desk)
    settings = settings_from_environment(database_url=instance.url, secret_key=SECRET)
    services = build(settings, clock=instance.clock)
    for email, name, role in (
        (WIDE, "W", Role.COLLECTOR),
        (NARROW, "N", Role.COLLECTOR),
        (ADMIN, HOSTILE_NAME, Role.ADMIN),
    ):
        await services.identity.add_user(email=email, name=name, role=role, password=PASSWORD)
    async with services.database.read() as uow:
        narrow = await uow.users.by_email(NARROW)
    assert narrow is not None
    await services.identity.change_user(
        narrow.id, role=Role.COLLECTOR, active=True, portfolio=["segment:key"], by=DUEBOX
    )
    yield World(services, create_app(services, works=False), ids)
    await services.close()
    services.engine.dispose()


def hostile_mail(number: int, **headers: str) -> bytes:
    """Every part of it says PROBE."""
    message = EmailMessage()
    message["From"] = Address(PROBE, "petra", "customer.example")
    message["To"], message["Subject"] = ADDRESS, f"{PROBE} {number}"
    message["Date"], message["Message-ID"] = "Thu, 21 May 2026 09:00:00 +0000", f"<{number}@customer.example>"
    message["List-Id"] = PROBE
    for name, value in headers.items():
        message[name.replace("_", "-")] = value
    message.set_content(f"We will pay INV-1 on Friday. {PROBE}\n\nOn 1 May 2026, {ADDRESS} wrote:\n> {PROBE}\n")
    message.add_alternative(f"<p>We will pay INV-1 on Friday. {PROBE}</p><script>alert(1)</script>", subtype="html")
    message.add_attachment(f"notes {PROBE}".encode(), maintype="text", subtype="plain", filename=f"{PROBE}.txt")
    return message.as_bytes()


async def _fill(desk: Desk) -> dict[str, str]:
    instance = desk.instance
    (reminder,) = await desk.draft()
    mails = (hostile_mail(1), hostile_mail(2), hostile_mail(3, Auto_Submitted="auto-replied"))
    waiting, answered, *_ = await instance.work(*mails, hostile_mail(4, X_Unreadable="yes"))
    decided = await instance.reviews.decide(
        answered.id, Action.APPROVE, version=answered.version, by=instance.collector
    )
    await DeskService(instance.database, instance.clock).remark(waiting.id, PROBE, by=instance.collector)
    async with instance.database.write() as uow:
        await uow.session.execute(sa.update(CustomerRow).values(name=PROBE))
        await uow.session.execute(sa.update(ContactRow).values(name=PROBE, phone=PROBE[:60]))
        (contact,) = await uow.ledger.contacts("C-1")
        rows = _rows(instance, waiting.message_id)
        uow.session.add_all(rows.values())
        await uow.session.flush()
        await uow.documents.put(rows["invoice"].id, f"{PROBE}.pdf", "application/pdf", b"%PDF-1.7")
        (copy,) = await uow.documents.on_file("C-1")
        proposal = ContactProposalRow(
            id=new_id(), customer_id="C-1", old_contact_id=contact.id, message_id=waiting.message_id,
            role=ContactRole.OTHER, state=ProposalState.PROPOSED, is_verified=True, proposed_at=instance.clock(),
        )  # fmt: skip
        await uow.contacts.propose(proposal, Newcomer(PROBE, "new@customer.example"), waiting.conversation_id)
    return {
        "customer_id": "C-1", "review_id": str(waiting.id), "message_id": str(waiting.message_id),
        "outbox_id": str(decided.outbox_id), "contact_id": str(contact.id), "proposal_id": str(proposal.id),
        "reminder_id": str(reminder.id), "batch_id": str(reminder.batch_id),
        "document_id": str(copy.id),
        **{name: str(row.id) for name, row in rows.items() if name != "invoice"},
    }  # fmt: skip


def _rows(instance: Instance, message_id: UUID) -> dict[str, CaseRow | TaskRow | InvoiceRow]:
    at = instance.clock()
    case = CaseRow(
        id=new_id(), kind=CaseKind.PROMISE, state=CaseState.CONFIRMED, customer_id="C-1", message_id=message_id, run=1,
        invoices=["INV-1"], amount=Decimal("10.00"), currency="EUR", day=date(2026, 6, 1), opened_at=at,
    )  # fmt: skip
    task = TaskRow(
        id=new_id(), key="probe", kind=TaskKind.CALL, state=TaskState.OPEN, customer_id="C-1",
        due=at.date() + timedelta(days=1), opened_at=at,
    )  # fmt: skip
    invoice = InvoiceRow(
        id=new_id(), number=PROBE[:60], customer_id="C-1", kind=InvoiceKind.INVOICE, amount=Decimal(5),
        open_amount=Decimal(5), currency="EUR", issue_date=date(2026, 4, 1), due_date=date(2026, 5, 1),
        status=InvoiceStatus.OPEN, po_number=PROBE[:60],
    )  # fmt: skip
    return {"case_id": case, "task_id": task, "invoice": invoice}
