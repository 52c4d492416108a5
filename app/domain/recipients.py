"""Machines that data goes to, by the configuration."""

import ipaddress
from dataclasses import dataclass

LOCAL = frozenset({"", "localhost", "localhost.localdomain", "ip6-localhost"})


@dataclass(frozen=True, slots=True)
class Recipient:
    """`gets` says what it is sent, in words."""

    host: str
    purpose: str
    gets: str

    @property
    def is_local(self) -> bool:
        return is_local(self.host)


def is_local(host: str) -> bool:
    """This machine, or nothing at all."""
    if host.lower() in LOCAL:
        return True
    try:
        address = ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return False
    return address.is_loopback or address.is_unspecified
