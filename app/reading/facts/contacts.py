"""Whom to write to from now on: a new permanent contact, never a stand-in, a lawyer or an administrator.

Every address of the new text is weighed by its sentence (words of change, of direction, of a holiday), by its nearness
to the evidence of the intent, and by what says that it is the old one. The name is then looked for beside it
(newcomers.py). In redacted text both are placeholders: how they are spelt may help, but nothing may hang on it.
"""

import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field

from app.domain.proposal import BODY
from app.domain.text import Span
from app.reading.facts.commitments import FactSpan
from app.reading.people.departures import departures
from app.reading.people.handovers import (
    ACCOUNTS,
    CHANGE,
    COUNSEL,
    DIRECTS,
    FOR_GOOD,
    OLD_AFTER,
    OLD_BEFORE,
    STAND_IN,
    THEM,
)
from app.reading.people.newcomers import newcomer, newcomer_without_address
from app.reading.spans import fold, sentences

EMAIL = re.compile(r"⟨EMAIL(?:_ADDRESS)?_\d+⟩|(?<![\w.+-])[\w.+-]+@[\w-]+(?:\.[\w-]+)*\.\w+")
_GIVES_WAY = re.compile(
    r"\W{0,3}(?:is |wird |est |es |wordt |e |has been )?(?:(?:replaced|ersetzt|remplacee?|vervangen|sostituit[oa]|"
    r"substituid[oa]|sustituid[oa]) )?(?:by|with|to|becomes|durch|mit|zu|par|avec|vers|devient|por|pasa a|door|naar|"
    r"wordt|con|da|diventa|com|passa a)\W{1,2}"
)
"""What stands between an old address and the new one."""

_BEFORE = 70
_FAR = 3
"""Sentences between the evidence and an address that may still belong together."""


@dataclass(frozen=True, slots=True)
class ContactFound:
    """Name and address as they stand in the text: placeholders in redacted text; empty where not given."""

    name: str = field(repr=False)
    email: str = field(repr=False)
    span: FactSpan | None
    name_span: FactSpan | None = None
    email_span: FactSpan | None = None


def find_contact(text: str, evidence: FactSpan | None = None) -> ContactFound | None:
    """The new permanent contact; `evidence` is the sentence in which the change of contact was heard."""
    whole, folded = sentences(text), fold(text)
    heard = _index(whole, evidence.start) if evidence is not None and evidence.source == BODY else None
    addresses = list(EMAIL.finditer(text))
    weights = _Weights(folded, whole, heard)
    weighed = [(weights.of(addresses, n), -n) for n in range(len(addresses))]
    weight, place = max(weighed, default=(0.0, 0))
    if weight > 0:
        email = addresses[-place]
        at = _index(whole, email.start())
        name = newcomer(text, whole, at, Span(email.start(), email.end()), heard)
        return ContactFound(
            name,
            email.group(),
            FactSpan(BODY, whole[at].start, whole[at].end),
            _place_of(name, text, whole[at]),
            FactSpan(BODY, email.start(), email.end()),
        )
    return _without_address(text, folded, whole, heard)


def find_successor(text: str) -> ContactFound | None:
    """Whom an automatic reply names for good: with an address, in a sentence that says so or in a farewell."""
    found = find_contact(text)
    if found is None or not found.email or found.span is None:
        return None
    is_for_good = FOR_GOOD.search(fold(text[found.span.start : found.span.end])) is not None
    return found if is_for_good or departures(text) else None


def _without_address(text: str, folded: str, whole: Sequence[Span], heard: int | None) -> ContactFound | None:
    """Who takes over, by the sentence of the evidence or one beside it; by any if the evidence is the subject."""
    for at in (heard, heard + 1, heard - 1) if heard is not None else range(len(whole)):
        if 0 <= at < len(whole) and not _is_another(folded[whole[at].start : whole[at].end]):
            name = newcomer_without_address(text, whole[at])
            if name:
                sentence = FactSpan(BODY, whole[at].start, whole[at].end)
                return ContactFound(name, "", sentence, _place_of(name, text, whole[at]))
    return None


def _place_of(name: str, text: str, sentence: Span) -> FactSpan | None:
    """Where a name stands: in the sentence of its contact, else where the mail has it first."""
    start = text.find(name, sentence.start, sentence.end) if name else -1
    start = text.find(name) if name and start < 0 else start
    return FactSpan(BODY, start, start + len(name)) if start >= 0 else None


class _Weights:
    """How much speaks for an address; nothing when it is the old one, a stand-in's or a lawyer's.

    A sentence is weighed once, for a list of addresses may be one sentence.
    """

    def __init__(self, folded: str, whole: Sequence[Span], heard: int | None) -> None:
        self._folded = folded
        self._whole = whole
        self._heard = heard
        self._by_sentence: dict[int, float] = {}

    def of(self, addresses: Sequence[re.Match[str]], number: int) -> float:
        at = _index(self._whole, addresses[number].start())
        if at not in self._by_sentence:
            self._by_sentence[at] = self._of_sentence(at)
        weight = self._by_sentence[at]
        return 0.0 if weight and _is_old(self._folded, addresses, number, self._whole[at]) else weight

    def _of_sentence(self, at: int) -> float:
        sentence, before = self._words(at), self._words(at - 1) if at else ""
        is_counsel = COUNSEL.search(before) is not None and THEM.search(sentence) is not None
        if is_counsel or _is_another(sentence):
            return 0.0
        distance = abs(at - self._heard) if self._heard is not None else _FAR
        return (
            1.0
            + max(0, _FAR - distance)
            + 2.0 * bool(FOR_GOOD.search(sentence))
            + 1.0 * bool(CHANGE.search(sentence))
            + 0.5 * bool(FOR_GOOD.search(before) or CHANGE.search(before))
            + 1.0 * bool(DIRECTS.search(sentence))
            + 1.5 * bool(ACCOUNTS.search(sentence))
        )

    def _words(self, at: int) -> str:
        return self._folded[self._whole[at].start : self._whole[at].end]


def _is_another(sentence: str) -> bool:
    """A stand-in, unless they stay for good, or somebody who speaks for a debtor in trouble."""
    return COUNSEL.search(sentence) is not None or (
        STAND_IN.search(sentence) is not None and FOR_GOOD.search(sentence) is None
    )


def _is_old(folded: str, addresses: Sequence[re.Match[str]], number: int, sentence: Span) -> bool:
    """ "instead of x", "x will be closed", "replace x by y"."""
    email = addresses[number]
    begin = max(sentence.start, email.start() - _BEFORE, addresses[number - 1].end() if number else 0)
    following = addresses[number + 1].start() if number + 1 < len(addresses) else len(folded)
    between = folded[email.end() : following]
    return (
        OLD_BEFORE.search(folded, begin, email.start()) is not None
        or OLD_AFTER.match(folded, email.end(), min(sentence.end, following)) is not None
        or (following < len(folded) and _GIVES_WAY.fullmatch(between) is not None)
    )


def _index(whole: Sequence[Span], position: int) -> int:
    """The sentence at a position, or the last one before it."""
    return max(bisect_right(whole, position, key=lambda span: span.start) - 1, 0)
