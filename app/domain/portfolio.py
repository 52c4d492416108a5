"""A portfolio: the customers that a collector works, by who owns them, by segment or by company.

Written as words such as `owner:ines@seller.example`, `segment:key`, `company:north`. A customer belongs to the
portfolio when one of the words fits; without words, every customer does.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from app.domain.errors import Invalid

OWNER, SEGMENT, COMPANY = "owner", "segment", "company"
KINDS = (OWNER, SEGMENT, COMPANY)
MOST_WORDS, LONGEST_WORD = 50, 320


@dataclass(frozen=True, slots=True)
class Portfolio:
    owners: frozenset[str] = frozenset()
    segments: frozenset[str] = frozenset()
    companies: frozenset[str] = frozenset()

    @property
    def is_everything(self) -> bool:
        return self == EVERYTHING


EVERYTHING = Portfolio()


def portfolio_of(words: Iterable[str]) -> Portfolio:
    """Raises Invalid, which names the word that is none."""
    found: dict[str, set[str]] = {kind: set() for kind in KINDS}
    given = [word.strip() for word in words if word.strip()]
    if len(given) > MOST_WORDS:
        raise Invalid("a portfolio has at most {most} words", most=MOST_WORDS)
    for word in given:
        kind, _, value = word.partition(":")
        if kind not in found or not value.strip() or len(word) > LONGEST_WORD:
            raise Invalid(
                "{word!r} is no part of a portfolio: write owner:ADDRESS, segment:NAME or company:NAME", word=word[:80]
            )
        found[kind].add(value.strip().lower() if kind == OWNER else value.strip())
    return Portfolio(frozenset(found[OWNER]), frozenset(found[SEGMENT]), frozenset(found[COMPANY]))


def as_words(portfolio: Portfolio) -> list[str]:
    parts = ((OWNER, portfolio.owners), (SEGMENT, portfolio.segments), (COMPANY, portfolio.companies))
    return [f"{kind}:{value}" for kind, values in parts for value in sorted(values)]
