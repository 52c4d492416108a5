"""Reminders from the plan to the wire, on SQLite and PostgreSQL. C-1 owes INV-1 since 2026-05-01; it is 2026-05-21."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from email import message_from_bytes
from email.policy import default
from pathlib import Path
from typing import Any, cast

import pytest
import sqlalchemy as sa

from app.db.tables.ledger import CaseRow, CustomerRow, HoldRow, ImportRow, InvoiceRow
from app.db.tables.mail import MailboxRow
from app.db.tables.reminders import ReminderRow
from app.domain.account import InvoiceKind, InvoiceStatus
from app.domain.errors import Invalid, NotAllowed, StateImpossible, WordsDoubtful
from app.domain.ids import new_id
from app.domain.people import DUEBOX, SignedIn
from app.domain.reminder_life import ReminderState
from app.domain.review import CaseKind, CaseState, OutboxState, Role
from app.ledger.service import LedgerService
from app.reminders import batch_pages
from tests.desk import Desk
from tests.instances import mail

AUDITOR = SignedIn(new_id(), "Noor", "noor@seller.example", Role.AUDITOR)


async def test_a_reminder_is_drafted_approved_and_sent_once_with_its_statement(desk: Desk) -> None:
    (row,) = await desk.draft()
    assert (row.customer_id, row.invoices, row.stage, row.state) == ("C-1", ["INV-1"], "first", ReminderState.DRAFTED)
    assert not row.is_refused
    await desk.approve(row)
    assert await desk.send(row) is OutboxState.SENT
    assert await desk.send(row) is OutboxState.SENT
    (raw,) = desk.instance.sender.sent
    message = message_from_bytes(raw, policy=default)
    body = message.get_body(("plain",))
    assert message["To"].endswith("<petra@customer.example>")
    assert "Auto-Submitted" not in message
    assert body is not None
    assert "INV-1" in body.get_content()
    assert [part.get_content_type().rpartition("/")[2][:3] for part in message.iter_attachments()] == ["pdf", "vnd"]


async def test_the_next_stage_waits_for_the_caps_and_answers_the_same_thread(desk: Desk) -> None:
    (first,) = await desk.draft()
    await desk.approve(first)
    await desk.send(first)
    assert await desk.draft() == []
    desk.instance.clock.advance(days=20)
    await desk.add(ImportRow(id=new_id(), kind="invoices", rows=1, changed=0, at=desk.instance.clock()))
    (second,) = await desk.draft()
    assert second.stage == "second"
    assert second.conversation_id == first.conversation_id


async def _pay(desk: Desk) -> None:
    async with desk.instance.database.write() as uow:
        await uow.session.execute(sa.update(InvoiceRow).values(open_amount=Decimal(0), status="paid"))


async def _hold(desk: Desk) -> None:
    until = desk.instance.clock().date() + timedelta(days=30)
    await desk.add(HoldRow(id=new_id(), customer_id="C-1", until=until, set_at=desk.instance.clock()))


async def _dispute(desk: Desk) -> None:
    await desk.add(
        CaseRow(
            id=new_id(),
            kind=CaseKind.DISPUTE,
            state=CaseState.PROPOSED,
            customer_id="C-1",
            run=0,
            invoices=["INV-1"],
            opened_at=desk.instance.clock(),
        )
    )


async def _mail(desk: Desk) -> None:
    await desk.instance.receive(mail("We will pay INV-1 on Friday."))


async def _old(desk: Desk) -> None:
    async with desk.instance.database.write() as uow:
        await uow.session.execute(sa.update(ImportRow).values(at=desk.instance.clock() - timedelta(days=9)))


async def _old_but_for_another_company(desk: Desk) -> None:
    await _old(desk)
    row = ImportRow(id=new_id(), kind="invoices", rows=1, changed=1, companies=["north"], at=desk.instance.clock())
    await desk.add(row)


@pytest.mark.parametrize("event", [_pay, _hold, _dispute, _mail, _old, _old_but_for_another_company])
async def test_what_happens_between_approval_and_sending_voids_it(desk: Desk, event: object) -> None:
    """Also where no version was raised: the plan itself is asked again."""
    (row,) = await desk.draft()
    await desk.approve(row)
    await event(desk)  # type: ignore[operator]
    assert await desk.send(row) is OutboxState.CANCELLED
    assert await desk.state(row.id) is ReminderState.VOID
    assert desk.instance.sender.sent == []


async def test_what_is_approved_at_night_leaves_in_the_morning_of_a_business_day(desk: Desk) -> None:
    """Friday night in London: Monday is a bank holiday there."""
    desk.instance.clock.now = datetime(2026, 5, 22, 22, 30, tzinfo=UTC)
    async with desk.instance.database.write() as uow:
        await uow.session.execute(sa.update(CustomerRow).values(country="GB", timezone="Europe/London"))
    (row,) = await desk.draft()
    await desk.approve(row)
    view = await desk.pages.reminder(row.id)
    assert view.send_at == datetime(2026, 5, 26, 7, 0, tzinfo=UTC)


async def test_what_is_held_up_into_the_night_leaves_in_the_morning_and_not_after_a_day(desk: Desk) -> None:
    (row,) = await desk.draft()
    await desk.approve(row)
    desk.instance.clock.now = datetime(2026, 5, 21, 21, 0, tzinfo=UTC)
    assert await desk.send(row) is OutboxState.WAITING
    assert desk.instance.sender.sent == []
    desk.instance.clock.now = datetime(2026, 5, 22, 8, 0, tzinfo=UTC)
    assert await desk.send(row) is OutboxState.SENT


async def test_what_is_held_up_into_a_weekend_does_not_leave(desk: Desk) -> None:
    desk.instance.clock.advance(days=1)
    (row,) = await desk.draft()
    await desk.approve(row)
    desk.instance.clock.now = datetime(2026, 5, 22, 21, 0, tzinfo=UTC)
    assert await desk.send(row) is OutboxState.CANCELLED


async def test_a_batch_of_tomorrow_for_the_west_can_be_approved_on_the_evening_before(desk: Desk) -> None:
    async with desk.instance.database.write() as uow:
        await uow.session.execute(sa.update(CustomerRow).values(country="US", timezone="America/New_York"))
        await uow.session.execute(sa.update(InvoiceRow).values(due_date=datetime(2026, 5, 18, tzinfo=UTC).date()))
    desk.instance.clock.now = datetime(2026, 5, 21, 0, 5, tzinfo=UTC)
    (row,) = await desk.draft()
    await desk.approve(row)
    assert await desk.send(row) is OutboxState.SENT


async def test_what_waits_for_the_end_of_holidays_is_not_drafted_again(desk: Desk) -> None:
    """Approved on the evening before Christmas: in Great Britain it leaves on the 29th."""
    async with desk.instance.database.write() as uow:
        await uow.session.execute(sa.update(CustomerRow).values(country="GB", timezone="Europe/London"))
    desk.instance.clock.now = datetime(2026, 12, 24, 20, 0, tzinfo=UTC)
    await desk.add(ImportRow(id=new_id(), kind="invoices", rows=1, changed=1, at=desk.instance.clock()))
    (row,) = await desk.draft()
    await desk.approve(row)
    for _day in range(3):
        desk.instance.clock.advance(days=1)
        assert await desk.draft() == []


async def test_approving_what_the_plan_no_longer_wants_is_refused(desk: Desk) -> None:
    (row,) = await desk.draft()
    await _hold(desk)
    with pytest.raises(Invalid, match="no longer wants"):
        await desk.approve(row)
    assert await desk.state(row.id) is ReminderState.DRAFTED


async def test_of_two_decisions_one_wins_and_readers_decide_nothing(desk: Desk) -> None:
    (row,) = await desk.draft()
    with pytest.raises(NotAllowed):
        await desk.sending.approve(row.id, version=row.version, by=AUDITOR)
    await desk.sending.skip(row.id, version=row.version, by=desk.instance.collector)
    with pytest.raises(StateImpossible):
        await desk.approve(row)
    await desk.sending.undo(row.id, by=desk.instance.collector)
    assert await desk.state(row.id) is ReminderState.DRAFTED


async def test_an_approval_is_taken_back_and_given_again_with_other_words(desk: Desk) -> None:
    (row,) = await desk.draft()
    await desk.approve(row)
    await desk.sending.undo(row.id, by=desk.instance.collector)
    async with desk.instance.database.read() as uow:
        row = await uow.reminders.get(row.id)
    await desk.approve(row, subject="About INV-1", body="Dear Petra,\n\nplease look at INV-1.\n", is_meant=True)
    assert await desk.send(row) is OutboxState.SENT
    (raw,) = desk.instance.sender.sent
    message = message_from_bytes(raw, policy=default)
    assert message["Subject"] == "About INV-1"
    view = await desk.pages.reminder(row.id)
    assert (view.state, view.is_edited) == ("sent", True)
    with pytest.raises(Invalid, match="left"):
        await desk.sending.undo(row.id, by=desk.instance.collector)


async def drafted_words(desk: Desk, row: ReminderRow) -> dict[str, Any]:
    async with desk.instance.database.read() as uow:
        return cast(dict[str, Any], await uow.words.get_json(row.draft_id))


async def test_what_a_person_writes_is_examined_and_they_must_mean_it(desk: Desk) -> None:
    (row,) = await desk.draft()
    words = await drafted_words(desk, row)
    with pytest.raises(WordsDoubtful) as caught:
        await desk.approve(row, subject=words["subject"], body=words["body"] + "\nPlease pay 77,000.00 EUR instead.\n")
    assert "77,000.00" in str(caught.value.remarks)
    with pytest.raises(WordsDoubtful):
        await desk.approve(row, subject="77,000.00 EUR are overdue", body=words["body"])
    assert await desk.state(row.id) is ReminderState.DRAFTED
    friendly = words["body"].rstrip() + "\n\nSee you at the fair, my son says hello to the team.\n"
    await desk.approve(row, subject=words["subject"], body=friendly)
    assert await desk.state(row.id) is ReminderState.APPROVED


@pytest.mark.parametrize("where", ["subject", "body"])
@pytest.mark.parametrize("account", ["GB33 BUKB 2020 1555 5555 55", "Sort code 20-20-15, account number 55555555"])
async def test_an_account_that_is_none_of_ours_leaves_with_nobodys_word(desk: Desk, where: str, account: str) -> None:
    (row,) = await desk.draft()
    words = await drafted_words(desk, row)
    edited = {"subject": words["subject"], "body": words["body"]}
    edited[where] += f" {account}"
    with pytest.raises(Invalid, match="none of ours"):
        await desk.approve(row, is_meant=True, **edited)
    assert await desk.state(row.id) is ReminderState.DRAFTED


async def test_the_number_of_an_invoice_is_no_strange_account(desk: Desk) -> None:
    (row,) = await desk.draft()
    words = await drafted_words(desk, row)
    async with desk.instance.database.write() as uow:
        settled = InvoiceRow(
            id=new_id(),
            number="4500012345",
            customer_id=row.customer_id,
            kind=InvoiceKind.INVOICE,
            amount=Decimal(100),
            open_amount=Decimal(0),
            currency="EUR",
            issue_date=date(2026, 3, 1),
            due_date=date(2026, 4, 1),
            status=InvoiceStatus.PAID,
        )
        uow.session.add(settled)
    body = words["body"].rstrip() + "\n\nKonto 4500012345\n"
    await desk.approve(row, subject=words["subject"], body=body, is_meant=True)
    assert await desk.state(row.id) is ReminderState.APPROVED


async def test_a_refused_text_does_not_leave_under_another_subject(desk: Desk) -> None:
    (row,) = await desk.draft()
    words = await drafted_words(desk, row) | {"problems": ["untraced: 77"]}
    async with desk.instance.database.write() as uow:
        draft_id = await uow.words.put(row.conversation_id, "reminder", words)
        await uow.session.execute(sa.update(ReminderRow).values(draft_id=draft_id, is_refused=True))
    with pytest.raises(Invalid, match="refused"):
        await desk.approve(row, subject="Another subject", body=words["body"], is_meant=True)


async def test_a_batch_is_shown_page_by_page_with_what_needs_an_eye_first(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(batch_pages, "ON_A_PAGE", 3)
    (row,) = await desk.draft()
    values = {column.key: getattr(row, column.key) for column in ReminderRow.__table__.columns}

    def like(name: str, **changes: object) -> ReminderRow:
        return ReminderRow(**values | {"id": new_id(), "company": name, **changes})

    await desk.add(
        like("large", amount=Decimal(9_000)),
        like("decided", amount=Decimal(99_000), state=ReminderState.SKIPPED),
        like("firm", tone="firm"),
        like("refused", is_refused=True),
    )
    async with desk.instance.database.read() as uow:
        companies = {str(one.id): one.company for one in await uow.reminders.of_batch(row.batch_id)}
    first = await desk.pages.batch(row.batch_id)
    assert [companies[one.reminder_id] for one in first.reminders] == ["refused", "firm", "large"]
    last = await desk.pages.batch(row.batch_id, first.next or 0)
    assert [companies[one.reminder_id] for one in last.reminders] == ["", "decided"]
    assert (first.count, first.next, last.next) == (5, 3, None)


async def test_the_papers_can_be_looked_at_before_they_leave(desk: Desk) -> None:
    (row,) = await desk.draft()
    shown = await desk.sending.papers(row.id)
    await desk.approve(row)
    assert await desk.send(row) is OutboxState.SENT
    (raw,) = desk.instance.sender.sent
    sent = [part.get_payload(decode=True) for part in message_from_bytes(raw, policy=default).iter_attachments()]
    assert [paper.content for paper in shown] == sent


async def test_a_later_plan_takes_the_place_of_drafts_that_nobody_decided_on(desk: Desk) -> None:
    (old,) = await desk.draft()
    (new,) = await desk.draft()
    assert await desk.state(old.id) is ReminderState.SUPERSEDED
    assert await desk.state(new.id) is ReminderState.DRAFTED
    lines = await desk.pages.batches()
    assert [line.counts for line in lines] == [{"drafted": 1}, {"superseded": 1}]


async def test_the_scheduled_run_needs_nobody_and_old_data_draft_nothing(desk: Desk) -> None:
    assert (await desk.batches.draft(desk.instance.clock().date(), by=DUEBOX)).drafted == 1
    await _old(desk)
    assert (await desk.batches.draft(desk.instance.clock().date(), by=DUEBOX)).drafted == 0


async def test_the_scheduled_run_without_a_mailbox_does_nothing_and_is_no_failure(desk: Desk) -> None:
    async with desk.instance.database.write() as uow:
        await uow.session.execute(sa.update(MailboxRow).values(active=False))
    await desk.batches.draft_today()
    assert await desk.pages.batches() == ()


INVOICES = "number,customer_id,kind,amount,open_amount,currency,issue_date,due_date,po_number,status"


async def import_left(desk: Desk, folder: Path, left: str) -> None:
    path = folder / "invoices.csv"
    path.write_text(f"{INVOICES}\nINV-1,C-1,invoice,100.00,{left},EUR,2026-04-01,2026-05-01,,open\n")
    await LedgerService(desk.instance.database, desk.instance.clock).import_file("invoices", path)


async def looks_again(desk: Desk) -> bool:
    """Whether a job was queued for a reminder that is to be looked at again."""
    async with desk.instance.database.read() as uow:
        return await uow.session.run_sync(desk.instance.engine.states_of, "redraft-") == {"ENQUEUED"}


async def test_an_import_that_touches_a_draft_has_it_drafted_anew_in_its_place(desk: Desk, tmp_path: Path) -> None:
    (row,) = await desk.draft()
    await import_left(desk, tmp_path, "40.00")
    assert await looks_again(desk)
    await desk.batches.redraft(str(row.id))
    async with desk.instance.database.read() as uow:
        (again,) = await uow.reminders.of_batch(row.batch_id)
        words = await uow.words.get_json(again.draft_id)
    assert (again.id, again.state, again.version) == (row.id, ReminderState.DRAFTED, row.version + 1)
    assert again.amount == Decimal("40.00")
    assert "40.00" in words["body"] + words["table"]["text"]
    await desk.batches.redraft(str(row.id))
    async with desk.instance.database.read() as uow:
        assert (await uow.reminders.get(row.id)).version == again.version, "what still holds stays as it is"
    await desk.approve(again)
    assert await desk.send(again) is OutboxState.SENT


async def test_a_draft_that_an_import_has_made_wrong_waits_for_nobody(desk: Desk, tmp_path: Path) -> None:
    (row,) = await desk.draft()
    await import_left(desk, tmp_path, "0.00")
    await desk.batches.redraft(str(row.id))
    assert await desk.state(row.id) is ReminderState.SUPERSEDED


async def test_what_became_void_is_drafted_anew_the_same_day_and_waits_for_a_person(desk: Desk, tmp_path: Path) -> None:
    (row,) = await desk.draft()
    await desk.approve(row)
    await import_left(desk, tmp_path, "40.00")
    assert await desk.send(row) is OutboxState.CANCELLED
    assert await looks_again(desk)
    await desk.batches.redraft(str(row.id))
    async with desk.instance.database.read() as uow:
        again = await uow.reminders.get(row.id)
    assert (again.state, again.amount, again.decided_by) == (ReminderState.DRAFTED, Decimal("40.00"), None)


async def test_a_void_one_of_yesterday_is_left_to_the_plan_of_today(desk: Desk) -> None:
    (row,) = await desk.draft()
    await desk.approve(row)
    await _hold(desk)
    assert await desk.send(row) is OutboxState.CANCELLED
    desk.instance.clock.advance(days=1)
    await desk.batches.redraft(str(row.id))
    assert await desk.state(row.id) is ReminderState.VOID
