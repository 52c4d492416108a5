"""Telephone numbers: shapes by eye, validity by number plan, and the words before them as judge."""

import re
from collections.abc import Iterator

import phonenumbers
from presidio_analyzer import LocalRecognizer, RecognizerResult
from presidio_analyzer.nlp_engine import NlpArtifacts

from app.adapters.redaction.finds import REFERENCE, before

CANDIDATE = re.compile(
    r"(?<![\w#+.,€$£])(?<![^\W\d_][-/])(?:\+[^\S\n]?|\(\+)?\(?"
    r"\d(?:[^\S\n]{0,2}[().\-/\u2013\u2011]{0,2}[^\S\n]?\d){4,23}+"
    r"(?:,?[^\S\n]?(?:x|ext(?:n|ension|ensi[oó]n|ens[aã]o)?|DW|Dw|Durchwahl|App|poste|int(?:erno)?|toestel|tst)"
    r"(?![^\W\d_])[.:]?[^\S\n]?\d{1,5})?"
    r"(?!\w)(?![.,:/-]\d)"
)
EXTENSION = re.compile(r",?[^\S\n]?[^\W\d_]")
SHORT = re.compile(
    r"(?:\b(?:durchwahl|dw|ext(?:n|ension|ensi[oó]n|ens[aã]o)?|toestel|tst|fax|nebenstelle|anexo|ramal|interno)\b"
    r"|[(,][^\S\n]?(?:poste|int\.|app\.)|\bau poste)"
    r"[.:]?[^\S\n]{0,2}(?P<number>-?\d{2,5})(?![\w/-]|[.,]\d)",
    re.IGNORECASE,
)
"""An extension by itself."""
BETWEEN = re.compile(r"(?<![^\S\n])[^\S\n]++[/\u2013-][^\S\n]++")
"""What may stand within one number, or between two."""
TWO_NUMBERS = 15
LABELS = (
    r"tel|telephone|phone|ph|mobile|mob|cell|direct|dial|ddi|dd|switchboard|fax|call|ring|whatsapp|desk|office|home|work"
    r"|answering at|reach (?:me|us|him|her) (?:at|on)"
    r"|telefon|fon|handy|mobil|durchwahl|dw|rufnummer"
    r"|t[eé]l|t[eé]l[eé]phone|portable|port|fixe|ligne directe|standard"
    r"|t[eé]l[eé]fono|telf|tfno|tlf|m[oó]vil|fijo|telefoon|mobiel|gsm|bel|bereikbaar op"
    r"|(?:telefon|handy|mobil|ruf|fax|telefoon|gsm-?|mobiel)-?(?:nummer|nr)|r[uü]ckruf|erreichbar|anrufen|festnetz"
    r"|(?:my|mein|mon|mi|mijn|mio|meu) (?:number|nummer|num[eé]ro|n[uú]mero|nr)"
    r"|text me|sms|joignable|joindre|(?:r?appel|ll[aá]m|chiam)\w{1,6}|ligue|ligar"
    r"|telefono|cellulare|telefone|telem[oó]vel|tlm|telm"
)
LABELLED = re.compile(rf"(?:\b(?:{LABELS})\b[^\n\d]{{0,18}}|(?:^|[\s|·,;])[TMPFHD][.:][^\S\n]*)$", re.IGNORECASE)
LABELLED_BEHIND = re.compile(
    r"[^\S\n]?[-\u2013(]?[^\S\n]?(?:office|fax|mobile|cell|home|work|direct|desk|phone|tel)\b", re.IGNORECASE
)
MONEY_BEFORE = re.compile(r"(?:[€$£]|\b(?:EUR|USD|GBP|CHF))[^\S\n]*$")
MONEY_AFTER = re.compile(r"[^\S\n]?(?:[€$£%]|(?:EUR|USD|GBP|CHF|euros?|kg|pcs|stk|km)\b)")
DATE = re.compile(
    r"(?:\d{1,2}[./-]\d{1,2}[./-](?:\d{2}|\d{4})|\d{4}[./-]\d{1,2}[./-]\d{1,2})(?:\s+\d{1,2}(?:[.]\d{2})?)?"
)
REGIONS = {
    "en": ("GB", "US", "IE"),
    "fr": ("FR", "BE", "CH", "LU"),
    "de": ("DE", "AT", "CH"),
    "es": ("ES",),
    "nl": ("NL", "BE"),
    "it": ("IT", "CH"),
    "pt": ("PT", "BR"),
}
WITHOUT_ZERO = frozenset({"ES", "PT", "IT", "US", "LU", "BR"})
NANP = re.compile(r"(?:1[ .-]?)?(?:\(\d{3}\)[ -]?|\d{3}[ .-])\d{3}[ .-]\d{4}")
SHORTEST, LONGEST, SHORTEST_LABELLED = 8, 20, 5


class PhoneRecognizer(LocalRecognizer):
    def __init__(self, language: str) -> None:
        self.regions = REGIONS[language]
        self.others = tuple(dict.fromkeys(r for regions in REGIONS.values() for r in regions if r not in self.regions))
        super().__init__(supported_entities=["PHONE_NUMBER"], supported_language=language, name="phone")

    def load(self) -> None:
        """Nothing to load."""

    def analyze(self, text: str, entities: list[str], nlp_artifacts: NlpArtifacts) -> list[RecognizerResult]:
        places = [
            (start + _opens_only(text[start:end]), end)
            for match in CANDIDATE.finditer(text)
            for start, end in _numbers(match)
            if self._is_phone(text, start, end)
        ]
        places += [match.span("number") for match in SHORT.finditer(text)]
        return [RecognizerResult("PHONE_NUMBER", start, end, 0.8) for start, end in places]

    def _is_phone(self, text: str, start: int, end: int) -> bool:
        number, lead = text[start:end], before(text, start)
        digits = sum(c.isdigit() for c in number)
        if (
            digits > LONGEST + 2
            or DATE.fullmatch(number)
            or MONEY_BEFORE.search(lead)
            or MONEY_AFTER.match(text, end)
            or REFERENCE.search(lead)
        ):
            return False
        if LABELLED.search(lead) or LABELLED_BEHIND.match(text, end):
            return digits >= SHORTEST_LABELLED
        if digits < SHORTEST:
            return False
        return self._is_in_plan(EXTENSION.split(number)[0])

    def _is_in_plan(self, number: str) -> bool:
        bare = number.lstrip("(")
        if bare.startswith(("+", "00")):
            return _is_possible("+" + bare.lstrip("+0 ") if bare.startswith("00") else bare, None)
        is_grouped = any(not c.isdigit() for c in number)
        if bare.startswith("0"):
            known = any(_is_valid(number, region) for region in (*self.regions, *self.others))
            return known or (is_grouped and any(_is_possible(number, region) for region in self.regions))
        if NANP.fullmatch(number):
            return _is_possible(number, "US")
        if not is_grouped:
            return False
        return any(_is_valid(number, region) for region in self.regions if region in WITHOUT_ZERO)


def _numbers(match: re.Match[str]) -> Iterator[tuple[int, int]]:
    """The number, or the two of "0161 496 0233 / 07700 900 713"."""
    number, start = match.group(), match.start()
    if sum(c.isdigit() for c in number) < TWO_NUMBERS:
        yield start, match.end()
        return
    for gap in BETWEEN.finditer(number):
        yield start, match.start() + gap.start()
        start = match.start() + gap.end()
    yield start, match.end()


def _opens_only(number: str) -> int:
    """1 for a bracket that the number does not close: it belongs to the sentence."""
    return int(number.startswith("(") and ")" not in number)


def _is_valid(number: str, region: str) -> bool:
    try:
        return phonenumbers.is_valid_number(phonenumbers.parse(number, region))
    except phonenumbers.NumberParseException:
        return False


def _is_possible(number: str, region: str | None) -> bool:
    try:
        return phonenumbers.is_possible_number(phonenumbers.parse(number, region))
    except phonenumbers.NumberParseException:
        return False
