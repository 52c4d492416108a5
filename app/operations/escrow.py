"""The installation's secret in a file that a passphrase opens, for the day on which nobody has the secret any more.

    passphrase ──scrypt (RFC 7914)──▶ key ──AES-256-GCM──▶ DUEBOX_SECRET_KEY; all else in the file is bound to it

A backup names the secret that it needs by a mark, and so does this file: they belong together when the marks agree.
"""

import base64
import json
import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from app.bootstrap import Services
from app.db.sealing import KEY_BYTES, NONCE_BYTES, Keyring
from app.domain.errors import Invalid
from app.domain.people import SignedIn
from app.operations.archives import READABLE_BY_OWNER, SECRET, new_file

FORMAT = 1
SALT_BYTES = 16
COST = {"n": 1 << 17, "r": 8, "p": 1}
"""128 MB and about half a second a guess (OWASP's advice for scrypt)."""

DEAREST = {"n": 1 << 20, "r": 16, "p": 4}
"""A file that asks for more is not one of ours."""

SHORTEST = 20
"""Characters of a passphrase: it is all that stands before everything."""


async def put_in_escrow(services: Services, secret: str, file: Path, passphrase: str, *, by: SignedIn) -> str:
    """Write the file; that it was made is noted. Returns the mark of the secret. Raises Invalid."""
    if len(passphrase) < SHORTEST:
        raise Invalid(f"the passphrase must have at least {SHORTEST} characters: six words by dice, for one")
    keyring = services.database.keyring
    head: dict[str, Any] = {
        "format": FORMAT,
        "made_at": services.clock().isoformat(timespec="seconds"),
        "secret": mark_of(keyring),
        "newest_key": keyring.key_id,
        "scrypt": {**COST, "salt": _text(secrets.token_bytes(SALT_BYTES))},
    }
    nonce = secrets.token_bytes(NONCE_BYTES)
    sealed = AESGCM(_key(passphrase, head["scrypt"])).encrypt(nonce, secret.encode(), _bound(head))
    with new_file(file) as part:
        part.write_text(json.dumps({**head, "sealed": _text(nonce + sealed)}, indent=1) + "\n", encoding="ascii")
        async with services.database.write() as uow:
            uow.audit.add("privacy.secret.escrowed", actor=by.actor, key_id=keyring.key_id)
    return str(head["secret"])


def take_from_escrow(file: Path, passphrase: str) -> str:
    """The secret again. Needs no database. Raises Invalid."""
    try:
        said = json.loads(file.read_text(encoding="ascii"))
        sealed = base64.b64decode(said.pop("sealed"), validate=True)
        key = _key(passphrase, said["scrypt"])
    except (ValueError, KeyError, TypeError, AttributeError):
        raise Invalid(f"{file} is no file of `duebox keys escrow`, or damaged") from None
    try:
        return AESGCM(key).decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], _bound(said)).decode()
    except (InvalidTag, ValueError):  # too short to hold a nonce, or altered otherwise
        raise Invalid(f"{file} does not open: the passphrase is another one, or the file was altered") from None


def write_secret(secret: str, out: Path) -> None:
    """Into a new file that only its owner may read. Raises Invalid when there is one."""
    with new_file(out) as part:
        part.chmod(READABLE_BY_OWNER)
        part.write_text(f"{secret}\n", encoding="utf-8")


def mark_of(keyring: Keyring) -> str:
    """By what backups and escrow files name a secret without telling it."""
    return keyring.mark(SECRET)


def _key(passphrase: str, cost: Mapping[str, Any]) -> bytes:
    n, r, p = (int(cost[name]) for name in ("n", "r", "p"))
    if not (1 < n <= DEAREST["n"] and 0 < r <= DEAREST["r"] and 0 < p <= DEAREST["p"]):
        raise ValueError
    salt = base64.b64decode(cost["salt"], validate=True)
    return Scrypt(salt=salt, length=KEY_BYTES, n=n, r=r, p=p).derive(passphrase.encode())


def _bound(head: Mapping[str, Any]) -> bytes:
    return json.dumps(head, sort_keys=True, separators=(",", ":")).encode()


def _text(content: bytes) -> str:
    return base64.b64encode(content).decode("ascii")
