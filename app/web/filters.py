"""Formatting in the reader's own language and time zone, read from the `Page` that every template gets as `page`: no
template formats by hand."""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import partial
from gettext import NullTranslations
from zoneinfo import ZoneInfo

from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_datetime, format_skeleton, format_time, get_timezone
from babel.numbers import format_currency, format_decimal, format_percent
from jinja2 import pass_context
from jinja2.runtime import Context

from app.domain.money import Money, digits, places_of
from app.web.frame import Page
from app.web.languages import catalogue, translated

LETTER_BEFORE_DIGIT = re.compile(r"(?<=[^\W\d_])(?=\d)")
BLANK_LINES = re.compile(r"\n[ \t]*\n\s*")
KIB = 1024
ISO_DAY = len("2026-05-21")
FACTOR_SHORT = 100
MINUTE, HOUR, DAY = 60, 3_600, 86_400


def _page(context: Context) -> Page:
    page = context["page"]
    if not isinstance(page, Page):
        raise TypeError("the context has no Page under 'page'; a macro file needs 'import … with context'")
    return page


def _locale(context: Context) -> Locale:
    return Locale.parse(_page(context).locale)


def _local(context: Context, moment: datetime) -> datetime:
    if moment.tzinfo is None:
        raise ValueError("a naive datetime reached a template")
    return moment.astimezone(ZoneInfo(_page(context).zone))


@pass_context
def money(context: Context, amount: tuple[Decimal, str]) -> str:
    """`(Decimal("4860"), "GBP")` as `£4,860.00`; letters stand apart, as CLDR has it and Babel does not."""
    value, currency = amount
    written = format_currency(value, currency, locale=_locale(context))
    return _minus(LETTER_BEFORE_DIGIT.sub("\N{NO-BREAK SPACE}", written))


@pass_context
def number(context: Context, value: Decimal, currency: str = "") -> str:
    """An amount under a heading that names the currency."""
    places = "0" * places_of(currency, value)
    return _minus(format_decimal(value, format=f"#,##0.{places}".rstrip("."), locale=_locale(context)))


def typed(amount: tuple[Decimal, str]) -> str:
    """As a form's field holds it: `1250.00`."""
    return digits(*amount)


@pass_context
def whole(context: Context, value: Decimal | int) -> str:
    return _minus(format_decimal(value, format="#,##0", locale=_locale(context)))


@pass_context
def decimals(context: Context, value: float | Decimal, places: int) -> str:
    return format_decimal(value, format=f"0.{'0' * places}", locale=_locale(context))


@pass_context
def signed(context: Context, value: float | Decimal) -> str:
    """A difference with its sign, to a tenth."""
    return format_decimal(value, format="+0.0;-0.0", locale=_locale(context))


@pass_context
def percent(context: Context, value: float | Decimal) -> str:
    return format_percent(value, locale=_locale(context))


@pass_context
def day(context: Context, value: date) -> str:
    """`9 Apr`, with the year when it is not the reader's own."""
    skeleton = "MMMd" if value.year == _local(context, _page(context).now).year else "yMMMd"
    moment = datetime(value.year, value.month, value.day, tzinfo=UTC)
    return _first(context, format_skeleton(skeleton, moment, locale=_locale(context)))


@pass_context
def later(context: Context, moment: datetime, days: int) -> date:
    """The reader's day, so many days on."""
    return _local(context, moment).date() + timedelta(days=days)


@pass_context
def weekday(context: Context, value: date) -> str:
    """`Fri, 29 May`, or the full date in another year."""
    if value.year != _local(context, _page(context).now).year:
        return _first(context, format_date(value, "medium", locale=_locale(context)))
    moment = datetime(value.year, value.month, value.day, tzinfo=UTC)
    return _first(context, format_skeleton("MMMEd", moment, locale=_locale(context)))


@pass_context
def clock(context: Context, moment: datetime) -> str:
    return format_time(_local(context, moment).time(), "short", locale=_locale(context))


@pass_context
def clock_seconds(context: Context, moment: datetime) -> str:
    return format_time(_local(context, moment).time(), "medium", locale=_locale(context))


@pass_context
def when(context: Context, moment: datetime) -> str:
    """Short, for lists: the time today, the day before that."""
    local = _local(context, moment)
    if local.date() == _local(context, _page(context).now).date():
        return clock(context, moment)
    return day(context, local.date())


@pass_context
def moment(context: Context, value: datetime) -> str:
    """`Thu, 21 May, 09:06`."""
    return f"{weekday(context, _local(context, value).date())}, {clock(context, value)}"


@pass_context
def exact(context: Context, value: datetime) -> str:
    """For a tooltip: the whole date with its zone."""
    page = _page(context)
    return format_datetime(value, "long", tzinfo=get_timezone(page.zone), locale=_locale(context))


@pass_context
def seconds_left(context: Context, value: datetime) -> int:
    return max(0, round((value - _page(context).now).total_seconds()))


@pass_context
def seconds_ago(context: Context, value: datetime) -> int:
    return max(0, round((_page(context).now - value).total_seconds()))


@pass_context
def dated(context: Context, text: str) -> str:
    """A day or a moment that the log holds as text (ISO 8601), as `day` and `moment` write it; other text as it is."""
    try:
        return (
            day(context, date.fromisoformat(text))
            if len(text) == ISO_DAY
            else moment(context, datetime.fromisoformat(text))
        )
    except ValueError:
        return text


@pass_context
def ago(context: Context, value: datetime) -> str:
    """`12 s`, `3 min`, `2 h`, `4 d` before now."""
    return _span(context, seconds_ago(context, value))


@pass_context
def ahead(context: Context, value: datetime) -> str:
    """`24 min`, `3 h` until then; nothing for what is past."""
    return _span(context, seconds_left(context, value), least=MINUTE)


@pass_context
def factor(context: Context, value: float) -> str:
    """`1.5`, `16`, `1,024`: what something is multiplied by."""
    return format_decimal(round(value, 1) if value < FACTOR_SHORT else round(value), locale=_locale(context))


def initials(name: str) -> str:
    return "".join(word[0] for word in name.split()[:2]).upper() or "?"


@pass_context
def language_name(context: Context, code: str) -> str:
    """`de` as `German`; an unknown code stays as it is."""
    try:
        return Locale.parse(code.replace("-", "_")).get_language_name(str(_locale(context))) or code
    except (UnknownLocaleError, ValueError):
        return code


@pass_context
def filesize(context: Context, size: int) -> str:
    if size < KIB:
        return f"{whole(context, size)} B"
    if size < KIB * KIB:
        return f"{whole(context, round(size / KIB))} KB"
    return f"{format_decimal(Decimal(size) / KIB / KIB, format='0.0', locale=_locale(context))} MB"


def paragraphs(text: str) -> list[str]:
    """Blocks between blank lines; line breaks inside a block stay."""
    return [block for block in BLANK_LINES.split(text.replace("\r\n", "\n").strip()) if block]


@pass_context
def words(context: Context, code: str) -> str:
    """A code nobody has put into words yet: `mail_too_large` as `Mail too large`, in the language if it knows that."""
    plain = re.sub(r"[._]+", " ", code).strip().capitalize()
    return _catalogue(context).gettext(plain) if plain else plain


@pass_context
def told(context: Context, sentence: str) -> str:
    """A sentence that the program made, in the reader's language."""
    return translated(sentence, _catalogue(context), partial(_value, context))


@pass_context
def within(context: Context, label: str) -> str:
    """A label in the middle of a sentence: in small letters, but for German, whose nouns keep their capital."""
    return label if _language(context) == "de" else label.lower()


def sentence(text: str) -> str:
    """The first letter large, the others as they are."""
    return text[:1].upper() + text[1:]


@pass_context
def intent_name(context: Context, code: str, names: Mapping[str, str]) -> str:
    return names.get(code) or words(context, code)


@pass_context
def reason_name(context: Context, code: str, names: Mapping[str, Sequence[str]]) -> str:
    return names[code][0] if code in names else words(context, code)


def short_hash(prompt: str) -> str:
    """A prompt's label and whole hash as `classify_message@4 8c1f52aa`."""
    label, _, digest = prompt.partition(" ")
    return f"{label} {digest[:8]}".rstrip()


def bars(values: Sequence[Decimal], width: int = 300, gap: int = 1) -> list[tuple[str, str]]:
    """Left edge and width of each part of a stacked bar, as SVG attribute values."""
    positive = [max(value, Decimal(0)) for value in values]
    total = sum(positive, Decimal(0))
    if not total:
        return [("0", "0") for _ in positive]
    room = width - gap * (sum(1 for value in positive if value) - 1)
    left = Decimal(0)
    parts = []
    for value in positive:
        part = value / total * room
        parts.append((f"{left:.1f}", f"{part:.1f}"))
        left += part + gap if value else 0
    return parts


def _span(context: Context, seconds: int, *, least: int = 1) -> str:
    """A length of time in the one unit that says enough, none smaller than `least`."""
    names = _catalogue(context)
    steps = (
        (MINUTE, 1, names.gettext("s")),
        (HOUR, MINUTE, names.gettext("min")),
        (2 * DAY, HOUR, names.gettext("h")),
    )
    fitting = ((size, unit) for limit, size, unit in steps if seconds < limit and size >= least)
    size, unit = next(fitting, (DAY, names.gettext("d")))
    return f"{whole(context, seconds // size)}\N{NO-BREAK SPACE}{unit}"


def _value(context: Context, value: object) -> object:
    """What stands in a sentence, as the reader's language writes it."""
    if isinstance(value, date):
        return day(context, value)
    if isinstance(value, Money):
        return money(context, (value.amount, value.currency))
    if isinstance(value, Decimal):
        return number(context, value)
    return value


def _first(context: Context, day_: str) -> str:
    """In French the first of a month is an ordinal, 1er mai, which Babel does not know."""
    return re.sub(r"(?<!\d)1(?= )", "1er", day_) if _locale(context).language == "fr" else day_


def _language(context: Context) -> str:
    """That of the environment: also a macro file that is imported without a page speaks it."""
    return str(context.environment.globals["language"])


def _catalogue(context: Context) -> NullTranslations:
    return catalogue(_language(context))


def _minus(text: str) -> str:
    return text.replace("-", "\N{MINUS SIGN}")


FILTERS: dict[str, Callable[..., object]] = {
    "money": money,
    "number": number,
    "typed": typed,
    "whole": whole,
    "percent": percent,
    "decimals": decimals,
    "signed": signed,
    "day": day,
    "later": later,
    "weekday": weekday,
    "clock": clock,
    "clock_seconds": clock_seconds,
    "when": when,
    "moment": moment,
    "dated": dated,
    "exact": exact,
    "seconds_left": seconds_left,
    "seconds_ago": seconds_ago,
    "ago": ago,
    "ahead": ahead,
    "factor": factor,
    "initials": initials,
    "language_name": language_name,
    "filesize": filesize,
    "paragraphs": paragraphs,
    "words": words,
    "told": told,
    "within": within,
    "sentence": sentence,
    "intent_name": intent_name,
    "reason_name": reason_name,
    "short_hash": short_hash,
    "bars": bars,
}
