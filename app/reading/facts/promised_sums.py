"""How much will the customer pay? As stated, else what is open of the invoices that a promise covers in full."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from app.domain.account import Account, Invoice
from app.domain.money import unit_of
from app.reading.days.found import FoundDate
from app.reading.facts.commitments import is_done
from app.reading.facts.fees import fees_on_top, is_fee
from app.reading.facts.speech import DISPUTE_SIGNS
from app.reading.facts.statements import REST, Statement
from app.reading.facts.wishes import SETTLE
from app.reading.money.amounts import FoundAmount
from app.reading.spans import fold

_PERCENT = re.compile(
    r"(?P<share>\d{1,2}(?:[.,]\d)?|\b(?:fifty|cinquante|funfzig|cincuenta|vijftig|cinquanta|cinquenta))"
    r"\s?(?:%|percent|per cent|prozent|pour cent|por ciento|procent|per cento|por cento)"
)
_FIFTY = Decimal(50)
_HALF = re.compile(
    r"\b(?:half(?![- ](?:term|day|time|way|hour|year)\b)|"
    r"la moitie|moitie|die halfte|halfte|la mitad|mitad|de helft|helft|la meta|meta|metade)\b"
)
_PART = re.compile(
    r"\b(?:the rest|remainder|remaining|undisputed|(?:the )?other \d+|le reste|le restant|les autres|les \d+ autres|"
    r"der rest|den rest|restliche\w*|el resto|lo demas|lo restante|(?:los|las) otr[ao]s|de rest|het restant|overige|"
    r"il resto|il restante|gli altri|le altre|o resto|o restante|(?:os|as) outr[ao]s)\b"
)
_UNDISPUTED = re.compile(
    r"\b(?:undisputed|uncontested|unstrittig\w*|unstreitig\w*|unbestritten\w*|non (?:contest|litigi)\w*|"
    r"no (?:discutid|disputad|controvertid)\w*|onbetwist\w*|niet betwist\w*|nao (?:contestad|disputad)\w*)"
)
_LATER_PART = re.compile(
    r"\b(?:(?:second|2nd|final|last|other) (?:instal?ment|tranche|part|payment|half)|"
    r"(?:deuxieme|seconde|derniere|autre) (?:tranche|echeance|mensualite|moitie|partie)|"
    r"(?:zweite|letzte|andere)[nr]? (?:rate|tranche|teil\w*|halfte)|"
    r"(?:segund[oa]|ultim[oa]|otr[oa]) (?:plazo|pago|cuota|mitad|parte)|"
    r"(?:tweede|laatste|andere) (?:termijn|deel|helft)|(?:seconda|ultima|altra) (?:rata|tranche|meta|parte)|"
    r"(?:segunda|ultima|outra) (?:prestacao|parcela|tranche|metade|parte))\b"
)
_DEDUCTED = re.compile(
    r"\b(?:knocked off|deduct\w*|withh(?:eld|old\w*)|taken off|subtract\w*|dedui\w*|retenu\w*|retranch\w*|abgezogen|"
    r"gekurzt|einbehalten|descont\w*|deduc\w*|retenid\w*|ingehouden|afgetrokken|in mindering|detratt\w*|"
    r"trattenut\w*|decurtat\w*|deduzi\w*|abati\w*|retid\w*)"
)
_LESS = re.compile(
    r"\b(?:less|minus|net of|excluding|after deducting|deducting|taking off|knocking off|"
    r"moins(?! d)|deduction faite d\w*|en deduisant|en retenant|abzuglich|weniger|unter abzug (?:von|der|des)|"
    r"menos(?! d)|descontando(?:le|les)?|quitando(?:le|les)?|restando(?:le|les)?|deduciendo|sin|"
    r"min(?!\.)|onder aftrek van|verminderd met|zonder|meno(?! d)|togliendo|detraendo|al netto d\w+|tolt[aie]|"
    r"descontados?|abatendo|deduzindo|tirando)"
    r"(?: (?:the|your|our|my|les?|la|vos|votre|die|der|den|des|ihre[nr]?|los?|las|el|su|vuestr[ao]s?|de|het|jullie|uw|"
    r"il|i|gli|vostr[aio]|os?|as?|um|une?))?"
    r"(?: (?:agreed|promised|bonus|credit(?: note| memo)?|rebate|discount|avoir|remise|gutschrift|skonto|abono|"
    r"nota de credito|descuento|creditnota|korting|nota di credito|sconto|desconto)(?: (?:of|de|von|uber|di|van))?)?"
    r"\W{0,3}$"
)
"""Words right before a sum or share that is not paid; not "moins de 300", which is fewer than that."""

_INVOICES = r"(?:\w+ )?(?:invoices|bills|factures|rechnungen|facturas|facturen|nota's|fatture|faturas)"
_COUNT_OF_INVOICES = re.compile(
    rf"\b(?:(?P<n2>both|les deux|beide|ambas|las dos|de twee|entrambe le|le due|as duas|ambas as)|"
    rf"(?P<n3>(?:all|the|these) three|les trois|(?:alle|die) drei|las tres|de drie|alle drie de|le tre|as tres)|"
    rf"(?P<n4>(?:all|the|these) four|les quatre|(?:alle|die) vier|las cuatro|de vier|le quattro|as quatro)) "
    rf"{_INVOICES}\b"
)
_DAYS_OF_TERMS = frozenset(map(Decimal, (20, 21, 28, 30, 31, 35, 40, 42, 45, 50, 60, 75, 90, 100, 120)))
_LEAST_PART, _LEAST_OF_DAYS = Decimal("0.03"), Decimal("0.25")
"""The part of what is open that a bare number must be to be a sum; more where it may be days: "our terms say 45"."""

_APART = DISPUTE_SIGNS | {"hedge", "refusal"}
_CENTS = -2


@dataclass(frozen=True, slots=True)
class PromisedSum:
    """`stated` is where the mail says it; None where it was reckoned from what is open."""

    value: Decimal | None = None
    currency: str | None = None
    stated: FoundAmount | None = None


def find_sum(
    body: Sequence[Statement],
    statement: Statement | None,
    found: FoundDate | None,
    invoices: tuple[str, ...],
    account: Account,
) -> PromisedSum:
    """The sum promised in a statement for a day."""
    invoices = _covered(body, statement, found, invoices, account) if statement is not None else invoices
    open_sum = open_sum_of(invoices, account) or (_counted_sum(statement, account) if statement else None)
    stated = _stated(body, statement, found, open_sum) if statement is not None else None
    if stated is not None and not _is_of_one(stated, invoices, account):
        whole = _whole(stated, open_sum) + _missing_fees(statement, stated, open_sum)
        return PromisedSum(whole, stated.currency or _currency(invoices, account), stated)
    value = _computed(body, statement, invoices, open_sum) if statement is not None else open_sum
    if value is None:
        return PromisedSum()
    value += fees_on_top(statement) if statement is not None else 0
    currency = _currency(invoices, account)
    return PromisedSum(value.quantize(unit_of(currency or ""), ROUND_HALF_UP), currency)


def _covered(
    body: Sequence[Statement],
    statement: Statement,
    found: FoundDate | None,
    invoices: tuple[str, ...],
    account: Account,
) -> tuple[str, ...]:
    """The invoices that are paid on that day: without those that the mail gives another day or calls paid or wrong."""
    own = set(statement.topic) & set(invoices)
    if found is None or not own or len(own) == len(invoices):
        return invoices
    apart = {
        number
        for s in body
        if s is not statement and not own & set(s.topic)
        for number in s.topic
        if is_done(s) or s.says & _APART or _has_another_day(s, found)
    }
    apart -= own | {invoice.number for invoice in _invoices(invoices, account) if invoice.open.amount < 0}
    return tuple(number for number in invoices if number not in apart)


def _has_another_day(statement: Statement, found: FoundDate) -> bool:
    days = {d.day for d in statement.dates if d.kind != "past" and d.day is not None}
    return bool(days) and found.day not in days


def _missing_fees(statement: Statement | None, stated: FoundAmount, open_sum: Decimal | None) -> Decimal:
    """The fees that come on top of the stated sum, unless it is what they add up to already."""
    fees = fees_on_top(statement) if statement is not None else Decimal(0)
    bases = [open_sum, *(a.value for a in statement.amounts)] if statement is not None else []
    return Decimal(0) if stated.value - fees in bases else fees


def _is_of_one(stated: FoundAmount, invoices: tuple[str, ...], account: Account) -> bool:
    """ "R-1 (800) and R-2 (1,200) go out on Friday": a sum that is one invoice's own is not that of all."""
    return len(invoices) > 1 and stated.value in {invoice.open.amount for invoice in _invoices(invoices, account)}


def _whole(stated: FoundAmount, open_sum: Decimal | None) -> Decimal:
    """ "742 and something" of 742.80 is all of it."""
    is_without_cents = stated.value == stated.value.to_integral_value()
    if open_sum is not None and is_without_cents and 0 < open_sum - stated.value < 1:
        return open_sum
    return stated.value


def _stated(
    body: Sequence[Statement],
    statement: Statement,
    found: FoundDate | None,
    open_sum: Decimal | None,
) -> FoundAmount | None:
    """The sum nearest to the day in the statement; else, where it is not the rest of another, in the sentence."""
    inside = [a for a in statement.amounts if _may_be_it(statement, a, open_sum)]
    if not inside and _left_off(statement, open_sum) is None and _rest(body, statement, open_sum) is None:
        inside = [
            a
            for s in body
            if s.sentence == statement.sentence and "other_dispute" not in s.says and not is_done(s)
            if not (s.topic and statement.invoices) or set(s.topic) & set(statement.invoices)
            for a in s.amounts
            if _may_be_it(s, a, open_sum)
        ]
    return min(inside, key=lambda amount: _distance(amount, found, statement), default=None)


def _may_be_it(statement: Statement, amount: FoundAmount, open_sum: Decimal | None) -> bool:
    is_apart = _is_left_off(statement, amount.start) or is_fee(statement, amount)
    return _is_plausible(amount, open_sum) and not is_apart


def _is_left_off(statement: Statement, start: int) -> bool:
    """Whether the words before a place take away what stands there: "less the 240 you promised"."""
    return _LESS.search(fold(statement.text[: start - statement.start])) is not None


def _left_off(statement: Statement, open_sum: Decimal | None) -> Decimal | None:
    """What remains of the open sum after what the statement takes away: a sum or a share."""
    if open_sum is None:
        return None
    gone = sum(
        (
            a.value
            for a in statement.amounts
            if a.value > 0 and _is_left_off(statement, a.start) and not is_fee(statement, a)
        ),
        start=Decimal(0),
    )
    words = fold(statement.text)
    for percent in _PERCENT.finditer(words):
        if _LESS.search(words[: percent.start()]):
            gone += open_sum * _percentage(percent) / 100
    left = open_sum - gone
    return left if gone and left > 0 else None


def _computed(
    body: Sequence[Statement], statement: Statement, invoices: tuple[str, ...], open_sum: Decimal | None
) -> Decimal | None:
    """What is left, a share, or all that is open; nothing for a part of one invoice whose size is not told."""
    for left in (_left_off(statement, open_sum), _rest(body, statement, open_sum)):
        if left is not None:
            return left
    if _UNDISPUTED.search(fold(statement.text)):
        return None
    share = _share(statement, open_sum)
    if share is not None:
        return share
    words = fold(statement.text)
    is_part = len(invoices) <= 1 and (_PART.search(words) or _LATER_PART.search(words))
    return None if is_part else open_sum


def _rest(body: Sequence[Statement], statement: Statement, open_sum: Decimal | None) -> Decimal | None:
    """What is left of the open sum after what was paid or deducted, if the words beside the date say "the rest"."""
    words = fold(statement.text)
    if open_sum is None or not (REST.search(words) or _LATER_PART.search(words)):
        return None
    gone = [
        a.value
        for s in body
        if s is not statement and ("past" in s.says or _DEDUCTED.search(fold(s.text)))
        for a in s.amounts
        if _is_plausible(a, open_sum)
    ]
    left = open_sum - sum(gone)
    return left if gone and left > 0 else None


def _counted_sum(statement: Statement, account: Account) -> Decimal | None:
    """What is open in all, where the mail names no invoice but speaks of as many as there are: "all three invoices"."""
    count = _COUNT_OF_INVOICES.search(fold(statement.text))
    if count is None or not count.lastgroup or int(count.lastgroup[1:]) != len(account.invoices):
        return None
    return open_sum_of(tuple(invoice.number for invoice in account.invoices), account)


def _share(statement: Statement, open_sum: Decimal | None) -> Decimal | None:
    """ "40 %" or "half" of the open sum; "half April" is a date."""
    words = fold(statement.text)
    if open_sum is None:
        return None
    percent = _PERCENT.search(words)
    if percent and not SETTLE.search(words):
        return open_sum * _percentage(percent) / 100
    halves = (statement.start + half.start() for half in _HALF.finditer(words))
    is_half = any(not any(d.start <= place < d.end for d in statement.dates) for place in halves)
    return open_sum / 2 if is_half else None


def _percentage(percent: re.Match[str]) -> Decimal:
    share = percent["share"]
    return Decimal(share.replace(",", ".")) if share[0].isdigit() else _FIFTY


def _is_plausible(amount: FoundAmount, open_sum: Decimal | None) -> bool:
    """A bare number is a sum of money only where it has cents, or as a fair part of what is open."""
    if amount.value <= 0 or not amount.is_bare:
        return amount.value > 0
    if amount.value.as_tuple().exponent == _CENTS:
        return True
    least = _LEAST_OF_DAYS if amount.value in _DAYS_OF_TERMS else _LEAST_PART
    return open_sum is not None and open_sum * least <= amount.value <= open_sum


def _distance(amount: FoundAmount, found: FoundDate | None, statement: Statement) -> tuple[int, int]:
    """Characters between a sum and the date; a comma between them counts as a wall."""
    if found is None:
        return (0, amount.start)
    first, last = (amount.end, found.start) if amount.end <= found.start else (found.end, amount.start)
    between = statement.text[first - statement.start : last - statement.start]
    return (last - first + 40 * sum(between.count(mark) for mark in ",;:"), amount.start)


def open_sum_of(numbers: tuple[str, ...], account: Account) -> Decimal | None:
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
