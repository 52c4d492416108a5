"""Whom this process speaks to: each host is logged once, and one that is on no list is refused, or at least named.

An audit hook of Python sees every name that is looked up and every address that is connected to, whichever library
does it. It cannot be taken away again, so that it is set by processes of their own alone, never by a test's.
"""

import socket
import sys
from collections.abc import Callable, Iterable
from typing import Any

import structlog

from app.domain.errors import AppError
from app.domain.recipients import is_local

_LOOK_UPS = frozenset({"socket.getaddrinfo", "socket.gethostbyname", "socket.gethostbyaddr"})
_DATAGRAMS = frozenset({"socket.sendto", "socket.sendmsg"})

log = structlog.get_logger()


class EgressRefused(AppError):
    """Something wanted to speak to a host that is not in the configuration."""


class Egress:
    """`allows` says whether a host is configured; asked once a host."""

    def __init__(self, allows: Callable[[str], bool], *, refuses: bool) -> None:
        self._allows = allows
        self._refuses = refuses
        self._seen: dict[str, bool] = {}
        self._addresses: set[str] = set()

    def watch(self) -> None:
        """The hook sees names before they are looked up, not what comes of it: so the look-up itself tells."""
        sys.addaudithook(self.on_event)
        look_up = socket.getaddrinfo

        def telling(*arguments: Any, **named: Any) -> Any:
            found = look_up(*arguments, **named)
            self.remember(str(address[0]) for *_, address in found)
            return found

        socket.getaddrinfo = telling

    def remember(self, addresses: Iterable[str]) -> None:
        """What a name led to that was met before."""
        self._addresses.update(addresses)

    def on_event(self, event: str, arguments: tuple[Any, ...]) -> None:
        """Raises EgressRefused."""
        if event in _LOOK_UPS:
            self._meet(_text(arguments[0]))
        elif event == "socket.connect" and isinstance(arguments[1], tuple):
            self._meet_address(_text(arguments[1][0]))
        elif event in _DATAGRAMS and isinstance(arguments[1], tuple):  # a resolver of our own is asked by UDP
            self._meet(_text(arguments[1][0]))

    def _meet(self, host: str) -> None:
        if not is_local(host):
            self._judge(host)

    def _meet_address(self, address: str) -> None:
        """A bare address: one that no name led to is a host of its own."""
        if not is_local(address) and address not in self._addresses:
            self._judge(address)

    def _judge(self, host: str) -> None:
        if host not in self._seen:
            self._seen[host] = self._allows(host)
            if self._seen[host]:
                log.info("egress.host.contacted", host=host)
            else:
                log.warning("egress.host.unlisted", host=host, is_refused=self._refuses)
        if self._refuses and not self._seen[host]:
            raise EgressRefused("this host is not in the configuration")


def _text(host: object) -> str:
    return host.decode("ascii", "replace") if isinstance(host, bytes) else str(host or "")
