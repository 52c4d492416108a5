"""People in small letters: "marek is covering", "mr patel", "cheers, tunde".

A given name of the lists that no language has as a word is believed where names stand: behind a greeting, a preposition
or another name, or where a clause opens and a verb or a pause follows. Behind a title or a closing an unknown word is
one too.
"""

import re
from collections.abc import Iterator, Sequence

from app.adapters.redaction.name_openings import SMALL_TITLES
from app.adapters.redaction.name_reader import GAP, Name, NameReader, phrase_at
from app.adapters.redaction.words import Line, Word, is_glued

SHORTEST, SHORTEST_TITLE, MOST_MORE = 3, 2, 2
ENDS = re.compile(r"[^\S\n]*(?:[.!,;:()]|[xX]{1,3}[^\S\n]*$|$)", re.MULTILINE)
OPENS = re.compile(r"(?:^|[.,;:!?(>\u2013-])[^\S\n]*$", re.MULTILINE)
LOOK_BACK = 12
ROMANCE = frozenset({"fr", "es", "it", "pt"})
"""Here a small word behind a title is more often what the person is ("la señora de la limpieza")."""
ARTICLES = frozenset({"la", "il", "el", "a", "ad", "o", "ao", "as", "der"}) | {"by", "to", "de", "in", "will", "at"}
LINKS = frozenset({"et", "e", "y", "i", "or", "ou"})
"""Words that join anything, not only people."""
LEADS = frozenset({"from", "for", "von", "fur", "pour", "voor", "aan"})
VERBS = frozenset(
    {"is", "was", "wants", "asked", "ist", "war", "kommt", "est", "esta", "es", "e", "and", "und", "y", "en"}
)
COPULAS = frozenset({"was", "is", "war", "ist", "its", "it's"})
PAUSE = re.compile(r"[^\S\n]*[,.!\u2013-]?[^\S\n]{1,2}|[^\S\n]?\n\s{0,4}")


class SmallNames:
    def __init__(self, reader: NameReader) -> None:
        self.reader = reader
        self.lexicon = reader.lexicon
        self.vocabulary = reader.vocabulary
        lexicon = reader.lexicon
        last_words = {phrase[-1] for phrases in lexicon.closings.values() for phrase in phrases}
        self.leads = (
            lexicon.before_small_names
            | lexicon.near_small_names
            | lexicon.person_roles
            | lexicon.greetings
            | last_words
        ) - ARTICLES - LINKS | LEADS
        self.verbs = lexicon.behind_small_names | VERBS

    def find(self, text: str, line: Line) -> Iterator[Name]:
        words = line.words
        at = 0
        while at < len(words):
            name = self._titled(text, words, at) or self._given(text, words, at) or self._closing(text, line, at)
            if name is not None:
                yield name
            at += max(1, name.count if name else 0)

    def _given(self, text: str, words: Sequence[Word], at: int) -> Name | None:
        """ "gennaro esposito", "piet-jan"."""
        word = words[at]
        if word.is_capital or len(word.text) < SHORTEST or is_glued(text, word):
            return None
        if not self._is_given(word.folded) or not self._is_where_names_stand(text, words, at):
            return None
        return Name((word, *self._surname(text, words, at + 1)), has_first=True)

    def _is_where_names_stand(self, text: str, words: Sequence[Word], at: int) -> bool:
        lead = words[at - 1].folded if at and _follows(text, words, at) else ""
        if lead in self.leads or (lead in COPULAS and self.reader.language not in ROMANCE):
            return True
        if not OPENS.search(text[max(0, words[at].start - LOOK_BACK) : words[at].start]):
            return False
        end = at + 1 + len(self._surname(text, words, at + 1))
        behind = words[end].folded if end < len(words) and _follows(text, words, end) else ""
        return behind in self.verbs or ENDS.match(text, words[end - 1].end) is not None

    def _is_given(self, word: str) -> bool:
        return self.lexicon.is_common_first(word) and not self.vocabulary.knows_anywhere(word)

    def _surname(self, text: str, words: Sequence[Word], at: int) -> tuple[Word, ...]:
        """Small words right behind a given name that are listed surnames, or unknown and the last before a pause."""
        taken: list[Word] = []
        while len(taken) < MOST_MORE and at < len(words) and not words[at].is_capital and _follows(text, words, at):
            particle = words[at].folded in self.lexicon.particles - LINKS and at + 1 < len(words)
            if particle and _follows(text, words, at + 1) and self._is_unknown(words[at + 1]):
                return (*taken, words[at], words[at + 1])
            is_listed = self.lexicon.is_last(words[at].folded) or self.lexicon.is_common_first(words[at].folded)
            if not self._is_unknown(words[at]) or not (is_listed or ENDS.match(text, words[at].end)):
                break
            taken.append(words[at])
            at += 1
        return tuple(taken)

    def _is_unknown(self, word: Word) -> bool:
        """No language has it, not even with an ending."""
        is_word = self.vocabulary.knows_anywhere(word.folded) or self.vocabulary.knows(
            word.folded, self.reader.language
        )
        return len(word.text) >= SHORTEST and not is_word and not self.lexicon.is_ordinary(word.folded)

    def _titled(self, text: str, words: Sequence[Word], at: int) -> Name | None:
        """ "mr patel", "frau meier", "mevrouw de wit"."""
        title = words[at]
        if title.is_capital or title.folded not in SMALL_TITLES or len(title.text) < SHORTEST_TITLE:
            return None
        begins = at = at + 1
        is_romance = self.reader.language in ROMANCE
        while not is_romance and at < len(words) and words[at].folded in self.lexicon.particles:
            at += 1
        if at >= len(words) or not _follows(text, words, at) or words[at].is_capital or is_glued(text, words[at]):
            return None
        head = words[at]
        listed = self.lexicon.is_listed(head.folded) and head.folded not in self.lexicon.never_names
        is_name = listed and not self.vocabulary.lists(head.folded, self.reader.language)
        stands_for_one = self._is_unknown(head) and (not is_romance or ENDS.match(text, head.end) is not None)
        if not is_name and not stands_for_one:
            return None
        return Name((*words[begins : at + 1], *self._surname(text, words, at + 1)), has_last=True)

    def _closing(self, text: str, line: Line, at: int) -> Name | None:
        """ "… by friday. thanks, shaz": a closing, and what the line still says."""
        end = phrase_at(self.lexicon.closings, line.words, at)
        if not end or end >= len(line.words) or len(line.words) - end > MOST_MORE + 1:
            return None
        rest = line.words[end:]
        between = text[line.words[end - 1].end : rest[0].start]
        if PAUSE.fullmatch(between) is None or (between.isspace() and not self._is_given(rest[0].folded)):
            return None
        if any(word.is_capital or is_glued(text, word) for word in rest) or ENDS.match(text, rest[-1].end) is None:
            return None
        return (
            Name(tuple(rest), has_first=True) if all(self._may_sign(text, rest, i) for i in range(len(rest))) else None
        )

    def _may_sign(self, text: str, words: Sequence[Word], at: int) -> bool:
        word = words[at]
        if at and (not _follows(text, words, at) or word.folded in self.lexicon.particles):
            return word.folded in self.lexicon.particles
        return self._is_unknown(word) or (at == 0 and self.lexicon.is_common_first(word.folded))


def _follows(text: str, words: Sequence[Word], at: int) -> bool:
    return GAP.fullmatch(text, words[at - 1].end, words[at].start) is not None
