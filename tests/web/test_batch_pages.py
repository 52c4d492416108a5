"""Drafted reminders as a collector decides on them, without JavaScript; the words come from the thinking process."""

import re
from collections.abc import AsyncIterator
from dataclasses import replace
from uuid import UUID

import pytest

from app.adapters.child import ChildMind
from app.db.repositories.approvals import Approvals
from app.db.tables.mail import MailboxKind
from app.db.tables.reminders import ReminderRow
from app.domain.ids import new_id
from app.domain.intents import Tone
from app.domain.reminder import Channel, Stage
from app.domain.workflow import Step
from app.reminders import batch_pages
from tests.web.test_ledger_pages import Desk, check, desk, reader

__all__ = ["desk", "reader"]


@pytest.fixture
async def office(desk: Desk) -> AsyncIterator[Desk]:
    async with desk.services.database.write() as uow:
        await uow.mailboxes.add(
            secret="",
            name="collections",
            address="collections@seller.example",
            team="Seller, Receivables",
            kind=MailboxKind.WEBHOOK,
            scheme="raw",
        )
    yield desk
    assert isinstance(desk.services.mind, ChildMind)
    await desk.services.mind.stop()


async def drafted(office: Desk) -> str:
    """The address of a batch that a person asked for, once its job is done."""
    address = await office.post("/reminders/batches", "/reminders/batches")
    await office.services.drafting.work(address.rpartition("/")[2])
    return address


async def test_today_s_reminders_are_drafted_beside_the_page_which_says_how_far_it_is(office: Desk) -> None:
    address = await office.post("/reminders/batches", "/reminders/batches")
    running = await office.get(address)
    check(running)
    assert "Working out who is to be reminded" in running
    assert "Nobody is to be reminded" not in running
    assert "hx-get" in await office.get(f"{address}/drafting")
    assert await office.post("/reminders/batches", "/reminders/batches") == address
    await office.services.drafting.work(address.rpartition("/")[2])
    over = await office.get(f"{address}/drafting")
    assert "1 reminder is drafted" in over
    assert "hx-get" not in over
    assert 'id="drafting"' not in await office.get(address)


async def test_what_is_drafted_is_looked_through_approved_and_taken_back(office: Desk) -> None:
    assert "No reminder has been drafted yet" in await office.get("/reminders/batches")
    address = await drafted(office)
    batch = await office.get(address)
    check(batch)
    assert "1 to approve" in batch
    (chosen,) = re.findall(r'name="chosen" value="([^"]+)"', batch)
    reminder = f"/reminders/{chosen.partition(':')[0]}"
    one = await office.get(reminder)
    check(one)
    assert "INV-1001" in one
    for kind, begins in (("pdf", b"%PDF-"), ("xlsx", b"PK")):
        answer = await office.http.get(f"{reminder}/attached/{kind}")
        assert (answer.status_code, answer.content.startswith(begins)) == (200, True)
    await office.get(f"{reminder}/attached/exe", 404)
    stale = await office.post(address, f"{address}/approve", chosen=f"{chosen.partition(':')[0]}:99")
    assert stale.endswith("sent=0&kept=1")
    odd = await office.post(address, f"{address}/approve", chosen=[f"{chosen}x", ":1"])
    assert odd.endswith("sent=0&kept=2")
    approved = await office.get(await office.post(address, f"{address}/approve", chosen=chosen))
    assert "1 approved" in approved
    assert "Approved, leaves soon" in approved
    months, customer = await office.get("/reminders/customers/C-1"), await office.get("/customers/C-1")
    assert f'<a href="{reminder}">Mail from us: first reminder, warm, ' in months
    assert "First reminder, warm" in customer
    assert f'href="{reminder}">Open the reminder</a>' in customer
    assert "Our answer" not in customer
    await office.post(reminder, f"{reminder}/undo")
    assert "To decide" in await office.get(address)
    version = re.search(r'name="version" value="(\d+)"', await office.get(reminder))
    assert version is not None
    await office.post(reminder, f"{reminder}/skip", version=version[1])
    assert "Skipped" in await office.get(address)


async def test_a_whole_batch_is_approved_beside_the_page_which_says_how_far_it_is(
    office: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(batch_pages, "ON_A_PAGE", 1)
    address = await drafted(office)
    async with office.services.database.write() as uow:
        (row,) = await uow.reminders.of_batch(UUID(address.rpartition("/")[2]))
        values = {column.key: getattr(row, column.key) for column in ReminderRow.__table__.columns}
        uow.session.add(ReminderRow(**values | {"id": new_id(), "company": "unwanted by the plan"}))
    batch = await office.get(address)
    check(batch)
    (mark,) = re.findall(r'name="whole" value="([^"]+)"', batch)
    ticked = dict(
        zip(
            ("chosen", "shown"),
            (re.findall(rf'name="{n}" value="([^"]+)"', batch)[0] for n in ("chosen", "shown")),
            strict=True,
        )
    )
    await office.post(address, f"{address}/approve", 409, whole="of another look", **ticked)
    await office.post(address, f"{address}/approve", 409, whole="of another look", chosen="no line of a page")
    await office.post(address, f"{address}/approve", whole=mark, **ticked)
    running = await office.get(address)
    check(running)
    assert "Approving the whole batch <b>0 of 2</b>" in running
    assert 'name="whole"' not in running
    async with office.services.database.write() as uow:
        approval = await Approvals(uow.session).running(row.batch_id)
    assert approval is not None
    await office.services.approvals.work(str(approval.id))
    over = await office.get(f"{address}/approval")
    assert "The whole batch was approved: 1 of 2" in over
    assert "hx-get" not in over


async def test_words_that_nothing_backs_come_back_with_a_question(office: Desk) -> None:
    address = await drafted(office)
    (chosen,) = re.findall(r'name="chosen" value="([^"]+)"', await office.get(address))
    reminder_id, _, version = chosen.partition(":")
    reminder = f"/reminders/{reminder_id}"
    form = {"version": version, "subject": "Pay", "body": "Pay 77,000.00 EUR now."}
    answer = await office.post(reminder, f"{reminder}/approve", 422, **form)
    check(answer)
    assert "Pay 77,000.00 EUR now." in answer
    assert 'name="is_meant"' in answer
    await office.post(reminder, f"{reminder}/approve", **form, is_meant="true")
    assert "changed by a person" in await office.get(reminder)


async def test_a_formal_notice_is_ordered_on_its_page_and_printed(office: Desk) -> None:
    plans = office.services.reminders
    step = Step(3, Stage.FORMAL, Tone.FIRM, Channel.LETTER)
    plans.policy = replace(plans.policy, workflows=tuple(replace(w, steps=(step,)) for w in plans.policy.workflows))
    await drafted(office)
    async with office.services.database.write() as uow:
        await uow.addresses.take([("C-1", "Am Kai <4>\n20457 Hamburg")])
    (address,) = set(re.findall(r'href="(/reminders/tasks/[^"]+)"', await office.get("/tasks")))
    assert f'<a href="{address}">Task: letter: formal notice, firm, open</a>' in await office.get(
        "/reminders/customers/C-1"
    )
    preview = await office.get(address)
    check(preview)
    assert "Order this notice in my name" in preview
    assert "Am Kai &lt;4&gt;<br>20457 Hamburg" in preview
    await office.get(f"{address}/letter.pdf", 404)
    ordered = await office.get(await office.post(address, f"{address}/order"))
    check(ordered)
    assert "Ordered on" in ordered
    answer = await office.http.get(f"{address}/letter.pdf")
    assert (answer.status_code, answer.content[:5]) == (200, b"%PDF-")


async def test_readers_see_the_batches_and_have_no_button(reader: Desk) -> None:
    page = await reader.get("/reminders/batches")
    assert "Draft today" not in page
    await reader.get("/reminders/01a223c5-f037-7000-a2dd-12e3e1fa9d83", 404)
