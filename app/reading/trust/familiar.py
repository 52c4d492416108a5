"""Whom a stranger resembles among everybody on the books, however many: a quick sieve, then the judge of `senders.py`.

With a hundred thousand known domains, two letters' difference means nothing any more (one innocent domain in seven is
that near to some other), so that here one letter is the most. Names are kept as hashes: nobody who was erased is here.
"""

from collections.abc import Iterable, Iterator

from rapidfuzz import process
from rapidfuzz.distance import OSA

from app.domain.message import Address
from app.reading.trust.impostors import CONTACT_LOOK_ALIKE, CONTACT_NAME_ELSEWHERE, words_of
from app.reading.trust.senders import look_alike, registrable, shape_of, undressed

MOST_HOMES = 3
"""Who shares a name with people at more companies than these resembles nobody: the name is a common one."""

_SECOND_LEVEL = frozenset({"co", "com", "org", "net", "gov", "gob", "ac", "edu", "or", "ne"})
_LONGEST_DRESS = 4
"""Labels of a known domain that are looked for inside another one."""


class Familiar:
    """The domains and names of contacts. Not safe to add to while it is asked."""

    def __init__(self) -> None:
        self._hosts: set[str] = set()
        self._by_shape: dict[str, list[str]] = {}
        self._homes: dict[int, set[str]] = {}
        self._by_length: dict[int, list[str]] = {}

    def add(self, contacts: Iterable[tuple[str, str]]) -> None:
        """Pairs of address and name; one that is known already changes nothing."""
        for email, name in contacts:
            host = email.rpartition("@")[2].lower()
            if host:
                self._add_host(host)
                self._add_name(name, host)

    def signs(self, sender: Address, own_domains: Iterable[str] = ()) -> tuple[str, ...]:
        """The closed words of `impostors.py`. Nobody at a domain of ours resembles anybody."""
        home = registrable(sender.domain)
        if not sender.domain or home in {registrable(domain) for domain in own_domains}:
            return ()
        found = {
            CONTACT_LOOK_ALIKE: self._is_alike(sender.domain, home),
            CONTACT_NAME_ELSEWHERE: self._has_a_known_name(sender.name, home),
        }
        return tuple(sign for sign, holds in found.items() if holds)

    def _add_host(self, host: str) -> None:
        if host in self._hosts:
            return
        self._hosts.add(host)
        for shape in _shapes_of(host):
            if shape not in self._by_shape:
                self._by_length.setdefault(len(shape), []).append(shape)
            self._by_shape.setdefault(shape, []).append(host)

    def _add_name(self, name: str, host: str) -> None:
        words = words_of(name)
        if len(words) > 1:
            homes = self._homes.setdefault(hash(words), set())
            if len(homes) <= MOST_HOMES:
                homes.add(host)

    def _is_alike(self, host: str, home: str) -> bool:
        if host in self._hosts or home in self._hosts:
            return False
        return look_alike(host, set(self._near(host)))

    def _near(self, host: str) -> Iterator[str]:
        for shape in _shapes_of(host):
            for near in self._within_a_letter(shape):
                yield from self._by_shape[near]
        yield from (part for part in _parts_of(host) if part in self._hosts)

    def _within_a_letter(self, shape: str) -> Iterator[str]:
        for length in range(len(shape) - 1, len(shape) + 2):
            those = self._by_length.get(length, ())
            for near, _, _ in process.extract(shape, those, scorer=OSA.distance, score_cutoff=1, limit=None):
                yield near

    def _has_a_known_name(self, name: str, home: str) -> bool:
        words = words_of(name)
        homes = self._homes.get(hash(words), ()) if len(words) > 1 else ()
        return 0 < len(homes) <= MOST_HOMES and home not in map(registrable, homes)


def _shapes_of(host: str) -> frozenset[str]:
    """How the name that somebody registered looks, also without what companies put beside their names.

    Which labels that name has is guessed: the list of public suffixes would take a second for each 30,000 domains.
    """
    labels = host.split(".")
    ends = 2 if len(labels) > 2 and labels[-2] in _SECOND_LEVEL and len(labels[-1]) == 2 else 1  # noqa: PLR2004
    name = labels[-1 - ends] if len(labels) > ends else host
    return frozenset({shape_of(name), shape_of(undressed(name))})


def _parts_of(host: str) -> Iterator[str]:
    """Names that stand inside this one before its end: `customer.example` in `customer.example.evil.example`."""
    labels = host.split(".")[:-1]
    for length in range(2, _LONGEST_DRESS + 1):
        yield from (".".join(labels[at : at + length]) for at in range(len(labels) - length + 1))
