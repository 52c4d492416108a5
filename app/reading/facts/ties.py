"""Which intent concerns which invoice, in a mail about several.

    "INV-1 was paid.  INV-2: two boxes short.  We said so to the driver.  INV-3 goes out on Friday."
     └ topic INV-1 ┘  └─ topic INV-2 ──────────────────────────────────┘  └─ topic INV-3 ─────────┘

A statement's topic are the invoices that it names, else those named before it in the paragraph. Every statement speaks
more or less for each intent of the mail; an invoice gets the intent that its statements speak for most.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise, takewhile

from app.domain.intents import Intent
from app.domain.proposal import BODY
from app.reading.facts.commitments import FactSpan
from app.reading.facts.speech import is_brief, is_put_off, strength
from app.reading.facts.statements import Statement
from app.reading.spans import fold

MAIN = (
    Intent.DISPUTE,
    Intent.EXTENSION_REQUEST,
    Intent.PAYMENT_PROMISE,
    Intent.PAYMENT_CONFIRMATION,
    Intent.DOCUMENT_REQUEST,
    Intent.QUERY,
)
"""Intents that an invoice has a share in; the others concern the customer."""

ABOUT_MONEY = frozenset(MAIN[:4])

SAME = re.compile(
    r"\b(?:likewise|ditto|as well|idem|de meme|egalement|ebenso|ebenfalls|desgleichen|dito|igualmente|"
    r"lo mismo|la misma|tambien|eveneens|hetzelfde|ook|anche|tambem|"
    r"(?:same|pareil\w*|meme|gleiche[rns]?|igual|mism[oa]|zelfde|stess[oa]|uguale|mesm[oa])"
    r"(?=\W*$|\W*[,;:.!?)]| (?:day|date|run|batch|transfer|payment|check|cheque|time|thing|story|fate|here|again|goes|"
    r"applies|for|as|with|jour|virement|reglement|paiement|chose|lot|sort|pour|que|tag|zahllauf|lauf|datum|termin|spiel|"
    r"uberweisung|fur|wie|gilt|bei|dia|fecha|remesa|transferencia|pago|giro|lote|con|para|dag|run|betaling|voor|als|geldt|"
    r"giorno|data|bonifico|distinta|cosa|per|come|vale|pagamento|coisa|mit)\b))\b"
)
"""Not "R-2: the same ship", which tells of the goods."""

COMPARES = re.compile(
    r"(?:,[\w' ]{1,24},)?[\w' ]{0,40}\b(?:is|are|likes?|as|of|ist|sind|wie|von|mit|est|sont|comme|de|du|avec|"
    r"es|son|como|con|e|\u00e8|"
    r"sono|come|di|della|com|da|als|van|met|parece\w*(?:-me)?|duplicates?|repeats?|doubles?|duplica|repite|"
    r"doppelt)\b[\w' ]{0,40}"
)
"""What stands between an invoice and the one that it is compared with, in one breath."""

_OWN_FATE = frozenset(
    {"past", "future", "extension", "settlement", "dispute", "document", "question", "quantity", "quality", "price"}
    | {"not_received", "missing_po", "tax", "unrecognised", "refusal"}
)
"""What says one of these besides, or names a day, tells something of its own."""

EVIDENCE = 2.5
"""What it is worth that the classifier found the intent in just this statement."""

SHARED, SHARED_UNHEARD = 1.0, 0.3
"""The same where the evidence also covers other invoices: if the statement's own words speak for the intent; if no
statement's do."""

UNPOINTED = 0.4
"""A question or a wish for papers elsewhere than in the evidence is seldom another one."""

CARRIED, CARRIED_ASIDE = 0.8, 0.5
"""A statement that does not name its topic says less about it; a question may be about anything."""

IN_PASSING = 0.3
"""A list of everything says little about each."""

WHISPER = 0.35
"""Less than this says nothing."""

FAINT = 0.6
"""Less than this is an echo."""


@dataclass(frozen=True, slots=True)
class _Said:
    """`is_list` tells that the statement names everything at once; `twin` is what goes on comparing it with another
    invoice ("R-2 is | R-1 billed again"), `is_twin` tells that this one is only compared with."""

    topic: tuple[str, ...]
    statement: Statement
    is_named: bool
    is_list: bool
    twin: Statement | None = None
    is_twin: bool = False

    def objects(self) -> float:
        return max(strength(Intent.DISPUTE, s) for s in (self.statement, self.twin) if s is not None)

    def weight(self, intent: Intent) -> float:
        carried = CARRIED_ASIDE if intent is Intent.QUERY else CARRIED
        return (1.0 if self.is_named else carried) * (IN_PASSING if self.is_list else 1.0)


BySpan = Mapping[tuple[int, int], Mapping[Intent, float]]
"""How much a passage of the body at [start, end) speaks for each intent, between 0 and 1."""


def tie(
    statements: Sequence[Statement],
    numbers: tuple[str, ...],
    evidence: Mapping[Intent, FactSpan],
    by_sentence: BySpan | None = None,
) -> Mapping[Intent, tuple[str, ...]]:
    """The invoices of each intent in `evidence`, of those in `numbers`. Where nothing divides them, all."""
    said = _topics(statements, numbers)
    if not _is_divided(said, numbers):
        return {intent: _undivided(intent, said, numbers, evidence) for intent in evidence}
    chosen = [intent for intent in MAIN if intent in evidence]
    scores = _scores(said, chosen, evidence, by_sentence or {})
    pairs = {
        number: _intents_of(scores.get(number, {})) | _pointed_at(number, said, chosen, evidence) for number in numbers
    }
    tied = {intent: tuple(n for n in numbers if intent in pairs[n]) for intent in chosen}
    _leave_none_out(tied, said, numbers)
    _follow(tied, said, numbers)
    if len(chosen) == 1:
        tied = {intent: _all_but_excepted(intent, said, numbers, evidence[intent]) for intent in chosen}
    free = tuple(n for n in numbers if not pairs[n])
    for intent in chosen:
        if not tied[intent]:
            tied[intent] = _second_best(intent, said, evidence[intent], scores, free)
    return {intent: tied[intent] if intent in tied else _named(said, evidence[intent]) for intent in evidence}


def _only_excepted(said: Sequence[_Said]) -> frozenset[str]:
    """What is named to be left out, and nowhere else: "all but R-4 went out"."""
    left_out = {n for one in said for match in one.statement.mentions for n in match.left_out}
    return frozenset(left_out - {n for one in said if one.is_named for n in one.topic})


def _all_but_excepted(
    intent: Intent, said: Sequence[_Said], numbers: tuple[str, ...], span: FactSpan
) -> tuple[str, ...]:
    """The only intent is that of all that is not excepted, or of the exception alone if its evidence is about that:
    "all but R-4 went out; that one I dispute". What is put off ("R-3 I must look at") has none."""
    excepted = _only_excepted(said)
    touched = {n for one in said if _touches(one, span) and not one.is_named for n in one.topic}
    if touched and touched <= excepted:
        return tuple(n for n in numbers if n in touched)
    put_off = {n for one in said if one.is_named and is_put_off(one.statement) for n in one.topic}
    told = {n for one in said if one.is_named and not is_put_off(one.statement) for n in one.topic}
    return tuple(n for n in numbers if n not in excepted and (n in told or n not in put_off))


def _is_divided(said: Sequence[_Said], numbers: tuple[str, ...]) -> bool:
    """Whether a statement speaks of some of the invoices and not of the others."""
    return any(one.is_named and len(one.topic) < len(numbers) for one in said)


def _undivided(
    intent: Intent, said: Sequence[_Said], numbers: tuple[str, ...], evidence: Mapping[Intent, FactSpan]
) -> tuple[str, ...]:
    named = _named(said, evidence[intent])
    return named if named and len(evidence) > 1 else numbers


def _named(said: Sequence[_Said], span: FactSpan) -> tuple[str, ...]:
    found = {
        n: None for s in said if s.statement.touches(span.source, span.start, span.end) for n in s.statement.invoices
    }
    return tuple(found)


def _topics(statements: Sequence[Statement], numbers: tuple[str, ...]) -> list[_Said]:
    """Of the body. "R-1 has passed, and with R-2 goes out on Monday": what follows in the sentence is about both."""
    said: list[_Said] = []
    silent: Statement | None = None
    for statement in (one for one in statements if one.source == BODY):
        own = {*statement.topic}
        is_named = bool(set(statement.invoices) & own & set(numbers))
        if silent is not None and is_named and statement.says and silent.sentence == statement.sentence:
            own |= {*silent.topic}
        topic = tuple(n for n in numbers if n in own)
        said.append(_Said(topic, statement, is_named, _is_list(topic, numbers) and is_named))
        silent = statement if is_named and not statement.says and not statement.dates else None
    return _with_twins(said)


def _with_twins(said: Sequence[_Said]) -> list[_Said]:
    found = list(said)
    for place, (one, other) in enumerate(pairwise(said)):
        if _is_compared(one, other):
            found[place : place + 2] = [replace(found[place], twin=other.statement), replace(other, is_twin=True)]
    return found


def _is_compared(one: _Said, other: _Said) -> bool:
    """Whether one sentence says of one invoice what it is beside one other: "R-2 looks like R-1 to me"."""
    first, second = one.statement, other.statement
    if first.sentence != second.sentence or len(first.mentions) != 1 or len(second.mentions) != 1:
        return False
    lead = first.text[first.mentions[0].end - first.start :]
    between = fold(lead + second.text[: second.mentions[0].start - second.start])
    return set(one.topic).isdisjoint(other.topic) and COMPARES.fullmatch(between) is not None


def _is_list(own: tuple[str, ...], numbers: tuple[str, ...]) -> bool:
    return len(own) > 2 and len(own) == len(numbers)  # noqa: PLR2004 both may share a fate


def _scores(
    said: Sequence[_Said], chosen: Sequence[Intent], evidence: Mapping[Intent, FactSpan], by_sentence: BySpan
) -> Mapping[str, Mapping[Intent, float]]:
    scores: dict[str, dict[Intent, float]] = {}
    for intent in chosen:
        is_dispute = intent is Intent.DISPUTE
        touched = [s for s in said if _touches(s, evidence[intent]) and not (is_dispute and s.is_twin)]
        is_shared = len({s.topic for s in touched if s.topic}) > 1
        is_heard = any(strength(intent, s.statement) > 0 for s in touched)
        for one in said:
            if is_dispute and one.is_twin:
                continue
            words = one.objects() if is_dispute else strength(intent, one.statement)
            if one in touched:
                words += EVIDENCE if not is_shared else SHARED if words > 0 else 0.0 if is_heard else SHARED_UNHEARD
            elif touched and intent not in ABOUT_MONEY:
                words *= UNPOINTED
            if is_put_off(one.statement) and one.is_named:
                continue
            value = one.weight(intent) * (words + EVIDENCE * _said_by_sentence(intent, one.statement, by_sentence))
            for number in one.topic:
                known = scores.setdefault(number, {})
                known[intent] = max(known.get(intent, 0.0), value)
    return scores


def _touches(said: _Said, span: FactSpan) -> bool:
    return span.end > span.start and said.statement.touches(span.source, span.start, span.end)


def _said_by_sentence(intent: Intent, statement: Statement, by_sentence: BySpan) -> float:
    """What is dated to days gone by announces nothing, whatever it sounds like: "R-2: gone, 2 March"."""
    if intent is Intent.PAYMENT_PROMISE and statement.dates and all(found.kind == "past" for found in statement.dates):
        return 0.0
    inside = (
        scores.get(intent, 0.0) for (start, end), scores in by_sentence.items() if statement.touches(BODY, start, end)
    )
    return max(inside, default=0.0)


def _intents_of(scores: Mapping[Intent, float]) -> frozenset[Intent]:
    """The one that its statements speak for most."""
    best = max(scores, key=lambda intent: scores[intent], default=None)
    return frozenset({best}) if best is not None and scores[best] >= WHISPER else frozenset()


def _pointed_at(
    number: str, said: Sequence[_Said], chosen: Sequence[Intent], evidence: Mapping[Intent, FactSpan]
) -> frozenset[Intent]:
    """Intents whose evidence is about this invoice and no other."""
    found: set[Intent] = set()
    for intent in chosen:
        touched = [one for one in said if _touches(one, evidence[intent]) and one.topic]
        is_close = any(one.is_named for one in touched) or intent is not Intent.QUERY
        if is_close and {one.topic for one in touched} == {(number,)}:
            found.add(intent)
    return frozenset(found)


def _leave_none_out(tied: dict[Intent, tuple[str, ...]], said: Sequence[_Said], numbers: tuple[str, ...]) -> None:
    """An invoice of which nothing is said by itself shares the fate of the one before it in the sentence ("…, along
    with R-2"), or is objected to if something is denied of it."""
    lost = [n for n in numbers if not any(n in found for found in tied.values())]
    for before, one in pairwise(said):
        if not one.is_named or not set(one.topic) <= set(lost):
            continue
        is_one_sentence = before.statement.sentence == one.statement.sentence
        for intent, found in tied.items():
            is_shared = is_one_sentence and not one.statement.says and set(before.topic) & set(found)
            if is_shared or (intent is Intent.DISPUTE and _is_denied(one.topic, said)):
                tied[intent] = tuple(n for n in numbers if n in {*found, *one.topic})


def _follow(tied: dict[Intent, tuple[str, ...]], said: Sequence[_Said], numbers: tuple[str, ...]) -> None:
    """ "R-1 goes out on Monday. R-2: likewise": what only says so has the fate of the one named before it."""
    named = [place for place, one in enumerate(said) if one.is_named]
    for before, one, all_of_it in ((said[first], said[place], _whole(said, place)) for first, place in pairwise(named)):
        alike = any(SAME.search(fold(statement.text)) for statement in all_of_it)
        if not alike or any(map(_has_own_fate, all_of_it)) or one.is_twin or set(one.topic) & set(before.topic):
            continue
        for intent in set(tied) & ABOUT_MONEY:
            others = {n for n in tied[intent] if n not in one.topic}
            shared = set(one.topic) if set(before.topic) & set(tied[intent]) else set()
            tied[intent] = tuple(n for n in numbers if n in others | shared)


def _whole(said: Sequence[_Said], place: int) -> list[Statement]:
    """A statement that names its invoice, and what goes on about it in the sentence: "No. 2 | ditto, same run"."""
    one = said[place]
    going_on = takewhile(
        lambda other: not other.is_named and other.statement.sentence == one.statement.sentence, said[place + 1 :]
    )
    return [one.statement, *(other.statement for other in going_on)]


def _has_own_fate(statement: Statement) -> bool:
    """A short "R-2: the same" only says so; a longer one that sounds of duplicates objects to one."""
    own = _OWN_FATE if is_brief(statement) else _OWN_FATE | {"duplicate"}
    return bool(statement.says & own or statement.dates or statement.is_question)


def _is_denied(topic: tuple[str, ...], said: Sequence[_Said]) -> bool:
    about = [one.statement for one in said if one.topic == topic]
    return any("negation" in s.says for s in about) and not any(map(is_put_off, about))


def _second_best(
    intent: Intent,
    said: Sequence[_Said],
    span: FactSpan,
    scores: Mapping[str, Mapping[Intent, float]],
    free: tuple[str, ...],
) -> tuple[str, ...]:
    """For an intent that no invoice has foremost: what has no intent yet, else what is named beside the evidence; it
    may be about something else. Without evidence, where it is heard at all."""
    if not _needs_one(intent):
        return ()
    if free:
        return free
    places = [place for place, one in enumerate(said) if _touches(one, span)]
    if places:
        near = (one.topic for place, one in enumerate(said) if one.is_named and places[0] <= place <= places[-1] + 1)
        return next(near, ())
    heard = {n: values[intent] for n, values in scores.items() if values.get(intent, 0.0) > FAINT}
    return tuple(n for n in heard if heard[n] == max(heard.values())) or tuple(scores)


def _needs_one(intent: Intent) -> bool:
    """A question or a wish for papers may be about no invoice."""
    return intent in ABOUT_MONEY
