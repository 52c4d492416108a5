"""Codes that prove themselves by a check digit, in whatever groups they are written.

A code starts at a letter or digit and goes on over single separators; of all the places where it may end the longest
that some kind accepts is taken. A kind with `after` needs those words before it, unless it is `bare`, which only a word
for a paper ("order no.") speaks against. What is spread over wider gaps may be a row of a table: words must call it so,
or two check digits prove it.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache

from presidio_analyzer import LocalRecognizer, RecognizerResult
from presidio_analyzer.nlp_engine import NlpArtifacts
from stdnum.ch import uid
from stdnum.de import idnr
from stdnum.es import ccc, cif, nie, nif
from stdnum.eu import vat
from stdnum.fr import nir, siren, siret
from stdnum.gb import vat as gb_vat
from stdnum.it import codicefiscale
from stdnum.nl import bsn
from stdnum.pt import nif as pt_nif

from app.adapters.redaction.finds import REFERENCE, before

SEPARATORS = " \u00a0\u202f.-/"
WIDE_SEPARATORS = SEPARATORS + "\t_"
LONGEST_CODE, SHORTEST_CODE, MOST_GAPS, WIDEST_GAP = 24, 8, 7, 3
_SEP = r"[ \u00a0\u202f.\-/\t_]{0,3}"
START = re.compile(
    rf"(?<![^\W_])(?<!\d[.,\-/])(?=\d{_SEP}\d|[A-Za-z]{{1,3}}{_SEP}\d|[A-Za-z]{{2}}{_SEP}[A-Z]{{1,2}}{_SEP}\d"
    rf"|[A-Za-z]{{3}}{_SEP}[A-Za-z]{{3}}{_SEP}\d)"
)
GAP = r"(?P<gap>[^\d]{0,32})$"
VAT_WORDS = (
    r"\b(?:ust|vat|tva|iva|btw|mwst|umsatzsteuer|mehrwertsteuer|uid|nif|p\.? ?iva|partita iva|tax)\b"
    r"(?:[ .\-]{0,2}(?:reg|id|ident|registration)\b)?"
)
TAX_WORDS = r"(?:steuer|\bid-?nr|\btin\b|tax (?:id|no|number)|identifikationsnummer)"
EU = (
    "AT",
    "BE",
    "BG",
    "CY",
    "CZ",
    "DE",
    "DK",
    "EE",
    "EL",
    "ES",
    "FI",
    "FR",
    "HR",
    "HU",
    "IE",
    "IT",
    "LT",
    "LU",
    "LV",
    "MT",
    "NL",
    "PL",
    "PT",
    "RO",
    "SE",
    "SI",
    "SK",
)
SHORTEST_BARE_VAT = 10
NOT_BEHIND = re.compile(r"[.,]\d|[^\S\n]?(?:[€$£]|EUR\b|CHF\b|GBP\b)")


def _is_vat(code: str) -> bool:
    if code.startswith("CHE"):
        return uid.is_valid(code[:12])
    if code.startswith("XI"):
        return gb_vat.is_valid("GB" + code[2:])
    return vat.is_valid(code) or (code.startswith("GB") and gb_vat.is_valid(code))


@lru_cache(maxsize=256)
def _is_vat_without_country(code: str) -> bool:
    return gb_vat.is_valid(code) or any(vat.is_valid(country + code) for country in EU)


def _is_spanish(code: str) -> bool:
    return nif.is_valid(code) or nie.is_valid(code)


@dataclass(frozen=True, slots=True)
class Code:
    """One kind. `shape` and `is_valid` are asked about the capital letters and digits alone."""

    entity: str
    shape: re.Pattern[str]
    is_valid: Callable[[str], bool]
    after: re.Pattern[str] | None = None
    bare: bool = False

    @property
    def proves_itself(self) -> bool:
        return self.entity in {"NIR", "IT_FISCAL_CODE"}


def _code(entity: str, shape: str, is_valid: Callable[[str], bool], after: str = "", *, bare: bool = False) -> Code:
    words = re.compile(f"(?:{after}){GAP}", re.IGNORECASE) if after else None
    return Code(entity, re.compile(shape), is_valid, words, bare or not after)


CODES = (
    _code("VAT_ID", rf"(?:{'|'.join(EU)}|GB|XI|CHE)[A-Z0-9]{{6,14}}", _is_vat, VAT_WORDS, bare=True),
    _code("NIR", r"[1-478]\d{4}(?:\d{2}|2[AB])\d{8}", nir.is_valid),
    _code(
        "IT_FISCAL_CODE",
        r"[A-Z]{6}[0-9LMNP-V]{2}[A-EHLMPRST][0-9LMNP-V]{2}[A-Z][0-9LMNP-V]{3}[A-Z]",
        codicefiscale.is_valid,
    ),
    _code("ES_NIF", r"[XYZKLM]\d{7}[A-Z]|\d{8}[A-Z]", _is_spanish),
    _code("COMPANY_ID", r"[ABCDEFGHJNPQRSUVW]\d{7}[0-9A-J]", cif.is_valid),
    _code("NL_BSN", r"\d{8,9}", bsn.is_valid, r"\b(?:bsn|burgerservicenummer|sofi)"),
    _code("PT_NIF", r"\d{9}", pt_nif.is_valid, r"(?:\bnif|contribuinte|\bnipc|fiscal|tax)\b"),
    _code("COMPANY_ID", r"\d{9}", siren.is_valid, r"\b(?:siren|siret|rcs)\b"),
    _code("COMPANY_ID", r"\d{14}", siret.is_valid, r"\b(?:siret|siren)\b", bare=True),
    _code("DE_TAX_ID", r"\d{11}", idnr.is_valid, TAX_WORDS, bare=True),
    _code("VAT_ID", r"[A-Z0-9]{8,12}", _is_vat_without_country, VAT_WORDS),
    _code("BANK_ACCOUNT", r"\d{20}", ccc.is_valid),
)


class CodeRecognizer(LocalRecognizer):
    def __init__(self, language: str) -> None:
        super().__init__(
            supported_entities=sorted({code.entity for code in CODES}), supported_language=language, name="codes"
        )

    def load(self) -> None:
        """Nothing to load."""

    def analyze(self, text: str, entities: list[str], nlp_artifacts: NlpArtifacts) -> list[RecognizerResult]:
        found: list[RecognizerResult] = []
        behind = 0
        for match in START.finditer(text):
            result = _read(text, match.start()) if match.start() >= behind else None
            if result is not None:
                found.append(result)
                behind = result.end
        return found


def _read(text: str, start: int) -> RecognizerResult | None:
    lead = before(text, start)
    for code, end, is_spread in reversed(list(_endings(text, start))):
        for kind in CODES:
            if is_spread and not kind.proves_itself and not (kind.after and kind.after.search(lead)):
                continue
            if kind.shape.fullmatch(code) and _is_meant(kind, text[start:end], lead) and kind.is_valid(code):
                return RecognizerResult(kind.entity, start, end, 0.9)
    return None


def _endings(text: str, start: int) -> Iterator[tuple[str, int, bool]]:
    """What the code may be, where it would end, and whether it is spread over wide gaps; the shortest first."""
    code, gap, gaps, is_spread = "", 0, 0, False
    for at in range(start, len(text)):
        sign = text[at]
        if sign.isascii() and sign.isalnum():
            code, gap = code + sign.upper(), 0
        elif sign in WIDE_SEPARATORS and gap < WIDEST_GAP and gaps - (gap > 0) < MOST_GAPS:
            is_spread = is_spread or gap > 0 or sign not in SEPARATORS
            gap, gaps = gap + 1, gaps + (gap == 0)
            continue
        else:
            return
        if len(code) > LONGEST_CODE:
            return
        ends_here = at + 1 == len(text) or not (text[at + 1].isalnum() or text[at + 1] == "_")
        if ends_here and len(code) >= SHORTEST_CODE and not NOT_BEHIND.match(text, at + 1):
            yield code, at + 1, is_spread


def _is_meant(kind: Code, written: str, lead: str) -> bool:
    words = kind.after.search(lead) if kind.after else None
    if words is not None:
        return REFERENCE.search(words["gap"]) is None
    if not kind.bare or REFERENCE.search(lead):
        return False
    small = kind.entity == "VAT_ID" and written[:2].islower()  # "de 136695976" is a preposition and a number
    return not (small and written[2] in SEPARATORS) and (kind.entity != "VAT_ID" or len(written) >= SHORTEST_BARE_VAT)
