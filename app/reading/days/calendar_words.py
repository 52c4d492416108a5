# ruff: noqa: E501
"""How seven languages speak of days: data for date_rules/. All patterns are for folded text (lower case, no accents)."""

from collections.abc import Mapping
from dataclasses import dataclass

from app.reading.money.numerals import to_ten

N = r"(?P<n>\d{1,3}|NUMBERS)"
"""A number in digits or words; NUMBERS is filled in from the language's own."""

W = r"(?P<weekday>WEEKDAYS)"
M = r"(?P<month>MONTHS)"


@dataclass(frozen=True, slots=True)
class CalendarWords:
    """`months` and `weekdays` in order, each a regex. Of the others, each is a sequence of alternatives; WEEKDAYS, MONTHS,
    PLACES and NUMBERS stand for the language's own names; `day_lead` comes before a bare day number, `day_tail` after it."""

    months: tuple[str, ...]
    weekdays: tuple[str, ...]
    numbers: Mapping[str, int]
    today: tuple[str, ...]
    tomorrow: tuple[str, ...]
    day_after_tomorrow: tuple[str, ...]
    yesterday: tuple[str, ...]
    past_weekday: tuple[str, ...]
    next_weekday: tuple[str, ...]
    coming_weekday: tuple[str, ...]
    weekday_plus_week: tuple[str, ...]
    weekday_plus_two_weeks: tuple[str, ...]
    in_days: tuple[str, ...]
    in_workdays: tuple[str, ...]
    in_weeks: tuple[str, ...]
    in_months: tuple[str, ...]
    fixed_days: Mapping[str, int]
    end_of_week: tuple[str, ...]
    end_of_next_week: tuple[str, ...]
    end_of_month: tuple[str, ...]
    end_of_next_month: tuple[str, ...]
    end_of_named: tuple[str, ...]
    last_workday: tuple[str, ...]
    end_of_year: tuple[str, ...]
    mid_month: tuple[str, ...]
    mid_next_month: tuple[str, ...]
    mid_named: tuple[str, ...]
    start_of_month: tuple[str, ...]
    start_of_next_month: tuple[str, ...]
    start_of_named: tuple[str, ...]
    day_of_next_month: tuple[str, ...]
    week_number: tuple[str, ...]
    ordinal: str
    day_lead: str
    day_tail: str
    of: str
    article: str
    weekday_of_month: tuple[str, ...]
    workday_of_month: tuple[str, ...]


ENGLISH = CalendarWords(
    months=("jan(?:uary)?", "feb(?:ruary)?", "mar(?:ch)?", "apr(?:il)?", "may", "june?", "july?", "aug(?:ust)?", "sept?(?:ember)?", "oct(?:ober)?", "nov(?:ember)?", "dec(?:ember)?"),
    weekdays=("mon(?:day)?", "tue(?:s(?:day)?)?", "wed(?:s|nesday)?", "thu(?:r(?:s(?:day)?)?)?", "fri(?:day)?", "sat(?:urday)?", "sun(?:day)?"),
    numbers=to_ten("en", 12, 14, 15, 20, 30) | {"a": 1, "couple of": 2, "a couple of": 2},
    today=("today", "tonight", "this (?:morning|afternoon|evening)", "tday", "eod", "cob", "before (?:close of (?:play|business)|i (?:go|leave|close))"),
    tomorrow=("tomorrow", "tmrw", "tmr", "tomoz", "tomorow", "tommorow", "tommorrow", "the morn(?:'s morn)?", "2moro"),
    day_after_tomorrow=("(?:the )?day after tomorrow",),
    yesterday=("yesterday", "last night"),
    past_weekday=(rf"(?:last|this past|past)\s+{W}",),
    next_weekday=(rf"next\s+{W}", rf"{W}\s+(?:of\s+)?next week", rf"next week\s*,?\s*(?:on\s+)?{W}"),
    coming_weekday=(rf"(?:this|this coming|the coming|coming)\s+{W}", rf"{W}\s+(?:of )?this week", rf"{W}\s+coming", W),
    weekday_plus_week=(rf"{W}\s+week", rf"(?:a )?week on {W}", rf"(?:a|one) week from {W}", rf"{W} after next"),
    weekday_plus_two_weeks=(rf"{W}\s+fortnight", rf"(?:two weeks|a fortnight) on {W}"),
    in_days=(rf"(?:in|within|in the next|within the next|over the next)\s+{N}\s+(?:calendar\s+)?days?(?:'s? time)?", rf"{N}\s+days?\s+(?:from (?:now|today)|time)"),
    in_workdays=(rf"(?:in|within|within the next|in the next)\s+{N}\s+(?:business|working|banking)\s+days?", rf"{N}\s+(?:business|working|banking)\s+days?\s+from\s+(?:now|today)"),
    in_weeks=(rf"(?:in|within|in the next|within the next)\s+{N}\s+weeks?(?:'s? time)?", rf"{N}\s+weeks?'?\s+(?:from (?:now|today)|today|time)"),
    in_months=(rf"(?:in|within)\s+{N}\s+months?(?:'s? time)?",),
    fixed_days={"(?:in |within )?a fortnight(?:'s time)?(?: today)?": 14, "(?:a week today|today week)": 7, "(?:two weeks today|today fortnight)": 14, "(?:a week tomorrow|tomorrow week)": 8, "(?:in|within) (?:the next )?24 hours": 1, "(?:in|within) (?:the next )?48 hours": 2, "(?:in|within) (?:the next )?72 hours": 3},
    end_of_week=("(?:the )?end of (?:the |this )?(?:working )?week", "week'?s?[- ]end(?= payment)", "eow", "close of (?:the |this )?week"),
    end_of_next_week=("(?:the )?end of next week",),
    end_of_month=("(?:the )?end of (?:the |this |our )?(?:current )?month", "month[- ]end", "eom", "(?:the )?last day of (?:the|this) month", "end (?:the|this) month"),
    end_of_next_month=("(?:the )?end of (?:the )?next month", "next month[- ]end", "(?:the )?last day of next month"),
    end_of_named=(rf"(?:the )?end (?:of )?{M}", rf"{M}[- ]end", rf"(?:the )?last day of {M}", rf"late {M}", rf"(?:the )?second half of {M}"),
    last_workday=(rf"(?:the )?last (?:working|business|banking|bank) day(?: (?:of|in) (?:(?:the|this) month|{M}))?",),
    end_of_year=("(?:the )?end of (?:the |this )?year", "year[- ]end", "eoy"),
    mid_month=("(?:the )?middle of (?:the|this) month", "mid[- ]month"),
    mid_next_month=("(?:the )?middle of (?:the )?next month", "mid next month"),
    mid_named=(rf"mid(?:dle of)?[- ]{M}", rf"the middle of {M}", rf"(?:the )?first half of {M}"),
    start_of_month=(),
    start_of_next_month=("(?:the )?(?:beginning|start) of (?:the )?(?:next )?month", "early next month", "(?:the )?(?:first|1st) of (?:next|the) month", "(?:the )?first day of next month"),
    start_of_named=(rf"(?:the )?(?:beginning|start) of {M}", rf"early(?: in)? {M}"),
    day_of_next_month=(r"(?:the )?(?P<day>\d{1,2})(?:st|nd|rd|th)? (?:of|in) (?:next month|the following month)",),
    week_number=(r"(?P<part>end of |beginning of |start of |mid[- ])?(?:calendar week|week|wk|cw|kw)\s?(?:no\.? ?)?(?P<week>\d{1,2})",),
    ordinal="(?:st|nd|rd|th)",
    day_lead=r"(?:the|on|by|until|till|before|for|about)\s+(?:the\s+)?",
    day_tail=r"(?:st|nd|rd|th)(?: of (?:this|the) month)?",
    of=r"(?:\s*of)?",
    article=r"(?:the\s+)?",
    weekday_of_month=(rf"(?:the )?(?P<which>PLACES) {W} (?:of|in) (?:{M}|(?P<next>(?:the )?(?:next|following|coming) month)|(?:the|this|each|every) month|(?P<year>(?:the )?(?:new|next|coming) year))", rf"(?P<year>(?:the )?new year),? (?:on|with) its (?P<which>PLACES) {W}",),
    workday_of_month=(rf"(?:the )?(?P<which>PLACES) (?:working|business|banking|bank) day (?:of|in) (?:{M}|(?P<next>(?:the )?(?:next|following|coming) month)|(?:the|this|each|every) month|(?P<year>(?:the )?(?:new|next|coming) year))",),
)  # fmt: skip

FRENCH = CalendarWords(
    months=("janv?(?:ier)?", "fevr?(?:ier)?", "mars", "avr(?:il)?", "mai", "juin", "juil(?:let)?", "aout", "sept?(?:embre)?", "oct(?:obre)?", "nov(?:embre)?", "dec(?:embre)?"),
    weekdays=("lun(?:di)?", "mar(?:di)?", "mer(?:credi)?", "jeu(?:di)?", "ven(?:dredi)?", "sam(?:edi)?", "dim(?:anche)?"),
    numbers=to_ten("fr", 12, 15, 20, 30) | {"une": 1},
    today=("aujourd'hui", "ce jour", "ce matin", "ce soir", "cet apres-midi", "cet apres midi", "auj", "d'ici ce soir", "cet aprem", "ce midi"),
    tomorrow=("demain(?! apres)",),
    day_after_tomorrow=("apres[- ]demain",),
    yesterday=("hier(?: soir)?", "avant[- ]hier"),
    past_weekday=(rf"{W}\s+(?:dernier|passe)",),
    next_weekday=(rf"{W}\s+prochain", rf"{W}\s+de la semaine prochaine", rf"la semaine prochaine\s*,?\s*(?:le\s+)?{W}"),
    coming_weekday=(rf"ce\s+{W}", rf"{W}\s+(?:qui vient|de cette semaine)", W),
    weekday_plus_week=(rf"{W}\s+en huit", rf"{W}\s+d'apres"),
    weekday_plus_two_weeks=(rf"{W}\s+en quinze",),
    in_days=(rf"(?:dans|sous|d'ici|d'ici a|dans les|sous un delai de|dans un delai de)\s+(?:les\s+)?{N}\s+(?:prochains\s+)?jours?(?:\s+calendaires)?(?!\s+ouvr)", rf"{N}\s+jours\s+a (?:compter|partir) (?:d'aujourd'hui|de ce jour)"),
    in_workdays=(rf"(?:dans|sous|d'ici|dans les)\s+(?:les\s+)?{N}\s+jours?\s+ouvr(?:es?|ables?)",),
    in_weeks=(rf"(?:dans|sous|d'ici)\s+{N}\s+semaines?",),
    in_months=(rf"(?:dans|sous|d'ici)\s+{N}\s+mois",),
    fixed_days={"(?:sous|d'ici|dans la|dans une) (?:une )?huitaine(?: de jours)?": 8, "(?:sous|d'ici|dans la|dans une) (?:une )?quinzaine(?: de jours)?": 15, "(?:sous|dans les|d'ici) 24 ?h(?:eures)?": 1, "(?:sous|dans les|d'ici) 48 ?h(?:eures)?": 2, "(?:sous|dans les) 72 ?h(?:eures)?": 3, "d'aujourd'hui en huit": 8, "d'aujourd'hui en quinze": 15},
    end_of_week=("(?:en |la )?fin de (?:la |cette )?semaine(?! prochaine)",),
    end_of_next_week=("(?:en |la )?fin de (?:la )?semaine prochaine",),
    end_of_month=("(?:a |en |la )?fin (?:du|de|de ce|de) mois(?:-ci)?(?! prochain)", "fin du mois courant", "dernier jour du mois"),
    end_of_next_month=("(?:a |en |la )?fin (?:du|de) mois prochain",),
    end_of_named=(rf"(?:la )?fin (?:du mois de |du mois d'|de |d')?{M}", rf"(?:la )?(?:seconde|deuxieme|2e) (?:quinzaine|moitie) (?:de |d'|du mois de )?{M}"),
    last_workday=(rf"(?:le )?dernier jour ouvr(?:e|able)(?: (?:du|de ce) mois| (?:de |d'){M})?",),
    end_of_year=("(?:la )?fin (?:de l'|d')annee", "fin de l'exercice"),
    mid_month=("(?:a la )?mi-mois", "milieu (?:du|de) mois(?! prochain)"),
    mid_next_month=("milieu du mois prochain", "mi-mois prochain"),
    mid_named=(rf"(?:a la |a )?mi[- ]{M}", rf"milieu (?:de |d'|du mois de )?{M}", rf"(?:la )?(?:premiere|1ere) (?:quinzaine|moitie) (?:de |d'|du mois de )?{M}"),
    start_of_month=(),
    start_of_next_month=("(?:en |au )?debut (?:du|de) mois(?: prochain)?", "premier du mois(?: prochain)?"),
    start_of_named=(rf"(?:en |au )?debut (?:de |d'|du mois de |du mois d')?{M}",),
    day_of_next_month=(r"(?:le |au )?(?P<day>\d{1,2})(?:er)? (?:du|de) mois prochain", r"(?:le |au )?(?P<day>\d{1,2})(?:er)? du mois suivant"),
    week_number=(r"(?P<part>fin (?:de (?:la )?)?|debut (?:de (?:la )?)?|milieu (?:de )?)?(?:semaine|sem\.?|s)\s?(?P<week>\d{1,2})",),
    ordinal="(?:er|e)",
    day_lead=r"(?:le|au|avant le|pour le|d'ici le|d'ici au|du)\s+",
    day_tail=r"(?:er)?",
    of=r"",
    article=r"(?:le\s+)?",
    weekday_of_month=(rf"(?:le )?(?P<which>PLACES) {W} (?:(?:de |d'|du mois de |du mois d')?{M}|(?P<next>du mois (?:prochain|suivant))|(?:du|de ce|de chaque) mois|(?P<year>de (?:l'annee prochaine|la nouvelle annee)|de l'an prochain))",),
    workday_of_month=(rf"(?:le )?(?P<which>PLACES) jour ouvr(?:e|able) (?:(?:de |d'|du mois de |du mois d')?{M}|(?P<next>du mois (?:prochain|suivant))|(?:du|de ce|de chaque) mois|(?P<year>de (?:l'annee prochaine|la nouvelle annee)|de l'an prochain))",),
)  # fmt: skip

GERMAN = CalendarWords(
    months=("jan(?:uar)?|janner", "feb(?:ruar)?", "marz|maerz|mrz", "apr(?:il)?", "mai", "juni?", "juli?", "aug(?:ust)?", "sept?(?:ember)?", "okt(?:ober)?", "nov(?:ember)?", "dez(?:ember)?"),
    weekdays=("mo(?:ntags?)?", "di(?:enstags?)?", "mi(?:ttwochs?)?", "do(?:nnerstags?)?", "fr(?:eitags?)?", "sa(?:mstags?)?|sonnabends?", "so(?:nntags?)?"),
    numbers=to_ten("de", 12, 14, 20) | {"eine": 1, "einem": 1, "einer": 1, "eines": 1},
    today=("heute(?: (?:morgen|fruh|abend|noch|nachmittag|vormittag|mittag))?", "noch heute", "heut", "(?:noch )?vor feierabend"),
    tomorrow=("morgen(?: (?:fruh|vormittag|nachmittag|abend|mittag))?",),
    day_after_tomorrow=("ubermorgen", "uebermorgen"),
    yesterday=("gestern(?: abend)?", "vorgestern"),
    past_weekday=(rf"(?:letzte[nmr]?|vergangene[nmr]?|vorige[nmr]?)\s+{W}", rf"{W}\s+letzter woche"),
    next_weekday=(rf"(?:nachste[nmrs]?|naechste[nmrs]?)\s+{W}", rf"{W}\s+(?:nachster|naechster|der nachsten|kommender|der kommenden) woche", rf"(?:nachste|naechste|kommende) woche\s*,?\s*(?:am\s+)?{W}"),
    coming_weekday=(rf"(?:kommende[nmrs]?|diese[nmrs]?)\s+{W}", rf"{W}\s+dieser woche", W),
    weekday_plus_week=(rf"(?:ubernachste[nmrs]?|uebernaechste[nmrs]?)\s+{W}", rf"{W}\s+in einer woche", rf"{W}\s+in (?:8|acht) tagen"),
    weekday_plus_two_weeks=(rf"{W}\s+in (?:2|zwei) wochen", rf"{W}\s+in (?:14|vierzehn) tagen"),
    in_days=(rf"(?:heute\s+)?(?:in|innerhalb von|innerhalb der nachsten|binnen|in den nachsten|innert)\s+(?:den nachsten\s+)?{N}\s+(?:kalender)?tage?n?", rf"{N}\s+tage (?:ab|von) heute(?: an)?"),
    in_workdays=(rf"(?:in|innerhalb von|innerhalb der nachsten|binnen|in den nachsten|innert)\s+{N}\s+(?:werk|arbeits|bank|bankarbeits)tage?n?",),
    in_weeks=(rf"(?:in|innerhalb von|binnen|innert|innerhalb)\s+{N}\s+wochen?",),
    in_months=(rf"(?:in|innerhalb von|binnen)\s+{N}\s+monate?n?",),
    fixed_days={"innerhalb einer woche": 7, "binnen wochenfrist": 7, "(?:binnen|in|innerhalb von) 24 (?:stunden|h)": 1, "(?:binnen|in|innerhalb von) 48 (?:stunden|h)": 2},
    end_of_week=("ende (?:der|dieser) woche", "(?:zum |bis )?wochenende", "ende d\\. ?w(?:oche)?\\.?", "bis wochenschluss"),
    end_of_next_week=("ende (?:der )?(?:nachster|nachsten|naechster|kommender|kommenden) woche", "nachstes wochenende"),
    end_of_month=("(?:zum |bis |bis zum )?monatsende", "(?:zum |bis )?ende (?:des|dieses|diesen|d\\.|des laufenden|laufenden) (?:monats|mts\\.?|m\\.?)", "(?:zum )?monatsultimo", "ultimo(?! \\w)", "(?:zum )?letzten (?:tag )?(?:des|vom|im) monats?", "ende (?:des )?monat"),
    end_of_next_month=("ende (?:des )?(?:nachsten|naechsten|kommenden) monats?",),
    end_of_named=(rf"(?:ende|ultimo) {M}", rf"(?:der )?zweiten? {M}halfte", rf"(?:der )?zweiten? halfte (?:des |im )?{M}s?"),
    last_workday=(rf"letzte[nmrs]? (?:werktag|arbeitstag|bankarbeitstag|banktag|geschaftstag)(?: (?:des|dieses|im) (?:monats?|{M}))?",),
    end_of_year=("jahresende", "ende (?:des|dieses) jahres"),
    mid_month=("mitte (?:des|dieses|diesen) monats", "monatsmitte"),
    mid_next_month=("mitte (?:des )?(?:nachsten|naechsten|kommenden) monats?",),
    mid_named=(rf"mitte {M}", rf"(?:der )?ersten? {M}halfte", rf"(?:der )?ersten? halfte (?:des |im )?{M}s?"),
    start_of_month=(),
    start_of_next_month=("(?:zum )?(?:monatsanfang|monatsbeginn|monatsersten)", "anfang (?:des )?(?:nachsten |naechsten |kommenden )?monats?", "(?:zum )?(?:ersten|1\\.) (?:des )?(?:nachsten|naechsten|kommenden) monats"),
    start_of_named=(rf"(?:anfang|beginn) {M}",),
    day_of_next_month=(r"(?P<day>\d{1,2})\.? (?:des )?(?:nachsten|naechsten|kommenden|folgenden) monats",),
    week_number=(r"(?P<part>ende (?:der )?|anfang (?:der )?|mitte (?:der )?)?(?:kw|kalenderwoche|woche)\s?(?P<week>\d{1,2})",),
    ordinal=r"(?:\.|ten|ter)",
    day_lead=r"(?:am|zum|bis zum|bis|den|dem|ab|der|vom|ab dem)\s+",
    day_tail=r"(?:\.|ten)(?!\d)",
    of=r"",
    article=r"(?:den\s+|dem\s+)?",
    weekday_of_month=(rf"(?:jede[nrm] )?(?P<which>PLACES) {W} (?:(?:im|des|vom) (?:monat )?{M}|(?P<next>(?:im|des|vom) (?:nachsten|naechsten|kommenden|folgenden) monats?)|(?:im|des|dieses|jeden|im laufenden) monats?|(?P<year>(?:im|des) (?:neuen|nachsten|kommenden) jahre?s?))",),
    workday_of_month=(rf"(?:jede[nrm] )?(?P<which>PLACES) (?:werktag|arbeitstag|bankarbeitstag|banktag|geschaftstag)e?s? (?:(?:im|des|vom) (?:monat )?{M}|(?P<next>(?:im|des|vom) (?:nachsten|naechsten|kommenden|folgenden) monats?)|(?:im|des|dieses|jeden|im laufenden) monats?|(?P<year>(?:im|des) (?:neuen|nachsten|kommenden) jahre?s?))",),
)  # fmt: skip

SPANISH = CalendarWords(
    months=("ene(?:ro)?", "feb(?:rero)?", "mar(?:zo)?", "abr(?:il)?", "may(?:o)?", "jun(?:io)?", "jul(?:io)?", "ago(?:sto)?", "sep(?:t(?:iembre)?)?|setiembre", "oct(?:ubre)?", "nov(?:iembre)?", "dic(?:iembre)?"),
    weekdays=("lun(?:es)?", "mar(?:tes)?", "mie(?:rcoles)?", "jue(?:ves)?", "vie(?:rnes)?", "sab(?:ado)?", "dom(?:ingo)?"),
    numbers=to_ten("es", 12, 15, 20, 30) | {"un": 1, "una": 1, "un par de": 2},
    today=("hoy(?: mismo)?", "esta (?:tarde|noche|manana)"),
    tomorrow=("(?<!la )(?<!esta )(?<!pasado )manana",),
    day_after_tomorrow=("pasado manana",),
    yesterday=("ayer", "anteayer", "anoche"),
    past_weekday=(rf"{W}\s+pasado", rf"pasado\s+{W}"),
    next_weekday=(rf"proximo\s+{W}", rf"{W}\s+proximo", rf"{W}\s+de la (?:proxima semana|semana proxima|semana que viene)", rf"la (?:proxima semana|semana que viene)\s*,?\s*(?:el\s+)?{W}"),
    coming_weekday=(rf"este\s+{W}", rf"{W}\s+(?:que viene|de esta semana|que entra)", W),
    weekday_plus_week=(rf"{W}\s+(?:siguiente al proximo|de la otra semana)", rf"de (?:este )?{W} en ocho(?: dias)?"),
    weekday_plus_two_weeks=(rf"{W} en quince(?: dias)?",),
    in_days=(rf"(?:en|dentro de|en los proximos|en un plazo de|en el plazo de|en unos)\s+{N}\s+(?:proximos\s+)?dias?(?:\s+naturales)?(?!\s+(?:habiles|laborables))", rf"{N}\s+dias\s+(?:a (?:partir|contar) de|desde) hoy", rf"a los {N} dias de hoy", rf"de aqui a {N} dias"),
    in_workdays=(rf"(?:en|dentro de|en los proximos|en un plazo de|en el plazo de)\s+{N}\s+dias?\s+(?:habiles|laborables)",),
    in_weeks=(rf"(?:en|dentro de|de aqui a)\s+{N}\s+semanas?",),
    in_months=(rf"(?:en|dentro de)\s+{N}\s+mes(?:es)?",),
    fixed_days={"de hoy en quince(?: dias)?": 15, "de hoy en ocho(?: dias)?": 8, "(?:en|dentro de) una quincena": 15, "(?:en|dentro de) (?:las proximas )?24 ?h(?:oras)?": 1, "(?:en|dentro de) (?:las proximas )?48 ?h(?:oras)?": 2},
    end_of_week=("(?:a |el )?fin(?:al(?:es)?)? de (?:la |esta )?semana(?! (?:que viene|proxima))",),
    end_of_next_week=("(?:a |el )?fin(?:al(?:es)?)? de (?:la )?(?:semana que viene|proxima semana|semana proxima)",),
    end_of_month=("(?:a |el |en )?fin(?:al(?:es)?)? (?:de|del|de este) (?:presente )?mes(?! (?:que viene|proximo))", "ultimo dia (?:del|de este) mes"),
    end_of_next_month=("(?:a |el )?fin(?:al(?:es)?)? (?:de|del) (?:mes que viene|proximo mes|mes proximo)",),
    end_of_named=(rf"(?:a |el )?fin(?:al(?:es)?)? de(?:l mes de)? {M}", rf"ultimo dia de {M}", rf"(?:la )?segunda (?:quincena|mitad) (?:de|del mes de) {M}"),
    last_workday=(rf"ultimo dia (?:habil|laborable)(?: (?:del|de este) mes| de {M})?",),
    end_of_year=("(?:a )?fin(?:al(?:es)?)? de(?:l)? (?:ano|ejercicio)",),
    mid_month=("(?:a )?mediados (?:de|del|de este) mes(?! que)", "mitad de mes"),
    mid_next_month=("(?:a )?mediados (?:de|del) (?:mes que viene|proximo mes|mes proximo)",),
    mid_named=(rf"(?:a )?mediados de {M}", rf"(?:la )?primera (?:quincena|mitad) (?:de|del mes de) {M}"),
    start_of_month=(),
    start_of_next_month=("(?:a )?(?:primeros|principios|comienzos|inicios) (?:de|del) (?:proximo )?mes(?: que viene| proximo)?", "primero de mes"),
    start_of_named=(rf"(?:a )?(?:primeros|principios|comienzos|inicios) de {M}",),
    day_of_next_month=(r"(?:el |dia )*(?P<day>\d{1,2}) (?:del|de) (?:proximo mes|mes que viene|mes proximo|mes siguiente)",),
    week_number=(r"(?P<part>fin(?:al(?:es)?)? de (?:la )?|principios de (?:la )?|mediados de (?:la )?)?semana\s?(?P<week>\d{1,2})",),
    ordinal="(?:o|\u00ba|\u00b0)",
    day_lead=r"(?:el dia|dia|el|del dia|al|(?<=lote de pagos )del|(?<=lote )del|(?<=corrida )del|(?<=tanda )del|(?<=remesa )del|(?<=pagos )del|(?<=pago )del|la del)\s+",
    day_tail=r"(?:\u00ba)?(?: (?:del|de este) mes)?",
    of=r"(?:\s+del?)?",
    article=r"(?:el\s+)?(?:dia\s+)?",
    weekday_of_month=(rf"(?:el )?(?P<which>PLACES) {W} (?:de {M}|(?P<next>del? (?:mes que viene|proximo mes|mes proximo|mes siguiente))|(?:del?|de este|de cada) (?:cada )?mes|(?P<year>del? (?:nuevo ano|ano nuevo|proximo ano|ano que viene|ano proximo)))",),
    workday_of_month=(rf"(?:el )?(?P<which>PLACES) dia (?:habil|laborable) (?:de {M}|(?P<next>del? (?:mes que viene|proximo mes|mes proximo|mes siguiente))|(?:del?|de este|de cada) (?:cada )?mes|(?P<year>del? (?:nuevo ano|ano nuevo|proximo ano|ano que viene|ano proximo)))",),
)  # fmt: skip

DUTCH = CalendarWords(
    months=("jan(?:uari)?", "feb(?:ruari)?", "mrt|maart", "apr(?:il)?", "mei", "juni?", "juli?", "aug(?:ustus)?", "sept?(?:ember)?", "okt(?:ober)?", "nov(?:ember)?", "dec(?:ember)?"),
    weekdays=("ma(?:andag)?", "di(?:nsdag)?", "wo(?:ensdag)?", "do(?:nderdag)?", "vr(?:ijdag)?|vrijdag", "za(?:terdag)?", "zo(?:ndag)?"),
    numbers=to_ten("nl", 12, 14, 15, 20) | {"een paar": 2},
    today=("vandaag(?: nog)?", "vanavond", "vanmiddag", "vanochtend", "vanmorgen"),
    tomorrow=("morgen(?:ochtend|middag|avond|vroeg)?",),
    day_after_tomorrow=("overmorgen",),
    yesterday=("gisteren", "eergisteren", "gisteravond"),
    past_weekday=(rf"(?:afgelopen|vorige|jongstleden)\s+{W}", rf"{W}\s+(?:jl|jongstleden)\b"),
    next_weekday=(rf"volgende\s+{W}", rf"volgende week\s*,?\s*(?:op\s+)?{W}", rf"{W}\s+(?:van )?(?:de )?volgende week"),
    coming_weekday=(rf"(?:komende|aanstaande|eerstkomende|aankomende|deze)\s+{W}", rf"{W}\s+(?:aanstaande|a\.?s\.?|deze week)", W),
    weekday_plus_week=(rf"{W}\s+over een week", rf"{W}\s+over (?:8|acht) dagen", rf"{W} over een week"),
    weekday_plus_two_weeks=(rf"{W}\s+over (?:2|twee) weken", rf"{W}\s+over (?:14|veertien) dagen"),
    in_days=(rf"(?:over|binnen|in|binnen de komende|de komende)\s+{N}\s+(?:kalender)?dage?n?", rf"{N}\s+dagen\s+(?:vanaf vandaag|na (?:vandaag|heden))"),
    in_workdays=(rf"(?:over|binnen|in)\s+{N}\s+werkdage?n?",),
    in_weeks=(rf"(?:over|binnen|in)\s+{N}\s+(?:week|weken)",),
    in_months=(rf"(?:over|binnen|in)\s+{N}\s+maande?n?",),
    fixed_days={"binnen 24 uur": 1, "binnen 48 uur": 2, "over een dag of (?:10|tien)": 10, "vandaag over (?:een week|8 dagen|acht dagen)": 7, "vandaag over (?:twee weken|14 dagen)": 14},
    end_of_week=("(?:het )?eind(?:e)?(?: van)? (?:de |deze )?week", "voor het weekend"),
    end_of_next_week=("(?:het )?eind(?:e)?(?: van)? (?:de )?volgende week",),
    end_of_month=("(?:het )?eind(?:e)?(?: van)? (?:de |deze )?maand", "(?:de )?laatste dag van de(?:ze)? maand", "ultimo"),
    end_of_next_month=("(?:het )?eind(?:e)?(?: van)? (?:de )?volgende maand",),
    end_of_named=(rf"(?:het )?eind(?:e)?(?: van)? {M}", rf"ultimo {M}", rf"(?:de )?tweede helft van {M}"),
    last_workday=(rf"(?:de )?laatste (?:werkdag|bankdag)(?: van (?:(?:de|deze) maand|{M}))?",),
    end_of_year=("(?:het )?eind(?:e)?(?: van)? (?:het|dit) jaar", "jaareinde"),
    mid_month=("(?:het )?midden van de(?:ze)? maand", "half(?:weg)? (?:de|deze) maand"),
    mid_next_month=("(?:het )?midden van (?:de )?volgende maand", "half(?:weg)? volgende maand"),
    mid_named=(rf"(?:medio|half|halverwege|midden) {M}", rf"(?:de )?eerste helft van {M}"),
    start_of_month=(),
    start_of_next_month=("(?:het )?begin(?: van)? (?:de )?(?:volgende )?maand", "de eerste van de(?: volgende)? maand"),
    start_of_named=(rf"(?:het )?begin(?: van)? {M}",),
    day_of_next_month=(r"(?:de )?(?P<day>\d{1,2})(?:e|de|ste)? (?:van )?(?:de )?volgende maand",),
    week_number=(r"(?P<part>eind(?:e)? (?:van )?|begin (?:van )?|midden (?:van )?|half )?(?:week|wk)\s?(?P<week>\d{1,2})",),
    ordinal="(?:e|de|ste)",
    day_lead=r"(?:op de|op|de|voor de|van de|per|uiterlijk|tot)\s+",
    day_tail=r"(?:e|de|ste)(?: van de maand)?",
    of=r"(?:\s+van)?",
    article=r"(?:de\s+)?",
    weekday_of_month=(rf"(?:de )?(?P<which>PLACES) {W} (?:(?:van|in) {M}|(?P<next>(?:van|in) (?:de )?(?:volgende|komende) maand)|(?:van|in) (?:de|deze|elke|iedere) maand|(?P<year>(?:van|in) (?:het )?(?:nieuwe|volgend|volgende|komende) jaar))",),
    workday_of_month=(rf"(?:de )?(?P<which>PLACES) (?:werkdag|bankdag) (?:(?:van|in) {M}|(?P<next>(?:van|in) (?:de )?(?:volgende|komende) maand)|(?:van|in) (?:de|deze|elke|iedere) maand|(?P<year>(?:van|in) (?:het )?(?:nieuwe|volgend|volgende|komende) jaar))",),
)  # fmt: skip

ITALIAN = CalendarWords(
    months=("gen(?:naio)?", "feb(?:braio)?|febb", "mar(?:zo)?", "apr(?:ile)?", "mag(?:gio)?", "giu(?:gno)?", "lug(?:lio)?", "ago(?:sto)?", "set(?:tembre)?|sett", "ott(?:obre)?", "nov(?:embre)?", "dic(?:embre)?"),
    weekdays=("lun(?:edi)?", "mar(?:tedi)?", "mer(?:coledi)?", "gio(?:vedi)?", "ven(?:erdi)?", "sab(?:ato)?", "dom(?:enica)?"),
    numbers=to_ten("it", 12, 15, 20, 30) | {"un": 1, "una": 1, "un paio di": 2},
    today=("oggi(?: stesso)?", "stasera", "stamattina", "stamani", "in giornata", "questa (?:mattina|sera)", "questo pomeriggio", "in data odierna"),
    tomorrow=("domani(?: mattina)?", "domattina"),
    day_after_tomorrow=("dopodomani", "dopo domani"),
    yesterday=("ieri(?: sera)?", "l'altro ieri", "avant'ieri"),
    past_weekday=(rf"{W}\s+(?:scors[oa]|passat[oa]|u\.?s\.?)", rf"(?:scors[oa]|passat[oa])\s+{W}"),
    next_weekday=(rf"prossim[oa]\s+{W}", rf"{W}\s+prossim[oa]", rf"{W}\s+(?:della|la) (?:prossima settimana|settimana prossima)", rf"(?:la )?(?:settimana prossima|prossima settimana)\s*,?\s*(?:il\s+)?{W}", rf"{W} p\.?v\.?"),
    coming_weekday=(rf"quest[oa]\s+{W}", rf"{W}\s+(?:che viene|che arriva|di questa settimana)", W),
    weekday_plus_week=(rf"{W}\s+(?:tra|fra) una settimana", rf"{W} a otto", rf"{W}\s+(?:non il prossimo,? )?quello dopo"),
    weekday_plus_two_weeks=(rf"{W} (?:tra|fra) due settimane", rf"{W} a quindici"),
    in_days=(rf"(?:tra|fra|entro|in|nei prossimi|entro i prossimi|nel giro di|nell'arco di)\s+{N}\s+giorn[oi](?!\s+lavorativi)", rf"{N}\s+giorni\s+(?:a (?:partire|contare) )?da oggi"),
    in_workdays=(rf"(?:tra|fra|entro|in|nei prossimi)\s+{N}\s+giorn[oi]\s+(?:lavorativi|lavorativo|bancari)",),
    in_weeks=(rf"(?:tra|fra|entro|in|nel giro di)\s+{N}\s+settiman[ae]",),
    in_months=(rf"(?:tra|fra|entro)\s+{N}\s+mes[ei]",),
    fixed_days={"(?:entro|in) 24 ?(?:h|ore)": 1, "(?:entro|in) (?:le prossime )?48 ?(?:h|ore)": 2, "(?:tra|fra|entro) una quindicina di giorni": 15, "(?:tra|fra|entro) una decina di giorni": 10, "oggi a otto": 7, "oggi a quindici": 15},
    end_of_week=("(?:a |la )?fine(?: della| di questa)? settimana(?! prossima)", "entro la settimana", "(?:per |entro )il fine settimana"),
    end_of_next_week=("(?:a |la )?fine (?:della )?(?:settimana prossima|prossima settimana)",),
    end_of_month=("(?:a |la |per )?fine(?: del| di questo| del corrente|) mese(?! prossimo)(?: corrente)?", "ultimo (?:giorno )?del mese"),
    end_of_next_month=("(?:a |la )?fine (?:del )?(?:mese prossimo|prossimo mese)",),
    end_of_named=(rf"(?:a |la |per )?fine (?:di |mese di )?{M}", rf"(?:la |nella )?seconda (?:quindicina|meta) (?:di |del mese di )?{M}"),
    last_workday=(rf"ultimo giorno (?:lavorativo|bancario)(?: (?:del|di questo) mese| di {M})?",),
    end_of_year=("(?:a |la )?fine (?:dell'|d'|di quest')?anno",),
    mid_month=("(?:a |la |per )?meta (?:del |di questo )?mese(?! prossimo)",),
    mid_next_month=("(?:a |la )?meta (?:del )?(?:mese prossimo|prossimo mese)",),
    mid_named=(rf"(?:a |la |per )?meta (?:di )?{M}", rf"(?:la |nella )?prima (?:quindicina|meta) (?:di |del mese di )?{M}"),
    start_of_month=(),
    start_of_next_month=("(?:ad |a |all'|ai primi )?(?:inizio|primi) (?:del |di )?(?:prossimo )?mese(?: prossimo)?", "primi del mese(?: prossimo)?"),
    start_of_named=(rf"(?:ad |a |all')?(?:inizio|primi di|primi giorni di|inizi di) (?:di )?{M}",),
    day_of_next_month=(r"(?:il |al )?(?P<day>\d{1,2}) (?:del )?(?:prossimo mese|mese prossimo|mese entrante|p\.?v\.?)",),
    week_number=(r"(?P<part>fine (?:della )?|inizio (?:della )?|meta )?settimana\s?(?:n\. ?)?(?P<week>\d{1,2})",),
    ordinal="(?:o|\u00ba|\u00b0)",
    day_lead=r"(?:il giorno|giorno|il|entro il|al|del|dal|in data)\s+",
    day_tail=r"(?:\u00ba)?(?: (?:del mese|c\.?m\.?))?",
    of=r"(?:\s+di)?",
    article=r"(?:il\s+)?(?:giorno\s+)?",
    weekday_of_month=(rf"(?:il |la )?(?P<which>PLACES) {W} (?:(?:di |del mese di |d'){M}|(?P<next>del (?:mese prossimo|prossimo mese|mese successivo))|(?:del|di questo|di ogni) mese|(?P<year>(?:del nuovo anno|dell'anno nuovo|del prossimo anno|dell'anno prossimo)))",),
    workday_of_month=(rf"(?:il |la )?(?P<which>PLACES) giorno (?:lavorativo|bancario|feriale) (?:(?:di |del mese di |d'){M}|(?P<next>del (?:mese prossimo|prossimo mese|mese successivo))|(?:del|di questo|di ogni) mese|(?P<year>(?:del nuovo anno|dell'anno nuovo|del prossimo anno|dell'anno prossimo)))",),
)  # fmt: skip

PORTUGUESE = CalendarWords(
    months=("jan(?:eiro)?", "fev(?:ereiro)?", "mar(?:co)?", "abr(?:il)?", "mai(?:o)?", "jun(?:ho)?", "jul(?:ho)?", "ago(?:sto)?", "set(?:embro)?", "out(?:ubro)?", "nov(?:embro)?", "dez(?:embro)?"),
    weekdays=("seg(?:unda)?(?:[- ]feira)?|2[a\u00aa]?[- ]feira", "ter(?:ca)?(?:[- ]feira)?|3[a\u00aa]?[- ]feira", "qua(?:rta)?(?:[- ]feira)?|4[a\u00aa]?[- ]feira", "qui(?:nta)?(?:[- ]feira)?|5[a\u00aa]?[- ]feira", "sex(?:ta)?(?:[- ]feira)?|6[a\u00aa]?[- ]feira", "sab(?:ado)?", "dom(?:ingo)?"),
    numbers=to_ten("pt", 12, 15, 20, 30) | {"uma": 1, "duas": 2},
    today=("hoje(?: mesmo)?", "esta (?:tarde|noite|manha)"),
    tomorrow=("amanha(?: de manha)?",),
    day_after_tomorrow=("depois de amanha",),
    yesterday=("ontem", "anteontem"),
    past_weekday=(rf"{W}\s+passad[ao]", rf"passad[ao]\s+{W}"),
    next_weekday=(rf"proxim[ao]\s+{W}", rf"{W}\s+proxim[ao]", rf"{W}\s+da (?:proxima semana|semana que vem|semana proxima)", rf"(?:na )?(?:proxima semana|semana que vem)\s*,?\s*(?:na\s+)?{W}"),
    coming_weekday=(rf"(?:esta|nesta|este|neste)\s+{W}", rf"{W}\s+(?:que vem|desta semana)", W),
    weekday_plus_week=(rf"{W}\s+da outra semana", rf"{W} a oito(?: dias)?", "de hoje a oito(?: dias)?"),
    weekday_plus_two_weeks=(rf"{W} a quinze(?: dias)?",),
    in_days=(rf"(?:em|dentro de|daqui a|nos proximos|no prazo de|num prazo de)\s+{N}\s+dias?(?!\s+uteis)", rf"{N}\s+dias\s+a (?:partir|contar) de hoje"),
    in_workdays=(rf"(?:em|dentro de|daqui a|nos proximos|no prazo de)\s+{N}\s+dias?\s+ute?is",),
    in_weeks=(rf"(?:em|dentro de|daqui a)\s+{N}\s+semanas?",),
    in_months=(rf"(?:em|dentro de|daqui a)\s+{N}\s+mes(?:es)?",),
    fixed_days={"(?:em|dentro de|daqui a) uma quinzena": 15, "(?:em|nas proximas|dentro de) 24 ?h(?:oras)?": 1, "(?:em|nas proximas|dentro de) 48 ?h(?:oras)?": 2},
    end_of_week=("(?:no |ao )?(?:fim|final) d[ae](?: esta)? semana(?! (?:que vem|proxima))", "(?:fim|final) desta semana"),
    end_of_next_week=("(?:no |ao )?(?:fim|final) da (?:proxima semana|semana que vem|semana proxima)",),
    end_of_month=("(?:no |ao )?(?:fim|final) (?:do|deste|de|do corrente) mes(?! que vem)(?: corrente)?", "ultimo dia do mes"),
    end_of_next_month=("(?:no |ao )?(?:fim|final) do (?:proximo mes|mes que vem|mes proximo)",),
    end_of_named=(rf"(?:no |ao |em )?(?:fim|final|finais) de {M}", rf"(?:na |a )?segunda (?:quinzena|metade) de {M}"),
    last_workday=(rf"ultimo dia util(?: (?:do|deste) mes| de {M})?",),
    end_of_year=("(?:fim|final) (?:do|deste) ano",),
    mid_month=("(?:em )?(?:meados|meio) (?:do|deste|de) mes(?! que)",),
    mid_next_month=("(?:em )?meados do (?:proximo mes|mes que vem)",),
    mid_named=(rf"(?:em )?meados de {M}", rf"(?:na |a )?primeira (?:quinzena|metade) de {M}"),
    start_of_month=(),
    start_of_next_month=("(?:no |ao )?(?:inicio|comeco|principio) do (?:proximo )?mes(?: que vem)?", "(?:nos )?primeiros dias do (?:proximo )?mes", "(?:inicio|comeco) de mes"),
    start_of_named=(rf"(?:no |ao )?(?:inicio|comeco|principio|inicios|principios|primeiros dias) de {M}",),
    day_of_next_month=(r"(?:dia )?(?P<day>\d{1,2}) do (?:proximo mes|mes que vem|mes proximo|mes seguinte)",),
    week_number=(r"(?P<part>(?:fim|final) da |inicio da |meados da )?semana\s?(?P<week>\d{1,2})",),
    ordinal="(?:o|\u00ba|\u00b0)",
    day_lead=r"(?:no dia|dia|ate dia|ate ao dia|ao dia|a)\s+",
    day_tail=r"(?:\u00ba)?(?: (?:do|deste) mes)?",
    of=r"(?:\s+de)?",
    article=r"(?:dia\s+)?",
    weekday_of_month=(rf"(?:a |o )?(?P<which>PLACES) {W} (?:(?:de|do mes de) {M}|(?P<next>do (?:proximo mes|mes que vem|mes seguinte|mes proximo))|(?:do|deste|de cada) mes|(?P<year>do (?:novo ano|ano novo|proximo ano|ano que vem)))",),
    workday_of_month=(rf"(?:a |o )?(?P<which>PLACES) dia util (?:(?:de|do mes de) {M}|(?P<next>do (?:proximo mes|mes que vem|mes seguinte|mes proximo))|(?:do|deste|de cada) mes|(?P<year>do (?:novo ano|ano novo|proximo ano|ano que vem)))",),
)  # fmt: skip

CALENDARS: Mapping[str, CalendarWords] = {
    "en": ENGLISH,
    "fr": FRENCH,
    "de": GERMAN,
    "es": SPANISH,
    "nl": DUTCH,
    "it": ITALIAN,
    "pt": PORTUGUESE,
}
