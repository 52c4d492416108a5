"""People in running text, where nothing announces them: the lists must know the given name."""

import re
from collections.abc import Iterator, Sequence

from app.adapters.redaction.name_reader import NOUN_ENDINGS, PAIR, TRIPLE, Name, NameReader
from app.adapters.redaction.words import Line, Word, index_at

FOR_ANOTHER = re.compile(r"(?<!\w)[ip]\.[^\S\n]?$")
"""The "i." of "i. A. Claudia Seidel"."""
NEAR = 4
SPOKEN_WITH = frozenset(
    ["with", "ask", "asked", "tell", "told", "thanks", "avec", "con", "com", "met", "vraag", "hola", "bonjour", "ciao"]
)
SAYS = frozenset(
    {"said", "says", "told", "asked", "disagrees", "agreed", "dit", "dice", "dijo", "diz", "disse", "zegt", "zei"}
)
TO_A_PLACE = frozenset({"in", "from", "to", "at", "de", "en", "da", "di", "van", "the"})
SAINTS = frozenset({"san", "santo", "santa", "sao", "st", "saint", "sainte", "sint", "sankt", "sta"})
CODE = re.compile(r"[^\S\n]?\d")
COMPANION = re.compile(r"[^\S\n](?:and|or|et|ou|y|o|e|en|of)[^\S\n]", re.IGNORECASE)


class Running:
    def __init__(self, reader: NameReader) -> None:
        self.reader = reader
        self.lexicon = reader.lexicon

    def find(self, text: str, line: Line) -> Iterator[Name]:
        words = line.words
        at = 0
        while at < len(words):
            is_mark = len(words[at].text) == 1 and FOR_ANOTHER.search(
                text, max(0, words[at].start - NEAR), words[at].start
            )
            can_start = words[at].is_capital and not is_mark
            name = self.reader.read(text, words, at, trusting=False) if can_start else None
            if name is None:
                at += 1
                continue
            full = self._with_unknown_surname(text, words, at, name)
            if self._is_person(text, words, name, full):
                yield from self._with_companion(text, words, full)
                at += name.count
            else:
                at += 1 if self._only_opens(text, name) else name.count

    def _only_opens(self, text: str, name: Name) -> bool:
        """ "Ask Oluwaseun": what opens the sentence is a word, what follows may be a name; "San Isidro" is one."""
        is_word = name.head not in SAINTS and self.reader.vocabulary.lists(name.head, self.reader.language)
        return name.count > 1 and is_word and CODE.match(text, name.end) is None

    def _is_person(self, text: str, words: Sequence[Word], name: Name, full: Name) -> bool:
        if (name.is_shouted and name.count == 1) or self.reader.is_firm(text, words, full):
            return False
        if name.count == 1 and self._is_spoken_of(text, words, index_at(words, name.start)):
            return True
        return self._is_meant(text, name) or self._is_initialled(text, full) or self.reader.ends_like_surname(full)

    def _is_spoken_of(self, text: str, words: Sequence[Word], at: int) -> bool:
        """ "I spoke with Will", "Rose said": a word that is a given name too, where only a person can be meant."""
        word = words[at]
        lexicon = self.lexicon
        is_doubtful = word.folded in lexicon.doubtful_first_names and word.folded not in lexicon.calendar
        if not is_doubtful or self.reader.is_german or word.is_shouted or CODE.match(text, word.end):
            return False
        after = words[at + 1] if at + 1 < len(words) and text[word.end : words[at + 1].start] == " " else None
        if after is not None and after.is_capital:
            return False
        between = text[words[at - 1].end : word.start] if at else ""
        lead = words[at - 1].folded if between == " " else ""
        is_listed_with_others = between == ", " and words[at - 1].is_capital and lexicon.is_first(words[at - 1].folded)
        return (
            is_listed_with_others
            or lead in SPOKEN_WITH
            or (after is not None and after.folded in SAYS and lead not in TO_A_PLACE)
        )

    def _is_meant(self, text: str, name: Name) -> bool:
        if self.lexicon.is_common_first(name.head):
            return True
        last = name.words[-1].folded
        if name.count == 1 or not self.lexicon.is_last(last) or self.lexicon.is_ordinary(last):
            return False
        dotted_initial = name.has_initial and text[name.words[0].end] == "."
        return self.lexicon.is_first(name.head) or (dotted_initial and last not in self.lexicon.person_roles)

    def _is_initialled(self, text: str, name: Name) -> bool:
        """ "T. Zirngibl", "A. Lo Presti": behind a dotted initial a word that is nothing else, or a particle."""
        if not name.has_initial or text[name.words[0].end] != ".":
            return False
        of_origin = name.count > PAIR and name.words[1].is_capital and name.words[1].folded in self.lexicon.particles
        return of_origin or self.reader.is_unheard_of(name)

    def _with_unknown_surname(self, text: str, words: Sequence[Word], at: int, name: Name) -> Name:
        """ "Selma Aydinoglu": a capitalised word right behind a given name is its surname, if no German noun."""
        longer = self.reader.read(text, words, at)
        if name.count > 1:
            return longer if longer is not None and self._ends_unheard_of(name, longer) else name
        if longer is None or longer.count > (PAIR if self.reader.is_german else TRIPLE):
            return name
        if self.reader.is_german and longer.words[-1].folded.endswith(NOUN_ENDINGS):
            return name
        known = self.lexicon.is_common_first(name.head) or self.reader.ends_like_surname(longer)
        return longer if known else name

    def _ends_unheard_of(self, name: Name, longer: Name) -> bool:
        """ "Maria da Luz Saldanha": what goes on behind the listed words is nothing else."""
        behind = longer.words[name.count :]
        return bool(behind) and not self.reader.is_german and self.reader.is_unheard_of(Name(behind))

    def _with_companion(self, text: str, words: Sequence[Word], name: Name) -> Iterator[Name]:
        """ "Noémie ou Fanch Le Goff": who is named in one breath with a person is one, except in German."""
        yield name
        joined = COMPANION.match(text, name.end)
        at = index_at(words, joined.end()) if joined else len(words)
        if at >= len(words) or self.reader.is_german:
            return
        other = self.reader.read(text, words, at)
        if (
            other is not None
            and joined
            and other.start == joined.end()
            and not other.is_shouted
            and not self.reader.is_firm(text, words, other)
        ):
            yield other
