"""The commitment firewall: what a finished draft says that it must not, however it was written.

Facts are traced (`trace.py`), phrases looked up (`lexicon.py`), less what only sounds like them (`harmless.py`), and
each sentence is heard (`app/reading/outgoing/judging.py`), for what no list foresees. What the writer asks for is known
from the mail, so it could be traced; it may be repeated as a wish, in a sentence that calls it one, and never as
something settled.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date

from agents.triage.destinations import names_of_destinations
from agents.triage.harmless import (
    claims_of_nothing_owed,
    does_what_answers_do,
    without_harmless,
    without_what_is_asked,
)
from agents.triage.lexicon import (
    Offence,
    blanked,
    calls_it_a_wish,
    claims_of_receipt,
    offences,
    says_it_is_attached,
    unsaid_charges,
    unsaid_spans_of_time,
)
from agents.triage.payments import payments_since, shows_payment
from agents.triage.terms import place_of, without
from agents.triage.trace import Known, Traced, configured, from_ledger, from_mail, from_promise, stands_in, trace
from app.domain.account import Account
from app.domain.case import Letter
from app.domain.proposal import Draft, Facts, Trace
from app.domain.text import PLACEHOLDER, Span
from app.reading.model.features import is_courtesy
from app.reading.money.amounts import find_amounts
from app.reading.outgoing.judging import RECEIPT, Verdict, load_letter_judge
from app.reading.spans import clauses, fold, sentences

WISH = "wish"
"""The reference of a fact that the writer merely asks for."""

_DAY = re.compile(r"\d\W*[^\W\d_]|[^\W\d_]\W*\d|\d[./-]\d+[./-]")
SURELY_HARMLESS = -3.0
"""Log odds below which a phrase of at most SHORT words is excused; some of them, like "today", mean many things."""

AMBIGUOUS = frozenset({"concession", "admission", "shaming", "urgency"})
SHORT = 2

A_FEW = 4
"""Fewer words than these beside a harmless phrase say nothing of their own."""

Heard = Sequence[tuple[Span, Verdict]]

_WORD = re.compile(r"[^\W\d_]+")
_SHARE = re.compile(r"\d\s?(?:%|per\s?cent\b|prozent\b|pour cent\b|por cien\w*|procent\b|por cento\b)")


@dataclass(frozen=True, slots=True)
class Sources:
    """All that a draft may draw on. `invoices`: those that the answer is about; no other number may stand in it.
    `paid_since`: from when on a payment that the writer speaks of may stand on the ledger, where they name a day.
    `clause`: what a person decided on the terms asked for, to the letter; None where nobody has. `encloses`: files go
    along, and among them copies of the invoices `copied`. `is_ours`: the sentences are those of our templates, which
    people have read."""

    letter: Letter
    account: Account
    facts: Facts
    invoices: frozenset[str]
    language: str
    may_use_ledger: bool
    team: str
    mailbox_address: str
    max_words: int
    paid_since: date | None = None
    clause: str | None = None
    copied: frozenset[str] = frozenset()
    encloses: bool = False
    is_ours: bool = False


def examine(draft: Draft, sources: Sources) -> Traced:
    """The draft's facts with their sources, and every reason to refuse it."""
    if sources.clause is None:
        return _examined(draft, sources)
    place = place_of(sources.clause, draft.body)
    if place is None:
        return Traced((), ("terms: not as they were decided",))
    rest = _examined(replace(draft, body=without(place, draft.body)), sources)
    decided = Trace(place.start, place.end, "decision", "terms")
    return replace(rest, traces=tuple(sorted((*rest.traces, decided), key=lambda found: found.start)))


def _examined(draft: Draft, sources: Sources) -> Traced:
    traced = trace(draft.body, _known(sources), sources.letter, draft.language)
    said = f"{sources.letter.subject.value}\n{sources.letter.body.value}"
    weighed = without_harmless(_without_what_is_moot(draft.body, sources), draft.language)
    heard = () if sources.is_ours else _heard(draft, sources.team)
    problems = (
        *traced.problems,
        *_settled_wishes(draft.body, traced.traces),
        *_stray_days(draft.body, traced.traces, sources.invoices),
        *(
            f"untraced: {words.of(draft.body)}"
            for words in unsaid_spans_of_time(weighed, sources.letter)
            if not _is_short(words, draft.body) or not _is_surely_harmless(words.start, heard)
        ),
        *(f"untraced: {words.of(draft.body)}" for words in unsaid_charges(weighed, sources.letter)),
        *(
            f"{offence.kind}: {draft.body[offence.start : offence.end]}"
            for offence in offences(weighed, said, without_what_is_asked(weighed, draft.language))
            if not _is_excused(offence, draft.body, heard)
        ),
        *_unseen_payments(draft.body, sources),
        *(f"untraced: {words}" for words in names_of_destinations(draft.body.replace(sources.team, " "), said)),
        *_harmful_sentences(draft, sources, heard),
        *_absent_files(draft.body, traced.traces, sources),
        *(["too long"] if len(draft.body.split()) > 2 * sources.max_words else []),
    )
    return Traced(traced.traces, tuple(dict.fromkeys(problems)))


def _known(sources: Sources) -> Iterator[Known]:
    """What may be stated: in the language of the brief, and in English for want of templates in it."""
    yield from configured(sources.team, sources.mailbox_address)
    if sources.may_use_ledger:
        yield from from_promise(sources.facts.promise)
    for language in {sources.language, "en"}:
        yield from from_mail(sources.letter, sources.facts, language)
        if sources.may_use_ledger:
            yield from from_ledger(sources.account, language, sources.invoices)


def _settled_wishes(body: str, traces: tuple[Trace, ...]) -> Iterator[str]:
    folded = fold(body)
    shares = [match.start() for match in _SHARE.finditer(folded)]
    places = [found.start for found in traces if found.reference == WISH] + shares
    for sentence in sentences(body):
        inside = [place for place in places if sentence.start <= place < sentence.end]
        if inside and not calls_it_a_wish(sentence.of(folded)):
            yield f"concession: {sentence.of(body)}"


def _stray_days(body: str, traces: tuple[Trace, ...], invoices: frozenset[str]) -> Iterator[str]:
    """Where several invoices are concerned, a day of one stands in a letter that tells which: by number or sum."""
    told = Counter(found.reference for found in traces if found.source == "ledger")
    for found in traces:
        text = body[found.start : found.end]
        is_alone = found.source == "ledger" and found.reference in invoices and told[found.reference] == 1
        if is_alone and len(invoices) > 1 and text != found.reference and _DAY.search(text):
            yield f"untraced: {text}"


def _absent_files(body: str, traces: tuple[Trace, ...], sources: Sources) -> Iterator[str]:
    """Whatever a sentence calls attached must be: a file at all, and a copy of each invoice that it names."""
    folded, numbers = fold(body), {invoice.number for invoice in sources.account.invoices}
    for sentence in sentences(body):
        if not says_it_is_attached(sentence.of(folded)):
            continue
        named = {body[found.start : found.end] for found in traces if sentence.start <= found.start < sentence.end}
        if not sources.encloses or not (named & numbers) <= sources.copied:
            yield f"attached: {sentence.of(body)}"


def _unseen_payments(body: str, sources: Sources) -> Iterator[str]:
    """Who is told that their payment has come stops looking for it: the ledger must show it."""
    claims = list(claims_of_receipt(body))
    for clause in clauses(body) if claims else ():
        for claim in claims:
            if clause.start <= claim.start < clause.end and not _is_on_the_ledger(clause, claim, body, sources):
                yield f"receipt: {claim.of(body)}"
    for claim in claims_of_nothing_owed(body):
        if not _is_all_paid(claim, body, sources):
            yield f"receipt: {claim.of(body)}"


def _without_what_is_moot(body: str, sources: Sources) -> str:
    """Without words that nothing is owed, where the ledger says so of every invoice that they are about."""
    for claim in claims_of_nothing_owed(body):
        if _is_all_paid(claim, body, sources):
            body = blanked(body, claim.start, claim.end)
    return body


def _is_all_paid(claim: Span, body: str, sources: Sources) -> bool:
    said = next((span.of(body) for span in sentences(body) if span.start <= claim.start < span.end), "")
    named = [invoice for invoice in sources.account.invoices if stands_in(said, invoice.number)]
    about = named or [invoice for invoice in sources.account.invoices if invoice.number in sources.invoices]
    shown = [shows_payment(sources.account, invoice, sources.paid_since) for invoice in about]
    return sources.may_use_ledger and bool(shown) and all(shown)


def _is_on_the_ledger(clause: Span, claim: Span, body: str, sources: Sources) -> bool:
    """Whether the ledger shows a payment for every invoice that a clause names, up to its claim if it names one there,
    else for one that the answer is about; and, while such an invoice is open, one of a sum that the clause names."""
    if not sources.may_use_ledger:
        return False
    account, since, said = sources.account, sources.paid_since, clause.of(body)
    places = (body[clause.start : claim.end], said)
    found = ([invoice for invoice in account.invoices if stands_in(text, invoice.number)] for text in places)
    named = next(filter(None, found), [])
    about = named or [invoice for invoice in account.invoices if invoice.number in sources.invoices]
    shown = [invoice for invoice in about if shows_payment(account, invoice, since)]
    sums = {found.value for found in find_amounts(said, sources.language) if not found.is_bare}
    paid = {payment.amount.amount for payment in payments_since(account, since)}
    fits = not sums or bool(sums & paid) or any(not invoice.is_open for invoice in shown)
    return fits and (shown == named if named else bool(shown))


def _heard(draft: Draft, team: str) -> Heard:
    """What the judge makes of each sentence; nothing where there is no judge."""
    judge = load_letter_judge()
    said = [span for span in _said(draft.body, team) if not _says_nothing_else(span.of(draft.body), draft.language)]
    return tuple(zip(said, judge.judge([span.of(draft.body) for span in said]), strict=True)) if judge else ()


def _harmful_sentences(draft: Draft, sources: Sources, heard: Heard) -> Iterator[str]:
    """Whatever a sentence does that an answer must not, in words that no list of forbidden phrases can foresee. What it
    claims of payments in so many words is looked up elsewhere. Without the judge only what is known passes."""
    body = draft.body
    for span, verdict in heard:
        if verdict.is_too_likely and not _is_true_receipt(span, verdict, body, sources):
            yield f"{verdict.kind}: {span.of(body)}"
    if not sources.is_ours and load_letter_judge() is None:
        pieces = (piece for span in _said(body, sources.team) for piece in span.of(body).split("; "))
        yield from (f"strange: {piece}" for piece in pieces if not _is_known(piece, draft.language))


def _is_excused(offence: Offence, body: str, heard: Heard) -> bool:
    """Whether a short phrase, which may mean many things, stands in a sentence that the judge is sure of. A long one is
    refused whatever is heard: the judge has found "We have moved the due date to 30 June" harmless."""
    is_short = _is_short(Span(offence.start, offence.end), body)
    return offence.kind in AMBIGUOUS and is_short and _is_surely_harmless(offence.start, heard)


def _is_short(words: Span, body: str) -> bool:
    return len(_WORD.findall(words.of(body))) <= SHORT


def _is_surely_harmless(place: int, heard: Heard) -> bool:
    """Whether the judge is sure of the sentence that a place stands in."""
    return any(span.start <= place < span.end and verdict.odds < SURELY_HARMLESS for span, verdict in heard)


def _is_true_receipt(span: Span, verdict: Verdict, body: str, sources: Sources) -> bool:
    """Whether a sentence says no more than what the ledger shows: that something is paid, or that nothing is owed."""
    said = span.of(body)
    if verdict.kind == RECEIPT:
        return any(claims_of_receipt(said)) or _is_on_the_ledger(span, span, body, sources)
    return any(_is_all_paid(span, body, sources) for _ in claims_of_nothing_owed(said))


def _said(body: str, team: str) -> list[Span]:
    """The sentences that are neither greeting nor closing nor our name below them."""
    found = (span for span in sentences(body) if span.of(body).strip(" ,.!") != team)
    return [span for span in found if not is_courtesy(PLACEHOLDER.sub("X", span.of(body)))]


def _says_nothing_else(text: str, language: str) -> bool:
    """Whether hardly a word is left beside a phrase that only sounds forbidden, or beside what "you ask" for, to
    the end: "You ask whether you may wait: agreed" says something of its own."""
    own = without_harmless(text, language)
    rest = without_what_is_asked(own, language)
    ends_asking = rest == own or not rest.rstrip(" .!?")[-1:].isalnum()
    return rest != text and ends_asking and len(_WORD.findall(rest)) < A_FEW


def _is_known(piece: str, language: str) -> bool:
    return is_courtesy(piece) or does_what_answers_do(fold(piece), language)
