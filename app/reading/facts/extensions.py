"""What is asked for instead of payment: a later day, instalments, a reduction. By evals/labels.md."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import chain, pairwise

from app.domain.intents import ExtensionKind
from app.domain.proposal import BODY
from app.reading.facts.commitments import (
    Candidate,
    FactSpan,
    day_span,
    future_dates,
    inside,
    is_firm,
    is_in_sentence_of,
    span_of,
)
from app.reading.facts.instalments import IN_PARTS, last_instalment
from app.reading.facts.statements import REST, Statement
from app.reading.facts.wishes import ASKS, INSTALMENTS, SETTLE
from app.reading.model.kinds import HeardPassage, heard_wishes
from app.reading.spans import fold

_LEADS_TO = re.compile(
    r"\b(?:until|till|to|by|bis|jusqu'(?:au|a|en)|au|hasta|al|para|tot|naar|fino|ate|ao|auf|not before|erst|nicht vor|"
    r"pas(?: avant| voor)?|niet voor|non prima d\w+|no antes d\w+|nao antes d\w+)\s+(?:\w{2,4}\s+){0,2}$|\bjusqu'$"
)
_AND = re.compile(r"\s*(?:,|and|et|und|y|en|e)\s+(?:at |on |by |the |le |am |zum |op |el |il |a )*")
_SAME_PARAGRAPH = 1
"""So few characters lie between two sentences of a paragraph."""

_MOST_STATEMENTS = 6
_MOST_RATES = 36
_UNPROPOSED = frozenset({None, ExtensionKind.PARTIAL_SETTLEMENT})
"""Heard in a mail without a word of reduction, these are worth a second look at its words."""


@dataclass(frozen=True, slots=True)
class ExtensionFound:
    kind: ExtensionKind | None
    until: date | None
    invoices: tuple[str, ...]
    span: FactSpan | None
    until_span: FactSpan | None = None


def find_extension(
    statements: Sequence[Statement],
    evidence: FactSpan | None,
    invoices: tuple[str, ...],
    today: date,
    language: str,
    kinds: Sequence[HeardPassage] = (),
    open_sum: Decimal | None = None,
) -> ExtensionFound:
    """What kind of time or reduction is asked for; no kind for mere stalling. `kinds`: what a classifier heard;
    `open_sum`: what is open of the invoices."""
    written = [s for s in statements if s.source == BODY] or list(statements)
    body = _of_topic(written, invoices)
    wish = _wish(written, evidence) or [s for s in body if _asks(s)]
    dates = _asked_dates(body, wish, evidence, today)
    loud = heard_wishes([k for k in kinds if any(s.touches(k.source, k.span.start, k.span.end) for s in body)])
    asked = [s for s in wish if is_in_sentence_of(s, evidence)]
    kind = (_kind_by_words(asked, dates) if asked else None) or _kind_by_words(wish or body, dates)
    statement = _extension_statement(body, evidence)
    if loud:
        heard = max(loud, key=lambda wish: loud[wish].log_share)
        kind = _in_plain_words(body, today) if heard in _UNPROPOSED and not SETTLE.search(_words(body)) else heard
        span = loud[heard].passage.span
        statement = next((s for s in body if s.touches(BODY, span.start, span.end)), statement)
    match kind:
        case ExtensionKind.PARTIAL_SETTLEMENT:
            settle = next((s for s in body if SETTLE.search(fold(s.text))), statement)
            return ExtensionFound(kind, None, invoices, span_of(settle))
        case ExtensionKind.INSTALMENTS:
            parts = next((s for s in [*wish, *body] if _is_in_parts(fold(s.text))), statement)
            named = dates if len(_days(dates)) > 1 else _listed(body, today) or dates
            rates = _rates(open_sum, [*wish, *body]) if open_sum is not None else None
            until = last_instalment(_words(_of_one_topic(wish) or body), language, _days(named), today, rates)
            last = next((c for c in named if c.found.day == until), None)
            return ExtensionFound(kind, until, invoices, span_of(parts), day_span(last))
        case ExtensionKind.DUE_DATE:
            chosen = _until(dates)
            shown = chosen.statement if chosen else next((s for s in wish if _asks(s)), statement)
            until = chosen.found.day if chosen else None
            return ExtensionFound(kind, until, invoices, span_of(shown), day_span(chosen))
    return ExtensionFound(None, None, invoices, span_of(statement))


def _asks(statement: Statement) -> bool:
    words = fold(statement.text)
    return "extension" in statement.says or ASKS.search(words) is not None or _is_in_parts(words)


def _is_in_parts(words: str) -> bool:
    return INSTALMENTS.search(words) is not None or IN_PARTS.search(words) is not None


def _words(statements: Sequence[Statement]) -> str:
    return fold("\n".join(s.text for s in statements))


def _wish(body: Sequence[Statement], evidence: FactSpan | None) -> list[Statement]:
    """The sentence of the evidence and what follows it in its paragraph, up to the next promise."""
    wish: list[Statement] = []
    for statement in body:
        is_near = is_in_sentence_of(statement, evidence)
        follows = bool(wish) and statement.start - wish[-1].end <= _SAME_PARAGRAPH
        if is_near or (follows and not _promises(statement) and len(wish) < _MOST_STATEMENTS):
            wish.append(statement)
    return wish


def _promises(statement: Statement) -> bool:
    return is_firm(statement) and {"pay", "future"} <= statement.says and not _asks(statement)


def _asked_dates(
    body: Sequence[Statement], wish: Sequence[Statement], evidence: FactSpan | None, today: date
) -> list[Candidate]:
    """The days of the wish: those in the evidence, else in what follows, else beside other words of asking."""
    beside_it = [s for s in wish if is_in_sentence_of(s, evidence)]
    asking = [s for s in beside_it if _asks(s) and s.dates]
    near = [c for s in asking or beside_it for c in future_dates(s, today)]
    following = [c for s in wish if _asks(s) for c in future_dates(s, today)]
    if near or following or any(_asks(s) for s in wish):
        return near or following or _of_parts(wish, today)
    others = [c for s in body if not _promises(s) for c in future_dates(s, today)]
    beside = [c for c in others if any(_asks(s) and s.sentence == c.statement.sentence for s in body)]
    is_told = any(is_in_sentence_of(s, evidence) for s in wish)
    return beside or [c for c in others if not is_told and "negation" not in c.statement.says]


def _of_parts(wish: Sequence[Statement], today: date) -> list[Candidate]:
    """The days of a wish for instalments: "In two parts? Half in March, half in April." """
    if not _is_in_parts(_words(wish)):
        return []
    return [c for s in _of_one_topic(wish) if not _promises(s) for c in future_dates(s, today)]


def _of_one_topic(wish: Sequence[Statement]) -> list[Statement]:
    return [s for s in wish if s.topic == wish[0].topic]


def _listed(body: Sequence[Statement], today: date) -> list[Candidate]:
    """The days beside sums that nobody promises to pay on, anywhere: a plan is often written line by line."""
    return [c for s in body if s.amounts and not _promises(s) for c in future_dates(s, today)]


def _days(dates: Sequence[Candidate]) -> list[date]:
    return list(dict.fromkeys(c.found.day for c in dates if c.found.day is not None))


def _rates(open_sum: Decimal, statements: Sequence[Statement]) -> int | None:
    """How many instalments pay the open sum, where one of its size is named: 1,500 a month of 6,000."""
    for amount in (a.value for s in statements for a in s.amounts):
        if 0 < amount < open_sum and open_sum % amount == 0 and open_sum / amount <= _MOST_RATES:
            return int(open_sum / amount)
    return None


def _in_plain_words(body: Sequence[Statement], today: date) -> ExtensionKind | None:
    """What the whole mail says, where a classifier hears nothing proposed; a later day alone is none."""
    kind = _kind_by_words(body, [c for s in body for c in future_dates(s, today)])
    return None if kind is ExtensionKind.DUE_DATE else kind


def names_parts(statement: Statement) -> bool:
    """Whether a statement speaks of instalments."""
    return _is_in_parts(fold(statement.text))


def _until(dates: Sequence[Candidate]) -> Candidate | None:
    """The first day that a word like "until" leads to, else that of the rest, else the first."""
    before = [(c, fold(c.statement.text[: c.found.start - c.statement.start])) for c in dates]
    led = (c for c, words in before if _LEADS_TO.search(words))
    of_rest = (c for c, words in before if REST.search(words))
    return next(chain(led, of_rest, dates), None)


def _kind_by_words(wish: Sequence[Statement], dates: Sequence[Candidate]) -> ExtensionKind | None:
    """A reduction or instalments, if the words are plain; a later day, if one is named or asked for; else nothing."""
    words = _words(wish)
    if _is_in_parts(words) or _is_split(wish, dates):
        return ExtensionKind.INSTALMENTS
    if SETTLE.search(words):
        return ExtensionKind.PARTIAL_SETTLEMENT
    return ExtensionKind.DUE_DATE if dates or ASKS.search(words) else None


def _is_split(wish: Sequence[Statement], dates: Sequence[Candidate]) -> bool:
    """Whether several days are named for several sums or parts, or simply one after the other."""
    days = {c.found.day for c in dates}
    is_series = any(
        one.statement is other.statement and _AND.fullmatch(_between(one, other)) for one, other in pairwise(dates)
    )
    has_parts = REST.search(_words(wish)) is not None or sum(len(s.amounts) for s in wish) > 1
    return len(days) > 1 and (is_series or has_parts)


def _between(one: Candidate, other: Candidate) -> str:
    start = one.statement.start
    return fold(one.statement.text[one.found.end - start : other.found.start - start])


def _of_topic(body: Sequence[Statement], invoices: tuple[str, ...]) -> Sequence[Statement]:
    """Without the statements about other invoices, if some are about these."""
    if not any(set(s.topic) & set(invoices) for s in body):
        return body
    return [s for s in body if not s.topic or set(s.topic) & set(invoices)]


def _extension_statement(body: Sequence[Statement], evidence: FactSpan | None) -> Statement | None:
    near = inside(body, evidence)
    return next(iter([*near, *(s for s in body if s.says & {"extension", "settlement"}), *body]), None)
