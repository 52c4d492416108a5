"""Words at rest. The master key comes from the instance's secret; each conversation has a data key of its own.

    secret ──HKDF──▶ master key ──AES-GCM──▶ data key + salt (one row a conversation) ──AES-GCM──▶ payloads
           └─HKDF──▶ index key  ──BLAKE2──▶ keyed hashes, by which Message-IDs and subjects are found again

Destroying a conversation's sealed key makes its words and its salted hashes unreadable for good.
"""

import hashlib
import secrets
from dataclasses import dataclass, field
from uuid import UUID

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

KEY_BYTES = 32
NONCE_BYTES = 12
INDEX_BYTES = 32


@dataclass(frozen=True, slots=True)
class DataKey:
    """A conversation's key for sealing and salt for the hashes that stand in audit entries."""

    key: bytes = field(repr=False)
    salt: bytes = field(repr=False)

    def seal(self, row: UUID, plain: bytes) -> bytes:
        return _seal(self.key, plain, row.bytes)

    def open(self, row: UUID, sealed: bytes) -> bytes:
        return _open(self.key, sealed, row.bytes)

    def salted_hash(self, words: bytes) -> str:
        """SHA-256 over salt and words, hex: proof of a text that dies with the salt."""
        return hashlib.sha256(self.salt + words).hexdigest()


class Keyring:
    """The instance's master key. `secret` must be at least 32 characters of randomness."""

    key_id = "k1"

    def __init__(self, secret: str) -> None:
        self._master = _derive(secret, b"duebox master key")
        self._index = _derive(secret, b"duebox index key")

    def new_data_key(self, conversation: UUID) -> tuple[DataKey, bytes]:
        """A fresh data key, and its sealed form for the conversation's row."""
        material = secrets.token_bytes(2 * KEY_BYTES)
        return _data_key(material), _seal(self._master, material, conversation.bytes)

    def data_key(self, conversation: UUID, sealed: bytes) -> DataKey:
        return _data_key(_open(self._master, sealed, conversation.bytes))

    def seal(self, row: UUID, plain: bytes) -> bytes:
        """Seal what belongs to no conversation: mailbox secrets, the reason of a hold."""
        return _seal(self._master, plain, row.bytes)

    def open(self, row: UUID, sealed: bytes) -> bytes:
        return _open(self._master, sealed, row.bytes)

    def term(self, word: str) -> int:
        """A keyed hash of a word that is searched for, as a signed 64-bit number; another family than `index`."""
        digest = hashlib.blake2b(word.encode("utf-8", "surrogatepass"), key=self._index, digest_size=8, person=b"term")
        return int.from_bytes(digest.digest(), signed=True)

    def index(self, text: str) -> str:
        """A keyed hash (RFC 7693 §2.5), hex: the same text is found again, but not guessed from a dump."""
        words = text.encode("utf-8", "surrogatepass")
        return hashlib.blake2b(words, key=self._index, digest_size=INDEX_BYTES).hexdigest()


def _derive(secret: str, purpose: bytes) -> bytes:
    return HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=None, info=purpose).derive(secret.encode())


def _data_key(material: bytes) -> DataKey:
    return DataKey(material[:KEY_BYTES], material[KEY_BYTES:])


def _seal(key: bytes, plain: bytes, bound_to: bytes) -> bytes:
    nonce = secrets.token_bytes(NONCE_BYTES)
    return nonce + AESGCM(key).encrypt(nonce, plain, bound_to)


def _open(key: bytes, sealed: bytes, bound_to: bytes) -> bytes:
    return AESGCM(key).decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], bound_to)
