"""What a classifier hears beyond the intents of a mail: which clause speaks for which, and what kinds there are."""

from collections.abc import Callable, Collection

from app.domain.account import Account
from app.domain.case import Letter
from app.domain.intents import Intent
from app.domain.proposal import BODY
from app.domain.text import Span
from app.reading.facts.reader import SILENCE, Heard
from app.reading.facts.statements import read_statements
from app.reading.facts.ties import MAIN, BySpan
from app.reading.model.classifier import Classifier

READ = 20_000

Hear = Callable[[Letter, Account, Collection[Intent]], Heard]
"""Offsets count in the letter."""

_OF_A_KIND = frozenset({Intent.DISPUTE, Intent.EXTENSION_REQUEST})


def deaf(_letter: Letter, _account: Account, _intents: Collection[Intent]) -> Heard:
    """Where no classifier listens, the readers' words decide alone."""
    return SILENCE


def hearing(classifier: Classifier) -> Hear:
    def hear(letter: Letter, account: Account, intents: Collection[Intent]) -> Heard:
        is_of_a_kind = not _OF_A_KIND.isdisjoint(intents)
        return Heard(
            clauses=_clauses(classifier, letter, account) if _are_to_be_divided(intents) else {},
            kinds=classifier.hear_kinds(letter.subject.value, letter.body.value, letter.language)
            if is_of_a_kind
            else (),
        )

    return hear


def _are_to_be_divided(intents: Collection[Intent]) -> bool:
    """An intent that stands alone has all the invoices (ties.py)."""
    return len(set(MAIN).intersection(intents)) > 1


def _clauses(classifier: Classifier, letter: Letter, account: Account) -> BySpan:
    """Only where there are several invoices to divide the intents between."""
    body = letter.body.value[:READ]
    said = read_statements(body, letter.subject.value, letter.language, letter.today, account)
    statements = [statement for statement in said if statement.source == BODY]
    if len({s.invoices for s in statements if s.invoices}) < 2:  # noqa: PLR2004 nothing to divide
        return {}
    return classifier.hear(body, [Span(s.start, s.end) for s in statements], letter.language)
