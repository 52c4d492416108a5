"""Whether a writer asks for a person: automatic mail tells them that they may, and then no machine answers."""

from functools import cache
from pathlib import Path

from app.reading.collocations import Collocations

_WORDS_READ = 20_000


def asks_for_a_person(text: str) -> bool:
    return _wishes().any_in(text[:_WORDS_READ])


@cache
def _wishes() -> Collocations:
    return Collocations.load(Path(__file__).with_name("human_wishes.toml"))
