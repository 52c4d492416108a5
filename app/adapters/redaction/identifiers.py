"""Numbers that carry a checksum or a fixed shape: accounts, cards, taxes, people, companies."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

from presidio_analyzer import EntityRecognizer, LocalRecognizer, RecognizerResult
from presidio_analyzer.nlp_engine import NlpArtifacts
from schwifty import registry
from schwifty.exceptions import InvalidCountryCode
from stdnum import bic, iban, luhn

from app.adapters.redaction.codes import CodeRecognizer
from app.adapters.redaction.finds import REFERENCE, NumberRecognizer, before

COMPANY_TYPES = frozenset({"BIC", "VAT_ID", "COMPANY_ID"})
"""Masked for a model's eyes, but about a company or a bank: not reported as personal data."""

BREAK = r"[^\w\n]{0,2}"
IBAN_START = re.compile(
    rf"(?:(?<![^\W_])|(?<=IBAN)|(?<=[a-z])(?=[A-Z]{{2}}\d))[A-Za-z]{BREAK}[A-Za-z]{BREAK}\d{BREAK}\d(?=[\W_]{{0,4}}[A-Za-z0-9])"
)
BETWEEN = " \u00a0\u202f.-\n"
WIDEST_GAP = 4
"""Of signs within a number that its check digits prove: a line's end and the mark of a quote, a dash between spaces."""
ACCOUNT_WORDS = re.compile(
    r"iban|account|a/c|konto|bank|compte|\brib\b|cuenta|rekening|conto|conta\b|betaal|zahlung an|pay to", re.IGNORECASE
)
CARD_WORDS = re.compile(
    r"\b(?:cards?|cc|visa|master\s?card|amex|credit|debit|karte|kreditkarte|carte|tarjeta|carta|cartão|creditcard)\b",
    re.IGNORECASE,
)
CARD = r"(?<!\w)(?<!\d[.,-])\d(?:[ \u00a0\u202f.-]?\d){11,18}(?![\w]|[.,]\d)"
USUAL_CARD = re.compile(
    r"4(?:\d{12}|\d{15}|\d{18})|5[1-5]\d{14}|2[2-7]\d{14}|3[47]\d{13}|3[068]\d{12}|35\d{14}|6\d{15,18}"
)
EMAIL = r"(?<![\w.+%-])[\w+%*&=~-](?:[\w.+%'*&=/~-]{0,62}[\w+%*&=~-])?@(?:[\w-]{1,63}\.){1,8}[^\W\d_]{2,24}(?!\w)"
_LOCAL = r"(?<![\w.+-])(?=[\d.+'_-]{0,63}[^\W\d_])[\w+-](?:[\w.+'-]{0,62}[\w+-])?"
_AT = r"(?i:at|ät|arroba|arobase|chez|chiocciola|apenstaartje|apestaartje|klammeraffe|@)"
_DOT = r"(?i:dot|punkt|point|punto|punt|ponto|\.)"
_BRACKETED = rf" ?[(\[{{<] ?{_AT} ?[)\]}}>] ?"
_DOTTED = rf"(?: ?[(\[{{<] ?{_DOT} ?[)\]}}>] ?| {_DOT} )"
_SPELT_LOCAL = rf"{_LOCAL}(?:{_DOTTED}[\w-]{{1,40}}){{0,3}}"
SPELT_EMAIL = (
    rf"(?:\"[^\"\n]{{1,64}}\"|{_SPELT_LOCAL})"
    rf"(?:\n?@[ \n]?| @ |%40|{_BRACKETED})"
    rf"(?:[\w-]{{1,63}}(?:\.|{_DOTTED})){{1,8}}[^\W\d_]{{2,24}}(?!\w)"
)
_SPOKEN_AT = r" (?i:arroba|arobase|chiocciola|apenstaartje|apestaartje|klammeraffe) "
SPOKEN_EMAIL = (
    rf"{_SPELT_LOCAL}(?:{_SPOKEN_AT}(?:[\w-]{{1,63}}(?:\.|{_DOTTED})){{1,8}}|"
    r" (?i:at) (?:[\w-]{1,63} (?i:dot) ){1,8})[^\W\d_]{2,24}(?!\w)"
)
"""An address that is quoted, taken apart at its @, or written for people alone."""


class IbanRecognizer(LocalRecognizer):
    """IBANs in any grouping, of the length their country has; a slip is let pass where the words before say account and
    the grouping is a usual one."""

    def __init__(self, language: str) -> None:
        super().__init__(supported_entities=["IBAN_CODE"], supported_language=language, name="iban")

    def load(self) -> None:
        """Nothing to load."""

    def analyze(self, text: str, entities: list[str], nlp_artifacts: NlpArtifacts) -> list[RecognizerResult]:
        found = []
        for match in IBAN_START.finditer(text):
            country = _letters_and_digits(match.group())[:2].upper()
            end, is_usual = _end_of_iban(text, match.start(), _iban_length(country))
            if end is None:
                continue
            valid = iban.is_valid(_letters_and_digits(text[match.start() : end]), check_country=False)
            if valid or (is_usual and ACCOUNT_WORDS.search(before(text, match.start()))):
                found.append(RecognizerResult("IBAN_CODE", match.start(), end, 1.0))
        return found


def _end_of_iban(text: str, start: int, length: int) -> tuple[int | None, bool]:
    """Where so many letters and digits end, and whether single signs part them, and another one what follows."""
    seen, gap, is_usual, at = 0, 0, True, start
    while at < len(text) and seen < length:
        if text[at].isascii() and text[at].isalnum():
            seen, gap = seen + 1, 0
        elif text[at].isalnum() or gap == WIDEST_GAP:
            return None, False
        else:
            is_usual = is_usual and gap == 0 and text[at] in BETWEEN
            gap += 1
        at += 1
    behind = text[at : at + 1]
    if not length or seen < length or behind.isdigit():
        return None, False
    return at, is_usual and not behind.isalnum()


@cache
def _iban_length(country: str) -> int:
    try:
        return registry.get_iban_spec(country).iban_length
    except InvalidCountryCode:
        return 0


def _letters_and_digits(text: str) -> str:
    return "".join(c for c in text if c.isalnum())


def _digits(text: str) -> str:
    return "".join(c for c in text if c.isdigit())


def _is_card(text: str) -> bool:
    digits = _digits(text)
    return len(set(digits)) > 1 and luhn.is_valid(digits)


def _grouped(*sizes: int) -> str:
    return (
        r"(?<!\w)(?<!\d[.,\-/])" + r"[ \u00a0\u202f.\-/]?".join(rf"\d{{{size}}}" for size in sizes) + r"(?![\w]|[.,]\d)"
    )


_SAME_GAP = r"(?<![^\W_])(?<!\d[.,\-/])(?:\d{4}([\W_]{0,4})\d{4}\1\d{4}\1\d{4}|\d{4}([\W_]{0,4})\d{6}\2\d{5})(?!\d)"
"""The two usual groupings of a card's number, whatever parts them, and whatever stands behind."""
_OVER_A_LINE = (
    r"(?<![^\W_])(?<!\d[.,\-/])(?:\d{4}[ -]?){1,3}(?<=\d)[^\S\n]?\n[>\s]{0,3}(?:\d{4}[ -]?){1,3}(?<=\d)(?!\d)"
)
"""A card's number that a line's end parts."""


class CardRecognizer(NumberRecognizer):
    """Card numbers that pass the Luhn test and do not follow a word for a paper."""

    def _is_meant(self, text: str, match: re.Match[str]) -> bool:
        lead, digits = before(text, match.start()), _digits(match.group())
        usual = USUAL_CARD.fullmatch(digits) is not None and not REFERENCE.search(lead)
        return (usual or CARD_WORDS.search(lead) is not None) and _is_card(digits)


_SORT_CODE = r"(?<!\w)(?<!\d[.,\-/])\d{2}[-\u2013 \u00a0\u202f]?\d{2}[-\u2013 \u00a0\u202f]?\d{2}(?![\w]|[.,]\d)"
BEHIND_IBAN = r"[A-Z]{2}\d{2}[A-Z0-9 ]{11,32}[\s,;/|()]{1,4}$"
BIC = r"(?<!\w)[A-Z]{6}[A-Z0-9]{2}(?:[A-Z0-9]{3})?(?!\w)"
TAX_WORDS = r"(?:steuer-?\s?(?:id|ident|nummer|nr)|idnr|tax (?:id|no|number)|\bnif\b|contribuinte|\bnipc\b)"
VAT_WORDS = r"(?:ust-?\s?id(?:-?\s?nr)?|vat|tva|\biva|btw|umsatzsteuer)"
ACCOUNT_NUMBER_WORDS = (
    r"\b(?:numero de (?:compte|cuenta|conta)|n° de compte|num[eé]ro de compte|cuenta (?:bancaria|corriente)"
    r"|rekeningnummer|numero di conto|n[uú]mero de cuenta)\b[^\n\w]{0,4}$"
)


@dataclass(frozen=True, slots=True)
class _Kind:
    """A row of the table: what it is, its shape, the test it must pass, and the words that must lead up to it."""

    entity: str
    shape: str
    is_valid: Callable[[str], bool] | None = None
    after: str = ""


KINDS = (
    _Kind("BIC", BIC, bic.is_valid, after=r"\b(?:bic|swift)\b[^\n]{0,24}$"),
    _Kind("BIC", BIC, bic.is_valid, after=BEHIND_IBAN),
    # a slip of the pen in a tax number, where the words before say what it is
    _Kind(
        "VAT_ID",
        r"(?<!\w)[A-Z]{2} ?[A-Z0-9](?:[ .]?[A-Z0-9]){7,12}(?!\w)",
        after=rf"{VAT_WORDS}[^\n\w]{{0,6}}(?:nr|no|n°|id|reg|number|intra\w*)?[^\n\w]{{0,4}}$",
    ),
    _Kind("DE_TAX_ID", r"(?<![\w.,-])\d{2,3}/\d{3,4}/\d{4,5}(?!\w)", after=rf"(?:{TAX_WORDS}|st\.?-?nr)[^\n]{{0,16}}$"),
    _Kind("UK_NINO", r"(?<!\w)[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z](?:[ -]?\d{2}){3}[ -]?[A-D](?!\w)"),
    _Kind(
        "UK_NINO",
        r"(?<!\w)(?i:[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z](?:[ .-]{0,3}\d{2}){3}[ .-]{0,3}[A-D])(?!\w)",
        after=r"\b(?:ni|nino|national insurance)\b[^\n\d]{0,16}$",
    ),
    _Kind("ID_DOCUMENT", r"(?<![\w.,-])\d{1,2}\.\d{3}\.\d{3}-[\dXxKk](?!\w)"),
    # accounts that are no IBAN
    _Kind("BANK_ACCOUNT", _SORT_CODE, after=r"\b(?:sort[ -]?code|s/c|sc)\b[^\d]{0,16}$"),
    _Kind("BANK_ACCOUNT", rf"{_SORT_CODE}[ \t,;|/]{{1,4}}\d{{8}}(?!\w)"),
    _Kind("BANK_ACCOUNT", r"(?<![\w.,/-])\d{8}[ \t,;|/]{1,4}\d{2}[-\u2013]\d{2}[-\u2013]\d{2}(?![\w]|[.,]\d)"),
    _Kind(
        "BANK_ACCOUNT",
        _grouped(4, 4),
        after=r"\b(?:account|a/c|acct|acc)\b\.?(?: (?:no|number|nr|num|n°|n\.?º)\.?){0,2}[^\n\w]{0,4}"
        r"(?:(?:is|es|est|ist|lautet|è|é)\s)?$",
    ),
    _Kind(
        "BANK_ACCOUNT",
        r"(?<![\w.,-])\d(?:[ .-]?\d){7,16}(?!\w)(?![.,]\d)",
        after=r"\b(?:bank account|account (?:no|number|nr)|(?:a/c|acct)(?: no| number)?|to account)\b\.?[^\n\w]{0,4}"
        r"(?:is[^\n\w]{1,3})?$",
    ),
    _Kind("BANK_ACCOUNT", _grouped(9), after=r"\b(?:aba|routing)\b[^\n\d]{0,16}$"),
    _Kind("BANK_ACCOUNT", _grouped(3, 3, 2), after=r"\b(?:blz|bankleitzahl)\b[^\n\d]{0,6}$"),
    _Kind(
        "BANK_ACCOUNT",
        r"(?<![\w.,-])\d(?: ?\d){5,9}(?!\w)",
        after=r"\b(?:konto|kto|kontonummer)\b\.?(?:-?\s?(?:nr|nummer))?[^\n\w]{0,4}$",
    ),
    _Kind("BANK_ACCOUNT", r"(?<![\w.,-])\d(?:[ -]?\d){7,19}(?!\w)", after=ACCOUNT_NUMBER_WORDS),
    _Kind("BANK_ACCOUNT", r"(?<![\w.,-])\d{5} \d{5} [0-9A-Z]{11} \d{2}(?!\w)"),
    _Kind("BANK_ACCOUNT", r"(?<![\w.,-])\d(?:[ .-]?\d){17,22}(?!\w)", after=r"\b(?:nib|clabe|rib)\b[^\n\w]{0,4}$"),
)


def number_recognizers(language: str) -> list[EntityRecognizer]:
    """Every kind of number, for one language of the engine: threads mix languages, so each gets all."""
    return [
        NumberRecognizer("EMAIL_ADDRESS", EMAIL, language=language, score=1.0),
        NumberRecognizer("EMAIL_ADDRESS", SPELT_EMAIL, language=language, score=0.95),
        NumberRecognizer("EMAIL_ADDRESS", SPOKEN_EMAIL, language=language, score=0.95),
        IbanRecognizer(language),
        CodeRecognizer(language),
        CardRecognizer("CREDIT_CARD", CARD, language=language),
        CardRecognizer("CREDIT_CARD", _SAME_GAP, language=language),
        CardRecognizer("CREDIT_CARD", _OVER_A_LINE, language=language),
        *(NumberRecognizer(k.entity, k.shape, is_valid=k.is_valid, after=k.after, language=language) for k in KINDS),
    ]
