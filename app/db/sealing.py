"""Words at rest. The master key comes from the instance's secret; each conversation has a data key of its own.

    secret ──HKDF──▶ master key ──AES-GCM──▶ data key + salt (one row a conversation) ──AES-GCM──▶ payloads
           ├─HKDF──▶ evidence key ──Ed25519──▶ signatures of what is handed out
           ├─HKDF──▶ backup key   ──BLAKE2──▶ marks of backups
           └─HKDF──▶ index key  ──BLAKE2──▶ keyed hashes, by which Message-IDs and subjects are found again

Once keys were rotated, master keys are random and stand in rows, sealed under what is derived from the secret: a new
secret seals those rows anew, a new master key the data keys. The index key stays: what was hashed must be found.

Destroying a conversation's sealed key makes its words and its salted hashes unreadable for good.
"""

import hashlib
import secrets
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

KEY_BYTES = 32
NONCE_BYTES = 12
INDEX_BYTES = 32

BELIEVED_FOR = 3_600.0
"""Seconds for which a process seals under the newest key that it knows without looking for a newer one. One that serves
looks beside its work, far more often (`refresh`): a look made here lets everything else of the process wait."""

FIRST, INDEX = "k1", "index"
"""Ids of the keys that every instance has."""
MASTER = b"duebox master key"


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
    """The instance's master keys. `secret` must be at least 32 characters of randomness.

    `stored` looks up the sealed keys of a database that was rotated; there are none at first, and the only master key
    is derived from the secret itself. Sealing takes the newest, opening whichever fits. What was looked up is believed
    for `BELIEVED_FOR`: far shorter than a retired key is kept, so that nothing is ever sealed under a forgotten one.
    """

    def __init__(
        self,
        secret: str,
        stored: Callable[[], Mapping[str, bytes]] = dict,
        seconds: Callable[[], float] = time.monotonic,
    ) -> None:
        self._secret = secret
        self._stored = stored
        self._seconds = seconds
        self._loaded: dict[str, bytes] = {}
        self._loaded_at = 0.0

    @property
    def key_id(self) -> str:
        """The newest master key's."""
        return max(self._masters, key=_number)

    def new_data_key(self, conversation: UUID) -> tuple[DataKey, bytes]:
        """A fresh data key, and its sealed form for the conversation's row."""
        material = secrets.token_bytes(2 * KEY_BYTES)
        return _data_key(material), self.seal(conversation, material)

    def data_key(self, conversation: UUID, sealed: bytes) -> DataKey:
        return _data_key(self.open(conversation, sealed))

    def seal(self, row: UUID, plain: bytes) -> bytes:
        """Seal what belongs to no conversation: mailbox secrets, the reason of a hold."""
        return _seal(self._masters[self.key_id], plain, row.bytes)

    def open(self, row: UUID, sealed: bytes) -> bytes:
        """Raises InvalidTag. A key that another process made meanwhile is looked up."""
        try:
            return self._open_with_known(row, sealed)
        except InvalidTag:
            known = self._loaded.keys()
            self.reload()
            if self._keys.keys() <= known:
                raise
            return self._open_with_known(row, sealed)

    def resealed(self, row: UUID, sealed: bytes) -> bytes | None:
        """The same words under the newest master key; None when they are already."""
        try:
            _open(self._masters[self.key_id], sealed, row.bytes)
        except InvalidTag:
            return self.seal(row, self.open(row, sealed))
        return None

    def term(self, word: str) -> int:
        """A keyed hash of a word that is searched for, as a signed 64-bit number; another family than `index`."""
        digest = hashlib.blake2b(
            word.encode("utf-8", "surrogatepass"), key=self._keys[INDEX], digest_size=8, person=b"term"
        )
        return int.from_bytes(digest.digest(), signed=True)

    @property
    def evidence_key(self) -> Ed25519PrivateKey:
        """What evidence that leaves the house is signed with; it changes only with the instance's secret."""
        return Ed25519PrivateKey.from_private_bytes(_derive(self._secret, b"duebox evidence key"))

    def index(self, text: str) -> str:
        """A keyed hash (RFC 7693 §2.5), hex: the same text is found again, but not guessed from a dump."""
        words = text.encode("utf-8", "surrogatepass")
        return hashlib.blake2b(words, key=self._keys[INDEX], digest_size=INDEX_BYTES).hexdigest()

    def mark(self, content: bytes) -> str:
        """A keyed hash, hex, that only this secret gives: by it we know again what left the house and comes back."""
        return hashlib.blake2b(content, key=_derive(self._secret, b"duebox backup key"), digest_size=32).hexdigest()

    # -- rotation --------------------------------------------------------------------------------------------------

    def reload(self) -> None:
        """Look the stored keys up again at the next use."""
        self._loaded = {}

    def refresh(self) -> None:
        """Look the stored keys up now. Asks the database and waits for it, so in a thread; what is known serves
        meanwhile, and on when the look fails. Raises what the look-up raises, or InvalidTag."""
        found, at = self._looked_up(), self._seconds()
        self._loaded, self._loaded_at = found, at

    def wrapped(self, secret: str = "") -> dict[str, bytes]:
        """All keys, sealed under the secret, or under another one, for their rows."""
        return {key_id: _wrap(secret or self._secret, key_id, key) for key_id, key in self._keys.items()}

    def wrapped_new(self) -> tuple[str, bytes]:
        """The id of the next master key, and a random one, sealed for its row."""
        key_id = f"k{_number(self.key_id) + 1}"
        return key_id, _wrap(self._secret, key_id, secrets.token_bytes(KEY_BYTES))

    def _open_with_known(self, row: UUID, sealed: bytes) -> bytes:
        *newer, oldest = sorted(self._masters, key=_number, reverse=True)
        for key_id in newer:
            with suppress(InvalidTag):
                return _open(self._masters[key_id], sealed, row.bytes)
        return _open(self._masters[oldest], sealed, row.bytes)

    @property
    def _masters(self) -> dict[str, bytes]:
        return {key_id: key for key_id, key in self._keys.items() if key_id != INDEX}

    @property
    def _keys(self) -> dict[str, bytes]:
        if not self._loaded or self._seconds() - self._loaded_at > BELIEVED_FOR:
            self.refresh()
        return self._loaded

    def _looked_up(self) -> dict[str, bytes]:
        wrapping = _derive(self._secret, MASTER)
        rows = self._stored().items()
        if not rows:
            return {FIRST: wrapping, INDEX: _derive(self._secret, b"duebox index key")}
        return {key_id: _open(wrapping, sealed, key_id.encode()) for key_id, sealed in rows}


def _number(key_id: str) -> int:
    return int(key_id.removeprefix("k"))


def _wrap(secret: str, key_id: str, key: bytes) -> bytes:
    return _seal(_derive(secret, MASTER), key, key_id.encode())


def _derive(secret: str, purpose: bytes) -> bytes:
    return HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=None, info=purpose).derive(secret.encode())


def _data_key(material: bytes) -> DataKey:
    return DataKey(material[:KEY_BYTES], material[KEY_BYTES:])


def _seal(key: bytes, plain: bytes, bound_to: bytes) -> bytes:
    nonce = secrets.token_bytes(NONCE_BYTES)
    return nonce + AESGCM(key).encrypt(nonce, plain, bound_to)


def _open(key: bytes, sealed: bytes, bound_to: bytes) -> bytes:
    return AESGCM(key).decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], bound_to)
