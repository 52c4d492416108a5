"""Which clause speaks for which intent, in a mail about several invoices: as the classifier hears it."""

from collections.abc import Callable

from app.domain.account import Account
from app.domain.case import Letter
from app.domain.text import Span
from app.reading.classifier import Classifier
from app.reading.statements import read_statements
from app.reading.ties import BySpan

READ = 20_000

Hear = Callable[[Letter, Account], BySpan]
"""Offsets count in the letter's body."""


def deaf(_letter: Letter, _account: Account) -> BySpan:
    """Where no classifier listens, the readers' words decide alone."""
    return {}


def hearing(classifier: Classifier) -> Hear:
    def hear(letter: Letter, account: Account) -> BySpan:
        body = letter.body.value[:READ]
        statements = read_statements(body, "", letter.language, letter.today, account)
        if len({s.invoices for s in statements if s.invoices}) < 2:  # noqa: PLR2004 nothing to divide
            return {}
        return classifier.hear(body, [Span(s.start, s.end) for s in statements], letter.language)

    return hear
