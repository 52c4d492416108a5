# ruff: noqa: E501
"""Words that tie a day to another one: "the Monday after", "of the week after that", "counted from". For folded text."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class AnchorWords:
    """Each is a regex. `after` and `before` stand between a weekday and the day that it is counted from; `day_after`,
    `day_before` and `workday_after` in front of that day; `following_week`, `that_week` and `but_the_next` behind a
    weekday; `not_this` in front of one; `counted` between a number of days and the day they begin on; `led` in front
    of a feast that is a term and no greeting; `compound` behind one that is part of a longer name ("the Easter fair")."""

    after: str
    before: str
    day_after: str
    day_before: str
    workday_after: str
    following_week: str
    that_week: str
    not_this: str
    but_the_next: str
    counted: str
    led: str
    compound: str = ""


ANCHOR_WORDS: Mapping[str, AnchorWords] = {
    "en": AnchorWords(
        after="(?:(?:right |directly |immediately )?after|following|that follows) (?:the )?",
        before="(?:(?:right |just )?before|preceding) (?:the )?",
        day_after="(?:the )?(?:day|morning) (?:after|following) (?:the )?",
        day_before="(?:the )?day before (?:the )?",
        workday_after="(?:the )?(?:first|next) (?:working|business|banking) day (?:after|following) (?:the )?",
        following_week="(?:of|in) the (?:following week|week (?:after|following)(?: that)?)",
        that_week="of (?:that|the|the same|this same) week(?! (?:after|following))",
        not_this="not (?:on |for |by )?",
        but_the_next="but (?:on |for )?the (?:(?:one )?(?:after|following)(?: (?:it|that))?|next one|following one|week after)",
        counted="(?:(?:counted|counting|reckoned|calculated|starting) )?(?:from|of|as of|as from|after)",
        led="(?:until|till|by|on) (?:the )?",
        compound=" (?!(?:at|for|and|or|if|when|because|so|as|we|i|you|they|it|he|she|the|is|will|in|but|this|to|on|then|not)\\b)[a-z]",
    ),
    "fr": AnchorWords(
        after="(?:(?:juste |immediatement )?apres|qui suit|suivant) (?:la |le |l'|les )?",
        before="(?:(?:juste )?avant|qui precede|precedant) (?:la |le |l'|les )?",
        day_after="(?:le )?(?:lendemain|jour (?:d'apres|qui suit|apres)) (?:du |de la |de l'|des |de |la |le |l')?",
        day_before="(?:la )?(?:veille|jour avant) (?:du |de la |de l'|des |de |la |le |l')?",
        workday_after="(?:le )?premier jour (?:ouvre|ouvrable) (?:apres|suivant|qui suit) (?:la |le |l'|les )?",
        following_week="(?:de|dans) la semaine (?:suivante|d'apres|qui suit)",
        that_week="de (?:cette semaine-la|la (?:meme )?semaine)(?! (?:prochaine|suivante|d'apres|qui suit|\\d))",
        not_this="(?:pas|non pas|non) (?:pour |avant )?",
        but_the_next="mais (?:pour )?(?:le suivant|celui d'apres|celui qui suit|le prochain|d'apres|la semaine (?:d'apres|suivante))",
        counted="(?:(?:calcules|comptes) )?(?:a compter|a partir|en partant)? ?(?:d'|de |du )?",
        led="(?:jusqu'au|jusqu'a|d'ici|pour|le) (?:la |le |l'|au )?",
    ),
    "de": AnchorWords(
        after="(?:(?:gleich |direkt |unmittelbar )?nach|der auf|nachfolgend) (?:dem |den |der |die )?",
        before="(?:(?:gleich |direkt |unmittelbar )?vor) (?:dem |den |der |die )?",
        day_after="(?:am )?tag(?:e)? nach (?:dem |den |der )?",
        day_before="(?:am )?(?:tag(?:e)? vor|vortag) (?:dem |den |der |des |von |zu )?",
        workday_after="(?:am )?(?:erste[nrm]?|nachste[nrm]?) (?:werktag|arbeitstag|banktag|bankarbeitstag) nach (?:dem |den |der )?",
        following_week="(?:(?:in )?der (?:woche (?:darauf|danach)|darauf ?folgenden woche|folgewoche|folgenden woche)|die woche (?:darauf|danach))",
        that_week="(?:in )?(?:der|derselben|dieser|jener) woche(?! (?:darauf|danach|\\d))",
        not_this="nicht (?:schon |erst |mehr |am |diesen |an diesem )?",
        but_the_next="sondern (?:erst )?(?:(?:am|den|der|dem) )?(?:danach|darauf|(?:darauf)?folgenden|ubernachsten|nachsten|(?:den |dem |der )?in der woche (?:darauf|danach)|eine woche (?:spater|darauf))",
        counted="(?:gerechnet |gezahlt )?(?:ab|von|vom)",
        led="(?:bis(?: zum?)?|zum|am|zu) ",
    ),
    "es": AnchorWords(
        after="(?:(?:justo |inmediatamente )?(?:despues de|tras)|posterior a|siguiente a|que sigue a|despues del|posterior al|siguiente al|que sigue al) ?(?:la |el |los |las )?",
        before="(?:(?:justo )?antes de|antes del|anterior a|anterior al|previo a|previo al) ?(?:la |el |los |las )?",
        day_after="(?:el |al )?dia (?:despues|siguiente|posterior) (?:de |del |a |al )(?:la |el |los |las )?",
        day_before="(?:el |la )?(?:dia antes|dia anterior|vispera) (?:de |del |a |al )(?:la |el |los |las )?",
        workday_after="(?:el |al )?primer dia (?:habil|laborable) (?:despues|siguiente|posterior) (?:de |del |a |al )(?:la |el |los |las )?",
        following_week="de la (?:semana (?:siguiente|posterior|de despues)|siguiente semana)",
        that_week="de (?:esa|la|la misma|esa misma) semana(?! (?:que|siguiente|posterior|proxima|de|\\d))",
        not_this="no (?:el |para el )?",
        but_the_next="sino (?:el |al |para el )?(?:siguiente|de despues|proximo|de la semana siguiente|otro)",
        counted="(?:contados |contando )?(?:a contar |a partir |contados )?(?:de|desde)",
        led="(?:hasta|para|por) (?:la |el |los )?",
    ),
    "nl": AnchorWords(
        after="(?:(?:meteen |direct |onmiddellijk )?na|volgend op|die volgt op) (?:de |het )?",
        before="(?:(?:net |vlak )?voor|voorafgaand aan) (?:de |het )?",
        day_after="(?:de )?dag (?:na|volgend op) (?:de |het )?",
        day_before="(?:de )?dag voor (?:de |het )?",
        workday_after="(?:de )?eerst(?:e|volgende) (?:werkdag|bankdag) na (?:de |het )?",
        following_week="(?:van|in) de (?:week (?:erna|daarna|erop|daarop)|daaropvolgende week|volgende week)|de week (?:erna|daarna|erop|daarop)",
        that_week="van (?:die|de|dezelfde) week(?! (?:erna|daarna|erop|daarop|\\d))",
        not_this="niet (?:op |al op |pas op |al )?",
        but_the_next="maar (?:pas )?(?:op )?(?:(?:die|de) (?:daarna|erna|daarop|erop|volgende|week (?:erna|daarna))|een week later)",
        counted="(?:gerekend |geteld )?(?:vanaf|van|na)",
        led="(?:tot(?: en met)?|voor|per|op|uiterlijk) (?:de )?",
    ),
    "it": AnchorWords(
        after="(?:(?:subito )?dopo|successivo (?:a |al |alla |all')|seguente|che segue|successiva (?:a |al |alla |all')) ?(?:la |il |l')?",
        before="(?:(?:subito )?prima (?:di |del |della |dell')|precedente|che precede) ?(?:la |il |l')?",
        day_after="(?:il |l')?(?:giorno dopo|indomani|giorno successivo|giorno seguente) (?:a |al |alla |all'|di |del |della |dell')?(?:la |il |l')?",
        day_before="(?:il |la )?(?:giorno prima|vigilia|giorno precedente) (?:a |al |alla |all'|di |del |della |dell')?(?:la |il |l')?",
        workday_after="(?:il )?primo giorno (?:lavorativo|feriale|bancario) (?:dopo|successivo a) ?(?:la |il |l'|al |alla |all')?",
        following_week="della settimana (?:successiva|seguente|dopo|che segue)",
        that_week="(?:di quella|della(?: stessa)?) settimana(?! (?:successiva|seguente|dopo|che|prossima|\\d))",
        not_this="non (?:per |il )?",
        but_the_next="(?:ma|bensi) (?:per )?(?:quello dopo|quella dopo|quello successivo|il successivo|la settimana dopo|quello seguente)",
        counted="(?:a contare |a partire |decorrenti |calcolati )?(?:da|dal|dalla)",
        led="(?:fino a|entro|per|a) ?(?:la |il |l')?",
    ),
    "pt": AnchorWords(
        after="(?:(?:logo )?(?:depois d[aoe]s?|apos|a seguir (?:a|ao|as|aos))|seguinte (?:a|ao)|posterior (?:a|ao)) ?(?:a |o |os |as )?",
        before="(?:(?:mesmo )?antes d[aoe]s?|anterior (?:a|ao)) ?(?:a |o |os |as )?",
        day_after="(?:no |o |ao )?dia (?:depois|seguinte|a seguir) (?:d[aoe]s? |a |ao |aos )(?:a |o )?",
        day_before="(?:no |na |o |a )?(?:dia antes|vespera) (?:d[aoe]s? |a |ao )(?:a |o )?",
        workday_after="(?:no |o )?primeiro dia util (?:depois|seguinte|apos|a seguir) (?:d[aoe]s? |a |ao |o )?",
        following_week="da semana (?:seguinte|a seguir|posterior)",
        that_week="(?:dessa|da mesma|daquela|da) semana(?! (?:que|seguinte|a seguir|posterior|proxima|\\d))",
        not_this="nao (?:n[ao] |para |e )?",
        but_the_next="(?:mas|e) (?:sim )?(?:n?[ao] |para a )?(?:seguinte|da semana seguinte|outra|proxima)",
        counted="(?:a contar |a partir |contados )?(?:de|desde|da)",
        led="(?:ate|para|por) ?(?:a |ao |o )?",
    ),
}  # fmt: skip
