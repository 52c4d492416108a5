"""Dates with a day of the month: "2026-03-14", "14.3.", "14 March", "the 14th", "am vierzehnten", "Friday 13"."""

import re
from collections.abc import Iterator
from datetime import date

from app.reading.days.calendar_days import add_months, day_or_none, next_with_day
from app.reading.days.date_rules.grammar import Grammar
from app.reading.days.date_rules.rule import Resolve, Resolved, Rule, dated
from app.reading.days.ordinals import BARE

_DATE_LEAD = (
    r"(?:am|zum|bis|ab|vom|le|du|au|op|per|tot|voor|el|il|em|on|by|dia|uiterlijk|valuta|"
    r"program\w+:|fecha:|date:|datum:|data:|termin:|termine:)\s+(?:zum\s+)?"
)
"""What makes two numbers a date that could be a sum or a time: "am 14.3", "datum: 14-3"."""

_JOINED = r"(?:-|/|,|and|or|to|et|ou|au|und|oder|bis|y|o|al|en|of|tot|e|ed|ao?)"
_NOT_A_DAY = (
    r"(?!\s*(?:%|\u20ac|\$|\u00a3|\u00b0|eur|euros?|usd|gbp|chf|k\b|jours?|semaines?|mois|ans|h\b|heures?|tage|"
    r"wochen|monate|uhr|stunden|dias?|semanas?|mes(?:es)?|horas?|anos?"
    r"|dagen|weken|maanden|uur|jaar|giorni|settimane|mesi|ore|anni|days|weeks|months|hours|o'clock|am\b|pm\b|"
    r"a\.m|p\.m|por ciento|pour cent|percent|prozent|por cento|per cento"
    r"|factura|fatur|fattur|facture|invoice|rechnung|cajas|boxes|unidades|cartons)|[.,:/-]?\d|[-/]\w)"
)
"""A bare number before these counts something else than days of a month."""

_SPELLED_LEAD = r"(?:on the|by the|until the|before the|am|zum|bis zum|den|dem|op de|voor de|de)\s+"
_NOT_SPELLED = (
    r"(?! (?:\w+ )?(?:of|one|two|\w*week|\w*woche|\w*tag|\w*dag|\w*half\w*|\w*halfte|helft|invoice|bill|rechnung|"
    r"factuur|rate|reminder|mahnung|herinnering|is|was|ist|war)\b)"
)
"""A day in words before these is the first, second, … of something else."""


def absolute(grammar: Grammar) -> Iterator[Rule]:
    yield from _in_digits(grammar)
    yield from _with_a_month(grammar)
    yield from _with_the_day_alone(grammar)


def _in_digits(grammar: Grammar) -> Iterator[Rule]:
    weekday, numeric = _weekday(grammar), _numeric(month_first=grammar.month_first)
    yield from grammar.rules((weekday + r"(?<![/.])(?P<year>20\d\d)[-/.](?P<month>\d\d)[-/.](?P<day>\d\d)",), _iso, 0)
    yield from grammar.rules(
        (
            weekday + r"(?<![/.,\d])(?P<first>\d{1,2})(?P<mark>[./-])\s?(?P<second>\d{1,2})"
            r"(?P=mark)\s?(?P<year>20\d\d|\d\d)(?![./-]\d)",
        ),
        numeric,
        0,
    )
    short = r"(?<![/.,\d-])(?P<first>\d{1,2})(?P<mark>%s)\s?(?P<second>\d{1,2})%s(?P<year>)"
    yield from grammar.rules(
        (weekday + short % (r"\.", r"\.(?!\d)(?!\w)"), weekday + short % ("/", r"(?![./,]?\d|\s?[%\u20ac])")),
        numeric,
        1,
    )
    yield from grammar.rules(
        (_DATE_LEAD + r"(?P<first>\d{1,2})(?P<mark>[.-])(?P<second>\d{1,2})(?![.,-]?\d)(?!\s?[%\u20ac])(?P<year>)",),
        _numeric(month_first=False),
        2,
    )


def _with_a_month(grammar: Grammar) -> Iterator[Rule]:
    def day_and_month(match: re.Match[str], today: date) -> Resolved | None:
        if not match["day"].isdigit() and match["month"] == "sept":
            return None  # "dix-sept" is a number
        return dated(grammar.day(match["day"]), grammar.month(match["month"]), _year(match["year"]), today)

    words, weekday = grammar.words, _weekday(grammar)
    number = rf"(?P<day>\d{{1,2}}|DAYWORDS){words.ordinal}?"
    year = r"(?:[.,]{0,2}\s*(?:del?\s+)?(?P<year>20\d\d|'\d\d)(?!\d))?"
    yield from grammar.rules(
        (weekday + rf"(?<![\d.,/-]){number}\.?{words.of}[\s-]*(?P<month>MONTHS){year}",), day_and_month, 0
    )
    if grammar.language == "en":
        yield from grammar.rules(
            (
                weekday
                + rf"(?P<month>MONTHS)\.?\s+(?:the\s+)?(?P<day>\d{{1,2}})(?:st|nd|rd|th)?(?![\d:]){year}(?!\s?%)",
            ),
            day_and_month,
            1,
        )
    yield from grammar.rules(
        (
            rf"(?<![\d.,/-]){number}(?=\.?\s*{_JOINED}\s*(?:the|le|den|dem|el|il|de|dia)?\s*"
            rf"(?:\d{{1,2}}|DAYWORDS){words.ordinal}?\.?{words.of}[\s-]*(?P<month>MONTHS){year}\b)",
        ),
        day_and_month,
        0,
    )


def _with_the_day_alone(grammar: Grammar) -> Iterator[Rule]:
    def spelled(match: re.Match[str], today: date) -> Resolved | None:
        return _bare_number(grammar.day(match["day"]), today)

    def maybe_named(match: re.Match[str], today: date) -> Resolved | None:
        day, named = _bare_day(match, today), match["named"]
        return _agreeing(day, grammar.weekday(named), today) if named else day

    def weekday_number(match: re.Match[str], today: date) -> Resolved | None:
        """ "Friday 5": where the next fifth is no Friday, the one that is, if it is near."""
        weekday = grammar.first_weekday(match.group())
        return None if weekday is None else _agreeing(_bare_day(match, today), weekday, today)

    words = grammar.words
    if grammar.language in BARE:
        yield from grammar.rules((rf"{_SPELLED_LEAD}(?P<day>DAYWORDS){_NOT_SPELLED}",), spelled, 3)
    yield from grammar.rules(
        (
            rf"{words.day_lead}(?:(?P<named>WEEKDAYS)\b\.?,?\s+(?:{words.article})?)?(?P<day>\d{{1,2}})"
            rf"{words.day_tail}{_NOT_A_DAY}",
        ),
        maybe_named,
        3,
    )
    yield from grammar.rules(
        (rf"(?:WEEKDAYS)\b\.?,?\s*(?:{words.article})?(?P<day>\d{{1,2}})(?:{words.ordinal})?{_NOT_A_DAY}",),
        weekday_number,
        3,
    )


def _weekday(grammar: Grammar) -> str:
    return rf"(?:(?:WEEKDAYS)\b\.?,?\s+{grammar.words.article})?"


def _iso(match: re.Match[str], today: date) -> Resolved | None:
    return dated(int(match["day"]), int(match["month"]), int(match["year"]), today)


def _numeric(*, month_first: bool) -> Resolve:
    def resolve(match: re.Match[str], today: date) -> Resolved | None:
        first, second, year = int(match["first"]), int(match["second"]), _year(match["year"])
        flipped = month_first and match["mark"] in "/-"
        day, month = (second, first) if flipped else (first, second)
        return dated(day, month, year, today) or dated(month, day, year, today)

    return resolve


def _year(text: str | None) -> int | None:
    if not text:
        return None
    number = int(text.strip("' "))
    return number + 2000 if number < 100 else number  # noqa: PLR2004 two digits


def _bare_day(match: re.Match[str], today: date) -> Resolved | None:
    return _bare_number(int(match["day"]) if match["day"].isdigit() else 1, today)


def _bare_number(number: int, today: date) -> Resolved | None:
    ahead = next_with_day(number, today)
    behind = day_or_none(today.year, today.month, number)
    if ahead is None:
        return None
    others = () if behind is None or behind == ahead else (behind,)
    return ahead, (ahead, *others), "day"


def _agreeing(resolved: Resolved | None, weekday: int, today: date) -> Resolved | None:
    """The first day of that number that is of that weekday, in this month and the three to come; else as it was."""
    if resolved is None or resolved[0] is None or resolved[0].weekday() == weekday:
        return resolved
    months = (add_months(today.replace(day=1), count) for count in range(4))
    days = (day_or_none(month.year, month.month, resolved[0].day) for month in months)
    fitting = next((day for day in days if day and day >= today and day.weekday() == weekday), None)
    return resolved if fitting is None else (fitting, (fitting, *resolved[1]), resolved[2])
