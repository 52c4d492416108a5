"""DKIM signatures and ARC chains (RFC 6376, RFC 8617), checked here where the receiving server said nothing of a mail.

What counts is what would count in Authentication-Results: a signature that holds and speaks for the domain of the From
field. All else is as no signature (RFC 6376 §6.1): broken, expired, by a weak key or with SHA-1, of a key in testing,
over a part of the body only (l=), or not over From. A chain counts only when one of `sealers` sealed it last: anybody
may seal.
"""

import re
import time
from collections.abc import Callable, Iterable

import dkim
import structlog
from dkim.util import InvalidTagValueList, parse_tag_value

from app.domain.message import Authentication
from app.reading.trust.authentication import judged, without_dressing

Lookup = Callable[[str], bytes | None]
"""The TXT record of a name; None when there is none. Raises TimeoutError or OSError."""

MOST_BYTES = 20_000_000
MOST_SIGNATURES = 5
MOST_SETS = 10
LONGEST_KEY = 1_600
"""Characters of a key's record: 4,096 bits of RSA have some 740. A longer one keeps a processor busy."""
SMALLEST_KEY = 1_024
ALGORITHMS = frozenset({b"rsa-sha256", b"ed25519-sha256"})
PATIENCE_SECONDS = 6.0

_COSTLY = re.compile(rb"[ \t]{2000}|(?:\r?\n){20000}")
_DOMAIN = re.compile(r"[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?")
_SET = re.compile(rb"^\s*i=(\d{1,2})\s*;(.*)$", re.DOTALL)
_FAULTS = (dkim.DKIMException, InvalidTagValueList, ValueError, LookupError, TypeError, OSError)

log = structlog.get_logger()


class SignatureCheck:
    def __init__(self, lookup: Lookup, sealers: Iterable[str] = (), *, patience: float = PATIENCE_SECONDS) -> None:
        self._lookup = lookup
        self._sealers = frozenset(sealer.lower() for sealer in sealers)
        self._patience = patience

    def verdict(self, raw: bytes, domain: str) -> Authentication:
        """Whether the mail is from this domain; NONE where nothing shows it. Never raises for a bad mail."""
        if not domain or len(raw) > MOST_BYTES or _COSTLY.search(raw):
            return Authentication.NONE
        keys = _Keys(self._lookup, time.monotonic() + self._patience)
        try:
            for number in range(MOST_SIGNATURES):
                signer = _signer(raw, number, keys)
                if signer and judged(f"dkim=pass header.d={signer}", domain) is Authentication.PASS:
                    return Authentication.PASS
            return self._by_chain(raw, domain, keys)
        except _FAULTS as fault:
            log.info("signatures.check.failed", fault=type(fault).__name__)
            return Authentication.NONE

    def _by_chain(self, raw: bytes, domain: str, keys: "_Keys") -> Authentication:
        """What the last sealer saw, if we trust it and its chain holds."""
        if not self._sealers or raw.lower().count(b"\narc-seal:") > MOST_SETS:
            return Authentication.NONE
        chain = dkim.ARC(raw, minkey=SMALLEST_KEY)
        standing, sets, _ = chain.verify(dnsfunc=keys)
        if standing != dkim.CV_Pass or sets[0]["as-domain"].decode("ascii").lower() not in self._sealers:
            return Authentication.NONE
        said = [_SET.match(value) for name, value in chain.headers if name.lower() == b"arc-authentication-results"]
        last = str(sets[0]["instance"])
        seen = [match[2].decode("ascii") for match in said if match and match[1].decode("ascii") == last]
        bare = without_dressing(seen[0]) if len(seen) == 1 else None
        return judged(bare.partition(";")[2], domain) if bare else Authentication.NONE


class _Keys:
    """Records of keys, within the patience for one mail."""

    def __init__(self, lookup: Lookup, until: float) -> None:
        self._lookup = lookup
        self._until = until

    def __call__(self, name: bytes, timeout: float = 0) -> bytes | None:  # dkimpy hands it over
        if time.monotonic() > self._until:
            raise TimeoutError("the keys of this mail took too long")
        record = self._lookup(name.decode("ascii"))
        if record is None or len(record) > LONGEST_KEY:
            return None
        flags = parse_tag_value(record).get(b"t", b"").split(b":")
        return None if b"y" in [flag.strip() for flag in flags] else record


def _signer(raw: bytes, number: int, keys: _Keys) -> str:
    """The domain that the signature of this number proves; empty when it proves none, or there is none."""
    mail = dkim.DKIM(raw, minkey=SMALLEST_KEY)
    try:
        prepared = mail.verify_headerprep(number)
        if not prepared:
            return ""
        fields, signed, _ = prepared
        is_whole = b"l" not in fields and b"from" in signed and fields[b"a"] in ALGORITHMS
        signer: str = fields[b"d"].decode("ascii").lower()
        holds = is_whole and _DOMAIN.fullmatch(signer) and mail.verify(number, dnsfunc=keys)
    except (dkim.DKIMException, InvalidTagValueList, ValueError, LookupError, TypeError):
        return ""
    return signer if holds else ""
