"""A file of all open items: what is missing from it has been closed."""

from collections.abc import Sequence

from app.db.repositories.staging import OpenInvoice, Staging
from app.domain.errors import Invalid
from app.ledger.imports import Checked

MOST_CLOSED_AT_ONCE = 0.20


async def missing(staging: Staging, checked: Checked) -> tuple[Sequence[OpenInvoice], int]:
    """Open invoices that the file leaves out, and how many are open in all.

    A file with a `company` column speaks for the companies that it names; open items of others stay, and are noted.
    """
    companies = await staging.companies()
    counts = await staging.open_by_company()
    others = sorted(company or "without company" for company in counts if companies and company not in companies)
    if others:
        checked.notes.append(f"left as they are, because the file does not name the company: {', '.join(others)}")
    in_scope = sum(count for company, count in counts.items() if not companies or company in companies)
    return await staging.missing_open(companies), in_scope


def question_before(closing: int, of: int) -> str:
    """What to say when too much would be closed at once, or nothing."""
    if closing <= of * MOST_CLOSED_AT_ONCE:
        return ""
    return f"the file would close {closing} of {of} open invoices, more than {MOST_CLOSED_AT_ONCE:.0%}"


def confirm(closing: int, of: int) -> None:
    """Raises Invalid when a person has to say yes first."""
    question = question_before(closing, of)
    if question:
        raise Invalid(f"{question}: if it does hold all open items, confirm with --yes")
