"""A person's own words in a mail that a machine sent.

Service desks mark what a clerk writes as automatic, and people add a sentence to their absence note: "your R-4471 is
paid on Friday". What a notice says of payments by itself is general, in the plural, or tells whom to ask: no aside.
A sentence too many does little harm here, since whoever decides what the asides mean may find that they mean nothing.
"""

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache

from app.domain.text import Span
from app.reading.language import detect_language, is_readable
from app.reading.machinery.cues import ANSWERS, TICKET, TOPIC, count
from app.reading.machinery.further_cues import PAYS
from app.reading.spans import fold, sentences
from app.reading.trade.idioms import says

_FAULTS = (
    "dispute", "price", "quality", "quantity", "not_received", "duplicate", "missing_po", "unrecognised",
    "other_dispute", "refusal",
)  # fmt: skip
_TRADE = (
    "pay",
    *_FAULTS,
    "tax",
    "terms",
    "extension",
    "distress",
    "document",
    "hardship",
    "legal",
    "complaint",
    "bank",
)
_CLAIMS = (*_TRADE, "past", "future", "question")

_INVOICE = (
    r"(?:invoice|bill|rechnung|rg\.?|facture|factura|fattura|factuur|nota fiscal|fatura)"
    r"(?: (?:no|nr|num|number|nummer|n|numero))?[ .:°º#]{1,3}(?=[\w/-]{0,12}\d{3})"
)
_NUMBER = re.compile(
    rf"(?i:\b{_INVOICE})|\b[A-Z]{{1,5}}[-/ ]?\d{{3,}}|\b[A-Za-z]{{1,5}}[-/]?\d{{3,}}"
    r"|[€£$] ?\d|\b\d[\d.,']{0,12} ?(?:€|£|\$|(?i:eur|euros?|usd|gbp|chf)\b)"
)
"""An invoice, or a sum: neither stands in a notice that knows nothing of the mail it answers."""

_THE_INVOICE = re.compile(
    r"\b(?:the|your|this|that|our|die|das|der|ihre?|eure|diese[rs]?|unsere|le|la|l'|votre|vos|ce|cette|notre|el|su|esta"
    r"|este|nuestr[ao]|de|het|uw|jullie|deze|dit|onze|il|lo|vostr[ao]|sua|suo|quest[ao]|o|a|vossa|nossa|essa)"
    r"[ ']?(?:[^\W\d]{1,20} ){0,2}(?:invoice|bill|amount|goods|delivery|rechnung|betrag|ware|lieferung|facture|montant"
    r"|livraison|marchandise|factura|importe|mercancia|entrega|factuur|bedrag|goederen|levering|fattura|importo|merce"
    r"|consegna|fatura|valor|mercadoria)\b"
)
_MANY = (
    r"payments|invoices|bills|zahlungen|rechnungen|factures|(?:reg|paie)(?:le)?ments|virements|pagos|facturas"
    r"|pagamenti|fatture|betalingen|facturen|pagamentos|faturas"
)
_IN_GENERAL = re.compile(
    r"\b(?:if|in case|falls|wenn|sofern|si|s'il|en caso|en cas|se|als|indien|caso|em caso|in caso|qualora)\b"
    r"|^\W*(?:for|bei|fur|pour|para|per|voor|por)\b"
    r"|(?<!your )(?<!these )(?<!two )(?<!both )(?<!ihre )(?<!beiden )(?<!vos )(?<!sus )(?<!vuestras )(?<!uw )"
    r"(?<!jullie )(?<!vostre )(?<!suas )(?<!vossas )"
    rf"\b(?:{_MANY})\b|\b(?:suppliers|vendors|lieferanten|fournisseurs|proveedores|leveranciers|fornitori|fornecedores)\b"
    r"|\b(?:every|each|always|jeden|immer|chaque|toujours|cada|siempre|elke|altijd|ogni|sempre|weekly|monthly)\b"
    r"|\bzahl(?:ungs)?lauf\b|\bpay(?:ment)? runs?\b (?:is|are|takes?)"
    r"|\b(?:accounts payable|cuentas (?:por|a) pagar|contas a pagar|comptes fournisseurs)\b"
)
_DAY = re.compile(
    r"\b(?:today|tonight|tomorrow|monday|tuesday|wednesday|thursday|friday|heute|morgen|montag|dienstag|mittwoch"
    r"|donnerstag|freitag|aujourd'hui|demain|lundi|mardi|mercredi|jeudi|vendredi|hoy|manana|lunes|martes|miercoles"
    r"|jueves|viernes|vandaag|maandag|dinsdag|woensdag|donderdag|vrijdag|oggi|domani|lunedi|martedi|mercoledi|giovedi"
    r"|venerdi|hoje|amanha|segunda|terca|quarta|quinta|sexta|weekend|week|woche|semaine|semana|settimana"
    r"|(?:the|on|am|zum|bis|le|au|el|al|il|op|de|dia|em) \d{1,2}(?:st|nd|rd|th|er|e)?)\b"
)
_REFERS = re.compile(r"\S@\S|https?:|\bwww\.|(?:\d[ ./()-]{0,2}){7}\d")
_ECHO = re.compile(
    r"^\W*(?:subject|betreff|objet|asunto|oggetto|onderwerp|assunto|(?:short )?description|category|kategorie"
    r"|beschreibung|re|title|titel|titre)\b[^:]{0,20}:|[\"»«“”„]"
)
_PARAGRAPH = re.compile(r"\n[ \t]*\n")


def find_asides(text: str, new: Sequence[Span]) -> tuple[Span, ...]:
    """Where the new words speak of an invoice or payment of ours, each time up to the end of the paragraph."""
    language = _language("\n".join(span.of(text) for span in new))
    return tuple(aside for span in new for aside in _asides(text, span, language))


def may_be_for_us(text: str) -> bool:
    """Whether it can be read, or asks, or concerns invoices, goods or money: then no header alone makes a machine."""
    folded = fold(text)
    if is_readable(text) or "?" in text or any(cue.search(text) for cue in (ANSWERS, TOPIC, PAYS, _NUMBER)):
        return True
    language = _language(text)
    return any(says(concept, language, folded) for concept in _TRADE)


def says_nothing_else(text: str) -> bool:
    """Whether a notice of absence asks nothing, and speaks of the trade only in general or to say whom to ask."""
    language = _language(text)
    return "?" not in text and not any(
        says(concept, language, folded)
        for folded in (fold(span.of(text)) for span in sentences(text))
        for concept in (("bank",) if _REFERS.search(folded) or _IN_GENERAL.search(folded) else _TRADE)
    )


def _asides(text: str, span: Span, language: str) -> Iterator[Span]:
    words = span.of(text)
    end = 0
    for sentence in sentences(words):
        if sentence.start < end or not _is_about_ours(sentence.of(words), language):
            continue
        cut = _PARAGRAPH.search(words, sentence.end)
        end = cut.start() if cut else len(words)
        yield Span(span.start + sentence.start, span.start + end)


def _is_about_ours(sentence: str, language: str) -> bool:
    folded = fold(sentence)

    def shows(*concepts: str) -> bool:
        return any(says(concept, language, folded) for concept in concepts)

    if shows("bank"):
        return True
    is_payment = shows("pay") and shows("past", "future")
    if _REFERS.search(sentence) or (count(TICKET, sentence) and not is_payment):
        return False
    if _NUMBER.search(sentence):
        return not _ECHO.search(folded) and shows(*_CLAIMS)
    if "?" in folded or _IN_GENERAL.search(folded):
        return False
    is_told = shows("past", "future") or _DAY.search(folded) is not None or ANSWERS.search(sentence) is not None
    return (shows("pay") and is_told) or (_THE_INVOICE.search(folded) is not None and shows(*_FAULTS))


@lru_cache(maxsize=64)
def _language(text: str) -> str:
    return detect_language(text)
