"""Tests talk to this machine alone: an audit hook refuses every other address, also from C code that Python calls."""

import ipaddress
import sys
from typing import Any

_LOCAL_NAMES = frozenset({"", "localhost", "localhost.localdomain", "ip6-localhost"})


class OutsideConnection(RuntimeError):
    """Something tried to reach another machine. Not an OSError: nothing shall take it for a network that is down."""


def _is_local(host: object) -> bool:
    if host is None:
        return True
    name = host.decode() if isinstance(host, bytes) else str(host)
    if name.lower() in _LOCAL_NAMES:
        return True
    try:
        address = ipaddress.ip_address(name.split("%")[0])
    except ValueError:
        return False
    return address.is_loopback or address.is_unspecified


def _guard(event: str, arguments: tuple[Any, ...]) -> None:
    if event in {"socket.connect", "socket.sendto", "socket.sendmsg"}:
        address = arguments[1]
        if isinstance(address, tuple) and not _is_local(address[0]):
            raise OutsideConnection(f"{event}: {address[0]}")
    elif event in {"socket.getaddrinfo", "socket.gethostbyname"} and not _is_local(arguments[0]):
        raise OutsideConnection(f"{event}: {arguments[0]}")


_guards: list[bool] = []


def allow_loopback_only() -> None:
    """From now on, for the rest of the process: an audit hook can't be taken away."""
    if not _guards:
        sys.addaudithook(_guard)
        _guards.append(True)
