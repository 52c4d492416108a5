"""Sentences that the program says to people."""

import json
from datetime import date
from decimal import Decimal
from typing import Self

from app.domain.money import Money


class Sentence(str):
    """English words, which remember their pattern and what stands in it, so that they can be said in other languages.

    Everywhere else it is the string that it reads as: in the API, in logs of commands, in an export.
    """

    pattern: str
    values: dict[str, object]

    def __new__(cls, pattern: str = "", /, **values: object) -> Self:
        made = super().__new__(cls, pattern.format(**values) if values else pattern)
        made.pattern = pattern
        made.values = values
        return made


def kept(sentence: str) -> str:
    """A sentence as it is stored: its pattern, which the catalogues know, and its values apart, as JSON.

    Raises TypeError for a value that is neither text, number, day, money nor a sentence.
    """
    return json.dumps(_packed(sentence if isinstance(sentence, Sentence) else Sentence(sentence)))


def kept_sentence(stored: str) -> str:
    """The `Sentence` that `kept` stored. Other text, as older rows hold it, stays what it is."""
    try:
        found = json.loads(stored)
    except ValueError:
        return stored
    read = _unpacked(found)
    return read if isinstance(read, Sentence) else stored


def _packed(value: object) -> object:
    match value:
        case Sentence():
            return {"say": value.pattern, "with": {name: _packed(one) for name, one in value.values.items()}}
        case date():
            return {"day": value.isoformat()}
        case Decimal():
            return {"number": str(value)}
        case Money():
            return {"money": str(value.amount), "in": value.currency}
        case str() | int() | float():
            return value
    raise TypeError(f"a sentence that is kept cannot hold a {type(value).__name__}")


def _unpacked(value: object) -> object:
    match value:
        case {"say": str(pattern), "with": dict(values)}:
            return Sentence(pattern, **{name: _unpacked(one) for name, one in values.items()})
        case {"day": str(day)}:
            return date.fromisoformat(day)
        case {"number": str(number)}:
            return Decimal(number)
        case {"money": str(amount), "in": str(currency)}:
            return Money(Decimal(amount), currency)
    return value
