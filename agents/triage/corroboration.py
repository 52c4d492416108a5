"""Second thoughts about a classifier's scores: what no clause of the mail speaks for is not named.

A grave intent that is taken back this way stays suspected, so that a person sees the mail all the same.

    "It goes out in Friday's run."    confirmation 0.6, no clause tells of a payment    → taken back
    "Does the price include freight?" dispute 0.4, no clause objects; query 0.9         → query; dispute suspected
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from agents.triage.clauses import as_told, divides, itemised, planned, summed
from agents.triage.plain_paying import plainly_paying
from app.domain.account import Account, InvoiceKind
from app.domain.case import Letter
from app.domain.intents import Intent
from app.domain.proposal import BODY, SUBJECT
from app.domain.text import Span
from app.reading.bills.invoices import match_invoices
from app.reading.facts.speech import DISPUTE_SIGNS, shows
from app.reading.facts.statements import Statement, read_statements
from app.reading.facts.ties import BySpan
from app.reading.machinery.cues import REMITTANCE
from app.reading.model.classifier import Scored
from app.reading.model.features import passages
from app.reading.spans import fold

GRAVE = frozenset(
    {
        Intent.BANK_DETAIL_CHANGE,
        Intent.HARDSHIP,
        Intent.LEGAL_OR_COMPLAINT,
        Intent.DISPUTE,
        Intent.EXTENSION_REQUEST,
    }
)
SUSPICION = 0.09
"""A grave intent this likely, though it is not named, is reason enough to ask a person."""

LIKELY = 0.7
SURELY_UNRELATED = 0.95
SURE, SURE_OF_GRAVE = 0.6, 0.4
"""From here on a score stands even if no clause shows why."""

FAINT = 0.6
SUSPICION_IN_WORDS = 0.06
"""The same where a clause speaks for the grave intent too, and no other grave one is named."""

READ = 12_000
_THIN = 20

_SPOKEN = (GRAVE - {Intent.LEGAL_OR_COMPLAINT}) | {
    Intent.PAYMENT_PROMISE,
    Intent.PAYMENT_CONFIRMATION,
    Intent.DOCUMENT_REQUEST,
}
"""Intents whose words the readers know well enough to miss them."""

_WORDS_TELL = GRAVE - {Intent.EXTENSION_REQUEST}
"""Of these a single clause says enough; "until" and "later" are everybody's words."""

_EVERY_BILL_SAYS = frozenset({"price", "quantity", "duplicate", "tax", "terms"})
"""Signs of a dispute that are a bill's own words: its prices, pieces, taxes and terms."""

_SAY_LITTLE = frozenset({Intent.QUERY, Intent.ACKNOWLEDGEMENT, Intent.UNRELATED})
"""What a bare wish for a call is taken for."""

_CALL_ME = re.compile(
    r"\b(?:(?:ring|call|phone) (?:me|us)\b|give (?:me|us) a (?:ring|call|bell|shout)|"
    r"(?:r?appele[zr]|rappelle|telephone[zr])[ -]?(?:moi|nous)|"
    r"(?:rufen sie|ruf) (?:mich|uns|mal|bitte)|bitte um (?:ruckruf|anruf)|(?:llam(?:e|a|en)(?:me|nos))|"
    r"bel (?:me|mij|ons|even)|(?:mi|ci) (?:chiami|chiamate|telefoni)|chiam(?:ami|atemi|ateci)|"
    r"lig(?:ue|a|uem)[ -]?(?:me|nos))\b"
)
_OWN_INVOICE = re.compile(
    r"\b(?:our|unsere[rn]?|notre|nuestra|nostra|nossa|onze) (?:\w+ )?"
    r"(?:invoice|rechnung|facture|factura|fattura|fatura|factuur)\b"
)
_TAX = re.compile(r"\b(?:vat|mwst|ust|tva|iva|btw)\b")
_TOTAL = re.compile(r"\b(?:total|gesamt\w*|totaal|totale|brutto|ttc)\b")
_ACCOUNT_NUMBER = re.compile(r"⟨(?:IBAN|CREDIT_CARD|BANK)\w*_\d+⟩|\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){3,}")


@dataclass(frozen=True, slots=True)
class Reconsidered:
    """Scores less what was taken back; `suspected` are grave intents that may be there, named or not."""

    scored: tuple[Scored, ...]
    suspected: frozenset[Intent] = frozenset()
    asks_about_our_bank: bool = False
    is_thin: bool = False


HearClauses = Callable[[Sequence[Span]], BySpan]
"""What a classifier hears in passages of the letter's body, each alone."""


def reconsider(
    scored: Sequence[Scored],
    letter: Letter,
    account: Account,
    is_named: Callable[[Scored], bool],
    hear: HearClauses | None = None,
) -> Reconsidered:
    """`is_named` tells whether a score is high enough for its intent to be named. `hear` is asked only where clauses
    speak of different invoices."""
    statements = _own_statements(letter, account)
    credits = frozenset(i.number for i in account.invoices if i.kind is InvoiceKind.CREDIT_NOTE)
    heard = {score.intent: score for score in scored if is_named(score)}
    paid, asks_for_time = heard.get(Intent.PAYMENT_CONFIRMATION), Intent.EXTENSION_REQUEST in heard
    scored = [score if score.intent in heard else planned(score, statements) for score in scored]
    scored = [s if s.intent in heard else summed(s, statements, asks_for_time=asks_for_time) for s in scored]
    clauses = [Span(s.start, s.end) for s in statements if s.source == BODY]
    by_clause = hear(clauses) if hear is not None and divides(statements) else {}
    scored = [s if s.intent in heard else itemised(s, statements, credits, paid, by_clause) for s in scored]
    paying = plainly_paying(statements)
    if not any(map(is_named, scored)):
        scored = [as_told(s, paying[s.intent]) if s.intent in paying else s for s in scored]
    named = {score.intent for score in scored if is_named(score)}
    said = {score.intent for score in scored if score.intent in named and score.confidence >= SURE}
    if _is_thin(letter, named & GRAVE | said):
        return Reconsidered(tuple(_as_thin(scored)), is_thin=True)
    about_bank = _asks_about_our_bank(letter, statements, named)
    taken_back = {score.intent for score in scored if _is_unsupported(score, statements)}
    taken_back |= set(_explained_away(scored, letter, statements, named))
    if about_bank:
        taken_back.add(Intent.BANK_DETAIL_CHANGE)
    if paying and _is_drowned(Intent.EXTENSION_REQUEST, scored, paying):
        taken_back.add(Intent.EXTENSION_REQUEST)
    limit = SUSPICION if named & GRAVE else SUSPICION_IN_WORDS
    suspected = {s.intent for s in scored if s.intent in GRAVE and _is_suspicious(s, statements, limit)}
    if Intent.LEGAL_OR_COMPLAINT in named:
        suspected.discard(Intent.DISPUTE)
    if _is_surely_unrelated(scored, statements):
        suspected.discard(Intent.EXTENSION_REQUEST)
    if about_bank:
        suspected.discard(Intent.BANK_DETAIL_CHANGE)
    if paying and not (named - taken_back) & GRAVE:
        suspected.clear()
    kept = tuple(replace(s, confidence=0.0) if s.intent in taken_back else s for s in scored)
    return Reconsidered(kept if any(map(is_named, kept)) else tuple(scored), frozenset(suspected), about_bank)


def _is_drowned(intent: Intent, scored: Sequence[Scored], louder: Iterable[Intent]) -> bool:
    confidence = {score.intent: score.confidence for score in scored}
    return confidence.get(intent, 0.0) < max(confidence.get(other, 0.0) for other in louder)


def is_a_suppliers_invoice(letter: Letter, account: Account, unrelated: float) -> bool:
    """Somebody unknown bills us: "our invoice" is theirs, and none of ours is named."""
    return unrelated >= SURE and _is_theirs(letter, account)


def is_a_strangers_bill(letter: Letter, account: Account, unrelated: float) -> bool:
    """The same of a mail that the model is less sure of: tax and total are told, and no clause says anything grave."""
    folded = fold(letter.body.value[:READ])
    is_bill = _TAX.search(folded) is not None and _TOTAL.search(folded) is not None
    if unrelated < LIKELY or not is_bill or not _is_theirs(letter, account):
        return False
    statements = _own_statements(letter, account)
    return not any(_is_grave_in_a_bill(statement) for statement in statements)


def _is_grave_in_a_bill(statement: Statement) -> bool:
    objects = "negation" in statement.says or bool(statement.says & DISPUTE_SIGNS - _EVERY_BILL_SAYS)
    return objects or any(_speaks_for(intent, statement) for intent in _WORDS_TELL - {Intent.DISPUTE})


def _is_theirs(letter: Letter, account: Account) -> bool:
    text = letter.body.value[:READ]
    is_named = _OWN_INVOICE.search(fold(text)) is not None
    return is_named and not account.customer_id and not match_invoices(text, account)


def _own_statements(letter: Letter, account: Account) -> list[Statement]:
    """The subject counts where the writer wrote it, not where it answers ours."""
    body, subject = letter.body.value[:READ], letter.subject.value
    has_subject = any(passage.source == SUBJECT for passage in passages(subject, body))
    return list(read_statements(body, subject if has_subject else "", letter.language, letter.today, account))


def _is_suspicious(score: Scored, statements: Sequence[Statement], limit: float) -> bool:
    if score.confidence >= SUSPICION:
        return True
    return (
        score.intent in _WORDS_TELL
        and score.confidence >= limit
        and any(_speaks_for(score.intent, s) for s in statements)
    )


def _is_surely_unrelated(scored: Sequence[Scored], statements: Sequence[Statement]) -> bool:
    """ "I could begin on 1 August" of an applicant is no wish for time."""
    sure = next((score.confidence for score in scored if score.intent is Intent.UNRELATED), 0.0)
    return sure >= SURELY_UNRELATED and not any(statement.invoices for statement in statements)


def _is_unsupported(score: Scored, statements: Sequence[Statement]) -> bool:
    limit = SURE_OF_GRAVE if score.intent in GRAVE else SURE
    if score.intent not in _SPOKEN or score.confidence >= limit:
        return False
    return not any(_speaks_for(score.intent, statement) for statement in statements)


def _speaks_for(intent: Intent, statement: Statement) -> bool:
    if intent is Intent.PAYMENT_PROMISE:
        is_about_paying = "pay" in statement.says or statement.invoices or statement.amounts
        names_a_day = {"pay", "future"} <= statement.says and bool(statement.dates) and "hedge" not in statement.says
        return bool(shows(intent, statement) and is_about_paying) or (names_a_day and not statement.is_question)
    if intent is Intent.PAYMENT_CONFIRMATION:
        is_past = "pay" in statement.says and any(found.kind == "past" for found in statement.dates)
        is_of_goods = "pay" not in statement.says and bool(statement.says & DISPUTE_SIGNS)
        return is_past or (shows(intent, statement) and not is_of_goods)
    if intent is Intent.EXTENSION_REQUEST:
        return shows(intent, statement) or "agree" in statement.says
    if intent is Intent.DISPUTE:
        is_about_an_invoice = bool(statement.invoices and statement.says & DISPUTE_SIGNS)
        return "dispute" in statement.says or (
            not statement.is_question and (is_about_an_invoice or shows(intent, statement))
        )
    return shows(intent, statement)


def _explained_away(
    scored: Sequence[Scored], letter: Letter, statements: Sequence[Statement], named: set[Intent]
) -> Iterator[Intent]:
    """Intents that another one of the mail explains better, by evals/labels.md."""
    confidence = {score.intent: score.confidence for score in scored}
    if Intent.LEGAL_OR_COMPLAINT in named:
        yield Intent.QUERY
        objecting = [s for s in statements if _speaks_for(Intent.DISPUTE, s)]
        complains = all(shows(Intent.LEGAL_OR_COMPLAINT, s) for s in objecting)
        if complains and confidence.get(Intent.DISPUTE, 0.0) < SURE_OF_GRAVE:
            yield Intent.DISPUTE
    if Intent.PAYMENT_CONFIRMATION not in named:
        return
    promising = [s for s in statements if shows(Intent.PAYMENT_PROMISE, s)]
    is_likely = confidence.get(Intent.PAYMENT_PROMISE, 0.0) >= LIKELY
    if not is_likely and not any("future" in s.says or _is_later(s, letter) for s in promising):
        yield Intent.PAYMENT_PROMISE
    if REMITTANCE.search(f"{letter.subject.value}\n{letter.body.value[:READ]}"):
        if not any({"future", "pay"} <= s.says for s in promising):
            yield Intent.PAYMENT_PROMISE
        if confidence.get(Intent.DISPUTE, 0.0) < FAINT:
            yield Intent.DISPUTE


def _is_later(statement: Statement, letter: Letter) -> bool:
    return any(found.day is not None and found.day > letter.today for found in statement.dates)


def _asks_about_our_bank(letter: Letter, statements: Sequence[Statement], named: set[Intent]) -> bool:
    """ "Did you really change bank?" is a question, and a sign of fraud; it announces nothing."""
    asked = any(statement.is_question and "bank" in statement.says for statement in statements)
    gives_number = _ACCOUNT_NUMBER.search(letter.body.value[:READ]) is not None
    return {Intent.QUERY, Intent.BANK_DETAIL_CHANGE} <= named and asked and not gives_number


def _is_thin(letter: Letter, said: set[Intent]) -> bool:
    """ "Ring me." and hardly a word more; "we pay on Friday, call me if that won't do" says what it wants."""
    body = letter.body.value.strip()
    return said <= _SAY_LITTLE and len(body.split()) <= _THIN and _CALL_ME.search(fold(body)) is not None


def _as_thin(scored: Sequence[Scored]) -> Iterator[Scored]:
    for score in scored:
        likely = 1.0 if score.intent is Intent.QUERY else 0.0
        yield replace(score, confidence=likely)
