"""A tree over the entries of a chain (RFC 9162 §2.1): its root stands for all of them, a path for one of them.

    leaf = SHA-256(0 ‖ hash of an entry)        node = SHA-256(1 ‖ left ‖ right)

The last node of a level that has no neighbour goes up as it is. So `TILE` leaves, a power of two, are a node of their
own once they are complete, and never change again.
"""

import hashlib
from collections.abc import Sequence

TILE = 1024


def leaf(digest: str) -> bytes:
    """Of an entry, by its hash in the chain (hex), which covers its words and its predecessor."""
    return hashlib.sha256(b"\x00" + bytes.fromhex(digest)).digest()


def root(nodes: Sequence[bytes]) -> bytes:
    """Of leaves, or of complete nodes of one level and a last one that may be smaller. Of none: SHA-256 of nothing."""
    if not nodes:
        return hashlib.sha256().digest()
    while len(nodes) > 1:
        nodes = _above(nodes)
    return nodes[0]


def path(index: int, nodes: Sequence[bytes]) -> list[bytes]:
    """What is beside the way from a node, counted from 0, up to the root."""
    beside: list[bytes] = []
    while len(nodes) > 1:
        neighbour = index ^ 1
        if neighbour < len(nodes):
            beside.append(nodes[neighbour])
        nodes, index = _above(nodes), index // 2
    return beside


def is_included(digest: str, seq: int, size: int, beside: Sequence[bytes], expected: bytes) -> bool:
    """Whether the entry of that hash is number `seq`, from 1, of the `size` entries under that root (RFC 9162
    §2.1.3.2)."""
    at, last, node = seq - 1, size - 1, leaf(digest)
    if not 0 <= at <= last:
        return False
    for neighbour in beside:
        if last == 0:
            return False
        if at % 2 or at == last:
            node = _node(neighbour, node)
            while at % 2 == 0 and at:
                at, last = at // 2, last // 2
        else:
            node = _node(node, neighbour)
        at, last = at // 2, last // 2
    return last == 0 and node == expected


class Growing:
    """A tree that entries are added to one by one; keeps a node for each complete tile."""

    def __init__(self) -> None:
        self._tiles: list[bytes] = []
        self._leaves: list[bytes] = []

    def add(self, digest: str) -> None:
        """Of the next entry, its hash in the chain (hex)."""
        self._leaves.append(leaf(digest))
        if len(self._leaves) == TILE:
            self._tiles.append(root(self._leaves))
            self._leaves = []

    def root(self) -> str:
        """Of all that were added, hex."""
        return root([*self._tiles, *([root(self._leaves)] if self._leaves else [])]).hex()


def _above(nodes: Sequence[bytes]) -> list[bytes]:
    pairs = [_node(left, right) for left, right in zip(nodes[::2], nodes[1::2], strict=False)]
    return [*pairs, nodes[-1]] if len(nodes) % 2 else pairs


def _node(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\x01" + left + right).digest()
