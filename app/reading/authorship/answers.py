"""What a mail says, where it answers line by line: each answer after the invoice numbers of the line it answers.

> INV-1, 100.00        becomes     INV-1
paid on Tuesday                    paid on Tuesday
"""

from app.domain.account import Account
from app.domain.message import ReplyParts
from app.domain.text import Span
from app.reading.bills.invoices import match_invoices

LINE_BY_LINE = 2
"""So many answers below a quoted line with an invoice number make a mail that answers line by line."""

_LINES_BACK = 4
"""An item of a quoted list is at most so many lines long."""


def with_what_is_answered(parts: ReplyParts, text: str, account: Account) -> tuple[Span, ...]:
    """The spans of the writer's new words and, in a mail that answers line by line, of the numbers before each."""
    spans: list[Span] = []
    answers = 0
    before: tuple[Span, ...] = ()
    quoted = set(parts.quoted)
    for span in sorted((*parts.new, *parts.quoted)):
        if span in quoted:
            before = _asked(text, account, span)
            continue
        answers += bool(before)
        spans.extend((*before, span))
        before = ()
    return tuple(spans) if answers >= LINE_BY_LINE else parts.new


def _asked(text: str, account: Account, quoted: Span) -> tuple[Span, ...]:
    """The invoice numbers of the last line of a quotation that has any."""
    end = quoted.end
    for _ in range(_LINES_BACK):
        start = max(text.rfind("\n", quoted.start, end) + 1, quoted.start)
        found = match_invoices(text[start:end], account)
        if found:
            return tuple(Span(start + match.start, start + match.end) for match in found)
        end = start - 1
        if end <= quoted.start:
            break
    return ()
