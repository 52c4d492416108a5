"""What single clauses tell beside a classifier that doubts: of one invoice, of a sum, of a plan."""

from collections.abc import Mapping, Sequence

from app.domain.intents import Intent
from app.domain.proposal import BODY
from app.reading.facts.commitments import is_done
from app.reading.facts.extensions import names_parts
from app.reading.facts.speech import is_brief, shows, strength
from app.reading.facts.statements import Statement
from app.reading.facts.ties import BySpan
from app.reading.model.classifier import Scored

DOUBTED = 0.16
"""From here on a clause that promises a sum settles the doubt."""

ITEMISED = 0.7
"""The score of an intent that a clause about one of several invoices plainly has, though the classifier doubts it."""

NOT_RULED_OUT = 0.05
"""Below this the classifier does not doubt: it says no."""

HEARD, HEARD_IN_PLAIN_WORDS = 0.55, 0.15
"""From here on a classifier that is asked of a clause alone hears an intent in it: beside faint words, beside plain
ones. Of a mail with several fates it may have ruled out those told in few words."""

_FAINT_WORDS = 0.5

_ANNOUNCED = frozenset({"pay", "future"})
_ITEM_INTENTS = frozenset({Intent.DISPUTE, Intent.PAYMENT_PROMISE, Intent.PAYMENT_CONFIRMATION})


def itemised(
    score: Scored,
    statements: Sequence[Statement],
    credit_notes: frozenset[str],
    paid: Scored | None,
    heard: BySpan | None = None,
) -> Scored:
    """ "INV-1 paid, INV-2 wrong quantity, INV-3 next Friday": each clause says what it says of its invoice. `paid`:
    where a payment made was heard, if one was. `heard`: what a classifier hears in each clause alone."""
    by_clause = heard or {}
    named = [s for s in statements if s.source == BODY and set(s.invoices) - credit_notes]
    every = {number for s in named for number in s.invoices}
    going_on = {s.sentence for s in named}
    of_some = [s for s in statements if s.source == BODY and s.topic and s.sentence in going_on]
    if score.intent not in _ITEM_INTENTS or len(every) < 2:  # noqa: PLR2004 several
        return score
    is_doubted = score.confidence >= NOT_RULED_OUT
    of_some = [s for s in of_some if set(s.topic) < every and not _is_paid(score, s, paid)]
    clause = next(
        (
            s
            for s in of_some
            if (is_doubted and _says_plainly(score, s)) or _is_heard(score, s, by_clause.get((s.start, s.end), {}))
        ),
        None,
    )
    return score if clause is None else as_told(score, clause)


def divides(statements: Sequence[Statement]) -> bool:
    """Whether clauses of the body speak of different invoices."""
    return len({s.invoices for s in statements if s.source == BODY and s.invoices}) > 1


def _is_heard(score: Scored, statement: Statement, heard: Mapping[Intent, float]) -> bool:
    value = heard.get(score.intent, 0.0)
    if statement.is_question or value < HEARD_IN_PLAIN_WORDS:
        return False
    return _says_plainly(score, statement) or (value >= HEARD and strength(score.intent, statement) >= _FAINT_WORDS)


def _is_paid(score: Scored, statement: Statement, paid: Scored | None) -> bool:
    """ "INV-2: settled Monday" of a mail in which a payment made was heard just there announces none."""
    if score.intent is not Intent.PAYMENT_PROMISE or paid is None or "future" in statement.says:
        return False
    return statement.touches(paid.source, paid.start, paid.end)


def summed(score: Scored, statements: Sequence[Statement], *, asks_for_time: bool) -> Scored:
    """ "I'll send the £156 over tonight": a clause that promises a sum settles a doubt. In a mail that asks for time it
    nearly always does if it names the day, too: "tomorrow I transfer 500, and I propose the rest in three parts"."""
    if score.intent is not Intent.PAYMENT_PROMISE or score.confidence < NOT_RULED_OUT:
        return score
    promising = [
        s for s in statements if s.source == BODY and s.amounts and not s.is_question and shows(score.intent, s)
    ]
    if score.confidence < DOUBTED:
        promising = [s for s in promising if asks_for_time and s.dates and s.says & _ANNOUNCED]
    return as_told(score, promising[0]) if promising else score


def planned(score: Scored, statements: Sequence[Statement]) -> Scored:
    """Instalments with their days and sums, line by line, are a plan that somebody must agree to."""
    if score.intent is not Intent.EXTENSION_REQUEST:
        return score
    lines = {found.day for s in statements if s.amounts for found in s.dates if found.day and found.kind != "past"}
    plan = next((s for s in statements if s.source == BODY and "extension" in s.says and names_parts(s)), None)
    if plan is None or len(lines) < 2:  # noqa: PLR2004 parts
        return score
    return as_told(score, plan)


def _says_plainly(score: Scored, statement: Statement) -> bool:
    if statement.is_question or not shows(score.intent, statement):
        return False
    match score.intent:
        case Intent.PAYMENT_CONFIRMATION:
            return is_done(statement) and not statement.says & {"negation", "condition"}
        case Intent.PAYMENT_PROMISE:
            is_bare_day = is_brief(statement) and score.confidence >= DOUBTED
            return bool(statement.says & _ANNOUNCED) or is_bare_day
        case _:
            return True


def as_told(score: Scored, clause: Statement) -> Scored:
    """With the clause that plainly says it."""
    return Scored(score.intent, max(score.confidence, ITEMISED), BODY, clause.start, clause.end)
