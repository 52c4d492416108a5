"""The rule turned round, for text that leaves the process: a capitalised word that nothing explains is a name.

Explained are the ordinary words of the language, our own closed lists, firms by the word beside them, and known
brands. A given name is masked in small letters too, unless some language has it as a word.
"""

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from app.adapters.redaction.finds import Find
from app.adapters.redaction.lexicon import Lexicon
from app.adapters.redaction.vocabulary import Vocabulary, load_brands
from app.adapters.redaction.words import Word, is_glued, without_tags, words_of

STRANGER = 0.05
"""The score of a find of this rule: the weakest of all."""

OPENS = re.compile(r"(?:^|[.!?:;>*\u2022\"\u00bb\u201e\u201c\u00bf\u00a1(\u2013-]\s{0,40}|\n\s{0,40}|[⟩]\s{0,40})$")
BESIDE = re.compile(r"[^\S\n]{0,2}(?:&[^\S\n]|[.,](?=[^\S\n]*[A-Z][a-z]{0,3}\b))?[^\S\n]?|['\u2019]")
JOINS = re.compile(r"[^\S\n]{1,2}|[-'\u2019]|\.[^\S\n]?|,[^\S\n]")
STANDS_ALONE = re.compile(r"(?: [^\W\d_]\.)?[^\w\n]*(?:\n|$)")
ENDS = re.compile(r"(?:^[^\w]*|\n|[,.!?;])[^\w\n]{0,4}(?:(?:der|die|de|el|la|le|il|o|a) )?$")
FIRM_REACH = 4
"""Capitalised words on both sides of one that makes them a firm."""
FIRM_REACH_BEHIND = 2
LINKS = frozenset({"und", "and", "et", "y", "e", "i", "o", "associates", "co"})
"""Words that join firms, but also two people."""
LOOK_BACK, SHORTEST_SMALL, LONGEST_SMALL, ACRONYM = 6, 3, 7, 4


class Strangers:
    def __init__(self, lexicon: Lexicon, vocabulary: Vocabulary, brands: frozenset[str]) -> None:
        self._lexicon = lexicon
        self._vocabulary = vocabulary
        self._brands = brands
        self._explained = (
            lexicon.never_names
            | lexicon.calendar
            | lexicon.titles
            | lexicon.greetings
            | lexicon.openers
            | lexicon.person_roles
            | lexicon.company_words
            | lexicon.place_words
            | lexicon.particles
            | {word for group in lexicon.closings.values() for phrase in group for word in phrase}
        )

    @classmethod
    def load(cls, lexicon: Lexicon, vocabulary: Vocabulary) -> "Strangers":
        return cls(lexicon, vocabulary, load_brands())

    def find(self, text: str, finds: Sequence[Find], language: str) -> Iterator[Find]:
        hidden = bytearray(len(text))
        for find in finds:
            hidden[find.start : find.end] = b"\1" * (find.end - find.start)
        words = list(words_of(without_tags(text)))
        firms = self._firms(text, words)
        last = -1
        for at, word in enumerate(words):
            is_new = not hidden[word.start] and word.start not in firms and self._is_stranger(text, words, at, language)
            follows = at > 0 and last == at - 1 and text[words[last].end : word.start] == " "
            is_new = is_new or (follows and not hidden[word.start] and self._is_surname(text, word, language))
            if not (is_new or hidden[word.start]):
                continue
            if is_new:
                yield Find("PERSON", word.start, word.end, STRANGER)
            if last >= 0 and self._are_one(text, words[last : at + 1]):
                yield Find("PERSON", words[last + 1].start, words[at - 1].end, STRANGER)
            last = at

    def _are_one(self, text: str, words: Sequence[Word]) -> bool:
        """Two hidden words with nothing but particles or initials between them ("Idris ap Gwilym", "T. J. Cole")."""
        between = words[1:-1]
        joined = all(JOINS.fullmatch(text, one.end, other.start) for one, other in pairwise(words))
        return bool(between) and joined and all(self._is_link(word) for word in between)

    def _is_link(self, word: Word) -> bool:
        return word.folded in self._lexicon.particles - LINKS or (len(word.text) == 1 and word.is_capital)

    def _firms(self, text: str, words: Sequence[Word]) -> set[int]:
        """Where the words of firms start: capitalised words beside one that makes them a firm."""
        found: set[int] = set()
        run: list[Word] = []
        for word in words:
            goes_on = bool(run) and BESIDE.fullmatch(text, run[-1].end, word.start) is not None
            if not goes_on or not (word.is_capital or word.folded in self._lexicon.particles):
                found.update(self._of_firm(text, run))
                run = []
            if word.is_capital or run:
                run.append(word)
        found.update(self._of_firm(text, run))
        return found

    def _of_firm(self, text: str, run: Sequence[Word]) -> Iterator[int]:
        words = [word for word in run if word.is_capital]
        tellers = [at for at, word in enumerate(words) if self._tells_firm(word.folded)]
        tellers += [at for at, (one, other) in enumerate(pairwise(words)) if self._are_partners(text, one, other)]
        for at, word in enumerate(words):
            if any(-FIRM_REACH <= at - teller <= FIRM_REACH_BEHIND for teller in tellers):
                yield word.start

    def _tells_firm(self, word: str) -> bool:
        is_told = word in self._lexicon.company_words or word in self._brands or self._lexicon.ends_like_firm(word)
        return is_told and word not in LINKS

    def _are_partners(self, text: str, one: Word, other: Word) -> bool:
        """ "Sable & Finch", but not "Anna & Tom"."""
        is_joined = text[one.end : other.start].strip() == "&"
        return is_joined and not (
            self._lexicon.is_common_first(one.folded) or self._lexicon.is_common_first(other.folded)
        )

    def _is_stranger(self, text: str, words: Sequence[Word], at: int, language: str) -> bool:
        word = words[at]
        folded = word.folded
        if folded in self._explained or folded in self._brands or (len(word.text) == 1 and word.text.isascii()):
            return False
        lead = text[max(0, word.start - LOOK_BACK) : word.start]
        if is_glued(text, word):
            return False
        if not word.is_capital:  # in a script without capitals, names look like words
            return not word.text[0].islower() or self._is_small_name(text, words, at, language)
        if self._lexicon.is_listed(folded):
            return self._is_name_here(folded, language, opens=OPENS.search(lead) is not None)
        if word.is_shouted and len(word.text) <= ACRONYM:
            return False
        return not self._is_word(folded, language)

    def _is_surname(self, text: str, word: Word, language: str) -> bool:
        """Right behind a name: an initial, or a word that is listed nowhere; a likeness to one is not enough.

        What is a name on the lists is one here, whatever else it means, where nouns are not written large.
        """
        if text[word.end : word.end + 1] == "." and len(word.text) == 1:
            return True
        explained = word.folded in self._explained or word.folded in self._brands or len(word.text) <= ACRONYM
        if not explained and language != "de" and word.is_capital and self._lexicon.is_listed(word.folded):
            return True
        if explained or self._vocabulary.lists(word.folded, language):
            return False
        return word.is_capital or not self._vocabulary.knows_anywhere(word.folded)

    def _is_word(self, folded: str, language: str) -> bool:
        return self._vocabulary.knows(folded, language) or self._vocabulary.knows_anywhere(folded)

    def _is_small_name(self, text: str, words: Sequence[Word], at: int, language: str) -> bool:
        """In small letters: a name of the lists, or a word that no list knows where a name may stand."""
        word = words[at]
        if len(word.text) < SHORTEST_SMALL or self._vocabulary.knows_anywhere(word.folded):
            return False
        if self._lexicon.is_common_first(word.folded):
            return True
        if self._vocabulary.knows(word.folded, language):
            return False
        return self._lexicon.is_listed(word.folded) or self._is_where_names_stand(text, words, at)

    def _is_where_names_stand(self, text: str, words: Sequence[Word], at: int) -> bool:
        """Behind "ask" or "Frau", at the start with "says" or "from" behind, or as all that a line still says."""
        if at and words[at - 1].folded in self._lexicon.before_small_names:
            return True
        word = words[at]
        if at and len(word.text) <= LONGEST_SMALL and words[at - 1].folded in self._lexicon.near_small_names:
            return True
        if not ENDS.search(text[max(0, word.start - LOOK_BACK) : word.start]):
            return False
        says = at + 1 < len(words) and words[at + 1].folded in self._lexicon.behind_small_names
        beside = says and JOINS.fullmatch(text, word.end, words[at + 1].start) is not None
        return beside or STANDS_ALONE.match(text, word.end) is not None

    def _is_name_here(self, folded: str, language: str, *, opens: bool) -> bool:
        """On the name lists: an ordinary word where a sentence starts, a German noun anywhere."""
        if not self._vocabulary.lists(folded, language):
            return True
        return not opens and language != "de" and self._lexicon.is_common_first(folded)
