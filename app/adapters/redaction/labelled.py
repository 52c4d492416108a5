"""Numbers and dates that their own words make personal, whether or not a check digit could prove them.

"BSN", "passport no.", "né le": who writes such a word writes what it names behind it. A slip of the pen, or a country
without check digits, must not let it through.
"""

import re
from collections.abc import Iterator

from presidio_analyzer import LocalRecognizer, RecognizerResult
from presidio_analyzer.nlp_engine import NlpArtifacts

from app.adapters.redaction.finds import REFERENCE, before

SCORE = 0.86
"""Under a proven code, so that this keeps its own name, and over a phone's."""
LEAST_DIGITS, SHORTEST, LONGEST, SHORTEST_MIXED = 4, 6, 20, 8
NUMBER = re.compile(
    r"(?<![\w@/])(?=[A-Z]{1,6}[ .-]?\d|[A-Za-z]{0,16}\d)[A-Za-z0-9]{1,20}"
    r"(?:[ \u00a0.\-/](?:[A-Z]{0,4}\d[A-Za-z0-9]{0,14}|[A-Z]{1,4}))"
    r"{0,6}(?![\w@])(?![.,]\d)(?![^\S\n]?(?:[€$£%]|EUR|CHF|GBP|USD|euro))"
)
"""Letters and digits in groups; a group behind the first has a digit, or is a few capitals."""
GAP = r"(?P<gap>[^\d\n;!?|]{0,30})$"

PEOPLE = (
    r"\bn?a[hv][vs](?:\b|-)|\bssn|social security|(?-i:NINO)|national insurance|\bnhs\b|\bppsn?\b|\bsin number"
    r"|\bbsn|burgerservice\w{0,20}|sofi-?nummer|rijksregister\w{0,20}|num[eé]ro national"
    r"|national (?:id|identity|identification) n\w{1,20}"
    r"|(?:steuer|tax)[- ]?id\w{0,20}|steuer-?identifikations\w{0,20}|\bidnr|\bsv-?n(?:r|ummer)|\bsvnr"
    r"|sozialversicherungs?-?n\w{1,20}"
    r"|s[eé]curit[eé] sociale|\bs[eé]cu\b|seguridad social|seguran[çc]a social"
    r"|\bniss\b|\bcpf\b|codice fiscale|cod\. ?fisc\w{0,20}"
    r"|\bdni\b|\bn\.?i\.?f\b|(?-i:\bNIE\b)|\bpesel\b|\bcpr\b|personnummer|personal id n\w{1,20}"
    r"|\bcurp\b|\btckn\b|\bhetu\b"
)
DOCUMENTS = (
    r"pas{1,2}[ae]?port[eo]?(?:nummer)?|paspoort\w{0,20}|reisepass\w{0,20}|\bpass-?n(?:r|ummer)"
    r"|(?:personal)?ausweis\w{0,20}|carte (?:nationale )?d['\u2019]identit[eé]|\bcni\b"
    r"|carta d['\u2019]identit[aà]|identity card|\bid[- ]card"
    r"|documento (?:de|di) identi\w{1,20}|cart[aã]o (?:de|do) cidad[aã]o|bilhete de identidade"
    r"|identiteitskaart\w{0,20}|\bid-kaart\w{0,20}"
    r"|driv(?:ing|er['\u2019]?s) licen[cs]e|f[uü]hrerschein\w{0,20}|permis(?: de conduire|(?= ?(?:n°)?[ :]{0,3}$))"
    r"|(?:carn[eé]t?|permiso) de conducir"
    r"|carta de condu[çc][aã]o|\bcnh\b|\bpatente\b|rijbewijs\w{0,20}|titre de s[eé]jour|aufenthaltstitel"
    r"|residence permit"
    r"|permesso di soggiorno|(?:permiso|tarjeta) de residencia|verblijfsvergunning|verblijfsdocument"
)
BORN = (
    r"date of birth|birth[- ]?da(?:te|y)|\bd\.?o\.?b\b|\bborn\b|\bgeb(?:oren|urtstag\w{0,20}|urtsdatum|\.)"
    r"|date de naissance|\bn[eé]{1,2} le"
    r"|\bnée? (?:à|en)|fecha de nacimiento|f\. ?(?:de )?nac\w{0,20}|\bnacid[oa]\b|geboortedatum|\bgeboren\b"
    r"|data di nascita|\bnat[oa] (?:il|a)|data de nascimento|\bnascid[oa]\b"
)
MONTH_NAME = r"[^\W\d_]{3,10}\.?"
DATE = re.compile(
    r"(?<![\w./-])(?:\d{1,2}(?P<sign>[./ -])[^\S\n]?\d{1,2}(?P=sign)[^\S\n]?(?:\d{4}|\d{2})"
    r"|\d{4}([./-])\d{1,2}\2\d{1,2}"
    rf"|\d{{1,2}}(?:st|nd|rd|th|er|\.|º)?[^\S\n](?:(?:de|of)[^\S\n])?{MONTH_NAME},?[^\S\n](?:(?:de|del)[^\S\n])?\d{{4}}"
    rf"|(?:19|20)\d{{6}})(?!\w)(?![./-]\d)"
)
NO_NUMBER = re.compile(rf"{DATE.pattern}|[A-Za-z]{{2,5}}[-/][\d/-]{{1,20}}")
DATE_BY_MONTH = re.compile(rf"(?<!\w){MONTH_NAME}[^\S\n]\d{{1,2}}(?:st|nd|rd|th)?,?[^\S\n]\d{{4}}(?!\w)")

_PERSON, _DOCUMENT, _BORN = (re.compile(rf"(?:{words}){GAP}", re.IGNORECASE) for words in (PEOPLE, DOCUMENTS, BORN))


class LabelledRecognizer(LocalRecognizer):
    def __init__(self, language: str) -> None:
        super().__init__(
            supported_entities=["NATIONAL_ID", "ID_DOCUMENT", "BIRTH_DATE"],
            supported_language=language,
            name="labelled",
        )

    def load(self) -> None:
        """Nothing to load."""

    def analyze(self, text: str, entities: list[str], nlp_artifacts: NlpArtifacts) -> list[RecognizerResult]:
        return [RecognizerResult(entity, start, end, SCORE) for entity, start, end in self._found(text)]

    def _found(self, text: str) -> Iterator[tuple[str, int, int]]:
        for match in NUMBER.finditer(text):
            written, lead = match.group(), before(text, match.start())
            if not _is_number(written):
                continue
            for words, entity in ((_PERSON, "NATIONAL_ID"), (_DOCUMENT, "ID_DOCUMENT")):
                called = words.search(lead)
                if called and REFERENCE.search(called["gap"]) is None:
                    yield entity, *match.span()
        for shape in (DATE, DATE_BY_MONTH):
            for match in shape.finditer(text):
                if _BORN.search(before(text, match.start())):
                    yield "BIRTH_DATE", *match.span()


def _is_number(written: str) -> bool:
    """Long enough, with digits enough, no date, and not a paper's number ("INV-5512")."""
    signs = sum(c.isalnum() for c in written)
    digits = sum(c.isdigit() for c in written)
    is_mixed = signs >= SHORTEST_MIXED and digits > 1 and written.isupper()
    return (
        (digits >= LEAST_DIGITS or is_mixed) and SHORTEST <= signs <= LONGEST and NO_NUMBER.fullmatch(written) is None
    )
