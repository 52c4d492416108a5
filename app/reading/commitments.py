"""When will the customer pay, and how much? Promises and requests for time, by the conventions of evals/labels.md.

A hedge, a condition, a negation or a question never gives a promise date.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from app.domain.account import Account, Invoice
from app.domain.intents import ExtensionKind
from app.domain.proposal import BODY
from app.reading.amounts import FoundAmount
from app.reading.dates import FoundDate
from app.reading.kinds import HeardPassage, heard_wishes
from app.reading.spans import fold
from app.reading.statements import REST, Statement

_PERCENT = re.compile(r"(\d{1,2}(?:[.,]\d)?)\s?(?:%|percent|prozent|pour cent|por ciento|procent|per cento|por cento)")
_HALF = re.compile(r"\b(?:half|la moitie|moitie|die halfte|halfte|la mitad|mitad|de helft|helft|la meta|meta|metade)\b")
_IN_PARTS = re.compile(
    r"\b(?:instal?ments?|payment plan|in (?:two|three|four|five|six|\d+) (?:parts|payments|goes|chunks|tranches|"
    r"instal\w*)|(?:per|a|each|every) month|monthly|echeancier|echelonn\w*|(?:dos|tres|cuatro|cinco|seis|"
    r"\d+) (?:plazos|pagos)|"
    r"(?:en|in) (?:deux|trois|quatre|\d+) fois|mensualit\w*"
    r"|versements|raten\w*|ratenzahlung|teilbetrag\w*|teilzahlung\w*|monatlich|"
    r"en (?:dos|tres|cuatro|\d+) "
    r"(?:pagos|plazos|veces|cuotas)|fraccion\w*|cuotas|a plazos|mensual\w*|in (?:twee|drie|vier|\d+) (?:keer|"
    r"delen|termijnen)|termijnen|gespreid|maandelijks"
    r"|rate\b|rateizz\w*|in (?:due|tre|quattro|\d+) (?:volte|rate|tranche)|piano di rientro|mensil\w*|prestac\w*|"
    r"em (?:duas|tres|quatro|\d+) (?:vezes|prestacoes|parcelas)|parcel\w*|faseado)"
)
_SETTLE = re.compile(
    r"(?:\bdiscount|rebate|full and final|settlement (?:of|offer|figure)|write[- ]off|waive|haircut|\bknock|"
    r"reduced sum|escompte|remise|rabais|solde de tout compte|ristourne|skonto|nachlass|rabatt|vergleich|"
    r"abgeltung|descuento|quita\b|rebaja|pronto pago"
    r"|korting|schikking|kwijting|sconto|stralcio|abbuono|togliet|desconto|abatimento|\d ?% (?:off|weniger|de "
    r"reduction|menos|minder))"
)
_ASKS = re.compile(
    r"\b(?:extension|extend|more time|additional time|extra (?:time|week|weeks|days|month)|another (?:week|month|"
    r"\d+)|defer\w*|postpone\w*|push (?:it|this|the)|hold off|delay|move the due|payment terms|\d+ days? terms|"
    r"until|not before|only (?:pay|be able)|can(?:'t|not) (?:pay )?(?:before|until)|no earlier|could we pay|can "
    r"we pay|may we pay|would it be possible"
    r"|delai|report\w*|prolong\w*|differ\w*|decal\w*|jusqu'(?:au|a|en)|repouss\w*|pas avant|sinon|a \d+ jours"
    r"|aufschub|stundung|stunden|frist\w*|verlanger\w*|verschieb\w*|zahlungsziel|bis zum|bis ende|erst (?:am|"
    r"ende|mitte|anfang|im|zum|nach)|mehr zeit|spater"
    r"|aplaza\w*|prorrog\w*|hasta|posponer|retras\w*|no antes|a \d+ dias|plazo"
    r"|uitstel|pas (?:op|eind|begin|half|in)|tot (?:eind|en met|\d)|later|opschui\w*"
    r"|dilazion\w*|prorog\w*|rinvi\w*|posticip\w*|slitt\w*|spost\w*|fino (?:al|a)|non prima|aspett\w*|a \d+ giorni"
    r"|prorrog\w*|adia\w*|ate (?:ao|ao fim|dia|fim)|so (?:em|no|a)|prazo|mais tempo)\b"
)
_DUE_BEFORE = re.compile(
    r"(?:due|dated|of|from|issued|delivered|received|since|date|echue?|echeance|datee?|du|depuis|livree?|fallig|"
    r"vom|datiert|seit|geliefert|vencid[ao]|de fecha|del|desde|fechad[ao]|vervaldatum|van|sinds|geleverd|"
    r"scadut[ao]|datat[ao]|dal|vencid[ao] (?:em|a)|datad[ao]|desde|vencimento|vencimiento|scadenza|faelligkeit|"
    r"falligkeit)\s*(?:on|le|am|el|il|a|em|op)?\s*$"
)
_RUN_BEFORE = re.compile(
    r"\b(?:run|batch|cycle|\w*lauf|campagne|lot|levee|bordereau|paiement|reglement|virements?|remesa|lote|tanda|"
    r"corrida|"
    r"pagos?|distinta|pagament[oi]|mandato|betaalrun|betaalronde|ordem|train)\s*(?:of|from|du|de|del|van|vom|von|do|da|"
    r"della|dal)?\s*(?:the|de|le|el|il)?\s*$"
)
_CENT = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class FactSpan:
    """Where a fact stands: offsets in the subject or in the (redacted) body."""

    source: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class PromiseFound:
    day: date | None
    amount: Decimal | None
    currency: str | None
    invoices: tuple[str, ...]
    span: FactSpan | None


@dataclass(frozen=True, slots=True)
class ExtensionFound:
    kind: ExtensionKind | None
    until: date | None
    invoices: tuple[str, ...]
    span: FactSpan | None


@dataclass(frozen=True, slots=True)
class _Candidate:
    statement: Statement
    found: FoundDate


def span_of(statement: Statement | None) -> FactSpan | None:
    return None if statement is None else FactSpan(statement.source, statement.start, statement.end)


def is_firm(statement: Statement) -> bool:
    """Whether a statement could bind: no hedge, no condition, no question, no refusal."""
    return (
        not (statement.says & {"hedge", "condition", "refusal"})
        and not statement.is_question
        and not ("negation" in statement.says and "future" not in statement.says)
    )


def is_done(statement: Statement) -> bool:
    """Whether a statement tells of a payment that was made."""
    return "past" in statement.says and "future" not in statement.says


def find_promise(
    statements: Sequence[Statement], evidence: FactSpan | None, invoices: tuple[str, ...], account: Account, today: date
) -> PromiseFound:
    """The day and sum of a promise that the mail makes (that it makes one is known already)."""
    body = [s for s in statements if s.source == BODY] or list(statements)
    candidates = [c for s in body for c in _future_dates(s, today)]
    firm = [c for c in candidates if is_firm(c.statement) and not is_done(c.statement)] or [
        c for c in candidates if is_firm(c.statement)
    ]
    soft = [
        c for c in candidates if {"pay", "future"} <= c.statement.says and not c.statement.says & {"hedge", "negation"}
    ]
    chosen = _promise_date(_about(firm or soft, invoices), evidence)
    statement = chosen.statement if chosen is not None else _promise_statement(body, evidence)
    amount = _promise_amount(body, statement, chosen.found if chosen else None, invoices, account)
    currency = (amount.currency if amount is not None else None) or _currency(invoices, account)
    value = amount.value if amount is not None else _open_sum(invoices, account)
    return PromiseFound(
        chosen.found.day if chosen else None,
        value,
        currency if value is not None else None,
        invoices,
        span_of(statement),
    )


def _about(candidates: Sequence[_Candidate], invoices: tuple[str, ...]) -> Sequence[_Candidate]:
    """Those whose topic are the invoices; where none is, those that have no other topic; else all."""
    own = [c for c in candidates if set(c.statement.topic) & set(invoices)]
    return own or [c for c in candidates if not c.statement.topic] or candidates


def _future_dates(statement: Statement, today: date) -> Iterable[_Candidate]:
    for found in statement.dates:
        if (
            found.kind != "past"
            and found.day is not None
            and found.day >= today
            and not is_about_the_past(statement, found)
        ):
            yield _Candidate(statement, found)


def is_about_the_past(statement: Statement, found: FoundDate) -> bool:
    """Whether the words before a date say that it is a due date, an issue date, a delivery."""
    before = fold(statement.text[: found.start - statement.start])[-30:]
    return _DUE_BEFORE.search(before[-24:]) is not None and _RUN_BEFORE.search(before) is None


def _promise_date(candidates: Sequence[_Candidate], evidence: FactSpan | None) -> _Candidate | None:
    """The first date beside words of paying; else the first in the evidence; else the first."""
    near = [
        c
        for c in candidates
        if evidence is not None
        and c.statement.sentence.start < evidence.end
        and evidence.start < c.statement.sentence.end
    ]
    about = [c for c in candidates if c.statement.says & {"pay", "future"} and not c.statement.says & {"automatic"}]
    both = [c for c in about if c in near]
    return next(iter([*both, *about, *near, *candidates]), None)


def _promise_statement(body: Sequence[Statement], evidence: FactSpan | None) -> Statement | None:
    inside = [s for s in body if evidence is not None and s.touches(evidence.source, evidence.start, evidence.end)]
    wanted = [s for s in inside if s.says & {"pay", "future"}]
    return next(iter([*wanted, *inside, *(s for s in body if {"pay", "future"} <= s.says), *body]), None)


def _promise_amount(
    body: Sequence[Statement],
    statement: Statement | None,
    found: FoundDate | None,
    invoices: tuple[str, ...],
    account: Account,
) -> FoundAmount | None:
    if statement is None:
        return None
    open_sum = _open_sum(invoices, account)
    rest = _rest(body, statement, open_sum)
    inside = [a for a in statement.amounts if _is_plausible(a, open_sum)]
    same = [
        a
        for s in body
        if s.sentence == statement.sentence and "other_dispute" not in s.says - {"pay"} and not is_done(s)
        for a in s.amounts
        if _is_plausible(a, open_sum)
    ]
    value = rest if not inside else None
    if value is None and (inside or same):
        return min(inside or same, key=lambda amount: _distance(amount, found, statement))
    if value is None:
        value = _share(statement, open_sum)
    if value is None:
        return None
    return FoundAmount(
        statement.start, statement.end, value.quantize(_CENT, ROUND_HALF_UP), _currency(invoices, account)
    )


def _rest(body: Sequence[Statement], statement: Statement, open_sum: Decimal | None) -> Decimal | None:
    """What is left of the open sum after what the mail says was paid, if the words beside the date say "the rest"."""
    if open_sum is None or not REST.search(fold(statement.text)):
        return None
    paid = [
        a.value
        for s in body
        if "past" in s.says and s is not statement
        for a in s.amounts
        if _is_plausible(a, open_sum)
    ]
    left = open_sum - sum(paid)
    return left if paid and left > 0 else None


def _share(statement: Statement, open_sum: Decimal | None) -> Decimal | None:
    """ "40 %" or "half" of the open sum; "half April" is a date."""
    words = fold(statement.text)
    if open_sum is None:
        return None
    percent = _PERCENT.search(words)
    if percent and not _SETTLE.search(words):
        return open_sum * Decimal(percent[1].replace(",", ".")) / 100
    halves = (statement.start + half.start() for half in _HALF.finditer(words))
    is_half = any(not any(d.start <= place < d.end for d in statement.dates) for place in halves)
    return open_sum / 2 if is_half else None


def _is_plausible(amount: FoundAmount, open_sum: Decimal | None) -> bool:
    """A bare number is a sum of money only up to what is open."""
    return amount.value > 0 and not (amount.is_bare and (open_sum is None or amount.value > open_sum))


def _distance(amount: FoundAmount, found: FoundDate | None, statement: Statement) -> tuple[int, int]:
    """Characters between a sum and the date; a comma between them counts as a wall."""
    if found is None:
        return (0, amount.start)
    first, last = (amount.end, found.start) if amount.end <= found.start else (found.end, amount.start)
    between = statement.text[first - statement.start : last - statement.start]
    return (last - first + 40 * sum(between.count(mark) for mark in ",;:"), amount.start)


def _open_sum(numbers: tuple[str, ...], account: Account) -> Decimal | None:
    chosen = _invoices(numbers, account)
    if not chosen or len({invoice.open.currency for invoice in chosen}) != 1:
        return None
    total = sum((invoice.open.amount for invoice in chosen), Decimal(0))
    return total if total > 0 else None


def _currency(numbers: tuple[str, ...], account: Account) -> str | None:
    chosen = _invoices(numbers, account) or account.invoices
    currencies = {invoice.open.currency for invoice in chosen}
    return currencies.pop() if len(currencies) == 1 else account.currency or None


def _invoices(numbers: tuple[str, ...], account: Account) -> tuple[Invoice, ...]:
    return tuple(invoice for invoice in account.invoices if invoice.number in numbers)


def find_extension(
    statements: Sequence[Statement],
    evidence: FactSpan | None,
    invoices: tuple[str, ...],
    today: date,
    kinds: Sequence[HeardPassage] = (),
) -> ExtensionFound:
    """What kind of time or reduction is asked for; no kind for mere stalling. `kinds`: what a classifier heard."""
    body = _of_topic([s for s in statements if s.source == BODY] or statements, invoices)
    dates = [c for s in body for c in _future_dates(s, today)]
    statement = _extension_statement(body, evidence)
    loud = heard_wishes([k for k in kinds if any(s.touches(k.source, k.span.start, k.span.end) for s in body)])
    kind = _wish_by_words(body, dates)
    if loud:
        heard = max(loud, key=lambda wish: loud[wish].log_share)
        kind = heard or kind
        span = loud[heard].passage.span
        statement = next((s for s in body if s.touches(BODY, span.start, span.end)), statement)
    match kind:
        case ExtensionKind.PARTIAL_SETTLEMENT:
            settle = next((s for s in body if _SETTLE.search(fold(s.text))), statement)
            return ExtensionFound(kind, None, invoices, span_of(settle))
        case ExtensionKind.INSTALMENTS:
            parts = next((s for s in body if _IN_PARTS.search(fold(s.text))), statement)
            return ExtensionFound(kind, _last(dates), invoices, span_of(parts))
    found = _due_date(body, dates, statement, invoices)
    if not loud:
        return found
    return replace(found, kind=kind, until=found.until if kind else None)


def _wish_by_words(body: Sequence[Statement], dates: Sequence[_Candidate]) -> ExtensionKind | None:
    """A reduction or instalments, if the words are plain; else nothing."""
    words = fold("\n".join(s.text for s in body))
    if _SETTLE.search(words) and not _IN_PARTS.search(words):
        return ExtensionKind.PARTIAL_SETTLEMENT
    is_split = _last(dates) is not None and (REST.search(words) or sum(len(s.amounts) for s in body) > 1)
    return ExtensionKind.INSTALMENTS if _IN_PARTS.search(words) or is_split else None


def _last(dates: Sequence[_Candidate]) -> date | None:
    """The last of several days."""
    days = {c.found.day for c in dates if c.found.day is not None}
    return max(days) if len(days) > 1 else None


def _of_topic(body: Sequence[Statement], invoices: tuple[str, ...]) -> Sequence[Statement]:
    """Without the statements about other invoices, if some are about these."""
    if not any(set(s.topic) & set(invoices) for s in body):
        return body
    return [s for s in body if not s.topic or set(s.topic) & set(invoices)]


def _due_date(
    body: Sequence[Statement], dates: Sequence[_Candidate], statement: Statement | None, invoices: tuple[str, ...]
) -> ExtensionFound:
    asking = [s for s in body if _ASKS.search(fold(s.text)) or "extension" in s.says]
    dated = [c for c in dates if c.statement in asking or any(s.sentence == c.statement.sentence for s in asking)]
    firm = [
        c
        for c in dates
        if not c.statement.says & {"hedge"}
        and not ("negation" in c.statement.says and not _ASKS.search(fold(c.statement.text)))
    ]
    chosen = next(
        (
            c
            for c in [*dated, *firm]
            if "hedge" not in c.statement.says or (c.statement in asking and "extension" in c.statement.says)
        ),
        None,
    )
    if chosen is not None:
        return ExtensionFound(ExtensionKind.DUE_DATE, chosen.found.day, invoices, span_of(chosen.statement))
    explicit = next(
        (s for s in body if "extension" in s.says and not s.says & {"distress"} and _ASKS.search(fold(s.text))), None
    )
    if explicit is not None:
        return ExtensionFound(ExtensionKind.DUE_DATE, None, invoices, span_of(explicit))
    return ExtensionFound(None, None, invoices, span_of(statement))


def _extension_statement(body: Sequence[Statement], evidence: FactSpan | None) -> Statement | None:
    inside = [s for s in body if evidence is not None and s.touches(evidence.source, evidence.start, evidence.end)]
    return next(iter([*inside, *(s for s in body if s.says & {"extension", "settlement"}), *body]), None)
