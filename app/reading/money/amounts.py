"""Amounts of money in running text, in the notations of seven languages."""

import re
from dataclasses import dataclass
from decimal import Decimal

from app.reading.money.spelled_amounts import find_spelled
from app.reading.spans import fold

_SYMBOLS = {
    "\u20ac": "EUR",
    "euro": "EUR",
    "euros": "EUR",
    "eur": "EUR",
    "eurs": "EUR",
    "\u00a3": "GBP",
    "gbp": "GBP",
    "pound": "GBP",
    "pounds": "GBP",
    "quid": "GBP",
    "pfund": "GBP",
    "livres": "GBP",
    "libras": "GBP",
    "sterling": "GBP",
    "$": "USD",
    "us$": "USD",
    "usd": "USD",
    "dollar": "USD",
    "dollars": "USD",
    "dolares": "USD",
    "dollari": "USD",
    "bucks": "USD",
    "chf": "CHF",
    "sfr": "CHF",
    "fr.": "CHF",
    "sfr.": "CHF",
    "franken": "CHF",
    "sek": "SEK",
    "nok": "NOK",
    "dkk": "DKK",
    "pln": "PLN",
    "czk": "CZK",
    "cad": "CAD",
    "aud": "AUD",
    "jpy": "JPY",
    "brl": "BRL",
    "r$": "BRL",
}

_DOLLARS = frozenset({"AUD", "CAD", "HKD", "NZD", "SGD"})
_MAY_BE = {
    **dict.fromkeys(("dollar", "dollars", "dolares", "dollari", "bucks"), _DOLLARS),
    "$": _DOLLARS | {"ARS", "CLP", "COP", "MXN", "UYU"},
}
"""What a mark that is read as US dollars may mean as well: the sign alone is that of pesos too."""

_MONEY = (
    r"(?:\u20ac|\u00a3|us\$|r\$|\$|\b(?:euros?|eur|gbp|pounds?|quid|usd|dollars?|dolares|dollari|bucks|chf|sfr|"
    r"franken|sek|nok|dkk|pln|czk|cad|aud|jpy|brl|sterling)\b|\bs?fr\.(?=\s?\d))"
)
_NUMBER = r"\d{1,3}(?:[.,' ]\d{3}){1,4}(?:[.,]\d{1,2})?|\d+(?:[.,]\d{1,3})?"
_AMOUNT = re.compile(
    rf"(?P<before>{_MONEY})?(?P<gap>\s?)(?P<sign>-\s?)?(?<![\w#/.,])(?P<number>{_NUMBER})(?![\d#])"
    r"(?P<scale>[^\S\n]?(?:tausend|thousand|grand|mila|mille|mil|tsd\.?|mio\.?|k|m)(?![a-z0-9]))?"
    rf"(?P<dash>,-+|\.-+)?(?:\s?(?P<after>{_MONEY}))?"
)
_NOT_MONEY_AFTER = re.compile(
    r"\s?(?:%|\u00b0|[a-z]*(?:percent|prozent|pour cent|por ciento|procent)|(?:st|nd|rd|th|er|eme|e|de|ste|o)\b|"
    r"[/.-]\d|[:]\d\d"
    r"|\s?(?:days?|weeks?|months?|hours?|hrs?|jours?|semaines?|mois|heures?|tage?n?|wochen?|monate?n?|stunden?|"
    r"stuck|stk|sack|kg|dias?|semanas?|mes(?:es)?|horas?|"
    r"dagen|weken|maanden|uur|giorni|settimane|mesi|ore|boxes|pieces|pcs|units|items|bottles|bouteilles|cajas|"
    r"kisten|paletten|pallets|h|x|o'clock|uhr|am|pm)\b)"
)
_REFERENCE_BEFORE = re.compile(
    r"(?:\b(?:no|nos|nr|num|numero|nummer|number|n|ref|reference|referenz|invoice|invoices|inv|rechnung|"
    r"rechnungen|facture|factures|factura|facturas|fattura|fatture|fatura|"
    r"faturas|factuur|facturen|check|cheque|po|order|bestellung|commande|pedido|ordine|encomenda|line|article|"
    r"artikel|tel|mobile|telefon|az|kw|week|semaine|settimana|"
    r"konto|account|kunde|kundennummer|client|cliente|charge|batch|lot|id|ticket|case)[.:]?\s?|"
    r"[#\u00b0\u00ba]\s?|[a-z]-|/|\+)$"
)
_YEAR = re.compile(r"20[2-4]\d$")
_DATE_LIKE = re.compile(
    r"(?:\d{1,2}[./-]\d{1,2}[./-](?:\d{4}|\d{2})|\d{4}-\d{2}-\d{2}|\d{1,2}/\d{1,2}|\b\d{1,2}\.\d{1,2}\.)(?!\d)"
)
_MOST_DIGITS = 6
_LEAST_BARE = 20
"""A smaller bare number counts boxes, days or lines."""

_THOUSAND = Decimal(1000)
_SCALES = {
    **dict.fromkeys(("k", "tsd", "tausend", "thousand", "grand", "mila", "mille", "mil"), _THOUSAND),
    **dict.fromkeys(("mio", "m"), _THOUSAND * _THOUSAND),
}


@dataclass(frozen=True, slots=True)
class FoundAmount:
    """A sum of money at [start, end). A bare number has no currency beside it: the context must say. `or_of`: what its
    mark may mean beside `currency`."""

    start: int
    end: int
    value: Decimal
    currency: str | None = None
    is_bare: bool = False
    or_of: frozenset[str] = frozenset()

    def could_be(self, currency: str) -> bool:
        """Whether what is written beside the number leaves room for a currency: "$" may be Canadian, never euros."""
        return self.currency is None or currency == self.currency or currency in self.or_of


def find_amounts(text: str, language: str) -> tuple[FoundAmount, ...]:
    """Every amount of a text, in order. `language` decides nothing today: all notations are read in all languages."""
    del language
    folded = fold(text)
    dates = [(m.start(), m.end()) for m in _DATE_LIKE.finditer(folded)]
    found: list[FoundAmount] = []
    for match in _AMOUNT.finditer(folded):
        amount = _amount(folded, match)
        if amount is not None and not any(
            s <= match.start("number") < e for s, e in dates if not match["before"] and not match["after"]
        ):
            found.append(amount)
    spelled = (
        FoundAmount(start, end, value, currency, is_bare=currency is None)
        for start, end, value, currency in find_spelled(folded)
    )
    alone = (a for a in spelled if all(a.end <= other.start or other.end <= a.start for other in found))
    return tuple(sorted((*found, *alone), key=lambda amount: amount.start))


def _amount(text: str, match: re.Match[str]) -> FoundAmount | None:
    mark = match["after"] or match["before"]
    if match["before"] and match["after"]:
        mark = match["before"]
    value = parse_number(match["number"])
    scale = (match["scale"] or "").strip().rstrip(".")
    if scale and (mark or scale != "m"):
        value *= _SCALES[scale]
    if match["sign"] and not _is_dash(text, match):
        value = -value
    start = (
        match.start("before")
        if match["before"]
        else match.start("sign")
        if match["sign"] and value < 0
        else match.start("number")
    )
    if mark is None and not match["dash"]:
        return _bare(text, match, start, value)
    return FoundAmount(
        start,
        match.end(),
        value,
        _SYMBOLS.get(mark) if mark else None,
        or_of=_MAY_BE.get(mark or "", frozenset()),
    )


def _bare(text: str, match: re.Match[str], start: int, value: Decimal) -> FoundAmount | None:
    """A number without currency: never a reference, a year, a phone number, a share or a count."""
    number = match["number"]
    end = match.end("scale") if match["scale"] else match.end("number")
    if _NOT_MONEY_AFTER.match(text, end) or _REFERENCE_BEFORE.search(
        text[max(0, match.start("number") - 18) : match.start("number")]
    ):
        return None
    if (
        number.startswith("0")
        or _YEAR.match(number)
        or (number.isdigit() and len(number) > _MOST_DIGITS)
        or value < _LEAST_BARE
    ):
        return None
    if re.match(r"\s\d", text[end : end + 2]) or re.search(
        r"\d\s$", text[max(0, match.start("number") - 2) : match.start("number")]
    ):
        return None
    return FoundAmount(start, end, value, None, is_bare=True)


def _is_dash(text: str, match: re.Match[str]) -> bool:
    """A hyphen that joins or separates is not a minus sign."""
    before = text[: match.start("sign")][-1:]
    return before.isalnum() or match["sign"] != "-"


def parse_number(number: str) -> Decimal:
    """1.250,00 and 1'250.50 alike: the last mark with one or two digits after it is the decimal mark."""
    number = number.replace(" ", "").replace("'", "")
    mark = max(number.rfind("."), number.rfind(","))
    if mark < 0:
        return Decimal(number)
    whole, fraction = number[:mark], number[mark + 1 :]
    whole = whole.replace(".", "").replace(",", "")
    if len(fraction) == len("000"):
        return Decimal(whole + fraction)
    return Decimal(f"{whole}.{fraction}")
