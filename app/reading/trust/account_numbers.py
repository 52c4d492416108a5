"""Bank accounts that are no IBAN: a number is one by the words before it, since it has no check digits to tell by.

Sort code 20-00-00      routing 021000021      BSB 062-000      IFSC HDFC0001234      account number 55779911
"""

import re
import unicodedata
from collections.abc import Iterator

from app.reading.sight.invisible import INVISIBLE
from app.reading.spans import fold

_GAP = r"[^\w\n.!?,;€$£]{0,4}"
"""What may stand before a number: no end of a sentence, and no sign of a currency."""

_LINK = (
    rf"{_GAP}(?:\n[ \t]{{0,8}})?"
    rf"(?:(?:(?:number|code|is|ist|lautet|es|est|e)\b|(?:no|nr)\b\.?){_GAP}(?:\n[ \t]{{0,8}})?){{0,3}}"
)
_NO_DATE = r"(?!\d{1,2}[./-]\d{1,2}[./-](?:19|20)\d\d(?!\w))(?!(?:19|20)\d\d-\d\d-\d\d(?!\w))"
_NO_SHORT_DATE = r"(?!(?:0?[1-9]|[12]\d|3[01])[./](?:0?[1-9]|1[0-2])[./]\d\d(?![\w./-]))"
"""Sort codes look the same, so it counts after the words for an account alone."""

_CURRENCY = r"(?:[€$£]|(?:eur|usd|gbp|chf|pln|sek|nok|dkk|euros?)\b)"
_NO_SUM = (
    r"(?!\d{1,3}(?:[ .,']?\d{3}){0,4}[.,]\d\d(?![\w./-]))"
    rf"(?!\d{{1,3}}(?:[ .,']\d{{3}}){{1,4}}\s?{_CURRENCY})"
)
_DIGITS = rf"{_NO_DATE}{_NO_SUM}(?P<number>\d(?:[ ./-]?\d){{5,19}})(?!\w)"
_BANK = (
    r"\b(?:sort[ -]?code|s/c|aba|routing|rtn|bsb|blz|bankleitzahl|clabe|nib|rib|micr)\b"
    rf"{_LINK}(?:\([^()\n]{{1,20}}\){_GAP})?{_DIGITS}"
)
_IFSC = rf"\bifsc\b{_LINK}(?P<number>[a-z]{{4}}0[a-z0-9]{{6}})\b"
_ACCOUNT = (
    r"\b(?:(?:(?:bank )?account (?:no|nr)|acct|konto-?nr|kto(?:\.?-?nr)?)\b\.?"
    r"|(?:(?:bank )?account number|bank account|a/c|kontonummer|konto|bankverbindung"
    r"|(?:numero|n°) de (?:compte|cuenta)|compte bancaire|cuenta (?:bancaria|corriente)|rekening(?:nummer)?"
    r"|bankrekening|numero di conto|conto corrente|numero da conta|conta bancaria)\b)"
    rf"{_LINK}{_NO_SHORT_DATE}{_DIGITS}"
)
_PATTERNS = tuple(re.compile(pattern) for pattern in (_BANK, _IFSC, _ACCOUNT))
_OF_A_CUSTOMER = re.compile(
    r"\b(?:customer|client|your|ihr\w{0,2}|kunden\w{0,8}|votre|su|uw|klant\w{0,8}|suo|sua|seu)\b[^.\n]{0,12}$"
)
_BEFORE = 30
_APART = re.compile(r"[^a-z0-9]")


def account_numbers(text: str) -> Iterator[str]:
    """Each number that is called a bank's or an account's, in capitals, without what parted it. A customer's own, whom
    the words call so, is none."""
    plain = fold(unicodedata.normalize("NFKC", INVISIBLE.sub("", text)))
    for pattern in _PATTERNS:
        for found in pattern.finditer(plain):
            before = plain[max(0, found.start() - _BEFORE) : found.start()]
            if pattern is not _PATTERNS[-1] or not _OF_A_CUSTOMER.search(before):
                yield bare(found["number"])


def bare(number: str) -> str:
    """A number in capitals, without what parts it."""
    return _APART.sub("", fold(number)).upper()
