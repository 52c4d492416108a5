"""What a person asks the queue for, as it stands in the address: `label:dispute amount>10000 age>2d assignee:me word`.

Every part must hold, also of two that begin alike (`label:dispute label:legal`); of the words of one part, parted by
commas, any. A mail has one mailbox, one language and one assignee: of these, said twice, either. What is no part is a
word of the mail.
"""

import re
import shlex
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from decimal import Decimal
from typing import TypeAlias, TypeVar

from app.domain.errors import AppError, Invalid
from app.domain.intents import LANGUAGES, Intent, Reason
from app.domain.typed import amount_of

Bound = TypeVar("Bound", Decimal, timedelta)
Sought: TypeAlias = frozenset[str]
"""A word that is searched for, in the forms in which it may stand."""

UNITS = {"m": timedelta(minutes=1), "h": timedelta(hours=1), "d": timedelta(days=1), "w": timedelta(weeks=1)}
LABELS = {word.value for word in (*Reason, *Intent)}
LONGEST = 400
LARGEST = Decimal(10) ** 12

_PART = re.compile(r"(?P<key>[a-zA-Z]+)(?P<sign>[:<>])(?P<value>.+)", re.DOTALL)
_SPAN = re.compile(r"(\d{1,4})([mhdw])")


@dataclass(frozen=True, slots=True)
class Worklist:
    """`text`: free words; `sender` and `customer` are words of these places alone, `invoices` numbers that it names.
    Of each of `labels` a mail has one. An assignee is "me", "none" or an address. `show` is one of "", snoozed,
    second."""

    text: str = ""
    labels: tuple[frozenset[str], ...] = ()
    mailboxes: frozenset[str] = frozenset()
    languages: frozenset[str] = frozenset()
    assignees: frozenset[str] = frozenset()
    amount_above: Decimal | None = None
    amount_below: Decimal | None = None
    older_than: timedelta | None = None
    younger_than: timedelta | None = None
    due_within: timedelta | None = None
    sender: str = ""
    customer: str = ""
    invoices: frozenset[str] = frozenset()
    show: str = ""


class NotUnderstood(AppError):
    """A part of a query that means nothing; the message says which, and what would."""


def parse(query: str) -> Worklist:
    """Raises NotUnderstood."""
    if len(query) > LONGEST:
        raise NotUnderstood("at most {most} characters", most=LONGEST)
    found, words = Worklist(), []
    for token in _tokens(query):
        part = _PART.fullmatch(token)
        if part is None or part["key"].lower() not in READERS:
            words.append(token)
            continue
        found = READERS[part["key"].lower()](found, part["sign"], part["value"])
    return replace(found, text=" ".join(words))


def _tokens(query: str) -> list[str]:
    lexer = shlex.shlex(query, posix=True)
    lexer.whitespace_split, lexer.commenters, lexer.quotes, lexer.escape = True, "", '"', ""
    try:
        return list(lexer)
    except ValueError:  # a quote without its end
        return query.replace('"', " ").split()


def _label(found: Worklist, sign: str, value: str) -> Worklist:
    words = _listed("label", sign, value)
    unknown = sorted(words - LABELS)
    if unknown:
        raise NotUnderstood(
            "label:{unknown} is not known; try label:dispute or label:payment_promise", unknown=unknown[0]
        )
    return replace(found, labels=(*found.labels, words) if words else found.labels)


def _mailbox(found: Worklist, sign: str, value: str) -> Worklist:
    return replace(found, mailboxes=found.mailboxes | _listed("mailbox", sign, value))


def _language(found: Worklist, sign: str, value: str) -> Worklist:
    words = _listed("lang", sign, value)
    if words - set(LANGUAGES):
        raise NotUnderstood("lang: is one of {languages}", languages=", ".join(LANGUAGES))
    return replace(found, languages=found.languages | words)


def _amount(found: Worklist, sign: str, value: str) -> Worklist:
    try:
        amount = amount_of(value)
    except Invalid as error:
        raise NotUnderstood(error.sentence) from error
    if sign == ":" or amount is None or amount > LARGEST:
        raise NotUnderstood("amount is compared with a number: amount>10000")
    if sign == ">":
        return replace(found, amount_above=max(amount, found.amount_above or amount))
    return replace(found, amount_below=_least(amount, found.amount_below))


def _age(found: Worklist, sign: str, value: str) -> Worklist:
    span = _span(value)
    if sign == ":" or span is None:
        raise NotUnderstood("age is compared with a time: age>2d, age<4h")
    if sign == ">":
        return replace(found, older_than=max(span, found.older_than or span))
    return replace(found, younger_than=_least(span, found.younger_than))


def _due(found: Worklist, sign: str, value: str) -> Worklist:
    span = timedelta(0) if (sign, value) == (":", "over") else _span(value)
    if span is None or (sign != "<" and value != "over"):
        raise NotUnderstood("due is due<1h, or due:over for what is late")
    return replace(found, due_within=_least(span, found.due_within))


def _assignee(found: Worklist, sign: str, value: str) -> Worklist:
    return replace(found, assignees=found.assignees | _listed("assignee", sign, value))


def _show(found: Worklist, sign: str, value: str) -> Worklist:
    if sign != ":" or value not in {"snoozed", "second"} or found.show not in {"", value}:
        raise NotUnderstood("is:snoozed or is:second")
    return replace(found, show=value)


def _sender(found: Worklist, sign: str, value: str) -> Worklist:
    _colon("from", sign)
    return replace(found, sender=f"{found.sender} {value}".strip())


def _customer(found: Worklist, sign: str, value: str) -> Worklist:
    _colon("customer", sign)
    return replace(found, customer=f"{found.customer} {value}".strip())


def _invoice(found: Worklist, sign: str, value: str) -> Worklist:
    _colon("invoice", sign)
    return replace(found, invoices=found.invoices | {value})


def _listed(key: str, sign: str, value: str) -> frozenset[str]:
    _colon(key, sign)
    return frozenset(word for word in value.lower().split(",") if word)


def _colon(key: str, sign: str) -> None:
    if sign != ":":
        raise NotUnderstood("{key} takes a colon: {key}:…", key=key)


def _least(bound: Bound, earlier: Bound | None) -> Bound:
    """Of two bounds both hold where the narrower does."""
    return bound if earlier is None else min(bound, earlier)


def _span(value: str) -> timedelta | None:
    found = _SPAN.fullmatch(value)
    return int(found[1]) * UNITS[found[2]] if found else None


READERS: dict[str, Callable[[Worklist, str, str], Worklist]] = {
    "label": _label,
    "mailbox": _mailbox,
    "lang": _language,
    "amount": _amount,
    "age": _age,
    "due": _due,
    "assignee": _assignee,
    "is": _show,
    "from": _sender,
    "customer": _customer,
    "invoice": _invoice,
}
