"""A mail taken apart into statements: clauses with the invoices, dates, amounts and trade words in each.

A clause that speaks of several invoices ("INV-1 paid, INV-2 wrong quantity, INV-3 Friday") is divided between them.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import chain, pairwise

from app.domain.account import Account
from app.domain.proposal import BODY, SUBJECT
from app.domain.text import Span
from app.reading.bills.invoices import match_invoices, mentioned
from app.reading.bills.numbering import InvoiceMatch
from app.reading.bills.references import find_references
from app.reading.bills.sweeps import swept
from app.reading.days.dates import find_dates
from app.reading.days.found import FoundDate
from app.reading.facts.wishes import INSTALMENTS, PROPOSES
from app.reading.money.amounts import FoundAmount, find_amounts
from app.reading.spans import clauses, fold, sentence_at, sentences
from app.reading.trade.idioms import OWN_CONCEPTS, says
from app.reading.trade.lexicon import CONCEPTS

_JOINT = re.compile(r"[,;:]\s|(?<!\d)\.\s|\s(?:and|but|while|et|mais|tandis que|und|aber|y|pero|e|ma|mas|en|maar)\s|\n")
_TURN = re.compile(
    r",\s(?:while |mentre |wahrend |mientras |terwijl |enquanto |tandis que )?|\s(?:and|et|und|y|e|en)\s"
)
_YES = re.compile(r"\bs[íìÍÌ](?!\w)", re.IGNORECASE)
_DIGIT = re.compile(r"\d")
REST = re.compile(
    r"\b(?:rest|remaind\w*|remaining|balance|other half|second half|difference|solde|reste|restante?s?|"
    r"restliche\w*|restbetrag|differenz|resto|restanti|rimanenti?|restbedrag|saldo|remanescente|"
    r"what(?:'s| is) (?:left|outstanding|missing)|ce qui manque|was (?:noch )?fehlt|lo (?:que|q) falta|"
    r"wat er nog (?:open|rest)\w*|quel(?:lo)? che manca|o que falta)\b"
)
_IN_BRACKETS = re.compile(r"\([^()]{0,40}\)")
_ONLY_LINKS = re.compile(
    r"(?:[\s,/&+;-]|\b(?:and|or|et|ou|und|oder|sowie|y|o|e|en|of|ed|plus|as well as|ainsi que|invoices?|"
    r"along with|together with|junto con|insieme a|samen met|zusammen mit|avec|all of|both|also|auch|"
    r"the|las?|les?|die|der|as?|"
    r"factures?|rechnung(?:en)?|facturas?|fattur[ae]|faturas?|factuur|facturen|re|no|nr|n)\b)*"
)


_PARAGRAPH = re.compile(r"\n[ \t]*\n")
_HEADING_WORDS = 4
_OF_PAYING = frozenset({"pay", "past", "future"})
_ASIDE = re.compile(
    r"\s*(?:[,:;(-]|(?:because|since|as|which|that|weil|da|denn|car|parce|qui|porque|que|omdat|want|die|perche)\b)"
)
"""What begins so behind an exception tells of it, or of the payment of all others."""

_POINTS_BACK = re.compile(
    r"\W*(?:that one|this one|celle-?ci|celle-?la|(?:die|diese|jene|deze)(?! \w+ (?:ist|sind|wird|is|zijn)\b)|est?a|"
    r"essa|quella|questa)\b"
)
"""What begins so behind an exception is about it, even where it tells of paying: "all but R-4; that one on Friday"."""

_LEADS_ON = (":", "-", "\u2013", "\u2014", "(", "=")
_ARTICLE = len("die ")

MAX_CHARS = 12_000
"""What a customer wants is said before that; what follows is not read for facts."""


@dataclass(frozen=True, slots=True)
class Statement:
    """A clause at [start, end) of the subject or body. `says` are the concepts in it; `sentence` is the whole
    sentence around it; `invoices` are those that it names itself, `topic` those or the ones named before it;
    `opens_with_words` tells that it does not begin with a number of theirs; `mentions` is where it names invoices."""

    source: str
    start: int
    end: int
    sentence: Span
    text: str
    says: frozenset[str]
    dates: tuple[FoundDate, ...]
    amounts: tuple[FoundAmount, ...]
    invoices: tuple[str, ...]
    topic: tuple[str, ...] = ()
    opens_with_words: bool = False
    mentions: tuple[InvoiceMatch, ...] = ()

    @property
    def is_question(self) -> bool:
        return "?" in self.text

    def touches(self, source: str, start: int, end: int) -> bool:
        return self.source == source and self.start < end and start < self.end


def read_statements(text: str, subject: str, language: str, today: date, account: Account) -> tuple[Statement, ...]:
    """The statements of the subject, then of the body. Offsets count in the subject or in the body."""
    head = _of_part(SUBJECT, subject[:MAX_CHARS], language, today, account, ())
    listed = tuple(dict.fromkeys(number for statement in head for number in statement.invoices))
    return (*head, *_with_topics(_of_part(BODY, text[:MAX_CHARS], language, today, account, listed), text))


def _with_topics(statements: Sequence[Statement], text: str) -> list[Statement]:
    """A topic lasts to the end of its paragraph, or of the next if it is a heading."""
    found: list[Statement] = []
    topic: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()
    for statement in statements:
        before = found[-1] if found else None
        between = text[before.end : statement.start] if before else ""
        heading = before if before is not None and _is_heading(before) else None
        if heading is not None and _stays_under(heading, statement, between):
            topic = heading.topic
        elif heading is not None and _is_alone(heading) and _is_alone(statement) and not _PARAGRAPH.search(between):
            topic = (*heading.topic, *statement.invoices)
        elif statement.invoices:
            topic = statement.invoices
        elif _PARAGRAPH.search(between) and heading is None:
            topic = ()
        elif left_out and (not statement.says & _OF_PAYING or _POINTS_BACK.match(fold(statement.text))):
            topic, left_out = left_out, ()
        left_out = _left_out(statement) or (() if statement.invoices else left_out)
        found.append(replace(statement, topic=topic))
    return found


def _left_out(statement: Statement) -> tuple[str, ...]:
    """ "All but R-4 went out on Monday. That one never came": what is said next, if not of paying, is of R-4."""
    return tuple(number for match in statement.mentions for number in match.left_out)


def _is_heading(statement: Statement) -> bool:
    is_brief = len(statement.text.split()) <= _HEADING_WORDS
    return bool(statement.invoices) and is_brief and not statement.says and not statement.dates


def _is_alone(statement: Statement) -> bool:
    """Whether a statement is a number and no word more."""
    return len(statement.invoices) == 1 and len(statement.text.split()) == 1


def _stays_under(heading: Statement, statement: Statement, between: str) -> bool:
    """ "R-1: same as R-2" is about R-1; "R-1 and R-2: the first is paid" about the first; "R-1 is done, R-2 comes"
    about each; a line may start anew."""
    if not statement.invoices or set(statement.invoices) < set(heading.invoices):
        return not statement.invoices
    if "\n" in between:
        return statement.opens_with_words
    return statement.text.lstrip().startswith(_LEADS_ON) or heading.text.rstrip().endswith(_LEADS_ON)


def _of_part(
    source: str, text: str, language: str, today: date, account: Account, listed: tuple[str, ...]
) -> list[Statement]:
    matches = match_invoices(text, account)
    matches = tuple(sorted((*matches, *find_references(text, matches, account, listed)), key=lambda match: match.start))
    folded = heard(text)
    plain, matches = matches, swept(folded, matches, tuple(i.number for i in account.invoices if i.is_open))
    found_dates = find_dates(text, today, language, account.country)
    dates = tuple(_as_past(d, today) for d in found_dates if not _inside(d.start, d.end, plain))
    amounts = tuple(
        a for a in find_amounts(text, language) if not _inside(a.start, a.end, plain) and not _overlaps(a, dates)
    )
    whole = sentences(text)
    found: list[Statement] = []
    for clause in clauses(text):
        parts = chain.from_iterable(
            _behind_exceptions(folded, part, matches) for part in _divided(folded, clause, matches)
        )
        for piece in chain.from_iterable(_turns(folded, part, language) for part in parts):
            words = folded[piece.start : piece.end]
            named = tuple(m for m in matches if piece.start <= m.start < piece.end)
            found.append(
                Statement(
                    source,
                    piece.start,
                    piece.end,
                    sentence_at(whole, piece.start) or piece,
                    text[piece.start : piece.end],
                    _concepts(words, language, named),
                    tuple(d for d in dates if piece.start <= d.start < piece.end),
                    tuple(a for a in amounts if piece.start <= a.start < piece.end),
                    mentioned(named, account),
                    opens_with_words=not any(0 <= m.start - piece.start <= _ARTICLE for m in matches),
                    mentions=named,
                )
            )
    return found


def heard(text: str) -> str:
    """The text folded, but for words that would then be others: "sí" is no "si"."""
    return fold(_YES.sub("  ", text))


def _concepts(words: str, language: str, named: Sequence[InvoiceMatch]) -> frozenset[str]:
    """Of folded words; an exception sounds like a condition and is none: "tout part vendredi sauf la 4"."""
    found = frozenset(concept for concept in (*CONCEPTS, *OWN_CONCEPTS) if says(concept, language, words))
    return found - {"condition"} if any(match.left_out for match in named) else found


def _divided(folded: str, clause: Span, matches: Sequence[InvoiceMatch]) -> list[Span]:
    """The clause, cut between invoices that are not merely listed together."""
    inside = [match for match in matches if clause.start <= match.start < clause.end]
    cuts: list[int] = []
    for before, after in pairwise(inside):
        between = _IN_BRACKETS.sub(" ", folded[before.end : after.start])
        if _ONLY_LINKS.fullmatch(between):
            continue
        joints = list(_JOINT.finditer(folded[before.end : after.start]))
        if not joints and before.numbers == after.numbers:
            continue  # "R-2 (3,000 euros)", "2,000 of the 5,000 on R-2"
        cuts.append(before.end + joints[-1].start() if joints else after.start)
    edges = [clause.start, *cuts, clause.end]
    return [Span(start, end) for start, end in pairwise(edges) if start < end]


def _behind_exceptions(folded: str, part: Span, matches: Sequence[InvoiceMatch]) -> list[Span]:
    """ "All but R-4, which never came": cut behind the exception."""
    ends = [m.end for m in matches if m.left_out and part.start <= m.start and m.end < part.end]
    edges = [part.start, *(end for end in ends if _ASIDE.match(folded, end)), part.end]
    return [Span(start, end) for start, end in pairwise(edges)]


def _turns(folded: str, clause: Span, language: str) -> list[Span]:
    """The clause, cut where it turns from what was paid to what will be ("500 sent on Monday, the rest on Friday"), or
    from what will be to what is proposed ("500 tomorrow, and I propose to pay the rest in three parts")."""
    for turn in _TURN.finditer(folded, clause.start, clause.end):
        told, announced = folded[clause.start : turn.start()], folded[turn.end() : clause.end]
        if _turns_to_future(told, announced, language) or _turns_to_wish(told, announced, language):
            return [Span(clause.start, turn.start()), Span(turn.end(), clause.end)]
    return [clause]


def _turns_to_future(told: str, announced: str, language: str) -> bool:
    return (
        says("past", language, told)
        and bool(says("future", language, announced) or REST.search(announced))
        and not says("past", language, announced)
    )


def _turns_to_wish(told: str, announced: str, language: str) -> bool:
    is_part = _DIGIT.search(told) is not None and (says("pay", language, told) or says("future", language, told))
    is_wish = PROPOSES.search(announced) or INSTALMENTS.search(announced)
    return (
        is_part and bool(is_wish and REST.search(announced)) and not (PROPOSES.search(told) or INSTALMENTS.search(told))
    )


def _as_past(found: FoundDate, today: date) -> FoundDate:
    """A day before the mail points back, however it is written."""
    return replace(found, kind="past") if found.day is not None and found.day < today else found


def _inside(start: int, end: int, matches: Sequence[InvoiceMatch]) -> bool:
    return any(match.start < end and start < match.end for match in matches)


def _overlaps(amount: FoundAmount, dates: Sequence[FoundDate]) -> bool:
    return any(found.start < amount.end and amount.start < found.end for found in dates)
