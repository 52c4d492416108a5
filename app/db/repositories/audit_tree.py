"""The tree over a chain's entries. Its complete tiles are kept, so that a root or a path reads few entries, not all."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from itertools import takewhile

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession

from app.db.bulk import is_postgresql
from app.db.tables.system import AuditRow, AuditTileRow, Chain
from app.domain.merkle import TILE, leaf, path, root

TILES_AT_ONCE = 64
"""So many are made in a transaction: 65,536 entries."""


@dataclass(frozen=True, slots=True)
class Proof:
    """That entries stand in a chain of `size` entries: its root, and by each entry's number what is beside its way
    there. An entry beyond `size` has none."""

    size: int
    root: bytes
    paths: dict[int, list[bytes]]


class AuditTree:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def keep_tiles(self, chain: Chain, size: int) -> bool:
        """Make some of the complete tiles that are not kept yet. Returns whether there may be more."""
        stored = len(await self._stored(chain, size))
        wanted = min(size // TILE, stored + TILES_AT_ONCE)
        leaves = await self._leaves(chain, stored * TILE, wanted * TILE)
        rows = [
            {"chain": chain, "number": stored + number, "root": root(tile).hex()}
            for number, tile in enumerate(_tiles(leaves))
        ]
        if rows:
            insert = postgresql.insert(AuditTileRow) if is_postgresql(self._session) else sqlite.insert(AuditTileRow)
            await self._session.execute(insert.values(rows).on_conflict_do_nothing())  # another worker made it as well
        return wanted < size // TILE

    async def root(self, chain: Chain, size: int) -> str:
        """Of the first `size` entries, hex."""
        return root(await self._nodes(chain, size)).hex()

    async def proof(self, chain: Chain, size: int, entries: Collection[int]) -> Proof:
        """Of the entries of those numbers, as far as they are among the first `size`."""
        nodes = await self._nodes(chain, size)
        paths: dict[int, list[bytes]] = {}
        number, leaves = -1, list[bytes]()
        for seq in sorted(seq for seq in entries if seq <= size):
            if (seq - 1) // TILE != number:
                number = (seq - 1) // TILE
                leaves = await self._leaves(chain, number * TILE, min(size, (number + 1) * TILE))
            paths[seq] = path((seq - 1) % TILE, leaves) + path(number, nodes)
        return Proof(size, root(nodes), paths)

    async def _nodes(self, chain: Chain, size: int) -> list[bytes]:
        """The roots of all tiles, kept or not; the last may be incomplete."""
        nodes = await self._stored(chain, size)
        for start in range(len(nodes) * TILE, size, TILE * TILES_AT_ONCE):
            leaves = await self._leaves(chain, start, min(size, start + TILE * TILES_AT_ONCE))
            nodes += [root(tile) for tile in _tiles(leaves)]
        return nodes

    async def _stored(self, chain: Chain, size: int) -> list[bytes]:
        """Those that follow one another from the first; one that is gone is made again with all behind it."""
        kept = await self._session.execute(
            sa.select(AuditTileRow.number, AuditTileRow.root)
            .where(AuditTileRow.chain == chain, AuditTileRow.number < size // TILE)
            .order_by(AuditTileRow.number)
        )
        in_a_row = takewhile(lambda tile: tile[0] == tile[1].number, enumerate(kept))
        return [bytes.fromhex(row.root) for _, row in in_a_row]

    async def _leaves(self, chain: Chain, after: int, up_to: int) -> list[bytes]:
        hashes = await self._session.scalars(
            sa.select(AuditRow.hash)
            .where(AuditRow.chain == chain, AuditRow.seq > after, AuditRow.seq <= up_to)
            .order_by(AuditRow.seq)
        )
        return [leaf(digest) for digest in hashes]


def _tiles(leaves: Sequence[bytes]) -> list[Sequence[bytes]]:
    return [leaves[start : start + TILE] for start in range(0, len(leaves), TILE)]
