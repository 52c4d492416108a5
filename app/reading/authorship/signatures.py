"""Where the writer stops writing: signature mark, telephone's boast, contact block, disclaimer.

A bare "Regards, Anna" is left in the text: it is the writer's own, and harmless. What is cut is what could be taken
for content: numbers, addresses, company lines, legal small print.
"""

import re
from collections.abc import Sequence

from app.reading.authorship.afterwords import afterword, is_own, is_postscript, paragraphs_of
from app.reading.authorship.quotes import Line
from app.reading.authorship.small_print import is_small_print, opens_disclaimer

_MARK = re.compile(r"^\s{0,3}(?:--|-- |\u2014|\u2013\u2013|__|---)\s*$")
_RULE = re.compile(r"^\s{0,3}[-_=*]{5,80}\s*$")
_DEVICES = (
    r"iphone|ipad|i?phone|android|samsung|galaxy|huawei|xiaomi|pixel|blackberry|outlook|e-?mail|mail|mailbox|"
    r"airmail|handy|mobil\w*|smartphone|"
    r"téléphone|portable|"
    r"móvil|movil|cellulare|telefono|telefoon|telemóvel|telefone|celular|windows|yahoo|gmail|gmx|web\.de|proton\w*|"
    r"thunderbird|ios|tablet|device|"
    r"gerät|"
    r"mobilgerät|spark|inbox|myMail|k-9|orange|acompli"
)
_MOBILE = re.compile(
    rf"^\W{{0,3}}(?:sent from (?:my|a|the|yahoo|outlook|mail|windows|samsung|gmail|proton|mobile|"
    rf"(?:\w+ ){{0,3}}(?:{_DEVICES}))\b.{{0,80}}"
    rf"|sent (?:via|with|by|using) (?:my |the )?(?:\w+ ){{0,3}}(?:{_DEVICES})\b.{{0,60}}"
    rf"|(?:someone )?from (?:my )?(?:mobile|iphone|ipad)\b.{{0,40}}"
    rf"|von mein\w{{1,3}} .{{1,60}}gesendet.{{0,60}}|diese (?:nachricht|"
    rf"e-?mail) wurde von mein\w{{1,3}} .{{1,60}}gesendet.{{0,60}}"
    rf"|(?:gesendet|versendet|verschickt) (?:von|mit|über|aus|via)\b.{{0,40}}(?:{_DEVICES})\b.{{0,60}}"
    rf"|envoyé (?:de|depuis|à partir|avec|via)\b.{{0,40}}(?:{_DEVICES})\b.{{0,60}}"
    rf"|enviad[oa] (?:desde|do|de|a partir|con|com|via|pelo)\b.{{0,40}}(?:{_DEVICES})\b.{{0,60}}"
    rf"|inviato (?:da|dal|dallo|con|tramite)\b.{{0,40}}(?:{_DEVICES})\b.{{0,60}}"
    rf"|(?:verzonden|verstuurd) (?:vanaf|vanuit|van|met|via)\b.{{0,40}}(?:{_DEVICES})\b.{{0,60}}"
    rf"|(?:get|download|holen sie sich|laden sie|télécharge[rz]|obtenez|obtén|obtener|descargar|scarica|ottieni|"
    rf"obter|obtenha|download|"
    rf"haal) outlook\b.{{0,80}})$",
    re.IGNORECASE,
)
_SIGN_OFF = re.compile(
    r"^(?:(?:with |kind|best|warm|many|kindest|warmest)? ?(?:regards|wishes)|kind regards|best|cheers|sincerely|"
    r"yours(?: \w+)?|many thanks|"
    r"thanks(?: and regards)?|thank you|rgds|br|kr|ta"
    r"|mit (?:freundlichen|besten|herzlichen|vielen|lieben|freundlichem)(?: kollegialen)? grü(?:ß|ss)(?:en)?|"
    r"(?:viele|beste|liebe|freundliche|"
    r"herzliche|schöne|schönen|mfg|vg|lg|bg|gru(?:ß|ss))(?: grü(?:ß|ss)e)?(?: aus \w+)?|danke(?: und gruß)?|"
    r"hochachtungsvoll"
    r"|(?:bien |très )?(?:cordialement|cdlt|cdt)|(?:salutations|sincères salutations|meilleures salutations|"
    r"bien à vous|merci(?: d.avance)?|"
    r"respectueusement)"
    r"|(?:un |muchos )?(?:saludos?|cordial saludo|saludos cordiales|atentamente|gracias|atte)|"
    r"reciba un cordial saludo"
    r"|(?:met )?(?:vriendelijke|hartelijke) groet(?:en)?|(?:groet(?:en|jes)?|mvg|dank|bedankt|hoogachtend)"
    r"|(?:cordiali|distinti|cordialmente|tanti) ?(?:saluti)?|saluti|grazie|(?:com os )?(?:melhores )?cumprimentos|"
    r"(?:atenciosamente|obrigad[oa]|"
    r"abraço|att|grato|grata)"
    r")(?:,? (?:and|und|et|y|en|e) .{1,20})?[\s,.!;-]{0,4}$",
    re.IGNORECASE,
)
_CONTACT = re.compile(
    r"^\+?\(?\d[\d ()/.-]{7,20}\d$|(?:^|[\s|(,])(?:tel|telefon|téléphone|tél|phone|mobile?|mob|cell|fon|fax|"
    r"durchwahl|móvil|teléfono|telefono|"
    r"cellulare|telefoon|telemóvel|t|m|f|p)\s?[.:]{1,2}\s?[+(\d]"
    r"|(?:^|[\s|,(])(?:\+|00)\d{2}[\d ()/.-]{6,}|(?:^|[\s|,])\(?0\d{1,5}\)?[ /-]?\d[\d /-]{4,}|(?:^|"
    r"\s)\(\d{3}\) ?\d{3}-\d{4}|\b\d{3}-\d{3}-\d{4}\b"
    r"|\S@\S{1,255}\.\w|https?://|\bwww\.|\w \| \w|\b(?:gmbh|ltd|limited|plc|llc|inc|s\.?a\.?r\.?l|s\.?a\.?s|s\.?r\.?l|"
    r"s\.?p\.?a|b\.?v|n\.?v|s\.?l|lda|"
    r"e\.k|kg|ag|se)\b\.?(?:\s|$|,)"
    r"|\b(?:vat|ust-?id\w*|hrb|hra|amtsgericht|geschäftsführer|registered (?:in|office)|company (?:no|number)|siret|"
    r"siren|rcs|cif|kvk|btw|"
    r"p\.?\s?iva|nif|nipc)\b"
    r"|(?-i:(?<![\w-])\d{4,5} [A-ZÄÖÜÉ]\w+|\b[A-Z]{1,2}\d{1,2}[A-Z]? \d[A-Z]{2}\b)",
    re.IGNORECASE,
)
_ROLE = re.compile(
    r"\b(?:accounts? (?:payable|department|assistant|dept)|controller|director|manager|finance|accountant|"
    r"bookkeep\w*|purchas\w*|procurement|"
    r"treasur\w*|head of|assistant|"
    r"buchhaltung|kreditoren\w*|debitoren\w*|einkauf|geschäftsführ\w*|leiter\w*|sachbearbeit\w*|prokurist\w*|"
    r"comptab\w*|directeur|directrice|"
    r"responsable|gérant\w*|trésor\w*|"
    r"director\w?|contab\w*|administraci\w*|tesorer\w*|gerente|amministra\w*|responsabile|administrati\w*|"
    r"boekhoud\w*|crediteuren\w*|inkoop|"
    r"directie|financeir\w*|dept|department|in-house|counsel|officer|ceo|cfo)\b",
    re.IGNORECASE,
)
_MONEY_OR_NUMBER = re.compile(r"[€$£]|\b(?:eur|usd|gbp|chf)\b|\d[.,]\d{2}\b|\b[A-Z]{1,4}-?\d{4,}", re.IGNORECASE)
_NAME = re.compile(
    r"^(?:(?:i\. ?[av]\.|ppa\.?|p\.p\.|dr\.?|prof\.?|mr\.?|mrs\.?|ms\.?|dipl\.-\w{1,20}\.?|//|-|"
    r"~)\s?){0,6}[^\W\d_][\w.'\u2019-]*(?: [^\W\d_][\w.'\u2019-]*){0,3}[,.]?$",
    re.IGNORECASE,
)
_LONGEST = 90
_MOST_LINES = 8
_SENTENCE_WORDS = 9
_FEW_WORDS = 3
_SEARCHED = 60
_PARAGRAPHS = 12
_AFTERWORDS = 2


def find_signature(lines: Sequence[Line], sender_name: str = "", *, is_alone: bool = False) -> range | None:
    """The lines of the signature within the writer's last run of lines; None when there is none. What the writer says
    below it is theirs again, and ends it.

    `is_alone`: the run stands below quoted text and may be nothing but a signature.
    """
    start = _start(lines, sender_name, is_alone)
    if start is not None:
        is_boast = _MOBILE.match(lines[start].text.strip()) is not None
        return range(start, afterword(lines, start + is_boast, skips_first=not is_boast) or len(lines))
    for first, text in list(paragraphs_of(lines))[-_AFTERWORDS:]:
        start = _start(lines[:first], sender_name, is_alone) if is_own(text) else None
        if start is not None and (is_postscript(text) or _SIGN_OFF.match(lines[start].text.strip())):
            return range(start, first)
    return None


def _start(lines: Sequence[Line], sender_name: str, is_alone: bool) -> int | None:
    filled = [number for number, line in enumerate(lines) if not line.is_blank]
    if not filled:
        return None
    marked = _marked(lines, filled)
    kept = [number for number in filled if marked is None or number < marked]
    start = _small_print(lines, kept)
    start = _contact_block(lines, [number for number in kept if start is None or number < start], sender_name, start)
    found = start if start is not None else marked
    return found if found is not None and (is_alone or found > filled[0]) else None


def _marked(lines: Sequence[Line], filled: Sequence[int]) -> int | None:
    """A mark counts near the end, a telephone's boast anywhere: what follows it is never the writer's."""
    for position, number in enumerate(filled):
        text = lines[number].text
        if len(text) <= _LONGEST + _SEARCHED and _MOBILE.match(text.strip()):
            return number
        left = len(filled) - position
        if left <= _MOST_LINES * 3 and _MARK.match(text):
            return number
        if (
            left <= _MOST_LINES * 2
            and _RULE.match(text)
            and _is_card([lines[below].text for below in filled[position + 1 :]])
        ):
            return number
    return None


def _is_card(texts: Sequence[str]) -> bool:
    """Short lines, one of them with a way to reach somebody."""
    return all(len(text) <= _LONGEST and not _is_sentence(text.strip()) for text in texts) and any(
        map(_CONTACT.search, texts)
    )


def _small_print(lines: Sequence[Line], filled: Sequence[int]) -> int | None:
    """A disclaimer and all below it, or paragraphs of small print at the end. Never a mail's first line."""
    if not filled:
        return None
    start = next((n for n in filled[1:][-_SEARCHED:] if opens_disclaimer(lines[n].text.strip())), None)
    if start is not None:
        return start
    for first, text in reversed(list(paragraphs_of(lines[: filled[-1] + 1]))[-_PARAGRAPHS:]):
        if first == filled[0] or is_own(text) or not is_small_print(text):
            break
        start = first
    return start


def _contact_block(lines: Sequence[Line], filled: Sequence[int], sender_name: str, below: int | None) -> int | None:
    """Climb from the end over lines that only a signature has; the sign-off above them is the last to go with them."""
    start, has_contact, names = below, below is not None, 0
    for number in reversed(filled[-_MOST_LINES * 2 :]):
        text = lines[number].text.strip()
        if _SIGN_OFF.match(text):
            return number if has_contact and start is not None else below
        if _is_content(text):
            break
        is_own_name = _is_name_of(text, sender_name)
        if _CONTACT.search(text) or _ROLE.search(text):
            has_contact = True
        elif is_own_name and (has_contact or names):
            return _with_sign_off(lines, filled, number)
        elif _NAME.match(text) and number > filled[0] and (start is None or start == number + 1):
            names += 1
        else:
            break
        start = number
    if start is None or not has_contact or _is_introduced(lines, filled, start):
        return below
    return start


def _with_sign_off(lines: Sequence[Line], filled: Sequence[int], number: int) -> int:
    above = [other for other in filled if other < number]
    return above[-1] if above and _SIGN_OFF.match(lines[above[-1]].text.strip()) else number


def _is_content(text: str) -> bool:
    return (
        len(text) > _LONGEST
        or _is_sentence(text)
        or (_MONEY_OR_NUMBER.search(text) is not None and not _CONTACT.search(text))
    )


def _is_sentence(text: str) -> bool:
    words = len(text.split())
    if text.endswith(("?", "!", ":")) or words > _SENTENCE_WORDS * 2:
        return True
    if words > _SENTENCE_WORDS and text.endswith("."):
        return True
    return words > _FEW_WORDS and (text.endswith(".") or text[0].islower()) and not _CONTACT.search(text)


def _is_name_of(text: str, sender_name: str) -> bool:
    """The line begins with the sender's name, as the From field has it."""
    return bool(sender_name) and " " in sender_name and text.lower().startswith(sender_name.lower())


def _is_introduced(lines: Sequence[Line], filled: Sequence[int], start: int) -> bool:
    """Lines after "please write to:" are an answer, not a signature."""
    above = [number for number in filled if number < start]
    return not above or lines[above[-1]].text.rstrip().endswith(":") or above[-1] == start - 1
