"""The tree over the chain: as RFC 9162 defines it, and proofs that hold for their entry alone."""

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.merkle import TILE, Growing, is_included, leaf, path, root


def _digests(count: int) -> list[str]:
    return [hashlib.sha256(str(number).encode()).hexdigest() for number in range(count)]


def _by_the_letter(leaves: list[bytes]) -> bytes:
    """MTH of RFC 9162 §2.1.1, as it is written there."""
    if not leaves:
        return hashlib.sha256().digest()
    if len(leaves) == 1:
        return leaves[0]
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    return hashlib.sha256(b"\x01" + _by_the_letter(leaves[:k]) + _by_the_letter(leaves[k:])).digest()


@pytest.mark.parametrize("size", [0, 1, 2, 3, 7, 8, 9, 100, TILE, TILE + 1, 3 * TILE, 5 * TILE + 17])
def test_the_root_is_that_of_the_rfc_and_grows_by_tiles(size: int) -> None:
    digests = _digests(size)
    leaves = [leaf(digest) for digest in digests]
    growing = Growing()
    for digest in digests:
        growing.add(digest)
    assert root(leaves) == _by_the_letter(leaves) == bytes.fromhex(growing.root())


@given(size=st.integers(1, 300), data=st.data())
def test_a_path_proves_its_entry_and_no_other(size: int, data: st.DataObject) -> None:
    digests = _digests(size)
    leaves = [leaf(digest) for digest in digests]
    seq = data.draw(st.integers(1, size))
    beside, top = path(seq - 1, leaves), root(leaves)
    assert is_included(digests[seq - 1], seq, size, beside, top)
    assert not is_included("f" * 64, seq, size, beside, top)
    assert not is_included(digests[seq - 1], seq, size, [*beside, top], top)
    assert not is_included(digests[seq - 1], seq + size, size, beside, top)
    for other in range(1, size + 1):
        assert other == seq or not is_included(digests[seq - 1], other, size, beside, top)
