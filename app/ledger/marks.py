"""*Payment seen*: money has come in that the invoice file could not know of. It stops reminders and changes no total.

The rule, applied after every file of invoices or payments: a payment counts as newer when its date is the day (UTC) of
the newest invoice import, or later. An open invoice is marked while a newer payment of its customer names its number;
a customer is marked while a newer payment of theirs names no invoice of theirs that we know. So a later invoice import
clears the marks of all payments older than its day, and a payment of that same day is believed until the next one.
"""

from datetime import date
from uuid import UUID

from app.db.repositories.imports import Imports
from app.db.tables.ledger import CustomerRow, InvoiceRow


async def refresh(imports: Imports, invoices_as_of: date) -> tuple[set[str], int]:
    """Set and clear marks. Returns the customers with another mark now, and how many marks were newly set."""
    invoices, customers = await _due(imports, invoices_as_of)
    marked_invoices, marked_customers = await imports.marked()
    new_invoices = invoices.keys() - marked_invoices.keys()
    old_invoices = marked_invoices.keys() - invoices.keys()
    await imports.mark(InvoiceRow, new_invoices, seen=True)
    await imports.mark(InvoiceRow, old_invoices, seen=False)
    await imports.mark(CustomerRow, customers - marked_customers, seen=True)
    await imports.mark(CustomerRow, marked_customers - customers, seen=False)
    changed = {invoices[i] for i in new_invoices} | {marked_invoices[i] for i in old_invoices}
    return changed | (customers ^ marked_customers), len(new_invoices) + len(customers - marked_customers)


async def _due(imports: Imports, since: date) -> tuple[dict[UUID, str], set[str]]:
    payments = {(p.customer_id, p.invoice_number.upper()) for p in await imports.payments_since(since)}
    numbers = {number for _customer, number in payments if number}
    known = await imports.invoices_numbered(numbers)
    invoices = {i.id: i.customer_id for i in known if i.is_open and (i.customer_id, i.number) in payments}
    explained = {(i.customer_id, i.number) for i in known}
    return invoices, {customer for customer, number in payments if (customer, number) not in explained}
