"""A customer's standing from the database, on SQLite and PostgreSQL. C-1 owes INV-1, 100 EUR due 2026-05-01."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from app.db.repositories.signals import Signals
from app.db.tables.ledger import ContactRow, CustomerRow, HoldRow, InvoiceRow, PaymentRow
from app.demo.history import END, sample_ledger
from app.demo.history_files import write_files
from app.domain.account import InvoiceKind, InvoiceStatus
from app.domain.conduct import Conduct, NotScored, Stop
from app.domain.errors import NotFound
from app.domain.forecast import Basis, Forecast
from app.domain.ids import new_id
from app.domain.intents import Intent
from app.domain.next_action import ActionKind
from app.domain.review import Action
from app.ledger.service import LedgerService
from app.ledger.standing import StandingService
from app.policies.standing import load_actions, load_standing
from tests.instances import Instance, mail

TODAY = date(2026, 5, 21)


def _service(instance: Instance) -> StandingService:
    return StandingService(instance.database, load_standing(), load_actions(), instance.clock)


def _paid(number: int, delay: int, customer: str = "C-1") -> list[Any]:
    due = date(2025, 9, 1) + timedelta(days=20 * number)
    invoice = InvoiceRow(
        id=new_id(),
        number=f"OLD-{customer}-{number}",
        customer_id=customer,
        kind=InvoiceKind.INVOICE,
        amount=Decimal(50),
        open_amount=Decimal(0),
        currency="EUR",
        issue_date=due - timedelta(days=30),
        due_date=due,
        status=InvoiceStatus.PAID,
    )
    payments = [
        PaymentRow(
            id=f"P-{customer}-{number}-{part}",
            customer_id=customer,
            day=due + timedelta(days=delay - 2 * part),
            amount=Decimal(25),
            currency="EUR",
            invoice_number=invoice.number.lower(),
        )
        for part in (0, 1)
    ]
    return [invoice, *payments]


async def _add(instance: Instance, *rows: Any) -> None:
    async with instance.database.write() as uow:
        uow.session.add_all(rows)


async def _conduct(instance: Instance) -> Conduct:
    async with instance.database.read() as uow:
        (facts,) = await Signals(uow.session).facts(["C-1"], TODAY)
    assert isinstance(facts.conduct, Conduct)
    return facts.conduct


async def test_an_invoice_is_paid_on_the_day_of_its_last_payment(instance: Instance) -> None:
    await _add(instance, *(row for number in range(6) for row in _paid(number, 10 + number)))
    conduct = await _conduct(instance)
    assert [invoice.delay for invoice in conduct.paid] == [10, 11, 12, 13, 14, 15]
    standing = await _service(instance).of("C-1")
    assert isinstance(standing.forecast, Forecast)
    assert standing.forecast.unknown[0].number == "INV-1"
    assert standing.next_action.rule == "second"


async def test_the_segment_speaks_for_a_company_without_a_history_but_persons_do_not(instance: Instance) -> None:
    others = [CustomerRow(id="C-2", name="Two Ltd"), CustomerRow(id="C-3", name="Ada", natural_person=True)]
    await _add(instance, *others)
    await _add(instance, *(row for n in range(5) for c, d in (("C-2", 30), ("C-3", 90)) for row in _paid(n, d, c)))
    async with instance.database.read() as uow:
        assert await Signals(uow.session).segment_delays(TODAY) == {"standard": (30,) * 5}
    standing = await _service(instance).of("C-1")
    assert isinstance(standing.forecast, Forecast)
    (expected,) = standing.forecast.expectations
    assert (expected.basis, expected.expected) == (Basis.SEGMENT, date(2026, 5, 31))


async def test_of_a_natural_person_nothing_is_scored(instance: Instance) -> None:
    async with instance.database.write() as uow:
        await uow.session.execute(sa.update(CustomerRow).values(natural_person=True))
        uow.session.add_all(row for number in range(6) for row in _paid(number, 40))
    standing = await _service(instance).of("C-1")
    assert {standing.signals, standing.priority, standing.forecast} == {NotScored.NATURAL_PERSON}
    assert standing.next_action.kind is ActionKind.REMIND


async def test_a_mail_that_waits_a_hold_and_a_promise_stop(instance: Instance) -> None:
    (review,) = await instance.work(mail("We will pay INV-1 on Friday."))
    async with instance.database.read() as uow:
        (waiting,) = await Signals(uow.session).facts(["C-1"], TODAY)
    assert Stop.UNANSWERED_MAIL in waiting.position.stops
    await instance.reviews.decide(review.id, Action.APPROVE, version=review.version, by=instance.collector)
    await _add(instance, HoldRow(id=new_id(), customer_id="C-1", until=TODAY, set_at=instance.clock()))
    async with instance.database.read() as uow:
        (facts,) = await Signals(uow.session).facts(["C-1"], TODAY)
    assert Stop.HOLD in facts.position.stops
    assert Stop.UNANSWERED_MAIL not in facts.position.stops
    conduct = await _conduct(instance)
    assert [mail.intents for mail in conduct.mails] == [frozenset({Intent.PAYMENT_PROMISE})]
    assert (await _service(instance).of("C-1")).next_action.rule == "hold"


async def test_contacts_and_limit_are_read(instance: Instance) -> None:
    async with instance.database.write() as uow:
        await uow.session.execute(sa.update(ContactRow).values(active=False))
        await uow.session.execute(sa.update(CustomerRow).values(credit_limit=Decimal("99.50")))
    conduct = await _conduct(instance)
    assert [contact.is_reachable for contact in conduct.contacts] == [False]
    assert str(conduct.credit_limit) == "99.50 EUR"
    assert (await _service(instance).of("C-1")).next_action.kind is ActionKind.SWITCH_CONTACT


async def test_an_unknown_customer_is_named(instance: Instance) -> None:
    with pytest.raises(NotFound, match="C-9"):
        await _service(instance).of("C-9")


async def test_an_invented_ledger_can_be_imported_and_everybody_has_a_standing(
    instance: Instance, tmp_path: Path
) -> None:
    ledger = sample_ledger(30, seed=5)
    write_files(ledger, tmp_path, END)
    instance.clock.now = datetime(2026, 6, 1, 9, tzinfo=UTC)
    service = LedgerService(instance.database, instance.clock)
    for kind in ("customers", "contacts", "invoices", "payments"):
        await service.import_file(kind, tmp_path / f"{kind}.csv")
    standings = {standing.customer_id: standing async for standing in _service(instance).of_all()}
    owing = {invoice.customer_id for invoice in ledger.invoices if invoice.open_on(END)}
    assert standings.keys() == owing | {"C-1"}
    assert standings["C-1"] == await _service(instance).of("C-1")
    some = next(id_ for id_ in sorted(owing) if isinstance(standings[id_].forecast, Forecast))
    assert standings[some] == await _service(instance).of(some)
