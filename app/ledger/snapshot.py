"""A file of all open items: what is missing from it has been closed."""

from collections.abc import Sequence

from app.db.repositories.imports import Imports, OpenInvoice
from app.domain.errors import Invalid
from app.ledger.imports import Checked

MOST_CLOSED_AT_ONCE = 0.20


async def missing(imports: Imports, checked: Checked) -> tuple[Sequence[OpenInvoice], int]:
    """Open invoices that the file leaves out, and how many are open in all.

    A file with a `company` column speaks for the companies that it names; open items of others stay, and are noted.
    """
    every = await imports.open_invoices()
    companies = {company for company, _number in checked.keys}
    speaks_for_all = "company" not in checked.file.header or not companies
    in_scope = [invoice for invoice in every if speaks_for_all or invoice.company in companies]
    if len(in_scope) < len(every):
        others = sorted({invoice.company or "without company" for invoice in every} - companies)
        checked.notes.append(f"left as they are, because the file does not name the company: {', '.join(others)}")
    return [invoice for invoice in in_scope if (invoice.company, invoice.number) not in checked.keys], len(in_scope)


def needs_confirming(closing: int, of: int) -> str:
    """What to say when too much would be closed at once, or nothing."""
    if closing <= of * MOST_CLOSED_AT_ONCE:
        return ""
    return f"the file would close {closing} of {of} open invoices, more than {MOST_CLOSED_AT_ONCE:.0%}"


def confirm(closing: int, of: int) -> None:
    """Raises Invalid when a person has to say yes first."""
    question = needs_confirming(closing, of)
    if question:
        raise Invalid(f"{question}: if it does hold all open items, confirm with --yes")
