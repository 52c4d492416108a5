"""When will the customer pay? The day and sum of a promise, by the conventions of evals/labels.md."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import pairwise

from app.domain.account import Account
from app.domain.proposal import BODY
from app.domain.text import Span
from app.reading.facts.commitments import (
    Candidate,
    FactSpan,
    day_span,
    future_dates,
    inside,
    is_done,
    is_firm,
    is_in_sentence_of,
    span_of,
)
from app.reading.facts.promised_sums import find_sum
from app.reading.facts.rulings import is_ruled_out, is_told, without_occasion
from app.reading.facts.statements import REST, Statement, heard
from app.reading.spans import fold
from app.reading.trade.idioms import places, says

_BREAK = re.compile(
    r"[,:;()]|\s(?:and|et|und|y|e|en)\s|\s(?:so (?:you|that|there|nobody)|because|since|porque|perche|parce qu|omdat|"
    r"zodat)\b"
)
_IF = re.compile(
    r"\W*(?:only |nur |solo |seulement |alleen )?(?:if|unless|provided|si|s'il|sauf|sous reserve|wenn|falls|sofern|"
    r"es sei denn|als|indien|mits|tenzij|salvo|siempre que|se|caso|desde que|purche|a condi\w+)\b"
)
_AND = re.compile(
    r"\W*(?:and|und|et|y|e|en|or|oder|ou|o|of)\W+(?:(?:on|the|am|den|dem|le|du|el|dia|op|de|il|al|no)\W+){0,2}"
)
_LATER = re.compile(r"\b(?:remainder|restant|restante|rimanente|remanescente)\b")
_NO_VERB = 9
_MAYBE_BEHIND = frozenset({"weekday", "day"})
"""Kinds of days that a payment made may have had: "paid on Friday", "paid on the 5th"."""


@dataclass(frozen=True, slots=True)
class PromiseFound:
    day: date | None
    amount: Decimal | None
    currency: str | None
    invoices: tuple[str, ...]
    span: FactSpan | None
    day_span: FactSpan | None = None
    sum_span: FactSpan | None = None


def find_promise(
    statements: Sequence[Statement],
    evidence: FactSpan | None,
    invoices: tuple[str, ...],
    account: Account,
    today: date,
    language: str,
) -> PromiseFound:
    """The day and sum of a promise that the mail makes (that it makes one is known already)."""
    is_in_subject = evidence is not None and evidence.source != BODY
    body = [s for s in statements if is_in_subject or s.source == BODY] or list(statements)
    named = [c for s in body for c in future_dates(s, today) if _concerns(s, evidence, invoices)]
    meant = _not_ruled_out(named)
    binding = [c for c in meant if _corrects(c, named)] or [c for c in meant if _binds(c, evidence, language)]
    binding = binding or [c for c in meant if set(c.statement.topic) & set(invoices) and _is_plain(c, language)]
    chosen = max(binding, key=lambda c: _weight(c, evidence, invoices, language, today), default=None)
    chosen = _first_of(chosen, binding) if chosen is not None else None
    statement = chosen.statement if chosen is not None else _promise_statement(body, evidence)
    found = chosen.found if chosen is not None else None
    promised = find_sum(body, statement, found, invoices, account)
    stated = promised.stated
    return PromiseFound(
        found.day if found else None,
        promised.value,
        promised.currency,
        invoices,
        span_of(statement),
        day_span(chosen),
        FactSpan(statement.source, stated.start, stated.end) if statement is not None and stated is not None else None,
    )


def _concerns(statement: Statement, evidence: FactSpan | None, invoices: tuple[str, ...]) -> bool:
    """Whether a statement may be of the promise: not if it is of other invoices and does not speak of paying."""
    is_ours = not statement.topic or not invoices or bool(set(statement.topic) & set(invoices))
    return is_ours or is_in_sentence_of(statement, evidence) or bool(statement.says & {"pay", "future"})


def _not_ruled_out(named: Sequence[Candidate]) -> list[Candidate]:
    """Without the days that the mail denies, wherever it names them: "on Monday. Not this one but …"."""
    gone = {c.found.day for c in named if _is_ruled_out(c)}
    return [c for c in named if c.found.day not in gone]


def _is_ruled_out(candidate: Candidate) -> bool:
    statement, found = candidate.statement, candidate.found
    folded, start, end = fold(statement.text), found.start - statement.start, found.end - statement.start
    later = min((d.start - statement.start for d in statement.dates if d.start >= found.end), default=len(folded))
    return is_ruled_out(folded[:start], folded[end:later])


def _first_of(chosen: Candidate, binding: Sequence[Candidate]) -> Candidate:
    """Of runs on several days of the month, the next one: "on the 10th and 25th"; of a part and the rest, the part."""
    if chosen.found.kind == "day":
        return min(_joined(chosen, binding), key=lambda c: c.found.day or date.max)
    words = fold(chosen.statement.text)
    if not (REST.search(words) or _LATER.search(words)):
        return chosen
    parts = [
        c
        for c in binding
        if c.statement.end <= chosen.statement.start
        and c.statement.amounts
        and is_firm(c.statement)
        and not is_done(c.statement)
        and not any(day.kind == "past" for day in c.statement.dates)
        and (c.found.day or date.max) < (chosen.found.day or date.max)
    ]
    return parts[-1] if parts else chosen


def _joined(chosen: Candidate, binding: Sequence[Candidate]) -> list[Candidate]:
    """A bare day of the month with those listed right behind it."""
    row = [chosen]
    for other in binding:
        last = row[-1]
        if other.statement is last.statement and other.found.kind == "day" and other.found.start >= last.found.end:
            start = other.statement.start
            if _AND.fullmatch(heard(other.statement.text)[last.found.end - start : other.found.start - start]):
                row.append(other)
    return row


def _corrects(candidate: Candidate, named: Sequence[Candidate]) -> bool:
    """Whether a day is said instead of another one: "not this Monday but the 24th"."""
    before = [c for c in named if c.statement is candidate.statement and c.found.start < candidate.found.start]
    return any(_is_ruled_out(c) for c in before) and not candidate.statement.says & {"hedge", "condition", "refusal"}


def _is_plain(candidate: Candidate, language: str) -> bool:
    """Whether a statement of the invoices names the day and holds nothing back, though it has no word of paying."""
    statement = candidate.statement
    return not statement.is_question and not is_done(statement) and _binds_by_itself(candidate, language)


def _binds(candidate: Candidate, evidence: FactSpan | None, language: str) -> bool:
    """Whether nothing holds the day back: neither in its clause nor, where payment is spoken of, in the words by it."""
    statement = candidate.statement
    if is_firm(statement):
        return True
    is_about_it = is_in_sentence_of(statement, evidence) or statement.says & {"pay", "future"}
    return bool(is_about_it) and not statement.is_question and _binds_by_itself(candidate, language)


def _binds_by_itself(candidate: Candidate, language: str) -> bool:
    """Whether the words between the commas around a day are firm, and no condition opens those beside them."""
    before, own, after = _around(candidate)
    own = own.strip() and without_occasion(own, own.find(_words_of(candidate)) + len(_words_of(candidate)))
    if any(says(concept, language, own) for concept in ("hedge", "refusal", "condition")):
        return False
    if says("negation", language, own) and not says("future", language, own):
        return False
    return not any(_IF.match(words) for words in (before, after))


def _is_over(candidate: Candidate, language: str, today: date) -> bool:
    """Whether the day is that of a payment made: by the words between its commas or, where they are silent, by all."""
    _, own, _ = _around(candidate)
    if candidate.found.kind in _MAYBE_BEHIND and is_told(own):
        return True
    if candidate.found.kind not in _MAYBE_BEHIND and candidate.found.day != today:
        return False
    if says("past", language, own):
        return not says("future", language, own)
    return is_done(candidate.statement) and not (says("pay", language, own) or says("future", language, own))


def _around(candidate: Candidate) -> tuple[str, str, str]:
    """The folded words between the commas around a day, with those before and after them in the statement."""
    folded = heard(candidate.statement.text)
    place = candidate.found.start - candidate.statement.start
    parts = _parts(folded, candidate)
    at = next(index for index, part in enumerate(parts) if part.start <= place < part.end)
    words = [folded[part.start : part.end] for part in parts]
    return words[at - 1] if at else "", words[at], words[at + 1] if at + 1 < len(words) else ""


def _words_of(candidate: Candidate) -> str:
    """The folded words of a day."""
    start = candidate.statement.start
    return heard(candidate.statement.text)[candidate.found.start - start : candidate.found.end - start]


def _parts(folded: str, candidate: Candidate) -> list[Span]:
    """The statement cut at commas and "and", but not beside the day: "on Friday, the 5th, we pay"."""
    start, end = (edge - candidate.statement.start for edge in (candidate.found.start, candidate.found.end))
    cuts = [m.end() for m in _BREAK.finditer(folded) if m.end() <= start or m.start() >= end]
    edges = [0, *cuts, len(folded)]
    return [Span(first, last) for first, last in pairwise(edges) if first < last]


def _weight(
    candidate: Candidate, evidence: FactSpan | None, invoices: tuple[str, ...], language: str, today: date
) -> tuple[int, int, int]:
    """The day in the evidence comes first, then what is said of these invoices and of paying, then the first."""
    statement = candidate.statement
    says_so = statement.says & {"pay", "future"} and "automatic" not in statement.says
    weight = (
        4 * is_in_sentence_of(statement, evidence)
        + 4 * bool(set(statement.topic) & set(invoices))
        + 3 * (not statement.topic or not invoices)
        + 3 * bool(says_so)
        + 1 * ("future" in statement.says)
        + 1 * is_firm(statement)
        - 8 * _is_over(candidate, language, today)
    )
    return weight, -_walls(candidate, language), -candidate.found.start


def _walls(candidate: Candidate, language: str) -> int:
    """How many commas and "and" stand between a day and the next word of paying."""
    statement, found = candidate.statement, candidate.found
    folded = fold(statement.text)
    start, end = found.start - statement.start, found.end - statement.start
    verbs = [*places("pay", language, folded), *places("future", language, folded)]
    gaps = (
        folded[verb.end : start] if verb.end <= start else folded[end : verb.start].removeprefix(",") for verb in verbs
    )
    return min((len(_BREAK.findall(gap)) for gap in gaps), default=_NO_VERB)


def _promise_statement(body: Sequence[Statement], evidence: FactSpan | None) -> Statement | None:
    near = inside(body, evidence)
    wanted = [s for s in near if s.says & {"pay", "future"}]
    return next(iter([*wanted, *near, *(s for s in body if {"pay", "future"} <= s.says), *body]), None)
