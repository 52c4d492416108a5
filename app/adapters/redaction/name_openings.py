"""People whom something announces: a title, a greeting, "my colleague", a kind of person."""

import re
from collections.abc import Iterator, Sequence

from app.adapters.redaction.name_reader import GAP, NOUN_ENDINGS, PAIR, TRIPLE, Name, NameReader, phrase_at
from app.adapters.redaction.words import Line, Word, index_at

LONGEST_OPENING, MOST_TITLES = 7, 4
PAUSE = re.compile(r"[^\S\n]*(?:[,!.:;\u2013\u2014-]|$)", re.MULTILINE)
JOINS = re.compile(r"[^\S\n]*(?:,|/|&|\b(?:and|or|und|oder|et|ou|y|e|o|en|of)\b)[^\S\n]*", re.IGNORECASE)
SMALL_TITLES = frozenset(
    [
        "mr",
        "mrs",
        "ms",
        "herr",
        "herrn",
        "frau",
        "mme",
        "monsieur",
        "madame",
        "heer",
        "mevrouw",
        "mevr",
        "dhr",
        "mw",
        "ssa",
        "sra",
        "senora",
        "senor",
        "signor",
        "signora",
        "sig",
        "senhor",
        "senhora",
    ]
)
DOTTED_TITLES = frozenset(
    [
        "m",
        "me",
        "d",
        "fr",
        "hr",
        "ra",
        "ir",
        "ing",
        "mag",
        "rain",
        "eng",
        "da",
        "sig",
        "dra",
        "arq",
        "mm",
        "rag",
        "geom",
        "avv",
        "dna",
    ]
)
OFFICES = frozenset(
    [
        "rechtsanwalt",
        "rechtsanwaltin",
        "steuerberater",
        "steuerberaterin",
        "doktor",
        "professor",
        "kollege",
        "kollegin",
        "direktor",
    ]
)
SMALL_ARTICLES = frozenset(
    {"la", "el", "il", "lo", "o", "a", "do", "da", "de", "der", "die", "den", "dem", "del", "della", "your", "our"}
)
BETWEEN_INTRODUCTION = re.compile(r"[ :.,(\u2013-]{1,3}")
BEHIND_ROLE = re.compile(r",?[^\S\n]{1,2}")


class Openings:
    def __init__(self, reader: NameReader) -> None:
        self.reader = reader
        self.lexicon = reader.lexicon
        self.more_titles = self.lexicon.titles | OFFICES
        self.opening = self.lexicon.greetings | self.lexicon.openers | self.lexicon.titles

    def find(self, text: str, line: Line) -> Iterator[Name]:
        yield from self._greeted(text, line)
        for at, word in enumerate(line.words):
            bare = word.folded.rpartition("'")[2]  # "l'autista", "l'avv."
            if bare in self.lexicon.titles and is_title(text, word):
                yield from self._titled(text, line.words, at + 1)
            elif bare in self.lexicon.person_roles:
                yield from self._in_role(text, line.words, at + 1)
            yield from self._introduced(text, line.words, at)
            yield from self._asked_for(text, line.words, at)

    # -- "Frau Demir" ----------------------------------------------------------------------------------------------

    def _titled(self, text: str, words: Sequence[Word], at: int) -> Iterator[Name]:
        for _ in range(MOST_TITLES):
            if at < len(words) and words[at].folded in self.more_titles and _follows(text, words, at):
                at += 1
        if at >= len(words) or not _follows(text, words, at) or not (words[at].is_capital or words[at].is_elided_name):
            yield from self._of_origin(text, words, at)
            return
        head = words[at]
        surname_begins = head.folded in self.lexicon.particles and at + 1 < len(words) and words[at + 1].is_capital
        if head.folded in self.lexicon.never_names - self.lexicon.doubtful_first_names and not surname_begins:
            return
        name = self.reader.read(text, words, at, trusting=not self.reader.is_german)
        if name is None and surname_begins:
            rest = self.reader.read(text, words, at + 1, trusting=False)
            name = Name((head, *rest.words), has_last=True) if rest else None
        if name is None and len(head.text) > 1:
            name = Name((head,), has_last=True)
        if name is not None:
            yield self._with_unheard_of(text, words, self._without_noun(name))

    def _of_origin(self, text: str, words: Sequence[Word], at: int) -> Iterator[Name]:
        """ "Frau von der Heide", "mevr. van 't Hof": the title makes a name of what begins small."""
        if at < len(words) and _follows(text, words, at):
            name = self.reader.read_behind_particles(text, words, at)
            if name is not None:
                yield name

    def _without_noun(self, name: Name) -> Name:
        """In German the word behind "Herr Brandt" may be any noun that is also a surname somewhere."""
        head = name.words[0]
        if not self.reader.is_german or name.count == 1 or self.lexicon.is_first(head.folded) or len(head.text) == 1:
            return name
        return Name((head,), has_last=True) if name.words[1].is_capital else name

    def _with_unheard_of(self, text: str, words: Sequence[Word], name: Name) -> Name:
        """ "Frau Dr. Annegret Süßmilch": in German too, what goes on and is no word is the surname."""
        at = index_at(words, name.words[-1].start) + 1
        goes_on = at < len(words) and words[at].is_capital and _follows(text, words, at)
        behind = Name((words[at],)) if goes_on and text[name.end] != "." else None
        if behind is None or not self.lexicon.is_first(name.head) or name.count > 1:
            return name
        is_name = self.reader.is_unheard_of(behind) and not behind.head.endswith(NOUN_ENDINGS)
        return Name((*name.words, words[at]), has_first=True, has_last=True) if is_name else name

    # -- "Dear Laura", "Laura, 50 % now" ---------------------------------------------------------------------------

    def _greeted(self, text: str, line: Line) -> Iterator[Name]:
        words = line.words
        at = self._behind_greeting(words)
        if at >= len(words) or text[line.body : words[0].start].strip(" ¡¿\"'*_"):
            return
        name = self.reader.read(text, words, at) or (self._small_first_name(text, words, at) if at else None)
        if name is None:
            return
        greeted = any(word.folded in self.lexicon.greetings for word in words[:at])
        pauses = PAUSE.match(text[name.end : line.end]) is not None
        is_known = name.has_first and (at > 0 or self._is_vocative(text, line, name))
        is_believed = greeted and pauses and name.count <= TRIPLE and not self.reader.is_firm(text, words, name)
        if is_known or is_believed:
            yield from self._and_others(text, words, name if pauses else self.reader.listed_head(name))

    def _behind_greeting(self, words: Sequence[Word]) -> int:
        at = 0
        while at < min(len(words), LONGEST_OPENING) and words[at].folded in self.opening:
            if at == 0 and words[0].folded in self.lexicon.first_names:
                break
            at += 1
        return at

    def _is_vocative(self, text: str, line: Line, name: Name) -> bool:
        """ "Laura, 50 % now", "Laura - check", "Camille bonjour,": a name alone before a pause opens the mail."""
        rest = text[name.end : line.end].lstrip(" ")
        behind = line.words[index_at(line.words, name.end) :][:1]
        greets = bool(behind) and behind[0].folded in self.lexicon.greetings
        pauses = rest[:1] in {",", "!", ":", ""} or rest[:2] in {"- ", "\u2013 ", "\u2014 "}
        return (pauses or greets) and not self.reader.is_firm(text, line.words, name)

    def _and_others(self, text: str, words: Sequence[Word], name: Name) -> Iterator[Name]:
        yield name
        while (joined := JOINS.match(text, name.end)) is not None:
            at = index_at(words, joined.end())
            following = self.reader.read(text, words, at, trusting=False) if at < len(words) else None
            if following is None or following.start > joined.end() or not self.lexicon.is_common_first(following.head):
                return
            yield following
            name = following

    def _small_first_name(self, text: str, words: Sequence[Word], at: int) -> Name | None:
        word = words[at]
        if word.is_capital or not self.lexicon.is_common_first(word.folded) or not PAUSE.match(text, word.end):
            return None
        return Name((word,), has_first=True)

    # -- "my colleague Selma Aydin", "our controller Kwame" --------------------------------------------------------

    def _introduced(self, text: str, words: Sequence[Word], at: int) -> Iterator[Name]:
        for phrases, trusting in ((self.lexicon.introductions, True), (self.lexicon.mentions, False)):
            end = phrase_at(phrases, words, at)
            if not end or end >= len(words):
                continue
            between = text[words[end - 1].end : words[end].start]
            if BETWEEN_INTRODUCTION.fullmatch(between) is None:
                continue
            if words[end].folded in self.lexicon.titles:
                yield from self._titled(text, words, end + 1)
                continue
            name = self.reader.read(text, words, end) or self._small_pair(words, end)
            if name is None or self.reader.is_firm(text, words, name) or self.reader.is_noun(name):
                continue
            if trusting:
                yield name
            elif self._is_mentioned(name, phrase_length=end - at, between=between):
                yield self.reader.listed_head(name) if self.reader.is_german else name

    def _is_mentioned(self, name: Name, *, phrase_length: int, between: str) -> bool:
        full = name.count == PAIR and not name.is_shouted and not self.reader.is_german
        return self.reader.is_listed_person(name) or (full and ":" not in between and phrase_length > 1)

    def _asked_for(self, text: str, words: Sequence[Word], at: int) -> Iterator[Name]:
        """ "ask for Ainslie", "laut Wijnands": no list need know the name; who is named in one breath is one too."""
        end = phrase_at(self.lexicon.asks, words, at)
        while 0 < end < len(words) and GAP.fullmatch(text, words[end - 1].end, words[end].start):
            if words[end].folded in SMALL_ARTICLES:
                end += 1
                continue
            name = self.reader.read(text, words, end, trusting=not self.reader.is_german)
            if name is None or self.reader.is_firm(text, words, name) or not self.reader.is_unheard_of(name):
                return
            yield name
            joined = JOINS.match(text, name.end)
            behind = index_at(words, joined.end()) if joined else len(words)
            if behind >= len(words) or joined is None or words[behind].start != joined.end():
                return
            end = behind
            if not words[end].is_capital:
                return
            other = self.reader.read(text, words, end, trusting=not self.reader.is_german)
            if other and not self.reader.is_firm(text, words, other) and self.reader.is_unheard_of(other):
                yield other
            return

    def _small_pair(self, words: Sequence[Word], at: int) -> Name | None:
        """ "follow up with patricia desrosiers"."""
        pair = tuple(words[at : at + PAIR])
        if len(pair) < PAIR or any(w.is_capital or len(w.text) <= TRIPLE for w in pair):
            return None
        if not self.lexicon.is_common_first(pair[0].folded) or not self.lexicon.is_last(pair[1].folded):
            return None
        return None if self.lexicon.is_ordinary(pair[1].folded) else Name(pair, has_first=True, has_last=True)

    def _in_role(self, text: str, words: Sequence[Word], at: int) -> Iterator[Name]:
        if at >= len(words) or BEHIND_ROLE.fullmatch(text, words[at - 1].end, words[at].start) is None:
            return
        name = self.reader.read(text, words, at) if words[at].folded not in self.lexicon.titles else None
        if name is None or self.reader.is_firm(text, words, name) or self.reader.is_noun(name):
            return
        if not self.reader.is_german:
            yield name
        elif self.lexicon.is_listed(name.head):
            yield self.reader.listed_head(name)


def is_title(text: str, word: Word) -> bool:
    dotted = text[word.end : word.end + 1] == "."
    if word.folded.rpartition("'")[2] in DOTTED_TITLES:
        return dotted and (word.is_capital or len(word.text) > PAIR)
    return word.is_capital or dotted or word.folded in SMALL_TITLES


def _follows(text: str, words: Sequence[Word], at: int) -> bool:
    return GAP.fullmatch(text, words[at - 1].end, words[at].start) is not None
