"""Typed facts of a mail, for intents that are known: which invoices, when, how much, why, whom to write to.

Works on the redacted new text; offsets count in it (or in the redacted subject). Follows evals/labels.md.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from app.domain.account import Account
from app.domain.intents import DisputeReason, Intent
from app.domain.proposal import BODY, SUBJECT
from app.reading.bills.invoices import foreign_numbers
from app.reading.bills.numbering import InvoiceMatch
from app.reading.days.workdays import country_of
from app.reading.facts.absences import find_return_date
from app.reading.facts.commitments import FactSpan, span_of
from app.reading.facts.contacts import ContactFound, find_contact
from app.reading.facts.extensions import ExtensionFound, find_extension
from app.reading.facts.objections import DisputeFound, find_dispute
from app.reading.facts.promised_sums import open_sum_of
from app.reading.facts.promises import PromiseFound, find_promise
from app.reading.facts.speech import SIGNS, shows
from app.reading.facts.statements import Statement, read_statements
from app.reading.facts.ties import BySpan, tie
from app.reading.model.classifier import Scored
from app.reading.model.features import passages
from app.reading.model.kinds import HeardPassage
from app.reading.spans import fold
from app.reading.trade.lexicon import pattern

WITHOUT_INVOICES = frozenset(
    {Intent.AUTOMATIC_REPLY, Intent.DELIVERY_FAILURE, Intent.ACKNOWLEDGEMENT, Intent.UNRELATED}
)
ABOUT_IT = frozenset(
    {
        Intent.DISPUTE,
        Intent.EXTENSION_REQUEST,
        Intent.HARDSHIP,
        Intent.PAYMENT_PROMISE,
        Intent.PAYMENT_CONFIRMATION,
    }
)
"""A mail with one of these speaks of the customer's invoice even where it does not name it, if there is only one."""

_MAYBE_ABOUT_IT = frozenset({Intent.DOCUMENT_REQUEST, Intent.QUERY})
_SAID_IN_MANY_WORDS = frozenset({Intent.CONTACT_UPDATE, Intent.QUERY})
"""Where a classifier finds the sentence better than a list of words does."""

_AUTOMATIC = frozenset({Intent.AUTOMATIC_REPLY, Intent.DELIVERY_FAILURE})
_IT = re.compile(
    r"\b(?:this|the|your|that) (?:invoice|bill)|\b(?:it|this)\b|\b(?:la|cette|votre) facture|\b(?:die|diese|ihre|"
    r"der|dieser) rechnung|\b(?:la|esta|su) factura|\b(?:de|deze|uw) factuur|\b(?:la|questa|vostra) fattura|\ba "
    r"(?:vossa )?fatura"
)


@dataclass(frozen=True, slots=True)
class Heard:
    """What a classifier heard in the mail: how much its clauses speak for each intent (ties.py), and its sentences for
    each reason and wish (kinds.py). Empty where none listened."""

    clauses: BySpan = field(default_factory=dict)
    kinds: tuple[HeardPassage, ...] = ()


SILENCE = Heard()


@dataclass(frozen=True, slots=True)
class IntentInvoices:
    """The invoices that an intent concerns, and the words that speak for it."""

    intent: Intent
    numbers: tuple[str, ...]
    span: FactSpan | None


@dataclass(frozen=True, slots=True)
class ExtractedFacts:
    invoices: tuple[str, ...] = ()
    by_intent: tuple[IntentInvoices, ...] = ()
    promise: PromiseFound | None = None
    extension: ExtensionFound | None = None
    dispute: DisputeFound | None = None
    contact: ContactFound | None = None
    return_date: date | None = None
    return_span: FactSpan | None = None
    legal_kinds: tuple[str, ...] = ()
    """Of legal, complaint, privacy_request; in this order."""

    unknown_invoices: tuple[str, ...] = ()
    """Numbers shaped like the account's that it does not hold."""

    mentions: tuple[tuple[str, FactSpan], ...] = ()
    """Where the mail names its invoices, in its order."""

    def invoices_of(self, intent: Intent) -> tuple[str, ...]:
        return next((found.numbers for found in self.by_intent if found.intent is intent), ())


def extract_facts(
    text: str,
    subject: str,
    language: str,
    today: date,
    account: Account,
    intents: Sequence[Scored],
    heard: Heard = SILENCE,
) -> ExtractedFacts:
    """`text` is the redacted new text, `intents` are the chosen ones."""
    chosen = {score.intent: FactSpan(score.source, score.start, score.end) for score in intents}
    statements = read_statements(text, subject, language, today, account)
    foreign = foreign_numbers(f"{subject}\n{text}", account) if Intent.DISPUTE in chosen else ()
    unknown = tuple(dict.fromkeys(number for match in foreign for number in match.numbers))
    numbers = _mail_invoices(statements, f"{subject}\n{text}", account, frozenset(chosen), names_another=bool(unknown))
    tied = _tied(statements, numbers, chosen, heard.clauses)
    by_intent = tuple(
        IntentInvoices(intent, tied[intent], _evidence(intent, statements, evidence, tied[intent]))
        for intent, evidence in chosen.items()
    )
    back = (
        find_return_date(statements, text, country_of(account.country, language))
        if Intent.AUTOMATIC_REPLY in chosen
        else None
    )
    dispute = (
        find_dispute(statements, chosen[Intent.DISPUTE], tied[Intent.DISPUTE], language, heard.kinds)
        if Intent.DISPUTE in chosen
        else None
    )
    if dispute is None or dispute.reason is not DisputeReason.UNRECOGNISED:
        unknown = ()
    return ExtractedFacts(
        invoices=(*numbers, *unknown),
        by_intent=by_intent,
        promise=find_promise(
            statements, chosen[Intent.PAYMENT_PROMISE], tied[Intent.PAYMENT_PROMISE], account, today, language
        )
        if Intent.PAYMENT_PROMISE in chosen
        else None,
        extension=find_extension(
            statements,
            chosen[Intent.EXTENSION_REQUEST],
            tied[Intent.EXTENSION_REQUEST],
            today,
            language,
            heard.kinds,
            open_sum_of(tied[Intent.EXTENSION_REQUEST], account),
        )
        if Intent.EXTENSION_REQUEST in chosen
        else None,
        dispute=dispute,
        contact=find_contact(text, chosen[Intent.CONTACT_UPDATE]) if Intent.CONTACT_UPDATE in chosen else None,
        return_date=back[0] if back else None,
        return_span=back[1] if back else None,
        legal_kinds=legal_kinds(text, subject, language) if Intent.LEGAL_OR_COMPLAINT in chosen else (),
        unknown_invoices=unknown,
        mentions=(*_mentions(statements, numbers), *_foreign_mentions(foreign, len(subject) + 1, unknown)),
    )


# ---- invoices


def _mail_invoices(
    statements: Sequence[Statement], text: str, account: Account, chosen: frozenset[Intent], *, names_another: bool
) -> tuple[str, ...]:
    if not chosen - WITHOUT_INVOICES or chosen & _AUTOMATIC:
        return ()
    named = {number for statement in statements for number in statement.invoices}
    named |= {number for statement in statements for match in statement.mentions for number in match.left_out}
    if (
        not named
        and not names_another
        and len(account.invoices) == 1
        and (chosen & ABOUT_IT or (chosen & _MAYBE_ABOUT_IT and _IT.search(fold(text))))
    ):
        return (account.invoices[0].number,)
    return tuple(invoice.number for invoice in account.invoices if invoice.number in named)


def _mentions(statements: Sequence[Statement], numbers: tuple[str, ...]) -> Iterator[tuple[str, FactSpan]]:
    for statement in statements:
        for match in statement.mentions:
            span = FactSpan(statement.source, match.start, match.end)
            yield from ((number, span) for number in match.numbers if number in numbers)


def _foreign_mentions(
    foreign: Sequence[InvoiceMatch], body: int, numbers: tuple[str, ...]
) -> Iterator[tuple[str, FactSpan]]:
    """They were looked for in the subject, a line break, and the body, which begins at `body`."""
    for match in foreign:
        source, moved = (BODY, body) if match.start >= body else (SUBJECT, 0)
        span = FactSpan(source, match.start - moved, match.end - moved)
        yield from ((number, span) for number in match.numbers if number in numbers)


def _tied(
    statements: Sequence[Statement],
    numbers: tuple[str, ...],
    chosen: Mapping[Intent, FactSpan],
    clauses: BySpan,
) -> Mapping[Intent, tuple[str, ...]]:
    concerned = {intent: span for intent, span in chosen.items() if intent not in WITHOUT_INVOICES}
    shares = tie(statements, numbers, concerned, clauses) if len(numbers) > 1 else {}
    return {intent: shares.get(intent, numbers if intent in concerned else ()) for intent in chosen}


def _evidence(intent: Intent, statements: Sequence[Statement], evidence: FactSpan, tied: tuple[str, ...]) -> FactSpan:
    """The clause that shows the intent: of the evidence itself if it has one, else the clearest of the body."""
    inside = [s for s in statements if s.touches(evidence.source, evidence.start, evidence.end)]
    shown = [s for s in inside if shows(intent, s) and not (s.invoices and tied and not set(s.invoices) & set(tied))]
    if shown and evidence.source == BODY:
        return span_of(shown[0]) or evidence if len(shown) == 1 and len(inside) > 1 else evidence
    if evidence.source == BODY and intent in _SAID_IN_MANY_WORDS:
        return evidence
    elsewhere = [s for s in statements if s.source == BODY and shows(intent, s)]
    clearest = max(elsewhere, key=lambda s: _clearness(intent, s, tied), default=None)
    return span_of(clearest) or evidence


def _clearness(intent: Intent, statement: Statement, tied: tuple[str, ...]) -> int:
    return len(statement.says & SIGNS.get(intent, frozenset())) + len(set(statement.invoices) & set(tied))


# ---- legal


def legal_kinds(text: str, subject: str, language: str) -> tuple[str, ...]:
    """legal, complaint and privacy_request, as far as the words show them; a complaint when none does."""
    folded = fold("\n".join(passage.text for passage in passages(subject, text)))
    kinds = [
        kind
        for kind, concept in (("legal", "legal"), ("complaint", "complaint"), ("privacy_request", "privacy"))
        if pattern(concept, language).search(folded)
    ]
    if "privacy_request" in kinds and "complaint" in kinds and len(kinds) > 1:
        kinds.remove("complaint")
    return tuple(kinds) or ("complaint",)
