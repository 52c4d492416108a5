"""The longest name that starts at a word, and what speaks for and against it."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from app.adapters.redaction.lexicon import Lexicon, Phrases
from app.adapters.redaction.vocabulary import Vocabulary
from app.adapters.redaction.words import Word, index_at

PAIR, TRIPLE, LONGEST_NAME = 2, 3, 5
SHORT_WORD = 3
MARIA = "M\u00aa"
GAP = re.compile(r"[^\S\r\n]{1,2}|\.[^\S\r\n]{0,2}|,[^\S\r\n](?=[A-Z]\.)")
CODE = re.compile(r"[-/#.]?\d")
AND_A_FIRM = re.compile(r"[^\S\n]?&[^\S\n]?[A-ZÀ-Þ]")
BESIDE = re.compile(r"[^\S\n]{1,2}(?:[&+][^\S\n])?|\.")
NOUN_ENDINGS = (
    *("ung", "ungen", "heit", "keit", "schaft", "tion", "tionen", "tat", "nis", "tum", "ment", "ling", "ing"),
    *("atie", "eling", "teit", "zione", "cion", "cao", "idade"),
)
SURNAME_ENDINGS = (
    *("sen", "sson", "ova", "eva", "owski", "ewski", "inski", "owska", "sky", "wicz", "evich", "ovich", "ovic", "evic"),
    *("opoulos", "oglu", "dottir", "enko", "escu", "idze", "shvili", "inen", "qvist", "strom", "yev", "iyan"),
)
SHORTEST_SURNAME_BY_ENDING = 5
SHORT_LEGAL_FORMS = frozenset({"AG", "KG", "SA", "SL", "BV", "NV", "AB", "AS", "Co", "SE", "EV", "SC"})
SMALL_LEGAL_FORMS = frozenset({"gmbh", "ltd", "plc", "llc"})


@dataclass(frozen=True, slots=True)
class Name:
    """Words that may be a person, and what the lists say of them."""

    words: tuple[Word, ...]
    has_first: bool = False
    has_last: bool = False
    has_initial: bool = False

    @property
    def start(self) -> int:
        return self.words[0].start

    @property
    def end(self) -> int:
        return self.words[-1].end

    @property
    def count(self) -> int:
        return len(self.words)

    @property
    def head(self) -> str:
        return self.words[0].folded

    @property
    def is_likely(self) -> bool:
        return self.has_first or (self.count > 1 and (self.has_initial or self.has_last))

    @property
    def is_shouted(self) -> bool:
        return any(word.is_shouted for word in self.words)


class NameReader:
    """Reads names in one language. German is apart: its nouns look like names, so only the lists are believed there."""

    def __init__(self, lexicon: Lexicon, vocabulary: Vocabulary, brands: frozenset[str], language: str) -> None:
        self.lexicon = lexicon
        self.vocabulary = vocabulary
        self.brands = brands
        self.language = language
        self.is_german = language == "de"

    def read(self, text: str, words: Sequence[Word], at: int, *, trusting: bool = True) -> Name | None:
        """`trusting` takes unknown capitalised words as parts of the name; otherwise the lists must know them."""
        taken: list[Word] = []
        for i in range(at, min(at + LONGEST_NAME, len(words))):
            if taken and not self._goes_on(text, taken[-1], words[i]):
                break
            if not self._is_part(text, words[i], taken, trusting=trusting) and not (
                taken and self._is_particle(text, words, i)
            ):
                break
            taken.append(words[i])
        while taken and taken[-1].folded in self.lexicon.particles and not taken[-1].is_capital:
            taken.pop()
        return self._weigh(taken)

    def _goes_on(self, text: str, last: Word, word: Word) -> bool:
        """Behind a full stop only after an initial or "St."."""
        if GAP.fullmatch(text, last.end, word.start) is None:
            return False
        return text[last.end] != "." or len(last.text) < SHORT_WORD

    def _is_part(self, text: str, word: Word, taken: Sequence[Word], *, trusting: bool) -> bool:
        lexicon = self.lexicon
        if not word.is_capital or CODE.match(text, word.end) or text[max(0, word.start - 1) : word.start].isdigit():
            return False
        if word.text == MARIA:
            return not taken
        if len(word.text) == 1:
            return text[word.end : word.end + 1] == "." or not taken
        if word.is_shouted and len(word.text) <= SHORT_WORD and not lexicon.is_first(word.folded):  # AR, INV, RIB
            return False
        if lexicon.is_ordinary(word.folded):
            return self._is_in_spite_of_meaning(word, taken)
        behind_particle = bool(taken) and taken[-1].folded in lexicon.particles
        return trusting or not taken or behind_particle or lexicon.is_listed(word.folded)

    def _is_in_spite_of_meaning(self, word: Word, taken: Sequence[Word]) -> bool:
        """ "Will Jones", "Anna Freitag": an ordinary word as given name, or a day or month as surname."""
        lexicon = self.lexicon
        if not taken:
            return word.folded in lexicon.doubtful_first_names
        return (
            word.folded in lexicon.calendar
            and lexicon.is_last(word.folded)
            and not lexicon.is_ordinary(taken[-1].folded)
        )

    def _is_particle(self, text: str, words: Sequence[Word], at: int) -> bool:
        """A "von" or "de la" with a capitalised word behind it."""
        return self.read_behind_particles(text, words, at) is not None

    def read_behind_particles(self, text: str, words: Sequence[Word], at: int) -> Name | None:
        """ "von der Heide": particles from here on, and the capitalised word behind them."""
        for i in range(at, min(at + TRIPLE, len(words) - 1)):
            if words[i].folded not in self.lexicon.particles or not GAP.fullmatch(
                text, words[i].end, words[i + 1].start
            ):
                return None
            if words[i + 1].is_capital and words[i + 1].folded not in self.lexicon.particles:
                if self._tells_firm(words[i + 1].folded):
                    return None
                is_name = self._is_part(text, words[i + 1], (words[i],), trusting=True)
                return Name(tuple(words[at : i + 2]), has_last=True) if is_name else None
        return None

    def _tells_firm(self, word: str) -> bool:
        return word in self.lexicon.company_words or self.lexicon.ends_like_firm(word)

    def _weigh(self, taken: Sequence[Word]) -> Name | None:
        full = [word for word in taken if len(word.text) > 1]
        if not full:
            return None
        alone_and_ordinary = len(full) == 1 and full[0].folded in self.lexicon.never_names
        return Name(
            tuple(taken),
            has_first=any(self.lexicon.is_first(word.folded) for word in full[:PAIR]) and not alone_and_ordinary,
            has_last=self.lexicon.is_last(full[-1].folded),
            has_initial=len(taken[0].text) == 1,
        )

    # -- evidence --------------------------------------------------------------------------------------------------

    def is_listed_person(self, name: Name) -> bool:
        """The lists alone say that this is a person."""
        if name.count == 1:
            return self.lexicon.is_common_first(name.head)
        return self.lexicon.is_first(name.head) and (
            name.head not in self.lexicon.doubtful_first_names or name.has_last
        )

    def is_person(self, text: str, words: Sequence[Word], name: Name) -> bool:
        """Good enough beside an address or in a mail header."""
        if self.is_firm(text, words, name):
            return False
        longer = name.count > 1 and name.is_likely
        return longer or self.is_listed_person(name) or (name.count == PAIR and not name.is_shouted)

    def is_unheard_of(self, name: Name) -> bool:
        """No word of it is an ordinary one or a brand: where a name is expected it can be nothing else."""
        full = [word for word in name.words if len(word.text) > 1 and word.folded not in self.lexicon.particles]
        return bool(full) and not any(self._is_explained(word.folded) for word in full)

    def _is_explained(self, word: str) -> bool:
        if self.lexicon.is_common_first(word):
            return False
        explained = word in self.brands or word in self.lexicon.place_words or self.lexicon.is_ordinary(word)
        if explained or self.lexicon.ends_like_firm(word) or word in self.lexicon.person_roles:
            return True
        return self.vocabulary.knows(word, self.language) or self.vocabulary.knows_anywhere(word)

    def is_noun(self, name: Name) -> bool:
        """One word that is an office or an abstract noun."""
        if name.count > 1:
            return False
        is_abstract = not self.lexicon.is_listed(name.head) and name.head.endswith(NOUN_ENDINGS)
        return is_abstract or name.head in self.lexicon.person_roles

    def ends_like_surname(self, name: Name) -> bool:
        """ "Bekbolat Musliyevich": two words of which no list knows the first, by the second's ending."""
        if self.is_german or name.count != PAIR:
            return False
        last = name.words[1].folded
        return len(last) >= SHORTEST_SURNAME_BY_ENDING and last.endswith(SURNAME_ENDINGS)

    def listed_head(self, name: Name) -> Name:
        """The name without the unknown words at its end."""
        words = [name.words[0]]
        for word in name.words[1:]:
            if not (self.lexicon.is_listed(word.folded) or word.folded in self.lexicon.particles):
                break
            words.append(word)
        return Name(tuple(words), name.has_first, name.has_last, name.has_initial)

    def is_firm(self, text: str, words: Sequence[Word], name: Name) -> bool:
        """A firm, a place or a department: a word of that kind stands in the name, right before or right behind it."""
        telling = self.lexicon.company_words | self.lexicon.place_words
        if any(word.folded in telling and word.is_capital for word in name.words[1:]) or AND_A_FIRM.match(
            text, name.end
        ):
            return True
        first = index_at(words, name.start)
        if first and text[words[first - 1].end : name.start] == " ":
            before = words[first - 1]
            if before.folded in telling and before.is_capital and len(before.text) >= SHORT_WORD:
                return True
        return self._is_followed_by_firm(text, words, first + name.count, telling)

    def _is_followed_by_firm(self, text: str, words: Sequence[Word], at: int, telling: frozenset[str]) -> bool:
        for i in range(at, min(at + TRIPLE, len(words))):
            if BESIDE.fullmatch(text, words[i - 1].end, words[i].start) is None:
                return False
            if words[i].folded in telling and _names_a_firm(words[i]):
                return True
            if words[i].is_capital and self.lexicon.ends_like_firm(words[i].folded):
                return True
            if not words[i].is_capital:
                return False
        return False


def _names_a_firm(word: Word) -> bool:
    if not word.is_capital:
        return word.folded in SMALL_LEGAL_FORMS
    return len(word.text) >= SHORT_WORD or word.text in SHORT_LEGAL_FORMS


def phrase_at(phrases: Phrases, words: Sequence[Word], at: int) -> int:
    """The place behind the longest phrase that starts here, 0 when none does."""
    for phrase in phrases.get(words[at].folded, ()) if at < len(words) else ():
        end = at + len(phrase)
        if end <= len(words) and all(words[at + i].folded == part for i, part in enumerate(phrase)):
            return end
    return 0
