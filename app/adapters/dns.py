"""TXT records from one resolver, which the configuration names: no other is asked, none by the system's settings."""

import dns.exception
import dns.resolver

TIMEOUT_SECONDS = 3.0


class DnsKeys:
    """Asks a resolver, by its address, for the key of a signature."""

    def __init__(self, address: str, port: int = 53, *, timeout: float = TIMEOUT_SECONDS) -> None:
        self._resolver = dns.resolver.Resolver(configure=False)
        self._resolver.nameservers = [address]
        self._resolver.port = port
        self._resolver.lifetime = timeout

    def __call__(self, name: str) -> bytes | None:
        """The record, its parts joined; None when there is none, or more than one. Raises TimeoutError or OSError."""
        try:
            answer = self._resolver.resolve(name, "TXT", search=False)
        except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer):
            return None
        except dns.exception.Timeout:
            raise TimeoutError("the resolver does not answer") from None
        except dns.exception.DNSException as error:
            raise OSError("the resolver's answer is of no use") from error
        records = [b"".join(record.strings) for record in answer]
        return records[0] if len(records) == 1 else None
