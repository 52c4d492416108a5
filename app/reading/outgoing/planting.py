"""Makes the one fault of a test item, of a kind that a careful person must notice, in seven languages.

Your payment of 1,250.00 EUR …    ─▶  Your payment of 1,750.00 EUR …
…, planned for 3 June 2026.       ─▶  …, planned for 6 June 2026.
Dear Petra Vane,                  ─▶  Dear Robin Castellan,
We have noted it.                 ─▶  We have noted it. You need not pay the reminder fee.
"""

import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from app.domain.planted import Fault, Planted
from app.domain.proposal import Draft, Trace
from app.reading.days.dates import find_dates
from app.reading.days.found import FoundDate
from app.reading.money.amounts import find_amounts
from app.reading.spans import fold

CONCESSIONS: Mapping[str, str] = {
    "en": "You need not pay the reminder fee.",
    "fr": "Vous n'avez pas à payer les frais de rappel.",
    "de": "Die Mahngebühr brauchen Sie nicht zu bezahlen.",
    "es": "No tiene que pagar los gastos de reclamación.",
    "nl": "De aanmaningskosten hoeft u niet te betalen.",
    "it": "Non deve pagare le spese di sollecito.",
    "pt": "Não tem de pagar as despesas de aviso.",
}
EXTENSIONS: Mapping[str, str] = {
    "en": "We have moved the due date back by four weeks.",
    "fr": "Nous avons repoussé l'échéance de quatre semaines.",
    "de": "Die Fälligkeit haben wir um vier Wochen verschoben.",
    "es": "Hemos aplazado el vencimiento cuatro semanas.",
    "nl": "Wij hebben de vervaldatum met vier weken verschoven.",
    "it": "Abbiamo spostato la scadenza di quattro settimane.",
    "pt": "Adiámos o vencimento por quatro semanas.",
}
NAMES = (("Robin", "Castellan"), ("Andrea", "Lindqvist"), ("Alexis", "Moreau"), ("Kim", "Verhoeven"), ("Noa", "Albers"))
"""Invented, and any of them may be a man's or a woman's."""

_SENTENCE = 4
"""A fault of so many words or more is still there as long as half of it stands in one piece."""

_NUMBER = re.compile(r"\d(?:[\d.,'\u2019\s]*\d)?")
_DIGITS = re.compile(r"\d+")
_ORDINAL = re.compile(r"st\b|nd\b|rd\b|th\b|er\b|[\u00ba\u00aa\u00b0]")
_NEVER = frozenset({1, 8, 11})
"""Days that take another article, or an ordinal, in some language."""

_OF_ONE_DIGIT, _OF_TWO_DIGITS = range(2, 10), range(12, 29)
"""Days that every month has."""
_TITLES = (
    r"(?:(?:Mr|Mrs|Ms|Dr|M|Mme|Mlle|Sr|Sra|Sig|Dott)\.?|Herrn?|Frau|Madame|Monsieur|Señora?|Signora?|Dottor|Dottoressa|"
    r"Senhora?|(?:de )?heer|mevrouw)"
)
_OPENINGS = (
    r"(?:Dear|Hello|Hi|Good (?:morning|afternoon)|Guten Tag|Hallo|Lieber?|Sehr geehrter?|Bonjour|Chère?|Cher|Hola|"
    r"Estimad[oa]|Buongiorno|Gentile|Car[oa]|Beste|Geachte|Olá|Bom dia|Prezad[oa])"
)
_WORD = r"[^\W\d_a-zß-öø-ÿ][\w.'\u2019-]*"
_GREETING = re.compile(
    rf"{_OPENINGS},?\s(?P<title>{_TITLES}\s(?:Dr\.\s)?)?(?P<name>{_WORD}(?:\s{_WORD}){{0,4}})(?=\s?[,:!]?\s*(?:\n|$))"
)
_GREETS = re.compile(r"[^\n]{1,80}[,:!]")


@dataclass(frozen=True, slots=True)
class _Change:
    """`text` stands in the place of body[start:end]."""

    start: int
    end: int
    text: str

    def of(self, body: str) -> str:
        return f"{body[: self.start]}{self.text}{body[self.end :]}"


@dataclass(frozen=True, slots=True)
class _Page:
    """What a fault is made of. `lot` chooses wherever there is a choice."""

    body: str
    language: str
    invoices: Sequence[str]
    today: date
    lot: int

    def pick(self, options: Sequence[int]) -> int:
        return options[self.lot % len(options)]


def planted(draft: Draft, *, invoices: Collection[str], today: date, lot: int) -> Planted | None:
    """The draft with one fault; the same for the same lot. None where no fault of any kind can be made.

    `invoices` are the numbers that the answer is about.
    """
    kinds = tuple(Fault)
    page = _Page(draft.body, draft.language, sorted(invoices), today, lot // len(kinds))
    first = lot % len(kinds)
    for fault in (*kinds[first:], *kinds[:first]):
        change = next(_MAKERS[fault](page), None)
        if change is not None:
            body = change.of(draft.body)
            traces = tuple(_moved(trace, change) for trace in draft.traces)
            was, shown = draft.body[change.start : change.end], change.text.strip()
            return Planted(fault, replace(draft, body=body, traces=traces), was, shown)
    return None


def is_gone(fault: Planted, text: str) -> bool:
    """Whether a person's own words no longer hold the fault."""
    words, said = fold(fault.shown).split(), " ".join(fold(text).split())
    size = len(words) if len(words) < _SENTENCE else (len(words) + 1) // 2
    pieces = (" ".join(words[at : at + size]) for at in range(len(words) - size + 1))
    return not any(_alone(piece).search(said) for piece in pieces)


def _alone(words: str) -> re.Pattern[str]:
    """These words, and not the middle of a longer number or name; "500EUR" holds 500."""
    before, after = (r"\d" if edge.isdecimal() else r"[^\W\d_]" for edge in (words[0], words[-1]))
    return re.compile(rf"(?<!{before}){re.escape(words)}(?!{after})")


def _moved(trace: Trace, change: _Change) -> Trace:
    """A fact that was changed keeps its mark: nothing on the page may tell it from the others."""
    grown = len(change.text) - (change.end - change.start)
    start = trace.start if trace.start <= change.start else max(trace.start + grown, change.start)
    return replace(trace, start=start, end=trace.end if trace.end <= change.start else trace.end + grown)


def _amounts(page: _Page) -> Iterator[_Change]:
    for found in find_amounts(page.body, page.language):
        number = _NUMBER.search(page.body, found.start, found.end)
        if number is None or found.is_bare or page.body.count(number.group()) > 1:
            continue
        digits = [place for place, sign in enumerate(number.group()) if sign.isdecimal()]
        place = digits[page.lot % 2] if len(digits) > len("100") else digits[0]
        text = _with_another_digit(number.group(), place, page)
        if text not in page.body:
            yield _Change(number.start(), number.end(), text)


def _dates(page: _Page) -> Iterator[_Change]:
    before = find_dates(page.body, page.today, page.language)
    for found in before:
        if found.day is None or page.body.count(page.body[found.start : found.end]) > 1:
            continue
        for token in _DIGITS.finditer(page.body, found.start, found.end):
            number, rest = int(token.group()), page.body[token.end() :]
            if number != found.day.day or number in _NEVER or _ORDINAL.match(rest):
                continue
            day = page.pick(_days_like(token.group()))
            text = f"{page.body[found.start : token.start()]}{day}{page.body[token.end() : found.end]}"
            change = _Change(found.start, found.end, text)
            if text not in page.body and _says(change, found, found.day.replace(day=day), page, before):
                yield change


def _days_like(token: str) -> list[int]:
    """Days written with as many digits, not too near."""
    days = _OF_ONE_DIGIT if len(token) == 1 else _OF_TWO_DIGITS
    return [day for day in days if day not in _NEVER and abs(day - int(token)) > 1]


def _says(change: _Change, found: FoundDate, day: date, page: _Page, before: Sequence[FoundDate]) -> bool:
    """Whether the changed text is read as that day, and every other day as before."""
    expected = [day if other is found else other.day for other in before]
    return [other.day for other in find_dates(change.of(page.body), page.today, page.language)] == expected


def _invoices(page: _Page) -> Iterator[_Change]:
    for number in page.invoices:
        places = [*re.finditer(rf"(?<![\w-]){re.escape(number)}(?![\w-])", page.body)]
        digits = [place for place, sign in enumerate(number) if sign.isdecimal()]
        if len(places) != 1 or not digits:
            continue
        text = _with_another_digit(number, digits[-1 - page.lot % min(2, len(digits))], page)
        if text not in page.body and text not in page.invoices:
            yield _Change(places[0].start(), places[0].end(), text)


def _names(page: _Page) -> Iterator[_Change]:
    greeting = _GREETING.match(page.body)
    if greeting is None or page.body.count(greeting["name"]) > 1:
        return
    first, last = NAMES[page.lot % len(NAMES)]
    if first in page.body or last in page.body:
        return
    is_one_word = len(greeting["name"].split()) == 1
    text = (last if greeting["title"] else first) if is_one_word else f"{first} {last}"
    yield _Change(greeting.start("name"), greeting.end("name"), text)


def _concessions(page: _Page) -> Iterator[_Change]:
    yield from _one_more(page, CONCESSIONS)


def _extensions(page: _Page) -> Iterator[_Change]:
    yield from _one_more(page, EXTENSIONS)


def _one_more(page: _Page, sentences: Mapping[str, str]) -> Iterator[_Change]:
    """At the end of the first paragraph that says something."""
    sentence = sentences.get(page.language)
    if sentence is None or sentence in page.body:
        return
    start = 0
    while start < len(page.body):
        end = page.body.find("\n\n", start)
        end = len(page.body) if end < 0 else end
        paragraph = page.body[start:end].rstrip()
        if paragraph.strip() and not _GREETS.fullmatch(paragraph.strip()):
            place = start + len(paragraph)
            yield _Change(place, place, f" {sentence}")
            return
        start = end + 2


def _with_another_digit(text: str, place: int, page: _Page) -> str:
    """No digit becomes 0: that could shorten a number."""
    old = int(text[place])
    return f"{text[:place]}{page.pick([digit for digit in range(1, 10) if digit != old])}{text[place + 1 :]}"


_MAKERS: Mapping[Fault, Callable[[_Page], Iterator[_Change]]] = {
    Fault.AMOUNT: _amounts,
    Fault.DATE: _dates,
    Fault.INVOICE: _invoices,
    Fault.NAME: _names,
    Fault.CONCESSION: _concessions,
    Fault.EXTENSION: _extensions,
}
