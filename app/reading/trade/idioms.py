"""Turns of phrase that the readers of facts know beyond the lexicon (whose words the classifier counts, too).

For folded text. What is only said in passing ("that's when our batch closes" is no condition) is masked first.
"""

import re
from collections.abc import Mapping
from functools import lru_cache

from app.domain.text import Span
from app.reading.trade.grievances import GRIEVANCES
from app.reading.trade.lexicon import pattern

_MORE: Mapping[str, Mapping[str, str]] = {
    "other_dispute": {
        "en": r"\b(?:sent|send|gave|took) (?:\w+ )?back\b|\bcollection note\b",
        "de": r"\bzuruck(?:gegangen|geschickt|gesandt|gegeben)|\babholschein",
        "es": r"\balbaran de recogida",
        "nl": r"\bteruggestuurd|\bretour(?:bon|gezonden)",
        "it": r"\b(?:resa|rese|reso|rispedit[aoe])\b",
        "pt": r"\bguia de devolucao",
    },
    "future": {
        "en": r"'ll\b|\bset (?:it|that|this) up (?:in|for|at)\b|\blined up\b|"
        r"\b(?:loaded|queued|down|slated|earmarked|pencilled in|released|approved|cleared) for\b",
        "fr": r"\b(?:honore[es]*|part(?:ent)? (?:d'office|en paiement)|sera (?:depose|verse|cheque)\w*)\b|"
        r"\bsor(?:t|tent|tira|tiront) (?:au|le|la|du|dans|avec|lundi|mardi|mercredi|jeudi|vendredi)\b|"
        r"\bprogrammee?s? (?:au|pour|le|dans)\b|\bon (?:la|le|les) (?:paie|regle)\b",
        "de": r"\b(?:kriegen|bekommen) sie\b|\b(?:gelang|komm)(?:t|en)\b.{0,40}\bzur auszahlung\b|"
        r"\b(?:weise|zahle|uberweise|begleiche) (?:ich|wir)\b|\bgeht\b.{0,60}\bab\b|"
        r"\bkomm(?:t|en) (?:am |bis |nachsten? |kommenden |gleich )?"
        r"(?:montag|dienstag|mittwoch|donnerstag|freitag|"
        r"morgen|ubermorgen|\d)|\b(?:vorgesehen|eingeplant|terminiert|vorgemerkt)\b",
        "es": r"\bqueda(?:n)? (?:ordenad|programad|agendad)\w*|\b(?:autorizad|programad|agendad)[ao]s? para\b|"
        r"\bvan? (?:complet[ao]s? )?(?:las dos )?(?:en|con) (?:el|la|un) (?:mism[oa] )?(?:giro|remesa|lote|e-?cheq|"
        r"pago|transferencia|corrida|dispersion|fichero|cheque)\b|"
        r"\bsale\b|\bqueda pagad|\b(?:se )?carga(?:ra|n|ran)\b|\b(?:la|lo|las|los|le|te|os) "
        r"(?:pago|pagamos|transfiero|abono|ingreso|cancelo|cancelamos)\b|\b(?:hago|hacemos) la transferencia",
        "nl": r"\bzit(?:ten)? in de\b|\bgaat eruit\b|\b(?:ingepland|gepland) (?:voor|op)\b|"
        r"\bstaa(?:t|n) (?:\w+ ){0,4}klaar\b|"
        r"\bkom(?:t|en) (?:maandag|dinsdag|woensdag|donderdag|vrijdag|morgen)\b",
        "it": r"\bprogrammat[aoei] (?:per|al|il)\b|\b(?:e|sono) in distinta\b|"
        r"\b(?:versiamo|verso|saldo io|paghiamo|part(?:e|ono) (?:il|lunedi|martedi|mercoledi|giovedi|venerdi))\b|"
        r"\b(?:la|lo|le|li|glie\w+) (?:saldo|pago|verso|mando|giro|paghiamo|versiamo|bonifico)\b",
        "pt": r"\b(?:agendad|programad|previst)[ao]s? para\b|"
        r"\bva(?:i|o) (?:na|no) (?:segunda|terca|quarta|quinta|sexta|dia|lote|remessa)\b|"
        r"\b(?:segue|seguem|sai\b|saem\b|fica pag)|\bpaga-se\b|\bpagam-se\b|\bpagamos-(?:la|lo)s?\b",
    },
    "past": {
        "en": r"\b(?:went|gone) (?:to (?:the|our) bank|through|out|off)\b|\bleft (?:our|the|my) (?:account|bank)\b|"
        r"\bha(?:s|ve) cleared\b",
        "de": r"^\W*\S{3,20} (?:angewiesen|bezahlt|uberwiesen|beglichen)\b|"
        r"\b(?:ist|sind) (?:schon |bereits |langst )?(?:durch|raus|erledigt)\b",
        "fr": r"\b(?:est|sont) (?:deja )?(?:partie?s?|passee?s?|soldee?s?)\b",
        "es": r"\bdispersad[ao]s?\b|\bya (?:salio|salieron|esta pagad|estan pagad)",
        "nl": r"\b(?:is|zijn) (?:al )?(?:weg|gedaan|de deur uit)\b",
        "pt": r"\bpag[ao]s? (?:hoje|ontem|na|no dia)\b|\b(?:saiu|sairam|seguiu|seguiram)\b",
    },
    "pay": {
        "en": r"\bhonou?r\w*",
        "de": r"\b(?:aus|ein)(?:ge|zu)zahl(?:t|en)\b",
        "fr": r"\bhonor\w+|\bdepos(?:e|er)\w*|\bdebours\w*",
        "es": r"\btransfier\w+|\bcancel(?:o|amos|aremos|are)\b|\bingres\w+|\bcargar(?:a|an)\b",
        "it": r"\bglie\w+ saldo\b|\bversiamo\b",
        "pt": r"\btransfir\w+",
    },
    "negation": {"en": r"n't\b"},
    "duplicate": {
        "fr": r"\bmeme (?:livraison|commande|prestation)\b|\bdouble emploi\b",
        "it": r"\bstess[ao] (?:consegna|bolla|prestazione)\b",
        "pt": r"\bmesm[ao] (?:entrega|guia|servico)\b",
    },
    "unrecognised": {
        "fr": r"\bne correspond\w* a aucune?\b",
        "es": r"\bno correspond\w+ a ning\w+",
        "it": r"\bnon corrispond\w+ a (?:nessun|alcun)\w*",
        "pt": r"\bnao correspond\w+ a nenhum\w*",
    },
    "quality": {
        "en": r"\b(?:leaks?|leaking|snapped|bent|dented|came apart|won't start|wet|soaked|wavy|warped|bowed|"
        r"mouldy|stained|torn|does(?:n't| not) fit)\b",
        "fr": r"\b(?:fuit|coule|fendue?s?|tordue?s?|ne tient pas)\b",
        "de": r"\b(?:undicht|leckt|tropft|verbogen|gerissen|haarrisse?|bricht|brechen)\b",
        "es": r"\b(?:pierde (?:agua|aceite)|gotea|fuga|torcid[ao]s?|al reves|rajad[ao]s?)\b",
        "nl": r"\b(?:lekt|lekken|krom|gebarsten|gescheurd)\b",
        "it": r"\b(?:perde|perdita|stort[ao]|crepat[aoe]|incrinat[aoe])\b",
        "pt": r"\b(?:fuga|perde (?:agua|oleo)|torcid[ao]s?|rachad[ao]s?|empenad[ao]s?)\b",
    },
    "refusal": {
        "en": r"\b(?:won't|will not|not going to|refuse to|not) (?:be )?pay(?:ing)?\b|"
        r"\bnot pay(?:ing)? (?:for|this|that)\b|\b(?:won't|will not|not going to) be (?:paid|settled|honou?red)\b",
        "fr": r"\b(?:ne|n') ?(?:\w+ )?(?:paierons|paierai|reglerons|reglerai|payons|regle|paie|sera) (?:pas|rien)\b",
        "de": r"\b(?:zahl|bezahl|begleich|uberweis)\w*\b[^.,;]{0,30}\b(?:nicht|nichts|keinen cent)\b|"
        r"\b(?:nicht|nichts|keinen cent)\b[^.,;]{0,20}\b(?:zahl|bezahl|begleich)\w*|"
        r"\b(?:wird|werden) nicht (?:\w+ )?(?:bezahlt|beglichen|uberwiesen)\b",
        "es": r"\bno (?:\w+ )?(?:va|vamos|voy|pagaremos|pagare|pagamos|pago|pienso|pensamos)\b(?: a)?(?: pagar)?|"
        r"\bno (?:se )?(?:sera|seran|pagara|pagaran|abonara)\b",
        "nl": r"\bbetal(?:en|ing)?\b[^.,;]{0,20}\bniet\b|\bniet (?:\w+ )?betalen\b|\bbetaal \w+ niet\b|"
        r"\bword(?:t|en) niet (?:\w+ )?(?:betaald|voldaan)\b",
        "it": r"\bnon (?:\w+ )?(?:pagheremo|paghiamo|pago|paghero|intendiamo|intendo)\b|"
        r"\bnon (?:verra|verranno|sara|saranno) (?:pagat|saldat|liquidat)",
        "pt": r"\bnao (?:\w+ )?(?:vamos|vou|pagaremos|pagarei|pagamos|pago|tencionamos)\b(?: pagar)?|"
        r"\bnao (?:sera|serao|e) (?:pag|liquidad|saldad)",
    },
    "document": {
        "de": r"\bnoch ?mal (?:schicken|senden|zuschicken)|\bnicht vor\b|\bzukommen lassen",
        "fr": r"\b(?:me |nous )(?:renvoyer|transmettre)|\bmanque la facture\b|\bbon (?:signe|emarge)",
        "es": r"\b(?:mand|envi|remit)(?:e|a|en|eme|enme|ame|enos|ennos)(?:me|nos)?(?:la|lo|las|los)?\b|"
        r"\bguia de (?:remision|despacho)|"
        r"\bremito\b",
        "nl": r"\bvrachtbrief|\bstuur(?:t)? u\b|\bwerkbon",
        "it": r"\b(?:mandate|inviate|mandar|inviar)(?:mi|ci|ce|me)\w*|\bmanca la fattura|\bscheda tecnica|"
        r"\bverbale|\b(?:mi|me|ci|ce)\b.{0,12}\b(?:rimanda|rispedi)",
        "pt": r"\b(?:mandem|enviem|remetam)(?:-me|-nos)?\b|\bguia de (?:transporte|remessa)|\bpassaporte fito",
    },
    "not_received": {"en": r"\bhave had nothing\b|\bnever (?:came|got here|arrived|reached us|turned up)\b"},
}
OWN_CONCEPTS = ("refusal",)
"""Concepts that the lexicon does not have."""

_IN_PASSING: Mapping[str, re.Pattern[str]] = {
    "condition": re.compile(
        r"\b(?:that's|that is|which is) when (?:our|the|we|you|i)\b|\bsi (?:no me equivoco|vous permettez)\b|"
        r"\bque es cuando\b|\bc'est (?:la |le jour )?(?:ou|quand)\b|\b(?:che e|ed e) quando\b|\bque e quando\b|"
        r"\b(?:dat is|want dan|dan is) (?:als|wanneer)\b|\b(?:que|eso|ahora|claro que|esta vez) si\b|"
        r"(?<=\w)-se\b"
    ),
    "negation": re.compile(
        r"\b(?:can't (?:be (?:moved|changed|stopped)|go wrong|not)|no (?:problem|problems|quibble|later than)|"
        r"not later than|"
        r"without fail|nicht spater|ohne (?:wenn|weiteres|abzug)|kein problem|pas de (?:souci|probleme)|"
        r"pas plus tard|sans faute|"
        r"sin (?:falta|problema|demora)|geen probleem|zonder (?:meer|problemen)|nessun problema|senza (?:problemi|"
        r"fallo)|"
        r"sem (?:falta|problema|discussao))\b"
    ),
    "duplicate": re.compile(
        r"\b(?:en|in|em) (?:dos|tres|deux|trois|due|tre|duas|twee|drie) (?:veces|fois|volte|vezes|keer)\b"
    ),
}


def words_for(concept: str, language: str, folded: str) -> frozenset[str]:
    """The words that show a concept, each once."""
    words = _without_asides(concept, folded)
    return frozenset(match.group() for one in _patterns(concept, language) for match in one.finditer(words))


def says(concept: str, language: str, folded: str) -> bool:
    """Whether folded words show a concept."""
    words = _without_asides(concept, folded)
    return any(one.search(words) for one in _patterns(concept, language))


def places(concept: str, language: str, folded: str) -> list[Span]:
    """Where the words stand that show a concept."""
    words = _without_asides(concept, folded)
    return [Span(match.start(), match.end()) for one in _patterns(concept, language) for match in one.finditer(words)]


def _without_asides(concept: str, folded: str) -> str:
    aside = _IN_PASSING.get(concept)
    return aside.sub(lambda match: " " * len(match.group()), folded) if aside else folded


@lru_cache(maxsize=512)
def _patterns(concept: str, language: str) -> tuple[re.Pattern[str], ...]:
    more = (words.get(concept, {}).get(language) for words in (_MORE, GRIEVANCES))
    known = () if concept in OWN_CONCEPTS else (pattern(concept, language),)
    return (*known, *(re.compile(words) for words in more if words))
