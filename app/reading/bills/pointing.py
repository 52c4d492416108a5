"""What shows that a word without a number ("both", "the other", "the second") stands for invoices and nothing else.

It stands alone: a verb, a day or the end of the clause follows it, or the word invoice itself ("the other crate" does
not). And nothing else was counted just before ("two signatures are needed, and the second …").
"""

import re

from app.reading.money.numerals import in_words

BILL = r"(?:one|invoice|bill|rechnung|facture|factura|fra|fattura|fatura|factuur|rekening)"
BILLS = r"(?:ones|invoices|bills|rechnungen|factures|facturas|fatture|faturas|facturen|rekeningen|posten|items)"
COUNTS = {count: "|".join(in_words(count)).replace("dois", "duas") for count in range(2, 7)}
"""How many invoices, which are feminine where that shows."""

_VERBS = (
    r"is|was|has|will|goes|go|went|came|we|you|i|can|cannot|should|never|looks|needs|would|must|have|had|we'd|i'd|"
    r"ist|war|wurde|wird|geht|kommt|folgt|haben|hab|habe|hatten|konnen|zahlen|zahle|uberweise\w*|kann|bitte|fehlt|"
    r"stimmt|passt|liegt|nicht|wurden|wurd|mochten|mussen|mussten|"
    r"est|a (?:bien|deja|aussi|enfin|du|ete|\w+ee)\b|sera|partir\w*|"
    r"part (?:le|lundi|mardi|mercredi|jeudi|vendredi|demain|en|ce)\b|suit|suivra|on|nous|je|"
    r"en (?:attente|litige|cours)|"
    r"ne|n'|c'|paie\w*|manque|hatte|aimerions|voudrions|devra|"
    r"esta|ya|va|la|lo|se|entra|repite|es|no|queda|sale|saldra|pago|pagamos|falta|nos|me|os|gustaria|quisieramos|queremos|tendra|"
    r"e'?\b|\u00e8|era|sara|parte|partira|abbiamo|vorrei|non|paghiamo|segue|manca|vorremmo|dobbiamo|dovremmo|"
    r"gostariamos|queriamos|tem|foi|vai|fica|nao|sai|"
    r"par contre|en revanche|dagegen|jedoch|though|however|en cambio|invece|daarentegen|"
    r"brauch\w*|fur die|pour (?:la|le)|"
    r"wordt|gaat|hebben|kan|graag|klopt|beta(?:al|le)\w*|willen|zouden|moet|zit|"
    r"i(?:'ve|'ll|'m)|we(?:'ve|'ll|'re)|you(?:'ve|'ll)?|they(?:'ve|'re)?|isn't|wasn't|won't|can't|doesn't|hasn't|"
    r"cleared|concerns?|belongs?|relates?|betrifft|angeht|anbelangt|gehort|begleich\w*|concerne|correspond|corresponde|pertenece|riguarda|"
    r"appartiene|pertence|hoort|betreft|needed|asks?|bekomm\w*|krieg\w*|soll\w*|necesit\w*|precis\w+|avre\w+|habria|haria|"
    r"vraag\w*|krijg\w*|bleibt|blijft|musst\w*"
)
_FURTHER_VERBS = (
    r"passed|left|landed|reached|arrived|too|also|ging|kam|lag|auch|ebenso|etai\w+|aussi|egalement|fue|fueron|salio|"
    r"paso|llego|tambien|saiu|sairam|passou|chegou|tambem|usci\w+|passat[ao]|anche|pure|liep|kwam|ook|"
    r"stays?|follows?|leaves?|clears?|already|bereits|schon|deja|gia|ja|reeds|"
    r"hangt|steht|stammt|lass\w*|mach\w*|schick\w*|"
    r"weis\w*|erhalt\w*|ich|sie|"
    r"reste|passe\w*|sera|attend\w*|bloque|coince|pose|vous|il|elle|s'est|n'est|n'a\w*|j'\w+|"
    r"lleva|tiene|viene|esta|sigue|entra|te|le|hay|tengo|tenemos|"
    r"resta|va|vanno|sta|arriva\w*|ha|ho|ve|vi|te|mi|ti|ce|li|lo|"
    r"diz|segue|sera|fica\w*|lhe|vos|tenho|temos|pag\w+|refere|"
    r"bitten|ersuchen|vragen|verzoeken|demand\w+|sollicit\w+|chied\w+|pedi\w+|solicit\w+|rogamos|agradec\w+|"
    r"komt|staat|volgt|ligt|maak\w*|doe|doen|laat|heb|valt|voldoen|is"
)
"""Of whatever was named before; behind a size or a place in an order they make a story: "la chica le dijo"."""

_VERBS_OF_MANY = (
    r"are|were|get|come|look|remain|need|stand|sind|waren|werden|wurden|gehen|kommen|folgen|fehlen|liegen|stehen|"
    r"sont|seront|ont|etaient|partent|partiront|vont|suivent|suivront|devraient|manquent|"
    r"estan|seran|fueron|van|salen|saldran|quedan|faltan|las|"
    r"sono|saranno|verranno|vanno|partono|partiranno|seguono|mancano|hanno|le|"
    r"sao|serao|foram|vao|ficam|seguem|saem|faltam|estao|"
    r"zijn|worden|waren|gaan|komen|volgen|staan|ontbreken|horen|betreffen|blijven|liggen|vallen|"
    r"aren't|weren't|don't|haven't|follow|clear|leave|stay|concern|relate|stand|betreffen|gehoren|bleiben|hangen|stammen|"
    r"concernent|correspondent|restent|passent|passeront|corresponden|siguen|entran|quedaran|"
    r"riguardano|restano|arrivano|pertencem|dizem|ficarao|seguirao"
)
_STATES = (
    r"paid|sent|approved|booked|scheduled|due|overdue|open|correct|fine|wrong|bezahlt|offen|uberwiesen|angewiesen|"
    r"freigegeben|payees?|reglees?|virees?|soldees?|ouvertes?|dues?|pagadas?|pagate|pagata|pagas?|saldat[ae]|"
    r"betaald|open|akkoord|goedgekeurd|overgemaakt"
)
WEEKDAY = (
    r"(?:mon|tues|wednes|thurs|fri)day\w*|(?:mon|diens|donners|frei)tag|mittwoch|lundi|mardi|mercredi|jeudi|vendredi|"
    r"lunes|martes|miercoles|jueves|viernes|(?:lune|marte|mercole|giove|vener)di|segunda|terca|quarta|quinta|sexta|"
    r"maandag|dinsdag|woensdag|donderdag|vrijdag"
)
_DAYS = (
    rf"{WEEKDAY}|(?:coming|komm?enden?) \w+|today|tomorrow|tonight|yesterday|next|this|until|till|"
    rf"(?:on|by|for|in) (?:the |our )?(?:\d+|{WEEKDAY}|tomorrow|next|end|same)|"
    r"heute|morgen|gestern|am|bis|im|zum|erst|noch|aujourd'hui|"
    rf"demain|hier|jusqu'\w*|d'ici|pour (?:le|la fin|fin)|avant|hoy|manana|ayer|el|hasta|antes|para (?:el|fin\w*)|"
    rf"oggi|domani|ieri|il|entro|fino|hoje|amanha|ontem|ate|(?:na|no) (?:dia|lote|{WEEKDAY})|vandaag|gisteren|tot|"
    rf"(?:op|voor) (?:de )?(?:\d+|{WEEKDAY}|eind)|volgende"
)
GOES_ON = rf"(?=\s+{BILL}\b|\s*[,:;().!?\u2026]|\s+[-/]\s|\s*$|\s+(?:{_VERBS})\b)"
STANDS_ALONE = (
    rf"(?=\s+(?:{BILL}|{BILLS})\b|\s*[,:;(.!?)\n\u2026]|\s*$|\s+[-/]\s|"
    rf"\s+(?:{_VERBS}|{_FURTHER_VERBS}|{_VERBS_OF_MANY}|{_STATES}|{_DAYS})(?!\w))"
)
"""As GOES_ON, for words that seldom stand for anything but what was named before: more may follow."""

ALONE = re.compile(STANDS_ALONE)
_ORDER = r"first|erste[nrs]?|premiere?|primer[ao]?|eerste|prim[ao]|primeir[ao]"
_AMOUNT = rf"{COUNTS[2]}|{COUNTS[3]}|dois|both|beiden?"
_IN_ORDER = re.compile(rf"\b(?:{_ORDER}) (?P<what>[a-z]{{4,}})")
_COUNTED = re.compile(rf"\b(?:{_ORDER}|{_AMOUNT}) (?P<what>[a-z]{{4,}})")
_BACK = 160


_NO_THINGS = re.compile(
    r"reminders|rappels|relances|mahnungen|avisos|recordatorios|solleciti|herinneringen|aanmaningen|lembretes|"
    r"others?|open|more|anderen?|autres|otras|altre|outras|overige|them|days|weeks|months|times|jours|semaines|mois|fois|"
    r"tagen?|wochen|monaten?|dias|semanas|meses|veces|vezes|giorni|settimane|mesi|volte|dagen|weken|maanden|keer"
)
"""What may stand behind a number and is not what the next "second" or "both" counts."""


def counts_other_things(folded: str, position: int, last_number: int, *, only_in_order: bool = False) -> bool:
    """Whether the things counted just before `position`, and after the last invoice named, are no invoices."""
    start = max(last_number, position - _BACK, 0)
    counted = (_IN_ORDER if only_in_order else _COUNTED).finditer(folded, start, position)
    return any(not _may_be_bills(folded, one) for one in counted)


def _may_be_bills(folded: str, counted: re.Match[str]) -> bool:
    return (
        _NO_THINGS.fullmatch(counted["what"]) is not None or ALONE.match(folded, counted.start("what") - 1) is not None
    )
