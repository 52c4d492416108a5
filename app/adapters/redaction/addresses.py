"""Postal addresses by their shape: street and number in the order of each language, postcode and town behind it."""

from presidio_analyzer import EntityRecognizer

from app.adapters.redaction.finds import NumberRecognizer

# Every repetition is bounded and every gap takes a character: hostile text cannot make the search slow.
_S = r"[ \u00a0]"
_WORD = r"[^\W\d_][\w'\u2019.-]{0,30}"
_CAP = r"[A-ZÀ-ÖØ-Þ][\w'\u2019.-]{0,30}"
_NUMBER = rf"\d{{1,4}}(?:{_S}?[a-zA-Z](?!\w))?(?:{_S}?[-\u2013/]{_S}?\d{{1,4}}[a-zA-Z]?)?(?!\w)(?![.,]\d)"
_LEADING = r"(?<![\w.,/-])\d{1,5}[A-Za-z]?"
_GAP = rf"(?:{_S}{{0,2}}[,|·;\u2013-]{_S}{{0,2}}\n?[>\s]{{0,3}}|{_S}{{0,2}}\n[>\s]{{0,3}}|{_S}{{1,2}})"
_SMALL = (
    r"am|an der|an|im|in der|sur|de|del|della|dei|dos|das|la|las|los|le|les|di|do|da|upon|on|of|der|den|bei|l'|d'|y|e"
)
_TOWN = rf"{_CAP}(?:{_S}(?:{_CAP}|{_SMALL})){{0,4}}"
_ZIP = rf"(?:[A-Z]{{1,2}}-)?\d{{4,5}}(?:-\d{{3}})?(?:{_S}?[A-Z]{{2}}(?!\w))?"
_ZIP_TOWN = rf"(?:{_GAP}{_ZIP}{_S}{_TOWN}(?:{_S}?\([A-Z]{{2}}\))?)"
_UK_POSTCODE = rf"[A-Z]{{1,2}}\d[A-Z\d]?{_S}?\d[A-Z]{{2}}(?!\w)"
_UK_TAIL = rf"(?:{_GAP}{_TOWN}){{0,3}}?{_GAP}{_UK_POSTCODE}"
_US_FLAT = rf"(?:{_GAP}(?:Apt|Suite|Ste|Unit|Floor|Fl|#)\.?{_S}?\w+)?"
_US_TAIL = rf"{_US_FLAT}(?:{_GAP}{_TOWN})?{_GAP}[A-Z]{{2}}{_S}\d{{5}}(?:-\d{{4}})?"
_ABROAD_TAIL = rf"(?:{_UK_TAIL}|{_US_TAIL})?"

_EN_KIND = (
    r"(?:Street|St|Road|Rd|Avenue|Ave|Lane|Ln|Drive|Dr|Close|Court|Ct|Crescent|Cres|Way|Place|Pl|Square|Sq|Terrace|Gardens"
    r"|Hill|Park|Boulevard|Blvd|Highway|Hwy|View|Row|Mews|Grove|Walk|Green|Quay|Wharf|Yard|Parade|Rise|Vale|Circle|Cir"
    r"|Trail|Parkway|Pkwy)(?!\w)\.?"
)
_DE_ENDING = (
    r"(?:straße|strasse|str\.|weg|platz|allee|gasse|ring|damm|ufer|chaussee|markt|steig|stieg"
    r"|straat|laan|plein|gracht|kade|singel|dijk|baan|dreef)"
)
_DE_KIND = r"(?:Straße|Strasse|Str\.|Weg|Platz|Allee|Gasse|Ring|Damm|Ufer|Markt)"
_DE_LEADING = r"(?:Am|Im|An der|An den|Auf der|Auf dem|Zum|Zur|In der|Unter den)"
_FR_KIND = r"(?i:rue|avenue|av\.|boulevard|bd|bld|chemin|impasse|all[ée]e|quai|square|faubourg|sentier)"
_FR_WIDE_KIND = r"(?i:place|route|cours|passage|villa|zone|za|zi|lieu-dit|r[ée]sidence)"
_SOUTH_KIND = (
    r"(?:[Cc]alle|[Cc]/|[Aa]vda\.?|[Aa]venida|[Aa]v\.|[Pp]laza|[Pp]za\.?|[Pp]aseo|[Pp]º|[Rr]onda|[Cc]amino|[Cc]arretera|[Cc]tra\.?"
    r"|[Vv]ia|[Vv]iale|V\.le|[Pp]iazza|[Pp]iazzale|P\.zza|[Cc]orso|C\.so|[Ll]argo|[Vv]icolo|[Ss]trada"
    r"|[Rr]ua|R\.|[Pp]ra[çc]a|[Tt]ravess[ai]a?|[Ee]strada|[Aa]lameda)"
)
_SOUTH_NAME = rf"(?:(?:{_SMALL}){_S}){{0,2}}{_CAP}(?:{_S}(?:{_CAP}|{_SMALL})){{0,6}}?"
_FLAT = rf"(?:,?{_S}?\d{{1,2}}[.ºª°]\w{{0,2}}(?:{_S}[A-Za-z]\b)?)?"

_SHAPES = (
    rf"{_LEADING}(?:{_S}{_CAP}){{1,4}}?{_S}{_EN_KIND}{_ABROAD_TAIL}",
    rf"{_LEADING}(?:{_S}{_CAP}){{1,5}}?{_UK_TAIL}",
    rf"(?<![\w-]){_UK_POSTCODE}",
    rf"(?<!\w)P\.?{_S}?O\.?{_S}?Box{_S}\d+{_ABROAD_TAIL}",
    # German and Dutch: the street's kind ends its name or follows it, then the number
    rf"(?<!\w)(?:{_CAP}{_S}){{0,2}}[A-ZÄÖÜ][\w-]{{0,40}}{_DE_ENDING}{_S}?{_NUMBER}{_ZIP_TOWN}?",
    rf"(?<!\w){_CAP}(?:{_S}{_CAP}){{0,2}}{_S}{_DE_KIND}{_S}{_NUMBER}{_ZIP_TOWN}?",
    rf"(?<!\w){_DE_LEADING}(?:{_S}{_CAP}){{1,3}}{_S}{_NUMBER}{_ZIP_TOWN}",
    rf"(?<!\w)(?:Postfach|Postbus|BP|CP|Apartado(?: de Correos)?){_S}\d[\d ]{{1,7}}{_ZIP_TOWN}",
    # French: number, kind, name
    rf"{_LEADING}(?:{_S}?(?:bis|ter|quater))?,?{_S}{_FR_KIND}(?:{_S}(?:{_WORD}|\d{{1,4}})){{1,7}}?"
    rf"(?:{_ZIP_TOWN}|(?={_S}*(?:[,;\n|.]|$)))",
    rf"{_LEADING}(?:{_S}?(?:bis|ter|quater))?,?{_S}{_FR_WIDE_KIND}(?:{_S}(?:{_WORD}|\d{{1,4}})){{1,7}}?{_ZIP_TOWN}",
    # Spanish, Italian, Portuguese: kind, name, number
    rf"(?<!\w){_SOUTH_KIND}{_S}?{_SOUTH_NAME},?{_S}?(?:n[.º°o]{{0,2}}{_S}?)?{_NUMBER}{_FLAT}{_ZIP_TOWN}?",
    # a line of its own that is only postcode and town
    rf"(?m:^[>\s]{{0,3}}(?:[A-Z]{{1,2}}-)?(?:\d{{5}}|\d{{4}}{_S}[A-Z]{{2}}|\d{{4}}-\d{{3}}){_S}{_TOWN}{_S}*$)",
)


def address_recognizers(language: str) -> list[EntityRecognizer]:
    return [NumberRecognizer("LOCATION", shape, language=language, score=0.7) for shape in _SHAPES]
