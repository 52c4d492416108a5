"""Which of a customer's invoices a text speaks of, in the form that the account uses."""

import re
from collections.abc import Callable, Iterable, Sequence

from app.domain.account import Account, Invoice
from app.reading.bills.groups import ANY_MONTH, groups
from app.reading.bills.numbering import (
    InvoiceMatch,
    MatchKind,
    between,
    has_same_prefix,
    is_slip,
    number_pattern,
    serial,
    shape,
    with_ending,
    with_serial,
)
from app.reading.bills.pointing import GOES_ON
from app.reading.money.amounts import FoundAmount, find_amounts
from app.reading.spans import fold

_MIN_BARE_DIGITS = 4
"""A shorter run of digits is an invoice only beside a word that says so."""

_CUE = re.compile(
    r"(?:\b(?:invoices?|inv|rechnungs?|rechnungen|rechnungsnummer|re|rg|rech|factures?|fact|facturas?|fras?|"
    r"avis d'echeance|quittances?|"
    r"fatture|fattura|ft|fatt|faturas?|facturen|factuur|factuurnummer|belege?|beleg|document[oe]?s?"
    r"|(?:our|your|ihre|votre|su|uw|vostra|vossa)\s+ref|nos?|nr|num(?:ero|mer)?|number|"
    r"n)[.:]?\s*(?:n[.o\u00b0\u00ba]*\s*|nr\.?\s*|no\.?\s*|numero\s*|nummer\s*|#\s*)?|#\s?|n[\u00b0\u00ba]\s?|"
    r"(?:\band\b|\bet\b|\bund\b|\by\b|\ben\b|\be\b|&|,|/|\+)\s*)$"
)
_LINK = re.compile(r"(?:\band|\bet|\bund|\by|\ben|\be|&|,|/|\+)\s*$")
"""The weakest of the cues: "two, 31 boxes" names no invoice 31."""

_FOREIGN_CUE = re.compile(
    r"\b(?:(?:po|tel|ref)[.:#]?|(?:order|orders|bestellung|commande|pedido|ordine|encomenda|check|cheque|batch|"
    r"charge|lot|"
    r"phone|kunde(?:nnummer)?|ticket|delivery note|lieferschein|bon|albaran|ddt|reference)[:#]?)\s*+(?:(?:no\.?|nr\.?|"
    r"n\W?)\s*+)?$"
)
_RANGE = re.compile(
    r"\s*(?:(?:up )?to(?: and including)?|a|bis(?: (?:einschlie(?:ss|\u00df)lich|inkl(?:usive|\.)?))?|hasta|"
    r"al|tot(?: en met)?|"
    r"t/m|t\.e\.m\.|through|thru|until|ate|(?:fino )?(?:ad?|alla)|jusqu'?a|-|\.\.+)\s*(?:the |la |die |a |zur |de |"
    r"invoice )?"
)
_ACCOUNT_TOKEN = re.compile(
    r"(?<![\w@.])[a-z]{1,6}[ -]?(?:\d{2,4}[-/])?\d{3,12}(?!\w)|(?<![\w@.,/-])\d{4,12}(?![\w%]|[.,]\d)"
)


_CLAUSE_HEAD = re.compile(r"(?:^|\n|[,;:.] |- |\u2022 |\* )$")
_UNITS = (
    r"%|\u20ac|\$|\u00a3|eur|gbp|usd|chf|euros?|pounds?|x\b|st\b|stuck|kg|km|m\b|l\b|days?|tage?|jours?|dias?|"
    r"giorni|dagen|boxes|"
    r"units|hours|pieces|cartons?|pallets|(?!goes|is|was|leaves|comes)[a-z]+s\b(?= (?:of|were|de|at|on))"
)
_COUNTS = re.compile(rf"\s?(?:{_UNITS}|[/.-]\d|\.$|\s?\n?$)")
_IS_AMOUNT_OR_DAY = re.compile(rf" ?(?:{_UNITS}|{ANY_MONTH})")
_DAY_BEFORE = re.compile(r"\b(?:le|du|au|il|del|al|el|am|den|vom|zum|bis|dia|op|\d+)\s$")
_ONE_DIGIT = re.compile(
    r"(?<![\w'])(?<!\ba )(?:(?:la|die|the|number|de) |(?:(?<=\n)|^|(?<=[.;,] ))a )"
    rf"(?P<digits>\d(?:(?:, | et | y | e | und | and | en )(?:la |a |die |the |de )?\d){{0,30}})(?![.,]\d){GOES_ON}"
)
_SHORT = re.compile(
    r"(?<!\w)(?:(?:las?|les|die|der|zur|le|a|as|alla|della|per la|the|number|and|then) )"
    r"(?P<digits>\d{2,3}(?:(?:, | ?/ ?| (?:et|y|und|"
    r"and|e|en)(?: la| die| a)? )\d{2,3}){0,40})"
    r"(?![\w%]|[.,]\d|\s?[/:-]\d|(?<!\d{3})\.(?:\s+[a-z0-9]|\s?$)|\s*(?:%|\u20ac|\$|\u00a3|eur|euros?|jours?|tage?n?|dias?|"
    r"days?|giorni|dagen|"
    rf"horas?|heures?|h\b|hours|uhr|ore\b|du mois|del mes|del mese|do mes|de cada|{ANY_MONTH}))"
)

_ENDING = re.compile(
    r"\b(?:ending|ends?|endung|endend|endet|enden|endigt|finit|finissant|finissent|termine|terminent|terminant|"
    r"terminacion(?:es)?|endziffern?|endnummern?|eindcijfers?|eindnummers?|c[oa]n (?:el |il )?final|com (?:o )?final|"
    r"finies?|terminees?|terminad[ao]s?|termina[nm]?|acabad[ao]s?|acaba[nm]?|finisc(?:e|ono)|eindigend|eindigt|"
    r"eindigen) "
    r"(?:(?:in|on|with|auf|mit|par|avec|en|con|per|op|met|em|com) )?"
    r"(?P<digits>\d{2,4}(?:(?:, | ?/ ?| (?:and|und|et|y|e|en) (?:the |die |la |de |a )?)\d{2,4}){0,20})"
    rf"(?![\w%]|[.,]\d|\s?[/:-]\d|\s*(?:{_UNITS}|tagen|weeks?|wochen|semaines?|semanas?|settimane|weken|months?|monaten?|"
    rf"mois|mes(?:es)?|mesi|maanden|years?|jahren?|ans|{ANY_MONTH}))"
)
_OF_ACCOUNT = re.compile(
    r"\b(?:card|karte|carte|tarjeta|carta|kaart|cartao|account|konto|compte|cuenta|conto|conta|rekening|iban|phone|tel\w*)"
    r"\b[^.;\n]{0,12}$"
)
"""What else is told by how its number ends."""

_BARE_NUMBER = re.compile(r"(?<![\w.,/+:-])\d{2,12}(?![\w%]|[.,:]\d|-\d|/\d| \d{2,4}\b)")
_LIST_GOES_ON = re.compile(r"\s?(?:,|&|/|\+|\b(?:and|et|und|y|e|en|sowie)\b)\s?(?:(?:the|la|die|le|de|a) )?")

MAX_CHARS = 20_000
"""What stands further down names no invoice."""


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
    shapes = {shape(invoice.number) for invoice in account.invoices}
    known = match_invoices(text, account)
    found: list[InvoiceMatch] = []
    for token in _ACCOUNT_TOKEN.finditer(fold(text[:MAX_CHARS])):
        number = text[token.start() : token.end()]
        is_known = any(match.start < token.end() and token.start() < match.end for match in known)
        written = next((form for form in (number, number.replace(" ", "-")) if shape(form) in shapes), None)
        if not is_known and written is not None and number[:1].isalpha():
            found.append(InvoiceMatch(token.start(), token.end(), (written.upper(),)))
    return tuple(found)


def _exact(folded: str, account: Account, taken: bytearray) -> Iterable[InvoiceMatch]:
    invoices = sorted(account.invoices, key=lambda invoice: -len(invoice.number))
    for invoice in invoices:
        is_short = invoice.number.isdigit() and len(invoice.number) < len("100")
        for match in number_pattern(invoice.number).finditer(folded):
            if not (is_short and _may_be_a_day(folded, match)):
                yield InvoiceMatch(match.start(), match.end(), (invoice.number,))


def _may_be_a_day(folded: str, match: re.Match[str]) -> bool:
    """ "le 27", "27 mars", "27 boxes", the end of a telephone number: two digits say little by themselves."""
    before = folded[max(0, match.start() - 5) : match.start()]
    return bool(_DAY_BEFORE.search(before) or _IS_AMOUNT_OR_DAY.match(folded, match.end()))


def _lists(folded: str, account: Account, taken: bytearray) -> Iterable[InvoiceMatch]:
    """INV-20460/61 and 20460/20466: what follows the stroke replaces the last digits."""
    for match in re.finditer(
        r"(?<!\d)(?:[a-z]{1,6}[ -]?)?(?P<first>\d{3,12})(?P<rest>(?:\s?/\s?\d{1,12}){1,20})(?![\d/])", folded
    ):
        numbers: list[str] = []
        first = match["first"]
        for part in [first, *re.findall(r"\d+", match["rest"])]:
            whole = first[: len(first) - len(part)] + part if len(part) < len(first) else part
            numbers.extend(with_serial(whole, account))
        if len(numbers) > 1:
            yield InvoiceMatch(match.start(), match.end(), tuple(dict.fromkeys(numbers)))


def _bare(folded: str, account: Account, taken: bytearray) -> Iterable[InvoiceMatch]:
    """The digits alone, with or without leading zeros."""
    money = [(amount.start, amount.end) for amount in find_amounts(folded, "") if not amount.is_bare]
    for match in re.finditer(r"(?<![\w.,/+-])\d{1,12}(?![\w%]|[.,]\d|-\d|/\d{1,2}(?!\d))", folded):
        numbers = with_serial(match.group(), account)
        if len(numbers) != 1 or any(start < match.end() and match.start() < end for start, end in money):
            continue
        before = folded[max(0, match.start() - 30) : match.start()]
        if _FOREIGN_CUE.search(before):
            continue
        has_cue = _CUE.search(before) and not (_LINK.search(before) and _COUNTS.match(folded, match.end()))
        is_plain = len(match.group().lstrip("0")) >= _MIN_BARE_DIGITS or has_cue
        if is_plain or _opens_a_clause(folded, match.start(), match.end()):
            yield InvoiceMatch(match.start(), match.end(), numbers)


def _suffixes(folded: str, account: Account, taken: bytearray) -> Iterable[InvoiceMatch]:
    """The last three or more digits, beside a word that says that they are a number."""
    for match in re.finditer(r"(?<![\w.,+-])(?:\.{2,3}|-)?(?P<digits>\d{3,12})(?![\w%]|[.,]\d)", folded):
        before = folded[max(0, match.start() - 30) : match.start()]
        is_pointed = match.group()[0] in ".-" or (
            match["digits"][0] == "0" and len(match["digits"]) >= _MIN_BARE_DIGITS
        )
        is_linked = _LINK.search(before) is not None and _COUNTS.match(folded, match.end()) is not None
        has_cue = _CUE.search(before) and not before.rstrip().endswith(",") and not is_linked
        is_told = is_pointed or has_cue or _opens_a_clause(folded, match.start(), match.end())
        if taken[match.end() - 1] or not is_told or _FOREIGN_CUE.search(before):
            continue
        numbers = with_ending(match["digits"], account)
        if len(numbers) == 1:
            yield InvoiceMatch(match.start(), match.end(), numbers, MatchKind.PARTIAL)


def _together(folded: str, account: Account, taken: bytearray) -> Iterable[InvoiceMatch]:
    """ "31, 32 und 34 kommen Montag. 35 ist da", "661 is paid, 667 goes on Monday": bare numbers that each are the last
    digits of an invoice vouch for each other. Short ones, and those of longer numbers ("14" of 88214), stand at the
    head of a clause or in a list."""
    found: list[InvoiceMatch] = []
    for match in _BARE_NUMBER.finditer(folded):
        start, end = match.span()
        whole = with_serial(match.group(), account)
        numbers = whole or with_ending(match.group(), account)
        before = folded[max(0, start - 30) : start]
        if len(numbers) != 1 or taken[start] or _FOREIGN_CUE.search(before) or _may_be_a_day(folded, match):
            continue
        is_listed = bool(found) and _LIST_GOES_ON.fullmatch(folded, found[-1].end, start) is not None
        is_long = bool(whole) and end - start >= len("000") and _COUNTS.match(folded, end) is None
        if is_listed or is_long or _opens_a_clause(folded, start, end, least=2):
            found.append(InvoiceMatch(start, end, numbers, MatchKind.PARTIAL))
    if len({match.numbers for match in found}) > 1:
        yield from found


def _opens_a_clause(folded: str, start: int, end: int, *, least: int = 3) -> bool:
    """ "771 parti hier, 772 jeudi": a number of so many digits at the head of a line or clause counts nothing."""
    return (
        end - start >= least
        and _CLAUSE_HEAD.search(folded, max(0, start - 4), start) is not None
        and _COUNTS.match(folded, end) is None
    )


def _short(folded: str, account: Account, taken: bytearray) -> Iterable[InvoiceMatch]:
    """ "La 21 ya salió, la 22 el jueves", "die 77": the last two digits after an article that no day of a month has."""
    for match in _SHORT.finditer(folded):
        yield from _each(match, r"\d{2,3}", lambda number, digits: number.endswith(digits), account, taken)


def _endings(folded: str, account: Account, taken: bytearray) -> Iterable[InvoiceMatch]:
    """ "The ones ending 52 and 58", "die mit Endung 07"."""
    for match in _ENDING.finditer(folded):
        if not _OF_ACCOUNT.search(folded, max(0, match.start() - 30), match.start()):
            yield from _each(match, r"\d{2,4}", lambda number, digits: number.endswith(digits), account, taken)


def _one_digit(folded: str, account: Account, taken: bytearray) -> Iterable[InvoiceMatch]:
    """ "La 3, je la solde vendredi" of 3-2026: a digit after an article, where an invoice has no more digits."""
    for match in _ONE_DIGIT.finditer(folded):
        yield from _each(match, r"\d", lambda number, digits: number.lstrip("0") == digits, account, taken)


def _each(
    listed: re.Match[str], pattern: str, fits: Callable[[str, str], bool], account: Account, taken: bytearray
) -> Iterable[InvoiceMatch]:
    """One match for each of the listed digits; none if one of them is not exactly one invoice."""
    found: list[InvoiceMatch] = []
    for digits in re.finditer(pattern, listed["digits"]):
        start = listed.start("digits") + digits.start()
        numbers = [i.number for i in account.invoices if fits(serial(i.number), digits.group())]
        if len(numbers) != 1 or taken[start]:
            return
        found.append(InvoiceMatch(start, start + len(digits.group()), (numbers[0],), MatchKind.PARTIAL))
    yield from found


def _slips(folded: str, account: Account, taken: bytearray) -> Iterable[InvoiceMatch]:
    """A number that is one slip away from exactly one invoice; where several fit, a stated amount decides."""
    amounts = find_amounts(folded, "")
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
        close = [i for i in account.invoices if is_slip(digits, serial(i.number)) and has_same_prefix(match.group(), i)]
        fitting = [i for i in close if _is_stated(i, amounts)]
        is_short = len(digits) < _MIN_BARE_DIGITS
        chosen = fitting if fitting else [] if is_short or (amounts and len(close) != 1) else close
        if len(chosen) == 1:
            yield InvoiceMatch(match.start(), match.end(), (chosen[0].number,), MatchKind.SLIP)


def _is_stated(invoice: Invoice, amounts: Iterable[FoundAmount]) -> bool:
    return any(
        found.value == money.amount and found.could_be(money.currency)
        for found in amounts
        for money in (invoice.open, invoice.amount)
    )


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
            span = between(before.numbers[0], match.numbers[0], account)
            if span:
                joined[-1] = InvoiceMatch(before.start, match.end, span, MatchKind.RANGE)
                continue
        joined.append(match)
    return tuple(joined)


_Finder = Callable[[str, Account, bytearray], Iterable[InvoiceMatch]]
_FINDERS: tuple[_Finder, ...] = (
    _lists,
    _exact,
    _together,
    _endings,
    _bare,
    _suffixes,
    _short,
    _one_digit,
    groups,
    _slips,
)
"""In the order of certainty; `taken` marks what an earlier one has read."""
