"""Sums of money as a letter writes them: to their currency's last decimal, and never in a sign that others share."""

from decimal import Decimal
from functools import cache

from babel import Locale
from babel.numbers import format_currency, format_decimal, get_currency_precision, get_currency_symbol

from app.domain.money import places_of

_SIGNS = frozenset({"€", "£", "$", "US$", "R$", "₹"})
"""Known for their currency's in these letters. A$ and CA$ are dollars to some readers; ¥ is two currencies."""


def written_sum(amount: Decimal, currency: str, locale: str) -> str:
    """`€1,250.00`, `1.250,00 €`, `CAD 1,250.00`, `128.000 JPY`."""
    if get_currency_symbol(currency, locale) in _SIGNS:
        return _plain(format_currency(amount, currency, locale=locale))
    number = written_figure(amount, currency, locale, is_whole=get_currency_precision(currency) == 0)
    return f"{currency}\u00a0{number}" if _leads(locale) else f"{number}\u00a0{currency}"


def written_figure(amount: Decimal, currency: str, locale: str, *, is_whole: bool = False) -> str:
    """Without the currency. `is_whole`: without decimals, where there are none to lose."""
    places = 0 if is_whole and amount == amount.to_integral_value() else places_of(currency)
    return _plain(format_decimal(amount, f"#,##0.{'0' * places}".rstrip("."), locale=locale))


def _plain(text: str) -> str:
    """With the space and the apostrophe that every program shows."""
    return text.replace("\u202f", "\u00a0").replace("\u2019", "'")


@cache
def _leads(locale: str) -> bool:
    pattern: str = Locale.parse(locale).currency_formats["standard"].pattern
    return pattern.startswith("\u00a4")
