"""The keys that a person chose in place of those that the pages ship with."""

from collections.abc import Iterable, Mapping

from app.domain.errors import Invalid

MOST_KEYS = 64
"""More than any page has."""


def keymap_of(pairs: Iterable[tuple[str, str]]) -> Mapping[str, str]:
    """The person's own key by the key as shipped, without what stays as shipped. Raises Invalid where one is no sign,
    or is meant twice."""
    chosen = dict(pairs)
    if len(chosen) > MOST_KEYS or any(not _is_key(sign) for pair in chosen.items() for sign in pair):
        raise Invalid("a key is one sign that can be seen")
    own = {shipped: key for shipped, key in chosen.items() if key != shipped}
    if len(set(own.values())) < len(own):
        raise Invalid("a key has one meaning")
    return own


def _is_key(sign: str) -> bool:
    return len(sign) == 1 and sign.isprintable() and not sign.isspace()
