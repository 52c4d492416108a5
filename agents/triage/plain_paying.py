"""Mails of which every word is about paying: no room is left in them for a dispute or a request that was only feared.

"Hello, the transfer is scheduled for Tuesday. Kind regards"    plainly a promise
"The transfer is scheduled for Tuesday. Box 4 was empty."       not plainly: the second sentence says something else
"""

from collections.abc import Mapping, Sequence

from app.domain.intents import Intent
from app.domain.proposal import BODY
from app.reading.facts.speech import DISPUTE_SIGNS, shows
from app.reading.facts.statements import Statement
from app.reading.facts.wishes import PROPOSES
from app.reading.spans import fold

_OTHERWISE = DISPUTE_SIGNS | {
    "agree",
    "bank",
    "complaint",
    "condition",
    "contact",
    "distress",
    "document",
    "extension",
    "hardship",
    "hedge",
    "legal",
    "negation",
    "privacy",
    "refusal",
    "settlement",
}
"""Words of anything but plain paying."""

_GREETING = 6
"""So few words without a day, a sum or a matter greet, thank or sign."""


def plainly_paying(statements: Sequence[Statement]) -> Mapping[Intent, Statement]:
    """The promise and the confirmation that a mail makes, with the clause of each, if it says nothing besides."""
    found: dict[Intent, Statement] = {}
    for statement in statements:
        intent = _paying(statement)
        if intent is not None and statement.source == BODY:
            found.setdefault(intent, statement)
        elif not _is_silent(statement):
            return {}
    return found


def _paying(statement: Statement) -> Intent | None:
    says = statement.says
    if statement.is_question or says & _OTHERWISE or PROPOSES.search(fold(statement.text)):
        return None
    if says & {"pay", "future"} and shows(Intent.PAYMENT_PROMISE, statement):
        return Intent.PAYMENT_PROMISE
    return Intent.PAYMENT_CONFIRMATION if "pay" in says and shows(Intent.PAYMENT_CONFIRMATION, statement) else None


def _is_silent(statement: Statement) -> bool:
    if statement.source != BODY:
        return not statement.is_question and not statement.says & _OTHERWISE
    is_brief = len(statement.text.split()) <= _GREETING
    return (
        is_brief
        and not (statement.dates or statement.amounts or statement.is_question)
        and not (statement.says - {"acknowledge"})
    )
