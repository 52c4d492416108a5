"""The paragraph that says what a person decided on the terms asked for. Code writes it from the recorded decision, and
the check lets it pass only as it was written: whatever else a draft grants is refused as before."""

from agents.triage.brief import DraftBrief, Payment, Topic, TopicFacts
from agents.triage.context import TriageContext
from app.domain.account import Account, InvoiceKind
from app.domain.directions import DecidedTerms
from app.domain.text import Span

BREAK = "\n\n"


def clause_of(terms: DecidedTerms, brief: DraftBrief, account: Account, context: TriageContext) -> str:
    """Empty where no templates are at hand; no draft passes the check then."""
    if context.replies is None:
        return ""
    kinds = {invoice.number: invoice.kind for invoice in account.invoices}
    facts = TopicFacts(
        Topic.EXTENSION_RECEIVED,
        terms.invoices,
        day=terms.until,
        amount=terms.amount.amount if terms.amount else None,
        currency=terms.amount.currency if terms.amount else "",
        are_invoices=all(kinds.get(number) is InvoiceKind.INVOICE for number in terms.invoices),
        payments=tuple(Payment((), step.day, step.amount.amount, step.amount.currency) for step in terms.steps),
        kind=terms.kind,
        outcome=terms.outcome,
    )
    return context.replies.clause(brief, facts)


def with_clause(body: str, clause: str) -> str:
    """The letter with the decision in it, as the last thing before the closing."""
    *letter, closing = body.split(BREAK)
    return BREAK.join([*letter, clause, closing] if letter else [closing, clause])


def place_of(clause: str, body: str) -> Span | None:
    """Where the decision stands: once, whole, and as a paragraph of its own. None where it does not."""
    paragraphs = body.split(BREAK)
    if not clause or paragraphs.count(clause) != 1 or body.count(clause) != 1:
        return None
    start = body.index(clause)
    return Span(start, start + len(clause))


def without(span: Span, body: str) -> str:
    """The rest of the letter, every offset as it was."""
    return f"{body[: span.start]}{' ' * (span.end - span.start)}{body[span.end :]}"
