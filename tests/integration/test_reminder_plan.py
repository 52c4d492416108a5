"""The plan from the database, on SQLite and PostgreSQL. C-1 owes INV-1, due on 2026-05-01; it is 2026-05-21."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
import sqlalchemy as sa

from app.db.repositories.situations import Situations
from app.db.tables.ledger import CaseRow, CustomerRow, HoldRow, ImportRow, InvoiceRow
from app.db.tables.mail import MessageRow
from app.domain.account import InvoiceKind, InvoiceStatus
from app.domain.errors import NotFound
from app.domain.freshness import Staleness
from app.domain.ids import new_id
from app.domain.intents import Intent
from app.domain.reminder import CustomerSituation, NextAction, PlanLine, Why
from app.domain.review import Action, CaseKind, CaseState
from app.policies.reminders import load_reminders
from app.reminders.service import ReminderService
from tests.instances import Instance, mail

TODAY = date(2026, 5, 21)
A_WEEKEND = timedelta(hours=72)


async def _add(instance: Instance, *rows: Any) -> None:
    async with instance.database.write() as uow:
        uow.session.add_all(rows)


async def _plan(instance: Instance, as_of: date = TODAY) -> list[PlanLine]:
    service = ReminderService(instance.database, load_reminders(), max_age=A_WEEKEND)
    return [line async for line in service.plan(as_of)]


@pytest.fixture
async def imported(instance: Instance) -> Instance:
    await _add(instance, ImportRow(id=new_id(), kind="invoices", rows=1, changed=1, at=instance.clock()))
    return instance


def _invoice(number: str, amount: str, kind: InvoiceKind = InvoiceKind.INVOICE) -> InvoiceRow:
    return InvoiceRow(
        id=new_id(),
        number=number,
        customer_id="C-1",
        kind=kind,
        amount=Decimal(amount),
        open_amount=Decimal(amount),
        currency="EUR",
        issue_date=date(2026, 4, 1),
        due_date=date(2026, 5, 1),
        status=InvoiceStatus.OPEN,
    )


FRESH = Staleness({}, others=False)


async def test_every_customer_has_an_outcome(imported: Instance) -> None:
    await _add(imported, CustomerRow(id="C-2", name="Nobody Owes Ltd", language="en", currency="EUR"))
    await _add(imported, _invoice("INV-2", "50.10"), _invoice("CN-1", "-20.05", InvoiceKind.CREDIT_NOTE))
    due, paid = await _plan(imported)
    assert (due.customer_id, due.action, due.amount) == ("C-1", NextAction.REMIND, Decimal("130.05"))
    assert (due.invoices, due.credit_notes) == (("INV-1", "INV-2"), ("CN-1",))
    assert due.contact_email == "petra@customer.example"
    assert (paid.customer_id, paid.reason) == ("C-2", Why.PAID)


async def test_ledger_without_a_recent_import_reminds_nobody(instance: Instance) -> None:
    assert [line.reason for line in await _plan(instance)] == [Why.STALE_DATA]
    old = instance.clock() - timedelta(days=9)
    await _add(instance, ImportRow(id=new_id(), kind="invoices", rows=1, changed=1, at=old))
    assert [line.reason for line in await _plan(instance)] == [Why.STALE_DATA]


async def test_a_company_whose_invoices_are_old_reminds_nobody_though_another_s_are_new(instance: Instance) -> None:
    at = instance.clock()
    south = _invoice("S-1", "70.00")
    south.company = "south"
    await _add(instance, south)
    for company, age in (("south", timedelta(days=9)), ("", timedelta())):
        row = ImportRow(id=new_id(), kind="invoices", rows=1, changed=1, companies=[company], at=at - age)
        await _add(instance, row)
    lines = {line.company: line.reason for line in await _plan(instance)}
    assert lines == {"": Why.DUE, "south": Why.STALE_DATA}


async def test_the_hour_is_learnt_from_the_contact_s_own_mails_and_never_of_a_person(imported: Instance) -> None:
    await imported.receive(mail())
    await imported.receive(mail("Where is the delivery note?", sender="Max <max@customer.example>"))
    async with imported.database.write() as uow:
        await uow.session.execute(sa.update(MessageRow).values(customer_id="C-1"))
    service = ReminderService(imported.database, load_reminders(), max_age=A_WEEKEND)
    situation, _lines = await service.explain("C-1", TODAY)
    assert (len(situation.replies), [len(one.replies) for one in situation.contacts]) == (2, [1])
    async with imported.database.write() as uow:
        await uow.session.execute(sa.update(CustomerRow).values(natural_person=True))
    situation, _lines = await service.explain("C-1", TODAY)
    assert [len(one.replies) for one in situation.contacts] == [0]


async def test_hold_stops_until_its_day(imported: Instance) -> None:
    await _add(imported, HoldRow(id=new_id(), customer_id="C-1", until=TODAY, set_at=imported.clock()))
    assert [line.reason for line in await _plan(imported)] == [Why.HOLD]
    assert [line.reason for line in await _plan(imported, TODAY + timedelta(days=1))] == [Why.DUE]


async def test_mail_in_the_queue_and_then_our_answer_keep_us_quiet(imported: Instance) -> None:
    imported.mind.intent = Intent.QUERY
    (review,) = await imported.work(mail("Thanks, I will look at it."))
    assert [line.reason for line in await _plan(imported)] == [Why.UNANSWERED_MAIL]
    await imported.reviews.decide(review.id, Action.APPROVE, version=review.version, by=imported.collector)
    assert [line.reason for line in await _plan(imported)] == [Why.ENGAGED]


@pytest.mark.parametrize(
    ("kind", "state", "amount", "expected", "left"),
    [
        (CaseKind.PROMISE, CaseState.PROPOSED, None, Why.PROMISE_RUNNING, "100.00"),
        (CaseKind.PROMISE, CaseState.REMOVED, None, Why.DUE, "100.00"),
        (CaseKind.EXTENSION, CaseState.PROPOSED, None, Why.EXTENSION, "100.00"),
        (CaseKind.HARDSHIP, CaseState.CONFIRMED, None, Why.HARDSHIP, "100.00"),
        (CaseKind.DISPUTE, CaseState.PROPOSED, "40.00", Why.DISPUTE, "100.00"),
        (CaseKind.DISPUTE, CaseState.CONFIRMED, "40.00", Why.DUE, "60.00"),
    ],
)
async def test_running_case_stops_what_it_is_about(
    imported: Instance, kind: CaseKind, state: CaseState, amount: str | None, expected: Why, left: str
) -> None:
    (message,) = await imported.receive(mail())
    case = CaseRow(
        id=new_id(),
        kind=kind,
        state=state,
        customer_id="C-1",
        message_id=message.id,
        run=99,
        invoices=["INV-1"],
        amount=Decimal(amount) if amount else None,
        currency="EUR",
        opened_at=imported.clock(),
    )
    await _add(imported, case)
    later = TODAY + timedelta(days=1)
    service = ReminderService(imported.database, load_reminders(), max_age=A_WEEKEND)
    situation, lines = await service.explain("C-1", later)
    assert situation.has_unanswered_mail
    wanted = Why.UNANSWERED_MAIL if expected is Why.DUE else expected
    assert [(line.reason, line.amount) for line in lines] == [(wanted, Decimal(left))]


async def test_pages_hold_the_same_customers_as_the_whole(imported: Instance) -> None:
    """Also who waits for an answer and whom we wrote to, which is looked up apart."""
    await _add(imported, *(CustomerRow(id=f"C-{n}", name="", language="en", currency="EUR") for n in (0, 2, 3)))
    imported.mind.intent = Intent.QUERY
    answered, _waiting = await imported.work(mail("Thanks."), mail("And one more.", subject="Another"))
    await imported.reviews.decide(answered.id, Action.APPROVE, version=answered.version, by=imported.collector)
    async with imported.database.read() as uow:
        situations = Situations(uow.session, uow.words.keyring)
        whole = [one async for one in situations.stream(TODAY, stale=FRESH, with_delays=True)]
        paged: list[CustomerSituation] = []
        while page := await situations.page(
            TODAY, stale=FRESH, with_delays=True, after=paged[-1].customer_id if paged else "", limit=2
        ):
            paged += page
    assert paged == whole
    petra = paged[1]
    assert (petra.customer_id, petra.has_unanswered_mail, len(petra.contacted)) == ("C-1", True, 1)


async def test_unknown_customer_is_named(imported: Instance) -> None:
    with pytest.raises(NotFound, match="C-9"):
        await ReminderService(imported.database, load_reminders(), max_age=A_WEEKEND).explain("C-9", TODAY)
