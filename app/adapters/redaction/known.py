"""People whose names are known: from ledger and headers, from addresses, and from what the other rules found."""

import re
from collections.abc import Iterator, Sequence

from app.adapters.redaction.finds import Find
from app.adapters.redaction.lexicon import Lexicon
from app.adapters.redaction.name_reader import GAP
from app.adapters.redaction.words import Word, words_of

FULL, PART = 0.95, 0.7
SHORTEST_PART, MOST_INITIALS, LONG_FOR_ABBREVIATION = 3, 3, 5
LOCAL_PART = re.compile(r"[._-]")
GLUED = re.compile(r"[^\S\n]?&|[\w@]|\.\w")
NO_LETTERS = re.compile(r"[._+\-\d]+")


def is_role_mailbox(address: str, lexicon: Lexicon) -> bool:
    """A mailbox of no one person: "ar@", "accounts.uk@", "rechnung2@"."""
    parts = [part for part in NO_LETTERS.split(address.partition("@")[0].lower()) if part]
    return not parts or parts[0] in lexicon.role_mailboxes or all(part in lexicon.role_mailboxes for part in parts)


class KnownPeople:
    """Finds people by the words of their names: whole, in either order, or one part of it."""

    def __init__(self, lexicon: Lexicon) -> None:
        self.lexicon = lexicon
        self._full: dict[str, set[tuple[str, ...]]] = {}
        self._parts: set[str] = set()

    def add(self, name: str) -> None:
        """A name as written: "Beth Lawson", "Lawson, Beth", "Dr. Eva Stein". Offices and firms are left out."""
        folded = tuple(word.folded for word in words_of(name))
        names = tuple(word for word in folded if word not in self.lexicon.titles)
        if not names or self._is_office(names):
            return
        if len(names) > 1:
            for order in (names, (*names[-1:], *names[:-1]), (*names[1:], names[0])):
                self._full.setdefault(order[0], set()).add(order)
        left_out = self.lexicon.particles | self.lexicon.never_names | self.lexicon.calendar
        for word in names:
            if len(word) >= SHORTEST_PART and word not in left_out:
                self._parts.add(word)

    def add_address(self, address: str) -> None:
        """The person whom "mei.chen@…" or "theo@…" gives away."""
        if is_role_mailbox(address, self.lexicon):
            return
        parts = [part for part in LOCAL_PART.split(address.partition("@")[0]) if part.isalpha()]
        if len(parts) > 1 and all(len(part) >= 2 for part in parts):  # noqa: PLR2004
            self.add(" ".join(parts))
        elif parts:
            longest = max(parts, key=len)
            if self.lexicon.is_listed(longest.lower()) or len(parts) > 1:
                self.add(longest)

    def _is_office(self, names: Sequence[str]) -> bool:
        lexicon = self.lexicon
        return any(
            (word in lexicon.company_words or word in lexicon.never_names) and not lexicon.is_first(word)
            for word in names
            if len(word) > 1
        )

    def find(self, text: str) -> Iterator[Find]:
        words = list(words_of(text))
        at = 0
        while at < len(words):
            end = self._full_at(text, words, at)
            if end:
                yield Find("PERSON", self._with_initials(text, words, at), words[end - 1].end, FULL)
                at = end
                continue
            if self._part_of(words[at].folded) and self._stands_alone(text, words, at):
                yield Find("PERSON", self._with_initials(text, words, at), words[at].end, PART)
            at += 1

    def _full_at(self, text: str, words: Sequence[Word], at: int) -> int:
        for name in sorted(self._full.get(words[at].folded, ()), key=len, reverse=True):
            end = at + len(name)
            fits = end <= len(words) and all(words[at + i].folded == part for i, part in enumerate(name))
            if fits and all(_joined(text, words[i], words[i + 1]) for i in range(at, end - 1)):
                return end
        return 0

    def _part_of(self, word: str) -> bool:
        return word in self._parts or (word.endswith("s") and len(word) > 4 and word[:-1] in self._parts)  # noqa: PLR2004

    def _with_initials(self, text: str, words: Sequence[Word], at: int) -> int:
        """Where a name starts: "A. J." before it is of the name, the "M." of Monsieur and "i. A." are not."""
        first = at
        while first and first > at - MOST_INITIALS:
            initial = words[first - 1]
            is_dotted = text[initial.end : initial.end + 1] == "." and GAP.fullmatch(
                text, initial.end, words[first].start
            )
            if len(initial.text) > 1 or not is_dotted or initial.folded in self.lexicon.titles:
                break
            if not initial.is_capital:
                return words[at].start
            first -= 1
        return words[first].start

    def _stands_alone(self, text: str, words: Sequence[Word], at: int) -> bool:
        """Not inside a company's name, and not the word that opens a sentence with its ordinary meaning."""
        word, lexicon = words[at], self.lexicon
        if (
            not (word.is_capital or word.is_elided_name)
            or GLUED.match(text, word.end)
            or text[max(0, word.start - 2) : word.start].strip() in {"&", "@"}
        ):
            return False
        prior = words[at - 1] if at and GAP.fullmatch(text, words[at - 1].end, word.start) else None
        if prior is not None and prior.folded in lexicon.titles | lexicon.greetings:
            return True
        after = words[at + 1] if at + 1 < len(words) and GAP.fullmatch(text, word.end, words[at + 1].start) else None
        starts_firm = after is not None and text[word.end] != "." and self._may_end_firm(after)
        firm_words = lexicon.company_words | lexicon.place_words
        ends_firm = prior is not None and prior.is_capital and text[prior.end] != "." and prior.folded in firm_words
        opens = prior is None or text[prior.end] == "."
        is_ordinary = opens and word.folded in lexicon.doubtful_first_names and after is not None
        return not (starts_firm or ends_firm or is_ordinary)

    def _may_end_firm(self, after: Word) -> bool:
        """ "Rees Coaching": a capitalised word that no list knows as a name makes the two of them a firm."""
        lexicon = self.lexicon
        if not after.is_capital or after.folded in lexicon.never_names:
            return False
        known = self._part_of(after.folded) or lexicon.is_listed(after.folded)
        return not known or after.folded in lexicon.company_words


def _joined(text: str, one: Word, other: Word) -> bool:
    if text[one.end] == "." and len(one.text) >= LONG_FOR_ABBREVIATION:
        return False  # a sentence ends here: "Lambert. Odile Lambert"
    return (
        re.fullmatch(r"[^\S\n]{1,2}|,[^\S\n]?|\.[^\S\n]{0,2}|[^\S\n]?\n[>\s]{0,3}|[-_]", text[one.end : other.start])
        is not None
    )
