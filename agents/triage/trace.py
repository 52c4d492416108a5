"""Where do the facts of a draft come from? Independent of whoever wrote it.

Every digit of a draft must belong to a known fact: facts are masked, the longest first, and what is left is untraced.

    "INV-7 over 1,250.00 EUR is due on 3 March 2026."    known: INV-7 (ledger), 1,250.00 (ledger), 3 March 2026 (mail)
    "····· over ········ EUR is due on ············."    no digit left: traced
"""

import re
from collections.abc import Container, Iterable, Iterator
from dataclasses import dataclass

from babel.core import get_global

from agents.triage.notations import amounts, calendar_words, dates, plain, weekday
from app.domain.account import Account
from app.domain.case import Letter
from app.domain.money import Money
from app.domain.proposal import Facts, PromiseFact, Trace
from app.domain.text import PLACEHOLDER
from app.reading.days.dates import find_dates
from app.reading.days.found import FoundDate
from app.reading.money.amounts import find_amounts

READ = 20_000
"""Days are looked for in so many code points of a mail."""

_TOKEN = re.compile(r"[\w#](?:[\w./,:#-]*\w)?")
_LINK = re.compile(
    r"(?:[a-z][a-z0-9+.-]{0,30}://|www\.)\S+|\b[\w-]{1,63}(?:\.[\w-]{1,63}){0,8}\.[a-z]{2,63}/\S*", re.IGNORECASE
)
_ADDRESS = re.compile(r"[^\s@<>]{1,64}@[^\s@<>]{1,255}\.\w+")
_CODES = "|".join(sorted(get_global("all_currencies")))
_CURRENCY = re.compile(
    rf"€|£|₹|(?:\b(?:US|CA|AU?|NZ|S|HK|MX|R|JP|CN))?[$¥]|\b(?:{_CODES}|(?i:EUR|GBP|USD|CHF|SEK|NOK|DKK|PLN|CZK|CAD|AUD|JPY|BRL))\b"
)
_CURRENCY_WORD = re.compile(
    r"[ -]?(?:(?P<EUR>euros?)|(?P<GBP>pounds?|pfund|livres?|libras?|ponden?|pond|sterlin\w+)|(?P<USD>d[oó]ll?ar\w*)"
    r"|(?P<CHF>franken|francs?|francos?|franchi|frank)|(?P<JPY>yen|ienes?))\b",
    re.IGNORECASE,
)
_WORD = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)?")
_ALSO_VERBS = frozenset({"may", "march"})
_BEFORE_A_DATE = re.compile(r"\b(?:in|by|of|on|until|before|after|from|since|for|mid|early|late)[ -]+$", re.IGNORECASE)
_SYMBOLS = {
    **{"€": "EUR", "£": "GBP", "₹": "INR", "R$": "BRL", "US$": "USD", "CA$": "CAD", "A$": "AUD", "AU$": "AUD"},
    **{"NZ$": "NZD", "S$": "SGD", "HK$": "HKD", "MX$": "MXN", "JP¥": "JPY", "CN¥": "CNY"},
}
_SHARED = {
    "$": frozenset({"USD", "CAD", "AUD", "NZD", "SGD", "HKD", "MXN", "ARS", "CLP", "COP"}),
    "¥": frozenset({"JPY", "CNY"}),
}
"""Signs of more than one currency stand for each of them."""

_AFTER_A_BREAK = re.compile(r"(?<!\w)(?<!\d[.,'])")
_BEFORE_A_BREAK = re.compile(r"(?!\w)(?![.,']\d)")
_MASK = "\x00"


@dataclass(frozen=True, slots=True)
class Known:
    """A piece of text that may stand in a draft. `currency`: a currency beside it must be this one."""

    text: str
    source: str
    reference: str
    currency: str = ""
    needs_currency: bool = False


@dataclass(frozen=True, slots=True)
class Traced:
    traces: tuple[Trace, ...]
    problems: tuple[str, ...]


def trace(body: str, known: Iterable[Known], letter: Letter, language: str) -> Traced:
    """Tie each fact of a draft to its source; a problem is a closed word and the fragment that no source explains."""
    text = PLACEHOLDER.sub(lambda match: _MASK * len(match.group()), plain(body))
    traces: list[Trace] = []
    for fact in sorted(set(known), key=lambda fact: (-len(fact.text), fact.source != "ledger", fact.reference)):
        text = _mask(text, fact, traces)
    problems = [*_placeholders(body, letter), *_left_over(text, letter, language)]
    return Traced(tuple(sorted(traces, key=lambda found: found.start)), tuple(dict.fromkeys(problems)))


def configured(team: str, mailbox_address: str) -> Iterator[Known]:
    yield Known(team, "configuration", "team")
    yield Known(mailbox_address, "configuration", "mailbox_address")


def from_ledger(account: Account, language: str, concerning: Container[str]) -> Iterator[Known]:
    """Numbers, sums, days and payment links of the account's own rows, as far as they concern the invoices named."""
    for invoice in account.invoices:
        if invoice.number not in concerning:
            continue
        yield Known(invoice.number, "ledger", invoice.number)
        yield Known(invoice.payment_link, "ledger", invoice.number)
        for money in {invoice.amount, invoice.open}:
            yield from _money(money, "ledger", invoice.number)
        for day in filter(None, (invoice.due_date, invoice.issue_date)):
            yield from (Known(text, "ledger", invoice.number) for text in dates(day, language))
    for money in account.outstanding:
        yield from _money(money, "ledger", "outstanding")
    for payment in account.payments:
        reference = payment.invoice_number or payment.reference or "payment"
        yield from _money(payment.amount, "ledger", reference)
        yield from (Known(text, "ledger", reference) for text in dates(payment.day, language))


def from_promise(promise: PromiseFact | None) -> Iterator[Known]:
    """The sum of a promise, which code has worked out from the mail and the open amounts of its invoices."""
    if promise is not None and promise.amount is not None:
        reference = " ".join(promise.invoices) or "promise"
        yield from _money(Money(promise.amount, promise.currency or ""), "ledger", reference)


def from_mail(letter: Letter, facts: Facts, language: str) -> Iterator[Known]:
    """What the writer said: numbers as they stand, amounts and days in any notation. Never a link or an address."""
    wish = facts.extension.until if facts.extension else None
    days = {facts.promise.day if facts.promise else None: "facts", facts.return_date: "facts", wish: "wish"}
    said = dict.fromkeys((found.day for found in _days(letter.body.value, letter)), "body")
    for day, reference in {**said, **days}.items():
        yield from (Known(text, "mail", reference) for text in (dates(day, language) if day else ()))
    for name, part in _parts(letter):
        shown = _ADDRESS.sub(" ", _LINK.sub(" ", PLACEHOLDER.sub(" ", plain(part))))
        sums = find_amounts(shown, letter.language)
        for found in sums:
            yield from _money(Money(found.value, found.currency or ""), "mail", name)
        read = [(found.start, found.end) for found in _days(shown, letter)]
        read += [(found.start, found.end) for found in sums if not found.is_bare]
        tokens = set(_TOKEN.findall(_blanked(shown, read)))
        yield from (Known(token, "mail", name) for token in tokens if re.search(r"\d", token))


def _days(text: str, letter: Letter) -> Iterator[FoundDate]:
    return (found for found in find_dates(text[:READ], letter.today, letter.language) if found.day)


def _blanked(text: str, spans: Iterable[tuple[int, int]]) -> str:
    """Without days and sums: their digits alone, or with another currency, say something else."""
    for start, end in spans:
        text = f"{text[:start]}{' ' * (end - start)}{text[end:]}"
    return text


def _parts(letter: Letter) -> Iterator[tuple[str, str]]:
    yield "subject", letter.subject.value
    yield "body", letter.body.value
    yield from ((f"attachment:{number}", text.value) for number, text in enumerate(letter.attachments))


def _money(money: Money, source: str, reference: str) -> Iterator[Known]:
    for text, needs_currency in amounts(money.amount, money.currency):
        yield Known(text, source, reference, money.currency, needs_currency)


def _mask(text: str, fact: Known, traces: list[Trace]) -> str:
    """Blank every place where the fact stands as a whole."""
    if not fact.text:
        return text
    masked, start = text, text.find(fact.text)
    while start >= 0:
        end = start + len(fact.text)
        is_fact = _stands_alone(text, start, end) and _has_its_currency(text, start, end, fact)
        if is_fact:
            traces.append(Trace(start, end, fact.source, fact.reference))
            masked = f"{masked[:start]}{_MASK * (end - start)}{masked[end:]}"
        start = text.find(fact.text, end if is_fact else start + 1)
    return masked


def stands_in(text: str, fact: str) -> bool:
    """Whether a fact stands in a text as a whole: INV-7 does not in INV-71."""
    places = re.finditer(re.escape(fact), text) if fact else ()
    return any(_stands_alone(text, *place.span()) for place in places)


def _stands_alone(text: str, start: int, end: int) -> bool:
    """Neither a part of a word nor of a longer number."""
    return bool(_AFTER_A_BREAK.match(text, start) and _BEFORE_A_BREAK.match(text, end))


def _has_its_currency(text: str, start: int, end: int, fact: Known) -> bool:
    """Beside money stands its own currency or none, and beside what is only digits one must stand."""
    beside = _currency_beside(text, start, end)
    is_its = not beside or fact.currency in _SHARED.get(beside, {beside})
    return bool(beside or not fact.needs_currency) and (not fact.currency or is_its)


def _currency_beside(text: str, start: int, end: int) -> str:
    """The currency written right before or after, as its code, or as a sign that several share; "" for none."""
    near = [*_CURRENCY.finditer(text, max(0, start - 4), start), *_CURRENCY.finditer(text, end, end + 4)]
    marks = [_SYMBOLS.get(mark.group(), mark.group().upper()) for mark in near]
    if word := _CURRENCY_WORD.match(text, end):
        marks.append("$" if word.lastgroup == "USD" else word.lastgroup or "")
    return next((mark for mark in marks if mark not in _SHARED), marks[0] if marks else "")


def _placeholders(body: str, letter: Letter) -> Iterator[str]:
    """Only those that the letter holds can be restored; account numbers are not repeated at all."""
    held = {letter.sender_placeholder, *(p for _, part in _parts(letter) for p in PLACEHOLDER.findall(part))}
    for placeholder in PLACEHOLDER.findall(body):
        if placeholder not in held or placeholder.startswith(("⟨IBAN", "⟨CREDIT_CARD", "⟨BIC", "⟨BANK_ACCOUNT")):
            yield f"placeholder: {placeholder}"
    if re.search(r"[⟨⟩]", PLACEHOLDER.sub("", body)):
        yield "placeholder: broken"


def _weekdays_said(letter: Letter, language: str) -> frozenset[str]:
    """The names of the weekdays that the letter means, however short it writes them: Fri, sexta."""
    days = {found.day for found in _days(letter.body.value, letter) if found.day}
    return frozenset(weekday(day, language).casefold() for day in days)


def _left_over(text: str, letter: Letter, language: str) -> Iterator[str]:
    if "/" in text or "www." in text.casefold():  # every link has one of them, and the search is slow
        yield from (f"link: {match.group()}" for match in _LINK.finditer(text))
    if "@" in text:  # likewise
        yield from (f"address: {match.group()}" for match in _ADDRESS.finditer(text))
    yield from (f"untraced: {token}" for token in _TOKEN.findall(text) if re.search(r"\d", token))
    said = f"{letter.subject.value}\n{letter.body.value}".casefold()
    names = (calendar_words(language) | calendar_words("en")) - _weekdays_said(letter, language)
    for match in _WORD.finditer(text):
        word = match.group().casefold()
        is_modal = word in _ALSO_VERBS and not _BEFORE_A_DATE.search(text, 0, match.start())
        if word in names and word not in said and not is_modal:
            yield f"untraced: {match.group()}"
