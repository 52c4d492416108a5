"""Signatures of manifests (Ed25519, RFC 8032): made here, and checked wherever the public key is known."""

import base64
import hashlib
import json
import zipfile
from collections.abc import Mapping
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from app.domain.errors import Invalid
from app.papers.archive import MANIFEST, SIGNATURE

ALGORITHM = "Ed25519"


def signature_of(manifest: bytes, key: Ed25519PrivateKey) -> Mapping[str, str]:
    return {
        "algorithm": ALGORITHM,
        "public_key": public_text(key.public_key()),
        "signature": base64.b64encode(key.sign(manifest)).decode(),
    }


def public_text(key: Ed25519PublicKey) -> str:
    """The 32 bytes of the public key, in base64."""
    return base64.b64encode(key.public_bytes(Encoding.Raw, PublicFormat.Raw)).decode()


def fingerprint(public_key: str) -> str:
    """Short enough to be read out over the telephone: the first 16 hex digits of the key's SHA-256, in fours."""
    digest = hashlib.sha256(base64.b64decode(public_key)).hexdigest()[:16]
    return " ".join(digest[at : at + 4] for at in range(0, len(digest), 4))


def check_signature(path: Path, expected_key: str = "") -> tuple[str, tuple[str, ...]]:
    """The public key that an archive was signed with, and what is wrong. Raises Invalid for an unsigned archive."""
    try:
        with zipfile.ZipFile(path) as archive:
            manifest, said = archive.read(MANIFEST), json.loads(archive.read(SIGNATURE))
        key, signature = str(said["public_key"]), base64.b64decode(said["signature"])
        public = Ed25519PublicKey.from_public_bytes(base64.b64decode(key))
    except (zipfile.BadZipFile, KeyError, ValueError, TypeError) as error:
        raise Invalid(f"{path} is not a signed archive of Duebox, or it is damaged") from error
    faults = [] if not expected_key or key == expected_key.strip() else ["it was signed with another key"]
    try:
        public.verify(signature, manifest)
    except InvalidSignature:
        faults.append("the signature does not fit the manifest")
    return key, tuple(faults)
