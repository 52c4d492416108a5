"""Sentences that the program says to people."""

from typing import Self


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
