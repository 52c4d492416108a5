"""*Payment seen*: money has come in that the invoice file could not know of. It stops reminders and changes no total.

The rule, applied after every file of invoices or payments: a payment counts as newer when its date is the day (UTC) of
the newest invoice import that speaks for a company, or later. An open invoice is marked while a newer payment of its
customer names its number; a customer is marked while a payment of theirs that is newer than the ledger of any company
they owe names no invoice of theirs that we know. So a later invoice import clears the marks of all payments older than
its day with the companies that it speaks for, and a payment of that same day is believed until the next one.
"""

from datetime import UTC, date
from uuid import UUID

from app.db.repositories.imports import Imports
from app.db.tables.ledger import CustomerRow, InvoiceRow
from app.domain.freshness import Imports as Imported
from app.domain.freshness import day_of, newest_by_company


async def refresh(imports: Imports) -> tuple[set[str], int]:
    """Set and clear marks. Returns the customers with another mark now, and how many marks were newly set."""
    whole = await imports.whole()
    if not whole:
        return set(), 0
    invoices, customers = await _due(imports, whole)
    marked_invoices, marked_customers = await imports.marked()
    new_invoices = invoices.keys() - marked_invoices.keys()
    old_invoices = marked_invoices.keys() - invoices.keys()
    await imports.mark(InvoiceRow, new_invoices, seen=True)
    await imports.mark(InvoiceRow, old_invoices, seen=False)
    await imports.mark(CustomerRow, customers - marked_customers, seen=True)
    await imports.mark(CustomerRow, marked_customers - customers, seen=False)
    changed = {invoices[i] for i in new_invoices} | {marked_invoices[i] for i in old_invoices}
    return changed | (customers ^ marked_customers), len(new_invoices) + len(customers - marked_customers)


async def _due(imports: Imports, whole: Imported) -> tuple[dict[UUID, str], set[str]]:
    days = {company: day_of(company, whole) for company in newest_by_company(whole)}
    newest, unnamed = whole[0][0].astimezone(UTC).date(), day_of(None, whole)
    oldest = min(day for day in (*days.values(), unnamed) if day)

    def day_of_ledger(company: str) -> date:
        """Of a company that no file spoke for of late: nothing is known of it that is newer than the oldest."""
        return days.get(company) or unnamed or oldest

    payments: dict[tuple[str, str], date] = {}
    for payment in await imports.payments_since(oldest):
        key = payment.customer_id, payment.invoice_number.upper()
        payments[key] = max(payment.day, payments.get(key, payment.day))
    known = await imports.invoices_numbered({number for _customer, number in payments if number})
    explained = {(i.customer_id, i.number) for i in known}
    unexplained: dict[str, date] = {}
    for (customer, number), day in payments.items():
        if (customer, number) not in explained:
            unexplained[customer] = max(day, unexplained.get(customer, day))
    owed = await imports.companies_of(unexplained)
    invoices = {
        i.id: i.customer_id
        for i in known
        if i.is_open and payments.get((i.customer_id, i.number), date.min) >= day_of_ledger(i.company)
    }
    customers = {
        customer
        for customer, day in unexplained.items()
        if day >= min(map(day_of_ledger, owed.get(customer, ())), default=newest)
    }
    return invoices, customers
