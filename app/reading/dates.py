"""Dates in running text, resolved by the conventions of evals/labels.md against the day the mail was received.

Absolute dates, bare day numbers, weekdays and periods, by a grammar per language (calendar_words.py). Where two
patterns meet, the more explicit one wins (the lower rank), then the earlier, then the longer:
"Friday 13 March" is one date.
"""

import re
from calendar import monthrange
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import lru_cache
from itertools import chain

from app.reading.calendar_words import CALENDARS, CalendarWords
from app.reading.ordinals import BARE, ORDINALS
from app.reading.spans import fold
from app.reading.workdays import add_workdays, country_of

PAST_WINDOW = timedelta(days=120)
"""A day without a year lies at most this far back, else ahead."""

_FRIDAY = 4
_WEEKEND = 5
_MONTH_FIRST = frozenset({"US"})
_WEEKDAY_ABBREVIATIONS = frozenset({"mon", "tue", "wed", "thu", "fri"})
_NOT_A_DAY = (
    r"(?!\s*(?:%|\u20ac|\$|\u00a3|\u00b0|eur|euros?|usd|gbp|chf|k\b|jours?|semaines?|mois|ans|h\b|heures?|tage|"
    r"wochen|monate|uhr|stunden|dias?|semanas?|mes(?:es)?|horas?|anos?"
    r"|dagen|weken|maanden|uur|jaar|giorni|settimane|mesi|ore|anni|days|weeks|months|hours|o'clock|am\b|pm\b|"
    r"a\.m|p\.m|por ciento|pour cent|percent|prozent|por cento|per cento"
    r"|factura|fatur|fattur|facture|invoice|rechnung|cajas|boxes|unidades|cartons)|[.,:/-]?\d|[-/]\w)"
)


_FEAST_LEAD = (
    r"(?:until|till|by|jusqu'a|d'ici|bis(?: zum?)?|hasta|para|tot|fino a|entro|ate)\s+"
    r"(?:the |a |la |le |el |al |il |o )?"
)
_SPELLED_LEAD = r"(?:on the|by the|until the|before the|am|zum|bis zum|den|dem|op de|voor de|de)\s+"
_NOT_SPELLED = (
    r"(?! (?:\w+ )?(?:of|one|two|\w*week|\w*woche|\w*tag|\w*dag|\w*half\w*|\w*halfte|helft|invoice|bill|rechnung|"
    r"factuur|rate|reminder|mahnung|herinnering|is|was|ist|war)\b)"
)


@dataclass(frozen=True, slots=True)
class FoundDate:
    """A day at [start, end). `day` is None when the words name no one day; `candidates` are what they may mean.

    `kind`: absolute, day (a bare number), weekday, relative, period, or past (points back: "last Friday", "yesterday").
    """

    start: int
    end: int
    day: date | None
    candidates: tuple[date, ...]
    kind: str


Resolved = tuple[date | None, tuple[date, ...], str]
Resolve = Callable[[re.Match[str], date], Resolved | None]


@dataclass(frozen=True, slots=True)
class _Rule:
    pattern: re.Pattern[str]
    resolve: Resolve
    rank: int


def find_dates(text: str, today: date, language: str, country: str = "") -> tuple[FoundDate, ...]:
    """Every date of a text, in order, without overlaps.

    `country` "US" reads 3/14 as 14 March; its holidays are no business days; without one, those of the language's home.
    """
    folded = fold(text)
    matches: list[tuple[tuple[int, int, int], FoundDate]] = []
    language = language if language in CALENDARS else "en"
    for rule in _rules(language, country_of(country, language), country.upper() in _MONTH_FIRST):
        for match in rule.pattern.finditer(folded):
            if language == "de" and _is_greeting(text, match):
                continue
            resolved = rule.resolve(match, today)
            if resolved is not None:
                day, candidates, kind = resolved
                matches.append(
                    (
                        (rule.rank, match.start(), -match.end()),
                        FoundDate(match.start(), match.end(), day, candidates, kind),
                    )
                )
    found: list[FoundDate] = []
    for _, hit in sorted(matches, key=lambda m: m[0]):
        if all(hit.start >= other.end or hit.end <= other.start for other in found):
            found.append(hit)
    return tuple(_share_months(folded, _apposition(folded, sorted(found, key=lambda hit: hit.start))))


def _is_greeting(text: str, match: re.Match[str]) -> bool:
    """ "Guten Morgen" and "Morgen Herr Brandt" speak of no day."""
    if not match.group().startswith("morgen"):
        return False
    before = text[max(0, match.start() - 8) : match.start()].lower()
    is_first = not before.strip() or before.endswith("\n")
    return before.endswith(("guten ", "schönen ", "schoenen ")) or (
        is_first and re.match(r"\s*(?:[,!]|Herr|Frau|zusammen|⟨|\n)", text[match.end() : match.end() + 12]) is not None
    )


def _apposition(folded: str, found: list[FoundDate]) -> list[FoundDate]:
    """ "Friday, the 13th" and "sexta-feira, dia 20" are one date: the number says which; so is "tomorrow Thursday"."""
    merged: list[FoundDate] = []
    for hit in found:
        before = merged[-1] if merged else None
        is_beside = before is not None and re.fullmatch(r"[\s,(]*", folded[before.end : hit.start])
        if before is None or not is_beside:
            merged.append(hit)
        elif before.kind == "weekday" and hit.kind in {"day", "absolute"}:
            merged[-1] = replace(hit, start=before.start)
        elif before.kind == "relative" and hit.kind == "weekday":
            merged[-1] = replace(before, end=hit.end)
        else:
            merged.append(hit)
    return merged


def _share_months(folded: str, found: list[FoundDate]) -> list[FoundDate]:
    """ "the 5th and 20th of June": a bare number takes month and year of the date it is joined to."""
    shared = list(found)
    for index in range(len(shared) - 2, -1, -1):
        hit, after = shared[index], shared[index + 1]
        if (
            hit.kind == "day"
            and after.kind == "absolute"
            and after.day
            and hit.day
            and re.fullmatch(
                r"\s*(?:,|/|and|or|et|ou|und|oder|y|o|en|of|e|to|-|a|bis)?\s*(?:the|le|am|den|el|de|il|dia|no)?\s*",
                folded[hit.end : after.start],
            )
        ):
            day = _day(after.day.year, after.day.month, hit.day.day)
            if day is not None:
                shared[index] = FoundDate(hit.start, hit.end, day, (day,), "absolute")
    return shared


# ---- calendar arithmetic


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def nearest_year(month: int, day: int, today: date) -> date | None:
    """A day and month without a year: the first such day that is not further back than the window."""
    options = [_day(year, month, day) for year in (today.year - 1, today.year, today.year + 1, today.year + 4)]
    return next((option for option in options if option is not None and option >= today - PAST_WINDOW), None)


def coming_weekday(weekday: int, today: date) -> date:
    """The next day of that name, never today itself."""
    return today + timedelta(days=(weekday - today.weekday() - 1) % 7 + 1)


def weekday_of_next_week(weekday: int, today: date) -> date:
    return today + timedelta(days=7 - today.weekday() + weekday)


def end_of_month(year: int, month: int) -> date:
    return date(year, month, monthrange(year, month)[1])


def weekday_in_month(year: int, month: int, weekday: int, *, last: bool = False) -> date:
    """The first such weekday of a month, or the last."""
    if last:
        day = end_of_month(year, month)
        return day - timedelta(days=(day.weekday() - weekday) % 7)
    day = date(year, month, 1)
    return day + timedelta(days=(weekday - day.weekday()) % 7)


def add_months(day: date, months: int) -> date:
    index = day.year * 12 + day.month - 1 + months
    year, month = index // 12, index % 12 + 1
    return date(year, month, min(day.day, monthrange(year, month)[1]))


def last_workday(day: date) -> date:
    """The given day, or the Friday before it; holidays do not count (evals/labels.md)."""
    return day - timedelta(days=max(0, day.weekday() - _FRIDAY))


def _named_month(month: int, today: date) -> int:
    """The year in which a month that is named without a year is meant: this one's if it is not over, else the next."""
    return today.year if month >= today.month else today.year + 1


def _one(day: date | None, kind: str) -> Resolved | None:
    return None if day is None else (day, (day,), kind)


# ---- rules


def _year(text: str | None) -> int | None:
    if not text:
        return None
    number = int(text.strip("' "))
    return number + 2000 if number < 100 else number  # noqa: PLR2004 two digits


def _dated(day: int, month: int, year: int | None, today: date) -> Resolved | None:
    return _one(nearest_year(month, day, today) if year is None else _day(year, month, day), "absolute")


def _iso(match: re.Match[str], today: date) -> Resolved | None:
    return _dated(int(match["day"]), int(match["month"]), int(match["year"]), today)


def _numeric(*, month_first: bool) -> Resolve:
    def resolve(match: re.Match[str], today: date) -> Resolved | None:
        first, second, year = int(match["first"]), int(match["second"]), _year(match["year"])
        flipped = month_first and match["mark"] in "/-"
        day, month = (second, first) if flipped else (first, second)
        return _dated(day, month, year, today) or _dated(month, day, year, today)

    return resolve


def _index(names: re.Pattern[str], word: str) -> int:
    match = names.fullmatch(word)
    return int(match.lastgroup[1:]) if match and match.lastgroup else 1


def _index_from_zero(names: re.Pattern[str], word: str) -> int:
    match = names.fullmatch(word)
    return int(match.lastgroup[1:]) if match and match.lastgroup else 0


def _bare_day(match: re.Match[str], today: date) -> Resolved | None:
    return _bare_number(int(match["day"]) if match["day"].isdigit() else 1, today)


def _bare_number(number: int, today: date) -> Resolved | None:
    ahead = next_with_day(number, today)
    behind = _day(today.year, today.month, number)
    if ahead is None:
        return None
    others = () if behind is None or behind == ahead else (behind,)
    return ahead, (ahead, *others), "day"


def _agreeing(resolved: Resolved | None, weekday: int, today: date) -> Resolved | None:
    """The first day of that number that is of that weekday, in this month and the three to come; else as it was."""
    if resolved is None or resolved[0] is None or resolved[0].weekday() == weekday:
        return resolved
    months = (add_months(today.replace(day=1), count) for count in range(4))
    days = (_day(month.year, month.month, resolved[0].day) for month in months)
    fitting = next((day for day in days if day and day >= today and day.weekday() == weekday), None)
    return resolved if fitting is None else (fitting, (fitting, *resolved[1]), resolved[2])


def next_with_day(number: int, today: date) -> date | None:
    """The next day of that number in a month, today included."""
    for months in range(3):
        first = add_months(today.replace(day=1), months)
        day = _day(first.year, first.month, number)
        if day is not None and day >= today:
            return day
    return None


def _offset(days: int, kind: str = "relative") -> Resolve:
    return lambda _, today: _one(today + timedelta(days=days), kind)


class _Builder:
    """Turns a language's words into rules."""

    def __init__(self, words: CalendarWords, language: str, country: str, *, month_first: bool) -> None:
        self.words, self.language, self.country, self.month_first = words, language, country, month_first
        self.days = re.compile("|".join(f"(?P<d{i}>{name})" for i, name in enumerate(ORDINALS[language], 1)))
        self.months = re.compile("|".join(f"(?P<m{i}>{name})" for i, name in enumerate(words.months, 1)))
        self.weekdays = re.compile("|".join(f"(?P<w{i}>{name})" for i, name in enumerate(words.weekdays)))
        self._names = {
            "MONTHS": "|".join(sorted(chain.from_iterable([words.months]), key=len, reverse=True)),
            "WEEKDAYS": "|".join(words.weekdays),
            "NUMBERS": "|".join(sorted(words.numbers, key=len, reverse=True)),
            "DAYWORDS": "|".join(sorted(ORDINALS[language], key=len, reverse=True)),
        }
        self.rules: list[_Rule] = []

    def build(self) -> tuple[_Rule, ...]:
        self._absolute()
        self._relative()
        self._periods()
        self._weekdays()
        return tuple(self.rules)

    def _add(self, patterns: tuple[str, ...], resolve: Resolve, rank: int) -> None:
        if not patterns:
            return
        for pattern in patterns:
            for name, words in self._names.items():
                pattern = pattern.replace(name, words)  # noqa: PLW2901 filled in step by step
            self.rules.append(_Rule(re.compile(rf"(?<![\w-])(?:{pattern})(?!\w)"), resolve, rank))

    def _absolute(self) -> None:
        words, months = self.words, self.months
        weekday = rf"(?:(?:WEEKDAYS)\b\.?,?\s+{words.article})?"
        self._add((weekday + r"(?<![/.])(?P<year>20\d\d)[-/.](?P<month>\d\d)[-/.](?P<day>\d\d)",), _iso, 0)
        self._add(
            (weekday + r"(?<![/.,\d])(?P<first>\d{1,2})(?P<mark>[./-])\s?(?P<second>\d{1,2})"
                + r"(?P=mark)\s?(?P<year>20\d\d|\d\d)(?![./-]\d)",),
            _numeric(month_first=self.month_first), 0,
        )  # fmt: skip
        short = r"(?<![/.,\d-])(?P<first>\d{1,2})(?P<mark>%s)\s?(?P<second>\d{1,2})%s(?P<year>)"
        self._add(
            (weekday + short % (r"\.", r"\.(?!\d)(?!\w)"), weekday + short % ("/", r"(?![./,]?\d|\s?[%\u20ac])")),
            _numeric(month_first=self.month_first),
            1,
        )
        lead = r"(?:am|zum|bis|ab|vom|le|du|au|op|per|tot|voor|el|il|em|on|by|dia|uiterlijk|valuta|"
        lead += r"program\w+:|fecha:|date:|datum:|data:|termin:|termine:)\s+(?:zum\s+)?"
        self._add(
            (lead + r"(?P<first>\d{1,2})(?P<mark>[.-])(?P<second>\d{1,2})(?![.,-]?\d)(?!\s?[%\u20ac])(?P<year>)",),
            _numeric(month_first=False),
            2,
        )

        def day_and_month(match: re.Match[str], today: date) -> Resolved | None:
            if not match["day"].isdigit() and match["month"] == "sept":
                return None  # "dix-sept" is a number
            return _dated(self._day_number(match), _index(months, match["month"]), _year(match["year"]), today)

        number = rf"(?P<day>\d{{1,2}}|DAYWORDS){words.ordinal}?"
        year = r"(?:[.,]{0,2}\s*(?:del?\s+)?(?P<year>20\d\d|'\d\d)(?!\d))?"
        self._add((weekday + rf"(?<![\d.,/-]){number}\.?{words.of}[\s-]*(?P<month>MONTHS){year}",), day_and_month, 0)
        if words is CALENDARS["en"]:
            self._add(
                (
                    weekday
                    + rf"(?P<month>MONTHS)\.?\s+(?:the\s+)?(?P<day>\d{{1,2}})(?:st|nd|rd|th)?(?![\d:]){year}(?!\s?%)",
                ),
                day_and_month,
                1,
            )
        joined = r"(?:-|/|,|and|or|to|et|ou|au|und|oder|bis|y|o|al|en|of|tot|e|ed|ao?)"
        self._add(
            (
                rf"(?<![\d.,/-]){number}(?=\.?\s*{joined}\s*(?:the|le|den|dem|el|il|de|dia)?\s*"
                rf"(?:\d{{1,2}}|DAYWORDS){words.ordinal}?\.?{words.of}[\s-]*(?P<month>MONTHS){year}\b)",
            ),
            day_and_month,
            0,
        )
        if self.language in BARE:
            self._add((rf"{_SPELLED_LEAD}(?P<day>DAYWORDS){_NOT_SPELLED}",), self._spelled_day, 3)
        self._add(
            (
                rf"{words.day_lead}(?:(?P<named>WEEKDAYS)\b\.?,?\s+(?:{words.article})?)?(?P<day>\d{{1,2}}){words.day_tail}{_NOT_A_DAY}",
            ),
            self._maybe_named_day,
            3,
        )
        self._add(
            (rf"(?:WEEKDAYS)\b\.?,?\s*(?:{words.article})?(?P<day>\d{{1,2}})(?:{words.ordinal})?{_NOT_A_DAY}",),
            self._weekday_number,
            3,
        )

    def _day_number(self, match: re.Match[str]) -> int:
        word = match["day"]
        return int(word) if word.isdigit() else _index(self.days, word)

    def _spelled_day(self, match: re.Match[str], today: date) -> Resolved | None:
        return _bare_number(self._day_number(match), today)

    def _maybe_named_day(self, match: re.Match[str], today: date) -> Resolved | None:
        day, named = _bare_day(match, today), match["named"]
        return _agreeing(day, _index_from_zero(self.weekdays, named), today) if named else day

    def _weekday_number(self, match: re.Match[str], today: date) -> Resolved | None:
        """ "Friday 5": where the next fifth is no Friday, the one that is, if it is near."""
        first = self.weekdays.match(match.group())
        if first is None or len(first.group()) < 2 or first.lastgroup is None:  # noqa: PLR2004 "d'" and the like
            return None
        return _agreeing(_bare_day(match, today), int(first.lastgroup[1:]), today)

    def _relative(self) -> None:
        words = self.words
        self._add(words.today, _offset(0), 4)
        self._add(words.tomorrow, _offset(1), 5)
        self._add(words.day_after_tomorrow, _offset(2), 4)
        self._add(words.yesterday, _offset(-1, "past"), 4)
        self._add(words.in_days, self._counted(lambda today, n: today + timedelta(days=n)), 4)
        self._add(words.in_workdays, self._counted(lambda today, n: add_workdays(today, n, self.country)), 4)
        self._add(words.in_weeks, self._counted(lambda today, n: today + timedelta(weeks=n)), 4)
        self._add(words.in_months, self._counted(add_months), 4)
        for pattern, days in words.fixed_days.items():
            self._add((pattern,), _offset(days), 4)

    def _counted(self, count: Callable[[date, int], date]) -> Resolve:
        def resolve(match: re.Match[str], today: date) -> Resolved | None:
            word = match["n"]
            return _one(count(today, int(word) if word.isdigit() else self.words.numbers[word]), "relative")

        return resolve

    def _weekdays(self) -> None:
        words = self.words

        def rule(resolve: Callable[[int, date], tuple[date, ...]], kind: str = "weekday") -> Resolve:
            def resolved(match: re.Match[str], today: date) -> Resolved | None:
                if "weekday" not in match.re.groupindex or match["weekday"] is None or not self._is_weekday(match):
                    return None
                days = resolve(self._weekday_index(match["weekday"]), today)
                return days[0], days, kind

            return resolved

        self._add(words.past_weekday, rule(lambda w, t: (coming_weekday(w, t) - timedelta(days=7),), "past"), 5)
        self._add(words.next_weekday, rule(lambda w, t: (weekday_of_next_week(w, t), coming_weekday(w, t))), 5)
        self._add(words.weekday_plus_two_weeks, rule(lambda w, t: (coming_weekday(w, t) + timedelta(days=14),)), 3)
        self._add(words.weekday_plus_week, rule(lambda w, t: (coming_weekday(w, t) + timedelta(days=7),)), 3)
        self._add(words.weekday_of_month, self._weekday_of_month, 2)
        self._add(words.coming_weekday, rule(lambda w, t: (coming_weekday(w, t),)), 6)

    def _weekday_of_month(self, match: re.Match[str], today: date) -> Resolved | None:
        """ "The last Friday in May", "the first Monday of the month": of the next month where this one's is over."""
        weekday, last = self._weekday_index(match["weekday"]), match["which"][0] in "lud"
        if match["month"]:
            number = _index(self.months, match["month"])
            return _one(weekday_in_month(_named_month(number, today), number, weekday, last=last), "period")
        day = weekday_in_month(today.year, today.month, weekday, last=last)
        later = add_months(today.replace(day=1), 1)
        following = weekday_in_month(later.year, later.month, weekday, last=last)
        return _one(day if day >= today else following, "period")

    def _weekday_index(self, word: str) -> int:
        return _index_from_zero(self.weekdays, word)

    def _is_weekday(self, match: re.Match[str]) -> bool:
        word, after = match["weekday"], match.string[match.end("weekday") : match.end("weekday") + 12]
        if len(word) <= 3 and not (self.words is CALENDARS["en"] and word in _WEEKDAY_ABBREVIATIONS):  # noqa: PLR2004 an abbreviation
            return False
        if self.words is CALENDARS["pt"] and "feira" not in word:
            before = match.string[max(0, match.start("weekday") - 8) : match.start("weekday")]
            is_led = re.search(r"(?:\b(?:na|ate|esta|nesta|proxima|ultima|para|de|ter|uma|passada)\s+)$", before)
            is_alone = re.search(r"(?:^|[,.;\n]\s?)$", before) or re.match(r"\s*(?:[,.;!?\n]|$)", after)
            is_ordinal = re.match(r"\s+(?:via|fat|vez|prest|metade|parte|tranc|quin|enc|remessa|guia)", after)
            return bool(is_led or (is_alone and not re.search(r"\b(?:a|da|e a)\s+$", before))) and not is_ordinal
        return True

    def _periods(self) -> None:
        words = self.words
        friday = timedelta(days=_FRIDAY)

        def month(resolve: Callable[[int, int], date]) -> Resolve:
            def resolved(match: re.Match[str], today: date) -> Resolved | None:
                number = _index(self.months, match["month"])
                return _one(resolve(_named_month(number, today), number), "period")

            return resolved

        def this(resolve: Callable[[date], date | None]) -> Resolve:
            return lambda _, today: _one(resolve(today), "period")

        self._add(words.end_of_next_week, this(lambda t: weekday_of_next_week(_FRIDAY, t)), 2)
        self._add(
            words.end_of_week,
            this(lambda t: t - timedelta(days=t.weekday()) + friday + timedelta(days=7 * (t.weekday() >= _WEEKEND))),
            3,
        )
        self._add(words.end_of_next_month, this(lambda t: _month_end(add_months(t, 1))), 2)
        self._add(words.end_of_named, month(end_of_month), 3)
        self._add(words.end_of_month, this(_month_end), 3)
        self._add(words.last_workday, self._last_workday, 1)
        for feast, (month_of_feast, day_of_feast) in words.feasts.items():
            self._add((_FEAST_LEAD + feast,), self._feast(month_of_feast, day_of_feast), 3)
        self._add(words.end_of_year, this(lambda t: date(t.year, 12, 31)), 3)
        self._add(words.mid_next_month, this(lambda t: add_months(t, 1).replace(day=15)), 2)
        self._add(words.mid_named, month(lambda y, m: date(y, m, 15)), 3)
        self._add(words.mid_month, this(lambda t: next_with_day(15, t)), 3)
        self._add(words.start_of_next_month, this(lambda t: add_months(t.replace(day=1), 1)), 3)
        self._add(words.start_of_named, self._start_of_named, 3)
        self._add(words.day_of_next_month, self._day_of_next_month, 1)
        self._add(words.week_number, self._week, 2)

    @staticmethod
    def _feast(month: int, day: int) -> Resolve:
        return lambda _, today: _dated(day, month, None, today)

    def _start_of_named(self, match: re.Match[str], today: date) -> Resolved | None:
        return _one(nearest_year(_index(self.months, match["month"]), 1, today), "period")

    def _last_workday(self, match: re.Match[str], today: date) -> Resolved | None:
        name = match["month"] if "month" in match.re.groupindex else None
        month = _index(self.months, name) if name else today.month
        return _one(last_workday(end_of_month(_named_month(month, today), month)), "period")

    def _day_of_next_month(self, match: re.Match[str], today: date) -> Resolved | None:
        following = add_months(today.replace(day=1), 1)
        return _one(_day(following.year, following.month, int(match["day"])), "absolute")

    def _week(self, match: re.Match[str], today: date) -> Resolved | None:
        number, part = int(match["week"]), (match["part"] or "").strip()
        try:
            monday = date.fromisocalendar(today.isocalendar().year, number, 1)
        except ValueError:
            return None
        if monday < today - PAST_WINDOW:
            monday = date.fromisocalendar(today.isocalendar().year + 1, number, 1)
        if not part:
            return None, tuple(monday + timedelta(days=n) for n in range(5)), "period"
        offset = (
            _FRIDAY
            if re.match(r"end|fin|eind|fim", part)
            else 0
            if re.match(r"anf|beg|start|deb|prin|ini", part)
            else 2
        )
        return _one(monday + timedelta(days=offset), "period")


def _month_end(day: date) -> date:
    return end_of_month(day.year, day.month)


@lru_cache(maxsize=64)
def _rules(language: str, country: str, month_first: bool) -> tuple[_Rule, ...]:
    return _Builder(CALENDARS[language], language, country, month_first=month_first).build()
