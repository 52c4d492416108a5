"""The list of customers and the page of one: everything that is known, in the order of its dates."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, time
from decimal import Decimal

from app.db.repositories.balances import NOT_KNOWN, After
from app.db.repositories.figures import Choices, Slice
from app.db.tables.figures import BalanceRow
from app.db.tables.ledger import CaseRow, CustomerRow, InvoiceRow, PaymentRow
from app.db.tables.reminders import ReminderRow
from app.db.tables.work import OutboxRow
from app.db.uow import Database, Uow
from app.domain.account import CLOSED, InvoiceKind
from app.domain.clock import Clock
from app.domain.errors import Invalid, NotFound
from app.domain.forecast import Expectation
from app.domain.people import SignedIn
from app.domain.receivables import AGES, age_of
from app.domain.review import RUNNING, CaseKind
from app.insights.pages import balance_view, with_currency
from app.insights.standing import StandingOf, expected_days, standing_view
from app.insights.view import Account, Amount, Balance, Customer, Customers, Event, HeldUntil, OpenItem, Person

LISTED = 50
EVENTS = 60


class CustomerPages:
    """Builds views; changes nothing."""

    def __init__(self, database: Database, clock: Clock, standing_of: StandingOf) -> None:
        self._database = database
        self._clock = clock
        self._standing_of = standing_of

    async def listed(self, part: Slice, *, text: str, by_risk: bool = False, after: str) -> Customers:
        """A page of customers who owe something, the most overdue or the most at risk first; a search looks through all
        currencies, and finds who owes nothing too.

        Raises Invalid for a broken cursor.
        """
        place = _read_cursor(after) if after else None
        async with self._database.read() as uow:
            day = await uow.figures.newest_day()
            choices = await uow.figures.choices(day) if day else Choices((), (), (), ())
            part = with_currency(part, choices)
            if text:
                found = await uow.balances.find(text, part, by_risk=by_risk, after=place, limit=LISTED + 1)
            else:
                found = await uow.balances.page(part, by_risk=by_risk, after=place, limit=LISTED + 1)
            rows = [_listed(*row, day or self._clock().date()) for row in found[:LISTED]]
            cursor = _cursor(*found[LISTED - 1]) if len(found) > LISTED else ""
            return Customers(rows, part, choices, await uow.users.names_by_address(), text, by_risk, cursor)

    async def customer(self, customer_id: str, reader: SignedIn) -> Customer:
        """Why nobody may write to them is for those who decide. Raises NotFound."""
        today = self._clock().astimezone(UTC).date()
        standing = await self._standing_of(customer_id)
        expected = expected_days(standing)
        async with self._database.read() as uow:
            row = await uow.ledger.customer(customer_id)
            if row is None:
                raise NotFound("there is no such customer")
            invoices = [i for i in await uow.ledger.invoices(customer_id) if i.status not in CLOSED and i.open_amount]
            cases = await uow.cases.of_customer(customer_id)
            names, owners = await uow.users.names(), await uow.users.names_by_address()
            holds = await uow.ledger.holds(customer_id)
            return Customer(
                customer_id=row.id,
                name=row.name,
                segment=row.segment,
                country=row.country,
                language=row.language,
                company=row.company,
                owner=owners.get(row.owner_email, row.owner_email),
                terms_days=row.payment_terms_days,
                credit_limit=Amount(row.credit_limit, row.currency) if row.credit_limit is not None else None,
                is_strategic=row.strategic,
                is_natural_person=row.natural_person,
                accounts=tuple(_accounts(invoices, today)),
                items=tuple(_item(invoice, cases, expected, today) for invoice in invoices),
                contacts=tuple(
                    Person(c.id, c.name, c.email, c.phone, c.role.value, c.language, c.active, c.reachability.value)
                    for c in await uow.ledger.contacts(customer_id)
                ),
                holds=tuple(
                    HeldUntil(
                        hold_id=str(hold.id),
                        until=hold.until,
                        set_by=names.get(hold.set_by, "") if hold.set_by else "",
                        reason=uow.words.opened(hold.id, hold.reason) if reader.can_decide else "",
                    )
                    for hold in holds
                ),
                standing=standing_view(standing),
                timeline=await self._timeline(uow, row, cases),
            )

    async def _timeline(self, uow: Uow, customer: CustomerRow, cases: Sequence[CaseRow]) -> tuple[Event, ...]:
        names = await uow.users.names()
        events = [
            *await _mails(uow, customer.id),
            *(_payment(row) for row in await uow.ledger.payments(customer.id)),
            *(_case(row) for row in cases),
        ]
        events += [
            Event(hold.set_at, "hold", day=hold.until, who=names.get(hold.set_by, "") if hold.set_by else "")
            for hold in await uow.balances.holds(customer.id)
        ]
        return tuple(sorted(events, key=lambda event: event.at, reverse=True)[:EVENTS])


async def _mails(uow: Uow, customer_id: str) -> list[Event]:
    received = await uow.balances.messages(customer_id, EVENTS)
    heads = await uow.messages.heads([message for message, _ in received])
    events = []
    for message, review_id in received:
        head = heads.get(message.id)
        sender = (head.sender.name or head.sender.email) if head else ""
        subject = head.subject if head else ""
        link = f"/reviews/{review_id}" if review_id else ""
        events.append(Event(message.received_at, "mail", message.state.value, who=sender, subject=subject, link=link))
    return [*events, *(_sent(*one) for one in await uow.balances.sent(customer_id, EVENTS))]


def _sent(row: OutboxRow, reminder: ReminderRow | None) -> Event:
    at = row.sent_at or row.send_after
    if reminder is None:
        return Event(at, "sent", row.state.value, link=f"/reviews/{row.review_id}")
    return Event(
        at, "sent", row.state.value, detail=reminder.stage, tone=reminder.tone, link=f"/reminders/{reminder.id}"
    )


def _payment(row: PaymentRow) -> Event:
    numbers = (row.invoice_number,) if row.invoice_number else ()
    at = datetime.combine(row.day, time(), UTC)
    return Event(at, "payment", invoices=numbers, amount=Amount(row.amount, row.currency))


def _case(row: CaseRow) -> Event:
    return Event(
        row.opened_at,
        row.kind.value,
        row.state.value,
        detail=row.detail if row.kind is not CaseKind.PROMISE else "",
        invoices=tuple(row.invoices),
        amount=Amount(row.amount, row.currency) if row.amount is not None and row.currency else None,
        day=row.day,
        link=f"/cases/{row.id}",
    )


def _accounts(invoices: Sequence[InvoiceRow], today: date) -> Iterable[Account]:
    for currency in sorted({invoice.currency for invoice in invoices}):
        mine = [invoice for invoice in invoices if invoice.currency == currency]
        ages = dict.fromkeys(AGES, Decimal(0))
        for invoice in mine:
            if invoice.kind is InvoiceKind.INVOICE:
                ages[age_of((today - invoice.due_date).days)] += invoice.open_amount
        late = [(today - i.due_date).days for i in mine if i.kind is InvoiceKind.INVOICE and i.due_date < today]
        yield Account(
            outstanding=Amount(sum((i.open_amount for i in mine), Decimal(0)), currency),
            overdue=Amount(sum(list(ages.values())[1:], Decimal(0)), currency),
            ages=tuple(ages.values()),
            items=len(mine),
            days_late=max(late, default=0),
        )


def _item(
    invoice: InvoiceRow, cases: Sequence[CaseRow], expected: Mapping[tuple[str, str], Expectation], today: date
) -> OpenItem:
    """With the newest case that runs on it, if any."""
    running = [case for case in cases if case.state in RUNNING and invoice.number in case.invoices]
    is_credit = invoice.kind is InvoiceKind.CREDIT_NOTE
    return OpenItem(
        number=invoice.number,
        company=invoice.company,
        is_credit=is_credit,
        due=invoice.due_date,
        days_late=0 if is_credit else max((today - invoice.due_date).days, 0),
        open=Amount(invoice.open_amount, invoice.currency),
        state=running[-1].kind.value if running else "",
        state_day=running[-1].day if running else None,
        payment_seen=invoice.payment_seen,
        expected=expected.get((invoice.company, invoice.number)),
    )


def _listed(row: BalanceRow | None, customer: CustomerRow, at_risk: Decimal | None, day: date) -> Balance:
    if row is not None:
        return balance_view(row, customer, at_risk, day)
    nothing = Amount(Decimal(0), customer.currency.strip())
    return Balance(
        customer_id=customer.id,
        name=customer.name,
        segment=customer.segment,
        company=customer.company,
        owner=customer.owner_email,
        outstanding=nothing,
        overdue=nothing,
        days_late=0,
        items=0,
        is_natural_person=customer.natural_person,
        at_risk=None,
    )


def _cursor(row: BalanceRow | None, customer: CustomerRow, at_risk: Decimal | None) -> str:
    known = NOT_KNOWN if at_risk is None else at_risk
    if row is None:
        return f"{known:f}~{NOT_KNOWN:f}~{customer.currency.strip()}~{customer.company}~{customer.id}"
    return f"{known:f}~{row.overdue:f}~{row.currency}~{row.company}~{row.customer_id}"


def _read_cursor(text: str) -> After:
    try:
        at_risk, overdue, currency, company, customer_id = text.split("~", 4)
        return After(Decimal(at_risk), Decimal(overdue), customer_id, company, currency)
    except (ValueError, ArithmeticError):
        raise Invalid("the address of this page is broken: open the list again") from None
