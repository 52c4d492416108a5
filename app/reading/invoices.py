"""Which of a customer's invoices a text speaks of, in the form that the account uses."""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from app.domain.account import Account, Invoice, InvoiceKind
from app.reading.amounts import find_amounts
from app.reading.spans import fold

_MIN_BARE_DIGITS = 4
"""A shorter run of digits is an invoice only beside a word that says so."""

_CUE = re.compile(
    r"(?:\b(?:invoices?|inv|rechnungs?|rechnungen|rechnungsnummer|re|rg|rech|factures?|fact|facturas?|fras?|"
    r"fatture|fattura|ft|fatt|faturas?|facturen|factuur|factuurnummer|belege?|beleg|document[oe]?s?"
    r"|(?:our|your|ihre|votre|su|uw|vostra|vossa)\s+ref|nos?|nr|num(?:ero|mer)?|number|"
    r"n)[.:]?\s*(?:n[.o\u00b0\u00ba]*\s*|nr\.?\s*|no\.?\s*|numero\s*|nummer\s*|#\s*)?|#\s?|n[\u00b0\u00ba]\s?|"
    r"(?:\band\b|\bet\b|\bund\b|\by\b|\ben\b|\be\b|&|,|/|\+)\s*)$"
)
_FOREIGN_CUE = re.compile(
    r"\b(?:(?:po|tel|ref)[.:#]?|(?:order|orders|bestellung|commande|pedido|ordine|encomenda|check|cheque|batch|"
    r"charge|lot|"
    r"phone|kunde(?:nnummer)?|ticket|delivery note|lieferschein|bon|albaran|ddt|reference)[:#]?)\s*(?:no\.?|nr\.?|"
    r"n\W?)?\s*$"
)
_RANGE = re.compile(
    r"\s*(?:to|a|bis|hasta|al|tot|t/m|t\.e\.m\.|through|thru|until|ate|alla|-|\.\.+)\s*(?:the |la |die |a |zur |de |"
    r"invoice )?"
)
OTHER_THINGS = (
    r"(?:the|my|your|our|his|her|their|a|sides|times|ends|parties|of (?:us|you)|cartons?|colis|palettes?|pieces?|"
    r"boites?|"
    r"camions?|fois|jours|semaines|mois|cotes|cajas|bultos|veces|dias|semanas|meses|partes|lados|caixas|vezes|kartons?|"
    r"pakete|paletten|seiten|parteien|male|dozen|pallets|keer|kanten|colli|volte|giorni)\b"
)
"""Of which there may be two, too."""

_BOTH = re.compile(
    r"\b(?:both(?: (?:of them|invoices|bills|are))?|les deux(?: factures)?|beide(?: rechnungen)?|ambas|ambos|las "
    r"dos(?: facturas)?|alle ?bei(?:de|den)|allebei|beide facturen|entrambe|"
    r"tutte e due|as duas(?: faturas)?|ambas as faturas)\b"
    rf"(?! {OTHER_THINGS})"
)
_ALL = re.compile(
    r"\b(?:all (?:of them|(?:of )?(?:the |our |your |open |outstanding )*(?:invoices|items|bills))|everything (?:open|"
    r"outstanding|due)|toutes (?:les |vos |ces )?factures(?: en attente| ouvertes| echues)?|"
    r"l'ensemble des factures|alle (?:offenen |falligen |ihre |drei |vier )*(?:rechnungen|posten)|samtliche "
    r"(?:offenen )?(?:rechnungen|posten)|todas (?:las |sus |estas )?(?:facturas|pendientes)|"
    r"alle (?:openstaande |drie |vier )*(?:facturen|posten)|tutte (?:le )?(?:vostre )?(?:fatture|partite)|todas "
    r"(?:as )?(?:vossas )?faturas)\b"
)
_MONTHS = (
    r"jan(?:uary|uar|uari|eiro|vier)?|enero|gennaio",
    r"feb(?:ruary|ruar|ruari|rero|braio)?|fevrier|fevereiro",
    r"mar(?:ch|s|z|zo|co)|maerz|maart",
    r"apr(?:il|ile)?|avril|abril",
    r"may|mai|mayo|mei|maggio|maio",
    r"june?|juin|juni|junio|giugno|junho",
    r"july?|juillet|juli|julio|luglio|julho",
    r"aug(?:ust|ustus)?|aout|agosto",
    r"sept?(?:ember|embre|iembre|tembre)?|settembre|setembro",
    r"oct(?:ober|obre|ubre)?|okt(?:ober)?|ottobre|outubro",
    r"nov(?:ember|embre|iembre|embro)?",
    r"dec(?:ember|embre)?|dez(?:ember|embro)?|diciembre|dicembre",
)
_ANY_MONTH = "|".join(rf"(?:de |di |d')?(?:{names})\b" for names in _MONTHS)
_MONTH = "|".join(f"(?P<m{i}>{names})" for i, names in enumerate(_MONTHS, 1))
_MONTH_INVOICE = re.compile(
    rf"\b(?:(?:{_MONTH})(?:'s)?[ -]?(?:invoice|bill|one|rechnung|factuur)|"
    + rf"(?:facture|rechnung|factura|fattura|fatura|factuur|invoice|la|die|de|celle|quella|a) (?:vom |aus |de |di |"
    rf"du mois de |for |from |van )?(?:{_MONTH.replace('?P<m', '?P<n')}))\b"
)
_ACCOUNT_TOKEN = re.compile(
    r"(?<![\w@.])[a-z]{1,6}[ -]?(?:\d{2,4}[-/])?\d{3,12}(?!\w)|(?<![\w@.,/-])\d{4,12}(?![\w%]|[.,]\d)"
)


_CLAUSE_HEAD = re.compile(r"(?:^|\n|[,;:.] |- |\u2022 |\* )$")
_COUNTS = re.compile(
    r"\s?(?:%|\u20ac|\$|\u00a3|eur|gbp|usd|chf|euros?|pounds?|x\b|st\b|stuck|kg|km|m\b|l\b|days?|tage?|jours?|dias?|"
    r"giorni|dagen|boxes|"
    r"units|hours|pieces|cartons?|pallets|[a-z]+s\b(?= (?:of|were|de|at|on))|[/.-]\d|\.$|\s?\n?$)"
)
_SHORT = re.compile(
    r"(?<!\w)(?:(?:las?|les|die|der|zur|le|a|as|alla|della|per la|the|number|and|then) )"
    r"(?P<digits>\d{2,3}(?:(?:, | ?/ ?| (?:et|y|und|"
    r"and|e|en)(?: la| die| a)? )\d{2,3})*)"
    r"(?![\w%]|[.,]\d|\s?[/:-]\d|\.(?:\s+[a-z0-9]|\s?$)|\s*(?:%|\u20ac|\$|\u00a3|eur|euros?|jours?|tage?n?|dias?|"
    r"days?|giorni|dagen|"
    rf"horas?|heures?|h\b|hours|uhr|ore\b|du mois|del mes|del mese|do mes|de cada|{_ANY_MONTH}))"
)

MAX_CHARS = 20_000
"""What stands further down names no invoice."""


class MatchKind(StrEnum):
    EXACT = "exact"
    PARTIAL = "partial"
    RANGE = "range"
    GROUP = "group"
    SLIP = "slip"


@dataclass(frozen=True, slots=True)
class InvoiceMatch:
    """Words at [start, end) that name these invoices of the account."""

    start: int
    end: int
    numbers: tuple[str, ...]
    kind: MatchKind = MatchKind.EXACT


def match_invoices(text: str, account: Account) -> tuple[InvoiceMatch, ...]:
    """Every mention of an invoice of the account, in order, without overlaps."""
    if not account.invoices:
        return ()
    folded = fold(text[:MAX_CHARS])
    found: list[InvoiceMatch] = []
    taken = bytearray(len(folded))
    for finder in _FINDERS:
        for match in finder(folded, account, taken):
            if not any(taken[match.start : match.end]):
                taken[match.start : match.end] = b"\x01" * (match.end - match.start)
                found.append(match)
    return _ranges(folded, tuple(sorted(found, key=lambda match: match.start)), account)


def mentioned(matches: Sequence[InvoiceMatch], account: Account) -> tuple[str, ...]:
    """The numbers of some matches, once each, in the account's order."""
    numbers = {number for match in matches for number in match.numbers}
    return tuple(invoice.number for invoice in account.invoices if invoice.number in numbers)


def foreign_numbers(text: str, account: Account) -> tuple[InvoiceMatch, ...]:
    """Numbers shaped like the account's invoices that the account does not hold."""
    shapes = {_shape(invoice.number) for invoice in account.invoices}
    known = match_invoices(text, account)
    found: list[InvoiceMatch] = []
    for token in _ACCOUNT_TOKEN.finditer(fold(text[:MAX_CHARS])):
        number = text[token.start() : token.end()]
        is_known = any(match.start < token.end() and token.start() < match.end for match in known)
        if not is_known and _shape(number.replace(" ", "-")) in shapes and number[:1].isalpha():
            found.append(InvoiceMatch(token.start(), token.end(), (number.upper().replace(" ", "-"),)))
    return tuple(found)


def _shape(number: str) -> str:
    return re.sub(r"\d", "9", re.sub(r"[A-Z]", "A", number.upper()))


@lru_cache(maxsize=4096)
def _number_pattern(number: str) -> re.Pattern[str]:
    """The number as the account writes it, whatever stands between its parts."""
    parts = re.findall(r"[a-z]+|\d+", fold(number))
    joined = r"[\s\-_/.#]{0,2}".join(re.escape(part) for part in parts)
    is_date_like = number.isdigit() and len(number) < len("100")
    return re.compile(rf"(?<![a-z0-9]){joined}(?![a-z0-9]|[.,{'/' * is_date_like}]\d)")


@lru_cache(maxsize=4096)
def _digits(number: str) -> str:
    groups: list[str] = re.findall(r"\d+", number)
    return groups[-1] if groups else ""


def _exact(folded: str, account: Account, taken: bytearray) -> Iterable[InvoiceMatch]:
    invoices = sorted(account.invoices, key=lambda invoice: -len(invoice.number))
    for invoice in invoices:
        for match in _number_pattern(invoice.number).finditer(folded):
            yield InvoiceMatch(match.start(), match.end(), (invoice.number,))


def _lists(folded: str, account: Account, taken: bytearray) -> Iterable[InvoiceMatch]:
    """INV-20460/61 and 20460/20466: what follows the stroke replaces the last digits."""
    for match in re.finditer(
        r"(?<!\d)(?:[a-z]{1,6}[ -]?)?(?P<first>\d{3,12})(?P<rest>(?:\s?/\s?\d{1,12}){1,20})(?![\d/])", folded
    ):
        numbers: list[str] = []
        first = match["first"]
        for part in [first, *re.findall(r"\d+", match["rest"])]:
            whole = first[: len(first) - len(part)] + part if len(part) < len(first) else part
            numbers.extend(_with_digits(whole, account))
        if len(numbers) > 1:
            yield InvoiceMatch(match.start(), match.end(), tuple(dict.fromkeys(numbers)))


def _with_digits(digits: str, account: Account) -> tuple[str, ...]:
    bare = digits.lstrip("0")
    return tuple(invoice.number for invoice in account.invoices if _digits(invoice.number).lstrip("0") == bare and bare)


def _bare(folded: str, account: Account, taken: bytearray) -> Iterable[InvoiceMatch]:
    """The digits alone, with or without leading zeros."""
    money = [(amount.start, amount.end) for amount in find_amounts(folded, "") if not amount.is_bare]
    for match in re.finditer(r"(?<![\w.,/+-])\d{1,12}(?![\w%]|[.,]\d|-\d)", folded):
        numbers = _with_digits(match.group(), account)
        if len(numbers) != 1 or any(start < match.end() and match.start() < end for start, end in money):
            continue
        before = folded[max(0, match.start() - 30) : match.start()]
        if _FOREIGN_CUE.search(before):
            continue
        is_plain = len(match.group().lstrip("0")) >= _MIN_BARE_DIGITS or _CUE.search(before)
        if is_plain or _opens_a_clause(folded, match.start(), match.end()):
            yield InvoiceMatch(match.start(), match.end(), numbers)


def _suffixes(folded: str, account: Account, taken: bytearray) -> Iterable[InvoiceMatch]:
    """The last three or more digits, beside a word that says that they are a number."""
    for match in re.finditer(r"(?<![\w.,+-])(?:\.{2,3}|-)?(?P<digits>\d{3,12})(?![\w%]|[.,]\d)", folded):
        before = folded[max(0, match.start() - 30) : match.start()]
        is_pointed = match.group()[0] in ".-" or (
            match["digits"][0] == "0" and len(match["digits"]) >= _MIN_BARE_DIGITS
        )
        has_cue = _CUE.search(before) and not before.rstrip().endswith(",")
        is_told = is_pointed or has_cue or _opens_a_clause(folded, match.start(), match.end())
        if taken[match.end() - 1] or not is_told or _FOREIGN_CUE.search(before):
            continue
        numbers = [invoice.number for invoice in account.invoices if _digits(invoice.number).endswith(match["digits"])]
        if len(numbers) == 1:
            yield InvoiceMatch(match.start(), match.end(), tuple(numbers), MatchKind.PARTIAL)


def _opens_a_clause(folded: str, start: int, end: int) -> bool:
    """ "771 parti hier, 772 jeudi": a number of three digits or more at the head of a line or clause counts nothing."""
    return (
        end - start >= len("000")
        and _CLAUSE_HEAD.search(folded, max(0, start - 4), start) is not None
        and _COUNTS.match(folded, end) is None
    )


def _short(folded: str, account: Account, taken: bytearray) -> Iterable[InvoiceMatch]:
    """ "La 21 ya salió, la 22 el jueves", "die 77": the last two digits after an article that no day of a month has."""
    for match in _SHORT.finditer(folded):
        found: list[InvoiceMatch] = []
        for digits in re.finditer(r"\d{2,3}", match["digits"]):
            start = match.start("digits") + digits.start()
            numbers = [i.number for i in account.invoices if _digits(i.number).endswith(digits.group())]
            if len(numbers) != 1 or taken[start]:
                break
            found.append(InvoiceMatch(start, start + len(digits.group()), (numbers[0],), MatchKind.PARTIAL))
        else:
            yield from found


def _groups(folded: str, account: Account, taken: bytearray) -> Iterable[InvoiceMatch]:
    """ "both", "all invoices", "the January one"."""
    bills = [invoice for invoice in account.invoices if invoice.kind is InvoiceKind.INVOICE]
    if len(bills) == 2:  # noqa: PLR2004 both
        for match in _BOTH.finditer(folded):
            yield InvoiceMatch(match.start(), match.end(), tuple(invoice.number for invoice in bills), MatchKind.GROUP)
    for match in _ALL.finditer(folded):
        yield InvoiceMatch(
            match.start(), match.end(), tuple(invoice.number for invoice in bills if invoice.is_open), MatchKind.GROUP
        )
    for match in _MONTH_INVOICE.finditer(folded):
        if folded[: match.start()].rstrip()[-1:].isdigit():
            continue  # "29 de mayo" is a day
        month = next(int(name[1:]) for name, value in match.groupdict().items() if value)
        of_month = [i for i in bills if i.issue_date and i.issue_date.month == month] or [
            i for i in bills if i.issue_date is None and i.due_date.month == month
        ]
        if len(of_month) == 1 and len(bills) > 1:
            yield InvoiceMatch(match.start(), match.end(), (of_month[0].number,), MatchKind.GROUP)


def _slips(folded: str, account: Account, taken: bytearray) -> Iterable[InvoiceMatch]:
    """A number that is one slip away from exactly one invoice; where several fit, a stated amount decides."""
    amounts = {amount.value for amount in find_amounts(folded, "")}
    for match in _ACCOUNT_TOKEN.finditer(folded):
        if taken[match.end() - 1]:
            continue
        digits = re.findall(r"\d+", match.group())[-1]
        has_cue = match.group()[0].isalpha() or _CUE.search(folded[max(0, match.start() - 30) : match.start()])
        if (
            not has_cue
            or _FOREIGN_CUE.search(folded[max(0, match.start() - 30) : match.start()])
            or len(digits) < _MIN_BARE_DIGITS - match.group()[0].isalpha()
        ):
            continue
        close = [i for i in account.invoices if _is_slip(digits, _digits(i.number)) and _same_prefix(match.group(), i)]
        fitting = [i for i in close if i.open.amount in amounts or i.amount.amount in amounts]
        is_short = len(digits) < _MIN_BARE_DIGITS
        chosen = fitting if fitting else [] if is_short or (amounts and len(close) != 1) else close
        if len(chosen) == 1:
            yield InvoiceMatch(match.start(), match.end(), (chosen[0].number,), MatchKind.SLIP)


def _same_prefix(token: str, invoice: Invoice) -> bool:
    prefix = re.match(r"[a-z]+", token)
    return prefix is None or fold(invoice.number).startswith(prefix.group())


def _is_slip(written: str, meant: str) -> bool:
    """One digit wrong, missing or too many, or two neighbours exchanged."""
    if abs(len(written) - len(meant)) > 1 or written == meant:
        return False
    if len(written) == len(meant):
        wrong = [i for i, (a, b) in enumerate(zip(written, meant, strict=True)) if a != b]
        swapped = (
            len(wrong) == len("ab")
            and wrong[1] == wrong[0] + 1
            and written[wrong[0]] == meant[wrong[1]]
            and written[wrong[1]] == meant[wrong[0]]
        )
        return len(wrong) == 1 or swapped
    longer, shorter = (written, meant) if len(written) > len(meant) else (meant, written)
    return any(longer[:i] + longer[i + 1 :] == shorter for i in range(len(longer)))


def _ranges(folded: str, matches: tuple[InvoiceMatch, ...], account: Account) -> tuple[InvoiceMatch, ...]:
    """ "F-90133 to F-90136" names what lies between as well."""
    joined: list[InvoiceMatch] = []
    for match in matches:
        before = joined[-1] if joined else None
        if (
            before is not None
            and len(before.numbers) == 1
            and len(match.numbers) == 1
            and _RANGE.fullmatch(folded, before.end, match.start)
        ):
            between = _between(before.numbers[0], match.numbers[0], account)
            if between:
                joined[-1] = InvoiceMatch(before.start, match.end, between, MatchKind.RANGE)
                continue
        joined.append(match)
    return tuple(joined)


def _between(first: str, last: str, account: Account) -> tuple[str, ...]:
    low, high = _digits(first), _digits(last)
    if not low or not high or int(low) >= int(high):
        return ()
    return tuple(
        i.number for i in account.invoices if _digits(i.number) and int(low) <= int(_digits(i.number)) <= int(high)
    )


_Finder = Callable[[str, Account, bytearray], Iterable[InvoiceMatch]]
_FINDERS: tuple[_Finder, ...] = (_lists, _exact, _bare, _suffixes, _short, _groups, _slips)
"""In the order of certainty; `taken` marks what an earlier one has read."""
