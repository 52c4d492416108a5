"""The day of the last of several instalments: "four parts from 30 April" ends on 30 July, where the words tell it.

A count needs a first day and a rhythm; named months need a day of the month. Without them nothing is computed.
"""

import re
from collections.abc import Sequence
from datetime import date, timedelta
from functools import lru_cache
from itertools import chain

from app.reading.days.calendar_days import add_months, end_of_month, weekday_in_month
from app.reading.days.calendar_words import CALENDARS
from app.reading.money.numerals import in_words

_NUMBER = rf"(?:\d{{1,2}}|{'|'.join(in_words(*range(2, 11), 12))}|duas)"
_PARTS = (
    r"(?:\w+ly |equal |gleiche[nr]? |gelijke |uguali |iguais |iguales )?"
    r"(?:instal?ments?|parts|payments|bits|chunks|lots|rates|tranches|goes|halves|thirds|raten|monatsraten|wochenraten|"
    r"teilbetrage\w*|teilzahlungen|abschlage\w*|tranchen|happen|versements?|virements|mensualites|echeances|trimestres|plazos|pagos|"
    r"cuotas|mensualidades|trozos|partes|abonos|\w*termijnen|delen|schijven|stukken|rate|quote|prestacoes|parcelas|tranche)"
)
_TIMES = r"(?:in|en|em) (?:\w+ )?"
_FOLD = r"(?:fois|keer|volte|veces|vezes|times|mal)"
_MONTHS = r"(?:months|mois|monate\w*|meses|maanden|mesi)"
IN_PARTS = re.compile(rf"\b(?:{_NUMBER}\s+{_PARTS}|{_TIMES}{_NUMBER} {_FOLD})\b")
"""Plain words for a payment in several parts."""

_QUARTERLY = re.compile(r"\b(?:quarter\w*|trimest\w*|quartal\w*|vierteljahr\w*|kwarta\w*)")
_WEEKLY = re.compile(
    r"\b(?:weekly|(?:a|per|each|every) week|hebdo\w*|par semaine|wochentlich|(?:pro|jede) woche|semanal\w*|"
    r"(?:por|cada) semana|wekelijks|settiman\w*)\b"
)
_FORTNIGHTLY = re.compile(
    r"\b(?:fortnight\w*|every (?:two weeks|(?:second|other) \w+day)|(?:toutes les|tous les) (?:deux semaines|"
    r"quinze jours|15 jours)|"
    r"un \w+di sur deux|alle (?:zwei|2|14) (?:wochen|tage)|jede[nr]? zweite[nr]? (?:\w+tag|mittwoch|woche)|"
    r"cada (?:dos semanas|"
    r"quincena|quince dias|15 dias)|om de (?:twee weken|week|veertien dagen)|(?:elke|iedere) (?:twee|2) weken|"
    r"ogni (?:due|2) settimane|"
    r"de (?:duas em duas semanas|15 em 15 dias))\b"
)
_NOW = re.compile(
    r"\b(?:now|today|straight ?away|immediately|upfront|maintenant|aujourd'hui|tout de suite|immediatement|"
    r"jetzt|sofort|gleich|heute|"
    r"ahora|ya|hoy|de inmediato|nu|meteen|direct|vandaag|adesso|subito|ora|oggi|ja|agora|hoje|de imediato)\b"
)
_HALVES = re.compile(r"\b(?:half|halves|moitie|halfte|halb|mitad|helft|meta|metade|two|deux|zwei|dos|twee|due|duas)\b")
_MONTHLY = re.compile(
    r"(?:month|standing order|dauerauftrag|virement permanent|mensu|\bmois\b|monat|mensil|mensa|\bmes(?:es|i|"
    r"e)?\b|maand)"
)
_EVERY = r"(?:each|every|the|month|chaque|mois|jede[ns]|monats|cada|mes|elke|iedere|maand|ogni|mese)\b"
_AT_END = re.compile(
    rf"\bends of\b|\b(?:ends?|fin(?:al)?|ende|finales|eind|fine|fim|ultimo) (?:of |de |van |di |du |des |do )?{_EVERY}|"
    r"\bmonatsende\b|\bmonth[- ]end"
)
_AT_START = re.compile(
    r"\b(?:first|1st|premier|1er|ersten|eerste|primero|primo|primeiro|dia 1|1) (?:day )?"
    rf"(?:of |du |de |del |van |di |do )?{_EVERY}|\bmonatserste"
)
_FIRST_WEEKDAY = re.compile(
    r"\b(?:first|premier|erste[nr]?|primer|eerste|primo|primeira) (?:mon|tue|wed|thu|fri|lun|mar|mer|jeu|ven|die|mit|"
    r"don|fre|mie|jue|vie|maa|din|woe|vri|gio|seg|ter|qua|qui|sex)"
)
_EACH_TIME = re.compile(
    r"\b(?:each time|every time|chaque fois|a chaque fois|jeweils|jedes ?mal|cada vez|telkens|elke keer|ogni volta|"
    r"de cada vez)\b"
)
_END_OF = re.compile(
    r"\b(?:ends?|fins?|final(?:es)?|ende|eind(?:e)?|fine|fim|finais|ultimo) (?:of |de |del |d'|van |di |do )?$"
)
_ON_DAY = re.compile(
    r"\b(?:the|on|to|le|au|am|zum|el|il|op|de|dia|den|al)\s+(?:dia\s+|the\s+)?(\d{1,2})(?:st|nd|rd|th|er|e)?\b(?!\s?[%.,]?\d)"
)
_BEFORE_MONTH = re.compile(
    r"(?:\b(?:in|of|and|to|until|from|im|ab|bis|und|von|de|des|en|et|a|y|desde|hasta|van|tot|vanaf|da|di|e|fino a|"
    r"ate)\s|"
    r"[,/-]\s?|d'|l')$"
)
_PLAIN_NAME = 4
_LEAST_NUMBER = 2
_A_SERIES = 3


def last_instalment(
    words: str, language: str, days: Sequence[date], today: date, rates: int | None = None
) -> date | None:
    """`words` are the folded words of the proposal, `days` those that it names; `rates` is how many parts of the sum
    that it names pay all, where it names no count. Where each part has its day, the last of them."""
    told = {day for day in days if day > today}
    if len(told) >= _A_SERIES or len(told) == _count(words, language):
        return max(told)
    return _reckoned(words, language, days, today, rates)


def _reckoned(words: str, language: str, days: Sequence[date], today: date, rates: int | None) -> date | None:
    named = _named_months(words, language)
    if len(named) > 1 and max(days, default=today).month != named[-1]:
        if _all_at_end(words, language):
            return end_of_month(_named_year(named[-1], today), named[-1])
        if (day := _on_day_of(words, named[-1], today)) is not None:
            return day
    later = {day for day in days if day > today}
    if len(named) > 1 and len(later) == 1 and max(later).month == named[-1]:
        return max(later)  # "a third now, a third in October, the last by 30 November"
    first, count = min(later, default=None), _count(words, language) or (rates if not _NOW.search(words) else None)
    if len(later) == 1 and count in {None, 2} and _NOW.search(words) and _HALVES.search(words):
        return first  # "half now, half at the end of June"
    if count is not None and named and (first is None or first.month not in named):
        first = _on_day_of(words, named[0], today) or first
    if first is not None and named and _FIRST_WEEKDAY.search(words):
        first = weekday_in_month(_named_year(named[0], today), named[0], first.weekday(), 0)
    if len({day.weekday() for day in later}) == 1 and _FORTNIGHTLY.search(words):
        first, later = max(later), set()  # "every second Friday from the 15th": the weekday is no day of its own
    if first is not None and count is not None and len(later) <= 1:
        return _after(first, count - 1, words)
    return max(days) if len(set(days)) > 1 else None


def _count(words: str, language: str) -> int | None:
    found = _counts(language).search(words)
    if found is None:
        return None
    number = int(found["n"]) if found["n"].isdigit() else CALENDARS[_known(language)].numbers[found["n"]]
    return number if number >= _LEAST_NUMBER else None


def _after(first: date, times: int, words: str) -> date | None:
    """So many weeks, months or quarters later; a last day of a month stays one. None where no rhythm is told."""
    if _FORTNIGHTLY.search(words):
        return first + timedelta(weeks=2 * times)
    if _WEEKLY.search(words):
        return first + timedelta(weeks=times)
    if _QUARTERLY.search(words):
        times *= 3
    elif not (_MONTHLY.search(words) or (_EACH_TIME.search(words) and _ON_DAY.search(words))):
        return None
    later = add_months(first, times)
    if _FIRST_WEEKDAY.search(words):
        return weekday_in_month(later.year, later.month, first.weekday(), 0)
    is_last = first == end_of_month(first.year, first.month)
    return end_of_month(later.year, later.month) if is_last else later


def _all_at_end(words: str, language: str) -> bool:
    """ "At the end of May, June and July"."""
    first = _months(language).search(words)
    return first is not None and _END_OF.search(words, 0, first.start()) is not None


def _named_months(words: str, language: str) -> list[int]:
    """In order; a short name only where words beside it show that it is one: "in May", not "we may"."""
    return [
        int(match.lastgroup[1:])
        for match in _months(language).finditer(words)
        if match.lastgroup and (len(match.group()) >= _PLAIN_NAME or _BEFORE_MONTH.search(words[: match.start()]))
    ]


def _named_year(month: int, today: date) -> int:
    return today.year if month >= today.month else today.year + 1


def _on_day_of(words: str, month: int, today: date) -> date | None:
    """The day of a month that the words set for every instalment."""
    first = date(_named_year(month, today), month, 1)
    if _AT_END.search(words):
        return end_of_month(first.year, first.month)
    if _AT_START.search(words):
        return first
    found = _ON_DAY.search(words)
    try:
        return first.replace(day=int(found[1])) if found else None
    except ValueError:
        return None


def _known(language: str) -> str:
    return language if language in CALENDARS else "en"


@lru_cache(maxsize=16)
def _months(language: str) -> re.Pattern[str]:
    names = CALENDARS[_known(language)].months
    return re.compile(r"\b(?:" + "|".join(f"(?P<m{at}>{name})" for at, name in enumerate(names, 1)) + r")\b")


@lru_cache(maxsize=16)
def _counts(language: str) -> re.Pattern[str]:
    numbers = sorted(chain(CALENDARS[_known(language)].numbers), key=len, reverse=True)
    return re.compile(rf"\b(?P<n>\d{{1,2}}|{'|'.join(numbers)})\s+(?:{_PARTS}|{_MONTHS}|{_FOLD})\b")
