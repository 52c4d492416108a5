"""Typed facts of a mail, for intents that are known: which invoices, when, how much, why, whom to write to.

Works on the redacted new text; offsets count in it (or in the redacted subject). Follows evals/labels.md.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from app.domain.account import Account
from app.domain.intents import DisputeReason, Intent
from app.domain.proposal import BODY, SUBJECT
from app.reading.classifier import Scored
from app.reading.commitments import (
    ExtensionFound,
    FactSpan,
    PromiseFound,
    find_extension,
    find_promise,
    span_of,
)
from app.reading.dates import FoundDate, next_with_day
from app.reading.features import passages
from app.reading.idioms import heard
from app.reading.invoices import foreign_numbers
from app.reading.lexicon import pattern
from app.reading.spans import fold
from app.reading.speech import DISPUTE_SIGNS, SIGNS, shows
from app.reading.statements import Statement, read_statements
from app.reading.ties import BySpan, tie
from app.reading.workdays import add_workdays, country_of

WITHOUT_INVOICES = frozenset(
    {Intent.AUTOMATIC_REPLY, Intent.DELIVERY_FAILURE, Intent.ACKNOWLEDGEMENT, Intent.UNRELATED}
)
ABOUT_IT = frozenset({Intent.DISPUTE, Intent.EXTENSION_REQUEST, Intent.PAYMENT_PROMISE, Intent.PAYMENT_CONFIRMATION})
"""A mail with one of these speaks of the customer's invoice even where it does not name it, if there is only one."""

_MAYBE_ABOUT_IT = frozenset({Intent.DOCUMENT_REQUEST, Intent.QUERY})
_SAID_IN_MANY_WORDS = frozenset({Intent.CONTACT_UPDATE, Intent.QUERY})
"""Where a classifier finds the sentence better than a list of words does."""

_IT = re.compile(
    r"\b(?:this|the|your|that) (?:invoice|bill)|\b(?:it|this)\b|\b(?:la|cette|votre) facture|\b(?:die|diese|ihre|"
    r"der|dieser) rechnung|\b(?:la|esta|su) factura|\b(?:de|deze|uw) factuur|\b(?:la|questa|vostra) fattura|\ba "
    r"(?:vossa )?fatura"
)

_REASONS: Mapping[DisputeReason, tuple[str, float]] = {
    DisputeReason.MISSING_PO: ("missing_po", 2.0),
    DisputeReason.NOT_RECEIVED: ("not_received", 1.6),
    DisputeReason.DUPLICATE: ("duplicate", 1.6),
    DisputeReason.TAX: ("tax", 1.4),
    DisputeReason.UNRECOGNISED: ("unrecognised", 1.5),
    DisputeReason.QUALITY: ("quality", 1.3),
    DisputeReason.QUANTITY: ("quantity", 1.1),
    DisputeReason.PRICE: ("price", 1.2),
    DisputeReason.TERMS: ("terms", 1.2),
    DisputeReason.OTHER: ("other_dispute", 1.0),
}

_OF_A_BILL = re.compile(
    r"invoic|bill|charg|factur|rechnung|berechn|cobr|factuur|fattur|fatur|paid|pay|bezahl|zahl|pag|betaal|doppel|duplic"
)
"""Words beside which "twice" and "the same" mean that something was billed twice."""

_EMAIL = re.compile(r"⟨EMAIL(?:_ADDRESS)?_\d+⟩|(?<![\w.+-])[\w.+-]+@[\w-]+(?:\.[\w-]+)*\.\w+")
_PERSON = re.compile(
    r"⟨PERSON_\d+⟩|(?<![\w@.])(?!(?:Mr|Mrs|Ms|Frau|Herr|Herrn|Mme|Madame|Monsieur|Sra|Sr|Señora|Señor|Dhr|Mevr|"
    r"Sig|Signora|Dott)\b)(?:[A-ZÀ-Þ][\w'\u2019-]+ ){1,2}(?:(?:de|van|von|der|da|dos|di|del) )*[A-ZÀ-Þ][\w'\u2019-]+"
)
_STAND_IN = re.compile(
    r"\b(?:urgent|urgen\w*|dringend\w*|spoed|absence|during|while|meantime|meanwhile|until then|pendant|"
    r"vertret\w*|in meiner abwesenheit|abwesen\w*|mientras|ausen\w*|tijdens|afwezig\w*|durante|assen\w*|nel "
    r"frattempo|entretanto|lawyer|solicitor|avocat|anwalt|abogad\w*|advocaat|avvocat\w*|advogad\w*|liquidat\w*|"
    r"administrator|verwalter|curator)\b"
)
_BACK = re.compile(
    r"\b(?:back|return\w*|again|retour|reprend\w*|reviens|wieder|zuruck|erreichbar|ab|regres\w*|vuelv\w*|"
    r"reincorpor\w*|volv\w*|reabr\w*|reopen\w*|rouvr\w*|riapr\w*|heropen\w*|geoffnet|de vuelta|weer|terug|rientr\w*|"
    r"torn\w*|di ritorno|regress\w*|volt\w*|from|a partir|vanaf|dal|"
    r"desde)\b"
)
_UNTIL = re.compile(r"\b(?:until|till|til|through|thru|up to|to|jusqu'?(?:au|a)?|au|bis|hasta|al|tot|t/m|fino|ate)\b")
_BETWEEN = re.compile(r"\b(?:between|entre|zwischen|tra|fra|tussen)\b[^.!\n]{1,30}\b(?:and|y|und|et|e|en)\b")
_INCLUSIVE = re.compile(
    r"\b(?:inclusive|including|incl|included|through|thru|inclus\w*|compris|einschliesslich|einschließlich|"
    r"inklusive|inkl|incluid[oa]|inclusive|ambos inclusive|t/m|tot en met|compres[oa]|incluso|inclusiv\w*)\b"
)


@dataclass(frozen=True, slots=True)
class IntentInvoices:
    """The invoices that an intent concerns, and the words that speak for it."""

    intent: Intent
    numbers: tuple[str, ...]
    span: FactSpan | None


@dataclass(frozen=True, slots=True)
class DisputeFound:
    reason: DisputeReason
    invoices: tuple[str, ...]
    span: FactSpan | None


@dataclass(frozen=True, slots=True)
class ContactFound:
    """Name and address as they stand in the text: placeholders in redacted text; empty where not given."""

    name: str = field(repr=False)
    email: str = field(repr=False)
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

    def invoices_of(self, intent: Intent) -> tuple[str, ...]:
        return next((found.numbers for found in self.by_intent if found.intent is intent), ())


def extract_facts(
    text: str,
    subject: str,
    language: str,
    today: date,
    account: Account,
    intents: Sequence[Scored],
    by_sentence: BySpan | None = None,
) -> ExtractedFacts:
    """`text` is the redacted new text, `intents` are the chosen ones; `by_sentence` see ties.py."""
    chosen = {score.intent: FactSpan(score.source, score.start, score.end) for score in intents}
    statements = read_statements(text, subject, language, today, account)
    foreign = foreign_numbers(f"{subject}\n{text}", account) if Intent.DISPUTE in chosen else ()
    unknown = tuple(dict.fromkeys(number for match in foreign for number in match.numbers))
    numbers = _mail_invoices(statements, text, account, frozenset(chosen), names_another=bool(unknown))
    tied = _tied(statements, numbers, chosen, by_sentence)
    by_intent = tuple(
        IntentInvoices(intent, tied[intent], _evidence(intent, statements, evidence, tied[intent]))
        for intent, evidence in chosen.items()
    )
    back = (
        _return_date(statements, text, country_of(account.country, language))
        if Intent.AUTOMATIC_REPLY in chosen
        else None
    )
    dispute = (
        _dispute(statements, chosen[Intent.DISPUTE], tied[Intent.DISPUTE], language)
        if Intent.DISPUTE in chosen
        else None
    )
    if dispute is None or dispute.reason is not DisputeReason.UNRECOGNISED:
        unknown = ()
    return ExtractedFacts(
        invoices=(*numbers, *unknown),
        by_intent=by_intent,
        promise=find_promise(statements, chosen[Intent.PAYMENT_PROMISE], tied[Intent.PAYMENT_PROMISE], account, today)
        if Intent.PAYMENT_PROMISE in chosen
        else None,
        extension=find_extension(statements, chosen[Intent.EXTENSION_REQUEST], tied[Intent.EXTENSION_REQUEST], today)
        if Intent.EXTENSION_REQUEST in chosen
        else None,
        dispute=dispute,
        contact=_contact(statements, text) if Intent.CONTACT_UPDATE in chosen else None,
        return_date=back[0] if back else None,
        return_span=back[1] if back else None,
        legal_kinds=legal_kinds(text, subject, language) if Intent.LEGAL_OR_COMPLAINT in chosen else (),
        unknown_invoices=unknown,
    )


# ---- invoices


def _mail_invoices(
    statements: Sequence[Statement], text: str, account: Account, chosen: frozenset[Intent], *, names_another: bool
) -> tuple[str, ...]:
    if not chosen - WITHOUT_INVOICES:
        return ()
    named = {number for statement in statements for number in statement.invoices}
    if (
        not named
        and not names_another
        and len(account.invoices) == 1
        and (chosen & ABOUT_IT or (chosen & _MAYBE_ABOUT_IT and _IT.search(fold(text))))
    ):
        return (account.invoices[0].number,)
    return tuple(invoice.number for invoice in account.invoices if invoice.number in named)


def _tied(
    statements: Sequence[Statement],
    numbers: tuple[str, ...],
    chosen: Mapping[Intent, FactSpan],
    by_sentence: BySpan | None,
) -> Mapping[Intent, tuple[str, ...]]:
    concerned = {intent: span for intent, span in chosen.items() if intent not in WITHOUT_INVOICES}
    shares = tie(statements, numbers, concerned, by_sentence) if len(numbers) > 1 else {}
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


# ---- dispute


def _dispute(
    statements: Sequence[Statement], evidence: FactSpan, invoices: tuple[str, ...], language: str
) -> DisputeFound:
    statements = _first_complaint(statements, invoices)
    scores: dict[DisputeReason, float] = {}
    first: dict[DisputeReason, Statement] = {}
    for position, statement in enumerate(statements):
        folded = fold(statement.text)
        weight = (
            (1.5 if statement.touches(evidence.source, evidence.start, evidence.end) else 1.0)
            * (0.5 if statement.source == SUBJECT else 1.0)
            * (1.5 if set(invoices) & set(statement.topic) else 1.0)
            / (1 + 0.1 * position)
        )
        for reason, (concept, importance) in _REASONS.items():
            hits = len(heard(concept, language, folded))
            if hits and reason is DisputeReason.DUPLICATE and not _OF_A_BILL.search(folded) and not statement.invoices:
                continue
            if hits:
                scores[reason] = scores.get(reason, 0.0) + weight * importance * min(hits, 2)
                first.setdefault(reason, statement)
    reason = max(scores, key=lambda r: scores[r]) if scores else DisputeReason.OTHER
    return DisputeFound(reason, invoices, span_of(first.get(reason)) or evidence)


def _first_complaint(statements: Sequence[Statement], invoices: tuple[str, ...]) -> Sequence[Statement]:
    """Where several invoices are objected to, each for its own reason, those about the first."""
    objecting = [s for s in statements if set(s.topic) & set(invoices) and s.says & DISPUTE_SIGNS]
    topics = {s.topic for s in objecting}
    return [s for s in statements if s.topic == objecting[0].topic] if len(topics) > 1 else statements


# ---- contact


def _contact(statements: Sequence[Statement], text: str) -> ContactFound | None:
    """The new permanent contact: an address in a sentence about contacts, and the person named beside it."""
    about = [s for s in statements if s.source == BODY and "contact" in s.says and not _STAND_IN.search(fold(s.text))]
    spans = list(dict.fromkeys(s.sentence for s in about))
    for span in spans:
        after = text[span.end : span.end + 160]
        sentence = text[span.start : span.end] + (after if not _EMAIL.search(text[span.start : span.end]) else "")
        email = _EMAIL.search(sentence)
        if email is not None:
            return ContactFound(
                _nearest_person(sentence, email.start()), email.group(), FactSpan(BODY, span.start, span.end)
            )
    for span in spans:
        people = _PERSON.findall(text[span.start : span.end])
        if len(people) == 1:
            return ContactFound(people[0], "", FactSpan(BODY, span.start, span.end))
    return None


def _nearest_person(sentence: str, position: int) -> str:
    people = sorted(
        _PERSON.finditer(sentence),
        key=lambda m: position - m.end() if m.end() <= position else 40 + m.start() - position,
    )
    near = [m for m in people if abs(m.start() - position) < 90]  # noqa: PLR2004 characters
    return near[0].group() if near else ""


# ---- return date


def _return_date(statements: Sequence[Statement], text: str, country: str) -> tuple[date, FactSpan] | None:
    """A date after words of returning, else the end of the absence (the next working day if it is included)."""
    dates = [
        found
        for s in statements
        if s.source == BODY
        for found in s.dates
        if found.day is not None and found.kind != "past"
    ]
    folded = fold(text)
    back = [
        found
        for found in dates
        if _BACK.search(folded, max(0, found.start - 45), found.start)
        and not _UNTIL.search(folded, max(0, found.start - 12), found.start + 6)
    ]
    if not back:
        back = [
            found
            for found in dates
            if re.match(
                r"[^.!\n]{0,12}\b(?:wieder|weer|zuruck|terug|back|ben ik)\b", folded[found.end : found.end + 30]
            )
        ]
    if back:
        return _with_span(back[0], _after(back[0], dates))
    until = [
        found
        for found in dates
        if _UNTIL.search(folded, max(0, found.start - 30), found.end)
        or _BETWEEN.search(folded, max(0, found.start - 40), found.start + 3)
    ]
    for found in until:
        around = folded[max(0, found.start - 30) : found.end + 25]
        day = add_workdays(found.day, 1, country) if _INCLUSIVE.search(around) and found.day else found.day
        return _with_span(found, day)
    return None


def _after(back: FoundDate, dates: Sequence[FoundDate]) -> date | None:
    """ "Closed from the 1st to 23 August, back on Monday 24": a number without month lies behind the absence."""
    absence = [d.day for d in dates if d.kind == "absolute" and d.day and d.start < back.start]
    if back.kind != "day" or back.day is None or not absence or back.day > max(absence):
        return back.day
    return next_with_day(back.day.day, max(absence)) or back.day


def _with_span(found: FoundDate, day: date | None) -> tuple[date, FactSpan] | None:
    return None if day is None else (day, FactSpan(BODY, found.start, found.end))


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
