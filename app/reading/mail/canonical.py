"""One spelling for an address: a contact of the ledger is then the writer of a mail, and every server takes it."""

import idna

_LONGEST_DOMAIN = 253
"""Octets of a domain name (RFC 1035 §2.3.4)."""


def canonical_address(email: str) -> str:
    """Lower case, and a domain such as `müller.example` as `xn--mller-kva.example` (RFC 5891, mapped by UTS #46): so it
    is written in mails, and no server has to know SMTPUTF8 for it. What is no domain name stays as it is."""
    local, at, domain = email.strip().lower().rpartition("@")
    if domain.isascii() or len(domain) > _LONGEST_DOMAIN:
        return f"{local}{at}{domain}"
    try:
        return f"{local}{at}{idna.encode(domain, uts46=True).decode('ascii')}"
    except idna.IDNAError:
        return f"{local}{at}{domain}"
