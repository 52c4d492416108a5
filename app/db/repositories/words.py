"""Conversations and the words that belong to them: compressed and sealed on the way in, opened on the way out."""

import json
from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
import zstandard
from sqlalchemy.ext.asyncio import AsyncSession

from app.db.sealing import DataKey, Keyring
from app.db.tables.mail import ConversationRow, PayloadRow
from app.domain.clock import Clock
from app.domain.errors import NotFound
from app.domain.ids import new_id

COMPRESSION = 1
"""zstd's quickest: a mail of 27 kB takes 0.1 ms and shrinks to two fifths, which the database writes the sooner."""


def compressed(words: bytes) -> bytes:
    """How words are stored, before they are sealed."""
    return zstandard.compress(words, COMPRESSION)


class Words:
    """Reads and writes sealed payloads; keeps the data keys that it has opened for the length of one transaction.

    `opens_restricted` for requests of the people themselves: what a statute alone keeps is open to nobody else.
    """

    def __init__(
        self, session: AsyncSession, keyring: Keyring, clock: Clock, *, opens_restricted: bool = False
    ) -> None:
        self._session = session
        self._keyring = keyring
        self._clock = clock
        self._opens_restricted = opens_restricted
        self._keys: dict[UUID, DataKey] = {}

    @property
    def keyring(self) -> Keyring:
        return self._keyring

    def new_conversation(self, *, customer_id: str | None, subject_hash: str, at: datetime) -> dict[str, Any]:
        """The row of a new conversation with a fresh data key, ready to be inserted."""
        conversation_id = new_id()
        self._keys[conversation_id], sealed = self._keyring.new_data_key(conversation_id)
        return {
            "id": conversation_id,
            "customer_id": customer_id,
            "subject_hash": subject_hash,
            "key_id": self._keyring.key_id,
            "sealed_key": sealed,
            "version": 1,
            "created_at": self._clock(),
            "last_message_at": at,
        }

    async def load_keys(self, conversations: set[UUID]) -> None:
        """Open the data keys of many conversations at once; not of those that were erased or are restricted."""
        wanted = conversations - self._keys.keys()
        if not wanted:
            return
        rows = await self._session.execute(
            sa.select(ConversationRow.id, ConversationRow.sealed_key).where(
                ConversationRow.id.in_(wanted),
                sa.true() if self._opens_restricted else ConversationRow.restricted_until.is_(None),
            )
        )
        for conversation_id, sealed in rows:
            if sealed is not None:
                self._keys[conversation_id] = self._keyring.data_key(conversation_id, sealed)

    async def key(self, conversation_id: UUID) -> DataKey:
        """Raises NotFound when the conversation was erased, or is restricted until a statute lets it be."""
        await self.load_keys({conversation_id})
        try:
            return self._keys[conversation_id]
        except KeyError:
            raise NotFound("the words of this conversation were erased") from None

    def has_key(self, conversation_id: UUID) -> bool:
        """Whether the key was made or loaded in this transaction; an erased one cannot be."""
        return conversation_id in self._keys

    def known_key(self, conversation_id: UUID) -> DataKey:
        """The key of a conversation that was made or loaded in this transaction."""
        return self._keys[conversation_id]

    def sealed_payload(self, conversation_id: UUID, kind: str, packed: bytes) -> dict[str, Any]:
        """The row of a payload that is `compressed` already, ready to be inserted."""
        payload_id = new_id()
        return {
            "id": payload_id,
            "conversation_id": conversation_id,
            "kind": kind,
            "sealed": self._keys[conversation_id].seal(payload_id, packed),
            "created_at": self._clock(),
        }

    async def put(self, conversation_id: UUID, kind: str, words: bytes | str | Mapping[str, Any]) -> UUID:
        """Seal words into a new payload and return its id. A mapping is stored as JSON."""
        await self.key(conversation_id)
        row = self.sealed_payload(conversation_id, kind, compressed(_as_bytes(words)))
        await self._session.execute(sa.insert(PayloadRow), [row])
        payload_id: UUID = row["id"]
        return payload_id

    def opened(self, row_id: UUID, sealed: bytes | None) -> str:
        """A person's words that are sealed with their row alone, or nothing."""
        return self._keyring.open(row_id, sealed).decode() if sealed else ""

    async def get(self, payload_id: UUID) -> bytes:
        row = await self._session.get(PayloadRow, payload_id)
        if row is None:
            raise NotFound("no such payload")
        return zstandard.decompress((await self.key(row.conversation_id)).open(row.id, row.sealed))

    async def get_all(self, payload_ids: Collection[UUID]) -> dict[UUID, Any]:
        """The JSON of many payloads at once; without those whose words were erased."""
        rows = (await self._session.scalars(sa.select(PayloadRow).where(PayloadRow.id.in_(payload_ids)))).all()
        await self.load_keys({row.conversation_id for row in rows})
        return {
            row.id: json.loads(zstandard.decompress(self._keys[row.conversation_id].open(row.id, row.sealed)))
            for row in rows
            if row.conversation_id in self._keys
        }

    async def get_json(self, payload_id: UUID) -> Any:
        return json.loads(await self.get(payload_id))

    async def vault(self, conversation_id: UUID) -> dict[str, str]:
        """What the placeholders of a conversation hide."""
        row = await self._session.get(ConversationRow, conversation_id)
        if row is None or row.vault is None:
            return {}
        opened: dict[str, str] = json.loads((await self.key(conversation_id)).open(conversation_id, row.vault))
        return opened

    async def set_vault(self, conversation_id: UUID, vault: Mapping[str, str]) -> None:
        sealed = (await self.key(conversation_id)).seal(conversation_id, _as_bytes(vault))
        await self._session.execute(
            sa.update(ConversationRow).where(ConversationRow.id == conversation_id).values(vault=sealed)
        )

    async def salted_hash(self, conversation_id: UUID, words: bytes | str) -> str:
        """What an audit entry may hold of words."""
        return (await self.key(conversation_id)).salted_hash(_as_bytes(words))


def _as_bytes(words: bytes | str | Mapping[str, Any]) -> bytes:
    if isinstance(words, bytes):
        return words
    if isinstance(words, str):
        return words.encode("utf-8", "surrogatepass")
    return json.dumps(words, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass")
